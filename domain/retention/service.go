package retention

import (
	"context"

	"folkmoot/domain"
)

// Eraser destroys what is held on one person.
type Eraser interface {
	EraseSubject(ctx context.Context, cmd domain.Command, person string) error
	// Gone reports whether nothing on the person can be read any more.
	Gone(ctx context.Context, person string) (bool, error)
}

// Purger erases kinds of data of a process.
type Purger interface {
	Kinds() []string
	PurgeCount(ctx context.Context, process, kind string) (int, error)
	// PurgeList answers up to limit persons that no legal hold keeps.
	PurgeList(ctx context.Context, process, kind string, limit int) ([]string, error)
	// ErasesAll reports whether a purge of the kind leaves nothing of a person.
	ErasesAll(kind string) bool
	PurgeOne(ctx context.Context, cmd domain.Command, kind, person string) error
}

// People finds whose process a person is in; not_found.
type People interface {
	Locate(ctx context.Context, person string) (process, numberHash string, err error)
}

// Deps is what the service stands on.
type Deps struct {
	Clocks    domain.Repository[Clock]
	Erasures  domain.Repository[Erasure]
	Holds     domain.Repository[Hold]
	Processes domain.Processes
	People    People
	Erasers   []Eraser
	Purgers   []Purger
	Clock     domain.Clock
	// Schedules are the periods by jurisdiction profile; [Default] for others.
	Schedules map[string][]Period
}

// Service is the rules of this package. It is safe for concurrent use.
type Service struct {
	d     Deps
	holds Holds
}

// New makes the service.
func New(d Deps) *Service { return &Service{d: d, holds: Holds{d.Holds}} }

// system is the actor of what is due.
var system = domain.SystemActor("job")

// process authorises over a process with one of the permissions.
func (s *Service) process(ctx context.Context, a domain.Actor, id string, perms ...domain.Permission) (domain.ProcessRef, error) {
	ref, err := s.d.Processes.Ref(ctx, id)
	if err != nil {
		return ref, err
	}
	for _, p := range perms {
		if domain.May(a, p, ref.Scope()) {
			return ref, nil
		}
	}
	return ref, domain.Authorize(a, perms[0], ref.Scope())
}

// person finds the process of a person and authorises over them; who may not
// serve people is told there is no such person.
func (s *Service) person(ctx context.Context, a domain.Actor, id string, perms ...domain.Permission) (domain.ProcessRef, error) {
	process, _, err := s.d.People.Locate(ctx, id)
	if err != nil {
		return domain.ProcessRef{}, err
	}
	ref, err := s.d.Processes.Ref(ctx, process)
	if err != nil {
		return ref, err
	}
	scope := ref.Scope()
	scope.Person = id
	for _, p := range perms {
		if domain.May(a, p, scope) {
			return ref, nil
		}
	}
	if !domain.May(a, domain.ServePeople, scope) && !a.Holds(domain.Member, scope) {
		return ref, domain.Hidden("person")
	}
	return ref, domain.Authorize(a, perms[0], scope)
}
