package mongostore_test

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"folkmoot/app/store"
	"folkmoot/app/store/storetest"
	"folkmoot/domain"
)

// BenchmarkOperations measures the engine against the stand-in server, and
// against a real MongoDB where FOLKMOOT_TEST_MONGODB_URI names one. What the
// stand-in gives says how much of the time is ours; it says nothing of
// MongoDB.
func BenchmarkOperations(b *testing.B) {
	servers := map[string]string{"stand-in": ferret(b)}
	if uri := os.Getenv(realURI); uri != "" {
		servers["mongodb"] = uri
	}
	for name, uri := range servers {
		b.Run(name, func(b *testing.B) { benchOperations(b, uri) })
	}
}

const benchSize = 2000

func benchOperations(b *testing.B, uri string) {
	s := store.New(open(b, uri), store.Hooks{})
	c := store.Open(s, storetest.Docs("docs"))
	if err := s.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	doc := func(kind string, n int64) *storetest.Doc {
		return &storetest.Doc{Root: domain.Root{ID: domain.Derive(kind, fmt.Sprint(n))}, State: "open", Rank: int(n % 100), Note: strings.Repeat("x", 400)}
	}
	for n := range int64(benchSize) {
		if err := c.Insert(b.Context(), doc("kept", n)); err != nil {
			b.Fatal(err)
		}
	}
	var next atomic.Int64
	for _, op := range []struct {
		name string
		do   func(n int64) error
	}{
		{"insert", func(n int64) error { return c.Insert(b.Context(), doc("new", n)) }},
		{"get", func(n int64) error { _, err := c.Get(b.Context(), doc("kept", n%benchSize).ID); return err }},
		{"update", func(n int64) error {
			_, err := c.Update(b.Context(), doc("kept", n%benchSize).ID, func(d *storetest.Doc) error { d.Note += "."; return nil })
			return err
		}},
		{"page", func(n int64) error {
			_, _, err := c.Page(b.Context(), domain.Query{Index: "state", Equal: []any{"open"}, From: int(n % 100), Limit: 20})
			return err
		}},
	} {
		for _, callers := range []int{1, 32} {
			b.Run(fmt.Sprintf("%s/%d callers", op.name, callers), func(b *testing.B) {
				b.SetParallelism(max(1, callers/2)) // times two processors
				if callers == 1 {
					for range b.N {
						if err := op.do(next.Add(1)); err != nil {
							b.Fatal(err)
						}
					}
				} else {
					b.RunParallel(func(pb *testing.PB) {
						for pb.Next() {
							if err := op.do(next.Add(1)); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
			})
		}
	}
}
