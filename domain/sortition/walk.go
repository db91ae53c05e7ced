package sortition

import "math"

// maxBasis is the number of rows up to which the walk keeps an inverse of its
// basis. Pools with very many make-ups of household have more rows and use
// rounder.step, which treats household rows apart.
const maxBasis = 150

// refactor is the number of pivots after which the inverse is made afresh.
const refactor = 100

// basis is the walk's state: as in the simplex method, one variable per row
// (a type or the row's own sum) follows the others so that all rows hold. The
// walk moves one free variable at a time, with the basic ones following,
// until something reaches a bound; so each step settles one.
type basis struct {
	r       *rounder
	n       int       // variables; variable n+i is the sum of row i
	basic   []int32   // variable per row
	at      []int32   // row in which a variable is basic, -1 otherwise
	inverse []float64 // rows x rows
	d       []float64 // change of the basic variables per unit
	pivots  int
}

func newBasis(r *rounder) *basis {
	q := len(r.rows)
	b := &basis{r: r, n: len(r.y), basic: make([]int32, q), at: make([]int32, len(r.y)+q),
		inverse: make([]float64, q*q), d: make([]float64, q)}
	for v := range b.at {
		b.at[v] = -1
	}
	for i := range q {
		b.basic[i] = int32(b.n + i)
		b.at[b.n+i] = int32(i)
		b.inverse[i*q+i] = -1 // the column of a row's sum is -1 in its row
	}
	return b
}

// walk settles free variables in random order until stop are left. Basic
// variables count as free; they cannot be settled on their own.
func (b *basis) walk(stop int) {
	r := b.r
	open := make([]int32, len(r.free))
	copy(open, r.free)
	for len(r.free) > stop && len(open) > 0 {
		k := r.rng.intn(len(open))
		v := open[k]
		open[k] = open[len(open)-1]
		open = open[:len(open)-1]
		if r.place[v] < 0 || b.at[v] >= 0 {
			continue
		}
		b.settle(v)
	}
}

// settle moves one variable until it is whole; a basic variable that reaches
// a bound first leaves the basis to it.
func (b *basis) settle(v int32) {
	r := b.r
	for range len(b.basic) + 2 {
		b.direction(v)
		up, rowUp := b.room(v, 1)
		down, rowDown := b.room(v, -1)
		if up+down < 1e-11 {
			row := rowUp
			if row < 0 {
				row = rowDown
			}
			if row < 0 {
				return
			}
			b.pivot(v, row)
			return
		}
		row, by := rowUp, up
		if !b.chooseUp(v, up, down) {
			row, by = rowDown, -down
		}
		b.move(v, by)
		if row < 0 || r.place[v] < 0 {
			return
		}
		b.pivot(v, row)
		return
	}
}

// chooseUp decides the side: the odds leave the expectation where it is,
// tilted along the weights.
func (b *basis) chooseUp(v int32, up, down float64) bool {
	r := b.r
	plus := down
	if r.beta != 0 {
		gain := r.weight[v]
		for i, w := range b.basic {
			if int(w) < b.n {
				gain += float64(r.weight[w] * b.d[i])
			}
		}
		plus = float64(down * exp(float64(r.beta*gain)*(up+down)))
	}
	return float64(r.rng.float()*(plus+up)) < plus
}

// direction sets d: what the basic variables do when v grows by one.
func (b *basis) direction(v int32) {
	q := len(b.basic)
	clear(b.d)
	for _, i := range b.r.of[v] {
		for k := range q {
			b.d[k] -= b.inverse[k*q+int(i)]
		}
	}
}

// room is how far v can go in one direction, and the row whose basic variable
// stops it, -1 when v itself comes to a bound first.
func (b *basis) room(v int32, sign float64) (float64, int) {
	r := b.r
	best, row := 1-r.y[v], -1
	if sign < 0 {
		best = r.y[v]
	}
	for i, w := range b.basic {
		d := float64(sign * b.d[i])
		if math.Abs(d) < 1e-9 {
			continue
		}
		value, lo, hi := b.value(w)
		room := (hi - value) / d
		if d < 0 {
			room = (lo - value) / d
		}
		if room < best-1e-12 {
			best, row = math.Max(0, room), i
		}
	}
	return best, row
}

func (b *basis) value(w int32) (value, lo, hi float64) {
	if int(w) < b.n {
		return b.r.y[w], 0, 1
	}
	i := int(w) - b.n
	return b.r.sum[i], float64(b.r.lo[i]), float64(b.r.hi[i])
}

// move goes the distance and settles what has become whole, except in the
// basis, where a whole value may move again.
func (b *basis) move(v int32, by float64) {
	r := b.r
	b.shift(v, by)
	for i, w := range b.basic {
		if change := float64(by * b.d[i]); change != 0 && int(w) < b.n {
			r.y[w] = math.Max(0, math.Min(1, r.y[w]+change))
		} else if change != 0 {
			r.sum[int(w)-b.n] += change
		}
	}
	if r.y[v] < snap || r.y[v] > 1-snap {
		r.y[v] = math.Round(r.y[v])
		r.settle(v)
	}
}

func (b *basis) shift(v int32, by float64) {
	b.r.y[v] = math.Max(0, math.Min(1, b.r.y[v]+by))
}

// pivot makes v basic in place of the row's basic variable, which has come to
// a bound and is settled there.
func (b *basis) pivot(v int32, row int) {
	q := len(b.basic)
	out := b.basic[row]
	b.at[out] = -1
	if int(out) < b.n && b.r.place[out] >= 0 {
		b.r.y[out] = math.Round(b.r.y[out])
		b.r.settle(out)
	}
	b.basic[row] = v
	b.at[v] = int32(row)
	if b.pivots++; b.pivots%refactor == 0 && b.invert() {
		return
	}
	// d holds minus the entering column in terms of the basis.
	p := b.inverse[row*q : row*q+q]
	scale := -1 / b.d[row]
	for j := range p {
		p[j] *= scale
	}
	for i := range q {
		if f := b.d[i]; i != row && f != 0 {
			line := b.inverse[i*q : i*q+q]
			for j, x := range p {
				line[j] += float64(f * x)
			}
		}
	}
}

// invert makes the inverse afresh; false when rounding made it singular.
func (b *basis) invert() bool {
	q := len(b.basic)
	a := make([]float64, q*2*q)
	for c, w := range b.basic {
		if int(w) >= b.n {
			a[(int(w)-b.n)*2*q+c] = -1
			continue
		}
		for _, i := range b.r.of[w] {
			a[int(i)*2*q+c] = 1
		}
	}
	for i := range q {
		a[i*2*q+q+i] = 1
	}
	for c := range q {
		p := c
		for i := c + 1; i < q; i++ {
			if math.Abs(a[i*2*q+c]) > math.Abs(a[p*2*q+c]) {
				p = i
			}
		}
		if math.Abs(a[p*2*q+c]) < 1e-9 {
			return false
		}
		swapRows(a, 2*q, c, p)
		reduce(a, 2*q, c, q)
	}
	for i := range q {
		copy(b.inverse[i*q:i*q+q], a[i*2*q+q:i*2*q+2*q])
	}
	return true
}

func swapRows(a []float64, width, i, j int) {
	if i == j {
		return
	}
	for k := range width {
		a[i*width+k], a[j*width+k] = a[j*width+k], a[i*width+k]
	}
}

// reduce clears column c in all rows but row c, whose entry becomes one.
func reduce(a []float64, width, c, rows int) {
	p := a[c*width : c*width+width]
	inv := 1 / p[c]
	for k := range p {
		p[k] *= inv
	}
	for i := range rows {
		if f := a[i*width+c]; i != c && f != 0 {
			line := a[i*width : i*width+width]
			for k, x := range p {
				line[k] -= float64(f * x)
			}
		}
	}
}
