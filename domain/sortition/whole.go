package sortition

import (
	"context"
	"errors"
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
	budget   *budget
	unproved bool
}

// optimum is a lottery with its proof.
type optimum struct {
	marg   *marginals // nil for objectives without this proof
	level  []*big.Rat // chance per type
	panels []weighted
	proved bool
	// bounded: the budget ended before the optimum, after this much work; gap
	// is the interval left.
	bounded bool
	work    int
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
	for covered := false; ; covered = true {
		p, err := aim(ctx)
		if err != nil {
			return nil, err
		}
		panels, err := w.reach(ctx, p, covered)
		if errors.Is(err, errWork) && p.marg != nil {
			return w.settleFor(ctx, p, covered)
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
		if len(w.m.types) <= 40 || len(w.m.cuts) > 0 {
			tries = 2 // column generation settles it sooner
		}
	}
	w.report("panels", 0, 0)
	return w.tries(ctx, level, tries)
}

// coverEnough is how many kinds of people not yet seen make a panel good
// enough to take.
const coverEnough = 2.5

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
		panel, _, err := w.heaviest(ctx, weights, 0, coverEnough)
		if err != nil {
			return false, err
		}
		if panel == nil && len(w.panels) == 0 {
			if panel, _, err = w.heaviest(ctx, weights, math.Inf(-1), -1); err != nil {
				return false, err
			}
			if panel == nil {
				return false, errInfeasible
			}
		}
		if panel != nil {
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

// heaviest is the panel of greatest weight above floor, or nil when there is
// none. best is false when a limit ended the search at a good one, or when one
// weighs more than enough (0: nothing is enough). Weights are whole and their
// sums small enough for floating point to hold them exactly.
func (w *wholeSolver) heaviest(ctx context.Context, weights []*big.Int, floor, enough float64) (counts []int, best bool, err error) {
	f := newFinder(w.m, weights)
	f.best, f.enough, f.budget = floor, enough, w.budget
	err = f.search(ctx, 0)
	if errors.Is(err, errWork) && f.panel != nil {
		err = nil
	}
	return f.panel, !f.ended, err
}

// addCut proves weights·c <= bound and adds it; instead of a proof it may
// return a panel that breaks the bound.
func (w *wholeSolver) addCut(ctx context.Context, weights []*big.Int, bound *big.Int) (bool, []int, error) {
	proof, beaten, err := proveBound(ctx, w.m, w.budget, weights, bound)
	if err != nil || beaten != nil {
		return false, beaten, err
	}
	if proof == nil {
		w.unproved = true
		proof = &branchProof{kind: "none"}
	}
	w.m.cuts = append(w.m.cuts, cut{weights, bound, proof})
	return true, nil, nil
}
