package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

func ballotPages(s Services) []Page {
	const all, one = "/staff/processes/:process/ballots", "/staff/processes/:process/ballots/:ballot"
	out := []Page{
		get(all, s.ballots), post(all, s.draftBallot), post("/staff/processes/:process/rules", s.fixRules),
		get(one, s.ballot), post(one+"/papers", s.enterPapers), post(one+"/change", s.changeBallot),
	}
	d := s.Deliberation
	for name, do := range map[string]func(context.Context, domain.Command, string, string, typed) error{
		"approve": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := d.ApproveBallot(ctx, c, p, id, deliberation.LockInput{Hands: handsOf(in, "hands")})
			return err
		},
		"open": func(ctx context.Context, c domain.Command, p, id string, _ typed) error {
			_, err := d.OpenBallot(ctx, c, p, id)
			return err
		},
		"close": func(ctx context.Context, c domain.Command, p, id string, _ typed) error {
			_, err := d.CloseBallot(ctx, c, p, id)
			return err
		},
		"count": func(ctx context.Context, c domain.Command, p, id string, _ typed) error {
			_, err := d.CountBallot(ctx, c, p, id)
			return err
		},
		"casting": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			q, choice, _ := strings.Cut(in.text("casting"), "|")
			_, err := d.CastingVote(ctx, c, p, id, deliberation.CastingInput{Question: q, Choice: choice, Reason: in.text("casting_reason")})
			return renamed(err, func(field string) string {
				return map[string]string{"question": "casting", "choice": "casting", "reason": "casting_reason"}[field]
			})
		},
		"certify": func(ctx context.Context, c domain.Command, p, id string, _ typed) error {
			_, err := d.CertifyBallot(ctx, c, p, id)
			return err
		},
		"withdraw": func(ctx context.Context, c domain.Command, p, id string, _ typed) error {
			_, err := d.WithdrawBallot(ctx, c, p, id)
			return err
		},
	} {
		out = append(out, post(one+"/"+name, s.ballotStep(do)))
	}
	return out
}

// ballotStep does something to a ballot and goes back to it.
func (s Services) ballotStep(do func(context.Context, domain.Command, string, string, typed) error) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		d, err := s.deskOf(ctx, r)
		if err != nil {
			return Reply{}, err
		}
		id := r.Param("ballot")
		err = do(ctx, r.Command(), d.P.ID, id, d.typedIn(r))
		return done(r, renamed(err, ballotField), d.URL("/ballots/"+url.PathEscape(id)), func() (Reply, error) { return s.ballot(ctx, r) })
	}
}

// ballotField names what is wrong with a ballot by the fields of its forms.
func ballotField(field string) string {
	switch {
	case field == "hands":
		return "hands_present"
	case field == "closes_at":
		return "closes_day"
	case strings.HasPrefix(field, "questions.") && strings.Contains(field, ".options"):
		return "options"
	case strings.HasPrefix(field, "questions.") && strings.HasSuffix(field, ".text"):
		return "choice"
	case strings.HasPrefix(field, "questions"):
		return "recommendations"
	case strings.HasPrefix(field, "condition"):
		return "condition"
	case field == "reason" || field == "choice":
		return field
	}
	return strings.ReplaceAll(field, ".", "_")
}

func (s Services) ballots(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	all, err := s.Deliberation.Ballots(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	rules, err := s.Deliberation.Terms(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: "Ballots", Here: "ballots", Todo: nextBallot(d, all, rules)}
	page.Facts = rulesFacts(rules)
	list := sheetPart{Heading: "Ballots", Empty: "No ballot is drafted yet."}
	for _, b := range all {
		list.Rows = append(list.Rows, sheetRow{URL: d.URL("/ballots/" + b.ID), Title: fmt.Sprintf("%d. %s", b.Number, b.Title), Status: ballotStatus(b), Quiet: plural(len(b.Questions), "question", "questions")})
	}
	page.Parts = []sheetPart{list}
	if d.May(domain.RunSessions) {
		draft, err := s.ballotForm(ctx, r, d, deliberation.BallotView{BallotFacts: deliberation.BallotFacts{Number: len(all) + 1, Secret: true}}, all)
		if err != nil {
			return Reply{}, err
		}
		draft.Action, draft.Heading, draft.Button, draft.Folded = d.URL("/ballots"), "Draft a ballot", "Draft the ballot", true
		page.Forms = []form{rulesForm(d, rules), draft}
	}
	return page.page(), nil
}

// nextBallot is what is due among the ballots.
func nextBallot(d desk, all []deliberation.BallotView, rules deliberation.Terms) todo {
	if rules.FixedAt.IsZero() {
		return todo{What: "Agree the rules of voting", Text: "Members agree by a show of hands how a ballot passes, before the first ballot. After that the rules stand for the whole jury."}
	}
	for _, b := range all {
		link := d.URL("/ballots/" + b.ID)
		switch b.State {
		case deliberation.BallotOpen:
			return todo{What: b.Title + " is open", Text: fmt.Sprintf("%d of %d have voted. No count is made before it is closed.", voted(b), len(b.Register)), Link: link, Label: "Go to the ballot"}
		case deliberation.BallotClosed:
			return todo{What: b.Title + " is closed", Text: "It has to be counted.", Link: link, Label: "Count it"}
		case deliberation.BallotCounted:
			return todo{What: b.Title + " is counted", Text: "Somebody else than who counted certifies the result. Only then is it the result.", Link: link, Label: "Look at the count"}
		case deliberation.BallotApproved:
			return todo{What: b.Title + " can be opened", Text: "Members agreed to the paper.", Link: link, Label: "Go to the ballot"}
		case deliberation.BallotDraft:
			return todo{What: b.Title + " is a draft", Text: "Members look at it and agree to it by a show of hands.", Link: link, Label: "Go to the ballot"}
		default:
		}
	}
	return todo{What: "No ballot is under way", Text: "A ballot asks about wording that members made final."}
}

func voted(b deliberation.BallotView) int {
	n := 0
	for _, e := range b.Register {
		if e.Voted {
			n++
		}
	}
	return n
}

var ballotStates = map[deliberation.BallotState]Status{
	deliberation.BallotDraft: {"waiting", "Draft"}, deliberation.BallotApproved: {"waiting", "Agreed by members, not open"}, deliberation.BallotOpen: {"due", "Open"},
	deliberation.BallotClosed: {"due", "Closed, not counted"}, deliberation.BallotCounted: {"due", "Counted, not certified"}, deliberation.BallotCertified: {"kept", "Certified"},
	deliberation.BallotWithdrawn: {"dropped", "Withdrawn"}, deliberation.BallotNotNeeded: {"dropped", "Not needed"},
}

func ballotStatus(b deliberation.BallotView) Status { return ballotStates[b.State] }

// ruleWords say a rule as people do.
func ruleWords(r deliberation.Rule) string {
	if r.Method == "" {
		return "The jury’s own rule"
	}
	method := map[deliberation.Method]string{
		deliberation.Majority: "More than half", deliberation.TwoThirds: "At least two thirds", deliberation.Eighty: "At least 80 percent",
		deliberation.Unanimous: "Everybody", deliberation.MostVotes: "The option with the most votes",
	}[r.Method]
	basis := " of the votes for and against"
	if r.Basis == deliberation.AllMembers {
		basis = " of all members who hold a seat"
	}
	tie := "; on a tie it does not pass"
	if r.Tie == deliberation.TieCasting {
		tie = "; on a tie the chair has a casting vote, recorded apart"
	}
	if r.Method == deliberation.MostVotes {
		basis = ""
	}
	return method + basis + tie
}

func rulesFacts(t deliberation.Terms) []fact {
	if t.FixedAt.IsZero() {
		return nil
	}
	return []fact{
		{Name: "How a ballot passes", Text: ruleWords(t.Rule)},
		{Name: "At least vote", Text: plural(t.Quorum, "member", "members")},
		{Name: "To be able to vote", Text: "attended " + plural(t.Attend, "required session", "required sessions")},
		{Name: "Agreed", Text: handsWords(t.Agreed)},
	}
}

func handsWords(h deliberation.Hands) string {
	return fmt.Sprintf("%d for, %d against, of %d in the room", h.For, h.Against, h.Present)
}

func rulesForm(d desk, t deliberation.Terms) form {
	f := form{Action: d.URL("/rules"), Heading: "The rules of voting", Button: "Fix the rules", Secondary: true, Folded: true, Fields: []formField{
		radios("rule_method", "How much is enough", "", string(t.Rule.Method), "majority", "More than half", "two_thirds", "Two thirds", "eighty_percent", "80 percent", "unanimous", "Everybody", "most_votes", "Of several options, the most votes"),
		radios("rule_basis", "Of what", "", string(t.Rule.Basis), "present_and_voting", "The votes for and against", "all_members", "All members who hold a seat"),
		radios("rule_tie", "On a tie", "", string(t.Rule.Tie), "not_passed", "It does not pass", "casting_vote", "The chair has a casting vote"),
		input("quorum", "How many must vote", "At least 3, so that no single vote shows.", blankZero(t.Quorum)).typedAs("number"),
		input("attend", "Required sessions a member must have attended to vote", "0: holding a seat is enough.", fmt.Sprint(t.Attend)).typedAs("number"),
	}}
	f.Fields = append(f.Fields, handsFields("agreed", "these rules")...)
	return f
}

// fixRules records the rules that members agreed.
func (s Services) fixRules(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	in := d.typedIn(r)
	rules := deliberation.TermsInput{
		Rule:   deliberation.Rule{Method: deliberation.Method(in.text("rule_method")), Basis: deliberation.Basis(in.text("rule_basis")), Tie: deliberation.Tie(in.text("rule_tie"))},
		Quorum: in.whole("quorum"), Attend: in.whole("attend"), Agreed: handsOf(in, "agreed"),
	}
	if err = in.p.Err(); err == nil {
		_, err = s.Deliberation.FixRules(ctx, r.Command(), d.P.ID, rules)
	}
	return done(r, renamed(err, handsField("agreed")), d.URL("/ballots"), func() (Reply, error) { return s.ballots(ctx, r) })
}
