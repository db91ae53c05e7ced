package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"folkmoot/domain/deliberation"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
)

// happening is one line of a person's history with us.
type happening struct {
	At    time.Time
	What  string
	More  string // what became of it, in a word or two
	Words string // what was written; only after a look that is recorded
	Ours  bool   // the words are ours
}

// timeline is everything that happened between a person and us, newest first:
// where they stood, what was sent and said, which days they came, what they
// were paid. lines are the messages, with or without their words.
func (s Services) timeline(ctx context.Context, r *Request, page personPage, lines []outreach.Line) ([]happening, error) {
	out := slices.Concat(stepHappenings(page.Row), readyHappenings(page.Row), lineHappenings(lines))
	var sessions []deliberation.Session
	err := part(&sessions, func() ([]deliberation.Session, error) { return s.Deliberation.Sessions(ctx, r.Actor, page.P.ID) })
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, x := range sessions {
		names[x.ID] = x.Title
		if mark := x.Attendance[page.Row.ID]; mark != "" {
			out = append(out, happening{At: x.Starts, What: x.Title, More: attendanceWords[mark]})
		}
	}
	var paid []people.Payment
	if err := part(&paid, func() ([]people.Payment, error) { return s.People.PaymentsOf(ctx, r.Actor, page.Row.ID) }); err != nil {
		return nil, err
	}
	for _, p := range paid {
		out = append(out, paymentHappenings(p.View(), names[p.Session])...)
	}
	slices.SortStableFunc(out, func(a, b happening) int { return b.At.Compare(a.At) })
	return out, nil
}

var attendanceWords = map[deliberation.Presence]string{
	deliberation.Present: "was there", deliberation.Partly: "was there for part of it", deliberation.Absent: "was not there",
}

// spokeWords are how the person told staff, where staff made the step.
var spokeWords = map[string]string{
	"they_called": "they called us", "we_called": "we called them", "in_person": "they told us in person", "relay": "told through somebody else",
}

func stepHappenings(v people.View) []happening {
	var out []happening
	for _, step := range v.History {
		more := words(step.Reason)
		if step.Spoke != "" {
			more = joinText(more, spokeWords[step.Spoke])
		}
		out = append(out, happening{At: step.At, What: first(words(step.To)), More: more})
	}
	return out
}

func readyHappenings(v people.View) []happening {
	var out []happening
	if v.Consent != nil {
		out = append(out, happening{At: v.Consent.At, What: "Agreed to take part under the privacy notice"})
	}
	if v.Induction != nil {
		out = append(out, happening{At: v.Induction.At, What: "Was shown how the jury works", More: words(v.Induction.Kind)})
	}
	for _, n := range v.Needs {
		out = append(out, happening{At: n.AskedAt, What: "Asked for support"})
		if n.At.After(n.AskedAt) {
			out = append(out, happening{At: n.At, What: "Support: " + words(n.State), More: words(n.Reason)})
		}
	}
	return out
}

// prompt is what a text was about: what a flow says is named FLOW.PROMPT.
func prompt(template string) string {
	return words(template[strings.LastIndexByte(template, '.')+1:])
}

func lineHappenings(lines []outreach.Line) []happening {
	var out []happening
	for _, l := range lines {
		m := happening{At: l.At, Words: l.Text, Ours: l.From == "us", More: words(l.State)}
		switch {
		case l.Way == "call":
			m.What, m.More = "We called them", words(l.Why)
		case l.Way == "person":
			m.What, m.More = "A message for a person: "+words(l.Why), itemWords[l.State]
		case l.Way == "letter":
			m.What = "Letter: " + prompt(l.Template)
		case l.Way == "email":
			m.What = "Email to them: " + prompt(l.Template)
		case m.Ours:
			m.What = "Text to them: " + prompt(l.Template)
		default:
			m.What, m.More = "Text from them", ""
		}
		out = append(out, m)
	}
	return out
}

var itemWords = map[string]string{
	outreach.ItemOpen: "waiting", outreach.ItemClaimed: "taken", outreach.ItemAnswered: "answered", outreach.ItemClosed: "closed",
}

// paymentHappenings are when a payment came about, who agreed to it, and where it
// stands.
func paymentHappenings(p people.PaymentView, session string) []happening {
	what := pounds(p.Pence) + " for coming"
	if p.Kind == people.Expense {
		what = pounds(p.Pence) + " for an expense"
	}
	if session != "" {
		what += ", " + session
	}
	begun := "earned"
	if p.Kind == people.Expense {
		begun = "asked for"
	}
	out := []happening{{At: p.CreatedAt, What: what, More: begun}}
	for _, a := range p.Approvals {
		out = append(out, happening{At: a.At, What: what, More: "approved"})
	}
	if p.State != people.Earned && p.State != people.Claimed && p.State != people.Approved {
		out = append(out, happening{At: p.StateAt, What: what, More: joinText(words(p.State), words(p.Reason))})
	}
	return out
}

// joinText puts two remarks together, either of which may be empty.
func joinText(a, b string) string {
	if a != "" && b != "" {
		return a + "; " + b
	}
	return a + b
}
