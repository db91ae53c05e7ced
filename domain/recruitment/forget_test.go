package recruitment_test

import (
	"strings"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

// readable reports whether a text can still be opened in some list, old files
// included, with the keys in use.
func (w *world) readable(name string) bool {
	for _, f := range w.frames.All() {
		for _, key := range f.List.Keys {
			for _, content := range w.opened(key) {
				if strings.Contains(content, name) {
					return true
				}
			}
		}
	}
	for _, d := range w.invited.All() {
		for _, key := range d.List.Keys {
			for _, content := range w.opened(key) {
				if strings.Contains(content, name) {
					return true
				}
			}
		}
	}
	return false
}

// opened is everything in files that a key still opens.
func (w *world) opened(key string) []string {
	var out []string
	for _, content := range w.kept.contents {
		for chunk := range 8 {
			plain, err := w.vault.Open(w.t.Context(), key, "rows/"+string(rune('0'+chunk)), domain.Sealed(content))
			if err == nil {
				out = append(out, string(plain))
			}
		}
	}
	return out
}

func TestForgettingBlanksOneRowAndNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.invitees(2600, 1200) // more than one chunk of either list
	ctx := t.Context()
	_, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 1200})
	w.must(err)
	w.tick()
	gone := w.rows.All()[7]
	who, err := w.people.Recipient(ctx, gone.ID)
	w.must(err)
	name := `"` + string(who.Name) + `"`
	if !w.readable(name) {
		t.Fatal("the test cannot find the row it is about to forget")
	}
	old := w.frames.All()[0].List
	w.must(w.s.Forget(ctx, w.by(olive), jury, gone.ID))
	if w.readable(name) {
		t.Error("the row can still be read")
	}
	now := w.frames.All()[0].List
	changed := 0
	for i := range now.Keys {
		if now.Keys[i] != old.Keys[i] {
			changed++
			if len(w.opened(old.Keys[i])) != 0 {
				t.Error("the old key still opens the old file")
			}
		}
	}
	if changed != 1 {
		t.Errorf("%d keys changed", changed)
	}
	if _, err := w.s.ReplayInvitees(ctx, w.by(omar), recruitment.ReplayInput{Process: jury, Draw: d.ID, Purpose: "checking the draw", List: true}); err != nil {
		t.Errorf("the draw's record: %v", err)
	}
	other, err := w.people.Recipient(ctx, w.rows.All()[8].ID)
	w.must(err)
	if !w.readable(`"` + string(other.Name) + `"`) {
		t.Error("somebody else was forgotten with them")
	}
	w.must(w.s.Forget(ctx, w.by(olive), jury, gone.ID)) // again: nothing to do
	again := w.frames.All()[0].List
	if again.Manifest != now.Manifest {
		t.Error("forgetting again changed the list")
	}
}

func TestPurgeDestroysListsAndReplaysInTheirTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.invitees(60, 30)
	w.pool()
	d := w.drawn()
	w.tick()
	ctx := t.Context()
	before, err := w.s.Represent(ctx, olive, jury)
	w.must(err)
	w.ref.LegalHold = true
	for _, kind := range w.s.Kinds() {
		if ids, err := w.s.PurgeList(ctx, jury, kind, 10); err != nil || len(ids) != 0 {
			t.Errorf("%s under a legal hold: %v, %v", kind, ids, err)
		}
	}
	w.ref.LegalHold = false
	for _, kind := range w.s.Kinds() {
		ids, err := w.s.PurgeList(ctx, jury, kind, 10)
		if err != nil || len(ids) != 1 {
			t.Fatalf("%s: %v, %v", kind, ids, err)
		}
		w.must(w.s.PurgeOne(ctx, w.by(domain.SystemActor("job")), kind, ids[0]))
		w.must(w.s.PurgeOne(ctx, w.by(domain.SystemActor("job")), kind, ids[0]))
		if n, err := w.s.PurgeCount(ctx, jury, kind); err != nil || n != 0 {
			t.Errorf("%s after the purge: %d, %v", kind, n, err)
		}
	}
	if w.readable("Robin") {
		t.Error("the list can still be read")
	}
	if _, err := w.s.Replay(ctx, w.by(omar), jury, d.ID, "checking the draw"); !domain.Is(err, domain.NotFound) {
		t.Errorf("the replay: %v", err)
	}
	if _, err := w.s.Certificate(ctx, jury, d.ID); err != nil {
		t.Errorf("the certificate must stay: %v", err)
	}
	offered := w.with(people.Offered)[0]
	if own, err := w.s.OwnDraw(ctx, domain.MemberActor(jury, offered, "web"), offered); err != nil || own.Chance == "" {
		t.Errorf("a member's own place: %+v, %v", own, err)
	}
	w.tick()
	after, err := w.s.Represent(ctx, olive, jury)
	if err != nil || after.Table.Totals[1] != before.Table.Totals[1] {
		t.Errorf("the table: %+v, %v", after.Table.Totals, err)
	}
}
