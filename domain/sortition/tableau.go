package sortition

import (
	"math"
	"slices"
)

// tableau is a small dense simplex programme in floating point: maximise
// weight·c over panels, bounds of counts included. Branching solves thousands
// of these, each a few pivots from the last, which is where a general solver
// spends its time on setting up. Like every float here its answers are
// proposals: bounds are closed in exact numbers.
//
// Variables 0..n-1 are counts per type, n.. are the rows' totals. Each basic
// variable is a combination of the others: there are no constants, because a
// total is 0 when all counts are.
type tableau struct {
	m, n   int
	cell   []float64 // m × n: basic i = sum of cell[i*n+j] times the j-th other
	gain   []float64 // of the objective, per other variable
	basic  []int32
	other  []int32
	lo, hi []float64 // per variable
	x      []float64 // per variable
	spent  int       // pivots
	order  []ratio   // scratch of the ratio test
}

type ratio struct {
	at    int32
	value float64
	size  float64
}

const (
	tinyPivot   = 1e-9
	tinyMiss    = 1e-7 // how far a total may miss its bound
	maxPivots   = 5000
	tinyGain    = 1e-11
	roundedZero = 1e-12
)

// newTableau states the programme of a model with its first cuts.
func newTableau(m *model, weight []float64) *tableau {
	rows := len(m.rows) + len(m.cuts)
	n := len(m.types)
	t := &tableau{m: rows, n: n, cell: make([]float64, rows*n), gain: slices.Clone(weight),
		basic: make([]int32, rows), other: make([]int32, n),
		lo: make([]float64, n+rows), hi: make([]float64, n+rows), x: make([]float64, n+rows)}
	for j := range n {
		t.other[j] = int32(j)
		t.hi[j] = float64(m.n(j))
		if weight[j] > 0 {
			t.x[j] = t.hi[j]
		}
	}
	for i, r := range m.rows {
		t.lo[n+i], t.hi[n+i] = float64(r.lo), float64(r.hi)
		for _, j := range r.types {
			t.cell[i*n+j] = 1
		}
	}
	for c := range m.cuts {
		i := len(m.rows) + c
		t.lo[n+i], t.hi[n+i] = math.Inf(-1), toFloat(m.cuts[c].bound)
		for j, w := range m.cuts[c].weights {
			t.cell[i*n+j] = toFloat(w)
		}
	}
	for i := range rows {
		t.basic[i] = int32(n + i)
		t.x[n+i] = t.total(i)
	}
	return t
}

func (t *tableau) total(i int) float64 {
	sum := 0.0
	for j, v := range t.cell[i*t.n : (i+1)*t.n] {
		sum += float64(v * t.x[t.other[j]])
	}
	return sum
}

// copyFrom makes t the same as o, in the memory it has.
func (t *tableau) copyFrom(o *tableau) {
	t.m, t.n = o.m, o.n
	t.cell = append(t.cell[:0], o.cell...)
	t.gain = append(t.gain[:0], o.gain...)
	t.basic = append(t.basic[:0], o.basic...)
	t.other = append(t.other[:0], o.other...)
	t.lo = append(t.lo[:0], o.lo...)
	t.hi = append(t.hi[:0], o.hi...)
	t.x = append(t.x[:0], o.x...)
	t.spent = 0
}

// objective is an upper bound at every point of the dual simplex.
func (t *tableau) objective() float64 {
	sum := 0.0
	for j, g := range t.gain {
		if g != 0 {
			sum += float64(g * t.x[t.other[j]])
		}
	}
	return sum
}

// setBounds narrows a count and keeps the point on its bounds.
func (t *tableau) setBounds(v int, lo, hi float64) {
	t.lo[v], t.hi[v] = lo, hi
	for j, o := range t.other {
		if int(o) == v {
			t.shift(j, math.Max(lo, math.Min(hi, t.x[v]))-t.x[v])
			return
		}
	}
}

// shift moves one of the others, and the basic variables with it.
func (t *tableau) shift(j int, by float64) {
	if by == 0 {
		return
	}
	t.x[t.other[j]] += by
	for i, b := range t.basic {
		if v := t.cell[i*t.n+j]; v != 0 {
			t.x[b] += float64(v * by)
		}
	}
}

// outcome is how a run of the dual simplex ended.
type outcome int

const (
	solved outcome = iota
	empty          // no point meets all bounds; row tells which total shows it
	enough         // the bound fell to the cutoff
	lost           // too many pivots: floating point went astray
)

// run is the dual simplex with long steps, from a dual feasible point. It
// stops once the bound is at most cutoff.
func (t *tableau) run(cutoff float64) (outcome, int) {
	for range maxPivots {
		if t.objective() <= cutoff {
			return enough, -1
		}
		i, miss := t.worst()
		if i < 0 {
			return solved, -1
		}
		j := t.entering(i, miss)
		if j < 0 {
			return empty, i
		}
		t.pivot(i, j, miss > 0)
	}
	return lost, -1
}

// worst is the basic variable furthest outside its bounds; miss is positive
// above the upper one.
func (t *tableau) worst() (int, float64) {
	at, far := -1, tinyMiss
	miss := 0.0
	for i, b := range t.basic {
		if d := t.x[b] - t.hi[b]; d > far {
			at, far, miss = i, d, d
		}
		if d := t.lo[b] - t.x[b]; d > far {
			at, far, miss = i, d, -d
		}
	}
	return at, miss
}

// entering is the ratio test. Variables that can go from one bound to the
// other without settling the row do so on the way.
func (t *tableau) entering(i int, miss float64) int {
	row := t.cell[i*t.n : (i+1)*t.n]
	t.order = t.order[:0]
	for j, v := range row {
		o := t.other[j]
		if math.Abs(v) < tinyPivot || t.lo[o] == t.hi[o] {
			continue
		}
		up := v // how the total moves with what the variable can do
		if t.x[o] > t.lo[o] {
			up = -v
		}
		if up*miss < 0 {
			t.order = append(t.order, ratio{int32(j), math.Abs(t.gain[j] / v), math.Abs(v)})
		}
	}
	if len(t.order) == 0 {
		return -1
	}
	slices.SortFunc(t.order, func(a, b ratio) int {
		switch {
		case a.value < b.value-tinyGain:
			return -1
		case a.value > b.value+tinyGain:
			return 1
		case a.size != b.size:
			if a.size > b.size {
				return -1
			}
			return 1
		}
		return int(a.at - b.at)
	})
	slope := math.Abs(miss)
	for k, r := range t.order {
		o := t.other[r.at]
		slope -= float64(r.size * (t.hi[o] - t.lo[o]))
		if slope < 0 || k == len(t.order)-1 {
			for _, f := range t.order[:k] {
				t.flip(int(f.at))
			}
			return int(r.at)
		}
	}
	return -1
}

func (t *tableau) flip(j int) {
	o := t.other[j]
	if t.x[o] > t.lo[o] {
		t.shift(j, t.lo[o]-t.x[o])
	} else {
		t.shift(j, t.hi[o]-t.x[o])
	}
}

// pivot exchanges the i-th basic variable with the j-th other one; the former
// goes to the bound that it missed.
func (t *tableau) pivot(i, j int, above bool) {
	t.spent++
	n := t.n
	b, o := t.basic[i], t.other[j]
	to := t.lo[b]
	if above {
		to = t.hi[b]
	}
	p := t.cell[i*n+j]
	t.shift(j, (to-t.x[b])/p)
	t.x[b] = to
	row := t.cell[i*n : (i+1)*n]
	// b = sum row·others, so o = (b - the rest)/p.
	inv := 1 / p
	for k := range row {
		row[k] = -float64(row[k] * inv)
		if math.Abs(row[k]) < roundedZero {
			row[k] = 0
		}
	}
	row[j] = inv
	for r := range t.m {
		if r == i {
			continue
		}
		eliminateRow(t.cell[r*n:(r+1)*n], row, j)
	}
	eliminateRow(t.gain, row, j)
	t.basic[i], t.other[j] = o, b
}

// eliminateRow puts the pivot row in place of column j.
func eliminateRow(dst, row []float64, j int) {
	f := dst[j]
	if f == 0 {
		return
	}
	dst[j] = 0
	for k, v := range row {
		if v != 0 {
			dst[k] += float64(f * v)
		}
	}
}

// prices are the rows' duals.
func (t *tableau) prices(out []float64) {
	clear(out)
	for j, o := range t.other {
		if int(o) >= t.n {
			out[int(o)-t.n] = t.gain[j]
		}
	}
}

// ray are prices of the rows that show that the i-th basic variable cannot
// come within its bounds.
func (t *tableau) ray(i int, out []float64) {
	clear(out)
	sign := 1.0
	if b := t.basic[i]; t.x[b] < t.lo[b] {
		sign = -1
	}
	for j, o := range t.other {
		if int(o) >= t.n {
			out[int(o)-t.n] = -sign * t.cell[i*t.n+j]
		}
	}
	if b := int(t.basic[i]); b >= t.n {
		out[b-t.n] = sign
	}
}
