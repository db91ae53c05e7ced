package sortition_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
	"time"

	"folkmoot/app/highs"
	"folkmoot/domain/sortition"
)

// bar is a promise about speed: the time allowed for finding and proving the
// fairest lottery, and the result that it must have.
type bar struct {
	name    string
	limit   time.Duration // 0: reported only
	problem func(testing.TB) *sortition.Problem
	minimum string // "": any
	runs    int
}

func bars() []bar {
	public := func(in instance, limit time.Duration, minimum string) bar {
		return bar{in.folder, limit, func(t testing.TB) *sortition.Problem { return in.problem(t) }, minimum, 9}
	}
	out := []bar{
		public(small200, 5*time.Millisecond, "1/10"), public(large2000, 10*time.Millisecond, "1/10"),
		public(scotland, 150*time.Millisecond, "1/11"), public(uncovering, 150*time.Millisecond, "1/30"),
	}
	for _, tight := range []bool{false, true} {
		for _, s := range [][2]int{{300, 45}, {500, 75}, {750, 112}, {1500, 150}, {3000, 200}} {
			for seed := range uint64(3) {
				limit, kind := 50*time.Millisecond, ""
				if tight {
					limit, kind = 250*time.Millisecond, " tight"
				}
				out = append(out, bar{fmt.Sprintf("resampled %d/%d%s, seed %d", s[0], s[1], kind, seed), limit,
					func(t testing.TB) *sortition.Problem { return resample(t, seed, s[0], s[1], tight) }, "", 5})
			}
		}
	}
	made := func(s shape, seed uint64, limit time.Duration, runs int) bar {
		return bar{fmt.Sprintf("%s, seed %d", s.name, seed), limit, func(testing.TB) *sortition.Problem { return s.build(seed) }, "", runs}
	}
	for seed := range uint64(10) {
		out = append(out, made(shapeExact, seed, 2500*time.Millisecond, 3))
	}
	return append(out, made(shapeLarge, 0, 2*time.Second, 3), made(shapeLarge, 1, 2*time.Second, 3),
		made(shapeHuge, 0, 10*time.Second, 3), made(shapeCity, 0, 0, 1))
}

// TestBars measures every bar and prints it beside its limit. It takes
// minutes and a calm machine: set FOLKMOOT_BARS=1, or =gap for the cases with
// a true gap, which run a minute each (make bench, make gaps).
func TestBars(t *testing.T) {
	if os.Getenv("FOLKMOOT_BARS") != "1" {
		t.Skip("FOLKMOOT_BARS is not 1: speed is measured by make bench")
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	defer func() { _ = w.Flush() }()
	fmt.Fprintln(w, "instance\tbar\tmedian\tslowest\tprocessor\tsmallest chance\tproved\tmet")
	start := engineStart(t)
	fmt.Fprintf(w, "engine start, cached\t100ms\t%v\t\t\t\t\t%v\n", start, start < 100*time.Millisecond)
	for _, b := range bars() {
		p := b.problem(t)
		if p.Check().Err() != nil {
			fmt.Fprintf(w, "%s\t%v\tno panel: rounded shares ask for more seats than there are\n", b.name, b.limit)
			continue
		}
		var times, busy []time.Duration
		var s sortition.Summary
		for range b.runs {
			took, spent, l := timed(t, p)
			times, busy, s = append(times, took), append(busy, spent), l.Certificate.Summary
		}
		slices.Sort(times)
		slices.Sort(busy)
		median := times[len(times)/2]
		met := s.Proved && (b.limit == 0 || median < b.limit) && (b.minimum == "" || s.Minimum == b.minimum)
		limit := "reported"
		if b.limit > 0 {
			limit = b.limit.String()
		}
		fmt.Fprintf(w, "%s\t%s\t%v\t%v\t%v\t%s\t%v\t%v\n", b.name, limit, median, times[len(times)-1], busy[len(busy)/2], s.Minimum, s.Proved, met)
		if !met {
			t.Errorf("%s: %v against %v, smallest chance %s, proved %v", b.name, median, b.limit, s.Minimum, s.Proved)
		}
	}
}

// engineStart is the time from nothing to a solver, its code compiled before.
func engineStart(t *testing.T) time.Duration {
	t.Helper()
	newSolver(t)
	var times []time.Duration
	for range 5 {
		began := time.Now()
		e := highs.New(solverCache())
		if _, err := e.Instance(t.Context()); err != nil {
			t.Fatal(err)
		}
		times = append(times, time.Since(began).Round(time.Millisecond))
		_ = e.Close(context.Background())
	}
	slices.Sort(times)
	return times[2]
}

// timed is one draw: the time until the fairest lottery was proved, by the
// clock and by the processor.
func timed(t testing.TB, p *sortition.Problem) (took, spent time.Duration, l *sortition.Lottery) {
	t.Helper()
	in, err := engine.Instance(t.Context())
	if err != nil {
		t.Skip(err)
	}
	defer in.Close()
	began, idle := time.Now(), processor()
	l, err = sortition.Prepare(t.Context(), p, sortition.Options{}, in, func(p sortition.Progress) {
		if p.Phase == "rounding" && took == 0 {
			took, spent = time.Since(began), processor()-idle
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return took.Round(10 * time.Microsecond), spent.Round(10 * time.Microsecond), l
}

// gapShapes are ten features with exact targets and few seats: what whole
// panels can reach lies far below the relaxation.
var gapShapes = []shape{
	{"150_12_10features_exact", 150, 12, []int{2, 4, 3, 3, 3, 2, 3, 2, 3, 3}, 0, 0.6},
	{"195_15_10features_exact", 195, 15, []int{2, 4, 3, 3, 3, 2, 3, 2, 3, 3}, 0, 0.6},
	{"122_18_10features_exact", 122, 18, []int{2, 4, 3, 3, 3, 2, 3, 2, 3, 3}, 0, 0.6},
}

// TestGaps reports the interval after a minute for cases with a true gap.
func TestGaps(t *testing.T) {
	if os.Getenv("FOLKMOOT_BARS") != "gap" {
		t.Skip("FOLKMOOT_BARS is not gap: intervals are measured by make gaps")
	}
	for _, s := range gapShapes {
		for seed := range uint64(4) {
			reportGap(t, s, seed)
		}
	}
}

func reportGap(t *testing.T, s shape, seed uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	began := time.Now()
	l, err := sortition.Prepare(ctx, s.build(seed), sortition.Options{Panels: 100}, newSolver(t), nil)
	if err != nil {
		t.Errorf("%s, seed %d: %v", s.name, seed, err)
		return
	}
	mustVerify(t, l)
	c := l.Certificate
	low, gap := number(t, c.Summary.Minimum), number(t, c.Summary.Gap)
	fmt.Printf("%s, seed %d: %d types, smallest chance %.6f to %.6f (%.2g%% open), proved %v, %d inequalities, %v\n",
		s.name, seed, c.Types, low, low+gap, 100*gap/(low+gap), c.Summary.Proved, len(l.Replay.Proof.Cuts), time.Since(began).Round(time.Second))
}
