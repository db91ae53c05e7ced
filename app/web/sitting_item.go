package web

import (
	"context"
	"fmt"
	"net/url"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// evidenceItem is the page of one item: where it stands and who does what
// next.
func (s Services) evidenceItem(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	x, err := s.Deliberation.EvidenceItem(ctx, r.Actor, d.P.ID, r.Param("item"))
	if err != nil {
		return Reply{}, err
	}
	witnesses, err := s.Deliberation.Witnesses(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: x.Title, Here: "evidence", Back: link{d.URL("/evidence"), "Evidence"}, Todo: itemTodo(x)}
	page.Facts = itemFacts(d, x, witnesses)
	page.Forms = itemForms(d, x, witnesses)
	return page.page(), nil
}

func itemTodo(x deliberation.Evidence) todo {
	switch x.State {
	case deliberation.EvidenceProposed:
		return todo{What: "Ask for it", Text: "Or note it as it came, if it is here already."}
	case deliberation.EvidenceRequested:
		return todo{What: "It was asked for", Text: "When it comes, note it as it came."}
	case deliberation.EvidenceReceived:
		return todo{What: "Check it", Text: "Its facts against the sources, its language, and which side it speaks for."}
	case deliberation.EvidenceChecked:
		return todo{What: "Oversight looks at it", Text: "An oversight member who neither proposed nor checked it approves it."}
	case deliberation.EvidenceApproved:
		return todo{What: "It can go into a pack"}
	default:
	}
	return todo{What: evidenceStates[x.State].Word, Text: x.Reason}
}

func itemFacts(d desk, x deliberation.Evidence, witnesses []deliberation.Witness) []fact {
	side := first(words(x.Stance))
	if x.Position != "" {
		side = "For " + x.Position
	}
	out := []fact{{Name: "State", Status: evidenceStates[x.State]}, {Name: "Kind", Text: first(words(x.Kind))}, {Name: "Speaks for", Text: side}}
	for _, w := range witnesses {
		if w.ID == x.Witness {
			out = append(out, fact{Name: "Brought by", Text: w.Name})
		}
	}
	out = append(out, fact{Name: "It says", Text: x.Summary})
	if x.Source != "" {
		out = append(out, fact{Name: "Source", Text: x.Source})
	}
	if c := x.Checks; c != nil {
		out = append(out, fact{Name: "Checked", Text: local(c.At, d.Zone(), "Mon 2 January 2006") + ": facts, plain language and side. " + c.Note})
	}
	for _, n := range x.Notices {
		out = append(out, fact{Name: fmt.Sprintf("Correction %d", n.Number), Text: n.Text})
	}
	return out
}

// itemForms are what can be done with an item as it stands.
func itemForms(d desk, x deliberation.Evidence, witnesses []deliberation.Witness) []form {
	at := func(rest string) string { return d.URL("/evidence/" + url.PathEscape(x.ID) + rest) }
	var out []form
	run := d.May(domain.RunSessions)
	receive := form{Action: at("/receive"), Heading: "Note it as it came", Button: "It is here", Folded: true, Secondary: true, Version: x.Revision, Fields: evidenceFields(x, witnesses)}
	switch {
	case x.State == deliberation.EvidenceProposed && run:
		out = append(out, form{Action: at("/request"), Button: "It was asked for", Version: x.Revision}, receive)
	case x.State == deliberation.EvidenceRequested && run:
		out = append(out, receive)
	case x.State == deliberation.EvidenceReceived && run:
		out = append(out, form{Action: at("/check"), Heading: "Check it", Button: "It is checked", Version: x.Revision, Fields: []formField{
			boxes("checked", "All three are needed", "", nil, "facts", "Its facts are checked against the sources", "plain", "It is in plain language", "position", "The side it speaks for is right"),
			input("note", "Note", "May stay empty.", ""),
		}}, receive)
	case x.State == deliberation.EvidenceChecked && d.May(domain.SignOff):
		out = append(out, form{Action: at("/approve"), Button: "Approve it", Version: x.Revision})
	}
	if !d.May(domain.PublishEvidence) || x.State == deliberation.EvidenceWithdrawn {
		return out
	}
	if x.Edition > 0 {
		out = append(out, form{Action: at("/correct"), Heading: "Correct it by a notice", Button: "Publish the notice", Folded: true, Fields: []formField{area("notice", "The notice", "What was wrong, and what is right. It stands beside the item for good.", "")}})
	}
	return append(out, form{Action: at("/withdraw"), Heading: "Withdraw it", Button: "Withdraw", Warning: true, Folded: true, Fields: []formField{area("reason", "Why", "Stays public if the item was.", "")}})
}

// witnesses are who speaks to the members, and whether they were briefed.
func (s Services) witnesses(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	all, err := s.Deliberation.Witnesses(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	page, unbriefed := sheet{desk: d, Title: "Witnesses", Here: "witnesses"}, 0
	list := sheetPart{Heading: "Witnesses", Empty: "Nobody yet."}
	for _, w := range all {
		row := sheetRow{Title: w.Name, Status: Status{"kept", "Was given the rules"}, Text: w.Organisation, Quiet: fmt.Sprintf("%s; %s %s. Interests: %s. Chosen by: %s.", first(words(w.Kind)), words(w.Stance), w.Position, w.Interests, words(w.ChosenBy))}
		if !w.Briefed {
			unbriefed++
			row.Status = Status{"due", "Not given the rules yet"}
		}
		if d.May(domain.RunSessions) {
			row.Forms = []form{{Action: d.URL("/witnesses/" + url.PathEscape(w.ID)), Heading: "Change", Button: "Save", Folded: true, Secondary: true, Version: w.Revision, Fields: witnessFields(w)}}
		}
		list.Rows = append(list.Rows, row)
	}
	page.Todo = todo{What: "Every witness was given the rules"}
	switch {
	case len(all) == 0:
		page.Todo = todo{What: "No witness is noted", Text: "Members hear people who know the matter, from every side."}
	case unbriefed > 0:
		page.Todo = todo{What: plural(unbriefed, "witness was", "witnesses were") + " not given the rules yet", Text: "Plain words, how long to speak, what members will ask."}
	}
	page.Parts = []sheetPart{list}
	if d.May(domain.RunSessions) {
		page.Forms = []form{{Action: d.URL("/witnesses"), Heading: "Add a witness", Button: "Add", Folded: true, Fields: witnessFields(deliberation.Witness{Stance: deliberation.StanceNeutral, ChosenBy: "organiser"})}}
	}
	return page.page(), nil
}

func witnessFields(w deliberation.Witness) []formField {
	briefed := "no"
	if w.Briefed {
		briefed = "yes"
	}
	return []formField{
		input("name", "Name", "It is public.", w.Name), input("organisation", "Organisation", "", w.Organisation),
		selects("kind", "Speaks from", "", string(w.Kind), "expert", "Knowledge of the subject", "stakeholder", "A stake in it", "lived_experience", "Their own life", "staff", "Working there"),
		radios("stance", "Which side do they speak for?", "", string(w.Stance), stanceChoices...), input("position", "Which option, if for one", "", w.Position),
		area("interests", "Interests they declare", "“None” is said too.", w.Interests),
		radios("chosen_by", "Chosen by", "", w.ChosenBy, "organiser", "The organiser", "members", "The members", "oversight", "Oversight"),
		radios("briefed", "Were they given the rules for witnesses?", "", briefed, "yes", "Yes", "no", "Not yet"),
	}
}

func witnessOf(in typed) deliberation.WitnessInput {
	return deliberation.WitnessInput{
		Name: in.text("name"), Organisation: in.text("organisation"), Kind: deliberation.WitnessKind(in.text("kind")), Stance: deliberation.Stance(in.text("stance")),
		Position: in.text("position"), Interests: in.text("interests"), ChosenBy: in.text("chosen_by"), Briefed: in.ticked("briefed"),
	}
}

func (s Services) addWitness(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	_, err = s.Deliberation.AddWitness(ctx, r.Command(), d.P.ID, witnessOf(d.typedIn(r)))
	return done(r, err, d.URL("/witnesses"), func() (Reply, error) { return s.witnesses(ctx, r) })
}

func (s Services) changeWitness(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	_, err = s.Deliberation.ChangeWitness(ctx, r.Command(), d.P.ID, r.Param("witness"), witnessOf(d.typedIn(r)))
	return done(r, err, d.URL("/witnesses"), func() (Reply, error) { return s.witnesses(ctx, r) })
}
