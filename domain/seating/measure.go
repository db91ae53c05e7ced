package seating

import "math/big"

// Measures say how good a plan is, the rounds that were held included.
type Measures struct {
	// Pairs are the pairs of people who meet for the first time; Slots the
	// places for a pair that the tables have. They are equal when nobody meets
	// anybody again.
	Pairs int `json:"pairs"`
	Slots int `json:"slots"`
	// PairsMost is a number of pairs that no plan of these tables can pass:
	// see needlessly.
	PairsMost int `json:"pairs_most"`
	// Deviation is, for the spread fields, the sum over values and tables of
	// the distance between how many have the value there and an even share,
	// as a mean over the rounds, to a tenth. DeviationExact is the fraction;
	// DeviationLeast is what no seating of these sizes can go below.
	Deviation      float64 `json:"deviation"`
	DeviationExact string  `json:"deviation_exact"`
	DeviationLeast string  `json:"deviation_least"`
	// ClusterTables are the tables that the values of cluster fields are at,
	// the most common value of each field left out, over all rounds;
	// ClusterLeast is how few would do by the size of tables alone.
	ClusterTables int `json:"cluster_tables"`
	ClusterLeast  int `json:"cluster_least"`
	// FewestMet and MostMet are how many others the person who meets fewest,
	// or most, meets in the plan.
	FewestMet int `json:"fewest_met"`
	MostMet   int `json:"most_met"`
}

// Measure measures the rounds of a plan.
func Measure(req Request, rounds []Tables) Measures {
	var out Measures
	out.meetings(req, rounds)
	out.PairsMost = out.Slots - needlessly(rounds)
	values := valuesOf(req)
	sum, least := new(big.Rat), new(big.Rat)
	for i, tables := range rounds {
		bySeats := i < len(req.Rounds) && len(req.Rounds[i].Tables) > 0
		for _, name := range req.Diversify {
			a, b := spread(values[name], tables, bySeats)
			sum.Add(sum, a)
			least.Add(least, b)
		}
		for _, name := range req.Cluster {
			a, b := gathered(values[name], tables)
			out.ClusterTables += a
			out.ClusterLeast += b
		}
	}
	if len(rounds) > 0 {
		mean := big.NewRat(1, int64(len(rounds)))
		sum.Mul(sum, mean)
		least.Mul(least, mean)
	}
	out.DeviationExact, out.DeviationLeast = sum.RatString(), least.RatString()
	out.Deviation = tenth(sum)
	return out
}

// tenth rounds to one digit after the point.
func tenth(r *big.Rat) float64 {
	v, _ := new(big.Rat).SetString(r.FloatString(1))
	f, _ := v.Float64()
	return f
}

func (out *Measures) meetings(req Request, rounds []Tables) {
	knew := map[[2]string]bool{}
	for _, tables := range req.Met {
		eachPair(tables, func(a, b string) { knew[[2]string{a, b}] = true })
	}
	met := map[[2]string]bool{}
	others := map[string]int{}
	for _, tables := range rounds {
		eachPair(tables, func(a, b string) {
			out.Slots++
			pair := [2]string{a, b}
			if met[pair] {
				return
			}
			met[pair] = true
			others[a]++
			others[b]++
			if !knew[pair] {
				out.Pairs++
			}
		})
		for _, table := range tables {
			for _, id := range table {
				others[id] += 0
			}
		}
	}
	first := true
	for _, n := range others {
		if first || n < out.FewestMet {
			out.FewestMet = n
		}
		out.MostMet, first = max(out.MostMet, n), false
	}
}

// needlessly is how many slots at least go to pairs who met in another round.
// A table of a later round draws its people from the tables of an earlier
// one; drawn as evenly as can be, that many pairs of them sat together
// before. Summed over all pairs of rounds, a pair that meets m times is
// counted m(m-1)/2 times and wastes m-1 slots, which is at least 2/R of it.
func needlessly(rounds []Tables) int {
	again := 0
	for q := range rounds {
		for p := range q {
			sat := map[string]bool{}
			for _, table := range rounds[p] {
				for _, id := range table {
					sat[id] = true
				}
			}
			for _, table := range rounds[q] {
				again += forced(present(table, sat), len(rounds[p]))
			}
		}
	}
	if again == 0 {
		return 0
	}
	return (2*again + len(rounds) - 1) / len(rounds)
}

func present(table []string, sat map[string]bool) int {
	n := 0
	for _, id := range table {
		if sat[id] {
			n++
		}
	}
	return n
}

// forced is how many pairs share a table when people spread over so many.
func forced(people, tables int) int {
	if tables == 0 {
		return 0
	}
	each, more := people/tables, people%tables
	return more*(each+1)*each/2 + (tables-more)*each*(each-1)/2
}

// eachPair calls f for each pair at a table, the smaller id first.
func eachPair(tables Tables, f func(a, b string)) {
	for _, table := range tables {
		for i, a := range table {
			for _, b := range table[i+1:] {
				f(min(a, b), max(a, b))
			}
		}
	}
}

// valuesOf is each person's value by field and id.
func valuesOf(req Request) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, list := range [][]string{req.Diversify, req.Cluster} {
		for _, name := range list {
			out[name] = map[string]string{}
			for _, p := range req.People {
				if v := p.Values[name]; v != "" {
					out[name][p.ID] = v
				}
			}
		}
	}
	return out
}

// tally counts the values at each table and in all.
func tally(value map[string]string, tables Tables) (at []map[string]int, total map[string]int, people int) {
	total = map[string]int{}
	for _, table := range tables {
		here := map[string]int{}
		for _, id := range table {
			if v := value[id]; v != "" {
				here[v]++
				total[v]++
			}
		}
		at = append(at, here)
		people += len(table)
	}
	return at, total, people
}

// spread is the deviation of one field in one round, and the least it could
// be.
func spread(value map[string]string, tables Tables, bySeats bool) (sum, least *big.Rat) {
	sum, least = new(big.Rat), new(big.Rat)
	at, total, people := tally(value, tables)
	for _, v := range sortedKeys(total) {
		shares := make([]*big.Rat, len(tables))
		sizes := make([]int, len(tables))
		for t := range tables {
			sizes[t] = len(tables[t])
			shares[t] = big.NewRat(int64(total[v]), int64(len(tables)))
			if bySeats {
				shares[t] = big.NewRat(int64(total[v]*sizes[t]), int64(people))
			}
			sum.Add(sum, distance(at[t][v], shares[t]))
		}
		least.Add(least, leastSpread(total[v], shares, sizes))
	}
	return sum, least
}

func distance(count int, share *big.Rat) *big.Rat {
	d := new(big.Rat).Sub(big.NewRat(int64(count), 1), share)
	return d.Abs(d)
}

// leastSpread is the least sum of distances: the distance is convex, so the
// people of a value go one at a time where it gains most.
func leastSpread(total int, shares []*big.Rat, sizes []int) *big.Rat {
	count := make([]int, len(shares))
	for range total {
		best := -1
		var gain *big.Rat
		for t := range shares {
			if count[t] >= sizes[t] {
				continue
			}
			g := new(big.Rat).Sub(distance(count[t], shares[t]), distance(count[t]+1, shares[t]))
			if best < 0 || g.Cmp(gain) > 0 {
				best, gain = t, g
			}
		}
		if best < 0 {
			break
		}
		count[best]++
	}
	sum := new(big.Rat)
	for t := range shares {
		sum.Add(sum, distance(count[t], shares[t]))
	}
	return sum
}

// gathered is at how many tables the values of a cluster field are, and how
// few would hold them; the most common value is left out.
func gathered(value map[string]string, tables Tables) (used, least int) {
	at, total, _ := tally(value, tables)
	largest := 1
	for _, table := range tables {
		largest = max(largest, len(table))
	}
	everywhere := map[string]int{}
	for _, v := range value {
		everywhere[v]++
	}
	free := commonest(everywhere)
	for v, n := range total {
		if v == free {
			continue
		}
		least += (n + largest - 1) / largest
		for _, here := range at {
			if here[v] > 0 {
				used++
			}
		}
	}
	return used, least
}

func fractionOf(text string) (*big.Rat, bool) { return new(big.Rat).SetString(text) }
