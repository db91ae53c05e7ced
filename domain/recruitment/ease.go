package recruitment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/sortition"
)

// Easing is one time that targets were relaxed because the pool could not meet
// them: what was changed, by whom, and why.
type Easing struct {
	At      time.Time           `json:"at"`
	By      string              `json:"by"`
	Name    string              `json:"name"`
	Reason  string              `json:"reason"`
	Changes []sortition.Relaxed `json:"changes"`
}

const maxEasings = 50

// EaseInput are changes of targets to accept, as [Service.Feasible] suggested
// them: From is what stands now.
type EaseInput struct {
	Changes []sortition.Relaxed `json:"changes"`
}

// EaseTargets relaxes targets that the pool cannot meet, with a reason that is
// kept and published beside the draw. Each change loosens one side of one
// target, within its flex. All stand or none.
func (s *Service) EaseTargets(ctx context.Context, cmd domain.Command, processID string, in EaseInput) (View, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.DesignProcess)
	if err != nil {
		return View{}, err
	}
	p := domain.Problems{}
	p.Need(len(strings.TrimSpace(cmd.Reason)) >= 10 && len(cmd.Reason) <= 1000, "reason", "say why in a sentence; your name and your words are published")
	p.Need(len(in.Changes) > 0 && len(in.Changes) <= maxTargets, "changes", "choose at least one change")
	if err := p.Err(); err != nil {
		return View{}, err
	}
	r, err := s.change(ctx, cmd, processID, func(r *Recruitment, now time.Time) (domain.Event, error) {
		if err := s.unfixed(ctx, r); err != nil {
			return domain.Event{}, err
		}
		eased, err := ease(r.Targets, in.Changes, ref.Size)
		if err != nil {
			return domain.Event{}, err
		}
		if err := checkTargets(eased, ref.Size); err != nil {
			return domain.Event{}, err
		}
		r.Targets, r.TargetsAt = eased, now
		r.Eased = append(r.Eased, Easing{At: now, By: cmd.Actor.ID, Name: cmd.Actor.Name, Reason: cmd.Reason, Changes: in.Changes})
		r.Eased = r.Eased[max(0, len(r.Eased)-maxEasings):]
		said := make([]string, len(in.Changes))
		for i, c := range in.Changes {
			said[i] = relaxed(c)
		}
		return domain.Event{Action: "targets.eased", Reason: cmd.Reason, Data: map[string]any{"changes": said}}, nil
	})
	return r.View(), err
}

// ease answers the targets with the changes made.
func ease(ts []Target, changes []sortition.Relaxed, size int) ([]Target, error) {
	p := domain.Problems{}
	out := slices.Clone(ts)
	for i, c := range changes {
		field := fmt.Sprintf("changes[%d]", i)
		at := slices.IndexFunc(out, func(t Target) bool { return fold(t.Feature) == fold(c.Feature) && fold(t.Value) == fold(c.Value) })
		if at < 0 {
			p.Need(false, field, "there is no target for %s %s", c.Feature, c.Value)
			continue
		}
		out[at].loosen(c, size, p, field)
	}
	return out, p.Err()
}

func (t *Target) loosen(c sortition.Relaxed, size int, p domain.Problems, field string) {
	low, high := 0, size
	if t.FlexMin != nil && t.FlexMax != nil {
		low, high = *t.FlexMin, *t.FlexMax
	}
	stale := "%s %s has changed since this was suggested; check the pool again"
	switch c.Side {
	case "min":
		p.Need(t.Min == c.From, field, stale, t.Feature, t.Value)
		p.Need(c.To < c.From && c.To >= low, field, "the minimum of %s %s can go down to %d", t.Feature, t.Value, low)
		t.Min = c.To
	case "max":
		p.Need(t.Max == c.From, field, stale, t.Feature, t.Value)
		p.Need(c.To > c.From && c.To <= high, field, "the maximum of %s %s can go up to %d", t.Feature, t.Value, high)
		t.Max = c.To
	default:
		p.Need(false, field, "say which side is relaxed: min or max")
	}
}
