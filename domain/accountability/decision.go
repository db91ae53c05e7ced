package accountability

import (
	"context"
	"fmt"
	"time"

	"folkmoot/domain"
)

// Effects are the likely effects a board took into account: the triple aim.
type Effects struct {
	Wellbeing string `json:"wellbeing"` // health and wellbeing, inequalities included
	Quality   string `json:"quality"`
	Resources string `json:"resources"` // sustainable use
}

// Decision is what a board decided, in public or not. It stands apart from
// the jury's recommendation and from the response. Bound: 30 notices.
type Decision struct {
	domain.Root
	Process         string    `json:"process"`
	Board           string    `json:"board"`
	MetAt           time.Time `json:"met_at"`
	InPublic        bool      `json:"in_public"`
	Text            string    `json:"text"`
	Reasons         string    `json:"reasons"`
	Involvement     string    `json:"involvement"` // how what people said informed it
	Departs         bool      `json:"departs"`     // from the recommendation, in whole or part
	Departure       string    `json:"departure,omitempty"`
	LikelyEffects   Effects   `json:"likely_effects"`
	Equality        string    `json:"equality,omitempty"` // due regard
	Minutes         string    `json:"minutes,omitempty"`  // address or SHA-256
	Recommendations []string  `json:"recommendations"`
	Notices         []Notice  `json:"notices,omitempty"`
	By              string    `json:"by,omitempty"`
}

// Decisions keeps the decisions.
var Decisions = domain.Collection[Decision]{
	Name: "decisions", Schema: 1, Indexes: indexes[:1], Shard: "id",
	Keys: func(x *Decision) map[string]any { return map[string]any{"process": x.Process, "sort": x.MetAt} },
}

func (x *Decision) OfProcess() string { return x.Process }

// DecisionInput is a board's decision.
type DecisionInput struct {
	Board           string    `json:"board"`
	MetAt           time.Time `json:"met_at"`
	InPublic        bool      `json:"in_public"`
	Text            string    `json:"text"`
	Reasons         string    `json:"reasons"`
	Involvement     string    `json:"involvement"`
	Departs         bool      `json:"departs,omitempty"`
	Departure       string    `json:"departure,omitempty"` // why it departs
	LikelyEffects   Effects   `json:"likely_effects"`
	Equality        string    `json:"equality,omitempty"`
	Minutes         string    `json:"minutes,omitempty"`
	Recommendations []string  `json:"recommendations"`
}

func (in DecisionInput) problems(now time.Time) domain.Problems {
	p := domain.Problems{}
	p.Text("board", in.Board, longTitle)
	p.Need(!in.MetAt.IsZero() && !in.MetAt.After(now), "met_at", "give the date of the meeting, once it was held")
	p.Text("text", in.Text, longText)
	p.Text("reasons", in.Reasons, longText)
	p.Text("involvement", in.Involvement, longText)
	p.Need(!in.Departs || in.Departure != "", "departure", "say why it departs from what the jury recommended")
	p.Text("likely_effects.wellbeing", in.LikelyEffects.Wellbeing, longText)
	p.Text("likely_effects.quality", in.LikelyEffects.Quality, longText)
	p.Text("likely_effects.resources", in.LikelyEffects.Resources, longText)
	p.Need(len(in.Recommendations) > 0, "recommendations", "name the recommendations it is about")
	p.Need(len(in.Recommendations) <= 200, "recommendations", "name at most 200")
	return p
}

// RecordDecision keeps a board's decision and makes it public.
func (s *Service) RecordDecision(ctx context.Context, c domain.Command, process string, in DecisionInput) (Decision, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.Respond)
	if err != nil {
		return Decision{}, err
	}
	now := s.d.Clock.Now()
	p := in.problems(now)
	recs, err := s.published(ctx, process)
	if err != nil {
		return Decision{}, err
	}
	known := map[string]bool{}
	for _, r := range recs {
		known[r.ID] = true
	}
	for i, id := range in.Recommendations {
		p.Need(known[id], fmt.Sprintf("recommendations.%d", i), "name a published recommendation of this process")
	}
	if err := p.Err(); err != nil {
		return Decision{}, err
	}
	if err := from(ref, "recording a decision", domain.Reported); err != nil {
		return Decision{}, err
	}
	x := Decision{
		Root: domain.Root{ID: c.ID("decision")}, Process: process, Board: in.Board, MetAt: domain.Milli(in.MetAt), InPublic: in.InPublic,
		Text: in.Text, Reasons: in.Reasons, Involvement: in.Involvement, Departs: in.Departs, Departure: in.Departure,
		LikelyEffects: in.LikelyEffects, Equality: in.Equality, Minutes: in.Minutes, Recommendations: in.Recommendations, By: c.Actor.ID,
	}
	x.Record(c, now, event(process, "decision.recorded", "decisions:"+x.ID, map[string]any{"met_at": x.MetAt, "departs": x.Departs, "recommendations": x.Recommendations}))
	return domain.Keep(ctx, s.d.Decisions, x)
}

// CorrectionInput is the text of a notice.
type CorrectionInput struct {
	Text string `json:"text"`
}

const maxNotices = 30

// CorrectDecision adds a numbered notice to a decision's record.
func (s *Service) CorrectDecision(ctx context.Context, c domain.Command, process, id string, in CorrectionInput) (Decision, error) {
	if _, err := s.enter(ctx, c.Actor, process, domain.Respond); err != nil {
		return Decision{}, err
	}
	p := domain.Problems{}
	p.Text("text", in.Text, longText)
	if err := p.Err(); err != nil {
		return Decision{}, err
	}
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Decisions, domain.At(process, "decision", id), c, func(x *Decision) error {
		if len(x.Notices) >= maxNotices {
			return domain.E(domain.Conflict, "there are %d notices already", maxNotices)
		}
		x.Notices = append(x.Notices, Notice{Number: len(x.Notices) + 1, Text: in.Text, At: now})
		x.Record(c, now, event(process, "decision.corrected", "decisions:"+id, map[string]any{"notice": len(x.Notices)}))
		return nil
	})
}

// Decisions lists the decisions of the process by date; they are public.
func (s *Service) Decisions(ctx context.Context, a domain.Actor, process string) ([]Decision, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return nil, err
	}
	xs, err := domain.All(ctx, s.d.Decisions, process)
	for i := range xs {
		if !works(a, ref) {
			xs[i].By = ""
		}
	}
	return xs, err
}
