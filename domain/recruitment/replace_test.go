package recruitment_test

import (
	"slices"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

// answer lets an offered person say yes or no.
func (w *world) answer(id string, yes bool) {
	w.t.Helper()
	var err error
	if yes {
		_, err = w.people.Confirm(w.t.Context(), w.by(cal), id, people.ConfirmInput{Available: true})
	} else {
		_, err = w.people.Decline(w.t.Context(), w.by(cal), id, people.DeclineInput{Reason: "no_time"})
	}
	w.must(err)
}

func TestANoCallsTheNextReserve(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	w.drawn()
	w.settle()
	offered := w.with(people.Offered)
	w.answer(offered[0], true)
	w.answer(offered[1], false)
	w.tick()
	if told := w.settle(); len(told["called_up"]) != 1 {
		t.Fatalf("called up: %v", told)
	}
	got, err := w.s.ListReplacements(t.Context(), omar, jury)
	w.must(err)
	if len(got) != 1 || !got[0].Reserve || got[0].Why != people.Declined || got[0].In == "" || got[0].Digest == "" || len(got[0].Effects) == 0 {
		t.Errorf("record: %+v", got)
	}
	if n, r := len(w.with(people.Offered)), len(w.with(people.Reserve)); n != 2 || r != 1 {
		t.Errorf("offered %d, reserves %d", n, r)
	}
	w.tick()
	if told := w.settle(); len(told) != 0 {
		t.Errorf("the second look did something: %v", told)
	}
}

// TestThreeLeaveAndReservesThenOthersStepIn is the county's jury of 2021 with
// one reserve too few: the last seat goes to somebody else of the pool.
func TestThreeLeaveAndReservesThenOthersStepIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	w.drawn()
	for _, id := range w.with(people.Offered) {
		w.answer(id, true)
	}
	w.ref.Stage = domain.Convened
	for _, id := range w.with(people.Confirmed) {
		_, err := w.people.Withdraw(t.Context(), w.by(cal), id, people.WithdrawInput{Reason: "illness"})
		w.must(err)
		w.tick()
		for _, in := range w.with(people.Offered) {
			w.answer(in, true)
		}
	}
	got, err := w.s.ListReplacements(t.Context(), omar, jury)
	w.must(err)
	var reserves []bool
	for _, r := range got {
		reserves = append(reserves, r.Reserve)
		for _, e := range r.Effects {
			if e.Before >= e.Min && e.Before <= e.Max && !e.Met {
				t.Errorf("replacement %d breaks a target that was met: %+v", r.Number, e)
			}
		}
	}
	if !slices.Equal(reserves, []bool{true, true, false}) || len(w.with(people.Confirmed)) != 3 {
		t.Errorf("reserves called: %v, confirmed %d", reserves, len(w.with(people.Confirmed)))
	}
}

func TestAnOfferRunsOutAtItsTimeInTheZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	d := w.drawn()
	w.settle()
	stored, err := w.draws.Get(t.Context(), d.ID)
	w.must(err)
	due := time.Date(2018, 5, 6, 17, 0, 0, 0, time.UTC) // 6pm in summer time
	if !stored.OfferDue.Equal(due) {
		t.Errorf("deadline %s, want %s", stored.OfferDue, due)
	}
	_, err = w.people.ChooseChannel(t.Context(), w.by(cal), w.with(people.Offered)[0], people.ChannelInput{Channel: people.ChannelLetter})
	w.must(err)
	w.clock.Set(due.Add(-time.Minute))
	w.tick()
	if n := len(w.with(people.NoAnswer)); n != 0 {
		t.Errorf("a minute early %d offers lapsed", n)
	}
	w.clock.Set(due.Add(time.Minute))
	w.tick()
	told := w.settle()
	if len(told["offer_expired"]) != 1 || len(told["called_up"]) != 3 {
		t.Errorf("after the deadline: %v", told)
	}
	for _, p := range w.rows.All() {
		if p.Status == people.Offered && !p.OfferDue.Equal(time.Date(2018, 5, 8, 17, 0, 0, 0, time.UTC)) {
			t.Errorf("a called-up person has until %s", p.OfferDue)
		}
	}
}

func TestDeadlinesKeepTheirHourAcrossClockChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clock.Set(time.Date(2018, 10, 26, 9, 0, 0, 0, time.UTC)) // clocks go back on the 28th
	w.ref.Ends = time.Date(2018, 12, 1, 0, 0, 0, 0, time.UTC)
	w.pool()
	d := w.drawn()
	stored, err := w.draws.Get(t.Context(), d.ID)
	w.must(err)
	if want := time.Date(2018, 10, 31, 18, 0, 0, 0, time.UTC); !stored.OfferDue.Equal(want) {
		t.Errorf("deadline %s, want %s", stored.OfferDue, want)
	}
}

func TestAfterTheLastMomentASeatStaysEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	until := begin.Add(24 * time.Hour)
	terms := recruitment.Terms{OfferDays: 5, OfferTime: "18:00", CallUpDays: 2, ReplaceUntil: until}
	_, err := w.s.Set(t.Context(), w.by(olive), jury, recruitment.SettingsInput{Terms: &terms})
	w.must(err)
	w.drawn()
	w.settle()
	w.clock.Set(until)
	w.answer(w.with(people.Offered)[0], false)
	w.tick()
	got, err := w.s.ListReplacements(t.Context(), omar, jury)
	w.must(err)
	if len(got) != 1 || got[0].Empty != "too_late" || got[0].In != "" {
		t.Errorf("record: %+v", got)
	}
	if told := w.settle(); len(told["called_up"]) != 0 {
		t.Errorf("called up after all: %v", told)
	}
}

// TestReplacementSurvivesTrouble stops the store at each write in turn.
func TestReplacementSurvivesTrouble(t *testing.T) {
	t.Parallel()
	for fail := 1; fail < 8; fail++ {
		w := newWorld(t)
		w.pool()
		w.drawn()
		w.settle()
		w.answer(w.with(people.Offered)[0], false)
		n := 0
		trouble := func(op, _ string) error {
			if op != "replace" && op != "insert" {
				return nil
			}
			if n++; n == fail {
				return domain.E(domain.Unavailable, "away")
			}
			return nil
		}
		w.rows.Before, w.draws.Before, w.swaps.Before = trouble, trouble, trouble
		_, err := w.s.Tick(t.Context(), w.clock.Now())
		if err != nil && !domain.Is(err, domain.Unavailable) {
			t.Fatal(err)
		}
		w.rows.Before, w.draws.Before, w.swaps.Before = nil, nil, nil
		w.tick()
		told := w.settle()
		if len(told["called_up"]) != 1 || len(w.swaps.All()) != 1 || len(w.with(people.Offered)) != 3 {
			t.Errorf("trouble at write %d: %v, %d records, %d offered", fail, told, len(w.swaps.All()), len(w.with(people.Offered)))
		}
	}
}

func TestNobodyIsPickedByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.pool()
	if _, err := w.people.MarkOutcome(t.Context(), w.by(olive), ids[0], people.OutcomeInput{Draw: "made up", Outcome: people.Selected}); !domain.Is(err, domain.Conflict) {
		t.Errorf("an outcome without a record: %v", err)
	}
	d := w.drawn()
	for _, id := range w.with(people.NotSelected) {
		if _, err := w.people.CallUp(t.Context(), w.by(olive), id, people.CallUpInput{Replacement: d.ID}); !domain.Is(err, domain.Conflict) {
			t.Errorf("called up by the draw's own record: %v", err)
		}
	}
}
