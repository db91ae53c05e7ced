package dialogue_test

import (
	"testing"

	"folkmoot/bots/dialogue"
)

// TestApprovedQuestions asks in other words than those approved. What is not
// clearly one of the questions must go to a person.
func TestApprovedQuestions(t *testing.T) {
	t.Parallel()
	approved := map[string][]dialogue.Approved{
		"en": {
			{ID: "parking", Question: "Where can I park my car?", Answer: "a"},
			{ID: "dog", Question: "Can I bring an assistance dog?", Answer: "b"},
			{ID: "lunch", Question: "Is lunch provided, also vegetarian?", Answer: "c"},
			{ID: "baby", Question: "Is there a room to feed a baby?", Answer: "d"},
			{ID: "employer", Question: "Does my employer have to give me the days off work?", Answer: "e"},
		},
		"cy": {
			{ID: "parcio", Question: "Ble galla i barcio fy nghar?", Answer: "a"},
			{ID: "cinio", Question: "A fydd cinio llysieuol?", Answer: "b"},
		},
		"ga": {
			{ID: "loin", Question: "An mbeidh lon veigeatorach ann?", Answer: "a"},
			{ID: "madra", Question: "An feidir liom madra cunta a thabhairt?", Answer: "b"},
		},
		"pl": {
			{ID: "parking", Question: "Gdzie mozna zaparkowac samochod?", Answer: "a"},
			{ID: "obiad", Question: "Czy bedzie wegetarianski obiad?", Answer: "b"},
		},
		"pt": {
			{ID: "almoco", Question: "Ha almoco vegetariano?", Answer: "a"},
			{ID: "cao", Question: "Posso levar o meu cao de assistencia?", Answer: "b"},
		},
	}
	rows := []struct{ lang, asked, want string }{
		{"en", "is there parking for cars", "parking"},
		{"en", "parking?", "parking"},
		{"en", "could my dog come, he is an assistance dog", "dog"},
		{"en", "do you provide vegetarian lunches", "lunch"},
		{"en", "where could I feed my baby", "baby"},
		{"en", "will my employer give time off work", "employer"},
		{"en", "my dog ate my employer's lunch in the car park", ""},
		{"en", "who chose the hospital site", ""},
		{"en", "can I bring my baby and my dog", ""},
		{"en", "is the bus on time", ""},
		{"cy", "oes lle i barcio?", "parcio"},
		{"cy", "cinio llysieuol?", "cinio"},
		{"cy", "pwy yw'r cadeirydd", ""},
		{"ga", "lon veigeatorach?", "loin"},
		{"ga", "an bhfuil bus ann", ""},
		{"pl", "gdzie zaparkowac?", "parking"},
		{"pl", "obiady wegetarianskie", "obiad"},
		{"pl", "kto wybral szpital", ""},
		{"pt", "almoco vegetariano?", "almoco"},
		{"pt", "quem escolheu o hospital", ""},
	}
	f := &dialogue.Flow{ID: "x.v1", Start: "rest", Nodes: map[string]dialogue.Node{"rest": {End: "resting"}}}
	for _, r := range rows {
		s := dialogue.State{ID: "c", Flow: f.ID, Lang: r.lang, Status: dialogue.Ended, Node: "rest", Outcome: "resting"}
		_, out := dialogue.Step(dialogue.Env{Flow: f, Vars: dialogue.Vars{Answers: approved[r.lang]}}, s, dialogue.Input{ID: "m", Kind: dialogue.Text, Text: r.asked})
		want := "nothing_open"
		if r.want != "" {
			want = "approved_answer:" + r.want
		}
		if out.Entry.Rule != want {
			t.Errorf("%s %q: %s, want %s", r.lang, r.asked, out.Entry.Rule, want)
		}
	}
}

func TestBankNumbersAreNeverTaken(t *testing.T) {
	t.Parallel()
	f := &dialogue.Flow{ID: "x.v1", Start: "q", Nodes: map[string]dialogue.Node{
		"q": {Say: "q", Ask: dialogue.AskText, Next: "rest"}, "rest": {End: "resting"},
	}}
	rows := map[string]bool{
		"12-34-56 12345678": true, "sort code 123456 account 12345678": true, "GB29 NWBK 6016 1331 9268 19": true,
		"GB29NWBK60161331926819": true, "4929 1234 5678 9012": true,
		"call 01632 960123": false, "07700 900123": false, "GL16 7QD": false, "12-3-2026 at 10": false, "a ramp, 2 steps": false,
		"between 10-11-12 or so": false, "my birthday is 12-03-56": false,
	}
	for text, bank := range rows {
		s := dialogue.State{ID: "c", Flow: f.ID, Lang: "en", Status: dialogue.Open, Node: "q", Answers: map[string]string{}}
		next, out := dialogue.Step(dialogue.Env{Flow: f}, s, dialogue.Input{ID: "m", Kind: dialogue.Text, Text: text})
		if got := out.Entry.Rule == "bank_details"; got != bank {
			t.Errorf("%q: bank details %v, want %v", text, got, bank)
		}
		if bank && (next.Node != "q" || len(out.Effects) > 0) {
			t.Errorf("%q was taken as an answer: %+v", text, out.Effects)
		}
	}
}
