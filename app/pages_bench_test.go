package main

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkPages reads pages of a played house at 200 requests a second, as
// architecture asks (p99 under 30 ms), and reports what the answers took.
func BenchmarkPages(b *testing.B) {
	p, all := opened(b)
	for name, at := range map[string]struct{ who, path string }{
		"public process": {"public", "/p/" + p.code}, "public report": {"public", "/r/" + p.code}, "staff overview": {"organiser", "/staff"},
		"staff process": {"organiser", "/staff/processes/" + p.id},
	} {
		b.Run(name, func(b *testing.B) {
			took := make([]time.Duration, b.N)
			tick := time.NewTicker(time.Second / 200)
			defer tick.Stop()
			var wg sync.WaitGroup
			for i := range b.N {
				<-tick.C
				wg.Go(func() {
					began := time.Now()
					v := *all[at.who]
					if got := v.get(at.path).status; got != 200 {
						b.Errorf("got %d", got)
					}
					took[i] = time.Since(began)
				})
			}
			wg.Wait()
			slices.Sort(took)
			for _, q := range []struct {
				name string
				at   float64
			}{{"p50-ms", 0.5}, {"p99-ms", 0.99}} {
				b.ReportMetric(float64(took[int(float64(len(took)-1)*q.at)].Microseconds())/1000, q.name)
			}
		})
	}
}
