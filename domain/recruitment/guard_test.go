package recruitment_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

func (w *world) missing(to domain.Stage) []string {
	w.t.Helper()
	g, err := w.s.Guard(w.t.Context(), w.ref, to)
	w.must(err)
	out := []string{}
	for _, m := range g {
		if m.Need == "" || m.Who == "" || m.Where == "" {
			w.t.Errorf("%s does not say what is needed, of whom and where: %+v", m.Item, m)
		}
		out = append(out, m.Item)
	}
	return out
}

func (w *world) wants(to domain.Stage, items ...string) {
	w.t.Helper()
	if items == nil {
		items = []string{}
	}
	if d := cmp.Diff(items, w.missing(to)); d != "" {
		w.t.Errorf("%s misses -want +got\n%s", to, d)
	}
}

// TestGuards meets each item in turn: refused with its name, then met.
func TestGuards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.wants(domain.Recruiting, "targets", "opt_out_tested")
	_, err := w.s.RecordOptOutTest(ctx, w.by(olive), jury)
	w.must(err)
	w.wants(domain.Recruiting, "targets")
	_, err = w.s.SetTargets(ctx, w.by(olive), jury, recruitment.TargetsInput{Targets: targets()})
	w.must(err)
	w.wants(domain.Recruiting)
	w.ref.Size = 30 // the process grew after the targets were set
	w.wants(domain.Recruiting, "targets_feasible")
	w.ref.Size = 3
	w.wants(domain.Recruiting)

	ids := w.pool()
	w.wants(domain.Selected, "pool_closed", "draw_feasible", "draw_committed", "draw_concluded")
	_, err = w.s.ClosePool(ctx, w.by(olive), jury)
	w.must(err)
	w.wants(domain.Selected, "draw_feasible", "draw_committed", "draw_concluded")
	d, err := w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "balls"})
	w.must(err)
	w.wants(domain.Selected, "draw_committed", "draw_concluded")
	_, err = w.s.CommitDraw(ctx, w.by(olive), jury, d.ID, watching)
	w.must(err)
	w.wants(domain.Selected, "draw_concluded")
	w.clock.Advance(1e9)
	_, err = w.s.GiveSeed(ctx, w.by(olive), jury, d.ID, balls)
	w.must(err)
	_, err = w.s.ConfirmSeed(ctx, w.by(omar), jury, d.ID, balls)
	w.must(err)
	w.wants(domain.Convened, "members_confirmed", "reserves_named")
	_, err = w.s.ConcludeDraw(ctx, w.by(olive), jury, d.ID)
	w.must(err)
	w.wants(domain.Selected)

	w.ref.Stage = domain.Selected
	w.wants(domain.Convened, "members_confirmed")
	_, err = w.people.Confirm(ctx, w.by(cal), w.with(people.Offered)[0], people.ConfirmInput{Available: true})
	w.must(err)
	w.ref.MinSeated = 1 // the specification asks for one
	w.wants(domain.Convened)
	w.ref.MinSeated = 0
	w.wants(domain.Convened, "members_confirmed")
	for _, id := range ids {
		if w.status(id) == people.Offered {
			_, err := w.people.Confirm(ctx, w.by(cal), id, people.ConfirmInput{Available: true})
			w.must(err)
		}
	}
	w.wants(domain.Convened)
	w.wants(domain.Deliberating)
}

func TestRolesOfEachStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	d := w.drawn()
	ctx := t.Context()
	steps := map[string]func(domain.Actor) error{
		"targets": func(a domain.Actor) error {
			_, err := w.s.SetTargets(ctx, w.by(a), jury, recruitment.TargetsInput{Targets: targets()})
			return err
		},
		"close":      func(a domain.Actor) error { _, err := w.s.ClosePool(ctx, w.by(a), jury); return err },
		"frames":     func(a domain.Actor) error { _, err := w.s.ListFrames(ctx, a, jury); return err },
		"feasible":   func(a domain.Actor) error { _, err := w.s.Feasible(ctx, w.by(a), jury); return err },
		"outlook":    func(a domain.Actor) error { _, err := w.s.Outlook(ctx, w.by(a), jury); return err },
		"fill":       func(a domain.Actor) error { _, err := w.s.FillSeats(ctx, w.by(a), jury); return err },
		"replay":     func(a domain.Actor) error { _, err := w.s.Replay(ctx, w.by(a), jury, d.ID, "checking it"); return err },
		"draws":      func(a domain.Actor) error { _, err := w.s.ListDraws(ctx, a, jury); return err },
		"aggregates": func(a domain.Actor) error { _, err := w.s.Represent(ctx, a, jury); return err },
	}
	may := map[string][]domain.Actor{
		"fill": {olive}, "frames": {olive, omar}, "feasible": {olive}, "outlook": {olive}, "replay": {olive, omar},
		"draws": {olive, omar, carol, cal}, "aggregates": {olive, omar, carol, cal},
	}
	for name, step := range steps {
		for _, a := range []domain.Actor{olive, omar, carol, cal, otto, domain.PublicActor("api"), domain.MemberActor(jury, "someone", "web")} {
			allowed := false
			for _, m := range may[name] {
				allowed = allowed || m.ID == a.ID
			}
			err := step(a)
			switch code := domain.CodeOf(err); {
			case allowed && err != nil:
				t.Errorf("%s by %s: %v", name, a.ID, err)
			case (a.ID == "otto" || a.ID == "public") && code != domain.NotFound:
				t.Errorf("%s by %s: got %v, want not_found", name, a.ID, err)
			case !allowed && code != domain.Forbidden && code != domain.NotFound && code != domain.Conflict:
				t.Errorf("%s by %s: got %v, want a refusal", name, a.ID, err)
			}
		}
	}
}
