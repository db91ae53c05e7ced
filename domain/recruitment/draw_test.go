package recruitment_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/sortition"
)

var (
	watching = recruitment.CommitInput{Observers: []recruitment.Observer{{Name: "A. Reeve", Role: "the parish councils"}}}
	balls    = recruitment.SeedInput{Digits: "4091 7723 5508", Witnesses: []string{"A. Reeve", "B. Okoro"}}
)

// drawn carries a draw through to its conclusion.
func (w *world) drawn() recruitment.DrawView {
	w.t.Helper()
	ctx := w.t.Context()
	_, err := w.s.ClosePool(ctx, w.by(olive), jury)
	w.must(err)
	d, err := w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "lottery balls in the library"})
	w.must(err)
	_, err = w.s.CommitDraw(ctx, w.by(olive), jury, d.ID, watching)
	w.must(err)
	w.clock.Advance(1000)
	_, err = w.s.GiveSeed(ctx, w.by(olive), jury, d.ID, balls)
	w.must(err)
	_, err = w.s.ConfirmSeed(ctx, w.by(omar), jury, d.ID, recruitment.SeedInput{Digits: "409177235508"})
	w.must(err)
	d, err = w.s.ConcludeDraw(ctx, w.by(olive), jury, d.ID)
	w.must(err)
	return d
}

func TestDrawTellsEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	w.settle()
	d := w.drawn()
	if d.State != recruitment.DrawConcluded || d.Told != 10 || d.NamedReserves != 2 || d.Seed.Value != "409177235508" {
		t.Errorf("draw: %+v", d)
	}
	if got := len(w.with(people.Offered)); got != 3 {
		t.Errorf("offered: %d", got)
	}
	if got := len(w.with(people.Reserve)); got != 2 {
		t.Errorf("reserves: %d", got)
	}
	told := w.settle()
	counts := map[string]int{}
	for k, v := range told {
		counts[k] = len(v)
	}
	want := map[string]int{"in_the_draw": 1, "picked": 3, "reserve": 2, "not_picked": 5}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("messages -want +got\n%s", diff)
	}
	w.tick()
	if again := w.settle(); len(again) != 0 {
		t.Errorf("told twice: %v", again)
	}
}

func TestDrawGuardsEachStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	ctx := t.Context()
	prepare := func() (recruitment.DrawView, error) {
		return w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "balls"})
	}
	_, err := prepare()
	if e := asError(err); e == nil || len(e.Missing) != 1 || e.Missing[0].Item != "pool_closed" {
		t.Errorf("prepare with an open pool: %v", err)
	}
	_, err = w.s.ClosePool(ctx, w.by(olive), jury)
	w.must(err)
	d, err := prepare()
	w.must(err)
	if _, err := w.s.GiveSeed(ctx, w.by(olive), jury, d.ID, balls); !domain.Is(err, domain.Conflict) {
		t.Errorf("a seed before the commitment: %v", err)
	}
	if _, err := w.s.CommitDraw(ctx, w.by(olive), jury, d.ID, recruitment.CommitInput{}); !domain.Is(err, domain.Invalid) {
		t.Errorf("commitment without observers: %v", err)
	}
	_, err = w.s.CommitDraw(ctx, w.by(olive), jury, d.ID, watching)
	w.must(err)
	if _, err := prepare(); !domain.Is(err, domain.Conflict) {
		t.Errorf("prepare over a committed draw: %v", err)
	}
	if _, err := w.s.SetTargets(ctx, w.by(olive), jury, recruitment.TargetsInput{Targets: targets()}); !domain.Is(err, domain.Conflict) {
		t.Errorf("targets after the commitment: %v", err)
	}
	if _, err := w.s.ConcludeDraw(ctx, w.by(olive), jury, d.ID); !domain.Is(err, domain.Conflict) {
		t.Errorf("conclude without a seed: %v", err)
	}
	for name, bad := range map[string]recruitment.SeedInput{
		"few digits":  {Digits: "12345", Witnesses: balls.Witnesses},
		"words":       {Digits: "heads tails heads", Witnesses: balls.Witnesses},
		"one witness": {Digits: balls.Digits, Witnesses: []string{"A. Reeve"}},
		"one twice":   {Digits: balls.Digits, Witnesses: []string{"A. Reeve", "a. reeve "}},
	} {
		if _, err := w.s.GiveSeed(ctx, w.by(olive), jury, d.ID, bad); !domain.Is(err, domain.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSeedNeedsTwoPeopleWhoAgree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	ctx := t.Context()
	_, err := w.s.ClosePool(ctx, w.by(olive), jury)
	w.must(err)
	d, err := w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "balls"})
	w.must(err)
	_, err = w.s.CommitDraw(ctx, w.by(olive), jury, d.ID, watching)
	w.must(err)
	got, err := w.s.GiveSeed(ctx, w.by(olive), jury, d.ID, balls)
	w.must(err)
	if got.State != recruitment.DrawWitnessed || got.Seed != nil {
		t.Errorf("the second person must not be shown the digits: %+v", got.Seed)
	}
	_, err = w.s.ConfirmSeed(ctx, w.by(olive), jury, d.ID, balls)
	if e := asError(err); e == nil || len(e.Missing) != 1 || e.Missing[0].Item != "second_person" {
		t.Errorf("the same person twice: %v", err)
	}
	got, err = w.s.ConfirmSeed(ctx, w.by(omar), jury, d.ID, recruitment.SeedInput{Digits: "409177235509"})
	if !domain.Is(err, domain.Conflict) || got.State != recruitment.DrawCommitted {
		t.Errorf("digits that differ: %s, %v", got.State, err)
	}
	_, err = w.s.GiveSeed(ctx, w.by(olive), jury, d.ID, balls)
	w.must(err)
	if _, err := w.s.AbandonDraw(ctx, w.by(olive).Because("we do not like these digits"), jury, d.ID); !domain.Is(err, domain.Conflict) {
		t.Errorf("abandon once digits are known: %v", err)
	}
	got, err = w.s.ConfirmSeed(ctx, w.by(omar), jury, d.ID, balls)
	if err != nil || got.State != recruitment.DrawSeeded {
		t.Errorf("digits that agree: %s, %v", got.State, err)
	}
}

func TestBeaconSeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	ctx := t.Context()
	_, err := w.s.ClosePool(ctx, w.by(olive), jury)
	w.must(err)
	d, err := w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "drand", DrandRound: 7})
	w.must(err)
	_, err = w.s.CommitDraw(ctx, w.by(olive), jury, d.ID, watching)
	w.must(err)
	if _, err := w.s.GiveSeed(ctx, w.by(olive), jury, d.ID, recruitment.SeedInput{Signature: "forged"}); !domain.Is(err, domain.Invalid) {
		t.Errorf("a forged round: %v", err)
	}
	got, err := w.s.GiveSeed(ctx, w.by(olive), jury, d.ID, recruitment.SeedInput{Signature: "good"})
	if err != nil || got.State != recruitment.DrawSeeded || got.Seed.Source != sortition.SeedDrand {
		t.Errorf("the round: %+v, %v", got, err)
	}
	w.clock.Set(begin.AddDate(0, 2, 0))
	if _, err := w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "drand", DrandRound: 7}); !domain.Is(err, domain.Invalid) {
		t.Errorf("a round that came out: %v", err)
	}
}

func TestPoolThatChangedIsPreparedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.pool()
	ctx := t.Context()
	_, err := w.s.ClosePool(ctx, w.by(olive), jury)
	w.must(err)
	d, err := w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "balls"})
	w.must(err)
	_, err = w.people.Withdraw(ctx, w.by(cal), ids[4], people.WithdrawInput{Reason: "moved_away"})
	w.must(err)
	if _, err := w.s.CommitDraw(ctx, w.by(olive), jury, d.ID, watching); !domain.Is(err, domain.Conflict) {
		t.Errorf("commit over a pool that changed: %v", err)
	}
	d, err = w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "balls"})
	w.must(err)
	if d.Pool != 9 || d.Number != 2 {
		t.Errorf("prepared again: %+v", d)
	}
	_, err = w.s.CommitDraw(ctx, w.by(olive), jury, d.ID, watching)
	w.must(err)
}

func TestInfeasibleTargetsAreExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	for n := range 4 {
		w.join(n, "North", "45+")
	}
	w.join(4, "South", "45+")
	ctx := t.Context()
	f, err := w.s.Feasible(ctx, w.by(olive), jury)
	w.must(err)
	if f.Feasible {
		t.Error("nobody young is in the pool, yet it is feasible")
	}
	_, err = w.s.ClosePool(ctx, w.by(olive), jury)
	w.must(err)
	_, err = w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "balls"})
	e := asError(err)
	if e == nil || e.Code != domain.Conflict || !strings.Contains(e.Msg, "16-44") || e.Fields["conflict"] == "" || e.Fields["relax Place North"] == "" {
		t.Errorf("got %v", err)
	}
}

func TestCertificateIsPublicAndNamesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.pool()
	d := w.drawn()
	ctx := t.Context()
	cert, err := w.s.Certificate(ctx, jury, d.ID)
	w.must(err)
	for _, word := range append(slices.Clone(ids), "North", "Person", "+999") {
		if strings.Contains(string(cert), word) && word != "North" {
			t.Errorf("the certificate holds %q", word)
		}
	}
	var c sortition.Certificate
	w.must(json.Unmarshal(cert, &c))
	own, err := w.s.OwnDraw(ctx, domain.MemberActor(jury, ids[2], "web"), ids[2])
	w.must(err)
	at := slices.IndexFunc(c.Chances, func(x sortition.Chance) bool { return x.ID == own.Pseudonym })
	if at < 0 || c.Chances[at].Exact != own.Chance || own.Chance == "" {
		t.Errorf("a person cannot find themselves: %+v", own)
	}
	if _, err := w.s.OwnDraw(ctx, domain.MemberActor(jury, ids[3], "web"), ids[2]); !domain.Is(err, domain.NotFound) {
		t.Errorf("somebody else's pseudonym: %v", err)
	}
	chosen := slices.Contains(c.Choice.Selected, own.Pseudonym)
	if chosen != (own.Status == people.Offered) {
		t.Errorf("certificate and status disagree: %+v", own)
	}
}

func TestReplayIsForOversightAndLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	d := w.drawn()
	ctx := t.Context()
	if _, err := w.s.Replay(ctx, w.by(carol), jury, d.ID, "to see who was picked"); !domain.Is(err, domain.Forbidden) {
		t.Errorf("a commissioner: %v", err)
	}
	if _, err := w.s.Replay(ctx, w.by(otto), jury, d.ID, "to see who was picked"); !domain.Is(err, domain.NotFound) {
		t.Errorf("another body: %v", err)
	}
	if _, err := w.s.Replay(ctx, w.by(omar), jury, d.ID, ""); !domain.Is(err, domain.Invalid) {
		t.Errorf("without a purpose: %v", err)
	}
	w.audit.FailWith(domain.E(domain.Unavailable, "away"))
	if got, err := w.s.Replay(ctx, w.by(omar), jury, d.ID, "checking the draw"); !domain.Is(err, domain.Unavailable) || got != nil {
		t.Errorf("a look that cannot be recorded: %v", err)
	}
	w.audit.FailWith(nil)
	got, err := w.s.Replay(ctx, w.by(omar), jury, d.ID, "checking the draw")
	if err != nil || !strings.Contains(string(got), "North") {
		t.Errorf("replay: %v", err)
	}
	if !slices.Contains(w.audit.Actions(), "draw.replayed") {
		t.Error("the look was not recorded")
	}
}

func TestPublicSeesNothingBeforeTheCommitment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	ctx := t.Context()
	_, err := w.s.ClosePool(ctx, w.by(olive), jury)
	w.must(err)
	d, err := w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "balls"})
	w.must(err)
	if got, err := w.s.PublicDraws(ctx, jury); err != nil || len(got) != 0 {
		t.Errorf("a prepared draw is public: %v, %v", got, err)
	}
	if _, err := w.s.Certificate(ctx, jury, d.ID); !domain.Is(err, domain.NotFound) {
		t.Errorf("certificate before the draw: %v", err)
	}
	_, err = w.s.CommitDraw(ctx, w.by(olive), jury, d.ID, watching)
	w.must(err)
	got, err := w.s.PublicDraws(ctx, jury)
	if err != nil || len(got) != 1 || got[0].Hash != d.Hash || len(got[0].Observers) != 1 {
		t.Errorf("the commitment: %+v, %v", got, err)
	}
}

// TestTellingSurvivesTrouble stops the store at every write of the telling in
// turn: everybody is told once all the same.
func TestTellingSurvivesTrouble(t *testing.T) {
	t.Parallel()
	for fail := range 40 {
		w := newWorld(t)
		w.pool()
		w.settle()
		writes := 0
		w.rows.Before = func(op, _ string) error {
			if op != "replace" || len(w.draws.All()) == 0 || w.draws.All()[0].ConcludedAt.IsZero() {
				return nil
			}
			if writes++; writes == fail {
				return domain.E(domain.Unavailable, "away")
			}
			return nil
		}
		w.drawnThrough()
		w.rows.Before = nil
		w.tick()
		told := w.settle()
		if len(told["picked"]) != 3 || len(told["reserve"]) != 2 || len(told["not_picked"]) != 5 {
			t.Fatalf("trouble at write %d: %v", fail, told)
		}
	}
}

// drawnThrough concludes a draw and lets the last step fail.
func (w *world) drawnThrough() {
	ctx := w.t.Context()
	_, err := w.s.ClosePool(ctx, w.by(olive), jury)
	w.must(err)
	d, err := w.s.PrepareDraw(ctx, w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "balls"})
	w.must(err)
	_, err = w.s.CommitDraw(ctx, w.by(olive), jury, d.ID, watching)
	w.must(err)
	_, err = w.s.GiveSeed(ctx, w.by(olive), jury, d.ID, balls)
	w.must(err)
	_, err = w.s.ConfirmSeed(ctx, w.by(omar), jury, d.ID, balls)
	w.must(err)
	_, err = w.s.ConcludeDraw(ctx, w.by(olive), jury, d.ID)
	if err != nil && !domain.Is(err, domain.Unavailable) {
		w.t.Fatal(err)
	}
}
