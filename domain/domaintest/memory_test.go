package domaintest_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/domaintest"
)

type state string

type note struct {
	domain.Root
	State state      `json:"state"`
	Rank  int        `json:"rank"`
	Until *time.Time `json:"until,omitempty"`
	Lossy lossy      `json:"lossy,omitempty"`
}

// lossy is what a faulty type looks like: it writes what it cannot read.
type lossy string

func (l *lossy) UnmarshalJSON([]byte) error { return nil }

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func notes() *domaintest.Repo[note] {
	return domaintest.Memory(domain.Collection[note]{
		Name: "notes", Schema: 1,
		Indexes: []domain.Index{{Name: "state", Fields: []string{"state", "rank"}}, {Name: "until", Fields: []string{"until"}}},
		Keys: func(n *note) map[string]any {
			return map[string]any{"state": n.State, "rank": n.Rank, "until": n.Until}
		},
	})
}

func put(t *testing.T, r *domaintest.Repo[note], id string, st state, rank int) {
	t.Helper()
	if err := r.Insert(t.Context(), &note{Root: domain.Root{ID: id}, State: st, Rank: rank}); err != nil {
		t.Fatal(err)
	}
}

func ids(ns []note) []string {
	out := []string{}
	for _, n := range ns {
		out = append(out, n.ID)
	}
	return out
}

func TestMemoryKeepsDocuments(t *testing.T) {
	t.Parallel()
	ctx, r := t.Context(), notes()
	put(t, r, "a", "open", 1)
	if err := r.Insert(ctx, &note{Root: domain.Root{ID: "a"}}); !domain.Is(err, domain.Conflict) {
		t.Errorf("second insert of an id: got %v, want conflict", err)
	}
	got, err := r.Update(ctx, "a", func(n *note) error { n.Rank = 7; return nil })
	if err != nil || got.Rank != 7 || got.Version != 2 {
		t.Errorf("update: got rank %d version %d, %v", got.Rank, got.Version, err)
	}
	got, err = r.Update(ctx, "a", func(n *note) error { n.Rank = 9; return domain.ErrNoChange })
	if err != nil || got.Version != 2 {
		t.Errorf("no change: got version %d, %v", got.Version, err)
	}
	if _, err := r.Update(ctx, "none", func(*note) error { return nil }); !domain.Is(err, domain.NotFound) {
		t.Errorf("update of nothing: got %v, want not_found", err)
	}
	up, err := r.Upsert(ctx, "b", func() note { return note{State: "new"} }, func(n *note) error { n.Rank++; return nil })
	if err != nil || up.ID != "b" || up.Version != 1 || up.Rank != 1 {
		t.Errorf("upsert: got %+v, %v", up, err)
	}
	if err := r.Delete(ctx, "b"); err != nil {
		t.Error(err)
	}
	if _, err := r.Get(ctx, "b"); !domain.Is(err, domain.NotFound) {
		t.Errorf("get after delete: got %v, want not_found", err)
	}
}

func TestMemoryQueries(t *testing.T) {
	t.Parallel()
	ctx, r := t.Context(), notes()
	put(t, r, "a", "open", 2)
	put(t, r, "b", "open", 1)
	put(t, r, "c", "shut", 1)
	put(t, r, "d", "open", 1)
	rows := []struct {
		name string
		q    domain.Query
		want []string
	}{
		{"by id", domain.Query{}, []string{"a", "b", "c", "d"}},
		{"by id from", domain.Query{From: "b", To: "d"}, []string{"b", "c"}},
		{"equal, ties by id", domain.Query{Index: "state", Equal: []any{state("open")}}, []string{"b", "d", "a"}},
		{"range", domain.Query{Index: "state", Equal: []any{"open"}, From: 2}, []string{"a"}},
		{"reverse", domain.Query{Index: "state", Equal: []any{"open"}, Reverse: true}, []string{"a", "d", "b"}},
		{"not in the index", domain.Query{Index: "until"}, []string{}},
	}
	for _, row := range rows {
		got, _, err := r.Page(ctx, row.q)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(row.want, ids(got)); d != "" {
			t.Errorf("%s: -want +got\n%s", row.name, d)
		}
	}
	first, next, err := r.Page(ctx, domain.Query{Index: "state", Limit: 2})
	if err != nil || next == "" {
		t.Fatalf("first page: cursor %q, %v", next, err)
	}
	rest, next, err := r.Page(ctx, domain.Query{Index: "state", Limit: 2, After: next})
	if d := cmp.Diff([]string{"b", "d", "a", "c"}, ids(append(first, rest...))); err != nil || d != "" || next != "" {
		t.Errorf("two pages: cursor %q, %v -want +got\n%s", next, err, d)
	}
	if _, err := r.Count(ctx, domain.Query{Index: "nothing"}); !domain.Is(err, domain.Internal) {
		t.Errorf("an undeclared index: got %v, want internal", err)
	}
	if _, _, err := r.Page(ctx, domain.Query{Index: "state", After: "bm8"}); !domain.Is(err, domain.Invalid) {
		t.Errorf("a foreign cursor: got %v, want invalid", err)
	}
}

func TestMemoryIndexesEffects(t *testing.T) {
	t.Parallel()
	ctx, r := t.Context(), notes()
	put(t, r, "quiet", "open", 1)
	n := &note{Root: domain.Root{ID: "a"}}
	n.Emit(domain.Command{Key: "k"}, "notice", "late", start.Add(time.Hour), nil)
	n.Emit(domain.Command{Key: "k"}, "notice", "soon", start, nil)
	if err := r.Insert(ctx, n); err != nil {
		t.Fatal(err)
	}
	due := domain.Query{Index: domain.EffectsIndex, To: start.Add(time.Millisecond)}
	if c, err := r.Count(ctx, due); err != nil || c != 1 {
		t.Errorf("due: got %d, %v", c, err)
	}
	settle := func(n *note) error { n.Settle([]string{n.Effects[1].ID}, nil); return nil }
	if _, err := r.Update(ctx, "a", settle); err != nil {
		t.Fatal(err)
	}
	if c, err := r.Count(ctx, due); err != nil || c != 0 {
		t.Errorf("due after settling: got %d, %v", c, err)
	}
}

func TestMemoryShowsLostFields(t *testing.T) {
	t.Parallel()
	err := notes().Insert(t.Context(), &note{Root: domain.Root{ID: "a"}, Lossy: "gone"})
	if !domain.Is(err, domain.Internal) {
		t.Errorf("a field that is not read back: got %v, want internal", err)
	}
}

func TestMemoryRaces(t *testing.T) {
	t.Parallel()
	ctx, r := t.Context(), notes()
	put(t, r, "a", "open", 0)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := r.Update(ctx, "a", func(n *note) error { n.Rank++; return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got, _ := r.Get(ctx, "a"); got.Rank != 20 || got.Version != 21 {
		t.Errorf("after 20 updates: rank %d, version %d", got.Rank, got.Version)
	}
}

func TestMemoryFails(t *testing.T) {
	t.Parallel()
	r := notes()
	away := domain.E(domain.Unavailable, "away")
	r.Before = func(op, _ string) error {
		if op == "replace" {
			return away
		}
		return nil
	}
	put(t, r, "a", "open", 0)
	if _, err := r.Update(t.Context(), "a", func(n *note) error { n.Rank++; return nil }); !errors.Is(err, away) {
		t.Errorf("got %v, want the injected failure", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Get(ctx, "a"); !domain.Is(err, domain.Unavailable) {
		t.Errorf("a cancelled read: got %v, want unavailable", err)
	}
}

func TestFakes(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	clock := domaintest.NewClock(start)
	if got := clock.Advance(time.Minute); !got.Equal(start.Add(time.Minute)) || !clock.Now().Equal(got) {
		t.Errorf("clock: got %v", got)
	}
	v := domaintest.NewVault()
	s, err := v.Seal(ctx, "p1", "person.name", []byte("Ada"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open(ctx, "p1", "person.name", s); err != nil || string(got) != "Ada" {
		t.Errorf("open: got %q, %v", got, err)
	}
	if _, err := v.Open(ctx, "p1", "person.email", s); !domain.Is(err, domain.Internal) {
		t.Errorf("moved content: got %v, want internal", err)
	}
	if err := v.Destroy(ctx, "p1"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Open(ctx, "p1", "person.name", s); !domain.Is(err, domain.NotFound) {
		t.Errorf("after destroy: got %v, want not_found", err)
	}
	if _, err := v.Seal(ctx, "p1", "person.name", []byte("Ada")); !domain.Is(err, domain.Conflict) {
		t.Errorf("seal after destroy: got %v, want conflict", err)
	}
	f := domaintest.NewFiles()
	hash, err := f.Put(ctx, "text/plain", []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	if got, mt, err := f.Get(ctx, hash); err != nil || string(got) != "hello" || mt != "text/plain" {
		t.Errorf("file: got %q %q, %v", got, mt, err)
	}
	var a domaintest.Audit
	_ = a.Append(ctx, domain.Event{ID: "1", Action: "looked"})
	_ = a.Append(ctx, domain.Event{ID: "1", Action: "looked"})
	if d := cmp.Diff([]string{"looked"}, a.Actions()); d != "" {
		t.Error(d)
	}
}

func TestVaultRenewsNumbersOnly(t *testing.T) {
	t.Parallel()
	ctx, v := t.Context(), domaintest.NewVault()
	n := v.Lookup("number", "+999000000001")
	old, _ := v.Seal(ctx, n, "text", []byte("before"))
	_ = v.Destroy(ctx, n)
	fresh, err := v.Seal(ctx, n, "text", []byte("after"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open(ctx, n, "text", fresh); err != nil || string(got) != "after" {
		t.Errorf("contact again: got %q, %v", got, err)
	}
	if _, err := v.Open(ctx, n, "text", old); !domain.Is(err, domain.NotFound) {
		t.Errorf("from before: got %v, want not_found", err)
	}
}
