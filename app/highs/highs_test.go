package highs_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"folkmoot/app/highs"
	"folkmoot/domain/sortition"
)

// cacheDir is shared by the tests of this module so that the solver is
// compiled once per machine.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "folkmoot", "solver")
}

func instance(t testing.TB) *highs.Instance {
	t.Helper()
	engine := highs.New(cacheDir())
	t.Cleanup(func() { _ = engine.Close(context.Background()) })
	in, err := engine.Instance(t.Context())
	if errors.Is(err, highs.ErrAssets) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func row(index []int32, value ...float64) sortition.SparseVector {
	return sortition.SparseVector{Index: index, Value: value}
}

// The textbook programme: maximise 3x + 5y, x <= 4, 2y <= 12, 3x + 2y <= 18.
func textbook() *sortition.LinearProgram {
	inf := math.Inf(1)
	return &sortition.LinearProgram{
		Maximize: true,
		Cost:     []float64{3, 5}, Lower: []float64{0, 0}, Upper: []float64{inf, inf},
		Rows: []sortition.SparseVector{
			row([]int32{0}, 1), row([]int32{1}, 2), row([]int32{0, 1}, 3, 2),
		},
		RowLower: []float64{-inf, -inf, -inf}, RowUpper: []float64{4, 12, 18},
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestVersionIsPinned(t *testing.T) {
	t.Parallel()
	version, err := highs.New("").Version()
	if errors.Is(err, highs.ErrAssets) {
		t.Skip(err)
	}
	if version != "1.15.3" {
		t.Errorf("got version %q: check the model status codes and the option names, then change this test", version)
	}
}

func TestSolveLinear(t *testing.T) {
	t.Parallel()
	p, err := instance(t).Load(t.Context(), textbook())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s, err := p.Solve(t.Context(), sortition.SolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "objective", s.Objective, 36)
	near(t, "x", s.Value[0], 2)
	near(t, "y", s.Value[1], 6)
	for r, want := range []float64{0, 1.5, 1} {
		near(t, "dual", s.RowDual[r], want)
	}
	if s.ColBasis[0] != sortition.Basic || s.RowBasis[0] != sortition.Basic || s.RowBasis[2] != sortition.AtUpper {
		t.Errorf("basis: columns %v rows %v", s.ColBasis, s.RowBasis)
	}
}

func TestChangeAndSolveAgain(t *testing.T) {
	t.Parallel()
	p, err := instance(t).Load(t.Context(), textbook())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	steps := []struct {
		name   string
		change func() error
		want   float64
	}{
		{"cost", func() error { return p.SetCosts([]float64{0, 1}) }, 6},
		{"row", func() error { return p.SetRowBounds(1, 0, 10) }, 5},
		{"bound", func() error { return p.SetBounds(1, 0, 4) }, 4},
		{"new row", func() error { return p.AddRow(row([]int32{0, 1}, 1, 1), -1, 3) }, 3},
		{"new column", func() error { return p.AddColumn(row([]int32{0, 3}, 1, 0), 2, 0, 1.5) }, 6},
	}
	for _, step := range steps {
		if err := step.change(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		s, err := p.Solve(t.Context(), sortition.SolveOptions{Primal: true})
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		near(t, step.name, s.Objective, step.want)
	}
}

func TestSolveInteger(t *testing.T) {
	t.Parallel()
	lp := textbook()
	lp.RowUpper[2] = 17
	lp.Integer = []bool{true, true}
	p, err := instance(t).Load(t.Context(), lp)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s, err := p.Solve(t.Context(), sortition.SolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "objective", s.Objective, 33)
	near(t, "bound", s.Bound, 33)
	if !s.Feasible {
		t.Error("the solution is not marked feasible")
	}
}

func TestInfeasibleGivesRay(t *testing.T) {
	t.Parallel()
	lp := textbook()
	lp.RowLower[0], lp.RowUpper[0] = 4, 4
	lp.RowLower[1], lp.RowUpper[1] = 12, 12
	p, err := instance(t).Load(t.Context(), lp)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s, err := p.Solve(t.Context(), sortition.SolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Status != sortition.StatusInfeasible || len(s.Ray) != 3 {
		t.Errorf("got status %v, ray %v", s.Status, s.Ray)
	}
}

func TestCancelledContextEndsTheSolve(t *testing.T) {
	t.Parallel()
	in := instance(t)
	p, err := in.Load(t.Context(), textbook())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Solve(ctx, sortition.SolveOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if _, err := in.Load(t.Context(), textbook()); !errors.Is(err, context.Canceled) {
		t.Errorf("a spent instance gave %v", err)
	}
}

func BenchmarkStart(b *testing.B) {
	instance(b)
	for b.Loop() {
		engine := highs.New(cacheDir())
		if _, err := engine.Instance(b.Context()); err != nil {
			b.Fatal(err)
		}
		_ = engine.Close(b.Context())
	}
}
