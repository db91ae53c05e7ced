package sortition

import "math"

const (
	snap       = 1e-7 // nearer than this to a whole number is whole
	tightRow   = 1e-7
	searchTrip = 3000 // nodes of one end-game search
)

// rounder draws a whole panel next to a fractional point: each variable ends
// at 0 or 1, each row within its bounds, and the expectation of the draw is
// nearly the point itself. It is section 3's draw: a random walk inside the
// face of the point, then a search over the last few variables.
type rounder struct {
	y      []float64
	rows   [][]int32 // variables per row
	of     [][]int32 // rows per variable
	home   []int32   // household row per variable, -1 for none
	quotas int       // rows below this index are quotas, the rest households
	lo, hi []int

	rng    *random
	weight []float64 // direction in which draws are tilted
	beta   float64

	sum    []float64
	free   []int32 // fractional variables
	place  []int32 // place of a variable in free, -1 when settled
	delta  []float64
	moved  []int32
	rate   []float64
	rowHit []int32
	matrix [][]float64
}

func newRounder(vars int, rows [][]int32, quotas int, rng *random) *rounder {
	r := &rounder{rows: rows, quotas: quotas, rng: rng, y: make([]float64, vars),
		of: make([][]int32, vars), home: make([]int32, vars), weight: make([]float64, vars),
		lo: make([]int, len(rows)), hi: make([]int, len(rows)),
		sum: make([]float64, len(rows)), rate: make([]float64, len(rows)),
		place: make([]int32, vars), delta: make([]float64, vars)}
	for v := range r.home {
		r.home[v] = -1
	}
	for i, row := range rows {
		for _, v := range row {
			r.of[v] = append(r.of[v], int32(i))
			if i >= quotas {
				r.home[v] = int32(i)
			}
		}
	}
	return r
}

// draw rounds r.y in place; false means that this attempt found no panel.
func (r *rounder) draw(stop int) bool {
	r.free = r.free[:0]
	for v, y := range r.y {
		r.place[v] = -1
		switch {
		case y < snap:
			r.y[v] = 0
		case y > 1-snap:
			r.y[v] = 1
		default:
			r.place[v] = int32(len(r.free))
			r.free = append(r.free, int32(v))
		}
	}
	for i, row := range r.rows {
		r.sum[i] = 0
		for _, v := range row {
			r.sum[i] += r.y[v]
		}
	}
	if len(r.rows) <= maxBasis {
		newBasis(r).walk(stop)
	} else {
		for len(r.free) > stop && r.step() {
		}
	}
	return r.finish()
}

func (r *rounder) isTight(i int) bool {
	return r.lo[i] == r.hi[i] || r.sum[i] <= float64(r.lo[i])+tightRow || r.sum[i] >= float64(r.hi[i])-tightRow
}

// direction is +1 on one variable, and -1 on another where the two share a
// full household row that must stay full.
type direction struct{ up, down int32 }

// step moves along a random direction inside the face until something new is
// tight or whole. It returns false when no direction is left.
func (r *rounder) step() bool {
	tight := make([]int32, 0, r.quotas)
	for i := range r.quotas {
		if r.isTight(i) {
			tight = append(tight, int32(i))
		}
	}
	dirs := r.pick(len(tight) + 1)
	if len(dirs) < len(tight)+1 {
		return false
	}
	null := r.nullVector(tight, dirs)
	if null == nil {
		return false
	}
	r.spread(dirs, null)
	up, down := r.room(1), r.room(-1)
	if up+down < 1e-12 {
		r.clear()
		return false
	}
	gain := 0.0
	for _, v := range r.moved {
		gain += float64(r.weight[v] * r.delta[v])
	}
	plus := down
	if r.beta != 0 {
		plus = float64(down * exp(float64(r.beta*gain)*(up+down)))
	}
	if float64(r.rng.float()*(plus+up)) < plus {
		r.move(up)
	} else {
		r.move(-down)
	}
	r.clear()
	return true
}

// pick takes n random directions over distinct free variables.
func (r *rounder) pick(n int) []direction {
	dirs := make([]direction, 0, n)
	for i := 0; i < len(r.free) && len(dirs) < n; i++ {
		r.swapFree(i, i+r.rng.intn(len(r.free)-i))
		v := r.free[i]
		if h := r.home[v]; h < 0 || !r.isTight(int(h)) {
			dirs = append(dirs, direction{v, -1})
		} else if w := r.partner(v, h, i); w >= 0 {
			i++
			r.swapFree(i, int(r.place[w]))
			dirs = append(dirs, direction{v, w})
		}
	}
	return dirs
}

// partner is a free variable of the same household row not yet picked.
func (r *rounder) partner(v, home int32, picked int) int32 {
	for _, w := range r.rows[home] {
		if w != v && r.place[w] > int32(picked) {
			return w
		}
	}
	return -1
}

func (r *rounder) swapFree(i, j int) {
	a, b := r.free[i], r.free[j]
	r.free[i], r.free[j] = b, a
	r.place[b], r.place[a] = int32(i), int32(j)
}

// nullVector combines the directions so that no tight quota changes.
func (r *rounder) nullVector(tight []int32, dirs []direction) []float64 {
	at := r.rowIndex(tight)
	n := len(dirs)
	for len(r.matrix) < len(tight) {
		r.matrix = append(r.matrix, nil)
	}
	a := r.matrix[:len(tight)]
	for i := range a {
		if cap(a[i]) < n {
			a[i] = make([]float64, n)
		}
		a[i] = a[i][:n]
		clear(a[i])
	}
	for c, d := range dirs {
		for _, i := range r.of[d.up] {
			if k := at[i]; k >= 0 {
				a[k][c]++
			}
		}
		if d.down >= 0 {
			for _, i := range r.of[d.down] {
				if k := at[i]; k >= 0 {
					a[k][c]--
				}
			}
		}
	}
	return kernel(a, n)
}

// rowIndex maps a row to its place among the tight ones, -1 otherwise.
func (r *rounder) rowIndex(tight []int32) []int32 {
	if cap(r.rowHit) < len(r.rows) {
		r.rowHit = make([]int32, len(r.rows))
	}
	at := r.rowHit[:len(r.rows)]
	for i := range at {
		at[i] = -1
	}
	for k, i := range tight {
		at[i] = int32(k)
	}
	return at
}

// kernel returns a vector x != 0 with a·x = 0, for fewer rows than columns.
// It destroys a.
func kernel(a [][]float64, n int) []float64 {
	pivot := make([]int, 0, len(a)) // column of each pivot row
	free := -1
	row := 0
	for c := 0; c < n && free < 0; c++ {
		best := row
		for i := row; i < len(a); i++ {
			if math.Abs(a[i][c]) > math.Abs(a[best][c]) {
				best = i
			}
		}
		if row == len(a) || math.Abs(a[best][c]) < 1e-9 {
			free = c
			break
		}
		a[row], a[best] = a[best], a[row]
		for i := row + 1; i < len(a); i++ {
			if f := a[i][c] / a[row][c]; f != 0 {
				for j := c; j < n; j++ {
					a[i][j] -= float64(f * a[row][j])
				}
			}
		}
		pivot = append(pivot, c)
		row++
	}
	if free < 0 {
		return nil
	}
	x := make([]float64, n)
	x[free] = 1
	for i := len(pivot) - 1; i >= 0; i-- {
		s := 0.0
		for j := pivot[i] + 1; j <= free; j++ {
			s += float64(a[i][j] * x[j])
		}
		x[pivot[i]] = -s / a[i][pivot[i]]
	}
	return x
}

// spread turns the combination of directions into changes per variable and
// rates per row.
func (r *rounder) spread(dirs []direction, null []float64) {
	r.moved = r.moved[:0]
	for c, d := range dirs {
		if math.Abs(null[c]) < 1e-11 {
			continue
		}
		r.push(d.up, null[c])
		if d.down >= 0 {
			r.push(d.down, -null[c])
		}
	}
}

func (r *rounder) push(v int32, x float64) {
	r.delta[v] = x
	r.moved = append(r.moved, v)
	for _, i := range r.of[v] {
		r.rate[i] += x
	}
}

// room is how far the point can move along sign*delta.
func (r *rounder) room(sign float64) float64 {
	best := math.Inf(1)
	for _, v := range r.moved {
		d := sign * r.delta[v]
		if d > 0 {
			best = math.Min(best, (1-r.y[v])/d)
		} else {
			best = math.Min(best, -r.y[v]/d)
		}
		for _, i := range r.of[v] {
			rate := sign * r.rate[i]
			if math.Abs(rate) < 1e-9 {
				continue
			}
			if rate > 0 {
				best = math.Min(best, (float64(r.hi[i])-r.sum[i])/rate)
			} else {
				best = math.Min(best, (float64(r.lo[i])-r.sum[i])/rate)
			}
		}
	}
	return math.Max(best, 0)
}

// move goes the signed distance and settles what has become whole.
func (r *rounder) move(by float64) {
	for _, v := range r.moved {
		change := float64(by * r.delta[v])
		next := r.y[v] + change
		if next < snap {
			change, next = -r.y[v], 0
		} else if next > 1-snap {
			change, next = 1-r.y[v], 1
		}
		r.y[v] = next
		for _, i := range r.of[v] {
			r.sum[i] += change
		}
		if next == 0 || next == 1 {
			r.settle(v)
		}
	}
}

func (r *rounder) settle(v int32) {
	last := len(r.free) - 1
	r.swapFree(int(r.place[v]), last)
	r.free = r.free[:last]
	r.place[v] = -1
}

func (r *rounder) clear() {
	for _, v := range r.moved {
		r.delta[v] = 0
		for _, i := range r.of[v] {
			r.rate[i] = 0
		}
	}
}
