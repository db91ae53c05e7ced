package sortition

import "context"

// Solver solves linear and integer programmes in floating point. The draw only
// takes proposals from it: whatever is certified is checked again with exact
// rationals. An implementation must be deterministic: the same programme and
// the same calls give the same answers on any machine. It need not be safe for
// concurrent use.
type Solver interface {
	// Load takes over the programme; the caller must Close it.
	Load(ctx context.Context, lp *LinearProgram) (Program, error)
}

// LinearProgram is: minimise (or maximise) Cost·x subject to
// RowLower <= Rows·x <= RowUpper and Lower <= x <= Upper. Infinite bounds are
// math.Inf. Integer, when not nil, marks the whole-number variables.
type LinearProgram struct {
	Maximize           bool
	Cost, Lower, Upper []float64
	Rows               []SparseVector
	RowLower, RowUpper []float64
	Integer            []bool
}

// SparseVector holds the non-zero entries of a row (or column): indexes in
// increasing order, each with its value.
type SparseVector struct {
	Index []int32
	Value []float64
}

// Add appends one entry; zero values are left out.
func (v *SparseVector) Add(index int, value float64) {
	if value != 0 {
		v.Index = append(v.Index, int32(index))
		v.Value = append(v.Value, value)
	}
}

// Program is a loaded programme that can be changed and solved again; a new
// solve starts from the basis of the last one.
type Program interface {
	Solve(ctx context.Context, opts SolveOptions) (*Solution, error)
	SetCosts(cost []float64) error
	SetBounds(col int, lower, upper float64) error
	SetRowBounds(row int, lower, upper float64) error
	AddRow(row SparseVector, lower, upper float64) error
	AddColumn(col SparseVector, cost, lower, upper float64) error
	Close()
}

// SolveOptions are limits in units of work, never of time, so that a limit
// cuts at the same place on every machine. Zero values mean no limit.
type SolveOptions struct {
	MaxNodes      int // branching nodes of an integer programme
	MaxIterations int // simplex iterations
	// MaxSteps bounds all else that an integer programme does, in steps of the
	// solver's own clock, which counts work and not time.
	MaxSteps    int
	AbsoluteGap float64 // an integer solution this near the bound is enough
	Primal      bool    // primal simplex: faster after columns were added
	// Below, when not 0, ends the search of an integer minimum at the first
	// solution below it.
	Below float64
}

// SolveStatus says how a solve ended.
type SolveStatus int

const (
	StatusUnknown SolveStatus = iota
	StatusOptimal
	StatusInfeasible
	StatusUnbounded
	StatusLimit // a limit was reached; Value may hold the best point so far
)

// BasisStatus is the place of a variable or row in the simplex basis.
type BasisStatus int8

const (
	AtLower BasisStatus = iota
	Basic
	AtUpper
	FreeAtZero
	NonBasic
)

// Solution is the answer of one solve. Dual values carry the sign of the
// programme as stated: for a maximum a positive row dual is the price of
// raising the row's upper bound. Ray is the dual ray of an infeasible linear
// programme, one entry per row, when the solver found one.
type Solution struct {
	Status           SolveStatus
	Feasible         bool // Value holds a point that meets all rows
	Objective, Bound float64
	Value            []float64
	RowValue         []float64
	Dual             []float64 // reduced cost per variable; nil for integer programmes
	RowDual          []float64
	ColBasis         []BasisStatus
	RowBasis         []BasisStatus
	Ray              []float64
}
