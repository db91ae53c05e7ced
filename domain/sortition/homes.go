package sortition

import "slices"

// homeSeats deals the seats of households with one make-up: in each panel a
// household gives at most one person, and over all panels every household
// gives people of each type about equally often.
type homeSeats struct {
	m      *model
	types  []int
	homes  [][][]int // per household, per type of the make-up: its members
	labels [][]int16 // per panel, per household: type given, -1 for none
	uses   [][]int   // per household, per type
}

func seatHouseholds(m *model, types []int, panels, out [][]int, rng *random) {
	h := newHomeSeats(m, types, len(panels), rng)
	for i, counts := range panels {
		h.deal(i, counts)
	}
	for range levelPasses {
		for k := range types {
			h.level(k)
		}
	}
	h.seat(out)
}

func newHomeSeats(m *model, types []int, panels int, rng *random) *homeSeats {
	h := &homeSeats{m: m, types: types, labels: make([][]int16, panels)}
	at := map[string]int{}
	for k, t := range types {
		for _, i := range m.types[t].members {
			name := m.problem.People[i].Household
			j, ok := at[name]
			if !ok {
				j = len(h.homes)
				at[name] = j
				h.homes = append(h.homes, make([][]int, len(types)))
			}
			h.homes[j][k] = append(h.homes[j][k], i)
		}
	}
	rng.shuffle(len(h.homes), func(i, j int) { h.homes[i], h.homes[j] = h.homes[j], h.homes[i] })
	h.uses = make([][]int, len(h.homes))
	for j := range h.uses {
		h.uses[j] = make([]int, len(types))
	}
	return h
}

// deal gives one panel's seats to the households that gave least so far.
func (h *homeSeats) deal(panel int, counts []int) {
	label := make([]int16, len(h.homes))
	for j := range label {
		label[j] = -1
	}
	h.labels[panel] = label
	for k, t := range h.types {
		for range counts[t] {
			best := -1
			for j := range h.homes {
				if label[j] < 0 && (best < 0 || h.uses[j][k] < h.uses[best][k]) {
					best = j
				}
			}
			label[best] = int16(k)
			h.uses[best][k]++
		}
	}
}

// levelPasses is how often each type is levelled: levelling one can unsettle
// another a little.
const levelPasses = 3

// level exchanges the parts of two households in single panels until a type's
// uses differ by at most one, or no exchange helps.
func (h *homeSeats) level(k int) {
	for range 4 * len(h.labels) {
		most, least := 0, 0
		for j := range h.homes {
			if h.uses[j][k] > h.uses[most][k] {
				most = j
			}
			if h.uses[j][k] < h.uses[least][k] {
				least = j
			}
		}
		gap := h.uses[most][k] - h.uses[least][k]
		if gap < 2 || !h.exchange(k, most, least, gap) {
			return
		}
	}
}

// exchange finds the panel in which most gives type k and least does not, and
// where exchanging the two costs other types least.
func (h *homeSeats) exchange(k, most, least, gap int) bool {
	best, cost := -1, 2*gap-1 // an exchange that only moves the difference may help the next
	for i, label := range h.labels {
		other := label[least]
		if label[most] != int16(k) || other == int16(k) {
			continue
		}
		c := 0
		if other >= 0 {
			c = 2*(h.uses[most][other]-h.uses[least][other]) + 2
		}
		if c < cost {
			best, cost = i, c
		}
	}
	if best < 0 {
		return false
	}
	label := h.labels[best]
	if other := label[least]; other >= 0 {
		h.uses[least][other]--
		h.uses[most][other]++
	}
	h.uses[most][k]--
	h.uses[least][k]++
	label[most], label[least] = label[least], label[most]
	return true
}

// seat names the person: of several alike in a household, in turns.
func (h *homeSeats) seat(out [][]int) {
	turn := make([][]int, len(h.homes))
	for j := range turn {
		turn[j] = slices.Repeat([]int{0}, len(h.types))
	}
	for i, label := range h.labels {
		for j, k := range label {
			if k < 0 {
				continue
			}
			members := h.homes[j][k]
			out[i] = append(out[i], members[turn[j][k]%len(members)])
			turn[j][k]++
		}
	}
}
