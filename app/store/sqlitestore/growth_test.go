package sqlitestore_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"folkmoot/app/store"
	"folkmoot/app/store/storetest"
	"folkmoot/domain"
)

// BenchmarkGrowth measures one lookup, one page deep in a list and one update
// on collections of growing size: the times must stay flat. The size of a
// million takes a minute to fill and is left out with -short.
func BenchmarkGrowth(b *testing.B) {
	for _, size := range []int64{10_000, 100_000, 1_000_000} {
		if size > 100_000 && testing.Short() {
			continue
		}
		c := benchStore(b)
		grow(b, c, size)
		spread := func(i int) int64 { return int64(i) * 7919 % size }
		b.Run(fmt.Sprint(size, "/get"), func(b *testing.B) {
			for i := range b.N {
				if _, err := c.Get(b.Context(), benchDoc(spread(i)).ID); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint(size, "/page"), func(b *testing.B) {
			for i := range b.N {
				q := domain.Query{Index: "state", Equal: []any{"open"}, From: i % 100, Limit: 20}
				if _, _, err := c.Page(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint(size, "/update"), func(b *testing.B) {
			for i := range b.N {
				_, err := c.Update(b.Context(), benchDoc(spread(i)).ID, func(d *storetest.Doc) error { d.Rank++; return nil })
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// grow inserts documents from many goroutines.
func grow(b *testing.B, c *store.Collection[storetest.Doc], size int64) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for n := next.Add(1) - 1; n < size; n = next.Add(1) - 1 {
				if err := c.Insert(b.Context(), benchDoc(n)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
