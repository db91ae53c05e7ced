package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// Harness says how to get at an engine.
type Harness struct {
	// Open makes an empty engine and closes it when the test ends.
	Open func(t *testing.T) store.Engine
	// NoRaces, when set, is the reason why this engine is not asked for
	// compare-and-swap under races; the tests skip and print it.
	NoRaces string
	// Light asks for fewer random cases: for an engine that is slow.
	Light bool
}

// State is a named string, as the states of aggregates are.
type State string

// Doc is the document of the suite: one key of each type.
type Doc struct {
	domain.Root
	State State      `json:"state"`
	Rank  int        `json:"rank"`
	Open  bool       `json:"open"`
	At    time.Time  `json:"at"`
	Until *time.Time `json:"until,omitempty"`
	Note  string     `json:"note,omitempty"`
}

// Docs declares the suite's collection under a name.
func Docs(name string) domain.Collection[Doc] {
	return domain.Collection[Doc]{
		Name: name, Schema: 1, Shard: store.IDField,
		Indexes: []domain.Index{
			{Name: "state", Fields: []string{"state", "rank"}},
			{Name: "at", Fields: []string{"at"}},
			{Name: "open", Fields: []string{"open", "at", "state"}},
			{Name: "until", Fields: []string{"until"}},
		},
		Keys: func(d *Doc) map[string]any {
			return map[string]any{"state": d.State, "rank": d.Rank, "open": d.Open, "at": d.At, "until": d.Until}
		},
	}
}

// start is when the suite's documents begin.
var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func doc(id string, state State, rank int) *Doc {
	return &Doc{Root: domain.Root{ID: id}, State: state, Rank: rank, At: start.Add(time.Duration(rank) * time.Minute)}
}

// Run asks an engine for everything that one process can see.
func Run(t *testing.T, h Harness) {
	tests := []struct {
		name string
		ask  func(*testing.T, Harness)
	}{
		{"documents", testDocuments},
		{"upsert", testUpsert},
		{"engine", testEngine},
		{"odd content", testOddContent},
		{"large documents", testLarge},
		{"ended context", testEnded},
		{"queries", testQueries},
		{"query faults", testQueryFaults},
		{"queries against the model", testModel},
		{"cursor under inserts", testCursorStable},
		{"writing while reading", testWriteInFind},
		{"effects", testEffects},
		{"index changes", testIndexChange},
		{"schema upgrade", testUpgrade},
		{"newer schema", testNewer},
		{"verify", testVerify},
		{"files", testFiles},
		{"races on one document", testRaceUpdate},
		{"races to insert", testRaceInsert},
		{"races of upserts", testRaceUpsert},
		{"races on many documents", testRaceMany},
	}
	for _, row := range tests {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.ask(t, h)
		})
	}
}

// docs opens a fresh collection in a fresh engine.
func docs(t *testing.T, h Harness) (*store.Collection[Doc], *store.Store) {
	t.Helper()
	s := store.New(h.Open(t), store.Hooks{})
	c := store.Open(s, Docs("docs"))
	migrate(t, s)
	return c, s
}

func migrate(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func insert(t *testing.T, c domain.Repository[Doc], docs ...*Doc) {
	t.Helper()
	for _, d := range docs {
		if err := c.Insert(t.Context(), d); err != nil {
			t.Fatalf("insert %s: %v", d.ID, err)
		}
	}
}

func wantCode(t *testing.T, what string, err error, want domain.Code) {
	t.Helper()
	if got := domain.CodeOf(err); got != want {
		t.Errorf("%s: got %v, want %s", what, err, want)
	}
}

func ids(ds []Doc) []string {
	out := []string{}
	for _, d := range ds {
		out = append(out, d.ID)
	}
	return out
}

// pages walks a query to its end, a page at a time.
func pages(ctx context.Context, c domain.Repository[Doc], q domain.Query) ([]string, error) {
	out := []string{}
	for range 10_000 {
		page, next, err := c.Page(ctx, q)
		if err != nil {
			return nil, err
		}
		if q.Limit > 0 && len(page) > q.Limit {
			return nil, fmt.Errorf("a page of %d was asked for and %d came", q.Limit, len(page))
		}
		out = append(out, ids(page)...)
		if next == "" {
			return out, nil
		}
		q.After = next
	}
	return nil, fmt.Errorf("the pages do not end")
}

func found(ctx context.Context, c domain.Repository[Doc], q domain.Query) ([]string, error) {
	out := []string{}
	for d, err := range c.Find(ctx, q) {
		if err != nil {
			return nil, err
		}
		out = append(out, d.ID)
	}
	return out, nil
}
