package sortition

import (
	"context"
	"fmt"
	"math"
	"math/big"
)

// settleFor is for instances whose optimum was not reached within the budget:
// the best lottery over the panels found, and the proved bound of the
// relaxation on the smallest chance. The gap between them is exact.
func (w *wholeSolver) settleFor(ctx context.Context, p *point) (*optimum, error) {
	bound := new(big.Rat)
	for _, s := range p.marg.stages {
		if s.level.Sign() > 0 {
			bound.Set(s.level)
			break
		}
	}
	panels, err := w.bestOf(ctx, p.level)
	if err != nil {
		return nil, err
	}
	out := &optimum{marg: p.marg, panels: panels, bounded: true, gap: new(big.Rat), level: levelsOf(w.m, panels)}
	var least *big.Rat
	for t := range out.level {
		if p.level[t].Sign() > 0 && (least == nil || out.level[t].Cmp(least) < 0) {
			least = out.level[t]
		}
	}
	if least != nil {
		out.gap.Sub(bound, least)
	}
	return out, nil
}

// weightUnit is the denominator of weights that were found in floating point.
const weightUnit = 1_000_000_000

// bestOf is the lottery over the known panels with the largest smallest
// chance, as far as floating point finds it; its weights are then rounded to
// exact fractions.
func (w *wholeSolver) bestOf(ctx context.Context, level []*big.Rat) ([]weighted, error) {
	if len(w.panels) == 0 {
		return nil, errWork
	}
	lp := &LinearProgram{Maximize: true}
	appendColumn(lp, 1, 0, 1)
	row := map[int]int{}
	for t, p := range level {
		if p.Sign() > 0 {
			row[t] = len(lp.Rows)
			appendRow(lp, SparseVector{Index: []int32{0}, Value: []float64{-float64(w.m.n(t))}}, 0, math.Inf(1))
		}
	}
	total := len(lp.Rows)
	appendRow(lp, SparseVector{}, 1, 1)
	var known [][]int
	seen := map[string]bool{}
	for _, counts := range w.panels {
		if key := countsKey(counts); seen[key] || !w.m.feasible(counts) {
			continue
		} else {
			seen[key] = true
		}
		known = append(known, counts)
		j := len(lp.Cost)
		appendColumn(lp, 0, 0, math.Inf(1))
		for t, c := range counts {
			if r, ok := row[t]; ok && c > 0 {
				lp.Rows[r].Add(j, float64(c))
			}
		}
		lp.Rows[total].Add(j, 1)
	}
	program, err := w.solver.Load(ctx, lp)
	if err != nil {
		return nil, err
	}
	defer program.Close()
	sol, err := program.Solve(ctx, SolveOptions{})
	if err != nil {
		return nil, err
	}
	if sol.Status != StatusOptimal {
		return nil, fmt.Errorf("the best lottery of the known panels ended with status %d", sol.Status)
	}
	return roundWeights(known, sol.Value[1:]), nil
}

// roundWeights makes float weights exact: whole multiples of a small unit
// that sum to 1, the largest taking up the difference.
func roundWeights(panels [][]int, weights []float64) []weighted {
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
