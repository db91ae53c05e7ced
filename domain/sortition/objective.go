package sortition

import (
	"context"
	"errors"
	"math"
	"math/big"
)

// Objective names what a draw optimises.
type Objective string

// The objectives. Leximin lifts the smallest chance as far as it goes, then
// the next smallest, and so on; maximin only the smallest. Nash has the
// greatest product of chances. Goldilocks weighs the largest chance against
// the smallest, minimax looks at the largest alone. Legacy is the greedy
// selection that older programs use, max-entropy a uniform choice among all
// possible panels: both are for comparison.
const (
	Leximin    Objective = "leximin"
	Maximin    Objective = "maximin"
	Nash       Objective = "nash"
	Goldilocks Objective = "goldilocks"
	Minimax    Objective = "minimax"
	Legacy     Objective = "legacy"
	MaxEntropy Objective = "max-entropy"
)

// remark is what the organiser should know about an objective, "" for none.
func (o Objective) remark() string {
	switch o {
	case Minimax:
		return "Minimax keeps the largest chance low and may leave people with almost none."
	case Legacy:
		return "Legacy is a greedy selection, for comparison only: chances are very uneven and nothing is proved."
	case MaxEntropy:
		return "Max-entropy treats all possible panels alike, not all people: it is for comparison only."
	}
	return ""
}

func (o Objective) known() bool {
	switch o {
	case Leximin, Maximin, Nash, Goldilocks, Minimax, Legacy, MaxEntropy:
		return true
	}
	return false
}

// optimise finds the objective's best lottery over counts per type.
func optimise(ctx context.Context, w *wholeSolver, o Options) (*optimum, error) {
	switch o.Objective {
	case Legacy:
		return legacyLottery(w.m, o.Panels, w.key)
	case MaxEntropy:
		return entropyLottery(w.m, o.Panels, w.key)
	}
	// The leximin lottery is a maximin lottery too, at no extra cost. For the
	// others it finds out who can be on a panel at all.
	best, err := w.run(ctx, w.leximinPoint)
	if err != nil || o.Objective == Leximin || o.Objective == Maximin {
		return best, err
	}
	aim := &centralAim{w: w, objective: o.Objective}
	for t, p := range best.level {
		if p.Sign() > 0 {
			aim.in = append(aim.in, t)
		}
	}
	for _, p := range best.panels {
		w.panels = append(w.panels, p.counts)
	}
	best, err = w.run(ctx, aim.point)
	if errors.Is(err, errInfeasible) { // leximin found panels: it is no fault of the targets
		err = errors.New("the chances of this objective are beyond the solver's exactness: use leximin")
	}
	return best, err
}

// centralAim finds the point of an objective that is solved in floating point.
type centralAim struct {
	w         *wholeSolver
	objective Objective
	in        []int
}

// boxSlack is how far, as a share of it, chances may be past an extreme found
// in floating point: more than the solver's tolerance, and less than chances
// are rounded by.
const boxSlack = 1e-7

func (a *centralAim) point(ctx context.Context) (*point, error) {
	a.w.report(string(a.objective), 0, 0)
	b := box{0, 1}
	var err error
	e := &extremes{m: a.w.m, solver: a.w.solver, in: a.in}
	switch a.objective {
	case Goldilocks:
		b, err = e.goldilocks(ctx)
	case Minimax:
		b, err = e.minimax(ctx)
	}
	if err != nil {
		return nil, err
	}
	b.low, b.high = b.low*(1-boxSlack), math.Min(1, b.high*(1+boxSlack))
	c := &central{m: a.w.m, solver: a.w.solver, in: a.in, box: b}
	counts, err := c.solve(ctx)
	if err != nil {
		return nil, err
	}
	level, err := exactPoint(a.w.m, counts, a.w.key)
	if errors.Is(err, errNotRealised) {
		return nil, errors.New("the chances of this objective could not be rounded to exact fractions: use leximin")
	}
	return &point{level: level, gap: a.gap(c)}, err
}

// gap is how far the point can be from the best: for Nash, of the geometric
// mean of chances; for the others of anyone's chance, by rounding.
func (a *centralAim) gap(c *central) *big.Rat {
	people := 0
	for _, t := range a.in {
		people += a.w.m.n(t)
	}
	gap := 1.0 / pointUnit
	if a.objective == Nash {
		gap += math.Expm1(math.Max(0, c.gap) / float64(people))
	}
	return big.NewRat(int64(math.Ceil(gap*1e12)), 1e12)
}
