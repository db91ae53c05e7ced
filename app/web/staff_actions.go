package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
)

// actionPages are the work that follows the answers, and what everybody is
// told of it.
func actionPages(s Services) []Page {
	const all, one = "/staff/processes/:process/actions", "/staff/processes/:process/actions/:action"
	out := []Page{
		get(all, s.actions), post(all, s.actionsStep(s.planAction)), get(one, s.action),
		post("/staff/processes/:process/announcement", s.actionsStep(s.announce)),
		post("/staff/processes/:process/progress", s.actionsStep(s.reportProgress)),
		post("/staff/processes/:process/feedback", s.actionsStep(s.sendFeedback)),
		post("/staff/processes/:process/evaluation", s.deskStep("/actions#evaluation", s.actions, s.publishEvaluation)),
	}
	a := s.Accountability
	for name, do := range map[string]wordingStep{
		"update": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			u := accountability.UpdateInput{State: accountability.ActionState(in.text("state")), Text: in.text("text"), Due: in.day("due")}
			if title, link := in.text("proof_title"), in.text("proof_link"); title != "" || link != "" {
				u.Proofs = []accountability.Proof{{Title: title, Link: link}}
			}
			_, err := a.UpdateAction(ctx, c, p, id, u)
			return renamed(err, func(f string) string { return strings.Replace(f, "proofs.0.", "proof_", 1) })
		},
		"verify": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			in.p.Need(in.text("verified") != "", "verified", "choose yes or no")
			if err := in.p.Err(); err != nil {
				return err
			}
			_, err := a.VerifyAction(ctx, c, p, id, accountability.VerifyInput{Verified: in.ticked("verified"), Note: in.text("note"), Summary: in.text("summary")})
			return err
		},
		"end": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := a.EndAction(ctx, c, p, id, accountability.EndInput{State: accountability.ActionState(in.text("end")), Into: in.text("into"), To: in.text("to")})
			return renamed(err, func(f string) string { return strings.Replace(f, "state", "end", 1) })
		},
	} {
		out = append(out, post(one+"/"+name, s.actionStep(do)))
	}
	return out
}

func (s Services) actionStep(do wordingStep) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		d, err := s.deskOf(ctx, r)
		if err != nil {
			return Reply{}, err
		}
		id, in := r.Param("action"), d.typedIn(r)
		err = do(ctx, r.Command(), d.P.ID, id, in)
		if bad := in.p.Err(); bad != nil {
			err = bad
		}
		return done(r, err, d.URL("/actions/"+url.PathEscape(id)), func() (Reply, error) { return s.action(ctx, r) })
	}
}

func (s Services) actionsStep(do func(ctx context.Context, r *Request, d desk, in typed) error) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		d, err := s.deskOf(ctx, r)
		if err != nil {
			return Reply{}, err
		}
		in := d.typedIn(r)
		err = do(ctx, r, d, in)
		if bad := in.p.Err(); bad != nil {
			err = bad
		}
		return done(r, err, d.URL("/actions"), func() (Reply, error) { return s.actions(ctx, r) })
	}
}

// actions lists the work on what was accepted, what is late first, and what
// everybody is told.
func (s Services) actions(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	all, err := s.Accountability.Actions(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	responses, err := s.Accountability.Responses(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	account, err := s.Accountability.Account(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: "Actions and progress", Here: "responses", Alone: true, Back: link{d.URL("/responses"), "Responses"}, Todo: nextAction(d, all, responses, account)}
	list := sheetPart{Heading: "Actions", Empty: "None is planned yet."}
	for _, x := range all {
		row := sheetRow{URL: d.URL("/actions/" + url.PathEscape(x.ID)), Title: x.Title, Status: actionStatus(x.State, x.Late), Quiet: x.Owner.Post + "; due " + local(x.Due, d.Zone(), "Mon 2 January 2006")}
		if !x.Silent.IsZero() {
			row.Quiet += "; no update since " + local(x.Silent, d.Zone(), "Mon 2 January 2006")
		}
		list.Rows = append(list.Rows, row)
	}
	names, err := s.namesIn(ctx, d)
	if err != nil {
		return Reply{}, err
	}
	page.Parts = []sheetPart{list, evaluationPart(d, names)}
	if !account.AnnouncedAt.IsZero() {
		page.Facts = append(page.Facts, fact{Name: "The answers were announced", Text: local(account.AnnouncedAt, d.Zone(), "Mon 2 January 2006")})
	}
	if !account.ProgressDue.IsZero() {
		page.Facts = append(page.Facts, fact{Name: "Next progress report", Text: local(account.ProgressDue, d.Zone(), "Mon 2 January 2006"), Status: dueStatus(account.ProgressDue, s.Clock.Now())})
	}
	page.Forms = tellForms(d, responses, account)
	return page.page(), nil
}

// nextAction is what is due after the report.
func nextAction(d desk, all []accountability.Action, responses []accountability.ResponseView, account accountability.AccountView) todo {
	link := func(x accountability.Action) string { return d.URL("/actions/" + url.PathEscape(x.ID)) }
	for _, x := range all {
		if x.State == accountability.ActionDone {
			return todo{What: "Somebody has to check that this is done", Text: x.Title + ". Not its owner, and not who said that it is done.", Link: link(x), Label: "Look at it"}
		}
	}
	for _, x := range all {
		if x.Late || !x.Silent.IsZero() {
			return todo{What: "An update is owed", Text: x.Title + ": " + x.Owner.Post + ".", Link: link(x), Label: "Look at it"}
		}
	}
	open := 0
	for _, x := range responses {
		if x.Current == nil {
			open++
		}
	}
	switch {
	case len(responses) == 0:
		return todo{What: "Nothing is owed before the report is out"}
	case open > 0:
		return todo{What: plural(open, "answer is", "answers are") + " still owed", Link: d.URL("/responses"), Label: "Go to the answers"}
	case account.AnnouncedAt.IsZero():
		return todo{What: "Announce the answers", Text: "Everybody who offered to take part is told, and members are asked whether they were answered."}
	case account.ProgressOverdue:
		return todo{What: "The progress report is overdue"}
	}
	return todo{What: "Nothing is due today"}
}

// tellForms plan work and tell everybody of it.
func tellForms(d desk, responses []accountability.ResponseView, account accountability.AccountView) []form {
	var out []form
	var accepted []string
	open := false
	for _, x := range responses {
		open = open || x.Current == nil
		if x.Current != nil && x.Current.Outcome != accountability.Reject {
			accepted = append(accepted, x.Recommendation, fmt.Sprintf("%d. %s", x.Number, x.Title))
		}
	}
	if d.May(domain.OwnAction) && len(accepted) > 0 {
		out = append(out, form{Action: d.URL("/actions"), Heading: "Plan an action", Button: "Plan it", Folded: true, Fields: []formField{
			selects("recommendation", "It carries out", "", "", accepted...), input("title", "What will be done", "", ""), input("owner_post", "Who does it: the post", "", ""), input("owner_body", "Of which body", "", ""),
			input("due", "By which day", "Such as 2027-03-31.", "").typedAs("date"), input("measure", "How will it be seen that it worked?", "May stay empty.", ""),
		}})
	}
	if !d.May(domain.Respond) && !d.May(domain.Broadcast) || len(responses) == 0 {
		return out
	}
	if account.AnnouncedAt.IsZero() && !open {
		out = append(out, form{Action: d.URL("/announcement"), Heading: "Announce the answers", Button: "Tell everybody", Fields: []formField{area("announced", "In two sentences, bad news first", "It goes out as a text, at most 160 letters.", "")}})
	}
	gap := []formField{input("gap_what", "What has not changed", "May stay empty.", ""), input("gap_why", "Why not", "", ""), input("gap_next", "When it is looked at again", "May stay empty.", "").typedAs("date")}
	if d.P.Stage.Reached(domain.Responded) {
		out = append(out, form{Action: d.URL("/progress"), Heading: "Report progress", Button: "Publish and tell everybody", Folded: true, Secondary: true,
			Fields: append([]formField{input("progress_summary", "In a sentence, for a text", "At most 160 letters.", ""), area("progress_text", "The whole of it", "", "")}, gap...)})
	}
	return append(out, form{Action: d.URL("/feedback"), Heading: "Tell everybody what came of it", Button: "Tell everybody", Folded: true, Secondary: true,
		Fields: append([]formField{radios("kind", "Which", "", "progress", "progress", "How it goes", "not_changed", "What has not changed", "final", "The last word, before the process ends"),
			input("feedback_summary", "In a sentence, for a text", "At most 160 letters.", ""), area("changed", "What has changed, one per line", "", "")}, gap...)})
}

// gapOf is the one thing that has not changed that the forms ask for.
func gapOf(in typed) []accountability.NotChanged {
	if in.text("gap_what") == "" && in.text("gap_why") == "" {
		return nil
	}
	return []accountability.NotChanged{{What: in.text("gap_what"), Why: in.text("gap_why"), Next: in.day("gap_next")}}
}

// tellField names what is wrong with a word to everybody.
func tellField(prefix string) func(string) string {
	return func(f string) string {
		switch {
		case strings.HasPrefix(f, "not_changed.0."):
			return "gap_" + strings.TrimPrefix(f, "not_changed.0.")
		case f == "not_changed":
			return "gap_what"
		case f == "summary", f == "text":
			return prefix + f
		}
		f, _, _ = strings.Cut(f, ".")
		return f
	}
}

func (s Services) planAction(ctx context.Context, r *Request, d desk, in typed) error {
	owner := accountability.Owner{Post: in.text("owner_post"), Body: in.text("owner_body")}
	if d.May(domain.Respond) {
		owner.User = r.Actor.ID
	}
	_, err := s.Accountability.PlanAction(ctx, r.Command(), d.P.ID, accountability.ActionInput{
		Recommendation: in.text("recommendation"), Title: in.text("title"), Owner: owner, Due: in.day("due"), Measure: in.text("measure"),
	})
	return dotless(err)
}

func (s Services) announce(ctx context.Context, r *Request, d desk, in typed) error {
	_, err := s.Accountability.Announce(ctx, r.Command(), d.P.ID, accountability.AnnounceInput{Summary: in.text("announced")})
	return renamed(err, func(string) string { return "announced" })
}

func (s Services) reportProgress(ctx context.Context, r *Request, d desk, in typed) error {
	_, err := s.Accountability.ReportProgress(ctx, r.Command(), d.P.ID, accountability.ProgressInput{Summary: in.text("progress_summary"), Text: in.text("progress_text"), NotChanged: gapOf(in)})
	return renamed(err, tellField("progress_"))
}

func (s Services) sendFeedback(ctx context.Context, r *Request, d desk, in typed) error {
	_, err := s.Accountability.SendFeedback(ctx, r.Command(), d.P.ID, accountability.FeedbackInput{
		Kind: accountability.FeedbackKind(in.text("kind")), Summary: in.text("feedback_summary"), Changed: in.lines("changed"), NotChanged: gapOf(in),
	})
	return renamed(err, tellField("feedback_"))
}

// action is the page of one action: what was said, what shows it, who checked.
func (s Services) action(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	x, err := s.Accountability.Action(ctx, r.Actor, d.P.ID, r.Param("action"))
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: x.Title, Here: "responses", Alone: true, Back: link{d.URL("/actions"), "Actions and progress"}, Todo: actionTodo(x)}
	page.Facts = []fact{
		{Name: "State", Status: actionStatus(x.State, x.Late), Text: x.Why}, {Name: "Owner", Text: strings.Trim(x.Owner.Post+", "+x.Owner.Body, ", ")},
		{Name: "Due", Text: local(x.Due, d.Zone(), "Mon 2 January 2006")},
	}
	if x.Measure != "" {
		page.Facts = append(page.Facts, fact{Name: "It worked if", Text: x.Measure})
	}
	page.Parts = actionParts(d, x)
	page.Forms = actionForms(d, x)
	return page.page(), nil
}

func actionTodo(x accountability.Action) todo {
	switch {
	case x.State == accountability.ActionDone:
		return todo{What: "Check that it is done", Text: "Oversight, an evaluator or members do it: never the owner, and never who said that it is done."}
	case ended(x.State):
		return todo{What: actionStatus(x.State, false).Word, Text: x.Why}
	case !x.Silent.IsZero(), x.Late:
		return todo{What: "An update is owed", Text: "The public page says so."}
	}
	return todo{What: "Say how it goes", Text: "When it is done, say what shows it."}
}

func actionParts(d desk, x accountability.Action) []sheetPart {
	updates, proofs, checks := sheetPart{Heading: "Updates", Empty: "None yet."}, sheetPart{Heading: "What shows it", Empty: "Nothing yet."}, sheetPart{Heading: "Checks by others", Empty: "None yet."}
	for _, u := range x.Updates {
		updates.Rows = append(updates.Rows, sheetRow{Title: local(u.At, d.Zone(), "Mon 2 January 2006"), Text: u.Text, Status: actionStatus(u.State, false)})
	}
	for _, p := range x.Proofs {
		proofs.Rows = append(proofs.Rows, sheetRow{Title: p.Title, Quiet: p.Link})
	}
	for _, v := range x.Verifications {
		row := sheetRow{Title: local(v.At, d.Zone(), "Mon 2 January 2006"), Text: v.Note, Status: Status{"kept", "Done indeed"}, Quiet: words(v.Kind)}
		if !v.Verified {
			row.Status = Status{"late", "Not done"}
		}
		checks.Rows = append(checks.Rows, row)
	}
	return []sheetPart{updates, proofs, checks}
}

// actionForms are what can be done with an action as it stands.
func actionForms(d desk, x accountability.Action) []form {
	at := func(rest string) string { return d.URL("/actions/" + url.PathEscape(x.ID) + rest) }
	var out []form
	if x.State == accountability.ActionDone && d.May(domain.VerifyAction) {
		out = append(out, form{Action: at("/verify"), Heading: "Is it done?", Button: "Save", Version: x.Revision, Fields: []formField{
			radios("verified", "Is it done indeed?", "", "", "yes", "Yes", "no", "No"), area("note", "What you looked at", "It is public.", ""), input("summary", "What members are told, in a sentence", "May stay empty.", ""),
		}})
	}
	if ended(x.State) || !d.May(domain.OwnAction) {
		return out
	}
	states := []string{"started", "Started", "on_track", "On track", "at_risk", "At risk", "blocked", "Blocked", "done", "Done"}
	if x.State == accountability.ActionPlanned {
		states = []string{"planned", "Planned", "started", "Started"}
	}
	out = append(out, form{Action: at("/update"), Heading: "Say how it goes", Button: "Save", Version: x.Revision, Fields: []formField{
		radios("state", "Where it stands", "", "", states...), area("text", "What happened", "If it is at risk or blocked, why. It is public.", ""),
		input("proof_title", "Something that shows it: what it is", "Needed to say that it is done.", ""), input("proof_link", "Where it can be seen", "", ""),
		input("due", "A new date", "Only if it moves; say why above.", "").typedAs("date"),
	}})
	return append(out, form{Action: at("/end"), Heading: "End it without doing it", Button: "End it", Warning: true, Folded: true, Fields: []formField{
		radios("end", "How", "", "", "stopped", "It is stopped", "transferred", "Another body takes it over"), input("to", "Which body", "", ""), area("reason", "Why", "It is public.", ""),
	}})
}
