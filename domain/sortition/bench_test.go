package sortition_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"folkmoot/domain/sortition"
)

// benchmarkDraw times whole draws and reports the part spent on finding and
// proving the fairest lottery: the fastest, median and slowest run.
func benchmarkDraw(b *testing.B, p *sortition.Problem, o sortition.Options) {
	b.Helper()
	if err := p.Check().Err(); err != nil { // rounding shares can ask for more seats than there are
		b.Skip(err)
	}
	var solves []time.Duration
	var last *sortition.Lottery
	for b.Loop() {
		b.StopTimer()
		in, err := engine.Instance(b.Context())
		if err != nil {
			b.Skip(err)
		}
		b.StartTimer()
		started := time.Now()
		var found time.Duration
		l, err := sortition.Prepare(b.Context(), p, o, in, func(p sortition.Progress) {
			if p.Phase == "rounding" && found == 0 {
				found = time.Since(started)
			}
		})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		in.Close()
		b.StartTimer()
		last, solves = l, append(solves, found)
	}
	slices.Sort(solves)
	b.ReportMetric(milliseconds(solves[0]), "fastest-ms")
	b.ReportMetric(milliseconds(solves[len(solves)/2]), "median-ms")
	b.ReportMetric(milliseconds(solves[len(solves)-1]), "slowest-ms")
	b.ReportMetric(float64(last.Certificate.Types), "types")
	b.ReportMetric(float64(last.Certificate.Summary.Support), "panels")
	if !last.Certificate.Summary.Proved {
		b.ReportMetric(1, "unproved")
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func BenchmarkPublic(b *testing.B) {
	for _, in := range []instance{small200, large2000, scotland, uncovering} {
		b.Run(in.folder, func(b *testing.B) { benchmarkDraw(b, in.problem(b), sortition.Options{}) })
	}
}

func BenchmarkResampled(b *testing.B) {
	sizes := [][2]int{{300, 45}, {500, 75}, {750, 112}, {1500, 150}, {3000, 200}}
	for _, tight := range []bool{false, true} {
		for _, s := range sizes {
			for seed := range uint64(3) {
				name := fmt.Sprintf("%d_%d/tight=%v/seed=%d", s[0], s[1], tight, seed)
				b.Run(name, func(b *testing.B) {
					benchmarkDraw(b, resample(b, seed, s[0], s[1], tight), sortition.Options{})
				})
			}
		}
	}
}

func BenchmarkShapes(b *testing.B) {
	for _, s := range []shape{shapeSmall, shapeMiddle, shapeLarge, shapeExact, shapeHuge, shapeCity} {
		for seed := range uint64(2) {
			b.Run(fmt.Sprintf("%s/seed=%d", s.name, seed), func(b *testing.B) {
				benchmarkDraw(b, s.build(seed), sortition.Options{})
			})
		}
	}
}

// Ten seeds of the hardest published shape: exact targets throughout.
func BenchmarkExactTargets(b *testing.B) {
	for seed := range uint64(10) {
		b.Run(fmt.Sprintf("seed=%d", seed), func(b *testing.B) {
			benchmarkDraw(b, shapeExact.build(seed), sortition.Options{})
		})
	}
}
