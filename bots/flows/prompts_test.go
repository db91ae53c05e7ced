package flows_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/flows"
	"folkmoot/bots/sms/gsm"
)

// offered finds "1 for yes, 2 no, 3 not sure yet." in a prompt.
var offered = regexp.MustCompile(`(?:^|[^0-9])([1-9]):? (?:for |am |\()?([^,.?0-9)]+)`)

// A prompt may end in a deadline, and holds numbers that offer nothing: dates
// and "all 5 days".
var (
	deadline   = regexp.MustCompile(` (?:by|erbyn|faoi|do) |\)`)
	notOffered = regexp.MustCompile(`^(?:July|Aug|June|days|diwrnod|Gorff|Awst|Iúil|Lúnasa|lipca|sierpnia)`)
)

// TestPromptsUnderstandTheirOwnWords: whoever answers with the word beside a
// digit is understood as if they had sent the digit, in every language.
func TestPromptsUnderstandTheirOwnWords(t *testing.T) {
	t.Parallel()
	loaded := texts(t)
	for _, lang := range append(loaded.Languages(), loaded.Variants()...) {
		for _, f := range flows.All() {
			for name, n := range f.Nodes {
				if n.Ask != dialogue.AskYesNo && n.Ask != dialogue.AskChoice {
					continue
				}
				text, err := loaded.Text(lang, n.Say+".again", sample())
				if err != nil {
					t.Fatal(err)
				}
				text = strings.Replace(text, sample()["eligibility"], "", 1)
				checkPrompt(t, f, lang, name, text)
			}
		}
	}
}

func checkPrompt(t *testing.T, f *dialogue.Flow, lang, node, text string) {
	t.Helper()
	found := 0
	for _, m := range offered.FindAllStringSubmatch(text, -1) {
		word := strings.TrimSpace(deadline.Split(m[2], 2)[0])
		if word == "" || notOffered.MatchString(word) {
			continue
		}
		found++
		byDigit, byWord := answerAt(f, lang, node, m[1]), answerAt(f, lang, node, word)
		if byDigit.Result != dialogue.Answered {
			t.Errorf("%s %s %s: digit %s is no answer", lang, f.ID, node, m[1])
		}
		if byWord.Value != byDigit.Value || byWord.Result != dialogue.Answered {
			t.Errorf("%s %s %s: %q is read as %q (%s), digit %s as %q", lang, f.ID, node, word, byWord.Value, byWord.Rule, m[1], byDigit.Value)
		}
	}
	if found < 2 {
		t.Errorf("%s %s %s offers %d answers: %s", lang, f.ID, node, found, text)
	}
}

// TestRatherNotSayInItsOwnWords: the words beside 0 are understood, too.
func TestRatherNotSayInItsOwnWords(t *testing.T) {
	t.Parallel()
	loaded := texts(t)
	zero := regexp.MustCompile(`(?m)^0: (.+)$`)
	for _, lang := range loaded.Languages() {
		text, err := loaded.Text(lang, "recruit.question", map[string]string{"question": "?", "options": "1: a"})
		if err != nil {
			t.Fatal(err)
		}
		words := zero.FindStringSubmatch(text)
		if words == nil {
			t.Fatalf("%s offers no 0: %q", lang, text)
		}
		f, _ := flows.Get(flows.Recruit)
		env := dialogue.Env{Flow: f, Now: start, Vars: dialogue.Vars{Values: sample(), Questions: questions()}}
		s := dialogue.State{ID: "c", Flow: f.ID, Lang: lang, Status: dialogue.Open, Node: "questions", Question: "age", Answers: map[string]string{}}
		for _, reply := range []string{"0", "o", words[1]} {
			if _, out := dialogue.Step(env, s, dialogue.Input{ID: "m", Kind: dialogue.Text, Text: reply}); out.Entry.Value != dialogue.NotSaid {
				t.Errorf("%s: %q is read as %q (%s)", lang, reply, out.Entry.Value, out.Entry.Rule)
			}
		}
	}
}

// answerAt answers one question, reached directly.
func answerAt(f *dialogue.Flow, lang, node, text string) dialogue.Entry {
	env := dialogue.Env{Flow: f, Now: start.Add(time.Hour), Vars: dialogue.Vars{Values: sample()}}
	s := dialogue.State{ID: "c", Flow: f.ID, Lang: lang, Status: dialogue.Open, Node: node, Asked: start, Answers: map[string]string{}}
	_, out := dialogue.Step(env, s, dialogue.Input{ID: "m", Kind: dialogue.Text, Text: text})
	return out.Entry
}

// TestStopAtEveryStepOfEveryFlow: wherever a conversation stands, STOP ends
// the texts, once, and in its own language.
func TestStopAtEveryStepOfEveryFlow(t *testing.T) {
	t.Parallel()
	loaded := texts(t)
	for _, lang := range loaded.Languages() {
		for _, f := range flows.All() {
			for node, n := range f.Nodes {
				env := dialogue.Env{Flow: f, Now: start, Vars: dialogue.Vars{Values: sample(), Questions: questions()}}
				s := dialogue.State{ID: "c", Flow: f.ID, Lang: lang, Status: dialogue.Open, Node: node, Outcome: n.End, Answers: map[string]string{}}
				s, out := dialogue.Step(env, s, dialogue.Input{ID: "m", Kind: dialogue.Text, Text: " Stop! "})
				if s.Status != dialogue.Stopped || len(out.Effects) != 1 || out.Effects[0].Name != dialogue.DoOptOut || out.Say == nil {
					t.Errorf("%s %s %s: %+v", lang, f.ID, node, out)
					continue
				}
				if text, err := loaded.Render(*out.Say, sample()); err != nil || !strings.Contains(text, "START") {
					t.Errorf("%s %s %s: %q, %v", lang, f.ID, node, text, err)
				}
				if _, out = dialogue.Step(env, s, dialogue.Input{ID: "m2", Kind: dialogue.Text, Text: "STOP"}); out.Say != nil || len(out.Effects) > 0 {
					t.Errorf("%s %s %s: STOP answered twice", lang, f.ID, node)
				}
			}
		}
	}
}

// TestMessagesStayShort walks every first answer of every question and holds
// whole messages, acknowledgement and next question together, to their price.
func TestMessagesStayShort(t *testing.T) {
	t.Parallel()
	loaded := texts(t)
	worst := map[string]int{}
	for _, lang := range loaded.Languages() {
		for _, f := range flows.All() {
			for node, n := range f.Nodes {
				if n.Ask == dialogue.AskNothing && n.Next != "" {
					continue // nobody stays here
				}
				for _, reply := range []string{"1", "2", "3", "0", "GL16 7QD", "purple", "how much", "HELP", "change", "START"} {
					env := dialogue.Env{Flow: f, Now: start, Vars: dialogue.Vars{Values: sample(), Questions: questions()}}
					s := dialogue.State{ID: "c", Flow: f.ID, Lang: lang, Status: dialogue.Open, Node: node, Outcome: n.End, Answers: map[string]string{}}
					if n.Ask == dialogue.AskEach {
						s.Question = "age"
					}
					_, out := dialogue.Step(env, s, dialogue.Input{ID: "m", Kind: dialogue.Text, Text: reply})
					if out.Say == nil {
						continue
					}
					text, err := loaded.Render(*out.Say, sample())
					if err != nil {
						t.Fatal(err)
					}
					cost := gsm.Count(text)
					worst[lang] = max(worst[lang], cost.Segments)
					if cost.Segments > messageAllowed(lang) {
						t.Errorf("%s %s %s, %q: %d segments: %s", lang, f.ID, node, reply, cost.Segments, text)
					}
				}
			}
		}
	}
	t.Logf("longest message in segments: %v", worst)
}

// messageAllowed is what a whole message may take: two segments in English;
// languages whose letters are outside GSM-7 pay more than double.
func messageAllowed(lang string) int {
	if lang == "en" {
		return 2
	}
	return 6
}
