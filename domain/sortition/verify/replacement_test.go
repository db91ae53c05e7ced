package verify_test

import (
	"fmt"
	"testing"

	"folkmoot/domain/sortition"
	"folkmoot/domain/sortition/verify"
)

// pool has twelve people of two genders and three ages; the first six sit.
func pool() (*sortition.Problem, sortition.ReplaceRequest) {
	p := &sortition.Problem{Size: 6, Targets: []sortition.Target{
		{Feature: "gender", Value: "f", Min: 3, Max: 3}, {Feature: "gender", Value: "m", Min: 3, Max: 3},
		{Feature: "age", Value: "a", Min: 2, Max: 2}, {Feature: "age", Value: "b", Min: 2, Max: 2}, {Feature: "age", Value: "c", Min: 2, Max: 2},
	}}
	req := sortition.ReplaceRequest{Seed: "1 2 3", Commitment: "c", Number: 1, Declined: []string{"p06"}}
	for i := range 12 {
		p.People = append(p.People, sortition.Person{ID: fmt.Sprintf("p%02d", i),
			Values: map[string]string{"gender": []string{"f", "m"}[i%2], "age": []string{"a", "b", "c"}[i%3]}})
		if i < 6 {
			req.Panel = append(req.Panel, p.People[i].ID)
		}
	}
	p.People[10].Household, p.People[5].Household = "home", "home"
	req.Leaving = []string{"p01", "p02"}
	return p, req
}

func TestReplacementVerifies(t *testing.T) {
	t.Parallel()
	p, req := pool()
	rec, err := sortition.Replace(p, req)
	if err != nil {
		t.Fatal(err)
	}
	if r := verify.Replacement(p, req, rec); !r.OK {
		t.Errorf("%+v", r.Checks)
	}
}

func TestTamperedReplacement(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*sortition.Replacement){
		"number":   func(r *sortition.Replacement) { r.Number++ },
		"out":      func(r *sortition.Replacement) { r.Out = r.Out[1:] },
		"in":       func(r *sortition.Replacement) { r.In[0] = "p06" },
		"panel":    func(r *sortition.Replacement) { r.Panel[0] = "p11" },
		"unfilled": func(r *sortition.Replacement) { r.Unfilled = 1 },
		"effect":   func(r *sortition.Replacement) { r.Effects[0].After++ },
		"met":      func(r *sortition.Replacement) { r.Effects[1].Met = !r.Effects[1].Met },
		"digest":   func(r *sortition.Replacement) { r.Digest = "" },
	} {
		p, req := pool()
		rec, err := sortition.Replace(p, req)
		if err != nil {
			t.Fatal(err)
		}
		change(rec)
		if verify.Replacement(p, req, rec).OK {
			t.Errorf("%s: the change was not noticed", name)
		}
	}
}
