package sortition

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
)

// attempt is one way of trying to realise a point: how strongly draws lean,
// and the sizes of remainder at which column generation may take over.
type attempt struct {
	beta   float64
	tails  []int
	rounds int
}

var attempts = []attempt{
	{16, []int{60, 100}, 12},
	{2, []int{60, 100, 160, 250}, 25},
	{0.3, []int{100, 160, 250, 400}, 40},
	{0, []int{100, 250, 400}, tailRounds},
	{0, []int{160, 400}, tailRounds},
	{0, []int{160, 400}, tailRounds},
}

// tries finds a lottery over whole panels with exactly these chances: by
// peeling alone where that comes out, else with column generation at the end.
// The panels of attempts that fail are kept.
func (w *wholeSolver) tries(ctx context.Context, level []*big.Rat, tries int) ([]weighted, error) {
	x, scale := make([]*big.Rat, len(level)), big.NewInt(1)
	for t, p := range level {
		x[t] = new(big.Rat).Mul(p, rat(w.m.n(t)))
		scale = lcm(scale, x[t].Denom())
	}
	for i, a := range attempts[:min(tries, len(attempts))] {
		rng := newRandom(fmt.Sprintf("%s/peel/%d", w.key, i))
		p := newPeeler(w.m, x, scale)
		p.budget = w.budget
		panels, err := tryRealise(ctx, p, a, w.solver, rng)
		if err == nil {
			return mergePanels(panels), checkLottery(w.m, panels, x)
		}
		w.keep(p.out)
		if !errors.Is(err, errNotRealised) {
			return nil, err
		}
	}
	return nil, errNotRealised
}

// maxKept bounds the panels kept from attempts that failed.
const maxKept = 2000

func (w *wholeSolver) keep(panels []weighted) {
	for _, p := range panels {
		if len(w.panels) < maxKept {
			w.panels = append(w.panels, p.counts)
		}
	}
}

func tryRealise(ctx context.Context, p *peeler, a attempt, solver Solver, rng *random) ([]weighted, error) {
	saved := make([]*peeler, len(a.tails))
	err := p.run(ctx, rng, a.beta, func(now *peeler) {
		for i, size := range a.tails {
			if saved[i] == nil && len(now.frac) <= size {
				saved[i] = now.copy()
			}
		}
	})
	if err == nil {
		return p.out, nil
	}
	if !errors.Is(err, errStuck) {
		return nil, err
	}
	size := 0
	for _, state := range saved {
		if state == nil || len(state.frac) == size {
			continue
		}
		size = len(state.frac)
		panels, err := runTail(ctx, state, solver, rng, a.rounds)
		if err == nil || !errors.Is(err, errNotRealised) {
			return panels, err
		}
	}
	return nil, errNotRealised
}

// countsKey is a panel as a map key.
func countsKey(counts []int) string {
	b := make([]byte, 0, 2*len(counts))
	for _, c := range counts {
		b = binary.AppendUvarint(b, uint64(c))
	}
	return string(b)
}

// mergePanels joins equal panels.
func mergePanels(panels []weighted) []weighted {
	at := map[string]int{}
	var out []weighted
	for _, p := range panels {
		key := countsKey(p.counts)
		if i, ok := at[key]; ok {
			out[i].weight = new(big.Rat).Add(out[i].weight, p.weight)
			continue
		}
		at[key] = len(out)
		out = append(out, p)
	}
	return out
}

// checkLottery re-checks a lottery exactly: every panel meets every row, the
// weights are positive and sum to 1, and the expected counts are x.
func checkLottery(m *model, panels []weighted, x []*big.Rat) error {
	weights := make([]*big.Rat, len(panels))
	for i, p := range panels {
		if !m.feasible(p.counts) {
			return errors.New("a panel of the lottery misses a target")
		}
		if p.weight.Sign() <= 0 {
			return errors.New("a panel of the lottery has no weight")
		}
		weights[i] = p.weight
	}
	w, scale := integers(weights)
	total := new(big.Int)
	sums := make([]big.Int, len(x))
	part := new(big.Int)
	for i, p := range panels {
		total.Add(total, w[i])
		for t, c := range p.counts {
			if c == 1 {
				sums[t].Add(&sums[t], w[i])
			} else if c > 1 {
				sums[t].Add(&sums[t], part.Mul(w[i], big.NewInt(int64(c))))
			}
		}
	}
	if total.Cmp(scale) != 0 {
		return errors.New("the lottery's weights do not sum to 1")
	}
	for t := range x {
		if new(big.Rat).SetFrac(&sums[t], scale).Cmp(x[t]) != 0 {
			return errors.New("the lottery does not give the proved chances")
		}
	}
	return nil
}
