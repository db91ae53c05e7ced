package sortition

import (
	"context"
	"math"
	"math/big"
)

// finder looks for the heaviest panel by branching over a tableau.
type finder struct {
	m       *model
	weights []*big.Int
	depth   []*tableau // one per level of the tree, reused
	trial   tableau
	best    float64 // weight of panel
	panel   []int
	enough  float64
	budget  *budget
	ended   bool // by a panel heavier than enough
}

const (
	wholeMargin = 1e-6 // whole weights differ by 1: a bound this near below is below
	nearWhole   = 1e-6
	strongTries = 8
)

func newFinder(m *model, weights []*big.Int) *finder {
	f := &finder{m: m, weights: weights, best: math.Inf(-1)}
	f.depth = []*tableau{newTableau(m, floats(weights))}
	return f
}

func (f *finder) level(d int) *tableau {
	for len(f.depth) <= d {
		f.depth = append(f.depth, &tableau{})
	}
	return f.depth[d]
}

// search explores the tableau at a depth. It ends early at a panel heavier
// than enough, or when the budget is used up.
func (f *finder) search(ctx context.Context, d int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := f.level(d)
	end, _ := t.run(f.best + 1 - wholeMargin)
	if err := f.pay(t); err != nil || end != solved {
		return err
	}
	v := f.branchOn(t)
	if v < 0 {
		f.take(t)
		return nil
	}
	at := math.Floor(t.x[v])
	up := t.x[v]-at > 0.5
	for side := range 2 {
		child := f.level(d + 1)
		child.copyFrom(t)
		if up == (side == 0) {
			child.setBounds(v, at+1, child.hi[v])
		} else {
			child.setBounds(v, child.lo[v], at)
		}
		if err := f.search(ctx, d+1); err != nil || f.ended {
			return err
		}
	}
	return nil
}

// pay charges the pivots of a tableau since the last time.
func (f *finder) pay(t *tableau) error {
	steps := t.spent
	t.spent = 0
	return f.budget.spend(1 + steps*(1+len(t.cell)/stepCells))
}

// stepCells is the size of tableau whose pivot is a step of work.
const stepCells = 5000

// take notes a whole point.
func (f *finder) take(t *tableau) {
	counts := make([]int, t.n)
	for j := range counts {
		counts[j] = int(math.Round(t.x[j]))
	}
	if !f.m.feasible(counts) {
		return
	}
	if weight := toFloat(weigh(f.weights, counts)); weight > f.best {
		f.best, f.panel = weight, counts
		f.ended = f.enough != 0 && weight > f.enough
	}
}

// candidate is a count that is not whole, and how far it is from whole.
type candidate struct {
	v    int
	from float64
}

// fractional are the counts furthest from whole numbers.
func fractional(t *tableau) []candidate {
	var list []candidate
	for v := range t.n {
		d := math.Abs(t.x[v] - math.Round(t.x[v]))
		if d <= nearWhole {
			continue
		}
		i := len(list)
		if i < strongTries {
			list = append(list, candidate{})
		} else if d <= list[i-1].from {
			continue
		} else {
			i--
		}
		for ; i > 0 && list[i-1].from < d; i-- {
			list[i] = list[i-1]
		}
		list[i] = candidate{v, d}
	}
	return list
}

// branchOn is the count whose two sides lower the bound the most, among the
// most fractional ones; -1 when all counts are whole.
func (f *finder) branchOn(t *tableau) int {
	list := fractional(t)
	if len(list) == 0 {
		return -1
	}
	if len(list) == 1 {
		return list[0].v
	}
	top, best, score := t.objective(), list[0].v, -1.0
	for _, c := range list {
		at := math.Floor(t.x[c.v])
		down := top - f.try(t, c.v, t.lo[c.v], at)
		up := top - f.try(t, c.v, at+1, t.hi[c.v])
		if s := math.Max(down, leastDrop) * math.Max(up, leastDrop); s > score {
			best, score = c.v, s
		}
	}
	return best
}

// leastDrop keeps one side without effect from hiding the other's.
const leastDrop = 1e-6

const (
	tryPivots = 15  // in a look at one side of a branching
	nothing   = 1e6 // how much a side without any point lowers the bound
)

// try is the bound on one side after a few pivots.
func (f *finder) try(t *tableau, v int, lo, hi float64) float64 {
	side := &f.trial
	side.copyFrom(t)
	side.setBounds(v, lo, hi)
	for range tryPivots {
		i, miss := side.worst()
		if i < 0 || side.objective() <= f.best+1-wholeMargin {
			break
		}
		j := side.entering(i, miss)
		if j < 0 {
			t.spent += side.spent
			return side.objective() - nothing
		}
		side.pivot(i, j, miss > 0)
	}
	t.spent += side.spent
	return side.objective()
}
