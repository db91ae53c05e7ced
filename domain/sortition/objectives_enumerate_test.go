package sortition_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"folkmoot/domain/sortition"
)

// tinyRuns is how many times rapid's hundred problems are tried; set
// FOLKMOOT_TINY to try more.
func tinyRuns() int {
	if n, err := strconv.Atoi(os.Getenv("FOLKMOOT_TINY")); err == nil {
		return n
	}
	return 2
}

// figures are what the objectives look at: the smallest and largest chance
// and the mean logarithm, over people who are in some panel.
type figures struct{ least, most, logs float64 }

func figuresOf(chance []float64, in []bool) figures {
	f := figures{1, 0, 0}
	n := 0.0
	for i, c := range chance {
		if in[i] {
			f.least, f.most, f.logs = math.Min(f.least, c), math.Max(f.most, c), f.logs+math.Log(math.Max(c, 1e-12))
			n++
		}
	}
	f.logs /= n
	return f
}

func mix(people int, panels [][]int, weight []float64) []float64 {
	out := make([]float64, people)
	for j, panel := range panels {
		for _, i := range panel {
			out[i] += weight[j]
		}
	}
	return out
}

// nashByEnumeration raises the mean logarithm by the multiplicative steps of
// expectation maximisation, which climb to the optimum over listed panels.
func nashByEnumeration(people int, panels [][]int, in []bool) figures {
	weight := make([]float64, len(panels))
	for j := range weight {
		weight[j] = 1 / float64(len(panels))
	}
	for range 4000 {
		chance := mix(people, panels, weight)
		total := 0.0
		for j, panel := range panels {
			gain := 0.0
			for _, i := range panel {
				gain += 1 / chance[i]
			}
			weight[j] *= gain
			total += weight[j]
		}
		for j := range weight {
			weight[j] /= total
		}
	}
	return figuresOf(mix(people, panels, weight), in)
}

// leastLargest is the smallest possible largest chance when nobody who can
// sit has less than least: a programme over the listed panels.
func leastLargest(t *testing.T, solver sortition.Solver, people int, panels [][]int, in []bool, least float64) float64 {
	lp := &sortition.LinearProgram{Cost: []float64{1}, Lower: []float64{0}, Upper: []float64{1}}
	row := func(lo, hi float64) *sortition.SparseVector {
		lp.Rows = append(lp.Rows, sortition.SparseVector{})
		lp.RowLower, lp.RowUpper = append(lp.RowLower, lo), append(lp.RowUpper, hi)
		return &lp.Rows[len(lp.Rows)-1]
	}
	for range panels {
		lp.Cost, lp.Lower, lp.Upper = append(lp.Cost, 0), append(lp.Lower, 0), append(lp.Upper, 1)
	}
	for i := range people {
		if !in[i] {
			continue
		}
		low, high := row(least, math.Inf(1)), row(math.Inf(-1), 0)
		low = &lp.Rows[len(lp.Rows)-2]
		high.Add(0, -1)
		for j, panel := range panels {
			for _, k := range panel {
				if k == i {
					low.Add(j+1, 1)
					high.Add(j+1, 1)
				}
			}
		}
	}
	total := row(1, 1)
	for j := range panels {
		total.Add(j+1, 1)
	}
	program, err := solver.Load(t.Context(), lp)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	s, err := program.Solve(t.Context(), sortition.SolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Status != sortition.StatusOptimal {
		return math.Inf(1)
	}
	return s.Objective
}

// goldilocksByEnumeration is the least n/k*most + k/n/least: convex in the
// least chance, so a search by thirds finds it.
func goldilocksByEnumeration(t *testing.T, solver sortition.Solver, p *sortition.Problem, panels [][]int, in []bool, top float64) float64 {
	ratio := 0.0
	for _, yes := range in {
		if yes {
			ratio += 1 / float64(p.Size)
		}
	}
	value := func(least float64) float64 {
		return ratio*leastLargest(t, solver, len(p.People), panels, in, least) + 1/ratio/least
	}
	lo, hi := top/1000, top*(1-1e-9)
	for range 30 {
		a, b := lo+(hi-lo)/3, hi-(hi-lo)/3
		if value(a) < value(b) {
			hi = b
		} else {
			lo = a
		}
	}
	return value((lo + hi) / 2)
}

// Nash, goldilocks and minimax reach the optimum over all whole panels, as
// far as their stated gap.
func TestObjectivesAgainstEnumeration(t *testing.T) {
	t.Parallel()
	const close = 2e-3
	solver := newSolver(t)
	tried, cuts := 0, 0
	for seed := range 20 * tinyRuns() {
		p := knotted(rand.New(rand.NewPCG(uint64(seed), 3)))
		panels := allPanels(p)
		if p.Check().Err() != nil || len(panels) < 2 {
			continue
		}
		in := make([]bool, len(p.People))
		for _, panel := range panels {
			for _, i := range panel {
				in[i] = true
			}
		}
		top := 0.0
		reached := map[sortition.Objective]figures{}
		for _, o := range []sortition.Objective{sortition.Leximin, sortition.Nash, sortition.Goldilocks, sortition.Minimax} {
			l := prepare(t, p, sortition.Options{Objective: o, Panels: 5})
			cuts += len(l.Replay.Proof.Cuts)
			chance := chances(t, l)
			var list []float64
			for _, who := range p.People {
				list = append(list, chance[who.ID])
			}
			reached[o] = figuresOf(list, in)
			top = math.Max(top, reached[o].least)
		}
		tried++
		n := 0.0
		for _, yes := range in {
			if yes {
				n++
			}
		}
		k := float64(p.Size)
		if want := nashByEnumeration(len(p.People), panels, in).logs; reached[sortition.Nash].logs < want-close {
			t.Errorf("seed %d: nash %v, enumeration %v\n%s", seed, reached[sortition.Nash].logs, want, asJSON(t, p))
		}
		if want, got := leastLargest(t, solver, len(p.People), panels, in, 0), reached[sortition.Minimax].most; got > want+close {
			t.Errorf("seed %d: minimax %v, enumeration %v\n%s", seed, got, want, asJSON(t, p))
		}
		g := reached[sortition.Goldilocks]
		got := n/k*g.most + k/n/g.least
		if want := goldilocksByEnumeration(t, solver, p, panels, in, top); got > want*(1+close) {
			t.Errorf("seed %d: goldilocks %v, enumeration %v\n%s", seed, got, want, asJSON(t, p))
		}
	}
	t.Logf("%d problems, %d inequalities over whole panels", tried, cuts)
	if tried < 10 || cuts == 0 {
		t.Error("too few problems, or none with whole-number effects")
	}
}

// knotted draws a small problem with whole-number effects: mostly the third
// feature is the parity of the first two, so that averages of panels meet
// targets which no panel of whole people meets alone.
func knotted(rng *rand.Rand) *sortition.Problem {
	n := 5 + rng.IntN(5)
	size := 2 + rng.IntN(3)
	features := 3 + rng.IntN(2)
	p := &sortition.Problem{Size: size}
	count := make([][2]int, features)
	for i := range n {
		who := sortition.Person{ID: fmt.Sprintf("k%d", i), Values: map[string]string{}}
		bits := []int{rng.IntN(2), rng.IntN(2), 0, rng.IntN(2)}
		if bits[2] = bits[0] ^ bits[1]; rng.IntN(5) == 0 {
			bits[2] = rng.IntN(2)
		}
		for f := range features {
			who.Values[fmt.Sprint("f", f)] = fmt.Sprint("v", bits[f])
			if i < size {
				count[f][bits[f]]++
			}
		}
		p.People = append(p.People, who)
	}
	for f := range features {
		for v := range 2 {
			c := count[f][v]
			p.Targets = append(p.Targets, target(fmt.Sprint("f", f), fmt.Sprint("v", v), max(0, c-rng.IntN(2)), c+rng.IntN(3)))
		}
	}
	return p
}

// Pools with whole-number effects, family by family: the certified chances are
// those of enumeration, person by person, and the proof holds.
func TestWholeNumberEffects(t *testing.T) {
	t.Parallel()
	solver := newSolver(t)
	tried, hard, cuts := 0, 0, 0
	for seed := range 150 * tinyRuns() {
		p := knotted(rand.New(rand.NewPCG(uint64(seed), 4)))
		panels := allPanels(p)
		if p.Check().Err() != nil || len(panels) == 0 || len(panels) > 40 {
			continue
		}
		l, err := sortition.Prepare(t.Context(), p, sortition.Options{Panels: 6}, solver, nil)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, asJSON(t, p))
		}
		tried++
		if c := len(l.Replay.Proof.Cuts); c > 0 {
			hard++
			cuts += c
		}
		got := exactChances(l)
		for i, want := range leximinByEnumeration(len(p.People), panels) {
			if id := p.People[i].ID; got[id] != want.RatString() {
				t.Errorf("seed %d: %s has the chance %s, enumeration says %s", seed, id, got[id], want.RatString())
			}
		}
		if !l.Certificate.Summary.Proved {
			t.Errorf("seed %d: not proved", seed)
		}
		mustVerify(t, l)
	}
	t.Logf("%d problems, %d with whole-number effects, %d inequalities", tried, hard, cuts)
	if hard < 20 {
		t.Errorf("only %d of %d problems have whole-number effects", hard, tried)
	}
}
