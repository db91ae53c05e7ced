package sortition_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"folkmoot/domain/sortition"
)

func number(t *testing.T, fraction string) float64 {
	t.Helper()
	v, ok := new(big.Rat).SetString(fraction)
	if !ok {
		t.Fatalf("%q is not a fraction", fraction)
	}
	f, _ := v.Float64()
	return f
}

func chances(t *testing.T, l *sortition.Lottery) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for _, c := range l.Certificate.Chances {
		out[c.ID] = number(t, c.Exact)
	}
	return out
}

func TestNashOracle(t *testing.T) {
	t.Parallel()
	for _, o := range oracles(t) {
		if o.Expect.Nash == nil {
			continue
		}
		l := prepare(t, o.problem(false), sortition.Options{Objective: sortition.Nash, Panels: 100})
		mustVerify(t, l, "proof")
		got := chances(t, l)
		for id, want := range o.Expect.Nash {
			if math.Abs(got[id]-number(t, want)) > 1e-4 {
				t.Errorf("%s: %v, want %s", id, got[id], want)
			}
		}
	}
}

// Each objective is best at its own: measured over the exact chances.
func TestObjectivesAgainstEachOther(t *testing.T) {
	t.Parallel()
	againstEachOther(t, shapeMiddle.build(3))
}

// Where the mean chance is far out of some people's reach, the first tangent
// of goldilocks answers a least chance of 0, which has no tangent itself.
func TestGoldilocksFarFromTheMean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		people int
		seed   uint64
	}{{40, 0}, {50, 1}, {50, 4}} {
		againstEachOther(t, shape{"exact", c.people, c.people/6 + 1, []int{2, 3, 3, 3, 3, 2}, 0, 0.6}.build(c.seed))
	}
}

func againstEachOther(t *testing.T, p *sortition.Problem) {
	t.Helper()
	byObjective := map[sortition.Objective]map[string]float64{}
	for _, o := range []sortition.Objective{sortition.Leximin, sortition.Nash, sortition.Goldilocks, sortition.Minimax} {
		l := prepare(t, p, sortition.Options{Objective: o, Panels: 50})
		mustVerify(t, l, "proof")
		byObjective[o] = chances(t, l)
	}
	n, k := float64(len(p.People)), float64(p.Size)
	score := map[sortition.Objective]func(lo, hi, logs float64) float64{
		sortition.Leximin:    func(lo, _, _ float64) float64 { return lo },
		sortition.Nash:       func(_, _, logs float64) float64 { return logs / n },
		sortition.Goldilocks: func(lo, hi, _ float64) float64 { return -(n/k*hi + k/n/lo) },
		sortition.Minimax:    func(_, hi, _ float64) float64 { return -hi },
	}
	for own, measure := range score {
		best := math.Inf(-1)
		values := map[sortition.Objective]float64{}
		for o, chance := range byObjective {
			lo, hi, logs := 1.0, 0.0, 0.0
			for id, c := range chance {
				if byObjective[sortition.Leximin][id] == 0 { // can be on no panel
					continue
				}
				lo, hi, logs = math.Min(lo, c), math.Max(hi, c), logs+math.Log(math.Max(c, 1e-12))
			}
			values[o] = measure(lo, hi, logs)
			best = math.Max(best, values[o])
		}
		t.Logf("%s: %v", own, values)
		if values[own] < best-1e-4*math.Abs(best) {
			t.Errorf("%s is not best at its own measure: %v", own, values)
		}
	}
}

func TestComparisonObjectives(t *testing.T) {
	t.Parallel()
	for _, o := range []sortition.Objective{sortition.Legacy, sortition.MaxEntropy} {
		l := prepare(t, small200.problem(t), sortition.Options{Objective: o, Panels: 200})
		mustVerify(t, l, "proof")
		if l.Certificate.Summary.Proved || len(l.Certificate.Warnings) == 0 {
			t.Errorf("%s is offered without its warning", o)
		}
	}
	// Who was left out by chance is not told that targets keep them out.
	l := prepare(t, small200.problem(t), sortition.Options{Objective: sortition.Legacy, Panels: 5})
	mustVerify(t, l, "proof")
	if len(l.Certificate.Summary.Uncoverable) == 0 || len(l.Replay.Uncoverable) != 0 {
		t.Errorf("%d people in no panel, reasons for %d", len(l.Certificate.Summary.Uncoverable), len(l.Replay.Uncoverable))
	}
	_, err := sortition.Prepare(t.Context(), scotland.problem(t), sortition.Options{Objective: sortition.MaxEntropy}, newSolver(t), nil)
	if !errors.Is(err, sortition.ErrTooManyStates) {
		t.Errorf("max-entropy on many targets: %v", err)
	}
	_, err = sortition.Prepare(t.Context(), small200.problem(t), sortition.Options{Objective: "fairest"}, newSolver(t), nil)
	var found sortition.Findings
	if !errors.As(err, &found) || found[0].Code != sortition.CodeUnknownObjective {
		t.Errorf("an unknown objective: %v", err)
	}
}

// Max-entropy is uniform over all panels: on a tiny pool every one of them is
// drawn about equally often.
func TestMaxEntropyIsUniform(t *testing.T) {
	t.Parallel()
	f := []string{"g"}
	p := &sortition.Problem{Size: 2, Targets: []sortition.Target{target("g", "a", 1, 2), target("g", "b", 0, 1)},
		People: []sortition.Person{person("1", f, "a"), person("2", f, "a"), person("3", f, "a"), person("4", f, "b")}}
	const m = 6000 // 3 panels of two a, 3 of one a and the b
	l := prepare(t, p, sortition.Options{Objective: sortition.MaxEntropy, Panels: m})
	both := 0
	for _, panel := range l.Certificate.Panels {
		if panel[1] == "4" {
			both++
		}
	}
	if d := math.Abs(float64(both) - m/2); d > 4*math.Sqrt(m)/2 {
		t.Errorf("%d of %d panels hold the b, expected half", both, m)
	}
}
