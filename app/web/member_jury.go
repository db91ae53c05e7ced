package web

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
)

// memberJuryPages are a member's part in the jury's work.
func memberJuryPages(s Services) []Page {
	return []Page{
		get("/me/jury", s.jury),
		post("/me/jury/questions", s.juror(s.ask)),
		post("/me/jury/statements", s.juror(s.say)),
		post("/me/jury/minority", s.juror(s.dissent)),
		post("/me/jury/report", s.juror(s.agreeReport)),
		post("/me/jury/answers/:recommendation", s.juror(s.judgeAnswer)),
		post("/me/sessions/:session", s.away),
		get("/me/ballots/:ballot", s.voteForm),
		post("/me/ballots/:ballot", s.vote),
	}
}

// juryPage is the jury's work as a member sees it.
type juryPage struct {
	P         domain.ProcessRef
	Row       people.View
	Packs     []packShown
	Questions []deliberation.MemberQuestion
	Own       map[string]bool // questions the member asked
	Wordings  []deliberation.Recommendation
	Ballots   []ballotShown
	Terms     deliberation.Terms
	Minority  bool // views are welcome now
	Report    *deliberation.Report
	Answers   []accountability.ResponseView
	Done      string // what was just sent, in words
	MayAsk    bool
	MaySay    bool
}

// Zone is where the jury sits.
func (p juryPage) Zone() *time.Location { return p.P.Location() }

// ballotShown is a ballot as a member meets it.
type ballotShown struct {
	deliberation.BallotView
	Mine  bool // on the register
	Voted bool
}

// May reports whether the member can vote now.
func (b ballotShown) May() bool {
	return b.State == deliberation.BallotOpen && b.Mine && !(b.Voted && b.Secret)
}

func shownTo(b deliberation.BallotView, member string) ballotShown {
	out := ballotShown{BallotView: b}
	for _, e := range b.Register {
		if e.Member == member {
			out.Mine, out.Voted = true, e.Voted
		}
	}
	if b.State != deliberation.BallotCertified {
		out.Result = nil // a count is no result before it is certified
	}
	return out
}

// thanked are the words for what was just sent.
var thanked = map[string]string{
	"questions": "Your question is noted. You will find the answer here.", "statements": "What you said is noted, without your name.",
	"minority": "Your view is in. It is published with the report, without your name.", "report": "Your word on the report is noted.",
	"answers": "Thank you. Answers are shown together, never with your name.",
}

// seatedMember is the process and the row of a member who holds or held a
// seat.
func (s Services) seatedMember(ctx context.Context, r *Request) (domain.ProcessRef, people.View, error) {
	process, id, ok := own(r.Actor)
	if !ok {
		return domain.ProcessRef{}, people.View{}, domain.Hidden("page of your own")
	}
	p, err := s.People.Get(ctx, r.Actor, id)
	if err != nil {
		return domain.ProcessRef{}, people.View{}, err
	}
	if !slices.Contains(people.Seated, p.Status) && p.Status != people.Completed {
		return domain.ProcessRef{}, people.View{}, domain.Hidden("page for members")
	}
	ref, err := s.Process.Ref(ctx, process)
	return ref, p.ViewFor(r.Actor), err
}

func (s Services) jury(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.juryPage(ctx, r)
	return Show("member/jury", "The jury’s work", page), err
}

func (s Services) juryPage(ctx context.Context, r *Request) (juryPage, error) {
	ref, row, err := s.seatedMember(ctx, r)
	page := juryPage{P: ref, Row: row, Own: map[string]bool{}, Done: thanked[r.Query.Get("sent")]}
	if err != nil {
		return page, err
	}
	page.MayAsk = ref.Stage.Reached(domain.Selected) && !ref.Stage.Reached(domain.Reported)
	page.MaySay = ref.Stage.Reached(domain.Convened) && !ref.Stage.Reached(domain.Reported)
	d, id, a := s.Deliberation, ref.ID, r.Actor
	if err := part(&page.Questions, func() ([]deliberation.MemberQuestion, error) { return d.Questions(ctx, a, id) }); err != nil {
		return page, err
	}
	for _, q := range page.Questions {
		page.Own[q.ID] = q.Asker == a.ID
	}
	if page.Terms, err = d.Terms(ctx, a, id); err != nil {
		return page, err
	}
	now := s.Clock.Now()
	page.Minority = page.Terms.Minority != nil && now.Before(page.Terms.Minority.Until) && !ref.Stage.Reached(domain.Reported)
	for _, read := range []func(context.Context, *Request, *juryPage) error{s.juryPacks, s.juryWordings, s.juryBallots, s.juryReport} {
		if err := read(ctx, r, &page); err != nil {
			return page, err
		}
	}
	return page, nil
}

func (s Services) juryPacks(ctx context.Context, r *Request, page *juryPage) error {
	var packs []deliberation.Pack
	err := part(&packs, func() ([]deliberation.Pack, error) { return s.Deliberation.Packs(ctx, r.Actor, page.P.ID) })
	for _, p := range packs {
		if p.State == deliberation.PackPublished {
			page.Packs = append(page.Packs, packShown{Pack: p, Formats: formatsOf(page.P.Code, p.Formats)})
		}
	}
	return err
}

func (s Services) juryWordings(ctx context.Context, r *Request, page *juryPage) error {
	return part(&page.Wordings, func() ([]deliberation.Recommendation, error) {
		return s.Deliberation.Recommendations(ctx, r.Actor, page.P.ID)
	})
}

func (s Services) juryBallots(ctx context.Context, r *Request, page *juryPage) error {
	var all []deliberation.BallotView
	err := part(&all, func() ([]deliberation.BallotView, error) { return s.Deliberation.Ballots(ctx, r.Actor, page.P.ID) })
	for _, b := range all {
		if !b.OpenedAt.IsZero() {
			page.Ballots = append(page.Ballots, shownTo(b, r.Actor.ID))
		}
	}
	return err
}

func (s Services) juryReport(ctx context.Context, r *Request, page *juryPage) error {
	x, err := s.Deliberation.Report(ctx, r.Actor, page.P.ID)
	if err == nil && x.State != deliberation.ReportDraft {
		page.Report = &x
	}
	if err := unless(err); err != nil {
		return err
	}
	return part(&page.Answers, func() ([]accountability.ResponseView, error) {
		return s.Accountability.Responses(ctx, r.Actor, page.P.ID)
	})
}

// juror turns something a member sends into a handler: back to the page with
// a word that it arrived, or the page again with what is wrong.
func (s Services) juror(do func(ctx context.Context, r *Request, process string) error) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		ref, _, err := s.seatedMember(ctx, r)
		if err != nil {
			return Reply{}, err
		}
		what := strings.Split(strings.TrimPrefix(r.URL(), "/me/jury/"), "/")[0]
		return done(r, do(ctx, r, ref.ID), "/me/jury?sent="+url.QueryEscape(what), func() (Reply, error) { return s.jury(ctx, r) })
	}
}

func (s Services) ask(ctx context.Context, r *Request, process string) error {
	_, err := s.Deliberation.AskQuestion(ctx, r.Command(), process, deliberation.QuestionInput{Text: strings.TrimSpace(r.Form.Get("question"))})
	return renamed(err, func(string) string { return "question" })
}

func (s Services) say(ctx context.Context, r *Request, process string) error {
	_, err := s.Deliberation.AddStatement(ctx, r.Command(), process, deliberation.StatementInput{Text: strings.TrimSpace(r.Form.Get("statement"))})
	return renamed(err, func(string) string { return "statement" })
}

func (s Services) dissent(ctx context.Context, r *Request, process string) error {
	in := deliberation.MinorityViewInput{Recommendation: r.Form.Get("about"), Text: strings.TrimSpace(r.Form.Get("view"))}
	_, err := s.Deliberation.SubmitMinority(ctx, r.Command(), process, in)
	return renamed(err, func(f string) string { return map[string]string{"text": "view", "recommendation": "about"}[f] })
}

func (s Services) agreeReport(ctx context.Context, r *Request, process string) error {
	agrees := r.Form.Get("agrees")
	if agrees != "yes" && agrees != "no" {
		return domain.Problems{"agrees": "choose yes or no"}.Err()
	}
	_, err := s.Deliberation.ConfirmReport(ctx, r.Command(), process, deliberation.ConfirmInput{Agrees: agrees == "yes"})
	return err
}

func (s Services) judgeAnswer(ctx context.Context, r *Request, process string) error {
	in := accountability.ViewInput{View: accountability.View(r.Form.Get("answered"))}
	err := s.Accountability.RecordView(ctx, r.Command(), process, r.Param("recommendation"), in)
	return renamed(err, func(string) string { return "answered" })
}

// away notes that a member cannot come to a session, or can after all, and
// puts it before the organisers.
func (s Services) away(ctx context.Context, r *Request) (Reply, error) {
	return s.mine(func(ctx context.Context, r *Request, id string) error {
		cmd, coming := r.Command(), r.Form.Get("coming") == "yes"
		p, err := s.People.SayAway(ctx, cmd, id, people.AwayInput{Session: r.Param("session"), Coming: coming})
		if err != nil || coming {
			return err
		}
		return s.Outreach.Pass(ctx, cmd, outreach.QueueData{Process: p.Process, Person: id, Reason: "absent", At: s.Clock.Now()})
	})(ctx, r)
}
