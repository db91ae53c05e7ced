package sortition_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"folkmoot/domain/sortition"
)

func TestReplaceLikeForLike(t *testing.T) {
	t.Parallel()
	p := scotland.problem(t)
	l := prepare(t, p, sortition.Options{Panels: 50})
	o, err := sortition.Conclude(l, dice)
	if err != nil {
		t.Fatal(err)
	}
	req := sortition.ReplaceRequest{Seed: dice.Value, Commitment: l.Certificate.Commitment.Hash, Number: 1,
		Panel: o.Selected, Leaving: o.Selected[:2], Reserves: o.Reserves}
	r, err := sortition.Replace(p, req)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.In) != 2 || len(r.Panel) != p.Size || slices.Contains(r.Panel, o.Selected[0]) {
		t.Errorf("%+v", r)
	}
	for _, e := range r.Effects {
		if !e.Met {
			t.Errorf("%s: %s is missed: %d outside %d to %d", e.Feature, e.Value, e.After, e.Min, e.Max)
		}
	}
	again, err := sortition.Replace(p, req)
	if err != nil || asJSON(t, again) != asJSON(t, r) {
		t.Error("the same request gave another answer")
	}
	req.Leaving = []string{"nobody"}
	if _, err := sortition.Replace(p, req); !errors.Is(err, sortition.ErrNotOnPanel) {
		t.Errorf("someone who does not sit: %v", err)
	}
}

// By enumeration over tiny pools: a target that was met is missed afterwards
// only where every possible replacement misses one.
func TestReplaceKeepsMetTargets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := tinyProblem(rt)
		panels := allPanels(p)
		if len(panels) == 0 || p.Check().Err() != nil {
			return
		}
		panel := panels[rapid.IntRange(0, len(panels)-1).Draw(rt, "panel")]
		var names []string
		for _, i := range panel {
			names = append(names, p.People[i].ID)
		}
		n := rapid.IntRange(1, min(2, len(names))).Draw(rt, "leaving")
		r, err := sortition.Replace(p, sortition.ReplaceRequest{Seed: "s", Number: 1, Panel: names, Leaving: names[:n]})
		if err != nil {
			rt.Fatal(err)
		}
		possible := false
		for _, other := range panels {
			fits := true
			for _, i := range panel[n:] {
				fits = fits && slices.Contains(other, i)
			}
			for _, i := range panel[:n] {
				fits = fits && !slices.Contains(other, i)
			}
			possible = possible || fits
		}
		met := r.Unfilled == 0
		for _, e := range r.Effects {
			met = met && e.Met
		}
		if possible && !met {
			rt.Errorf("a replacement within all targets exists and was not found: %s", fmt.Sprintf("%+v", r))
		}
		homes := map[string]bool{}
		for _, who := range p.People {
			if h := who.Household; h != "" && slices.Contains(r.Panel, who.ID) {
				if homes[h] {
					rt.Errorf("two of %s sit", h)
				}
				homes[h] = true
			}
		}
	})
}
