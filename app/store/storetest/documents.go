package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/app/store"
	"folkmoot/domain"
)

func testDocuments(t *testing.T, h Harness) {
	ctx := t.Context()
	c, _ := docs(t, h)
	until := start.Add(time.Hour)
	want := doc("a", "open", 3)
	want.Until, want.Note = &until, "Überprüfung ✓"
	insert(t, c, want)
	got, err := c.Get(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(*want, got); d != "" {
		t.Errorf("what was read is not what was written: -want +got\n%s", d)
	}
	wantCode(t, "a second insert", c.Insert(ctx, doc("a", "shut", 9)), domain.Conflict)
	got, err = c.Update(ctx, "a", func(d *Doc) error { d.Rank, d.Until = 4, nil; return nil })
	if err != nil || got.Version != 2 || got.Rank != 4 {
		t.Errorf("update: got version %d rank %d, %v", got.Version, got.Rank, err)
	}
	got, err = c.Update(ctx, "a", func(d *Doc) error { d.Rank = 99; return domain.ErrNoChange })
	if err != nil || got.Version != 2 {
		t.Errorf("no change: got version %d, %v", got.Version, err)
	}
	refused := errors.New("refused")
	if _, err = c.Update(ctx, "a", func(d *Doc) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("a refused change: got %v", err)
	}
	_, err = c.Update(ctx, "a", func(d *Doc) error { d.ID = "b"; return nil })
	wantCode(t, "a change of the id", err, domain.Internal)
	if got, _ = c.Get(ctx, "a"); got.Rank != 4 || got.Version != 2 || got.Until != nil {
		t.Errorf("after all: got %+v", got)
	}
	if err := c.Delete(ctx, "a"); err != nil {
		t.Error(err)
	}
	_, err = c.Get(ctx, "a")
	wantCode(t, "get of nothing", err, domain.NotFound)
	wantCode(t, "delete of nothing", c.Delete(ctx, "a"), domain.NotFound)
	_, err = c.Update(ctx, "a", func(*Doc) error { return nil })
	wantCode(t, "update of nothing", err, domain.NotFound)
	wantCode(t, "a document without an id", c.Insert(ctx, &Doc{}), domain.Internal)
}

func testUpsert(t *testing.T, h Harness) {
	ctx := t.Context()
	c, _ := docs(t, h)
	add := func(d *Doc) error { d.Rank++; return nil }
	zero := func() Doc { return Doc{State: "new", Rank: 10} }
	for i := range 3 {
		got, err := c.Upsert(ctx, "a", zero, add)
		if err != nil || got.ID != "a" || got.Rank != 11+i || got.Version != int64(i+1) {
			t.Errorf("upsert %d: got id %q rank %d version %d, %v", i, got.ID, got.Rank, got.Version, err)
		}
	}
	got, err := c.Upsert(ctx, "b", zero, func(*Doc) error { return domain.ErrNoChange })
	if err != nil || got.Rank != 10 {
		t.Errorf("upsert without a change: got rank %d, %v", got.Rank, err)
	}
	_, err = c.Get(ctx, "b")
	wantCode(t, "after an upsert without a change", err, domain.NotFound)
}

// testEngine asks the engine itself, below the typed layer.
func testEngine(t *testing.T, h Harness) {
	ctx := t.Context()
	_, s := docs(t, h)
	e := s.Engine()
	d := store.Document{ID: "a", Version: 1, Schema: 1, Body: []byte(`{"id":"a","n":1}`),
		Keys: map[string]any{"state": "open", "rank": int64(1) << 40, "open": true, "at": start.Add(7 * time.Millisecond)}}
	if err := e.Insert(ctx, "docs", d); err != nil {
		t.Fatal(err)
	}
	all := store.Query{Limit: 10}
	got, err := e.Find(ctx, "docs", all)
	if err != nil || len(got) != 1 {
		t.Fatalf("find: got %d, %v", len(got), err)
	}
	if diff := cmp.Diff(d.Keys, got[0].Keys); diff != "" {
		t.Errorf("keys: -want +got\n%s", diff)
	}
	if err := e.Insert(ctx, "docs", d); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second insert: got %v", err)
	}
	if err := e.Replace(ctx, "docs", store.Document{ID: "a", Version: 3, Schema: 1, Body: d.Body}, 2); !errors.Is(err, store.ErrStale) {
		t.Errorf("replace over another version: got %v", err)
	}
	if err := e.Replace(ctx, "docs", store.Document{ID: "b", Version: 3, Schema: 1, Body: d.Body}, 2); !errors.Is(err, store.ErrStale) {
		t.Errorf("replace of nothing: got %v", err)
	}
	if err := e.Delete(ctx, "docs", "a", 2); !errors.Is(err, store.ErrStale) {
		t.Errorf("delete of another version: got %v", err)
	}
	if err := e.Delete(ctx, "docs", "a", 1); err != nil {
		t.Errorf("delete: %v", err)
	}
	if err := e.Delete(ctx, "docs", "a", 1); !errors.Is(err, store.ErrAbsent) {
		t.Errorf("delete of nothing: got %v", err)
	}
	wantCode(t, "a collection that was not made", e.Insert(ctx, "nowhere", d), domain.Internal)
	if err := e.Ping(ctx); err != nil {
		t.Error(err)
	}
}

func testOddContent(t *testing.T, h Harness) {
	ctx := t.Context()
	c, _ := docs(t, h)
	odd := []string{"", "'; DROP TABLE c_docs; --", `"quoted"`, "$where", "a.b.c", "\u0000nul", "line\nbreak", "😀", "<b>&amp;", "\\", "\u2028"}
	for i, s := range odd {
		id := "id:" + string(rune('a'+i)) + strings.ReplaceAll(s, "\u0000", "")
		d := doc(id, State(s), i)
		d.Note = s
		insert(t, c, d)
		got, err := c.Get(ctx, id)
		if err != nil || got.Note != s || got.State != State(s) {
			t.Errorf("%q: got note %q state %q, %v", s, got.Note, got.State, err)
		}
		list, err := found(ctx, c, domain.Query{Index: "state", Equal: []any{s}})
		if diff := cmp.Diff([]string{id}, list); err != nil || diff != "" {
			t.Errorf("%q by its key: %v %s", s, err, diff)
		}
	}
}

func testLarge(t *testing.T, h Harness) {
	ctx := t.Context()
	c, _ := docs(t, h)
	size := 4 << 20
	if h.Light || racing {
		size = 1 << 20
	}
	d := doc("large", "open", 1)
	d.Note = strings.Repeat("0123456789abcdef", size/16)
	insert(t, c, d)
	got, err := c.Update(ctx, "large", func(d *Doc) error { d.Rank++; return nil })
	if err != nil || len(got.Note) != size {
		t.Fatalf("a document of %d bytes: got %d, %v", size, len(got.Note), err)
	}
	again, err := c.Get(ctx, "large")
	if err != nil || again.Note != d.Note || again.Rank != 2 {
		t.Errorf("read again: got %d bytes, rank %d, %v", len(again.Note), again.Rank, err)
	}
	_, err = c.Update(ctx, "large", func(d *Doc) error { d.Note = strings.Repeat("x", store.MaxBody); return nil })
	wantCode(t, "a document over the bound", err, domain.Conflict)
}

func testEnded(t *testing.T, h Harness) {
	c, _ := docs(t, h)
	insert(t, c, doc("a", "open", 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Get(ctx, "a")
	wantCode(t, "get", err, domain.Unavailable)
	wantCode(t, "insert", c.Insert(ctx, doc("b", "open", 1)), domain.Unavailable)
	_, err = found(ctx, c, domain.Query{})
	wantCode(t, "find", err, domain.Unavailable)
	_, err = c.Count(ctx, domain.Query{})
	wantCode(t, "count", err, domain.Unavailable)
	if n, err := c.Count(t.Context(), domain.Query{}); err != nil || n != 1 {
		t.Errorf("afterwards: got %d documents, %v", n, err)
	}
}

func testEffects(t *testing.T, h Harness) {
	ctx := t.Context()
	var woken []string
	s := store.New(h.Open(t), store.Hooks{OnEffects: func(collection, id string, due time.Time) {
		woken = append(woken, collection+":"+id+"@"+due.Format("15:04"))
	}})
	c := store.Open(s, Docs("docs"))
	migrate(t, s)
	insert(t, c, doc("quiet", "open", 1))
	d := doc("busy", "open", 1)
	cmd := domain.Command{Key: "k"}
	d.Emit(cmd, "notice", "late", start.Add(2*time.Hour), map[string]int{"n": 2})
	d.Emit(cmd, "notice", "soon", start.Add(time.Hour), map[string]int{"n": 1})
	insert(t, c, d)
	soon, late := d.Effects[1], d.Effects[0]
	if due, err := s.Due(ctx, start, 10); err != nil || len(due) != 0 {
		t.Errorf("before the time: got %v, %v", due, err)
	}
	due, err := s.Due(ctx, start.Add(time.Hour), 10)
	want := []store.Pending{{Collection: "docs", ID: "busy", Effects: []domain.Effect{soon}}}
	if diff := cmp.Diff(want, due); err != nil || diff != "" {
		t.Errorf("at the time: %v -want +got\n%s", err, diff)
	}
	if err := s.Settle(ctx, "docs", "busy", []string{soon.ID}, map[string]time.Time{late.ID: start.Add(3 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	got, _ := c.Get(ctx, "busy")
	if len(got.Effects) != 1 || got.Effects[0].Attempts != 1 || got.Version != 2 {
		t.Errorf("after settling: %+v", got.Effects)
	}
	if err := s.Settle(ctx, "docs", "busy", []string{soon.ID}, nil); err != nil {
		t.Fatal(err)
	}
	if got, _ = c.Get(ctx, "busy"); got.Version != 2 {
		t.Errorf("settling what is settled wrote again")
	}
	if err := s.Settle(ctx, "docs", "gone", []string{"x"}, nil); err != nil {
		t.Errorf("settling for a document that is gone: %v", err)
	}
	if due, _ := s.Due(ctx, start.Add(2*time.Hour), 10); len(due) != 0 {
		t.Errorf("an effect that was put off is still due: %v", due)
	}
	if diff := cmp.Diff([]string{"docs:busy@10:00", "docs:busy@12:00"}, woken); diff != "" {
		t.Errorf("the relay was woken: -want +got\n%s", diff)
	}
}
