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
	inverse []float64 // by columns, so that a column of a type is a few of them
	d       []float64 // change of the basic variables per unit
	// What the basic variables are worth, and their bounds; y and sum of the
	// rounder are behind for them until the walk ends.
	value, lo, hi, weight []float64
	pivots                int
}

func newBasis(r *rounder) *basis {
	q := len(r.rows)
	b := &basis{r: r, n: len(r.y), basic: make([]int32, q), at: make([]int32, len(r.y)+q),
		inverse: make([]float64, q*q), d: make([]float64, q), value: make([]float64, q),
		lo: make([]float64, q), hi: make([]float64, q), weight: make([]float64, q)}
	for v := range b.at {
		b.at[v] = -1
	}
	for i := range q {
		b.basic[i] = int32(b.n + i)
		b.at[b.n+i] = int32(i)
		b.inverse[i*q+i] = -1 // the column of a row's sum is -1 in its row
		b.value[i], b.lo[i], b.hi[i] = r.sum[i], float64(r.lo[i]), float64(r.hi[i])
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
		if r.place[v] >= 0 && b.at[v] < 0 {
			b.settle(v)
		}
	}
	for i, w := range b.basic {
		if int(w) < b.n {
			r.y[w] = math.Max(0, math.Min(1, b.value[i]))
		}
	}
}

// settle moves one variable until it is whole; a basic variable that reaches
// a bound first leaves the basis to it.
func (b *basis) settle(v int32) {
	r := b.r
	b.direction(v)
	up, down := 1-r.y[v], r.y[v]
	rowUp, rowDown := -1, -1
	gain := r.weight[v]
	for i, d := range b.d {
		if d > -1e-9 && d < 1e-9 {
			continue
		}
		gain += float64(b.weight[i] * d)
		over, under := b.hi[i]-b.value[i], b.value[i]-b.lo[i]
		if d < 0 {
			over, under, d = under, over, -d
		}
		if over < float64((up-1e-12)*d) {
			up, rowUp = math.Max(0, over/d), i
		}
		if under < float64((down-1e-12)*d) {
			down, rowDown = math.Max(0, under/d), i
		}
	}
	if up+down < 1e-11 {
		b.pivot(v, max(rowUp, rowDown))
		return
	}
	row, by := rowUp, up
	if !b.chooseUp(gain, up, down) {
		row, by = rowDown, -down
	}
	b.move(v, by)
	if row >= 0 && r.place[v] >= 0 {
		b.pivot(v, row)
	}
}

// chooseUp decides the side: the odds leave the expectation where it is,
// tilted along the weights.
func (b *basis) chooseUp(gain, up, down float64) bool {
	plus := down
	if b.r.beta != 0 {
		plus = float64(down * exp(float64(b.r.beta*gain)*(up+down)))
	}
	return float64(b.r.rng.float()*(plus+up)) < plus
}

// direction sets d: what the basic variables do when v grows by one.
func (b *basis) direction(v int32) {
	q := len(b.basic)
	clear(b.d)
	for _, i := range b.r.of[v] {
		column := b.inverse[int(i)*q : int(i)*q+q]
		for k, x := range column {
			b.d[k] -= x
		}
	}
}

// move goes the distance and settles v when it has become whole; basic
// variables may be whole in passing and move again.
func (b *basis) move(v int32, by float64) {
	r := b.r
	for i, d := range b.d {
		b.value[i] += float64(by * d)
	}
	y := r.y[v] + by
	if y < snap || y > 1-snap {
		r.y[v] = math.Round(y)
		r.settle(v)
		return
	}
	r.y[v] = y
}

// pivot makes v basic in place of the row's basic variable, which has come to
// a bound and is settled there.
func (b *basis) pivot(v int32, row int) {
	if row < 0 {
		return
	}
	q, r := len(b.basic), b.r
	out := b.basic[row]
	b.at[out] = -1
	if int(out) < b.n && r.place[out] >= 0 {
		r.y[out] = math.Round(b.value[row])
		r.settle(out)
	}
	b.basic[row] = v
	b.at[v] = int32(row)
	b.value[row], b.lo[row], b.hi[row], b.weight[row] = r.y[v], 0, 1, r.weight[v]
	if b.pivots++; b.pivots%refactor == 0 && b.invert() {
		return
	}
	// d holds minus the entering column in terms of the basis.
	scale := -1 / b.d[row]
	for j := range q {
		column := b.inverse[j*q : j*q+q]
		p := column[row]
		if p == 0 {
			continue
		}
		p *= scale
		for k, d := range b.d {
			column[k] += float64(d * p)
		}
		column[row] = p
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
		for j := range q {
			b.inverse[j*q+i] = a[i*2*q+q+j]
		}
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
