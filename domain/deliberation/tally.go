package deliberation

import (
	"context"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// CloseBallot ends the voting.
func (s *Service) CloseBallot(ctx context.Context, c domain.Command, process, id string) (BallotView, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return BallotView{}, err
	}
	return s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State == BallotClosed {
			return domain.ErrNoChange
		}
		if x.State != BallotOpen {
			return domain.E(domain.Conflict, "only an open ballot is closed; this one is %s", x.State)
		}
		x.State, x.ClosedAt = BallotClosed, now
		x.Record(c, now, event(process, "ballot.closed", "ballots:"+id, map[string]any{"voted": x.Voted(), "register": len(x.Register)}))
		return nil
	})
}

// CountBallot opens the box once, stores the counts and destroys the ballot's
// key. With fewer votes than the quorum nothing is counted.
func (s *Service) CountBallot(ctx context.Context, c domain.Command, process, id string) (BallotView, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return BallotView{}, err
	}
	x, err := s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State == BallotCounted {
			return domain.ErrNoChange
		}
		if x.State != BallotClosed {
			return domain.E(domain.Conflict, "a ballot is counted after it has closed; this one is %s", x.State)
		}
		if err := s.count(ctx, x); err != nil {
			return err
		}
		x.State, x.CountedAt, x.CountedBy, x.Box = BallotCounted, now, c.Actor.ID, ""
		x.Record(c, now, event(process, "ballot.counted", "ballots:"+id, x.Result.facts()))
		return nil
	})
	if err != nil {
		return x, err
	}
	return s.destroyKey(ctx, process, id, c.Actor)
}

func (s *Service) count(ctx context.Context, x *Ballot) error {
	x.Result = &Result{Voted: x.Voted(), Register: len(x.Register), Members: x.Members, Papers: x.Papers, Outcomes: []Outcome{}}
	if x.Result.Voted < x.Quorum {
		x.Result.NoQuorum = true
		return nil
	}
	t, err := s.votes(ctx, x)
	if err != nil {
		return err
	}
	for _, q := range x.Questions {
		sum := 0
		for _, n := range t[q.ID] {
			sum += n
		}
		if sum != x.Result.Voted {
			return domain.E(domain.Internal, "the box holds %d answers and the register %d votes; nothing was counted", sum, x.Result.Voted)
		}
		x.Result.Outcomes = append(x.Result.Outcomes, x.outcome(q, t[q.ID], nil))
	}
	return nil
}

func (s *Service) votes(ctx context.Context, x *Ballot) (tally, error) {
	if x.Secret {
		return s.open(ctx, x)
	}
	t := tally{}
	for _, v := range x.Named {
		t.add(x.Questions, v.Answers)
	}
	return t, nil
}

func (x *Ballot) outcome(q Question, c Counts, casting []Casting) Outcome {
	var o Outcome
	switch q.Kind {
	case YesNoQuestion:
		o = CountYesNo(x.Rule, c, x.Members, casting)
	case ChoiceQuestion:
		o = CountChoice(x.Rule, q.optionIDs(), c, x.Members, casting)
	case RankedQuestion:
		o = CountRanked(x.Rule, q.optionIDs(), c, x.Members, casting)
	}
	o.Question = q.ID
	return o
}

// facts are the counts for the record.
func (r Result) facts() map[string]any {
	out := map[string]any{"voted": r.Voted, "register": r.Register, "members": r.Members}
	if r.NoQuorum {
		out["no_quorum"] = true
	}
	for _, o := range r.Outcomes {
		out[o.Question] = map[string]any{"counts": o.Counts, "passed": o.Passed, "winner": o.Winner, "base": o.Base}
	}
	return out
}

// destroyKey destroys the key of a counted ballot, then writes that it is
// gone: a crash in between destroys it again.
func (s *Service) destroyKey(ctx context.Context, process, id string, a domain.Actor) (BallotView, error) {
	x, err := domain.Fetch(ctx, s.d.Ballots, domain.At(process, "ballot", id))
	if err != nil || !x.keyOverdue() {
		return x.seenBy(a, levelRun), err
	}
	if err := s.d.Vault.Destroy(ctx, x.keyName()); err != nil {
		return x.seenBy(a, levelRun), err
	}
	c := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("key", id)}
	x, err = domain.Change(ctx, s.d.Ballots, domain.At(process, "ballot", id), domain.Command{}, func(x *Ballot) error {
		if x.Key == keyDestroyed {
			return domain.ErrNoChange
		}
		x.Key = keyDestroyed
		x.Record(c, s.d.Clock.Now(), event(process, "ballot.key_destroyed", "ballots:"+id, nil))
		return nil
	})
	return x.seenBy(a, levelRun), err
}

// CastingInput is the chair's vote on a tie.
type CastingInput struct {
	Question string `json:"question"`
	Choice   string `json:"choice"` // yes, no or an option's id: what the chair is for, or keeps in
	Reason   string `json:"reason"`
}

// CastingVote records the chair's vote where the rule has one and the count
// is tied. It is kept apart from the members' counts.
func (s *Service) CastingVote(ctx context.Context, c domain.Command, process, id string, in CastingInput) (BallotView, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return BallotView{}, err
	}
	p := domain.Problems{}
	p.Text("question", in.Question, longTitle)
	p.Text("choice", in.Choice, longTitle)
	p.Text("reason", in.Reason, longText)
	if err := p.Err(); err != nil {
		return BallotView{}, err
	}
	return s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State != BallotCounted {
			return domain.E(domain.Conflict, "a casting vote is given after the count and before the result is certified; this ballot is %s", x.State)
		}
		i := slices.IndexFunc(x.Result.Outcomes, func(o Outcome) bool { return o.Question == in.Question })
		if i < 0 || len(x.Result.Outcomes[i].Tied) == 0 {
			return domain.E(domain.Conflict, "this question is not tied, so there is no casting vote")
		}
		o := x.Result.Outcomes[i]
		if !slices.Contains(o.Tied, in.Choice) {
			p.Need(false, "choice", "choose between those that are tied: %s", strings.Join(o.Tied, ", "))
			return p.Err()
		}
		casting := append(slices.Clone(o.Casting), Casting{Choice: in.Choice, By: c.Actor.ID, Reason: in.Reason, Round: len(o.Rounds)})
		x.Result.Outcomes[i] = x.outcome(*x.question(in.Question), o.Counts, casting)
		x.Record(c, now, event(process, "ballot.casting_vote", "ballots:"+id, map[string]any{"question": in.Question, "choice": in.Choice}))
		return nil
	})
}

// CertifyBallot makes the result final. It is done by somebody else than who
// counted, after the key is destroyed and ties are settled.
func (s *Service) CertifyBallot(ctx context.Context, c domain.Command, process, id string) (BallotView, error) {
	ref, err := s.enterAny(ctx, c.Actor, process, domain.RunSessions, domain.SignOff)
	if err != nil {
		return BallotView{}, err
	}
	if _, err := s.destroyKey(ctx, process, id, c.Actor); err != nil {
		return BallotView{}, err
	}
	x, err := s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State == BallotCertified {
			return domain.ErrNoChange
		}
		if err := x.mayCertify(c.Actor); err != nil {
			return err
		}
		x.State, x.CertifiedAt, x.CertifiedBy, x.Owes = BallotCertified, now, c.Actor.ID, true
		x.Record(c, now, event(process, "ballot.certified", "ballots:"+id, x.Result.facts()))
		return nil
	})
	if err != nil {
		return x, err
	}
	if levelOf(c.Actor, ref) != levelRun {
		x.Register, x.Barred = nil, nil
	}
	return x, s.discharge(ctx, process, id)
}

func (x *Ballot) mayCertify(a domain.Actor) error {
	if x.State != BallotCounted {
		return domain.E(domain.Conflict, "only a counted ballot is certified; this one is %s", x.State)
	}
	var g domain.Guard
	tied := slices.ContainsFunc(x.Result.Outcomes, func(o Outcome) bool { return len(o.Tied) > 0 })
	g.Need(!tied, domain.Missing{Item: "ties_settled", Need: "the chair gives a casting vote on each tie", Who: domain.Facilitator})
	g.Need(x.CountedBy != a.ID, domain.Missing{Item: "second_person", Need: "somebody else than who counted certifies", Who: domain.Oversight})
	g.Need(!x.Secret || x.Key == keyDestroyed, domain.Missing{Item: "key_destroyed", Need: "the key of the votes is destroyed", Who: domain.System})
	return g.Err("certifying the result")
}
