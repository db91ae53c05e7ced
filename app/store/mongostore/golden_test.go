package mongostore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"folkmoot/app/store"
	"folkmoot/app/store/mongostore"
	"folkmoot/domain"
)

var update = flag.Bool("update", false, "write the golden files anew")

// tape records the commands that the driver sends.
type tape struct {
	mu    sync.Mutex
	lines []string
}

func (tp *tape) started(_ context.Context, ev *event.CommandStartedEvent) {
	var cmd bson.D
	if err := bson.Unmarshal(ev.Command, &cmd); err != nil {
		panic(err)
	}
	kept := bson.D{}
	for _, e := range cmd {
		switch e.Key {
		case "lsid", "$clusterTime", "txnNumber", "maxTimeMS": // the session's and the clock's
		default:
			kept = append(kept, e)
		}
	}
	raw, err := bson.MarshalExtJSON(kept, false, false)
	if err != nil {
		panic(err)
	}
	tp.mu.Lock()
	defer tp.mu.Unlock()
	tp.lines = append(tp.lines, string(raw))
}

func (tp *tape) take() []string {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	out := tp.lines
	tp.lines = nil
	return out
}

var at9 = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// goldenSpec has one index of each kind of field.
var goldenSpec = store.Spec{
	Name: "docs", Schema: 2, Shard: "process",
	Indexes: []domain.Index{
		{Name: "process", Fields: []string{"process", "due"}},
		{Name: domain.EffectsIndex, Fields: []string{domain.EffectsIndex}},
	},
}

// TestCommands compares every command the engine sends with its golden form:
// concerns, hints, sort orders, filters.
func TestCommands(t *testing.T) {
	t.Parallel()
	tp := &tape{}
	db, err := mongostore.Open(t.Context(), ferret(t), mongostore.WithClient(mongostore.Options{Database: "golden"}, func(o *options.ClientOptions) {
		o.SetMonitor(&event.CommandMonitor{Started: tp.started})
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = mongostore.Drop(db)
		_ = db.Close()
	})
	var out bytes.Buffer
	for _, step := range goldenSteps(t.Context(), db) {
		err := step.do()
		fmt.Fprintf(&out, "# %s\n", step.name)
		if code := domain.CodeOf(err); err != nil {
			fmt.Fprintf(&out, "# answers %s\n", code)
		}
		for _, line := range tp.take() {
			out.WriteString(indent(t, line))
		}
	}
	path := filepath.Join("testdata", "commands.golden")
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(out.String(), "\n")); d != "" {
		t.Errorf("the commands changed; if they should, run with -update: -want +got\n%s", d)
	}
}

func indent(t *testing.T, line string) string {
	t.Helper()
	var buf bytes.Buffer
	if err := json.Indent(&buf, []byte(line), "", "  "); err != nil {
		t.Fatal(err)
	}
	return buf.String() + "\n"
}

type step struct {
	name string
	do   func() error
}

func goldenSteps(ctx context.Context, db *mongostore.DB) []step {
	doc := store.Document{
		ID: "a:1", Version: 1, Schema: 2, Body: []byte(`{"id":"a:1","version":1,"n":7,"at":"2026-03-01T09:00:00Z"}`),
		Keys: map[string]any{"process": "p1", "due": at9, "open": true, "rank": int64(3)},
	}
	find := func(q store.Query) func() error {
		return func() error { _, err := db.Find(ctx, "docs", q); return err }
	}
	fields := goldenSpec.Indexes[0].Fields
	return []step{
		{"connect", func() error { return nil }},
		{"make the collection", func() error { return db.Ensure(ctx, goldenSpec) }},
		{"check it", func() error { _, err := db.Check(ctx, goldenSpec); return err }},
		{"distribute it by a field", func() error { return mongostore.Shard(ctx, db, goldenSpec) }},
		{"distribute it by id", func() error { return mongostore.Shard(ctx, db, store.Spec{Name: "docs"}) }},
		{"insert", func() error { return db.Insert(ctx, "docs", doc) }},
		{"get", func() error { _, err := db.Get(ctx, "docs", "a:1"); return err }},
		{"replace", func() error { d := doc; d.Version = 2; return db.Replace(ctx, "docs", d, 1) }},
		{"replace, stale", func() error { return db.Replace(ctx, "docs", doc, 1) }},
		{"by id", find(store.Query{Limit: 2})},
		{"by id, a page", find(store.Query{From: "a", To: "c", After: []any{"a:1"}, Limit: 2})},
		{"equal", find(store.Query{Index: "process", Fields: fields, Equal: []any{"p1"}, Limit: 2})},
		{"equal and a range", find(store.Query{Index: "process", Fields: fields, Equal: []any{"p1"}, From: at9, To: at9.Add(time.Hour), Limit: 2})},
		{"a page", find(store.Query{Index: "process", Fields: fields, Equal: []any{"p1"}, To: at9.Add(time.Hour), After: []any{"p1", at9, "a:1"}, Limit: 2})},
		{"a page of the whole index, in reverse", find(store.Query{Index: "process", Fields: fields, After: []any{"p1", at9, "a:1"}, Reverse: true, Limit: 2})},
		{"due effects", find(store.Query{Index: domain.EffectsIndex, Fields: []string{domain.EffectsIndex}, To: at9, Limit: 100})},
		{"count", func() error {
			_, err := db.Count(ctx, "docs", store.Query{Index: "process", Fields: fields, Equal: []any{"p1"}})
			return err
		}},
		{"delete a version", func() error { return db.Delete(ctx, "docs", "a:1", 2) }},
		{"delete", func() error { return db.Delete(ctx, "docs", "a:1", 0) }},
	}
}
