package tables

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
	"folkmoot/domain/seating"
)

// Make plans all rounds of a session for those who hold a seat and did not
// say that they cannot come. It replaces a plan none of whose rounds was
// held.
func (s *Service) Make(ctx context.Context, c domain.Command, process, session string, in PlanInput) (Plan, error) {
	r, err := s.room(ctx, c.Actor, process, session)
	if err != nil {
		return Plan{}, err
	}
	if err := in.problems(fieldsOf(r.answers)).Err(); err != nil {
		return Plan{}, err
	}
	x := Plan{Root: domain.Root{ID: session}, Process: process, Session: session, Size: in.Size, Seats: in.Seats,
		Diversify: orEmpty(in.Diversify), Cluster: orEmpty(in.Cluster), Seed: cmp.Or(in.Seed, domain.Derive("tables", c.Key))}
	if err := s.seat(ctx, &x, r, in.Rounds, NotAbsent); err != nil {
		return Plan{}, r.explain(c.Actor, err)
	}
	return s.keep(ctx, c, "tables.planned", x, func(had *Plan) error {
		if had.Held > 0 {
			return domain.E(domain.Conflict, "%d rounds of this plan were held; seat the rest anew instead", had.Held)
		}
		return nil
	})
}

// Reseat plans the rounds to come anew, for whoever is there. Rounds that were
// held stay, and who met in them counts as met.
func (s *Service) Reseat(ctx context.Context, c domain.Command, process, session string, in ReseatInput) (Plan, error) {
	r, err := s.room(ctx, c.Actor, process, session)
	if err != nil {
		return Plan{}, err
	}
	x, err := s.d.Plans.Get(ctx, session)
	if domain.Is(err, domain.NotFound) {
		return Plan{}, domain.E(domain.Conflict, "there is no plan of tables for this session yet; make one first")
	}
	if err != nil {
		return Plan{}, err
	}
	if x.Done(c) {
		return bare(x), nil
	}
	p := domain.Problems{}
	p.Need(in.Who == CheckedIn || in.Who == NotAbsent, "who", "use one of: checked_in, not_absent")
	p.Need(in.Held >= x.Held && in.Held < len(x.Rounds), "held", "give how many rounds were held, from %d to %d", x.Held, len(x.Rounds)-1)
	if err := p.Err(); err != nil {
		return Plan{}, err
	}
	before := x.Revision
	x.Held = in.Held
	if err := s.seat(ctx, &x, r, len(x.Rounds), in.Who); err != nil {
		return Plan{}, r.explain(c.Actor, err)
	}
	return s.keep(ctx, c, "tables.reseated", x, func(had *Plan) error {
		if had.Revision != before {
			return domain.E(domain.Stale, "somebody else seated people meanwhile; look at the plan and repeat what is still wanted")
		}
		return nil
	})
}

// room is what a plan is made from.
type room struct {
	ref     domain.ProcessRef
	session deliberation.Session
	seats   []people.Seat
	answers map[string]people.Answers
	rules   []Rule
	met     []seating.Tables
}

// room reads it, for those who run the sessions, while a session is to come
// or open.
func (s *Service) room(ctx context.Context, a domain.Actor, process, session string) (*room, error) {
	ref, err := s.enter(ctx, a, domain.RunSessions, process)
	if err != nil {
		return nil, err
	}
	if ref.Stage == domain.Paused || ref.Stage == domain.Cancelled {
		return nil, domain.E(domain.Conflict, "the process is %s; no tables are planned in it", ref.Stage)
	}
	r := &room{ref: ref}
	if r.session, err = s.d.Sittings.Session(ctx, system, process, session); err != nil {
		return nil, err
	}
	if st := r.session.State; st != deliberation.SessionPlanned && st != deliberation.SessionOpen {
		return nil, domain.E(domain.Conflict, "tables are planned for a session to come or one that is open; this one is %s", st)
	}
	if r.seats, err = s.d.Members.Seats(ctx, system, process); err != nil {
		return nil, err
	}
	if r.answers, err = s.d.Members.SeatAnswers(ctx, process); err != nil {
		return nil, err
	}
	rules, err := s.rules(ctx, process)
	if err != nil {
		return nil, err
	}
	r.rules = rules.Rules
	r.met, err = s.metBefore(ctx, process, r.session)
	return r, err
}

// metBefore are the rounds of earlier sessions that were held.
func (s *Service) metBefore(ctx context.Context, process string, session deliberation.Session) ([]seating.Tables, error) {
	sessions, err := s.d.Sittings.Sessions(ctx, system, process)
	if err != nil {
		return nil, err
	}
	earlier := map[string]bool{}
	for _, x := range sessions {
		earlier[x.ID] = x.State == deliberation.SessionHeld && x.Starts.Before(session.Starts)
	}
	plans, err := s.of(ctx, process)
	var out []seating.Tables
	for _, p := range plans {
		if earlier[p.Session] {
			out = append(out, seatedIn(p.Rounds)...)
		}
	}
	return out, err
}

// of lists the plans of a process, by session id.
func (s *Service) of(ctx context.Context, process string) ([]Plan, error) {
	var out []Plan
	for x, err := range s.d.Plans.Find(ctx, domain.Query{Index: "process", Equal: []any{process}}) {
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// starts is how many searches a plan takes the best of: fewer than a file is
// given, for somebody waits.
const starts = 4

// seat makes the open rounds of a plan.
func (s *Service) seat(ctx context.Context, x *Plan, r *room, rounds int, who Who) error {
	req := seating.Request{Rounds: x.rounds(rounds), Diversify: x.Diversify, Cluster: x.Cluster, Seed: x.Seed, Starts: starts,
		Met: r.met, Past: seatedIn(x.Rounds[:min(x.Held, len(x.Rounds))])}
	away := r.people(&req, who)
	if n := len(req.People); n > maxMembers {
		return domain.E(domain.Conflict, "%d people are too many for one plan; at most %d can be seated", n, maxMembers)
	} else if n-len(away) < 2 {
		return domain.E(domain.Conflict, "fewer than two people would be seated; check people in first, or seat everyone who is not marked as absent")
	}
	for i := len(req.Past); i < rounds; i++ {
		req.Rounds[i].Absent = away
	}
	r.addRules(&req)
	plan, err := seating.Make(ctx, req, nil)
	if err != nil {
		return err
	}
	x.Rounds = slices.Clone(x.Rounds[:len(req.Past)])
	for _, tables := range plan.Rounds[len(req.Past):] {
		x.Rounds = append(x.Rounds, asRound(tables, away))
	}
	x.Measures, x.Words, x.People = plan.Measures, seating.Words(req, plan.Measures), len(req.People)
	return nil
}

// people puts those who hold a seat, and those who sat in a held round, into
// the request, and answers who is away from the rest.
func (r *room) people(req *seating.Request, who Who) []string {
	sat := map[string]bool{}
	for _, tables := range req.Past {
		for _, table := range tables {
			for _, id := range table {
				sat[id] = true
			}
		}
	}
	away := []string{}
	seen := map[string]bool{}
	for _, seat := range r.seats {
		if !seat.Holds() && !sat[seat.Person] {
			continue
		}
		seen[seat.Person] = true
		req.People = append(req.People, seating.Person{ID: seat.Person, Values: r.chosen(req, seat.Person)})
		if !seat.Holds() || r.missing(seat, who) {
			away = append(away, seat.Person)
		}
	}
	for id := range sat {
		if !seen[id] { // sat, and is on no list any more
			req.People = append(req.People, seating.Person{ID: id})
			away = append(away, id)
		}
	}
	slices.Sort(away)
	return away
}

// chosen are a person's answers to the chosen fields alone.
func (r *room) chosen(req *seating.Request, person string) map[string]string {
	out := map[string]string{}
	for _, f := range slices.Concat(req.Diversify, req.Cluster) {
		if v := r.answers[person][f]; v != "" {
			out[f] = v
		}
	}
	return out
}

// missing tells whether a member is not to be seated.
func (r *room) missing(seat people.Seat, who Who) bool {
	if r.session.Was(seat.Person) {
		return false
	}
	if who == CheckedIn {
		return true
	}
	return r.session.Attendance[seat.Person] == deliberation.Absent || slices.Contains(seat.CannotCome, r.session.ID)
}

// addRules adds the rules whose people are all in the plan. Row is a rule's
// number in the list of rules.
func (r *room) addRules(req *seating.Request) {
	in := map[string]bool{}
	for _, p := range req.People {
		in[p.ID] = true
	}
	for i, rule := range r.rules {
		pair := seating.Pair{A: rule.Member, B: rule.Other, Row: i + 1}
		switch {
		case !in[rule.Member] || rule.Kind != AtTable && !in[rule.Other]:
		case rule.Kind == AtTable:
			req.Pins = append(req.Pins, seating.Pin{Person: rule.Member, Table: rule.Table, Row: i + 1})
		case rule.Kind == Together:
			req.Together = append(req.Together, pair)
		default:
			req.Apart = append(req.Apart, pair)
		}
	}
}

// explain turns what the search found into words for the one who asked.
// Whoever may not read the rules is told that some conflict, not which.
func (r *room) explain(a domain.Actor, err error) error {
	var found seating.Problems
	if !errors.As(err, &found) {
		return err
	}
	p := domain.Problems{}
	for _, one := range found {
		switch one.Code {
		case seating.CodeTooFewSeats, seating.CodeSizeOutOfRange, seating.CodeTooMany:
			p.Need(false, "size", "%s", one.Msg)
		case seating.CodeConflict, seating.CodeTableOutOfRange, seating.CodePinnedTwice, seating.CodeUndecided:
			p.Need(false, "rules", "%s", r.conflict(a, one))
		default:
			return domain.E(domain.Internal, "the tables could not be planned").Because(err)
		}
	}
	return p.Err()
}

func (r *room) conflict(a domain.Actor, one seating.Problem) string {
	if !domain.May(a, domain.ArrangeTables, r.ref.Scope()) {
		return "the rules on who sits together, apart or at a certain table cannot all hold with these tables; ask an organiser to look at them, or choose other sizes"
	}
	numbers := []string{}
	for _, ref := range one.Refs {
		numbers = append(numbers, fmt.Sprint(ref.Row))
	}
	if len(numbers) == 0 && one.Row > 0 {
		numbers = append(numbers, fmt.Sprint(one.Row))
	}
	switch {
	case one.Code == seating.CodeUndecided:
		return "no seating that keeps every rule was found; take some rules away, or choose larger tables"
	case one.Code == seating.CodeTableOutOfRange:
		return "rule " + strings.Join(numbers, ", ") + " names a table that there is not; change it, or choose smaller tables"
	case len(numbers) == 1:
		return "rule " + numbers[0] + " cannot be kept with these tables; change it, or choose larger tables"
	}
	return "the rules " + strings.Join(numbers, ", ") + " cannot all hold; take one of them away, or choose other tables"
}

// keep stores a plan that was made, once per command.
func (s *Service) keep(ctx context.Context, c domain.Command, action string, x Plan, check func(had *Plan) error) (Plan, error) {
	now := s.d.Clock.Now()
	kept, err := s.d.Plans.Upsert(ctx, x.ID, func() Plan { return Plan{Root: domain.Root{ID: x.ID}} }, func(had *Plan) error {
		if had.Process != "" && had.Process != x.Process {
			return domain.Hidden("session")
		}
		if had.Done(c) {
			return domain.ErrNoChange
		}
		if err := had.Fresh(c); err != nil {
			return err
		}
		if err := check(had); err != nil {
			return err
		}
		root := had.Root
		*had = x
		had.Root, had.MadeAt = root, now
		had.Record(c, now, event(x.Process, action, "table_plans:"+x.ID, map[string]any{
			"rounds": len(x.Rounds), "held": x.Held, "people": x.People, "fields": len(x.Diversify) + len(x.Cluster), "pairs": x.Measures.Pairs, "slots": x.Measures.Slots,
		}))
		return nil
	})
	return bare(kept), err
}

func bare(x Plan) Plan {
	x.Effects, x.Applied = nil, nil
	return x
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return slices.Clone(list)
}
