package recruitment_test

import (
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

// TestThinningBlanksEveryRowOfAList purges the unanswered: no name can be
// read in any list, the draw of invitees can still be checked, and to forget
// somebody later costs no look into the list.
func TestThinningBlanksEveryRowOfAList(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	d := w.invitees(2600, 1200)
	_, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 1200})
	w.must(err)
	if ids, err := w.s.PurgeList(ctx, jury, "unanswered", 10); err != nil || len(ids) != 0 {
		t.Errorf("while a wave runs: %v, %v", ids, err)
	}
	for range 20 {
		w.tick()
	}
	if !w.readable(`"n":"`) {
		t.Fatal("the test finds no name before the purge")
	}
	old := w.frames.All()[0].List
	ids, err := w.s.PurgeList(ctx, jury, "unanswered", 10)
	if err != nil || len(ids) != 1 {
		t.Fatalf("to purge: %v, %v", ids, err)
	}
	job := w.by(domain.SystemActor("job"))

	// It breaks off when the new list is stored and before the old keys go.
	broken := false
	w.frames.Before = func(op, _ string) error {
		f := w.frames.All()[0]
		if op == "replace" && !f.Thinned.IsZero() && !broken {
			broken = true
			return domain.E(domain.Unavailable, "away")
		}
		return nil
	}
	if err := w.s.PurgeOne(ctx, job, "unanswered", ids[0]); !domain.Is(err, domain.Unavailable) {
		t.Fatalf("broken off: %v", err)
	}
	if n, _ := w.s.PurgeCount(ctx, jury, "unanswered"); n != 1 {
		t.Error("a purge that broke off counts as done")
	}
	w.must(w.s.PurgeOne(ctx, job, "unanswered", ids[0]))
	if n, _ := w.s.PurgeCount(ctx, jury, "unanswered"); n != 0 {
		t.Errorf("%d lists left", n)
	}
	for _, key := range old.Keys {
		if len(w.opened(key)) != 0 {
			t.Error("an old key still opens the old list")
		}
	}
	if w.readable(`"n":"`) || w.readable(`"a":"`) {
		t.Error("a name or an address can still be read")
	}
	if !w.readable(`"r":"`) {
		t.Error("the references went too")
	}
	if _, err := w.s.ReplayInvitees(ctx, w.by(omar), recruitment.ReplayInput{Process: jury, Draw: d.ID, Purpose: "checking the draw", List: true}); err != nil {
		t.Errorf("the draw's record: %v", err)
	}
	list := w.frames.All()[0].List.Manifest
	w.must(w.s.Forget(ctx, w.by(olive), jury, w.rows.All()[7].ID))
	if w.frames.All()[0].List.Manifest != list {
		t.Error("forgetting somebody rewrote a list that names nobody")
	}
	if got := w.frames.All()[0]; got.Burn != nil || got.Rows != 2600 {
		t.Errorf("the frame: %+v", got)
	}
}
