package highs

import (
	"context"
	"errors"
	"fmt"
	"math"

	"folkmoot/domain/sortition"
)

// Model status codes of HiGHS 1.15.
const (
	modelOptimal          = 7
	modelInfeasible       = 8
	modelUnboundedOrInfea = 9
	modelUnbounded        = 10
	modelObjectiveBound   = 11
	modelObjectiveTarget  = 12
	modelTimeLimit        = 13
	modelIterationLimit   = 14
	modelSolutionLimit    = 16
	modelInterrupted      = 17
)

const (
	defaultGap = 1e-6
	dualSimple = 1
	primSimple = 4
	noLimit    = math.MaxInt32
)

// Solve implements sortition.Program.
func (p *program) Solve(ctx context.Context, opts sortition.SolveOptions) (*sortition.Solution, error) {
	if err := p.limits(ctx, opts); err != nil {
		return nil, err
	}
	if _, err := p.in.call(ctx, "_Highs_run", p.handle); err != nil {
		return nil, err
	}
	code, err := p.in.call(ctx, "_Highs_getModelStatus", p.handle)
	if err != nil {
		return nil, err
	}
	out := &sortition.Solution{}
	switch int32(uint32(code)) {
	case modelOptimal:
		out.Status = sortition.StatusOptimal
	case modelInfeasible:
		out.Status = sortition.StatusInfeasible
	case modelUnbounded, modelUnboundedOrInfea:
		out.Status = sortition.StatusUnbounded
	case modelObjectiveBound, modelObjectiveTarget, modelTimeLimit, modelIterationLimit,
		modelSolutionLimit, modelInterrupted:
		out.Status = sortition.StatusLimit
	default:
		return nil, fmt.Errorf("the solver gave up (model status %d)", int32(uint32(code)))
	}
	return out, p.collect(ctx, out)
}

func (p *program) limits(ctx context.Context, opts sortition.SolveOptions) error {
	var errs []error
	if opts.MaxNodes != p.nodes {
		errs = append(errs, p.option(ctx, "Int", "mip_max_nodes", i(orNoLimit(opts.MaxNodes))))
		p.nodes = opts.MaxNodes
	}
	if opts.MaxIterations != p.iterations {
		errs = append(errs, p.option(ctx, "Int", "simplex_iteration_limit", i(orNoLimit(opts.MaxIterations))))
		p.iterations = opts.MaxIterations
	}
	if opts.AbsoluteGap != p.gap {
		gap := opts.AbsoluteGap
		if gap == 0 {
			gap = defaultGap
		}
		errs = append(errs, p.option(ctx, "Double", "mip_abs_gap", f(gap)))
		p.gap = opts.AbsoluteGap
	}
	if opts.MaxSteps != p.steps {
		errs = append(errs, p.option(ctx, "Double", "time_limit", f(seconds(opts.MaxSteps))))
		p.steps = opts.MaxSteps
	}
	if opts.Primal != p.primal {
		strategy := dualSimple
		if opts.Primal {
			strategy = primSimple
		}
		errs = append(errs, p.option(ctx, "Int", "simplex_strategy", i(strategy)))
		p.primal = opts.Primal
	}
	if opts.Below != p.below {
		target := opts.Below
		if target == 0 {
			target = math.Inf(-1)
		}
		errs = append(errs, p.option(ctx, "Double", "objective_target", f(target)))
		p.below = opts.Below
	}
	return errors.Join(errs...)
}

// seconds is a number of steps on the module's clock; 0 is no limit.
func seconds(steps int) float64 {
	if steps == 0 {
		return math.Inf(1)
	}
	return float64(steps) * stepSeconds
}

func orNoLimit(n int) int {
	if n == 0 {
		return noLimit
	}
	return n
}

// collect reads values, duals, basis, bound and ray as far as they exist.
func (p *program) collect(ctx context.Context, out *sortition.Solution) error {
	if out.Status == sortition.StatusInfeasible {
		return p.ray(ctx, out)
	}
	objective, err := p.in.call(ctx, "_Highs_getObjectiveValue", p.handle)
	if err != nil {
		return err
	}
	out.Objective = math.Float64frombits(objective)
	out.Bound = out.Objective
	n := 2 * (p.cols + p.rows)
	a, err := p.in.arena(ctx, n+8, p.cols+p.rows+8, 0)
	if err != nil {
		return err
	}
	x, d := uint64(a.take(8*p.cols)), uint64(a.take(8*p.cols))
	r, y := uint64(a.take(8*p.rows)), uint64(a.take(8*p.rows))
	cb, rb := uint64(a.take(4*p.cols)), uint64(a.take(4*p.rows))
	if err := p.in.must(ctx, "_Highs_getSolution", p.handle, x, d, r, y); err != nil {
		return err
	}
	out.Value, out.RowValue = a.readFloats(x, p.cols), a.readFloats(r, p.rows)
	out.Feasible = out.Status == sortition.StatusOptimal
	if p.integer {
		return p.mipInfo(ctx, out)
	}
	out.Dual, out.RowDual = a.readFloats(d, p.cols), a.readFloats(y, p.rows)
	if err := p.in.must(ctx, "_Highs_getBasis", p.handle, cb, rb); err != nil {
		return err
	}
	out.ColBasis, out.RowBasis = basis(a.readInts(cb, p.cols)), basis(a.readInts(rb, p.rows))
	return nil
}

func basis(codes []int32) []sortition.BasisStatus {
	out := make([]sortition.BasisStatus, len(codes))
	for j, c := range codes {
		out[j] = sortition.BasisStatus(c)
	}
	return out
}

func (p *program) mipInfo(ctx context.Context, out *sortition.Solution) error {
	const feasible = 2
	status, err := p.info(ctx, "Int", "primal_solution_status")
	if err != nil {
		return err
	}
	out.Feasible = int32(uint32(status)) == feasible
	bound, err := p.info(ctx, "Double", "mip_dual_bound")
	out.Bound = math.Float64frombits(bound)
	return err
}

func (p *program) info(ctx context.Context, kind, name string) (uint64, error) {
	a, err := p.in.arena(ctx, 2, 0, len(name)+1)
	if err != nil {
		return 0, err
	}
	at, text := uint64(a.take(8)), a.text(name)
	if err := p.in.must(ctx, "_Highs_get"+kind+"InfoValue", p.handle, text, at); err != nil {
		return 0, err
	}
	return math.Float64bits(a.readFloats(at, 1)[0]), nil
}

func (p *program) ray(ctx context.Context, out *sortition.Solution) error {
	if p.integer {
		return nil
	}
	a, err := p.in.arena(ctx, p.rows+2, 4, 0)
	if err != nil {
		return err
	}
	has, ray := uint64(a.take(4)), uint64(a.take(8*p.rows))
	if err := p.in.must(ctx, "_Highs_getDualRay", p.handle, has, ray); err != nil {
		return err
	}
	if a.readInts(has, 1)[0] != 0 {
		out.Ray = a.readFloats(ray, p.rows)
	}
	return nil
}
