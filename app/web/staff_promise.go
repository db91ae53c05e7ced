package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

// promisePages are for what is said before anybody is asked: the remit, the
// promise to answer, the legal duty and how the decision stays open.
func promisePages(s Services) []Page {
	at := "/staff/processes/:process/promise"
	return append([]Page{
		get(at, s.promise),
		post(at+"/remit", s.promiseStep("#remit", s.setRemit)),
		post(at+"/commitment", s.promiseStep("#commitment", s.commit)),
		post(at+"/gunning", s.promiseStep("#gunning", s.recordGunning)),
	}, dutyPages(s)...)
}

// promiseStep takes one form of the page and goes back to its part.
func (s Services) promiseStep(part string, do func(ctx context.Context, r *Request, d desk, in typed) error) handle {
	return s.deskStep("/promise"+part, s.promise, do)
}

// deskStep takes one form of a page of a process: what could not be read is
// said together, and the page is shown again with what was typed.
func (s Services) deskStep(to string, page handle, do func(ctx context.Context, r *Request, d desk, in typed) error) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		d, err := s.deskOf(ctx, r)
		if err != nil {
			return Reply{}, err
		}
		in := d.typedIn(r)
		err = do(ctx, r, d, in)
		return done(r, err, d.URL(to), func() (Reply, error) { return page(ctx, r) })
	}
}

// promise shows what stands of the promise, what is missing first, and the
// forms that the reader may use.
func (s Services) promise(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	names, err := s.namesIn(ctx, d)
	if err != nil {
		return Reply{}, err
	}
	next, err := s.Process.Next(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: "Promise", Here: "promise", Alone: true}
	if next.Stage == domain.Proposed {
		page.Todo = todoOf(d, next.Missing, "The promise is complete", "Everything that the stage “remit agreed” needs is there.")
	}
	duties, err := s.dutyPart(ctx, d, names)
	page.Parts = []sheetPart{remitPart(d), commitmentPart(d, names), duties, s.gunningPart(d, names)}
	if next.Stage == domain.Proposed {
		openFirst(page.Parts)
	}
	return page.page(), err
}

// todoOf puts the first thing that is missing on top, and where it is
// supplied; the others follow.
func todoOf(d desk, missing []domain.Missing, whole, text string) todo {
	if len(missing) == 0 {
		return todo{What: whole, Text: text, Link: d.URL(""), Label: "To the next stage"}
	}
	m := missing[0]
	t := todo{What: "Next: " + m.Need, Text: "Who can supply it: " + words(m.Who) + ".", Link: d.supply(m), Label: "Go there"}
	for _, other := range missing[1:] {
		t.Lacks = append(t.Lacks, other.Need)
	}
	return t
}

// openFirst unfolds the first form that fills in what nobody has yet, so that
// a phone shows one form at a time.
func openFirst(parts []sheetPart) {
	for i := range parts {
		if parts[i].Lacking && len(parts[i].Forms) > 0 {
			parts[i].Forms[0].Folded, parts[i].Forms[0].Heading = false, ""
			return
		}
	}
}

// namesIn are the names of those who work on the process, by id.
func (s Services) namesIn(ctx context.Context, d desk) (nameOf, error) {
	all, err := s.Access.Colleagues(ctx, d.Actor, d.scope())
	out := nameOf{}
	for _, c := range all {
		out[c.ID] = c.Name
	}
	return out, err
}

// nameOf are names by user id.
type nameOf map[string]string

// by says who did something and when.
func (n nameOf) by(d desk, user string, at time.Time) string {
	name := n[user]
	if name == "" {
		name = "somebody who has no role here any more"
	}
	return name + ", " + local(at, d.Zone(), "Mon 2 January 2006")
}

// open reports whether anything of the process can still change.
func (d desk) open() bool { return d.P.Stage != domain.Closed && d.P.Stage != domain.Cancelled }

// modes are what a process can be for, value and label in turn.
var modes = []string{
	"co_commission", "It helps decide what should be done", "co_design", "It helps design how something is done",
	"co_deliver", "It helps to carry something out", "co_assess", "It helps judge how something went",
}

// labelOf is the label of a value among choices.
func labelOf(choices []string, value string) string {
	if i := slices.Index(choices, value); i >= 0 && i%2 == 0 {
		return choices[i+1]
	}
	return first(words(value))
}

// remitPart is what is asked, and what can come of it.
func remitPart(d desk) sheetPart {
	m := d.P.Remit
	part := sheetPart{ID: "remit", Heading: "Remit", Lacking: m.Version == 0, Text: "What is asked, what is in and out of scope, and what can come of it. It is public once the remit is agreed."}
	if m.Version > 0 {
		part.Facts = remitFacts(d)
	}
	switch {
	case d.P.Reached(domain.Recruiting):
		part.Text += " People were invited to answer it: it cannot change any more."
	case d.May(domain.PromiseProcess) && d.open():
		part.Forms = []form{remitForm(d)}
	case m.Version == 0:
		part.Empty = "It is not written yet."
	}
	return part
}

func remitFacts(d desk) []fact {
	m := d.P.Remit
	signed := Status{"waiting", "Not by oversight yet"}
	if n := len(d.P.SignedBy("question")); n > 0 {
		signed = Status{"kept", fmt.Sprintf("By %d of oversight", n)}
	}
	out := []fact{
		{Name: "Question", Text: m.Question, Lines: plainness(d.P.Readability)}, {Name: "Signed", Status: signed},
		{Name: "Options", Lines: orNone(m.Options, "No options are given: the answer is open.")},
		{Name: "In scope", Lines: orNone(m.InScope, "Not said.")},
		{Name: "Out of scope", Lines: orNone(m.OutOfScope, "Not said yet.")},
		{Name: "What taking part can achieve", Text: m.Influence},
		{Name: "What the decision is judged by", Lines: orNone(m.Criteria, "Not said yet.")},
		{Name: "What the body prefers", Text: first(m.Preference)},
		{Name: "What it is for", Text: labelOf(modes, m.Mode)},
	}
	if m.Version > 1 {
		out = append(out, fact{Name: "Written", Text: fmt.Sprintf("%d times; this is the last", m.Version)})
	}
	return out
}

func orNone(list []string, none string) []string {
	if len(list) == 0 {
		return []string{none}
	}
	return list
}

// plainness says how plain the question is, and what to mend.
func plainness(r process.Readability) []string {
	if r.Plain() {
		return []string{fmt.Sprintf("%s, school grade %.0f: plain enough to be asked.", plural(r.Words, "word", "words"), r.Grade)}
	}
	out := []string{fmt.Sprintf("%s, school grade %.0f: it has to be plainer, with at most 45 words and grade 14 or less. Shorter sentences and shorter words help.", plural(r.Words, "word", "words"), r.Grade)}
	if len(r.Jargon) > 0 {
		out = append(out, "Say it without: "+strings.Join(r.Jargon, ", ")+".")
	}
	return out
}

func remitForm(d desk) form {
	m := d.P.Remit
	mode := m.Mode
	if mode == "" {
		mode = "co_commission"
	}
	f := form{Action: d.URL("/promise/remit"), Heading: "Change the remit", Button: "Save the remit", Folded: true, Version: d.P.Version, Fields: []formField{
		area("question", "The question", "One plain, neutral question in everyday words, at most 45 of them.", m.Question),
		area("options", "Options, one per line", "The answers people choose among. May stay empty: then the answer is open.", strings.Join(m.Options, "\n")),
		area("in_scope", "What is in scope, one per line", "What they can recommend on.", strings.Join(m.InScope, "\n")),
		area("out_of_scope", "What is out of scope, one per line", "What cannot change, whatever they say. Be honest before anybody gives up a day.", strings.Join(m.OutOfScope, "\n")),
		area("influence", "What taking part can achieve", "Who decides, and what they do with the recommendations. Such as: The jury recommends. The council decides, in public, and says why.", m.Influence),
		area("criteria", "What the decision is judged by, one per line", "Such as: cost, journey times.", strings.Join(m.Criteria, "\n")),
		area("preference", "What the body prefers already", "With the reason. If it prefers nothing, write: none.", m.Preference),
		radios("mode", "What it is for", "", mode, modes...),
	}}
	if m.Version == 0 {
		f.Heading = "Write the remit"
		return f
	}
	f.Intro = "A change ends the approval of every duty assessment. A change of the question, its options or what is out of scope also ends oversight’s signatures under the question."
	return f
}

func (s Services) setRemit(ctx context.Context, r *Request, d desk, in typed) error {
	_, err := s.Process.SetRemit(ctx, r.Command(), d.P.ID, process.RemitInput{
		Question: in.text("question"), Options: in.lines("options"), InScope: in.lines("in_scope"), OutOfScope: in.lines("out_of_scope"),
		Influence: in.text("influence"), Criteria: in.lines("criteria"), Preference: in.text("preference"), Mode: in.text("mode"),
	})
	return reworded(err, map[string]string{"mode": "choose what it is for"})
}

// commitmentPart is the dated promise to answer.
func commitmentPart(d desk, names nameOf) sheetPart {
	c := d.P.Commitment
	part := sheetPart{ID: "commitment", Heading: "Promise to answer", Lacking: c.ResponseDue.IsZero(), Text: "What the body does with the recommendations, by when, and who decides in public. It is published, and an answer that is late shows as late."}
	if !c.ResponseDue.IsZero() {
		part.Facts = []fact{
			{Name: "Promise", Text: c.Promise}, {Name: "Answered by", Text: local(c.ResponseDue, d.Zone(), "Mon 2 January 2006")},
			{Name: "Decided by", Text: c.DecidedBy}, {Name: "Promised by", Text: names.by(d, c.MadeBy, c.MadeAt)},
		}
	}
	switch {
	case d.P.Reached(domain.Reported):
		part.Text += " The jury has reported: this promise stands."
	case d.May(domain.PromiseProcess) && d.open():
		f := form{Action: d.URL("/promise/commitment"), Heading: "Change the promise", Button: "Make the promise", Folded: true, Version: d.P.Version, Fields: []formField{
			area("promise", "What the body promises", "Such as: We answer every recommendation in public, with a reason.", c.Promise),
			input("response_due", "Every recommendation is answered by", "A day to come. The answer is in time until that day ends.", local(c.ResponseDue, d.Zone(), time.DateOnly)).typedAs("date"),
			input("decided_by", "Who decides, in public", "The board or committee. Such as: The full council, in a public meeting.", c.DecidedBy),
		}}
		if c.ResponseDue.IsZero() {
			f.Heading = "Make the promise"
		}
		part.Forms = []form{f}
	case c.ResponseDue.IsZero():
		part.Empty = "It is not made yet."
	}
	return part
}

func (s Services) commit(ctx context.Context, r *Request, d desk, in typed) error {
	due := in.day("response_due")
	if err := in.p.Err(); err != nil {
		return err
	}
	was := d.P.Commitment.ResponseDue
	switch {
	case !due.IsZero() && local(was, d.Zone(), time.DateOnly) == local(due, d.Zone(), time.DateOnly):
		due = was // as it was promised, to the hour
	case !due.IsZero(): // the whole day counts
		due = time.Date(due.Year(), due.Month(), due.Day(), 23, 59, 0, 0, due.Location())
	}
	_, err := s.Process.Commit(ctx, r.Command(), d.P.ID, process.CommitmentInput{Promise: in.text("promise"), ResponseDue: due, DecidedBy: in.text("decided_by")})
	return err
}

// gunningPart is how the four principles of a fair consultation are met.
func (s Services) gunningPart(d desk, names nameOf) sheetPart {
	part := sheetPart{ID: "gunning", Heading: "Gunning principles", Lacking: len(d.P.Gunning) == 0, Text: "Four principles by which courts judge whether a consultation was fair. The first is needed before the remit is agreed; the others are recorded as the process goes on."}
	var choices []string
	hints := "Write what shows it, so that it can be explained years later."
	for _, g := range s.Process.Profiles[d.P.Profile].Gunning {
		row := sheetRow{Title: fmt.Sprintf("%d. %s", g.Number, g.Text), Status: Status{"waiting", "Nothing recorded yet"}, Quiet: "What shows it: " + g.Evidence}
		var texts []string
		for _, e := range d.P.Gunning {
			if e.Principle == g.Number {
				texts = append(texts, e.Text+" ("+names.by(d, e.By, e.At)+")")
				row.Status, row.Quiet = Status{"kept", "Recorded"}, ""
			}
		}
		row.Text = strings.Join(texts, "\n")
		part.Rows = append(part.Rows, row)
		choices = append(choices, fmt.Sprint(g.Number), fmt.Sprintf("%d. %s", g.Number, g.Text))
	}
	if d.May(domain.PromiseProcess) && d.open() {
		part.Forms = []form{{Action: d.URL("/promise/gunning"), Heading: "Record how a principle is met", Button: "Record it", Folded: true, Fields: []formField{
			radios("principle", "Which principle", "", "", choices...), area("text", "How it is met", hints, ""),
		}}}
	}
	return part
}

func (s Services) recordGunning(ctx context.Context, r *Request, d desk, in typed) error {
	_, err := s.Process.RecordGunning(ctx, r.Command(), d.P.ID, process.GunningInput{Principle: in.whole("principle"), Text: in.text("text")})
	return reworded(err, map[string]string{"principle": "choose one of the four"})
}

// dutyURL is where one body's assessment is sent.
func (d desk) dutyURL(body, rest string) string {
	return d.URL("/promise/duty/" + url.PathEscape(body) + rest)
}
