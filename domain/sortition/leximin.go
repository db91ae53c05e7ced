package sortition

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
)

// errInfeasible says that no panel meets the targets, as far as the linear
// relaxation can tell.
var errInfeasible = errors.New("no panel meets the targets")

// stage is one step of the leximin proof: with the types of earlier stages at
// their levels, nobody left can be lifted above level for all, and the types
// in fixed are at it in every optimum. The duals prove it (see certificate).
type stage struct {
	level *big.Rat
	duals []*big.Int       // per row, then per cut; a common scale
	caps  map[int]*big.Int // duals of count <= members, same scale
	fixed []int
}

// marginals are the leximin chances over the linear relaxation.
type marginals struct {
	level  []*big.Rat // per type: the chance of each of its members
	stages []stage
}

// leximinLP finds and proves the leximin optimum of the linear relaxation:
// section 2 of the method. Each stage raises the smallest chance as far as it
// goes, reads the duals as exact rationals, checks them and fixes every type
// whose reduced cost is positive.
type leximinLP struct {
	m       *model
	solver  Solver
	level   []*big.Rat
	settled []*big.Rat // per row and cut: what fixed types contribute
	capped  []int      // types with an explicit row count <= members
	isCap   map[int]bool
	cols    []int // column -> type
	left    int
}

func solveMarginals(ctx context.Context, m *model, solver Solver, progress func(done, total int)) (*marginals, error) {
	s := &leximinLP{m: m, solver: solver, level: make([]*big.Rat, len(m.types)),
		settled: make([]*big.Rat, len(m.rows)+len(m.cuts)), isCap: map[int]bool{}, left: len(m.types)}
	for r := range s.settled {
		s.settled[r] = new(big.Rat)
	}
	out := &marginals{level: s.level}
	for s.left > 0 {
		st, err := s.stage(ctx)
		if err != nil {
			return nil, err
		}
		out.stages = append(out.stages, *st)
		progress(len(m.types)-s.left, len(m.types))
	}
	return out, nil
}

// stage solves until no type exceeds its members, then proves and fixes.
func (s *leximinLP) stage(ctx context.Context) (*stage, error) {
	lp := s.build()
	program, err := s.solver.Load(ctx, lp)
	if err != nil {
		return nil, err
	}
	defer program.Close()
	for {
		sol, err := program.Solve(ctx, SolveOptions{})
		if err != nil {
			return nil, err
		}
		if sol.Status == StatusInfeasible {
			return nil, errInfeasible
		}
		if sol.Status != StatusOptimal {
			return nil, fmt.Errorf("a leximin stage ended with status %d", sol.Status)
		}
		added, err := s.addCaps(program, lp, sol)
		if err != nil {
			return nil, err
		}
		if !added {
			return s.prove(sol, lp)
		}
	}
}

// build states the stage's programme. Column 0 is the level z, the others are
// what each unfixed type has above it: count = members*z + excess.
func (s *leximinLP) build() *LinearProgram {
	s.cols = s.cols[:0]
	column := make([]int, len(s.m.types))
	for t := range s.m.types {
		if s.level[t] == nil {
			s.cols = append(s.cols, t)
			column[t] = len(s.cols)
		}
	}
	n := len(s.cols) + 1
	lp := &LinearProgram{Maximize: true, Cost: make([]float64, n), Lower: make([]float64, n), Upper: make([]float64, n)}
	for j := range lp.Upper {
		lp.Upper[j] = math.Inf(1)
	}
	lp.Cost[0] = 1
	for r := range s.m.rows {
		s.buildRow(lp, r, column)
	}
	for c := range s.m.cuts {
		s.buildCut(lp, c, column)
	}
	kept := s.capped[:0]
	for _, t := range s.capped {
		if s.level[t] == nil {
			kept = append(kept, t)
			row, hi := s.capRow(t, column[t])
			appendRow(lp, row, math.Inf(-1), hi)
		}
	}
	s.capped = kept
	return lp
}

func appendRow(lp *LinearProgram, row SparseVector, lo, hi float64) {
	lp.Rows = append(lp.Rows, row)
	lp.RowLower, lp.RowUpper = append(lp.RowLower, lo), append(lp.RowUpper, hi)
}

func (s *leximinLP) buildRow(lp *LinearProgram, r int, column []int) {
	var vec SparseVector
	people := 0
	vec.Add(0, 1)
	for _, t := range s.m.rows[r].types {
		if s.level[t] == nil {
			vec.Add(column[t], 1)
			people += s.m.n(t)
		}
	}
	vec = withLevel(vec, float64(people))
	done, _ := s.settled[r].Float64()
	appendRow(lp, vec, float64(s.m.rows[r].lo)-done, float64(s.m.rows[r].hi)-done)
}

// withLevel sets the entry of column 0, or drops it when zero.
func withLevel(vec SparseVector, z float64) SparseVector {
	if z == 0 {
		return SparseVector{Index: vec.Index[1:], Value: vec.Value[1:]}
	}
	vec.Value[0] = z
	return vec
}

func (s *leximinLP) buildCut(lp *LinearProgram, c int, column []int) {
	var vec SparseVector
	people := 0.0
	vec.Add(0, 1)
	for t, weight := range s.m.cuts[c].weights {
		if w := toFloat(weight); w != 0 && s.level[t] == nil {
			vec.Add(column[t], w)
			people += w * float64(s.m.n(t))
		}
	}
	vec = withLevel(vec, people)
	done, _ := s.settled[len(s.m.rows)+c].Float64()
	appendRow(lp, vec, math.Inf(-1), toFloat(s.m.cuts[c].bound)-done)
}

func toFloat(x *big.Int) float64 {
	v, _ := new(big.Float).SetInt(x).Float64()
	return v
}

func (s *leximinLP) capRow(t, column int) (SparseVector, float64) {
	var vec SparseVector
	n := float64(s.m.n(t))
	vec.Add(0, n)
	vec.Add(column, 1)
	return vec, n
}

// addCaps adds the row count <= members for types that exceed it.
func (s *leximinLP) addCaps(program Program, lp *LinearProgram, sol *Solution) (bool, error) {
	added := false
	z := sol.Value[0]
	for j, t := range s.cols {
		n := float64(s.m.n(t))
		if s.isCap[t] || sol.Value[j+1]+n*z <= n*(1+1e-9) {
			continue
		}
		row, hi := s.capRow(t, j+1)
		if err := program.AddRow(row, math.Inf(-1), hi); err != nil {
			return false, err
		}
		appendRow(lp, row, math.Inf(-1), hi)
		s.isCap[t] = true
		s.capped = append(s.capped, t)
		added = true
	}
	return added, nil
}

// prove turns the float duals into exact ones, first by continued fractions,
// then, when those fail their check, by solving for them on the basis.
func (s *leximinLP) prove(sol *Solution, lp *LinearProgram) (*stage, error) {
	guess := make([]*big.Rat, len(sol.RowDual))
	for r, y := range sol.RowDual {
		guess[r] = fraction(y)
	}
	st := s.check(guess)
	if st == nil || s.blurred(st, sol.Objective) {
		st = nil
		if exact := s.basisDuals(sol, lp); exact != nil {
			st = s.check(exact)
		}
	}
	if st == nil {
		return nil, errors.New("the proof of a leximin stage could not be made exact")
	}
	s.fix(st)
	return st, nil
}

// blurred tells that guessed duals miss the optimum by a hair: they charge a
// type next to nothing where the true ones charge nothing, or their level is
// not the solver's. Such duals prove a bound that no lottery reaches.
func (s *leximinLP) blurred(st *stage, level float64) bool {
	reduced := reducedCosts(s.m, st.duals, st.caps)
	total := 0.0
	for _, t := range st.fixed {
		total += toFloat(reduced[t]) * float64(s.m.n(t))
	}
	for _, t := range st.fixed {
		if toFloat(reduced[t])*float64(s.m.n(t)) < tinyShare*total {
			return true
		}
	}
	got, _ := st.level.Float64()
	return math.Abs(got-level) > tinyShare
}

// tinyShare of a stage's charge is within floating point's error of none.
const tinyShare = 1e-9

// check is exact: it returns the stage that the duals prove, or nil.
func (s *leximinLP) check(duals []*big.Rat) *stage {
	y, _ := integers(duals)
	base := len(s.m.rows) + len(s.m.cuts)
	st := &stage{duals: y[:base], caps: map[int]*big.Int{}}
	for i, t := range s.capped {
		if v := y[base+i]; v.Sign() < 0 {
			return nil
		} else if v.Sign() > 0 {
			st.caps[t] = v
		}
	}
	for c := range s.m.cuts {
		if y[len(s.m.rows)+c].Sign() < 0 {
			return nil
		}
	}
	reduced := reducedCosts(s.m, st.duals, st.caps)
	scale := new(big.Int) // y·A of column z
	for _, t := range s.cols {
		if reduced[t].Sign() < 0 {
			return nil
		}
		if reduced[t].Sign() > 0 {
			st.fixed = append(st.fixed, t)
			scale.Add(scale, new(big.Int).Mul(reduced[t], big.NewInt(int64(s.m.n(t)))))
		}
	}
	if scale.Sign() <= 0 {
		return nil
	}
	st.level = dualValue(s.m, st.duals, st.caps, s.settled)
	st.level.Quo(st.level, new(big.Rat).SetInt(scale))
	if st.level.Sign() < 0 || st.level.Cmp(rat(1)) > 0 {
		return nil
	}
	return st
}

// reducedCosts are y·a per type: what the duals charge for one more person.
func reducedCosts(m *model, duals []*big.Int, caps map[int]*big.Int) []*big.Int {
	out := make([]*big.Int, len(m.types))
	for t := range out {
		sum := new(big.Int)
		for _, r := range m.types[t].rows {
			if duals[r].Sign() != 0 {
				sum.Add(sum, duals[r])
			}
		}
		for c := range m.cuts {
			if y := duals[len(m.rows)+c]; y.Sign() != 0 && m.cuts[c].weights[t].Sign() != 0 {
				sum.Add(sum, new(big.Int).Mul(y, m.cuts[c].weights[t]))
			}
		}
		if y := caps[t]; y != nil {
			sum.Add(sum, y)
		}
		out[t] = sum
	}
	return out
}

// dualValue is y·b over the active sides, less what fixed types contribute.
func dualValue(m *model, duals []*big.Int, caps map[int]*big.Int, settled []*big.Rat) *big.Rat {
	value, part := new(big.Rat), new(big.Rat)
	for r, y := range duals {
		if y.Sign() == 0 {
			continue
		}
		part.Sub(activeBound(m, r, y.Sign()), settled[r])
		value.Add(value, part.Mul(part, new(big.Rat).SetInt(y)))
	}
	for t, y := range caps {
		part.SetInt(new(big.Int).Mul(y, big.NewInt(int64(m.n(t)))))
		value.Add(value, part)
	}
	return value
}

func activeBound(m *model, r, sign int) *big.Rat {
	switch {
	case r >= len(m.rows):
		return new(big.Rat).SetInt(m.cuts[r-len(m.rows)].bound)
	case sign > 0:
		return rat(m.rows[r].hi)
	default:
		return rat(m.rows[r].lo)
	}
}

// fix settles the stage's types at its level. At level 1 nobody can rise.
func (s *leximinLP) fix(st *stage) {
	if st.level.Cmp(rat(1)) == 0 {
		st.fixed = append([]int(nil), s.cols...)
	}
	people := make([]int, len(s.m.rows))
	cuts := make([]big.Int, len(s.m.cuts))
	for _, t := range st.fixed {
		s.level[t] = st.level
		for _, r := range s.m.types[t].rows {
			people[r] += s.m.n(t)
		}
		for c := range cuts {
			w := new(big.Int).Mul(s.m.cuts[c].weights[t], big.NewInt(int64(s.m.n(t))))
			cuts[c].Add(&cuts[c], w)
		}
	}
	for r, n := range people {
		if n != 0 {
			s.settled[r].Add(s.settled[r], new(big.Rat).Mul(st.level, rat(n)))
		}
	}
	for c := range cuts {
		at := s.settled[len(s.m.rows)+c]
		at.Add(at, new(big.Rat).Mul(st.level, new(big.Rat).SetInt(&cuts[c])))
	}
	s.left -= len(st.fixed)
}

// basisDuals solves for the duals exactly on the final basis: rows whose
// slack is basic have dual 0, and every basic column prices out at its cost.
func (s *leximinLP) basisDuals(sol *Solution, lp *LinearProgram) []*big.Rat {
	return basisDuals(lp, sol, func(r, col int, v float64) *big.Rat { return new(big.Rat).SetFloat64(v) })
}

func basisDuals(lp *LinearProgram, sol *Solution, exact func(r, col int, v float64) *big.Rat) []*big.Rat {
	var rows, cols []int
	for r, b := range sol.RowBasis {
		if b != Basic {
			rows = append(rows, r)
		}
	}
	place := map[int]int{}
	for j, b := range sol.ColBasis {
		if b == Basic {
			place[j] = len(cols)
			cols = append(cols, j)
		}
	}
	if len(rows) != len(cols) {
		return nil
	}
	a, b := make([][]*big.Rat, len(cols)), make([]*big.Rat, len(cols))
	for i, j := range cols {
		a[i], b[i] = make([]*big.Rat, len(rows)), new(big.Rat).SetFloat64(lp.Cost[j])
		for k := range rows {
			a[i][k] = new(big.Rat)
		}
	}
	for k, r := range rows {
		for e, j := range lp.Rows[r].Index {
			if i, ok := place[int(j)]; ok {
				a[i][k] = exact(r, int(j), lp.Rows[r].Value[e])
			}
		}
	}
	x := solveSquare(a, b)
	if x == nil {
		return nil
	}
	out := make([]*big.Rat, len(lp.Rows))
	for r := range out {
		out[r] = new(big.Rat)
	}
	for k, r := range rows {
		out[r] = x[k]
	}
	return out
}
