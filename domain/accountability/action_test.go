package accountability_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
)

func TestDoneNeedsProof(t *testing.T) {
	t.Parallel()
	h := after(t, 1)
	h.answer("r01", yes())
	a := h.plan("r01")
	h.update(a.ID, accountability.ActionStarted)
	in := accountability.UpdateInput{State: accountability.ActionDone, Text: "Done."}
	_, err := h.UpdateAction(t.Context(), h.by(carol), forest, a.ID, in)
	refused(t, err, domain.Conflict, "proof")
	in.Proofs = []accountability.Proof{{Title: "Photo"}}
	_, err = h.UpdateAction(t.Context(), h.by(carol), forest, a.ID, in)
	refused(t, err, domain.Invalid, "proofs.0.link")
	in.Proofs[0].Link = "https://folkmoot.example/photo"
	must[accountability.Action](t)(h.UpdateAction(t.Context(), h.by(carol), forest, a.ID, in))
}

func TestActionIsVerifiedBySomebodyElse(t *testing.T) {
	t.Parallel()
	both := func(id string) domain.Actor {
		return domain.Actor{ID: id, Grants: []domain.Grant{{Role: domain.Commissioner, Body: "ccg"}, {Role: domain.Oversight, Body: "ccg"}}}
	}
	h := after(t, 1)
	ctx := t.Context()
	h.answer("r01", yes())
	a := h.plan("r01") // owned by carol
	verify := func(who domain.Actor) error {
		_, err := h.VerifyAction(ctx, h.by(who), forest, a.ID, accountability.VerifyInput{Verified: true, Note: "Seen."})
		return err
	}
	refused(t, verify(evaluator), domain.Conflict, "") // not done yet
	h.update(a.ID, accountability.ActionStarted)
	done := accountability.UpdateInput{State: accountability.ActionDone, Text: "Done.", Proofs: []accountability.Proof{{Title: "p", Link: "l"}}}
	must[accountability.Action](t)(h.UpdateAction(ctx, h.by(colin), forest, a.ID, done))
	refused(t, verify(both("carol")), domain.Conflict, "") // owns it
	refused(t, verify(both("colin")), domain.Conflict, "") // marked it done
	x := h.verify(a.ID, member(1), false)
	if x.State != accountability.ActionNotVerified {
		t.Errorf("got %s", x.State)
	}
	h.update(a.ID, accountability.ActionDone)
	x = h.verify(a.ID, evaluator, true)
	if x.State != accountability.ActionVerified || len(x.Verifications) != 2 || x.Verifications[0].Kind != "member_group" || x.Verifications[1].Kind != "independent" {
		t.Errorf("got %s %+v", x.State, x.Verifications)
	}
	if got := templates(h.actions.All()[0].Effects); !slices.Equal(got, []string{"change_verified"}) {
		t.Errorf("told %v", got)
	}
}

// templates lists what is told to people.
func templates(es []domain.Effect) []string {
	out := []string{}
	for _, e := range es {
		if e.Kind == domain.EffectBroadcast {
			var d domain.BroadcastData
			if err := e.Decode(&d); err != nil {
				panic(err)
			}
			out = append(out, d.Template)
		}
	}
	return out
}

// notices lists what commissioners are told.
func notices(es []domain.Effect) []string {
	out := []string{}
	for _, e := range es {
		if e.Kind == domain.EffectNotice {
			var d domain.NoticeData
			if err := e.Decode(&d); err != nil {
				panic(err)
			}
			out = append(out, d.Kind)
		}
	}
	return out
}

func TestActionMoves(t *testing.T) {
	t.Parallel()
	all := []accountability.ActionState{
		accountability.ActionPlanned, accountability.ActionStarted, accountability.ActionOnTrack, accountability.ActionAtRisk,
		accountability.ActionBlocked, accountability.ActionDone,
	}
	rows := []struct {
		path []accountability.ActionState
		may  string
	}{
		{nil, "planned started"},
		{all[1:2], "started on_track at_risk blocked done"},
		{all[1:3], "on_track at_risk blocked done"},
		{all[1:4], "on_track at_risk blocked done"},
		{all[1:5], "on_track at_risk blocked done"},
		{[]accountability.ActionState{all[1], all[5]}, "on_track done"},
	}
	for _, row := range rows {
		for _, to := range all {
			h := after(t, 1)
			h.answer("r01", yes())
			a := h.plan("r01")
			h.update(a.ID, row.path...)
			in := accountability.UpdateInput{State: to, Text: "x", Proofs: []accountability.Proof{{Title: "p", Link: "l"}}}
			_, err := h.UpdateAction(t.Context(), h.by(carol), forest, a.ID, in)
			if may := slices.Contains(strings.Fields(row.may), string(to)); may != (err == nil) || err != nil && !domain.Is(err, domain.Conflict) {
				t.Errorf("after %v to %s: got %v, want allowed %v", row.path, to, err, may)
			}
		}
	}
}

func TestEndingAnAction(t *testing.T) {
	t.Parallel()
	h := after(t, 1)
	ctx := t.Context()
	h.answer("r01", yes())
	a, b, c := h.plan("r01"), h.plan("r01"), h.plan("r01")
	end := func(id, why string, in accountability.EndInput) error {
		_, err := h.EndAction(ctx, h.by(carol).Because(why), forest, id, in)
		return err
	}
	refused(t, end(a.ID, "", accountability.EndInput{State: accountability.ActionStopped}), domain.Invalid, "reason")
	refused(t, end(a.ID, "x", accountability.EndInput{State: accountability.ActionTransferred}), domain.Invalid, "to")
	refused(t, end(a.ID, "x", accountability.EndInput{State: accountability.ActionChanged, Into: a.ID}), domain.Invalid, "into")
	refused(t, end(a.ID, "x", accountability.EndInput{State: accountability.ActionVerified}), domain.Invalid, "state")
	for id, in := range map[string]accountability.EndInput{
		a.ID: {State: accountability.ActionChanged, Into: b.ID}, c.ID: {State: accountability.ActionTransferred, To: "County council"},
	} {
		if err := end(id, "The plan moved on.", in); err != nil {
			t.Error(err)
		}
		refused(t, end(id, "again", accountability.EndInput{State: accountability.ActionStopped}), domain.Conflict, "")
	}
}

func TestStandings(t *testing.T) {
	t.Parallel()
	const (
		verified = accountability.ActionVerified
		stopped  = accountability.ActionStopped
		changed  = accountability.ActionChanged
		started  = accountability.ActionStarted
		done     = accountability.ActionDone
		passed   = accountability.ActionTransferred
	)
	rows := []struct {
		outcome accountability.Outcome
		actions []accountability.ActionState
		want    accountability.Standing
	}{
		{"", nil, accountability.StandingPublished},
		{accountability.Accept, nil, accountability.StandingResponded},
		{accountability.Reject, nil, accountability.StandingNot},
		{accountability.ConsiderMore, nil, accountability.StandingResponded},
		{accountability.Accept, []accountability.ActionState{started, verified}, accountability.StandingImplementing},
		{accountability.Accept, []accountability.ActionState{done}, accountability.StandingImplementing},
		{accountability.Accept, []accountability.ActionState{verified, changed}, accountability.StandingImplemented},
		{accountability.AcceptInPart, []accountability.ActionState{verified}, accountability.StandingPartly},
		{accountability.Accept, []accountability.ActionState{verified, stopped}, accountability.StandingPartly},
		{accountability.Accept, []accountability.ActionState{verified, passed}, accountability.StandingPartly},
		{accountability.Accept, []accountability.ActionState{stopped}, accountability.StandingNot},
	}
	for _, row := range rows {
		var a *accountability.Answer
		if row.outcome != "" {
			a = &accountability.Answer{Outcome: row.outcome}
		}
		var xs []accountability.Action
		for _, st := range row.actions {
			xs = append(xs, accountability.Action{State: st})
		}
		if got := accountability.StandingOf(deliberation.RecPublished, a, xs); got != row.want {
			t.Errorf("%s with %v: got %s, want %s", row.outcome, row.actions, got, row.want)
		}
	}
	if got := accountability.StandingOf(deliberation.RecSuperseded, nil, nil); got != accountability.StandingSuperseded {
		t.Errorf("got %s", got)
	}
}

// Refused naming the item, then supplied, then passed, for each stage.
func TestGuards(t *testing.T) {
	t.Parallel()
	h := after(t, 2)
	ctx := t.Context()
	var act accountability.Action
	steps := []struct {
		to     domain.Stage
		want   string
		supply func()
	}{
		{domain.Responded, "responses", func() { h.answer("r01", yes()); h.answer("r02", no()) }},
		{domain.Implementing, "actions", func() { act = h.plan("r01") }},
		{domain.Closed, "actions_ended", func() {
			h.refs.ref.Stage = domain.Implementing
			_, err := h.SendFeedback(ctx, h.by(organiser), forest, final())
			refused(t, err, domain.Conflict, "actions_ended")
			h.update(act.ID, accountability.ActionStarted, accountability.ActionDone)
			h.verify(act.ID, member(1), true)
		}},
		{domain.Closed, "last_feedback", func() {
			must[accountability.Feedback](t)(h.SendFeedback(ctx, h.by(organiser), forest, final()))
		}},
	}
	for _, s := range steps {
		g := must[domain.Guard](t)(h.Guard(ctx, h.refs.ref, s.to))
		refused(t, g.Err("moving"), domain.Conflict, s.want)
		s.supply()
		if g = must[domain.Guard](t)(h.Guard(ctx, h.refs.ref, s.to)); slices.Contains(names(g), s.want) {
			t.Errorf("to %s: %s was supplied and is still named", s.to, s.want)
		}
	}
	for _, to := range []domain.Stage{domain.Responded, domain.Implementing, domain.Closed} {
		if g := must[domain.Guard](t)(h.Guard(ctx, h.refs.ref, to)); len(g) != 0 {
			t.Errorf("to %s: the guard names %v", to, names(g))
		}
	}
	empty := after(t, 0)
	g := must[domain.Guard](t)(empty.Guard(ctx, empty.refs.ref, domain.Responded))
	refused(t, g.Err("moving"), domain.Conflict, "recommendations")
	// An acceptance stored before owners were asked for has none.
	must[accountability.Response](t)(h.responses.Update(ctx, "r01", func(x *accountability.Response) error {
		x.Versions[0].Answer.Owner = nil
		return nil
	}))
	g = must[domain.Guard](t)(h.Guard(ctx, h.refs.ref, domain.Implementing))
	refused(t, g.Err("moving"), domain.Conflict, "owners")
}

func final() accountability.FeedbackInput {
	return accountability.FeedbackInput{
		Kind: accountability.FeedbackFinal, Summary: "The hospital is open.", Changed: []string{"The hospital is open."},
		NotChanged: []accountability.NotChanged{{What: "Buses from the west", Why: "Not funded."}},
	}
}

// The clock of the responses, over months: reminders before, overdue in
// public, once each even after a long outage.
func TestResponseClock(t *testing.T) {
	t.Parallel()
	h := after(t, 1)
	ctx := t.Context()
	rows := []struct {
		at      time.Time
		did     int
		notice  string
		overdue bool
	}{
		{dueDate.AddDate(0, 0, -30).Add(-time.Millisecond), 0, "", false},
		{dueDate.AddDate(0, 0, -30), 1, "response_due", false},
		{dueDate.AddDate(0, 0, -8), 0, "response_due", false},
		{dueDate.AddDate(0, 0, -7), 1, "response_due", false},
		{dueDate, 1, "response_overdue", false},
		{dueDate.AddDate(0, 0, 13), 0, "response_overdue", true},
		{dueDate.AddDate(0, 3, 0), 1, "response_overdue", true}, // down for long: one reminder, not six
		{dueDate.AddDate(0, 3, 1), 0, "response_overdue", true},
	}
	for _, row := range rows {
		h.clock.Set(row.at)
		if n, err := h.Tick(ctx); n != row.did || err != nil {
			t.Errorf("at %s: did %d, %v; want %d", row.at, n, err, row.did)
		}
		x := h.responses.All()[0]
		if got := last(notices(x.Effects)); got != row.notice {
			t.Errorf("at %s: the last notice is %q, want %q", row.at, got, row.notice)
		}
		v := must[accountability.ResponseView](t)(h.Response(ctx, anybody, forest, "r01"))
		if v.Overdue != row.overdue {
			t.Errorf("at %s: overdue %v, want %v", row.at, v.Overdue, row.overdue)
		}
	}
	if got := templates(h.accounts.All()[0].Effects); !slices.Equal(got, []string{"response_overdue"}) {
		t.Errorf("members were told %v, want once that it is overdue", got)
	}
	// A promise to decide has a clock of its own.
	decide := h.clock.Now().AddDate(0, 2, 0)
	h.answer("r01", accountability.Answer{Outcome: accountability.ConsiderMore, Reason: "Needs costing.", Decision: decide})
	h.clock.Set(decide.Add(time.Hour))
	if n, err := h.Tick(ctx); n != 1 || err != nil {
		t.Errorf("tick: did %d, %v", n, err)
	}
	v := must[accountability.ResponseView](t)(h.Response(ctx, anybody, forest, "r01"))
	if got := last(notices(h.responses.All()[0].Effects)); got != "decision_overdue" || !v.Overdue || !v.Late {
		t.Errorf("got notice %q, %+v", got, v)
	}
	h.refs.ref.Stage = domain.Closed
	h.clock.Advance(30 * 24 * time.Hour)
	h.Tick(ctx)
	h.clock.Advance(30 * 24 * time.Hour)
	if n, err := h.Tick(ctx); n != 0 || err != nil {
		t.Errorf("a closed process still reminds: did %d, %v", n, err)
	}
}

func last(xs []string) string {
	if len(xs) == 0 {
		return ""
	}
	return xs[len(xs)-1]
}

// An action nobody has a word on turns into "no update since", and an update
// takes that away.
func TestSilentAction(t *testing.T) {
	t.Parallel()
	h := after(t, 1)
	ctx := t.Context()
	h.answer("r01", yes())
	a := h.plan("r01")
	h.clock.Set(reported.AddDate(0, 3, 0))
	if n, err := h.Tick(ctx); n != 1 || err != nil {
		t.Errorf("tick: did %d, %v", n, err)
	}
	got := must[accountability.Action](t)(h.Action(ctx, anybody, forest, a.ID))
	if !got.Silent.Equal(reported) || !slices.Contains(notices(h.actions.All()[0].Effects), "action_overdue") {
		t.Errorf("silent since %s", got.Silent)
	}
	if u := h.update(a.ID, accountability.ActionStarted); !u.Silent.IsZero() {
		t.Error("an update leaves the mark on")
	}
	h.clock.Set(reported.AddDate(5, 0, 0))
	if got := must[accountability.Action](t)(h.Action(ctx, anybody, forest, a.ID)); !got.Late {
		t.Error("past its date and not marked late")
	}
}

func TestAnnouncingProgressAndFeedback(t *testing.T) {
	t.Parallel()
	h := after(t, 2)
	ctx := t.Context()
	_, err := h.Announce(ctx, h.by(organiser), forest, accountability.AnnounceInput{Summary: "Agreed."})
	refused(t, err, domain.Conflict, "responses")
	h.answer("r01", yes())
	h.answer("r02", no())
	h.plan("r01")
	acc := must[accountability.AccountView](t)(h.Announce(ctx, h.by(organiser), forest, accountability.AnnounceInput{Summary: "Both boards agreed."}))
	if !acc.ProgressDue.Equal(reported.AddDate(0, 3, 0)) {
		t.Errorf("the first progress report is due %s", acc.ProgressDue)
	}
	_, err = h.Announce(ctx, h.by(organiser), forest, accountability.AnnounceInput{Summary: "Again."})
	refused(t, err, domain.Conflict, "")
	h.refs.ref.Stage = domain.Implementing
	h.clock.Set(reported.AddDate(0, 4, 0))
	if _, err := h.Tick(ctx); err != nil {
		t.Error(err)
	}
	if acc = must[accountability.AccountView](t)(h.Account(ctx, anybody, forest)); !acc.ProgressOverdue {
		t.Error("a month late and not marked so")
	}
	in := accountability.ProgressInput{Summary: "Land bought.", Text: "The land is bought.", NotChanged: []accountability.NotChanged{{What: "Buses", Why: "Not funded."}}}
	c := h.by(carol)
	p := must[accountability.ProgressReport](t)(h.ReportProgress(ctx, c, forest, in))
	again := must[accountability.ProgressReport](t)(h.ReportProgress(ctx, c, forest, in))
	if p.Number != 1 || !p.Late || len(p.Rows) != 2 || again.ID != p.ID || len(h.progress.All()) != 1 {
		t.Errorf("got %+v", p)
	}
	if d := cmp.Diff([]string{"action_progress", "not_changed"}, templates(h.progress.All()[0].Effects)); d != "" {
		t.Error(d)
	}
	acc = must[accountability.AccountView](t)(h.Account(ctx, anybody, forest))
	if acc.Reports != 1 || !acc.ProgressDue.Equal(reported.AddDate(0, 10, 0)) || acc.ProgressOverdue {
		t.Errorf("after the first, every six months: %+v", acc)
	}
	sd := must[accountability.SaidAndDid](t)(h.SaidAndDid(ctx, anybody, forest))
	if len(sd.Rows) != 2 || len(sd.NotChanged) != 1 || sd.Rows[1].Standing != accountability.StandingNot || sd.Rows[1].Reason == "" {
		raw, _ := json.Marshal(sd)
		t.Errorf("got %s", raw)
	}
	bad := accountability.FeedbackInput{Kind: accountability.FeedbackNotChanged, Summary: "x", Changed: []string{"y"}}
	_, err = h.SendFeedback(ctx, h.by(organiser), forest, bad)
	refused(t, err, domain.Invalid, "not_changed")
}

// One chain from evidence to verified change.
func TestChain(t *testing.T) {
	t.Parallel()
	h := after(t, 1)
	h.jury.recs[0].Evidence, h.jury.recs[0].Ballot = []string{"e1", "draft"}, "b1"
	h.jury.evidence = map[string]deliberation.Evidence{"e1": {Title: "Travel times"}}
	h.jury.ballots = map[string]deliberation.BallotView{"b1": {BallotFacts: deliberation.BallotFacts{Title: "Ballot 1"}}}
	h.answer("r01", yes())
	a := h.plan("r01")
	h.update(a.ID, accountability.ActionStarted, accountability.ActionDone)
	h.verify(a.ID, member(3), true)
	c := must[accountability.Chain](t)(h.Chain(t.Context(), anybody, forest, "r01"))
	got := fmt.Sprintln(len(c.Evidence), c.Ballot.Title, c.Response.Current.Outcome, len(c.Actions[0].Proofs), c.Actions[0].State, c.Standing)
	if want := "1 Ballot 1 accept 1 verified implemented\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Doing anything twice with one key, or entering a stage twice, is once.
func TestTwiceIsOnce(t *testing.T) {
	t.Parallel()
	h := after(t, 2)
	ctx := t.Context()
	before, _ := json.Marshal(h.responses.All())
	if err := h.EnterStage(ctx, domain.StageData{Process: forest, To: domain.Reported}); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(h.responses.All()); string(again) != string(before) {
		t.Error("entering the stage again changed the responses")
	}
	for range 2 {
		if err := h.EnterStage(ctx, domain.StageData{Process: forest, To: domain.Responded}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(h.accounts.All()); n != 1 {
		t.Errorf("%d accounts", n)
	}
	a := yes()
	c := h.by(carol)
	for range 2 {
		must[accountability.ResponseView](t)(h.PublishResponse(ctx, c, forest, "r01", &a))
	}
	x := h.responses.All()[0]
	if len(x.Versions) != 1 || len(x.Effects) != 2 {
		t.Errorf("%d versions, %d effects", len(x.Versions), len(x.Effects))
	}
}
