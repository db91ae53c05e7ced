package deliberation

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"folkmoot/domain"
)

// OpenBallot takes down who may vote and opens the ballot.
func (s *Service) OpenBallot(ctx context.Context, c domain.Command, process, id string) (BallotView, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return BallotView{}, err
	}
	if err := during(ref, "opening a ballot", domain.Deliberating, domain.Reporting); err != nil {
		return BallotView{}, err
	}
	draft, err := domain.Fetch(ctx, s.d.Ballots, domain.At(process, "ballot", id))
	if err != nil {
		return BallotView{}, err
	}
	if draft.State == BallotApproved {
		if err := s.prepare(ctx, draft); err != nil {
			return BallotView{}, err
		}
	}
	roll, barred, members, err := s.roll(ctx, process)
	if err != nil {
		return BallotView{}, err
	}
	return s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State == BallotOpen {
			return domain.ErrNoChange
		}
		if err := x.mayOpen(len(roll)); err != nil {
			return err
		}
		if x.Revision != draft.Revision {
			return domain.E(domain.Stale, "the ballot was changed meanwhile; look at it again before opening it")
		}
		x.Register, x.Barred, x.Members = roll, barred, members
		x.State, x.OpenedAt = BallotOpen, now
		if x.Secret {
			x.Room, x.Key = x.room(), keyKept
			if err := s.seal(ctx, x, tally{}); err != nil {
				return err
			}
		}
		x.Record(c, now, event(process, "ballot.opened", "ballots:"+id, map[string]any{
			"register": len(roll), "members": members, "barred": len(barred), "rule": x.Rule.String(), "quorum": x.Quorum, "secret": x.Secret,
		}))
		return nil
	})
}

func (x *Ballot) mayOpen(roll int) error {
	var g domain.Guard
	g.Need(x.State == BallotApproved, domain.Missing{Item: "approved_by_members", Need: "the members approve the ballot (it is " + string(x.State) + ")", Who: domain.Member})
	g.Need(x.Quorum == 0 || roll >= x.Quorum, domain.Missing{
		Item: "enough_voters", Need: fmt.Sprintf("at least %d members may vote (by the attendance rule %d may)", x.Quorum, roll), Who: domain.Facilitator, Where: "sessions",
	})
	return g.Err("opening the ballot")
}

// prepare asks what stands between an approved ballot and its opening, and
// binds its recommendations to it, so that their wording stays as voted on.
func (s *Service) prepare(ctx context.Context, x Ballot) error {
	var g domain.Guard
	if err := s.conditionMet(ctx, x, &g); err != nil {
		return err
	}
	recs := []string{}
	for _, q := range x.Questions {
		if q.Recommendation == "" {
			continue
		}
		r, err := domain.Fetch(ctx, s.d.Recommendations, domain.At(x.Process, "recommendation", q.Recommendation))
		if err != nil {
			return err
		}
		bound := r.State == RecBalloted && r.Ballot == x.ID
		g.Need(r.State == RecFinal || bound, domain.Missing{
			Item: "final_wording", Need: fmt.Sprintf("the wording of %q is made final by the members (it is %s)", r.Title, r.State), Who: domain.Facilitator,
		})
		recs = append(recs, r.ID)
	}
	if err := g.Err("opening the ballot"); err != nil {
		return err
	}
	return s.bind(ctx, x, recs)
}

func (s *Service) bind(ctx context.Context, x Ballot, recs []string) error {
	now := s.d.Clock.Now()
	c := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("bind", x.ID)}
	for _, id := range recs {
		_, err := domain.Change(ctx, s.d.Recommendations, domain.At(x.Process, "recommendation", id), domain.Command{}, func(r *Recommendation) error {
			if r.State == RecBalloted && r.Ballot == x.ID {
				return domain.ErrNoChange
			}
			if r.State != RecFinal {
				return domain.E(domain.Stale, "the wording of a recommendation was opened again meanwhile; look at it before opening the ballot")
			}
			r.State, r.Ballot = RecBalloted, x.ID
			r.Record(c, now, event(x.Process, "recommendation.balloted", "recommendations:"+id, map[string]any{"ballot": x.ID, "text": r.Lock.Hash}))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) conditionMet(ctx context.Context, x Ballot, g *domain.Guard) error {
	if x.Condition == nil {
		return nil
	}
	parent, err := domain.Fetch(ctx, s.d.Ballots, domain.At(x.Process, "ballot", x.Condition.Ballot))
	if err != nil {
		return err
	}
	g.Need(x.Condition.holds(parent), domain.Missing{
		Item: "condition", Who: domain.Facilitator,
		Need: fmt.Sprintf("ballot %d is certified and came out as %q on %s (it is %s)", parent.Number, x.Condition.Outcome, x.Condition.Question, parent.State),
	})
	return nil
}

// holds reports whether the parent is certified and came out as needed.
func (c Condition) holds(parent Ballot) bool {
	if parent.State != BallotCertified || parent.Result.NoQuorum {
		return false
	}
	for _, o := range parent.Result.Outcomes {
		if o.Question != c.Question {
			continue
		}
		switch c.Outcome {
		case "passed":
			return o.Passed
		case "not_passed":
			return !o.Passed
		}
		return o.Passed && o.Winner == c.Outcome
	}
	return false
}

// roll is the register by the attendance rule: who may vote, who may not, and
// how many are seated.
func (s *Service) roll(ctx context.Context, process string) ([]Entry, []Barred, int, error) {
	seated, err := s.d.Members.Seated(ctx, process)
	if err != nil {
		return nil, nil, 0, err
	}
	sessions, err := domain.All(ctx, s.d.Sessions, process)
	if err != nil {
		return nil, nil, 0, err
	}
	t, err := s.Terms(ctx, domain.SystemActor("job"), process)
	if err != nil {
		return nil, nil, 0, err
	}
	seated = slices.Clone(seated)
	sort.Strings(seated)
	var roll []Entry
	var barred []Barred
	for _, m := range seated {
		n := attended(sessions, m)
		if n >= t.Attend {
			roll = append(roll, Entry{Member: m})
			continue
		}
		barred = append(barred, Barred{Member: m, Why: fmt.Sprintf("attended %d required sessions of the %d that a vote needs", n, t.Attend)})
	}
	return roll, barred, len(seated), nil
}

// attended counts the required sessions a member was at.
func attended(sessions []Session, member string) int {
	n := 0
	for _, x := range sessions {
		if x.Required && (x.State == SessionHeld || x.State == SessionOpen) && x.Was(member) {
			n++
		}
	}
	return n
}
