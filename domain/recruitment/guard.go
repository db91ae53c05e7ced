package recruitment

import (
	"context"
	"fmt"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

var _ domain.GuardSource = (*Service)(nil)

// Guard lists what recruitment misses before the process may enter a stage.
func (s *Service) Guard(ctx context.Context, ref domain.ProcessRef, to domain.Stage) (domain.Guard, error) {
	r, err := s.of(ctx, ref)
	if err != nil {
		return nil, err
	}
	switch to {
	case domain.Recruiting:
		return r.ready(ref), nil
	case domain.Selected:
		return s.drawn(ctx, r)
	case domain.Convened:
		return s.seated(ctx, ref, r)
	}
	return nil, nil
}

func where(processID, path string) string { return "/api/v1/processes/" + processID + path }

// ready is what opening registration needs.
func (r Recruitment) ready(ref domain.ProcessRef) domain.Guard {
	var g domain.Guard
	g.Need(len(r.Targets) > 0, domain.Missing{Item: "targets", Need: "targets for the members, feature by feature",
		Who: domain.Organiser, Where: where(ref.ID, "/targets")})
	if len(r.Targets) > 0 {
		err := checkTargets(r.Targets, ref.Size)
		g.Need(err == nil, domain.Missing{Item: "targets_feasible", Who: domain.Organiser, Where: where(ref.ID, "/targets"),
			Need: fmt.Sprintf("targets whose minimums and maximums leave room for %d members", ref.Size)})
	}
	g.Need(r.OptOutTest != nil, domain.Missing{Item: "opt_out_tested", Who: domain.Organiser, Where: where(ref.ID, "/opt-out-test"),
		Need: "a trial of the opt-out line: text STOP to it from a phone and note that it worked"})
	return g
}

// drawn is what the stage selected needs.
func (s *Service) drawn(ctx context.Context, r Recruitment) (domain.Guard, error) {
	var g domain.Guard
	g.Need(r.State == PoolClosed || r.State == PoolDrawn || r.State == PoolEnded, domain.Missing{Item: "pool_closed",
		Need: "registration closed, so that the pool stands", Who: domain.Organiser, Where: where(r.Process, "/pool/close")})
	var d Draw
	if r.Draw != "" {
		var err error
		if d, err = s.d.Draws.Get(ctx, r.Draw); err != nil {
			return nil, err
		}
	}
	g.Need(d.ID != "", domain.Missing{Item: "draw_feasible", Need: "a draw prepared from the pool: the targets can be met",
		Who: domain.Organiser, Where: where(r.Process, "/draws")})
	committed := !d.CommittedAt.IsZero() && (d.SeededAt.IsZero() || d.CommittedAt.Before(d.SeededAt))
	g.Need(committed, domain.Missing{Item: "draw_committed", Need: "the draw's commitment, published before its seed exists",
		Who: domain.Organiser, Where: where(r.Process, "/draws/"+orNew(d.ID)+"/commit")})
	g.Need(d.State == DrawConcluded, domain.Missing{Item: "draw_concluded", Need: "the draw, concluded with its seed",
		Who: domain.Organiser, Where: where(r.Process, "/draws/"+orNew(d.ID)+"/conclude")})
	return g, nil
}

func orNew(id string) string {
	if id == "" {
		return "{draw}"
	}
	return id
}

// seated is what the stage convened needs.
func (s *Service) seated(ctx context.Context, ref domain.ProcessRef, r Recruitment) (domain.Guard, error) {
	var g domain.Guard
	counts, err := s.d.People.Counts(ctx, ref.ID)
	if err != nil {
		return nil, err
	}
	have := int64(0)
	for _, st := range people.Seated {
		have += counts[st]
	}
	need := r.minimum(ref)
	g.Need(have >= int64(need), domain.Missing{Item: "members_confirmed", Who: domain.ConfirmationCaller,
		Need: fmt.Sprintf("%d confirmed members; %d have confirmed", need, have), Where: where(ref.ID, "/seats/fill")})
	var d Draw
	if r.Draw != "" {
		if d, err = s.d.Draws.Get(ctx, r.Draw); err != nil {
			return nil, err
		}
	}
	g.Need(d.State == DrawConcluded && (ref.Reserves == 0 || len(d.Reserve) > 0), domain.Missing{Item: "reserves_named",
		Need: "reserves, named by the draw", Who: domain.Organiser, Where: where(ref.ID, "/draws")})
	return g, nil
}

// minimum is how many confirmed members the process needs.
func (r Recruitment) minimum(ref domain.ProcessRef) int {
	switch {
	case r.Terms.Minimum > 0:
		return r.Terms.Minimum
	case ref.MinSeated > 0:
		return ref.MinSeated
	}
	return ref.Size
}
