package tables_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/people"
	"folkmoot/domain/tables"
)

const (
	forest = "forest"
	day1   = "day-1"
	day2   = "day-2"
)

var start = time.Date(2018, 7, 30, 12, 0, 0, 0, time.UTC)

// hall is a jury of members m01, m02, ... with two sessions.
type hall struct {
	*tables.Service
	t        *testing.T
	ref      domain.ProcessRef
	seats    []people.Seat
	sessions map[string]*deliberation.Session
	plans    *domaintest.Repo[tables.Plan]
	rules    *domaintest.Repo[tables.Rules]
	n        int
}

func (h *hall) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if id != h.ref.ID {
		return domain.ProcessRef{}, domain.Hidden("process")
	}
	return h.ref, nil
}

func (h *hall) Seats(context.Context, domain.Actor, string) ([]people.Seat, error) {
	return slices.Clone(h.seats), nil
}

func (h *hall) SeatAnswers(context.Context, string) (map[string]people.Answers, error) {
	out := map[string]people.Answers{}
	for i, x := range h.seats {
		if x.Holds() {
			out[x.Person] = people.Answers{"gender": []string{"woman", "man"}[i%2], "age": []string{"young", "old"}[i/2%2], "town": "Coleford"}
		}
	}
	return out, nil
}

func (h *hall) Session(_ context.Context, _ domain.Actor, _, id string) (deliberation.Session, error) {
	if x, ok := h.sessions[id]; ok {
		return *x, nil
	}
	return deliberation.Session{}, domain.Hidden("session")
}

func (h *hall) Sessions(context.Context, domain.Actor, string) ([]deliberation.Session, error) {
	return []deliberation.Session{*h.sessions[day1], *h.sessions[day2]}, nil
}

func open(t *testing.T, members int) *hall {
	t.Helper()
	h := &hall{t: t, ref: domain.ProcessRef{ID: forest, Body: "ccg", Stage: domain.Deliberating, SmallNumber: 5},
		plans: domaintest.Memory(tables.Plans), rules: domaintest.Memory(tables.RulesKept), sessions: map[string]*deliberation.Session{}}
	for i := range members {
		h.seats = append(h.seats, people.Seat{Person: fmt.Sprintf("m%02d", i+1), Number: i + 1, Status: people.Serving})
	}
	for i, id := range []string{day1, day2} {
		h.sessions[id] = &deliberation.Session{Root: domain.Root{ID: id}, Process: forest, Title: id, State: deliberation.SessionPlanned,
			Starts: start.AddDate(0, 0, i), Attendance: map[string]deliberation.Presence{}}
	}
	h.Service = tables.New(tables.Deps{Plans: h.plans, Rules: h.rules, Members: h, Sittings: h, Processes: h, Clock: domaintest.NewClock(start)})
	return h
}

func staff(id string, r domain.Role) domain.Actor {
	return domain.Actor{ID: id, Grants: []domain.Grant{{Role: r, Body: "ccg"}}, Via: "api"}
}

var (
	organiser    = staff("olive", domain.Organiser)
	facilitator  = staff("fay", domain.Facilitator)
	commissioner = staff("carol", domain.Commissioner)
	overseer     = staff("ora", domain.Oversight)
)

func (h *hall) by(a domain.Actor) domain.Command {
	h.n++
	return domain.Command{Actor: a, Key: fmt.Sprintf("k%03d", h.n)}
}

var three = tables.PlanInput{Rounds: 3, Size: 4, Diversify: []string{"gender", "age"}, Seed: "7"}

func (h *hall) make(session string, in tables.PlanInput) tables.Plan {
	h.t.Helper()
	x, err := h.Make(h.t.Context(), h.by(facilitator), forest, session, in)
	if err != nil {
		h.t.Fatal(err)
	}
	return x
}

func (h *hall) rule(in tables.RuleInput) {
	h.t.Helper()
	if _, err := h.AddRule(h.t.Context(), h.by(organiser), forest, in); err != nil {
		h.t.Fatal(err)
	}
}

func at(x tables.Plan, round int) map[string]int {
	out := map[string]int{}
	for i, table := range x.Rounds[round].Tables {
		for _, id := range table.People {
			out[id] = i + 1
		}
	}
	return out
}

func want(t *testing.T, err error, code domain.Code, words ...string) {
	t.Helper()
	if domain.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q is not in %v", w, err)
		}
	}
}

func TestAPlanSeatsEveryoneByTheRules(t *testing.T) {
	t.Parallel()
	h := open(t, 12)
	h.rule(tables.RuleInput{Kind: tables.Together, Member: "m01", Other: "m02"})
	h.rule(tables.RuleInput{Kind: tables.Apart, Member: "m03", Other: "m04"})
	h.rule(tables.RuleInput{Kind: tables.AtTable, Member: "m05", Table: 2})
	h.seats[11].CannotCome = []string{day1}
	x := h.make(day1, three)
	for i := range x.Rounds {
		seats := at(x, i)
		if len(seats) != 11 || seats["m12"] != 0 {
			t.Errorf("round %d: %d seated, who cannot come at table %d", i+1, len(seats), seats["m12"])
		}
		if seats["m01"] != seats["m02"] || seats["m03"] == seats["m04"] || seats["m05"] != 2 {
			t.Errorf("round %d breaks a rule: %v", i+1, seats)
		}
	}
	if len(x.Words) == 0 || x.People != 12 {
		t.Errorf("%+v", x)
	}
	if again := h.make(day1, three); !cmp.Equal(again.Rounds, x.Rounds) {
		t.Error("the same seed gave another plan")
	}
}

func TestOneCommandOnce(t *testing.T) {
	t.Parallel()
	h := open(t, 8)
	cmd := h.by(facilitator)
	in := tables.PlanInput{Rounds: 2, Size: 4}
	first, err := h.Make(t.Context(), cmd, forest, day1, in)
	if err != nil || first.Seed == "" {
		t.Fatal(err)
	}
	again, err := h.Make(t.Context(), cmd, forest, day1, in)
	if err != nil || again.Revision != first.Revision {
		t.Errorf("%v: revision %d, then %d", err, first.Revision, again.Revision)
	}
	stale := h.by(facilitator)
	stale.Expect = 9
	_, err = h.Make(t.Context(), stale, forest, day1, in)
	want(t, err, domain.Stale)
}

func TestOnTheDayTheRestIsSeatedAnew(t *testing.T) {
	t.Parallel()
	h := open(t, 12)
	x := h.make(day1, three)
	s := h.sessions[day1]
	s.State = deliberation.SessionOpen
	for _, m := range h.seats[:9] {
		s.Attendance[m.Person] = deliberation.Present
	}
	s.Attendance["m10"] = deliberation.Absent
	h.seats[0].Status = people.Withdrawn // left after round 1
	h.seats = append(h.seats, people.Seat{Person: "m13", Number: 13, Status: people.Serving})
	s.Attendance["m13"] = deliberation.Partly // came late

	v, err := h.Plan(t.Context(), facilitator, forest, day1)
	if err != nil || !slices.Equal(v.Unseated, []string{"m13"}) || !slices.Equal(v.Gone, []string{"m01", "m10"}) {
		t.Errorf("%v: unseated %v, gone %v", err, v.Unseated, v.Gone)
	}
	for who, here := range map[tables.Who]int{tables.NotAbsent: 11, tables.CheckedIn: 9} {
		again, err := h.Reseat(t.Context(), h.by(facilitator), forest, day1, tables.ReseatInput{Held: 1, Who: who})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(x.Rounds[0], again.Rounds[0]); diff != "" {
			t.Errorf("%s: the held round changed: %s", who, diff)
		}
		seats := at(again, 1)
		if len(seats) != here || seats["m13"] == 0 || seats["m01"] != 0 || seats["m10"] != 0 {
			t.Errorf("%s: %d seated: %v", who, len(seats), seats)
		}
	}
	_, err = h.Reseat(t.Context(), h.by(facilitator), forest, day1, tables.ReseatInput{Held: 0, Who: tables.NotAbsent})
	want(t, err, domain.Invalid, "held")
	_, err = h.Reseat(t.Context(), h.by(facilitator), forest, day1, tables.ReseatInput{Held: 3})
	want(t, err, domain.Invalid, "held", "who")
	_, err = h.Make(t.Context(), h.by(facilitator), forest, day1, three)
	want(t, err, domain.Conflict, "were held")
	s.State = deliberation.SessionHeld
	_, err = h.Reseat(t.Context(), h.by(facilitator), forest, day1, tables.ReseatInput{Held: 2, Who: tables.NotAbsent})
	want(t, err, domain.Conflict, "this one is held")
}

func TestEarlierSessionsCountAsMet(t *testing.T) {
	t.Parallel()
	h := open(t, 16)
	h.make(day1, tables.PlanInput{Rounds: 1, Size: 4})
	h.sessions[day1].State = deliberation.SessionHeld
	x := h.make(day2, tables.PlanInput{Rounds: 1, Size: 4})
	if x.Measures.Pairs != x.Measures.Slots {
		t.Errorf("16 people can sit anew: %+v", x.Measures)
	}
}

func TestBadPlansAreExplained(t *testing.T) {
	t.Parallel()
	h := open(t, 8)
	make := func(in tables.PlanInput) error {
		_, err := h.Make(t.Context(), h.by(facilitator), forest, day1, in)
		return err
	}
	want(t, make(tables.PlanInput{}), domain.Invalid, "rounds", "size")
	want(t, make(tables.PlanInput{Rounds: 13, Size: 1, Seats: []int{1}, Diversify: []string{"town", "age"}, Cluster: []string{"age"}}), domain.Invalid, "rounds", "size", "seats", "diversify", "cluster")
	want(t, make(tables.PlanInput{Rounds: 1, Seats: []int{3, 4}}), domain.Invalid, "7 seats for 8 people")
	_, err := h.Make(t.Context(), h.by(facilitator), forest, "nowhere", three)
	want(t, err, domain.NotFound)
	_, err = h.Reseat(t.Context(), h.by(facilitator), forest, day1, tables.ReseatInput{Held: 1, Who: tables.CheckedIn})
	want(t, err, domain.Conflict, "make one first")
	h.ref.Stage = domain.Paused
	want(t, make(three), domain.Conflict, "paused")
}

func TestConflictsAreNamedToOrganisersAlone(t *testing.T) {
	t.Parallel()
	h := open(t, 8)
	h.rule(tables.RuleInput{Kind: tables.AtTable, Member: "m08", Table: 1})
	h.rule(tables.RuleInput{Kind: tables.Together, Member: "m01", Other: "m02"})
	h.rule(tables.RuleInput{Kind: tables.Apart, Member: "m02", Other: "m01"})
	_, err := h.Make(t.Context(), h.by(organiser), forest, day1, three)
	want(t, err, domain.Invalid, "the rules 3, 2 cannot all hold")
	_, err = h.Make(t.Context(), h.by(facilitator), forest, day1, three)
	want(t, err, domain.Invalid, "ask an organiser")
	if strings.Contains(err.Error(), "m0") || strings.Contains(err.Error(), " 2") {
		t.Errorf("a facilitator learns of a rule: %v", err)
	}
}

func TestRulesAreForOrganisersAlone(t *testing.T) {
	t.Parallel()
	h := open(t, 8)
	in := tables.RuleInput{Kind: tables.Apart, Member: "m01", Other: "m02"}
	h.rule(in)
	for _, a := range []domain.Actor{facilitator, commissioner, overseer, domain.MemberActor(forest, "m01", "web"), domain.PublicActor("web")} {
		_, err := h.Rules(t.Context(), a, forest)
		if err == nil {
			t.Errorf("%s reads the rules", a.ID)
		}
		if _, err := h.AddRule(t.Context(), h.by(a), forest, in); err == nil {
			t.Errorf("%s made a rule", a.ID)
		}
		if _, err := h.RemoveRule(t.Context(), h.by(a), forest, "x"); err == nil {
			t.Errorf("%s removed a rule", a.ID)
		}
	}
	_, err := h.AddRule(t.Context(), h.by(organiser), forest, tables.RuleInput{Kind: tables.Apart, Member: "m02", Other: "m01"})
	want(t, err, domain.Conflict, "there already")
	_, err = h.AddRule(t.Context(), h.by(organiser), forest, tables.RuleInput{Kind: "near", Member: "x", Other: "x"})
	want(t, err, domain.Invalid, "kind", "member", "other")
	r, err := h.Rules(t.Context(), organiser, forest)
	if err != nil || len(r.Rules) != 1 {
		t.Fatalf("%v %+v", err, r)
	}
	if r, err = h.RemoveRule(t.Context(), h.by(organiser), forest, r.Rules[0].ID); err != nil || len(r.Rules) != 0 {
		t.Errorf("%v %+v", err, r)
	}
	_, err = h.RemoveRule(t.Context(), h.by(organiser), forest, "gone")
	want(t, err, domain.NotFound)
}

func TestNothingOfPeopleIsWrittenDown(t *testing.T) {
	t.Parallel()
	h := open(t, 8)
	h.rule(tables.RuleInput{Kind: tables.Apart, Member: "m01", Other: "m02"})
	h.make(day1, three)
	for _, x := range h.plans.All() {
		text, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		for _, no := range []string{"woman", "old\"", "apart"} {
			if strings.Contains(string(text), no) {
				t.Errorf("a plan holds %s", no)
			}
		}
		checkEffects(t, x.Effects)
	}
	for _, x := range h.rules.All() {
		checkEffects(t, x.Effects)
	}
}

func checkEffects(t *testing.T, effects []domain.Effect) {
	t.Helper()
	if len(effects) == 0 {
		t.Error("nothing goes to the audit log")
	}
	for _, e := range effects {
		if e.Kind != domain.EffectAudit || strings.Contains(string(e.Data), "m0") || strings.Contains(string(e.Data), "apart") {
			t.Errorf("the audit log learns of people: %s", e.Data)
		}
	}
}

func TestEachMemberLearnsTheirOwnTables(t *testing.T) {
	t.Parallel()
	h := open(t, 8)
	x := h.make(day1, tables.PlanInput{Rounds: 2, Size: 4})
	own, err := h.Own(t.Context(), domain.MemberActor(forest, "m03", "web"), forest)
	if err != nil || len(own) != 1 || own[0].Session != day1 || !slices.Equal(own[0].Tables, []int{at(x, 0)["m03"], at(x, 1)["m03"]}) {
		t.Errorf("%v %+v", err, own)
	}
	for _, a := range []domain.Actor{facilitator, domain.PublicActor("web")} {
		if _, err := h.Own(t.Context(), a, forest); err == nil {
			t.Errorf("%s has tables of their own", a.ID)
		}
	}
	for _, a := range []domain.Actor{commissioner, overseer, domain.MemberActor(forest, "m03", "web")} {
		if _, err := h.Plan(t.Context(), a, forest, day1); err == nil {
			t.Errorf("%s reads who sits where", a.ID)
		}
	}
}

func TestThePublicSeesCountsAndNoSmallOnes(t *testing.T) {
	t.Parallel()
	h := open(t, 18)
	h.make(day1, tables.PlanInput{Rounds: 2, Size: 6, Diversify: []string{"age"}})
	h.make(day2, tables.PlanInput{Rounds: 1, Seats: []int{4, 14}})
	if got, err := h.Public(t.Context(), forest); err != nil || len(got) != 0 {
		t.Errorf("before it is held: %v %+v", err, got)
	}
	h.sessions[day1].State, h.sessions[day2].State = deliberation.SessionHeld, deliberation.SessionHeld
	got, err := h.Public(t.Context(), forest)
	if err != nil {
		t.Fatal(err)
	}
	wanted := []tables.Counts{
		{Session: day1, Title: day1, Rounds: []tables.RoundCounts{{Tables: 3, People: []int{6, 6, 6}}, {Tables: 3, People: []int{6, 6, 6}}}, Pairs: got[0].Pairs, Slots: 90, Mixed: []string{"age"}},
		{Session: day2, Title: day2, Rounds: []tables.RoundCounts{{Tables: 2, People: []int{}, Hidden: true}}, Hidden: true, Mixed: []string{}},
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Error(diff)
	}
}

func TestForgettingTakesTheRulesAlong(t *testing.T) {
	t.Parallel()
	h := open(t, 8)
	h.rule(tables.RuleInput{Kind: tables.Apart, Member: "m01", Other: "m02"})
	h.rule(tables.RuleInput{Kind: tables.Together, Member: "m03", Other: "m01"})
	h.rule(tables.RuleInput{Kind: tables.AtTable, Member: "m04", Table: 1})
	h.make(day1, tables.PlanInput{Rounds: 1, Size: 4})
	name, held, err := h.HoldsOn(t.Context(), forest, "m01", "")
	if err != nil || name != "tables" {
		t.Fatal(err)
	}
	text, err := json.Marshal(held)
	if err != nil || strings.Contains(string(text), "m0") || !strings.Contains(string(text), "never at one table with somebody") {
		t.Errorf("%v: %s", err, text)
	}
	for range 2 {
		if err := h.Forget(t.Context(), h.by(organiser), forest, "m01", ""); err != nil {
			t.Fatal(err)
		}
	}
	r, err := h.Rules(t.Context(), organiser, forest)
	if err != nil || len(r.Rules) != 1 || r.Rules[0].Member != "m04" {
		t.Errorf("%v %+v", err, r.Rules)
	}
	if _, held, err := h.HoldsOn(t.Context(), forest, "stranger", ""); err != nil || held != nil {
		t.Errorf("%v %v", err, held)
	}
}

func TestTroubleIsPassedOn(t *testing.T) {
	t.Parallel()
	h := open(t, 8)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Make(ctx, h.by(facilitator), forest, day1, three); err == nil || errors.Is(err, domain.ErrNoChange) {
		t.Errorf("got %v", err)
	}
	if n := len(h.plans.All()); n != 0 {
		t.Errorf("%d plans were kept", n)
	}
}
