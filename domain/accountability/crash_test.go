package accountability_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/domaintest"
)

var errAway = domain.E(domain.Unavailable, "the store is away")

// behind puts the repositories behind the fuse.
func (h *house) behind(f *domaintest.Fuse) {
	h.Service = accountability.New(accountability.Deps{
		Accounts: domaintest.Fused(h.accounts, f), Responses: domaintest.Fused(h.responses, f),
		Decisions: domaintest.Fused(h.decisions, f), Actions: domaintest.Fused(h.actions, f),
		Progress: domaintest.Fused(h.progress, f), Feedback: domaintest.Fused(h.feedback, f),
		Deliberation: h.jury, Clock: h.clock, Processes: h.refs,
	})
}

// give gives a command again, under its key, until the store is back.
func (h *house) give(a domain.Actor, do func(domain.Command) error) {
	h.t.Helper()
	c := h.by(a)
	for try := 0; ; try++ {
		err := do(c)
		if err == nil {
			return
		}
		if !domain.Is(err, domain.Unavailable) || try > 2 {
			h.t.Fatal(err)
		}
	}
}

// keep is the work of keeping a jury's promises, to the last feedback.
func (h *house) keep() {
	ctx := h.t.Context()
	var action string
	nothing := func(_ any, err error) error { return err }
	h.give(carol, func(domain.Command) error {
		return h.EnterStage(ctx, domain.StageData{Process: forest, To: domain.Reported})
	})
	h.clock.Set(dueDate.Add(time.Hour))
	h.give(carol, func(domain.Command) error { return nothing(h.Tick(ctx)) })
	for i, r := range []string{"r01", "r02"} {
		a := []accountability.Answer{yes(), no()}[i]
		h.give(carol, func(c domain.Command) error { return nothing(h.DraftResponse(ctx, c, forest, r, a)) })
		h.give(carol, func(c domain.Command) error { return nothing(h.PublishResponse(ctx, c, forest, r, nil)) })
	}
	h.give(carol, func(c domain.Command) error {
		x, err := h.PlanAction(ctx, c, forest, accountability.ActionInput{Recommendation: "r01", Title: "Build", Owner: accountability.Owner{Post: "p", User: "carol"}, Due: dueDate.AddDate(4, 0, 0)})
		action = x.ID
		return err
	})
	h.give(organiser, func(c domain.Command) error {
		return nothing(h.Announce(ctx, c, forest, accountability.AnnounceInput{Summary: "Agreed."}))
	})
	h.refs.ref.Stage = domain.Implementing
	for _, st := range []accountability.ActionState{accountability.ActionStarted, accountability.ActionDone} {
		in := accountability.UpdateInput{State: st, Text: "x", Proofs: []accountability.Proof{{Title: "p", Link: "l"}}}
		h.give(carol, func(c domain.Command) error { return nothing(h.UpdateAction(ctx, c, forest, action, in)) })
	}
	h.give(member(1), func(c domain.Command) error {
		return nothing(h.VerifyAction(ctx, c, forest, action, accountability.VerifyInput{Verified: true, Note: "Seen."}))
	})
	h.give(member(1), func(c domain.Command) error {
		return h.RecordView(ctx, c, forest, "r01", accountability.ViewInput{View: accountability.Partly})
	})
	h.clock.Set(dueDate.AddDate(0, 4, 0))
	h.give(carol, func(domain.Command) error { return nothing(h.Tick(ctx)) })
	h.give(carol, func(c domain.Command) error {
		return nothing(h.ReportProgress(ctx, c, forest, accountability.ProgressInput{Summary: "s", Text: "t"}))
	})
	h.give(organiser, func(c domain.Command) error { return nothing(h.SendFeedback(ctx, c, forest, final())) })
}

func (h *house) state() any {
	raw, err := json.Marshal([]any{h.accounts.All(), h.responses.All(), h.actions.All(), h.progress.All(), h.feedback.All()})
	if err != nil {
		h.t.Fatal(err)
	}
	var v []any
	if err := json.Unmarshal(raw, &v); err != nil {
		h.t.Fatal(err)
	}
	for _, docs := range v {
		for _, d := range docs.([]any) {
			delete(d.(map[string]any), "version")
		}
	}
	return v
}

// A crash at any write, before it or after it, loses nothing and doubles
// nothing.
func TestACrashAtAnyWriteChangesNothing(t *testing.T) {
	t.Parallel()
	calm := after(t, 2)
	count := &domaintest.Fuse{}
	calm.behind(count)
	calm.keep()
	want, writes := calm.state(), count.Writes
	if writes < 20 {
		t.Fatalf("the work takes %d writes; it should be the whole", writes)
	}
	for at := 1; at <= writes; at++ {
		for _, late := range []bool{false, true} {
			h := after(t, 2)
			f := &domaintest.Fuse{At: at, After: late}
			h.behind(f)
			h.keep()
			if f.Writes <= writes && !late { // after it: unless the write had nothing to do
				t.Errorf("the crash at write %d was never felt", at)
			}
			if d := cmp.Diff(want, h.state()); d != "" {
				t.Errorf("a crash at write %d (after it: %v) left another state:\n%s", at, late, d)
			}
		}
	}
}

// A report or the last feedback whose account was not written, and whose
// client never came back, is made good by the clock and does not show.
func TestTheClockMakesGoodWhatACrashCutOff(t *testing.T) {
	t.Parallel()
	h := after(t, 1)
	ctx := t.Context()
	h.answer("r01", no())
	must[accountability.AccountView](t)(h.Announce(ctx, h.by(organiser), forest, accountability.AnnounceInput{Summary: "No."}))
	h.refs.ref.Stage = domain.Implementing
	h.accounts.Before = func(op, _ string) error {
		if op == "replace" {
			return errAway
		}
		return nil
	}
	in := accountability.ProgressInput{Summary: "s", Text: "t"}
	if _, err := h.ReportProgress(ctx, h.by(carol), forest, in); err == nil {
		t.Fatal("the account could not be written, and nobody was told")
	}
	h.accounts.Before = nil
	h.clock.Set(reported.AddDate(0, 3, 0))
	if _, err := h.Tick(ctx); err != nil {
		t.Fatal(err)
	}
	acc := must[accountability.AccountView](t)(h.Account(ctx, anybody, forest))
	if acc.Reports != 1 || acc.ProgressOverdue {
		t.Errorf("got %+v", acc)
	}
	if p := must[accountability.ProgressReport](t)(h.ReportProgress(ctx, h.by(carol), forest, in)); p.Number != 2 {
		t.Errorf("the next report is number %d", p.Number)
	}
	if n := len(must[[]accountability.ProgressReport](t)(h.ProgressReports(ctx, anybody, forest))); n != 2 {
		t.Errorf("%d reports", n)
	}
	must[accountability.Feedback](t)(h.SendFeedback(ctx, h.by(organiser), forest, final()))
	acc = must[accountability.AccountView](t)(h.Account(ctx, anybody, forest))
	if acc.FinalAt.IsZero() || !acc.ProgressDue.IsZero() {
		t.Errorf("after the last feedback: %+v", acc)
	}
	if fs := must[[]accountability.Feedback](t)(h.Feedback(ctx, anybody, forest)); len(fs) != 1 {
		t.Errorf("got %s", fmt.Sprint(fs))
	}
}
