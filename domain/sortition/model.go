package sortition

import (
	"math/big"
	"sort"
	"strings"
)

// model is the problem over types: groups of people who are the same for the
// draw (the same values and, in a household of several, the same make-up of
// the household). A panel is a count per type. Every row's coefficients are 0
// or 1; cuts carry whole weights of their own.
type model struct {
	problem *Problem // canonical
	types   []typ
	rows    []row
	cuts    []cut
}

// typ is one type. members are indexes into problem.People, in order.
type typ struct {
	values  []string // per feature
	pattern string   // make-up of the household, "" when alone
	members []int
	rows    []int // the rows it counts in, increasing
}

type rowKind string

const (
	rowTarget    rowKind = "target"
	rowSize      rowKind = "size"
	rowHousehold rowKind = "household"
)

// row bounds the number of people of some types: lo <= count <= hi.
type row struct {
	kind   rowKind
	target int // index into problem.Targets
	label  string
	lo, hi int
	types  []int
}

// cut is a proved inequality weights·c <= bound over all whole panels.
type cut struct {
	weights []*big.Int // per type
	bound   *big.Int
	proof   *branchProof
}

func (m *model) n(t int) int { return len(m.types[t].members) }

// newModel builds the model of a checked problem.
func newModel(problem *Problem) *model {
	p := problem.canonical()
	m := &model{problem: p}
	features := p.features()
	keys := make([]string, len(p.People))
	for i, person := range p.People {
		values := make([]string, len(features))
		for f, name := range features {
			values[f] = person.Values[name]
		}
		keys[i] = strings.Join(values, "\x1f")
	}
	patterns, households := patternsOf(p.People, keys)
	m.groupTypes(keys, patterns)
	m.addRows(households)
	return m
}

// patternsOf gives each person in a household of several the household's
// make-up, and the number of households of each make-up.
func patternsOf(people []Person, keys []string) ([]string, map[string]int) {
	homes := map[string][]int{}
	for i, person := range people {
		if person.Household != "" {
			homes[person.Household] = append(homes[person.Household], i)
		}
	}
	patterns, count := make([]string, len(people)), map[string]int{}
	for _, members := range homes {
		if len(members) < 2 {
			continue
		}
		all := make([]string, len(members))
		for j, i := range members {
			all[j] = keys[i]
		}
		sort.Strings(all)
		pattern := strings.Join(all, "\x1e")
		count[pattern]++
		for _, i := range members {
			patterns[i] = pattern
		}
	}
	return patterns, count
}

func (m *model) groupTypes(keys, patterns []string) {
	at := map[string]int{}
	for i := range m.problem.People {
		key := keys[i] + "\x1d" + patterns[i]
		t, ok := at[key]
		if !ok {
			t = len(m.types)
			at[key] = t
			m.types = append(m.types, typ{values: strings.Split(keys[i], "\x1f"), pattern: patterns[i]})
		}
		m.types[t].members = append(m.types[t].members, i)
	}
	sort.Slice(m.types, func(a, b int) bool {
		x, y := m.types[a], m.types[b]
		for f := range x.values {
			if x.values[f] != y.values[f] {
				return x.values[f] < y.values[f]
			}
		}
		return x.pattern < y.pattern
	})
}

func (m *model) addRows(households map[string]int) {
	features := m.problem.features()
	at := map[string]int{}
	for f, name := range features {
		at[name] = f
	}
	for i, t := range m.problem.Targets {
		r := row{kind: rowTarget, target: i, label: t.Feature + ": " + t.Value, lo: t.Min, hi: t.Max}
		for j := range m.types {
			if m.types[j].values[at[t.Feature]] == t.Value {
				r.types = append(r.types, j)
			}
		}
		m.rows = append(m.rows, r)
	}
	all := row{kind: rowSize, label: "size", lo: m.problem.Size, hi: m.problem.Size}
	homes := map[string][]int{}
	for j := range m.types {
		all.types = append(all.types, j)
		if p := m.types[j].pattern; p != "" {
			homes[p] = append(homes[p], j)
		}
	}
	m.rows = append(m.rows, all)
	patterns := make([]string, 0, len(homes))
	for p := range homes {
		patterns = append(patterns, p)
	}
	sort.Strings(patterns)
	for _, p := range patterns {
		m.rows = append(m.rows, row{kind: rowHousehold, label: "one per household", hi: households[p], types: homes[p]})
	}
	for r := range m.rows {
		for _, t := range m.rows[r].types {
			m.types[t].rows = append(m.types[t].rows, r)
		}
	}
}

// feasible tells whether a count per type is a panel.
func (m *model) feasible(counts []int) bool {
	for t, c := range counts {
		if c < 0 || c > m.n(t) {
			return false
		}
	}
	for _, r := range m.rows {
		sum := 0
		for _, t := range r.types {
			sum += counts[t]
		}
		if sum < r.lo || sum > r.hi {
			return false
		}
	}
	return true
}
