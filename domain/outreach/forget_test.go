package outreach_test

import (
	"strings"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

func (h *house) heard(id, phone, person, words string) {
	h.t.Helper()
	a, err := h.svc.Receive(h.t.Context(), outreach.Raw{Provider: "simulated", Kind: outreach.KindText, External: id, Phone: phone, Content: []byte(words)})
	check(h.t, err)
	_, _, err = h.svc.Step(h.t.Context(), h.svc.Hash(phone), a.ID, phone, func(*outreach.Number) error { return nil })
	check(h.t, err)
	check(h.t, h.svc.Processed(h.t.Context(), a.ID, outreach.Understood{Process: "p1", Person: person, Text: words}))
}

func TestForgettingOneOfTwoOnAPhoneBlanksTheirWordsAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const phone = "+447700900123"
	h.folk.phones = map[string]string{"ann": phone, "bob": phone}
	for _, who := range []string{"ann", "bob"} {
		_, err := h.svc.Send(t.Context(), olive(who), domain.MessageData{Process: "p1", Person: who, Template: "picked", Class: domain.ClassService})
		check(t, err)
		h.heard("SM"+who, phone, who, "I am "+who)
	}
	for range 2 {
		check(t, h.svc.Forget(t.Context(), olive("f"), "p1", "ann", phone))
	}
	for who, want := range map[string]bool{"ann": false, "bob": true} {
		lines, err := h.svc.Lines(t.Context(), "p1", who)
		check(t, err)
		found := false
		for _, l := range lines {
			found = found || strings.Contains(l.Text, "I am "+who)
		}
		if found != want {
			t.Errorf("%s readable: %v, want %v", who, found, want)
		}
	}
}

func TestANumberOfNobodyIsForgottenAfterAWhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.phones = map[string]string{"ann": "+447700900123"}
	_, err := h.svc.Send(t.Context(), olive("1"), domain.MessageData{Process: "p1", Person: "ann", Template: "picked"})
	check(t, err)
	h.heard("SM1", "+447700900124", "", "who is this")
	h.clock.Advance(outreach.StrangersKept - time.Hour)
	_, err = h.svc.Tick(t.Context())
	check(t, err)
	e, err := h.svc.Event(t.Context(), "simulated:text:SM1")
	check(t, err)
	if _, err := h.svc.Content(t.Context(), e); err != nil {
		t.Errorf("forgotten too early: %v", err)
	}
	h.clock.Advance(26 * time.Hour)
	_, err = h.svc.Tick(t.Context())
	check(t, err)
	if _, err := h.svc.Content(t.Context(), e); !domain.Is(err, domain.NotFound) {
		t.Errorf("still readable: %v", err)
	}
	n, err := h.svc.Number(t.Context(), h.svc.Hash("+447700900123"))
	if err != nil || n.Phone == "" {
		t.Errorf("somebody's number was forgotten: %v", err)
	}
}

func TestAWaveThatCannotBePutIntoWordsStopsAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.add(3)
	check(t, h.svc.Execute(t.Context(), h.broadcast("unknown")))
	good := h.broadcast("invitation")
	good.ID = "another"
	check(t, h.svc.Execute(t.Context(), good))
	if _, err := h.svc.Tick(t.Context()); !domain.Is(err, domain.Internal) {
		t.Errorf("got %v, want the fault for the log", err)
	}
	states := map[string]outreach.Wave{}
	for _, w := range h.waves.All() {
		states[w.Template] = w
	}
	if w := states["unknown"]; w.State != outreach.WavePaused || w.Problem == "" || len(w.Effects) != 1 {
		t.Errorf("got %+v, want it paused with the reason and a notice", w.View())
	}
	if w := states["invitation"]; w.Told != 3 {
		t.Errorf("the wave behind it told %d, want 3", w.Told)
	}
}

func TestAPhoneThatWasOffGetsOneMoreTry(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.phones = map[string]string{"ann": "+447700900123"}
	id := h.svc.Hash("+447700900123")
	_, err := h.svc.Send(t.Context(), olive("1"), domain.MessageData{Process: "p1", Person: "ann", Template: "picked", Class: domain.ClassService})
	check(t, err)
	var sent []string
	for range 4 {
		c, ok, err := h.svc.Claim(t.Context(), id, outreach.LaneService, "w")
		check(t, err)
		if ok {
			sent = append(sent, c.Message.ID)
			check(t, h.svc.Settle(t.Context(), c, outreach.Outcome{Class: outreach.Accepted, Provider: "SM"}))
		}
		for _, m := range sent {
			_, err := h.svc.Reported(t.Context(), id, m, outreach.Report{State: outreach.Undelivered, Code: "30003"})
			check(t, err)
			_, err = h.svc.Retry(t.Context(), id, m)
			check(t, err)
		}
		h.clock.Advance(2 * time.Hour)
	}
	if len(sent) != 2 {
		t.Errorf("sent %d times, want twice", len(sent))
	}
}

// A reminder that the network could not deliver is not tried again, and not
// printed, when its moment will have passed: "today" would come tomorrow.
func TestASecondTryComesInTimeOrNotAtAll(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		left    time.Duration // until it is worth saying no longer, when the report comes
		tries   int
		letters int
	}{
		{30 * time.Minute, 1, 1}, {-time.Minute, 1, 0}, {90 * time.Minute, 2, 0}, {3 * time.Hour, 2, 0},
	} {
		h := newHouse(t)
		h.folk.phones = map[string]string{"ann": "+447700900123"}
		id := h.svc.Hash("+447700900123")
		_, err := h.svc.Send(t.Context(), olive("1"), domain.MessageData{
			Process: "p1", Person: "ann", Template: "picked", Class: domain.ClassService, Expires: h.clock.Now().Add(2*time.Hour + c.left),
		})
		check(t, err)
		tries := 0
		for range 12 {
			m, ok, err := h.svc.Claim(t.Context(), id, outreach.LaneService, "w")
			check(t, err)
			if ok {
				tries++
				check(t, h.svc.Settle(t.Context(), m, outreach.Outcome{Class: outreach.Accepted, Provider: "SM"}))
			}
			if ok && tries == 1 {
				h.clock.Advance(2 * time.Hour)
				_, err := h.svc.Reported(t.Context(), id, m.Message.ID, outreach.Report{State: outreach.Undelivered, Code: "30003"})
				check(t, err)
				again, err := h.svc.Retry(t.Context(), id, m.Message.ID)
				check(t, err)
				if !again {
					check(t, h.svc.Instead(t.Context(), id, m.Message.ID))
				}
			}
			h.clock.Advance(10 * time.Minute)
		}
		if letters := len(h.letters.All()); tries != c.tries || letters != c.letters {
			t.Errorf("%v before its end: %d tries, %d letters; want %d, %d", c.left, tries, letters, c.tries, c.letters)
		}
	}
}
