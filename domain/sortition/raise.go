package sortition

import (
	"context"
	"fmt"
	"math"
	"math/big"
)

// raiser raises the smallest chance over whole panels by column generation:
// a programme over the panels known, prices from its duals, the heaviest
// panel at those prices, until none is heavier. Then the prices are themselves
// an inequality that bounds the smallest chance of any lottery.
type raiser struct {
	w     *wholeSolver
	in    []int // types that may have a chance
	seen  map[string]bool
	known [][]int
	least float64 // the smallest chance reached
}

func newRaiser(w *wholeSolver, level []*big.Rat) *raiser {
	r := &raiser{w: w, seen: map[string]bool{}}
	for t, p := range level {
		if p.Sign() > 0 {
			r.in = append(r.in, t)
		}
	}
	for _, counts := range w.panels {
		if w.m.feasible(counts) {
			r.know(counts)
		}
	}
	return r
}

func (r *raiser) know(counts []int) bool {
	key := countsKey(counts)
	if r.seen[key] {
		return false
	}
	r.seen[key] = true
	r.known = append(r.known, counts)
	return true
}

// programme is: the largest z such that every type has members*z, or, where
// short is given, the least total by which types fall short of it while all
// have z. Columns: z, the shortfalls, the panels.
func (r *raiser) programme(short []float64) *LinearProgram {
	lp := &LinearProgram{Maximize: true}
	appendColumn(lp, 1, 0, 1)
	if short != nil {
		lp.Cost[0], lp.Lower[0] = 0, r.least*(1-1e-9)
	}
	for _, t := range r.in {
		appendRow(lp, SparseVector{Index: []int32{0}, Value: []float64{-float64(r.w.m.n(t))}}, 0, math.Inf(1))
	}
	total := len(lp.Rows)
	appendRow(lp, SparseVector{}, 1, 1)
	if short != nil {
		for i, t := range r.in {
			row := SparseVector{Index: []int32{int32(len(lp.Cost))}, Value: []float64{1}}
			appendColumn(lp, -1, 0, math.Inf(1))
			appendRow(lp, row, short[i]*float64(r.w.m.n(t)), math.Inf(1))
		}
	}
	for _, counts := range r.known {
		j := len(lp.Cost)
		appendColumn(lp, 0, 0, math.Inf(1))
		for i, t := range r.in {
			lp.Rows[i].Add(j, float64(counts[t]))
			if short != nil {
				lp.Rows[total+1+i].Add(j, float64(counts[t]))
			}
		}
		lp.Rows[total].Add(j, 1)
	}
	return lp
}

// raise adds panels until none raises the smallest chance, and then the
// inequality that says so.
func (r *raiser) raise(ctx context.Context) error {
	program, err := r.w.solver.Load(ctx, r.programme(nil))
	if err != nil {
		return err
	}
	defer program.Close()
	for {
		r.w.report("pricing", r.w.budget.spent, 0)
		if err := r.w.budget.spend(solveWork); err != nil {
			return err
		}
		sol, err := program.Solve(ctx, SolveOptions{Primal: true})
		if err != nil {
			return err
		}
		if sol.Status != StatusOptimal {
			return fmt.Errorf("raising the smallest chance ended with status %d", sol.Status)
		}
		r.least = sol.Objective
		panel, err := r.price(ctx, sol)
		if err != nil || panel == nil {
			return err
		}
		if err := program.AddColumn(r.column(panel), 0, 0, math.Inf(1)); err != nil {
			return err
		}
	}
}

func (r *raiser) column(panel []int) SparseVector {
	var col SparseVector
	for i, t := range r.in {
		col.Add(i, float64(panel[t]))
	}
	col.Add(len(r.in), 1)
	return col
}

// price is a panel heavier than all known ones at the programme's prices; nil
// when there is none, and then the bound is an inequality of the model's.
func (r *raiser) price(ctx context.Context, sol *Solution) ([]int, error) {
	duals := make([]float64, len(r.w.m.types))
	for i, t := range r.in {
		duals[t] = -sol.RowDual[i]
	}
	weights := wholePrices(duals)
	most := heaviestOf(r.known, weights)
	panel, _, err := r.w.heaviest(ctx, weights, most, 0)
	if err != nil {
		return nil, err
	}
	if panel == nil {
		bound, _ := big.NewFloat(most).Int(nil)
		_, panel, err = r.w.addCut(ctx, weights, bound)
	}
	if panel == nil || err != nil || !r.know(panel) {
		return nil, err
	}
	r.w.panels = append(r.w.panels, panel)
	return panel, nil
}

// best is the lottery over the known panels with the largest smallest chance
// and, among those, the least total shortfall from level, as far as floating
// point finds it; its weights are rounded to exact fractions.
func (r *raiser) best(ctx context.Context, level []*big.Rat) ([]weighted, error) {
	sol, err := r.solve(ctx, r.programme(nil))
	if err != nil {
		return nil, err
	}
	r.least = sol.Objective
	first := 1
	short := make([]float64, len(r.in))
	for i, t := range r.in {
		short[i], _ = level[t].Float64()
	}
	if even, err := r.solve(ctx, r.programme(short)); err != nil {
		return nil, err
	} else if even.Status == StatusOptimal {
		sol, first = even, 1+len(r.in)
	}
	return roundWeights(r.known, sol.Value[first:]), nil
}

func (r *raiser) solve(ctx context.Context, lp *LinearProgram) (*Solution, error) {
	program, err := r.w.solver.Load(ctx, lp)
	if err != nil {
		return nil, err
	}
	defer program.Close()
	return program.Solve(ctx, SolveOptions{})
}
