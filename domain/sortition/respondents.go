package sortition

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// PoolColumns names the columns of a respondents file.
type PoolColumns struct {
	ID        string   // "" numbers people from 1 in the order of the file
	Household []string // address columns; none means no household rule
}

// ReadRespondents reads the pool from CSV: one column per targeted feature,
// an id column and address columns. It reports every problem of the file at
// once. The table keeps all columns, one row per person, for reports.
func ReadRespondents(r io.Reader, columns PoolColumns, targets []Target) ([]Person, *Table, Findings) {
	table, found := ReadTable(r)
	if len(table.Header) == 0 {
		return nil, table, found
	}
	reader := newPoolReader(table, columns, targets, &found)
	var people []Person
	var rows [][]string
	var lines []int
	for i := range table.Rows {
		if p, ok := reader.person(i); ok {
			people = append(people, p)
			rows, lines = append(rows, table.Rows[i]), append(lines, table.lines[i])
		}
	}
	out := &Table{Header: table.Header, Rows: rows, lines: lines}
	if len(people) == 0 && found.Err() == nil {
		found.errorf(CodeEmptyPool, "There is nobody in the file.")
	}
	return people, out, found
}

type poolReader struct {
	table    *Table
	found    *Findings
	id       int // -1: number people
	address  []int
	features []feature
	seen     map[string]int // id -> row index in the table
	numbered int
}

type feature struct {
	name   string
	column int
	values map[string]string // folded -> as the targets spell it
}

func newPoolReader(t *Table, c PoolColumns, targets []Target, found *Findings) *poolReader {
	r := &poolReader{table: t, found: found, id: -1, seen: map[string]int{}}
	if c.ID != "" {
		r.id = t.find(found, c.ID, CodeMissingRequiredColumn, CodeDuplicateRequiredColumn)
	}
	for _, name := range c.Household {
		if at := t.find(found, name, CodeMissingColumn, CodeDuplicateColumn); at >= 0 {
			r.address = append(r.address, at)
		}
	}
	at := map[string]int{}
	for _, target := range targets {
		key := fold(target.Feature)
		i, ok := at[key]
		if !ok {
			i = len(r.features)
			at[key] = i
			r.features = append(r.features, feature{
				name:   target.Feature,
				column: t.find(found, target.Feature, CodeFeatureColumnNotFound, CodeDuplicateColumn),
				values: map[string]string{},
			})
		}
		r.features[i].values[fold(target.Value)] = target.Value
	}
	return r
}

// person reads one row; ok is false for rows that are skipped.
func (r *poolReader) person(i int) (Person, bool) {
	row := r.table.Rows[i]
	r.numbered++
	id := strconv.Itoa(r.numbered)
	if r.id >= 0 {
		id = strings.TrimSpace(row[r.id])
		if id == "" && r.table.reported(i, r.id) {
			return Person{}, false
		}
		if id == "" {
			r.table.at(r.found.warnf(CodeBlankID, "This row has no id and is left out."), i, r.id)
			return Person{}, false
		}
		if first, again := r.seen[id]; again {
			r.duplicate(id, first, i)
			return Person{}, false
		}
		r.seen[id] = i
	}
	p := Person{ID: id, Values: make(map[string]string, len(r.features))}
	for _, f := range r.features {
		if f.column >= 0 {
			p.Values[f.name] = r.value(i, f)
		}
	}
	parts := make([]string, len(r.address))
	for j, c := range r.address {
		parts[j] = row[c]
	}
	p.Household = HouseholdKey(parts...)
	return p, true
}

func (r *poolReader) duplicate(id string, first, again int) {
	a, b := r.table.Rows[first], r.table.Rows[again]
	same := strings.Join(a, "\x1f") == strings.Join(b, "\x1f")
	lines := fmt.Sprintf("%s (rows %d and %d)", clip(id), r.table.lines[first], r.table.lines[again])
	if same {
		r.table.at(r.found.warnf(CodeDuplicateRow, "%s: the same row twice; it counts once.", lines), again, r.id)
		return
	}
	r.table.at(r.found.errorf(CodeDuplicateID, "%s: one id, two different people. Give each an id of their own.", lines), again, r.id)
}

func (r *poolReader) value(i int, f feature) string {
	text := r.table.Rows[i][f.column]
	key := fold(text)
	if value, ok := f.values[key]; ok || r.table.reported(i, f.column) {
		return value
	}
	var found *Finding
	if key == "" {
		found = r.found.errorf(CodeEmptyValueInFeature, "%s is empty.", f.name)
	} else {
		found = r.found.errorf(CodeValueNotInFeature, "%q is not one of the values of %s.", clip(strings.TrimSpace(text)), f.name)
	}
	found.Feature, found.Value = f.name, clip(strings.TrimSpace(text))
	r.table.at(found, i, f.column)
	return ""
}
