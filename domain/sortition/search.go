package sortition

// endgame is the depth-first search that settles the last variables of a
// draw: rows propagate, the row with the least slack is branched on, values
// are tried in random order with the point's odds.
type endgame struct {
	r     *rounder
	rows  [][]int32 // open variables per row, as the search began
	ones  []int     // settled ones per row
	left  []int     // open variables per row
	value []int8
	trail []int32
	nodes int
}

const open int8 = -1

// finish settles the remaining free variables of the rounder.
func (r *rounder) finish() bool {
	e := &endgame{r: r, rows: make([][]int32, len(r.rows)), ones: make([]int, len(r.rows)),
		left: make([]int, len(r.rows)), value: make([]int8, len(r.y))}
	for v, y := range r.y {
		switch {
		case r.place[v] >= 0:
			e.value[v] = open
			for _, i := range r.of[v] {
				e.left[i]++
				e.rows[i] = append(e.rows[i], int32(v))
			}
		case y > 0.5:
			e.value[v] = 1
			for _, i := range r.of[v] {
				e.ones[i]++
			}
		}
	}
	for i := range r.rows {
		if e.broken(i) {
			return false
		}
	}
	for i := range r.rows {
		if !e.propagate(int32(i)) {
			return false
		}
	}
	if !e.search() {
		return false
	}
	for v, x := range e.value {
		r.y[v] = float64(x)
	}
	return true
}

func (e *endgame) broken(i int) bool {
	return e.ones[i] > e.r.hi[i] || e.ones[i]+e.left[i] < e.r.lo[i]
}

// set gives an open variable a value and propagates; false on a conflict.
func (e *endgame) set(v int32, x int8) bool {
	e.value[v] = x
	e.trail = append(e.trail, v)
	ok := true
	for _, i := range e.r.of[v] {
		e.left[i]--
		e.ones[i] += int(x)
		ok = ok && !e.broken(int(i))
	}
	if !ok {
		return false
	}
	for _, i := range e.r.of[v] {
		if !e.propagate(i) {
			return false
		}
	}
	return true
}

// propagate settles a row's open variables when only one value is left.
func (e *endgame) propagate(i int32) bool {
	if e.left[i] == 0 {
		return true
	}
	var x int8
	switch {
	case e.ones[i] == e.r.hi[i]:
		x = 0
	case e.ones[i]+e.left[i] == e.r.lo[i]:
		x = 1
	default:
		return true
	}
	for _, v := range e.rows[i] {
		if e.value[v] == open && !e.set(v, x) {
			return false
		}
	}
	return true
}

func (e *endgame) undo(mark int) {
	for len(e.trail) > mark {
		v := e.trail[len(e.trail)-1]
		e.trail = e.trail[:len(e.trail)-1]
		for _, i := range e.r.of[v] {
			e.left[i]++
			e.ones[i] -= int(e.value[v])
		}
		e.value[v] = open
	}
}

func (e *endgame) search() bool {
	v := e.branch()
	if v < 0 {
		return true
	}
	first := int8(0)
	odds := e.r.y[v]
	if e.r.beta != 0 {
		tilt := exp(float64(e.r.beta * e.r.weight[v]))
		odds = float64(odds*tilt) / (float64(odds*tilt) + 1 - odds)
	}
	if e.r.rng.float() < odds {
		first = 1
	}
	for _, x := range [2]int8{first, 1 - first} {
		if e.nodes++; e.nodes > searchTrip {
			return false
		}
		mark := len(e.trail)
		if e.set(v, x) && e.search() {
			return true
		}
		e.undo(mark)
	}
	return false
}

// branch picks a random open variable of the open row with the least slack,
// or any open variable, or -1 when all are settled.
func (e *endgame) branch() int32 {
	best, slack := -1, 0
	for i := range e.r.rows {
		if e.left[i] == 0 {
			continue
		}
		s := min(e.r.hi[i]-e.ones[i], e.ones[i]+e.left[i]-e.r.lo[i])
		if best < 0 || s < slack {
			best, slack = i, s
		}
	}
	if best < 0 {
		for _, v := range e.r.free {
			if e.value[v] == open {
				return v
			}
		}
		return -1
	}
	nth := e.r.rng.intn(e.left[best])
	for _, v := range e.rows[best] {
		if e.value[v] != open {
			continue
		}
		if nth == 0 {
			return v
		}
		nth--
	}
	return -1
}
