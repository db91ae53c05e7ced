package people

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"folkmoot/domain"
)

// PaymentState is where a payment stands.
type PaymentState string

// The states: earned by attendance or claimed as an expense, approved by two
// people, then paid, in part or in full; declined or held on the way.
const (
	Earned      PaymentState = "earned"
	Claimed     PaymentState = "claimed"
	Approved    PaymentState = "approved"
	Paid        PaymentState = "paid"
	PartPaid    PaymentState = "part_paid"
	NotPaid     PaymentState = "declined"
	HeldPayment PaymentState = "held"
)

// PaymentStates lists the states.
var PaymentStates = []PaymentState{Earned, Claimed, Approved, Paid, PartPaid, NotPaid, HeldPayment}

// Honorarium and Expense are the kinds of payment.
const (
	Honorarium = "honorarium"
	Expense    = "expense"
)

// Payment is one sum owed to one person.
type Payment struct {
	domain.Root
	Process   string        `json:"process"`
	Person    string        `json:"person"`
	Kind      string        `json:"kind"`
	Session   string        `json:"session,omitempty"`
	Pence     int64         `json:"pence"`
	PaidPence int64         `json:"paid_pence"`
	State     PaymentState  `json:"state"`
	StateAt   time.Time     `json:"state_at"`
	Before    PaymentState  `json:"before,omitempty"` // where a held one came from
	Reason    string        `json:"reason,omitempty"` // code of a decline or hold
	What      domain.Sealed `json:"what,omitempty"`   // what an expense was for
	Receipt   string        `json:"receipt,omitempty"`
	NoReceipt string        `json:"no_receipt,omitempty"` // code: why there is none
	Approvals []Approval    `json:"approvals,omitempty"`
	Export    string        `json:"export,omitempty"`    // the finance export it went out with
	Reference string        `json:"reference,omitempty"` // finance's own, of the last payment
}

// Approval is one person's yes to a payment.
type Approval struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// PaymentView is a payment without what is sealed.
type PaymentView struct {
	ID         string       `json:"id"`
	Process    string       `json:"process"`
	Person     string       `json:"person"`
	Kind       string       `json:"kind"`
	Session    string       `json:"session,omitempty"`
	Pence      int64        `json:"pence"`
	PaidPence  int64        `json:"paid_pence"`
	State      PaymentState `json:"state"`
	StateAt    time.Time    `json:"state_at"`
	Reason     string       `json:"reason,omitempty"`
	HasReceipt bool         `json:"has_receipt"`
	NoReceipt  string       `json:"no_receipt,omitempty"`
	Approvals  []Approval   `json:"approvals,omitempty"`
	Export     string       `json:"export,omitempty"`
	Reference  string       `json:"reference,omitempty"`
	Version    int64        `json:"version"`
	CreatedAt  time.Time    `json:"created_at"`
}

// View is the payment without what is sealed.
func (p Payment) View() PaymentView {
	return PaymentView{
		ID: p.ID, Process: p.Process, Person: p.Person, Kind: p.Kind, Session: p.Session, Pence: p.Pence,
		PaidPence: p.PaidPence, State: p.State, StateAt: p.StateAt, Reason: p.Reason, HasReceipt: p.Receipt != "",
		NoReceipt: p.NoReceipt, Approvals: p.Approvals, Export: p.Export, Reference: p.Reference,
		Version: p.Revision, CreatedAt: p.CreatedAt,
	}
}

// ViewFor is the payment as the reader may see it: members are not told which
// of the staff approved it.
func (p Payment) ViewFor(a domain.Actor) PaymentView {
	v := p.View()
	if a.ID == p.Person {
		v.Approvals = slices.Clone(v.Approvals)
		for i := range v.Approvals {
			v.Approvals[i].By = staffWord
		}
	}
	return v
}

// Payments is the collection of payments.
var Payments = domain.Collection[Payment]{
	Name:   "payments",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "state", Fields: []string{"process", "state"}},
		{Name: "person", Fields: []string{"person"}},
	},
	Keys: func(p *Payment) map[string]any {
		return map[string]any{"process": p.Process, "state": string(p.State), "person": p.Person}
	},
	Shard: "id",
}

// EarnInput is what a person earned by being there.
type EarnInput struct {
	Session string `json:"session"`
	Pence   int64  `json:"pence"`
}

// Earn notes an honorarium for a session, once per person and session. Who
// chose not to be paid has it noted as declined.
func (s *Service) Earn(ctx context.Context, cmd domain.Command, person string, in EarnInput) (Payment, error) {
	p, _, err := s.access(ctx, cmd.Actor, person, domain.ServePeople, domain.RunSessions)
	if err != nil {
		return Payment{}, err
	}
	pr := domain.Problems{}
	pr.Need(in.Session != "", "session", "give the session")
	pr.Need(in.Pence > 0 && in.Pence <= 1_000_000, "pence", "give a sum between 1 penny and 10,000 pounds, in pence")
	if err := pr.Err(); err != nil {
		return Payment{}, err
	}
	pay := Payment{Root: domain.Root{ID: paymentID(person, in.Session)}, Process: p.Process, Person: person,
		Kind: Honorarium, Session: in.Session, Pence: in.Pence, State: Earned}
	if p.PaymentChoice == NoPay {
		pay.State, pay.Reason = NotPaid, "person_declined"
	}
	return s.addPayment(ctx, cmd, pay)
}

// EarnAllInput says what each session attended earns.
type EarnAllInput struct {
	PencePerSession int64 `json:"pence_per_session"`
}

// Earnings is what was newly earned.
type Earnings struct {
	Payments int   `json:"payments"`
	Pence    int64 `json:"pence"`
}

// EarnAll notes an honorarium for every session that a member attended and
// that was not noted before.
func (s *Service) EarnAll(ctx context.Context, cmd domain.Command, process string, in EarnAllInput) (Earnings, error) {
	var out Earnings
	if err := s.processAccess(ctx, cmd.Actor, process, domain.ServePeople); err != nil {
		return out, err
	}
	if s.d.Attendance == nil {
		return out, domain.E(domain.Conflict, "nobody keeps attendance here; note what each person earned one by one")
	}
	attended, err := s.d.Attendance(ctx, process)
	if err != nil {
		return out, err
	}
	for _, person := range slices.Sorted(maps.Keys(attended)) {
		for _, session := range attended[person] {
			if _, err := s.d.Payments.Get(ctx, paymentID(person, session)); err == nil {
				continue
			}
			sub := cmd.Sub(person + "/" + session)
			pay, err := s.Earn(ctx, sub, person, EarnInput{Session: session, Pence: in.PencePerSession})
			if err != nil {
				return out, err
			}
			out.Payments, out.Pence = out.Payments+1, out.Pence+pay.Pence
		}
	}
	return out, nil
}

func paymentID(person, session string) string { return domain.Derive("payment", person, session) }

// addPayment stores a new payment; the one that is there already is answered
// as it is.
func (s *Service) addPayment(ctx context.Context, cmd domain.Command, pay Payment) (Payment, error) {
	zero := func() Payment { return pay }
	return s.d.Payments.Upsert(ctx, pay.ID, zero, func(p *Payment) error {
		if p.Version > 0 {
			return domain.ErrNoChange
		}
		p.record(cmd, s.d.Clock.Now(), "payment."+string(p.State), nil)
		return nil
	})
}

func (p *Payment) record(cmd domain.Command, now time.Time, action string, data map[string]any) {
	if data == nil {
		data = map[string]any{}
	}
	data["state"], data["pence"], data["person"] = p.State, p.Pence, p.Person
	if p.StateAt.IsZero() {
		p.StateAt = now
	}
	cmd.Reason = ""
	p.Record(cmd, now, domain.Event{Chain: p.Process, Action: action, Subject: "payments:" + p.ID, Data: data})
}

// ClaimInput is an expense.
type ClaimInput struct {
	What      Private `json:"what"` // what it was for; sealed
	Pence     int64   `json:"pence"`
	Session   string  `json:"session,omitempty"`
	Receipt   []byte  `json:"receipt,omitempty"`    // the file itself; sealed
	NoReceipt string  `json:"no_receipt,omitempty"` // code: lost, mileage, machine_gave_none, ...
}

// LogValue hides the expense from logs.
func (ClaimInput) LogValue() slog.Value { return slog.StringValue(redacted) }

// maxReceipt bounds a receipt's file, in bytes.
const maxReceipt = 2 << 20

// Claim asks for an expense back. Up to the limit no receipt is needed, only
// a reason; above it there must be one.
func (s *Service) Claim(ctx context.Context, cmd domain.Command, person string, in ClaimInput) (Payment, error) {
	p, _, err := s.access(ctx, cmd.Actor, person, serve...)
	if err != nil {
		return Payment{}, err
	}
	if p.Status == Erased {
		return Payment{}, domain.E(domain.Conflict, "this person's data was erased; nothing more can be kept for them")
	}
	if err := s.checkClaim(in); err != nil {
		return Payment{}, err
	}
	id := cmd.ID("payment")
	if had, err := s.d.Payments.Get(ctx, id); err == nil {
		return had, nil
	} else if !domain.Is(err, domain.NotFound) {
		return Payment{}, err
	}
	pay := Payment{Root: domain.Root{ID: id}, Process: p.Process, Person: person, Kind: Expense, Session: in.Session,
		Pence: in.Pence, State: Claimed, NoReceipt: in.NoReceipt}
	if pay.What, err = s.seal(ctx, person, boundExpense+id, in.What); err != nil {
		return Payment{}, err
	}
	if len(in.Receipt) > 0 {
		if pay.Receipt, err = s.keepReceipt(ctx, person, id, in.Receipt); err != nil {
			return Payment{}, err
		}
	}
	return s.addPayment(ctx, cmd, pay)
}

func (s *Service) checkClaim(in ClaimInput) error {
	pr := domain.Problems{}
	pr.Need(in.What != "" && len(in.What) <= maxText, "what", "say what the money was spent on, in up to %d letters", maxText)
	pr.Need(in.Pence > 0 && in.Pence <= 1_000_000, "pence", "give a sum between 1 penny and 10,000 pounds, in pence")
	pr.Need(len(in.Receipt) <= maxReceipt, "receipt", "send a receipt of at most 2 MB")
	if len(in.Receipt) == 0 {
		pr.Need(in.Pence <= s.d.NoReceiptPence, "receipt", "add the receipt: without one we can pay back up to %d pence", s.d.NoReceiptPence)
		checkCode(pr, "no_receipt", in.NoReceipt)
	}
	return pr.Err()
}

// keepReceipt stores a receipt sealed: the file store itself keeps files as
// they are.
func (s *Service) keepReceipt(ctx context.Context, person, payment string, raw []byte) (string, error) {
	sealed, err := s.d.Vault.Seal(ctx, person, boundReceipt+payment, raw)
	if err != nil {
		return "", err
	}
	return s.d.Files.Put(ctx, "application/x-sealed", []byte(sealed))
}

// Receipt opens the receipt of an expense for whoever approves it, recorded
// as a look.
func (s *Service) Receipt(ctx context.Context, cmd domain.Command, payment string) ([]byte, error) {
	pay, ref, err := s.payment(ctx, cmd.Actor, payment, domain.ApprovePayment)
	if err != nil {
		return nil, err
	}
	if pay.Receipt == "" {
		return nil, domain.Hidden("receipt")
	}
	ev := domain.Event{Action: "payment.receipt_viewed", Subject: "payments:" + payment, Data: map[string]any{"purpose": "payment"}}
	if err := s.look(ctx, cmd, ref, ev); err != nil {
		return nil, err
	}
	sealed, _, err := s.d.Files.Get(ctx, pay.Receipt)
	if err != nil {
		return nil, err
	}
	return s.d.Vault.Open(ctx, pay.Person, boundReceipt+payment, domain.Sealed(sealed))
}

// payment finds a payment and authorises over it.
func (s *Service) payment(ctx context.Context, a domain.Actor, id string, perms ...domain.Permission) (Payment, domain.ProcessRef, error) {
	var ref domain.ProcessRef
	pay, err := s.d.Payments.Get(ctx, id)
	if domain.Is(err, domain.NotFound) {
		return Payment{}, ref, domain.Hidden("payment")
	}
	if err != nil {
		return Payment{}, ref, err
	}
	if ref, err = s.d.Processes.Ref(ctx, pay.Process); err != nil {
		return Payment{}, ref, err
	}
	if allow(a, ref, pay.Person, perms...) != nil {
		if domain.May(a, domain.ServePeople, ref.Scope()) {
			return Payment{}, ref, domain.Authorize(a, perms[0], ref.Scope())
		}
		return Payment{}, ref, domain.Hidden("payment")
	}
	return pay, ref, nil
}
