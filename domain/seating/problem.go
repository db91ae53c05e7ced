package seating

import (
	"fmt"
	"strings"
)

// Code names a kind of problem. Codes are stable and translatable.
type Code string

// Codes of problems.
const (
	CodeNoPeople        Code = "no_people"
	CodeTooMany         Code = "too_many"
	CodeBlankID         Code = "blank_id"
	CodeDuplicateID     Code = "duplicate_id"
	CodeNoRounds        Code = "no_rounds"
	CodeSizeOutOfRange  Code = "size_out_of_range"
	CodeTooFewSeats     Code = "too_few_seats"
	CodeUnknownField    Code = "unknown_field"
	CodeFieldTwice      Code = "field_twice"
	CodeUnknownPerson   Code = "unknown_person"
	CodeSamePerson      Code = "same_person"
	CodeRoundOutOfRange Code = "round_out_of_range"
	CodeTableOutOfRange Code = "table_out_of_range"
	CodePinnedTwice     Code = "pinned_twice"
	CodePastUnreadable  Code = "past_does_not_fit"
	CodeConflict        Code = "rules_conflict"
	CodeUndecided       Code = "rules_undecided"
	CodeMissingColumn   Code = "missing_column"
	CodeNotANumber      Code = "not_a_number"
	CodeFile            Code = "file_unreadable"
)

// List names the part of a request that a problem is in, which is a file of
// its own where requests come from files.
type List string

// The lists.
const (
	ListPeople   List = "people"
	ListRounds   List = "rounds"
	ListPins     List = "pins"
	ListTogether List = "together"
	ListApart    List = "apart"
	ListAbsent   List = "absent"
	ListPast     List = "past"
)

// Problem is one thing that keeps a plan from being made. Row counts the
// header of a file as row 1; Row and Column are zero and "" where there is no
// file.
type Problem struct {
	Code   Code     `json:"code"`
	List   List     `json:"list,omitempty"`
	Row    int      `json:"row,omitempty"`
	Column string   `json:"column,omitempty"`
	Cell   string   `json:"cell,omitempty"`  // as a spreadsheet names it: "C7"
	Round  int      `json:"round,omitempty"` // of a conflict
	Rules  []string `json:"rules,omitempty"` // that cannot all hold, in words
	Refs   []Ref    `json:"refs,omitempty"`  // the same by place
	Msg    string   `json:"msg"`
}

// Ref names a rule by its list and its row there.
type Ref struct {
	List List `json:"list"`
	Row  int  `json:"row,omitempty"`
}

// String is the problem as one line with its place.
func (p Problem) String() string {
	switch {
	case p.Cell != "":
		return fmt.Sprintf("row %d, column %s (%s): %s", p.Row, p.Column, p.Cell, p.Msg)
	case p.Row > 0:
		return fmt.Sprintf("row %d: %s", p.Row, p.Msg)
	}
	return p.Msg
}

// Problems is everything wrong with a request, as one error.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// Err is nil when there is none.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

func (p *Problems) add(code Code, list List, row int, format string, args ...any) {
	*p = append(*p, Problem{Code: code, List: list, Row: row, Msg: fmt.Sprintf(format, args...)})
}
