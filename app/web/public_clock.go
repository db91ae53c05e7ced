package web

import (
	"slices"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
)

// mark is one point of the public clock. Class is kept, late, dropped, due or
// today; Word says the same in a word.
type mark struct {
	At    time.Time
	Class string
	Word  string
	What  string
	Note  string
	Link  string
}

// clockOf is the public clock: what was promised and done, from the promise
// to today and on to what is due.
func clockOf(st story, now time.Time) []mark {
	var out []mark
	out = append(out, promiseMarks(st)...)
	out = append(out, stageMarks(st)...)
	out = append(out, answerMarks(st, now)...)
	out = append(out, actionMarks(st, now)...)
	out = append(out, progressMarks(st, now)...)
	for i := range out {
		out[i].Word = clockWords[out[i].Class]
	}
	out = append(out, mark{At: now, Class: "today", What: "Today"})
	slices.SortStableFunc(out, func(a, b mark) int { return a.At.Compare(b.At) })
	return out
}

var clockWords = map[string]string{"kept": "Done", "late": "Late", "dropped": "Not done", "due": "Still to come"}

func promiseMarks(st story) []mark {
	c := st.P.Commitment
	if c.MadeAt.IsZero() {
		return nil
	}
	return []mark{{At: c.MadeAt, Class: "kept", What: "The promise: to answer every recommendation by " + c.ResponseDue.In(st.Zone()).Format("2 January 2006"), Note: c.Promise}}
}

// told are the stages that mean something to a reader.
var told = map[domain.Stage]string{
	domain.RemitAgreed:  "The question was agreed and made public",
	domain.Recruiting:   "People were asked to take part",
	domain.Selected:     "Members were picked by lottery",
	domain.Deliberating: "Members began to meet",
	domain.Reported:     "The report came out",
	domain.Implementing: "Work on what was accepted began",
	domain.Closed:       "Closed",
	domain.Paused:       "Paused",
	domain.Cancelled:    "Cancelled",
}

func stageMarks(st story) []mark {
	links := map[domain.Stage]string{domain.Selected: "/d/" + st.P.Code, domain.Deliberating: "/e/" + st.P.Code, domain.Reported: "/r/" + st.P.Code}
	var out []mark
	for _, h := range st.P.History {
		what, ok := told[h.Stage]
		if !ok {
			continue
		}
		m := mark{At: h.At, Class: "kept", What: what, Link: links[h.Stage]}
		if h.Stage == domain.Cancelled {
			m.Class = "dropped"
			if st.P.Closing != nil {
				m.Note = st.P.Closing.Reason
			}
		}
		out = append(out, m)
	}
	return out
}

// answerMarks are the answers to the recommendations: on time or late, and
// what was not agreed.
func answerMarks(st story, now time.Time) []mark {
	due, at := st.P.Commitment.ResponseDue, answered(st.Responses)
	link := "/r/" + st.P.Code
	var out []mark
	switch {
	case due.IsZero():
	case !at.IsZero() && !at.After(due):
		out = append(out, mark{At: at, Class: "kept", What: "Every recommendation was answered, as promised", Link: link})
	case !at.IsZero():
		out = append(out, mark{At: due, Class: "late", What: "The answer was due", Note: "It came " + span(at.Sub(due)) + " late."},
			mark{At: at, Class: "kept", What: "Every recommendation was answered", Link: link})
	case now.After(due):
		out = append(out, mark{At: due, Class: "late", What: "The answer was due", Note: "It is late by " + span(now.Sub(due)) + "."})
	default:
		out = append(out, mark{At: due, Class: "due", What: "The answer is due"})
	}
	for _, r := range st.Responses {
		if r.Current == nil {
			continue
		}
		first := r.Versions[0].At
		switch r.Current.Outcome {
		case accountability.Reject:
			out = append(out, mark{At: first, Class: "dropped", What: "Not agreed: " + r.Title, Note: short(r.Current), Link: link})
		case accountability.ConsiderMore:
			out = append(out, decisionMark(r, now))
		}
	}
	return out
}

func decisionMark(r accountability.ResponseView, now time.Time) mark {
	m := mark{At: r.Current.Decision, Class: "due", What: "Decision due: " + r.Title}
	if now.After(m.At) {
		m.Class, m.Note = "late", "No decision has been told yet, "+span(now.Sub(m.At))+" on."
	}
	return m
}

// short is an answer's reason in the length of a text, where there is one.
func short(a *accountability.Answer) string {
	if a.Short != "" {
		return a.Short
	}
	return a.Reason
}

func actionMarks(st story, now time.Time) []mark {
	var out []mark
	for _, a := range st.Actions {
		m := mark{At: a.Due, Class: "due", What: a.Title, Link: "/r/" + st.P.Code}
		switch {
		case a.State == accountability.ActionVerified:
			m.At, m.Class, m.Note = a.DoneAt, "kept", "Done, and checked by somebody else."
			if v := len(a.Verifications); v > 0 {
				m.At = a.Verifications[v-1].At
			}
		case a.State == accountability.ActionDone:
			m.At, m.Class, m.Note = a.DoneAt, "kept", "Reported done; not checked yet."
		case a.State == accountability.ActionStopped:
			m.At, m.Class, m.Note = a.UpdatedAt, "dropped", a.Why
		case a.State == accountability.ActionChanged || a.State == accountability.ActionTransferred:
			m.At, m.Class, m.Note = a.UpdatedAt, "dropped", words(a.State)+": "+a.Why
		case now.After(a.Due):
			m.Class, m.Note = "late", "Late by "+span(now.Sub(a.Due))+"."
		}
		out = append(out, m)
	}
	return out
}

func progressMarks(st story, now time.Time) []mark {
	var out []mark
	for _, p := range st.Progress {
		m := mark{At: p.At, Class: "kept", What: "Progress report", Note: p.Summary}
		if p.Late {
			m.Class = "late"
		}
		out = append(out, m)
	}
	if due := st.Said.Account.ProgressDue; !due.IsZero() && st.Said.Account.FinalAt.IsZero() {
		m := mark{At: due, Class: "due", What: "The next progress report is due"}
		if now.After(due) {
			m.Class, m.What, m.Note = "late", "A progress report was due", "It is late by "+span(now.Sub(due))+"."
		}
		out = append(out, m)
	}
	for _, f := range st.Feedback {
		for _, n := range f.NotChanged {
			out = append(out, mark{At: f.At, Class: "dropped", What: "Not changed: " + n.What, Note: n.Why})
		}
	}
	return out
}

// span writes how long something took, in the largest unit that fits.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch n := int(d / day); {
	case d < day:
		return "less than a day"
	case n < 21:
		return plural(n, "day", "days")
	case n < 70:
		return plural((n+3)/7, "week", "weeks")
	case n < 700:
		return plural((n+15)/30, "month", "months")
	default:
		return plural((n+182)/365, "year", "years")
	}
}
