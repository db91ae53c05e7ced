package people_test

import (
	"fmt"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// TestSeatsKeepTheirNumbers: a seat's number stays when others leave, and when
// its holder was erased.
func TestSeatsKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	var ids []string
	for _, ref := range []string{"one", "two", "three"} {
		ids = append(ids, w.upTo(t, ref, people.Confirmed).ID)
		w.clock.Advance(time.Minute)
	}
	w.upTo(t, "four", people.Selected) // picked, and not seated
	if _, err := w.Withdraw(t.Context(), by(olu, "leave-one"), ids[0], people.WithdrawInput{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Erase(t.Context(), by(olu, "erase-one"), ids[0]); err != nil {
		t.Fatal(err)
	}
	for _, who := range []domain.Actor{olu, fay, caller} {
		got, err := w.Seats(t.Context(), who, "p1")
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 3 {
			t.Fatalf("got %d seats, want 3", len(got))
		}
		for i, x := range got {
			if x.Number != i+1 || x.Person != ids[i] || x.Holds() != (i > 0) {
				t.Errorf("seat %d is %+v", i+1, x)
			}
		}
	}
	if _, err := w.Seats(t.Context(), comm, "p1"); !domain.Is(err, domain.Forbidden) {
		t.Errorf("a commissioner reads the seats: %v", err)
	}
	if _, err := w.Seats(t.Context(), domain.PublicActor("web"), "p1"); !domain.Is(err, domain.NotFound) {
		t.Errorf("the public reads the seats: %v", err)
	}
}

// TestSayingAway: a word on one session, taken back as easily, by the person
// or by staff for them.
func TestSayingAway(t *testing.T) {
	t.Parallel()
	w := newWorld()
	id := w.upTo(t, "one", people.Confirmed).ID
	me := domain.MemberActor("p1", id, "web")
	rows := []struct {
		who    domain.Actor
		in     people.AwayInput
		code   domain.Code
		absent int
	}{
		{me, people.AwayInput{}, domain.Invalid, 0},
		{me, people.AwayInput{Session: "s1"}, "", 1},
		{me, people.AwayInput{Session: "s1"}, "", 1},
		{caller, people.AwayInput{Session: "s2"}, "", 2},
		{me, people.AwayInput{Session: "s1", Coming: true}, "", 1},
		{domain.MemberActor("p1", "another", "web"), people.AwayInput{Session: "s3"}, domain.NotFound, 1},
		{comm, people.AwayInput{Session: "s3"}, domain.NotFound, 1},
	}
	for i, row := range rows {
		_, err := w.SayAway(t.Context(), by(row.who, fmt.Sprintf("away-%d", i)), id, row.in)
		if (err != nil) != (row.code != "") || err != nil && domain.CodeOf(err) != row.code {
			t.Errorf("row %d: got %v, want %q", i, err, row.code)
		}
		p, err := w.people.Get(t.Context(), id)
		if err != nil || len(p.CannotCome) != row.absent {
			t.Errorf("row %d: %d sessions are noted, want %d (%v)", i, len(p.CannotCome), row.absent, err)
		}
	}
}
