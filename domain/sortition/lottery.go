package sortition

import (
	"context"
	"errors"
	"fmt"
	"math/big"
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
	// MaxWork bounds the pricing programmes of a hard instance; 0 = 500. When
	// it is used up, the best lottery found and a proved interval remain.
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
func Prepare(ctx context.Context, problem *Problem, options Options, solver Solver, progress func(Progress)) (*Lottery, error) {
	options = options.withDefaults()
	found := append(problem.Check(), options.check()...)
	if err := found.Err(); err != nil {
		if found.blocksModel() {
			return nil, err
		}
		return nil, explainInfeasible(ctx, problem, solver, found)
	}
	m := newModel(problem)
	key := m.key(options)
	best, err := optimise(ctx, m, options, solver, key, progress)
	if errors.Is(err, errInfeasible) {
		return nil, explainInfeasible(ctx, problem, solver, found)
	}
	if err != nil {
		return nil, err
	}
	if progress != nil {
		progress(Progress{Phase: "rounding", Total: options.Panels})
	}
	counts, err := uniformPanels(ctx, m, solver, best.panels, options.Panels, key)
	if err != nil {
		return nil, err
	}
	people := seatPeople(m, counts, key+"/seats")
	l := newLottery(m, options, best, people, found)
	l.Replay.Uncoverable, err = whyUncovered(ctx, m, solver, best)
	return l, err
}

// whyUncovered explains the chances that are 0.
func whyUncovered(ctx context.Context, m *model, solver Solver, best *optimum) ([]Uncovered, error) {
	out := Feasibility{Uncoverable: []Uncovered{}}
	covered := make([]bool, len(m.types))
	for t, p := range best.level {
		covered[t] = p.Sign() > 0
	}
	err := explainUncovered(ctx, m, solver, covered, &out)
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
