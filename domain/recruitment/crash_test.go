package recruitment_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

// outcome is what a whole recruitment comes to.
type outcome struct {
	Statuses map[string]people.Status
	Told     map[string][]string
	State    recruitment.PoolState
	Waves    []recruitment.WaveState
	Swaps    int
	Files    int // lists that are visible
}

// trouble fails the nth write of any store; invitations write side by side.
type trouble struct {
	mu    sync.Mutex
	at, n int
}

func (x *trouble) before(op, _ string) error {
	if op == "get" || op == "find" {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.n++; x.n == x.at {
		return domain.E(domain.Unavailable, "away")
	}
	return nil
}

func (w *world) troubled(x *trouble) {
	w.rows.Before, w.recs.Before, w.frames.Before, w.waves.Before = x.before, x.before, x.before, x.before
	w.draws.Before, w.swaps.Before, w.batches.Before, w.invited.Before = x.before, x.before, x.before, x.before
}

// insist gives a command again, under its own key, until the store is back.
func insist[T any](w *world, do func() (T, error)) T {
	w.t.Helper()
	for range 3 {
		v, err := do()
		if !domain.Is(err, domain.Unavailable) {
			w.must(err)
			return v
		}
	}
	w.t.Fatal("the store never came back")
	panic("unreachable")
}

// play carries a recruitment from the list to a called-up reserve.
func (w *world) play() outcome {
	ctx := w.t.Context()
	under := func(a domain.Actor, do func(domain.Command) error) {
		w.t.Helper()
		cmd := w.by(a)
		insist(w, func() (bool, error) { return true, do(cmd) })
	}
	tick := func() {
		w.t.Helper()
		insist(w, func() (int, error) { return w.s.Tick(ctx, w.clock.Now()) })
		insist(w, func() (int, error) { return w.s.Tick(ctx, w.clock.Now()) })
	}
	var inv recruitment.InviteeDrawView
	var d recruitment.DrawView
	var wave recruitment.WaveView
	under(olive, func(c domain.Command) error {
		return second(w.s.SetTargets(ctx, c, jury, recruitment.TargetsInput{Targets: targets()}))
	})
	under(olive, func(c domain.Command) error { return second(w.s.RecordOptOutTest(ctx, c, jury)) })
	under(olive, func(c domain.Command) error { return second(w.s.OpenPool(ctx, c, jury)) })
	under(olive, func(c domain.Command) error {
		return second(w.s.ImportFrame(ctx, c, jury, listed, strings.NewReader(list(40))))
	})
	under(olive, func(c domain.Command) (err error) {
		inv, err = w.s.CommitInvitees(ctx, c, jury, recruitment.InviteesInput{Count: 8, SeedPlan: "dice"})
		return err
	})
	under(olive, func(c domain.Command) error { return second(w.s.DrawInvitees(ctx, c, jury, inv.ID, balls)) })
	under(olive, func(c domain.Command) (err error) {
		wave, err = w.s.PlanWave(ctx, c, jury, recruitment.WaveInput{Count: 8})
		return err
	})
	tick()
	for n := range 8 {
		under(cal, func(c domain.Command) error { return second(w.s.Register(ctx, c, jury, registrant(n))) })
	}
	under(olive, func(c domain.Command) error {
		return second(w.s.ImportRespondents(ctx, c, jury, formed, strings.NewReader("id,where,age\n1,North,45+\n2,South,16-44\n")))
	})
	under(olive, func(c domain.Command) error { return second(w.s.Remind(ctx, c, jury, wave.ID)) })
	tick()
	under(olive, func(c domain.Command) error { return second(w.s.ClosePool(ctx, c, jury)) })
	under(olive, func(c domain.Command) (err error) {
		d, err = w.s.PrepareDraw(ctx, c, jury, recruitment.PrepareInput{SeedPlan: "balls"})
		return err
	})
	under(olive, func(c domain.Command) error { return second(w.s.CommitDraw(ctx, c, jury, d.ID, watching)) })
	under(olive, func(c domain.Command) error { return second(w.s.GiveSeed(ctx, c, jury, d.ID, balls)) })
	under(omar, func(c domain.Command) error { return second(w.s.ConfirmSeed(ctx, c, jury, d.ID, balls)) })
	under(olive, func(c domain.Command) error { return second(w.s.ConcludeDraw(ctx, c, jury, d.ID)) })
	tick()
	first := w.with(people.Offered)[0]
	under(cal, func(c domain.Command) error {
		return second(w.people.Decline(ctx, c, first, people.DeclineInput{Reason: "no_time"}))
	})
	tick()
	return w.outcome()
}

var formed = recruitment.BatchInput{Source: "a form", Columns: recruitment.Columns{Ref: "id", Answers: map[string]string{"Place": "where", "Age": "age"}}}

func registrant(n int) recruitment.RegisterInput {
	return recruitment.RegisterInput{
		Source: people.FromStaff, Identity: people.Identity{Name: people.Private(string(rune(65 + n))), Email: "a@example.org"},
		Answers: people.Answers{"Place": []string{"North", "South"}[n%2], "Age": []string{"16-44", "45+"}[n/2%2]},
	}
}

func (w *world) outcome() outcome {
	w.troubled(&trouble{})
	out := outcome{Statuses: map[string]people.Status{}, Told: w.settle(), Swaps: len(w.swaps.All())}
	for _, ids := range out.Told {
		slices.Sort(ids)
	}
	for _, p := range w.rows.All() {
		out.Statuses[p.ID] = p.Status
	}
	for _, x := range w.waves.All() {
		out.Waves = append(out.Waves, x.State)
	}
	frames, err := w.s.ListFrames(w.t.Context(), olive, jury)
	w.must(err)
	out.Files = len(frames)
	out.State = w.recs.All()[0].State
	return out
}

// TestTroubleAtAnyWriteChangesNothing plays the whole with the store away at
// one write after the other: what comes out is the same to the letter.
func TestTroubleAtAnyWriteChangesNothing(t *testing.T) {
	t.Parallel()
	clean := newWorld(t)
	all := &trouble{}
	clean.troubled(all)
	want := clean.play()
	if len(want.Told["picked"]) != 3 || len(want.Told["called_up"]) != 1 || len(want.Told["invitation"]) != 8 || len(want.Told["reminder"]) == 0 || want.Swaps != 1 {
		t.Fatalf("the play itself went astray: %+v", want)
	}
	if all.n < 50 {
		t.Fatalf("only %d writes were seen", all.n)
	}
	for at := 1; at <= all.n; at++ {
		w := newWorld(t)
		w.troubled(&trouble{at: at})
		if d := cmp.Diff(want, w.play()); d != "" {
			t.Fatalf("trouble at write %d of %d: -want +got\n%s", at, all.n, d)
		}
	}
}
