package highs

import (
	"context"
	"errors"
	"fmt"

	"folkmoot/domain/sortition"
)

const (
	rowwise  = 2
	senseMin = 1
	senseMax = -1
)

// program is one HiGHS model inside an instance.
type program struct {
	in         *Instance
	handle     uint64
	cols, rows int
	integer    bool
	maximize   bool
	nodes      int // limits in force, to set only what changes
	iterations int
	steps      int
	gap        float64
	primal     bool
	below      float64
}

// Load implements sortition.Solver.
func (in *Instance) Load(ctx context.Context, lp *sortition.LinearProgram) (sortition.Program, error) {
	handle, err := in.call(ctx, "_Highs_create")
	if err != nil {
		return nil, err
	}
	p := &program{in: in, handle: handle, cols: len(lp.Cost), rows: len(lp.Rows), maximize: lp.Maximize}
	for _, yes := range lp.Integer {
		p.integer = p.integer || yes
	}
	if err := errors.Join(p.settings(ctx), p.pass(ctx, lp)); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// settings are fixed for every model: silent, one thread, no presolve (small
// programmes lose time by it and infeasible ones lose their ray).
func (p *program) settings(ctx context.Context) error {
	return errors.Join(
		p.option(ctx, "Bool", "output_flag", 0),
		p.option(ctx, "Int", "threads", 1),
		p.option(ctx, "Int", "random_seed", 0),
		p.textOption(ctx, "parallel", "off"),
		p.textOption(ctx, "presolve", "off"),
		p.option(ctx, "Double", "mip_rel_gap", f(0)),
		p.option(ctx, "Double", "mip_abs_gap", f(1e-6)),
	)
}

func (p *program) option(ctx context.Context, kind, name string, value uint64) error {
	a, err := p.in.arena(ctx, 0, 0, len(name)+1)
	if err != nil {
		return err
	}
	return p.in.must(ctx, "_Highs_set"+kind+"OptionValue", p.handle, a.text(name), value)
}

func (p *program) textOption(ctx context.Context, name, value string) error {
	a, err := p.in.arena(ctx, 0, 0, len(name)+len(value)+32)
	if err != nil {
		return err
	}
	return p.in.must(ctx, "_Highs_setStringOptionValue", p.handle, a.text(name), a.text(value))
}

func (p *program) pass(ctx context.Context, lp *sortition.LinearProgram) error {
	starts := make([]int32, 0, p.rows+1)
	var index []int32
	var value []float64
	for _, row := range lp.Rows {
		starts = append(starts, int32(len(index)))
		index = append(index, row.Index...)
		value = append(value, row.Value...)
	}
	kinds := make([]int32, p.cols)
	for j, yes := range lp.Integer {
		if yes {
			kinds[j] = 1
		}
	}
	a, err := p.in.arena(ctx, 3*p.cols+2*p.rows+len(value)+8, len(starts)+len(index)+p.cols+8, 0)
	if err != nil {
		return err
	}
	sense := senseMin
	if lp.Maximize {
		sense = senseMax
	}
	integrality := uint64(0)
	cost, lower, upper := a.floats(lp.Cost), a.floats(lp.Lower), a.floats(lp.Upper)
	rowLower, rowUpper := a.floats(lp.RowLower), a.floats(lp.RowUpper)
	at, ix, val := a.ints(starts), a.ints(index), a.floats(value)
	if p.integer {
		integrality = a.ints(kinds)
	}
	return p.in.must(ctx, "_Highs_passModel", p.handle,
		i(p.cols), i(p.rows), i(len(index)), 0, rowwise, 1, i(sense), f(0),
		cost, lower, upper, rowLower, rowUpper, at, ix, val, 0, 0, 0, integrality)
}

func (p *program) SetCosts(cost []float64) error {
	ctx := context.Background()
	if len(cost) != p.cols {
		return fmt.Errorf("got %d costs for %d columns", len(cost), p.cols)
	}
	a, err := p.in.arena(ctx, p.cols, 0, 0)
	if err != nil {
		return err
	}
	return p.in.must(ctx, "_Highs_changeColsCostByRange", p.handle, 0, i(p.cols-1), a.floats(cost))
}

func (p *program) SetBounds(col int, lower, upper float64) error {
	return p.in.must(context.Background(), "_Highs_changeColBounds", p.handle, i(col), f(lower), f(upper))
}

func (p *program) SetRowBounds(row int, lower, upper float64) error {
	return p.in.must(context.Background(), "_Highs_changeRowBounds", p.handle, i(row), f(lower), f(upper))
}

func (p *program) AddRow(row sortition.SparseVector, lower, upper float64) error {
	ctx := context.Background()
	a, err := p.in.arena(ctx, len(row.Value)+2, len(row.Index)+2, 0)
	if err != nil {
		return err
	}
	p.rows++
	return p.in.must(ctx, "_Highs_addRow", p.handle, f(lower), f(upper), i(len(row.Index)),
		a.ints(row.Index), a.floats(row.Value))
}

func (p *program) AddColumn(col sortition.SparseVector, cost, lower, upper float64) error {
	ctx := context.Background()
	a, err := p.in.arena(ctx, len(col.Value)+2, len(col.Index)+2, 0)
	if err != nil {
		return err
	}
	p.cols++
	return p.in.must(ctx, "_Highs_addCol", p.handle, f(cost), f(lower), f(upper), i(len(col.Index)),
		a.ints(col.Index), a.floats(col.Value))
}

// Close frees the model; the instance stays usable.
func (p *program) Close() {
	if p.handle != 0 && p.in.spent == nil {
		_, _ = p.in.call(context.Background(), "_Highs_destroy", p.handle)
	}
	p.handle = 0
}
