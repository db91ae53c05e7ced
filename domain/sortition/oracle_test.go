package sortition_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"folkmoot/domain/sortition"
)

// oracle is one case of the published oracles.
type oracle struct {
	Name       string
	Size       int
	Features   []string
	Targets    [][]any
	Flex       string
	People     map[string][]string
	Households map[string]string
	Expect     struct {
		Maximin    map[string]string
		Households map[string]string `json:"maximin_one_per_household"`
		Min        string            `json:"maximin_min"`
		Nash       map[string]string
		Error      string
	}
}

func oracles(t testing.TB) []oracle {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testData(t), "oracles.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out []oracle
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func (o oracle) problem(households bool) *sortition.Problem {
	p := &sortition.Problem{Size: o.Size}
	for _, row := range o.Targets {
		target := target(row[0].(string), row[1].(string), int(row[2].(float64)), int(row[3].(float64)))
		if o.Flex != "" {
			target.Min, target.Max = int(row[2].(float64)), int(row[3].(float64))
			target.Flex = &sortition.Flex{Min: target.Min, Max: target.Max}
		}
		p.Targets = append(p.Targets, target)
	}
	for id, values := range o.People {
		who := person(id, o.Features, values...)
		if households {
			who.Household = o.Households[id]
		}
		p.People = append(p.People, who)
	}
	return p
}

func TestOracles(t *testing.T) {
	t.Parallel()
	for _, o := range oracles(t) {
		t.Run(o.Name, func(t *testing.T) {
			t.Parallel()
			if o.Expect.Error != "" {
				checkNotRelaxable(t, o)
				return
			}
			l := prepare(t, o.problem(false), sortition.Options{})
			mustVerify(t, l)
			expect(t, l, o.Expect.Maximin)
			if o.Expect.Min != "" && l.Certificate.Summary.Minimum != o.Expect.Min {
				t.Errorf("minimum %s, want %s", l.Certificate.Summary.Minimum, o.Expect.Min)
			}
			if o.Expect.Households != nil {
				l := prepare(t, o.problem(true), sortition.Options{})
				mustVerify(t, l)
				expect(t, l, o.Expect.Households)
			}
		})
	}
}

func expect(t *testing.T, l *sortition.Lottery, want map[string]string) {
	t.Helper()
	got := exactChances(l)
	for id, chance := range want {
		if got[id] != chance {
			t.Errorf("%s: chance %s, want %s", id, got[id], chance)
		}
	}
}

func checkNotRelaxable(t *testing.T, o oracle) {
	t.Helper()
	f, err := sortition.CheckFeasible(t.Context(), o.problem(false), newSolver(t))
	if err != nil {
		t.Fatal(err)
	}
	if f.Feasible || len(f.Conflict) == 0 || len(f.Relaxation) != 0 {
		t.Errorf("feasible %v, conflict %v, relaxation %v", f.Feasible, f.Conflict, f.Relaxation)
	}
	last := f.Findings[len(f.Findings)-1]
	if last.Code != sortition.CodeNotRelaxable {
		t.Errorf("got %s: %s", last.Code, last.Msg)
	}
}

func TestPublicInstances(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in          instance
		minimum     string
		uncoverable int
	}{
		{small200, "1/10", 0}, {large2000, "1/10", 0}, {scotland, "1/11", 0}, {uncovering, "1/30", 29},
	} {
		t.Run(c.in.folder, func(t *testing.T) {
			t.Parallel()
			l := prepare(t, c.in.problem(t), sortition.Options{})
			mustVerify(t, l)
			s := l.Certificate.Summary
			if s.Minimum != c.minimum || len(s.Uncoverable) != c.uncoverable || !s.Proved || s.Gap != "0" {
				t.Errorf("minimum %s, %d uncoverable, proved %v, gap %s", s.Minimum, len(s.Uncoverable), s.Proved, s.Gap)
			}
			explained := 0
			for _, u := range l.Replay.Uncoverable {
				explained += len(u.IDs)
				if len(u.Excluding) == 0 {
					t.Errorf("%v: no target is named", u.IDs)
				}
			}
			if explained != c.uncoverable {
				t.Errorf("%d people explained, want %d", explained, c.uncoverable)
			}
		})
	}
}
