package deliberation

import (
	"slices"
	"strings"
)

// Abstain is the answer of a member who votes for nothing. It counts as
// having voted, not as present and voting.
const Abstain = "abstain"

// The answers to a question about one recommendation.
const (
	Yes = "yes"
	No  = "no"
)

// Counts is how often each answer was given. A ranked answer is written
// "b>a>c".
type Counts map[string]int

// Casting is the chair's vote on a tie, kept apart from the count.
type Casting struct {
	Choice string `json:"choice"`
	By     string `json:"by"`
	Reason string `json:"reason"`
	Round  int    `json:"round,omitempty"` // of a ranked count
}

// Round is one round of a ranked count.
type Round struct {
	Counts    Counts   `json:"counts"`         // by option, first choices among those left
	Exhausted int      `json:"exhausted"`      // papers that rank none of those left
	Out       []string `json:"out,omitempty"`  // options left out after the round
	Kept      []string `json:"kept,omitempty"` // options the chair's casting vote kept in, or chose at the end
}

// Outcome is the result of one question.
type Outcome struct {
	Question string    `json:"question"`
	Counts   Counts    `json:"counts"`
	For      int       `json:"for"`     // for the recommendation, or for the leading option
	Against  int       `json:"against"` // against it, or for other options
	Abstain  int       `json:"abstain"`
	Base     int       `json:"base"`
	Passed   bool      `json:"passed"`
	Winner   string    `json:"winner,omitempty"` // option id
	Tied     []string  `json:"tied,omitempty"`   // waiting for the chair's casting vote between these
	Rounds   []Round   `json:"rounds,omitempty"`
	Casting  []Casting `json:"casting,omitempty"`
}

// CountYesNo counts a question about one recommendation. Members is how many
// held a seat when the ballot opened.
func CountYesNo(r Rule, c Counts, members int, casting []Casting) Outcome {
	o := Outcome{Counts: c, For: c[Yes], Against: c[No], Abstain: c[Abstain], Casting: casting}
	o.Base = r.base(o.For+o.Against, members)
	o.Passed = r.Enough(o.For, o.Base)
	if o.Passed || o.For != o.Against || o.For == 0 || !r.withCasting(o.For, o.For+o.Against, members) {
		return o
	}
	if len(casting) == 0 {
		o.Tied = []string{Yes, No}
		return o
	}
	o.Passed = casting[0].Choice == Yes
	return o
}

// CountChoice counts a question with one choice among options.
func CountChoice(r Rule, options []string, c Counts, members int, casting []Casting) Outcome {
	o := Outcome{Counts: c, Abstain: c[Abstain], Casting: casting}
	votes := 0
	for _, id := range options {
		votes += c[id]
		o.For = max(o.For, c[id])
	}
	o.Against, o.Base = votes-o.For, r.base(votes, members)
	if o.For == 0 {
		return o
	}
	top := atCount(options, c, o.For)
	if len(top) == 1 {
		o.Passed = r.Enough(o.For, o.Base)
		if o.Passed {
			o.Winner = top[0]
		}
		return o
	}
	return o.settleTop(r, top, votes, members)
}

// settleTop decides between options that lead together.
func (o Outcome) settleTop(r Rule, top []string, votes, members int) Outcome {
	if !r.withCasting(o.For, votes, members) {
		return o
	}
	if len(o.Casting) == 0 {
		o.Tied = top
		return o
	}
	o.Winner, o.Passed = o.Casting[0].Choice, true
	return o
}

func atCount(options []string, c Counts, n int) []string {
	var out []string
	for _, id := range options {
		if c[id] == n {
			out = append(out, id)
		}
	}
	return out
}

// CountRanked counts ranked papers by instant runoff: while no option left
// has enough, the one with the fewest first choices goes out and its papers
// go to their next choice. Options that together have fewer than the next go
// out together. Equal lowest options are told apart by the latest earlier
// round in which they differ, otherwise by the chair's casting vote where the
// rule has one. Under present_and_voting the base of a round is the papers
// that still rank an option left.
func CountRanked(r Rule, options []string, c Counts, members int, casting []Casting) Outcome {
	o := Outcome{Counts: c, Abstain: c[Abstain], Casting: casting}
	left := slices.Clone(options)
	chair := casting
	for {
		round, votes := firstChoices(left, c)
		o.Rounds = append(o.Rounds, round)
		last := &o.Rounds[len(o.Rounds)-1]
		o.lead(r, left, votes, members)
		if o.Passed || votes == 0 {
			return o
		}
		if len(left) <= 2 {
			return o.finish(r, left, votes, members, chair)
		}
		out, tied := lowest(o.Rounds, left)
		if len(tied) > 0 {
			if r.Tie != TieCasting {
				return o
			}
			if out, chair = chairOut(last, tied, chair); len(out) > 1 {
				o.Tied = out
				return o
			}
		}
		last.Out = out
		left = without(left, out)
	}
}

// chairOut asks the chair's next votes which of several lowest options to
// keep, until one is left to go out.
func chairOut(last *Round, tied []string, chair []Casting) ([]string, []Casting) {
	for len(tied) > 1 && len(chair) > 0 && slices.Contains(tied, chair[0].Choice) {
		last.Kept = append(last.Kept, chair[0].Choice)
		tied, chair = without(tied, []string{chair[0].Choice}), chair[1:]
	}
	return tied, chair
}

// lead fills in who leads the latest round and whether that is enough. Most
// votes means more than half of the papers left, which is what a run-off is
// for.
func (o *Outcome) lead(r Rule, left []string, votes, members int) {
	if r.Method == MostVotes {
		r.Method = Majority
	}
	round := o.Rounds[len(o.Rounds)-1]
	o.For, o.Winner = 0, ""
	for _, id := range left {
		o.For = max(o.For, round.Counts[id])
	}
	o.Against, o.Base = votes-o.For, r.base(votes, members)
	top := atCount(left, round.Counts, o.For)
	if o.Passed = len(top) == 1 && r.Enough(o.For, o.Base); o.Passed {
		o.Winner = top[0]
	}
}

// finish ends a count with two options left, neither with enough.
func (o Outcome) finish(r Rule, left []string, votes, members int, chair []Casting) Outcome {
	if r.Method == MostVotes {
		r.Method = Majority
	}
	last := &o.Rounds[len(o.Rounds)-1]
	top := atCount(left, last.Counts, o.For)
	if len(top) < 2 || !r.withCasting(o.For, votes, members) {
		return o
	}
	if len(chair) == 0 || !slices.Contains(top, chair[0].Choice) {
		o.Tied = top
		return o
	}
	last.Kept, o.Winner, o.Passed = []string{chair[0].Choice}, chair[0].Choice, true
	return o
}

// firstChoices counts each paper for the first option it ranks among those
// left.
func firstChoices(left []string, c Counts) (Round, int) {
	round, votes := Round{Counts: Counts{}}, 0
	for _, id := range left {
		round.Counts[id] = 0
	}
	for paper, n := range c {
		if paper == Abstain {
			continue
		}
		at := slices.IndexFunc(strings.Split(paper, ">"), func(id string) bool { return slices.Contains(left, id) })
		if at < 0 {
			round.Exhausted += n
			continue
		}
		round.Counts[strings.Split(paper, ">")[at]] += n
		votes += n
	}
	return round, votes
}

// lowest says which options go out after the latest round, or which are tied
// for it.
func lowest(rounds []Round, left []string) (out, tied []string) {
	now := rounds[len(rounds)-1].Counts
	low := now[left[0]]
	for _, id := range left {
		low = min(low, now[id])
	}
	out = atCount(left, now, low)
	if len(out) == 1 || together(out, left, now, low) {
		return out, nil
	}
	for i := len(rounds) - 2; i >= 0; i-- {
		before := rounds[i].Counts
		least := before[out[0]]
		for _, id := range out {
			least = min(least, before[id])
		}
		out = atCount(out, before, least)
		if len(out) == 1 {
			return out, nil
		}
	}
	return nil, out
}

// together reports whether the lowest can go out at once without changing
// who wins: at least one option stays, and all of them together have fewer
// than the next.
func together(out, left []string, now Counts, low int) bool {
	rest := without(left, out)
	if len(rest) < 1 {
		return false
	}
	next := now[rest[0]]
	for _, id := range rest {
		next = min(next, now[id])
	}
	return len(out)*low < next
}

func without(xs, drop []string) []string {
	return slices.DeleteFunc(slices.Clone(xs), func(x string) bool { return slices.Contains(drop, x) })
}
