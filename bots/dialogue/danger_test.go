package dialogue_test

import (
	"testing"
	"time"

	"folkmoot/bots/dialogue"
)

// TestDanger holds the words of danger against their labelled files. All
// danger must be found; of the alarms, nineteen in twenty must be real.
//
// danger_apart.txt was written when there were phrases alone: they found 49 of
// its 96. danger_scenes.txt was written when there were patterns: 34 of its 92
// were overlooked then, among them "help me i am being hit at home". danger_blind.txt was written before the patterns and read once, after
// them, by their author: they found 58 of its 59, with one false alarm. No native
// speaker has seen any of it but the English.
func TestDanger(t *testing.T) {
	t.Parallel()
	for file, miss := range map[string]int{"danger.txt": 0, "danger_apart.txt": 0, "danger_scenes.txt": 0, "danger_blind.txt": 1} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			all := replies(t, file)
			found, missed, alarms := 0, 0, 0
			for _, r := range all {
				alarm, rule := alarmed(r)
				switch {
				case alarm && r.label == "danger":
					found++
				case r.label == "danger":
					missed++
					t.Logf("%s: %q is danger and was read as %s", r.lang, r.text, rule)
				case alarm:
					alarms++
					t.Logf("%s: %q is a false alarm (%s)", r.lang, r.text, rule)
				}
			}
			t.Logf("found %d of %d, %d false alarms in %d", found, found+missed, alarms, len(all)-found-missed)
			if missed > miss {
				t.Errorf("%d missed, at most %d before", missed, miss)
			}
			if alarms*20 > found+alarms {
				t.Errorf("%d of %d alarms are false", alarms, found+alarms)
			}
		})
	}
}

// alarmed reports whether a reply to a question raises the alarm, and why or
// what it was read as instead.
func alarmed(r labelled) (bool, string) {
	env := dialogue.Env{Flow: &asking, Now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	s, _ := dialogue.Begin(env, dialogue.Ref{ID: "c", Lang: r.lang}, dialogue.Input{ID: "b", Kind: dialogue.Event})
	_, out := dialogue.Step(env, s, dialogue.Input{ID: "m", Kind: dialogue.Text, Text: r.text, At: env.Now.Add(time.Minute)})
	return out.Entry.Intent == dialogue.IsDanger, out.Entry.Rule
}

// TestNoAlarmForOrdinaryReplies: of all the labelled answers, which speak of
// husbands, homes and being afraid, one in two hundred at most raises the alarm.
func TestNoAlarmForOrdinaryReplies(t *testing.T) {
	t.Parallel()
	all, alarms := 0, 0
	for _, file := range labelFiles {
		for _, r := range replies(t, file) {
			all++
			if alarm, rule := alarmed(r); alarm {
				alarms++
				t.Logf("%s: %q (%s)", r.lang, r.text, rule)
			}
		}
	}
	t.Logf("%d alarms in %d replies", alarms, all)
	if alarms*200 > all {
		t.Errorf("%d alarms in %d ordinary replies", alarms, all)
	}
}
