package sortition

import (
	"context"
	"fmt"
	"math"
	"math/big"
)

// errNotRealised says that no lottery over whole panels was found for a
// point; it does not say that there is none.
var errNotRealised = fmt.Errorf("the point was not realised by whole panels")

const (
	priceGain   = 1e-9 // a column must improve by more than this
	masterZero  = 1e-8 // a shortfall below this proposes zero
	weightZero  = 1e-10
	tailDraws   = 30 // draws per round of column generation
	tailRounds  = 60
	startPanels = 10
)

// tail realises a peeler's remaining point by column generation (section 4).
type tail struct {
	p      *peeler
	r      *rounder
	y      []float64 // remaining point per fractional type
	cols   [][]int   // panels as lists of fractional types at floor+1
	seen   map[string]bool
	master Program
	sol    *Solution
}

// runTail returns the panels that, with those already peeled, make the point.
func runTail(ctx context.Context, p *peeler, solver Solver, rng *random, rounds int) ([]weighted, error) {
	c := &tail{p: p, r: p.rounder(rng), seen: map[string]bool{}}
	p.point(c.r, 0)
	c.y = append(c.y, c.r.y...)
	if err := c.start(ctx, solver); err != nil {
		return nil, err
	}
	defer c.master.Close()
	for range rounds {
		if err := p.budget.spend(solveWork); err != nil {
			return nil, err
		}
		sol, err := c.master.Solve(ctx, SolveOptions{Primal: true})
		if err != nil {
			return nil, err
		}
		if sol.Status != StatusOptimal {
			return nil, fmt.Errorf("the master programme ended with status %d", sol.Status)
		}
		c.sol = sol
		if sol.Objective < masterZero {
			return c.exact(ctx)
		}
		found, err := c.price()
		if err != nil {
			return nil, err
		}
		if !found {
			break
		}
	}
	return nil, errNotRealised
}

// start loads the master programme: minimise the total shortfall from the
// point, over weights of the panels known so far.
func (c *tail) start(ctx context.Context, solver Solver) error {
	n := len(c.y)
	lp := &LinearProgram{}
	for i, y := range c.y {
		appendRow(lp, SparseVector{Index: []int32{int32(i)}, Value: []float64{1}}, y, math.Inf(1))
		appendColumn(lp, 1, 0, math.Inf(1))
	}
	appendRow(lp, SparseVector{}, 1, 1)
	for range 2*c.r.quotas + startPanels {
		if panel := c.draw(nil, 0); panel != nil {
			j := int32(len(lp.Cost))
			appendColumn(lp, 0, 0, math.Inf(1))
			for _, i := range append(panel, n) {
				lp.Rows[i].Add(int(j), 1)
			}
		}
	}
	if len(c.cols) == 0 {
		return errNotRealised
	}
	var err error
	c.master, err = solver.Load(ctx, lp)
	return err
}

func appendColumn(lp *LinearProgram, cost, lo, hi float64) {
	lp.Cost, lp.Lower, lp.Upper = append(lp.Cost, cost), append(lp.Lower, lo), append(lp.Upper, hi)
}

// draw returns a new panel, tilted along weights, or nil.
func (c *tail) draw(weights []float64, beta float64) []int {
	copy(c.r.y, c.y)
	c.r.beta = beta
	if weights != nil {
		copy(c.r.weight, weights)
	}
	if !c.r.draw(c.p.stop(4)) {
		return nil
	}
	key := make([]byte, len(c.y))
	var panel []int
	for i, y := range c.r.y {
		if y > 0.5 {
			key[i] = 1
			panel = append(panel, i)
		}
	}
	if c.seen[string(key)] {
		return nil
	}
	c.seen[string(key)] = true
	c.cols = append(c.cols, panel)
	return panel
}

// price draws panels tilted towards the types in short supply and adds those
// that improve the master.
func (c *tail) price() (bool, error) {
	n := len(c.y)
	w, mu := c.sol.RowDual[:n], c.sol.RowDual[n]
	found := false
	for try := range tailDraws {
		beta := [3]float64{2, 6, 15}[try%3]
		known := len(c.cols)
		panel := c.draw(w, beta)
		if panel == nil {
			continue
		}
		gain := mu
		col := SparseVector{}
		for _, i := range panel {
			gain += w[i]
			col.Add(i, 1)
		}
		if gain <= priceGain {
			c.cols = c.cols[:known]
			continue
		}
		col.Add(n, 1)
		if err := c.master.AddColumn(col, 0, 0, math.Inf(1)); err != nil {
			return false, err
		}
		found = true
	}
	return found, nil
}

// exact solves for the weights of the support in whole numbers.
func (c *tail) exact(ctx context.Context) ([]weighted, error) {
	n := len(c.y)
	var support [][]int
	for j, panel := range c.cols {
		if c.sol.Value[n+j] > weightZero {
			support = append(support, panel)
		}
	}
	rhs := make([]*big.Int, n+1)
	for i, t := range c.p.frac {
		rhs[i] = c.p.y[t]
	}
	rhs[n] = c.p.rest
	weights := exactWeights(ctx, support, rhs)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if weights == nil {
		return nil, errNotRealised
	}
	scale := new(big.Rat).SetInt(c.p.scale)
	out := c.p.out
	for j, panel := range support {
		if weights[j].Sign() == 0 {
			continue
		}
		counts := append([]int(nil), c.p.floor...)
		for _, i := range panel {
			counts[c.p.frac[i]]++
		}
		out = append(out, weighted{counts, weights[j].Quo(weights[j], scale)})
	}
	return out, nil
}

// exactWeights solves sum over panels j of weight_j*[i in panel_j] = rhs_i,
// and sum of weights = the last rhs, by fraction-free elimination. It returns
// nil when there is no solution, or one with a negative weight.
func exactWeights(ctx context.Context, panels [][]int, rhs []*big.Int) []*big.Rat {
	rows, n := len(rhs), len(panels)
	a := make([][]*big.Int, rows)
	for i := range a {
		a[i] = make([]*big.Int, n+1)
		for j := range n {
			a[i][j] = new(big.Int)
		}
		a[i][n] = new(big.Int).Set(rhs[i])
	}
	for j, panel := range panels {
		for _, i := range panel {
			a[i][j].SetInt64(1)
		}
		a[rows-1][j].SetInt64(1)
	}
	return bareiss(ctx, a, n)
}

// bareiss solves the (n+1)-column system a, which may have more rows than
// unknowns; it needs full column rank. nil: no solution, a negative one, or
// cancelled.
func bareiss(ctx context.Context, a [][]*big.Int, n int) []*big.Rat {
	last := big.NewInt(1)
	t1, t2 := new(big.Int), new(big.Int)
	for c := range n {
		p := pivotRow(a, c)
		if p < 0 || ctx.Err() != nil {
			return nil
		}
		a[c], a[p] = a[p], a[c]
		for r := c + 1; r < len(a); r++ {
			if a[r][c].Sign() == 0 {
				scaleRow(a[r], a[c][c], last, c, t1)
				continue
			}
			for j := n; j > c; j-- {
				t1.Mul(a[c][c], a[r][j])
				t2.Mul(a[r][c], a[c][j])
				a[r][j].Quo(t1.Sub(t1, t2), last)
			}
			a[r][c].SetInt64(0)
		}
		last = a[c][c]
	}
	for r := n; r < len(a); r++ {
		if a[r][n].Sign() != 0 {
			return nil
		}
	}
	return backSubstitute(a, n)
}

// scaleRow is the elimination step for a row with no entry in the pivot's
// column.
func scaleRow(row []*big.Int, pivot, last *big.Int, c int, t *big.Int) {
	for j := c + 1; j < len(row); j++ {
		if row[j].Sign() != 0 {
			row[j].Quo(t.Mul(row[j], pivot), last)
		}
	}
}

// pivotRow prefers the smallest entry, to keep numbers short.
func pivotRow(a [][]*big.Int, c int) int {
	best := -1
	for r := c; r < len(a); r++ {
		if a[r][c].Sign() != 0 && (best < 0 || a[r][c].CmpAbs(a[best][c]) < 0) {
			best = r
		}
	}
	return best
}

func backSubstitute(a [][]*big.Int, n int) []*big.Rat {
	if n == 0 {
		return nil
	}
	// By Cramer's rule every unknown times the last pivot is whole.
	det := a[n-1][n-1]
	scaled := make([]*big.Int, n)
	t := new(big.Int)
	for i := n - 1; i >= 0; i-- {
		sum := new(big.Int).Mul(a[i][n], det)
		for j := i + 1; j < n; j++ {
			if a[i][j].Sign() != 0 {
				sum.Sub(sum, t.Mul(a[i][j], scaled[j]))
			}
		}
		scaled[i] = sum.Quo(sum, a[i][i])
		if scaled[i].Sign()*det.Sign() < 0 {
			return nil
		}
	}
	out := make([]*big.Rat, n)
	for i := range out {
		out[i] = new(big.Rat).SetFrac(scaled[i], det)
	}
	return out
}
