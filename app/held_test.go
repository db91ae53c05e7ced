package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
)

// An offer does not run out while what its person wrote lies unread: it stands
// until a day after that was answered, and a yes by then takes the seat.
func TestAnOfferWaitsForUs(t *testing.T) {
	t.Parallel()
	p, _ := quietHouse(t)
	p.at("2026-01-15 10:00")
	p.promise()
	p.applies()
	early := map[string]bool{}
	for i := range 20 { // unread since long before: that holds no offer
		number := fmt.Sprintf("+999000000%03d", i)
		p.texts(number, "is there parking for a van?")
		early[number] = true
	}
	p.draws()
	offered := p.phones(people.Offered)
	at := slices.IndexFunc(offered, func(number string) bool { return early[number] })
	if at < 0 {
		t.Fatal("none of those who texted early was picked: the test asks nothing")
	}
	silent := offered[at]
	others := slices.Delete(slices.Clone(offered), at, at+1)
	asks, slow := others[0], others[1]
	for _, number := range []string{asks, slow} {
		p.texts(number, "is there a lift at the hall? my knees are bad")
	}
	items, _, err := p.outreach.QueueList(p.ctx, p.actors["organiser"], p.id, "", "", 50)
	if err != nil {
		t.Fatal(err)
	}
	waiting := slices.DeleteFunc(items, func(i outreach.ItemView) bool {
		return i.Person != p.person(asks) && i.Person != p.person(slow)
	})
	if len(waiting) < 2 || len(waiting) == len(items) {
		t.Fatalf("%d messages wait, %d of those two", len(items), len(waiting))
	}
	p.later(8 * 24 * time.Hour) // past the offer's deadline
	if p.stands(silent) != people.NoAnswer || p.stands(asks) != people.Offered || p.stands(slow) != people.Offered {
		t.Errorf("past the deadline: silent %s, unread %s and %s", p.stands(silent), p.stands(asks), p.stands(slow))
	}
	for _, item := range waiting {
		must[outreach.ItemView](t)(p.outreach.QueueClaim(p.ctx, p.do("organiser"), p.id, item.ID))
		must[outreach.ItemView](t)(p.outreach.QueueReply(p.ctx, p.do("organiser"), p.id, item.ID, outreach.ReplyInput{Text: "There is a lift at the back."}))
	}
	p.settled()
	p.later(20 * time.Hour)
	p.texts(asks, "1")
	if p.stands(asks) != people.Confirmed || p.stands(slow) != people.Offered {
		t.Errorf("a yes within the day after our answer: %s, and who says nothing yet: %s", p.stands(asks), p.stands(slow))
	}
	p.later(20 * time.Hour)
	if said, _ := p.since(slow, 0); p.stands(slow) != people.NoAnswer || !strings.Contains(said, "lift at the back") {
		t.Errorf("a day after our answer: %s, told %q", p.stands(slow), said)
	}
}
