package recruitment

import (
	"context"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// OpenPool opens registration. It needs targets that leave room for a panel
// and a tried opt-out line.
func (s *Service) OpenPool(ctx context.Context, cmd domain.Command, processID string) (View, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit)
	if err != nil {
		return View{}, err
	}
	if ref.Stage != domain.Recruiting {
		return View{}, domain.E(domain.Conflict, "registration opens when the process is recruiting; it is %s", words(string(ref.Stage)))
	}
	r, err := s.change(ctx, cmd, processID, func(r *Recruitment, now time.Time) (domain.Event, error) {
		if r.State == PoolOpen {
			return domain.Event{}, nil
		}
		if err := s.unfixed(ctx, r); err != nil {
			return domain.Event{}, err
		}
		if err := r.ready(ref).Err("opening registration"); err != nil {
			return domain.Event{}, err
		}
		if r.OpenedAt.IsZero() {
			r.OpenedAt = now
		}
		r.State, r.ClosedAt = PoolOpen, time.Time{}
		return domain.Event{Action: "pool.opened"}, nil
	})
	return r.View(), err
}

// ClosePool ends registration. People who have answers missing stay out of
// the pool; how many is answered by [Service.Standing].
func (s *Service) ClosePool(ctx context.Context, cmd domain.Command, processID string) (View, error) {
	if _, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit); err != nil {
		return View{}, err
	}
	counts, err := s.d.People.Counts(ctx, processID)
	if err != nil {
		return View{}, err
	}
	r, err := s.change(ctx, cmd, processID, func(r *Recruitment, now time.Time) (domain.Event, error) {
		if r.State == PoolClosed {
			return domain.Event{}, nil
		}
		if r.State != PoolOpen {
			return domain.Event{}, domain.E(domain.Conflict, "registration is not open, so there is nothing to close")
		}
		r.State, r.ClosedAt = PoolClosed, now
		return domain.Event{Action: "pool.closed", Data: map[string]any{"pool": counts[people.InPool]}}, nil
	})
	return r.View(), err
}

func words(code string) string { return strings.ReplaceAll(code, "_", " ") }
