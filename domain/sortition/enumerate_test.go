package sortition_test

import (
	"errors"
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"folkmoot/domain/sortition"
	"folkmoot/domain/sortition/verify"
)

// allPanels lists every panel of a tiny problem as sets of people.
func allPanels(p *sortition.Problem) [][]int {
	var out [][]int
	var pick []int
	var walk func(from int)
	walk = func(from int) {
		if len(pick) == p.Size {
			if meets(p, pick) {
				out = append(out, append([]int(nil), pick...))
			}
			return
		}
		for i := from; i < len(p.People); i++ {
			pick = append(pick, i)
			walk(i + 1)
			pick = pick[:len(pick)-1]
		}
	}
	walk(0)
	return out
}

func meets(p *sortition.Problem, panel []int) bool {
	homes := map[string]bool{}
	for _, i := range panel {
		if h := p.People[i].Household; h != "" {
			if homes[h] {
				return false
			}
			homes[h] = true
		}
	}
	for _, t := range p.Targets {
		n := 0
		for _, i := range panel {
			if p.People[i].Values[t.Feature] == t.Value {
				n++
			}
		}
		if n < t.Min || n > t.Max {
			return false
		}
	}
	return true
}

// leximinByEnumeration computes the leximin chances over all lotteries of the
// listed panels: raise the smallest chance, fix who cannot be higher (tried
// one by one), go on. Exact.
func leximinByEnumeration(people int, panels [][]int) []*big.Rat {
	fixed := make([]*big.Rat, people)
	for left := people; left > 0; {
		level := bestLevel(people, panels, fixed, -1, nil)
		progress := false
		for i := range people {
			if fixed[i] == nil && bestLevel(people, panels, fixed, i, level).Cmp(level) == 0 {
				fixed[i] = level
				left--
				progress = true
			}
		}
		if !progress {
			panic("no one could be fixed")
		}
	}
	return fixed
}

// bestLevel is the largest smallest chance of the unfixed, or, given who, the
// largest chance of that person with all others at least at level.
func bestLevel(people int, panels [][]int, fixed []*big.Rat, who int, level *big.Rat) *big.Rat {
	n := len(panels) + 1 // weights, then z
	zero, one := new(big.Rat), big.NewRat(1, 1)
	var a [][]*big.Rat
	var b []*big.Rat
	add := func(row []*big.Rat, rhs *big.Rat) { a, b = append(a, row), append(b, rhs) }
	blank := func() []*big.Rat {
		row := make([]*big.Rat, n)
		for j := range row {
			row[j] = zero
		}
		return row
	}
	// Weights sum to at most 1: spare weight can go to any panel.
	total := blank()
	for j := range panels {
		total[j] = one
	}
	add(total, one)
	// need_i - chance_i <= 0 with need = level*(total weight)+..: written with
	// the weights themselves, so that the right-hand sides stay 0.
	for i := range people {
		row := blank()
		need := fixed[i]
		if need == nil && who >= 0 {
			need = level
		}
		for j, panel := range panels {
			in := new(big.Rat)
			for _, k := range panel {
				if k == i {
					in.SetInt64(-1)
				}
			}
			if need != nil {
				in.Add(in, need)
			}
			row[j] = in
		}
		if need == nil || i == who {
			row[n-1] = one
		}
		if i == who {
			for j := range panels {
				row[j] = new(big.Rat).Sub(row[j], need)
			}
		}
		add(row, zero)
	}
	c := blank()
	c[n-1] = one
	return simplexMax(a, b, c)
}

// tinyProblem draws a small problem whose targets lie close around the counts
// of one panel, so that most have panels and few have many.
func tinyProblem(t *rapid.T) *sortition.Problem {
	n := rapid.IntRange(4, 9).Draw(t, "people")
	size := rapid.IntRange(2, min(4, n-1)).Draw(t, "size")
	features := rapid.IntRange(1, 4).Draw(t, "features")
	values := rapid.IntRange(2, 3).Draw(t, "values")
	p := &sortition.Problem{Size: size}
	counts := map[string]int{}
	homes := rapid.Bool().Draw(t, "homes")
	for i := range n {
		who := sortition.Person{ID: fmt.Sprintf("p%d", i), Values: map[string]string{}}
		for f := range features {
			v := fmt.Sprintf("v%d", rapid.IntRange(0, values-1).Draw(t, "value"))
			who.Values[fmt.Sprintf("f%d", f)] = v
			if i < size {
				counts[fmt.Sprintf("f%d%s", f, v)]++
			}
		}
		if homes && rapid.IntRange(0, 2).Draw(t, "home") == 0 {
			who.Household = fmt.Sprintf("h%d", rapid.IntRange(0, 2).Draw(t, "which"))
		}
		p.People = append(p.People, who)
	}
	for f := range features {
		for v := range values {
			c := counts[fmt.Sprintf("f%dv%d", f, v)]
			lo := max(0, c-rapid.IntRange(0, 1).Draw(t, "below"))
			hi := c + rapid.IntRange(0, 1).Draw(t, "above")
			p.Targets = append(p.Targets, target(fmt.Sprintf("f%d", f), fmt.Sprintf("v%d", v), lo, hi))
		}
	}
	return p
}

// The heart of the matter: on tiny pools the certified chances are those of
// the true leximin optimum over all whole panels, person by person, and the
// independent verifier accepts the proof.
func TestLeximinAgainstEnumeration(t *testing.T) {
	t.Parallel()
	solver := newSolver(t)
	cuts, hard := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		p := tinyProblem(rt)
		panels := allPanels(p)
		l, err := sortition.Prepare(t.Context(), p, sortition.Options{Panels: 12}, solver, nil)
		var found sortition.Findings
		switch {
		case errors.As(err, &found) && len(panels) == 0:
			return
		case err != nil:
			rt.Fatalf("%d panels by enumeration, but: %v\n%s", len(panels), err, asJSON(t, p))
		}
		if len(l.Replay.Proof.Cuts) > 0 {
			hard++
			cuts += len(l.Replay.Proof.Cuts)
		}
		want := leximinByEnumeration(len(p.People), panels)
		got := exactChances(l)
		for i, who := range p.People {
			if got[who.ID] != want[i].RatString() {
				rt.Errorf("%s: chance %s, enumeration says %s", who.ID, got[who.ID], want[i].RatString())
			}
		}
		for _, c := range verify.Draw(&l.Certificate, &l.Replay, nil).Checks {
			if !c.OK || c.Skipped && c.Name != "choice" {
				rt.Errorf("%s: %s", c.Name, c.Text)
			}
		}
	})
	t.Logf("%d problems needed %d cuts", hard, cuts)
}
