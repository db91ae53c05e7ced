package deliberation

import (
	"context"
	"errors"
	"slices"
	"time"

	"folkmoot/domain"
)

// Members tells who is seated now.
type Members interface {
	// Seated lists the ids of the members who hold a seat (not reserves).
	Seated(ctx context.Context, process string) ([]string, error)
}

// Deps is what the service stands on.
type Deps struct {
	Terms           domain.Repository[Terms]
	Sessions        domain.Repository[Session]
	Witnesses       domain.Repository[Witness]
	Evidence        domain.Repository[Evidence]
	Packs           domain.Repository[Pack]
	Questions       domain.Repository[MemberQuestion]
	Statements      domain.Repository[Statement]
	Recommendations domain.Repository[Recommendation]
	Ballots         domain.Repository[Ballot]
	MinorityViews   domain.Repository[MinorityView]
	Reports         domain.Repository[Report]
	Polls           domain.Repository[Poll]

	Clock     domain.Clock
	Processes domain.Processes
	Vault     domain.Vault
	Members   Members
}

// Service holds the rules of the deliberation.
type Service struct{ d Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

var _ domain.GuardSource = (*Service)(nil)

// enter finds the process and asks the permission over it.
func (s *Service) enter(ctx context.Context, a domain.Actor, p domain.Permission, process string) (domain.ProcessRef, error) {
	return domain.Enter(ctx, s.d.Processes, a, process, p)
}

// enterAny is enter with the first of several permissions that is held.
func (s *Service) enterAny(ctx context.Context, a domain.Actor, process string, ps ...domain.Permission) (domain.ProcessRef, error) {
	return domain.Enter(ctx, s.d.Processes, a, process, ps...)
}

func (s *Service) find(ctx context.Context, process string) (domain.ProcessRef, error) {
	return domain.FindProcess(ctx, s.d.Processes, process)
}

// during refuses a command outside the stages from..to, both included.
func during(ref domain.ProcessRef, what string, from, to domain.Stage) error {
	switch {
	case ref.Stage == domain.Paused:
		return domain.E(domain.Conflict, "the process is paused; resume it first")
	case ref.Stage == domain.Cancelled:
		return domain.E(domain.Conflict, "the process was cancelled; nothing more can be done in it")
	case !ref.Stage.Reached(from):
		return domain.E(domain.Conflict, "%s is possible from the stage %s on; the process is at %s", what, from, ref.Stage)
	case ref.Stage.Reached(to) && ref.Stage != to:
		return domain.E(domain.Conflict, "%s was possible up to the stage %s; the process is at %s", what, to, ref.Stage)
	}
	return nil
}

// level is how much of the deliberation an actor may see.
type level int

const (
	levelPublic level = iota // published things; a commissioner sees no more than that
	levelMember              // and what the jury works on
	levelView                // and evidence under way: oversight, evaluator
	levelRun                 // and who attended: those who run the sessions
)

// levelOf keeps commissioners at arm's length: a jury's drafts are its own
// until it publishes them.
func levelOf(a domain.Actor, ref domain.ProcessRef) level {
	sc := ref.Scope()
	switch {
	case domain.May(a, domain.RunSessions, sc):
		return levelRun
	case a.Holds(domain.Member, sc):
		return levelMember
	case a.Holds(domain.Oversight, sc), a.Holds(domain.Evaluator, sc):
		return levelView
	}
	return levelPublic
}

// look finds the process and the actor's level over it.
func (s *Service) look(ctx context.Context, a domain.Actor, process string) (domain.ProcessRef, level, error) {
	ref, err := s.find(ctx, process)
	return ref, levelOf(a, ref), err
}

// list is what of a process is to be shown.
func list[T any, P domain.Owned[T]](ctx context.Context, repo domain.Repository[T], process string, keep func(*T) bool) ([]T, error) {
	xs, err := domain.All[T, P](ctx, repo, process)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(xs, func(x T) bool { return keep != nil && !keep(&x) }), nil
}

// event is the audit event of a change to a thing of the process.
func event(process, action, subject string, data map[string]any) domain.Event {
	return domain.Event{Chain: process, Action: action, Subject: subject, Data: data}
}

// byProcess are the index and keys nearly every collection here has.
var byProcess = []domain.Index{{Name: "process", Fields: []string{"process", "sort"}}}

// long bounds free text, in characters.
const (
	longTitle = 200
	longText  = 20_000
)

// Hands is a show of hands in the room: how many of those present were for
// and against.
type Hands struct {
	For     int       `json:"for"`
	Against int       `json:"against"`
	Present int       `json:"present"`
	At      time.Time `json:"at,omitzero"`
	By      string    `json:"by,omitempty"`
}

func (h Hands) check(p domain.Problems, field string) {
	p.Need(h.Present > 0, field, "say how many members were present")
	p.Need(h.For >= 0 && h.Against >= 0 && h.For+h.Against <= h.Present, field, "those for and against cannot be more than those present")
}

// carried reports whether more than half of those present were for it.
func (h Hands) carried() bool { return 2*h.For > h.Present }

func notFound(err error) bool { return domain.Is(err, domain.NotFound) }

// skipMissing turns not_found into nothing to do.
func skipMissing(err error) error {
	if notFound(err) {
		return nil
	}
	return err
}

// first joins errors of a catch-up run, so that one failing document does not
// stop the others.
func first(errs []error) error { return errors.Join(errs...) }
