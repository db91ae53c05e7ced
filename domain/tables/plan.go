package tables

import (
	"slices"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/seating"
)

// Bounds of a plan.
const (
	maxMembers = 500
	maxRounds  = 12
	maxFields  = 6
)

// Plan is who sits where in a session, round by round, by member id. It holds
// no answers of theirs. Bound: 500 members, 12 rounds.
type Plan struct {
	domain.Root
	Process   string           `json:"process"`
	Session   string           `json:"session"`
	Size      int              `json:"size,omitempty"`
	Seats     []int            `json:"seats,omitempty"` // of each table, where they differ
	Diversify []string         `json:"diversify"`
	Cluster   []string         `json:"cluster"`
	Seed      string           `json:"seed"`
	Held      int              `json:"held"` // rounds that stay as they were
	Rounds    []Round          `json:"rounds"`
	People    int              `json:"people"` // the plan is over
	Measures  seating.Measures `json:"measures"`
	Words     []string         `json:"words"` // how good it is, in sentences
	MadeAt    time.Time        `json:"made_at"`
}

// Round is who sits where in one round, and who of those expected was left
// out of it.
type Round struct {
	Tables []Table  `json:"tables"`
	Away   []string `json:"away"`
}

// Table is the people at a table, by id.
type Table struct {
	People []string `json:"people"`
}

func (r Round) seated() seating.Tables {
	out := make(seating.Tables, len(r.Tables))
	for i, t := range r.Tables {
		out[i] = t.People
	}
	return out
}

func seatedIn(rounds []Round) []seating.Tables {
	out := make([]seating.Tables, len(rounds))
	for i, r := range rounds {
		out[i] = r.seated()
	}
	return out
}

// asRound is a round that was just planned.
func asRound(tables seating.Tables, away []string) Round {
	out := Round{Tables: make([]Table, len(tables)), Away: away}
	for i, people := range tables {
		out.Tables[i].People = people
	}
	return out
}

// Plans keeps the plans.
var Plans = domain.Collection[Plan]{
	Name: "table_plans", Schema: 1, Shard: "id",
	Indexes: []domain.Index{{Name: "process", Fields: []string{"process"}}},
	Keys:    func(x *Plan) map[string]any { return map[string]any{"process": x.Process} },
}

// PlanInput says what a plan is to be like: tables of one size, or the seats
// of each.
type PlanInput struct {
	Rounds    int      `json:"rounds"`
	Size      int      `json:"size,omitempty"`
	Seats     []int    `json:"seats,omitempty"`
	Diversify []string `json:"diversify"`
	Cluster   []string `json:"cluster"`
	Seed      string   `json:"seed,omitempty"` // any text; the same gives the same plan. Empty: made up
}

func (in PlanInput) problems(fields []string) domain.Problems {
	p := domain.Problems{}
	p.Need(in.Rounds >= 1 && in.Rounds <= maxRounds, "rounds", "give a number of rounds from 1 to %d", maxRounds)
	p.Need((in.Size == 0) != (len(in.Seats) == 0), "size", "say how many sit at a table, or give the seats of each table")
	p.Need(in.Size == 0 || in.Size >= 2 && in.Size <= maxMembers, "size", "a table seats 2 people or more")
	p.Need(len(in.Seats) <= maxMembers, "seats", "at most %d tables", maxMembers)
	for _, n := range in.Seats {
		p.Need(n >= 2 && n <= maxMembers, "seats", "a table seats 2 people or more")
	}
	chosen := map[string]bool{}
	for name, list := range map[string][]string{"diversify": in.Diversify, "cluster": in.Cluster} {
		p.Need(len(list) <= maxFields, name, "choose at most %d", maxFields)
		for _, f := range list {
			p.Need(slices.Contains(fields, f), name, "choose from what members were asked when they registered")
		}
	}
	for _, f := range in.Diversify {
		chosen[f] = true
	}
	for _, f := range in.Cluster {
		p.Need(!chosen[f], "cluster", "a field is spread or kept together, not both")
	}
	p.Need(len(in.Seed) <= 200, "seed", "keep this to 200 letters")
	return p
}

// Who says whom a plan counts on.
type Who string

// Whom a later round is planned for.
const (
	CheckedIn Who = "checked_in" // those marked as there
	NotAbsent Who = "not_absent" // everyone who is not marked as absent and did not say they cannot come
)

// ReseatInput seats the rounds to come anew.
type ReseatInput struct {
	Held int `json:"held"` // rounds that were held; they stay
	Who  Who `json:"who"`
}

// rounds are the rounds of the request: each of the same tables.
func (x Plan) rounds(n int) []seating.Round {
	out := make([]seating.Round, n)
	for i := range out {
		out[i] = seating.Round{Size: x.Size, Tables: x.Seats}
	}
	return out
}
