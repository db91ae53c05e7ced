package flows_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/flows"
)

// place is a conversation that rests or waits at one node of a flow.
type place struct {
	flow  *dialogue.Flow
	node  string
	state dialogue.State
}

// everyPlace walks the flows' own data: each node at which a conversation can
// stand, and each question of an AskEach.
func everyPlace() []place {
	var out []place
	for _, f := range flows.All() {
		for name, n := range f.Nodes {
			if n.Ask == dialogue.AskNothing && n.End == "" {
				continue // passed through
			}
			s := dialogue.State{ID: "c", Flow: f.ID, Lang: "en", Status: dialogue.Open, Node: name, Outcome: n.End, Asked: start, Answers: map[string]string{}}
			if n.End != "" {
				s.Status, s.Ended = dialogue.Ended, start
			}
			if n.Ask == dialogue.AskEach {
				s.Question = questions()[0].Key
			}
			out = append(out, place{f, name, s})
		}
	}
	return out
}

var allLangs = []string{"en", "cy", "ga", "pl", "pt"}

func env(f *dialogue.Flow) dialogue.Env {
	return dialogue.Env{Flow: f, Now: start.Add(time.Hour), Vars: dialogue.Vars{Values: sample(), Questions: questions()}, Langs: allLangs[1:]}
}

// TestStopAtEveryNode: STOP in every language and spelling, at every place
// where a conversation of any flow can stand, is taken, said once, and followed
// by silence; START takes the conversation up where it was.
func TestStopAtEveryNode(t *testing.T) {
	t.Parallel()
	words := []string{"STOP", "stop", " Stop. ", "STOPALL", "unsubscribe", "STOP please", "STOPIO", "PEIDIWCH", "STAD", "stop\n", "S T O P",
		"please remove my number", "2. Stop texting me", "tynnwch fy rhif", "ná cuir téacs chugam", "nie piszcie do mnie", "parem de mandar mensagens"}
	places := everyPlace()
	if len(places) < 40 {
		t.Fatalf("only %d places: the flows were not walked", len(places))
	}
	for i, p := range places {
		for k, word := range words {
			if word == "S T O P" {
				continue // spelt out it is asked again, never guessed
			}
			for _, lang := range allLangs {
				s := p.state
				s.Lang = lang
				at := fmt.Sprintf("%s %s %s %q", p.flow.ID, p.node, lang, word)
				stopped, out := dialogue.Step(env(p.flow), s, text(fmt.Sprintf("m%d", i*1000+k), word))
				if stopped.Status != dialogue.Stopped || out.Say == nil || out.Say.Parts[0].Key != "stopped" || !out.Say.Legal || out.Effects[0].Name != dialogue.DoOptOut {
					t.Fatalf("%s: %s, said %v, did %v", at, stopped.Status, out.Say, out.Effects)
				}
				if _, err := texts(t).Render(*out.Say, sample()); err != nil {
					t.Fatalf("%s: %v", at, err)
				}
				for n, more := range []string{"thanks", "1", "STOP", "why", "0"} {
					var then dialogue.Out
					if stopped, then = dialogue.Step(env(p.flow), stopped, text(fmt.Sprintf("n%d", n), more)); then.Say != nil && more != "HELP" {
						t.Fatalf("%s, then %q: said %v", at, more, then.Say)
					}
				}
				back, out := dialogue.Step(env(p.flow), stopped, text("s", "START"))
				if back.Node != p.node || back.Status == dialogue.Stopped || out.Say == nil {
					t.Fatalf("%s, then START: at %s, %s", at, back.Node, back.Status)
				}
			}
		}
	}
}

func text(id, words string) dialogue.Input {
	return dialogue.Input{ID: id, Kind: dialogue.Text, Text: words}
}

// whatever are texts that a resident may send at any time.
var whatever = []string{
	"", "   ", "1", "2", "0", "9", "99999999999", "yes", "no", "yes no", "?", "!!!", "HELP", "CHANGE", "thanks", "is this real", "I can't come",
	"i want to kill myself", "new number", "can you post it", "delete my data", "leave the jury", "ASK how many beds", "EXPENSES 4.50 bus",
	"\U0001f600\U0001f600", "\u0646\u0639\u0645 \u0645\u0646 \u0641\u0636\u0644\u0643", "\x00\x01yes\x7f", "caf\xe9 yes", "eWVzIHBsZWFzZQ==",
	"07700 900123", "077009000OO", "12-34-56 12345678", "Cymraeg", "po polsku", strings.Repeat("a long story ", 800),
}

// TestWhateverIsTextedAnywhere: any text at any place is answered or handed to
// a person, with words that can be rendered in every language, never with two
// messages, and never with the word invalid. Nothing panics.
func TestWhateverIsTextedAnywhere(t *testing.T) {
	t.Parallel()
	loaded := texts(t)
	for _, p := range everyPlace() {
		for i, words := range whatever {
			lang := allLangs[i%4]
			s := p.state
			s.Lang = lang
			next, out := dialogue.Step(env(p.flow), s, text("m", words))
			at := fmt.Sprintf("%s %s %s %.40q", p.flow.ID, p.node, lang, words)
			silent := out.Entry.Rule == "silence_after_stop" || out.Entry.Intent == dialogue.IsThanks || next.Status == dialogue.WithPerson
			if out.Say == nil {
				if !silent && len(out.Effects) == 0 {
					t.Errorf("%s: silence (%s)", at, out.Entry.Rule)
				}
				continue
			}
			said, err := loaded.Render(*out.Say, sample())
			if err != nil || said == "" || strings.Contains(strings.ToLower(said), "invalid") {
				t.Errorf("%s: said %q, %v", at, said, err)
			}
		}
	}
}

// TestEveryPlaceCanBeLeft: whoever is led to a side question from anywhere
// comes back to where they were.
func TestEveryPlaceCanBeLeft(t *testing.T) {
	t.Parallel()
	for _, p := range everyPlace() {
		if p.flow.Nodes[p.node].Ask == dialogue.AskText || slices.Contains([]string{"channel", "number"}, p.node) {
			continue // any words are an answer there
		}
		aside, _ := dialogue.Step(env(p.flow), p.state, text("a", "can you send it by post"))
		if aside.Node != "channel" {
			t.Errorf("%s %s: led to %s", p.flow.ID, p.node, aside.Node)
			continue
		}
		back, out := dialogue.Step(env(p.flow), aside, text("b", "2"))
		if back.Node != p.node || back.Outcome != p.state.Outcome || back.Status != p.state.Status || len(out.Effects) == 0 || out.Effects[0].Name != flows.DoChannel {
			t.Errorf("%s %s: back at %s %s %s with %v", p.flow.ID, p.node, back.Node, back.Outcome, back.Status, out.Effects)
		}
	}
}
