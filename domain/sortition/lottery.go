package sortition

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

const (
	defaultPanels = 1000
	maxPanels     = 100_000
)

// Options are the settings of a draw. They are part of what is committed to.
type Options struct {
	Objective Objective `json:"objective"`
	Panels    int       `json:"panels"`
	// Label says what is drawn, so that one seed serves one draw only.
	Label   string `json:"label,omitempty"`
	Program string `json:"program,omitempty"` // name and version
	// Salt hides the pool behind its hash: choose it at random, keep it in
	// the replay file.
	Salt string `json:"salt,omitempty"`
	// SeedPlan says in words how the seed will be made.
	SeedPlan   string `json:"seed_plan,omitempty"`
	DrandRound uint64 `json:"drand_round,omitempty"`
	// Alternates is how many to choose in advance of drop-outs; 0 puts
	// everyone who is left in an order by lot.
	Alternates int `json:"alternates,omitempty"`
	// Stay are learned rates of staying, for the choice of alternates: the
	// base rate under "", factors under "feature: value". Empty means that
	// everyone stays with the same probability.
	Stay map[string]float64 `json:"stay,omitempty"`
	// MaxWork bounds the search in steps of work, which are the same on every
	// machine; 0 = 4 million, minutes. When it is used up, the best lottery
	// found and a proved interval remain, and the place is noted here.
	MaxWork int `json:"max_work,omitempty"`
}

func (o Options) withDefaults() Options {
	if o.Objective == "" {
		o.Objective = Leximin
	}
	if o.Panels == 0 {
		o.Panels = defaultPanels
	}
	return o
}

func (o Options) check() Findings {
	var found Findings
	if !o.Objective.known() {
		found.errorf(CodeUnknownObjective, "The objective %q is not known.", o.Objective)
	}
	if remark := o.Objective.remark(); remark != "" {
		found.warnf(CodeGreedyIsNotFair, "%s", remark)
	}
	if o.Panels < 1 || o.Panels > maxPanels {
		found.errorf(CodePanelsOutOfRange, "The lottery can have 1 to %d panels, not %d.", maxPanels, o.Panels)
	}
	return found
}

// Lottery is a prepared draw: the panels of which one will be drawn, with
// everything that proves and repeats it. The certificate is public and holds
// no values of people; the replay holds them.
type Lottery struct {
	Certificate Certificate `json:"certificate"`
	Replay      Replay      `json:"replay"`
}

// Prepare computes the lottery. Its error is Findings when the problem itself
// is wrong or cannot be met; then nothing was drawn. progress may be nil.
//
// A deadline of ctx is soft: when it passes before the optimum is reached, the
// search ends, and the best lottery found is returned with a proved interval
// and, in MaxWork, the work after which it ended; the same MaxWork gives the
// same bytes again. Only when there is nothing to show yet is the deadline an
// error. Cancelling ctx is one at once.
func Prepare(ctx context.Context, problem *Problem, options Options, solver Solver, progress func(Progress)) (*Lottery, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx, late, release := softly(ctx)
	defer release()
	options = options.withDefaults()
	found := append(problem.Check(), options.check()...)
	if err := found.Err(); err != nil {
		if found.blocksModel() {
			return nil, err
		}
		return nil, explainInfeasible(ctx, problem, solver, found)
	}
	m := newModel(problem)
	w := &wholeSolver{m: m, solver: solver, key: m.key(options), progress: progress, budget: newBudget(options.MaxWork)}
	w.budget.stop = late
	best, err := optimise(ctx, w, options)
	switch {
	case errors.Is(err, errInfeasible):
		return nil, explainInfeasible(ctx, problem, solver, found)
	case errors.Is(err, errWork):
		return nil, tooSoon(late())
	case err != nil:
		return nil, err
	}
	if best.bounded {
		options.MaxWork = best.work
		found.warnf(CodeNotProvedBest, "The search ended after %d steps of work, before the fairest lottery was proved: nobody who can sit has less than %s, and no lottery can give all of them more than %s.",
			best.work, leastOf(best.level, best.marg.level).RatString(), firstLevel(best.marg).RatString())
	}
	if progress != nil {
		progress(Progress{Phase: "rounding", Total: options.Panels})
	}
	counts, err := uniformPanels(ctx, m, solver, best.panels, options.Panels, w.key)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	reasons, err := whyUncovered(ctx, w, options.Objective, best)
	if err != nil {
		return nil, err
	}
	return newLottery(m, options, best, seatPeople(m, counts, w.key+"/seats"), reasons, found), nil
}

// whyUncovered explains the chances that are 0 and must be: objectives that do
// not lift the smallest chance leave people out who could sit.
func whyUncovered(ctx context.Context, w *wholeSolver, o Objective, best *optimum) ([]Uncovered, error) {
	out := Feasibility{Uncoverable: []Uncovered{}}
	if slices.IndexFunc(best.level, func(p *big.Rat) bool { return p.Sign() == 0 }) < 0 {
		return out.Uncoverable, nil
	}
	covered := make([]bool, len(w.m.types))
	level := best.level
	if best.bounded {
		level = best.marg.level // what is proved, not what was found
	}
	for t, p := range level {
		covered[t] = p.Sign() > 0
	}
	if o != Leximin && o != Maximin {
		fresh := &wholeSolver{m: newModel(w.m.problem), solver: w.solver, key: w.key, budget: newBudget(0)} // with no inequalities yet
		var err error
		if covered, _, err = fresh.coverable(ctx); err != nil {
			return nil, err
		}
	}
	err := explainUncovered(ctx, w.m, w.solver, covered, &out)
	return out.Uncoverable, err
}

// key seeds the search: the same problem and settings search the same way.
func (m *model) key(o Options) string {
	return fmt.Sprintf("folkmoot search 1/%s/%s", o.Objective, poolHash(m.problem, o.Salt))
}

// appearances counts each person's panels.
func appearances(people int, panels [][]int) []int {
	out := make([]int, people)
	for _, panel := range panels {
		for _, i := range panel {
			out[i]++
		}
	}
	return out
}

// largestChange is the most that rounding moved anyone's chance.
func largestChange(m *model, level []*big.Rat, uses []int, panels int) *big.Rat {
	most, d := new(big.Rat), new(big.Rat)
	for t := range m.types {
		for _, i := range m.types[t].members {
			d.Sub(big.NewRat(int64(uses[i]), int64(panels)), level[t])
			if d.Abs(d).Cmp(most) > 0 {
				most.Set(d)
			}
		}
	}
	return most
}
