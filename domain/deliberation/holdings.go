package deliberation

import (
	"context"
	"slices"

	"folkmoot/domain"
)

// Holdings is what the deliberation holds on one member, as it may be shown
// to them. Of a secret ballot that is whether they voted; what they voted
// nobody can tell.
type Holdings struct {
	Sessions      []HeldSession    `json:"sessions"`
	Questions     []MemberQuestion `json:"questions"`
	Statements    []Statement      `json:"statements"`
	Ballots       []HeldBallot     `json:"ballots"`
	MinorityViews []MinorityView   `json:"minority_views"`
	Confirmed     *bool            `json:"confirmed_report,omitempty"`
}

// HeldSession is a member's mark for a session.
type HeldSession struct {
	Session  string   `json:"session"`
	Number   int      `json:"number"`
	Presence Presence `json:"presence"`
}

// HeldBallot is a member's place on a register.
type HeldBallot struct {
	Ballot  string  `json:"ballot"`
	Number  int     `json:"number"`
	Secret  bool    `json:"secret"`
	Voted   bool    `json:"voted"`
	Answers Answers `json:"answers,omitempty"` // of a ballot by name
}

// HoldsOn answers what is held on a member, nil for nothing. It asks no
// permission: the people service does.
func (s *Service) HoldsOn(ctx context.Context, process, person, _ string) (string, any, error) {
	var h Holdings
	for _, step := range []func(context.Context, string, string, *Holdings) error{s.heldWork, s.heldBallots, s.heldReport} {
		if err := step(ctx, process, person, &h); err != nil {
			return "deliberation", nil, err
		}
	}
	if len(h.Sessions)+len(h.Questions)+len(h.Statements)+len(h.Ballots)+len(h.MinorityViews) == 0 && h.Confirmed == nil {
		return "deliberation", nil, nil
	}
	return "deliberation", h, nil
}

func (s *Service) heldWork(ctx context.Context, process, person string, h *Holdings) error {
	sessions, err := domain.All(ctx, s.d.Sessions, process)
	if err != nil {
		return err
	}
	for _, x := range sessions {
		if mark, ok := x.Attendance[person]; ok {
			h.Sessions = append(h.Sessions, HeldSession{Session: x.ID, Number: x.Number, Presence: mark})
		}
	}
	if h.Questions, err = list(ctx, s.d.Questions, process, func(x *MemberQuestion) bool { return x.Asker == person }); err != nil {
		return err
	}
	if h.Statements, err = list(ctx, s.d.Statements, process, func(x *Statement) bool { return x.Author == person }); err != nil {
		return err
	}
	h.MinorityViews, err = list(ctx, s.d.MinorityViews, process, func(x *MinorityView) bool { return slices.Contains(x.Members, person) })
	for i := range h.MinorityViews {
		h.MinorityViews[i].Members = []string{person}
	}
	return err
}

func (s *Service) heldBallots(ctx context.Context, process, person string, h *Holdings) error {
	ballots, err := domain.All(ctx, s.d.Ballots, process)
	for _, x := range ballots {
		e := x.entry(person)
		if e == nil {
			continue
		}
		held := HeldBallot{Ballot: x.ID, Number: x.Number, Secret: x.Secret, Voted: e.Voted}
		for _, v := range x.Named {
			if v.Member == person {
				held.Answers = v.Answers
			}
		}
		h.Ballots = append(h.Ballots, held)
	}
	return err
}

func (s *Service) heldReport(ctx context.Context, process, person string, h *Holdings) error {
	x, err := s.d.Reports.Get(ctx, process)
	if err != nil {
		return skipMissing(err)
	}
	for _, k := range x.Confirmations {
		if k.Member == person {
			h.Confirmed = &k.Agrees
		}
	}
	return nil
}

// Forget takes a person off what they asked and said. The words stay: they
// are the jury's work. Registers, attendance and confirmations keep the bare
// id, which by then leads to nobody; certified counts do not change.
func (s *Service) Forget(ctx context.Context, c domain.Command, process, person, _ string) error {
	now := s.d.Clock.Now()
	questions, err := list(ctx, s.d.Questions, process, func(x *MemberQuestion) bool { return x.Asker == person })
	if err != nil {
		return err
	}
	for _, q := range questions {
		_, err := domain.Change(ctx, s.d.Questions, domain.At(process, "question", q.ID), domain.Command{}, func(x *MemberQuestion) error {
			x.Asker = ""
			x.Touch(c.Sub("forget"), now)
			return nil
		})
		if err != nil {
			return err
		}
	}
	statements, err := list(ctx, s.d.Statements, process, func(x *Statement) bool { return x.Author == person })
	if err != nil {
		return err
	}
	for _, q := range statements {
		_, err := domain.Change(ctx, s.d.Statements, domain.At(process, "statement", q.ID), domain.Command{}, func(x *Statement) error {
			x.Author = ""
			x.Touch(c.Sub("forget"), now)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
