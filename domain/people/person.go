package people

import (
	"time"

	"folkmoot/domain"
)

// Person is one person in one process: a document of bounded size, whose
// personal parts are sealed.
type Person struct {
	domain.Root
	Process  string    `json:"process"`
	Body     string    `json:"body"`
	Status   Status    `json:"status"`
	Counted  Status    `json:"counted"` // as Status, but keeps its last value through erasure
	StatusAt time.Time `json:"status_at"`
	Reason   string    `json:"reason,omitempty"` // code of the last decline, withdrawal or ineligibility

	Source     string `json:"source,omitempty"`  // frame, code, text, page, staff, import
	Wave       string `json:"wave,omitempty"`    // invitation wave
	Area       string `json:"area,omitempty"`    // stratum of the frame
	Channel    string `json:"channel,omitempty"` // text, letter, email, phone
	NumberHash string `json:"number_hash,omitempty"`
	MailHash   string `json:"mail_hash,omitempty"` // as mailboxes are kept
	CodeHash   string `json:"code_hash,omitempty"`
	CodeTry    int    `json:"code_try,omitempty"`
	Household  string `json:"household,omitempty"`

	Identity domain.Sealed `json:"identity,omitempty"`
	Answers  domain.Sealed `json:"answers,omitempty"`
	Benefits domain.Sealed `json:"benefits,omitempty"`
	Bank     domain.Sealed `json:"bank,omitempty"`

	Draw        string     `json:"draw,omitempty"`
	Pseudonym   string     `json:"pseudonym,omitempty"` // in the public certificate of the draw
	Rank        int        `json:"rank,omitempty"`      // order among the reserves, from 1
	Replacement string     `json:"replacement,omitempty"`
	OfferDue    *time.Time `json:"offer_due,omitempty"`
	SeatedAt    time.Time  `json:"seated_at,omitzero"`    // when they first took a seat; stays through erasure, so that seats keep their numbers
	CannotCome  []string   `json:"cannot_come,omitempty"` // sessions they said they will miss

	Consent       *Consent   `json:"consent,omitempty"`
	Induction     *Induction `json:"induction,omitempty"`
	PaymentChoice string     `json:"payment_choice,omitempty"` // pay, decline, voucher
	Advice        string     `json:"advice,omitempty"`         // offered, taken, not_wanted
	Needs         []Need     `json:"needs,omitempty"`
	Removal       *Removal   `json:"removal,omitempty"`
	History       []Step     `json:"history,omitempty"`
	ErasedAt      *time.Time `json:"erased_at,omitempty"`
}

// Step is one change of status. The audit log says who made it.
type Step struct {
	From   Status    `json:"from,omitempty"`
	To     Status    `json:"to"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
	Spoke  string    `json:"spoke,omitempty"` // one of Spoken: staff made it, in the person's own words
}

// maxHistory is how many steps a row keeps; the oldest go first. The audit
// log keeps them all.
const maxHistory = 40

// Consent is the person's agreement to take part under a privacy notice.
type Consent struct {
	Version string    `json:"version"`
	At      time.Time `json:"at"`
}

// Induction says that the person was shown how the jury works.
type Induction struct {
	Kind string    `json:"kind"` // meeting, call, pack
	At   time.Time `json:"at"`
}

// Removal is a proposed or agreed removal for conduct.
type Removal struct {
	ProposedBy string        `json:"proposed_by"`
	ProposedAt time.Time     `json:"proposed_at"`
	Why        domain.Sealed `json:"why,omitempty"`
	AgreedBy   string        `json:"agreed_by,omitempty"`
}

// People is the collection of persons. Indexes: pages of a process by status;
// counts by counted status; who a number, code or household belongs to; whose
// offer runs out.
var People = domain.Collection[Person]{
	Name:   "people",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "status", Fields: []string{"process", "status"}},
		{Name: "counted", Fields: []string{"process", "counted"}},
		{Name: "number", Fields: []string{"number", "process"}},
		{Name: "code", Fields: []string{"code"}},
		{Name: "household", Fields: []string{"process", "household"}},
		{Name: "offer_due", Fields: []string{"offer_due"}},
	},
	Keys:  personKeys,
	Shard: "id",
}

func personKeys(p *Person) map[string]any {
	keys := map[string]any{"process": p.Process, "status": string(p.Status), "counted": string(p.Counted)}
	for field, v := range map[string]string{"number": p.NumberHash, "code": p.CodeHash, "household": p.Household} {
		if v != "" {
			keys[field] = v
		}
	}
	if p.Status == Offered && p.OfferDue != nil {
		keys["offer_due"] = *p.OfferDue
	}
	return keys
}

// PersonID is the id of a person known by a natural key: "frame" with a row's
// reference, "number" with a number's lookup hash.
func PersonID(process, kind, key string) string {
	return domain.Derive("person", process, kind, key)
}

// View is what may be shown of a row without a look at identity.
type View struct {
	ID            string     `json:"id"`
	Process       string     `json:"process"`
	Status        Status     `json:"status"`
	StatusAt      time.Time  `json:"status_at"`
	Reason        string     `json:"reason,omitempty"`
	Source        string     `json:"source,omitempty"`
	Wave          string     `json:"wave,omitempty"`
	Area          string     `json:"area,omitempty"`
	Channel       string     `json:"channel,omitempty"`
	Reachable     bool       `json:"reachable"` // by text
	Draw          string     `json:"draw,omitempty"`
	Pseudonym     string     `json:"pseudonym,omitempty"`
	Rank          int        `json:"rank,omitempty"`
	Replacement   string     `json:"replacement,omitempty"`
	OfferDue      *time.Time `json:"offer_due,omitempty"`
	CannotCome    []string   `json:"cannot_come,omitempty"`
	Consent       *Consent   `json:"consent,omitempty"`
	Induction     *Induction `json:"induction,omitempty"`
	PaymentChoice string     `json:"payment_choice,omitempty"`
	Advice        string     `json:"advice,omitempty"`
	BankKnown     bool       `json:"bank_known"`
	Needs         []NeedView `json:"needs,omitempty"`
	RemovalBy     string     `json:"removal_proposed_by,omitempty"`
	History       []Step     `json:"history,omitempty"`
	ErasedAt      *time.Time `json:"erased_at,omitempty"`
	Version       int64      `json:"version"`
	CreatedAt     time.Time  `json:"created_at"`
	UpdatedAt     time.Time  `json:"updated_at"`
}

// View is the row without what is sealed.
func (p Person) View() View {
	v := View{
		ID: p.ID, Process: p.Process, Status: p.Status, StatusAt: p.StatusAt, Reason: p.Reason,
		Source: p.Source, Wave: p.Wave, Area: p.Area, Channel: p.Channel, Reachable: p.NumberHash != "",
		Draw: p.Draw, Pseudonym: p.Pseudonym, Rank: p.Rank, Replacement: p.Replacement,
		OfferDue: p.OfferDue, CannotCome: p.CannotCome, Consent: p.Consent, Induction: p.Induction,
		PaymentChoice: p.PaymentChoice, Advice: p.Advice, BankKnown: p.Bank != "",
		History: p.History, ErasedAt: p.ErasedAt, Version: p.Revision, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
	for _, n := range p.Needs {
		v.Needs = append(v.Needs, n.View())
	}
	if p.Removal != nil {
		v.RemovalBy = p.Removal.ProposedBy
	}
	return v
}

// ViewFor is the row as the reader may see it: members are not told which of
// the staff did what.
func (p Person) ViewFor(a domain.Actor) View {
	v := p.View()
	if a.ID == p.ID && v.RemovalBy != "" {
		v.RemovalBy = staffWord
	}
	return v
}

// move sets a status and notes the step; conflict when the table has no such
// move.
func (p *Person) move(to Status, now time.Time, reason string) error {
	if !CanMove(p.Status, to) {
		return p.cannot(to)
	}
	p.History = append(p.History, Step{From: p.Status, To: to, At: now, Reason: reason})
	if over := len(p.History) - maxHistory; over > 0 {
		p.History = append([]Step(nil), p.History[over:]...)
	}
	p.Status, p.StatusAt, p.Reason = to, now, reason
	if to != Erased {
		p.Counted = to
	}
	if to == Confirmed && p.SeatedAt.IsZero() {
		p.SeatedAt = now
	}
	if to != Offered {
		p.OfferDue = nil
	}
	return nil
}

func (p *Person) cannot(to Status) error {
	return domain.E(domain.Conflict, "a person who is %s cannot become %s; look at where they stand now and try again",
		words(p.Status), words(to))
}
