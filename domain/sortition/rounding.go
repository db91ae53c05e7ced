package sortition

import (
	"context"
	"errors"
	"math"
	"math/big"
	"slices"
)

// uniform turns a lottery into m panels, each equally likely, whose average
// is next to the lottery's: first the total of each type over all panels is
// rounded to a whole number next to m times its expectation, then the totals
// are taken apart into whole panels. Where the totals cannot be taken apart
// entirely, the last few panels come from the lottery itself, chosen so that
// totals stray least.
type uniform struct {
	m      *model
	solver Solver
	exact  []weighted
	want   []*big.Int // total per type over all panels
	have   []*big.Int
	out    [][]int
	count  int
}

func uniformPanels(ctx context.Context, m *model, solver Solver, exact []weighted, count int, key string) ([][]int, error) {
	u := &uniform{m: m, solver: solver, exact: exact, count: count, want: make([]*big.Int, len(m.types)), have: make([]*big.Int, len(m.types))}
	x := expectation(m, exact)
	u.round(x, newRandom(key+"/totals"))
	for t := range u.have {
		u.have[t] = new(big.Int)
	}
	rng := newRandom(key + "/uniform")
	if err := u.fill(ctx, rng); err != nil {
		return nil, err
	}
	if len(u.out) == count {
		return u.out, nil
	}
	u.restart()
	if err := u.fill(ctx, rng); err != nil {
		return nil, err
	}
	for len(u.out) < count {
		u.nearest()
	}
	u.improve(ctx, x)
	return u.out, u.within(ctx, x)
}

const (
	withinNodes  = 100
	withinPanels = 400
	withinSteps  = 20_000
)

// within looks for numbers of copies of the panels at hand that keep every
// member of every type within one panel of their chance, and takes them when
// found; otherwise it leaves the panels as they are.
func (u *uniform) within(ctx context.Context, x []*big.Rat) error {
	pool := u.pool()
	if len(pool) > withinPanels {
		return nil
	}
	lp := &LinearProgram{}
	for t := range x {
		n := int64(u.m.n(t))
		each := new(big.Rat).Mul(x[t], big.NewRat(int64(u.count), n))
		low := new(big.Int).Quo(each.Num(), each.Denom()).Int64()
		high := low
		if !each.IsInt() {
			high++
		}
		appendRow(lp, SparseVector{}, float64(low*n), float64(high*n))
	}
	appendRow(lp, SparseVector{}, float64(u.count), float64(u.count))
	for j, counts := range pool {
		appendColumn(lp, 0, 0, float64(u.count))
		lp.Integer = append(lp.Integer, true)
		for t, c := range counts {
			lp.Rows[t].Add(j, float64(c))
		}
		lp.Rows[len(x)].Add(j, 1)
	}
	program, err := u.solver.Load(ctx, lp)
	if err != nil {
		return err
	}
	defer program.Close()
	sol, err := program.Solve(ctx, SolveOptions{MaxNodes: withinNodes, MaxSteps: withinSteps})
	if err != nil || !sol.Feasible {
		return err
	}
	out := make([][]int, 0, u.count)
	for j, v := range sol.Value {
		for range int(math.Round(v)) {
			out = append(out, slices.Clone(pool[j]))
		}
	}
	if len(out) == u.count {
		u.out = out
	}
	return nil
}

// fill takes the remaining totals apart as far as that goes.
func (u *uniform) fill(ctx context.Context, rng *random) error {
	for before := -1; len(u.out) < u.count && len(u.out) > before; {
		before = len(u.out)
		if err := u.takeApart(ctx, rng); err != nil {
			return err
		}
	}
	return nil
}

// restart begins again with the whole copies of the lottery's own panels.
func (u *uniform) restart() {
	u.out = nil
	for t := range u.have {
		u.have[t].SetInt64(0)
	}
	copies, m := new(big.Int), big.NewInt(int64(u.count))
	for _, p := range u.exact {
		copies.Mul(p.weight.Num(), m)
		u.add(p.counts, int(copies.Quo(copies, p.weight.Denom()).Int64()))
	}
}

// maxSwaps bounds the exchanges of improve.
const maxSwaps = 200

// improve exchanges panels for others while that brings the totals nearer to
// count*x, in squares weighed by the size of the type.
func (u *uniform) improve(ctx context.Context, x []*big.Rat) {
	pool := u.pool()
	off := make([]float64, len(x)) // total less target, per root of members
	unit := make([]float64, len(x))
	for t := range x {
		want, _ := new(big.Rat).Mul(x[t], rat(u.count)).Float64()
		off[t] = (toFloat(u.have[t]) - want) / float64(u.m.n(t))
		unit[t] = 1 / float64(u.m.n(t))
	}
	used := make([]int, len(pool))
	at := map[string]int{}
	for i, c := range pool {
		at[countsKey(c)] = i
	}
	for _, c := range u.out {
		used[at[countsKey(c)]]++
	}
	for range maxSwaps {
		from, to := bestSwap(pool, used, off, unit)
		if from < 0 || ctx.Err() != nil {
			break
		}
		used[from]--
		used[to]++
		for t := range off {
			off[t] += float64(float64(pool[to][t]-pool[from][t]) * unit[t])
		}
	}
	u.out = u.out[:0]
	for i, n := range used {
		for range n {
			u.out = append(u.out, slices.Clone(pool[i]))
		}
	}
}

// pool are the different panels at hand.
func (u *uniform) pool() [][]int {
	var out [][]int
	seen := map[string]bool{}
	add := func(counts []int) {
		if key := countsKey(counts); !seen[key] {
			seen[key] = true
			out = append(out, counts)
		}
	}
	for _, p := range u.exact {
		add(p.counts)
	}
	for _, c := range u.out {
		add(c)
	}
	return out
}

// bestSwap is the exchange that lowers the sum over people of the squared
// change of their chance the most, or -1.
func bestSwap(pool [][]int, used []int, off, unit []float64) (int, int) {
	lean := make([]float64, len(pool))
	for i, c := range pool {
		for t, n := range c {
			if n != 0 {
				lean[i] += float64(off[t] * float64(n))
			}
		}
	}
	from, to, least := -1, -1, -1e-9
	for i := range pool {
		if used[i] == 0 {
			continue
		}
		for j := range pool {
			gain := 2 * (lean[j] - lean[i])
			if gain >= least {
				continue
			}
			for t, n := range pool[j] {
				if d := float64(n - pool[i][t]); d != 0 {
					gain += float64(d * d * unit[t])
				}
			}
			if gain < least {
				from, to, least = i, j, gain
			}
		}
	}
	return from, to
}

// expectation is the expected count per type.
func expectation(m *model, panels []weighted) []*big.Rat {
	weights := make([]*big.Rat, len(panels))
	for i, p := range panels {
		weights[i] = p.weight
	}
	w, scale := integers(weights)
	sums := make([]*big.Int, len(m.types))
	for t := range sums {
		sums[t] = new(big.Int)
	}
	part := new(big.Int)
	for i, p := range panels {
		for t, c := range p.counts {
			if c != 0 {
				sums[t].Add(sums[t], part.Mul(w[i], big.NewInt(int64(c))))
			}
		}
	}
	out := make([]*big.Rat, len(sums))
	for t := range out {
		out[t] = new(big.Rat).SetFrac(sums[t], scale)
	}
	return out
}

// round sets want: whole totals next to count*x that keep every row's total
// next to its own. Should no such rounding be found, plain rounding.
func (u *uniform) round(x []*big.Rat, rng *random) {
	m := new(big.Rat).SetInt64(int64(u.count))
	total, scale := make([]*big.Rat, len(x)), big.NewInt(1)
	for t := range x {
		total[t] = new(big.Rat).Mul(x[t], m)
		scale = lcm(scale, total[t].Denom())
	}
	p := newPeeler(u.m, total, scale)
	r := p.rounder(rng)
	ok := len(p.frac) == 0
	for try := 0; try < failedDraws && !ok; try++ {
		p.point(r, 4)
		ok = r.draw(p.stop(try))
	}
	for t := range x {
		u.want[t] = big.NewInt(int64(p.floor[t]))
	}
	for i, t := range p.frac {
		up := r.y[i] > 0.5
		if !ok {
			up = new(big.Int).Lsh(p.y[t], 1).Cmp(scale) >= 0
		}
		if up {
			u.want[t].Add(u.want[t], big.NewInt(1))
		}
	}
}

// takeApart peels whole panels off the remaining totals.
func (u *uniform) takeApart(ctx context.Context, rng *random) error {
	left := u.count - len(u.out)
	scale := big.NewInt(int64(left))
	x := make([]*big.Rat, len(u.m.types))
	for t := range x {
		rest := new(big.Int).Sub(u.want[t], u.have[t])
		x[t] = new(big.Rat).SetFrac(rest, scale)
		if x[t].Sign() < 0 || x[t].Cmp(rat(u.m.n(t))) > 0 {
			return nil
		}
	}
	if !u.inside(x) {
		return nil
	}
	a := attempts[0]
	if left < u.count {
		a.beta = 1
	}
	p := newPeeler(u.m, x, scale)
	panels, err := tryRealise(ctx, p, a, u.solver, rng)
	if errors.Is(err, errNotRealised) {
		panels, err = p.out, nil
	}
	if err != nil {
		return err
	}
	for _, w := range panels {
		copies := new(big.Int).Mul(w.weight.Num(), scale)
		u.add(w.counts, int(copies.Quo(copies, w.weight.Denom()).Int64()))
	}
	return nil
}

// inside tells whether x meets every row.
func (u *uniform) inside(x []*big.Rat) bool {
	sum := new(big.Rat)
	for _, r := range u.m.rows {
		sum.SetInt64(0)
		for _, t := range r.types {
			sum.Add(sum, x[t])
		}
		if sum.Cmp(rat(r.lo)) < 0 || sum.Cmp(rat(r.hi)) > 0 {
			return false
		}
	}
	return true
}

func (u *uniform) add(counts []int, copies int) {
	copies = min(copies, u.count-len(u.out))
	if copies <= 0 || !u.m.feasible(counts) {
		return
	}
	for t, c := range counts {
		u.have[t].Add(u.have[t], big.NewInt(int64(c*copies)))
	}
	for range copies {
		u.out = append(u.out, slices.Clone(counts))
	}
}

// nearest adds the lottery's panel that brings the totals nearest to what is
// wanted of them at this point.
func (u *uniform) nearest() {
	left := float64(u.count - len(u.out))
	need := make([]float64, len(u.want))
	for t := range need {
		need[t] = toFloat(new(big.Int).Sub(u.want[t], u.have[t])) / left
	}
	best, least := -1, 0.0
	for i, p := range u.exact {
		loss := 0.0
		for t, c := range p.counts {
			d := float64(c) - need[t]
			loss += float64(d*d) / float64(u.m.n(t))
		}
		if best < 0 || loss < least {
			best, least = i, loss
		}
	}
	u.add(u.exact[best].counts, 1)
}
