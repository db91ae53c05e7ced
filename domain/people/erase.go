package people

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"folkmoot/domain"
)

func sortCandidates(cs []Candidate) {
	slices.SortFunc(cs, func(a, b Candidate) int { return strings.Compare(a.Person, b.Person) })
}

// Erase destroys a person's key and blanks their row. The id, the process and
// the counted status stay. A legal hold stops it. Done twice it changes
// nothing, and a run that broke off is finished by the next.
func (s *Service) Erase(ctx context.Context, cmd domain.Command, id string) (Person, error) {
	p, ref, err := s.access(ctx, cmd.Actor, id, domain.Erase)
	if err != nil || p.Status == Erased {
		return p, err
	}
	if err := s.free(ctx, ref, id); err != nil {
		return Person{}, err
	}
	if err := s.forget(ctx, cmd, p); err != nil {
		return Person{}, err
	}
	// The key goes before the row: a row whose key is gone is unreadable at
	// once, and the blanking is repeated until it is done.
	if err := s.d.Vault.Destroy(ctx, id); err != nil {
		return Person{}, err
	}
	return s.d.People.Update(ctx, id, func(p *Person) error {
		if p.Status == Erased {
			return domain.ErrNoChange
		}
		return p.blank(cmd, s.d.Clock.Now())
	})
}

// free is a conflict while a legal hold lies on the person or the process.
func (s *Service) free(ctx context.Context, ref domain.ProcessRef, id string) error {
	held := ref.LegalHold
	if !held && s.d.Holds != nil {
		var err error
		if held, err = s.d.Holds.Held(ctx, ref.ID, id); err != nil {
			return err
		}
	}
	if held {
		return domain.E(domain.Conflict, "a legal hold lies on this data, so it is kept until the hold is released")
	}
	return nil
}

func (p *Person) blank(cmd domain.Command, now time.Time) error {
	if err := p.move(Erased, now, ""); err != nil {
		return err
	}
	kept := slices.DeleteFunc(slices.Clone(p.Effects), func(e domain.Effect) bool { return e.Kind != domain.EffectAudit })
	*p = Person{
		Root:    domain.Root{ID: p.ID, Version: p.Version, CreatedAt: p.CreatedAt, Effects: kept, Applied: p.Applied},
		Process: p.Process, Body: p.Body, Status: Erased, Counted: p.Counted, StatusAt: now, SeatedAt: p.SeatedAt, ErasedAt: &now,
	}
	cmd.Reason = ""
	p.Record(cmd, now, domain.Event{Chain: p.Process, Action: "person.erased", Subject: "people:" + p.ID})
	return nil
}

// forget has the other services forget the person, while the number is still
// known. When the key is gone already they were asked before.
func (s *Service) forget(ctx context.Context, cmd domain.Command, p Person) error {
	h, err := s.heldOn(ctx, p)
	if domain.Is(err, domain.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	known := append(h.Former, h.Number)
	if h.Email != "" {
		known = append(known, h.Email)
	}
	for _, f := range s.d.Forgetters {
		for i, number := range known {
			// The key is not made of the number: it stays where it is used.
			if err := f.Forget(ctx, cmd.Sub("forget"+strconv.Itoa(i)), p.Process, p.ID, string(number)); err != nil {
				return err
			}
		}
	}
	return nil
}

// EraseSubject is Erase for the service that runs erasures.
func (s *Service) EraseSubject(ctx context.Context, cmd domain.Command, person string) error {
	_, err := s.Erase(ctx, cmd, person)
	return err
}

// Gone reports whether a person's data was erased: the row is blank and
// nothing opens.
func (s *Service) Gone(ctx context.Context, person string) (bool, error) {
	p, err := s.d.People.Get(ctx, person)
	if domain.Is(err, domain.NotFound) {
		return true, nil
	}
	return p.Status == Erased && p.Identity == "" && p.Answers == "" && p.Bank == "" && len(p.Needs) == 0, err
}

// The kinds of data whose time of keeping may differ.
const (
	KeepUnanswered = "unanswered" // asked, and never heard of
	KeepInvitees   = "invitees"   // asked, but never in the pool; the unanswered too, where they are still there
	KeepPool       = "pool"       // in the pool, not seated
	KeepMembers    = "members"    // seated
	KeepBank       = "bank"       // bank details of anybody
)

var kindStatuses = map[string][]Status{
	KeepUnanswered: {Invited, NoAnswer},
	KeepInvitees:   {Invited, Ineligible, Declined, NoAnswer, Registered, Eligible, Withdrawn},
	KeepPool:       {InPool, NotSelected, Reserve, Declined, NoAnswer, Withdrawn},
	KeepMembers:    {Selected, Offered, Confirmed, Onboarded, Serving, Completed, Removed, Withdrawn, Deceased},
}

// Kinds lists the kinds of data that Purge knows.
func (s *Service) Kinds() []string {
	return []string{KeepUnanswered, KeepInvitees, KeepPool, KeepMembers, KeepBank}
}

// keptAs is the kind of data a row is: the statuses that several kinds end in
// are told apart by how far the person came.
func (p *Person) keptAs() string {
	switch {
	case p.Status == Erased:
		return ""
	case p.wasSeated() || slices.Contains([]Status{Selected, Offered}, p.Status):
		return KeepMembers
	case p.Draw != "" || p.Status == InPool:
		return KeepPool
	case p.neverAnswered():
		return KeepUnanswered
	}
	return KeepInvitees
}

// isOf reports whether a purge of the kind takes the row.
func (p *Person) isOf(kind string) bool {
	as := p.keptAs()
	return as == kind || as == KeepUnanswered && kind == KeepInvitees
}

func (p *Person) neverAnswered() bool {
	return slices.Contains(kindStatuses[KeepUnanswered], p.Status) &&
		!slices.ContainsFunc(p.History, func(st Step) bool { return st.To != Invited && st.To != NoAnswer })
}

func (p *Person) wasSeated() bool {
	return slices.ContainsFunc(p.History, func(st Step) bool { return st.To == Confirmed })
}

// due yields the rows that a purge of the kind would touch.
func (s *Service) due(ctx context.Context, process, kind string) iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		for p, err := range s.Of(ctx, process, kindStatuses[kind]...) { // none for bank details: all
			if err == nil && (kind == KeepBank && p.Bank == "" || kind != KeepBank && !p.isOf(kind)) {
				continue
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// PurgeCount is how many rows a purge of the kind would touch now.
func (s *Service) PurgeCount(ctx context.Context, process, kind string) (int, error) {
	n := 0
	for _, err := range s.due(ctx, process, kind) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// PurgeList answers up to limit persons that a purge of the kind would touch
// and that no legal hold keeps.
func (s *Service) PurgeList(ctx context.Context, process, kind string, limit int) ([]string, error) {
	ref, err := s.d.Processes.Ref(ctx, process)
	if err != nil {
		return nil, err
	}
	var ids []string
	for p, err := range s.due(ctx, process, kind) {
		if err != nil {
			return nil, err
		}
		err := s.free(ctx, ref, p.ID)
		if domain.Is(err, domain.Conflict) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if ids = append(ids, p.ID); len(ids) == limit {
			break
		}
	}
	return ids, nil
}

// ErasesAll reports whether a purge of the kind leaves nothing of a person.
func (s *Service) ErasesAll(kind string) bool { return kind != KeepBank }

// PurgeOne erases a person, or their bank details.
func (s *Service) PurgeOne(ctx context.Context, cmd domain.Command, kind, id string) error {
	if kind != KeepBank {
		_, err := s.Erase(ctx, cmd, id)
		return err
	}
	p, ref, err := s.access(ctx, cmd.Actor, id, domain.Erase)
	if err != nil {
		return err
	}
	if err := s.free(ctx, ref, p.ID); err != nil {
		return err
	}
	_, err = s.apply(ctx, cmd, id, change{action: "person.bank_details_deleted", perms: []domain.Permission{domain.Erase},
		do: func(p *Person, _ time.Time) error { p.Bank = ""; return nil }})
	return err
}
