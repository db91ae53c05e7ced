package seating_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"folkmoot/domain/seating"
)

// public reads a public instance: three rounds of one size.
func public(t testing.TB, file string, size int, fields ...string) seating.Request {
	t.Helper()
	root := os.Getenv("FOLKMOOT_TEST_DATA")
	if root == "" {
		t.Skip("FOLKMOOT_TEST_DATA is not set: the public instances are not here")
	}
	f, err := os.Open(filepath.Join(root, "seating", file))
	if err != nil {
		t.Skipf("the public instance is not here: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	req := seating.Request{Diversify: fields, Seed: "3 1 4 1 5", Rounds: rounds(3, size)}
	for _, row := range rows[1:] {
		p := seating.Person{ID: row[column["ID"]], Values: map[string]string{}}
		for _, name := range fields {
			p.Values[name] = row[column[name]]
		}
		req.People = append(req.People, p)
	}
	return req
}

// jury makes n invented people with evenly mixed values.
func jury(n int) []seating.Person {
	out := make([]seating.Person, n)
	for i := range out {
		out[i] = seating.Person{ID: fmt.Sprintf("p%03d", i), Values: map[string]string{
			"gender": []string{"woman", "man"}[i%2], "age": []string{"young", "middle", "old"}[i/2%3],
			"area": []string{"north", "south", "east", "west", "town"}[i*7/3%5], "language": []string{"en", "en", "en", "en", "pt", "en", "en", "pl"}[i%8],
		}}
	}
	return out
}

func rounds(n, size int) []seating.Round {
	out := make([]seating.Round, n)
	for i := range out {
		out[i].Size = size
	}
	return out
}

// failer is what a test, a benchmark and a property have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
}

func plan(t failer, req seating.Request) *seating.Plan {
	t.Helper()
	p, err := seating.Make(context.Background(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tableOf is the table, counted from 1, that each person sits at.
func tableOf(tables seating.Tables) map[string]int {
	out := map[string]int{}
	for i, table := range tables {
		for _, id := range table {
			out[id] = i + 1
		}
	}
	return out
}

// broken lists every rule of the request that a plan breaks, by looking at
// the seats alone.
func broken(req seating.Request, rounds []seating.Tables) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for i := len(req.Past); i < len(rounds); i++ {
		at, count := tableOf(rounds[i]), 0
		for _, table := range rounds[i] {
			count += len(table)
		}
		for _, p := range req.People {
			if here := at[p.ID] != 0; here == slices.Contains(req.Rounds[i].Absent, p.ID) {
				say("round %d: %s present %v", i+1, p.ID, here)
			}
		}
		if count != len(at) {
			say("round %d: %d seats for %d people", i+1, count, len(at))
		}
		for _, p := range req.Together {
			if at[p.A] != 0 && at[p.B] != 0 && at[p.A] != at[p.B] {
				say("round %d: %s and %s are parted", i+1, p.A, p.B)
			}
		}
		for _, p := range req.Apart {
			if at[p.A] != 0 && at[p.A] == at[p.B] {
				say("round %d: %s and %s sit together", i+1, p.A, p.B)
			}
		}
		for _, p := range req.Pins {
			if (p.Round == 0 || p.Round == i+1) && at[p.Person] != 0 && at[p.Person] != p.Table {
				say("round %d: %s at table %d, pinned to %d", i+1, p.Person, at[p.Person], p.Table)
			}
		}
		out = append(out, wrongSizes(req.Rounds[i], rounds[i], i+1)...)
	}
	return out
}

func wrongSizes(r seating.Round, tables seating.Tables, round int) []string {
	var out []string
	least, most := len(tables[0]), 0
	for t, table := range tables {
		least, most = min(least, len(table)), max(most, len(table))
		if len(r.Tables) > 0 && len(table) > r.Tables[t] {
			out = append(out, fmt.Sprintf("round %d: %d at table %d of %d seats", round, len(table), t+1, r.Tables[t]))
		}
	}
	if len(r.Tables) == 0 && (most > r.Size || most-least > 1) {
		out = append(out, fmt.Sprintf("round %d: tables of %d to %d, size %d", round, least, most, r.Size))
	}
	return out
}

// request draws a small request with rules that may conflict.
func request(t *rapid.T) seating.Request {
	n := rapid.IntRange(4, 24).Draw(t, "people")
	req := seating.Request{People: jury(n), Diversify: []string{"gender", "area"}, Cluster: []string{"language"},
		Seed: rapid.String().Draw(t, "seed"), Starts: 2, Steps: 3000}
	who := rapid.SampledFrom(req.People)
	for range rapid.IntRange(1, 3).Draw(t, "rounds") {
		r := seating.Round{Size: rapid.IntRange(2, 7).Draw(t, "size")}
		if rapid.Bool().Draw(t, "unequal") {
			for left := n; left > 0; left -= r.Tables[len(r.Tables)-1] {
				r.Tables = append(r.Tables, rapid.IntRange(2, 9).Draw(t, "seats"))
			}
			r.Size = 0
		}
		for range rapid.IntRange(0, 2).Draw(t, "away") {
			r.Absent = append(r.Absent, who.Draw(t, "absent").ID)
		}
		req.Rounds = append(req.Rounds, r)
	}
	for range rapid.IntRange(0, 3).Draw(t, "rules") {
		a, b := who.Draw(t, "a").ID, who.Draw(t, "b").ID
		switch kind := rapid.IntRange(0, 2).Draw(t, "kind"); {
		case kind == 0:
			req.Pins = append(req.Pins, seating.Pin{Person: a, Round: rapid.IntRange(0, len(req.Rounds)).Draw(t, "round"), Table: 1})
		case a == b:
		case kind == 1:
			req.Together = append(req.Together, seating.Pair{A: a, B: b})
		default:
			req.Apart = append(req.Apart, seating.Pair{A: a, B: b})
		}
	}
	return req
}
