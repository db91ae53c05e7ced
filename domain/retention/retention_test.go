package retention_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/retention"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

type refs struct{ ref domain.ProcessRef }

func (r *refs) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if id != "p1" {
		return domain.ProcessRef{}, domain.Hidden("process")
	}
	return r.ref, nil
}

// stock is what stands for the other services: persons by kind of data.
type stock struct {
	kinds  map[string]string // person -> kind
	gone   map[string]bool
	bank   int
	held   func(person string) bool
	breaks bool
}

func (s *stock) Locate(_ context.Context, person string) (string, string, error) {
	if _, ok := s.kinds[person]; !ok {
		return "", "", domain.Hidden("person")
	}
	return "p1", "number_" + person, nil
}

func (s *stock) EraseSubject(_ context.Context, _ domain.Command, person string) error {
	if s.breaks {
		return domain.E(domain.Unavailable, "away")
	}
	if s.held != nil && s.held(person) {
		return domain.E(domain.Conflict, "held")
	}
	s.gone[person] = true
	return nil
}

func (s *stock) Gone(_ context.Context, person string) (bool, error) {
	_, known := s.kinds[person]
	return s.gone[person] || !known, nil
}

func (s *stock) Kinds() []string {
	return []string{"unanswered", "invitees", "pool", "members", "bank"}
}

func (s *stock) of(kind string) []string {
	var out []string
	for p, k := range s.kinds {
		if k == kind && !s.gone[p] {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

func (s *stock) PurgeCount(_ context.Context, _, kind string) (int, error) {
	if kind == "bank" {
		return s.bank, nil
	}
	return len(s.of(kind)), nil
}

func (s *stock) PurgeList(_ context.Context, _, kind string, limit int) ([]string, error) {
	if kind == "bank" {
		return slices.Repeat([]string{"m1"}, s.bank), nil
	}
	ids := slices.DeleteFunc(s.of(kind), func(id string) bool { return s.held != nil && s.held(id) })
	return ids[:min(limit, len(ids))], nil
}

func (s *stock) ErasesAll(kind string) bool { return kind != "bank" }

func (s *stock) PurgeOne(ctx context.Context, cmd domain.Command, kind, person string) error {
	if kind == "bank" {
		s.bank--
		return nil
	}
	return s.EraseSubject(ctx, cmd, person)
}

type world struct {
	*retention.Service
	clock    *domaintest.Clock
	clocks   *domaintest.Repo[retention.Clock]
	erasures *domaintest.Repo[retention.Erasure]
	holds    *domaintest.Repo[retention.Hold]
	refs     *refs
	stock    *stock
}

func newWorld() *world {
	w := &world{
		clock: domaintest.NewClock(start), clocks: domaintest.Memory(retention.Clocks), erasures: domaintest.Memory(retention.Erasures),
		holds: domaintest.Memory(retention.HoldsKept),
		refs:  &refs{domain.ProcessRef{ID: "p1", Body: "b1", Stage: domain.Recruiting, Profile: "england_nhs"}},
		stock: &stock{kinds: map[string]string{"i1": "invitees", "i2": "invitees", "n1": "pool", "m1": "members"}, gone: map[string]bool{}, bank: 1},
	}
	w.stock.held = func(person string) bool {
		held, _ := retention.Holds{Repository: w.holds}.Held(context.Background(), "p1", person)
		return held
	}
	w.Service = retention.New(retention.Deps{Clocks: w.clocks, Erasures: w.erasures, Holds: w.holds, Processes: w.refs, People: w.stock,
		Erasers: []retention.Eraser{w.stock}, Purgers: []retention.Purger{w.stock}, Clock: w.clock})
	return w
}

func staff(id string, role domain.Role) domain.Actor {
	return domain.Actor{ID: id, Via: "api", Grants: []domain.Grant{{Role: role, Process: "p1"}}}
}

var (
	olu    = staff("olu", domain.Organiser)
	caller = staff("cal", domain.ConfirmationCaller)
	comm   = staff("com", domain.Commissioner)
)

func by(a domain.Actor, key string) domain.Command { return domain.Command{Actor: a, Key: key} }

func wantCode(t *testing.T, what string, err error, want domain.Code) {
	t.Helper()
	if got := domain.CodeOf(err); got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

// reach tells the service that the process entered a stage now.
func (w *world) reach(t *testing.T, stage domain.Stage) {
	t.Helper()
	raw, _ := json.Marshal(domain.StageData{Process: "p1", To: stage})
	e := domain.Effect{ID: string(stage), Kind: domain.EffectStage, Due: w.clock.Now(), Data: raw}
	for range 2 { // twice is once
		if err := w.ExecuteEffect(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) tick(t *testing.T) int {
	t.Helper()
	n, err := w.Tick(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) item(t *testing.T, kind string) retention.Item {
	t.Helper()
	plan, err := w.Plan(t.Context(), olu, "p1")
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range plan.Items {
		if it.Kind == kind {
			return it
		}
	}
	t.Fatalf("no %s in the plan", kind)
	return retention.Item{}
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func TestPurgeIsListedThenRuns(t *testing.T) {
	t.Parallel()
	w := newWorld()
	if _, err := w.Start(t.Context(), by(olu, "s"), "p1"); err != nil {
		t.Fatal(err)
	}
	w.stock.kinds["u1"] = "unanswered"
	w.reach(t, domain.Selected)
	w.clock.Advance(days(30))
	w.tick(t)
	w.clock.Advance(days(retention.Grace))
	w.tick(t)
	if it := w.item(t, "unanswered"); it.State != retention.Done || it.Purged != 1 || !w.stock.gone["u1"] || len(w.stock.gone) != 1 {
		t.Errorf("the unanswered have a time of their own: %+v, gone %v", it, w.stock.gone)
	}
	delete(w.stock.gone, "u1")
	delete(w.stock.kinds, "u1")
	if err := w.erasures.Delete(t.Context(), w.erasures.All()[0].ID); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(days(89 - 30 - retention.Grace))
	if n := w.tick(t); n != 0 || w.item(t, "invitees").State != retention.Waiting {
		t.Errorf("a day early: %d things done", n)
	}
	w.clock.Advance(days(1))
	w.tick(t)
	if it := w.item(t, "invitees"); it.State != retention.Staged || it.Listed != 2 || len(w.stock.gone) != 0 {
		t.Errorf("on the day: %+v, %d gone", it, len(w.stock.gone))
	}
	c := w.clocks.All()[0]
	if !slices.ContainsFunc(c.Effects, func(e domain.Effect) bool { return e.Kind == domain.EffectNotice }) {
		t.Error("the organisers were not told")
	}
	if n := w.tick(t); n != 0 {
		t.Errorf("in the days of grace: %d things done", n)
	}
	w.clock.Advance(days(retention.Grace))
	w.tick(t)
	it := w.item(t, "invitees")
	if it.State != retention.Done || it.Purged != 2 || !w.stock.gone["i1"] || !w.stock.gone["i2"] || w.stock.gone["n1"] {
		t.Errorf("after grace: %+v, gone %v", it, w.stock.gone)
	}
	log, err := w.Log(t.Context(), time.Time{})
	slices.Sort(log)
	if d := cmp.Diff([]string{"i1", "i2"}, log); d != "" || err != nil {
		t.Errorf("the log of erasures: %v -want +got\n%s", err, d)
	}
	if n := w.tick(t); n != 0 {
		t.Errorf("done, and still %d things to do", n)
	}
}

func TestTheClockStartsByItself(t *testing.T) {
	t.Parallel()
	onlyClosed := []retention.Period{{Kind: "members", After: domain.Closed, Days: 30, Why: "a local rule"}}
	for _, row := range []struct {
		name    string
		periods []retention.Period
		enters  []domain.Stage
		want    []bool // started after each
	}{
		{"with the first period", retention.Default, []domain.Stage{domain.Designed, domain.Recruiting, domain.Selected, domain.Closed}, []bool{false, false, true, true}},
		{"with the end", onlyClosed, []domain.Stage{domain.Selected, domain.Reported, domain.Closed}, []bool{false, false, true}},
		{"with the end, without any period", nil, []domain.Stage{domain.Closed}, []bool{true}},
		{"when it is cancelled", onlyClosed, []domain.Stage{domain.Selected, domain.Cancelled}, []bool{false, true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.Service = retention.New(retention.Deps{Clocks: w.clocks, Erasures: w.erasures, Holds: w.holds, Processes: w.refs, People: w.stock,
				Clock: w.clock, Schedules: map[string][]retention.Period{"england_nhs": row.periods}})
			for i, stage := range row.enters {
				for range 2 { // an effect may be done twice
					w.reach(t, stage)
				}
				plan, err := w.Plan(t.Context(), olu, "p1")
				if err != nil || (plan.StartedAt != nil) != row.want[i] {
					t.Errorf("at %s: started %v, %v", stage, plan.StartedAt, err)
				}
			}
			told := 0
			for _, e := range w.clocks.All()[0].Effects {
				if e.Kind == domain.EffectNotice {
					told++
				}
			}
			if told != 1 {
				t.Errorf("the organisers were told %d times", told)
			}
		})
	}
}

func TestCancelledProcessPurgesEverything(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.reach(t, domain.Cancelled)
	for range 3 {
		w.clock.Advance(days(800))
		w.tick(t)
	}
	if len(w.stock.gone) != 4 || w.stock.bank != 0 {
		t.Errorf("%d of 4 gone, %d bank details left", len(w.stock.gone), w.stock.bank)
	}
}

func TestLegalHoldStopsPurgeAndErasure(t *testing.T) {
	t.Parallel()
	for _, person := range []string{"", "i1"} {
		t.Run("on "+person, func(t *testing.T) {
			t.Parallel()
			w, ctx := newWorld(), t.Context()
			_, err := w.PlaceHold(ctx, by(caller, "h0"), "p1", retention.HoldInput{Person: person, Reason: "case 12/26"})
			wantCode(t, "a caller", err, domain.Forbidden)
			if _, err := w.PlaceHold(ctx, by(olu, "h1"), "p1", retention.HoldInput{Person: person, Reason: "case 12/26"}); err != nil {
				t.Fatal(err)
			}
			if plan, _ := w.Plan(ctx, olu, "p1"); plan.LegalHold != (person == "") || plan.Holds != map[bool]int{true: 0, false: 1}[person == ""] {
				t.Errorf("the plan shows hold %v and %d on persons", plan.LegalHold, plan.Holds)
			}
			if _, err := w.Start(ctx, by(olu, "s"), "p1"); err != nil {
				t.Fatal(err)
			}
			w.reach(t, domain.Selected)
			for range 3 {
				w.clock.Advance(days(100))
				w.tick(t)
			}
			if it := w.item(t, "invitees"); it.State != retention.Staged || it.Stopped != "legal_hold" || w.stock.gone["i1"] || w.stock.gone["i2"] == (person == "") {
				t.Errorf("held: %+v, gone %v", it, w.stock.gone)
			}
			e := w.checked(t, "i1")
			_, err = w.Execute(ctx, by(olu, "x"), e.ID)
			wantCode(t, "erasure under a hold", err, domain.Conflict)
			if _, err := w.ReleaseHold(ctx, by(olu, "h2"), "p1", retention.ReleaseInput{Person: person, Reason: "case closed"}); err != nil {
				t.Fatal(err)
			}
			w.clock.Advance(days(1))
			w.tick(t)
			if it := w.item(t, "invitees"); it.State != retention.Done || !w.stock.gone["i1"] {
				t.Errorf("released: %+v", it)
			}
			if hs, err := w.ListHolds(ctx, olu, "p1"); err != nil || len(hs) != 1 || hs[0].ReleasedAt == nil || hs[0].Released == "" {
				t.Errorf("the hold is not on record: %v", err)
			}
		})
	}
}

// checked is a request for erasure whose identity was checked.
func (w *world) checked(t *testing.T, person string) retention.Erasure {
	t.Helper()
	e, err := w.RequestErasure(t.Context(), by(caller, "r"+person), person)
	if err != nil {
		t.Fatal(err)
	}
	if e, err = w.CheckIdentity(t.Context(), by(caller, "c"+person), e.ID, retention.CheckInput{How: "called_back"}); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestErasureStepByStep(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	self := domain.MemberActor("p1", "n1", "web")
	e, err := w.RequestErasure(ctx, by(self, "1"), "n1")
	if err != nil || e.State != retention.Requested || !e.Due.Equal(start.AddDate(0, 1, 0)) {
		t.Fatalf("%s, due %v, %v", e.State, e.Due, err)
	}
	if twice, err := w.RequestErasure(ctx, by(self, "2"), "n1"); err != nil || twice.Version != e.Version {
		t.Errorf("asked twice: %v", err)
	}
	_, err = w.RequestErasure(ctx, by(domain.MemberActor("p1", "m1", "web"), "3"), "n1")
	wantCode(t, "by another member", err, domain.NotFound)
	_, err = w.RequestErasure(ctx, by(comm, "3"), "n1")
	wantCode(t, "by a commissioner", err, domain.NotFound)
	_, err = w.Execute(ctx, by(olu, "4"), e.ID)
	wantCode(t, "before the check", err, domain.Conflict)
	_, err = w.CheckIdentity(ctx, by(self, "5"), e.ID, retention.CheckInput{How: "signed_in"})
	wantCode(t, "checked by oneself", err, domain.NotFound)
	_, err = w.CheckIdentity(ctx, by(caller, "6"), e.ID, retention.CheckInput{How: "a hunch"})
	wantCode(t, "a check unknown", err, domain.Invalid)
	if e, err = w.CheckIdentity(ctx, by(caller, "7"), e.ID, retention.CheckInput{How: "called_back"}); err != nil {
		t.Fatal(err)
	}
	_, err = w.Confirm(ctx, by(olu, "8"), e.ID)
	wantCode(t, "confirmed before done", err, domain.Conflict)
	_, err = w.Execute(ctx, by(caller, "9"), e.ID)
	wantCode(t, "executed by a caller", err, domain.Forbidden)
	for range 2 {
		if e, err = w.Execute(ctx, by(olu, "10"), e.ID); err != nil || e.State != retention.Executed {
			t.Fatalf("%s, %v", e.State, err)
		}
	}
	if e, err = w.Confirm(ctx, by(olu, "11"), e.ID); err != nil || e.State != retention.Confirmed || e.ConfirmedAt == nil {
		t.Fatalf("%s, %v", e.State, err)
	}
	raw, _ := json.Marshal(e)
	if !strings.Contains(string(raw), `"n1"`) || strings.Contains(string(raw), "number_") {
		t.Errorf("the proof: %s", raw)
	}
}

func TestBrokenErasureIsFinishedByTick(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	e := w.checked(t, "m1")
	w.stock.breaks = true
	_, err := w.Execute(ctx, by(olu, "x"), e.ID)
	wantCode(t, "broken off", err, domain.Unavailable)
	if _, err := w.Tick(ctx); err == nil {
		t.Error("a tick in trouble says nothing")
	}
	_, err = w.Refuse(ctx, by(olu, "y"), e.ID, retention.RefuseInput{Reason: "taken_back"})
	wantCode(t, "refusing a begun one", err, domain.Conflict)
	w.stock.breaks = false
	if n := w.tick(t); n != 1 || !w.stock.gone["m1"] {
		t.Errorf("%d things done, gone %v", n, w.stock.gone)
	}
	if e, err = w.Erasure(ctx, olu, e.ID); err != nil || e.State != retention.Executed {
		t.Errorf("%s, %v", e.State, err)
	}
	if n := w.tick(t); n != 0 {
		t.Errorf("%d things still to do", n)
	}
}

func TestReapplyAfterARestore(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	e := w.checked(t, "m1")
	if _, err := w.Execute(ctx, by(olu, "x"), e.ID); err != nil {
		t.Fatal(err)
	}
	log, err := w.Log(ctx, start)
	if err != nil || len(log) != 1 {
		t.Fatalf("log %v, %v", log, err)
	}
	w.stock.gone = map[string]bool{} // the backup brings them back
	n, err := w.Reapply(ctx, by(domain.SystemActor("command"), "re"), append(log, "unknown"))
	if n != 1 || err != nil || !w.stock.gone["m1"] {
		t.Errorf("%d erased again, %v", n, err)
	}
	if n, _ := w.Reapply(ctx, by(domain.SystemActor("command"), "re"), log); n != 0 {
		t.Errorf("%d erased a third time", n)
	}
}

func TestSteeringAListedPurge(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	_, err := w.Postpone(ctx, by(olu, "0"), "p1", retention.PostponeInput{Kind: "invitees", Days: 30, Reason: "an inquiry"})
	wantCode(t, "no clock", err, domain.Conflict)
	if _, err := w.Start(ctx, by(olu, "s"), "p1"); err != nil {
		t.Fatal(err)
	}
	_, err = w.RunNow(ctx, by(olu, "1"), "p1", retention.RunNowInput{Kind: "invitees"})
	wantCode(t, "not listed", err, domain.Conflict)
	w.reach(t, domain.Selected)
	w.clock.Advance(days(90))
	w.tick(t)
	_, err = w.Postpone(ctx, by(olu, "2"), "p1", retention.PostponeInput{Kind: "invitees", Days: 999})
	wantCode(t, "too long, no reason", err, domain.Invalid)
	_, err = w.Postpone(ctx, by(caller, "3"), "p1", retention.PostponeInput{Kind: "invitees", Days: 30, Reason: "an inquiry"})
	wantCode(t, "a caller", err, domain.Forbidden)
	if _, err := w.Postpone(ctx, by(olu, "4"), "p1", retention.PostponeInput{Kind: "invitees", Days: 30, Reason: "an inquiry"}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(days(29))
	if w.tick(t); len(w.stock.gone) != 0 {
		t.Error("a postponed purge ran")
	}
	if _, err := w.RunNow(ctx, by(olu, "5"), "p1", retention.RunNowInput{Kind: "invitees"}); err != nil {
		t.Fatal(err)
	}
	if w.tick(t); len(w.stock.gone) != 2 {
		t.Errorf("%d gone", len(w.stock.gone))
	}
}

func TestProfilesBringTheirPeriods(t *testing.T) {
	t.Parallel()
	w := newWorld()
	own := []retention.Period{{Kind: "pool", After: domain.Selected, Days: 7, Why: "a local rule"}}
	svc := retention.New(retention.Deps{Clocks: w.clocks, Holds: w.holds, Processes: w.refs, Clock: w.clock,
		Schedules: map[string][]retention.Period{"england_nhs": own}})
	plan, err := svc.Plan(t.Context(), comm, "p1")
	if err != nil || len(plan.Items) != 1 || plan.Items[0].Days != 7 {
		t.Errorf("%+v, %v", plan.Items, err)
	}
	_, err = svc.Plan(t.Context(), domain.PublicActor("web"), "p1")
	wantCode(t, "the public", err, domain.NotFound)
}

func TestLargePurgeRunsInBatches(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for i := range 448 {
		w.stock.kinds[fmt.Sprint("x", i)] = "invitees"
	}
	if _, err := w.Start(t.Context(), by(olu, "s"), "p1"); err != nil {
		t.Fatal(err)
	}
	w.reach(t, domain.Selected)
	w.clock.Advance(days(90))
	w.tick(t)
	w.clock.Advance(days(retention.Grace))
	w.tick(t)
	if it := w.item(t, "invitees"); it.State != retention.Done || it.Listed != 450 || it.Purged != 450 {
		t.Errorf("got %+v", it)
	}
	log, err := w.Log(t.Context(), time.Time{})
	if err != nil || len(log) != 450 {
		t.Errorf("%d in the log, %v", len(log), err)
	}
}
