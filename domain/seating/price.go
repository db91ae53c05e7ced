package seating

// Weights of the search, in units of scale. Values spread evenly weigh more
// than a new meeting, so that a meeting is not bought with a lopsided table;
// clusters weigh more than both.
const (
	repeatWeight  = scale / 2  // a pair that meets again
	clusterWeight = scale * 16 // a further table for a cluster
)

// gather is what n people of a cluster at a table cost, in 64ths: most for
// the first, so that they draw together.
var gather = [...]int64{0, 32, 48, 56, 60, 62, 63}

// price works out what a count of a value at a table costs: its distance from
// an even share, or for a cluster its table. The least a round can cost comes
// from giving each person of a value the cheapest place.
func (m *model) price(r *roundModel, bySeats bool) {
	total := make([]int, len(m.fields))
	for _, p := range r.here {
		for _, v := range m.values[p] {
			total[v]++
		}
	}
	r.cost = make([][][]int64, len(r.sizes))
	for t, size := range r.sizes {
		r.cost[t] = make([][]int64, len(m.fields))
		for v := range m.fields {
			r.cost[t][v] = make([]int64, size+2)
			for c := range r.cost[t][v] {
				r.cost[t][v][c] = m.priceOf(v, c, share{total[v], size, len(r.sizes), len(r.here), bySeats})
			}
		}
	}
	for v := range m.fields {
		r.least += r.cheapest(v, total[v], m.fields[v].cluster)
	}
}

// share is what an even share of a value's people at a table depends on.
type share struct {
	total, size, tables, here int
	bySeats                   bool // tables of given seats share by their size
}

func (s share) scaled() int64 {
	if s.bySeats {
		return int64(s.total) * int64(s.size) * scale / int64(max(s.here, 1))
	}
	return int64(s.total) * scale / int64(max(s.tables, 1))
}

func (m *model) priceOf(v, c int, s share) int64 {
	f := m.fields[v]
	switch {
	case f.free:
		return 0
	case f.cluster:
		return gather[min(c, len(gather)-1)] * (clusterWeight / 64)
	}
	d := int64(c)*scale - s.scaled()
	return max(d, -d)
}

// cheapest is the least that total people of a value can cost in the round.
// Spreading is convex, so one at a time to the cheapest table is best;
// clusters are not and count as nothing.
func (r *roundModel) cheapest(v, total int, cluster bool) int64 {
	count := make([]int, len(r.sizes))
	sum := int64(0)
	for t := range r.sizes {
		sum += r.cost[t][v][0]
	}
	if cluster {
		return 0
	}
	for range total {
		best := -1
		var least int64
		for t, size := range r.sizes {
			if count[t] >= size {
				continue
			}
			if d := r.cost[t][v][count[t]+1] - r.cost[t][v][count[t]]; best < 0 || d < least {
				best, least = t, d
			}
		}
		if best < 0 {
			break
		}
		count[best]++
		sum += least
	}
	return sum
}
