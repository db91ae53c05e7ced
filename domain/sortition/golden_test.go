package sortition_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"folkmoot/domain/sortition"
)

var update = flag.Bool("update", false, "write golden files")

// TestGoldenDraw pins a whole draw to the byte: the same inputs and seed give
// the same certificate on every machine, and a change of method shows here.
func TestGoldenDraw(t *testing.T) {
	t.Parallel()
	p := shapeSmall.build(7)
	for i := range p.People {
		if i%5 < 2 {
			p.People[i].Household = fmt.Sprint("home ", i/5)
		}
	}
	l := prepare(t, p, sortition.Options{Panels: 40, Label: "golden", Program: "test 1", Salt: "s", SeedPlan: "eight dice", Alternates: 3})
	if _, err := sortition.Conclude(l, dice); err != nil {
		t.Fatal(err)
	}
	mustVerify(t, l, "alternates")
	c := l.Certificate
	got := fmt.Sprintf("%sseal %s\npanel %d\nselected %s\nalternates %s\n", c.Commitment.Statement, c.Seal, c.Choice.Panel,
		strings.Join(c.Choice.Selected, " "), strings.Join(c.Choice.Alternates.IDs, " "))
	path := filepath.Join("testdata", "golden_draw.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPrepareCanBeCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	solver := newSolver(t)
	_, err := sortition.Prepare(ctx, shapeMiddle.build(1), sortition.Options{}, solver, func(sortition.Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestProgressNamesPhases(t *testing.T) {
	t.Parallel()
	var phases []string
	_, err := sortition.Prepare(t.Context(), shapeSmall.build(1), sortition.Options{Panels: 5}, newSolver(t), func(p sortition.Progress) {
		if !slices.Contains(phases, p.Phase) {
			phases = append(phases, p.Phase)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"leximin", "panels", "rounding"} {
		if !slices.Contains(phases, want) {
			t.Errorf("no phase %s in %v", want, phases)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, o := range []sortition.Options{{Panels: -1}, {Panels: 1_000_000}, {Objective: "luck"}} {
		_, err := sortition.Prepare(t.Context(), shapeSmall.build(1), o, newSolver(t), nil)
		var found sortition.Findings
		if !errors.As(err, &found) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// Any number of panels from 1 up makes a lottery; one panel is a plain draw.
func TestSmallLotteries(t *testing.T) {
	t.Parallel()
	for _, m := range []int{1, 2, 3, 7, 100} {
		l := prepare(t, shapeSmall.build(3), sortition.Options{Panels: m})
		if len(l.Certificate.Panels) != m {
			t.Errorf("%d panels, want %d", len(l.Certificate.Panels), m)
		}
		mustVerify(t, l)
	}
}

// The chances of a lottery whose denominators divide the number of panels are
// exact.
func TestNoRoundingWhereNoneIsNeeded(t *testing.T) {
	t.Parallel()
	l := prepare(t, small200.problem(t), sortition.Options{Panels: 10})
	if c := l.Certificate.Summary.LargestChange; c != "0" {
		t.Errorf("the largest change is %s", c)
	}
}

// Nobody sits with someone of the same household, and a household of two
// kinds of people shares its chance.
func TestHouseholdsShare(t *testing.T) {
	t.Parallel()
	f := []string{"g"}
	p := &sortition.Problem{Size: 2, Targets: []sortition.Target{target("g", "f", 1, 1), target("g", "m", 1, 1)}}
	for i := range 4 { // two couples
		who := person(fmt.Sprint(i), f, []string{"f", "m"}[i%2])
		who.Household = fmt.Sprint("couple ", i/2)
		p.People = append(p.People, who)
	}
	l := prepare(t, p, sortition.Options{Panels: 10})
	mustVerify(t, l)
	for id, chance := range exactChances(l) {
		if chance != "1/2" {
			t.Errorf("%s: %s", id, chance)
		}
	}
	for _, panel := range l.Certificate.Panels {
		if panel[0] == "0" && panel[1] == "1" || panel[0] == "2" && panel[1] == "3" {
			t.Errorf("a couple sits together: %v", panel)
		}
	}
}
