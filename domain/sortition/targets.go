package sortition

import (
	"io"
	"strconv"
	"strings"
)

// headings are the known pairs of columns that name feature and value. In the
// third, "feature" is the value: the form of published research data.
var headings = [][2]string{
	{"feature", "value"},
	{"category", "name"},
	{"category", "value"},
	{"category", "category value"},
	{"category", "category_value"},
	{"category", "category-value"},
	{"category", "feature"},
	{"FeatureName", "ValueName"},
}

// ReadTargets reads targets from CSV with a header naming feature, value, min
// and max, and optionally min_flex and max_flex. It reports every problem of
// the file at once; other columns are ignored, rows without a feature skipped.
func ReadTargets(r io.Reader) ([]Target, Findings) {
	table, found := ReadTable(r)
	if found.Err() != nil && len(table.Header) == 0 {
		return nil, found
	}
	c, ok := targetColumns(table, &found)
	if !ok {
		return nil, found
	}
	var out []Target
	for i, row := range table.Rows {
		if strings.TrimSpace(row[c.feature]) == "" {
			c.checkNameless(table, &found, i)
			continue
		}
		if t, ok := c.target(table, &found, i); ok {
			out = append(out, t)
		}
	}
	c.checkRows(table, &found)
	if len(out) == 0 && found.Err() == nil {
		found.errorf(CodeNoTargets, "The file holds no targets.")
	}
	return out, found
}

// checkNameless sees that a row without a feature is one to skip: a note, not
// a target that lost its name.
func (c targetCols) checkNameless(t *Table, found *Findings, i int) {
	row := t.Rows[i]
	full := strings.TrimSpace(row[c.value]) != "" && strings.TrimSpace(row[c.min]+row[c.max]) != ""
	if full && !t.reported(i, c.feature) {
		t.at(found.warnf(CodeEmptyFeatureValue, "This row names no feature and is left out."), i, c.feature)
	}
}

type targetCols struct{ feature, value, min, max, minFlex, maxFlex int }

func targetColumns(t *Table, found *Findings) (targetCols, bool) {
	c := targetCols{minFlex: -1, maxFlex: -1}
	before := len(*found)
	pair := headings[0]
	for _, h := range headings {
		if t.has(h[0]) && t.has(h[1]) {
			pair = h
			break
		}
	}
	lo, hi := "min", "max"
	if !t.has(lo) && t.has("MinQuota") {
		lo, hi = "MinQuota", "MaxQuota"
	}
	c.feature = t.find(found, pair[0], CodeMissingRequiredColumn, CodeDuplicateRequiredColumn)
	c.value = t.find(found, pair[1], CodeMissingRequiredColumn, CodeDuplicateRequiredColumn)
	c.min = t.find(found, lo, CodeMissingRequiredColumn, CodeDuplicateRequiredColumn)
	c.max = t.find(found, hi, CodeMissingRequiredColumn, CodeDuplicateRequiredColumn)
	if t.has("min_flex") || t.has("max_flex") {
		c.minFlex = t.find(found, "min_flex", CodeMissingColumn, CodeDuplicateColumn)
		c.maxFlex = t.find(found, "max_flex", CodeMissingColumn, CodeDuplicateColumn)
	}
	return c, len(*found) == before
}

// CodeDuplicateRequiredColumn reports a required column that is there twice.
const CodeDuplicateRequiredColumn Code = "duplicate_required_column"

// target reads one row; ok is false when a number could not be read.
func (c targetCols) target(t *Table, found *Findings, i int) (Target, bool) {
	row := t.Rows[i]
	out := Target{Feature: strings.TrimSpace(row[c.feature]), Value: strings.TrimSpace(row[c.value])}
	before := len(*found)
	out.Min = t.number(found, i, c.min)
	out.Max = t.number(found, i, c.max)
	if c.minFlex >= 0 && c.maxFlex >= 0 {
		out.Flex = &Flex{Min: t.number(found, i, c.minFlex), Max: t.number(found, i, c.maxFlex)}
	}
	if out.Value == "" && !t.reported(i, c.value) {
		t.at(found.errorf(CodeEmptyFeatureValue, "%s: this row names no value.", out.Feature), i, c.value)
	}
	return out, len(*found) == before
}

func (t *Table) number(found *Findings, row, column int) int {
	text := strings.TrimSpace(t.Rows[row][column])
	if t.reported(row, column) {
		return 0
	}
	if text == "" {
		t.at(found.errorf(CodeNoValueSet, "There is no number here."), row, column)
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.at(found.errorf(CodeNotANumber, "%q is not a whole number.", clip(text)), row, column)
		return 0
	}
	if n < 0 {
		t.at(found.errorf(CodeNegativeNumber, "%d is below 0.", n), row, column)
	}
	return n
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "..."
	}
	return s
}

// checkRows reports, with their places, what checkTarget would say of each
// row and rows that repeat an earlier one.
func (c targetCols) checkRows(t *Table, found *Findings) {
	first := map[string]int{}
	for i, row := range t.Rows {
		key := fold(row[c.feature]) + "\x00" + fold(row[c.value])
		if fold(row[c.feature]) == "" || fold(row[c.value]) == "" {
			continue
		}
		if line, again := first[key]; again {
			t.at(found.errorf(CodeDuplicateTarget, "%s: %s already has a target in row %d. Keep one.",
				strings.TrimSpace(row[c.feature]), strings.TrimSpace(row[c.value]), line), i, c.value)
			continue
		}
		first[key] = t.lines[i]
		var quiet, own Findings
		if target, ok := c.target(t, &quiet, i); ok {
			checkTarget(&own, target)
		}
		for j := range own {
			t.at(&own[j], i, c.columnOf(own[j].Code))
		}
		*found = append(*found, own...)
	}
}

func (c targetCols) columnOf(code Code) int {
	switch code {
	case CodeMinFlexGreaterThanMin:
		return c.minFlex
	case CodeMaxFlexLessThanMax:
		return c.maxFlex
	default:
		return c.min
	}
}
