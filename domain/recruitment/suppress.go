package recruitment

import "slices"

// Cell is one published count. A suppressed cell shows no number.
type Cell struct {
	Count      int  `json:"count"`
	Suppressed bool `json:"suppressed,omitempty"`
}

// TableRow is one value of a feature with its count at each stage.
type TableRow struct {
	Feature string `json:"feature"`
	Value   string `json:"value"`
	Min     int    `json:"min"`
	Max     int    `json:"max"`
	Share   int    `json:"share,omitempty"` // of the population, hundredths of a percent
	Source  string `json:"source,omitempty"`
	Cells   []Cell `json:"cells"`
}

// Table counts people per value and stage. In each stage the rows of one
// feature add up to the total. Within names, for each stage, the stage whose
// people include all of its people, or "".
type Table struct {
	Stages []string   `json:"stages"`
	Within []string   `json:"within"`
	Totals []Cell     `json:"totals"`
	Rows   []TableRow `json:"rows"`
}

// Suppress answers the table as it may leave the organisers' hands: no count
// from 1 to limit-1 is shown, and none can be worked out from what is shown.
//
// Beside the small counts themselves it hides, in each feature and stage, as
// many others as it takes that
//
//   - two cells or more are hidden, never one alone;
//   - the hidden cells, whose sum anyone can work out, are at least limit
//     people together and more people than cells;
//   - bounds worked out from sums and from stages that lie within each other
//     leave every small count at least two possible values.
//
// Zeros are shown unless they are needed to hide something. A stage whose
// total is small is hidden whole. The argument is not changed. A limit below
// 2 hides nothing.
func Suppress(t Table, limit int) Table {
	s := suppression{Table: t.clone(), limit: limit}
	if limit < 2 {
		return s.Table
	}
	s.groupRows()
	s.hidePrimary()
	for s.hideMore() {
	}
	return s.shown()
}

func (t Table) clone() Table {
	t.Totals = slices.Clone(t.Totals)
	t.Rows = slices.Clone(t.Rows)
	for i := range t.Rows {
		t.Rows[i].Cells = slices.Clone(t.Rows[i].Cells)
	}
	return t
}

// suppression is a table being hidden; counts stay until shown.
type suppression struct {
	Table
	limit  int
	groups [][]int // rows of each feature
	parent []int   // stage that includes a stage, -1 for none
}

func (s *suppression) groupRows() {
	at := map[string]int{}
	for i, r := range s.Rows {
		g, ok := at[r.Feature]
		if !ok {
			g = len(s.groups)
			at[r.Feature] = g
			s.groups = append(s.groups, nil)
		}
		s.groups[g] = append(s.groups[g], i)
	}
	s.parent = make([]int, len(s.Stages))
	for i := range s.Stages {
		s.parent[i] = -1
		if i < len(s.Within) && s.Within[i] != "" {
			s.parent[i] = slices.Index(s.Stages, s.Within[i])
		}
	}
}

func (s *suppression) small(n int) bool { return n > 0 && n < s.limit }

func (s *suppression) hidePrimary() {
	for c := range s.Stages {
		if s.small(s.Totals[c].Count) {
			s.hideStage(c)
		}
		for i := range s.Rows {
			if s.small(s.Rows[i].Cells[c].Count) {
				s.Rows[i].Cells[c].Suppressed = true
			}
		}
	}
}

func (s *suppression) hideStage(c int) {
	s.Totals[c].Suppressed = true
	for i := range s.Rows {
		s.Rows[i].Cells[c].Suppressed = true
	}
}

// hideMore hides one more cell (or stage) where something could be worked
// out; false when nothing can.
func (s *suppression) hideMore() bool {
	for _, rows := range s.groups {
		b := s.bounds(rows)
		for c := range s.Stages {
			if !s.Totals[c].Suppressed && s.exposed(rows, c, b) {
				s.hideOne(rows, c)
				return true
			}
		}
	}
	return false
}

// exposed reports whether the hidden cells of a feature in a stage tell too
// much.
func (s *suppression) exposed(rows []int, c int, b [][]interval) bool {
	hidden, sum, fixed := 0, 0, false
	for k, i := range rows {
		cell := s.Rows[i].Cells[c]
		if !cell.Suppressed {
			continue
		}
		hidden++
		sum += cell.Count
		fixed = fixed || s.small(cell.Count) && b[k][c].lo == b[k][c].hi
	}
	if hidden == 0 {
		return false
	}
	return hidden == 1 || sum < s.limit || sum <= hidden || fixed
}

// hideOne hides the smallest count still shown, zeros last; the whole stage
// when none is left.
func (s *suppression) hideOne(rows []int, c int) {
	best := -1
	for _, i := range rows {
		cell := s.Rows[i].Cells[c]
		if cell.Suppressed {
			continue
		}
		if best < 0 || before(cell.Count, s.Rows[best].Cells[c].Count) {
			best = i
		}
	}
	if best < 0 {
		s.hideStage(c)
		return
	}
	s.Rows[best].Cells[c].Suppressed = true
}

// before orders counts for hiding: the smallest positive first, zero last.
func before(a, b int) bool {
	if (a == 0) != (b == 0) {
		return b == 0
	}
	return a < b
}

// interval is what a reader can say of a hidden count.
type interval struct{ lo, hi int }

// bounds works out, for the rows of a feature, what a reader of the table
// could: every cell's range from the sums and the stages within stages.
func (s *suppression) bounds(rows []int) [][]interval {
	b := make([][]interval, len(rows))
	for k, i := range rows {
		b[k] = make([]interval, len(s.Stages))
		for c, cell := range s.Rows[i].Cells {
			b[k][c] = s.known(cell, c)
		}
	}
	for changed := true; changed; {
		changed = false
		for c := range s.Stages {
			changed = s.narrowSum(b, c) || changed
			changed = narrowWithin(b, c, s.parent[c]) || changed
		}
	}
	return b
}

func (s *suppression) known(cell Cell, c int) interval {
	if !cell.Suppressed {
		return interval{cell.Count, cell.Count}
	}
	hi := s.Totals[c].Count
	if s.Totals[c].Suppressed {
		hi = s.limit - 1
		if s.Totals[c].Count >= s.limit { // a stage hidden whole to protect others
			hi = 1 << 30
		}
	}
	lo := 0
	if cell.Count > 0 && !s.Totals[c].Suppressed {
		lo = 1 // hidden cells are seldom zeros: let the reader know as much
	}
	return interval{lo, hi}
}

// narrowSum uses that the rows of a feature add up to a shown total.
func (s *suppression) narrowSum(b [][]interval, c int) bool {
	if s.Totals[c].Suppressed {
		return false
	}
	lo, hi := 0, 0
	for k := range b {
		lo += b[k][c].lo
		hi += b[k][c].hi
	}
	changed, total := false, s.Totals[c].Count
	for k := range b {
		was := b[k][c]
		now := interval{max(was.lo, total-(hi-was.hi)), min(was.hi, total-(lo-was.lo))}
		if now != was {
			b[k][c] = now
			lo, hi = lo+now.lo-was.lo, hi+now.hi-was.hi
			changed = true
		}
	}
	return changed
}

// narrowWithin uses that a stage's count is at most its parent's.
func narrowWithin(b [][]interval, c, parent int) bool {
	if parent < 0 {
		return false
	}
	changed := false
	for k := range b {
		if b[k][c].hi > b[k][parent].hi {
			b[k][c].hi, changed = b[k][parent].hi, true
		}
		if b[k][parent].lo < b[k][c].lo {
			b[k][parent].lo, changed = b[k][c].lo, true
		}
	}
	return changed
}

// shown takes the hidden numbers out.
func (s *suppression) shown() Table {
	for c := range s.Totals {
		if s.Totals[c].Suppressed {
			s.Totals[c].Count = 0
		}
	}
	for i := range s.Rows {
		for c := range s.Rows[i].Cells {
			if s.Rows[i].Cells[c].Suppressed {
				s.Rows[i].Cells[c].Count = 0
			}
		}
	}
	return s.Table
}
