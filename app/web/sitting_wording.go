package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// wordingPages are the way from what was said in the room to the wording that
// members vote on.
func wordingPages(s Services) []Page {
	const all, one = "/staff/processes/:process/recommendations", "/staff/processes/:process/recommendations/:recommendation"
	const said = "/staff/processes/:process/statements"
	out := []Page{
		get(all, s.wordings), post(all, s.draftWording), get(one, s.wording),
		get(said, s.statements), post(said, s.addStatement), post(said+"/:statement", s.sortStatement),
	}
	d := s.Deliberation
	for name, do := range map[string]wordingStep{
		"change": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := d.ChangeRecommendation(ctx, c, p, id, wordingOf(in))
			return err
		},
		"amend": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := d.ProposeAmendment(ctx, c, p, id, deliberation.AmendmentInput{Text: in.text("amended"), Why: in.text("why")})
			return renamed(err, func(f string) string { return strings.Replace(f, "text", "amended", 1) })
		},
		"decide": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := d.DecideAmendment(ctx, c, p, id, deliberation.DecideAmendmentInput{Number: in.whole("amendment"), Hands: handsOf(in, "hands")})
			return err
		},
		"lock": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := d.LockWording(ctx, c, p, id, deliberation.LockInput{Hands: handsOf(in, "hands")})
			return err
		},
		"unlock": func(ctx context.Context, c domain.Command, p, id string, _ typed) error {
			_, err := d.UnlockWording(ctx, c, p, id)
			return err
		},
		"minority": func(ctx context.Context, c domain.Command, p, id string, _ typed) error {
			_, err := d.CarryMinority(ctx, c, p, id)
			return err
		},
		"correct": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := d.CorrectRecommendation(ctx, c, p, id, deliberation.CorrectionInput{Text: in.text("notice")})
			return renamed(err, func(f string) string { return strings.Replace(f, "text", "notice", 1) })
		},
	} {
		out = append(out, post(one+"/"+name, s.wordingStep(do)))
	}
	return out
}

type wordingStep func(ctx context.Context, c domain.Command, process, id string, in typed) error

// wordingStep does something to a recommendation and goes back to it.
func (s Services) wordingStep(do wordingStep) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		d, err := s.deskOf(ctx, r)
		if err != nil {
			return Reply{}, err
		}
		id, in := r.Param("recommendation"), d.typedIn(r)
		err = do(ctx, r.Command(), d.P.ID, id, in)
		if bad := in.p.Err(); bad != nil {
			err = bad
		}
		return done(r, renamed(err, handsField("hands")), d.URL("/recommendations/"+url.PathEscape(id)), func() (Reply, error) { return s.wording(ctx, r) })
	}
}

func wordingOf(in typed) deliberation.RecommendationInput {
	return deliberation.RecommendationInput{
		Title: in.text("title"), Text: in.text("text"), Reasons: in.text("reasons"), Kind: in.text("kind"), Goal: in.text("goal"),
		Statements: in.f["statements"], Evidence: in.f["evidence"], Questions: in.f["questions"],
	}
}

var recStates = map[deliberation.RecState]Status{
	deliberation.RecDraft: {"waiting", "Draft"}, deliberation.RecAmended: {"waiting", "Draft, amended"}, deliberation.RecFinal: {"due", "Final wording, to be voted on"},
	deliberation.RecBalloted: {"due", "On a ballot"}, deliberation.RecAdopted: {"kept", "Adopted"}, deliberation.RecNotAdopted: {"dropped", "Not adopted"},
	deliberation.RecMinority: {"waiting", "Carried as a minority view"}, deliberation.RecPublished: {"kept", "Published"}, deliberation.RecSuperseded: {"dropped", "Overtaken by a later one"},
}

func (s Services) wordings(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	all, err := s.Deliberation.Recommendations(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: "Recommendations", Here: "recommendations", Todo: nextWording(d, all)}
	list := sheetPart{Heading: "Recommendations", Empty: "Nothing is open to you here yet: a jury’s drafts are its own until its report."}
	if d.May(domain.RunSessions) {
		list.Empty = "None is drafted yet."
	}
	for _, x := range all {
		row := sheetRow{URL: d.URL("/recommendations/" + x.ID), Title: x.Title, Status: recStates[x.State], Quiet: supportWords(x.Support)}
		if open := openAmendments(x); open > 0 {
			row.Quiet = plural(open, "amendment is", "amendments are") + " open"
		}
		list.Rows = append(list.Rows, row)
	}
	page.Parts = []sheetPart{list}
	if d.May(domain.RunSessions) {
		f, err := s.wordingForm(ctx, r, d, deliberation.Recommendation{})
		if err != nil {
			return Reply{}, err
		}
		f.Action, f.Heading, f.Button, f.Folded = d.URL("/recommendations"), "Draft a recommendation", "Save the draft", true
		page.Forms = []form{f}
	}
	return page.page(), nil
}

func openAmendments(x deliberation.Recommendation) int {
	n := 0
	for _, a := range x.Amendments {
		if a.State == "proposed" {
			n++
		}
	}
	return n
}

// nextWording is what is due among the recommendations.
func nextWording(d desk, all []deliberation.Recommendation) todo {
	drafts, open, final := 0, 0, 0
	for _, x := range all {
		open += openAmendments(x)
		switch x.State {
		case deliberation.RecDraft, deliberation.RecAmended:
			drafts++
		case deliberation.RecFinal:
			final++
		default:
		}
	}
	switch {
	case open > 0:
		return todo{What: plural(open, "amendment waits", "amendments wait") + " for the members", Text: "Members take or leave each by a show of hands."}
	case drafts > 0:
		return todo{What: plural(drafts, "draft has", "drafts have") + " no final wording", Text: "Members make the wording final by a show of hands; then it can be voted on."}
	case final > 0:
		return todo{What: plural(final, "wording is", "wordings are") + " final", Text: "Put them on a ballot.", Link: d.URL("/ballots"), Label: "Go to the ballots"}
	case len(all) == 0:
		return todo{What: "Draft the first recommendation", Text: "From what members and tables said."}
	}
	return todo{What: "Nothing is due here", Text: "Every recommendation was voted on."}
}

// wordingForm asks for the text of a recommendation and what it rests on.
func (s Services) wordingForm(ctx context.Context, r *Request, d desk, x deliberation.Recommendation) (form, error) {
	f := form{Version: x.Revision, Fields: []formField{
		input("title", "In a few words", "Such as: A bus every half hour.", x.Title),
		area("text", "The recommendation", "As members say it. It recommends; others decide.", x.Text),
		area("reasons", "Why", "", x.Reasons),
		radios("goal", "How soon can it be done?", "", x.Goal, "quick_win", "Soon", "longer", "It takes longer", "", "Not said"),
	}}
	said, err := s.Deliberation.Statements(ctx, r.Actor, d.P.ID)
	if err := unless(err); err != nil {
		return f, err
	}
	heard, err := s.Deliberation.Evidence(ctx, r.Actor, d.P.ID)
	if err := unless(err); err != nil {
		return f, err
	}
	asked, err := s.Deliberation.Questions(ctx, r.Actor, d.P.ID)
	var statements, evidence, questions []string
	for _, v := range said {
		if v.State != deliberation.StatementMerged && v.State != deliberation.StatementLeft {
			statements = append(statements, v.ID, v.Text)
		}
	}
	for _, v := range heard {
		if v.Edition > 0 && v.State != deliberation.EvidenceWithdrawn {
			evidence = append(evidence, v.ID, v.Title)
		}
	}
	for _, v := range asked {
		if v.State == deliberation.QuestionAnswered {
			questions = append(questions, v.ID, v.Text)
		}
	}
	for _, b := range []formField{
		boxes("statements", "It grew from", "", x.Statements, statements...), boxes("evidence", "It rests on this evidence", "", x.Evidence, evidence...),
		boxes("questions", "And on these answers", "", x.Questions, questions...),
	} {
		if len(b.Choices) > 0 {
			f.Fields = append(f.Fields, b)
		}
	}
	return f, unless(err)
}

func (s Services) draftWording(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	x, err := s.Deliberation.DraftRecommendation(ctx, r.Command(), d.P.ID, wordingOf(d.typedIn(r)))
	return done(r, err, d.URL("/recommendations/"+x.ID), func() (Reply, error) { return s.wordings(ctx, r) })
}

// wording is the page of one recommendation.
func (s Services) wording(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	x, err := s.Deliberation.Recommendation(ctx, r.Actor, d.P.ID, r.Param("recommendation"))
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: x.Title, Here: "recommendations", Back: link{d.URL("/recommendations"), "Recommendations"}, Todo: wordingTodo(d, x)}
	page.Facts = []fact{{Name: "State", Status: recStates[x.State], Text: supportWords(x.Support)}, {Name: "It says", Text: x.Text}, {Name: "Why", Text: x.Reasons}}
	if x.Lock != nil {
		page.Facts = append(page.Facts, fact{Name: "Members agreed to the wording", Text: handsWords(x.Lock.Hands)})
	}
	if len(x.Amendments) > 0 {
		page.Parts = append(page.Parts, amendmentsPart(x))
	}
	if d.May(domain.RunSessions) {
		page.Forms, err = s.wordingForms(ctx, r, d, x)
	}
	return page.page(), err
}

func wordingTodo(d desk, x deliberation.Recommendation) todo {
	switch x.State {
	case deliberation.RecDraft, deliberation.RecAmended:
		if n := openAmendments(x); n > 0 {
			return todo{What: plural(n, "amendment waits", "amendments wait") + " for the members"}
		}
		return todo{What: "Members make this wording final", Text: "By a show of hands: more than half of those in the room."}
	case deliberation.RecFinal:
		return todo{What: "It can be voted on", Link: d.URL("/ballots"), Label: "Go to the ballots"}
	case deliberation.RecNotAdopted:
		return todo{What: "It was not adopted", Text: "It can be carried in the report as a minority view."}
	case deliberation.RecAdopted, deliberation.RecMinority:
		return todo{What: recStates[x.State].Word, Text: "It goes into the report.", Link: d.URL("/report"), Label: "Go to the report"}
	default:
	}
	return todo{What: recStates[x.State].Word}
}

func amendmentsPart(x deliberation.Recommendation) sheetPart {
	p := sheetPart{Heading: "Amendments"}
	for _, a := range x.Amendments {
		row := sheetRow{Title: fmt.Sprintf("Amendment %d", a.Number), Text: a.Text, Quiet: a.Why, Status: Status{"due", "Open"}}
		if a.State == "accepted" {
			row.Status = Status{"kept", "Taken"}
		}
		if a.State == "rejected" {
			row.Status = Status{"dropped", "Left"}
		}
		if a.Hands != nil {
			row.Quiet = strings.TrimSpace(row.Quiet + " " + handsWords(*a.Hands))
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// wordingForms are what can be done with a recommendation as it stands.
func (s Services) wordingForms(ctx context.Context, r *Request, d desk, x deliberation.Recommendation) ([]form, error) {
	at := func(rest string) string { return d.URL("/recommendations/" + url.PathEscape(x.ID) + rest) }
	switch x.State {
	case deliberation.RecDraft, deliberation.RecAmended:
		return s.draftForms(ctx, r, d, x)
	case deliberation.RecFinal:
		return []form{{Action: at("/unlock"), Heading: "Open the wording again", Button: "Open it again", Warning: true, Folded: true, Fields: []formField{area("reason", "Why", "Kept on the record.", "")}}}, nil
	case deliberation.RecNotAdopted:
		return []form{{Action: at("/minority"), Button: "Carry it as a minority view", Secondary: true}}, nil
	default:
	}
	if x.Public() && d.May(domain.PublishEvidence) {
		return []form{{Action: at("/correct"), Heading: "Correct it by a notice", Button: "Publish the notice", Folded: true, Intro: "What is published is never edited. A numbered notice beside it says what was wrong.",
			Fields: []formField{area("notice", "The notice", "What was wrong, and what is right.", "")}}}, nil
	}
	return nil, nil
}

func (s Services) draftForms(ctx context.Context, r *Request, d desk, x deliberation.Recommendation) ([]form, error) {
	at := func(rest string) string { return d.URL("/recommendations/" + url.PathEscape(x.ID) + rest) }
	change, err := s.wordingForm(ctx, r, d, x)
	change.Action, change.Heading, change.Button, change.Folded, change.Secondary = at("/change"), "Change the draft", "Save", true, true
	amend := form{Action: at("/amend"), Heading: "Propose an amendment", Button: "Propose it", Folded: true, Secondary: true, Fields: []formField{
		area("amended", "The whole new text", "", x.Text), input("why", "Why", "May stay empty.", ""),
	}}
	for _, a := range x.Amendments {
		if a.State == "proposed" {
			return []form{{Action: at("/decide"), Heading: fmt.Sprintf("Members take or leave amendment %d", a.Number), Button: "Record the hands", Version: x.Revision,
				Hidden: []fact{{Name: "amendment", Text: fmt.Sprint(a.Number)}}, Fields: handsFields("hands", "the amendment")}, amend, change}, err
		}
	}
	lock := form{Action: at("/lock"), Heading: "Make the wording final", Button: "The wording is final", Version: x.Revision, Fields: handsFields("hands", "the wording")}
	return []form{lock, amend, change}, err
}

var statementStates = map[deliberation.StatementState]Status{
	deliberation.StatementIdea: {"due", "Not sorted yet"}, deliberation.StatementKept: {"kept", "Carried on"}, deliberation.StatementMerged: {"done", "Joined with another"}, deliberation.StatementLeft: {"dropped", "Not carried on"},
}

// statements are what members and tables said.
func (s Services) statements(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	if err := d.only(domain.ViewSessions); err != nil {
		return Reply{}, err
	}
	all, err := s.Deliberation.Statements(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: "What was said", Here: "statements"}
	part, unsorted := sheetPart{Heading: "Statements", Empty: "Nothing is noted yet."}, 0
	var others []string
	for _, x := range all {
		if x.State != deliberation.StatementMerged {
			others = append(others, x.ID, x.Text)
		}
	}
	for _, x := range all {
		row := sheetRow{Title: x.Text, Status: statementStates[x.State], Quiet: strings.TrimSpace(x.Theme + " " + x.Table)}
		if x.State == deliberation.StatementIdea {
			unsorted++
		}
		if d.May(domain.RunSessions) && x.State != deliberation.StatementMerged {
			row.Forms = []form{sortForm(d, x, others)}
		}
		part.Rows = append(part.Rows, row)
	}
	page.Todo = todo{What: "Every statement is sorted", Text: "Draft recommendations from those that are carried on.", Link: d.URL("/recommendations"), Label: "Go to the recommendations"}
	if unsorted > 0 {
		page.Todo = todo{What: plural(unsorted, "statement is", "statements are") + " not sorted yet", Text: "Carry each on, join it with another that says the same, or leave it."}
	}
	page.Parts = []sheetPart{part}
	if d.May(domain.RunSessions) {
		page.Forms = []form{{Action: d.URL("/statements"), Heading: "Note a statement", Button: "Note it", Fields: []formField{
			area("text", "What was said", "In the words of the member or the table.", ""), input("table", "Table", "May stay empty.", ""), input("theme", "Theme", "May stay empty.", ""),
		}}}
	}
	return page.page(), nil
}

func sortForm(d desk, x deliberation.Statement, others []string) form {
	into := []string{"", "No other"}
	for i := 0; i+1 < len(others); i += 2 {
		if others[i] != x.ID {
			into = append(into, others[i], others[i+1])
		}
	}
	return form{Action: d.URL("/statements/" + url.PathEscape(x.ID)), Heading: "Sort it", Button: "Save", Secondary: true, Folded: true, Version: x.Revision, Fields: []formField{
		radios("state", "What becomes of it", "", string(x.State), "statement", "It is carried on", "merged", "It is joined with another", "left", "It is not carried on"),
		selects("into", "Joined with", "", "", into...), input("theme", "Theme", "May stay empty.", x.Theme),
	}}
}

func (s Services) addStatement(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	in := d.typedIn(r)
	_, err = s.Deliberation.AddStatement(ctx, r.Command(), d.P.ID, deliberation.StatementInput{Text: in.text("text"), Theme: in.text("theme"), Table: in.text("table")})
	return done(r, err, d.URL("/statements"), func() (Reply, error) { return s.statements(ctx, r) })
}

func (s Services) sortStatement(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	in := d.typedIn(r)
	_, err = s.Deliberation.SortStatement(ctx, r.Command(), d.P.ID, r.Param("statement"), deliberation.SortInput{
		State: deliberation.StatementState(in.text("state")), Into: in.text("into"), Theme: in.text("theme"),
	})
	return done(r, err, d.URL("/statements"), func() (Reply, error) { return s.statements(ctx, r) })
}
