package seating

import (
	"fmt"
	"slices"
	"strings"
)

// maxLooks bounds the exact search for a seating that keeps the rules, in
// tables looked at.
const maxLooks = 4_000_000

// placer finds a seating of one round that keeps every rule, or proves that
// there is none. It places those whom some rule names, whoever has fewest
// tables left first; everyone else fills the seats that remain.
type placer struct {
	r     *roundModel
	left  []int // free seats of each table
	table []int // unit -> table, -1 not placed
	todo  []int // units that a rule names
	looks int
}

// verdict is what the exact search found.
type verdict int

const (
	possible verdict = iota
	impossible
	undecided
)

// place searches; on success start holds the tables of those whom rules name.
func (r *roundModel) place(looks int) verdict {
	p := placer{r: r, left: slices.Clone(r.sizes), table: filled(len(r.units), -1), looks: looks}
	for u, members := range r.units {
		named := len(members) > 1
		for _, who := range members {
			named = named || r.pin[who] >= 0 || len(r.apart[who]) > 0
		}
		if named {
			p.todo = append(p.todo, u)
		}
		if r.torn(u) {
			return impossible
		}
	}
	found := p.search()
	if p.looks <= 0 {
		return undecided
	}
	if !found {
		return impossible
	}
	r.start = filled(len(r.unit), -1)
	for u, t := range p.table {
		for _, who := range r.units[u] {
			r.start[who] = t
		}
	}
	return possible
}

// settle finds a seating that keeps the rules, with the usual sizes of tables
// or, where those stand in the way, with the spare seats elsewhere.
func (m *model) settle(r *roundModel, round int, looks int) verdict {
	usual := r.sizes
	found := r.place(looks)
	if found != impossible {
		return found
	}
	asked := m.req.Rounds[round]
	spare := 0
	r.sizes = make([]int, len(usual))
	for t := range r.sizes {
		r.sizes[t] = (len(r.here) + len(usual) - 1) / len(usual)
		if len(asked.Tables) > 0 {
			r.sizes[t] = asked.Tables[t]
		}
		spare += r.sizes[t]
	}
	if spare > len(r.here) {
		found = r.place(looks)
	}
	if found != possible {
		r.sizes = usual
		return found
	}
	placed := make([]int, len(usual))
	for _, t := range r.start {
		if t >= 0 {
			placed[t]++
		}
	}
	r.sizes = roundSizes(asked, len(r.here), placed)
	for t, n := range placed {
		if n > r.sizes[t] {
			return undecided
		}
	}
	return possible
}

// torn reports a unit that contradicts itself: pinned to two tables, or with
// two people who are never together.
func (r *roundModel) torn(u int) bool {
	table := -1
	for _, who := range r.units[u] {
		if t := r.pin[who]; t >= 0 {
			if table >= 0 && t != table {
				return true
			}
			table = t
		}
		for _, other := range r.apart[who] {
			if r.unit[other] == u {
				return true
			}
		}
	}
	return false
}

func (p *placer) search() bool {
	u, tables := p.tightest()
	if u < 0 {
		return true
	}
	for _, t := range tables {
		p.table[u] = t
		p.left[t] -= len(p.r.units[u])
		if p.search() {
			return true
		}
		p.table[u] = -1
		p.left[t] += len(p.r.units[u])
		if p.looks <= 0 {
			return false
		}
	}
	return false
}

// tightest is the unplaced unit with the fewest tables, the largest of
// equals, and those tables, emptiest first. It is -1 when all are placed.
func (p *placer) tightest() (int, []int) {
	best, options := -1, []int(nil)
	for _, u := range p.todo {
		if p.table[u] >= 0 {
			continue
		}
		tables := p.options(u)
		if best < 0 || len(tables) < len(options) || len(tables) == len(options) && len(p.r.units[u]) > len(p.r.units[best]) {
			best, options = u, tables
		}
		if len(options) == 0 {
			break
		}
	}
	slices.SortStableFunc(options, func(a, b int) int { return p.left[b] - p.left[a] })
	return best, options
}

// options are the tables that a unit could take. Of untouched tables of one
// size the first stands for all.
func (p *placer) options(u int) []int {
	blocked := map[int]bool{}
	pin := -1
	for _, who := range p.r.units[u] {
		pin = max(pin, p.r.pin[who])
		for _, other := range p.r.apart[who] {
			blocked[p.table[p.r.unit[other]]] = true
		}
	}
	var out []int
	untouched := map[int]bool{}
	for t, left := range p.left {
		if p.looks--; left < len(p.r.units[u]) || blocked[t] || pin >= 0 && pin != t {
			continue
		}
		if left == p.r.sizes[t] && pin < 0 && !p.wanted(t) {
			if untouched[left] {
				continue
			}
			untouched[left] = true
		}
		out = append(out, t)
	}
	return out
}

// wanted reports a table that somebody unplaced is pinned to.
func (p *placer) wanted(t int) bool {
	for _, u := range p.todo {
		if p.table[u] >= 0 {
			continue
		}
		for _, who := range p.r.units[u] {
			if p.r.pin[who] == t {
				return true
			}
		}
	}
	return false
}

// conflicts finds a start for every open round, or says which rules stand
// against each other. Rounds with one and the same conflict are named once.
func (m *model) conflicts() Problems {
	var found Problems
	said := map[string]bool{}
	for i := range m.rounds {
		r := &m.rounds[i]
		switch m.settle(r, m.open+i, maxLooks) {
		case impossible:
			p := m.explain(m.open + i)
			if key := strings.Join(p.Rules, "\n"); !said[key] {
				said[key] = true
				found = append(found, p)
			}
		case undecided:
			found = append(found, Problem{Code: CodeUndecided, List: ListRounds, Round: m.open + i + 1,
				Msg: fmt.Sprintf("No seating of round %d that keeps every rule was found, and none was ruled out. Loosen some rules.", m.open+i+1)})
		}
	}
	return found
}

// rule is one rule of a round, to be left out in turn.
type rule struct {
	list List
	at   int // in its list
	row  int
	text string
}

// explain finds a smallest set of rules that cannot all hold in a round: a
// rule is left out for good when the rest conflict without it.
func (m *model) explain(round int) Problem {
	rules := m.rulesOf(round)
	for i := 0; i < len(rules); {
		rest := slices.Delete(slices.Clone(rules), i, i+1)
		r := m.with(rest).round(round)
		if m.settle(&r, round, maxLooks/20) == impossible {
			rules = rest
			continue
		}
		i++
	}
	r := m.round(round)
	texts, refs := make([]string, len(rules)), make([]Ref, len(rules))
	for i, one := range rules {
		texts[i], refs[i] = one.text, Ref{one.list, one.row}
	}
	return Problem{Code: CodeConflict, List: rules[0].list, Round: round + 1, Rules: texts, Refs: refs,
		Msg: fmt.Sprintf("In round %d (%s) these cannot all hold: %s. Drop or change one of them.", round+1, tablesText(r.sizes), strings.Join(texts, "; "))}
}

// with is the model under some of its rules.
func (m *model) with(rules []rule) *model {
	less := *m
	less.req.Pins, less.req.Together, less.req.Apart = nil, nil, nil
	for _, r := range rules {
		switch r.list {
		case ListPins:
			less.req.Pins = append(less.req.Pins, m.req.Pins[r.at])
		case ListTogether:
			less.req.Together = append(less.req.Together, m.req.Together[r.at])
		default:
			less.req.Apart = append(less.req.Apart, m.req.Apart[r.at])
		}
	}
	return &less
}

func (m *model) rulesOf(round int) []rule {
	var out []rule
	for i, p := range m.req.Apart {
		out = append(out, rule{ListApart, i, p.Row, fmt.Sprintf("%s and %s are never together%s", clip(p.A), clip(p.B), rowText(p.Row))})
	}
	for i, p := range m.req.Together {
		out = append(out, rule{ListTogether, i, p.Row, fmt.Sprintf("%s and %s are always together%s", clip(p.A), clip(p.B), rowText(p.Row))})
	}
	for i, p := range m.req.Pins {
		if p.Round == 0 || p.Round == round+1 {
			out = append(out, rule{ListPins, i, p.Row, fmt.Sprintf("%s sits at table %d%s", clip(p.Person), p.Table, rowText(p.Row))})
		}
	}
	return out
}

func rowText(row int) string {
	if row == 0 {
		return ""
	}
	return fmt.Sprintf(" (row %d)", row)
}

// tablesText says how many tables of which size there are.
func tablesText(sizes []int) string {
	count := map[int]int{}
	for _, s := range sizes {
		count[s]++
	}
	var parts []string
	for s := slices.Max(append([]int{0}, sizes...)); s > 0; s-- {
		if n := count[s]; n == 1 {
			parts = append(parts, fmt.Sprintf("1 table of %d", s))
		} else if n > 1 {
			parts = append(parts, fmt.Sprintf("%d tables of %d", n, s))
		}
	}
	return strings.Join(parts, ", ")
}
