package deliberation

import (
	"context"
	"fmt"
	"strings"

	"folkmoot/domain"
)

// PaperInput is a box of paper votes, opened in the room: who handed one in,
// and the papers in any order.
type PaperInput struct {
	Members []string  `json:"members"` // ids of those who handed in a paper
	Papers  []Answers `json:"papers"`  // as many, in any order
	Tellers []string  `json:"tellers"` // two people who counted, by post or role
}

func (in PaperInput) problems() domain.Problems {
	p := domain.Problems{}
	p.Need(len(in.Members) == len(in.Papers), "papers", "there are %d papers for %d members; count again", len(in.Papers), len(in.Members))
	p.Need(len(in.Papers) >= minQuorum, "papers", "enter at least %d papers together, so that no single vote shows", minQuorum)
	p.Need(distinct(in.Members), "members", "name each member once")
	p.Need(len(in.Tellers) >= 2 && distinct(in.Tellers), "tellers", "two people count")
	return p
}

// EnterPapers adds votes cast on paper, all in one write: the tellers know the
// papers and the register, and nobody knows which is whose. Entering the same
// members again changes nothing.
func (s *Service) EnterPapers(ctx context.Context, c domain.Command, process, id string, in PaperInput) (Receipt, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Receipt{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Receipt{}, err
	}
	receipt := Receipt{Ballot: id, Voted: true}
	now := s.d.Clock.Now()
	_, err := domain.Change(ctx, s.d.Ballots, domain.At(process, "ballot", id), domain.Command{}, func(x *Ballot) error {
		receipt.Earlier = false
		fresh, err := x.mayEnter(in)
		if err != nil {
			return err
		}
		if fresh == 0 {
			receipt.Earlier = true
			return domain.ErrNoChange
		}
		for _, m := range in.Members {
			x.entry(m).Voted = true
		}
		x.Papers += len(in.Papers)
		x.UpdatedAt = now
		return s.castPapers(ctx, x, in.Papers)
	})
	if err != nil {
		return Receipt{}, err
	}
	return receipt, nil
}

// mayEnter checks a batch of papers against the register and answers how
// many of its members had not voted: all or none.
func (x *Ballot) mayEnter(in PaperInput) (int, error) {
	if x.OpenedAt.IsZero() {
		return 0, domain.E(domain.Conflict, "this ballot is %s; open it first", x.State)
	}
	p, fresh := domain.Problems{}, 0
	p.Need(x.Secret, "papers", "papers are for secret ballots; votes by name come from the members")
	for i, m := range in.Members {
		e := x.entry(m)
		p.Need(e != nil, fmt.Sprintf("members.%d", i), "%s is not on this ballot's register", m)
		if e != nil && !e.Voted {
			fresh++
		}
	}
	for i, a := range in.Papers {
		x.check(p, fmt.Sprintf("papers.%d", i), a)
	}
	if err := p.Err(); err != nil || fresh == 0 {
		return 0, err
	}
	if x.State != BallotOpen {
		return 0, domain.E(domain.Conflict, "this ballot is %s; no more votes can come in", x.State)
	}
	if fresh != len(in.Members) {
		return 0, domain.E(domain.Conflict, "%d of these members have voted already (%s); leave their papers out", len(in.Members)-fresh, x.votedAmong(in.Members))
	}
	return fresh, nil
}

func (x *Ballot) votedAmong(members []string) string {
	out := []string{}
	for _, m := range members {
		if e := x.entry(m); e != nil && e.Voted {
			out = append(out, m)
		}
	}
	return strings.Join(out, ", ")
}

func (s *Service) castPapers(ctx context.Context, x *Ballot, papers []Answers) error {
	t, err := s.open(ctx, x)
	if err != nil {
		return err
	}
	for _, a := range papers {
		t.add(x.Questions, a)
	}
	return s.seal(ctx, x, t)
}
