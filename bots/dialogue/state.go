package dialogue

import "time"

// State is one conversation. It is plain data: store it as JSON, give it back
// to Step. Its size is bounded (see the limits below), whatever is texted.
type State struct {
	ID       string            `json:"id"`
	Flow     string            `json:"flow"`
	Lang     string            `json:"lang"`
	Status   Status            `json:"status"`
	Node     string            `json:"node"`
	Question string            `json:"question,omitempty"`
	Outcome  string            `json:"outcome,omitempty"`
	Answers  map[string]string `json:"answers,omitempty"`
	Clarify  int               `json:"clarify,omitempty"`
	Reminded int               `json:"reminded,omitempty"`
	Started  time.Time         `json:"started"`
	Asked    time.Time         `json:"asked,omitzero"`
	Ended    time.Time         `json:"ended,omitzero"`
	// Due is when a tick is wanted: a reminder or the time-out. Zero: never.
	Due time.Time `json:"due,omitzero"`
	// Back is where to return to after a side question.
	Back *Rest `json:"back,omitempty"`
	// Undo holds what CHANGE can take back, newest last.
	Undo []Undone `json:"undo,omitempty"`
	// Last is the reply accepted last, to recognise its repeat.
	Last Accepted `json:"last,omitzero"`
	// Part is a text that was no postcode and may be the first half of one.
	Part Accepted `json:"part,omitzero"`
	// Told is when the resident was last told that a person will read.
	Told time.Time `json:"told,omitzero"`
	// Wrote is when a person last wrote to the resident, until that is
	// answered.
	Wrote time.Time `json:"wrote,omitzero"`
	// Seen holds the ids of recent inputs, so that one is never taken twice.
	Seen []string `json:"seen,omitempty"`
}

// Status says who holds the conversation.
type Status string

// The statuses. A stopped conversation remembers where it was, so that START
// can take it up again.
const (
	Open       Status = "open"
	WithPerson Status = "with_person"
	Ended      Status = "ended"
	Stopped    Status = "stopped"
)

// Undone is one accepted answer that CHANGE can still take back.
type Undone struct {
	Node     string    `json:"node"`
	Question string    `json:"question,omitempty"`
	Input    string    `json:"input"`
	At       time.Time `json:"at"`
	Final    bool      `json:"final,omitempty"` // only a person can take it back
}

// Rest is where a conversation stood when a keyword led away from it.
type Rest struct {
	Node     string    `json:"node"`
	Question string    `json:"question,omitempty"`
	Outcome  string    `json:"outcome,omitempty"`
	Status   Status    `json:"status"`
	Reminded int       `json:"reminded,omitempty"`
	Asked    time.Time `json:"asked,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
	Due      time.Time `json:"due,omitzero"`
}

// Accepted is the reply accepted last.
type Accepted struct {
	Text   string    `json:"text,omitempty"`
	Intent Intent    `json:"intent,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// Limits of what a state remembers, and of patience.
const (
	undoFor     = 24 * time.Hour
	undoKept    = 40
	seenKept    = 32
	clarifyMost = 2
	// A doubled text arrives with its twin; nobody reads the next question and
	// answers it in this time.
	repeatWithin = 2 * time.Second
	burstWithin  = 90 * time.Second
	toldAgain    = time.Hour
)

// saw remembers an input id; it reports false when it was known.
func (s *State) saw(id string) bool {
	for _, known := range s.Seen {
		if known == id {
			return false
		}
	}
	s.Seen = append(s.Seen, id)
	if len(s.Seen) > seenKept {
		s.Seen = s.Seen[len(s.Seen)-seenKept:]
	}
	return true
}

// clone copies a state deeply enough that a step never writes into its
// caller's copy.
func (s State) clone() State {
	answers := make(map[string]string, len(s.Answers))
	for k, v := range s.Answers {
		answers[k] = v
	}
	s.Answers = answers
	s.Undo = append([]Undone(nil), s.Undo...)
	s.Seen = append([]string(nil), s.Seen...)
	return s
}
