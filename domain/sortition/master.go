package sortition

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
)

// separate runs column generation over whole panels towards the point. It
// returns the lottery when the point is reached, or adds a cut that separates
// the point from all panels and returns nil.
func (w *wholeSolver) separate(ctx context.Context, p *point) ([]weighted, error) {
	x := make([]*big.Rat, len(p.level))
	for t, chance := range p.level {
		x[t] = new(big.Rat).Mul(chance, rat(w.m.n(t)))
	}
	master, err := newWholeMaster(ctx, w, x)
	if err != nil {
		return nil, err
	}
	defer master.program.Close()
	for {
		w.report("pricing", w.budget.spent, 0)
		if err := w.budget.spend(solveWork); err != nil {
			return nil, err
		}
		sol, err := master.program.Solve(ctx, SolveOptions{Primal: true})
		if err != nil {
			return nil, err
		}
		if sol.Status != StatusOptimal {
			return nil, fmt.Errorf("the master programme ended with status %d", sol.Status)
		}
		if sol.Objective < masterZero {
			if panels := master.exact(ctx, sol); panels != nil {
				return panels, checkLottery(w.m, panels, x)
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		done, err := master.price(ctx, sol)
		if p.marg == nil && (errors.Is(err, errWork) || done && master.near(sol)) {
			// An objective without an exact proof takes the nearest lottery.
			panels := roundWeights(master.panels, sol.Value[len(x):])
			p.level, p.gap = levelsOf(w.m, panels), p.apart(panels, w.m)
			return panels, nil
		}
		if err != nil || done {
			return nil, err
		}
	}
}

// near tells whether what is missing from the point is within its own
// rounding, or inequalities enough were tried.
func (ms *wholeMaster) near(sol *Solution) bool {
	return sol.Objective*pointUnit < float64(len(ms.x)) || len(ms.w.m.cuts) > maxAims
}

// maxAims bounds the inequalities for an objective solved in floating point.
const maxAims = 60

// apart is the gap of a lottery that is not quite the point: the point's own,
// and the furthest that anyone's chance is from it.
func (p *point) apart(panels []weighted, m *model) *big.Rat {
	most := new(big.Rat)
	for t, level := range levelsOf(m, panels) {
		if d := level.Sub(level, p.level[t]); d.Abs(d).Cmp(most) > 0 {
			most = d
		}
	}
	return most.Add(most, p.gap)
}

// levelsOf is each type's chance in a lottery.
func levelsOf(m *model, panels []weighted) []*big.Rat {
	out := expectation(m, panels)
	for t := range out {
		out[t].Quo(out[t], rat(m.n(t)))
	}
	return out
}

// wholeMaster is the master programme over panels of all types: minimise the
// shortfall from x.
type wholeMaster struct {
	w       *wholeSolver
	x       []*big.Rat
	panels  [][]int
	seen    map[string]bool
	lp      *LinearProgram
	program Program
	beside  *peeler // the point, for draws beside it
	draws   *rounder
	y       []float64
	dry     int // rounds of draws that found nothing
}

// dryRounds of draws without a find are enough: whole panels are rare here.
const dryRounds = 2

func newWholeMaster(ctx context.Context, w *wholeSolver, x []*big.Rat) (*wholeMaster, error) {
	ms := &wholeMaster{w: w, x: x, seen: map[string]bool{}, lp: &LinearProgram{}}
	for t := range x {
		v, _ := x[t].Float64()
		appendRow(ms.lp, SparseVector{Index: []int32{int32(t)}, Value: []float64{1}}, v, math.Inf(1))
		appendColumn(ms.lp, 1, 0, math.Inf(1))
	}
	appendRow(ms.lp, SparseVector{}, 1, 1)
	for _, counts := range w.panels {
		if !ms.know(counts) {
			continue
		}
		j := len(ms.lp.Cost)
		appendColumn(ms.lp, 0, 0, math.Inf(1))
		for t, c := range counts {
			ms.lp.Rows[t].Add(j, float64(c))
		}
		ms.lp.Rows[len(x)].Add(j, 1)
	}
	_, scale := integers(x)
	ms.beside = newPeeler(w.m, x, scale)
	ms.draws = ms.beside.rounder(newRandom(w.key + "/separate"))
	ms.beside.point(ms.draws, 0)
	ms.y = append(ms.y, ms.draws.y...)
	program, err := w.solver.Load(ctx, ms.lp)
	ms.program = program
	return ms, err
}

// know notes a panel; false when it was known, or uses someone excluded.
func (ms *wholeMaster) know(counts []int) bool {
	key := countsKey(counts)
	if ms.seen[key] {
		return false
	}
	ms.seen[key] = true
	ms.panels = append(ms.panels, counts)
	return true
}

// price looks for a panel that improves the master. When the heaviest panel
// under the duals weighs less than the point, that is a cut, and price is
// done.
func (ms *wholeMaster) price(ctx context.Context, sol *Solution) (bool, error) {
	if ms.dry < dryRounds {
		if found, err := ms.priceByDraws(sol); err != nil || found {
			return false, err
		}
		ms.dry++
	}
	weights := wholePrices(sol.RowDual[:len(ms.x)])
	most := heaviestOf(ms.panels, weights)
	target := new(big.Rat)
	for t, v := range ms.x {
		target.Add(target, new(big.Rat).Mul(v, new(big.Rat).SetInt(weights[t])))
	}
	want, _ := target.Float64()
	enough := want
	if !math.IsInf(most, -1) {
		enough = most + (want-most)*priceShare
	}
	panel, _, err := ms.w.heaviest(ctx, weights, most, enough)
	if err != nil {
		return false, err
	}
	if panel == nil {
		bound, _ := big.NewFloat(most).Int(nil)
		if new(big.Rat).SetInt(bound).Cmp(target) >= 0 {
			return false, errWork // floating point cannot tell the point from what is reached
		}
		added, beaten, err := ms.w.addCut(ctx, weights, bound)
		if err != nil || added {
			return added, err
		}
		panel = beaten
	}
	if !ms.know(panel) {
		return false, errWork
	}
	ms.w.panels = append(ms.w.panels, panel)
	return false, ms.add(panel)
}

// priceShare is how much of the way from the known panels to the point a
// panel must weigh to be taken without looking for a heavier one.
const priceShare = 0.5

// heaviestOf is the greatest weight of some panels.
func heaviestOf(panels [][]int, weights []*big.Int) float64 {
	weight := floats(weights)
	most := math.Inf(-1)
	for _, counts := range panels {
		sum := 0.0
		for t, c := range counts {
			if c != 0 {
				sum += float64(weight[t] * float64(c))
			}
		}
		most = math.Max(most, sum)
	}
	return most
}

// priceByDraws looks for improving panels near the point by tilted draws,
// which is far cheaper than an integer programme.
func (ms *wholeMaster) priceByDraws(sol *Solution) (bool, error) {
	n := len(ms.x)
	found := false
	for try := range tailDraws {
		for i, t := range ms.beside.frac {
			ms.draws.weight[i] = sol.RowDual[t]
		}
		copy(ms.draws.y, ms.y)
		ms.draws.beta = [3]float64{2, 6, 15}[try%3]
		if !ms.draws.draw(ms.beside.stop(4)) {
			continue
		}
		counts := append([]int(nil), ms.beside.floor...)
		for i, t := range ms.beside.frac {
			counts[t] += int(math.Round(ms.draws.y[i]))
		}
		gain := sol.RowDual[n]
		for t, c := range counts {
			gain += sol.RowDual[t] * float64(c)
		}
		if gain <= priceGain || !ms.w.m.feasible(counts) || !ms.know(counts) {
			continue
		}
		found = true
		ms.w.panels = append(ms.w.panels, counts)
		if err := ms.add(counts); err != nil {
			return false, err
		}
	}
	return found, nil
}

func weigh(weights []*big.Int, counts []int) *big.Int {
	sum := new(big.Int)
	for t, c := range counts {
		if c != 0 {
			sum.Add(sum, new(big.Int).Mul(weights[t], big.NewInt(int64(c))))
		}
	}
	return sum
}

func (ms *wholeMaster) add(counts []int) error {
	var col SparseVector
	for t, c := range counts {
		col.Add(t, float64(c))
	}
	col.Add(len(ms.x), 1)
	return ms.program.AddColumn(col, 0, 0, math.Inf(1))
}

// wholePrices are prices as whole numbers: exact ones where they reconstruct
// with small denominators, else rounded, which is as good for a cut: any
// weights that separate will do.
func wholePrices(duals []float64) []*big.Int {
	exact := make([]*big.Rat, len(duals))
	top := 0.0
	for t, y := range duals {
		exact[t] = fraction(math.Max(0, y))
		top = math.Max(top, y)
	}
	out, scale := integers(exact)
	if scale.BitLen() <= exactBits {
		return out
	}
	unit := roundedDual / math.Max(top, 1e-9)
	for t, y := range duals {
		out[t] = big.NewInt(int64(math.Round(math.Max(0, y) * unit)))
	}
	return out
}

// Prices above exactBits are rounded to multiples of 1/roundedDual: small
// weights keep the programmes that hold the cut well scaled.
const (
	exactBits   = 20
	roundedDual = 1 << 14
)

// exact solves for the weights of the support.
func (ms *wholeMaster) exact(ctx context.Context, sol *Solution) []weighted {
	var support [][]int
	for j, counts := range ms.panels {
		if sol.Value[len(ms.x)+j] > weightZero {
			support = append(support, counts)
		}
	}
	rhs, scale := integers(ms.x)
	a := make([][]*big.Int, len(rhs)+1)
	for t := range rhs {
		a[t] = make([]*big.Int, 0, len(support)+1)
		for _, counts := range support {
			a[t] = append(a[t], big.NewInt(int64(counts[t])))
		}
		a[t] = append(a[t], rhs[t])
	}
	for range support {
		a[len(rhs)] = append(a[len(rhs)], big.NewInt(1))
	}
	a[len(rhs)] = append(a[len(rhs)], new(big.Int).Set(scale))
	weights := bareiss(ctx, a, len(support))
	if weights == nil {
		return nil
	}
	var out []weighted
	unit := new(big.Rat).SetInt(scale)
	for j, counts := range support {
		if weights[j].Sign() > 0 {
			out = append(out, weighted{counts, weights[j].Quo(weights[j], unit)})
		}
	}
	return out
}
