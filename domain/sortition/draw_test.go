package sortition_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"folkmoot/domain/sortition"
)

// The order of people and of targets changes nothing, to the byte.
func TestOrderOfInputIsIrrelevant(t *testing.T) {
	t.Parallel()
	p := scotland.problem(t)
	a := prepare(t, p, sortition.Options{Label: "x"})
	rng := rand.New(rand.NewPCG(1, 1))
	rng.Shuffle(len(p.People), func(i, j int) { p.People[i], p.People[j] = p.People[j], p.People[i] })
	rng.Shuffle(len(p.Targets), func(i, j int) { p.Targets[i], p.Targets[j] = p.Targets[j], p.Targets[i] })
	b := prepare(t, p, sortition.Options{Label: "x"})
	if asJSON(t, a) != asJSON(t, b) {
		t.Error("the two lotteries differ")
	}
}

func TestSameSeedSamePanel(t *testing.T) {
	t.Parallel()
	p := shapeSmall.build(1)
	var first string
	for range 2 {
		l := prepare(t, p, sortition.Options{})
		if _, err := sortition.Conclude(l, dice); err != nil {
			t.Fatal(err)
		}
		mustVerify(t, l)
		if text := asJSON(t, l); first == "" {
			first = text
		} else if first != text {
			t.Error("two draws with one seed differ")
		}
	}
}

func TestConcludeOnce(t *testing.T) {
	t.Parallel()
	l := prepare(t, shapeSmall.build(1), sortition.Options{Panels: 10, DrandRound: 7})
	for _, c := range []struct {
		seed sortition.Seed
		want error
	}{
		{sortition.Seed{Value: " "}, sortition.ErrNoSeed},
		{dice, sortition.ErrWrongRound},
		{sortition.Seed{Value: "a", Beacon: &sortition.Beacon{Round: 8}}, sortition.ErrWrongRound},
		{sortition.Seed{Value: "a", Beacon: &sortition.Beacon{Round: 7}}, nil},
		{sortition.Seed{Value: "a", Beacon: &sortition.Beacon{Round: 7}}, sortition.ErrConcluded},
	} {
		if _, err := sortition.Conclude(l, c.seed); !errors.Is(err, c.want) {
			t.Errorf("seed %v: got %v, want %v", c.seed, err, c.want)
		}
	}
}

// Over many seeds each panel is drawn about equally often.
func TestPanelsAreDrawnEvenly(t *testing.T) {
	t.Parallel()
	const panels, draws = 10, 5000
	l := prepare(t, shapeSmall.build(2), sortition.Options{Panels: panels})
	var count [panels]int
	for i := range draws {
		again := *l
		o, err := sortition.Conclude(&again, sortition.Seed{Value: fmt.Sprint("throw ", i)})
		if err != nil {
			t.Fatal(err)
		}
		count[o.Panel-1]++
	}
	chi := 0.0
	for _, n := range count {
		d := float64(n) - draws/panels
		chi += d * d / (draws / panels)
	}
	if chi > 27.9 { // 9 degrees of freedom, one in a thousand
		t.Errorf("chi-square %.1f: %v", chi, count)
	}
}

// Quotas, size, repeats, households and evenness on random pools: all of it
// is what the independent verifier checks.
func TestRandomPoolsVerify(t *testing.T) {
	t.Parallel()
	solver := newSolver(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := shape{"random", rapid.IntRange(15, 60).Draw(rt, "n"), 0, nil, rapid.IntRange(0, 2).Draw(rt, "slack"), 0.5}
		s.k = rapid.IntRange(3, s.n/3).Draw(rt, "k")
		for range rapid.IntRange(1, 4).Draw(rt, "features") {
			s.values = append(s.values, rapid.IntRange(2, 4).Draw(rt, "values"))
		}
		p := s.build(rapid.Uint64().Draw(rt, "seed"))
		for i := range p.People {
			if rapid.IntRange(0, 3).Draw(rt, "lives") == 0 {
				p.People[i].Household = fmt.Sprint("h", rapid.IntRange(0, 8).Draw(rt, "home"))
			}
		}
		l, err := sortition.Prepare(t.Context(), p, sortition.Options{Panels: rapid.IntRange(1, 60).Draw(rt, "m")}, solver, nil)
		var found sortition.Findings
		if errors.As(err, &found) {
			return // a household can leave too few people
		}
		if err != nil {
			rt.Fatalf("%v\n%s", err, asJSON(t, p))
		}
		if _, err := sortition.Conclude(l, dice); err != nil {
			rt.Fatal(err)
		}
		for _, c := range verifyChecks(l) {
			if !c.OK || c.Skipped && c.Name != "beacon" {
				rt.Errorf("%s: %s", c.Name, c.Text)
			}
		}
	})
}

func TestInfeasibleIsExplained(t *testing.T) {
	t.Parallel()
	features := []string{"a", "b"}
	p := &sortition.Problem{Size: 4, Targets: []sortition.Target{
		target("a", "x", 2, 2), target("a", "y", 2, 2), target("b", "u", 3, 3), target("b", "w", 1, 1),
	}}
	// Everyone with a=x has b=w, so two of x force two of w.
	for i, v := range [][]string{{"x", "w"}, {"x", "w"}, {"x", "w"}, {"y", "u"}, {"y", "u"}, {"y", "u"}, {"y", "w"}} {
		p.People = append(p.People, person(fmt.Sprint("p", i), features, v...))
	}
	_, err := sortition.Prepare(t.Context(), p, sortition.Options{}, newSolver(t), nil)
	var found sortition.Findings
	if !errors.As(err, &found) {
		t.Fatalf("got %v", err)
	}
	f, err := sortition.CheckFeasible(t.Context(), p, newSolver(t))
	if err != nil {
		t.Fatal(err)
	}
	if f.Feasible || len(f.Relaxation) == 0 {
		t.Fatalf("%+v", f)
	}
	checkMinimal(t, p, f.Conflict)
	relaxed := *p
	relaxed.Targets = slices.Clone(p.Targets)
	for _, r := range f.Relaxation {
		for i, target := range relaxed.Targets {
			if target.Feature == r.Feature && target.Value == r.Value && r.Side == "min" {
				relaxed.Targets[i].Min = r.To
			} else if target.Feature == r.Feature && target.Value == r.Value {
				relaxed.Targets[i].Max = r.To
			}
		}
	}
	if len(allPanels(&relaxed)) == 0 {
		t.Errorf("the relaxation %v does not help", f.Relaxation)
	}
}

// checkMinimal: the bounds of a conflict leave no panel, and without any one
// of them there is one.
func checkMinimal(t *testing.T, p *sortition.Problem, conflict []sortition.Bound) {
	t.Helper()
	with := func(bounds []sortition.Bound) int {
		loose := *p
		loose.Targets = slices.Clone(p.Targets)
		for i := range loose.Targets {
			loose.Targets[i].Min, loose.Targets[i].Max = 0, p.Size
			for _, b := range bounds {
				if b.Feature == loose.Targets[i].Feature && b.Value == loose.Targets[i].Value && b.Side == "min" {
					loose.Targets[i].Min = b.Limit
				} else if b.Feature == loose.Targets[i].Feature && b.Value == loose.Targets[i].Value {
					loose.Targets[i].Max = b.Limit
				}
			}
		}
		return len(allPanels(&loose))
	}
	if n := with(conflict); n != 0 {
		t.Errorf("the conflict %v leaves %d panels", conflict, n)
	}
	for i := range conflict {
		if with(slices.Delete(slices.Clone(conflict), i, i+1)) == 0 {
			t.Errorf("the conflict %v is not minimal: %v is not needed", conflict, conflict[i])
		}
	}
}

// Explanations of people in no panel are right and minimal, by enumeration.
func TestUncoveredAreExplained(t *testing.T) {
	t.Parallel()
	solver := newSolver(t)
	rapid.Check(t, func(rt *rapid.T) {
		p := tinyProblem(rt)
		if p.Check().Err() != nil {
			return
		}
		f, err := sortition.CheckFeasible(t.Context(), p, solver)
		if err != nil {
			rt.Fatal(err)
		}
		panels := allPanels(p)
		if f.Feasible != (len(panels) > 0) {
			rt.Fatalf("feasible %v, %d panels\n%s", f.Feasible, len(panels), asJSON(t, p))
		}
		if !f.Feasible {
			checkMinimal(t, p, f.Conflict)
			return
		}
		out := map[string]bool{}
		for _, u := range f.Uncoverable {
			for _, id := range u.IDs {
				out[id] = true
			}
		}
		in := map[int]bool{}
		for _, panel := range panels {
			for _, i := range panel {
				in[i] = true
			}
		}
		for i, who := range p.People {
			if in[i] == out[who.ID] {
				rt.Errorf("%s: in a panel %v, said to be in none %v", who.ID, in[i], out[who.ID])
			}
		}
	})
}

// A pool of a thousand types takes the way through exchanges.
func TestLargePoolVerifies(t *testing.T) {
	t.Parallel()
	p := shapeLarge.build(4)
	for i := range p.People {
		if i%10 < 2 {
			p.People[i].Household = fmt.Sprint("home ", i/10)
		}
	}
	l := prepare(t, p, sortition.Options{Panels: 200})
	mustVerify(t, l)
	if l.Certificate.Types < 900 || !l.Certificate.Summary.Proved {
		t.Errorf("%d types, proved %v", l.Certificate.Types, l.Certificate.Summary.Proved)
	}
	t.Logf("%d types, smallest chance %s", l.Certificate.Types, l.Certificate.Summary.Minimum)
}
