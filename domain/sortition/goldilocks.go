package sortition

import (
	"context"
	"fmt"
	"math"
)

// extremes finds the smallest and largest chance that an objective of the two
// allows: column 0 is the least chance z, column 1 the greatest M, the others
// what each type has above z. Types outside in have chance 0.
type extremes struct {
	m      *model
	solver Solver
	in     []int
	capped map[int]bool
}

// goldilocksRounds bounds the tangents to 1/u: each halves the error.
const goldilocksRounds = 60

// goldilocks minimises (n/k)*M + (k/n)/z: too large a chance can be gamed,
// too small a one is unfair. With u = z*n/k, the least chance beside the mean
// one, the second part is 1/u; it is convex and is met from below by tangents.
func (e *extremes) goldilocks(ctx context.Context) (box, error) {
	n, k := 0.0, float64(e.m.problem.Size)
	for _, t := range e.in {
		n += float64(e.m.n(t))
	}
	lp := e.build()
	inverse := len(lp.Cost) // the column that stands for 1/u
	appendColumn(lp, 1, 0, math.Inf(1))
	lp.Cost[1] = n / k
	program, err := e.solver.Load(ctx, lp)
	if err != nil {
		return box{}, err
	}
	defer program.Close()
	var sol *Solution
	u := 1.0
	for range goldilocksRounds {
		if sol, err = e.tangent(ctx, program, inverse, n/k, u); err != nil {
			return box{}, err
		}
		next := sol.Value[0] * n / k
		// A tangent far from the optimum may answer 0, where 1/u has none.
		if next < u/8 {
			next = u / 8
		} else if 1/next-sol.Value[inverse] < 1e-9/next {
			break
		}
		u = next
	}
	return box{sol.Value[0], sol.Value[1]}, nil
}

// tangent adds 1/u' >= 1/u - (u'-u)/u^2 and solves again.
func (e *extremes) tangent(ctx context.Context, program Program, inverse int, perChance, u float64) (*Solution, error) {
	var row SparseVector
	row.Add(0, perChance/(u*u))
	row.Add(inverse, 1)
	if err := program.AddRow(row, 2/u, math.Inf(1)); err != nil {
		return nil, err
	}
	return e.solve(ctx, program)
}

// minimax minimises the greatest chance alone.
func (e *extremes) minimax(ctx context.Context) (box, error) {
	lp := e.build()
	lp.Cost[1] = 1
	program, err := e.solver.Load(ctx, lp)
	if err != nil {
		return box{}, err
	}
	defer program.Close()
	sol, err := e.solve(ctx, program)
	if err != nil {
		return box{}, err
	}
	return box{0, sol.Value[1]}, nil
}

// build states the rows: count = members*z + excess, targets, size and homes.
func (e *extremes) build() *LinearProgram {
	lp := &LinearProgram{}
	appendColumn(lp, 0, 0, 1)
	appendColumn(lp, 0, 0, 1)
	column := make([]int, len(e.m.types))
	for _, t := range e.in {
		column[t] = len(lp.Cost)
		appendColumn(lp, 0, 0, math.Inf(1))
	}
	for r, row := range panelProgram(e.m, make([]float64, len(e.m.types)), false).Rows {
		var vec SparseVector
		people := 0.0
		vec.Add(0, 1)
		for i, t := range row.Index {
			if column[t] > 0 {
				vec.Add(column[t], row.Value[i])
				people += row.Value[i] * float64(e.m.n(int(t)))
			}
		}
		lo, hi := e.bounds(r)
		appendRow(lp, withLevel(vec, people), lo, hi)
	}
	e.capped = map[int]bool{}
	return lp
}

func (e *extremes) bounds(r int) (float64, float64) {
	if r < len(e.m.rows) {
		return float64(e.m.rows[r].lo), float64(e.m.rows[r].hi)
	}
	return math.Inf(-1), toFloat(e.m.cuts[r-len(e.m.rows)].bound)
}

// solve adds the rows count <= members*M where they are broken, until none is.
func (e *extremes) solve(ctx context.Context, program Program) (*Solution, error) {
	for {
		sol, err := program.Solve(ctx, SolveOptions{})
		if err != nil {
			return nil, err
		}
		if sol.Status == StatusInfeasible {
			return nil, errInfeasible
		}
		if sol.Status != StatusOptimal {
			return nil, fmt.Errorf("the programme of extremes ended with status %d", sol.Status)
		}
		added := false
		for i, t := range e.in {
			n := float64(e.m.n(t))
			excess := sol.Value[0]*n + sol.Value[i+2] - sol.Value[1]*n
			if e.capped[t] || excess <= 1e-9*n {
				continue
			}
			var vec SparseVector
			vec.Add(0, n)
			vec.Add(1, -n)
			vec.Add(i+2, 1)
			if err := program.AddRow(vec, math.Inf(-1), 0); err != nil {
				return nil, err
			}
			e.capped[t], added = true, true
		}
		if !added {
			return sol, nil
		}
	}
}
