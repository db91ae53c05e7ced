package sms_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/bots/sms"
	"folkmoot/bots/sms/gateway"
	"folkmoot/bots/sms/gateway/gatewaytest"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// mishaps is what the fake providers do to the calls, in turn.
var mishaps = []gatewaytest.Fault{
	gatewaytest.None, gatewaytest.TooMany, gatewaytest.ServerError, gatewaytest.AcceptAnd500,
	gatewaytest.AcceptThenCut, gatewaytest.CutBefore, gatewaytest.Half, gatewaytest.NotJSON,
}

// patient is a client that opens a connection for each call: a fault is then
// one call's alone.
func patient() *http.Client {
	return &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
}

// TestEveryMishapOfARealProtocolSendsOnce sends over the providers' own
// protocols, on loopback, while every kind of thing goes wrong: each resident
// gets one text.
func TestEveryMishapOfARealProtocolSendsOnce(t *testing.T) {
	t.Parallel()
	later := start.Add(48 * time.Hour) // the fakes' clocks stand after every attempt
	twilio := gatewaytest.NewProvider(later)
	t.Cleanup(twilio.Stop)
	notify := gatewaytest.NewNotifyProvider(later)
	t.Cleanup(notify.Close)
	rows := []struct {
		name string
		gate func(*world) gateway.Gateway
		next func(...gatewaytest.Fault)
		sent func() []string
	}{
		{"twilio", func(w *world) gateway.Gateway {
			return gateway.NewTwilio(gateway.TwilioConfig{
				AccountSID: twilio.Account, Tokens: []string{twilio.Token}, PublicURL: publicURL, APIURL: twilio.URL, From: "+447700900001", Client: patient(),
			})
		}, twilio.Next, func() (to []string) {
			for _, s := range twilio.Sent() {
				to = append(to, s.To)
			}
			return to
		}},
		{"notify", func(w *world) gateway.Gateway {
			return gateway.NewNotify(gateway.NotifyConfig{
				Key: notify.Key, Tokens: []string{"0123456789"}, Template: notify.Template, APIURL: notify.URL, Client: patient(), Now: func() time.Time { return later },
			})
		}, notify.Next, func() (to []string) {
			for _, s := range notify.Sent() {
				to = append(to, s.To)
			}
			return to
		}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			w := newWorld(t)
			w.outbox = sms.NewOutbox(sms.OutboxDeps{
				Outreach: w.svc, Gateways: []gateway.Sender{r.gate(w)}, Clock: w.clock, Worker: "w1", Concurrent: 1, Count: w.counts.add,
			})
			const people = 24
			for i := range people {
				r.next(mishaps[i%len(mishaps)])
				who := fmt.Sprintf("r%03d", i)
				w.town.people["p1/"+who] = outreach.Contact{Phone: fmt.Sprintf("+447700900%03d", 100+i)}
				w.ask(domain.MessageData{Process: "p1", Person: who, Template: "picked", Class: domain.ClassService})
			}
			for range 40 {
				if _, err := w.outbox.Tick(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.clock.Advance(3 * time.Minute)
			}
			got := map[int]int{}
			each := map[string]int{}
			for _, to := range r.sent() {
				each[to]++
			}
			for _, n := range each {
				got[n]++
			}
			if diff := cmp.Diff(map[int]int{people: 1}, map[int]int{got[1]: len(got)}); diff != "" {
				t.Errorf("residents by texts they got: %v, want %d by 1", got, people)
			}
			t.Logf("%d calls cut or failed; looked for %d, found %d, sent again %d", people*7/8,
				w.counts.of("look_accepted")+w.counts.of("look_refused"), w.counts.of("look_accepted"), w.counts.of("send_again"))
		})
	}
}

// TestWhatWebhooksMissIsFetched polls the provider: what came by both ways is
// one message, whichever came first.
func TestWhatWebhooksMissIsFetched(t *testing.T) {
	t.Parallel()
	p := gatewaytest.NewProvider(start)
	t.Cleanup(p.Stop)
	w := newWorld(t)
	const sender = "+447700900001"
	g := gateway.NewTwilio(gateway.TwilioConfig{
		AccountSID: p.Account, Tokens: []string{p.Token}, PublicURL: publicURL, APIURL: p.URL, From: sender, Client: patient(),
	})
	w.inbox = sms.NewInbox(sms.InboxDeps{
		Outreach: w.svc, Gateways: []gateway.Gateway{g}, Desk: w.desk, Clock: w.clock,
		Numbers: gateway.NumberRules{Region: "GB", Simulated: true}, Count: w.counts.add,
	})
	hook := func(form url.Values) {
		const target = "/webhooks/sms/twilio"
		h := http.Header{"X-Twilio-Signature": {gateway.TwilioSignature(p.Token, publicURL+target, form)}}
		check(t, w.inbox.Receive(t.Context(), "twilio", gateway.Request{Target: target, Header: h, Body: []byte(form.Encode()), At: w.clock.Now()}))
	}
	for i := range 6 {
		from := number(i)
		sid := p.Receive(from, sender, fmt.Sprint("FOREST ", i))
		form := gateway.InboundForm(sid, from, sender, fmt.Sprint("FOREST ", i))
		if i%3 == 0 { // the webhook came, then the poll
			hook(form)
		}
		if i%3 == 1 { // the poll came first
			_, err := w.inbox.Poll(t.Context(), start.Add(-time.Hour))
			check(t, err)
			hook(form)
		} // else the webhook never came
	}
	for i, want := range []int{1, 0} { // the sixth text; the third came with the poll before
		n, err := w.inbox.Poll(t.Context(), start.Add(-time.Hour))
		check(t, err)
		if n != want {
			t.Errorf("poll %d found %d that were missed, want %d", i, n, want)
		}
	}
	if got := len(w.textEvents()); got != 6 || w.counts.of("text_conflicting") != 0 {
		t.Errorf("%d events, %d taken for others; want 6 and 0", got, w.counts.of("text_conflicting"))
	}
}

// polling is an inbox whose gateways can tell what they received.
func polling(t *testing.T) (*world, *gatewaytest.Provider, string) {
	p := gatewaytest.NewProvider(start)
	t.Cleanup(p.Stop)
	w := newWorld(t)
	const sender = "+447700900001"
	g := gateway.NewTwilio(gateway.TwilioConfig{
		AccountSID: p.Account, Tokens: []string{p.Token}, PublicURL: publicURL, APIURL: p.URL, From: sender, Client: patient(),
	})
	w.inbox = sms.NewInbox(sms.InboxDeps{
		Outreach: w.svc, Gateways: []gateway.Gateway{broken{g}, g, gateway.NewSimulated(w.net)}, Desk: w.desk, Clock: w.clock,
		Numbers: gateway.NumberRules{Region: "GB", Simulated: true}, Count: w.counts.add,
	})
	return w, p, sender
}

// broken is a gateway that is away.
type broken struct{ gateway.Gateway }

func (broken) Name() string { return "broken" }
func (broken) Inbounds(context.Context, time.Time) ([]gateway.Inbound, error) {
	return nil, errors.New("away")
}

// TestAnOutageOfHoursLosesNothing: what came while we were away for half a day
// is fetched, another gateway being away or not, and counts from when it came:
// a yes to an offer that ran out meanwhile is put before a person.
func TestAnOutageOfHoursLosesNothing(t *testing.T) {
	t.Parallel()
	w, p, sender := polling(t)
	w.town.people["p1/ann"] = outreach.Contact{Phone: number(1)}
	by := start.Add(2 * time.Hour).Format(time.RFC3339)
	w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: "picked", Vars: map[string]string{"reply_by": by, "reply_by_text": by}, Class: domain.ClassService})
	w.settle()
	p.Receive(number(1), sender, "1")
	w.clock.Advance(12 * time.Hour)
	_, err := w.inbox.Wake(t.Context())
	check(t, err)
	w.settle()
	for i, want := range []int{1, 0} {
		if n, err := w.inbox.Missed(t.Context()); n != want || err == nil {
			t.Errorf("poll %d: fetched %d, %v; want %d, and the trouble of the gateway that is away", i, n, err, want)
		}
	}
	w.settle()
	var reasons []string
	for _, i := range w.queue.All() {
		reasons = append(reasons, i.Reason)
	}
	if diff := cmp.Diff([]string{"in_time"}, reasons); diff != "" {
		t.Errorf("before a person (-want +got):\n%s", diff)
	}
}
