package seating_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain/seating"
)

func TestEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	req := seating.Request{People: append(jury(6), seating.Person{ID: "p001"}, seating.Person{ID: " "}),
		Rounds:    []seating.Round{{Size: 3, Absent: []string{"nobody"}}},
		Diversify: []string{"gender", "shoe size", "gender"},
		Pins:      []seating.Pin{{Person: "x", Table: 1, Row: 2}, {Person: "p001", Round: 4, Table: 1, Row: 3}},
		Together:  []seating.Pair{{A: "p001", B: "p001", Row: 2}}, Apart: []seating.Pair{{A: "p001", B: "y", Row: 5}}}
	_, err := seating.Make(context.Background(), req, nil)
	var got []string
	for _, p := range err.(seating.Problems) {
		got = append(got, string(p.List)+" "+string(p.Code)+" "+strings.SplitN(p.String(), ":", 2)[0])
	}
	want := []string{
		"people duplicate_id p001 is there twice. Give each person an id of their own.",
		"people blank_id Person 8 has no id.",
		"people unknown_field Nobody has anything under shoe size. Check its name.",
		"people field_twice gender is named twice. A field is spread or kept together, once.",
		"absent unknown_person nobody is marked as away and is not among the people.",
		"together same_person row 2",
		"apart unknown_person row 5",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	req.Rounds[0].Absent = nil
	_, err = seating.Make(context.Background(), req, nil)
	for _, want := range []string{"row 2: x is not among", "row 3: There is no round 4"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in\n%v", want, err)
		}
	}
}

func TestImpossibleSizes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rounds []seating.Round
		code   seating.Code
	}{
		"no round":       {nil, seating.CodeNoRounds},
		"tables of one":  {rounds(1, 1), seating.CodeSizeOutOfRange},
		"too few seats":  {[]seating.Round{{Tables: []int{3, 4}}}, seating.CodeTooFewSeats},
		"a table of one": {[]seating.Round{{Tables: []int{1, 9}}}, seating.CodeSizeOutOfRange},
		"too many":       {rounds(seating.MaxRounds+1, 4), seating.CodeTooMany},
	} {
		_, err := seating.Make(context.Background(), seating.Request{People: jury(8), Rounds: c.rounds}, nil)
		if got, ok := err.(seating.Problems); !ok || got[0].Code != c.code {
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		}
	}
}

func TestConflictsNameTheSmallestSetOfRules(t *testing.T) {
	t.Parallel()
	pair := func(a, b string) seating.Pair { return seating.Pair{A: a, B: b} }
	for name, c := range map[string]struct {
		req   seating.Request
		rules []string
	}{
		"together and apart": {
			seating.Request{People: jury(9), Rounds: rounds(2, 3), Together: []seating.Pair{pair("p001", "p002"), pair("p002", "p003"), pair("p004", "p005")},
				Apart: []seating.Pair{pair("p001", "p003"), pair("p006", "p004")}},
			[]string{"p001 and p003 are never together", "p001 and p002 are always together", "p002 and p003 are always together"},
		},
		"a group larger than a table": {
			seating.Request{People: jury(6), Rounds: rounds(1, 3), Together: []seating.Pair{pair("p000", "p001"), pair("p001", "p002"), pair("p002", "p003")}},
			[]string{"p000 and p001 are always together", "p001 and p002 are always together", "p002 and p003 are always together"},
		},
		"three apart, two tables": {
			seating.Request{People: jury(6), Rounds: rounds(1, 3), Apart: []seating.Pair{pair("p000", "p001"), pair("p001", "p002"), pair("p000", "p002"), pair("p003", "p004")}},
			[]string{"p000 and p001 are never together", "p001 and p002 are never together", "p000 and p002 are never together"},
		},
		"pinned together": {
			seating.Request{People: jury(6), Rounds: rounds(1, 3), Pins: []seating.Pin{{Person: "p000", Table: 2, Row: 2}, {Person: "p001", Table: 2, Row: 3}, {Person: "p002", Table: 1}},
				Apart: []seating.Pair{pair("p000", "p001")}},
			[]string{"p000 and p001 are never together", "p000 sits at table 2 (row 2)", "p001 sits at table 2 (row 3)"},
		},
	} {
		_, err := seating.Make(context.Background(), c.req, nil)
		got, ok := err.(seating.Problems)
		if !ok || len(got) != 1 || got[0].Code != seating.CodeConflict {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.rules, got[0].Rules); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
