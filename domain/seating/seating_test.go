package seating_test

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"folkmoot/domain/seating"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestThePublicInstancesAreBeaten(t *testing.T) {
	t.Parallel()
	// What the best published tool reaches: 189 of 225 pairs at 9.6, 887 of
	// 1,008 at 69.5. The bar is what an annealer of eight seconds reached.
	for _, c := range []struct {
		file      string
		size      int
		fields    []string
		pairs     int
		deviation float64
	}{
		{"30i_4j_3k_3d_data.csv", 6, []string{"gender", "age", "region"}, 213, 9.6},
		{"100i_4j_3k_3d_data.csv", 8, []string{"gender", "age", "region", "nation"}, 1007, 49.2},
	} {
		req := public(t, c.file, c.size, c.fields...)
		got := plan(t, req)
		if got.Measures.Pairs < c.pairs || got.Measures.Deviation > c.deviation {
			t.Errorf("%s: %+v, want %d pairs or more at %v or less", c.file, got.Measures, c.pairs, c.deviation)
		}
		if got.Measures.DeviationExact != got.Measures.DeviationLeast {
			t.Errorf("%s: deviation %s, possible %s", c.file, got.Measures.DeviationExact, got.Measures.DeviationLeast)
		}
		if bad := broken(req, got.Rounds); len(bad) > 0 {
			t.Errorf("%s: %v", c.file, bad)
		}
	}
}

func TestEveryRuleHoldsOrAConflictIsNamed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		req := request(t)
		got, err := seating.Make(context.Background(), req, nil)
		if err != nil {
			for _, p := range err.(seating.Problems) {
				if p.Code == "" || p.Msg == "" || p.Code == seating.CodeConflict && len(p.Rules) == 0 {
					t.Errorf("a problem that explains nothing: %+v", p)
				}
			}
			return
		}
		if bad := broken(req, got.Rounds); len(bad) > 0 {
			t.Errorf("%v", bad)
		}
		if got.Measures.Pairs > got.Measures.PairsMost {
			t.Errorf("%d pairs where at most %d are said to be possible", got.Measures.Pairs, got.Measures.PairsMost)
		}
	})
}

func TestSameSeedSamePlanWhateverTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		req := request(t)
		first, err := seating.Make(context.Background(), req, nil)
		if err != nil {
			t.Skip("the rules conflict")
		}
		again := req
		again.People = rapid.Permutation(req.People).Draw(t, "people")
		again.Apart, again.Together = turned(req.Apart), turned(req.Together)
		again.Pins = slices.Clone(req.Pins)
		slices.Reverse(again.Pins)
		second, err := seating.Make(context.Background(), again, nil)
		if err != nil {
			t.Fatalf("in another order: %v", err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Error(diff)
		}
	})
}

// turned lists pairs the other way round, each turned.
func turned(pairs []seating.Pair) []seating.Pair {
	var out []seating.Pair
	for _, p := range slices.Backward(pairs) {
		out = append(out, seating.Pair{A: p.B, B: p.A})
	}
	return out
}

func TestReseatingNeverChangesThePast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		req := request(t)
		first, err := seating.Make(context.Background(), req, nil)
		if err != nil {
			t.Skip("the rules conflict")
		}
		held := rapid.IntRange(0, len(req.Rounds)).Draw(t, "held")
		req.Past = first.Rounds[:held]
		req.Rounds = slices.Clone(req.Rounds)
		gone := rapid.SampledFrom(req.People).Draw(t, "gone").ID
		for i := held; i < len(req.Rounds); i++ {
			req.Rounds[i].Absent = append(slices.Clone(req.Rounds[i].Absent), gone)
		}
		req.Pins = slices.DeleteFunc(slices.Clone(req.Pins), func(p seating.Pin) bool { return p.Person == gone })
		second, err := seating.Make(context.Background(), req, nil)
		if err != nil {
			t.Skip("the rest conflicts")
		}
		if diff := cmp.Diff(first.Rounds[:held], second.Rounds[:held]); diff != "" {
			t.Error(diff)
		}
		if bad := broken(req, second.Rounds); len(bad) > 0 {
			t.Errorf("%v", bad)
		}
	})
}

func TestLateArrivalsJoinTheRest(t *testing.T) {
	t.Parallel()
	req := seating.Request{People: jury(18), Rounds: rounds(3, 6), Seed: "late"}
	req.Rounds[0].Absent = []string{"p004", "p011"}
	first := plan(t, req)
	if at := tableOf(first.Rounds[0]); at["p004"] != 0 || at["p003"] == 0 {
		t.Error("who is away was seated, or who is there was not")
	}
	if at := tableOf(first.Rounds[1]); at["p004"] == 0 || at["p011"] == 0 {
		t.Error("late arrivals have no seat in round 2")
	}
}

func TestReseatingMeetsNewPeople(t *testing.T) {
	t.Parallel()
	req := seating.Request{People: jury(24), Rounds: rounds(2, 4), Seed: "again"}
	req.Past = []seating.Tables{plan(t, req).Rounds[0]}
	if got := plan(t, req).Measures; got.Pairs != got.Slots {
		t.Errorf("24 people can meet anew twice at tables of 4: %+v", got)
	}
	req.Met, req.Past = req.Past, nil
	if got := plan(t, req).Measures; got.Pairs != got.Slots {
		t.Errorf("and once more after an earlier session: %+v", got)
	}
}

func TestClustersShareTables(t *testing.T) {
	t.Parallel()
	req := seating.Request{People: jury(40), Rounds: rounds(3, 8), Diversify: []string{"gender", "age", "area"}, Cluster: []string{"language"}, Seed: "5"}
	got := plan(t, req).Measures
	if got.ClusterTables != got.ClusterLeast || got.ClusterLeast != 6 { // five speakers each of two languages
		t.Errorf("two languages need 2 tables in 3 rounds: %+v", got)
	}
}

func TestUnequalTables(t *testing.T) {
	t.Parallel()
	req := seating.Request{People: jury(30), Diversify: []string{"gender"}, Seed: "u",
		Rounds: []seating.Round{{Tables: []int{4, 10, 20}}, {Tables: []int{4, 8, 18}}}}
	got := plan(t, req)
	if bad := broken(req, got.Rounds); len(bad) > 0 {
		t.Error(bad)
	}
	if n := len(got.Rounds[1][0]); n != 4 {
		t.Errorf("a full hall leaves no seat empty: %d of 4", n)
	}
	if got.Measures.DeviationExact != got.Measures.DeviationLeast {
		t.Errorf("%+v", got.Measures)
	}
}

func TestSpareSeatsGiveWay(t *testing.T) {
	t.Parallel()
	pair := func(a, b string) seating.Pair { return seating.Pair{A: a, B: b} }
	for name, req := range map[string]seating.Request{
		"a group at a small table of a half-empty hall": {People: jury(10), Rounds: []seating.Round{{Tables: []int{4, 4, 12}}},
			Together: []seating.Pair{pair("p000", "p001"), pair("p001", "p002"), pair("p002", "p003")}, Pins: []seating.Pin{{Person: "p000", Table: 1}}},
		"a large group at the table of one more": {People: jury(15), Rounds: rounds(1, 8), Pins: []seating.Pin{{Person: "p000", Table: 2}, {Person: "p008", Table: 1}, {Person: "p009", Table: 1}},
			Together: []seating.Pair{pair("p000", "p001"), pair("p001", "p002"), pair("p002", "p003"), pair("p003", "p004"), pair("p004", "p005"), pair("p005", "p006"), pair("p006", "p007")}},
	} {
		got := plan(t, req)
		if bad := broken(req, got.Rounds); len(bad) > 0 {
			t.Errorf("%s: %v", name, bad)
		}
	}
}

func TestGoldenPlan(t *testing.T) {
	t.Parallel()
	req := seating.Request{People: jury(18), Rounds: rounds(3, 6), Diversify: []string{"gender", "age"}, Cluster: []string{"language"}, Seed: "27 18 28",
		Together: []seating.Pair{{A: "p001", B: "p002"}}, Apart: []seating.Pair{{A: "p003", B: "p004"}}, Pins: []seating.Pin{{Person: "p005", Table: 3}}}
	got, err := json.MarshalIndent(plan(t, req), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "plan.golden.json")
	if *update {
		if err := os.WriteFile(file, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
		t.Errorf("the same request gives another plan than on other machines: %s", diff)
	}
}
