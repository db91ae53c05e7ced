package accountability

import (
	"context"
	"fmt"
	"time"

	"folkmoot/domain"
)

// FeedbackKind is what a piece of feedback is about.
type FeedbackKind string

// The kinds of feedback.
const (
	FeedbackProgress   FeedbackKind = "progress"
	FeedbackNotChanged FeedbackKind = "not_changed"
	FeedbackFinal      FeedbackKind = "final" // the last one, before the process is closed
)

var feedbackTemplates = map[FeedbackKind]string{
	FeedbackProgress: "action_progress", FeedbackNotChanged: "not_changed", FeedbackFinal: "closed",
}

// Feedback is what everyone was told came of it. Bound: 50 things changed and
// 50 not.
type Feedback struct {
	domain.Root
	Process    string       `json:"process"`
	Kind       FeedbackKind `json:"kind"`
	Summary    string       `json:"summary"`
	Changed    []string     `json:"changed"`
	NotChanged []NotChanged `json:"not_changed"`
	At         time.Time    `json:"at"`
}

// Feedbacks keeps the feedback.
var Feedbacks = domain.Collection[Feedback]{
	Name: "feedback", Schema: 1, Indexes: indexes[:1], Shard: "id",
	Keys: func(x *Feedback) map[string]any { return map[string]any{"process": x.Process, "sort": x.At} },
}

func (x *Feedback) OfProcess() string { return x.Process }

// FeedbackInput is feedback to everyone.
type FeedbackInput struct {
	Kind       FeedbackKind `json:"kind"`    // progress, not_changed or final
	Summary    string       `json:"summary"` // for a text
	Changed    []string     `json:"changed"`
	NotChanged []NotChanged `json:"not_changed"`
}

func (in FeedbackInput) problems() domain.Problems {
	p := domain.Problems{}
	domain.OneOf(p, "kind", in.Kind, []FeedbackKind{FeedbackProgress, FeedbackNotChanged, FeedbackFinal})
	p.Text("summary", in.Summary, shortText)
	p.Need(len(in.Changed)+len(in.NotChanged) > 0, "changed", "say what has changed and what has not")
	p.Need(in.Kind != FeedbackNotChanged || len(in.NotChanged) > 0, "not_changed", "say what has not changed and why")
	p.Need(len(in.Changed) <= 50 && len(in.NotChanged) <= 50, "changed", "at most 50 of each")
	for i, c := range in.Changed {
		p.Text(fmt.Sprintf("changed.%d", i), c, 2000)
	}
	for i, n := range in.NotChanged {
		p.Text(fmt.Sprintf("not_changed.%d.what", i), n.What, 2000)
		p.Text(fmt.Sprintf("not_changed.%d.why", i), n.Why, 2000)
	}
	return p
}

// SendFeedback tells everyone what has changed, and what has not and why. The
// final one is possible when every action has ended.
func (s *Service) SendFeedback(ctx context.Context, c domain.Command, process string, in FeedbackInput) (Feedback, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.Broadcast, domain.Respond)
	if err != nil {
		return Feedback{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Feedback{}, err
	}
	if err := from(ref, "sending feedback", domain.Reported); err != nil {
		return Feedback{}, err
	}
	if in.Kind == FeedbackFinal {
		if err := s.mayFinish(ctx, process); err != nil {
			return Feedback{}, err
		}
	}
	now := s.d.Clock.Now()
	x := Feedback{Root: domain.Root{ID: c.ID("feedback")}, Process: process, Kind: in.Kind, Summary: in.Summary, Changed: in.Changed, NotChanged: clean(in.NotChanged), At: now}
	if x.Changed == nil {
		x.Changed = []string{}
	}
	vars := map[string]string{"summary": in.Summary}
	if len(in.NotChanged) > 0 {
		vars["not_changed"], vars["more"] = sentence(in.NotChanged[0].What), fmt.Sprint(len(in.NotChanged)-1)
	}
	x.Emit(c, domain.EffectBroadcast, string(in.Kind), now, domain.BroadcastData{
		Process: process, Statuses: everyone, Template: feedbackTemplates[in.Kind], Class: domain.ClassService, Vars: vars,
	})
	x.Record(c, now, event(process, "feedback.sent", "feedback:"+x.ID, map[string]any{"kind": in.Kind, "changed": len(x.Changed), "not_changed": len(x.NotChanged)}))
	if x, err = domain.Keep(ctx, s.d.Feedback, x); err != nil || x.Kind != FeedbackFinal {
		return x, err
	}
	return x, s.finished(ctx, x)
}

func (s *Service) mayFinish(ctx context.Context, process string) error {
	var g domain.Guard
	if err := s.needEnded(ctx, process, &g); err != nil {
		return err
	}
	return g.Err("sending the last feedback")
}

// final is the last feedback of a process; nil before it is sent.
func (s *Service) final(ctx context.Context, process string) (*Feedback, error) {
	xs, err := domain.All(ctx, s.d.Feedback, process)
	for i := range xs {
		if xs[i].Kind == FeedbackFinal {
			return &xs[i], err
		}
	}
	return nil, err
}

// finished stops the account's clock.
func (s *Service) finished(ctx context.Context, f Feedback) error {
	c := systemCommand("finished", f.ID)
	_, err := s.account(ctx, c, f.Process, func(x *Account, now time.Time) error {
		if !x.FinalAt.IsZero() {
			return domain.ErrNoChange
		}
		x.FinalAt, x.Next, x.ProgressDue = f.At, time.Time{}, time.Time{}
		x.Touch(c, now)
		return nil
	})
	return err
}

// Feedback lists what was told, oldest first. It is public.
func (s *Service) Feedback(ctx context.Context, _ domain.Actor, process string) ([]Feedback, error) {
	if _, err := s.find(ctx, process); err != nil {
		return nil, err
	}
	return domain.All(ctx, s.d.Feedback, process)
}
