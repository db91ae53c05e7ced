package recruitment_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"folkmoot/domain/recruitment"
)

// table makes a table of one feature per group; counts[value][stage].
func table(within []string, groups ...[][]int) recruitment.Table {
	t := recruitment.Table{Within: within}
	for c := range within {
		t.Stages = append(t.Stages, fmt.Sprintf("s%d", c))
		t.Totals = append(t.Totals, recruitment.Cell{})
	}
	for g, values := range groups {
		for v, counts := range values {
			r := recruitment.TableRow{Feature: fmt.Sprintf("f%d", g), Value: fmt.Sprintf("v%d", v)}
			for c, n := range counts {
				r.Cells = append(r.Cells, recruitment.Cell{Count: n})
				if g == 0 {
					t.Totals[c].Count += n
				}
			}
			t.Rows = append(t.Rows, r)
		}
	}
	return t
}

// shape writes a table as text: numbers, and x for what is hidden.
func shape(t recruitment.Table) []string {
	show := func(cells []recruitment.Cell) string {
		s := ""
		for _, c := range cells {
			if c.Suppressed {
				s += " x"
			} else {
				s += fmt.Sprintf(" %d", c.Count)
			}
		}
		return s
	}
	out := []string{"total" + show(t.Totals)}
	for _, r := range t.Rows {
		out = append(out, r.Feature+r.Value+show(r.Cells))
	}
	return out
}

func TestSuppress(t *testing.T) {
	t.Parallel()
	one := []string{""}
	rows := []struct {
		name  string
		in    recruitment.Table
		limit int
		want  []string
	}{
		{"nothing small", table(one, [][]int{{10}, {20}}), 5, []string{"total 30", "f0v0 10", "f0v1 20"}},
		{"zero is shown", table(one, [][]int{{0}, {20}}), 5, []string{"total 20", "f0v0 0", "f0v1 20"}},
		{"one small takes the next smallest along", table(one, [][]int{{3}, {9}, {20}}), 5, []string{"total 32", "f0v0 x", "f0v1 x", "f0v2 20"}},
		{"two small of few people take a third", table(one, [][]int{{1}, {1}, {9}, {20}}), 5, []string{"total 31", "f0v0 x", "f0v1 x", "f0v2 x", "f0v3 20"}},
		{"two small of enough people suffice", table(one, [][]int{{4}, {3}, {9}, {20}}), 5, []string{"total 36", "f0v0 x", "f0v1 x", "f0v2 9", "f0v3 20"}},
		{"five cells of one person each", table(one, [][]int{{1}, {1}, {1}, {1}, {1}, {30}}), 5,
			[]string{"total 35", "f0v0 x", "f0v1 x", "f0v2 x", "f0v3 x", "f0v4 x", "f0v5 x"}},
		{"a small total hides the stage", table(one, [][]int{{0}, {3}}), 5, []string{"total x", "f0v0 x", "f0v1 x"}},
		{"no limit", table(one, [][]int{{1}, {3}}), 1, []string{"total 4", "f0v0 1", "f0v1 3"}},
		{"limit of ten", table(one, [][]int{{9}, {10}, {40}}), 10, []string{"total 59", "f0v0 x", "f0v1 x", "f0v2 40"}},
		{"stages squeeze a hidden cell", // the later rows are known from both sides, so the total goes too
			table([]string{"", "s0", "s1"}, [][]int{{6, 4, 0}, {7, 7, 7}, {30, 30, 30}}), 5,
			[]string{"total 43 x 37", "f0v0 6 x 0", "f0v1 7 x 7", "f0v2 30 x 30"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(row.want, shape(recruitment.Suppress(row.in, row.limit))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSuppressLeavesItsArgument(t *testing.T) {
	t.Parallel()
	in := table([]string{""}, [][]int{{3}, {9}})
	recruitment.Suppress(in, 5)
	if in.Rows[0].Cells[0].Suppressed || in.Totals[0].Count != 12 {
		t.Error("the table passed in was changed")
	}
}

// TestSuppressHoldsAgainstEnumeration plays the reader who tries every table
// that agrees with what is shown: no small count may come out the same in all
// of them.
func TestSuppressHoldsAgainstEnumeration(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(2, 4).Draw(rt, "limit")
		values := rapid.IntRange(2, 4).Draw(rt, "values")
		counts := make([][]int, values)
		for v := range counts {
			outer := rapid.IntRange(0, 7).Draw(rt, "outer")
			counts[v] = []int{outer, rapid.IntRange(0, outer).Draw(rt, "inner")}
		}
		in := table([]string{"", "s0"}, counts)
		out := recruitment.Suppress(in, limit)
		checkShown(rt, in, out, limit)
		attack(rt, in, out, limit)
	})
}

func checkShown(rt *rapid.T, in, out recruitment.Table, limit int) {
	for i, r := range out.Rows {
		for c, cell := range r.Cells {
			actual := in.Rows[i].Cells[c].Count
			switch {
			case cell.Suppressed && cell.Count != 0:
				rt.Fatalf("a hidden cell still holds %d", cell.Count)
			case !cell.Suppressed && cell.Count != actual:
				rt.Fatalf("shown %d, is %d", cell.Count, actual)
			case !cell.Suppressed && actual > 0 && actual < limit:
				rt.Fatalf("a small count %d is shown:\n%v", actual, shape(out))
			}
		}
	}
}

// attack enumerates the values of every hidden cell.
func attack(rt *rapid.T, in, out recruitment.Table, limit int) {
	seen := map[[2]int]map[int]bool{}
	n := len(out.Rows)
	guess := make([][2]int, n)
	var try func(v int, sums [2]int)
	fits := func(c, sum int) bool { return out.Totals[c].Suppressed || sum == in.Totals[c].Count }
	over := func(c, sum int) bool { return !out.Totals[c].Suppressed && sum > in.Totals[c].Count }
	try = func(v int, sums [2]int) {
		if over(0, sums[0]) || over(1, sums[1]) {
			return
		}
		if v == n {
			if fits(0, sums[0]) && fits(1, sums[1]) {
				for i, g := range guess {
					for c := range g {
						k := [2]int{i, c}
						if seen[k] == nil {
							seen[k] = map[int]bool{}
						}
						seen[k][g[c]] = true
					}
				}
			}
			return
		}
		for _, a := range choices(out.Rows[v].Cells[0]) {
			for _, b := range choices(out.Rows[v].Cells[1]) {
				if b <= a {
					guess[v] = [2]int{a, b}
					try(v+1, [2]int{sums[0] + a, sums[1] + b})
				}
			}
		}
	}
	try(0, [2]int{})
	for i, r := range in.Rows {
		for c, cell := range r.Cells {
			if cell.Count > 0 && cell.Count < limit && len(seen[[2]int{i, c}]) < 2 {
				rt.Fatalf("row %d stage %d can be worked out:\nin  %v\nout %v", i, c, shape(in), shape(out))
			}
		}
	}
}

func choices(c recruitment.Cell) []int {
	if !c.Suppressed {
		return []int{c.Count}
	}
	return []int{0, 1, 2, 3, 4, 5, 6, 7, 8}
}
