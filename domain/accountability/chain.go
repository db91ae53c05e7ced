package accountability

import (
	"context"
	"slices"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// Standing is what became of a recommendation, worked out from its response
// and its actions.
type Standing string

// The standings, in the order of a recommendation's life after the report.
const (
	StandingPublished    Standing = "published"
	StandingResponded    Standing = "responded"
	StandingImplementing Standing = "implementing"
	StandingImplemented  Standing = "implemented"
	StandingPartly       Standing = "part_implemented"
	StandingNot          Standing = "not_implemented"
	StandingSuperseded   Standing = "superseded"
)

// StandingOf works out what became of a recommendation. Actions are all of
// its own. Implemented needs every action that was not replaced to be
// verified, and the recommendation to be accepted whole.
func StandingOf(rec deliberation.RecState, a *Answer, actions []Action) Standing {
	if rec == deliberation.RecSuperseded {
		return StandingSuperseded
	}
	if a == nil {
		return StandingPublished
	}
	var verified, stopped, open int
	for _, x := range actions {
		switch {
		case x.State == ActionVerified:
			verified++
		case x.State == ActionChanged:
		case x.State.ended():
			stopped++
		default:
			open++
		}
	}
	switch {
	case open > 0:
		return StandingImplementing
	case verified > 0 && stopped == 0 && a.Outcome != AcceptInPart:
		return StandingImplemented
	case verified > 0:
		return StandingPartly
	case stopped > 0, a.Outcome == Reject:
		return StandingNot
	}
	return StandingResponded
}

// Chain is the whole story of one recommendation: what it rests on, how it
// was voted, what was answered and decided, what was done, and who verified
// it.
type Chain struct {
	Recommendation deliberation.Recommendation   `json:"recommendation"`
	Standing       Standing                      `json:"standing"`
	Evidence       []deliberation.Evidence       `json:"evidence"`
	Questions      []deliberation.MemberQuestion `json:"questions"`
	Minority       []deliberation.MinorityView   `json:"minority_views"`
	Ballot         *deliberation.BallotView      `json:"ballot,omitempty"`
	Response       *ResponseView                 `json:"response,omitempty"`
	Decisions      []Decision                    `json:"decisions"`
	Actions        []Action                      `json:"actions"`
	Feedback       []Feedback                    `json:"feedback"`
}

// Chain answers the story of a recommendation, as far as the actor may see
// its parts.
func (s *Service) Chain(ctx context.Context, a domain.Actor, process, rec string) (Chain, error) {
	r, err := s.d.Deliberation.Recommendation(ctx, a, process, rec)
	if err != nil {
		return Chain{}, err
	}
	out := Chain{Recommendation: r}
	for _, step := range []func(context.Context, domain.Actor, *Chain) error{s.addSources, s.addBallot, s.addAnswer, s.addWork} {
		if err := step(ctx, a, &out); err != nil {
			return Chain{}, err
		}
	}
	var current *Answer
	if out.Response != nil {
		current = out.Response.Current
	}
	out.Standing = StandingOf(r.State, current, out.Actions)
	return out, nil
}

func (s *Service) addSources(ctx context.Context, a domain.Actor, c *Chain) error {
	r := c.Recommendation
	c.Evidence = []deliberation.Evidence{}
	for _, id := range r.Evidence {
		e, err := s.d.Deliberation.EvidenceItem(ctx, a, r.Process, id)
		if domain.Is(err, domain.NotFound) {
			continue // not open to this actor
		}
		if err != nil {
			return err
		}
		c.Evidence = append(c.Evidence, e)
	}
	qs, err := s.d.Deliberation.Questions(ctx, a, r.Process)
	if err != nil {
		return err
	}
	c.Questions = slices.DeleteFunc(qs, func(q deliberation.MemberQuestion) bool { return !slices.Contains(r.Questions, q.ID) })
	views, err := s.d.Deliberation.MinorityViews(ctx, a, r.Process)
	c.Minority = slices.DeleteFunc(views, func(v deliberation.MinorityView) bool { return v.Recommendation != r.ID })
	return err
}

func (s *Service) addBallot(ctx context.Context, a domain.Actor, c *Chain) error {
	if c.Recommendation.Ballot == "" {
		return nil
	}
	b, err := s.d.Deliberation.Ballot(ctx, a, c.Recommendation.Process, c.Recommendation.Ballot)
	if domain.Is(err, domain.NotFound) {
		return nil
	}
	c.Ballot = &b
	return err
}

func (s *Service) addAnswer(ctx context.Context, a domain.Actor, c *Chain) error {
	v, err := s.Response(ctx, a, c.Recommendation.Process, c.Recommendation.ID)
	if err == nil {
		c.Response = &v
	} else if !domain.Is(err, domain.NotFound) {
		return err
	}
	c.Decisions, err = s.Decisions(ctx, a, c.Recommendation.Process)
	c.Decisions = slices.DeleteFunc(c.Decisions, func(d Decision) bool { return !slices.Contains(d.Recommendations, c.Recommendation.ID) })
	return err
}

func (s *Service) addWork(ctx context.Context, a domain.Actor, c *Chain) error {
	xs, err := s.Actions(ctx, a, c.Recommendation.Process)
	if err != nil {
		return err
	}
	c.Actions = slices.DeleteFunc(xs, func(x Action) bool { return x.Recommendation != c.Recommendation.ID })
	c.Feedback, err = s.Feedback(ctx, a, c.Recommendation.Process)
	return err
}

// books are the recommendations of a process with their responses and
// actions.
type books struct {
	recs      []deliberation.Recommendation
	responses map[string]Response // by recommendation
	actions   map[string][]Action // by recommendation
	now       time.Time
}

// open reads the books: three reads, however many recommendations there are.
func (s *Service) open(ctx context.Context, process string) (books, error) {
	b := books{responses: map[string]Response{}, actions: map[string][]Action{}, now: s.d.Clock.Now()}
	recs, err := s.d.Deliberation.Recommendations(ctx, system, process)
	if err != nil {
		return b, err
	}
	for _, r := range recs {
		if r.State == deliberation.RecPublished || r.State == deliberation.RecSuperseded {
			b.recs = append(b.recs, r)
		}
	}
	responses, err := domain.All(ctx, s.d.Responses, process)
	if err != nil {
		return b, err
	}
	for _, x := range responses {
		b.responses[x.ID] = x
	}
	actions, err := domain.All(ctx, s.d.Actions, process)
	for _, x := range actions {
		b.actions[x.Recommendation] = append(b.actions[x.Recommendation], x)
	}
	return b, err
}

// rows is the state of every published recommendation.
func (b books) rows() []Row {
	out := []Row{}
	for _, r := range b.recs {
		out = append(out, b.row(r))
	}
	return out
}

func (b books) row(r deliberation.Recommendation) Row {
	row := Row{Recommendation: r.ID, Number: r.Number, Title: r.Title, Actions: []RowAction{}}
	x := b.responses[r.ID]
	row.Overdue = x.Overdue(b.now)
	if a := x.Current(); a != nil {
		row.Outcome = a.Outcome
	}
	for _, x := range b.actions[r.ID] {
		row.Actions = append(row.Actions, RowAction{
			Action: x.ID, Title: x.Title, Post: x.Owner.Post, State: x.State, Due: x.Due, Late: x.late(b.now), Silent: x.Silent,
		})
	}
	row.Standing = StandingOf(r.State, x.Current(), b.actions[r.ID])
	return row
}

// SaidAndDid pairs what members said with what was answered and done, and
// what has not changed and why.
type SaidAndDid struct {
	Rows       []Said       `json:"rows"`
	NotChanged []NotChanged `json:"not_changed"` // as last told
	Account    AccountView  `json:"account"`
}

// Said is one pair.
type Said struct {
	Row
	Text   string   `json:"text"`             // you said
	Reason string   `json:"reason,omitempty"` // we did, or did not, because
	Short  string   `json:"short,omitempty"`  // the same in a text's length
	Proofs []Proof  `json:"proofs"`
	Why    []string `json:"why_not"` // reasons of what was stopped or passed on
}

// SaidAndDid answers the pairing. It is public.
func (s *Service) SaidAndDid(ctx context.Context, a domain.Actor, process string) (SaidAndDid, error) {
	acc, err := s.Account(ctx, a, process)
	if err != nil {
		return SaidAndDid{}, err
	}
	out := SaidAndDid{Rows: []Said{}, NotChanged: []NotChanged{}, Account: acc}
	b, err := s.open(ctx, process)
	if err != nil {
		return out, err
	}
	for _, r := range b.recs {
		out.Rows = append(out.Rows, b.said(r))
	}
	return out, s.lastNotChanged(ctx, process, &out)
}

func (b books) said(r deliberation.Recommendation) Said {
	out := Said{Row: b.row(r), Text: r.Text, Proofs: []Proof{}, Why: []string{}}
	x := b.responses[r.ID]
	if a := x.Current(); a != nil {
		out.Reason, out.Short = a.Reason, a.Short
	}
	for _, act := range b.actions[r.ID] {
		out.Proofs = append(out.Proofs, act.Proofs...)
		if act.Why != "" {
			out.Why = append(out.Why, act.Why)
		}
	}
	return out
}

// lastNotChanged adds what the latest feedback or progress report said has
// not changed.
func (s *Service) lastNotChanged(ctx context.Context, process string, out *SaidAndDid) error {
	fs, err := domain.All(ctx, s.d.Feedback, process)
	if err != nil {
		return err
	}
	rs, err := domain.All(ctx, s.d.Progress, process)
	if err != nil {
		return err
	}
	var f Feedback
	if len(fs) > 0 {
		f = fs[len(fs)-1]
		out.NotChanged = f.NotChanged
	}
	if len(rs) > 0 && rs[len(rs)-1].At.After(f.At) {
		out.NotChanged = rs[len(rs)-1].NotChanged
	}
	return nil
}
