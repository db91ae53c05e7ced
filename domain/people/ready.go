package people

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"folkmoot/domain"
)

// ConsentInput is a person's agreement to take part.
type ConsentInput struct {
	Version string `json:"version"` // of the privacy notice they agreed to
}

// GiveConsent notes that the person agrees to take part.
func (s *Service) GiveConsent(ctx context.Context, cmd domain.Command, id string, in ConsentInput) (Person, error) {
	pr := domain.Problems{}
	pr.Need(in.Version != "" && len(in.Version) <= 80, "version", "give the version of the privacy notice")
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	return s.apply(ctx, cmd, id, change{action: "person.consented", perms: serve, data: map[string]any{"version": in.Version},
		do: func(p *Person, now time.Time) error {
			p.Consent = &Consent{Version: in.Version, At: now}
			return nil
		}})
}

// InductionInput says how the person was shown how the jury works.
type InductionInput struct {
	Kind string `json:"kind"` // meeting, call, pack
}

// RecordInduction notes an induction.
func (s *Service) RecordInduction(ctx context.Context, cmd domain.Command, id string, in InductionInput) (Person, error) {
	pr := domain.Problems{}
	checkOneOf(pr, "kind", in.Kind, []string{"meeting", "call", "pack"})
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	return s.apply(ctx, cmd, id, change{action: "person.inducted", data: map[string]any{"kind": in.Kind},
		perms: []domain.Permission{domain.ServePeople, domain.RunSessions},
		do: func(p *Person, now time.Time) error {
			p.Induction = &Induction{Kind: in.Kind, At: now}
			return nil
		}})
}

// The payment choices.
const (
	Pay        = "pay"
	NoPay      = "decline"
	PayVoucher = "voucher"
)

// PaymentChoiceInput says whether and how a person wants to be paid.
type PaymentChoiceInput struct {
	Choice   string `json:"choice"`             // pay, decline, voucher
	Benefits *bool  `json:"benefits,omitempty"` // receives benefits that a payment may touch; sealed
}

// LogValue hides the benefits flag from logs.
func (in PaymentChoiceInput) LogValue() slog.Value { return slog.StringValue(in.Choice) }

// ChoosePayment notes the person's choice. Who says that they receive
// benefits gets advice before they are paid.
func (s *Service) ChoosePayment(ctx context.Context, cmd domain.Command, id string, in PaymentChoiceInput) (Person, error) {
	pr := domain.Problems{}
	checkOneOf(pr, "choice", in.Choice, []string{Pay, NoPay, PayVoucher})
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	return s.apply(ctx, cmd, id, change{action: "person.payment_chosen", perms: serve, data: map[string]any{"choice": in.Choice},
		do: func(p *Person, _ time.Time) (err error) {
			p.PaymentChoice = in.Choice
			if in.Benefits != nil {
				p.Benefits, err = s.seal(ctx, p.ID, boundBenefits, *in.Benefits)
			}
			return err
		}})
}

// The states of benefits advice.
const (
	AdviceOffered   = "offered"
	AdviceTaken     = "taken"
	AdviceNotWanted = "not_wanted"
)

// AdviceInput says how far independent benefits advice went.
type AdviceInput struct {
	State string `json:"state"` // offered, taken, not_wanted
}

// RecordAdvice notes that benefits advice was offered, taken or not wanted.
// It must be offered first; only the person, or staff at their word, can say
// the rest.
func (s *Service) RecordAdvice(ctx context.Context, cmd domain.Command, id string, in AdviceInput) (Person, error) {
	pr := domain.Problems{}
	checkOneOf(pr, "state", in.State, []string{AdviceOffered, AdviceTaken, AdviceNotWanted})
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	perms := serve
	if in.State == AdviceOffered {
		perms = []domain.Permission{domain.ServePeople}
	}
	return s.apply(ctx, cmd, id, change{action: "person.benefits_advice", perms: perms, data: map[string]any{"state": in.State},
		do: func(p *Person, _ time.Time) error {
			if in.State != AdviceOffered {
				var g domain.Guard
				g.Need(p.Advice != "", missing(p, domain.Organiser, "benefits_advice", "independent benefits advice, offered", "advice"))
				if err := g.Err("noting the answer"); err != nil {
					return err
				}
			} else if p.Advice != "" {
				return domain.ErrNoChange // an answer is not lost by offering again
			}
			p.Advice = in.State
			return nil
		}})
}

var (
	sortCode      = regexp.MustCompile(`^[0-9]{6}$`)
	accountNumber = regexp.MustCompile(`^[0-9]{8}$`)
)

// SetBankDetails keeps where a person is paid. Only the person gives them,
// and only on their own page: never by text, phone or chat.
func (s *Service) SetBankDetails(ctx context.Context, cmd domain.Command, id string, in BankDetails) (Person, error) {
	if _, _, err := s.access(ctx, cmd.Actor, id, domain.SelfServe); err != nil {
		return Person{}, err
	}
	if cmd.Actor.Via != "web" {
		return Person{}, domain.E(domain.Forbidden, "bank details are only taken on your own page, never by text or phone")
	}
	in.SortCode = Private(strings.NewReplacer("-", "", " ", "").Replace(string(in.SortCode)))
	in.AccountNumber = Private(strings.ReplaceAll(string(in.AccountNumber), " ", ""))
	pr := domain.Problems{}
	pr.Need(in.AccountName != "" && len(in.AccountName) <= 100, "account_name", "give the name on the account")
	pr.Need(sortCode.MatchString(string(in.SortCode)), "sort_code", "give the sort code, 6 digits")
	pr.Need(accountNumber.MatchString(string(in.AccountNumber)), "account_number", "give the account number, 8 digits; put a 0 in front of a shorter one")
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	return s.apply(ctx, cmd, id, change{action: "person.bank_details_given", perms: []domain.Permission{domain.SelfServe},
		do: func(p *Person, _ time.Time) (err error) {
			p.Bank, err = s.seal(ctx, p.ID, boundBank, in)
			return err
		}})
}
