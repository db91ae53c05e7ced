package seatfiles

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"folkmoot/domain/seating"
	"folkmoot/domain/sortition"
)

// input is what was read: the request for a plan, and how each person is
// shown.
type input struct {
	req    Request
	asked  seating.Request
	names  map[string]string // id -> text on lists and cards
	rows   map[string]int    // id -> row of the people file
	files  []FileProblems
	hashes map[string]string
}

// read reads every file and reports the problems of all of them at once.
func (in *input) read() error {
	if err := in.readPeople(); err != nil {
		return err
	}
	in.asked.Starts = in.req.Starts
	in.asked.Seed, in.asked.Diversify, in.asked.Cluster = in.req.Seed, in.req.Diversify, in.req.Cluster
	if err := in.readPast(); err != nil {
		return err
	}
	if err := in.setRounds(); err != nil {
		return err
	}
	if err := in.readRules(); err != nil {
		return err
	}
	if len(in.files) > 0 {
		return &InputError{in.files}
	}
	return nil
}

func (in *input) problem(path string, p seating.Problem) {
	name := filepath.Base(path)
	for i := range in.files {
		if in.files[i].File == name {
			in.files[i].Problems = append(in.files[i].Problems, p)
			return
		}
	}
	in.files = append(in.files, FileProblems{name, seating.Problems{p}})
}

// sheet is a CSV file with some columns that are needed.
type sheet struct {
	in     *input
	path   string
	list   seating.List
	table  *sortition.Table
	column map[string]int
}

// sheet opens a CSV file; columns that are not there, or are there twice, are
// noted as problems and read as empty. ok is false when it cannot be read.
func (in *input) sheet(path string, list seating.List, columns ...string) (s *sheet, ok bool, err error) {
	data, err := in.open(path)
	if err != nil {
		return nil, false, err
	}
	s = &sheet{in: in, path: path, list: list, column: map[string]int{}}
	table, found := sortition.ReadTable(bytes.NewReader(data))
	s.table = table
	for _, f := range found {
		if f.Severity == sortition.SeverityError {
			in.problem(path, seating.Problem{Code: seating.CodeFile, List: list, Row: f.Row, Column: f.Column, Cell: f.Cell, Msg: f.Msg})
			ok = true
		}
	}
	if ok {
		return s, false, nil
	}
	ok = true
	for _, name := range columns {
		at := slices.IndexFunc(table.Header, func(h string) bool { return fold(h) == fold(name) })
		s.column[name] = at
		switch {
		case at < 0:
			ok = false
			s.missing(name, "There is no column called %s. The columns are: %s.", name, strings.Join(table.Header, ", "))
		case slices.ContainsFunc(table.Header[at+1:], func(h string) bool { return fold(h) == fold(name) }):
			ok = false
			s.missing(name, "There are two columns called %s. Rename one.", name)
		}
	}
	return s, ok, nil
}

func (s *sheet) missing(column, format string, args ...any) {
	s.in.problem(s.path, seating.Problem{Code: seating.CodeMissingColumn, List: s.list, Row: 1, Column: column, Msg: fmt.Sprintf(format, args...)})
}

func (s *sheet) cell(row int, column string) string {
	if at := s.column[column]; at >= 0 {
		return strings.TrimSpace(s.table.Rows[row][at])
	}
	return ""
}

// bad notes a problem of one cell.
func (s *sheet) bad(row int, column string, code seating.Code, format string, args ...any) {
	s.in.problem(s.path, seating.Problem{Code: code, List: s.list, Row: s.table.Line(row), Column: column,
		Cell: s.table.CellName(row, s.column[column]), Msg: fmt.Sprintf(format, args...)})
}

// fold makes spellings equal that differ in case and space alone.
func fold(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

func (in *input) readPeople() error {
	fields := append(slices.Clone(in.req.Diversify), in.req.Cluster...)
	columns := append([]string{in.req.IDColumn}, fields...)
	if in.req.Name != "" {
		columns = append(columns, in.req.Name)
	}
	s, ok, err := in.sheet(in.req.People, seating.ListPeople, columns...)
	if err != nil || !ok {
		return err
	}
	in.names, in.rows = map[string]string{}, map[string]int{}
	spelling := map[string]map[string]string{}
	for i := range s.table.Rows {
		id := s.cell(i, in.req.IDColumn)
		switch first, again := in.rows[id]; {
		case id == "":
			s.bad(i, in.req.IDColumn, seating.CodeBlankID, "This row has no id. Give each person an id of their own.")
			continue
		case again:
			s.bad(i, in.req.IDColumn, seating.CodeDuplicateID, "%s is in row %d already. Give each person an id of their own.", id, first)
			continue
		}
		in.rows[id] = s.table.Line(i)
		if in.names[id] = id; in.req.Name != "" {
			in.names[id] = cmp.Or(s.cell(i, in.req.Name), id)
		}
		in.asked.People = append(in.asked.People, s.person(i, id, fields, spelling))
	}
	in.spell(spelling)
	slices.SortFunc(in.asked.People, func(a, b seating.Person) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

func (s *sheet) person(row int, id string, fields []string, spelling map[string]map[string]string) seating.Person {
	p := seating.Person{ID: id, Values: map[string]string{}}
	for _, name := range fields {
		v := s.cell(row, name)
		if v == "" {
			continue
		}
		if spelling[name] == nil {
			spelling[name] = map[string]string{}
		}
		key := fold(v)
		if had, ok := spelling[name][key]; !ok || v < had {
			spelling[name][key] = v
		}
		p.Values[name] = key
	}
	return p
}

// spell writes each value the way that comes first of those in the file, so
// that the order of rows does not matter.
func (in *input) spell(spelling map[string]map[string]string) {
	for _, p := range in.asked.People {
		for name, key := range p.Values {
			p.Values[name] = spelling[name][key]
		}
	}
}

// ErrNoPlan is returned when a folder to continue from holds no plan.
var ErrNoPlan = errors.New("holds no plan to continue: seating.json is not there or is of another kind")

// readPast takes over the rounds of an earlier plan that were held.
func (in *input) readPast() error {
	if in.req.Continue == "" {
		return nil
	}
	var e seating.Export
	data, err := os.ReadFile(filepath.Join(in.req.Continue, SeatingFile))
	if err != nil || json.Unmarshal(data, &e) != nil || e.Format != seating.ExportFormat {
		return fmt.Errorf("%s %w", filepath.Base(in.req.Continue), ErrNoPlan)
	}
	if in.req.Held < 1 || in.req.Held > len(e.Rounds) {
		return fmt.Errorf("--held says how many rounds were held; the earlier plan has 1 to %d", len(e.Rounds))
	}
	in.asked.Past, in.asked.Met = e.Rounds[:in.req.Held], e.Request.Met
	in.asked.Rounds = slices.Clone(e.Request.Rounds[:in.req.Held])
	return nil
}

func (in *input) setRounds() error {
	n := in.req.Rounds
	if len(in.req.Size) > 1 && n != len(in.req.Size) {
		return fmt.Errorf("--size gives %d sizes for %d rounds; give one, or one for each round", len(in.req.Size), n)
	}
	for i := len(in.asked.Rounds); i < n; i++ {
		r := seating.Round{Tables: in.req.Tables}
		if len(in.req.Size) > 0 {
			r.Size = in.req.Size[min(i, len(in.req.Size)-1)]
		}
		in.asked.Rounds = append(in.asked.Rounds, r)
	}
	return nil
}

// readRules reads pins, pairs and absences.
func (in *input) readRules() error {
	if in.req.Pins != "" {
		if err := in.readPins(); err != nil {
			return err
		}
	}
	var err error
	if in.asked.Together, err = in.readPairs(in.req.Together, seating.ListTogether); err != nil {
		return err
	}
	if in.asked.Apart, err = in.readPairs(in.req.Apart, seating.ListApart); err != nil {
		return err
	}
	if in.req.Absent == "" {
		return nil
	}
	return in.readAbsent()
}

// number reads a cell that holds a whole number; none is what an empty one
// stands for.
func (s *sheet) number(row int, column string, none int) (int, bool) {
	text := s.cell(row, column)
	if text == "" && none >= 0 {
		return none, true
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		s.bad(row, column, seating.CodeNotANumber, "%q is not a number from 1 up.", text)
		return 0, false
	}
	return n, true
}

// id reads a cell that names one of the people.
func (s *sheet) id(row int, column string) (string, bool) {
	id := s.cell(row, column)
	if _, known := s.in.rows[id]; !known && s.in.rows != nil {
		s.bad(row, column, seating.CodeUnknownPerson, "%q is not among the people.", id)
		return id, false
	}
	return id, true
}

func (in *input) readPins() error {
	s, ok, err := in.sheet(in.req.Pins, seating.ListPins, "id", "round", "table")
	if err != nil || !ok {
		return err
	}
	for i := range s.table.Rows {
		id, known := s.id(i, "id")
		round, okRound := s.number(i, "round", 0)
		table, okTable := s.number(i, "table", -1)
		if known && okRound && okTable {
			in.asked.Pins = append(in.asked.Pins, seating.Pin{Person: id, Round: round, Table: table, Row: s.table.Line(i)})
		}
	}
	return nil
}

func (in *input) readPairs(path string, list seating.List) ([]seating.Pair, error) {
	if path == "" {
		return nil, nil
	}
	s, ok, err := in.sheet(path, list, "id", "with")
	if err != nil || !ok {
		return nil, err
	}
	var out []seating.Pair
	for i := range s.table.Rows {
		a, okA := s.id(i, "id")
		b, okB := s.id(i, "with")
		if okA && okB {
			out = append(out, seating.Pair{A: a, B: b, Row: s.table.Line(i)})
		}
	}
	return out, nil
}

// readAbsent marks people as away: in one round, or in all that are planned.
func (in *input) readAbsent() error {
	s, ok, err := in.sheet(in.req.Absent, seating.ListAbsent, "id", "round")
	if err != nil || !ok {
		return err
	}
	for i := range s.table.Rows {
		id, known := s.id(i, "id")
		round, okRound := s.number(i, "round", 0)
		if round > len(in.asked.Rounds) {
			s.bad(i, "round", seating.CodeRoundOutOfRange, "There is no round %d; the rounds are 1 to %d.", round, len(in.asked.Rounds))
			continue
		}
		for r := range in.asked.Rounds {
			away := &in.asked.Rounds[r].Absent
			if known && okRound && r >= len(in.asked.Past) && (round == 0 || round == r+1) && !slices.Contains(*away, id) {
				*away = append(*away, id)
			}
		}
	}
	for i := range in.asked.Rounds {
		slices.Sort(in.asked.Rounds[i].Absent)
	}
	return nil
}

// byFile sorts the engine's problems by the file they are in.
func (in *input) byFile(found seating.Problems) []FileProblems {
	paths := map[seating.List]string{seating.ListPins: in.req.Pins, seating.ListTogether: in.req.Together,
		seating.ListApart: in.req.Apart, seating.ListAbsent: in.req.Absent, seating.ListPeople: in.req.People}
	for _, p := range found {
		path := paths[p.List]
		if path == "" || p.Code == seating.CodeConflict {
			path = "the plan"
		}
		in.problem(path, p)
	}
	return in.files
}
