package main

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/app/store"
	"folkmoot/app/store/mongostore"
)

// overTheWire walks points with the same play on databases behind MongoDB's
// protocol, which FerretDB speaks here.
func (r *recording) overTheWire(t *testing.T, points []point) {
	t.Helper()
	uri := ferret(t)
	var made atomic.Int64
	wired := *r
	wired.open = func(t testing.TB, _, name string) store.Engine {
		db := must[*mongostore.DB](t)(mongostore.Open(t.Context(), uri, mongostore.Options{
			Database: fmt.Sprint(name, made.Add(1)), Timeout: 2 * time.Minute, Select: time.Minute,
		}))
		t.Cleanup(func() { db.Close() })
		return db
	}
	began := time.Now()
	wrong := wired.walkers(t, points)
	t.Logf("NOTE: crash walk over MongoDB's protocol: %d points walked in %s, %d wrong", len(points), time.Since(began).Round(time.Second), wrong)
}
