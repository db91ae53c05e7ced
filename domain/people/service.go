package people

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// Records says what a stored draw or replacement record says of a person.
type Records interface {
	// Outcome answers Selected, Reserve or NotSelected; not_found when the
	// record does not exist or does not name the person.
	Outcome(ctx context.Context, record, person string) (Status, error)
}

// RecordsFunc makes Records of a function.
type RecordsFunc func(ctx context.Context, record, person string) (Status, error)

// Outcome asks f.
func (f RecordsFunc) Outcome(ctx context.Context, record, person string) (Status, error) {
	return f(ctx, record, person)
}

// Holds says whether a legal hold lies on a person's data.
type Holds interface {
	Held(ctx context.Context, process, person string) (bool, error)
}

// Holding is another service that holds data on persons.
type Holding interface {
	// HoldsOn answers a name for the kind of data and the data itself, nil
	// for none, as it may be shown to the person.
	HoldsOn(ctx context.Context, process, person, numberHash string) (name string, data any, err error)
}

// Forgetter is another service that forgets what it holds on a person. It is
// asked before the person's key is destroyed, once for each number and email
// address they had, as often as needed.
type Forgetter interface {
	Forget(ctx context.Context, cmd domain.Command, process, person, number string) error
}

// Deps is what the service stands on. What stands after Clock may be empty: then nobody can be seated, no hold is known but the process's own,
// and a disclosure holds what is here.
type Deps struct {
	People    domain.Repository[Person]
	Payments  domain.Repository[Payment]
	Processes domain.Processes
	Vault     domain.Vault
	Files     domain.Files
	Audit     domain.Auditor
	Clock     domain.Clock
	Records   Records
	Holds     Holds
	Holdings  []Holding
	// Forgetters are asked in order when somebody is erased.
	Forgetters []Forgetter
	// Attendance answers the sessions that each member attended: pay is earned
	// by it.
	Attendance func(ctx context.Context, process string) (map[string][]string, error)
	// NoReceiptPence is up to how much an expense needs no receipt, only a
	// reason. 0 is 1000 pence.
	NoReceiptPence int64
}

// Service is the rules of this package. It is safe for concurrent use.
type Service struct {
	d       Deps
	counted counted
}

// New makes the service.
func New(d Deps) *Service {
	if d.NoReceiptPence == 0 {
		d.NoReceiptPence = 1000
	}
	return &Service{d: d}
}

// Tell is a text that goes with a change of status, in the same write. Vars
// holds nothing personal.
type Tell struct {
	Template  string
	Vars      map[string]string
	Class     string // domain.ClassService when empty
	Flow      string
	Expires   time.Time
	NotBefore time.Time
}

func (t *Tell) emit(p *Person, cmd domain.Command, now time.Time) {
	if t == nil {
		return
	}
	class := t.Class
	if class == "" {
		class = domain.ClassService
	}
	p.Emit(cmd, domain.EffectMessage, t.Template, now, domain.MessageData{
		Process: p.Process, Person: p.ID, Template: t.Template, Vars: t.Vars, Class: class,
		Flow: t.Flow, Expires: t.Expires, NotBefore: t.NotBefore,
	})
}

// access finds a person and asks whether the actor holds one of the
// permissions over them. Who may not serve people is told there is no such
// person.
func (s *Service) access(ctx context.Context, a domain.Actor, id string, perms ...domain.Permission) (Person, domain.ProcessRef, error) {
	var ref domain.ProcessRef
	p, err := s.d.People.Get(ctx, id)
	if domain.Is(err, domain.NotFound) {
		return Person{}, ref, domain.Hidden("person")
	}
	if err != nil {
		return Person{}, ref, err
	}
	if ref, err = s.d.Processes.Ref(ctx, p.Process); err != nil {
		return Person{}, ref, err
	}
	return p, ref, allow(a, ref, id, perms...)
}

func allow(a domain.Actor, ref domain.ProcessRef, person string, perms ...domain.Permission) error {
	scope := ref.Scope()
	scope.Person = person
	for _, perm := range perms {
		// Over no person in particular nobody serves themselves.
		if (perm != domain.SelfServe || person != "") && domain.May(a, perm, scope) {
			return nil
		}
	}
	if person != "" && !domain.May(a, domain.ServePeople, scope) && !a.Holds(domain.Member, scope) {
		return domain.Hidden("person")
	}
	return domain.Authorize(a, perms[0], scope)
}

// change is one command on one person.
type change struct {
	action string
	perms  []domain.Permission
	tell   *Tell
	data   map[string]any
	do     func(p *Person, now time.Time) error
}

// serve are the permissions of what a person may do for themselves, or staff
// for them on the phone.
var serve = []domain.Permission{domain.ServePeople, domain.SelfServe}

func (s *Service) apply(ctx context.Context, cmd domain.Command, id string, c change) (Person, error) {
	if _, _, err := s.access(ctx, cmd.Actor, id, c.perms...); err != nil {
		return Person{}, err
	}
	return s.d.People.Update(ctx, id, func(p *Person) error { return c.run(p, cmd, s.d.Clock.Now()) })
}

// run does the change once: nothing when the command was applied before.
func (c change) run(p *Person, cmd domain.Command, now time.Time) error {
	if p.Done(cmd) {
		return domain.ErrNoChange
	}
	if err := p.Fresh(cmd); err != nil {
		return err
	}
	if p.Status == Erased {
		return domain.E(domain.Conflict, "this person's data was erased; nothing more can be kept for them")
	}
	from, was := p.Status, p.reached()
	if err := c.do(p, now); err != nil {
		return err
	}
	data := c.data
	if p.Status != from {
		data = map[string]any{"from": from, "to": p.Status}
		for k, v := range c.data {
			data[k] = v
		}
	}
	// What people say about a person does not go to the audit log.
	if slices.Contains(Spoken, cmd.Reason) {
		if n := len(p.History); n > 0 && p.Status != from {
			p.History[n-1].Spoke = cmd.Reason
		}
		data = maps.Clone(data)
		if data == nil {
			data = map[string]any{}
		}
		data["spoke"], data["agreed"] = cmd.Reason, true
	}
	cmd.Reason = ""
	p.Record(cmd, now, domain.Event{Chain: p.Process, Action: c.action, Subject: "people:" + p.ID, Data: data})
	c.tell.emit(p, cmd, now)
	p.emitContact(cmd, now, was)
	return nil
}

// words is a status as people say it.
func words(st Status) string {
	if st == "" {
		return "new"
	}
	return strings.ReplaceAll(string(st), "_", " ")
}
