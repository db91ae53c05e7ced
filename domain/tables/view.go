package tables

import (
	"context"
	"slices"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/seating"
)

// View is a plan for those who run the session.
type View struct {
	Plan
	Unseated []string `json:"unseated"` // are there or expected, and have no seat in the next round
	Gone     []string `json:"gone"`     // have a seat in the next round and are not there
}

// Plan answers the plan of a session, to those who run the sessions; not_found
// while there is none.
func (s *Service) Plan(ctx context.Context, a domain.Actor, process, session string) (View, error) {
	if _, err := s.enter(ctx, a, domain.RunSessions, process); err != nil {
		return View{}, err
	}
	x, err := s.d.Plans.Get(ctx, session)
	if domain.Is(err, domain.NotFound) || err == nil && x.Process != process {
		return View{}, domain.Hidden("plan of tables")
	}
	if err != nil {
		return View{}, err
	}
	v := View{Plan: bare(x), Unseated: []string{}, Gone: []string{}}
	return v, s.compare(ctx, &v)
}

// compare sets the next round beside who is there.
func (s *Service) compare(ctx context.Context, v *View) error {
	if v.Held >= len(v.Rounds) {
		return nil
	}
	r := &room{}
	var err error
	if r.session, err = s.d.Sittings.Session(ctx, system, v.Process, v.Session); err != nil {
		return err
	}
	if st := r.session.State; st == deliberation.SessionHeld || st == deliberation.SessionCancelled {
		return nil
	}
	if r.seats, err = s.d.Members.Seats(ctx, system, v.Process); err != nil {
		return err
	}
	at := tableOf(v.Rounds[v.Held].seated())
	for _, seat := range r.seats {
		here := seat.Holds() && !r.missing(seat, NotAbsent)
		switch seats := at[seat.Person] != 0; {
		case here && !seats:
			v.Unseated = append(v.Unseated, seat.Person)
		case !here && seats:
			v.Gone = append(v.Gone, seat.Person)
		}
	}
	return nil
}

// tableOf is each person's table, counted from 1.
func tableOf(tables seating.Tables) map[string]int {
	out := map[string]int{}
	for i, table := range tables {
		for _, id := range table {
			out[id] = i + 1
		}
	}
	return out
}

// OwnTables are a member's own tables in a session: one per round, 0 where
// they have none.
type OwnTables struct {
	Session string `json:"session"`
	Tables  []int  `json:"tables"`
}

// Own answers a member's own tables by session.
func (s *Service) Own(ctx context.Context, a domain.Actor, process string) ([]OwnTables, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return nil, err
	}
	scope := ref.Scope()
	scope.Person = a.ID
	if err := domain.Authorize(a, domain.SelfServe, scope); err != nil {
		return nil, err
	}
	return s.ownTables(ctx, process, a.ID)
}

func (s *Service) ownTables(ctx context.Context, process, person string) ([]OwnTables, error) {
	plans, err := s.of(ctx, process)
	out := []OwnTables{}
	for _, x := range plans {
		own := OwnTables{Session: x.Session, Tables: make([]int, len(x.Rounds))}
		for i, round := range x.Rounds {
			own.Tables[i] = tableOf(round.seated())[person]
		}
		if slices.Max(append([]int{0}, own.Tables...)) > 0 {
			out = append(out, own)
		}
	}
	return out, err
}

// Counts is what everybody may see of a session's tables.
type Counts struct {
	Session string        `json:"session"`
	Title   string        `json:"title"`
	Rounds  []RoundCounts `json:"rounds"`
	Pairs   int           `json:"pairs"` // that met for the first time; 0 where hidden
	Slots   int           `json:"slots"` // times that two people shared a table; 0 where hidden
	Hidden  bool          `json:"hidden,omitempty"`
	Mixed   []string      `json:"mixed"` // what tables were mixed by
}

// RoundCounts are how many sat at each table of a round. Where one of them is
// small, none is shown: the rest would tell it.
type RoundCounts struct {
	Tables int   `json:"tables"`
	People []int `json:"people"`
	Hidden bool  `json:"hidden,omitempty"`
}

// Public answers the counts of sessions that were held, to anybody.
func (s *Service) Public(ctx context.Context, process string) ([]Counts, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return nil, err
	}
	sessions, err := s.d.Sittings.Sessions(ctx, domain.PublicActor("tables"), process)
	if err != nil {
		return nil, err
	}
	plans, err := s.of(ctx, process)
	if err != nil {
		return nil, err
	}
	out := []Counts{}
	for _, session := range sessions {
		i := slices.IndexFunc(plans, func(x Plan) bool { return x.Session == session.ID })
		if i >= 0 && session.State == deliberation.SessionHeld {
			out = append(out, countsOf(plans[i], session.Title, ref.SmallNumber))
		}
	}
	return out, nil
}

func countsOf(x Plan, title string, small int) Counts {
	out := Counts{Session: x.Session, Title: title, Rounds: []RoundCounts{}, Pairs: x.Measures.Pairs, Slots: x.Measures.Slots, Mixed: x.Diversify}
	for _, round := range x.Rounds {
		r := RoundCounts{Tables: len(round.Tables), People: []int{}}
		for _, table := range round.seated() {
			r.People = append(r.People, len(table))
			r.Hidden = r.Hidden || len(table) < small
		}
		if r.Hidden {
			r.People = []int{}
			out.Hidden, out.Pairs, out.Slots = true, 0, 0 // pairs tell the sizes of tables
		}
		out.Rounds = append(out.Rounds, r)
	}
	return out
}
