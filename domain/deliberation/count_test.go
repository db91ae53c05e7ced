package deliberation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"folkmoot/domain/deliberation"
)

func rule(m deliberation.Method, b deliberation.Basis, t deliberation.Tie) deliberation.Rule {
	return deliberation.Rule{Method: m, Basis: b, Tie: t}
}

var (
	voting  = deliberation.PresentVoting
	members = deliberation.AllMembers
	drop    = deliberation.TieNotPassed
	casting = deliberation.TieCasting
)

func TestYesNoRules(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name             string
		rule             deliberation.Rule
		yes, no, abstain int
		members          int
		passed, tied     bool
	}{
		{"majority of those voting", rule(deliberation.Majority, voting, drop), 7, 5, 0, 18, true, false},
		{"absent members are not counted", rule(deliberation.Majority, voting, drop), 3, 2, 0, 99, true, false},
		{"abstentions are not counted", rule(deliberation.Majority, voting, drop), 3, 2, 7, 12, true, false},
		{"majority of all members needs more", rule(deliberation.Majority, members, drop), 7, 5, 0, 18, false, false},
		{"half of all members is not a majority", rule(deliberation.Majority, members, drop), 9, 0, 0, 18, false, false},
		{"ten of eighteen is", rule(deliberation.Majority, members, drop), 10, 8, 0, 18, true, false},
		{"a tie is not passed", rule(deliberation.Majority, voting, drop), 6, 6, 0, 12, false, false},
		{"a tie waits for the chair", rule(deliberation.Majority, voting, casting), 6, 6, 0, 12, false, true},
		{"a tie of all members waits for the chair", rule(deliberation.Majority, members, casting), 6, 6, 0, 12, false, true},
		{"a tie that the chair could not settle", rule(deliberation.Majority, members, casting), 5, 5, 2, 12, false, false},
		{"two thirds exactly", rule(deliberation.TwoThirds, voting, drop), 8, 4, 0, 12, true, false},
		{"one short of two thirds", rule(deliberation.TwoThirds, voting, drop), 7, 4, 0, 11, false, false},
		{"80 % exactly", rule(deliberation.Eighty, voting, drop), 12, 3, 0, 15, true, false},
		{"one short of 80 %", rule(deliberation.Eighty, voting, drop), 11, 3, 0, 14, false, false},
		{"80 % of all members", rule(deliberation.Eighty, members, drop), 12, 0, 0, 15, true, false},
		{"80 % with absent members", rule(deliberation.Eighty, members, drop), 12, 0, 0, 16, false, false},
		{"unanimous of those voting", rule(deliberation.Unanimous, voting, drop), 12, 0, 3, 18, true, false},
		{"unanimous with one against", rule(deliberation.Unanimous, voting, drop), 12, 1, 0, 18, false, false},
		{"everybody abstains", rule(deliberation.Majority, voting, drop), 0, 0, 12, 12, false, false},
		{"a tie of nobody", rule(deliberation.Majority, voting, casting), 0, 0, 12, 12, false, false},
	}
	for _, row := range rows {
		c := deliberation.Counts{"yes": row.yes, "no": row.no, "abstain": row.abstain}
		o := deliberation.CountYesNo(row.rule, c, row.members, nil)
		if o.Passed != row.passed || len(o.Tied) > 0 != row.tied {
			t.Errorf("%s: passed %v, tied %v; want %v, %v (%+v)", row.name, o.Passed, o.Tied, row.passed, row.tied, o)
		}
	}
}

func TestCastingVoteDecidesATie(t *testing.T) {
	t.Parallel()
	r := rule(deliberation.Majority, voting, casting)
	c := deliberation.Counts{"yes": 49, "no": 49}
	for _, choice := range []string{"yes", "no"} {
		o := deliberation.CountYesNo(r, c, 99, []deliberation.Casting{{Choice: choice}})
		if o.Passed != (choice == "yes") || len(o.Tied) != 0 || o.For != 49 {
			t.Errorf("casting %s: got %+v; the chair's vote is kept apart from the 49", choice, o)
		}
	}
}

func TestSingleChoice(t *testing.T) {
	t.Parallel()
	options := []string{"a", "b", "c"}
	rows := []struct {
		name    string
		rule    deliberation.Rule
		counts  deliberation.Counts
		members int
		casting []deliberation.Casting
		winner  string
		tied    []string
	}{
		{"clear majority", rule(deliberation.Majority, voting, drop), deliberation.Counts{"a": 10, "b": 5, "c": 3}, 18, nil, "a", nil},
		{"most but no majority", rule(deliberation.Majority, voting, drop), deliberation.Counts{"a": 8, "b": 6, "c": 4}, 18, nil, "", nil},
		{"most is enough", rule(deliberation.MostVotes, voting, drop), deliberation.Counts{"a": 8, "b": 6, "c": 4}, 18, nil, "a", nil},
		{"majority of those voting, with abstentions", rule(deliberation.Majority, voting, drop), deliberation.Counts{"a": 6, "b": 4, "abstain": 8}, 18, nil, "a", nil},
		{"the same of all members", rule(deliberation.Majority, members, drop), deliberation.Counts{"a": 6, "b": 4, "abstain": 8}, 18, nil, "", nil},
		{"tie dropped", rule(deliberation.MostVotes, voting, drop), deliberation.Counts{"a": 7, "b": 7, "c": 4}, 18, nil, "", nil},
		{"tie waits", rule(deliberation.MostVotes, voting, casting), deliberation.Counts{"a": 7, "b": 7, "c": 4}, 18, nil, "", []string{"a", "b"}},
		{"tie settled", rule(deliberation.MostVotes, voting, casting), deliberation.Counts{"a": 7, "b": 7, "c": 4}, 18, []deliberation.Casting{{Choice: "b"}}, "b", nil},
		{"tie the chair cannot settle", rule(deliberation.Majority, voting, casting), deliberation.Counts{"a": 7, "b": 7, "c": 4}, 18, nil, "", nil},
		{"nobody", rule(deliberation.MostVotes, voting, casting), deliberation.Counts{"abstain": 3}, 18, nil, "", nil},
	}
	for _, row := range rows {
		o := deliberation.CountChoice(row.rule, options, row.counts, row.members, row.casting)
		if o.Winner != row.winner || o.Passed != (row.winner != "") || !slices.Equal(o.Tied, row.tied) {
			t.Errorf("%s: got %+v, want winner %q, tied %v", row.name, o, row.winner, row.tied)
		}
	}
}

func TestRankedByInstantRunoff(t *testing.T) {
	t.Parallel()
	most := rule(deliberation.Majority, voting, casting)
	rows := []struct {
		name    string
		rule    deliberation.Rule
		options string
		counts  deliberation.Counts
		casting []deliberation.Casting
		winner  string
		tied    []string
		out     []string // per round
	}{
		{"first choices are enough", most, "abc", deliberation.Counts{"a>b": 10, "b": 8}, nil, "a", nil, []string{""}},
		{
			"the lowest goes out and its papers decide", most, "abc",
			deliberation.Counts{"a": 8, "b>a": 6, "c>b>a": 4}, nil, "b", nil, []string{"c", ""},
		},
		{
			"papers that rank nobody left are exhausted", most, "abc",
			deliberation.Counts{"a": 8, "b": 6, "c": 4}, nil, "a", nil, []string{"c", ""},
		},
		{
			"together they are fewer than the next", most, "abcd",
			deliberation.Counts{"a": 7, "b": 6, "c>b": 2, "d>b": 2}, nil, "b", nil, []string{"c+d", ""},
		},
		{
			"an earlier round tells equals apart", most, "abcd",
			deliberation.Counts{"a": 8, "b": 5, "c": 4, "d>c": 1}, nil, "a", nil, []string{"d", "c", ""},
		},
		{
			"equals wait for the chair", most, "abc",
			deliberation.Counts{"a": 8, "b>c": 5, "c>b": 5}, nil, "", []string{"b", "c"}, []string{""},
		},
		{
			"the chair keeps one in", most, "abc",
			deliberation.Counts{"a": 8, "b>c": 5, "c>b": 5}, []deliberation.Casting{{Choice: "c"}}, "c", nil, []string{"b", ""},
		},
		{
			"the last two are equal", most, "ab",
			deliberation.Counts{"a": 6, "b": 6}, nil, "", []string{"a", "b"}, []string{""},
		},
		{
			"the chair settles the last two", most, "ab",
			deliberation.Counts{"a": 6, "b": 6}, []deliberation.Casting{{Choice: "b"}}, "b", nil, []string{""},
		},
		{
			"without a casting vote a tie passes nothing", rule(deliberation.Majority, voting, drop), "ab",
			deliberation.Counts{"a": 6, "b": 6}, nil, "", nil, []string{""},
		},
		{
			"80 % is asked of the last two as well", rule(deliberation.Eighty, voting, drop), "abc",
			deliberation.Counts{"a": 8, "b>a": 6, "c>b>a": 4}, nil, "", nil, []string{"c", ""},
		},
		{
			"all members are the base where the rule says so", rule(deliberation.Majority, members, drop), "ab",
			deliberation.Counts{"a": 8, "b": 1, "abstain": 9}, nil, "", nil, []string{""},
		},
		{"nobody ranks anything", most, "abc", deliberation.Counts{"abstain": 9}, nil, "", nil, []string{""}},
	}
	for _, row := range rows {
		o := deliberation.CountRanked(row.rule, strings.Split(row.options, ""), row.counts, 18, row.casting)
		outs := []string{}
		for _, r := range o.Rounds {
			outs = append(outs, strings.Join(r.Out, "+"))
		}
		if o.Winner != row.winner || !slices.Equal(o.Tied, row.tied) || !slices.Equal(outs, row.out) {
			t.Errorf("%s: winner %q tied %v out %q; want %q %v %q", row.name, o.Winner, o.Tied, outs, row.winner, row.tied, row.out)
		}
	}
}

// The chair is asked again when one casting vote leaves a further tie.
func TestChairIsAskedAgain(t *testing.T) {
	t.Parallel()
	r := rule(deliberation.Majority, voting, casting)
	c := deliberation.Counts{"a": 4, "b": 4, "c": 4}
	options := []string{"a", "b", "c"}
	var given []deliberation.Casting
	asked := [][]string{}
	for {
		o := deliberation.CountRanked(r, options, c, 12, given)
		if len(o.Tied) == 0 {
			if o.Winner != "c" {
				t.Errorf("winner %q, want c, whom the chair kept in each time", o.Winner)
			}
			break
		}
		asked = append(asked, o.Tied)
		choice := "c"
		if !slices.Contains(o.Tied, "c") {
			choice = "b"
		}
		given = append(given, deliberation.Casting{Choice: choice})
	}
	want := [][]string{{"a", "b", "c"}, {"a", "b"}, {"b", "c"}}
	if d := cmp.Diff(want, asked); d != "" {
		t.Error(d)
	}
}

// Whatever the papers, a count ends, adds up, and asks the chair only where
// the rule has a casting vote; a winner always has enough or was cast for.
func TestCountsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 5).Draw(t, "options")
		options := strings.Split("abcde"[:k], "")
		r := rule(
			rapid.SampledFrom([]deliberation.Method{deliberation.Majority, deliberation.TwoThirds, deliberation.Eighty, deliberation.Unanimous, deliberation.MostVotes}).Draw(t, "method"),
			rapid.SampledFrom([]deliberation.Basis{voting, members}).Draw(t, "basis"),
			rapid.SampledFrom([]deliberation.Tie{drop, casting}).Draw(t, "tie"))
		c, total := deliberation.Counts{}, 0
		for range rapid.IntRange(0, 30).Draw(t, "papers") {
			p := rapid.Permutation(options).Draw(t, "order")[:rapid.IntRange(0, k).Draw(t, "ranked")]
			key := strings.Join(p, ">")
			if key == "" {
				key = "abstain"
			}
			c[key]++
			total++
		}
		var given []deliberation.Casting
		for i := 0; ; i++ {
			o := deliberation.CountRanked(r, options, c, total+rapid.IntRange(0, 3).Draw(t, "absent"), given)
			for n, round := range o.Rounds {
				sum := round.Exhausted + c["abstain"]
				for _, v := range round.Counts {
					sum += v
				}
				if sum != total {
					t.Fatalf("round %d adds up to %d of %d", n+1, sum, total)
				}
			}
			if len(o.Tied) == 0 {
				if o.Passed != (o.Winner != "") {
					t.Fatalf("passed %v with winner %q", o.Passed, o.Winner)
				}
				return
			}
			if r.Tie != casting || len(o.Tied) < 2 || i > 10 {
				t.Fatalf("asks the chair between %v under %s", o.Tied, r)
			}
			given = append(given, deliberation.Casting{Choice: rapid.SampledFrom(o.Tied).Draw(t, "casting")})
		}
	})
}

func TestRuleInWords(t *testing.T) {
	t.Parallel()
	got := fmt.Sprint(rule(deliberation.TwoThirds, members, casting))
	if want := "two_thirds of all_members, tie casting_vote"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
