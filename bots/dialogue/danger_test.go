package dialogue_test

import (
	"testing"
	"time"

	"folkmoot/bots/dialogue"
)

// TestDanger holds the words of danger against their labelled file. All
// danger must be found; of the alarms, nineteen in twenty must be real.
func TestDanger(t *testing.T) {
	t.Parallel()
	var found, missed, alarms, quiet int
	for _, r := range replies(t, "danger.txt") {
		env := dialogue.Env{Flow: &asking, Now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
		s, _ := dialogue.Begin(env, dialogue.Ref{ID: "c", Lang: r.lang}, dialogue.Input{ID: "b", Kind: dialogue.Event})
		_, out := dialogue.Step(env, s, dialogue.Input{ID: "m", Kind: dialogue.Text, Text: r.text, At: env.Now.Add(time.Minute)})
		alarm := out.Entry.Intent == dialogue.IsDanger
		switch {
		case alarm && r.label == "danger":
			found++
		case r.label == "danger":
			missed++
			t.Errorf("%s: %q is danger and was read as %s %s", r.lang, r.text, out.Entry.Intent, out.Entry.Rule)
		case alarm:
			alarms++
			t.Logf("%s: %q is a false alarm (%s)", r.lang, r.text, out.Entry.Rule)
		default:
			quiet++
		}
	}
	t.Logf("found %d of %d, %d false alarms in %d", found, found+missed, alarms, alarms+quiet)
	if alarms*20 > found+alarms {
		t.Errorf("%d of %d alarms are false", alarms, found+alarms)
	}
}
