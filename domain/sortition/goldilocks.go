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

// goldilocksRounds bounds the tangents to 1/z: each halves the error.
const goldilocksRounds = 60

// goldilocks minimises (n/k)*M + (k/n)/z: too large a chance can be gamed,
// too small a one is unfair. 1/z is convex and is met from below by tangents.
func (e *extremes) goldilocks(ctx context.Context) (box, error) {
	n, k := 0.0, float64(e.m.problem.Size)
	for _, t := range e.in {
		n += float64(e.m.n(t))
	}
	lp := e.build()
	inverse := len(lp.Cost) // the column that stands for 1/z
	appendColumn(lp, k/n, 0, math.Inf(1))
	lp.Cost[1] = n / k
	program, err := e.solver.Load(ctx, lp)
	if err != nil {
		return box{}, err
	}
	defer program.Close()
	z := k / n
	for range goldilocksRounds {
		// 1/z' >= 1/z - (z'-z)/z^2
		var tangent SparseVector
		tangent.Add(0, 1/(z*z))
		tangent.Add(inverse, 1)
		if err := program.AddRow(tangent, 2/z, math.Inf(1)); err != nil {
			return box{}, err
		}
		sol, err := e.solve(ctx, program)
		if err != nil {
			return box{}, err
		}
		if z = sol.Value[0]; z <= 0 {
			z = 1e-9
			continue
		}
		if 1/z-sol.Value[inverse] < 1e-9/z {
			return box{z, sol.Value[1]}, nil
		}
	}
	return box{z, e.largest(ctx, program)}, nil
}

func (e *extremes) largest(ctx context.Context, program Program) float64 {
	sol, err := e.solve(ctx, program)
	if err != nil {
		return 1
	}
	return sol.Value[1]
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
