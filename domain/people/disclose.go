package people

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// Disclosure is everything held on one person, for a subject access request.
// Staff are named by role alone; other people's numbers and email addresses
// in free text are taken out.
type Disclosure struct {
	Person    string                     `json:"person"`
	Process   string                     `json:"process"`
	Made      time.Time                  `json:"made"`
	Row       View                       `json:"row"`
	Identity  Identity                   `json:"identity"`
	Former    []Private                  `json:"former_numbers,omitempty"`
	Answers   Answers                    `json:"answers,omitempty"`
	Benefits  *bool                      `json:"receives_benefits,omitempty"`
	Bank      *BankDetails               `json:"bank_details,omitempty"`
	Support   []SupportRow               `json:"support,omitempty"`
	Removal   Private                    `json:"removal_reason,omitempty"`
	Payments  []PaymentView              `json:"payments,omitempty"`
	Expenses  map[string]Private         `json:"expenses,omitempty"` // payment id -> what it was for
	Elsewhere map[string]json.RawMessage `json:"elsewhere,omitempty"`
	Notes     []string                   `json:"notes"`

	line string // the organisers' telephone line
}

// LogValue hides the person from logs.
func (d Disclosure) LogValue() slog.Value { return slog.StringValue(d.Person) }

// Format hides the person from formatted text.
func (d Disclosure) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("disclosure of " + d.Person)) }

// Disclose answers everything held on one person, to themselves or to an
// organiser who answers their request. It is recorded before it is opened.
func (s *Service) Disclose(ctx context.Context, cmd domain.Command, id string) (Disclosure, error) {
	p, ref, err := s.access(ctx, cmd.Actor, id, domain.Erase, domain.SelfServe)
	if err != nil {
		return Disclosure{}, err
	}
	ev := domain.Event{Action: "person.disclosed", Subject: "people:" + id, Data: map[string]any{"purpose": "subject_access"}}
	if err := s.look(ctx, cmd, ref, ev); err != nil {
		return Disclosure{}, err
	}
	d := Disclosure{line: ref.Phone, Person: id, Process: p.Process, Made: s.d.Clock.Now(), Row: p.ViewFor(domain.Actor{ID: id}), Notes: []string{
		"Staff are shown by what they did, not by name. Other people's numbers and email addresses were taken out.",
		"The audit log holds the times and kinds of these changes under the person's id, without names or text.",
	}}
	if p.Status == Erased {
		d.Notes = append(d.Notes, "This person's data was erased. Only the id, the times and the counted status are held.")
	} else if err := s.discloseSealed(ctx, p, &d); err != nil {
		return Disclosure{}, err
	}
	if err := s.disclosePayments(ctx, p, &d); err != nil {
		return Disclosure{}, err
	}
	return d, s.discloseElsewhere(ctx, p, &d)
}

// staffWord stands for whoever of the staff it was.
const staffWord = "staff"

func (s *Service) discloseSealed(ctx context.Context, p Person, d *Disclosure) error {
	h, err := s.heldOn(ctx, p)
	if err != nil {
		return err
	}
	d.Identity, d.Former = h.Identity, h.Former
	if d.Answers, err = s.Answers(ctx, p); err != nil {
		return err
	}
	redact := d.redactor()
	for k, v := range d.Answers {
		d.Answers[k] = redact(v)
	}
	if d.Support, err = s.supportOf(ctx, nil, p, SupportQuery{}); err != nil {
		return err
	}
	for i := range d.Support {
		d.Support[i].What.Detail = Private(redact(string(d.Support[i].What.Detail)))
	}
	if p.Removal != nil {
		if err := s.open(ctx, p.ID, boundRemoval, p.Removal.Why, &d.Removal); err != nil {
			return err
		}
		d.Removal = Private(redact(string(d.Removal)))
	}
	if err := s.open(ctx, p.ID, boundBenefits, p.Benefits, &d.Benefits); err != nil {
		return err
	}
	return s.open(ctx, p.ID, boundBank, p.Bank, &d.Bank)
}

func (s *Service) disclosePayments(ctx context.Context, p Person, d *Disclosure) error {
	pays, err := s.paymentsOf(ctx, p.ID)
	if err != nil {
		return err
	}
	redact := d.redactor()
	for _, pay := range pays {
		d.Payments = append(d.Payments, pay.ViewFor(domain.Actor{ID: p.ID}))
		if pay.What == "" || p.Status == Erased {
			continue
		}
		var what Private
		if err := s.open(ctx, p.ID, boundExpense+pay.ID, pay.What, &what); err != nil {
			return err
		}
		if d.Expenses == nil {
			d.Expenses = map[string]Private{}
		}
		d.Expenses[pay.ID] = Private(redact(string(what)))
	}
	return nil
}

func (s *Service) discloseElsewhere(ctx context.Context, p Person, d *Disclosure) error {
	for _, h := range s.d.Holdings {
		name, data, err := h.HoldsOn(ctx, p.Process, p.ID, p.NumberHash)
		if err != nil {
			return err
		}
		if data == nil {
			continue
		}
		raw, err := redactJSON(data, d.redactor())
		if err != nil {
			return domain.E(domain.Internal, "what %s holds cannot be written down", name).Because(err)
		}
		if d.Elsewhere == nil {
			d.Elsewhere = map[string]json.RawMessage{}
		}
		d.Elsewhere[name] = raw
	}
	return nil
}

// redactJSON writes data down with its free text redacted.
func redactJSON(data any, redact func(string) string) (json.RawMessage, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(redactTexts(v, redact))
}

var (
	anyEmail  = regexp.MustCompile(`[^\s@<>"',;]+@[^\s@<>"',;]+`)
	anyNumber = regexp.MustCompile(`\+?[0-9][0-9 ()\-]{7,}[0-9]`)
)

// fewest is how many digits a telephone number has at least; dates have less.
const fewest = 9

// redactor takes numbers and email addresses out of a text that are neither
// the person's own nor the organisers' line.
func (d *Disclosure) redactor() func(string) string {
	own := []string{digits(string(d.Identity.Number)), digits(d.line)}
	for _, n := range d.Former {
		own = append(own, digits(string(n)))
	}
	number := func(v string) string {
		got := strings.TrimPrefix(digits(v), "0")
		for _, mine := range own {
			if len(got) < fewest || mine != "" && strings.HasSuffix(mine, got) {
				return v
			}
		}
		return "[another person]"
	}
	email := func(v string) string {
		own := func(mine Private) bool { return strings.EqualFold(v, string(mine)) }
		if own(d.Identity.Email) || slices.ContainsFunc(d.Former, own) {
			return v
		}
		return "[another person]"
	}
	return func(text string) string {
		return anyNumber.ReplaceAllStringFunc(anyEmail.ReplaceAllStringFunc(text, email), number)
	}
}

// redactTexts redacts every string with a space in it: free text, not ids and
// times.
func redactTexts(v any, redact func(string) string) any {
	switch x := v.(type) {
	case string:
		if strings.Contains(x, " ") {
			return redact(x)
		}
	case []any:
		for i := range x {
			x[i] = redactTexts(x[i], redact)
		}
	case map[string]any:
		for k := range x {
			x[k] = redactTexts(x[k], redact)
		}
	}
	return v
}

func digits(v string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, v)
}
