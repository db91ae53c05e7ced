package charts_test

import (
	"flag"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"folkmoot/app/charts"
)

var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestComparisonGolden(t *testing.T) {
	t.Parallel()
	c := charts.Comparison{Size: 12, Hides: "not shown", Features: []charts.Feature{
		{Name: "gender", Source: "Census 2021", Values: []charts.Value{
			{Name: "woman", Share: 51, Pool: &charts.Count{N: 30, Of: 50}, Panel: &charts.Count{N: 6, Of: 12}, Target: true, Min: 6, Max: 6},
			{Name: "man <b>", Share: 49, Pool: &charts.Count{N: 20, Of: 50}, Panel: &charts.Count{N: 4, Of: 12}, Target: true, Min: 5, Max: 7},
			{Name: "another", Share: 0.4, Pool: &charts.Count{Hidden: true}, Panel: &charts.Count{Hidden: true}, Target: true, Max: 1},
			{Name: "Rather not say", Share: -1, Pool: &charts.Count{N: 0, Of: 50}, Panel: &charts.Count{N: 0, Of: 12}},
		}},
		{Name: "age_group", Values: []charts.Value{{Name: "young", Share: -1, Target: true, Min: 2, Max: 12}}},
	}}
	golden(t, "comparison.golden.html", string(c.HTML()))
}

func TestChancesGolden(t *testing.T) {
	t.Parallel()
	levels := charts.Levels([]string{"1/11", "1/2", "2/22", "0", "1/3"}, 24)
	golden(t, "chances.golden.html", string(charts.Chances(levels, 2)))
	if got := charts.Chances(nil, 2); got != "" {
		t.Errorf("nobody's chances are drawn: %s", got)
	}
}

// A hidden count must not be drawn in any other way: the picture is the same
// whatever it is.
func TestHiddenCountsAreDrawnNowhere(t *testing.T) {
	t.Parallel()
	draw := func(n, of int) string {
		v := charts.Value{Name: "few", Share: -1, Target: true, Min: 1, Max: 3,
			Pool: &charts.Count{N: n, Of: of, Hidden: true}, Panel: &charts.Count{N: n, Of: 12, Hidden: true}}
		return string(charts.Comparison{Size: 12, Hides: "not shown", Features: []charts.Feature{{Name: "f", Values: []charts.Value{v}}}}.HTML())
	}
	for n := range 5 {
		if draw(n, 40) != draw(0, 40) {
			t.Errorf("a hidden %d shows", n)
		}
	}
}

// Putting near chances together loses nobody and keeps the ends exact.
func TestLevelsKeepEverybody(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []string
		low, high := new(big.Rat), new(big.Rat)
		for i, n := range rapid.SliceOfN(rapid.IntRange(1, 60), 1, 200).Draw(t, "sixtieths") {
			r := big.NewRat(int64(n), 60)
			all = append(all, fmt.Sprintf("%d/60", n))
			if i == 0 || r.Cmp(low) < 0 {
				low = r
			}
			if r.Cmp(high) > 0 {
				high = r
			}
		}
		most := rapid.IntRange(3, 30).Draw(t, "most")
		levels := charts.Levels(all, most)
		people, last := 0, -1.0
		for _, l := range levels {
			people += l.People
			if charts.Number(l.From) <= last || charts.Number(l.To) < charts.Number(l.From) {
				t.Fatalf("levels overlap: %+v", levels)
			}
			last = charts.Number(l.To)
		}
		if people != len(all) || len(levels) > most || levels[0].From != low.RatString() || levels[len(levels)-1].To != high.RatString() {
			t.Fatalf("%d people became %d in %d levels of at most %d: %+v", len(all), people, len(levels), most, levels)
		}
	})
}

func TestWords(t *testing.T) {
	t.Parallel()
	for fraction, want := range map[string]string{"1/11": "1 in 11", "91/1000": "1 in 11", "3/10": "1 in 3.3", "1": "1 in 1", "0": "no chance", "?": "?"} {
		if got := charts.OneIn(fraction); got != want {
			t.Errorf("%s: got %q, want %q", fraction, got, want)
		}
	}
	if got := charts.Percent(0.3); got != "under 1%" {
		t.Errorf("got %q", got)
	}
	if ring := string(charts.Ring(18)); strings.Count(ring, "<circle") != 18 || !strings.Contains(ring, `aria-label="18 seats"`) {
		t.Errorf("got %s", ring)
	}
	if charts.Ring(0) != "" || charts.Ring(5000) != "" {
		t.Error("a ring of no seats, or of too many to see, is drawn")
	}
}
