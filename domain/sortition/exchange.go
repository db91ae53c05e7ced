package sortition

import "math"

// exchange finds the next panel of a large peel from the last one, which is
// far cheaper than a draw: two people of the panel give way to two others who
// have the first two's values crossed over, so that no row changes. It removes
// types that are used up, brings in types that must be on every panel that is
// left, and lifts the smallest remainder on the panel, which is what bounds
// the panel's weight.
type exchange struct {
	p      *peeler
	rng    *random
	chosen []bool    // nil before the first draw
	list   []int     // the chosen types
	y      []float64 // remainders as floats; only proposals depend on them
	code   []uint64  // a type's values as one number
	part   [][]uint64
	find   map[uint64]int32
}

const (
	exchangeAbove = 250 // fractional types from which exchanging pays
	exchangeTries = 400
	exchangeLifts = 8
	exchangeLeast = 0.001 // a panel with less of the rest is drawn afresh
)

// newExchange returns nil where it does not apply: too few types, or numbers
// too long for floats.
func newExchange(p *peeler, rng *random) *exchange {
	if len(p.frac) <= exchangeAbove || p.scale.BitLen() > 1000 {
		return nil
	}
	e := &exchange{p: p, rng: rng, y: make([]float64, len(p.m.types)), code: make([]uint64, len(p.m.types)),
		part: make([][]uint64, len(p.m.types)), find: make(map[uint64]int32, len(p.m.types))}
	features := len(p.m.types[0].values) + 1 // the household's make-up is one
	radix := uint64(1)
	for f := range features {
		seen := map[string]uint64{}
		for t := range p.m.types {
			v := p.m.types[t].pattern
			if f < features-1 {
				v = p.m.types[t].values[f]
			}
			if _, ok := seen[v]; !ok {
				seen[v] = uint64(len(seen))
			}
			e.part[t] = append(e.part[t], radix*seen[v])
			e.code[t] += radix * seen[v]
		}
		if radix > math.MaxUint64/uint64(len(seen)+1) {
			return nil
		}
		radix *= uint64(len(seen))
	}
	for t := range p.m.types {
		e.find[e.code[t]] = int32(t)
	}
	return e
}

// start takes over a drawn panel.
func (e *exchange) start(p *peeler, r *rounder) {
	if e == nil {
		return
	}
	e.chosen, e.list = make([]bool, len(p.m.types)), e.list[:0]
	for i, t := range p.frac {
		if r.y[i] > 0.5 {
			e.chosen[t] = true
			e.list = append(e.list, t)
		}
	}
}

// ready makes the next panel out of the last; false asks for a draw.
func (e *exchange) ready(p *peeler) bool {
	if e == nil || e.chosen == nil || len(p.frac) <= exchangeAbove {
		return false
	}
	rest, _ := p.rest.Float64()
	clear(e.y)
	for _, t := range p.frac {
		v, _ := p.y[t].Float64()
		e.y[t] = v / rest
	}
	if !e.dropUsedUp() || !e.bringIn() || !e.inRows() {
		e.chosen = nil
		return false
	}
	if e.lift() < exchangeLeast {
		e.chosen = nil
		return false
	}
	return true
}

// usable tells whether a type can join the panel.
func (e *exchange) usable(t int32, least float64) bool {
	return e.p.y[t] != nil && !e.chosen[t] && e.y[t] > least
}

// dropUsedUp exchanges chosen types that are no longer fractional. Those that
// became full stay on by the floor and simply leave the list.
func (e *exchange) dropUsedUp() bool {
	for i := 0; i < len(e.list); i++ {
		t := e.list[i]
		if e.p.y[t] != nil {
			continue
		}
		if e.p.full[t] {
			e.remove(i)
			i--
			continue
		}
		if !e.cross(i, 0) {
			return false
		}
		i = -1 // the list has changed
	}
	return true
}

func (e *exchange) remove(i int) {
	e.chosen[e.list[i]] = false
	e.list[i] = e.list[len(e.list)-1]
	e.list = e.list[:len(e.list)-1]
}

// cross exchanges the chosen type at i and another one for the two with
// values crossed over, both with remainders above least.
func (e *exchange) cross(i int, least float64) bool {
	a := e.list[i]
	masks := uint64(1)<<len(e.part[a]) - 2
	for range exchangeTries {
		j := e.rng.intn(len(e.list))
		b := e.list[j]
		mask := 1 + e.rng.src.Uint64()%masks
		if i == j || e.p.y[b] == nil {
			continue
		}
		var out, in uint64
		for f := range e.part[a] {
			if mask>>f&1 == 1 {
				out += e.part[a][f]
				in += e.part[b][f]
			}
		}
		if out == in {
			continue
		}
		c, ok1 := e.find[e.code[a]-out+in]
		d, ok2 := e.find[e.code[b]-in+out]
		if !ok1 || !ok2 || c == d || !e.usable(c, least) || !e.usable(d, least) {
			continue
		}
		e.chosen[a], e.chosen[b] = false, false
		e.chosen[c], e.chosen[d] = true, true
		e.list[i], e.list[j] = int(c), int(d)
		return true
	}
	return false
}

// bringIn puts types on the panel that nearly every panel left must hold.
func (e *exchange) bringIn() bool {
	for _, t := range e.p.frac {
		if !e.chosen[t] && e.y[t] > 0.9 && !e.join(t) {
			return false
		}
	}
	return true
}

// join finds two chosen types whose values include all of t's, and a fourth
// type that has the others.
func (e *exchange) join(t int) bool {
	for i, a := range e.list {
		if e.y[a] > 0.9 {
			continue
		}
		for j, b := range e.list {
			if i == j || e.y[b] > 0.9 {
				continue
			}
			other, fits := e.code[a]+e.code[b]-e.code[t], true
			for f := range e.part[t] {
				if v := e.part[t][f]; v != e.part[a][f] && v != e.part[b][f] {
					fits = false
					break
				}
			}
			if !fits {
				continue
			}
			d, ok := e.find[other]
			if !ok || int(d) == t || !e.usable(d, exchangeLeast) {
				continue
			}
			e.chosen[a], e.chosen[b] = false, false
			e.chosen[t], e.chosen[d] = true, true
			e.list[i], e.list[j] = t, int(d)
			return true
		}
	}
	return false
}

// inRows tells whether the panel still meets the rows of what is left.
func (e *exchange) inRows() bool {
	in := make([]int, len(e.p.m.rows))
	for _, t := range e.list {
		for _, row := range e.p.m.types[t].rows {
			in[row]++
		}
	}
	for row, n := range in {
		if n < e.p.lo[row] || n > e.p.hi[row] {
			return false
		}
	}
	return true
}

// lift raises the smallest remainder on the panel while that goes, and
// returns it.
func (e *exchange) lift() float64 {
	for range exchangeLifts {
		if least, i := e.smallest(); !e.cross(i, least) {
			return least
		}
	}
	least, _ := e.smallest()
	return least
}

func (e *exchange) smallest() (float64, int) {
	least, at := math.Inf(1), 0
	for i, t := range e.list {
		if e.y[t] < least {
			least, at = e.y[t], i
		}
	}
	return least, at
}
