package sms_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

const rows = 200

// copies posts n copies of each webhook at the same moment.
func (w *world) copies(hooks []gateway.Webhook, n int) {
	w.t.Helper()
	for _, h := range hooks {
		var ready, wg sync.WaitGroup
		ready.Add(1)
		for range n {
			wg.Go(func() {
				ready.Wait()
				if err := w.post(h); err != nil {
					w.t.Errorf("copy: %v", err)
				}
			})
		}
		ready.Done()
		wg.Wait()
	}
}

func (w *world) hooks(n int) []gateway.Webhook {
	var out []gateway.Webhook
	for i := range n {
		out = append(out, w.net.Write(number(i), "FOREST"))
	}
	return out
}

// once fails unless every one of n residents has one event, one reply and
// nothing else.
func (w *world) once(n int) {
	w.t.Helper()
	if got := len(w.textEvents()); got != n {
		w.t.Errorf("%d events, want %d", got, n)
	}
	for i := range n {
		if got := len(w.said(number(i))); got != 1 {
			w.t.Errorf("resident %d got %d texts, want 1", i, got)
		}
	}
}

func (w *world) textEvents() []outreach.Received {
	var out []outreach.Received
	for _, e := range w.events.All() {
		if e.Kind == outreach.KindText {
			out = append(out, e)
		}
	}
	return out
}

func TestCopiesOfAWebhookAreOneMessage(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 8} {
		t.Run(fmt.Sprintf("%d at once", n), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			hooks := w.hooks(rows)
			w.copies(hooks, n)
			w.copies(hooks[:20], 1) // and again, later
			w.settle()
			w.copies(hooks[20:40], 1) // and after everything was done
			w.settle()
			w.once(rows)
			if got, want := w.counts.of("text_repeated"), rows*(n-1)+40; got != want {
				t.Errorf("%d repeats counted, want %d", got, want)
			}
		})
	}
}

// TestTextsThatComeLateAndOutOfOrder: what the network held back for ten
// minutes and then brought newest first is kept and answered, each text once.
func TestTextsThatComeLateAndOutOfOrder(t *testing.T) {
	t.Parallel()
	const residents = 40
	w := newWorld(t)
	var hooks []gateway.Webhook
	for i := range residents {
		hooks = append(hooks, w.net.Write(number(i), "FOREST"), w.net.Write(number(i), "1"))
	}
	slices.Reverse(hooks)
	w.clock.Advance(10 * time.Minute)
	for _, h := range hooks {
		check(t, w.post(h))
	}
	w.settle()
	if got := len(w.textEvents()); got != 2*residents {
		t.Errorf("%d events, want %d", got, 2*residents)
	}
	for i := range residents {
		if got := len(w.said(number(i))); got != 2 {
			t.Errorf("resident %d got %d answers to two texts: %q", i, got, w.said(number(i)))
		}
	}
}

func TestTheSameIDWithOtherWordsIsKeptAside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.net.Write(ann, "FOREST")
	check(t, w.post(h))
	form := gateway.InboundForm(sid(h), ann, w.net.Sender(), "STOP")
	forged := gateway.Webhook{Target: inPath, Header: http.Header{}, Body: []byte(form.Encode())}
	forged.Header.Set("X-Twilio-Signature", gateway.TwilioSignature("12345", publicURL+inPath, form))
	check(t, w.post(forged), w.post(forged))
	w.settle()
	if got := len(w.textEvents()); got != 2 {
		t.Errorf("%d events, want the first and one aside", got)
	}
	if w.counts.of("text_conflicting") != 2 || len(w.said(ann)) != 1 {
		t.Errorf("conflicting %d, texts %d; want 2 and 1", w.counts.of("text_conflicting"), len(w.said(ann)))
	}
}

func sid(h gateway.Webhook) string {
	_, rest, _ := strings.Cut(string(h.Body), "MessageSid=")
	id, _, _ := strings.Cut(rest, "&")
	return id
}

func TestAWrongSignatureIsRefusedBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name string
		edit func(*gateway.Webhook)
		want int
	}{
		{"no signature", func(h *gateway.Webhook) { h.Header.Del("X-Twilio-Signature") }, 403},
		{"another's signature", func(h *gateway.Webhook) { h.Header.Set("X-Twilio-Signature", "AAAA") }, 403},
		{"one letter changed", func(h *gateway.Webhook) { h.Body = []byte(strings.Replace(string(h.Body), "FOREST", "FORESt", 1)) }, 403},
		{"not a form, unsigned", func(h *gateway.Webhook) { h.Body = []byte("%zz;;") }, 403},
		{"too large", func(h *gateway.Webhook) { h.Body = make([]byte, gateway.MaxBody+1) }, 413},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			h := w.net.Write(ann, "FOREST")
			r.edit(&h)
			err := w.post(h)
			if got := gateway.HTTPStatus(err); got != r.want {
				t.Errorf("%v: status %d, want %d", err, got, r.want)
			}
			if len(w.events.All()) != 0 {
				t.Error("something was kept")
			}
		})
	}
}

func TestNothingIsAcknowledgedWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	down := func(string, string) error { return errDown }
	w.events.Before, w.numbers.Before = down, down
	hooks := w.hooks(rows)
	for _, h := range hooks {
		if err := w.post(h); !domain.Is(err, domain.Unavailable) {
			t.Fatalf("got %v, want unavailable", err)
		}
	}
	w.events.Before, w.numbers.Before = nil, nil
	w.copies(hooks, 2) // the provider's retries
	w.settle()
	w.once(rows)
}

func TestACrashAtAnyStoreOperationLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	clean := newWorld(t)
	clean.crashing(-1)
	clean.once(3)
	for n := range 400 {
		w := newWorld(t)
		done := w.crashing(n)
		w.once(3)
		if diff := len(w.town.done) - len(clean.town.done); diff != 0 {
			t.Errorf("crash at operation %d: %d commands more than without", n, diff)
		}
		if done {
			t.Logf("%d operations, a crash at each", n)
			return
		}
	}
	t.Error("more operations than were tried")
}

// crashing plays three residents; the store fails once at its n-th operation
// and everything in memory is then lost, as after kill -9. It reports whether
// the end was reached before the failure.
func (w *world) crashing(n int) bool {
	var ops atomic.Int64
	before := func(string, string) error {
		if ops.Add(1)-1 == int64(n) {
			return errDown
		}
		return nil
	}
	w.events.Before, w.numbers.Before, w.texts.Before = before, before, before
	hooks := w.hooks(3)
	for _, h := range hooks {
		if err := w.post(h); err != nil {
			check(w.t, w.post(h)) // the provider sends it again
		}
	}
	for range 6 {
		if err := w.calm(); err != nil {
			w.build()
		}
		w.clock.Advance(7 * time.Minute) // leases run out, looks are due
	}
	return n >= 0 && ops.Load() <= int64(n)
}

// calm is settle that answers the failure.
func (w *world) calm() error {
	ctx := w.t.Context()
	for range 20 {
		n, err := w.inbox.Drain(ctx)
		if err != nil {
			return err
		}
		sent, err := w.outbox.Tick(ctx)
		if err != nil {
			return err
		}
		for _, h := range w.net.Reports() {
			if err := errors.Join(w.post(h)); err != nil {
				check(w.t, w.post(h))
			}
			n++
		}
		if n+sent == 0 {
			return nil
		}
	}
	return errors.New("it does not come to rest")
}

func TestStopWinsWhateverIsNotInFlight(t *testing.T) {
	t.Parallel()
	stopped, sent := 0, 0
	for i := range 60 {
		w := newWorld(t)
		w.town.people["p1/ann"] = outreach.Contact{Phone: ann}
		w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: "picked", Class: domain.ClassDecision})
		h := w.net.Write(ann, "STOP")
		check(t, w.post(h))
		id := w.svc.Hash(ann)
		// The STOP is taken in at a moment of the claim that differs each time.
		ops := 0
		w.numbers.Before = func(op, doc string) error {
			ops++
			if doc == id && ops == i+1 {
				w.numbers.Before = nil
				_, err := w.inbox.Drain(t.Context())
				return err
			}
			return nil
		}
		_, err := w.outbox.Tick(t.Context())
		check(t, err)
		w.numbers.Before = nil
		w.settle()
		var offers, farewells int
		for _, s := range w.said(ann) {
			if strings.Contains(s, "picked for") {
				offers++
			} else {
				farewells++
			}
		}
		if offers > 1 || farewells != 1 {
			t.Fatalf("round %d: %d offers and %d farewells: %q", i, offers, farewells, w.said(ann))
		}
		n, err := w.svc.Number(t.Context(), id)
		check(t, err)
		if !n.OptedOut("p1") || len(n.Outbox) != 0 {
			t.Fatalf("round %d: opted out %v, %d messages left", i, n.OptedOut("p1"), len(n.Outbox))
		}
		stopped, sent = stopped+1-offers, sent+offers
		w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: "called_up", Class: domain.ClassDecision})
		w.settle()
		if got := len(w.said(ann)); got != offers+1 {
			t.Fatalf("round %d: a text went out after STOP: %q", i, w.said(ann))
		}
	}
	if stopped == 0 || sent == 0 {
		t.Errorf("the race was not one: stopped %d, sent %d", stopped, sent)
	}
}

func TestTheBacklogIsBoundedAndTheStoreKnowsTheRest(t *testing.T) {
	t.Parallel()
	const texts = 700 // more than a worker's queue holds; nobody works
	w := newWorld(t)
	for range texts {
		check(t, w.post(w.net.Write(ann, "hello")))
	}
	if w.counts.of("backlog_full") == 0 {
		t.Error("the queue in memory has no bound")
	}
	n, err := w.inbox.Drain(t.Context())
	check(t, err)
	if n != texts {
		t.Errorf("%d events taken in, want %d", n, texts)
	}
	// Somebody who texts without end is not answered without end.
	w.settle()
	if got := len(w.said(ann)); got == 0 || got > outreach.MaxAnswers {
		t.Errorf("%d answers to %d texts, want at most %d", got, texts, outreach.MaxAnswers)
	}
	if got := len(w.queue.All()); got == 0 || got > outreach.MaxPassed+1 {
		t.Errorf("%d items before a person, want at most %d", got, outreach.MaxPassed+1)
	}
}
