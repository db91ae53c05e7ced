package sortition

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// legacyAttempts is how often the greedy selection starts over.
const legacyAttempts = 100

// ErrGreedyFailed is returned where the greedy selection found no panel.
var ErrGreedyFailed = errors.New("the greedy selection found no panel that meets the targets in 100 attempts: use leximin")

// legacyLottery draws panels by the greedy method of older programs: take the
// value that is most urgent, someone of it at random, go on; start over at a
// dead end. Each panel of the lottery is one run.
func legacyLottery(m *model, panels int, key string) (*optimum, error) {
	rng := newRandom(key + "/legacy")
	var drawn [][]int
	for range panels {
		counts := greedy(m, rng)
		if counts == nil {
			return nil, ErrGreedyFailed
		}
		drawn = append(drawn, counts)
	}
	return sampled(m, drawn), nil
}

// sampled is the lottery over panels that were drawn one by one.
func sampled(m *model, drawn [][]int) *optimum {
	var panels []weighted
	for _, counts := range drawn {
		panels = append(panels, weighted{counts, big.NewRat(1, int64(len(drawn)))})
	}
	merged := mergePanels(panels)
	return &optimum{panels: merged, level: levelsOf(m, merged), gap: new(big.Rat)}
}

func greedy(m *model, rng *random) []int {
	for range legacyAttempts {
		counts := make([]int, len(m.types))
		ok := true
		for range m.problem.Size {
			t := greedyStep(m, counts, rng)
			if t < 0 {
				ok = false
				break
			}
			counts[t]++
		}
		if ok && m.feasible(counts) {
			return counts
		}
	}
	return nil
}

// greedyStep picks a type to take one more person of, -1 at a dead end.
func greedyStep(m *model, counts []int, rng *random) int {
	have := make([]int, len(m.rows))
	left := make([]int, len(m.rows))
	open := make([]bool, len(m.types))
	for r, row := range m.rows {
		for _, t := range row.types {
			have[r] += counts[t]
		}
	}
	for t := range m.types {
		open[t] = counts[t] < m.n(t)
		for _, r := range m.types[t].rows {
			open[t] = open[t] && have[r] < m.rows[r].hi
		}
		if open[t] {
			for _, r := range m.types[t].rows {
				left[r] += m.n(t) - counts[t]
			}
		}
	}
	urgent, best := -1, big.NewRat(-1, 1)
	for r, row := range m.rows {
		if row.kind != rowTarget || have[r] >= row.hi {
			continue
		}
		need := row.lo - have[r]
		if need > left[r] {
			return -1
		}
		if left[r] > 0 && big.NewRat(int64(need), int64(left[r])).Cmp(best) > 0 {
			urgent, best = r, big.NewRat(int64(need), int64(left[r]))
		}
	}
	if urgent < 0 {
		return -1
	}
	nth := rng.intn(left[urgent])
	for _, t := range m.rows[urgent].types {
		if !open[t] {
			continue
		}
		if nth -= m.n(t) - counts[t]; nth < 0 {
			return t
		}
	}
	return -1
}

// maxStates bounds the states of the count of all panels.
const maxStates = 400_000

// ErrTooManyStates is returned where all possible panels cannot be counted.
var ErrTooManyStates = fmt.Errorf("all possible panels cannot be counted for these targets (more than %d states): use leximin", maxStates)

// entropyLottery draws panels uniformly from all that are possible: how many
// ways there are to complete a panel is counted from the last type backwards,
// then panels are drawn forwards.
func entropyLottery(m *model, panels int, key string) (*optimum, error) {
	e, err := newEntropy(m)
	if err != nil {
		return nil, err
	}
	rng := newRandom(key + "/entropy")
	var drawn [][]int
	for range panels {
		drawn = append(drawn, e.sample(rng))
	}
	return sampled(m, drawn), nil
}

// entropy holds, per type, the states reached before it (counts per row) and
// the number of ways from each to a panel.
type entropy struct {
	m    *model
	ways []map[string]*big.Int
}

func newEntropy(m *model) (*entropy, error) {
	e := &entropy{m: m, ways: make([]map[string]*big.Int, len(m.types)+1)}
	states := []map[string]bool{{string(make([]byte, 2*len(m.rows))): true}}
	total := 0
	for t := range m.types {
		next := map[string]bool{}
		for s := range states[t] {
			for c := 0; c <= m.n(t); c++ {
				after, ok := e.after(s, t, c)
				if !ok {
					break
				}
				next[after] = true
			}
		}
		if total += len(next); total > maxStates {
			return nil, ErrTooManyStates
		}
		states = append(states, next)
	}
	last := map[string]*big.Int{}
	for s := range states[len(m.types)] {
		if e.complete(s) {
			last[s] = big.NewInt(1)
		}
	}
	e.ways[len(m.types)] = last
	for t := len(m.types) - 1; t >= 0; t-- {
		e.ways[t] = map[string]*big.Int{}
		for s := range states[t] {
			if sum := e.count(s, t); sum.Sign() > 0 {
				e.ways[t][s] = sum
			}
		}
	}
	if len(e.ways[0]) == 0 {
		return nil, errInfeasible
	}
	return e, nil
}

// after is the state with c people of type t added; false above a maximum.
func (e *entropy) after(s string, t, c int) (string, bool) {
	b := []byte(s)
	for _, r := range e.m.types[t].rows {
		n := int(b[2*r])<<8 + int(b[2*r+1]) + c
		if n > e.m.rows[r].hi {
			return "", false
		}
		b[2*r], b[2*r+1] = byte(n>>8), byte(n)
	}
	return string(b), true
}

func (e *entropy) complete(s string) bool {
	for r, row := range e.m.rows {
		if int(s[2*r])<<8+int(s[2*r+1]) < row.lo {
			return false
		}
	}
	return true
}

// choices is the number of ways to pick c of the type's people. In shared
// households it is an upper count: people of one home stand for each other.
func (e *entropy) choices(t, c int) *big.Int {
	return new(big.Int).Binomial(int64(e.m.n(t)), int64(c))
}

func (e *entropy) count(s string, t int) *big.Int {
	sum := new(big.Int)
	for c := 0; c <= e.m.n(t); c++ {
		after, ok := e.after(s, t, c)
		if !ok {
			break
		}
		if w := e.ways[t+1][after]; w != nil {
			sum.Add(sum, new(big.Int).Mul(e.choices(t, c), w))
		}
	}
	return sum
}

func (e *entropy) sample(rng *random) []int {
	counts := make([]int, len(e.m.types))
	s := string(make([]byte, 2*len(e.m.rows)))
	for t := range counts {
		left := rng.big(e.ways[t][s])
		for c := 0; ; c++ {
			after, _ := e.after(s, t, c)
			if w := e.ways[t+1][after]; w != nil {
				part := new(big.Int).Mul(e.choices(t, c), w)
				if left.Cmp(part) < 0 {
					counts[t], s = c, after
					break
				}
				left.Sub(left, part)
			}
		}
	}
	return slices.Clone(counts)
}
