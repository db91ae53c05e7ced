package dialogue_test

import (
	"testing"
	"time"

	"folkmoot/bots/dialogue"
)

// TestNoMoreTextsByGrammar: whoever asks for no more texts in a sentence of
// their own gets none, in any language, whatever the conversation's; what only
// holds the same words does not.
func TestNoMoreTextsByGrammar(t *testing.T) {
	t.Parallel()
	for _, c := range []labelled{
		{"en", "stop", "Please quit sending all these messages to my phone"},
		{"en", "stop", "get my number off the list"},
		{"en", "stop", "take my number off your list now"},
		{"en", "stop", "never send me any more texts ever again"},
		{"en", "stop", "stop. I can't make it"},
		{"cy", "stop", "Peidiwch ag anfon mwy o negeseuon ata i"},
		{"cy", "stop", "Tynnwch fy rhif oddi ar y rhestr"},
		{"ga", "stop", "Ná seolaigí téacsanna chugam"},
		{"ga", "stop", "Scriosaigí m'uimhir"},
		{"pl", "stop", "Proszę już nie wysyłać mi tych wiadomości"},
		{"pl", "stop", "skasujcie mój numer telefonu"},
		{"pt", "stop", "Parem de me enviar mensagens"},
		{"pt", "stop", "Não me escrevam mais"},
		{"en", "stop", "Nie wysyłajcie mi więcej SMS-ów"},
		{"en", "unclear", "don't stop texting me"},
		{"en", "unclear", "please don't remove my number"},
		{"en", "unclear", "take my number"},
		{"en", "unclear", "should I stop texting"},
		{"en", "unclear", "will you stop sending me messages?"},
		{"en", "unclear", "this bus does not stop near the number 4"},
		{"en", "unclear", "more texts please"},
		{"cy", "unclear", "anfon neges ata i"},
		{"ga", "unclear", "cuir na teachtaireachtaí chugam"},
		{"ga", "unclear", "na teachtaireachtaí a chur chugam"},
		{"pl", "unclear", "nie przestawajcie pisać"},
		{"pl", "unclear", "proszę pisać do mnie więcej"},
		{"pt", "unclear", "deixe mensagem"},
		{"pt", "unclear", "não parem de mandar mensagens"},
	} {
		if got, why := understood(c); got != c.label {
			t.Errorf("%s: %q read as %s (%s), want %s", c.lang, c.text, got, why, c.label)
		}
	}
}

// TestPerhapsNoMoreTexts: a command to end among words that are not understood
// goes to a person at once, with the word that is sure, and no reminder follows.
func TestPerhapsNoMoreTexts(t *testing.T) {
	t.Parallel()
	for lang, text := range map[string]string{
		"en": "stop sending messages to my dead husband's phone",
		"pl": "nie piszcie do mojej chorej matki",
		"pt": "parem de mandar mensagens para a minha avó",
		"cy": "peidiwch ag anfon negeseuon at fy nhad marw",
		"ga": "stad de theachtaireachtaí a chur chuig mo sheanathair",
	} {
		env := dialogue.Env{Flow: &asking, Now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
		s, _ := dialogue.Begin(env, dialogue.Ref{ID: "c", Lang: lang}, dialogue.Input{ID: "b", Kind: dialogue.Event})
		s, out := dialogue.Step(env, s, dialogue.Input{ID: "m", Kind: dialogue.Text, Text: text, At: env.Now.Add(time.Minute)})
		if s.Status != dialogue.WithPerson || out.Say == nil || out.Say.Parts[0].Key != "may_stop" {
			t.Errorf("%s: %q left the conversation %s with %v (%s)", lang, text, s.Status, out.Say, out.Entry.Rule)
			continue
		}
		after, _ := dialogue.Step(env, s, dialogue.Input{ID: "y", Kind: dialogue.Text, Text: "1", At: env.Now.Add(2 * time.Minute)})
		if _, late := dialogue.Step(env, after, dialogue.Input{ID: "z", Kind: dialogue.Text, Text: text, At: env.Now.Add(time.Hour)}); late.Say == nil || late.Say.Parts[0].Key != "may_stop" || after.Status != dialogue.Ended {
			t.Errorf("%s: after the end %q got %v at %s", lang, text, late.Say, after.Status)
		}
		if e := out.Effects[0]; e.Name != dialogue.DoHandOver || e.Fields["priority"] != "urgent" || e.Fields["reason"] != "may_stop" {
			t.Errorf("%s: handed over by %v", lang, e)
		}
	}
}

// TestWhoseAnswer: somebody else's wish, laughter, a letter, a doubt who asks
// and a yes that is denied are answers to nothing.
func TestWhoseAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []labelled{
		{"en", "unclear", "our neighbour would love to"},
		{"en", "unclear", "his carer is interested"},
		{"en", "unclear", "yes my sister would"},
		{"en", "yes", "yes, my sister told me about it"},
		{"cy", "unclear", "mae fy chwaer yn hapus i ddod"},
		{"ga", "unclear", "is féidir le mo dheirfiúr"},
		{"pl", "unclear", "moja babcia chętnie"},
		{"pt", "unclear", "a minha vizinha concorda"},
		{"pt", "unclear", "ela quer"},
		{"pt", "unclear", "aceitou"},
		{"pt", "unclear", "kkkkk"},
		{"en", "unclear", "yyyy"},
		{"en", "yes", "yesss xxxx"},
		{"en", "unclear", "I"},
		{"en", "unclear", "l"},
		{"en", "unclear", "yes? what"},
		{"pl", "unclear", "tak, kto to?"},
		{"en", "unclear", "no. 4 is my house"},
		{"en", "unclear", "Yes who?"},
		{"en", "yes", "yes, what time?"},
		{"pl", "unclear", "nie tak"},
		{"pt", "unclear", "não sim"},
		{"en", "no", "would not be interested"},
		{"cy", "unclear", "nid fi sy'n berchen y rhif"},
	} {
		if got, why := understood(c); got != c.label {
			t.Errorf("%s: %q read as %s (%s), want %s", c.lang, c.text, got, why, c.label)
		}
	}
}

// TestAYesThatIsNone: a yes within irony, the question sent back, a receipt, an
// idiom or laughter is asked again; the same words in earnest stay a yes.
func TestAYesThatIsNone(t *testing.T) {
	t.Parallel()
	for _, c := range []labelled{
		{"en", "unclear", "sure, and I'm the King of Spain"},
		{"pl", "unclear", "pewnie, a ja jestem papieżem"},
		{"pt", "unclear", "claro, e eu sou a rainha"},
		{"en", "yes", "sure, and thanks"},
		{"en", "yes", "yes, and my sister told me about it"},
		{"en", "unclear", "yeah guvnor lol"},
		{"en", "unclear", "yes m'lord 🤣"},
		{"en", "yes", "yes please lol"},
		{"en", "yes", "haha yes"},
		{"en", "unclear", "reply 1 for yes"},
		{"pl", "unclear", "odpowiedz 1 jeśli tak"},
		{"cy", "unclear", "Atebwch 1 am ie"},
		{"en", "unclear", "ok got it, I received the letter"},
		{"en", "unclear", "ok I've got your text thanks"},
		{"pl", "unclear", "tak dostałam list"},
		{"pt", "unclear", "sim recebi a carta, obrigada"},
		{"cy", "unclear", "do ges i'r llythyr"},
		{"en", "yes", "Yes I got your letter and I'd like to come"},
		{"en", "unclear", "I couldn't say no"},
		{"pl", "unclear", "tak dużo tego"},
		{"pl", "yes", "tak bardzo"},
		{"pl", "yes", "tak, oczywiście"},
		{"pt", "unclear", "pois sim"},
		{"en", "unclear", "No idea"},
		{"en", "unclear", "yeah and pigs might fly"},
		{"en", "unclear", "ok noted"},
		{"en", "unclear", "got it thanks"},
		{"en", "unclear", "thanks"},
		{"en", "unclear", "yeah right like you'd listen"},
		{"en", "unclear", "Sure Jan"},
		{"en", "unclear", "ye havin a laugh"},
		{"en", "unclear", "is that a yes or no"},
		{"pl", "unclear", "no dobra zobaczę"},
		{"pl", "unclear", "ok, dzięki za info"},
		{"pt", "unclear", "ok recebido"},
		{"cy", "unclear", "iawn, diolch am roi gwybod"},
		{"ga", "unclear", "ceart go leor, go raibh maith agat"},
	} {
		if got, why := understood(c); got != c.label {
			t.Errorf("%s: %q read as %s (%s), want %s", c.lang, c.text, got, why, c.label)
		}
	}
}

// TestAChoiceInDoubt: an option named beside a doubt, a denial, a question or
// somebody else is asked again; a reason after it changes nothing.
func TestAChoiceInDoubt(t *testing.T) {
	t.Parallel()
	flow := dialogue.Flow{
		ID: "test.v1", Start: "q",
		Nodes: map[string]dialogue.Node{
			"q": {Say: "q", Ask: dialogue.AskChoice, Next: "done", Options: []dialogue.Option{
				{Key: "bank", Words: []string{"bank transfer", "bank", "przelew", "banc", "banco"}},
				{Key: "voucher", Words: []string{"vouchers", "voucher", "bony", "talebau", "vales"}},
			}},
			"done": {Say: "done", End: "done"},
		},
	}
	for text, want := range map[string]string{
		"vouchers please":                 "voucher",
		"vouchers, I have no account":     "voucher",
		"I'd like the bank transfer":      "bank",
		"not vouchers":                    "",
		"anything but vouchers":           "",
		"maybe vouchers":                  "",
		"vouchers but only if it is soon": "",
		"bank or vouchers":                "",
		"vouchers?":                       "",
		"my husband would want vouchers":  "",
		"bony, ale nie wiem":              "",
		"talebau efallai":                 "",
		"se calhar vales":                 "",
	} {
		env := dialogue.Env{Flow: &flow, Now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Langs: []string{"cy", "pl", "pt"}}
		s, _ := dialogue.Begin(env, dialogue.Ref{ID: "c", Lang: "en"}, dialogue.Input{ID: "b", Kind: dialogue.Event})
		s, out := dialogue.Step(env, s, dialogue.Input{ID: "m", Kind: dialogue.Text, Text: text, At: env.Now.Add(time.Minute)})
		if got := s.Answers["q"]; got != want {
			t.Errorf("%q: answered %q (%s), want %q", text, got, out.Entry.Rule, want)
		}
	}
}
