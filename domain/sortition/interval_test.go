package sortition_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/domain/sortition"
)

// shapeGap is small enough to be solved, and its whole panels fall far short
// of what the relaxation promises.
var shapeGap = shape{"80_9_8features_exact", 80, 9, []int{2, 3, 3, 3, 3, 2, 3, 3}, 0, 0.6}

// A search that ends early still gives a lottery, and an interval that holds
// the optimum.
func TestIntervalHoldsTheOptimum(t *testing.T) {
	t.Parallel()
	p := shapeGap.build(4)
	exact := prepare(t, p, sortition.Options{Panels: 30})
	if s := exact.Certificate.Summary; !s.Proved || len(exact.Replay.Proof.Cuts) < 3 {
		t.Fatalf("proved %v with %d inequalities: not the instance that this test needs", s.Proved, len(exact.Replay.Proof.Cuts))
	}
	mustVerify(t, exact)
	l := prepare(t, p, sortition.Options{Panels: 30, MaxWork: 3000})
	mustVerify(t, l)
	s := l.Certificate.Summary
	if s.Proved || l.Replay.Proof.Kind != "interval" || number(t, s.Gap) <= 0 {
		t.Fatalf("proved %v, kind %s, gap %s", s.Proved, l.Replay.Proof.Kind, s.Gap)
	}
	best := number(t, exact.Certificate.Summary.Minimum)
	if low := number(t, s.Minimum); low > best || low+number(t, s.Gap) < best {
		t.Errorf("the optimum %v is outside the interval from %s by %s", best, s.Minimum, s.Gap)
	}
	told := false
	for _, w := range l.Certificate.Warnings {
		told = told || w.Code == sortition.CodeNotProvedBest
	}
	if !told {
		t.Error("the certificate does not say in words that the optimum was not reached")
	}
}

// overdue is a context whose deadline passes when told.
type overdue struct {
	context.Context
	once sync.Once
	done chan struct{}
}

func (o *overdue) pass()                       { o.once.Do(func() { close(o.done) }) }
func (o *overdue) Done() <-chan struct{}       { return o.done }
func (o *overdue) Deadline() (time.Time, bool) { return time.Time{}, true }
func (o *overdue) Err() error {
	select {
	case <-o.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// A deadline ends the search with an interval; the work noted at that moment
// ends it at the same place again, to the byte.
func TestDeadlineIsRepeatedByWork(t *testing.T) {
	t.Parallel()
	p := shapeGap.build(4)
	ctx := &overdue{Context: t.Context(), done: make(chan struct{})}
	l, err := sortition.Prepare(ctx, p, sortition.Options{Panels: 30}, newSolver(t), func(p sortition.Progress) {
		if p.Phase == "pricing" {
			ctx.pass()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if l.Replay.Proof.Kind != "interval" || l.Replay.Options.MaxWork == 0 {
		t.Fatalf("kind %s, work %d", l.Replay.Proof.Kind, l.Replay.Options.MaxWork)
	}
	mustVerify(t, l)
	again := prepare(t, p, sortition.Options{Panels: 30, MaxWork: l.Replay.Options.MaxWork})
	if asJSON(t, again) != asJSON(t, l) {
		t.Error("the same work gives another lottery")
	}
}

func TestDeadlineBeforeAnything(t *testing.T) {
	t.Parallel()
	ctx := &overdue{Context: t.Context(), done: make(chan struct{})}
	ctx.pass()
	if _, err := sortition.Prepare(ctx, shapeGap.build(4), sortition.Options{}, newSolver(t), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
}

// Cancelling ends the work in every phase, and nothing is drawn.
func TestCancelInEveryPhase(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, o := range []sortition.Objective{sortition.Leximin, sortition.Nash, sortition.Goldilocks} {
		phases := []string{"leximin", "panels", "coverage", "pricing", "rounding"}
		if o != sortition.Leximin {
			phases = []string{string(o)}
		}
		for _, phase := range phases {
			ctx, cancel := context.WithCancel(t.Context())
			l, err := sortition.Prepare(ctx, shapeGap.build(4), sortition.Options{Panels: 30, Objective: o}, newSolver(t), func(p sortition.Progress) {
				if p.Phase == phase {
					seen[phase] = true
					cancel()
				}
			})
			if !errors.Is(err, context.Canceled) || l != nil {
				t.Errorf("%s cancelled in %s: %v", o, phase, err)
			}
			cancel()
		}
	}
	if len(seen) != 7 {
		t.Errorf("only the phases %v were met", seen)
	}
}

// The bound of an interval is proved, not told: any forgery of it fails.
func TestForgedInterval(t *testing.T) {
	t.Parallel()
	l := prepare(t, shapeGap.build(4), sortition.Options{Panels: 12, MaxWork: 3000, Salt: "salt"})
	forge(t, l, func(path string, forged *sortition.Lottery) bool {
		for _, part := range []string{".tree", ".weights", ".prices", ".fixed"} {
			if strings.Contains(path, part) {
				return true // what it proves is checked; there is more than one proof
			}
		}
		if strings.Contains(path, ".uncoverable") && strings.HasSuffix(path, "shortened") {
			return true // who is in none of the panels found may be in another: bound by the commitment alone
		}
		return harmless(path, forged.Replay.Proof) || strings.HasSuffix(path, "lottery_minimum") && strings.HasPrefix(l.Certificate.Summary.LotteryMinimum, "0/")
	})
}
