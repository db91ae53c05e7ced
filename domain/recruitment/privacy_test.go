package recruitment_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

// TestNothingPersonalOutsideTheSeal plays recruitment through and looks for
// names, numbers and addresses in every document of the package, the pending
// audit entries among them, and in its files.
func TestNothingPersonalOutsideTheSeal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.invitees(60, 30)
	w.pool()
	ctx := t.Context()
	wave, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 20})
	w.must(err)
	w.tick()
	_, err = w.s.Remind(ctx, w.by(olive), jury, wave.ID)
	w.must(err)
	in := recruitment.BatchInput{Source: "a form", Columns: recruitment.Columns{Ref: "id", Name: "who", Number: "tel",
		Answers: map[string]string{"Place": "where", "Age": "age"}}}
	_, err = w.s.ImportRespondents(ctx, w.by(olive), jury, in, strings.NewReader("id,who,tel,where,age\n1,Robin Elm,07700 900199,North,45+\n"))
	w.must(err)
	w.drawn()
	w.answer(w.with(people.Offered)[0], false)
	w.tick()
	var docs []any
	for _, d := range w.recs.All() {
		docs = append(docs, d)
	}
	for _, d := range w.frames.All() {
		docs = append(docs, d)
	}
	for _, d := range w.invited.All() {
		docs = append(docs, d)
	}
	for _, d := range w.waves.All() {
		docs = append(docs, d)
	}
	for _, d := range w.draws.All() {
		docs = append(docs, d)
	}
	for _, d := range w.swaps.All() {
		docs = append(docs, d)
	}
	for _, d := range w.batches.All() {
		docs = append(docs, d)
	}
	for _, d := range append(docs, w.kept.contents) {
		raw, err := json.Marshal(d)
		w.must(err)
		for _, word := range []string{"Robin", "Oak", "Elm", "Person 1", "+999", "+447700", "07700", "Mill Lane", "GL16"} {
			if strings.Contains(string(raw), word) {
				t.Errorf("%T holds %q", d, word)
			}
		}
	}
}

// TestInputsRedactThemselves logs what comes in at the doors.
func TestInputsRedactThemselves(t *testing.T) {
	t.Parallel()
	id := people.Identity{Name: "Robin Oak", Number: "+999000000001", Address: "1 Mill Lane"}
	var b strings.Builder
	log := slog.New(slog.NewTextHandler(&b, nil))
	log.Info("in", "register", recruitment.RegisterInput{Identity: id, Code: "ABCDEFGH", Answers: people.Answers{"Place": "North"}},
		"answer", recruitment.AnswerInput{Answers: people.Answers{"Place": "North"}})
	fmt.Fprintf(&b, "%+v", recruitment.RegisterInput{Identity: id, Code: "ABCDEFGH", Answers: people.Answers{"Place": "North"}})
	for _, word := range []string{"Robin", "+999", "Mill", "North", "ABCD"} {
		if strings.Contains(b.String(), word) {
			t.Errorf("the log holds %q: %s", word, b.String())
		}
	}
}

// TestOtherBodiesFindNothing answers other bodies as if nothing were there.
func TestOtherBodiesFindNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	d := w.drawn()
	ctx := t.Context()
	for name, err := range map[string]error{
		"a draw":          second(w.s.Replay(ctx, w.by(otto), jury, d.ID, "looking around")),
		"settings":        second(w.s.Get(ctx, otto, jury)),
		"waves":           second(w.s.ListWaves(ctx, otto, jury)),
		"no such process": second(w.s.Get(ctx, olive, "nowhere")),
	} {
		if !domain.Is(err, domain.NotFound) {
			t.Errorf("%s for another body: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
