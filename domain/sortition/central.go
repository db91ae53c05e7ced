package sortition

import (
	"context"
	"fmt"
	"math"
	"math/big"
)

// The objectives other than leximin are solved over the relaxation in floating
// point, to a gap that is reported, and then made exact: totals of a hundred
// thousand panels are rounded to whole people within every row, which moves a
// chance by less than 1/100,000, and the rounded point is realised exactly.

const (
	pointUnit    = 100_000
	focusRounds  = 9
	focusPieces  = 16
	widestWindow = 3.0
)

// box bounds the chances that an objective allows.
type box struct{ low, high float64 }

// central is the point of the relaxation with the greatest product of chances
// (Nash welfare) among those within the box; types of chance 0 in level stay
// out. The logarithm is separable and concave, so a linear programme over
// pieces finds it; the pieces narrow around the solution round by round.
type central struct {
	m      *model
	solver Solver
	in     []int // types that take part
	box    box
	gap    float64
	basic  *LinearProgram // rows over one column per type, reused
}

// solve returns a count per type.
func (c *central) solve(ctx context.Context) ([]float64, error) {
	at := make([]float64, len(c.m.types))
	for _, t := range c.in {
		at[t] = float64(c.m.n(t)) * math.Sqrt(math.Max(c.box.low, 1e-6)*c.box.high)
	}
	window := widestWindow
	for round := range focusRounds {
		points := make([][]float64, len(c.in))
		for k, t := range c.in {
			points[k] = c.breakpoints(t, at[t], window, round == 0)
		}
		sol, err := c.pieces(ctx, points)
		if err != nil {
			return nil, err
		}
		j := 0
		for k, t := range c.in {
			at[t] = points[k][0]
			for range len(points[k]) - 1 {
				at[t] += sol.Value[j]
				j++
			}
		}
		c.gap = c.bound(sol.RowDual) - c.value(at)
		if window = 1 + (window-1)/4; round == 0 {
			window = 1.5
		}
	}
	return at, nil
}

// breakpoints are where the pieces of a type's logarithm meet, from the least
// count that the box allows to the greatest.
func (c *central) breakpoints(t int, at, window float64, first bool) []float64 {
	n := float64(c.m.n(t))
	lo, hi := math.Max(c.box.low, 1e-9)*n, c.box.high*n
	out := []float64{lo}
	add := func(v float64) {
		if v > out[len(out)-1]*(1+1e-12) && v < hi*(1-1e-12) {
			out = append(out, v)
		}
	}
	if first {
		for i := 1; i < 40; i++ {
			add(lo * math.Pow(hi/lo, float64(i)/40))
		}
		return append(out, hi)
	}
	for _, f := range []float64{1e-4, 1e-3, 1e-2, 0.1, 0.3, 0.6, 0.85} {
		if v := at * f; v < at/window {
			add(v)
		}
	}
	for i := range focusPieces + 1 {
		add(at * math.Pow(window, float64(2*i)/focusPieces-1))
	}
	for _, f := range []float64{1.2, 1.6, 2.5, 5, 10, 100} {
		if v := at * f; v > at*window {
			add(v)
		}
	}
	return append(out, math.Max(hi, out[len(out)-1]))
}

// pieces solves the programme over the pieces: each piece is a variable with
// its slope as gain, filled in order because slopes fall.
func (c *central) pieces(ctx context.Context, points [][]float64) (*Solution, error) {
	lp := &LinearProgram{Maximize: true}
	base := panelProgram(c.m, make([]float64, len(c.m.types)), false)
	entries := make([][]int, len(c.m.types))
	values := make([][]float64, len(c.m.types))
	for r, row := range base.Rows {
		for e, t := range row.Index {
			entries[t] = append(entries[t], r)
			values[t] = append(values[t], row.Value[e])
		}
	}
	shift := make([]float64, len(base.Rows))
	rows := make([]SparseVector, len(base.Rows))
	for k, t := range c.in {
		n := float64(c.m.n(t))
		for e, r := range entries[t] {
			shift[r] += float64(values[t][e] * points[k][0])
		}
		for i := 1; i < len(points[k]); i++ {
			a, b := points[k][i-1], points[k][i]
			slope := 0.0
			if b > a {
				slope = n * math.Log(b/a) / (b - a)
			}
			j := len(lp.Cost)
			appendColumn(lp, slope, 0, b-a)
			for e, r := range entries[t] {
				rows[r].Add(j, values[t][e])
			}
		}
	}
	for r := range rows {
		appendRow(lp, rows[r], base.RowLower[r]-shift[r], base.RowUpper[r]-shift[r])
	}
	program, err := c.solver.Load(ctx, lp)
	if err != nil {
		return nil, err
	}
	defer program.Close()
	sol, err := program.Solve(ctx, SolveOptions{})
	if err == nil && sol.Status == StatusInfeasible {
		err = errInfeasible
	}
	if err == nil && sol.Status != StatusOptimal {
		err = fmt.Errorf("the programme over pieces ended with status %d", sol.Status)
	}
	return sol, err
}

// value is the sum over people of the logarithm of their chance.
func (c *central) value(at []float64) float64 {
	sum := 0.0
	for _, t := range c.in {
		n := float64(c.m.n(t))
		sum += n * math.Log(at[t]/n)
	}
	return sum
}

// bound is what no point of the relaxation within the box can exceed, for any
// prices of the rows: each type takes its best count at those prices.
func (c *central) bound(prices []float64) float64 {
	base := panelProgram(c.m, make([]float64, len(c.m.types)), false)
	charge := make([]float64, len(c.m.types))
	sum := 0.0
	for r, y := range prices {
		side := base.RowUpper[r]
		if y < 0 {
			side = base.RowLower[r]
		}
		if y != 0 {
			sum += y * side
		}
		for e, t := range base.Rows[r].Index {
			charge[t] += y * base.Rows[r].Value[e]
		}
	}
	for _, t := range c.in {
		n := float64(c.m.n(t))
		best := c.box.high
		if charge[t] > 0 {
			best = math.Min(best, 1/charge[t])
		}
		best = math.Max(best, math.Max(c.box.low, 1e-9))
		sum += n*math.Log(best) - charge[t]*n*best
	}
	return sum
}

// exactPoint rounds counts to an exact point of the relaxation: whole totals
// over pointUnit panels, every row's total next to its own.
func exactPoint(m *model, counts []float64, key string) ([]*big.Rat, error) {
	x := make([]*big.Rat, len(counts))
	for t, c := range counts {
		c = math.Max(0, math.Min(c, float64(m.n(t))))
		x[t] = big.NewRat(int64(math.Round(c*pointUnit*1000)), pointUnit*1000)
	}
	totals := make([]*big.Rat, len(x))
	for t := range x {
		totals[t] = new(big.Rat).Mul(x[t], rat(pointUnit))
	}
	whole, ok := roundWithin(m, totals, pointUnit, newRandom(key+"/point"))
	if !ok {
		return nil, errNotRealised
	}
	level := make([]*big.Rat, len(x))
	for t, n := range whole {
		level[t] = big.NewRat(n, int64(pointUnit*m.n(t)))
	}
	return level, nil
}

// roundWithin rounds totals over the given number of panels to whole numbers
// so that each row's total lies within panels times the row's bounds.
func roundWithin(m *model, totals []*big.Rat, panels int, rng *random) ([]int64, bool) {
	out := make([]int64, len(totals))
	var frac []int
	at := make([]int32, len(totals))
	y := make([]float64, 0, len(totals))
	for t, v := range totals {
		whole, part := new(big.Int).DivMod(v.Num(), v.Denom(), new(big.Int))
		out[t] = whole.Int64()
		at[t] = -1
		if part.Sign() != 0 && out[t] < int64(panels*m.n(t)) {
			at[t] = int32(len(frac))
			frac = append(frac, t)
			f, _ := new(big.Rat).SetFrac(part, v.Denom()).Float64()
			y = append(y, f)
		}
	}
	var rows [][]int32
	var lo, hi []int
	quotas := 0
	for _, r := range m.rows {
		sum := 0
		var vars []int32
		for _, t := range r.types {
			sum += int(out[t])
			if at[t] >= 0 {
				vars = append(vars, at[t])
			}
		}
		if len(vars) == 0 {
			if sum < r.lo*panels || sum > r.hi*panels {
				return nil, false
			}
			continue
		}
		rows, lo, hi = append(rows, vars), append(lo, r.lo*panels-sum), append(hi, r.hi*panels-sum)
		if r.kind != rowHousehold {
			quotas++
		}
	}
	d := newRounder(len(frac), rows, quotas, rng)
	copy(d.lo, lo)
	copy(d.hi, hi)
	for try := range failedDraws {
		copy(d.y, y)
		if d.draw(2*quotas + try) {
			for i, t := range frac {
				out[t] += int64(math.Round(d.y[i]))
			}
			return out, true
		}
	}
	return nil, false
}
