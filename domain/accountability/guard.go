package accountability

import (
	"context"
	"fmt"
	"strings"

	"folkmoot/domain"
)

// Guard lists what is still owed before the process may enter the stage.
func (s *Service) Guard(ctx context.Context, ref domain.ProcessRef, to domain.Stage) (domain.Guard, error) {
	switch to {
	case domain.Responded:
		return s.guardResponded(ctx, ref)
	case domain.Implementing:
		return s.guardImplementing(ctx, ref)
	case domain.Closed:
		return s.guardClosed(ctx, ref)
	}
	return nil, nil
}

func (s *Service) guardResponded(ctx context.Context, ref domain.ProcessRef) (domain.Guard, error) {
	recs, err := s.published(ctx, ref.ID)
	if err != nil {
		return nil, err
	}
	answered, err := s.answers(ctx, ref.ID)
	if err != nil {
		return nil, err
	}
	waiting := []string{}
	for _, r := range recs {
		if a := answered[r.ID]; a == nil || strings.TrimSpace(a.Reason) == "" {
			waiting = append(waiting, fmt.Sprint(r.Number))
		}
	}
	var g domain.Guard
	g.Need(len(recs) > 0, domain.Missing{Item: "recommendations", Need: "recommendations are published to respond to", Who: domain.Organiser, Where: "report"})
	g.Need(len(waiting) == 0, domain.Missing{
		Item: "responses", Need: "a published response with a reason to every recommendation (missing: " + strings.Join(waiting, ", ") + ")",
		Who: domain.Commissioner, Where: "responses",
	})
	return g, nil
}

// answers are the published answers by recommendation.
func (s *Service) answers(ctx context.Context, process string) (map[string]*Answer, error) {
	xs, err := domain.All(ctx, s.d.Responses, process)
	out := map[string]*Answer{}
	for i := range xs {
		if a := xs[i].Current(); a != nil {
			out[xs[i].ID] = a
		}
	}
	return out, err
}

func (s *Service) guardImplementing(ctx context.Context, ref domain.ProcessRef) (domain.Guard, error) {
	recs, err := s.published(ctx, ref.ID)
	if err != nil {
		return nil, err
	}
	answered, err := s.answers(ctx, ref.ID)
	if err != nil {
		return nil, err
	}
	actions, err := domain.All(ctx, s.d.Actions, ref.ID)
	if err != nil {
		return nil, err
	}
	dated := map[string]bool{}
	for _, a := range actions {
		dated[a.Recommendation] = dated[a.Recommendation] || !a.Due.IsZero()
	}
	var ownerless, idle []string
	for _, r := range recs {
		a := answered[r.ID]
		if a == nil || !a.Outcome.accepted() {
			continue
		}
		if a.Owner == nil || a.Owner.Post == "" {
			ownerless = append(ownerless, fmt.Sprint(r.Number))
		}
		if !dated[r.ID] {
			idle = append(idle, fmt.Sprint(r.Number))
		}
	}
	var g domain.Guard
	g.Need(len(ownerless) == 0, domain.Missing{Item: "owners", Need: "an owner of every accepted recommendation (missing: " + strings.Join(ownerless, ", ") + ")", Who: domain.Commissioner, Where: "responses"})
	g.Need(len(idle) == 0, domain.Missing{Item: "actions", Need: "at least one dated action for every accepted recommendation (missing: " + strings.Join(idle, ", ") + ")", Who: domain.Commissioner, Where: "actions"})
	return g, nil
}

func (s *Service) guardClosed(ctx context.Context, ref domain.ProcessRef) (domain.Guard, error) {
	var g domain.Guard
	if err := s.needEnded(ctx, ref.ID, &g); err != nil {
		return nil, err
	}
	final, err := s.final(ctx, ref.ID)
	if err != nil {
		return nil, err
	}
	g.Need(final != nil, domain.Missing{Item: "last_feedback", Need: "the last feedback, sent to everyone", Who: domain.Organiser, Where: "feedback"})
	return g, nil
}

// needEnded asks that every action has ended or was transferred.
func (s *Service) needEnded(ctx context.Context, process string, g *domain.Guard) error {
	actions, err := domain.All(ctx, s.d.Actions, process)
	if err != nil {
		return err
	}
	open := []string{}
	for _, a := range actions {
		if !a.State.ended() {
			open = append(open, fmt.Sprintf("%q is %s", a.Title, a.State))
		}
	}
	g.Need(len(open) == 0, domain.Missing{Item: "actions_ended", Need: "every action verified, stopped, replaced or transferred (" + strings.Join(open, "; ") + ")", Who: domain.Commissioner, Where: "actions"})
	return nil
}
