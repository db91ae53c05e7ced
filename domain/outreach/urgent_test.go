package outreach_test

import (
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// Whom an emergency would reach by letter, because they have no phone or want
// no texts, somebody rings: "the hall is flooded" is of no use by post.
func TestAnEmergencyRingsWhomNoTextReaches(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.add(2)
	h.folk.order = append(h.folk.order, "person000002")
	h.folk.phones["person000002"] = ""
	check(t, h.svc.OptOut(t.Context(), olive("stop"), "p1", outreach.OptOutInput{Person: "person000001", Source: outreach.FromStaff}))
	in := outreach.EmergencyInput{Statuses: []string{"invited"}, Template: "change", ConfirmedBy: "Nia Brook"}
	seen, err := h.svc.PreviewEmergency(t.Context(), olive("").Actor, "p1", in)
	check(t, err)
	in.Confirm = seen.Confirm
	_, err = h.svc.Emergency(t.Context(), olive("emergency"), "p1", in)
	check(t, err)
	_, err = h.svc.Tick(t.Context())
	check(t, err)
	ring := map[string]bool{}
	for _, i := range h.queue.All() {
		ring[i.Person] = i.Reason == "ring_change"
	}
	if len(ring) != 2 || !ring["person000001"] || !ring["person000002"] || len(h.letters.All()) != 2 {
		t.Errorf("to ring are %v, beside %d letters; want the two whom no text reaches", ring, len(h.letters.All()))
	}
}

// Letters that wait when their process is cancelled are not printed, but for
// those that say so.
func TestLettersOfACancelledProcess(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.phones = map[string]string{"ann": ""}
	for _, template := range []string{"picked", "cancelled"} {
		_, err := h.svc.Send(t.Context(), olive(template), domain.MessageData{Process: "p1", Person: "ann", Template: template, Class: domain.ClassService})
		check(t, err)
	}
	h.folk.stage = domain.Cancelled
	b, err := h.svc.Print(t.Context(), olive("print"), "p1")
	check(t, err)
	if b.Letters != 1 || b.Expired != 1 {
		t.Errorf("printed %d, left out %d; want one each", b.Letters, b.Expired)
	}
}
