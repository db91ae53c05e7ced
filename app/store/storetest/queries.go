package storetest

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"folkmoot/app/store"
	"folkmoot/domain"
	"folkmoot/domain/domaintest"
)

func testQueries(t *testing.T, h Harness) {
	ctx := t.Context()
	c, _ := docs(t, h)
	until := start.Add(time.Hour)
	b := doc("b", "open", 1)
	b.Until, b.Open = &until, true
	insert(t, c, doc("a", "open", 2), b, doc("c", "shut", 1), doc("d", "open", 1), doc("e", "", -5))
	rows := []struct {
		name string
		q    domain.Query
		want []string
	}{
		{"all by id", domain.Query{}, []string{"a", "b", "c", "d", "e"}},
		{"ids, reverse", domain.Query{Reverse: true}, []string{"e", "d", "c", "b", "a"}},
		{"a range of ids", domain.Query{From: "b", To: "d"}, []string{"b", "c"}},
		{"one id", domain.Query{Equal: []any{"c"}}, []string{"c"}},
		{"a whole index", domain.Query{Index: "state"}, []string{"e", "b", "d", "a", "c"}},
		{"equal, ties by id", domain.Query{Index: "state", Equal: []any{State("open")}}, []string{"b", "d", "a"}},
		{"equal, reverse", domain.Query{Index: "state", Equal: []any{"open"}, Reverse: true}, []string{"a", "d", "b"}},
		{"both equal", domain.Query{Index: "state", Equal: []any{"open", 1}}, []string{"b", "d"}},
		{"from is included", domain.Query{Index: "state", Equal: []any{"open"}, From: 2}, []string{"a"}},
		{"to is not", domain.Query{Index: "state", Equal: []any{"open"}, To: 2}, []string{"b", "d"}},
		{"a range of states", domain.Query{Index: "state", From: "p", To: "t"}, []string{"c"}},
		{"the empty string is a value", domain.Query{Index: "state", Equal: []any{""}}, []string{"e"}},
		{"times", domain.Query{Index: "at", From: start.Add(2 * time.Minute)}, []string{"a"}},
		{"before a time", domain.Query{Index: "at", To: start}, []string{"e"}},
		{"bool", domain.Query{Index: "open", Equal: []any{true}}, []string{"b"}},
		{"not bool", domain.Query{Index: "open", Equal: []any{false}, From: start}, []string{"d", "c", "a"}},
		{"only who has the field", domain.Query{Index: "until"}, []string{"b"}},
		{"limit", domain.Query{Index: "state", Limit: 2}, []string{"e", "b"}},
		{"nothing", domain.Query{Index: "state", Equal: []any{"none"}}, []string{}},
		{"an empty range", domain.Query{Index: "state", From: "z", To: "a"}, []string{}},
	}
	for _, row := range rows {
		got, err := found(ctx, c, row.q)
		if d := cmp.Diff(row.want, got); err != nil || d != "" {
			t.Errorf("%s: %v -want +got\n%s", row.name, err, d)
		}
		n, err := c.Count(ctx, row.q)
		if row.q.Limit == 0 && (err != nil || int(n) != len(row.want)) {
			t.Errorf("%s: counted %d, %v", row.name, n, err)
		}
	}
}

func testQueryFaults(t *testing.T, h Harness) {
	ctx := t.Context()
	c, _ := docs(t, h)
	insert(t, c, doc("a", "open", 2), doc("b", "open", 1), doc("c", "shut", 1))
	_, ofState, err := c.Page(ctx, domain.Query{Index: "state", Equal: []any{"shut"}, Limit: 1})
	if err != nil || ofState != "" {
		t.Errorf("a full last page has a next one: %q, %v", ofState, err)
	}
	_, ofState, _ = c.Page(ctx, domain.Query{Index: "state", Limit: 1})
	rows := []struct {
		name string
		q    domain.Query
		want domain.Code
	}{
		{"no such index", domain.Query{Index: "colour"}, domain.Internal},
		{"too many fields", domain.Query{Index: "at", Equal: []any{start, "x"}}, domain.Internal},
		{"no field left to bound", domain.Query{Index: "at", Equal: []any{start}, From: start}, domain.Internal},
		{"equal to nothing", domain.Query{Index: "at", Equal: []any{nil}}, domain.Internal},
		{"a value of no use", domain.Query{Index: "at", Equal: []any{1.5}}, domain.Internal},
		{"no cursor at all", domain.Query{Index: "state", After: "%%%"}, domain.Invalid},
		{"not our cursor", domain.Query{Index: "state", After: "aGVsbG8"}, domain.Invalid},
		{"another index's cursor", domain.Query{Index: "at", After: ofState}, domain.Invalid},
		{"another query's cursor", domain.Query{Index: "state", Equal: []any{"shut"}, After: ofState}, domain.Invalid},
	}
	for _, row := range rows {
		_, _, err := c.Page(ctx, row.q)
		wantCode(t, row.name, err, row.want)
	}
	// A cursor from outside the range must not widen what is shown.
	got, err := pages(ctx, c, domain.Query{Index: "state", From: "p", After: ofState})
	if d := cmp.Diff([]string{"c"}, got); err != nil || d != "" {
		t.Errorf("a cursor before the range: %v -want +got\n%s", err, d)
	}
}

var modelRuns atomic.Int64

// testModel does random work on the engine and on the model at once and asks
// both the same random queries.
func testModel(t *testing.T, h Harness) {
	engine := h.Open(t)
	ops, most, cases := 40, 100, 0
	if h.Light || racing {
		ops, most = 15, 12
	}
	rapid.Check(t, func(rt *rapid.T) {
		if cases++; cases > most {
			return
		}
		name := fmt.Sprintf("model_%d", modelRuns.Add(1))
		s := store.New(engine, store.Hooks{})
		c := store.Open(s, Docs(name))
		migrate(t, s)
		model := domaintest.Memory(Docs(name))
		for range rapid.IntRange(1, ops).Draw(rt, "ops") {
			change(rt, c, model)
		}
		for range 6 {
			compare(rt, c, model)
		}
	})
}

var (
	someID    = rapid.SampledFrom([]string{"a", "aa", "b", "ä", "c:1", "c:10", "c:2", "z", "A", "😀"})
	someState = rapid.SampledFrom([]State{"", "a", "open", "shut", "Z", "é"})
	someRank  = rapid.IntRange(-3, 3)
	someTime  = rapid.Custom(func(t *rapid.T) time.Time {
		return start.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "ms")) * time.Millisecond)
	})
)

func someDoc(rt *rapid.T, id string) *Doc {
	d := &Doc{Root: domain.Root{ID: id}, State: someState.Draw(rt, "state"), Rank: someRank.Draw(rt, "rank"), Open: rapid.Bool().Draw(rt, "open")}
	if rapid.Bool().Draw(rt, "has at") {
		d.At = someTime.Draw(rt, "at")
	}
	if rapid.Bool().Draw(rt, "has until") {
		u := someTime.Draw(rt, "until")
		d.Until = &u
	}
	if rapid.Bool().Draw(rt, "has effects") {
		d.Emit(domain.Command{Key: "k"}, "x", "y", someTime.Draw(rt, "due"), nil)
	}
	return d
}

// change does one random write to both and compares the answers.
func change(rt *rapid.T, c, model domain.Repository[Doc]) {
	id := someID.Draw(rt, "id")
	d := someDoc(rt, id)
	overwrite := func(had *Doc) error {
		root := had.Root
		root.Effects = d.Effects
		*had = *d
		had.Root = root
		return nil
	}
	both := func(do func(domain.Repository[Doc]) error) {
		got, want := do(c), do(model)
		if domain.CodeOf(got) != domain.CodeOf(want) {
			rt.Fatalf("on %s: got %v, the model says %v", id, got, want)
		}
	}
	switch rapid.IntRange(0, 3).Draw(rt, "op") {
	case 0:
		both(func(r domain.Repository[Doc]) error { cp := *d; return r.Insert(rt.Context(), &cp) })
	case 1:
		both(func(r domain.Repository[Doc]) error { _, err := r.Update(rt.Context(), id, overwrite); return err })
	case 2:
		both(func(r domain.Repository[Doc]) error {
			_, err := r.Upsert(rt.Context(), id, func() Doc { return Doc{} }, overwrite)
			return err
		})
	default:
		both(func(r domain.Repository[Doc]) error { return r.Delete(rt.Context(), id) })
	}
}

func someQuery(rt *rapid.T) domain.Query {
	q := domain.Query{Reverse: rapid.Bool().Draw(rt, "reverse"), Limit: rapid.IntRange(0, 4).Draw(rt, "limit")}
	values := map[string]func() any{
		"id":    func() any { return someID.Draw(rt, "q id") },
		"state": func() any { return someState.Draw(rt, "q state") },
		"rank":  func() any { return someRank.Draw(rt, "q rank") },
		"open":  func() any { return rapid.Bool().Draw(rt, "q open") },
		"time":  func() any { return someTime.Draw(rt, "q time") },
	}
	kinds := map[string][]string{
		"": {"id"}, "state": {"state", "rank"}, "at": {"time"}, "until": {"time"},
		"open": {"open", "time", "state"}, domain.EffectsIndex: {"time"},
	}
	names := []string{"", "state", "at", "until", "open", domain.EffectsIndex}
	q.Index = rapid.SampledFrom(names).Draw(rt, "index")
	fields := kinds[q.Index]
	n := rapid.IntRange(0, len(fields)).Draw(rt, "equal")
	for _, f := range fields[:n] {
		q.Equal = append(q.Equal, values[f]())
	}
	if n == len(fields) {
		return q
	}
	if rapid.Bool().Draw(rt, "has from") {
		q.From = values[fields[n]]()
	}
	if rapid.Bool().Draw(rt, "has to") {
		q.To = values[fields[n]]()
	}
	return q
}

// compare asks both one random query in every form.
func compare(rt *rapid.T, c, model domain.Repository[Doc]) {
	q := someQuery(rt)
	ctx := rt.Context()
	all := q
	all.Limit = 0
	want, err := found(ctx, model, all)
	if err != nil {
		rt.Fatal(err)
	}
	got, err := pages(ctx, c, q)
	if err != nil || !slices.Equal(want, got) {
		rt.Fatalf("pages of %+v: got %v, %v; the model says %v", q, got, err, want)
	}
	if q.Limit > 0 {
		want = want[:min(q.Limit, len(want))]
	}
	got, err = found(ctx, c, q)
	if err != nil || !slices.Equal(want, got) {
		rt.Fatalf("%+v: got %v, %v; the model says %v", q, got, err, want)
	}
	n, err := c.Count(ctx, q)
	m, _ := model.Count(ctx, q)
	if err != nil || n != m {
		rt.Fatalf("count of %+v: got %d, %v; the model says %d", q, n, err, m)
	}
}

// testCursorStable inserts before and behind the place a cursor marks.
func testCursorStable(t *testing.T, h Harness) {
	ctx := t.Context()
	c, _ := docs(t, h)
	for i := range 10 {
		insert(t, c, doc(fmt.Sprintf("m%02d", i), "open", i))
	}
	for _, reverse := range []bool{false, true} {
		q := domain.Query{Index: "state", Equal: []any{"open"}, Limit: 3, Reverse: reverse}
		var got []string
		for round := 0; ; round++ {
			page, next, err := c.Page(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range ids(page) {
				if id[0] == 'm' {
					got = append(got, id)
				}
			}
			if q.After = next; next == "" {
				break
			}
			side := fmt.Sprintf("%v%d", reverse, round)
			insert(t, c, doc("x"+side, "open", -100), doc("y"+side, "open", 5))
		}
		want := []string{"m00", "m01", "m02", "m03", "m04", "m05", "m06", "m07", "m08", "m09"}
		if reverse {
			slices.Reverse(want)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("reverse %v: -want +got\n%s", reverse, d)
		}
	}
}

// testWriteInFind changes each document while the loop over all runs, with
// more documents than one batch.
func testWriteInFind(t *testing.T, h Harness) {
	ctx := t.Context()
	c, _ := docs(t, h)
	n := 300
	if h.Light || racing {
		n = 140
	}
	for i := range n {
		insert(t, c, doc(fmt.Sprintf("d%03d", i), "open", i))
	}
	seen := 0
	for d, err := range c.Find(ctx, domain.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		seen++
		if _, err := c.Update(ctx, d.ID, func(d *Doc) error { d.State = "shut"; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	shut, err := c.Count(ctx, domain.Query{Index: "state", Equal: []any{"shut"}})
	if seen != n || shut != int64(n) || err != nil {
		t.Errorf("saw %d and shut %d of %d, %v", seen, shut, n, err)
	}
	limited, err := found(ctx, c, domain.Query{Limit: 130})
	if err != nil || len(limited) != 130 {
		t.Errorf("a limit over the batch: got %d, %v", len(limited), err)
	}
}
