package retention

import (
	"context"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// The states of an erasure.
const (
	Requested       = "requested"
	IdentityChecked = "identity_checked"
	Executed        = "executed"
	Confirmed       = "confirmed"
	Refused         = "refused"
)

// Erasure is one entry of the log of erasures. It holds no personal data.
type Erasure struct {
	domain.Root
	Process     string     `json:"process"`
	Person      string     `json:"person"`
	State       string     `json:"state"`
	Cause       string     `json:"cause"`         // request, restore, or the kind of data whose time was up
	Via         string     `json:"via,omitempty"` // how it was asked for: sms, web, api
	RequestedAt time.Time  `json:"requested_at"`
	Due         time.Time  `json:"due"`               // by when the law asks for an answer
	Checked     string     `json:"checked,omitempty"` // how the identity was checked
	StartedAt   *time.Time `json:"started_at,omitempty"`
	ExecutedAt  *time.Time `json:"executed_at,omitempty"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
	Reason      string     `json:"reason,omitempty"` // code of a refusal
}

// Erasures is the collection of erasures. Indexes: open requests of a process
// by when they are due; begun ones, for Tick; the whole log in time.
var Erasures = domain.Collection[Erasure]{
	Name:   "erasures",
	Schema: 2, // 2: "begun" holds those of a purge until they are confirmed
	Upgrade: []func(map[string]any) error{
		func(map[string]any) error { return nil },
	},
	Indexes: []domain.Index{
		{Name: "process", Fields: []string{"process", "state"}},
		{Name: "begun", Fields: []string{"begun"}},
		{Name: "log", Fields: []string{"executed_at"}},
	},
	Keys: func(e *Erasure) map[string]any {
		keys := map[string]any{"process": e.Process, "state": e.State}
		if e.ExecutedAt != nil {
			keys["executed_at"] = *e.ExecutedAt
		}
		if e.StartedAt != nil && (e.State == IdentityChecked || e.State == Executed && e.Cause != byRequest) {
			keys["begun"] = *e.StartedAt
		}
		return keys
	},
	Shard: "id",
}

// byRequest is the cause of an erasure that somebody asked for; a person
// confirms it. What a purge erased is confirmed by itself.
const byRequest = "request"

func erasureID(person string) string { return domain.Derive("erasure", person) }

// answerMonths is how long a body has to answer: UK GDPR article 12(3).
const answerMonths = 1

// RequestErasure notes that a person wants their data erased.
func (s *Service) RequestErasure(ctx context.Context, cmd domain.Command, person string) (Erasure, error) {
	ref, err := s.person(ctx, cmd.Actor, person, domain.ServePeople, domain.SelfServe)
	if err != nil {
		return Erasure{}, err
	}
	return s.open(ctx, cmd, ref, person, byRequest)
}

// open makes the entry, once per person; a refused request may be made again.
func (s *Service) open(ctx context.Context, cmd domain.Command, ref domain.ProcessRef, person, cause string) (Erasure, error) {
	id := erasureID(person)
	zero := func() Erasure { return Erasure{Root: domain.Root{ID: id}, Process: ref.ID, Person: person} }
	return s.d.Erasures.Upsert(ctx, id, zero, func(e *Erasure) error {
		if e.Done(cmd) || e.State != "" && e.State != Refused {
			return domain.ErrNoChange
		}
		now := s.d.Clock.Now()
		e.State, e.Cause, e.Via, e.RequestedAt, e.Due, e.Reason = Requested, cause, cmd.Actor.Via, now, now.AddDate(0, answerMonths, 0), ""
		e.record(cmd, now, "erasure.requested")
		if cause == byRequest {
			e.Emit(cmd, domain.EffectNotice, "asked", now, domain.NoticeData{
				Process: ref.ID, Body: ref.Body, Role: domain.Organiser, Kind: "erasure_requested", Subject: "erasures:" + id})
		}
		return nil
	})
}

func (e *Erasure) record(cmd domain.Command, now time.Time, action string) {
	cmd.Reason = ""
	e.Record(cmd, now, domain.Event{Chain: e.Process, Action: action, Subject: "people:" + e.Person,
		Data: map[string]any{"erasure": e.ID, "cause": e.Cause}})
}

// Checks lists how an identity can be checked.
var Checks = []string{"signed_in", "called_back", "letter_code", "in_person", "known_number"}

// CheckInput says how the identity was checked.
type CheckInput struct {
	How string `json:"how"` // signed_in, called_back, letter_code, in_person, known_number
}

// CheckIdentity notes that whoever asked is the person.
func (s *Service) CheckIdentity(ctx context.Context, cmd domain.Command, id string, in CheckInput) (Erasure, error) {
	pr := domain.Problems{}
	pr.Need(slices.Contains(Checks, in.How), "how", "choose one of: %s", strings.Join(Checks, ", "))
	if err := pr.Err(); err != nil {
		return Erasure{}, err
	}
	return s.step(ctx, cmd, id, domain.ServePeople, func(e *Erasure, now time.Time) error {
		if err := e.must(Requested); err != nil {
			return err
		}
		e.State, e.Checked = IdentityChecked, in.How
		e.record(cmd, now, "erasure.identity_checked")
		return nil
	})
}

// RefuseInput says why a request is refused.
type RefuseInput struct {
	Reason string `json:"reason"` // code: legal_hold, not_the_person, taken_back
}

// Refuse ends a request that cannot or need not be carried out.
func (s *Service) Refuse(ctx context.Context, cmd domain.Command, id string, in RefuseInput) (Erasure, error) {
	pr := domain.Problems{}
	of := []string{"legal_hold", "not_the_person", "taken_back"}
	pr.Need(slices.Contains(of, in.Reason), "reason", "choose one of: %s", strings.Join(of, ", "))
	if err := pr.Err(); err != nil {
		return Erasure{}, err
	}
	return s.step(ctx, cmd, id, domain.Erase, func(e *Erasure, now time.Time) error {
		if err := e.must(Requested, IdentityChecked); err != nil {
			return err
		}
		if e.StartedAt != nil {
			return domain.E(domain.Conflict, "this erasure has begun and can only be finished")
		}
		e.State, e.Reason = Refused, in.Reason
		e.record(cmd, now, "erasure.refused")
		return nil
	})
}

func (e *Erasure) must(states ...string) error {
	if slices.Contains(states, e.State) {
		return nil
	}
	return domain.E(domain.Conflict, "this erasure is %s; that step comes when it is %s", strings.ReplaceAll(e.State, "_", " "),
		strings.ReplaceAll(strings.Join(states, " or "), "_", " "))
}

// entry finds an entry and authorises over its process.
func (s *Service) entry(ctx context.Context, a domain.Actor, id string, perms ...domain.Permission) (Erasure, domain.ProcessRef, error) {
	e, err := s.d.Erasures.Get(ctx, id)
	if domain.Is(err, domain.NotFound) {
		return Erasure{}, domain.ProcessRef{}, domain.Hidden("erasure")
	}
	if err != nil {
		return Erasure{}, domain.ProcessRef{}, err
	}
	ref, err := s.process(ctx, a, e.Process, perms...)
	if domain.Is(err, domain.NotFound) || err != nil && !domain.May(a, domain.ServePeople, ref.Scope()) {
		err = domain.Hidden("erasure")
	}
	return e, ref, err
}

func (s *Service) step(ctx context.Context, cmd domain.Command, id string, perm domain.Permission, do func(*Erasure, time.Time) error) (Erasure, error) {
	if _, _, err := s.entry(ctx, cmd.Actor, id, perm); err != nil {
		return Erasure{}, err
	}
	return s.d.Erasures.Update(ctx, id, func(e *Erasure) error {
		if e.Done(cmd) {
			return domain.ErrNoChange
		}
		return do(e, s.d.Clock.Now())
	})
}

// Execute erases the person: it notes that it begins, has every eraser erase,
// and notes that it is done. When it breaks off, Tick takes it up again. A
// legal hold stops it before it begins.
func (s *Service) Execute(ctx context.Context, cmd domain.Command, id string) (Erasure, error) {
	e, ref, err := s.entry(ctx, cmd.Actor, id, domain.Erase)
	if err != nil || e.State == Executed || e.State == Confirmed {
		return e, err
	}
	if err := e.must(IdentityChecked); err != nil {
		return e, err
	}
	if err := s.free(ctx, ref, e.Person); err != nil {
		return e, err
	}
	e, err = s.d.Erasures.Update(ctx, id, func(e *Erasure) error {
		if e.StartedAt != nil {
			return domain.ErrNoChange
		}
		now := s.d.Clock.Now()
		e.StartedAt = &now
		e.Touch(cmd.Sub("begin"), now)
		return nil
	})
	if err != nil {
		return e, err
	}
	return s.finish(ctx, cmd, e)
}

// free is a conflict while a legal hold lies on the person or the process.
func (s *Service) free(ctx context.Context, ref domain.ProcessRef, person string) error {
	held, err := s.holds.Held(ctx, ref.ID, person)
	if err != nil {
		return err
	}
	var g domain.Guard
	g.Need(!held && !ref.LegalHold, domain.Missing{Item: "no_legal_hold", Who: domain.Organiser,
		Need: "the legal hold on this data released", Where: "/api/v1/processes/" + ref.ID + "/holds"})
	return g.Err("erasing this data")
}

// finish erases and notes it. It may run any number of times.
func (s *Service) finish(ctx context.Context, cmd domain.Command, e Erasure) (Erasure, error) {
	for _, er := range s.d.Erasers {
		if err := er.EraseSubject(ctx, cmd.Sub("erase"), e.Person); err != nil {
			return e, err
		}
	}
	return s.d.Erasures.Update(ctx, e.ID, func(e *Erasure) error {
		if e.State == Executed || e.State == Confirmed {
			return domain.ErrNoChange
		}
		now := s.d.Clock.Now()
		e.State, e.ExecutedAt = Executed, &now
		e.record(cmd, now, "erasure.executed")
		return nil
	})
}

// Confirm proves an erasure: it is confirmed only when every eraser says that
// nothing can be read any more.
func (s *Service) Confirm(ctx context.Context, cmd domain.Command, id string) (Erasure, error) {
	e, _, err := s.entry(ctx, cmd.Actor, id, domain.Erase)
	if err != nil || e.State == Confirmed {
		return e, err
	}
	if err := e.must(Executed); err != nil {
		return e, err
	}
	if gone, err := s.gone(ctx, e.Person); err != nil || !gone {
		if err == nil {
			err = domain.E(domain.Conflict, "something on this person can still be read; the erasure runs again by itself, try later")
		}
		return e, err
	}
	return s.d.Erasures.Update(ctx, id, func(e *Erasure) error {
		if e.State == Confirmed {
			return domain.ErrNoChange
		}
		now := s.d.Clock.Now()
		e.State, e.ConfirmedAt = Confirmed, &now
		e.record(cmd, now, "erasure.confirmed")
		return nil
	})
}

// ErasurePage is a page of the log.
type ErasurePage struct {
	Items []Erasure     `json:"items"`
	Next  domain.Cursor `json:"next,omitempty"`
}

// ListInput asks for a page of a process's erasures.
type ListInput struct {
	State string        `json:"state,omitempty"`
	After domain.Cursor `json:"after,omitempty"`
	Limit int           `json:"limit,omitempty"` // 1 to 200; 50 when 0
}

// ListErasures answers a page of a process's erasures.
func (s *Service) ListErasures(ctx context.Context, a domain.Actor, process string, in ListInput) (ErasurePage, error) {
	out := ErasurePage{Items: []Erasure{}}
	if _, err := s.process(ctx, a, process, domain.ServePeople, domain.ViewAudit); err != nil {
		return out, err
	}
	pr := domain.Problems{}
	states := []string{Requested, IdentityChecked, Executed, Confirmed, Refused}
	pr.Need(in.State == "" || slices.Contains(states, in.State), "state", "choose one of: %s", strings.Join(states, ", "))
	pr.Need(in.Limit >= 0 && in.Limit <= 200, "limit", "ask for 1 to 200 rows")
	if err := pr.Err(); err != nil {
		return out, err
	}
	q := domain.Query{Index: "process", Equal: []any{process}, After: in.After, Limit: in.Limit}
	if in.State != "" {
		q.Equal = append(q.Equal, in.State)
	}
	if in.Limit == 0 {
		q.Limit = 50
	}
	rows, next, err := s.d.Erasures.Page(ctx, q)
	out.Items, out.Next = append(out.Items, rows...), next
	return out, err
}

// Erasure answers one entry: the proof of an erasure, which holds no personal
// data.
func (s *Service) Erasure(ctx context.Context, a domain.Actor, id string) (Erasure, error) {
	e, _, err := s.entry(ctx, a, id, domain.ServePeople, domain.ViewAudit)
	if err != nil {
		return Erasure{}, err
	}
	return e, nil
}

// Log answers the ids of everybody erased since a time, oldest first: what a
// restored backup must be brought up to date with before it serves.
func (s *Service) Log(ctx context.Context, since time.Time) ([]string, error) {
	q := domain.Query{Index: "log"}
	if !since.IsZero() {
		q.From = domain.Milli(since)
	}
	var out []string
	for e, err := range s.d.Erasures.Find(ctx, q) {
		if err != nil {
			return nil, err
		}
		out = append(out, e.Person)
	}
	return out, nil
}

// Reapply erases persons again after a restore, and enters them in the log
// where the restored one does not have them; those who are unknown there are
// left out. It answers how many were erased. A legal hold that the backup
// brought back is a conflict: the row stays until the hold is released.
func (s *Service) Reapply(ctx context.Context, cmd domain.Command, persons []string) (int, error) {
	n := 0
	for _, id := range persons {
		gone, err := s.gone(ctx, id)
		if err != nil {
			return n, err
		}
		if gone {
			continue
		}
		process, _, err := s.d.People.Locate(ctx, id)
		if err != nil {
			return n, err
		}
		cmd := cmd.Sub(id)
		e, err := s.begin(ctx, cmd, process, id, "restore")
		if err != nil {
			return n, err
		}
		if e, err = s.finish(ctx, cmd, e); err != nil {
			return n, err
		}
		n++
		if _, err := s.Confirm(ctx, cmd.Sub("confirm"), e.ID); err != nil {
			return n, err
		}
	}
	return n, nil
}

// gone reports whether nothing on a person can be read any more.
func (s *Service) gone(ctx context.Context, person string) (bool, error) {
	for _, er := range s.d.Erasers {
		gone, err := er.Gone(ctx, person)
		if err != nil || !gone {
			return false, err
		}
	}
	return true, nil
}
