package people

import (
	"context"
	"slices"
	"time"

	"folkmoot/domain"
)

// reached is where and how a person stood before a change.
type reached struct {
	number, mail string
	status       Status
}

func (p *Person) reached() reached { return reached{p.NumberHash, p.MailHash, p.Status} }

// gone are the statuses of those of whom nothing more is asked.
var gone = []Status{Declined, NoAnswer, Ineligible, Withdrawn, Removed, Deceased}

// Gone reports whether nothing more is asked of somebody with the status.
func (s Status) Gone() bool { return slices.Contains(gone, s) || s == Erased }

// emitContact has outreach follow, in the same write: the number that was
// theirs may be somebody else's tomorrow, and a question to somebody who has
// left must not stay open, whichever door they left by.
func (p *Person) emitContact(cmd domain.Command, now time.Time, was reached) {
	self := cmd.Actor.ID == p.ID && cmd.Actor.Via == "sms"
	d := domain.ContactData{Process: p.Process, Person: p.ID, At: now}
	left := p.Status != was.status && p.Status.Gone()
	emit := func(occasion, had, has string, first bool) {
		switch {
		case had != has && (had != "" || first):
			d.Number, d.Left, d.Mail, d.Asked = had, "", occasion == "mail", self
			p.Emit(cmd, domain.EffectContact, "moved_"+occasion, now, d)
		case had != "" && left:
			d.Number, d.Left, d.Mail, d.Asked = had, string(p.Status), occasion == "mail", cmd.Actor.Via == "sms"
			p.Emit(cmd, domain.EffectContact, "left_"+occasion, now, d)
		}
	}
	emit("number", was.number, p.NumberHash, self) // who asks for texts to a first number is told there
	emit("mail", was.mail, p.MailHash, false)
}

// WrongNumber takes a number off a person when somebody else says that it is
// theirs. Number is its keyed hash, "" for the one they have: when it is not
// theirs any more nothing changes. They are reached by email or letter until they say
// otherwise; the number is kept among the former ones, for erasure.
func (s *Service) WrongNumber(ctx context.Context, cmd domain.Command, id, number string) (Person, error) {
	return s.apply(ctx, cmd, id, change{action: "person.number_wrong", perms: []domain.Permission{domain.ServePeople}, do: func(p *Person, _ time.Time) error {
		if p.NumberHash == "" || number != "" && p.NumberHash != number {
			return domain.ErrNoChange
		}
		return s.dropNumber(ctx, p)
	}})
}

func (s *Service) dropNumber(ctx context.Context, p *Person) error {
	h, err := s.heldOn(ctx, *p)
	if err != nil {
		return err
	}
	if !slices.Contains(h.Former, h.Number) {
		h.Former = append(h.Former, h.Number)
	}
	h.Number = ""
	if p.Channel == ChannelText || p.Channel == "" {
		p.Channel = channelFor(h.Identity)
	}
	s.hash(p, h.Identity)
	p.Identity, err = s.seal(ctx, p.ID, boundIdentity, h)
	return err
}
