package sortition_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"folkmoot/domain/sortition"
)

// resample draws n people with replacement from a pool and sets targets
// around their shares: round(share*k) -2..+2, or 0..+1 when tight.
func resample(t testing.TB, seed uint64, n, k int, tight bool) *sortition.Problem {
	t.Helper()
	base := scotland.problem(t)
	rng := rand.New(rand.NewPCG(seed, 1))
	p := &sortition.Problem{Size: k}
	count := map[[2]string]int{}
	for i := range n {
		from := base.People[rng.IntN(len(base.People))]
		p.People = append(p.People, sortition.Person{ID: fmt.Sprintf("r%05d", i), Values: from.Values})
		for f, v := range from.Values {
			count[[2]string{f, v}]++
		}
	}
	for _, was := range base.Targets {
		mid := int(math.Round(float64(count[[2]string{was.Feature, was.Value}]*k) / float64(n)))
		lo, hi := max(0, mid-2), mid+2
		if tight {
			lo, hi = mid, mid+1
		}
		p.Targets = append(p.Targets, target(was.Feature, was.Value, lo, hi))
	}
	return p
}

// shape describes a synthetic pool: values per feature, and how targets lie
// about one hidden panel that suits a population unlike the pool.
type shape struct {
	name   string
	n, k   int
	values []int
	slack  int     // targets are hidden count -slack..+slack
	skew   float64 // how unlike pool and population are
}

// build makes the pool: values come with geometric shares and a hidden leaning
// that ties the features together.
func (s shape) build(seed uint64) *sortition.Problem {
	rng := rand.New(rand.NewPCG(seed, 2))
	p := &sortition.Problem{Size: s.k}
	weight := make([]float64, s.n)
	for i := range s.n {
		lean := rng.Float64()
		who := sortition.Person{ID: fmt.Sprintf("s%06d", i), Values: map[string]string{}}
		weight[i] = 1
		for f, m := range s.values {
			v := int(float64(m) * math.Pow(0.6*rng.Float64()+0.4*lean, 1.4))
			v = min(v, m-1)
			who.Values[fmt.Sprintf("f%d", f)] = fmt.Sprintf("v%d", v)
			weight[i] *= math.Exp(s.skew * float64(v) / float64(m))
		}
		p.People = append(p.People, who)
	}
	count := map[[2]string]int{}
	for _, i := range s.hidden(rng, weight) {
		for f, v := range p.People[i].Values {
			count[[2]string{f, v}]++
		}
	}
	for f, m := range s.values {
		for v := range m {
			c := count[[2]string{fmt.Sprintf("f%d", f), fmt.Sprintf("v%d", v)}]
			p.Targets = append(p.Targets, target(fmt.Sprintf("f%d", f), fmt.Sprintf("v%d", v), max(0, c-s.slack), c+s.slack))
		}
	}
	return p
}

// hidden draws k people with chances by weight.
func (s shape) hidden(rng *rand.Rand, weight []float64) []int {
	keys := make([]float64, s.n)
	order := make([]int, s.n)
	for i := range keys {
		keys[i] = -math.Log(rng.Float64()) / weight[i]
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if keys[a] < keys[b] {
			return -1
		}
		return 1
	})
	return order[:s.k]
}

// The shapes of published pools, whose data are private.
var (
	shapeLarge  = shape{"1727_110_7features", 1727, 110, []int{2, 6, 4, 4, 3, 5, 2}, 1, 0.5}
	shapeExact  = shape{"321_30_8features_exact", 321, 30, []int{2, 4, 4, 3, 3, 2, 3, 2}, 0, 0.6}
	shapeHuge   = shape{"10000_200_7features", 10000, 200, []int{2, 6, 6, 5, 4, 5, 3}, 2, 0.3}
	shapeCity   = shape{"100000_500_6features", 100000, 500, []int{2, 6, 6, 4, 3, 5}, 3, 0.3}
	shapeSmall  = shape{"70_24_5features", 70, 24, []int{2, 3, 3, 2, 4}, 1, 0.4}
	shapeMiddle = shape{"239_30_7features", 239, 30, []int{2, 4, 3, 4, 2, 3, 2}, 1, 0.5}
)
