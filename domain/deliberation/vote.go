package deliberation

import (
	"context"
	"slices"
	"sort"

	"folkmoot/domain"
)

// VoteInput is a member's vote.
type VoteInput struct {
	Answers Answers `json:"answers"` // by question id; every question is answered, or abstained on
}

// Receipt says that a vote is in, and nothing of what it says.
type Receipt struct {
	Ballot  string `json:"ballot"`
	Voted   bool   `json:"voted"`
	Earlier bool   `json:"earlier,omitempty"` // it was in before: this call changed nothing
}

// Vote casts the actor's own vote. A secret vote cannot be changed, because
// nobody can find it: a second one changes nothing and the receipt says so.
// A vote by name can be changed until the ballot closes.
//
// In a secret ballot this is one write that ticks the register and replaces
// the box; it leaves no command key, no effect and no audit entry. The
// ballot's revision stays, so that votes do not make its own steps stale.
func (s *Service) Vote(ctx context.Context, c domain.Command, process, id string, in VoteInput) (Receipt, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return Receipt{}, err
	}
	own := ref.Scope()
	own.Person = c.Actor.ID
	if err := domain.Authorize(c.Actor, domain.Deliberate, own); err != nil {
		return Receipt{}, err
	}
	if err := during(ref, "voting", domain.Deliberating, domain.Reporting); err != nil {
		return Receipt{}, err
	}
	receipt := Receipt{Ballot: id, Voted: true}
	now := s.d.Clock.Now()
	_, err = domain.Change(ctx, s.d.Ballots, domain.At(process, "ballot", id), domain.Command{}, func(x *Ballot) error {
		receipt.Earlier = false
		e, err := x.mayVote(c.Actor)
		if err != nil {
			return err
		}
		if e.Voted && x.Secret {
			receipt.Earlier = true
			return domain.ErrNoChange
		}
		p := domain.Problems{}
		x.check(p, "answers", in.Answers)
		if err := p.Err(); err != nil {
			return err
		}
		e.Voted, x.UpdatedAt = true, now
		return s.cast(ctx, x, c.Actor.ID, in.Answers)
	})
	if err != nil {
		return Receipt{}, err
	}
	return receipt, nil
}

// mayVote finds the actor's place on the register.
func (x *Ballot) mayVote(a domain.Actor) (*Entry, error) {
	if x.OpenedAt.IsZero() {
		return nil, domain.Hidden("open ballot")
	}
	e := x.entry(a.ID)
	if e == nil {
		return nil, domain.E(domain.Forbidden, "you are not on this ballot's register; the facilitator can tell you why")
	}
	if x.State != BallotOpen && !(e.Voted && x.Secret) {
		return nil, domain.E(domain.Conflict, "this ballot is %s; no more votes can come in", x.State)
	}
	if x.Secret && (a.Via == "sms" || a.Via == "slack") {
		return nil, domain.E(domain.Conflict, "this ballot is secret, and phones and their companies keep every text: please vote on your own page or on paper in the room")
	}
	return e, nil
}

// cast puts answers into the box, or beside the name in an open ballot.
func (s *Service) cast(ctx context.Context, x *Ballot, member string, in Answers) error {
	if !x.Secret {
		x.name(member, in)
		return nil
	}
	t, err := s.open(ctx, x)
	if err != nil {
		return err
	}
	t.add(x.Questions, in)
	return s.seal(ctx, x, t)
}

func (x *Ballot) name(member string, in Answers) {
	i := sort.Search(len(x.Named), func(i int) bool { return x.Named[i].Member >= member })
	if i < len(x.Named) && x.Named[i].Member == member {
		x.Named[i].Answers = in
		return
	}
	x.Named = slices.Insert(x.Named, i, NamedVote{Member: member, Answers: in})
}
