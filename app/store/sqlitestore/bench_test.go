package sqlitestore_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"folkmoot/app/store"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/app/store/storetest"
	"folkmoot/domain"
)

func benchStore(b *testing.B) *store.Collection[storetest.Doc] {
	b.Helper()
	db, err := sqlitestore.Open(b.Context(), filepath.Join(b.TempDir(), "store.db"), sqlitestore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	s := store.New(db, store.Hooks{})
	c := store.Open(s, storetest.Docs("docs"))
	if err := s.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	return c
}

func benchDoc(n int64) *storetest.Doc {
	return &storetest.Doc{
		Root:  domain.Root{ID: domain.Derive("bench", fmt.Sprint(n))},
		State: "open", Rank: int(n % 100), Note: strings.Repeat("x", 400),
	}
}

// parallel runs f from n goroutines and reports calls in a second.
func parallel(b *testing.B, n int, f func(i int64)) {
	b.Helper()
	var next atomic.Int64
	b.SetParallelism(max(1, n/2)) // times two processors
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			f(next.Add(1))
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

func BenchmarkInsert(b *testing.B) {
	b.Run("1 caller", func(b *testing.B) {
		c := benchStore(b)
		for i := range b.N {
			if err := c.Insert(b.Context(), benchDoc(int64(i))); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	})
	for _, callers := range []int{32, 128} {
		b.Run(fmt.Sprint(callers, " callers"), func(b *testing.B) {
			c := benchStore(b)
			parallel(b, callers, func(i int64) {
				if err := c.Insert(b.Context(), benchDoc(i)); err != nil {
					b.Error(err)
				}
			})
		})
	}
}

const benchDocs = 20_000

func BenchmarkUpdate(b *testing.B) {
	c := benchStore(b)
	grow(b, c, benchDocs)
	parallel(b, 32, func(i int64) {
		_, err := c.Update(b.Context(), benchDoc(i*7919%benchDocs).ID, func(d *storetest.Doc) error { d.Rank++; return nil })
		if err != nil {
			b.Error(err)
		}
	})
}

func BenchmarkGet(b *testing.B) {
	c := benchStore(b)
	grow(b, c, benchDocs)
	parallel(b, 8, func(i int64) {
		if _, err := c.Get(b.Context(), benchDoc(i*7919%benchDocs).ID); err != nil {
			b.Error(err)
		}
	})
}

func BenchmarkPage(b *testing.B) {
	c := benchStore(b)
	grow(b, c, benchDocs)
	parallel(b, 8, func(i int64) {
		if _, _, err := c.Page(b.Context(), domain.Query{Index: "state", Equal: []any{"open"}, From: int(i % 100), Limit: 20}); err != nil {
			b.Error(err)
		}
	})
}
