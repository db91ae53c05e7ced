package sortition

import (
	"context"
	"errors"
	"math"
	"math/big"
)

// maxProofNodes bounds a branching proof; beyond it a bound is only claimed.
const maxProofNodes = 100_000

// branchProof proves weights·c <= bound over all whole panels. It is a binary
// tree in which each inner node splits one type's count, and each leaf is
// closed by rational prices y of the rows: for any y, no panel of the leaf
// weighs more than y·b plus, per type, the best its own bounds allow.
type branchProof struct {
	kind   string  // "split", "leaf", "none"
	typ    int     // split: the type
	at     int     // split: left has count <= at, right count >= at+1
	prices []price // leaf
	sub    [2]*branchProof
}

// price is the rational multiplier of one row (or cut) in a leaf.
type price struct {
	row   int
	value *big.Rat
}

// brancher builds a proof depth first, over the tableaus of a finder.
type brancher struct {
	*finder
	bound  *big.Int
	lo, hi []int
	y      []float64
	nodes  int
	beaten []int // a panel that weighs more than the bound
}

func newBrancher(m *model, work *budget, weights []*big.Int, bound *big.Int) *brancher {
	b := &brancher{finder: newFinder(m, weights), bound: bound, y: make([]float64, len(m.rows)+len(m.cuts)),
		lo: make([]int, len(m.types)), hi: make([]int, len(m.types))}
	b.best, b.budget = toFloat(bound), work
	for t := range b.hi {
		b.hi[t] = m.n(t)
	}
	return b
}

// proveBound returns a proof of weights·c <= bound, or the panel that breaks
// it, or neither when the proof would need too many nodes.
func proveBound(ctx context.Context, m *model, work *budget, weights []*big.Int, bound *big.Int) (*branchProof, []int, error) {
	return newBrancher(m, work, weights, bound).prove(ctx)
}

// proveEmpty proves that no panel holds anyone of the asked type (-1: that
// there is no panel at all), or returns a panel.
func proveEmpty(ctx context.Context, m *model, work *budget, asked int) (*branchProof, []int, error) {
	weights := make([]*big.Int, len(m.types))
	for t := range weights {
		weights[t] = new(big.Int)
	}
	b := newBrancher(m, work, weights, big.NewInt(-1))
	if asked >= 0 {
		b.lo[asked] = 1
		b.level(0).setBounds(asked, 1, float64(b.hi[asked]))
	}
	return b.prove(ctx)
}

func (b *brancher) prove(ctx context.Context) (*branchProof, []int, error) {
	proof, err := b.node(ctx, 0)
	if err != nil || b.beaten != nil || b.nodes > maxProofNodes {
		return nil, b.beaten, err
	}
	return proof, nil, nil
}

func floats(in []*big.Int) []float64 {
	out := make([]float64, len(in))
	for i, v := range in {
		out[i] = toFloat(v)
	}
	return out
}

// panelProgram is: maximise cost·c over panels (counts per type), whole or
// relaxed.
func panelProgram(m *model, cost []float64, whole bool) *LinearProgram {
	lp := &LinearProgram{Maximize: true, Cost: cost}
	for t := range m.types {
		lp.Lower, lp.Upper = append(lp.Lower, 0), append(lp.Upper, float64(m.n(t)))
		if whole {
			lp.Integer = append(lp.Integer, true)
		}
	}
	for _, r := range m.rows {
		var vec SparseVector
		for _, t := range r.types {
			vec.Add(t, 1)
		}
		appendRow(lp, vec, float64(r.lo), float64(r.hi))
	}
	for _, c := range m.cuts {
		var vec SparseVector
		for t, w := range c.weights {
			vec.Add(t, toFloat(w))
		}
		appendRow(lp, vec, math.Inf(-1), toFloat(c.bound))
	}
	return lp
}

// node closes the case at a depth, or splits it.
func (b *brancher) node(ctx context.Context, d int) (*branchProof, error) {
	if b.nodes++; b.nodes > maxProofNodes || b.beaten != nil {
		return nil, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := b.level(d)
	end, row := t.run(math.Inf(-1))
	if err := b.pay(t); err != nil {
		return nil, err
	}
	if leaf := b.leaf(t, end, row); leaf != nil {
		return leaf, nil
	}
	if end == solved {
		v := b.branchOn(t)
		if v >= 0 {
			return b.splitAt(ctx, d, branchPoint{v, int(math.Floor(t.x[v]))})
		}
		if b.exceeds(t.x[:t.n]) {
			return nil, nil
		}
	}
	return b.split(ctx, d)
}

// leaf closes the case by the tableau's own prices, where they do.
func (b *brancher) leaf(t *tableau, end outcome, row int) *branchProof {
	switch end {
	case empty:
		t.ray(row, b.y)
	case solved:
		t.prices(b.y)
	default:
		return nil
	}
	return b.close(b.y, end == empty)
}

// close tries a few roundings of the duals, coarse first: short numbers make
// short certificates, and any prices that bound low enough will do.
func (b *brancher) close(duals []float64, ray bool) *branchProof {
	if duals == nil {
		return nil
	}
	top := 0.0
	for _, y := range duals {
		top = math.Max(top, math.Abs(y))
	}
	if ray && top > 0 {
		duals = scaled(duals, 1/top)
	}
	for _, digits := range []float64{12, 720, 1e6, 0} {
		for _, sign := range []float64{1, -1} {
			if sign < 0 && !ray {
				break
			}
			leaf := &branchProof{kind: "leaf"}
			for r, y := range duals {
				if v := coarse(sign*y, digits); v.Sign() != 0 {
					leaf.prices = append(leaf.prices, price{r, v})
				}
			}
			if b.closes(leaf.prices, ray) {
				return leaf
			}
		}
	}
	return nil
}

func scaled(in []float64, f float64) []float64 {
	out := make([]float64, len(in))
	for i, v := range in {
		out[i] = v * f
	}
	return out
}

func coarse(y, digits float64) *big.Rat {
	if digits == 0 {
		return fraction(y)
	}
	return big.NewRat(int64(math.Round(y*digits)), int64(digits))
}

// closes is exact. For a ray the weights do not count: prices that bound 0
// below 0 prove that the leaf holds no panel at all.
func (b *brancher) closes(prices []price, ray bool) bool {
	weights := b.weights
	if ray {
		weights = nil
	}
	best := priceBound(b.m, prices, weights, b.lo, b.hi)
	if best == nil {
		return false
	}
	if ray {
		return best.Sign() < 0
	}
	whole := new(big.Int).Div(best.Num(), best.Denom())
	return whole.Cmp(b.bound) <= 0
}

// priceBound is the most that weights·c can be for counts within lo and hi
// that meet the priced rows; nil when a price has the wrong sign.
func priceBound(m *model, prices []price, weights []*big.Int, lo, hi []int) *big.Rat {
	sum, part := new(big.Rat), new(big.Rat)
	reduced := make([]*big.Rat, len(m.types))
	for t := range reduced {
		reduced[t] = new(big.Rat)
		if weights != nil {
			reduced[t].SetInt(weights[t])
		}
	}
	for _, p := range prices {
		if p.row >= len(m.rows) && p.value.Sign() < 0 {
			return nil
		}
		sum.Add(sum, part.Mul(p.value, activeBound(m, p.row, p.value.Sign())))
		if p.row < len(m.rows) {
			for _, t := range m.rows[p.row].types {
				reduced[t].Sub(reduced[t], p.value)
			}
			continue
		}
		for t, w := range m.cuts[p.row-len(m.rows)].weights {
			if w.Sign() != 0 {
				reduced[t].Sub(reduced[t], part.Mul(p.value, part.SetInt(w)))
			}
		}
	}
	for t, d := range reduced {
		side := hi[t]
		if d.Sign() < 0 {
			side = lo[t]
		}
		if d.Sign() != 0 && side != 0 {
			sum.Add(sum, part.Mul(d, part.SetInt64(int64(side))))
		}
	}
	return sum
}

// exceeds notes a whole point that weighs more than the bound.
func (b *brancher) exceeds(x []float64) bool {
	counts, sum := make([]int, len(x)), new(big.Int)
	for t, v := range x {
		counts[t] = int(math.Round(v))
		sum.Add(sum, new(big.Int).Mul(b.weights[t], big.NewInt(int64(counts[t]))))
	}
	if !b.m.feasible(counts) || sum.Cmp(b.bound) <= 0 {
		return false
	}
	b.beaten = counts
	return true
}

// widest is a type whose count is still open, for nodes that only exactness
// keeps from closing.
func (b *brancher) widest() int {
	best := 0
	for t := range b.lo {
		if b.hi[t]-b.lo[t] > b.hi[best]-b.lo[best] {
			best = t
		}
	}
	return best
}

// branchPoint splits a type's count into at most at, and more.
type branchPoint struct{ typ, at int }

func (b *brancher) split(ctx context.Context, d int) (*branchProof, error) {
	t := b.widest()
	if b.hi[t] == b.lo[t] {
		return nil, errors.New("a branching leaf could not be closed exactly")
	}
	return b.splitAt(ctx, d, branchPoint{t, (b.lo[t] + b.hi[t]) / 2})
}

func (b *brancher) splitAt(ctx context.Context, d int, p branchPoint) (*branchProof, error) {
	t := p.typ
	p.at = max(b.lo[t], min(p.at, b.hi[t]-1))
	out := &branchProof{kind: "split", typ: t, at: p.at}
	lo, hi := b.lo[t], b.hi[t]
	defer func() { b.lo[t], b.hi[t] = lo, hi }()
	for side := range 2 {
		if b.lo[t], b.hi[t] = lo, p.at; side == 1 {
			b.lo[t], b.hi[t] = p.at+1, hi
		}
		child := b.level(d + 1)
		child.copyFrom(b.level(d))
		child.setBounds(t, float64(b.lo[t]), float64(b.hi[t]))
		sub, err := b.node(ctx, d+1)
		if err != nil {
			return nil, err
		}
		out.sub[side] = sub
	}
	return out, nil
}
