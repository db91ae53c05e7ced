package recruitment

import (
	"context"
	"encoding/json"
	"slices"

	"folkmoot/domain"
)

// ListDraws answers every draw of a process, abandoned ones too.
func (s *Service) ListDraws(ctx context.Context, a domain.Actor, processID string) ([]DrawView, error) {
	if _, err := s.allow(ctx, a, processID, domain.ViewProcess); err != nil {
		return nil, err
	}
	return s.draws(ctx, processID, Draw.View)
}

func (s *Service) draws(ctx context.Context, processID string, view func(Draw) DrawView) ([]DrawView, error) {
	out := []DrawView{}
	for d, err := range s.d.Draws.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}, Limit: 200}) {
		if err != nil {
			return nil, err
		}
		out = append(out, view(d))
	}
	return out, nil
}

// PublicDraws answers, to anybody, the draws of a process from their
// commitment on.
func (s *Service) PublicDraws(ctx context.Context, processID string) ([]DrawView, error) {
	if _, err := s.d.Processes.Ref(ctx, processID); err != nil {
		return nil, hidden(err, "process")
	}
	all, err := s.draws(ctx, processID, Draw.PublicView)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(v DrawView) bool { return v.CommittedAt.IsZero() }), nil
}

// Certificate answers the public certificate of a concluded draw, to anybody.
func (s *Service) Certificate(ctx context.Context, processID, id string) ([]byte, error) {
	d, err := s.draw(ctx, processID, id)
	if err != nil || d.Public == "" {
		return nil, hidden(err, "certificate")
	}
	content, _, err := s.d.Files.Get(ctx, d.Public)
	return content, err
}

// Replay answers everything that repeats the draw, people's values included
// and by pseudonym, to oversight and auditors. The look is recorded first.
func (s *Service) Replay(ctx context.Context, cmd domain.Command, processID, id, purpose string) ([]byte, error) {
	if _, err := s.allow(ctx, cmd.Actor, processID, domain.ObserveDraw); err != nil {
		return nil, err
	}
	d, err := s.draw(ctx, processID, id)
	if err != nil {
		return nil, err
	}
	if err := s.look(ctx, cmd, processID, "draw.replayed", "draws:"+id, purpose); err != nil {
		return nil, err
	}
	l, err := s.plan(ctx, d)
	if err != nil {
		return nil, err
	}
	return marshal(l.Replay)
}

func marshal(v any) ([]byte, error) {
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return nil, domain.E(domain.Internal, "a file cannot be written").Because(err)
	}
	return append(raw, '\n'), nil
}
