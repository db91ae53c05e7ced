package people

import (
	"context"
	"slices"
	"time"

	"folkmoot/domain"
)

// settle is one command on one payment.
type settle struct {
	action string
	perm   domain.Permission
	from   []PaymentState
	do     func(p *Payment, now time.Time) error
}

func (s *Service) settle(ctx context.Context, cmd domain.Command, id string, c settle) (Payment, error) {
	if _, _, err := s.payment(ctx, cmd.Actor, id, c.perm); err != nil {
		return Payment{}, err
	}
	return s.d.Payments.Update(ctx, id, func(p *Payment) error {
		if p.Done(cmd) {
			return domain.ErrNoChange
		}
		if err := p.Fresh(cmd); err != nil {
			return err
		}
		if !slices.Contains(c.from, p.State) {
			return domain.E(domain.Conflict, "a payment that is %s cannot be %s", words(Status(p.State)), c.action)
		}
		now, had := s.d.Clock.Now(), p.State
		if err := c.do(p, now); err != nil {
			return err
		}
		if p.State != had {
			p.StateAt = now
		}
		p.record(cmd, now, "payment."+c.action, map[string]any{"from": had})
		return nil
	})
}

// approvers is how many different people must say yes to a payment.
const approvers = 2

// ApprovePayment is one person's yes; the second, by somebody else, approves
// the payment. It needs the person's payment choice and, when they said that
// they receive benefits, their answer to the offer of advice.
func (s *Service) ApprovePayment(ctx context.Context, cmd domain.Command, id string) (Payment, error) {
	return s.settle(ctx, cmd, id, settle{action: "approved", perm: domain.ApprovePayment, from: []PaymentState{Earned, Claimed},
		do: func(p *Payment, now time.Time) error {
			g, err := s.payable(ctx, p)
			if err != nil {
				return err
			}
			again := slices.ContainsFunc(p.Approvals, func(a Approval) bool { return a.By == cmd.Actor.ID })
			g.Need(!again, domain.Missing{Item: "second_approver", Who: domain.Organiser,
				Need: "somebody else than the person who approved first", Where: "/api/v1/payments/" + p.ID + "/approve"})
			if err := g.Err("approving this payment"); err != nil {
				return err
			}
			p.Approvals = append(p.Approvals, Approval{By: cmd.Actor.ID, At: now})
			if len(p.Approvals) == approvers {
				p.State = Approved
			}
			return nil
		}})
}

// payable lists what is missing before a person may be paid. Who was erased
// is paid by what finance already has.
func (s *Service) payable(ctx context.Context, pay *Payment) (domain.Guard, error) {
	var g domain.Guard
	p, err := s.d.People.Get(ctx, pay.Person)
	if err != nil || p.Status == Erased {
		return g, err
	}
	benefits := false
	if err := s.open(ctx, p.ID, boundBenefits, p.Benefits, &benefits); err != nil {
		return g, err
	}
	g.Need(pay.Kind == Expense || p.PaymentChoice != "", missing(&p, domain.Member, "payment_choice",
		"their choice to be paid, take vouchers or decline payment", "payment-choice"))
	answered := p.Advice == AdviceTaken || p.Advice == AdviceNotWanted
	g.Need(!benefits || pay.Kind == Expense || answered, missing(&p, domain.Organiser, "benefits_advice",
		"their answer to the offer of benefits advice, because a payment may touch their benefits", "advice"))
	return g, nil
}

// ReasonInput gives a reason code.
type ReasonInput struct {
	Reason string `json:"reason"`
}

func (in ReasonInput) check() error {
	pr := domain.Problems{}
	checkCode(pr, "reason", in.Reason)
	return pr.Err()
}

// HoldPayment stops a payment for now.
func (s *Service) HoldPayment(ctx context.Context, cmd domain.Command, id string, in ReasonInput) (Payment, error) {
	if err := in.check(); err != nil {
		return Payment{}, err
	}
	return s.settle(ctx, cmd, id, settle{action: "held", perm: domain.ApprovePayment, from: []PaymentState{Earned, Claimed, Approved, PartPaid},
		do: func(p *Payment, _ time.Time) error {
			p.Before, p.State, p.Reason = p.State, HeldPayment, in.Reason
			return nil
		}})
}

// ReleasePayment lets a held payment go on where it was.
func (s *Service) ReleasePayment(ctx context.Context, cmd domain.Command, id string) (Payment, error) {
	return s.settle(ctx, cmd, id, settle{action: "released", perm: domain.ApprovePayment, from: []PaymentState{HeldPayment},
		do: func(p *Payment, _ time.Time) error {
			p.State, p.Before, p.Reason = p.Before, "", ""
			return nil
		}})
}

// DeclinePayment ends a payment that will not be made, with the reason.
func (s *Service) DeclinePayment(ctx context.Context, cmd domain.Command, id string, in ReasonInput) (Payment, error) {
	if err := in.check(); err != nil {
		return Payment{}, err
	}
	return s.settle(ctx, cmd, id, settle{action: "declined", perm: domain.ApprovePayment, from: []PaymentState{Earned, Claimed, HeldPayment},
		do: func(p *Payment, _ time.Time) error {
			p.State, p.Reason = NotPaid, in.Reason
			return nil
		}})
}

// PaidInput is what finance paid.
type PaidInput struct {
	Pence     int64  `json:"pence"`
	Reference string `json:"reference"` // finance's own
}

// MarkPaid notes what finance paid: all of it, or a part.
func (s *Service) MarkPaid(ctx context.Context, cmd domain.Command, id string, in PaidInput) (Payment, error) {
	pr := domain.Problems{}
	pr.Need(in.Pence > 0, "pence", "give the sum that was paid, in pence")
	pr.Need(in.Reference != "" && len(in.Reference) <= 80, "reference", "give finance's reference")
	if err := pr.Err(); err != nil {
		return Payment{}, err
	}
	return s.settle(ctx, cmd, id, settle{action: "paid", perm: domain.ExportPayment, from: []PaymentState{Approved, PartPaid},
		do: func(p *Payment, _ time.Time) error {
			rest := p.Pence - p.PaidPence
			pr := domain.Problems{}
			pr.Need(in.Pence <= rest, "pence", "%d pence are left to pay; give no more than that", rest)
			if err := pr.Err(); err != nil {
				return err
			}
			p.PaidPence += in.Pence
			p.Reference, p.State = in.Reference, PartPaid
			if p.PaidPence == p.Pence {
				p.State = Paid
			}
			return nil
		}})
}

// PaymentsOf answers a person's payments, to staff and to themselves.
func (s *Service) PaymentsOf(ctx context.Context, a domain.Actor, person string) ([]Payment, error) {
	if _, _, err := s.access(ctx, a, person, serve...); err != nil {
		return nil, err
	}
	return s.paymentsOf(ctx, person)
}

func (s *Service) paymentsOf(ctx context.Context, person string) ([]Payment, error) {
	out := []Payment{}
	for p, err := range s.d.Payments.Find(ctx, domain.Query{Index: "person", Equal: []any{person}}) {
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// PaymentsInput asks for a page of payments.
type PaymentsInput struct {
	State PaymentState  `json:"state,omitempty"`
	After domain.Cursor `json:"after,omitempty"`
	Limit int           `json:"limit,omitempty"` // 1 to 200; 50 when 0
}

// PaymentPage is a page of payments.
type PaymentPage struct {
	Items []PaymentView `json:"items"`
	Next  domain.Cursor `json:"next,omitempty"`
}

// ListPayments answers a page of a process's payments.
func (s *Service) ListPayments(ctx context.Context, a domain.Actor, process string, in PaymentsInput) (PaymentPage, error) {
	out := PaymentPage{Items: []PaymentView{}}
	if err := s.processAccess(ctx, a, process, domain.ApprovePayment); err != nil {
		return out, err
	}
	pr := domain.Problems{}
	pr.Need(in.State == "" || slices.Contains(PaymentStates, in.State), "state", "choose one of the states of a payment")
	pr.Need(in.Limit >= 0 && in.Limit <= maxPage, "limit", "ask for 1 to %d payments", maxPage)
	if err := pr.Err(); err != nil {
		return out, err
	}
	q := domain.Query{Index: "state", Equal: []any{process}, Limit: in.Limit, After: in.After}
	if in.Limit == 0 {
		q.Limit = 50
	}
	if in.State != "" {
		q.Equal = append(q.Equal, string(in.State))
	}
	rows, next, err := s.d.Payments.Page(ctx, q)
	for _, p := range rows {
		out.Items = append(out.Items, p.View())
	}
	out.Next = next
	return out, err
}

// PaymentSums answers the sums of a process by state, in pence, for reports.
// It asks no permission.
func (s *Service) PaymentSums(ctx context.Context, process string) (map[PaymentState]int64, error) {
	out := map[PaymentState]int64{}
	for p, err := range s.d.Payments.Find(ctx, domain.Query{Index: "state", Equal: []any{process}}) {
		if err != nil {
			return nil, err
		}
		out[p.State] += p.Pence
	}
	return out, nil
}
