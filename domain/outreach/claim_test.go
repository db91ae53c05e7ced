package outreach_test

import (
	"context"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// shut is a vault whose keyring cannot be reached.
type shut struct{ domain.Vault }

func (shut) Open(context.Context, string, string, domain.Sealed) ([]byte, error) {
	return nil, domain.E(domain.Unavailable, "the keyring went away")
}

// TestAMessageWhoseWordsCannotBeReadWaits: a claim that never reached the
// gateway is given back, so that a decision needs nobody to look for it, and
// an outage uses up no attempts.
func TestAMessageWhoseWordsCannotBeReadWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.add(1)
	_, err := h.svc.Send(t.Context(), olive("1"), domain.MessageData{Process: "p1", Person: "person000000", Template: "picked", Class: domain.ClassDecision})
	check(t, err)
	number := h.numbers.All()[0].ID
	open := h.svc.Vault
	h.svc.Vault = shut{open}
	for range 3 * outreach.MaxAttempts {
		h.clock.Advance(time.Minute)
		if _, ok, err := h.svc.Claim(t.Context(), number, outreach.LaneService, "one"); ok || !domain.Is(err, domain.Unavailable) {
			t.Fatalf("claimed: %v, %v; want unavailable", ok, err)
		}
		if m := h.numbers.All()[0].Outbox[0]; m.State != outreach.Pending || m.Attempts != 0 {
			t.Fatalf("the message is %s after %d attempts, want pending after none", m.State, m.Attempts)
		}
	}
	h.svc.Vault = open
	h.clock.Advance(time.Minute)
	c, ok, err := h.svc.Claim(t.Context(), number, outreach.LaneService, "two")
	if err != nil || !ok || c.Body == "" || c.Phone == "" {
		t.Errorf("afterwards: %+v, %v, %v; want the message", c.Message, ok, err)
	}
}
