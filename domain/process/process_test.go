package process_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/process"
)

var start = time.Date(2018, 1, 15, 10, 0, 0, 0, time.UTC)

// world is a service with a body and one process in it.
type world struct {
	*process.Service
	t       *testing.T
	clock   *domaintest.Clock
	procs   *domaintest.Repo[process.Process]
	body    string
	id      string
	keys    int
	sources []domain.GuardSource
}

func staff(id string, role domain.Role, body string) domain.Actor {
	return domain.Actor{ID: id, Name: "Name of " + id, Grants: []domain.Grant{{Role: role, Body: body}}}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: domaintest.NewClock(start), procs: domaintest.Memory(process.Processes)}
	w.Service = process.New(process.Deps{
		Bodies: domaintest.Memory(process.Bodies), Processes: w.procs, Clock: w.clock,
		Profiles: map[string]process.Profile{"england_nhs": {
			ID: "england_nhs", Formats: []string{"text"}, Languages: []string{"en"}, ReviewMonths: 12,
			Steps: []process.Step{{ID: "planning", Question: "Is it about planning or change?"}, {ID: "impact", Question: "Would it affect how services reach people?"}},
		}},
	})
	admin := domain.Actor{ID: "root", Name: "Root", Grants: []domain.Grant{{Role: domain.Administrator}}}
	b, err := w.CreateBody(t.Context(), domain.Command{Actor: admin, Key: "body"}, process.BodyInput{
		Name: "Oakshire Health Board", Kind: "integrated_care_board", Profile: "england_nhs", Phone: "01632 960123",
	})
	w.must(err)
	w.body = b.ID
	v, err := w.Propose(t.Context(), w.by("carol", domain.Commissioner), process.ProposeInput{
		Body: b.ID, Kind: "jury", Name: "Oakshire hospital jury", ShortName: "Oakshire Jury",
	})
	w.must(err)
	w.id = v.ID
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// by is a fresh command of a person in a role over the body.
func (w *world) by(id string, role domain.Role) domain.Command {
	w.keys++
	return domain.Command{Actor: staff(id, role, w.body), Key: domain.Derive(w.t.Name(), id, string(rune(w.keys)))}
}

func (w *world) organiser() domain.Command { return w.by("olu", domain.Organiser) }

func (w *world) missing(to domain.Stage) []string {
	w.t.Helper()
	n, err := w.Next(w.t.Context(), w.organiser().Actor, w.id)
	w.must(err)
	if n.Next != to {
		w.t.Fatalf("the next stage is %s, want %s", n.Next, to)
	}
	var items []string
	for _, m := range n.Missing {
		items = append(items, m.Item)
	}
	return items
}

var remit = process.RemitInput{
	Question: "Where in Oakshire should the new hospital be built?",
	InScope:  []string{"the place"}, OutOfScope: []string{"closing the old hospital"},
	Influence: "the board decides after hearing the jury", Criteria: []string{"travel time"}, Preference: "none",
}

var duty = process.DutyInput{
	Outcome: "applies", Reasons: "services change",
	Answers: []process.DutyAnswer{{Step: "planning", Answer: "yes", Reason: "new site"}, {Step: "impact", Answer: "yes", Reason: "travel"}},
}

func spec() process.SpecificationInput {
	return process.SpecificationInput{
		Size: 12, MinSeated: 10, Reserves: 2, Hours: 20, Starts: start.AddDate(0, 6, 0), Ends: start.AddDate(0, 6, 4),
		Place: "Town hall", Times: "9.30am to 5pm", Purpose: "help choose where the new hospital goes", Method: "a jury gives time for evidence", PayPence: 30000, PaymentPolicy: "policy-1",
		PrivacyNotice: "notice-1", DPIA: "dpia-1", Formats: []string{"text", "letter"}, Languages: []string{"en"}, MinAge: 16, Area: "Oakshire",
	}
}

// step meets one item of a guard.
type step struct {
	item string
	meet func(w *world) error
}

func remitSteps() []step {
	ctx := context.Background()
	set := func(change func(*process.RemitInput)) func(w *world) error {
		return func(w *world) error {
			in := remit
			change(&in)
			_, err := w.SetRemit(ctx, w.organiser(), w.id, in)
			return err
		}
	}
	return []step{
		{"question_plain", set(func(in *process.RemitInput) { in.OutOfScope, in.Criteria, in.Preference = nil, nil, "" })},
		{"out_of_scope", set(func(in *process.RemitInput) { in.Criteria, in.Preference = nil, "" })},
		{"criteria", set(func(in *process.RemitInput) { in.Preference = "" })},
		{"preference", set(func(*process.RemitInput) {})},
		{"commitment", func(w *world) error {
			_, err := w.Commit(ctx, w.by("carol", domain.Commissioner), w.id, process.CommitmentInput{
				Promise: "answer every recommendation", ResponseDue: start.AddDate(0, 8, 0), DecidedBy: "the board",
			})
			return err
		}},
		{"gunning_1", func(w *world) error {
			_, err := w.RecordGunning(ctx, w.organiser(), w.id, process.GunningInput{Principle: 1, Text: "three places, none preferred"})
			return err
		}},
		{"duty_assessment", func(w *world) error {
			if _, err := w.AssessDuty(ctx, w.by("carol", domain.Commissioner), w.id, duty); err != nil {
				return err
			}
			_, err := w.ApproveDuty(ctx, w.by("dev", domain.Commissioner), w.id, process.ApproveDutyInput{})
			return err
		}},
		{"question_signed", func(w *world) error { w.appoint(); return w.sign("ann", "question") }},
	}
}

func (w *world) appoint() {
	w.t.Helper()
	for user, stand := range map[string]string{"ann": "patients", "bo": "local government", "cy": "clinicians"} {
		_, err := w.AppointOversight(w.t.Context(), w.organiser(), w.id, process.OversightInput{User: user, Name: "Name of " + user, Standpoint: stand})
		w.must(err)
	}
}

func (w *world) sign(user, what string) error {
	_, err := w.SignOff(w.t.Context(), w.by(user, domain.Oversight), w.id, process.SignOffInput{What: what})
	return err
}

// climb meets the steps one by one: each item is named until it is met, and
// the stage is refused until all are.
func (w *world) climb(to domain.Stage, steps []step) {
	w.t.Helper()
	for _, st := range steps {
		if got := w.missing(to); !slices.Contains(got, st.item) {
			w.t.Errorf("before it is met, %s is not among the missing: %v", st.item, got)
		}
		_, err := w.Advance(w.t.Context(), w.organiser(), w.id, process.AdvanceInput{To: to})
		if !domain.Is(err, domain.Conflict) || !strings.Contains(err.Error(), st.item) {
			w.t.Errorf("without %s: got %v, want a conflict that names it", st.item, err)
		}
		w.must(st.meet(w))
		if got := w.missing(to); slices.Contains(got, st.item) {
			w.t.Errorf("%s was met and is still missing: %v", st.item, got)
		}
	}
	v, err := w.Advance(w.t.Context(), w.organiser(), w.id, process.AdvanceInput{To: to})
	w.must(err)
	if v.Stage != to {
		w.t.Errorf("got stage %s, want %s", v.Stage, to)
	}
}

func TestEveryItemOfTheRemitIsGuarded(t *testing.T) {
	t.Parallel()
	newWorld(t).climb(domain.RemitAgreed, remitSteps())
}

func designSteps() []step {
	ctx := context.Background()
	blank := []struct {
		item  string
		blank func(*process.SpecificationInput)
	}{
		{"dates", func(s *process.SpecificationInput) { s.Starts, s.Ends = time.Time{}, time.Time{} }},
		{"place", func(s *process.SpecificationInput) { s.Place = "" }},
		{"times", func(s *process.SpecificationInput) { s.Times = "" }},
		{"purpose", func(s *process.SpecificationInput) { s.Purpose = "" }},
		{"method", func(s *process.SpecificationInput) { s.Method = "" }},
		{"area", func(s *process.SpecificationInput) { s.Area = "" }},
		{"formats", func(s *process.SpecificationInput) { s.Formats = nil }},
		{"languages", func(s *process.SpecificationInput) { s.Languages = nil }},
		{"payment_policy", func(s *process.SpecificationInput) { s.PaymentPolicy = "" }},
		{"privacy_notice", func(s *process.SpecificationInput) { s.PrivacyNotice = "" }},
		{"dpia", func(s *process.SpecificationInput) { s.DPIA = "" }},
		{"hours", func(s *process.SpecificationInput) { s.Hours = 7 }},
	}
	specify := func(from int) func(w *world) error {
		return func(w *world) error {
			in := spec()
			for _, b := range blank[from:] {
				b.blank(&in)
			}
			_, err := w.Specify(ctx, w.organiser(), w.id, in)
			return err
		}
	}
	steps := []step{{"size", specify(0)}}
	for i, b := range blank {
		steps = append(steps, step{b.item, specify(i + 1)})
	}
	return append(steps, step{"specification_signed", func(w *world) error {
		for _, u := range []string{"ann", "bo", "cy"} {
			if err := w.sign(u, "specification"); err != nil {
				return err
			}
		}
		return nil
	}})
}

func TestEveryItemOfTheDesignIsGuarded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.climb(domain.RemitAgreed, remitSteps())
	w.climb(domain.Designed, designSteps())
	ready := func(format string) func(w *world) error {
		return func(w *world) error {
			_, err := w.MaterialReady(t.Context(), w.organiser(), w.id, process.MaterialInput{Name: "invitation", Format: format})
			return err
		}
	}
	w.must(ready("text")(w))
	w.climb(domain.Recruiting, []step{{"invitation_format", ready("letter")}})
	if _, err := w.SetRemit(t.Context(), w.organiser(), w.id, remit); !domain.Is(err, domain.Conflict) {
		t.Errorf("the remit changed after people were invited: %v", err)
	}
}

func TestAnOversightPanelOfTwoIsNotEnough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, st := range remitSteps()[:7] {
		w.must(st.meet(w))
	}
	for _, u := range []string{"ann", "bo"} {
		_, err := w.AppointOversight(t.Context(), w.organiser(), w.id, process.OversightInput{User: u, Name: u, Standpoint: "patients"})
		w.must(err)
	}
	w.must(w.sign("ann", "question"))
	_, err := w.Advance(t.Context(), w.organiser(), w.id, process.AdvanceInput{To: domain.RemitAgreed})
	w.must(err)
	if got := w.missing(domain.Designed); !slices.Contains(got, "oversight_panel") {
		t.Errorf("got %v, want oversight_panel among them", got)
	}
}

func TestASignOffEndsWithTheTextItWasFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, st := range remitSteps() {
		w.must(st.meet(w))
	}
	in := remit
	in.Question = "Which town in Oakshire should have the new hospital?"
	_, err := w.SetRemit(t.Context(), w.organiser(), w.id, in)
	w.must(err)
	got := w.missing(domain.RemitAgreed)
	if !slices.Contains(got, "question_signed") || !slices.Contains(got, "duty_assessment") {
		t.Errorf("got %v; a changed question needs its sign-off and the duty approval again", got)
	}
}

func TestWhoseSignatureHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, st := range remitSteps() {
		w.must(st.meet(w))
	}
	w.must(w.sign("ann", "question"))
	get := func() process.View {
		v, err := w.Get(t.Context(), w.organiser().Actor, w.id)
		w.must(err)
		return v
	}
	if got := get().SignedBy("question"); !slices.Equal(got, []string{"ann"}) {
		t.Errorf("got %v, want ann, once", got)
	}
	if got := get().SignedBy("specification"); len(got) > 0 {
		t.Errorf("got %v, want nobody under a specification that nobody signed", got)
	}
	in := remit
	in.OutOfScope = []string{"the budget"}
	_, err := w.SetRemit(t.Context(), w.organiser(), w.id, in)
	w.must(err)
	if v := get(); len(v.SignedBy("question")) > 0 || len(v.SignOffs) == 0 {
		t.Errorf("got %v of %d sign-offs, want none that holds, all kept", v.SignedBy("question"), len(v.SignOffs))
	}
}

func TestWhatIsNeededOfTheInvitation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.Specify(t.Context(), w.organiser(), w.id, spec())
	w.must(err)
	v, err := w.MaterialReady(t.Context(), w.organiser(), w.id, process.MaterialInput{Name: "invitation", Format: "letter"})
	w.must(err)
	var got []string
	for _, m := range w.Needed(v, "invitation") {
		got = append(got, m.Format+" "+m.Language+map[bool]string{true: "", false: " ready"}[m.At.IsZero()])
	}
	if want := []string{"text en", "letter en ready"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A form without a body is told so beside everything else that it lacks.
func TestAProposalSaysEverythingThatItLacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.Propose(t.Context(), w.organiser(), process.ProposeInput{Keyword: "yes"})
	var e *domain.Error
	if !errors.As(err, &e) || e.Code != domain.Invalid || len(e.Fields) != 5 {
		t.Errorf("got %v, want body, kind, name, short_name and keyword", err)
	}
}

// Whoever texts a word means one process; sent twice, a proposal is one.
func TestAWordToTextIsForOneProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := process.ProposeInput{Body: w.body, Kind: "jury", Name: "Buses", ShortName: "Bus Jury", Keyword: "bus"}
	cmd := w.organiser()
	one, err := w.Propose(t.Context(), cmd, in)
	w.must(err)
	if again, err := w.Propose(t.Context(), cmd, in); err != nil || again.ID != one.ID {
		t.Errorf("sent twice: got %s and %v, want %s", again.ID, err, one.ID)
	}
	for _, step := range []func() error{
		func() error { return nil },
		func() error {
			_, err := w.Pause(t.Context(), w.organiser(), one.ID, process.ReasonInput{Reason: "election called"})
			return err
		},
	} {
		w.must(step())
		if _, err := w.Propose(t.Context(), w.organiser(), in); !domain.Is(err, domain.Invalid) || !strings.Contains(err.Error(), "goes by this word") {
			t.Errorf("got %v, want the keyword refused", err)
		}
	}
	_, err = w.Cancel(t.Context(), w.organiser(), one.ID, process.ReasonInput{Reason: "no money"})
	w.must(err)
	if _, err := w.Propose(t.Context(), w.organiser(), in); err != nil {
		t.Errorf("the word of a process that ended: got %v", err)
	}
}

func TestADutyAssessmentIsApprovedBySomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.AssessDuty(t.Context(), w.by("carol", domain.Commissioner), w.id, duty)
	w.must(err)
	if _, err := w.ApproveDuty(t.Context(), w.by("carol", domain.Commissioner), w.id, process.ApproveDutyInput{}); !domain.Is(err, domain.Forbidden) {
		t.Errorf("got %v, want forbidden", err)
	}
	part := duty
	part.Answers = duty.Answers[:1]
	if _, err := w.AssessDuty(t.Context(), w.by("carol", domain.Commissioner), w.id, part); err == nil || !strings.Contains(err.Error(), "answers.impact") {
		t.Errorf("got %v, want the unanswered step named", err)
	}
}

func TestAnOverrideIsNamedReasonedAndKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := process.AdvanceInput{To: domain.RemitAgreed, OverrideReason: "the board met early; the sign-off follows on Monday"}
	caller := w.by("sam", domain.ConfirmationCaller)
	if _, err := w.Advance(t.Context(), caller, w.id, in); !domain.Is(err, domain.Forbidden) {
		t.Errorf("a caller overrode a guard: %v", err)
	}
	nameless := w.organiser()
	nameless.Actor.Name = ""
	if _, err := w.Advance(t.Context(), nameless, w.id, in); !domain.Is(err, domain.Forbidden) {
		t.Errorf("an override without a name: %v", err)
	}
	v, err := w.Advance(t.Context(), w.organiser(), w.id, in)
	w.must(err)
	if len(v.Overrides) != 1 || v.Overrides[0].Name != "Name of olu" || len(v.Overrides[0].Missing) == 0 {
		t.Errorf("got %+v, want one override with its name and what was missing", v.Overrides)
	}
	p, _ := w.procs.Get(t.Context(), w.id)
	told := slices.ContainsFunc(p.Effects, func(e domain.Effect) bool { return e.Kind == domain.EffectNotice })
	if !told {
		t.Error("oversight was not told")
	}
}

func TestTheSameCommandTwiceIsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cmd := w.organiser()
	for range 2 {
		v, err := w.SetRemit(t.Context(), cmd, w.id, remit)
		w.must(err)
		if v.Remit.Version != 1 {
			t.Errorf("got remit version %d, want 1", v.Remit.Version)
		}
	}
}

func TestWhoSeesAProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rows := []struct {
		name  string
		actor domain.Actor
		want  domain.Code
	}{
		{"organiser", staff("o", domain.Organiser, w.body), ""},
		{"commissioner", staff("c", domain.Commissioner, w.body), ""},
		{"oversight of another body", staff("v", domain.Oversight, "elsewhere"), domain.NotFound},
		{"public", domain.PublicActor("web"), domain.NotFound},
		{"a member of another process", domain.MemberActor("p9", "m1", "web"), domain.NotFound},
	}
	for _, r := range rows {
		if _, err := w.Get(t.Context(), r.actor, w.id); domain.CodeOf(err) != r.want {
			t.Errorf("%s: got %v, want %q", r.name, err, r.want)
		}
	}
	if _, err := w.Public(t.Context(), w.id); !domain.Is(err, domain.NotFound) {
		t.Errorf("a proposed process is public: %v", err)
	}
}

func TestPauseCancelAndTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.Pause(t.Context(), w.organiser(), w.id, process.ReasonInput{Reason: "election called"})
	w.must(err)
	if _, err := w.Advance(t.Context(), w.organiser(), w.id, process.AdvanceInput{To: domain.RemitAgreed, OverrideReason: "x"}); !domain.Is(err, domain.Conflict) {
		t.Errorf("a paused process moved: %v", err)
	}
	_, err = w.Resume(t.Context(), w.organiser(), w.id)
	w.must(err)
	if _, err := w.Cancel(t.Context(), w.organiser(), w.id, process.ReasonInput{}); !domain.Is(err, domain.Invalid) {
		t.Errorf("cancelled without a reason: %v", err)
	}
	v, err := w.Cancel(t.Context(), w.organiser(), w.id, process.ReasonInput{Reason: "funding withdrawn"})
	w.must(err)
	if v.Stage != domain.Cancelled || v.Closing == nil {
		t.Errorf("got %s, %+v", v.Stage, v.Closing)
	}
	if _, err := w.SetRemit(t.Context(), w.organiser(), w.id, remit); !domain.Is(err, domain.Conflict) {
		t.Errorf("a cancelled process changed: %v", err)
	}
}

// A pause opens nothing again that a stage closed.
func TestAPauseKeepsWhatIsFixed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, st := range domain.Stages[1:4] {
		_, err := w.Advance(t.Context(), w.organiser(), w.id, process.AdvanceInput{To: st, OverrideReason: "left out here"})
		w.must(err)
	}
	v, err := w.Pause(t.Context(), w.organiser(), w.id, process.ReasonInput{Reason: "election called"})
	w.must(err)
	if !v.Reached(domain.Recruiting) || v.Reached(domain.Selected) {
		t.Errorf("paused while recruiting: got reached recruiting %v, selected %v", v.Reached(domain.Recruiting), v.Reached(domain.Selected))
	}
	if _, err := w.SetRemit(t.Context(), w.organiser(), w.id, remit); !domain.Is(err, domain.Conflict) {
		t.Errorf("got %v, want a conflict: people were invited to this remit", err)
	}
}

func TestReadability(t *testing.T) {
	t.Parallel()
	rows := []struct {
		text  string
		plain bool
	}{
		{"Where should the new community hospital be: in or near Cinderford, Coleford or Lydney?", true},
		{"", false},
		{"How should stakeholder engagement be optimised going forward?", false},
		{strings.Repeat("what and where and why and ", 12) + "when?", false},
		{"Ble dylai'r ysbyty newydd fod?", true},
	}
	for _, r := range rows {
		if got := process.Read(r.text); got.Plain() != r.plain {
			t.Errorf("%q: got %+v, plain %v, want %v", r.text, got, got.Plain(), r.plain)
		}
	}
}
