package highs_test

import (
	"testing"

	"folkmoot/domain/sortition"
)

// The first solution below the target ends an integer search; it still has to
// be below it.
func TestBelowEndsTheSearch(t *testing.T) {
	t.Parallel()
	lp := textbook()
	lp.Maximize, lp.Integer = false, []bool{true, true}
	lp.Cost = []float64{-3, -5}
	p, err := instance(t).Load(t.Context(), lp)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, below := range []float64{-10, 0, -100} {
		s, err := p.Solve(t.Context(), sortition.SolveOptions{Below: below})
		if err != nil {
			t.Fatal(err)
		}
		if !s.Feasible || below == -10 && s.Objective >= below || below != -10 && s.Objective > -36+1e-9 {
			t.Errorf("below %v: status %v, objective %v", below, s.Status, s.Objective)
		}
	}
}
