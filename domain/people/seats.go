package people

import (
	"cmp"
	"context"
	"slices"
	"time"

	"folkmoot/domain"
)

// Seat is a place on the jury and who holds or held it, without their name.
// Its number counts from 1 in the order in which seats were taken; it stays
// when its holder leaves or is erased, so that lists never show a blank.
type Seat struct {
	Person        string     `json:"person"`
	Number        int        `json:"number"`
	Pseudonym     string     `json:"pseudonym,omitempty"`
	Status        Status     `json:"status"`
	Since         time.Time  `json:"since"` // when they took it
	CannotCome    []string   `json:"cannot_come,omitempty"`
	PaymentChoice string     `json:"payment_choice,omitempty"`
	Advice        string     `json:"advice,omitempty"`
	Needs         []NeedView `json:"needs,omitempty"`
}

// Holds reports whether the seat is theirs now.
func (x Seat) Holds() bool { return slices.Contains(Seated, x.Status) }

// everSeated are the statuses under which somebody may be counted who holds or
// held a seat.
var everSeated = []Status{Confirmed, Onboarded, Serving, Completed, Withdrawn, Removed, Deceased}

// Seats lists who holds or held a seat, by number, for those who run the
// sessions, serve people or approve payments.
func (s *Service) Seats(ctx context.Context, a domain.Actor, process string) ([]Seat, error) {
	ref, err := s.d.Processes.Ref(ctx, process)
	if err != nil {
		return nil, err
	}
	if !domain.May(a, domain.ServePeople, ref.Scope()) && !domain.May(a, domain.ApprovePayment, ref.Scope()) {
		if err := domain.Authorize(a, domain.RunSessions, ref.Scope()); err != nil {
			return nil, err
		}
	}
	out := []Seat{}
	for _, st := range everSeated {
		for p, err := range s.d.People.Find(ctx, domain.Query{Index: "counted", Equal: []any{process, string(st)}}) {
			if err != nil {
				return nil, err
			}
			if since, ok := p.tookSeat(); ok {
				out = append(out, p.seat(since))
			}
		}
	}
	slices.SortFunc(out, func(a, b Seat) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Person, b.Person)) })
	for i := range out {
		out[i].Number = i + 1
	}
	return out, nil
}

// tookSeat is when they took their seat; rows from before it was kept have it
// in their history.
func (p *Person) tookSeat() (time.Time, bool) {
	if !p.SeatedAt.IsZero() {
		return p.SeatedAt, true
	}
	for _, st := range p.History {
		if st.To == Confirmed {
			return st.At, true
		}
	}
	return p.StatusAt, slices.Contains(Seated, p.Status)
}

func (p *Person) seat(since time.Time) Seat {
	x := Seat{
		Person: p.ID, Pseudonym: p.Pseudonym, Status: p.Status, Since: since, CannotCome: p.CannotCome,
		PaymentChoice: p.PaymentChoice, Advice: p.Advice,
	}
	for _, n := range p.Needs {
		x.Needs = append(x.Needs, n.View())
	}
	return x
}

// maxAway bounds the sessions somebody cannot come to.
const maxAway = 100

// AwayInput is a word on one session.
type AwayInput struct {
	Session string `json:"session"`
	Coming  bool   `json:"coming"`
}

// SayAway notes that somebody who holds a seat cannot come to a session, or
// can after all.
func (s *Service) SayAway(ctx context.Context, cmd domain.Command, id string, in AwayInput) (Person, error) {
	pr := domain.Problems{}
	pr.Need(in.Session != "", "session", "say which session")
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	action := "person.cannot_come"
	if in.Coming {
		action = "person.can_come"
	}
	return s.apply(ctx, cmd, id, change{action: action, perms: serve, data: map[string]any{"session": in.Session},
		do: func(p *Person, _ time.Time) error {
			if !slices.Contains(Seated, p.Status) {
				return domain.E(domain.Conflict, "only who holds a seat is expected at a session")
			}
			away := slices.Contains(p.CannotCome, in.Session)
			switch {
			case away == !in.Coming:
				return domain.ErrNoChange
			case in.Coming:
				p.CannotCome = slices.DeleteFunc(slices.Clone(p.CannotCome), func(x string) bool { return x == in.Session })
			case len(p.CannotCome) >= maxAway:
				return domain.E(domain.Conflict, "%d sessions are noted already; call us, and a person will help", maxAway)
			default:
				p.CannotCome = append(slices.Clone(p.CannotCome), in.Session)
			}
			return nil
		}})
}

// SeatAnswers opens what those who hold a seat were asked when they
// registered. It is for sibling services: it asks no permission and records
// no look, and its answer must never be handed to a door.
func (s *Service) SeatAnswers(ctx context.Context, process string) (map[string]Answers, error) {
	out := map[string]Answers{}
	for p, err := range s.Of(ctx, process, Seated...) {
		if err != nil {
			return nil, err
		}
		if out[p.ID], err = s.Answers(ctx, p); err != nil {
			return nil, err
		}
	}
	return out, nil
}
