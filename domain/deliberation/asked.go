package deliberation

import (
	"context"
	"slices"
	"time"

	"folkmoot/domain"
)

// MomentDay stands for the questions about a day, beside the moments of the
// evaluation.
const MomentDay = "day"

// AskedFor is how long after a day its questions stay open on a member's own
// page.
const AskedFor = 14 * 24 * time.Hour

// Asked is a question to a member that they have not answered yet.
type Asked struct {
	Moment   string `json:"moment"` // day, before or after
	Question string `json:"question"`
	Session  string `json:"session,omitempty"` // that it is about
	Title    string `json:"title,omitempty"`   // of the session
}

// AskedOf lists what is asked of a member now, by text or email, and not
// answered by any way yet: about the last day they attended, and the
// evaluation before and after.
func (s *Service) AskedOf(ctx context.Context, a domain.Actor, process string) ([]Asked, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return nil, err
	}
	own := ref.Scope()
	own.Person = a.ID
	if err := domain.Authorize(a, domain.Deliberate, own); err != nil {
		return nil, err
	}
	xs, err := domain.All(ctx, s.d.Sessions, process)
	if err != nil {
		return nil, err
	}
	out := aboutTheDay(xs, a.ID, s.d.Clock.Now())
	moment := s.evaluated(xs)
	for _, q := range EvaluationQuestions[moment] {
		x, err := s.d.Polls.Get(ctx, domain.Derive("evaluation", process, moment, q))
		if err != nil && !domain.Is(err, domain.NotFound) {
			return nil, err
		}
		if !slices.Contains(x.Answered, a.ID) {
			out = append(out, Asked{Moment: moment, Question: q})
		}
	}
	return out, nil
}

func aboutTheDay(xs []Session, member string, now time.Time) []Asked {
	var out []Asked
	i := lastHeld(xs)
	if i < 0 || !xs[i].Was(member) || now.Sub(xs[i].HeldAt) > AskedFor {
		return nil
	}
	for _, q := range []string{FairQuestion, BiasQuestion} {
		if !slices.Contains(xs[i].Fairness.Answered[q], member) {
			out = append(out, Asked{Moment: MomentDay, Question: q, Session: xs[i].ID, Title: xs[i].Title})
		}
	}
	return out
}

// lastHeld is the place of the session held last, -1 before the first.
func lastHeld(xs []Session) int {
	last := -1
	for i, x := range xs {
		if x.State == SessionHeld && (last < 0 || x.HeldAt.After(xs[last].HeldAt)) {
			last = i
		}
	}
	return last
}

// evaluated is the moment whose questions are asked now: before, while the
// first session is under way; after, for a while once the last one was held.
func (s *Service) evaluated(xs []Session) string {
	count := map[SessionState]int{}
	for _, x := range xs {
		count[x.State]++
	}
	last := lastHeld(xs)
	switch {
	case last < 0 && count[SessionOpen] == 1:
		return PollBefore
	case last >= 0 && count[SessionOpen]+count[SessionPlanned] == 0 && s.d.Clock.Now().Sub(xs[last].HeldAt) <= AskedFor:
		return PollAfter
	}
	return ""
}
