package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// evidencePages are what members hear and read: items, packs, witnesses.
func evidencePages(s Services) []Page {
	const all, one = "/staff/processes/:process/evidence", "/staff/processes/:process/evidence/:item"
	const packs, witnesses = "/staff/processes/:process/packs", "/staff/processes/:process/witnesses"
	out := []Page{
		get(all, s.evidence), post(all, s.proposeEvidence), get(one, s.evidenceItem), post("/staff/processes/:process/balance", s.signBalance),
		post(packs, s.draftPack), post(packs+"/:pack", s.changePack), post(packs+"/:pack/publish", s.publishPack),
		get(witnesses, s.witnesses), post(witnesses, s.addWitness), post(witnesses+"/:witness", s.changeWitness),
	}
	d := s.Deliberation
	for name, do := range map[string]wordingStep{
		"request": func(ctx context.Context, c domain.Command, p, id string, _ typed) error {
			_, err := d.RequestEvidence(ctx, c, p, id)
			return err
		},
		"receive": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := d.ReceiveEvidence(ctx, c, p, id, evidenceOf(in))
			return err
		},
		"check": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			has := func(v string) bool { return strings.Contains(strings.Join(in.f["checked"], " "), v) }
			_, err := d.CheckEvidence(ctx, c, p, id, deliberation.ChecksInput{Facts: has("facts"), Plain: has("plain"), Position: has("position"), Note: in.text("note")})
			return err
		},
		"approve": func(ctx context.Context, c domain.Command, p, id string, _ typed) error {
			_, err := d.ApproveEvidence(ctx, c, p, id)
			return err
		},
		"correct": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := d.CorrectEvidence(ctx, c, p, id, deliberation.CorrectionInput{Text: in.text("notice")})
			return renamed(err, func(string) string { return "notice" })
		},
		"withdraw": func(ctx context.Context, c domain.Command, p, id string, _ typed) error {
			_, err := d.WithdrawEvidence(ctx, c, p, id)
			return err
		},
	} {
		out = append(out, post(one+"/"+name, s.evidenceStep(do)))
	}
	return out
}

// evidenceStep does something to an item and goes back to it.
func (s Services) evidenceStep(do wordingStep) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		d, err := s.deskOf(ctx, r)
		if err != nil {
			return Reply{}, err
		}
		id, in := r.Param("item"), d.typedIn(r)
		err = do(ctx, r.Command(), d.P.ID, id, in)
		if bad := in.p.Err(); bad != nil {
			err = bad
		}
		return done(r, err, d.URL("/evidence/"+url.PathEscape(id)), func() (Reply, error) { return s.evidenceItem(ctx, r) })
	}
}

var stanceChoices = []string{"neutral", "Takes no side", "for", "For", "against", "Against", "option", "For one of the options", "mixed", "Both"}

// evidenceFields ask what an item is.
func evidenceFields(x deliberation.Evidence, witnesses []deliberation.Witness) []formField {
	who := []string{"", "Nobody in particular"}
	for _, w := range witnesses {
		who = append(who, w.ID, w.Name)
	}
	return []formField{
		input("title", "Title", "", x.Title),
		selects("kind", "Kind", "", string(x.Kind), "document", "Document", "talk", "Talk", "data", "Data", "video", "Video", "site_visit", "Visit to a place", "submission", "Sent in by people", "history", "What was done before"),
		radios("stance", "Which side does it speak for?", "The balance of evidence is worked out from this.", string(x.Stance), stanceChoices...),
		input("position", "Which option, if it is for one", "", x.Position), selects("witness", "Brought by", "", x.Witness, who...),
		input("minutes", "Minutes of talk", "May stay empty.", blankZero(x.Minutes)).typedAs("number"), area("summary", "What it says, in plain words", "", x.Summary),
		input("source", "Source", "An address or a reference.", x.Source), input("format.easy_read", "Address of the easy read version", "May stay empty.", x.Formats["easy_read"]),
	}
}

func evidenceOf(in typed) deliberation.EvidenceInput {
	return deliberation.EvidenceInput{
		Title: in.text("title"), Kind: deliberation.EvidenceKind(in.text("kind")), Stance: deliberation.Stance(in.text("stance")), Position: in.text("position"),
		Witness: in.text("witness"), Minutes: in.whole("minutes"), Summary: in.text("summary"), Source: in.text("source"), Formats: in.formats("format."),
	}
}

var evidenceStates = map[deliberation.EvidenceState]Status{
	deliberation.EvidenceProposed: {"waiting", "Proposed"}, deliberation.EvidenceRequested: {"waiting", "Asked for"}, deliberation.EvidenceReceived: {"due", "Here, not checked"},
	deliberation.EvidenceChecked: {"due", "Checked, waits for oversight"}, deliberation.EvidenceApproved: {"kept", "Approved, not published"}, deliberation.EvidencePublished: {"kept", "Published"},
	deliberation.EvidenceCorrected: {"kept", "Published, with corrections"}, deliberation.EvidenceWithdrawn: {"dropped", "Withdrawn"},
}

func (s Services) evidence(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	items, err := s.Deliberation.Evidence(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	packs, err := s.Deliberation.Packs(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	witnesses, err := s.Deliberation.Witnesses(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	var balance deliberation.Balance
	if err := part(&balance, func() (deliberation.Balance, error) { return s.Deliberation.Balance(ctx, r.Actor, d.P.ID) }); err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: "Evidence", Here: "evidence", Todo: nextEvidence(d, items, packs, balance)}
	page.Parts = []sheetPart{packsPart(d, packs, items), itemsPart(d, items), balancePart(d, balance)}
	if d.May(domain.RunSessions) || d.May(domain.SignOff) {
		page.Forms = append(page.Forms, form{Action: d.URL("/evidence"), Heading: "Propose an item", Button: "Propose it", Folded: true, Fields: evidenceFields(deliberation.Evidence{Stance: deliberation.StanceNeutral}, witnesses)})
	}
	if d.May(domain.PublishEvidence) {
		f := packForm(d, deliberation.Pack{Number: len(packs) + 1}, items)
		f.Action, f.Heading, f.Button, f.Folded = d.URL("/packs"), "Put a pack together", "Save the draft", true
		page.Forms = append(page.Forms, f)
	}
	return page.page(), nil
}

// nextEvidence is what is due among the evidence.
func nextEvidence(d desk, items []deliberation.Evidence, packs []deliberation.Pack, balance deliberation.Balance) todo {
	count := map[deliberation.EvidenceState]int{}
	first := map[deliberation.EvidenceState]string{}
	for _, x := range items {
		if count[x.State]++; first[x.State] == "" {
			first[x.State] = d.URL("/evidence/" + url.PathEscape(x.ID))
		}
	}
	due := func(st deliberation.EvidenceState, what, who string) todo {
		return todo{What: plural(count[st], "item waits", "items wait") + " " + what, Text: who, Link: first[st], Label: "Open the first"}
	}
	switch {
	case count[deliberation.EvidenceChecked] > 0:
		return due(deliberation.EvidenceChecked, "for oversight", "An oversight member approves what somebody else proposed and checked.")
	case count[deliberation.EvidenceReceived] > 0:
		return due(deliberation.EvidenceReceived, "to be checked", "Check its facts, its language and which side it speaks for.")
	case balance.Check == nil && count[deliberation.EvidenceApproved]+count[deliberation.EvidencePublished] > 0:
		return todo{What: "Oversight has not signed the balance", Text: "The jury begins when oversight has signed that the evidence is balanced."}
	case balance.Check != nil && !balance.Current:
		return todo{What: "Evidence came in after oversight signed", Text: "The signature does not cover it. Ask oversight to look again."}
	}
	for _, p := range packs {
		if p.State == deliberation.PackDraft {
			return todo{What: fmt.Sprintf("Pack %d is not published", p.Number), Text: "It goes out when every item is approved and its accessible versions are ready.", Lacks: packLacks(p, items)}
		}
	}
	if len(items) == 0 {
		return todo{What: "Propose the first item", Text: "What members need to know, from every side."}
	}
	if n := count[deliberation.EvidenceProposed] + count[deliberation.EvidenceRequested]; n > 0 {
		return todo{What: plural(n, "item is", "items are") + " still to come in"}
	}
	return todo{What: "Nothing is due here"}
}

// packLacks is what a draft still needs; publishing asks the same.
func packLacks(p deliberation.Pack, items []deliberation.Evidence) []string {
	var out []string
	for _, x := range items {
		ready := x.State == deliberation.EvidenceApproved || x.State == deliberation.EvidencePublished || x.State == deliberation.EvidenceCorrected
		if slices.Contains(p.Evidence, x.ID) && !ready {
			out = append(out, x.Title+": "+strings.ToLower(evidenceStates[x.State].Word)+".")
		}
	}
	for _, f := range []string{"easy_read", "large_print"} {
		if p.Formats[f] == "" {
			out = append(out, "The pack in "+words(f)+".")
		}
	}
	return out
}

func itemsPart(d desk, items []deliberation.Evidence) sheetPart {
	p := sheetPart{Heading: "Items", Empty: "None is open to you here yet."}
	for _, x := range items {
		side := string(x.Stance)
		if x.Position != "" {
			side = "for " + x.Position
		}
		p.Rows = append(p.Rows, sheetRow{URL: d.URL("/evidence/" + url.PathEscape(x.ID)), Title: x.Title, Status: evidenceStates[x.State], Quiet: words(x.Kind) + "; " + words(side)})
	}
	return p
}

func packsPart(d desk, packs []deliberation.Pack, items []deliberation.Evidence) sheetPart {
	p := sheetPart{Heading: "Packs", Empty: "None yet."}
	for _, x := range packs {
		row := sheetRow{Title: fmt.Sprintf("Pack %d: %s", x.Number, x.Title), Quiet: plural(len(x.Evidence), "item", "items"), Status: Status{"waiting", "Draft"}}
		if x.State == deliberation.PackPublished {
			row.Status, row.URL = Status{"kept", "Published " + local(x.PublishedAt, d.Zone(), "Mon 2 January 2006")}, "/e/"+d.P.Code+"#pack-"+x.ID
		} else if d.May(domain.PublishEvidence) {
			at := d.URL("/packs/" + url.PathEscape(x.ID))
			change := packForm(d, x, items)
			change.Action, change.Heading, change.Button, change.Folded, change.Secondary, change.Version = at, "Change the pack", "Save", true, true, x.Revision
			row.Forms = []form{{Action: at + "/publish", Button: "Publish the pack", Intro: "Members are told at once. What is published is frozen.", Version: x.Revision}, change}
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

func packForm(d desk, x deliberation.Pack, items []deliberation.Evidence) form {
	var choices []string
	for _, e := range items {
		if e.State != deliberation.EvidenceWithdrawn {
			choices = append(choices, e.ID, e.Title+" ("+strings.ToLower(evidenceStates[e.State].Word)+")")
		}
	}
	return form{Fields: []formField{
		input("number", "Number", "Counts from 1.", fmt.Sprint(x.Number)).typedAs("number"), input("title", "Title", "", x.Title),
		boxes("evidence", "Items", "In the order of this list.", x.Evidence, choices...),
		input("format.easy_read", "Address of the easy read version", "Needed before it is published.", x.Formats["easy_read"]),
		input("format.large_print", "Address of the large print version", "Needed before it is published.", x.Formats["large_print"]),
	}}
}

func packOf(in typed) deliberation.PackInput {
	return deliberation.PackInput{Number: in.whole("number"), Title: in.text("title"), Evidence: in.f["evidence"], Formats: in.formats("format.")}
}

// balancePart is the spread by side, and oversight's signature under it.
func balancePart(d desk, b deliberation.Balance) sheetPart {
	p := sheetPart{Heading: "Balance", Empty: "No item is approved yet.", ID: "balance"}
	for _, row := range b.Rows {
		side := first(words(row.Stance))
		if row.Position != "" {
			side = "For " + row.Position
		}
		p.Rows = append(p.Rows, sheetRow{Title: side, Quiet: plural(row.Items, "item", "items") + ", " + plural(row.Minutes, "minute", "minutes") + " of talk, " + plural(row.Witnesses, "witness", "witnesses")})
	}
	signed := sheetRow{Title: "Oversight has not signed yet", Status: Status{"due", "Not signed"}}
	if b.Check != nil {
		signed = sheetRow{Title: "What oversight signed", Text: b.Check.Statement, Status: Status{"kept", "Signed as balanced"}, Quiet: local(b.Check.At, d.Zone(), "Mon 2 January 2006")}
		if !b.Check.Balanced {
			signed.Status = Status{"late", "Oversight found that it is not balanced"}
		}
		if !b.Current {
			signed.Quiet += "; evidence came in since that it does not cover"
		}
	}
	if d.May(domain.SignOff) {
		signed.Forms = []form{{Action: d.URL("/balance"), Heading: "Sign the balance", Button: "Sign", Folded: b.Check != nil && b.Current, Fields: []formField{
			radios("balanced", "Is the evidence balanced?", "", "", "yes", "Yes", "no", "No"), area("statement", "What you looked at and found", "Everybody can read it on the page of the evidence.", ""),
		}}}
	}
	p.Rows = append(p.Rows, signed)
	return p
}

func (s Services) signBalance(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	in := d.typedIn(r)
	in.p.Need(in.text("balanced") != "", "balanced", "choose yes or no")
	if err = in.p.Err(); err == nil {
		_, err = s.Deliberation.SignBalance(ctx, r.Command(), d.P.ID, deliberation.BalanceInput{Statement: in.text("statement"), Balanced: in.ticked("balanced")})
	}
	return done(r, err, d.URL("/evidence"), func() (Reply, error) { return s.evidence(ctx, r) })
}

func (s Services) proposeEvidence(ctx context.Context, r *Request) (Reply, error) {
	return s.onEvidence(ctx, r, func(d desk, in typed) error {
		_, err := s.Deliberation.ProposeEvidence(ctx, r.Command(), d.P.ID, evidenceOf(in))
		return err
	})
}

func (s Services) draftPack(ctx context.Context, r *Request) (Reply, error) {
	return s.onEvidence(ctx, r, func(d desk, in typed) error {
		_, err := s.Deliberation.DraftPack(ctx, r.Command(), d.P.ID, packOf(in))
		return err
	})
}

func (s Services) changePack(ctx context.Context, r *Request) (Reply, error) {
	return s.onEvidence(ctx, r, func(d desk, in typed) error {
		_, err := s.Deliberation.ChangePack(ctx, r.Command(), d.P.ID, r.Param("pack"), packOf(in))
		return err
	})
}

func (s Services) publishPack(ctx context.Context, r *Request) (Reply, error) {
	return s.onEvidence(ctx, r, func(d desk, _ typed) error {
		_, err := s.Deliberation.PublishPack(ctx, r.Command(), d.P.ID, r.Param("pack"))
		return err
	})
}

// onEvidence does something on the page of the evidence and goes back to it.
func (s Services) onEvidence(ctx context.Context, r *Request, do func(d desk, in typed) error) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	in := d.typedIn(r)
	err = do(d, in)
	if bad := in.p.Err(); bad != nil {
		err = bad
	}
	return done(r, err, d.URL("/evidence"), func() (Reply, error) { return s.evidence(ctx, r) })
}
