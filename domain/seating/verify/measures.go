package verify

import (
	"fmt"
	"math/big"

	"folkmoot/domain/seating"
)

// meetings counts the pairs again: a pair is two people at one table, in the
// order of their names.
func (v *view) meetings() []string {
	knew, met, slots := map[string]bool{}, map[string]bool{}, 0
	pairs := func(tables seating.Tables, f func(string)) {
		for _, people := range tables {
			for i := range people {
				for j := range i {
					f(fmt.Sprintf("%q %q", min(people[i], people[j]), max(people[i], people[j])))
				}
			}
		}
	}
	for _, tables := range v.e.Request.Met {
		pairs(tables, func(p string) { knew[p] = true })
	}
	for _, tables := range v.e.Rounds {
		pairs(tables, func(p string) {
			slots++
			if !knew[p] {
				met[p] = true
			}
		})
	}
	if len(met) != v.e.Measures.Pairs || slots != v.e.Measures.Slots {
		return []string{fmt.Sprintf("%d pairs meet for the first time in %d places; the file says %d in %d", len(met), slots, v.e.Measures.Pairs, v.e.Measures.Slots)}
	}
	if most := v.most(slots); most != v.e.Measures.PairsMost || len(met) > most {
		return []string{fmt.Sprintf("no plan of these tables has more than %d pairs; the file says %d", most, v.e.Measures.PairsMost)}
	}
	return nil
}

// most bounds the pairs: between any two rounds, the people of a table come
// from the other round's tables, and some of them from the same one. A pair
// that meets in m of R rounds is seen so m(m-1)/2 times, at most R/2 for each
// of the m-1 slots that it wastes.
func (v *view) most(slots int) int {
	seen := 0
	for later := range v.e.Rounds {
		for i, earlier := range v.e.Rounds[:later] {
			for _, table := range v.e.Rounds[later] {
				if len(earlier) == 0 {
					continue
				}
				bins, next := make([]int, len(earlier)), 0
				for _, id := range table {
					if v.where[i][id] == 0 {
						continue // was away then
					}
					seen += bins[next] // whoever comes meets those there
					bins[next]++
					next = (next + 1) % len(bins)
				}
			}
		}
	}
	wasted := 0
	for wasted*len(v.e.Rounds) < 2*seen {
		wasted++
	}
	return slots - wasted
}

func (v *view) spreadText() string {
	m := v.e.Measures
	text := fmt.Sprintf("the distance from an even spread is %s a round", m.DeviationExact)
	if m.DeviationExact == m.DeviationLeast {
		return text + ", the least that is possible"
	}
	return text + fmt.Sprintf(" (%s would be even; other rules and new meetings come between)", m.DeviationLeast)
}

// held is a person's value of a field.
func (v *view) held(field string) map[string]string {
	out := map[string]string{}
	for _, p := range v.e.Request.People {
		if p.Values[field] != "" {
			out[p.ID] = p.Values[field]
		}
	}
	return out
}

// cells counts the people of each value at each table.
func cells(value map[string]string, tables seating.Tables) map[string][]int64 {
	out := map[string][]int64{}
	for t, people := range tables {
		for _, id := range people {
			if x := value[id]; x != "" {
				if out[x] == nil {
					out[x] = make([]int64, len(tables))
				}
				out[x][t]++
			}
		}
	}
	return out
}

// spread adds the distances from an even share up again. Where tables are
// asked for by their seats, a share goes by how many sit at the table.
func (v *view) spread() []string {
	sum := new(big.Rat)
	for i, tables := range v.e.Rounds {
		bySeats := len(v.e.Request.Rounds[i].Tables) > 0
		for _, field := range v.e.Request.Diversify {
			for _, count := range cells(v.held(field), tables) {
				sum.Add(sum, distances(count, tables, bySeats))
			}
		}
	}
	if n := int64(len(v.e.Rounds)); n > 0 {
		sum.Quo(sum, big.NewRat(n, 1))
	}
	said, ok := new(big.Rat).SetString(v.e.Measures.DeviationExact)
	if !ok || sum.Cmp(said) != 0 {
		return []string{fmt.Sprintf("the distance from an even spread is %s a round; the file says %s", sum.RatString(), v.e.Measures.DeviationExact)}
	}
	if got := sum.FloatString(1); got != fmt.Sprintf("%.1f", v.e.Measures.Deviation) {
		return []string{fmt.Sprintf("%s to a tenth is %s; the file says %v", sum.RatString(), got, v.e.Measures.Deviation)}
	}
	return nil
}

func distances(count []int64, tables seating.Tables, bySeats bool) *big.Rat {
	total, people := int64(0), int64(0)
	for t := range tables {
		total += count[t]
		people += int64(len(tables[t]))
	}
	sum := new(big.Rat)
	for t := range tables {
		share := big.NewRat(total, int64(len(tables)))
		if bySeats {
			share = big.NewRat(total*int64(len(tables[t])), people)
		}
		d := new(big.Rat).Sub(big.NewRat(count[t], 1), share)
		sum.Add(sum, d.Abs(d))
	}
	return sum
}

func (v *view) clusterText() string {
	m := v.e.Measures
	if len(v.e.Request.Cluster) == 0 {
		return "nobody is kept together by a field"
	}
	return fmt.Sprintf("those kept together by a field are at %d tables; %d would hold them", m.ClusterTables, m.ClusterLeast)
}

func (v *view) clusters() []string {
	used := 0
	for _, field := range v.e.Request.Cluster {
		value := v.held(field)
		common := mostCommon(value)
		for _, tables := range v.e.Rounds {
			for x, count := range cells(value, tables) {
				for _, n := range count {
					if n > 0 && x != common {
						used++
					}
				}
			}
		}
	}
	if used != v.e.Measures.ClusterTables {
		return []string{fmt.Sprintf("those kept together by a field are at %d tables; the file says %d", used, v.e.Measures.ClusterTables)}
	}
	return nil
}

// mostCommon is the value that most hold, the first in the alphabet of equals.
func mostCommon(value map[string]string) string {
	count, best := map[string]int{}, ""
	for _, x := range value {
		count[x]++
	}
	for x, n := range count {
		if best == "" || n > count[best] || n == count[best] && x < best {
			best = x
		}
	}
	return best
}
