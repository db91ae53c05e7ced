package seating

import (
	"context"
	"runtime"
	"sync"
)

// Searches a plan takes the best of, where the request does not say: as many
// as fit into a budget of exchanges.
const (
	fewestStarts = 2
	mostStarts   = 24
	budget       = 8_000_000
)

// Make plans the open rounds of a request. It tells watch, which may be nil,
// after each search how many of how many are done. The error is [Problems],
// or the context's: then there is no plan.
func Make(ctx context.Context, req Request, watch func(done, of int)) (*Plan, error) {
	if err := Check(req).Err(); err != nil {
		return nil, err
	}
	m := newModel(req)
	if err := m.conflicts().Err(); err != nil {
		return nil, err
	}
	for i := range m.rounds {
		m.price(&m.rounds[i], len(req.Rounds[m.open+i].Tables) > 0)
	}
	plan := &Plan{Rounds: append([]Tables{}, req.Past...)}
	if len(m.rounds) > 0 {
		best := m.search(ctx, watch)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		plan.Rounds = append(plan.Rounds, m.tables(best)...)
	}
	plan.Measures = Measure(req, plan.Rounds)
	return plan, nil
}

// queue hands out the numbers of the starts, in order.
type queue struct {
	sync.Mutex
	next, stop, done int
	watch            func(done, of int)
}

func (q *queue) take() int {
	q.Lock()
	defer q.Unlock()
	if q.next >= q.stop {
		return -1
	}
	q.next++
	return q.next - 1
}

// finish notes that a start is done; where it reached the least possible cost
// no later one is needed.
func (q *queue) finish(start int, reached bool) {
	q.Lock()
	defer q.Unlock()
	q.done++
	if reached {
		q.stop = min(q.stop, start)
	}
	if q.watch != nil {
		q.watch(q.done, max(q.stop, q.done))
	}
}

// search anneals from every start and keeps the cheapest seating, the first
// of equals. Starts run side by side; which is kept depends on their numbers
// alone.
func (m *model) search(ctx context.Context, watch func(done, of int)) *state {
	starts := m.req.Starts
	if starts < 1 {
		starts = min(max(budget/m.steps(), fewestStarts), mostStarts)
	}
	found := make([]*state, starts)
	q := queue{stop: starts, watch: watch}
	var wait sync.WaitGroup
	for range min(starts, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := q.take(); i >= 0; i = q.take() {
				found[i] = m.anneal(ctx, i)
				q.finish(i, found[i].best == m.least())
			}
		})
	}
	wait.Wait()
	best := found[0]
	for _, s := range found[1:] {
		if s != nil && s.best < best.best {
			best = s
		}
	}
	return best
}

// least is a cost that no seating can go below.
func (m *model) least() int64 {
	sum := m.unavoidable()
	for i := range m.rounds {
		sum += m.rounds[i].least
	}
	return sum
}

// unavoidable is the cost of people meeting again who are always together.
func (m *model) unavoidable() int64 {
	n := len(m.ids)
	again := map[[2]int]int{}
	for _, r := range m.rounds {
		for _, unit := range r.units {
			for i, a := range unit {
				for _, b := range unit[i+1:] {
					again[[2]int{a, b}]++
				}
			}
		}
	}
	sum := int64(0)
	for pair, times := range again {
		for k := range times {
			sum += meetCost(int(m.met[pair[0]*n+pair[1]]) + k)
		}
	}
	return sum
}

// meetCost is what one more meeting of two people costs who met so often: the
// first is free, and each further one costs a little more than the last.
func meetCost(before int) int64 {
	if before == 0 {
		return 0
	}
	return repeatWeight + int64(before-1)*(repeatWeight/16)
}

// Temperatures of the annealing, and how it cools, in steps of equal length.
const (
	hot    = scale
	cold   = scale / 24
	stages = 160
)

// steps is how many exchanges a start tries: more for more people and rounds.
func (m *model) steps() int {
	if m.req.Steps > 0 {
		return m.req.Steps
	}
	seats := 0
	for i := range m.rounds {
		seats += len(m.rounds[i].here)
	}
	return min(100_000+1_500*seats, 2_500_000)
}

// anneal is one start: from a seating that keeps the rules, exchanges people
// between tables while it cools.
func (m *model) anneal(ctx context.Context, start int) *state {
	rnd := newRandom(m.req.Seed, start)
	s := newState(m, rnd)
	least := m.least()
	temperature := int64(hot)
	each := max(m.steps()/stages, 1)
	for range stages {
		if ctx.Err() != nil {
			return s
		}
		for range each {
			if s.try(temperature) && s.cost < s.best {
				s.keep()
				if s.best == least {
					return s
				}
			}
		}
		temperature = cooler(temperature)
	}
	return s
}

// cooler is the next temperature: (cold/hot)^(1/stages) of the last.
func cooler(t int64) int64 { return t * 64247 >> 16 }
