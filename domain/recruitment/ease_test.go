package recruitment_test

import (
	"strings"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/sortition"
)

func TestEasedTargetsAreRecordedWithNameAndReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	flex := func(n int) *int { return &n }
	ts := targets()
	ts[0].FlexMin, ts[0].FlexMax = flex(0), flex(ts[0].Max+1)
	_, err := w.s.SetTargets(ctx, w.by(olive), jury, recruitment.TargetsInput{Targets: ts})
	w.must(err)
	up := sortition.Relaxed{Feature: ts[0].Feature, Value: strings.ToUpper(ts[0].Value), Side: "max", From: ts[0].Max, To: ts[0].Max + 1}
	ease := func(reason string, c ...sortition.Relaxed) (recruitment.View, error) {
		return w.s.EaseTargets(ctx, w.by(olive).Because(reason), jury, recruitment.EaseInput{Changes: c})
	}
	far, stale := up, up
	far.To += 5
	stale.From--
	for name, try := range map[string]func() (recruitment.View, error){
		"no reason":         func() (recruitment.View, error) { return ease("", up) },
		"nothing chosen":    func() (recruitment.View, error) { return ease("Nobody of that kind came.") },
		"beyond the flex":   func() (recruitment.View, error) { return ease("Nobody of that kind came.", far) },
		"changed meanwhile": func() (recruitment.View, error) { return ease("Nobody of that kind came.", stale) },
		"tighter": func() (recruitment.View, error) {
			return ease("Nobody of that kind came.", sortition.Relaxed{Feature: up.Feature, Value: up.Value, Side: "max", From: up.From, To: up.From - 1})
		},
	} {
		if _, err := try(); !domain.Is(err, domain.Invalid) {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
	}
	v, err := ease("Too few people of the other kind came.", up)
	w.must(err)
	if v.Targets[0].Max != ts[0].Max+1 || len(v.Eased) != 1 || v.Eased[0].By != olive.ID || v.Eased[0].Reason == "" || v.Eased[0].Changes[0].To != up.To {
		t.Errorf("got %+v, %+v", v.Targets[0], v.Eased)
	}
	if _, err := w.s.EaseTargets(ctx, w.by(carol).Because("We would like that."), jury, recruitment.EaseInput{Changes: []sortition.Relaxed{up}}); !domain.Is(err, domain.Forbidden) {
		t.Errorf("a commissioner's relaxation: %v", err)
	}
}

func TestReservesAreChosenBeforeAnybodyLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.pool()
	d := w.drawn()
	if d.Spared == nil || d.Spared.Reserves != d.NamedReserves || d.Spared.Samples == 0 || d.Spared.With > d.Spared.Without {
		t.Errorf("the reserves were not chosen for what they are good for: %+v", d.Spared)
	}
	found := 0
	for _, id := range ids {
		own, err := w.s.OwnDraw(t.Context(), olive, id)
		w.must(err)
		place, err := w.s.FindPlace(t.Context(), jury, d.ID, " "+strings.ToLower(strings.ReplaceAll(own.Pseudonym, "-", " "))+" ")
		w.must(err)
		if place.Pseudonym != own.Pseudonym || place.Exact != own.Chance || place.Reserve != own.Rank || place.Groups == 0 {
			t.Errorf("got %+v, own %+v", place, own)
		}
		if place.Picked {
			found++
		}
	}
	if found != d.Size {
		t.Errorf("%d found themselves picked, want %d", found, d.Size)
	}
	if _, err := w.s.FindPlace(t.Context(), jury, d.ID, ""); !domain.Is(err, domain.NotFound) {
		t.Errorf("nobody: %v", err)
	}
}

func TestRatesOfStaying(t *testing.T) {
	t.Parallel()
	got, err := recruitment.ParseStay("0.9\nage: young = 80%\n\nplace: East=1.1")
	if err != nil || got[""] != 0.9 || got["age: young"] != 0.8 || got["place: East"] != 1.1 {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := recruitment.ParseStay(" \n"); got != nil || err != nil {
		t.Errorf("nothing written: got %v, %v", got, err)
	}
	for _, bad := range []string{"often", "age: young = x", "NaN", "-1"} {
		if _, err := recruitment.ParseStay(bad); !domain.Is(err, domain.Invalid) {
			t.Errorf("%q: got %v", bad, err)
		}
	}
	w := newWorld(t)
	w.pool()
	_, err = w.s.ClosePool(t.Context(), w.by(olive), jury)
	w.must(err)
	for _, stay := range []map[string]float64{{"": 1.2}, {"": 0}, {"hair: red": 0.9}} {
		if _, err := w.s.PrepareDraw(t.Context(), w.by(olive), jury, recruitment.PrepareInput{SeedPlan: "balls", Stay: stay}); !domain.Is(err, domain.Invalid) {
			t.Errorf("%v: got %v", stay, err)
		}
	}
}
