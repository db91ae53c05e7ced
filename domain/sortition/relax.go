package sortition

import (
	"context"
	"math"
	"sort"
)

// relax finds the cheapest relaxation of targets within their flex.
func relax(ctx context.Context, m *model, solver Solver, out *Feasibility) error {
	lp := panelProgram(&model{problem: m.problem, types: m.types, rows: m.rows}, make([]float64, len(m.types)), true)
	lp.Maximize = false
	var sides []side
	for r, row := range m.rows {
		if row.kind != rowTarget {
			continue
		}
		t := m.problem.Targets[row.target]
		low, high := 0, m.problem.Size
		if t.Flex != nil {
			low, high = t.Flex.Min, t.Flex.Max
		}
		lp.addSlack(r, 1, lowerCost(t.Min), t.Min-low)
		lp.addSlack(r, -1, 1, high-t.Max)
		sides = append(sides, side{r, false}, side{r, true})
	}
	program, err := solver.Load(ctx, lp)
	if err != nil {
		return err
	}
	defer program.Close()
	sol, err := program.Solve(ctx, SolveOptions{})
	if err != nil {
		return err
	}
	if sol.Status == StatusInfeasible || !sol.Feasible {
		out.Findings.errorf(CodeNotRelaxable, "No change of the targets within min_flex and max_flex makes a panel possible: quotas would have to be relaxed beyond them.")
		return nil
	}
	out.addRelaxations(m, sides, sol.Value[len(m.types):])
	return nil
}

func (lp *LinearProgram) addSlack(row int, sign, cost float64, room int) {
	lp.Rows[row].Add(len(lp.Cost), sign)
	appendColumn(lp, cost, 0, float64(max(0, room)))
	lp.Integer = append(lp.Integer, true)
}

func lowerCost(n int) float64 {
	if n == 0 {
		return 1
	}
	return 1 + 2/float64(n)
}

func (f *Feasibility) addRelaxations(m *model, sides []side, by []float64) {
	for i, s := range sides {
		n := int(math.Round(by[i]))
		if n == 0 {
			continue
		}
		t := m.problem.Targets[m.rows[s.row].target]
		r := Relaxed{Feature: t.Feature, Value: t.Value, Side: "min", From: t.Min, To: t.Min - n, Cost: float64(n) * lowerCost(t.Min)}
		word := "minimum"
		if s.upper {
			r.Side, r.From, r.To, r.Cost, word = "max", t.Max, t.Max+n, float64(n), "maximum"
		}
		f.Relaxation = append(f.Relaxation, r)
		f.Findings.warnf(CodeRelaxation, "%s:%s %s target: change from %d to %d.", t.Feature, t.Value, word, r.From, r.To).about(t)
	}
	sort.SliceStable(f.Relaxation, func(i, j int) bool { return f.Relaxation[i].Cost < f.Relaxation[j].Cost })
}
