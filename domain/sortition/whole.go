package sortition

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
)

// wholeSolver finds the leximin optimum over lotteries of whole panels where
// the linear relaxation is not enough (section 5): it proves people
// uncoverable, and adds proved inequalities until the relaxation's optimum can
// be realised.
type wholeSolver struct {
	m        *model
	solver   Solver
	key      string
	progress func(Progress)
	panels   [][]int
	mip      Program
	work     int // pricing programmes solved
	maxWork  int
	unproved bool
}

// optimum is a lottery with its proof.
type optimum struct {
	marg   *marginals // nil for objectives without this proof
	level  []*big.Rat // chance per type
	panels []weighted
	proved bool
	// bounded: the budget ended before the optimum; gap is the interval left.
	bounded bool
	gap     *big.Rat
}

func (w *wholeSolver) report(phase string, done, total int) {
	if w.progress != nil {
		w.progress(Progress{Phase: phase, Done: done, Total: total})
	}
}

// point is what an objective wants: a chance per type over the relaxation.
type point struct {
	level []*big.Rat
	marg  *marginals // the leximin proof, nil for other objectives
	gap   *big.Rat
}

// leximinPoint is the leximin optimum of the relaxation, with its proof.
func (w *wholeSolver) leximinPoint(ctx context.Context) (*point, error) {
	marg, err := solveMarginals(ctx, w.m, w.solver, func(done, total int) { w.report("leximin", done, total) })
	if err != nil {
		return nil, err
	}
	return &point{level: marg.level, marg: marg, gap: new(big.Rat)}, nil
}

// run is the whole method: find the relaxation's best point and realise it;
// when that fails, cover; when that is not enough, cut.
func (w *wholeSolver) run(ctx context.Context, aim func(context.Context) (*point, error)) (*optimum, error) {
	defer func() {
		if w.mip != nil {
			w.mip.Close()
		}
	}()
	for covered := false; ; covered = true {
		p, err := aim(ctx)
		if err != nil {
			return nil, err
		}
		panels, err := w.reach(ctx, p, covered)
		if errors.Is(err, errWork) && p.marg != nil {
			return w.settleFor(ctx, p)
		}
		if err != nil {
			return nil, err
		}
		if panels != nil {
			return &optimum{marg: p.marg, level: p.level, panels: panels, proved: p.marg != nil && !w.unproved, gap: p.gap}, nil
		}
	}
}

// reach realises a point, or adds an inequality that the point breaks and
// returns nil.
func (w *wholeSolver) reach(ctx context.Context, p *point, covered bool) ([]weighted, error) {
	panels, err := w.realise(ctx, p.level, covered)
	if err == nil || !errors.Is(err, errNotRealised) {
		return panels, err
	}
	if !covered {
		found, err := w.cover(ctx, p.level)
		if err != nil || found {
			return nil, err
		}
		if panels, err = w.realise(ctx, p.level, true); err == nil || !errors.Is(err, errNotRealised) {
			return panels, err
		}
	}
	return w.separate(ctx, p)
}

// realise first makes one attempt; all of them once everyone is known to be
// coverable, for before that the attempts are likely in vain.
func (w *wholeSolver) realise(ctx context.Context, level []*big.Rat, all bool) ([]weighted, error) {
	tries := 1
	if all {
		tries = len(attempts)
		if len(w.m.types) <= 40 {
			tries = 2
		}
	}
	w.report("panels", 0, 0)
	panels, err := realise(ctx, w.m, level, w.solver, w.key, tries, func(counts []int) {
		if len(w.panels) < 2000 {
			w.panels = append(w.panels, counts)
		}
	})
	return panels, err
}

// cover finds a panel for each type, or proves that there is none. It returns
// whether it excluded anyone.
func (w *wholeSolver) cover(ctx context.Context, level []*big.Rat) (bool, error) {
	unseen := map[int]bool{}
	for t, p := range level {
		if p.Sign() > 0 {
			unseen[t] = true
		}
	}
	w.forget(unseen, w.panels...)
	for len(unseen) > 0 {
		w.report("coverage", len(w.m.types)-len(unseen), len(w.m.types))
		weights := make([]*big.Int, len(w.m.types))
		for t := range weights {
			weights[t] = new(big.Int)
			if unseen[t] {
				weights[t].SetInt64(1)
			}
		}
		weight, panel, best, err := w.heaviest(ctx, weights, 0.5, 0)
		if err != nil {
			return false, err
		}
		if weight.Sign() == 0 && !best {
			return false, errWork
		}
		if weight.Sign() > 0 {
			w.panels = append(w.panels, panel)
			w.forget(unseen, panel)
			continue
		}
		added, panel, err := w.addCut(ctx, weights, new(big.Int))
		if err != nil {
			return false, err
		}
		if added {
			return true, nil
		}
		w.panels = append(w.panels, panel)
		w.forget(unseen, panel)
	}
	return false, nil
}

func (w *wholeSolver) forget(unseen map[int]bool, panels ...[]int) {
	for _, panel := range panels {
		for t, c := range panel {
			if c > 0 {
				delete(unseen, t)
			}
		}
	}
}

// Limits of a hard instance, in units of work: the same on every machine.
const (
	defaultWork  = 500 // pricing programmes
	pricingNodes = 200 // branching nodes of one of them
)

// negated are the costs of a minimum for the weights of a maximum.
func negated(weights []*big.Int) []float64 {
	out := floats(weights)
	for i := range out {
		out[i] = -out[i]
	}
	return out
}

// heaviest is the panel of greatest weight, to within gap; best is false when
// a limit ended the search at a good one, or at one that weighs more than
// enough (0: nothing is enough).
func (w *wholeSolver) heaviest(ctx context.Context, weights []*big.Int, gap, enough float64) (weight *big.Int, counts []int, best bool, err error) {
	w.work++
	if limit := w.maxWork; w.work > limit && limit > 0 || w.work > defaultWork && limit == 0 {
		return nil, nil, false, errWork
	}
	if w.mip == nil {
		lp := panelProgram(w.m, negated(weights), true)
		lp.Maximize = false
		program, err := w.solver.Load(ctx, lp)
		if err != nil {
			return nil, nil, false, err
		}
		w.mip = program
	} else if err := w.mip.SetCosts(negated(weights)); err != nil {
		return nil, nil, false, err
	}
	sol, err := w.mip.Solve(ctx, SolveOptions{AbsoluteGap: gap, MaxNodes: pricingNodes, Below: -enough})
	switch {
	case err != nil:
		return nil, nil, false, err
	case sol.Status == StatusInfeasible:
		return nil, nil, false, errInfeasible
	case sol.Status == StatusLimit && !sol.Feasible:
		return nil, nil, false, errWork
	case !sol.Feasible:
		return nil, nil, false, fmt.Errorf("a pricing programme ended with status %d", sol.Status)
	}
	counts = make([]int, len(sol.Value))
	for t, v := range sol.Value {
		counts[t] = int(math.Round(v))
	}
	if !w.m.feasible(counts) {
		return nil, nil, false, errors.New("a pricing programme returned counts that are no panel")
	}
	return weigh(weights, counts), counts, sol.Status == StatusOptimal, nil
}

// errWork ends a search that has used up its budget.
var errWork = errors.New("the search used up its budget of pricing programmes")

// addCut proves weights·c <= bound and adds it; instead of a proof it may
// return a panel that breaks the bound.
func (w *wholeSolver) addCut(ctx context.Context, weights []*big.Int, bound *big.Int) (bool, []int, error) {
	proof, beaten, err := proveBound(ctx, w.m, w.solver, weights, bound, maxProofNodes)
	if err != nil || beaten != nil {
		return false, beaten, err
	}
	if proof == nil {
		w.unproved = true
		proof = &branchProof{kind: "none"}
	}
	w.m.cuts = append(w.m.cuts, cut{weights, bound, proof})
	if w.mip != nil {
		w.mip.Close() // the next programme includes the cut
		w.mip = nil
	}
	return true, nil, nil
}
