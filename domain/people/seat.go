package people

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"folkmoot/domain"
)

// ConfirmInput is a yes to an offer.
type ConfirmInput struct {
	Available  bool     `json:"available"`             // for every required session
	CannotCome []string `json:"cannot_come,omitempty"` // optional sessions that they will miss
	Tell       *Tell    `json:"-"`
}

// Confirm seats a person who can come to every required session, unless the
// process was cancelled.
func (s *Service) Confirm(ctx context.Context, cmd domain.Command, id string, in ConfirmInput) (Person, error) {
	if _, ref, err := s.access(ctx, cmd.Actor, id, serve...); err == nil && ref.Stage == domain.Cancelled {
		return Person{}, domain.E(domain.Conflict, "%s was cancelled, so its seats are not given any more", ref.ShortName)
	}
	c := change{action: "person.confirmed", perms: serve, tell: in.Tell, do: func(p *Person, now time.Time) error {
		if !CanMove(p.Status, Confirmed) {
			return p.cannot(Confirmed)
		}
		var g domain.Guard
		g.Need(in.Available, missing(p, domain.Member, "availability", "their word that they can come to every required session", "confirm"))
		if err := g.Err("confirming"); err != nil {
			return err
		}
		p.CannotCome = slices.Clone(in.CannotCome)
		if in.Tell == nil {
			p.tellTexts(cmd, now, "confirmed")
		}
		return p.move(Confirmed, now, "")
	}}
	return s.apply(ctx, cmd, id, c)
}

// tellTexts lets the conversation by text know of an answer to the offer that
// was not given in it: it would ask on and tell them in the end that the seat
// went to somebody else.
func (p *Person) tellTexts(cmd domain.Command, now time.Time, template string) {
	byText := p.NumberHash != "" && (p.Channel == ChannelText || p.Channel == "")
	if p.Status == Offered && byText && cmd.Actor.Via != "sms" {
		(&Tell{Template: template}).emit(p, cmd, now)
	}
}

func missing(p *Person, who domain.Role, item, need, step string) domain.Missing {
	return domain.Missing{Item: item, Need: need, Who: who, Where: "/api/v1/people/" + p.ID + "/" + step}
}

// DeclineInput is a no to an invitation or an offer.
type DeclineInput struct {
	Reason string `json:"reason,omitempty"` // code; nobody has to give one
	Tell   *Tell  `json:"-"`
}

// Decline notes a no to an invitation or an offer.
func (s *Service) Decline(ctx context.Context, cmd domain.Command, id string, in DeclineInput) (Person, error) {
	return s.leave(ctx, cmd, id, change{action: "person.declined", tell: in.Tell}, Declined, in.Reason)
}

// WithdrawInput is a person's leaving.
type WithdrawInput struct {
	Reason string `json:"reason,omitempty"` // code; nobody has to give one
	Tell   *Tell  `json:"-"`
}

// Withdraw lets a person leave, at any time before the end.
func (s *Service) Withdraw(ctx context.Context, cmd domain.Command, id string, in WithdrawInput) (Person, error) {
	return s.leave(ctx, cmd, id, change{action: "person.withdrawn", tell: in.Tell}, Withdrawn, in.Reason)
}

func (s *Service) leave(ctx context.Context, cmd domain.Command, id string, c change, to Status, reason string) (Person, error) {
	if reason != "" {
		pr := domain.Problems{}
		checkCode(pr, "reason", reason)
		if err := pr.Err(); err != nil {
			return Person{}, err
		}
	}
	c.perms, c.data = serve, map[string]any{"reason": reason}
	c.do = func(p *Person, now time.Time) error {
		if to == Declined && c.tell == nil {
			p.tellTexts(cmd, now, "offer_declined")
		}
		return p.move(to, now, reason)
	}
	return s.apply(ctx, cmd, id, c)
}

// StepInput goes with a plain step.
type StepInput struct {
	Tell *Tell `json:"-"`
}

// RecordDeath notes that a person died. Nothing more is sent to them: what
// was waiting to be sent is dropped.
func (s *Service) RecordDeath(ctx context.Context, cmd domain.Command, id string, _ StepInput) (Person, error) {
	c := change{action: "person.deceased", perms: []domain.Permission{domain.ServePeople}, do: func(p *Person, now time.Time) error {
		p.Effects = slices.DeleteFunc(p.Effects, func(e domain.Effect) bool { return e.Kind == domain.EffectMessage })
		return p.move(Deceased, now, "")
	}}
	return s.apply(ctx, cmd, id, c)
}

// Onboard marks a confirmed person as ready for the first session; it needs
// their consent.
func (s *Service) Onboard(ctx context.Context, cmd domain.Command, id string, in StepInput) (Person, error) {
	c := change{action: "person.onboarded", perms: serve, tell: in.Tell, do: func(p *Person, now time.Time) error {
		if CanMove(p.Status, Onboarded) {
			var g domain.Guard
			g.Need(p.Consent != nil, needConsent(p))
			if err := g.Err("onboarding"); err != nil {
				return err
			}
		}
		return p.move(Onboarded, now, "")
	}}
	return s.apply(ctx, cmd, id, c)
}

func needConsent(p *Person) domain.Missing {
	return missing(p, domain.Member, "consent", "their consent to take part", "consent")
}

// Serve marks an onboarded person as serving. It needs consent, induction, a
// payment choice and benefits advice offered.
func (s *Service) Serve(ctx context.Context, cmd domain.Command, id string, in StepInput) (Person, error) {
	c := change{action: "person.serving", perms: []domain.Permission{domain.ServePeople, domain.RunSessions}, tell: in.Tell,
		do: func(p *Person, now time.Time) error {
			if CanMove(p.Status, Serving) {
				if err := p.ready().Err("serving"); err != nil {
					return err
				}
			}
			return p.move(Serving, now, "")
		}}
	return s.apply(ctx, cmd, id, c)
}

// ready lists what is missing before a person may serve.
func (p *Person) ready() domain.Guard {
	var g domain.Guard
	g.Need(p.Consent != nil, needConsent(p))
	g.Need(p.Induction != nil, missing(p, domain.Organiser, "induction", "their induction", "induction"))
	g.Need(p.PaymentChoice != "", missing(p, domain.Member, "payment_choice",
		"their choice to be paid, take vouchers or decline payment", "payment-choice"))
	g.Need(p.Advice != "", missing(p, domain.Organiser, "benefits_advice", "independent benefits advice, offered", "advice"))
	return g
}

// Complete marks the end of a person's service.
func (s *Service) Complete(ctx context.Context, cmd domain.Command, id string, in StepInput) (Person, error) {
	return s.apply(ctx, cmd, id, change{action: "person.completed", tell: in.Tell,
		perms: []domain.Permission{domain.ServePeople, domain.RunSessions},
		do:    func(p *Person, now time.Time) error { return p.move(Completed, now, "") }})
}

// RemovalInput proposes to remove a member for conduct.
type RemovalInput struct {
	Why Private `json:"why"` // sealed; the person may ask to see it
}

// LogValue hides the reason from logs.
func (RemovalInput) LogValue() slog.Value { return slog.StringValue(redacted) }

// ProposeRemoval is the first of two people's word that a member must leave
// for their conduct.
func (s *Service) ProposeRemoval(ctx context.Context, cmd domain.Command, id string, in RemovalInput) (Person, error) {
	pr := domain.Problems{}
	pr.Need(len(in.Why) >= 10 && len(in.Why) <= 2000, "why", "say what happened in 10 to 2000 letters")
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	c := change{action: "person.removal_proposed", perms: []domain.Permission{domain.ServePeople, domain.RunSessions},
		do: func(p *Person, now time.Time) error {
			if !CanMove(p.Status, Removed) {
				return p.cannot(Removed)
			}
			if p.Removal != nil {
				return domain.E(domain.Conflict, "a removal was already proposed; a second person can agree to it")
			}
			why, err := s.seal(ctx, p.ID, boundRemoval, in.Why)
			p.Removal = &Removal{ProposedBy: cmd.Actor.ID, ProposedAt: now, Why: why}
			return err
		}}
	return s.apply(ctx, cmd, id, c)
}

// AgreeRemoval is the second person's word: the member is removed.
func (s *Service) AgreeRemoval(ctx context.Context, cmd domain.Command, id string, in StepInput) (Person, error) {
	c := change{action: "person.removed", perms: []domain.Permission{domain.ServePeople, domain.RunSessions}, tell: in.Tell,
		do: func(p *Person, now time.Time) error {
			if !CanMove(p.Status, Removed) {
				return p.cannot(Removed)
			}
			var g domain.Guard
			g.Need(p.Removal != nil, missing(p, domain.Organiser, "removal_proposed", "a proposal with its reason", "removal"))
			g.Need(p.Removal == nil || p.Removal.ProposedBy != cmd.Actor.ID, missing(p, domain.Organiser, "second_person",
				"somebody else than the person who proposed it", "removal/agreement"))
			if err := g.Err("removing a member"); err != nil {
				return err
			}
			p.Removal.AgreedBy = cmd.Actor.ID
			return p.move(Removed, now, "conduct")
		}}
	return s.apply(ctx, cmd, id, c)
}

// DropRemoval takes a proposed removal back.
func (s *Service) DropRemoval(ctx context.Context, cmd domain.Command, id string, _ StepInput) (Person, error) {
	c := change{action: "person.removal_dropped", perms: []domain.Permission{domain.ServePeople, domain.RunSessions},
		do: func(p *Person, _ time.Time) error {
			if p.Removal == nil || p.Status == Removed {
				return domain.E(domain.Conflict, "no removal is waiting for a second person")
			}
			p.Removal = nil
			return nil
		}}
	return s.apply(ctx, cmd, id, c)
}
