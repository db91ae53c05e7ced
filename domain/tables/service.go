package tables

import (
	"context"
	"slices"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
)

// Members tells who holds or held a seat, and what they said of themselves.
type Members interface {
	Seats(ctx context.Context, a domain.Actor, process string) ([]people.Seat, error)
	// SeatAnswers opens what those who hold a seat were asked when they
	// registered. It asks no permission; the answers must not reach a door.
	SeatAnswers(ctx context.Context, process string) (map[string]people.Answers, error)
}

// Sittings are the sessions of the jury.
type Sittings interface {
	Session(ctx context.Context, a domain.Actor, process, id string) (deliberation.Session, error)
	Sessions(ctx context.Context, a domain.Actor, process string) ([]deliberation.Session, error)
}

// Deps is what the service stands on.
type Deps struct {
	Plans     domain.Repository[Plan]
	Rules     domain.Repository[Rules]
	Members   Members
	Sittings  Sittings
	Processes domain.Processes
	Clock     domain.Clock
}

// Service holds the rules of tables.
type Service struct{ d Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// system reads who is seated and who is there, to make a plan.
var system = domain.SystemActor("tables")

func (s *Service) find(ctx context.Context, process string) (domain.ProcessRef, error) {
	ref, err := s.d.Processes.Ref(ctx, process)
	if domain.Is(err, domain.NotFound) {
		return ref, domain.Hidden("process")
	}
	return ref, err
}

func (s *Service) enter(ctx context.Context, a domain.Actor, p domain.Permission, process string) (domain.ProcessRef, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return ref, err
	}
	return ref, domain.Authorize(a, p, ref.Scope())
}

// seated are the ids of those who hold a seat.
func (s *Service) seated(ctx context.Context, process string) (map[string]bool, error) {
	seats, err := s.d.Members.Seats(ctx, system, process)
	out := map[string]bool{}
	for _, x := range seats {
		if x.Holds() {
			out[x.Person] = true
		}
	}
	return out, err
}

func event(process, action, subject string, data map[string]any) domain.Event {
	return domain.Event{Chain: process, Action: action, Subject: subject, Data: data}
}

// maxValues is how many different answers a field may have to be spread: with
// more it parts people rather than grouping them.
const maxValues = 15

// Fields lists what members can be mixed by: what they were asked when they
// registered and answer differently. It names no answer.
func (s *Service) Fields(ctx context.Context, a domain.Actor, process string) ([]string, error) {
	if _, err := s.enter(ctx, a, domain.RunSessions, process); err != nil {
		return nil, err
	}
	answers, err := s.d.Members.SeatAnswers(ctx, process)
	return fieldsOf(answers), err
}

func fieldsOf(answers map[string]people.Answers) []string {
	values := map[string]map[string]bool{}
	for _, a := range answers {
		for field, v := range a {
			if values[field] == nil {
				values[field] = map[string]bool{}
			}
			if v != "" {
				values[field][v] = true
			}
		}
	}
	out := []string{}
	for field, vs := range values {
		if len(vs) >= 2 && len(vs) <= maxValues {
			out = append(out, field)
		}
	}
	slices.Sort(out)
	return out
}
