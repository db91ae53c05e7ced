package people

import (
	"context"
	"slices"
	"time"

	"folkmoot/domain"
)

// recruit are the permissions of the steps of recruitment that staff do for a
// person.
var recruit = []domain.Permission{domain.ServePeople, domain.Recruit}

// AssessInput says whether a registrant may take part.
type AssessInput struct {
	Eligible bool   `json:"eligible"`
	Reason   string `json:"reason,omitempty"` // code, when not: too_young, outside_area, works_for_commissioner, ...
	Tell     *Tell  `json:"-"`
}

// Assess notes whether a registrant is eligible; a reason is needed when not.
func (s *Service) Assess(ctx context.Context, cmd domain.Command, id string, in AssessInput) (Person, error) {
	to := Eligible
	if !in.Eligible {
		pr := domain.Problems{}
		checkCode(pr, "reason", in.Reason)
		if err := pr.Err(); err != nil {
			return Person{}, err
		}
		to = Ineligible
	}
	return s.apply(ctx, cmd, id, change{action: "person.assessed", perms: recruit, tell: in.Tell,
		data: map[string]any{"reason": in.Reason},
		do:   func(p *Person, now time.Time) error { return p.move(to, now, in.Reason) }})
}

// AdmitInput goes with the step into the pool.
type AdmitInput struct {
	Tell *Tell `json:"-"`
}

// Admit takes an eligible registrant into the pool.
func (s *Service) Admit(ctx context.Context, cmd domain.Command, id string, in AdmitInput) (Person, error) {
	return s.apply(ctx, cmd, id, change{action: "person.in_pool", perms: recruit, tell: in.Tell,
		do: func(p *Person, now time.Time) error { return p.move(InPool, now, "") }})
}

// OutcomeInput is what a draw says of a person of the pool.
type OutcomeInput struct {
	Draw      string `json:"draw"`
	Outcome   Status `json:"outcome"` // selected, reserve, not_selected
	Rank      int    `json:"rank,omitempty"`
	Pseudonym string `json:"pseudonym,omitempty"`
	Tell      *Tell  `json:"-"`
}

// MarkOutcome takes over what the stored record of a draw says of a person.
// The record is asked: an outcome that it does not hold is refused.
func (s *Service) MarkOutcome(ctx context.Context, cmd domain.Command, id string, in OutcomeInput) (Person, error) {
	pr := domain.Problems{}
	pr.Need(in.Draw != "", "draw", "give the id of the draw")
	checkOneOf(pr, "outcome", string(in.Outcome), []string{string(Selected), string(Reserve), string(NotSelected)})
	pr.Need(in.Outcome != Reserve || in.Rank > 0, "rank", "give the reserve's place in the order, from 1")
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	c := change{action: "person.drawn", perms: []domain.Permission{domain.Recruit}, tell: in.Tell, data: map[string]any{"draw": in.Draw},
		do: func(p *Person, now time.Time) error {
			if p.Draw == in.Draw && p.Status == in.Outcome {
				return domain.ErrNoChange
			}
			if p.Status != InPool { // who was not selected is called up by a replacement alone
				return p.cannot(in.Outcome)
			}
			if err := s.recorded(ctx, in.Draw, p.ID, in.Outcome); err != nil {
				return err
			}
			p.Draw, p.Rank, p.Pseudonym = in.Draw, in.Rank, in.Pseudonym
			return p.move(in.Outcome, now, "")
		}}
	return s.apply(ctx, cmd, id, c)
}

// recorded is a conflict unless the record names the person with the outcome.
func (s *Service) recorded(ctx context.Context, record, person string, want Status) error {
	var got Status
	if s.d.Records != nil {
		var err error
		if got, err = s.d.Records.Outcome(ctx, record, person); err != nil && !domain.Is(err, domain.NotFound) {
			return err
		}
	}
	var g domain.Guard
	g.Need(got == want, domain.Missing{Item: "selection_record", Who: domain.Organiser,
		Need: "a stored draw or replacement record that names this person as " + words(want)})
	return g.Err("giving out this place by hand")
}

// CallUpInput is the replacement record that calls a person.
type CallUpInput struct {
	Replacement string `json:"replacement"`
	Tell        *Tell  `json:"-"`
}

// CallUp selects a reserve, or somebody drawn anew, by a replacement record.
func (s *Service) CallUp(ctx context.Context, cmd domain.Command, id string, in CallUpInput) (Person, error) {
	pr := domain.Problems{}
	pr.Need(in.Replacement != "", "replacement", "give the id of the replacement record")
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	c := change{action: "person.called_up", perms: []domain.Permission{domain.Recruit}, tell: in.Tell, data: map[string]any{"replacement": in.Replacement},
		do: func(p *Person, now time.Time) error {
			if !slices.Contains([]Status{Reserve, NotSelected}, p.Status) {
				return p.cannot(Selected)
			}
			if err := s.recorded(ctx, in.Replacement, p.ID, Selected); err != nil {
				return err
			}
			p.Replacement = in.Replacement
			return p.move(Selected, now, "")
		}}
	return s.apply(ctx, cmd, id, c)
}

// OfferInput is the offer of a seat.
type OfferInput struct {
	Due  time.Time `json:"due"` // until when to answer
	Tell *Tell     `json:"-"`
}

// MakeOffer offers a selected person their seat.
func (s *Service) MakeOffer(ctx context.Context, cmd domain.Command, id string, in OfferInput) (Person, error) {
	c := change{action: "person.offered", perms: []domain.Permission{domain.Recruit}, tell: in.Tell, data: map[string]any{"due": domain.Milli(in.Due)},
		do: func(p *Person, now time.Time) error {
			pr := domain.Problems{}
			pr.Need(in.Due.After(now), "due", "give a time in the future to answer by")
			if err := pr.Err(); err != nil {
				return err
			}
			if err := p.move(Offered, now, ""); err != nil {
				return err
			}
			due := domain.Milli(in.Due)
			p.OfferDue = &due
			return nil
		}}
	return s.apply(ctx, cmd, id, c)
}

// LapseInput goes with an invitation or offer that nobody answered.
type LapseInput struct {
	Tell *Tell `json:"-"`
}

// Lapse closes an unanswered invitation, or an offer past its time.
func (s *Service) Lapse(ctx context.Context, cmd domain.Command, id string, in LapseInput) (Person, error) {
	c := change{action: "person.no_answer", perms: recruit, tell: in.Tell, do: func(p *Person, now time.Time) error {
		if p.Status == Offered && p.OfferDue != nil && now.Before(*p.OfferDue) {
			return domain.E(domain.Conflict, "there is still time to answer this offer; it runs out at %s", p.OfferDue.Format(time.RFC3339))
		}
		return p.move(NoAnswer, now, "")
	}}
	return s.apply(ctx, cmd, id, c)
}
