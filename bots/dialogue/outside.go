package dialogue

import (
	"strings"
	"time"
)

// Events that every flow knows, beside those of its own.
const (
	// EventAgain asks the open question once more, in its short form: the
	// person is reached elsewhere from now on.
	EventAgain = "again"
	// EventLeft, with a colon and how the person stands, ends the conversation
	// without a word: they left by another door. Of several standings, parted
	// by commas, the first that is an end of the flow counts; without one they
	// count as withdrawn.
	EventLeft = "left"
	// EventWrote tells that a person wrote to the resident: the conversation
	// goes on without a word of its own.
	EventWrote = "wrote"
)

// Outcomes of whoever is no longer part of it, in any flow.
const (
	withdrawn   = "withdrawn"
	removed     = "removed"
	wrongNumber = "wrong_number"
)

// stateTexts are what the outcomes of any flow are answered with.
var stateTexts = map[string]string{withdrawn: "withdrawn.state", removed: "removed.state", wrongNumber: "wrong_person"}

// outside does what an event of any flow asks; false: it is a flow's own.
func (t *turn) outside() (Result, bool) {
	name, how, _ := strings.Cut(t.in.Text, ":")
	switch name {
	case EventAgain:
		t.again()
	case EventLeft:
		t.left(how)
	case EventWrote:
		t.wrote()
	default:
		return "", false
	}
	return Handled, true
}

// left ends the conversation where it stands, unless they have left before. A
// person can talk it over: CHANGE leads to one.
func (t *turn) left(how string) {
	s := &t.state
	if _, gone := stateTexts[s.Outcome]; gone {
		return
	}
	stopped := s.Status == Stopped
	t.end(t.outcome(strings.Split(how, ",")))
	if stopped {
		s.Status = Stopped
	}
	s.Back, s.Last = nil, Accepted{}
	s.Undo = []Undone{{Node: s.Node, Input: t.in.ID, At: t.env.Now, Final: true}}
}

// end closes the conversation with an outcome.
func (t *turn) end(outcome string) {
	s := &t.state
	s.Outcome, s.Status, s.Ended, s.Due = outcome, Ended, t.env.Now, time.Time{}
}

func (t *turn) outcome(among []string) string {
	for _, o := range among {
		if _, known := stateTexts[o]; known || t.env.Flow.CanEnd(o) {
			return o
		}
	}
	return withdrawn
}

// CanEnd reports whether a conversation of the flow can come to the outcome.
func (f *Flow) CanEnd(outcome string) bool {
	for _, n := range f.Nodes {
		if n.End == outcome {
			return true
		}
	}
	return false
}

// wrongPerson is said by whoever has the number now, or had it all along.
func (t *turn) wrongPerson() Result {
	t.do(DoWrongNumber, map[string]string{"input": t.in.ID})
	t.handOver("wrong_person", "normal")
	t.end(wrongNumber)
	t.state.Back = nil
	t.say("wrong_person", nil)
	return Handed
}
