package accountability

import (
	"context"
	"errors"
	"slices"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// Deliberation is what this package reads of the jury's work. A service of
// package deliberation satisfies it.
type Deliberation interface {
	Recommendations(ctx context.Context, a domain.Actor, process string) ([]deliberation.Recommendation, error)
	Recommendation(ctx context.Context, a domain.Actor, process, id string) (deliberation.Recommendation, error)
	EvidenceItem(ctx context.Context, a domain.Actor, process, id string) (deliberation.Evidence, error)
	Questions(ctx context.Context, a domain.Actor, process string) ([]deliberation.MemberQuestion, error)
	Ballot(ctx context.Context, a domain.Actor, process, id string) (deliberation.BallotView, error)
	MinorityViews(ctx context.Context, a domain.Actor, process string) ([]deliberation.MinorityView, error)
}

// Deps is what the service stands on.
type Deps struct {
	Accounts  domain.Repository[Account]
	Responses domain.Repository[Response]
	Decisions domain.Repository[Decision]
	Actions   domain.Repository[Action]
	Progress  domain.Repository[ProgressReport]
	Feedback  domain.Repository[Feedback]

	Deliberation Deliberation
	Clock        domain.Clock
	Processes    domain.Processes
}

// Service holds the rules of accountability.
type Service struct{ d Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

var _ domain.GuardSource = (*Service)(nil)

// system reads what is published and not, for guards and clocks.
var system = domain.SystemActor("job")

func (s *Service) enter(ctx context.Context, a domain.Actor, process string, ps ...domain.Permission) (domain.ProcessRef, error) {
	return domain.Enter(ctx, s.d.Processes, a, process, ps...)
}

func (s *Service) find(ctx context.Context, process string) (domain.ProcessRef, error) {
	return domain.FindProcess(ctx, s.d.Processes, process)
}

// from refuses a command before a stage, and in a paused or cancelled
// process.
func from(ref domain.ProcessRef, what string, st domain.Stage) error {
	switch {
	case ref.Stage == domain.Paused:
		return domain.E(domain.Conflict, "the process is paused; resume it first")
	case ref.Stage == domain.Cancelled:
		return domain.E(domain.Conflict, "the process was cancelled; nothing more can be done in it")
	case !ref.Stage.Reached(st):
		return domain.E(domain.Conflict, "%s is possible from the stage %s on; the process is at %s", what, st, ref.Stage)
	}
	return nil
}

// works reports whether the actor works on answers and actions: sees drafts.
func works(a domain.Actor, ref domain.ProcessRef) bool {
	return domain.May(a, domain.Respond, ref.Scope()) || domain.May(a, domain.OwnAction, ref.Scope()) || domain.May(a, domain.MoveStage, ref.Scope())
}

// due asks an index what is due, and does it; one that fails does not hold up
// the others.
func due[T any](ctx context.Context, repo domain.Repository[T], now time.Time, do func(T) error) (int, error) {
	var found []T
	q := domain.Query{Index: "next", To: now.Add(time.Millisecond), Limit: 200}
	for x, err := range repo.Find(ctx, q) {
		if err != nil {
			return 0, err
		}
		found = append(found, x)
	}
	n, errs := 0, []error{}
	for _, x := range found {
		if err := do(x); err != nil {
			errs = append(errs, err)
			continue
		}
		n++
	}
	return n, errors.Join(errs...)
}

func event(process, action, subject string, data map[string]any) domain.Event {
	return domain.Event{Chain: process, Action: action, Subject: subject, Data: data}
}

// indexes: by process in an order of its own, and by when a clock looks next.
var indexes = []domain.Index{
	{Name: "process", Fields: []string{"process", "sort"}},
	{Name: "next", Fields: []string{"next"}},
}

const (
	longTitle = 200
	longText  = 20_000
	shortText = 300
)

func systemCommand(parts ...string) domain.Command {
	return domain.Command{Actor: system, Key: domain.Derive(parts...)}
}

// Notice says in words what is corrected or revised. Numbers count from 1
// within one thing.
type Notice struct {
	Number int       `json:"number"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
}

// members are the people who hold a seat or served, as those are whom the
// sessions ask; others offered to take part and may still be told what came of
// it.
var (
	members  = []string{"confirmed", "onboarded", "serving", "completed"}
	others   = []string{"in_pool", "not_selected", "reserve", "selected", "offered"}
	everyone = slices.Concat(others, members)
)
