package verify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"folkmoot/domain/seating"
	"folkmoot/domain/seating/verify"
)

func request() seating.Request {
	req := seating.Request{Diversify: []string{"gender"}, Cluster: []string{"language"}, Seed: "1", Steps: 2000, Starts: 1,
		Rounds:   []seating.Round{{Size: 4}, {Size: 4}, {Tables: []int{3, 4, 8}, Absent: []string{"p3"}}},
		Pins:     []seating.Pin{{Person: "p1", Table: 2}},
		Together: []seating.Pair{{A: "p4", B: "p5"}}, Apart: []seating.Pair{{A: "p6", B: "p7"}}}
	for i := range 13 {
		req.People = append(req.People, seating.Person{ID: fmt.Sprintf("p%d", i), Values: map[string]string{
			"gender": []string{"woman", "man"}[i%2], "language": []string{"en", "en", "en", "pt"}[i%4]}})
	}
	return req
}

func export(t *testing.T, change func(*seating.Export)) *seating.Export {
	t.Helper()
	req := request()
	first, err := seating.Make(context.Background(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Past = first.Rounds[:1]
	plan, err := seating.Make(context.Background(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := seating.NewExport(req, plan, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var out seating.Export
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	change(&out)
	return &out
}

func TestAPlanChecksOut(t *testing.T) {
	t.Parallel()
	r := verify.Export(export(t, func(*seating.Export) {}))
	if !r.OK || len(r.Checks) < 12 {
		t.Errorf("%+v", r)
	}
}

func TestEveryChangeIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*seating.Export)
		check  string
	}{
		"another format":    {func(e *seating.Export) { e.Format = "x" }, "format"},
		"a changed seed":    {func(e *seating.Export) { e.Request.Seed = "2" }, "request"},
		"a changed pin":     {func(e *seating.Export) { e.Request.Pins[0].Table = 1 }, "request"},
		"a lost round":      {func(e *seating.Export) { e.Rounds = e.Rounds[:2] }, "rounds"},
		"a lost person":     {func(e *seating.Export) { e.Rounds[1][0] = e.Rounds[1][0][1:] }, "seats"},
		"a doubled person":  {func(e *seating.Export) { e.Rounds[1][0][0] = e.Rounds[1][1][0] }, "seats"},
		"a stranger":        {func(e *seating.Export) { e.Rounds[2][0][0] = "x" }, "seats"},
		"who is away":       {func(e *seating.Export) { e.Rounds[2][0][0] = "p3" }, "seats"},
		"a moved person":    {func(e *seating.Export) { move(e, 1, 0, 1); move(e, 1, 0, 1) }, "sizes"},
		"a full table":      {func(e *seating.Export) { move(e, 2, 2, 0); move(e, 2, 2, 0) }, "sizes"},
		"held, and changed": {func(e *seating.Export) { trade(e, 0) }, "past"},
		"more pairs":        {func(e *seating.Export) { e.Measures.Pairs++ }, "meetings"},
		"more possible":     {func(e *seating.Export) { e.Measures.PairsMost++ }, "meetings"},
		"more slots":        {func(e *seating.Export) { e.Measures.Slots++ }, "meetings"},
		"a better spread":   {func(e *seating.Export) { e.Measures.DeviationExact = "1/2" }, "spread"},
		"a rounder spread":  {func(e *seating.Export) { e.Measures.Deviation += 0.1 }, "spread"},
		"fewer tables":      {func(e *seating.Export) { e.Measures.ClusterTables-- }, "clusters"},
		"parted":            {func(e *seating.Export) { e.Request.Together[0].B = "p12"; pull(e, "p12", "p4", false) }, "together"},
		"met":               {func(e *seating.Export) { pull(e, "p6", "p7", true) }, "apart"},
		"not at the table":  {func(e *seating.Export) { e.Request.Pins[0].Table = 3; rehash(e) }, "pins"},
	} {
		r := verify.Export(export(t, c.change))
		failed := map[string]bool{}
		for _, one := range r.Checks {
			failed[one.Name] = failed[one.Name] || !one.OK
		}
		if r.OK || !failed[c.check] {
			t.Errorf("%s: %s held: %+v", name, c.check, r.Checks)
		}
	}
}

func move(e *seating.Export, round, from, to int) {
	r := e.Rounds[round]
	last := len(r[from]) - 1
	r[to] = append(r[to], r[from][last])
	r[from] = r[from][:last]
}

func trade(e *seating.Export, round int) {
	r := e.Rounds[round]
	r[0][0], r[1][0] = r[1][0], r[0][0]
}

// pull makes two people share a table, or not, by trading places in round 2.
func pull(e *seating.Export, a, b string, share bool) {
	rehash(e)
	find := func(id string) (int, int) {
		for t, people := range e.Rounds[1] {
			for i, p := range people {
				if p == id {
					return t, i
				}
			}
		}
		return -1, -1
	}
	at, i := find(a)
	bt, _ := find(b)
	if (at == bt) == share {
		return
	}
	for t, people := range e.Rounds[1] {
		if (t == bt) != share {
			continue
		}
		for j, p := range people {
			if p != b && p != a {
				e.Rounds[1][at][i], e.Rounds[1][t][j] = p, a
				return
			}
		}
	}
}

func rehash(e *seating.Export) {
	hash, err := seating.HashRequest(e.Request)
	if err != nil {
		panic(err)
	}
	e.RequestHash = hash
}

func TestTheCountsAgreeWithTheEngines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		req := seating.Request{Diversify: []string{"x"}, Cluster: []string{"y"}, Steps: 300, Starts: 1, Seed: "s"}
		for i := range rapid.IntRange(4, 15).Draw(t, "people") {
			req.People = append(req.People, seating.Person{ID: fmt.Sprint("p", i), Values: map[string]string{
				"x": rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "x"), "y": rapid.SampledFrom([]string{"c", "d", "e"}).Draw(t, "y")}})
		}
		req.People[0].Values["x"] = "a"
		req.Rounds = []seating.Round{{Size: rapid.IntRange(2, 6).Draw(t, "size")}, {Tables: []int{5, 5, 5}}}
		plan, err := seating.Make(context.Background(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		e, err := seating.NewExport(req, plan, "test", nil)
		if err != nil {
			t.Fatal(err)
		}
		r := verify.Export(e)
		var said []string
		for _, c := range r.Checks {
			if !c.OK {
				said = append(said, c.Text)
			}
		}
		if !r.OK {
			t.Error(strings.Join(said, "\n"))
		}
	})
}
