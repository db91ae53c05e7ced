package sortition

import (
	"context"
	"errors"
	"math"
	"math/big"
)

// settleFor is for instances whose optimum was not reached within the budget.
// It finds a panel for everyone, raises the smallest chance over whole panels
// as far as some more work allows, and states the proved bound on it: what no
// lottery can exceed. The gap between the two is exact.
func (w *wholeSolver) settleFor(ctx context.Context, p *point, covered bool) (*optimum, error) {
	work := w.budget.ended
	w.budget.extend(settleWork)
	if !covered {
		if _, err := w.cover(ctx, p.level); err != nil && !errors.Is(err, errWork) {
			return nil, err
		}
	}
	if len(w.panels) == 0 {
		return nil, errWork
	}
	r := newRaiser(w, p.level)
	if err := r.raise(ctx); err != nil && !errors.Is(err, errWork) {
		return nil, err
	}
	again, err := w.leximinPoint(ctx) // with the inequalities found since
	if err != nil {
		return nil, err
	}
	panels, err := r.best(ctx, again.level)
	if err != nil {
		return nil, err
	}
	out := &optimum{marg: again.marg, panels: panels, bounded: true, work: work, level: levelsOf(w.m, panels)}
	out.gap = new(big.Rat).Sub(firstLevel(again.marg), leastOf(out.level, again.level))
	return out, nil
}

// firstLevel is the proved bound on the smallest chance of those who have one.
func firstLevel(marg *marginals) *big.Rat {
	for _, s := range marg.stages {
		if s.level.Sign() > 0 {
			return s.level
		}
	}
	return new(big.Rat)
}

// leastOf is the smallest chance among types that could have one.
func leastOf(level, bound []*big.Rat) *big.Rat {
	var least *big.Rat
	for t := range level {
		if bound[t].Sign() > 0 && (least == nil || level[t].Cmp(least) < 0) {
			least = level[t]
		}
	}
	if least == nil {
		least = new(big.Rat)
	}
	return least
}

// weightUnit is the denominator of weights that were found in floating point.
const weightUnit = 1_000_000_000

// roundWeights makes float weights exact: the simple fractions that they look
// like, where those sum to 1, else whole multiples of a small unit, the
// largest taking up the difference.
func roundWeights(panels [][]int, weights []float64) []weighted {
	var out []weighted
	total := new(big.Rat)
	for j, v := range weights {
		if v > 0.5/weightUnit {
			out = append(out, weighted{panels[j], fraction(v)})
			total.Add(total, out[len(out)-1].weight)
		}
	}
	if total.Cmp(rat(1)) == 0 {
		return out
	}
	return inUnits(panels, weights)
}

func inUnits(panels [][]int, weights []float64) []weighted {
	var out []weighted
	units := make([]int64, 0, len(panels))
	left, largest := int64(weightUnit), -1
	for j, v := range weights {
		n := int64(math.Round(v * weightUnit))
		if n <= 0 {
			continue
		}
		left -= n
		if largest < 0 || n > units[largest] {
			largest = len(units)
		}
		units = append(units, n)
		out = append(out, weighted{counts: panels[j]})
	}
	units[largest] += left
	for i := range out {
		out[i].weight = big.NewRat(units[i], weightUnit)
	}
	return out
}
