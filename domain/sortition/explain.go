package sortition

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
)

// Feasibility says whether a panel can be drawn at all, and when not, why.
type Feasibility struct {
	Feasible bool     `json:"feasible"`
	Findings Findings `json:"findings"`
	// Conflict is a smallest set of bounds that cannot be met together with
	// the panel size and one person per household: drop any one and the rest
	// can be met.
	Conflict []Bound `json:"conflict"`
	// Relaxation is the cheapest change of targets, within their flex, that
	// makes a panel possible.
	Relaxation  []Relaxed   `json:"relaxation"`
	Uncoverable []Uncovered `json:"uncoverable"`
	// FarBelow are people who can sit, but whose chance is less than a quarter
	// of the middle one.
	FarBelow []FarBelow `json:"far_below"`
}

// FarBelow are people alike with what their chance is at most.
type FarBelow struct {
	IDs    []string `json:"ids"`
	Chance string   `json:"chance"`
}

// Bound is one side of a target.
type Bound struct {
	Feature string `json:"feature"`
	Value   string `json:"value"`
	Side    string `json:"side"` // min or max
	Limit   int    `json:"limit"`
}

func (b Bound) String() string {
	word := map[string]string{"min": "at least", "max": "at most"}[b.Side]
	return fmt.Sprintf("%s: %s %s %d", b.Feature, b.Value, word, b.Limit)
}

// Relaxed is a suggested change of one target. Cost weighs it: raising a
// maximum by one costs 1, lowering a minimum of n by one costs 1 + 2/n.
type Relaxed struct {
	Feature string  `json:"feature"`
	Value   string  `json:"value"`
	Side    string  `json:"side"`
	From    int     `json:"from"`
	To      int     `json:"to"`
	Cost    float64 `json:"cost"`
}

// Uncovered are people alike who are in no panel that meets the targets, with
// a smallest set of bounds that keeps them out.
type Uncovered struct {
	IDs       []string `json:"ids"`
	Excluding []Bound  `json:"excluding"`
}

// CheckFeasible checks the problem, looks for a panel, names who can be in
// none, and explains. It draws nothing.
func CheckFeasible(ctx context.Context, problem *Problem, solver Solver) (*Feasibility, error) {
	out := &Feasibility{Findings: problem.Check(), Conflict: []Bound{}, Relaxation: []Relaxed{}, Uncoverable: []Uncovered{}, FarBelow: []FarBelow{}}
	if out.Findings.blocksModel() {
		return out, nil
	}
	m := newModel(problem)
	w := &wholeSolver{m: m, solver: solver, key: "feasibility", budget: newBudget(0)}
	covered, level, err := w.coverable(ctx)
	if errors.Is(err, errInfeasible) {
		return out, explainConflict(ctx, m, solver, out)
	}
	if err != nil {
		return nil, err
	}
	out.Feasible = out.Findings.Err() == nil
	warnFarBelow(m, covered, level, out)
	return out, explainUncovered(ctx, m, solver, covered, out)
}

// blocksModel tells whether the findings leave no sound model to look into:
// sums and counts that clash still do, broken data does not.
func (f Findings) blocksModel() bool {
	for _, one := range f {
		switch one.Code {
		case CodeFeatureSumsConflict, CodeMinSumAboveSize, CodeMaxSumBelowSize, CodeDesiredOutOfRange, CodeNotEnoughPeople:
		default:
			if one.Severity == SeverityError {
				return true
			}
		}
	}
	return false
}

// coverable tells for each type whether some whole panel holds it.
func (w *wholeSolver) coverable(ctx context.Context) ([]bool, []*big.Rat, error) {
	marg, err := solveMarginals(ctx, w.m, w.solver, func(int, int) {})
	if err != nil {
		return nil, nil, err
	}
	if _, err := w.cover(ctx, marg.level); err != nil {
		return nil, nil, err
	}
	out := make([]bool, len(w.m.types))
	for t, p := range marg.level {
		out[t] = p.Sign() > 0
	}
	for _, c := range w.m.cuts {
		for t, v := range c.weights {
			if v.Sign() > 0 {
				out[t] = false
			}
		}
	}
	return out, marg.level, nil
}

// farBelow is how many times smaller than the middle one a chance must be to
// be worth a warning.
const farBelow = 4

// warnFarBelow names people whose chance is far below the rest's.
func warnFarBelow(m *model, covered []bool, level []*big.Rat, out *Feasibility) {
	var all []*big.Rat
	for t := range m.types {
		for range m.types[t].members {
			all = append(all, level[t])
		}
	}
	slices.SortFunc(all, func(a, b *big.Rat) int { return a.Cmp(b) })
	limit := new(big.Rat).Quo(all[len(all)/2], rat(farBelow))
	for t := range m.types {
		if !covered[t] || level[t].Cmp(limit) >= 0 {
			continue
		}
		low := FarBelow{Chance: level[t].RatString()}
		for _, i := range m.types[t].members {
			low.IDs = append(low.IDs, m.problem.People[i].ID)
			out.Findings.warnf(CodeChanceFarBelow, "%s has a chance of at most %s, less than a quarter of the middle one.",
				m.problem.People[i].ID, level[t].RatString())
		}
		out.FarBelow = append(out.FarBelow, low)
	}
}

// explainInfeasible is Prepare's error for a problem without any panel.
func explainInfeasible(ctx context.Context, problem *Problem, solver Solver, found Findings) error {
	out := &Feasibility{Findings: found}
	if err := explainConflict(ctx, newModel(problem), solver, out); err != nil {
		return err
	}
	return out.Findings
}

func explainConflict(ctx context.Context, m *model, solver Solver, out *Feasibility) error {
	f, err := newFilter(ctx, m, solver, -1)
	if err != nil {
		return err
	}
	defer f.lp.Close()
	bounds, err := f.minimal(ctx, f.sides)
	if err != nil {
		return err
	}
	out.Conflict = bounds
	out.Findings.errorf(CodeInfeasible, "No panel of %d meets all targets. These cannot be met together: %s.", m.problem.Size, listBounds(bounds))
	return relax(ctx, m, solver, out)
}

func listBounds(bounds []Bound) string {
	parts := make([]string, len(bounds))
	for i, b := range bounds {
		parts[i] = b.String()
	}
	if len(parts) == 0 {
		return "the panel size and one person per household"
	}
	return strings.Join(parts, "; ")
}

// side is one side of a target's row; for the filter it is on or off.
type side struct {
	row   int
	upper bool
}

// filter finds minimal sets of sides that leave no panel (with at least one
// person of the asked type, when there is one), by leaving sides out one at a
// time. Where the relaxation finds no conflict, branching is needed.
type filter struct {
	m      *model // rows as they are on or off
	full   []row
	lp     Program
	asked  int
	sides  []side
	branch bool
	budget *budget
}

// Work for finding minimal sets by branching: for one question, and for all.
// Where it ends, sides that might not be needed stay in.
const (
	questionWork = 20_000
	explainWork  = 600_000
)

func newFilter(ctx context.Context, m *model, solver Solver, asked int) (*filter, error) {
	base := &model{problem: m.problem, types: m.types, rows: slices.Clone(m.rows)}
	f := &filter{m: base, full: m.rows, asked: asked, budget: &budget{limit: explainWork}}
	lp := panelProgram(base, make([]float64, len(m.types)), false)
	if asked >= 0 {
		lp.Lower[asked] = 1
	}
	for r, row := range m.rows {
		if row.kind != rowTarget {
			continue
		}
		if row.lo > 0 {
			f.sides = append(f.sides, side{r, false})
		}
		f.sides = append(f.sides, side{r, true})
	}
	var err error
	f.lp, err = solver.Load(ctx, lp)
	return f, err
}

// ask moves the question to another type.
func (f *filter) ask(t int) error {
	err := errors.Join(f.lp.SetBounds(f.asked, 0, float64(f.m.n(f.asked))), f.lp.SetBounds(t, 1, float64(f.m.n(t))))
	f.asked = t
	return err
}

func (f *filter) set(s side, on bool) error {
	r := &f.m.rows[s.row]
	if s.upper {
		if r.hi = f.m.problem.Size; on {
			r.hi = f.full[s.row].hi
		}
	} else {
		if r.lo = 0; on {
			r.lo = f.full[s.row].lo
		}
	}
	return f.lp.SetRowBounds(s.row, float64(r.lo), float64(r.hi))
}

// blocked tells whether the sides that are on leave no panel, and which rows
// the proof of it uses (nil: unknown).
func (f *filter) blocked(ctx context.Context) (bool, map[int]bool, error) {
	sol, err := f.lp.Solve(ctx, SolveOptions{})
	if err != nil {
		return false, nil, err
	}
	if sol.Status == StatusInfeasible {
		return true, rayRows(sol.Ray), nil
	}
	if !f.branch {
		return false, nil, nil
	}
	left := min(questionWork, f.budget.limit-f.budget.spent)
	work := &budget{limit: left}
	proof, _, err := proveEmpty(ctx, f.m, work, f.asked)
	f.budget.spent += work.spent
	if errors.Is(err, errWork) {
		return false, nil, nil
	}
	if err != nil || proof == nil {
		return false, nil, err
	}
	rows := map[int]bool{}
	proof.usedRows(rows)
	return true, rows, nil
}

// usedRows collects the rows that the leaves' prices name.
func (b *branchProof) usedRows(into map[int]bool) {
	if b == nil {
		return
	}
	for _, p := range b.prices {
		into[p.row] = true
	}
	b.sub[0].usedRows(into)
	b.sub[1].usedRows(into)
}

func rayRows(ray []float64) map[int]bool {
	if ray == nil {
		return nil
	}
	rows := map[int]bool{}
	for r, y := range ray {
		if math.Abs(y) > 1e-9 {
			rows[r] = true
		}
	}
	return rows
}

// minimal returns a minimal blocking subset of the sides, all of which are
// on. A proof that needs few rows takes out all others at once.
func (f *filter) minimal(ctx context.Context, sides []side) ([]Bound, error) {
	f.branch = false
	blocked, rows, err := f.blocked(ctx)
	if err != nil {
		return nil, err
	}
	if !blocked {
		f.branch = true
		if _, rows, err = f.blocked(ctx); err != nil {
			return nil, err
		}
	}
	off := map[side]bool{}
	if err := f.drop(sides, rows, off); err != nil {
		return nil, err
	}
	var kept []side
	for _, s := range sides {
		if off[s] {
			continue
		}
		if err := f.set(s, false); err != nil {
			return nil, err
		}
		still, rows, err := f.blocked(ctx)
		if err != nil {
			return nil, err
		}
		if still {
			off[s] = true
			err = f.drop(sides, rows, off)
		} else {
			kept = append(kept, s)
			err = f.set(s, true)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, s := range sides { // ready for the next question
		if err := f.set(s, true); err != nil {
			return nil, err
		}
	}
	return f.bounds(kept), nil
}

// drop takes out the sides of rows that a proof does not need.
func (f *filter) drop(sides []side, rows map[int]bool, off map[side]bool) error {
	if rows == nil {
		return nil
	}
	for _, s := range sides {
		if rows[s.row] || off[s] {
			continue
		}
		off[s] = true
		if err := f.set(s, false); err != nil {
			return err
		}
	}
	return nil
}

func (f *filter) bounds(sides []side) []Bound {
	out := make([]Bound, 0, len(sides))
	for _, s := range sides {
		t := f.m.problem.Targets[f.m.rows[s.row].target]
		b := Bound{Feature: t.Feature, Value: t.Value, Side: "min", Limit: t.Min}
		if s.upper {
			b.Side, b.Limit = "max", t.Max
		}
		out = append(out, b)
	}
	return out
}

// explainUncovered names, for each type in no panel, the bounds that keep it
// out.
func explainUncovered(ctx context.Context, m *model, solver Solver, covered []bool, out *Feasibility) error {
	var f *filter
	for t := range m.types {
		if covered[t] {
			continue
		}
		var err error
		if f == nil {
			f, err = newFilter(ctx, m, solver, t)
			if err == nil {
				defer f.lp.Close()
			}
		} else {
			err = f.ask(t)
		}
		if err != nil {
			return err
		}
		bounds, err := f.minimal(ctx, f.sides)
		if err != nil {
			return err
		}
		u := Uncovered{Excluding: bounds}
		for _, i := range m.types[t].members {
			u.IDs = append(u.IDs, m.problem.People[i].ID)
		}
		out.Uncoverable = append(out.Uncoverable, u)
		for _, id := range u.IDs {
			out.Findings.warnf(CodeUncoverable, "%s is in no panel that meets the targets, because of: %s.", id, listBounds(bounds))
		}
	}
	return nil
}
