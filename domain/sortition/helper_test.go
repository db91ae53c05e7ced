package sortition_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"folkmoot/app/highs"
	"folkmoot/domain/sortition"
	"folkmoot/domain/sortition/verify"
)

// engine compiles the solver once for all tests of the package.
var engine = highs.New(solverCache())

func solverCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "folkmoot", "solver")
}

// newSolver skips the test where the solver is not built in.
func newSolver(t testing.TB) sortition.Solver {
	t.Helper()
	in, err := engine.Instance(context.Background())
	if errors.Is(err, highs.ErrAssets) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(in.Close)
	return in
}

// instance is a public test instance, read from FOLKMOOT_TEST_DATA.
type instance struct {
	folder, targets, id string
	size                int
}

var (
	small200   = instance{"example_small_20", "categories.csv", "", 20}
	large2000  = instance{"example_large_200", "categories.csv", "", 200}
	scotland   = instance{"scotland_150_22", "targets.csv", "nationbuilder_id", 22}
	uncovering = instance{"many_uncoverable_100_20", "targets.csv", "unique_id", 20}
)

func testData(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("FOLKMOOT_TEST_DATA")
	if dir == "" {
		t.Skip("FOLKMOOT_TEST_DATA is not set: the public instances are not here")
	}
	return filepath.Join(dir, "sortition")
}

func (in instance) problem(t testing.TB) *sortition.Problem {
	t.Helper()
	dir := filepath.Join(testData(t), in.folder)
	open := func(name string) *os.File {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	targets, found := sortition.ReadTargets(open(in.targets))
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	people, _, found := sortition.ReadRespondents(open("respondents.csv"), sortition.PoolColumns{ID: in.id}, targets)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return &sortition.Problem{Size: in.size, Targets: targets, People: people}
}

func prepare(t testing.TB, p *sortition.Problem, o sortition.Options) *sortition.Lottery {
	t.Helper()
	l, err := sortition.Prepare(t.Context(), p, o, newSolver(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// mustVerify checks a lottery with the independent verifier; no check may be
// skipped but those named.
func mustVerify(t testing.TB, l *sortition.Lottery, skipped ...string) {
	t.Helper()
	may := map[string]bool{"choice": true, "beacon": true}
	for _, name := range skipped {
		may[name] = true
	}
	for _, c := range verify.Draw(&l.Certificate, &l.Replay, nil).Checks {
		if !c.OK || c.Skipped && !may[c.Name] {
			t.Errorf("%s: %s (skipped %v)", c.Name, c.Text, c.Skipped)
		}
	}
}

func verifyChecks(l *sortition.Lottery) []verify.Check {
	return verify.Draw(&l.Certificate, &l.Replay, nil).Checks
}

func exactChances(l *sortition.Lottery) map[string]string {
	out := map[string]string{}
	for _, c := range l.Certificate.Chances {
		out[c.ID] = c.Exact
	}
	return out
}

func target(feature, value string, lo, hi int) sortition.Target {
	return sortition.Target{Feature: feature, Value: value, Min: lo, Max: hi}
}

// person makes a person from "feature=value" pairs in feature order.
func person(id string, features []string, values ...string) sortition.Person {
	p := sortition.Person{ID: id, Values: map[string]string{}}
	for i, f := range features {
		p.Values[f] = values[i]
	}
	return p
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func ids(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("p%03d", i)
	}
	return out
}
