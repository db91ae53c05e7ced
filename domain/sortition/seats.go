package sortition

import "slices"

// seatPeople turns counts per type into people, so that over all panels the
// members of a type sit as equally often as whole numbers allow, in an order
// that only the key decides. Nobody sits twice, no two of one household.
func seatPeople(m *model, panels [][]int, key string) [][]int {
	rng := newRandom(key)
	decks := make([]*deck, len(m.types))
	for t := range decks {
		decks[t] = newDeck(m.types[t].members, rng)
	}
	order := make([]int, len(panels))
	for i := range order {
		order[i] = i
	}
	rng.shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	out := make([][]int, len(panels))
	for number, i := range order {
		busy := map[string]bool{}
		var people []int
		for t, c := range panels[i] {
			if m.types[t].pattern == "" {
				people = append(people, decks[t].take(c, rng)...)
				continue
			}
			people = append(people, decks[t].takeApart(c, m.problem.People, busy)...)
		}
		slices.Sort(people)
		out[number] = people
	}
	return out
}

// deck deals the members of a type round by round.
type deck struct {
	members []int
	next    int
	uses    map[int]int
}

func newDeck(members []int, rng *random) *deck {
	d := &deck{members: slices.Clone(members), uses: map[int]int{}}
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

// takeApart deals n members of households that are not busy, the least used
// first, and marks their households busy.
func (d *deck) takeApart(n int, people []Person, busy map[string]bool) []int {
	if n == 0 {
		return nil
	}
	slices.SortStableFunc(d.members, func(a, b int) int { return d.uses[a] - d.uses[b] })
	var out []int
	for _, i := range d.members {
		if len(out) == n {
			break
		}
		if home := people[i].Household; !busy[home] {
			busy[home] = true
			d.uses[i]++
			out = append(out, i)
		}
	}
	return out
}
