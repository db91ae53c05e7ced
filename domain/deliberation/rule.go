package deliberation

import (
	"folkmoot/domain"
)

// Method is how much support is enough.
type Method string

// The methods.
const (
	Majority   Method = "majority"       // more than half of the base
	TwoThirds  Method = "two_thirds"     // at least two thirds
	Eighty     Method = "eighty_percent" // at least four fifths
	Unanimous  Method = "unanimous"      // every vote counted, and at least one
	MostVotes  Method = "most_votes"     // options only: more than any other
	methodNone Method = ""
)

var methods = []Method{Majority, TwoThirds, Eighty, Unanimous, MostVotes}

// Basis is what support is counted against.
type Basis string

// The bases.
const (
	PresentVoting Basis = "present_and_voting" // votes for and against; abstentions and absent members do not count
	AllMembers    Basis = "all_members"        // every member seated when the ballot opened
)

// Tie is what happens when two sides are equal.
type Tie string

// The ways of settling a tie.
const (
	TieNotPassed Tie = "not_passed"
	TieCasting   Tie = "casting_vote" // the chair's, recorded apart from the count
)

// Rule is how a ballot passes. It is fixed before the ballot opens and kept
// with its result for good.
type Rule struct {
	Method Method `json:"method"`
	Basis  Basis  `json:"basis"`
	Tie    Tie    `json:"tie"`
}

func (r Rule) check(p domain.Problems, field string) {
	domain.OneOf(p, field+".method", r.Method, methods)
	domain.OneOf(p, field+".basis", r.Basis, []Basis{PresentVoting, AllMembers})
	domain.OneOf(p, field+".tie", r.Tie, []Tie{TieNotPassed, TieCasting})
}

// String is the rule in one word for the record: "majority of
// present_and_voting, tie casting_vote".
func (r Rule) String() string {
	return string(r.Method) + " of " + string(r.Basis) + ", tie " + string(r.Tie)
}

// base is what the share is of: n votes for options or for and against, or
// all members.
func (r Rule) base(n, members int) int {
	if r.Basis == AllMembers {
		return members
	}
	return n
}

// Enough reports whether n votes are enough of the base, in whole numbers.
// Nothing passes on a base of nought.
func (r Rule) Enough(n, base int) bool {
	if n <= 0 || base <= 0 {
		return false
	}
	switch r.Method {
	case Majority:
		return 2*n > base
	case TwoThirds:
		return 3*n >= 2*base
	case Eighty:
		return 5*n >= 4*base
	case Unanimous:
		return n == base
	case MostVotes:
		return true
	case methodNone:
	}
	return false
}

// withCasting reports whether n votes and the chair's one would be enough.
func (r Rule) withCasting(n, votes, members int) bool {
	if r.Tie != TieCasting {
		return false
	}
	return r.Enough(n+1, r.base(votes+1, members))
}
