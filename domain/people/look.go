package people

import (
	"context"
	"log/slog"
	"time"

	"folkmoot/domain"
)

// Purposes are why a look at personal data is taken. Free text is not taken:
// it would carry personal facts into the audit log.
var Purposes = []string{
	"phone_call", "letter", "eligibility", "duplicate_check", "support", "draw", "replacement", "report", "payment",
	"complaint", "safeguarding", "correction", "erasure", "subject_access", "import_check", "attendance",
}

// look records that somebody is about to see personal data. Nothing may be
// opened unless it answers nil.
func (s *Service) look(ctx context.Context, cmd domain.Command, ref domain.ProcessRef, ev domain.Event) error {
	now := s.d.Clock.Now()
	ev.Chain, ev.At, ev.Actor, ev.Via = ref.ID, now, cmd.Actor.ID, cmd.Actor.Via
	ev.Roles = cmd.Actor.RolesIn(ref.Scope())
	if ev.Roles == nil {
		ev.Roles = []domain.Role{}
	}
	ev.ID = domain.Derive("look", cmd.Key, cmd.Actor.ID, ev.Action, ev.Subject, now.Format(time.RFC3339Nano))
	if err := s.d.Audit.Append(ctx, ev); err != nil {
		return domain.E(domain.Unavailable, "this look could not be recorded, so nothing is shown; try again in a minute").Because(err)
	}
	return nil
}

func checkPurpose(purpose string) error {
	pr := domain.Problems{}
	checkOneOf(pr, "purpose", purpose, Purposes)
	return pr.Err()
}

// Identity answers who a person is and how to reach them. The look is
// recorded first. A person may see their own without a record.
func (s *Service) Identity(ctx context.Context, cmd domain.Command, id, purpose string) (Identity, error) {
	p, ref, err := s.access(ctx, cmd.Actor, id, domain.ViewIdentity, domain.SelfServe)
	if err != nil {
		return Identity{}, err
	}
	if !self(cmd.Actor, ref, id) {
		if err := checkPurpose(purpose); err != nil {
			return Identity{}, err
		}
		ev := domain.Event{Action: "person.identity_viewed", Subject: "people:" + id, Data: map[string]any{"purpose": purpose}}
		if err := s.look(ctx, cmd, ref, ev); err != nil {
			return Identity{}, err
		}
	}
	return s.identityOf(ctx, p)
}

func self(a domain.Actor, ref domain.ProcessRef, person string) bool {
	scope := ref.Scope()
	scope.Person = person
	return a.ID == person && a.Holds(domain.Member, scope)
}

// IdentitiesInput asks for a page of identities: a call list, a batch of
// letters.
type IdentitiesInput struct {
	ListInput
	Purpose string `json:"purpose"`
}

// Entry is one person of such a page.
type Entry struct {
	Person   string   `json:"person"`
	Status   Status   `json:"status"`
	Channel  string   `json:"channel,omitempty"`
	Code     Private  `json:"code,omitempty"` // of those who were sent a letter code
	Identity Identity `json:"identity"`
}

// LogValue hides the person from logs.
func (e Entry) LogValue() slog.Value { return slog.StringValue(e.Person) }

// IdentityPage is a page of identities.
type IdentityPage struct {
	Items []Entry       `json:"items"`
	Next  domain.Cursor `json:"next,omitempty"`
}

// LogValue hides the persons from logs.
func (p IdentityPage) LogValue() slog.Value { return slog.IntValue(len(p.Items)) }

// Identities answers a page of identities, recorded as one look that names
// the rows.
func (s *Service) Identities(ctx context.Context, cmd domain.Command, process string, in IdentitiesInput) (IdentityPage, error) {
	out := IdentityPage{Items: []Entry{}}
	ref, err := s.d.Processes.Ref(ctx, process)
	if err != nil {
		return out, err
	}
	if err := domain.Authorize(cmd.Actor, domain.ViewIdentity, ref.Scope()); err != nil {
		return out, err
	}
	if err := checkPurpose(in.Purpose); err != nil {
		return out, err
	}
	q, err := in.query(process)
	if err != nil {
		return out, err
	}
	rows, next, err := s.d.People.Page(ctx, q)
	if err != nil {
		return out, err
	}
	if err := s.look(ctx, cmd, ref, lookOver("person.identities_viewed", in.Purpose, process, rows)); err != nil {
		return out, err
	}
	for _, p := range rows {
		e, err := s.entry(ctx, p)
		if err != nil {
			return IdentityPage{}, err
		}
		out.Items = append(out.Items, e)
	}
	out.Next = next
	return out, nil
}

func (s *Service) entry(ctx context.Context, p Person) (Entry, error) {
	e := Entry{Person: p.ID, Status: p.Status, Channel: p.Channel}
	if p.CodeHash != "" {
		e.Code = Private(s.LetterCode(p))
	}
	var err error
	if p.Status != Erased {
		e.Identity, err = s.identityOf(ctx, p)
	}
	return e, err
}

// lookOver names up to a page of rows, and counts more.
func lookOver(action, purpose, process string, rows []Person) domain.Event {
	data := map[string]any{"purpose": purpose, "count": len(rows)}
	if len(rows) <= maxPage {
		ids := make([]string, len(rows))
		for i, p := range rows {
			ids[i] = p.ID
		}
		data["people"] = ids
	}
	return domain.Event{Action: action, Subject: "processes:" + process, Data: data}
}

// Candidate is one person of the pool with what the draw may look at.
type Candidate struct {
	Person    string  `json:"person"`
	Status    Status  `json:"status"`
	Household string  `json:"household,omitempty"`
	Area      string  `json:"area,omitempty"`
	Answers   Answers `json:"answers"`
}

// LogValue hides the person from logs.
func (c Candidate) LogValue() slog.Value { return slog.StringValue(c.Person) }

// Features answers the candidates of some statuses, sorted by id, recorded as
// a look before any is opened. It is what draws and counts are made from.
func (s *Service) Features(ctx context.Context, cmd domain.Command, process string, statuses ...Status) ([]Candidate, error) {
	ref, err := s.d.Processes.Ref(ctx, process)
	if err != nil {
		return nil, err
	}
	if err := domain.Authorize(cmd.Actor, domain.Recruit, ref.Scope()); err != nil {
		return nil, err
	}
	ev := domain.Event{Action: "person.features_read", Subject: "processes:" + process, Data: map[string]any{"statuses": statuses}}
	if err := s.look(ctx, cmd, ref, ev); err != nil {
		return nil, err
	}
	out := []Candidate{}
	for p, err := range s.Of(ctx, process, statuses...) {
		if err != nil {
			return nil, err
		}
		if p.Status == Erased {
			continue
		}
		answers, err := s.Answers(ctx, p)
		if err != nil {
			return nil, err
		}
		out = append(out, Candidate{Person: p.ID, Status: p.Status, Household: p.Household, Area: p.Area, Answers: answers})
	}
	sortCandidates(out)
	return out, nil
}

// Recipient is what a sender needs to reach a person.
type Recipient struct {
	Person     string  `json:"person"`
	Process    string  `json:"process"`
	Status     Status  `json:"status"`
	Channel    string  `json:"channel"`
	NumberHash string  `json:"number_hash,omitempty"`
	Code       Private `json:"code,omitempty"`
	Identity
}

// LogValue hides the person from logs.
func (r Recipient) LogValue() slog.Value { return slog.StringValue(r.Person) }

// Recipient answers how to reach a person; not_found once they are erased. It
// is for the program's own senders: it asks no permission, and its answer
// must never be handed to a door.
func (s *Service) Recipient(ctx context.Context, id string) (Recipient, error) {
	p, err := s.d.People.Get(ctx, id)
	if domain.Is(err, domain.NotFound) || err == nil && p.Status == Erased {
		return Recipient{}, domain.Hidden("person")
	}
	if err != nil {
		return Recipient{}, err
	}
	r := Recipient{Person: p.ID, Process: p.Process, Status: p.Status, Channel: p.Channel, NumberHash: p.NumberHash}
	if p.CodeHash != "" {
		r.Code = Private(s.LetterCode(p))
	}
	r.Identity, err = s.identityOf(ctx, p)
	return r, err
}

// SupportRow is one need of one person.
type SupportRow struct {
	Person string `json:"person"`
	Status Status `json:"status"`
	NeedView
	What What `json:"what"`
}

// LogValue hides the need from logs.
func (r SupportRow) LogValue() slog.Value { return slog.StringValue(r.Person) }

// SupportQuery asks what the seated need.
type SupportQuery struct {
	Person  string `json:"person,omitempty"`
	Session string `json:"session,omitempty"` // with those for all sessions
	State   string `json:"state,omitempty"`
}

// SupportNeeds answers what those who hold a seat (or one person) need, for
// those who arrange it. Recorded as a look.
func (s *Service) SupportNeeds(ctx context.Context, cmd domain.Command, process string, in SupportQuery) ([]SupportRow, error) {
	ref, err := s.d.Processes.Ref(ctx, process)
	if err != nil {
		return nil, err
	}
	if err := allow(cmd.Actor, ref, in.Person, domain.ViewIdentity, domain.SelfServe); err != nil {
		return nil, err
	}
	rows, err := s.needy(ctx, ref.ID, in.Person)
	if err != nil {
		return nil, err
	}
	if in.Person == "" || !self(cmd.Actor, ref, in.Person) {
		if err := s.look(ctx, cmd, ref, lookOver("person.support_viewed", "support", process, rows)); err != nil {
			return nil, err
		}
	}
	out := []SupportRow{}
	for _, p := range rows {
		if out, err = s.supportOf(ctx, out, p, in); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// needy are the rows that a support query is about.
func (s *Service) needy(ctx context.Context, process, person string) ([]Person, error) {
	if person != "" {
		p, err := s.d.People.Get(ctx, person)
		if domain.Is(err, domain.NotFound) || err == nil && p.Process != process {
			return nil, domain.Hidden("person")
		}
		return []Person{p}, err
	}
	var out []Person
	for p, err := range s.Of(ctx, process, append([]Status{Selected, Offered}, Seated...)...) {
		if err != nil {
			return nil, err
		}
		if len(p.Needs) > 0 {
			out = append(out, p)
		}
	}
	return out, nil
}

func (s *Service) supportOf(ctx context.Context, out []SupportRow, p Person, in SupportQuery) ([]SupportRow, error) {
	for _, n := range p.Needs {
		if in.Session != "" && n.Session != "" && n.Session != in.Session || in.State != "" && n.State != in.State {
			continue
		}
		row := SupportRow{Person: p.ID, Status: p.Status, NeedView: n.View()}
		if err := s.open(ctx, p.ID, boundNeed+n.ID, n.What, &row.What); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}
