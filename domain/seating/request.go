package seating

// Limits of a request.
const (
	MaxPeople = 2000
	MaxRounds = 40
	MaxFields = 20
	MaxRules  = 2000
)

// Person is somebody to seat. A field that is missing or "" says nothing and
// is not spread.
type Person struct {
	ID     string            `json:"id"`
	Values map[string]string `json:"values,omitempty"`
}

// Round is one round of tables: tables of about one size, as even as can be,
// or the seats of each table.
type Round struct {
	Size   int      `json:"size,omitempty"`   // people at a table, at most
	Tables []int    `json:"tables,omitempty"` // seats of each table, where they differ
	Absent []string `json:"absent,omitempty"` // ids of people who are not there
}

// Pin seats a person at a table, both counted from 1. Round 0 is every round.
type Pin struct {
	Person string `json:"person"`
	Round  int    `json:"round,omitempty"`
	Table  int    `json:"table"`
	Row    int    `json:"-"` // of the file it came from, 0 for none
}

// Pair names two people of a rule.
type Pair struct {
	A   string `json:"a"`
	B   string `json:"b"`
	Row int    `json:"-"` // of the file it came from, 0 for none
}

// Tables are the people at each table of a round, by id.
type Tables [][]string

// Request is what a plan is made from.
type Request struct {
	People    []Person `json:"people"`
	Rounds    []Round  `json:"rounds"` // all of them, those held included
	Diversify []string `json:"diversify"`
	Cluster   []string `json:"cluster"`
	Pins      []Pin    `json:"pins"`
	Together  []Pair   `json:"together"` // at one table in every round that both attend
	Apart     []Pair   `json:"apart"`    // never at one table
	Met       []Tables `json:"met"`      // rounds of earlier sessions, whose pairs know each other
	Past      []Tables `json:"past"`     // the first rounds as they were held
	Seed      string   `json:"seed"`
	Starts    int      `json:"starts,omitempty"` // independent searches; 0: by the size of the problem
	Steps     int      `json:"steps,omitempty"`  // exchanges tried by each; 0: by the size of the problem
}

// Plan is a seating of every round.
type Plan struct {
	Rounds   []Tables `json:"rounds"`
	Measures Measures `json:"measures"`
}
