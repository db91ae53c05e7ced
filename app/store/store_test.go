package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/app/store"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/app/store/storetest"
	"folkmoot/domain"
)

// losing is an engine on which every compare-and-swap is lost.
type losing struct {
	store.Engine
	replaced int
}

func (l *losing) Replace(context.Context, string, store.Document, int64) error {
	l.replaced++
	return store.ErrStale
}

func engine(t *testing.T) store.Engine {
	t.Helper()
	db, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestUpdateGivesUp(t *testing.T) {
	t.Parallel()
	var waits []int
	e := &losing{Engine: engine(t)}
	s := store.New(e, store.Hooks{Wait: func(_ context.Context, attempt int) error {
		waits = append(waits, attempt)
		return nil
	}})
	c := store.Open(s, storetest.Docs("docs"))
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Insert(t.Context(), &storetest.Doc{Root: domain.Root{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	changes := 0
	_, err := c.Update(t.Context(), "a", func(*storetest.Doc) error { changes++; return nil })
	if !errors.Is(err, store.ErrStale) || changes != store.Attempts || e.replaced != store.Attempts {
		t.Errorf("got %v after %d changes and %d writes", err, changes, e.replaced)
	}
	if len(waits) != store.Attempts-1 || waits[0] != 1 {
		t.Errorf("it waited %d times", len(waits))
	}
}

func TestUpdateStopsWhenTimeRunsOut(t *testing.T) {
	t.Parallel()
	s := store.New(&losing{Engine: engine(t)}, store.Hooks{})
	c := store.Open(s, storetest.Docs("docs"))
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Insert(t.Context(), &storetest.Doc{Root: domain.Root{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := c.Update(ctx, "a", func(*storetest.Doc) error { cancel(); return nil })
	if !domain.Is(err, domain.Unavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
}

func TestBadDeclarationsPanic(t *testing.T) {
	t.Parallel()
	index := func(name string, fields ...string) domain.Collection[storetest.Doc] {
		return domain.Collection[storetest.Doc]{Name: "docs", Schema: 1, Indexes: []domain.Index{{Name: name, Fields: fields}}}
	}
	rows := map[string]func(*store.Store){
		"no root":         func(s *store.Store) { store.Open(s, domain.Collection[struct{ ID string }]{Name: "x"}) },
		"a bad name":      func(s *store.Store) { store.Open(s, domain.Collection[storetest.Doc]{Name: "Docs!"}) },
		"a name twice":    func(s *store.Store) { store.Open(s, storetest.Docs("d")); store.Open(s, storetest.Docs("d")) },
		"the store's own": func(s *store.Store) { store.Open(s, storetest.Docs("store_collections")) },
		"no fields":       func(s *store.Store) { store.Open(s, index("a")) },
		"a bad field":     func(s *store.Store) { store.Open(s, index("a", "x y")) },
		"the id":          func(s *store.Store) { store.Open(s, index("a", "id")) },
		"effects":         func(s *store.Store) { store.Open(s, index("effects", "x")) },
		"effects' field":  func(s *store.Store) { store.Open(s, index("a", "effects")) },
	}
	for name, open := range rows {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			open(store.New(nil, store.Hooks{}))
		}()
	}
}

func TestNormal(t *testing.T) {
	t.Parallel()
	type state string
	type size int8
	at := time.Date(2026, 3, 1, 9, 0, 0, 1_999_999, time.FixedZone("", 3600))
	n := 7
	rows := []struct{ in, want any }{
		{nil, nil},
		{state("open"), "open"},
		{"a\xffb", "a\ufffdb"},
		{size(-3), int64(-3)},
		{&n, int64(7)},
		{(*int)(nil), nil},
		{true, true},
		{at, time.Date(2026, 3, 1, 8, 0, 0, 1_000_000, time.UTC)},
		{&at, time.Date(2026, 3, 1, 8, 0, 0, 1_000_000, time.UTC)},
	}
	for _, row := range rows {
		got, err := store.Normal(row.in)
		if d := cmp.Diff(row.want, got); err != nil || d != "" {
			t.Errorf("%v: %v -want +got\n%s", row.in, err, d)
		}
	}
	for _, bad := range []any{1.5, []string{"a"}, struct{}{}, uint64(1)} {
		if _, err := store.Normal(bad); !domain.Is(err, domain.Internal) {
			t.Errorf("%T: got %v, want internal", bad, err)
		}
	}
}

func TestStoreLists(t *testing.T) {
	t.Parallel()
	s := store.New(engine(t), store.Hooks{})
	store.Open(s, storetest.Docs("docs"))
	var names []string
	for _, c := range s.Collections() {
		names = append(names, c.Spec().Name)
	}
	if d := cmp.Diff([]string{"files", "file_chunks", "docs"}, names); d != "" {
		t.Errorf("collections: -want +got\n%s", d)
	}
	if c, ok := s.Collection("docs"); !ok || c.Spec().Shard != "id" {
		t.Error("the collection docs is not found by its name")
	}
	if err := s.Settle(t.Context(), "nowhere", "a", nil, nil); !domain.Is(err, domain.Internal) {
		t.Errorf("settling in no collection: got %v", err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestCrossedUpdates lets two updates each change the other's document from
// within, over and over: they may lose, but they must end.
func TestCrossedUpdates(t *testing.T) {
	t.Parallel()
	s := store.New(engine(t), store.Hooks{})
	c := store.Open(s, storetest.Docs("docs"))
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		if err := c.Insert(t.Context(), &storetest.Doc{Root: domain.Root{ID: id}}); err != nil {
			t.Fatal(err)
		}
	}
	add := func(d *storetest.Doc) error { d.Rank++; return nil }
	var wg sync.WaitGroup
	var won atomic.Int64
	for i := range 2 {
		outer, inner := "a", "b"
		if i == 1 {
			outer, inner = inner, outer
		}
		wg.Go(func() {
			for range 2 {
				_, err := c.Update(t.Context(), outer, func(d *storetest.Doc) error {
					if _, err := c.Update(t.Context(), inner, add); err != nil {
						return err
					}
					return add(d)
				})
				if err == nil {
					won.Add(1)
				} else if !domain.Is(err, domain.Stale) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if won.Load() == 0 {
		t.Error("no update came through")
	}
}
