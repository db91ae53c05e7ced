package recruitment_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	sixteen, seventy := 16, 70
	rules := []recruitment.Rule{
		{Answer: "age", Min: &sixteen, Max: &seventy, Reason: "too_young", Say: "16 to 70"},
		{Answer: "lives", OneOf: []string{"Forest"}, Reason: "outside_area", Say: "live here", Required: true},
		{Answer: "works", NoneOf: []string{"yes"}, Reason: "works_for_commissioner", Say: "not staff"},
	}
	place := []recruitment.Target{{Feature: "Place", Value: "North", Min: 1, Max: 3}}
	rows := []struct {
		name    string
		answers map[string]string
		want    recruitment.Judgement
	}{
		{"all well", map[string]string{"age": "40", "lives": "forest", "Place": "north"}, recruitment.Judgement{Eligible: true}},
		{"too young", map[string]string{"age": "15", "lives": "Forest", "Place": "North"}, recruitment.Judgement{Reason: "too_young", Say: "16 to 70"}},
		{"too old", map[string]string{"age": "71"}, recruitment.Judgement{Reason: "too_young", Say: "16 to 70"}},
		{"a band that reaches in", map[string]string{"age": "15-24", "lives": "Forest", "Place": "North"}, recruitment.Judgement{Eligible: true}},
		{"a band below", map[string]string{"age": "0-15", "lives": "Forest"}, recruitment.Judgement{Reason: "too_young", Say: "16 to 70"}},
		{"an open band", map[string]string{"age": "65+", "lives": "Forest", "Place": "North"}, recruitment.Judgement{Eligible: true}},
		{"age not said", map[string]string{"age": "Rather not say", "lives": "Forest", "Place": "North"}, recruitment.Judgement{Eligible: true}},
		{"elsewhere", map[string]string{"lives": "Town", "Place": "North"}, recruitment.Judgement{Reason: "outside_area", Say: "live here"}},
		{"works there", map[string]string{"lives": "Forest", "works": "Yes", "Place": "North"}, recruitment.Judgement{Reason: "works_for_commissioner", Say: "not staff"}},
		{"two answers missing", map[string]string{"age": "40"}, recruitment.Judgement{Missing: []string{"lives", "Place"}}},
		{"would rather not say the place", map[string]string{"lives": "Forest", "Place": "rather not say"}, recruitment.Judgement{Eligible: true}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(row.want, recruitment.Judge(rules, place, row.answers)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRegistrationByConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	ctx := t.Context()
	texts := domain.SystemActor("sms")
	got, err := w.s.Register(ctx, w.by(texts), jury, recruitment.RegisterInput{
		Source: people.FromText, Channel: people.ChannelText, Identity: people.Identity{Number: "+999000000123"}})
	w.must(err)
	if got.Status != people.Registered || len(got.Missing) != 2 {
		t.Fatalf("a yes without answers: %+v", got)
	}
	got, err = w.s.Answer(ctx, w.by(texts), jury, got.Person, recruitment.AnswerInput{Answers: people.Answers{"place": "SOUTH"}})
	w.must(err)
	if got.Status != people.Registered || len(got.Missing) != 1 {
		t.Errorf("after one answer: %+v", got)
	}
	got, err = w.s.Answer(ctx, w.by(texts), jury, got.Person, recruitment.AnswerInput{Answers: people.Answers{"Age": "not_said"}})
	w.must(err)
	if got.Status != people.InPool {
		t.Errorf("after the last answer: %+v", got)
	}
	if told := w.settle(); len(told["registered"]) != 0 {
		t.Error("the conversation says so itself; a second text went out")
	}
	_, err = w.s.Answer(ctx, w.by(texts), jury, got.Person, recruitment.AnswerInput{Answers: people.Answers{"Place": "West"}})
	if e := asError(err); e == nil || e.Fields["answers.Place"] == "" {
		t.Errorf("a place that is none: %v", err)
	}
}

// TestHalfARegistrationIsCompletedElsewhere begins by text and ends on the
// page: one person.
func TestHalfARegistrationIsCompletedElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	ctx := t.Context()
	begun, err := w.s.Register(ctx, w.by(domain.SystemActor("sms")), jury, recruitment.RegisterInput{
		Source: people.FromText, Identity: people.Identity{Number: "+999000000123"}})
	w.must(err)
	_, err = w.s.Register(ctx, w.by(domain.PublicActor("web")), jury, recruitment.RegisterInput{Source: people.FromPage,
		Identity: people.Identity{Name: "Robin", Number: "+999000000123"}, Answers: people.Answers{"Place": "North", "Age": "45+"}})
	w.must(err)
	if st := w.status(begun.Person); st != people.InPool || len(w.rows.All()) != 1 {
		t.Errorf("%s, %d people", st, len(w.rows.All()))
	}
}

func TestTheSamePersonTwiceIsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	first := w.join(1, "North", "45+")
	ctx := t.Context()
	again := recruitment.RegisterInput{Source: people.FromStaff, Identity: people.Identity{Name: "person  1", Number: "+999000000001"},
		Answers: people.Answers{"Place": "South", "Age": "45+"}}
	got, err := w.s.Register(ctx, w.by(cal), jury, again)
	w.must(err)
	if got.Person != first || !got.Already {
		t.Errorf("same number and name: %+v", got)
	}
	again.Identity.Name = "Somebody else"
	got, err = w.s.Register(ctx, w.by(cal), jury, again)
	w.must(err)
	if got.Person == first || got.Status != people.InPool {
		t.Errorf("another name on the number: %+v", got)
	}
	for n := 2; n < 6; n++ {
		w.join(n, []string{"North", "South"}[n%2], "16-44")
	}
	d := w.drawn()
	if d.Pool != 6 {
		t.Fatalf("pool: %d", d.Pool)
	}
	sits := map[string]bool{}
	for _, id := range w.with(people.Offered) {
		sits[id] = true
	}
	if sits[first] && sits[got.Person] {
		t.Error("two people of one number were both picked")
	}
}

func TestRegistrationAfterTheDoorsClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	in := recruitment.RegisterInput{Source: people.FromPage, Identity: people.Identity{Name: "Early"}}
	if _, err := w.s.Register(ctx, w.by(domain.PublicActor("web")), jury, in); !domain.Is(err, domain.Conflict) {
		t.Errorf("before it opened: %v", err)
	}
	w.open()
	closes := begin.Add(48 * time.Hour)
	_, err := w.s.Set(ctx, w.by(olive), jury, recruitment.SettingsInput{ClosesAt: &closes})
	w.must(err)
	w.join(1, "North", "45+")
	w.tick()
	if v, _ := w.s.Get(ctx, olive, jury); v.State != recruitment.PoolOpen {
		t.Errorf("closed early: %s", v.State)
	}
	w.clock.Set(closes)
	w.ref.Stage = domain.Paused
	w.tick()
	if v, _ := w.s.Get(ctx, olive, jury); v.State != recruitment.PoolOpen {
		t.Errorf("closed while the process is paused: %s", v.State)
	}
	w.ref.Stage = domain.Recruiting
	w.tick()
	v, err := w.s.Get(ctx, olive, jury)
	w.must(err)
	if v.State != recruitment.PoolClosed || !v.ClosedAt.Equal(closes) {
		t.Errorf("at its time: %+v", v)
	}
	if _, err := w.s.Register(ctx, w.by(cal), jury, in); !domain.Is(err, domain.Conflict) {
		t.Errorf("after it closed: %v", err)
	}
}

func TestReassessAfterTargetsChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	ctx := t.Context()
	got, err := w.s.Register(ctx, w.by(cal), jury, recruitment.RegisterInput{Source: people.FromStaff,
		Identity: people.Identity{Name: "Half"}, Answers: people.Answers{"Place": "North"}})
	w.must(err)
	if got.Status != people.Registered {
		t.Fatalf("%+v", got)
	}
	_, err = w.s.SetTargets(ctx, w.by(olive), jury, recruitment.TargetsInput{Targets: targets()[:2]})
	w.must(err)
	n, err := w.s.Reassess(ctx, w.by(olive), jury)
	if err != nil || n != 1 || w.status(got.Person) != people.InPool {
		t.Errorf("moved %d, %v, %s", n, err, w.status(got.Person))
	}
}

func TestTargetsNameEveryProblem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one := 1
	_, err := w.s.SetTargets(t.Context(), w.by(olive), jury, recruitment.TargetsInput{Targets: []recruitment.Target{
		{Feature: "Place", Value: "North", Min: 5, Max: 2},
		{Feature: "Place", Value: "north ", Min: 0, Max: 1},
		{Feature: "Age", Value: "Old", Min: 0, Max: 1, FlexMin: &one, Share: 20000},
	}})
	e := asError(err)
	if e == nil || e.Code != domain.Invalid {
		t.Fatalf("got %v", err)
	}
	for _, f := range []string{"targets[0]", "targets[1]", "targets[2]", "targets[2].share", "targets[2].source"} {
		if e.Fields[f] == "" {
			t.Errorf("%s is not named in %v", f, e.Fields)
		}
	}
}

func TestALettersCodeRegistersItsPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.invitees(60, 30)
	ctx := t.Context()
	_, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 30})
	w.must(err)
	w.tick()
	invited := w.rows.All()[0]
	page := domain.PublicActor("web")
	in := recruitment.RegisterInput{Source: people.FromCode, Code: people.Private(w.people.LetterCode(invited)),
		Identity: people.Identity{Email: "robin@example.org"}, Answers: people.Answers{"Place": "North", "Age": "45+"}}
	got, err := w.s.Register(ctx, w.by(page), jury, in)
	w.must(err)
	if got.Status != people.InPool || got.Person != "" || w.status(invited.ID) != people.InPool {
		t.Errorf("by code: %+v, %s", got, w.status(invited.ID))
	}
	in.Code = "ZZZZZZZZ"
	if _, err := w.s.Register(ctx, w.by(page), jury, in); asError(err) == nil || asError(err).Fields["code"] == "" {
		t.Errorf("a code that nobody has: %v", err)
	}
	in.Source = people.FromStaff
	if _, err := w.s.Register(ctx, w.by(page), jury, in); !domain.Is(err, domain.Invalid) {
		t.Errorf("the public as staff: %v", err)
	}
	stranger := domain.MemberActor(jury, "somebody-else", "web")
	if _, err := w.s.Answer(ctx, w.by(stranger), jury, invited.ID, recruitment.AnswerInput{Answers: people.Answers{"Place": "South"}}); !domain.Is(err, domain.NotFound) {
		t.Errorf("somebody else's answers: %v", err)
	}
	if _, err := w.s.NotEligible(ctx, w.by(page), jury, invited.ID, "too_young"); !domain.Is(err, domain.NotFound) {
		t.Errorf("anybody as judge: %v", err)
	}
}

// Whoever said that they are not whom the jury is for, or gave an answer that
// rules them out, and takes it back, is registered like anybody else: they
// used to be told so and to be in no draw.
func TestASecondThoughtAboutWhoTheJuryIsFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	ctx := t.Context()
	texts := domain.SystemActor("sms")
	for i, c := range []struct {
		out, again people.Answers // nil: they say so themselves
		want       people.Status
	}{
		{nil, people.Answers{"eligible": "yes"}, people.InPool},
		{nil, people.Answers{"place": "North"}, people.Ineligible},
		{people.Answers{"elected": "yes"}, people.Answers{"elected": "no"}, people.InPool},
		{people.Answers{"elected": "yes"}, people.Answers{"place": "North"}, people.Ineligible},
	} {
		got, err := w.s.Register(ctx, w.by(texts), jury, recruitment.RegisterInput{
			Source: people.FromText, Channel: people.ChannelText, Identity: people.Identity{Number: people.Private(fmt.Sprintf("+9990000001%02d", i))}})
		w.must(err)
		if c.out == nil {
			_, err = w.s.NotEligible(ctx, w.by(texts), jury, got.Person, "self_declared")
		} else {
			_, err = w.s.Answer(ctx, w.by(texts), jury, got.Person, recruitment.AnswerInput{Answers: c.out})
		}
		w.must(err)
		if st := w.status(got.Person); st != people.Ineligible {
			t.Fatalf("%d: %s at first, want ineligible", i, st)
		}
		again := w.by(texts)
		for range 2 {
			_, err = w.s.Answer(ctx, again, jury, got.Person, recruitment.AnswerInput{Answers: c.again})
			w.must(err)
		}
		_, err = w.s.Answer(ctx, w.by(texts), jury, got.Person, recruitment.AnswerInput{Answers: people.Answers{"place": "North", "age": "45+"}})
		w.must(err)
		if st := w.status(got.Person); st != c.want {
			t.Errorf("%d: in the end %s, want %s", i, st, c.want)
		}
	}
}
