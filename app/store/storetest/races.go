package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"folkmoot/domain"
)

func needRaces(t *testing.T, h Harness) {
	t.Helper()
	if h.NoRaces != "" {
		t.Skip(h.NoRaces)
	}
}

// together runs f in n goroutines that start at once.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-gate
			f(i)
		})
	}
	close(gate)
	wg.Wait()
}

func testRaceUpdate(t *testing.T, h Harness) {
	needRaces(t, h)
	ctx := t.Context()
	c, _ := docs(t, h)
	insert(t, c, doc("a", "open", 0))
	var done, stale atomic.Int64
	rounds := 10
	if racing {
		rounds = 3
	}
	together(32, func(int) {
		for range rounds {
			_, err := c.Update(ctx, "a", func(d *Doc) error { d.Rank++; return nil })
			switch {
			case err == nil:
				done.Add(1)
			case domain.Is(err, domain.Stale):
				stale.Add(1)
			default:
				t.Error(err)
			}
		}
	})
	got, err := c.Get(ctx, "a")
	if err != nil || int64(got.Rank) != done.Load() || got.Version != done.Load()+1 {
		t.Errorf("%d updates were acknowledged: rank %d, version %d, %v", done.Load(), got.Rank, got.Version, err)
	}
	if stale.Load() > 0 {
		t.Errorf("%d of %d updates gave up", stale.Load(), 32*rounds)
	}
}

func testRaceInsert(t *testing.T, h Harness) {
	needRaces(t, h)
	c, _ := docs(t, h)
	for i := range 20 {
		id := fmt.Sprintf("d%d", i)
		var won atomic.Int64
		together(16, func(n int) {
			err := c.Insert(t.Context(), doc(id, "open", n))
			if err == nil {
				won.Add(1)
			} else if !domain.Is(err, domain.Conflict) {
				t.Error(err)
			}
		})
		if won.Load() != 1 {
			t.Errorf("%d of 16 inserts of one id won", won.Load())
		}
	}
}

func testRaceUpsert(t *testing.T, h Harness) {
	needRaces(t, h)
	ctx := t.Context()
	c, _ := docs(t, h)
	together(24, func(int) {
		_, err := c.Upsert(ctx, "a", func() Doc { return Doc{} }, func(d *Doc) error { d.Rank++; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	if got, err := c.Get(ctx, "a"); err != nil || got.Rank != 24 {
		t.Errorf("after 24 upserts: rank %d, %v", got.Rank, err)
	}
}

// testRaceMany mixes inserts, updates, deletes and queries over few ids, then
// compares what is there with what the indexes say.
func testRaceMany(t *testing.T, h Harness) {
	needRaces(t, h)
	ctx := t.Context()
	c, _ := docs(t, h)
	states := []State{"open", "shut", "gone"}
	together(16, func(n int) {
		for i := range 40 {
			id := fmt.Sprintf("d%d", (i*7+n)%12)
			var err error
			switch (i + n) % 4 {
			case 0:
				err = c.Insert(ctx, doc(id, states[i%3], i))
			case 1, 2:
				_, err = c.Update(ctx, id, func(d *Doc) error { d.State = states[(i+n)%3]; d.Rank = i; return nil })
			default:
				err = c.Delete(ctx, id)
			}
			if code := domain.CodeOf(err); err != nil && code != domain.Conflict && code != domain.NotFound {
				t.Errorf("%v", err)
			}
			for d, err := range c.Find(ctx, domain.Query{Index: "state", Equal: []any{states[i%3]}}) {
				if err != nil || d.State != states[i%3] {
					t.Errorf("a query for %s found %s, %v", states[i%3], d.State, err)
				}
			}
		}
	})
	all, err := found(ctx, c, domain.Query{})
	if err != nil {
		t.Fatal(err)
	}
	byState, err := found(ctx, c, domain.Query{Index: "state"})
	if err != nil || len(all) != len(byState) {
		t.Errorf("%d documents, %d in the index, %v", len(all), len(byState), err)
	}
}
