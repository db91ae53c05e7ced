package dialogue_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"folkmoot/bots/dialogue"
)

var monday = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// journey is a small flow with every kind of question.
var journey = dialogue.Flow{
	ID: "journey.v1", Start: "invite",
	Nodes: map[string]dialogue.Node{
		"invite": {
			Say: "invite", Ask: dialogue.AskYesNo,
			On: map[string]dialogue.Branch{
				"yes": {Do: []dialogue.Command{{Name: "register"}}, Go: "questions"},
				"no":  {Do: []dialogue.Command{{Name: "decline"}}, Go: "declined"},
			},
			Wait: dialogue.Wait{
				Remind: []time.Duration{24 * time.Hour, 72 * time.Hour}, Say: "reminder", Until: "closes",
				Timeout: dialogue.Branch{Do: []dialogue.Command{{Name: "expired"}}, Go: "expired"},
			},
		},
		"questions": {Say: "question", Ask: dialogue.AskEach, Next: "postcode"},
		"postcode": {
			Say: "postcode", Ask: dialogue.AskPostcode, Next: "needs",
			On: map[string]dialogue.Branch{"*": {Do: []dialogue.Command{{Name: "answer", Fields: map[string]string{"question": "postcode", "value": "$value"}}}}},
		},
		"needs":    {Say: "needs", Ask: dialogue.AskText, Next: "done", On: map[string]dialogue.Branch{"*": {Do: []dialogue.Command{{Name: "support", Fields: map[string]string{"text": "$value"}}}}}},
		"done":     {Say: "done", End: "registered"},
		"declined": {Say: "declined", End: "declined"},
		"expired":  {End: "expired"},
		"absent":   {Say: "absent", Next: "done"},
	},
	Events: map[string]dialogue.Branch{
		"news": {Say: "news"}, "late_start": {Go: "needs"}, dialogue.EventResume: {Say: "resumed"},
	},
	Intents:  map[dialogue.Intent]dialogue.Branch{dialogue.IsLate: {Say: "late"}},
	Prefixes: map[string]dialogue.Branch{"ask": {Do: []dialogue.Command{{Name: "member_question", Fields: map[string]string{"text": "$text"}}}, Say: "asked"}},
}

func environment() dialogue.Env {
	return dialogue.Env{
		Flow: &journey, Now: monday, Langs: []string{"cy", "pl"},
		Vars: dialogue.Vars{
			Values: map[string]string{"code": "FMJ26", "closes": "2026-03-12T17:00:00Z"},
			Questions: []dialogue.Question{
				{Key: "age", Text: "How old?", Options: []dialogue.Choice{{Key: "16-29", Label: "16 to 29"}, {Key: "30-64", Label: "30 to 64"}, {Key: "65+", Label: "65 or over"}}},
				{Key: "gender", Text: "Are you", Options: []dialogue.Choice{{Key: "f", Label: "female"}, {Key: "m", Label: "male"}}},
			},
			Answers: []dialogue.Approved{{ID: "dog", Words: []string{"dog", "dogs"}, Answer: "Assistance dogs are welcome."}},
		},
	}
}

// talk plays a conversation; each line is one text a minute after the last.
type talk struct {
	env    dialogue.Env
	state  dialogue.State
	serial int
}

func begin() *talk {
	k := &talk{env: environment()}
	k.state, _ = dialogue.Begin(k.env, dialogue.Ref{ID: "c1", Lang: "en"}, dialogue.Input{ID: "m0", Kind: dialogue.Event})
	return k
}

func (k *talk) input(kind dialogue.Kind, text string) dialogue.Out {
	k.serial++
	var out dialogue.Out
	k.state, out = dialogue.Step(k.env, k.state, dialogue.Input{ID: fmt.Sprintf("m%d", k.serial), Kind: kind, Text: text, At: k.env.Now})
	return out
}

func (k *talk) say(texts ...string) dialogue.Out {
	var out dialogue.Out
	for _, text := range texts {
		k.env.Now = k.env.Now.Add(2 * time.Minute)
		out = k.input(dialogue.Text, text)
	}
	return out
}

func (k *talk) wait(d time.Duration) dialogue.Out {
	k.env.Now = k.env.Now.Add(d)
	return k.input(dialogue.Tick, "")
}

// told names the texts of a message.
func told(out dialogue.Out) string {
	if out.Say == nil {
		return ""
	}
	var parts []string
	for _, p := range out.Say.Parts {
		parts = append(parts, p.Key)
	}
	return strings.Join(parts, " ")
}

func done(out dialogue.Out) string {
	var names []string
	for _, e := range out.Effects {
		names = append(names, e.Name)
	}
	return strings.Join(names, " ")
}

// answers that reach each open question of the journey.
var steps = [][]string{
	{}, {"1"}, {"1", "34"}, {"1", "34", "2"}, {"1", "34", "2", "GL16 7QD"}, {"1", "34", "2", "GL16 7QD", "0"}, {"2"},
}

func TestFlowChecks(t *testing.T) {
	t.Parallel()
	if problems := journey.Check(); len(problems) > 0 {
		t.Error(problems)
	}
	broken := dialogue.Flow{Start: "nowhere", Nodes: map[string]dialogue.Node{
		"a": {Ask: dialogue.AskChoice, Next: "gone", Need: "x", Wait: dialogue.Wait{Remind: []time.Duration{3, 2, 1}}},
		"b": {Say: "b", Ask: dialogue.AskYesNo, Need: "x", On: map[string]dialogue.Branch{"maybe": {Go: "gone", Do: []dialogue.Command{{}}}}},
	}}
	if got := len(broken.Check()); got != 12 {
		t.Errorf("%d problems found, want all 12:\n%s", got, strings.Join(broken.Check(), "\n"))
	}
}

// TestStopAtEveryStep: STOP wins at every question and end, is confirmed
// once, and START takes the conversation up where it was.
func TestStopAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, path := range steps {
		k := begin()
		k.say(path...)
		before := k.state
		out := k.say("STOP")
		if done(out) != "opt_out" || told(out) != "stopped" || !out.Say.Legal || k.state.Status != dialogue.Stopped {
			t.Errorf("after %q: %s, said %q, %s", path, done(out), told(out), k.state.Status)
		}
		for _, later := range []string{"stop", "ok", "thanks"} {
			if out := k.say(later); out.Say != nil || len(out.Effects) > 0 {
				t.Errorf("after STOP, %q was answered %q %q", later, told(out), done(out))
			}
		}
		if out := k.say("are you still there"); out.Say != nil || done(out) != "hand_to_person" {
			t.Errorf("after STOP, words: said %q, did %q", told(out), done(out))
		}
		if out := k.say("HELP"); told(out) != "help" || !out.Say.Legal {
			t.Errorf("after STOP, HELP: %q", told(out))
		}
		out = k.say("START")
		if done(out) != "opt_in" || k.state.Node != before.Node || k.state.Status != before.Status {
			t.Errorf("START after %q: %q at %s %s, want %s %s", path, done(out), k.state.Node, k.state.Status, before.Node, before.Status)
		}
	}
}

// TestDangerAtEveryStep: words of danger are never "not understood", in any
// language, whatever is open.
func TestDangerAtEveryStep(t *testing.T) {
	t.Parallel()
	words := []string{
		"I want to die", "he hits me when I go out", "I'm going to kill myself", "yes but my husband won't let me leave and I'm not safe",
		"dwi eisiau marw", "mae e'n fy mwrw", "hunanladdiad", "ba mhaith liom bás a fháil", "níl mé sábháilte", "chcę umrzeć", "mąż mnie bije, przemoc", "quero morrer", "tenho medo dele",
	}
	for _, path := range steps {
		for _, text := range words {
			k := begin()
			k.say(path...)
			node := k.state.Node
			out := k.say(text)
			if told(out) != "danger" || len(out.Effects) != 1 || out.Effects[0].Fields["priority"] != "urgent" || k.state.Node != node {
				t.Errorf("after %q, %q: said %q, did %+v", path, text, told(out), out.Effects)
			}
		}
	}
	k := begin()
	k.say("STOP")
	if out := k.say("I want to die"); told(out) != "danger" || !out.Say.Legal {
		t.Errorf("after STOP danger is answered %q", told(out))
	}
}

func TestOrdinaryWordsAreNoDanger(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"I'd kill for a cup of tea", "the bus stop is not safe in the dark", "I can't go on Tuesday", "my dog died", "dying to take part", "dead on", "the hospital is in danger of closing, that is why I come"} {
		k := begin()
		if out := k.say(text); told(out) == "danger" {
			t.Errorf("%q was read as danger (%s)", text, out.Entry.Rule)
		}
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		path []string
		text string
		told string
		done string
		node string
	}{
		{"an answer beats a keyword", nil, "I can't make it, running late anyway", "declined", "decline", "declined"},
		{"a keyword where no answer fits", nil, "where is it", "faq.where invite.again", "", "invite"},
		{"change of mind goes back", []string{"1"}, "CHANGE", "change invite.again", "undo", "invite"},
		{"own words may say anything", []string{"1", "34", "2", "GL167QD"}, "I am often late because of dialysis", "done", "support", "done"},
		{"but not a command", []string{"1", "34", "2", "GL167QD"}, "change", "change postcode.again", "undo", "postcode"},
		{"withdraw", []string{"1"}, "I want to withdraw please", "withdrawn", "withdraw", "questions"},
		{"erase", []string{"1"}, "please delete my data", "erase", "erase_request", "questions"},
		{"the flow's own intent", []string{"1"}, "I'll be a bit late", "late question.again", "", "questions"},
		{"a question to a witness", []string{"1", "34", "2", "GL167QD", "0"}, "ASK why not Coleford?", "asked", "member_question", "done"},
		{"an approved answer", []string{"1"}, "can I bring my dog", "approved question.again", "", "questions"},
		{"nothing known", []string{"1"}, "purple", "clarify question.again", "", "questions"},
		{"only a picture", []string{"1"}, "", "clarify question.again", "", "questions"},
		{"rather not say", []string{"1"}, "I'd rather not say", "question", "answer", "questions"},
		{"no such digit", []string{"1"}, "7", "clarify question.again", "", "questions"},
		{"Welsh please", []string{"1"}, "Cymraeg", "language question.again", "language", "questions"},
		{"a language not offered", []string{"1"}, "Gaeilge", "language.none", "hand_to_person", "questions"},
		{"a person", []string{"1"}, "can I speak to someone", "to_person", "hand_to_person", "questions"},
		{"thanks at the end is left alone", []string{"2"}, "thanks", "", "", "declined"},
		{"late yes is answered by state", []string{"2"}, "yes", "journey.state.declined", "", "declined"},
		{"words at the end go to a person", []string{"2"}, "is the bus running that day", "to_person", "hand_to_person", "declined"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := begin()
			k.say(tt.path...)
			out := k.say(tt.text)
			got := []string{told(out), done(out), k.state.Node}
			if diff := cmp.Diff([]string{tt.told, tt.done, tt.node}, got); diff != "" {
				t.Errorf("said, done, node (-want +got):\n%s\n%+v", diff, out.Entry)
			}
			if out.Entry.Rule == "" {
				t.Error("the transcript does not say why")
			}
		})
	}
}

func TestTwoClarificationsThenAPerson(t *testing.T) {
	t.Parallel()
	k := begin()
	got := []string{told(k.say("purple")), told(k.say("green")), told(k.say("blue")), told(k.say("red"))}
	want := []string{"clarify invite.again", "clarify.second invite.again", "handed", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if k.state.Status != dialogue.WithPerson {
		t.Errorf("status %s", k.state.Status)
	}
	if out := k.say("1"); done(out) != "register" || k.state.Status != dialogue.Open {
		t.Errorf("an answer while a person holds it: %q, %s", done(out), k.state.Status)
	}
	k = begin()
	k.say("purple", "green", "blue")
	if out := k.input(dialogue.Event, dialogue.EventResume); told(out) != "resumed invite.again" || k.state.Status != dialogue.Open {
		t.Errorf("handed back: %q, %s", told(out), k.state.Status)
	}
	if out := k.say("purple"); told(out) != "clarify invite.again" {
		t.Errorf("patience starts again: %q", told(out))
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	k := begin()
	if want := monday.Add(24 * time.Hour); !k.state.Due.Equal(want) {
		t.Fatalf("due %v, want %v", k.state.Due, want)
	}
	if out := k.wait(23 * time.Hour); out.Say != nil {
		t.Error("a reminder before its time")
	}
	if out := k.wait(time.Hour); told(out) != "reminder invite.again" || out.Say.Reply {
		t.Errorf("first reminder: %q", told(out))
	}
	if out := k.wait(time.Hour); out.Say != nil {
		t.Error("the same reminder twice")
	}
	if out := k.wait(48 * time.Hour); told(out) != "reminder invite.again" {
		t.Errorf("second reminder: %q", told(out))
	}
	if want := time.Date(2026, 3, 12, 17, 0, 0, 0, time.UTC); !k.state.Due.Equal(want) {
		t.Errorf("due %v, want the closing time %v", k.state.Due, want)
	}
	if out := k.wait(30 * 24 * time.Hour); done(out) != "expired" || k.state.Outcome != "expired" || !k.state.Due.IsZero() {
		t.Errorf("time-out: %q, %s", done(out), k.state.Outcome)
	}
	if out := k.say("1"); told(out) != "journey.state.expired" {
		t.Errorf("a late yes: %q", told(out))
	}
}

func TestMissedRemindersAreSentOnce(t *testing.T) {
	t.Parallel()
	k := begin()
	if out := k.wait(80 * time.Hour); told(out) != "reminder invite.again" || k.state.Reminded != 2 {
		t.Errorf("after downtime: %q, %d reminders counted", told(out), k.state.Reminded)
	}
}

func TestNoReminderWhileStopped(t *testing.T) {
	t.Parallel()
	k := begin()
	k.say("STOP")
	if out := k.wait(25 * time.Hour); out.Say != nil {
		t.Errorf("reminded after STOP: %q", told(out))
	}
}

func TestRepeatedAndCrossedReplies(t *testing.T) {
	t.Parallel()
	k := begin()
	k.say("1")
	again := dialogue.Input{ID: "copy", Kind: dialogue.Text, Text: "1", At: k.env.Now.Add(time.Second)}
	state, out := dialogue.Step(k.env, k.state, again)
	if state.Question != "age" || len(out.Effects) > 0 || out.Say != nil || out.Entry.Rule != "repeat" {
		t.Errorf("the same words within seconds: %+v", out.Entry)
	}
	k.env.Now = k.env.Now.Add(time.Minute)
	crossed := dialogue.Input{ID: "late", Kind: dialogue.Text, Text: "2", At: k.state.Asked.Add(-time.Minute)}
	state, out = dialogue.Step(k.env, k.state, crossed)
	if state.Question != "age" || out.Entry.Rule != "crossed" || told(out) != "question.again" {
		t.Errorf("a reply sent before the question: %+v said %q", out.Entry, told(out))
	}
	burst := dialogue.Input{ID: "burst", Kind: dialogue.Text, Text: "I'd love to", At: k.state.Last.At.Add(20 * time.Second)}
	k.env.Now = burst.At
	state, out = dialogue.Step(k.env, k.state, burst)
	if state.Clarify != 0 || out.Say != nil || !strings.HasPrefix(out.Entry.Rule, "burst:") {
		t.Errorf("the second half of a yes: %+v said %q", out.Entry, told(out))
	}
	_, out = dialogue.Step(k.env, k.state, dialogue.Input{ID: "m1", Kind: dialogue.Text, Text: "2"})
	if out.Entry.Rule != "seen_before" || len(out.Effects) > 0 || out.Say != nil {
		t.Errorf("the same input twice: %+v", out.Entry)
	}
}

// Who sends one digit and at once another has not read the next question: the
// first answer is taken back and asked again, and nothing is answered by a slip.
func TestTwoDigitsAtOnce(t *testing.T) {
	t.Parallel()
	k := begin()
	k.say("1", "34")
	k.env.Now = k.env.Now.Add(2 * time.Minute)
	at := k.env.Now.Add(time.Minute)
	state, first := dialogue.Step(k.env, k.state, dialogue.Input{ID: "a", Kind: dialogue.Text, Text: "1", At: at})
	if first.Entry.Result != dialogue.Answered {
		t.Fatalf("the first digit: %+v", first.Entry)
	}
	slip := dialogue.Input{ID: "b", Kind: dialogue.Text, Text: "2", At: at.Add(time.Second)}
	state, out := dialogue.Step(k.env, state, slip)
	if state.Question != "gender" || state.Answers["gender"] != "" || told(out) != "change question.again" || out.Entry.Rule != "other_digit" {
		t.Errorf("the second at once: at %s, said %q, %+v", state.Question, told(out), out.Entry)
	}
	slip.At = at.Add(5 * time.Second)
	state, out = dialogue.Step(k.env, state, dialogue.Input{ID: "c", Kind: dialogue.Text, Text: "2", At: slip.At})
	if state.Question == "gender" || out.Entry.Result != dialogue.Answered {
		t.Errorf("the answer after it: at %s, %+v", state.Question, out.Entry)
	}
}

func TestChange(t *testing.T) {
	t.Parallel()
	k := begin()
	k.say("1", "34", "2")
	if out := k.say("change"); told(out) != "change question.again" || k.state.Question != "gender" || out.Effects[0].Fields["of"] != "m3" {
		t.Fatalf("once: %q at %s, %+v", told(out), k.state.Question, out.Effects)
	}
	if out := k.say("I made a mistake"); k.state.Question != "age" || out.Effects[0].Fields["of"] != "m2" {
		t.Fatalf("twice: at %s", k.state.Question)
	}
	k.say("1", "1")
	if k.state.Answers["age"] != "16-29" || k.state.Answers["gender"] != "f" || k.state.Node != "postcode" {
		t.Errorf("answered anew: %v at %s", k.state.Answers, k.state.Node)
	}
	k.env.Now = k.env.Now.Add(25 * time.Hour)
	if out := k.say("change"); told(out) != "change.late" || done(out) != "hand_to_person" {
		t.Errorf("after a day: %q %q", told(out), done(out))
	}
	k = begin()
	if out := k.say("change"); told(out) != "change.nothing invite.again" {
		t.Errorf("nothing to change: %q", told(out))
	}
	k.say("2")
	k.say("change")
	if k.state.Status != dialogue.Open || k.state.Outcome != "" || k.state.Node != "invite" {
		t.Errorf("a no taken back: %s %s", k.state.Status, k.state.Node)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	k := begin()
	if out := k.input(dialogue.Event, "news"); told(out) != "news" || k.state.Node != "invite" || out.Say.Reply {
		t.Errorf("news: %q at %s", told(out), k.state.Node)
	}
	if out := k.input(dialogue.Event, "nonsense"); out.Entry.Result != dialogue.Ignored {
		t.Errorf("an unknown event: %+v", out.Entry)
	}
	state, out := dialogue.Begin(environment(), dialogue.Ref{ID: "c2", Lang: "en"}, dialogue.Input{ID: "e", Kind: dialogue.Event, Text: "late_start"})
	if state.Node != "needs" || told(out) != "needs" {
		t.Errorf("begun with an event: %q at %s", told(out), state.Node)
	}
}

// TestStepIsPure: over any conversation, a step repeated gives the same
// answer, the caller's state is left alone, JSON loses nothing, every id is
// the conversation's and the input's, and a state stays small.
func TestStepIsPure(t *testing.T) {
	t.Parallel()
	texts := []string{"1", "2", "0", "yes", "no", "34", "STOP", "START", "HELP", "change", "GL16 7QD", "purple", "👍", "thanks", "withdraw", "Cymraeg", "tak", "I want to die", "ask why", strings.Repeat("x", 3000), "", "\u202e\x00", "1 but not Friday"}
	kinds := []dialogue.Kind{dialogue.Text, dialogue.Text, dialogue.Text, dialogue.Tick, dialogue.Event}
	rapid.Check(t, func(t *rapid.T) {
		k := begin()
		for range rapid.IntRange(1, 60).Draw(t, "length") {
			k.env.Now = k.env.Now.Add(time.Duration(rapid.IntRange(0, 3*24*3600).Draw(t, "seconds")) * time.Second)
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			text := rapid.OneOf(rapid.SampledFrom(texts), rapid.String()).Draw(t, "text")
			if kind == dialogue.Event {
				text = rapid.SampledFrom([]string{"news", "late_start", "resume", "other"}).Draw(t, "event")
			}
			checkStep(t, k, kind, text)
		}
	})
}

func checkStep(t *rapid.T, k *talk, kind dialogue.Kind, text string) {
	before, err := json.Marshal(k.state)
	if err != nil {
		t.Fatal(err)
	}
	if len(before) > 16<<10 {
		t.Fatalf("the state has grown to %d bytes", len(before))
	}
	old := k.state
	out := k.input(kind, text)
	var stored dialogue.State
	if err := json.Unmarshal(before, &stored); err != nil {
		t.Fatal(err)
	}
	in := dialogue.Input{ID: fmt.Sprintf("m%d", k.serial), Kind: kind, Text: text, At: k.env.Now}
	state, again := dialogue.Step(k.env, stored, in)
	if diff := cmp.Diff(out, again); diff != "" {
		t.Fatalf("a step repeated from storage differs:\n%s", diff)
	}
	a, _ := json.Marshal(state)
	b, _ := json.Marshal(k.state)
	if string(a) != string(b) {
		t.Fatalf("states differ:\n%s\n%s", a, b)
	}
	if after, _ := json.Marshal(old); string(after) != string(before) {
		t.Fatal("the caller's state was written to")
	}
	checkOut(t, k, out, in)
}

func checkOut(t *rapid.T, k *talk, out dialogue.Out, in dialogue.Input) {
	for i, e := range out.Effects {
		if want := fmt.Sprintf("c1:%s:%d", in.ID, i); e.ID != want {
			t.Fatalf("effect id %q, want %q", e.ID, want)
		}
	}
	if out.Entry.Rule == "" || out.Entry.Result == "" {
		t.Fatalf("an entry without a reason: %+v", out.Entry)
	}
	silent := []string{"seen_before", "repeat", "silence_after_stop", "not_due"}
	if in.Kind == dialogue.Text && out.Say == nil && len(out.Effects) == 0 && out.Entry.Intent != dialogue.IsThanks && out.Entry.Intent != dialogue.IsStop &&
		!slices.Contains(silent, out.Entry.Rule) && !strings.HasPrefix(out.Entry.Rule, "burst:") {
		t.Fatalf("%q was met with silence: %+v", in.Text, out.Entry)
	}
}

func TestRoute(t *testing.T) {
	t.Parallel()
	two := []dialogue.Candidate{
		{ID: "a", Label: "Forest Health Jury", Names: []string{"F7K2"}, Open: true, Asked: monday},
		{ID: "b", Label: "Bus Assembly", Names: []string{"B9QX"}, Open: true, Asked: monday.Add(time.Hour)},
	}
	closed := func(i int) []dialogue.Candidate {
		c := slices.Clone(two)
		c[i].Open = false
		return c
	}
	later := slices.Clone(two)
	later[1].Asked = monday.Add(25 * time.Hour)
	tests := []struct {
		name, text string
		cs         []dialogue.Candidate
		want       dialogue.Routed
	}{
		{"none", "1", nil, dialogue.Routed{Rule: "none"}},
		{"only one", "1", two[:1], dialogue.Routed{ID: "a", Rule: "only"}},
		{"STOP is for all", "Stop.", two, dialogue.Routed{All: true, Rule: "keyword"}},
		{"named by code", "1 f7k2", two, dialogue.Routed{ID: "a", Rule: "named"}},
		{"named by name", "yes for the bus assembly", two, dialogue.Routed{ID: "b", Rule: "named"}},
		{"both named", "f7k2 and b9qx", two, dialogue.Routed{Rule: "ask"}},
		{"only one waits", "1", closed(1), dialogue.Routed{ID: "a", Rule: "only_waiting"}},
		{"both wait", "1", two, dialogue.Routed{Rule: "ask"}},
		{"one asked a day later", "1", later, dialogue.Routed{ID: "b", Rule: "latest_waiting"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, dialogue.Route(tt.text, tt.cs)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if got := told(dialogue.Out{Say: ptr(dialogue.AskWhich("n1", "en", two))}); got != "which" {
		t.Errorf("asks %q", got)
	}
	for text, want := range map[string]string{"1": "a", "2": "b", "the bus assembly": "b", "B9QX": "b", "3": "", "what": ""} {
		if got := dialogue.ReadWhich(text, "en", two); got != want {
			t.Errorf("%q chose %q, want %q", text, got, want)
		}
	}
}

func ptr[T any](v T) *T { return &v }
