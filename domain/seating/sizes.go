package seating

import "slices"

// roundSizes are how many sit at each table of a round of n people: at evenly
// sized tables those with more pins are the larger ones; where seats are
// given, the spare ones stay empty as evenly as can be.
func roundSizes(r Round, n int, pinned []int) []int {
	if len(r.Tables) > 0 {
		return fillSeats(r.Tables, n, pinned)
	}
	t := TableCount(r, n)
	sizes := make([]int, t)
	order := make([]int, t)
	for i := range order {
		order[i] = i
		sizes[i] = n / max(t, 1)
	}
	slices.SortStableFunc(order, func(a, b int) int { return at(pinned, b) - at(pinned, a) })
	for i := range n % max(t, 1) {
		sizes[order[i]]++
	}
	return sizes
}

// TableCount is the number of tables that n people of a round sit at.
func TableCount(r Round, n int) int {
	if len(r.Tables) > 0 {
		return len(r.Tables)
	}
	if r.Size < 1 {
		return 0
	}
	return (n + r.Size - 1) / r.Size
}

func at(list []int, i int) int {
	if i < len(list) {
		return list[i]
	}
	return 0
}

// fillSeats empties spare seats one at a time, at the table that is fullest
// against its seats and not full of pins; the last of equals first.
func fillSeats(seats []int, n int, pinned []int) []int {
	sizes := slices.Clone(seats)
	total := 0
	for _, s := range sizes {
		total += s
	}
	for ; total > n; total-- {
		best := -1
		for i, s := range sizes {
			if s <= at(pinned, i) || s == 0 {
				continue
			}
			if best < 0 || s*seats[best] >= sizes[best]*seats[i] {
				best = i
			}
		}
		if best < 0 {
			break
		}
		sizes[best]--
	}
	return sizes
}
