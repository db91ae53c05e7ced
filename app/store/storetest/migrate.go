package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/app/store"
	"folkmoot/domain"
)

func testIndexChange(t *testing.T, h Harness) {
	ctx := t.Context()
	e := h.Open(t)
	old := store.New(e, store.Hooks{})
	c := store.Open(old, Docs("docs"))
	migrate(t, old)
	for i := range 30 {
		insert(t, c, doc(fmt.Sprintf("d%03d", i), "open", i%3))
	}
	decl := Docs("docs")
	decl.Indexes[0].Fields = []string{"rank", "state"} // the same name, other fields
	decl.Indexes = append(decl.Indexes, domain.Index{Name: "note", Fields: []string{"note"}})
	keys := decl.Keys
	decl.Keys = func(d *Doc) map[string]any {
		m := keys(d)
		m["note"] = "n" + d.ID
		return m
	}
	s := store.New(e, store.Hooks{})
	c = store.Open(s, decl)
	todo, err := s.Check(ctx)
	if err != nil || len(todo) == 0 {
		t.Errorf("check before migrating: got %q, %v", todo, err)
	}
	migrate(t, s)
	if todo, err := s.Check(ctx); err != nil || len(todo) > 0 {
		t.Errorf("check after migrating: got %q, %v", todo, err)
	}
	got, err := found(ctx, c, domain.Query{Index: "note", From: "nd028"})
	if d := cmp.Diff([]string{"d028", "d029"}, got); err != nil || d != "" {
		t.Errorf("by the new index: %v -want +got\n%s", err, d)
	}
	if n, err := c.Count(ctx, domain.Query{Index: "state", Equal: []any{2, "open"}}); err != nil || n != 10 {
		t.Errorf("by the changed index: got %d, %v", n, err)
	}
	before, _ := c.Get(ctx, "d000")
	migrate(t, s)
	if after, _ := c.Get(ctx, "d000"); after.Version != before.Version {
		t.Errorf("a second migration wrote documents")
	}
}

// doc2 is the next shape of Doc: rank became points, with a remark beside.
type doc2 struct {
	domain.Root
	Points int    `json:"points"`
	Remark string `json:"remark"`
}

func docs2() domain.Collection[doc2] {
	return domain.Collection[doc2]{
		Name: "docs", Schema: 3,
		Indexes: []domain.Index{{Name: "points", Fields: []string{"points"}}},
		Keys:    func(d *doc2) map[string]any { return map[string]any{"points": d.Points} },
		Upgrade: []func(map[string]any) error{
			func(m map[string]any) error {
				m["points"] = m["rank"]
				delete(m, "rank")
				return nil
			},
			func(m map[string]any) error {
				if m["state"] == "broken" {
					return errors.New("cannot be upgraded")
				}
				m["remark"] = "was " + m["state"].(string)
				return nil
			},
		},
	}
}

func testUpgrade(t *testing.T, h Harness) {
	ctx := t.Context()
	e := h.Open(t)
	old := store.New(e, store.Hooks{})
	was := store.Open(old, Docs("docs"))
	migrate(t, old)
	insert(t, was, doc("a", "open", 1<<53-1), doc("b", "shut", 2))
	if err := e.Ensure(ctx, store.Open(store.New(e, store.Hooks{}), docs2()).Spec()); err != nil {
		t.Fatal(err)
	}
	s := store.New(e, store.Hooks{})
	c := store.Open(s, docs2())
	got, err := c.Get(ctx, "a")
	if err != nil || got.Points != 1<<53-1 || got.Remark != "was open" || got.Version != 1 {
		t.Errorf("on read: got %+v, %v", got, err)
	}
	migrate(t, s)
	if n, err := c.Count(ctx, domain.Query{Index: "points", Equal: []any{2}}); err != nil || n != 1 {
		t.Errorf("by the new key: got %d, %v", n, err)
	}
	d, err := e.Get(ctx, "docs", "b")
	if err != nil || d.Schema != 3 || strings.Contains(string(d.Body), `"rank"`) {
		t.Errorf("in bulk: got schema %d body %s, %v", d.Schema, d.Body, err)
	}
}

// testNewer reads what a later release wrote.
func testNewer(t *testing.T, h Harness) {
	ctx := t.Context()
	c, s := docs(t, h)
	later := store.Document{ID: "a", Version: 1, Schema: 2, Body: []byte(`{"id":"a","version":1}`)}
	if err := s.Engine().Insert(ctx, "docs", later); err != nil {
		t.Fatal(err)
	}
	_, err := c.Get(ctx, "a")
	wantCode(t, "a document of a newer release", err, domain.Unavailable)
	_, err = c.Update(ctx, "a", func(*Doc) error { return nil })
	wantCode(t, "a change to it", err, domain.Unavailable)
}

func testVerify(t *testing.T, h Harness) {
	ctx := t.Context()
	c, s := docs(t, h)
	insert(t, c, doc("good", "open", 1), doc("moved", "open", 1), doc("torn", "open", 1))
	body, _ := json.Marshal(doc("moved", "open", 1))
	e := s.Engine()
	bad := store.Document{ID: "moved", Version: 2, Schema: 1, Body: body, Keys: map[string]any{"state": "shut"}}
	if err := e.Replace(ctx, "docs", bad, 1); err != nil {
		t.Fatal(err)
	}
	bad = store.Document{ID: "torn", Version: 2, Schema: 1, Body: []byte(`{"id":"torn","version":2,"rank":"many"}`)}
	if err := e.Replace(ctx, "docs", bad, 1); err != nil {
		t.Fatal(err)
	}
	faulty := map[string]int{}
	n, err := c.Verify(ctx, func(f store.Fault) { faulty[f.ID]++ })
	if err != nil || n != 3 || faulty["good"] > 0 || faulty["moved"] == 0 || faulty["torn"] == 0 {
		t.Errorf("checked %d, faults %v, %v", n, faulty, err)
	}
}
