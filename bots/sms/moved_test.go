package sms_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

const (
	oldPhone = "+447700900123"
	newPhone = "+447700900555"
)

// offered is a world in which Ann was offered a seat at her old number, a
// letterlike text waits for later, and one more has just been claimed.
func offered(t *testing.T) (w *world, claimed outreach.Claim) {
	t.Helper()
	w = newWorld(t)
	w.town.people["p1/ann"] = outreach.Contact{Phone: oldPhone}
	tell := func(template string, notBefore time.Time, vars map[string]string) {
		w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: template, Class: domain.ClassService, Vars: vars, NotBefore: notBefore})
	}
	tell("picked", time.Time{}, map[string]string{"reply_by": "2018-06-28T17:00:00Z", "reply_by_text": "2018-06-28T17:00:00Z"})
	w.settle()
	tell("cancelled", w.clock.Now().Add(3*time.Hour), nil) // any text outside the conversation
	tell("registered", time.Time{}, nil)
	c, ok, err := w.svc.Claim(t.Context(), w.svc.Hash(oldPhone), outreach.LaneService, "dead")
	check(t, err)
	if !ok {
		t.Fatal("nothing was claimed")
	}
	w.clock.Advance(time.Second)
	return w, c
}

func (w *world) moving() domain.Effect {
	w.town.people["p1/ann"] = outreach.Contact{Phone: newPhone}
	return contactEffect("move", domain.ContactData{Process: "p1", Person: "ann", Number: w.svc.Hash(oldPhone), At: w.clock.Now()})
}

// heardOnce fails unless the texts, told by their beginnings, came to the
// handset once each and nothing else did.
func (w *world) heardOnce(number string, beginnings ...string) {
	w.t.Helper()
	said := w.said(number)
	for _, b := range beginnings {
		n := len(slices.DeleteFunc(slices.Clone(said), func(s string) bool { return !strings.HasPrefix(s, b) }))
		if n != 1 {
			w.t.Errorf("%q came %d times to %s", b, n, number[10:])
		}
	}
	if len(said) != len(beginnings) {
		w.t.Errorf("%d texts to %s, want %d: %q", len(said), number[10:], len(beginnings), said)
	}
}

const (
	offerText = "You have been picked"
	helloText = "Forest Health Jury, run for"
	askedText = "Can you come on all 5 days of"
	notedText = "Thank you, you are registered"
	laterText = "Forest Health Jury will not go ahead"
)

// TestACrashWhileANumberChangesLosesAndDoublesNothing: at each store
// operation of the change, with an offer open, a text waiting and another in
// flight. The relay asks again until it is done.
func TestACrashWhileANumberChangesLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for at := range 200 {
		w, _ := offered(t)
		ops := 0
		fail := func(string, string) error {
			if ops++; ops-1 == at {
				return errDown
			}
			return nil
		}
		e := w.moving()
		w.numbers.Before, w.texts.Before = fail, fail
		for range 3 {
			if err := w.svc.Execute(t.Context(), e); err != nil {
				w.build()
			}
		}
		done := ops <= at
		w.numbers.Before, w.texts.Before = nil, nil
		w.later(6, 7*time.Minute) // the lease runs out, looks are due
		w.later(1, 4*time.Hour)
		w.heardOnce(oldPhone, offerText) // what was in flight never went, and is not tried again there
		w.heardOnce(newPhone, helloText, askedText, notedText, laterText)
		n, err := w.svc.Number(t.Context(), w.svc.Hash(oldPhone))
		check(t, err)
		if len(n.People)+len(n.Conversations)+len(n.Outbox)+len(n.Partings) != 0 || len(n.Former) != 1 {
			t.Errorf("crash at operation %d: left at the old number: %d people, %d conversations, %d messages, %d partings", at, len(n.People), len(n.Conversations), len(n.Outbox), len(n.Partings))
		}
		if done {
			t.Logf("%d operations, a crash at each", at)
			return
		}
	}
	t.Error("more operations than were tried")
}

// TestWhatWasInFlightIsSaidAgainWhereTheyAre: the gateway took it for the old
// number as they moved; it may have been read by somebody else.
func TestWhatWasInFlightIsSaidAgainWhereTheyAre(t *testing.T) {
	t.Parallel()
	for _, class := range []outreach.Class{outreach.Accepted, outreach.Retryable, outreach.Ambiguous, outreach.Refused} {
		w, c := offered(t)
		check(t, w.svc.Execute(t.Context(), w.moving()))
		check(t, w.svc.Settle(t.Context(), c, outreach.Outcome{Class: class, Gateway: "simulated", Provider: "SM9"}))
		w.later(6, 7*time.Minute)
		w.later(1, 4*time.Hour)
		w.heardOnce(oldPhone, offerText)
		w.heardOnce(newPhone, helloText, askedText, notedText, laterText)
	}
}

// TestAMessageOvertakenByAChangeOfNumber: its number was looked up, then the
// person moved and all of that was carried out, then it is written.
func TestAMessageOvertakenByAChangeOfNumber(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{false, true} {
		w := newWorld(t)
		w.town.people["p1/ann"] = outreach.Contact{Phone: oldPhone}
		if known {
			w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: "invitation", Class: domain.ClassService})
			w.settle()
		}
		d := domain.MessageData{Process: "p1", Person: "ann", Template: "registered", Class: domain.ClassService}
		e, moves := effect(t, domain.EffectMessage, "late", d), 0
		w.numbers.Before = func(op, _ string) error {
			if op != "get" || moves > 0 {
				return nil
			}
			moves++
			return w.svc.Execute(t.Context(), w.moving())
		}
		if err := w.svc.Execute(t.Context(), e); err != nil && !domain.Is(err, domain.Unavailable) {
			t.Fatal(err)
		}
		check(t, w.svc.Execute(t.Context(), e)) // the relay asks again
		w.settle()
		for _, text := range w.said(oldPhone) {
			if strings.HasPrefix(text, notedText) {
				t.Errorf("known %v: it went to the old number", known)
			}
		}
		if !slices.ContainsFunc(w.said(newPhone), func(s string) bool { return strings.HasPrefix(s, notedText) }) {
			t.Errorf("known %v: it did not reach the new number: %q", known, w.said(newPhone))
		}
		n, err := w.svc.Number(t.Context(), w.svc.Hash(oldPhone))
		check(t, err)
		if len(n.People) != 0 {
			t.Errorf("known %v: the old number is bound again", known)
		}
	}
}

// TestWhatWasSaidAtTheOldNumberStaysInTheHistory, and is erased with the
// person though somebody else has the number now.
func TestWhatWasSaidAtTheOldNumberStaysInTheHistory(t *testing.T) {
	t.Parallel()
	w, _ := offered(t)
	w.text(oldPhone, "is there parking at all")
	w.settle()
	check(t, w.svc.Execute(t.Context(), w.moving()))
	w.text(oldPhone, "who are you people then")
	w.settle()
	w.clock.Advance(outreach.StrangersKept + 48*time.Hour)
	_, err := w.svc.Tick(t.Context())
	check(t, err)
	words := func() string {
		lines, err := w.svc.Lines(t.Context(), "p1", "ann")
		check(t, err)
		var all []string
		for _, l := range lines {
			all = append(all, l.Text)
		}
		return strings.Join(all, "\n")
	}
	if got := words(); !strings.Contains(got, "is there parking") || !strings.Contains(got, offerText) || strings.Contains(got, "who are you") {
		t.Errorf("Ann's history: %s", got)
	}
	for _, phone := range []string{oldPhone, newPhone} {
		check(t, w.svc.Forget(t.Context(), domain.Command{Key: "f" + phone}, "p1", "ann", phone))
	}
	if got := words(); strings.Contains(got, "parking") || strings.Contains(got, "picked") {
		t.Errorf("after erasure: %s", got)
	}
}

// TestLeavingEndsWhatIsOpen, erasure too: a later answer is no answer, and
// nothing that was waiting goes out; what is told because they left does.
func TestLeavingEndsWhatIsOpen(t *testing.T) {
	t.Parallel()
	for _, left := range []string{"declined", "no_answer", "ineligible", "withdrawn", "removed", "deceased", "erased"} {
		w, c := offered(t)
		d := domain.ContactData{Process: "p1", Person: "ann", Number: w.svc.Hash(oldPhone), Left: left, At: w.clock.Now()}
		if left == "erased" {
			check(t, w.svc.Forget(t.Context(), domain.Command{Key: "e"}, "p1", "ann", oldPhone))
		} else {
			w.town.people["p1/ann"] = outreach.Contact{Phone: oldPhone, Left: true}
			w.clock.Advance(time.Second)
			w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: "offer_expired", Class: domain.ClassService})
			for range 2 {
				check(t, w.svc.Execute(t.Context(), contactEffect("left", d)))
			}
			check(t, w.svc.Settle(t.Context(), c, outreach.Outcome{Class: outreach.Retryable}))
		}
		for range 6 { // reminders of the offer would be due
			w.later(1, 8*time.Hour)
			_, err := w.inbox.Wake(t.Context())
			check(t, err)
		}
		w.text(oldPhone, "1")
		w.settle()
		for _, text := range w.said(oldPhone) {
			if strings.HasPrefix(text, laterText) || strings.HasPrefix(text, notedText) || strings.Contains(text, "waiting for your answer") {
				t.Errorf("%s: still told %q", left, text)
			}
		}
		if len(w.town.done) != 0 {
			t.Errorf("%s: a later 1 was carried out: %q", left, w.town.done)
		}
		want := 3 // the offer, what they were told as they left, the answer by state
		if left == "erased" {
			want = 1 // an unknown number's 1 of no process: the offer itself was before
		}
		if got := len(w.said(oldPhone)); got < want {
			t.Errorf("%s: %d texts, want %d: %q", left, got, want, w.said(oldPhone))
		}
	}
}

// TestWhatAConversationSaysOfGivingUpIsSaid, though it waits for the morning
// and the person has left by then.
func TestWhatAConversationSaysOfGivingUpIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.town.people["p1/ann"] = outreach.Contact{Phone: oldPhone}
	w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: "picked", Class: domain.ClassService, Vars: map[string]string{
		"reply_by": "2018-06-18T22:00:00Z", "reply_by_text": "2018-06-18T22:00:00Z",
	}})
	w.settle()
	w.clock.Advance(14 * time.Hour) // at night
	_, err := w.inbox.Wake(t.Context())
	check(t, err)
	w.settle()
	w.clock.Advance(time.Second)
	w.town.people["p1/ann"] = outreach.Contact{Phone: oldPhone, Left: true}
	check(t, w.svc.Execute(t.Context(), contactEffect("left", domain.ContactData{
		Process: "p1", Person: "ann", Number: w.svc.Hash(oldPhone), Left: "no_answer", Asked: true, At: w.clock.Now(),
	})))
	w.later(1, 10*time.Hour)
	w.heardOnce(oldPhone, offerText, "Forest Health Jury: we have not heard from you")
}

// TestTextsAgainAtANewNumber: somebody in no conversation, whose wish came
// along from another number, texts START from the new one.
func TestTextsAgainAtANewNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.town.people["p1/ann"] = outreach.Contact{Phone: oldPhone}
	w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: "registered", Class: domain.ClassService})
	w.settle()
	olive := domain.Actor{ID: "olive", Via: "web", Grants: []domain.Grant{{Role: domain.Organiser, Process: "p1"}}}
	check(t, w.svc.OptOut(t.Context(), domain.Command{Key: "o", Actor: olive}, "p1", outreach.OptOutInput{Person: "ann", Source: outreach.FromStaff}))
	check(t, w.svc.Execute(t.Context(), w.moving()))
	w.settle()
	if said := w.said(newPhone); len(said) != 0 {
		t.Fatalf("texted against their wish: %q", said)
	}
	w.text(newPhone, "START")
	w.settle()
	n, err := w.svc.Number(t.Context(), w.svc.Hash(newPhone))
	check(t, err)
	if n.Refuses("p1", "ann") || len(w.said(newPhone)) != 1 {
		t.Errorf("refuses %v, said %q", n.Refuses("p1", "ann"), w.said(newPhone))
	}
	if old, err := w.svc.Number(t.Context(), w.svc.Hash(oldPhone)); err != nil || !old.OptedOut("p1") {
		t.Errorf("the old number's own STOP was lifted (%v)", err)
	}
}
