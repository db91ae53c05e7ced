package dialogue

import (
	"strconv"
	"strings"
	"time"
)

// Candidate is one of several conversations a number may be writing to: two
// processes, or two people of one household.
type Candidate struct {
	ID string
	// Label names it to the resident: the jury's short name, and the person's
	// code where two share a phone.
	Label string
	// Names are codes and words that name it in a message.
	Names []string
	// Open tells that a question is waiting, Asked when it last spoke.
	Open  bool
	Asked time.Time
}

// Routed is where a message goes. An empty ID with neither All nor none to
// choose from means that the resident must be asked (AskWhich).
type Routed struct {
	ID   string
	All  bool // STOP and HELP concern every conversation of the number
	Rule string
}

// recentBy is how much later than every other a question must have been asked
// for an unnamed answer to be its.
const recentBy = 24 * time.Hour

// Route decides which conversation a message belongs to: the one it names,
// the only one that waits for an answer, the one that asked a day or more
// after all others. Otherwise nobody guesses: the resident is asked.
func Route(text string, cs []Candidate) Routed {
	t := &turn{msg: read(text), order: readingOrder("en", nil)}
	whole, _ := t.whole()
	switch {
	case whole == IsStop || whole == IsHelp:
		return Routed{All: true, Rule: "keyword"}
	case len(cs) == 0:
		return Routed{Rule: "none"}
	case len(cs) == 1:
		return Routed{ID: cs[0].ID, Rule: "only"}
	}
	if id := named(t.msg, cs); id != "" {
		return Routed{ID: id, Rule: "named"}
	}
	return byWaiting(cs)
}

// named finds the one candidate whose code or name is in the message.
func named(m message, cs []Candidate) string {
	words := " " + m.words() + " "
	found := ""
	for _, c := range cs {
		for _, n := range append([]string{c.Label}, c.Names...) {
			name := read(n).words()
			if name == "" || !strings.Contains(words, " "+name+" ") {
				continue
			}
			if found != "" && found != c.ID {
				return ""
			}
			found = c.ID
		}
	}
	return found
}

func byWaiting(cs []Candidate) Routed {
	var waiting []Candidate
	for _, c := range cs {
		if c.Open {
			waiting = append(waiting, c)
		}
	}
	switch len(waiting) {
	case 0:
		return latest(cs, "latest")
	case 1:
		return Routed{ID: waiting[0].ID, Rule: "only_waiting"}
	}
	return latest(waiting, "latest_waiting")
}

// latest is the one that spoke clearly last.
func latest(cs []Candidate, rule string) Routed {
	best := cs[0]
	for _, c := range cs[1:] {
		if c.Asked.After(best.Asked) {
			best = c
		}
	}
	for _, c := range cs {
		if c.ID != best.ID && best.Asked.Sub(c.Asked) < recentBy {
			return Routed{Rule: "ask"}
		}
	}
	return Routed{ID: best.ID, Rule: rule}
}

// AskWhich asks the resident which conversation a message is for. Keep the
// message; ReadWhich reads the answer.
func AskWhich(id, lang string, cs []Candidate) Say {
	lines := make([]string, len(cs))
	for i, c := range cs {
		lines[i] = strconv.Itoa(i+1) + ": " + c.Label
	}
	return Say{ID: id + ":which", Lang: lang, Reply: true, Parts: []Part{{Key: "which", Data: map[string]string{"options": strings.Join(lines, "\n")}}}}
}

// ReadWhich reads the answer to AskWhich, given the same candidates. It
// answers an empty ID where none was chosen.
func ReadWhich(text, lang string, cs []Candidate) string {
	labels := make([][]string, len(cs))
	for i, c := range cs {
		labels[i] = append([]string{c.Label}, c.Names...)
	}
	r := choose(read(text), readingOrder(lang, nil), labels, false)
	d, err := strconv.Atoi(r.Value)
	if r.Intent != IsChoice || err != nil {
		return ""
	}
	return cs[d-1].ID
}
