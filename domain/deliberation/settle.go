package deliberation

import (
	"context"

	"folkmoot/domain"
)

// discharge tells a ballot's recommendations and the ballots that depend on
// it how it ended, each in its own write, then marks that it owes nothing.
// [Service.Tick] finishes what a crash interrupts.
func (s *Service) discharge(ctx context.Context, process, id string) error {
	x, err := domain.Fetch(ctx, s.d.Ballots, domain.At(process, "ballot", id))
	if err != nil || !x.Owes {
		return err
	}
	for _, q := range x.Questions {
		if q.Recommendation == "" {
			continue
		}
		if err := s.tellRecommendation(ctx, x, q); err != nil {
			return err
		}
	}
	if err := s.tellDependants(ctx, x); err != nil {
		return err
	}
	_, err = domain.Change(ctx, s.d.Ballots, domain.At(process, "ballot", id), domain.Command{}, func(x *Ballot) error {
		if !x.Owes {
			return domain.ErrNoChange
		}
		x.Owes = false
		x.Touch(domain.Command{}, s.d.Clock.Now())
		return nil
	})
	return err
}

// tellRecommendation gives a recommendation its certified result, or its
// wording back when the ballot ended without one.
func (s *Service) tellRecommendation(ctx context.Context, x Ballot, q Question) error {
	now := s.d.Clock.Now()
	c := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("ballot result", x.ID, q.ID)}
	_, err := domain.Change(ctx, s.d.Recommendations, domain.At(x.Process, "recommendation", q.Recommendation), c, func(r *Recommendation) error {
		if r.Ballot != x.ID || r.State != RecBalloted {
			return domain.ErrNoChange
		}
		o := x.outcomeOf(q.ID)
		if o == nil {
			r.State, r.Ballot = RecFinal, ""
			r.Record(c, now, event(x.Process, "recommendation.ballot_void", "recommendations:"+r.ID, map[string]any{"ballot": x.ID}))
			return nil
		}
		r.Support = x.support(q, *o)
		r.State = RecNotAdopted
		if o.Passed {
			r.State = RecAdopted
		}
		r.Record(c, now, event(x.Process, "recommendation."+string(r.State), "recommendations:"+r.ID, map[string]any{
			"ballot": x.ID, "for": o.For, "against": o.Against, "abstain": o.Abstain,
		}))
		return nil
	})
	return err
}

// outcomeOf is the certified outcome of a question; nil without one.
func (x *Ballot) outcomeOf(question string) *Outcome {
	if x.State != BallotCertified || x.Result.NoQuorum {
		return nil
	}
	for i := range x.Result.Outcomes {
		if x.Result.Outcomes[i].Question == question {
			return &x.Result.Outcomes[i]
		}
	}
	return nil
}

func (x *Ballot) support(q Question, o Outcome) *Support {
	sup := &Support{
		Ballot: x.ID, Question: q.ID, For: o.For, Against: o.Against, Abstain: o.Abstain,
		Basis: x.Rule.Basis, Base: o.Base, Passed: o.Passed, Casting: len(o.Casting) > 0,
		All: o.Passed && o.Against == 0 && o.Abstain == 0,
	}
	if o.Winner != "" {
		sup.Choice = q.label(o.Winner)
	}
	return sup
}

// tellDependants drops the ballots whose condition can no longer hold.
func (s *Service) tellDependants(ctx context.Context, parent Ballot) error {
	if parent.State != BallotCertified && parent.State != BallotNotNeeded && parent.State != BallotWithdrawn {
		return nil
	}
	xs, err := domain.All(ctx, s.d.Ballots, parent.Process)
	if err != nil {
		return err
	}
	for _, x := range xs {
		if x.Condition == nil || x.Condition.Ballot != parent.ID || x.Condition.holds(parent) || x.State != BallotDraft && x.State != BallotApproved {
			continue
		}
		if parent.State == BallotCertified && parent.Result.NoQuorum {
			continue // it may be held again
		}
		if err := s.drop(ctx, x, parent); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) drop(ctx context.Context, x, parent Ballot) error {
	now := s.d.Clock.Now()
	c := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("not needed", x.ID, parent.ID)}
	_, err := domain.Change(ctx, s.d.Ballots, domain.At(x.Process, "ballot", x.ID), c, func(x *Ballot) error {
		if x.State != BallotDraft && x.State != BallotApproved {
			return domain.ErrNoChange
		}
		x.State, x.Owes = BallotNotNeeded, true
		x.Reason = "the ballot before it came out another way"
		x.Record(c, now, event(x.Process, "ballot.not_needed", "ballots:"+x.ID, map[string]any{"parent": parent.ID}))
		return nil
	})
	if err != nil {
		return err
	}
	return s.discharge(ctx, x.Process, x.ID)
}
