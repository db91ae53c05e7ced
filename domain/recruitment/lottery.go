package recruitment

import (
	"context"

	"folkmoot/domain/sortition"
)

// Lottery is the engine that chooses people: package sortition bound to a
// solver ([Engine]). Everything it gets is pseudonymous, and everything it
// answers follows from what it gets alone.
type Lottery interface {
	// Check says whether a panel can be drawn, and if not, which targets
	// conflict and what the smallest relaxation is.
	Check(ctx context.Context, p *sortition.Problem) (*sortition.Feasibility, error)
	// Prepare computes the lottery before any seed exists. Findings as the
	// error mean that the problem cannot be met.
	Prepare(ctx context.Context, p *sortition.Problem, o sortition.Options) (*sortition.Lottery, error)
}

// Engine is the lottery for real use. Solver lends a solver, which is given
// back by the function beside it.
type Engine struct {
	Solver func(ctx context.Context) (sortition.Solver, func(), error)
}

// Check asks the solver for a panel within the targets.
func (e Engine) Check(ctx context.Context, p *sortition.Problem) (*sortition.Feasibility, error) {
	solver, done, err := e.Solver(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return sortition.CheckFeasible(ctx, p, solver)
}

// Prepare computes the lottery.
func (e Engine) Prepare(ctx context.Context, p *sortition.Problem, o sortition.Options) (*sortition.Lottery, error) {
	solver, done, err := e.Solver(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return sortition.Prepare(ctx, p, o, solver, nil)
}
