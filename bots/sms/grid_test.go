package sms_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/bots/sms"
	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// reported is how many messages each mishap of their reports is tried on.
const reported = 60

// awaiting sends so many messages and answers the reports that the network
// has about them, which nobody has brought yet.
func awaiting(t *testing.T, n int) (*world, []gateway.Webhook) {
	t.Helper()
	w := newWorld(t)
	w.told(n, domain.ClassService, "picked")
	for range 100 {
		sent, err := w.outbox.Tick(t.Context())
		check(t, err)
		if sent == 0 {
			break
		}
		w.clock.Advance(time.Second)
	}
	hooks := w.net.Reports()
	if len(hooks) < n || w.states()[outreach.Sent] != n {
		t.Fatalf("%d reports of %d messages, states %v", len(hooks), n, w.states())
	}
	return w, hooks
}

// delivered fails unless every message is delivered, once, and none was sent
// again.
func (w *world) delivered(n int) {
	w.t.Helper()
	if diff := cmp.Diff(map[outreach.State]int{outreach.Delivered: n}, w.states()); diff != "" {
		w.t.Errorf("states (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[int]int{1: n}, w.handsets()); diff != "" {
		w.t.Errorf("handsets by copies (-want +got):\n%s", diff)
	}
}

// TestMishapsOfReports: whatever becomes of the way of the reports, each
// message is delivered once at the end, none is sent again, and what was not
// kept was not acknowledged.
func TestMishapsOfReports(t *testing.T) {
	t.Parallel()
	mishaps := map[string]func(w *world, hooks []gateway.Webhook){
		"twice and eight times at once": func(w *world, hooks []gateway.Webhook) {
			w.copies(hooks, 2)
			w.copies(hooks, 8)
		},
		"newest first, a day late": func(w *world, hooks []gateway.Webhook) {
			w.later(24, time.Hour)
			slices.Reverse(hooks)
			w.copies(hooks, 1)
		},
		"the answer is cut, so they come again": func(w *world, hooks []gateway.Webhook) {
			w.copies(hooks, 1)
			w.settle()
			w.copies(hooks, 1)
		},
		"the store is away": func(w *world, hooks []gateway.Webhook) {
			down := func(string, string) error { return errDown }
			w.events.Before, w.numbers.Before, w.texts.Before = down, down, down
			for _, h := range hooks {
				if err := w.post(h); !domain.Is(err, domain.Unavailable) {
					w.t.Errorf("got %v, want unavailable", err)
				}
			}
			w.events.Before, w.numbers.Before, w.texts.Before = nil, nil, nil
			w.copies(hooks, 1)
		},
		"a restart between keeping and taking in": func(w *world, hooks []gateway.Webhook) {
			w.copies(hooks, 1)
			w.build()
		},
		"everybody says STOP before they come": func(w *world, hooks []gateway.Webhook) {
			w.copies(hooks, 1)
			for i := range reported {
				w.text(number(i), "STOP")
			}
		},
	}
	for name, mishap := range mishaps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, hooks := awaiting(t, reported)
			mishap(w, hooks)
			w.settle()
			if strings.Contains(name, "STOP") {
				if got := w.states()[outreach.Delivered]; got < reported {
					t.Errorf("%d delivered of %d: %v", got, reported, w.states())
				}
				return
			}
			w.delivered(reported)
		})
	}
}

// TestReportsThatAreLostChangeNothing: a message whose reports never come
// stays sent; it is neither sent again nor called delivered.
func TestReportsThatAreLostChangeNothing(t *testing.T) {
	t.Parallel()
	w, _ := awaiting(t, reported)
	w.later(48, time.Hour)
	if diff := cmp.Diff(map[outreach.State]int{outreach.Sent: reported}, w.states()); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[int]int{1: reported}, w.handsets()); diff != "" {
		t.Errorf("handsets by copies (-want +got):\n%s", diff)
	}
}

// TestReportsFasterThanTheyAreWorkedOn: the queue in memory is bounded, the
// store holds the rest, and a sweep takes all of it in.
func TestReportsFasterThanTheyAreWorkedOn(t *testing.T) {
	t.Parallel()
	const messages = 700 // with one worker more than its queue holds
	w, hooks := awaiting(t, messages)
	w.inbox = sms.NewInbox(sms.InboxDeps{
		Outreach: w.svc, Gateways: []gateway.Gateway{gateway.NewSimulated(w.net)}, Desk: w.desk, Clock: w.clock,
		Count: w.counts.add, Workers: 1,
	})
	for _, h := range hooks {
		check(t, w.post(h))
	}
	if w.counts.of("backlog_full") == 0 {
		t.Error("the queue in memory has no bound")
	}
	w.settle()
	w.delivered(messages)
}

// TestABodyThatMayBeEncodedIsLoggedNotGuessed: nothing of it is decoded; the
// resident is asked again, and the log says so without the words or the number.
func TestABodyThatMayBeEncodedIsLoggedNotGuessed(t *testing.T) {
	t.Parallel()
	const body = "eWVzIHBsZWFzZSwgSSB3YW50IHRvIGNvbWU=" // "yes please, I want to come"
	w := newWorld(t)
	var log bytes.Buffer
	w.inbox.Log = slog.New(slog.NewTextHandler(&log, nil))
	w.town.people["p1/ann"] = outreach.Contact{Phone: ann}
	w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: "invitation", Class: domain.ClassService})
	w.settle()
	form := gateway.InboundForm("SM1", ann, w.net.Sender(), body)
	h := gateway.Webhook{Target: inPath, Header: http.Header{}, Body: []byte(form.Encode())}
	h.Header.Set("X-Twilio-Signature", gateway.TwilioSignature("12345", publicURL+inPath, form))
	check(t, w.post(h), w.post(h))
	w.settle()
	said := w.said(ann)
	if len(said) != 2 || !strings.Contains(said[1], "did not understand") {
		t.Errorf("said %q, want the invitation and the question again", said)
	}
	if got := w.counts.of("text_maybe_encoded"); got != 1 || strings.Count(log.String(), "base64") != 1 {
		t.Errorf("counted %d, logged %q; want each once", got, log.String())
	}
	if strings.Contains(log.String(), body) || strings.Contains(log.String(), "900123") {
		t.Errorf("the log holds words or a number: %s", log.String())
	}
	kept, err := w.svc.Content(t.Context(), w.textEvents()[0])
	check(t, err)
	if !bytes.Contains(kept, []byte(body)) {
		t.Error("the text was not kept as it came")
	}
}
