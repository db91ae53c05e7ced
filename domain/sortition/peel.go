package sortition

import (
	"context"
	"errors"
	"math/big"
	"slices"
)

// weighted is one panel over types with its exact probability.
type weighted struct {
	counts []int
	weight *big.Rat
}

// errStuck says that the peel found no further panel from this state.
var errStuck = errors.New("no panel found next to the remaining point")

const failedDraws = 30

// peeler takes whole panels off a fractional point x until nothing is left
// (section 3): x = sum of weight*panel, in exact integers. y are the remaining
// fractions times scale, rest the remaining weight times scale.
type peeler struct {
	m     *model
	scale *big.Int
	floor []int
	y     []*big.Int // nil when the type is no longer fractional
	rest  *big.Int
	frac  []int
	lo    []int // per row, over the fractional part only
	hi    []int
	total []*big.Int // per row: sum of y
	out   []weighted
	full  []bool // types that became part of the floor on the way

	budget *budget // nil: no end
}

// newPeeler starts from counts x per type, all multiples of 1/scale. Each
// panel will keep every row within the whole numbers next to the point's.
func newPeeler(m *model, x []*big.Rat, scale *big.Int) *peeler {
	p := &peeler{m: m, scale: scale, floor: make([]int, len(x)), y: make([]*big.Int, len(x)),
		rest: new(big.Int).Set(scale), lo: make([]int, len(m.rows)), hi: make([]int, len(m.rows)),
		total: make([]*big.Int, len(m.rows)), full: make([]bool, len(x))}
	for t, v := range x {
		whole, part := new(big.Int), new(big.Int)
		whole.DivMod(v.Num(), v.Denom(), part)
		p.floor[t] = int(whole.Int64())
		if part.Sign() != 0 {
			p.y[t] = part.Mul(part, new(big.Int).Quo(scale, v.Denom()))
			p.frac = append(p.frac, t)
		}
	}
	for r := range m.rows {
		p.total[r] = new(big.Int)
		for _, t := range m.rows[r].types {
			if p.y[t] != nil {
				p.total[r].Add(p.total[r], p.y[t])
			}
		}
		lo, part := new(big.Int).DivMod(p.total[r], scale, new(big.Int))
		p.lo[r] = int(lo.Int64())
		p.hi[r] = p.lo[r]
		if part.Sign() != 0 {
			p.hi[r]++
		}
	}
	return p
}

// copy is the state alone, without the panels found.
func (p *peeler) copy() *peeler {
	c := *p
	c.floor, c.frac = slices.Clone(p.floor), slices.Clone(p.frac)
	c.lo, c.hi = slices.Clone(p.lo), slices.Clone(p.hi)
	c.rest = new(big.Int).Set(p.rest)
	c.y, c.total = cloneInts(p.y), cloneInts(p.total)
	c.out, c.full = slices.Clone(p.out), slices.Clone(p.full)
	return &c
}

func cloneInts(in []*big.Int) []*big.Int {
	out := make([]*big.Int, len(in))
	for i, v := range in {
		if v != nil {
			out[i] = new(big.Int).Set(v)
		}
	}
	return out
}

// run peels until nothing fractional is left, or returns errStuck. onState,
// when not nil, sees the state before each panel.
func (p *peeler) run(ctx context.Context, rng *random, beta float64, onState func(*peeler)) error {
	next := newExchange(p, rng)
	for len(p.frac) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.budget.spend(drawWork); err != nil {
			return err
		}
		if onState != nil {
			onState(p)
		}
		if next.ready(p) {
			p.takeSet(next.chosen)
			continue
		}
		r := p.rounder(rng)
		ok := false
		for try := 0; try < failedDraws && !ok; try++ {
			p.point(r, beta)
			ok = r.draw(p.stop(try))
		}
		if !ok {
			return errStuck
		}
		next.start(p, r)
		p.take(r)
	}
	p.emit(slices.Clone(p.floor), p.rest)
	return nil
}

// stop is the number of open variables at which the walk gives over to the
// search: above the number of tight rows, or leftovers have one solution.
func (p *peeler) stop(try int) int {
	rows := 0
	for i := range p.m.rows {
		if p.m.rows[i].kind != rowHousehold {
			rows++
		}
	}
	return rows*3/2 + try*rows/20
}

// rounder sets up a draw over the fractional types; rows that hold none of
// them are left out, quotas come first.
func (p *peeler) rounder(rng *random) *rounder {
	at := make([]int32, len(p.m.types))
	for i := range at {
		at[i] = -1
	}
	for i, t := range p.frac {
		at[t] = int32(i)
	}
	var rows [][]int32
	var ids []int
	quotas := 0
	for r := range p.m.rows {
		var vars []int32
		for _, t := range p.m.rows[r].types {
			if at[t] >= 0 {
				vars = append(vars, at[t])
			}
		}
		if len(vars) == 0 {
			continue
		}
		rows, ids = append(rows, vars), append(ids, r)
		if p.m.rows[r].kind != rowHousehold {
			quotas++
		}
	}
	out := newRounder(len(p.frac), rows, quotas, rng)
	for i, r := range ids {
		out.lo[i], out.hi[i] = p.lo[r], p.hi[r]
	}
	return out
}

// point sets the draw's start to y/rest. The tilt sends what is nearly whole
// to the near side, the harder the nearer: a panel against a tiny remainder
// can only have a tiny weight.
func (p *peeler) point(r *rounder, beta float64) {
	r.beta = beta
	rest := p.rest
	shift := uint(max(0, rest.BitLen()-1000))
	whole, _ := new(big.Int).Rsh(rest, shift).Float64()
	for i, t := range p.frac {
		y := p.y[t]
		if shift > 0 {
			y = new(big.Int).Rsh(y, shift)
		}
		v, _ := y.Float64()
		r.y[i] = v / whole
		r.weight[i] = 0.25/(1-r.y[i]) - 0.25/r.y[i]
	}
}

// take removes as much of the drawn panel as the point allows.
func (p *peeler) take(r *rounder) {
	chosen := make([]bool, len(p.m.types))
	for i, t := range p.frac {
		chosen[t] = r.y[i] > 0.5
	}
	p.takeSet(chosen)
}

// takeSet is take for the panel that has one more of each chosen type.
func (p *peeler) takeSet(chosen []bool) {
	lam := new(big.Int).Set(p.rest)
	gap := new(big.Int)
	in := make([]int, len(p.m.rows))
	counts := slices.Clone(p.floor)
	for _, t := range p.frac {
		if chosen[t] {
			counts[t]++
			lower(lam, p.y[t])
			for _, row := range p.m.types[t].rows {
				in[row]++
			}
		} else {
			lower(lam, gap.Sub(p.rest, p.y[t]))
		}
	}
	for row := range p.m.rows {
		p.limitByRow(lam, row, in[row])
	}
	p.emit(counts, lam)
	p.subtract(chosen, lam)
}

func lower(lam, v *big.Int) {
	if v.Cmp(lam) < 0 {
		lam.Set(v)
	}
}

// limitByRow keeps the row's remaining average within lo and hi.
func (p *peeler) limitByRow(lam *big.Int, row, in int) {
	a, b := new(big.Int), new(big.Int)
	if in > p.lo[row] {
		a.Sub(p.total[row], a.Mul(p.rest, big.NewInt(int64(p.lo[row]))))
		lower(lam, a.Quo(a, b.SetInt64(int64(in-p.lo[row]))))
	}
	if in < p.hi[row] {
		a.Sub(new(big.Int).Mul(p.rest, big.NewInt(int64(p.hi[row]))), p.total[row])
		lower(lam, a.Quo(a, b.SetInt64(int64(p.hi[row]-in))))
	}
}

func (p *peeler) emit(counts []int, lam *big.Int) {
	p.out = append(p.out, weighted{counts, new(big.Rat).SetFrac(lam, p.scale)})
}

func (p *peeler) subtract(chosen []bool, lam *big.Int) {
	for _, t := range p.frac {
		if chosen[t] {
			p.y[t].Sub(p.y[t], lam)
			for _, row := range p.m.types[t].rows {
				p.total[row].Sub(p.total[row], lam)
			}
		}
	}
	p.rest.Sub(p.rest, lam)
	p.settle()
}

// settle moves types that are whole again into the floor and fixes rows that
// have come to a bound.
func (p *peeler) settle() {
	keep := p.frac[:0]
	for _, t := range p.frac {
		full := p.y[t].Cmp(p.rest) == 0
		if p.y[t].Sign() != 0 && !full {
			keep = append(keep, t)
			continue
		}
		if full {
			p.full[t] = true
			p.floor[t]++
			for _, row := range p.m.types[t].rows {
				p.lo[row]--
				p.hi[row]--
				p.total[row].Sub(p.total[row], p.rest)
			}
		}
		p.y[t] = nil
	}
	p.frac = keep
	bound := new(big.Int)
	for row := range p.lo {
		if p.lo[row] == p.hi[row] {
			continue
		}
		if bound.Mul(p.rest, big.NewInt(int64(p.lo[row]))).Cmp(p.total[row]) == 0 {
			p.hi[row] = p.lo[row]
		} else if bound.Mul(p.rest, big.NewInt(int64(p.hi[row]))).Cmp(p.total[row]) == 0 {
			p.lo[row] = p.hi[row]
		}
	}
}
