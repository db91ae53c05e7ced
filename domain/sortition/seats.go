package sortition

import "slices"

// seatPeople turns counts per type into people, so that over all panels the
// members of a type sit as equally often as whole numbers allow, in an order
// that only the key decides. Nobody sits twice, no two of one household.
func seatPeople(m *model, panels [][]int, key string) [][]int {
	rng := newRandom(key)
	order := make([][]int, len(panels))
	copy(order, panels)
	rng.shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	out := make([][]int, len(panels))
	for t := range m.types {
		if m.types[t].pattern != "" {
			continue
		}
		d := newDeck(m.types[t].members, rng)
		for i, counts := range order {
			out[i] = append(out[i], d.take(counts[t], rng)...)
		}
	}
	for _, r := range m.rows {
		if r.kind == rowHousehold {
			seatHouseholds(m, r.types, order, out, rng)
		}
	}
	for i := range out {
		slices.Sort(out[i])
	}
	return out
}

// deck deals the members of a type round by round.
type deck struct {
	members []int
	next    int
}

func newDeck(members []int, rng *random) *deck {
	d := &deck{members: slices.Clone(members)}
	d.shuffle(d.members, rng)
	return d
}

func (d *deck) shuffle(part []int, rng *random) {
	rng.shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
}

// take deals n different members; everyone is dealt once before anyone is
// dealt again.
func (d *deck) take(n int, rng *random) []int {
	if d.next+n <= len(d.members) {
		d.next += n
		return slices.Clone(d.members[d.next-n : d.next])
	}
	last := slices.Clone(d.members[d.next:])
	again := slices.Clone(d.members[:d.next])
	d.shuffle(again, rng)
	more := n - len(last)
	rest := append(slices.Clone(again[more:]), last...)
	d.shuffle(rest, rng)
	d.members = append(slices.Clone(again[:more]), rest...)
	d.next = more
	return append(last, again[:more]...)
}
