package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
)

// ballot is the page of one ballot for staff: what is due, who may vote, and,
// once it is counted, what came of it. While it is open it shows how many have
// voted and nothing of how.
func (s Services) ballot(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	b, err := s.Deliberation.Ballot(ctx, r.Actor, d.P.ID, r.Param("ballot"))
	if err != nil {
		return Reply{}, err
	}
	seats, err := s.seats(ctx, r, d)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: b.Title, Here: "ballots", Back: link{d.URL("/ballots"), "Ballots"}, Todo: ballotTodo(b), Facts: ballotFacts(b)}
	page.Parts = []sheetPart{questionsPart(b)}
	if len(b.Register) > 0 && d.May(domain.RunSessions) {
		page.Parts = append(page.Parts, registerPart(b, seats))
	}
	if d.May(domain.RunSessions) || d.May(domain.SignOff) {
		page.Forms, err = s.ballotForms(ctx, r, d, b, seats)
	}
	return page.page(), err
}

func ballotTodo(b deliberation.BallotView) todo {
	switch b.State {
	case deliberation.BallotDraft:
		return todo{What: "Members agree to this ballot", Text: "Show it to them in the room and count the hands."}
	case deliberation.BallotApproved:
		return todo{What: "Open the ballot", Text: "Who may vote is taken down when it opens."}
	case deliberation.BallotOpen:
		return todo{What: fmt.Sprintf("%d of %d have voted", voted(b), len(b.Register)), Text: "Members vote on their own page or on paper. Nothing is counted before the ballot is closed."}
	case deliberation.BallotClosed:
		return todo{What: "Count the votes", Text: "The box is opened once, and its key is destroyed."}
	case deliberation.BallotCounted:
		t := todo{What: "Certify the result", Text: "Somebody else than who counted does it: a facilitator, an organiser or oversight."}
		for _, o := range b.Result.Outcomes {
			if len(o.Tied) > 0 {
				t.Lacks = append(t.Lacks, "A question is tied: the chair’s casting vote.")
			}
		}
		return t
	case deliberation.BallotCertified:
		return todo{What: "The result is certified", Text: "It cannot change."}
	default:
	}
	return todo{What: ballotStatus(b).Word, Text: b.Reason}
}

func ballotFacts(b deliberation.BallotView) []fact {
	secret := "Secret: nothing joins a vote to who cast it"
	if !b.Secret {
		secret = "By name"
	}
	out := []fact{{Name: "State", Status: ballotStatus(b)}, {Name: "Votes are", Text: secret}, {Name: "Passes by", Text: ruleWords(b.Rule)}}
	if b.Quorum > 0 {
		out = append(out, fact{Name: "At least vote", Text: plural(b.Quorum, "member", "members")})
	}
	if b.Agreed != nil {
		out = append(out, fact{Name: "Members agreed to it", Text: handsWords(*b.Agreed)})
	}
	if b.Papers > 0 {
		out = append(out, fact{Name: "On paper", Text: plural(b.Papers, "vote", "votes")})
	}
	if b.Key != "" {
		out = append(out, fact{Name: "The key of the votes", Text: map[string]string{"kept": "kept until the count", "destroyed": "destroyed: nobody can open the votes again"}[b.Key]})
	}
	return out
}

// questionsPart lists the questions, with what came of them once counted.
func questionsPart(b deliberation.BallotView) sheetPart {
	p := sheetPart{Heading: "Questions"}
	if b.Result != nil && b.Result.NoQuorum {
		p.Text = fmt.Sprintf("Too few voted: %d of %d. Nothing was counted, and the ballot can be held again.", b.Result.Voted, b.Result.Register)
	}
	for _, q := range b.Questions {
		row := sheetRow{Title: q.Text}
		if q.Kind != deliberation.YesNoQuestion {
			row.Text = optionWords(q)
		}
		if o := outcomeIn(b, q.ID); o != nil {
			row.Status, row.Quiet = outcomeWords(q, *o)
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

func optionWords(q deliberation.Question) string {
	var out []string
	for _, o := range q.Options {
		out = append(out, o.ID+": "+o.Label)
	}
	return strings.Join(out, "\n")
}

func outcomeIn(b deliberation.BallotView, question string) *deliberation.Outcome {
	if b.Result == nil || b.Result.NoQuorum {
		return nil
	}
	for i := range b.Result.Outcomes {
		if b.Result.Outcomes[i].Question == question {
			return &b.Result.Outcomes[i]
		}
	}
	return nil
}

// outcomeWords say what came of a question.
func outcomeWords(q deliberation.Question, o deliberation.Outcome) (Status, string) {
	counts := fmt.Sprintf("%d for, %d against, %d abstained; the share is of %d", o.For, o.Against, o.Abstain, o.Base)
	if q.Kind != deliberation.YesNoQuestion {
		counts = fmt.Sprintf("%d abstained", o.Abstain)
		for _, x := range q.Options {
			if n := o.Counts[x.ID]; n > 0 && q.Kind == deliberation.ChoiceQuestion {
				counts = fmt.Sprintf("%s: %d; %s", x.Label, n, counts)
			}
		}
	}
	switch {
	case len(o.Tied) > 0:
		return Status{"due", "Tied"}, counts
	case o.Passed && o.Winner != "":
		return Status{"kept", optionLabel(q, o.Winner)}, counts
	case o.Passed:
		return Status{"kept", "Passed"}, counts
	}
	return Status{"dropped", "Did not pass"}, counts
}

func optionLabel(q deliberation.Question, id string) string {
	for _, o := range q.Options {
		if o.ID == id {
			return o.Label
		}
	}
	return first(id)
}

// registerPart lists who may vote and who has, by seat; who may not, and why.
func registerPart(b deliberation.BallotView, seats []people.Seat) sheetPart {
	p := sheetPart{Heading: "Who may vote", Text: fmt.Sprintf("%d of %d have voted.", voted(b), len(b.Register))}
	for _, x := range seats {
		for _, e := range b.Register {
			if e.Member == x.Person {
				st := Status{"waiting", "Not voted yet"}
				if e.Voted {
					st = Status{"done", "Has voted"}
				}
				p.Rows = append(p.Rows, sheetRow{Title: seatName(x), Status: st})
			}
		}
		for _, e := range b.Barred {
			if e.Member == x.Person {
				p.Rows = append(p.Rows, sheetRow{Title: seatName(x), Status: Status{"dropped", "May not vote"}, Quiet: e.Why})
			}
		}
	}
	return p
}

// ballotForms are what can be done with a ballot as it stands.
func (s Services) ballotForms(ctx context.Context, r *Request, d desk, b deliberation.BallotView, seats []people.Seat) ([]form, error) {
	at := func(rest string) string { return d.URL("/ballots/" + url.PathEscape(b.ID) + rest) }
	if !d.May(domain.RunSessions) {
		if b.State == deliberation.BallotCounted {
			return []form{{Action: at("/certify"), Button: "Certify the result"}}, nil
		}
		return nil, nil
	}
	var out []form
	switch b.State {
	case deliberation.BallotDraft:
		out = append(out, form{Action: at("/approve"), Heading: "Members agree", Button: "Members agreed", Version: b.Revision, Fields: handsFields("hands", "this ballot")})
	case deliberation.BallotApproved:
		out = append(out, form{Action: at("/open"), Button: "Open the ballot", Version: b.Revision})
	case deliberation.BallotOpen:
		out = append(out, form{Action: at("/close"), Button: "Close the ballot", Version: b.Revision})
		if b.Secret {
			out = append(out, papersForm(at("/papers"), b, seats))
		}
	case deliberation.BallotClosed:
		out = append(out, form{Action: at("/count"), Button: "Count the votes"})
	case deliberation.BallotCounted:
		if f := castingForm(at("/casting"), b); len(f.Fields) > 0 {
			out = append(out, f)
		}
		out = append(out, form{Action: at("/certify"), Button: "Certify the result"})
	default:
	}
	if b.State != deliberation.BallotDraft && b.State != deliberation.BallotApproved {
		return out, nil
	}
	all, err := s.Deliberation.Ballots(ctx, r.Actor, d.P.ID)
	if err != nil {
		return nil, err
	}
	change, err := s.ballotForm(ctx, r, d, b, all)
	change.Action, change.Heading, change.Button, change.Folded, change.Secondary, change.Version = at("/change"), "Change the ballot", "Save; members agree anew", true, true, b.Revision
	withdraw := form{Action: at("/withdraw"), Heading: "Withdraw the ballot", Button: "Withdraw", Warning: true, Folded: true, Fields: []formField{area("reason", "Why", "Kept on the record.", "")}}
	return append(out, change, withdraw), err
}

// castingForm asks the chair's vote on what is tied.
func castingForm(action string, b deliberation.BallotView) form {
	f := form{Action: action, Heading: "The chair’s casting vote", Intro: "It is kept apart from the members’ counts.", Button: "Record it", Secondary: true}
	var choices []string
	for _, q := range b.Questions {
		if o := outcomeIn(b, q.ID); o != nil {
			for _, id := range o.Tied {
				choices = append(choices, q.ID+"|"+id, q.Text+" "+optionLabel(q, id))
			}
		}
	}
	if len(choices) > 0 {
		f.Fields = []formField{radios("casting", "The chair is for", "", "", choices...), area("casting_reason", "Why", "Shown with the result.", "")}
	}
	return f
}

// papersForm takes in votes on paper, three or more at once.
func papersForm(action string, b deliberation.BallotView, seats []people.Seat) form {
	var choices []string
	for _, x := range seats {
		for _, e := range b.Register {
			if e.Member == x.Person && !e.Voted {
				choices = append(choices, x.Person, seatName(x))
			}
		}
	}
	var order []string
	for i, q := range b.Questions {
		order = append(order, fmt.Sprintf("%d. %s", i+1, q.Text))
	}
	return form{
		Action: action, Heading: "Take in votes on paper", Button: "Put them in the box", Folded: true, Secondary: true,
		Intro: "At least three papers together, shuffled first, so that nobody can tell whose is whose. The questions in order: " + strings.Join(order, "; ") + ".",
		Fields: []formField{
			boxes("members", "Who handed in a paper", "", nil, choices...),
			area("papers", "The papers, one per line", "One answer per question, in order, with spaces between: y for yes, n for no, - for abstain; the letter of an option; or options in order, such as b>a.", ""),
			area("tellers", "Who counted them", "Two people, by post or role, one per line.", ""),
		},
	}
}

// enterPapers puts votes on paper into the box.
func (s Services) enterPapers(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	id := r.Param("ballot")
	b, err := s.Deliberation.Ballot(ctx, r.Actor, d.P.ID, id)
	if err != nil {
		return Reply{}, err
	}
	in := d.typedIn(r)
	papers := deliberation.PaperInput{Members: slices.Clone(r.Form["members"]), Tellers: in.lines("tellers")}
	for i, line := range in.lines("papers") {
		answers, ok := paperOf(b, line)
		in.p.Need(ok, "papers", "line %d does not answer the %s of this ballot: write y, n, - or an option for each", i+1, plural(len(b.Questions), "question", "questions"))
		papers.Papers = append(papers.Papers, answers)
	}
	if err = in.p.Err(); err == nil {
		_, err = s.Deliberation.EnterPapers(ctx, r.Command(), d.P.ID, id, papers)
	}
	err = renamed(err, func(field string) string { f, _, _ := strings.Cut(field, "."); return f })
	return done(r, err, d.URL("/ballots/"+url.PathEscape(id)), func() (Reply, error) { return s.ballot(ctx, r) })
}

// paperOf reads the answers on one paper.
func paperOf(b deliberation.BallotView, line string) (deliberation.Answers, bool) {
	words := strings.Fields(strings.ToLower(line))
	if len(words) != len(b.Questions) {
		return nil, false
	}
	out := deliberation.Answers{}
	for i, q := range b.Questions {
		out[q.ID] = paperAnswer(q, words[i])
	}
	return out, true
}

func paperAnswer(q deliberation.Question, word string) deliberation.Answer {
	switch {
	case word == "-":
		return deliberation.Answer{Choice: deliberation.Abstain}
	case q.Kind == deliberation.YesNoQuestion && (word == "y" || word == "n"):
		return deliberation.Answer{Choice: map[string]string{"y": deliberation.Yes, "n": deliberation.No}[word]}
	case q.Kind == deliberation.RankedQuestion:
		return deliberation.Answer{Ranking: strings.Split(word, ">")}
	}
	return deliberation.Answer{Choice: word}
}
