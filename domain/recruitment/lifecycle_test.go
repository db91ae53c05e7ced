package recruitment_test

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

// model is a draw's life: which step is possible when.
type model struct{ state recruitment.DrawState }

var steps = map[string]map[recruitment.DrawState]recruitment.DrawState{
	"commit":   {recruitment.DrawPrepared: recruitment.DrawCommitted},
	"seed":     {recruitment.DrawCommitted: recruitment.DrawWitnessed},
	"confirm":  {recruitment.DrawWitnessed: recruitment.DrawSeeded},
	"differ":   {recruitment.DrawWitnessed: recruitment.DrawCommitted},
	"alone":    {},
	"conclude": {recruitment.DrawSeeded: recruitment.DrawConcluded},
	"abandon": {recruitment.DrawPrepared: recruitment.DrawAbandoned, recruitment.DrawCommitted: recruitment.DrawAbandoned,
		recruitment.DrawAbandoned: recruitment.DrawAbandoned},
}

// TestDrawLifecycle takes random steps: a step the model does not know is
// refused and changes nothing.
func TestDrawLifecycle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		w.pool()
		ctx := t.Context()
		_, err := w.s.ClosePool(ctx, w.by(olive), jury)
		w.must(err)
		d, err := w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "balls"})
		w.must(err)
		m := model{state: recruitment.DrawPrepared}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			step := rapid.SampledFrom([]string{"commit", "seed", "confirm", "differ", "alone", "conclude", "abandon"}).Draw(rt, "step")
			err := w.take(d.ID, step)
			next, possible := steps[step][m.state]
			if step != "differ" && possible != (err == nil) {
				rt.Fatalf("%s when %s: %v", step, m.state, err)
			}
			if possible {
				m.state = next
			}
			if got, err := w.draws.Get(ctx, d.ID); err != nil || got.State != m.state {
				rt.Fatalf("after %s: %s, want %s", step, got.State, m.state)
			}
		}
	})
}

// take does one step of the draw by somebody who may.
func (w *world) take(id, step string) error {
	ctx := w.t.Context()
	var err error
	switch step {
	case "commit":
		_, err = w.s.CommitDraw(ctx, w.by(olive), jury, id, watching)
	case "seed":
		_, err = w.s.GiveSeed(ctx, w.by(olive), jury, id, balls)
	case "confirm":
		_, err = w.s.ConfirmSeed(ctx, w.by(omar), jury, id, balls)
	case "differ":
		_, err = w.s.ConfirmSeed(ctx, w.by(omar), jury, id, recruitment.SeedInput{Digits: "1"})
	case "alone":
		_, err = w.s.ConfirmSeed(ctx, w.by(olive), jury, id, balls)
	case "conclude":
		_, err = w.s.ConcludeDraw(ctx, w.by(olive), jury, id)
	case "abandon":
		_, err = w.s.AbandonDraw(ctx, w.by(olive).Because("the room was double booked"), jury, id)
	}
	return err
}

// TestACommandTwiceIsOne repeats every step under its own key.
func TestACommandTwiceIsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	ctx := t.Context()
	twice := func(name string, a domain.Actor, do func(domain.Command) (recruitment.DrawView, error)) recruitment.DrawView {
		t.Helper()
		cmd := w.by(a)
		first, err := do(cmd)
		w.must(err)
		second, err := do(cmd)
		if err != nil || second.State != first.State || second.ID != first.ID {
			t.Errorf("%s again: %s %s, %v", name, second.ID, second.State, err)
		}
		return first
	}
	_, err := w.s.ClosePool(ctx, w.by(olive), jury)
	w.must(err)
	d := twice("prepare", olive, func(c domain.Command) (recruitment.DrawView, error) {
		return w.s.PrepareDraw(ctx, c, jury, recruitment.PrepareInput{SeedPlan: "balls"})
	})
	twice("commit", olive, func(c domain.Command) (recruitment.DrawView, error) {
		return w.s.CommitDraw(ctx, c, jury, d.ID, watching)
	})
	twice("seed", olive, func(c domain.Command) (recruitment.DrawView, error) { return w.s.GiveSeed(ctx, c, jury, d.ID, balls) })
	twice("confirm", omar, func(c domain.Command) (recruitment.DrawView, error) {
		return w.s.ConfirmSeed(ctx, c, jury, d.ID, balls)
	})
	w.settle()
	twice("conclude", olive, func(c domain.Command) (recruitment.DrawView, error) { return w.s.ConcludeDraw(ctx, c, jury, d.ID) })
	if told := w.settle(); len(told["picked"]) != 3 {
		t.Errorf("told: %v", told)
	}
}

// TestTwoMachinesTickAtOnce has the same things due on several machines.
func TestTwoMachinesTickAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	d := w.drawn()
	stored, err := w.draws.Get(t.Context(), d.ID)
	w.must(err)
	w.settle()
	w.clock.Set(stored.OfferDue.Add(time.Second)) // three offers lapse, three seats are free
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if _, err := w.s.Tick(t.Context(), w.clock.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	w.tick()
	told := w.settle()["called_up"]
	seen := map[string]bool{}
	for _, id := range told {
		if seen[id] {
			t.Errorf("%s was called twice", id)
		}
		seen[id] = true
	}
	if len(told) != 3 || len(w.swaps.All()) != 3 {
		t.Errorf("called up %d, %d records", len(told), len(w.swaps.All()))
	}
}
