package dialogue_test

import (
	"testing"
	"time"

	"folkmoot/bots/dialogue"
)

// Who comes back after the time to answer ran out is told so, and not asked
// what can no longer be answered.
func TestStartWhenTheTimeToAnswerIsOver(t *testing.T) {
	t.Parallel()
	k := begin()
	k.say("STOP")
	k.env.Now = monday.AddDate(0, 0, 20)
	out := k.say("START")
	if told(out) != "started" || k.state.Outcome != "expired" || done(out) != "opt_in expired" {
		t.Errorf("told %q, outcome %q, effects %q; want started alone, expired, opt_in expired", told(out), k.state.Outcome, done(out))
	}
}

// A reply that was received in time and came here late, after an outage, is
// for a person: its writer was not late.
func TestAReplyThatWasInTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at      time.Time
		effects string
	}{
		{monday.AddDate(0, 0, 10), "hand_to_person"},
		{monday.AddDate(0, 0, 11), ""},
	} {
		k := begin()
		if k.wait(10*24*time.Hour + 8*time.Hour); k.state.Outcome != "expired" {
			t.Fatalf("the outcome is %q; it should have expired", k.state.Outcome)
		}
		k.env.Now = monday.AddDate(0, 0, 11)
		_, out := dialogue.Step(k.env, k.state, dialogue.Input{ID: "late", Kind: dialogue.Text, Text: "1", At: c.at})
		if done(out) != c.effects || told(out) == "" {
			t.Errorf("received %v: effects %q, told %q; want %q and an answer", c.at, done(out), told(out), c.effects)
		}
	}
}

// Phones cut a long text in two, and people press send too soon: the second
// text belongs to the first.
func TestTwoTextsThatAreOne(t *testing.T) {
	t.Parallel()
	k := begin()
	k.say("1", "34", "2", "GL15")
	k.env.Now = k.env.Now.Add(5 * time.Second)
	if out := k.input(dialogue.Text, "4SX"); k.state.Answers["postcode"] != "GL15 4SX" || told(out) != "needs" {
		t.Errorf("two halves of a postcode: took %q, told %q", k.state.Answers["postcode"], told(out))
	}
	k = begin()
	k.say("1", "34", "2", "GL15", "4SX")
	if k.state.Answers["postcode"] != "" {
		t.Error("two texts minutes apart were taken for one postcode")
	}
}
