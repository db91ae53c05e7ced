package flows_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/flows"
	"folkmoot/bots/sms/gsm"
)

func TestFlowsHoldTogether(t *testing.T) {
	t.Parallel()
	for _, f := range flows.All() {
		if problems := f.Check(); len(problems) > 0 {
			t.Errorf("%s:\n%s", f.ID, strings.Join(problems, "\n"))
		}
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	if _, ok := flows.Get("recruit.v0"); ok {
		t.Error("a version that never was is found")
	}
	for _, id := range []string{flows.Recruit, flows.Confirm, flows.Serve, flows.Followup} {
		if f, ok := flows.Get(id); !ok || f.ID != id {
			t.Errorf("%s is not found", id)
		}
	}
}

// engineTexts are said by the engine itself, in any flow.
var engineTexts = []string{
	"stopped", "started", "start.already", "help", "danger", "word.people", "word.purpose", "word.pool", "word.phone", "word.place", "word.times", "word.day", "word.later", "word.kept", "word.no_pay", "word.pounds", "word.emergency", "word.helplines", "clarify", "clarify.mixed", "clarify.second", "clarify.media", "may_stop", "handed", "resumed", "to_person", "approved",
	"change", "change.late", "change.nothing", "language", "language.none", "erase", "withdrawn", "withdrawn.state", "removed.state", "wrong_person", "which", "which.letter", "which.person",
	"desk.thanks", "desk.arranged", "desk.not_possible", "desk.changed", "desk.call", "desk.bring", "desk.language",
	"change.final", "bank", "number.new", "moved", "faq.costs", "faq.real", "faq.real.unknown", "faq.pay", "faq.when", "faq.where", "faq.privacy", "date.short", "date.days", "date.to", "date.clock", "member_link",
}

// TestVariantsKeepToTheirLanguage: a variant says nothing its language does
// not, with the same variables, at the same price.
func TestVariantsKeepToTheirLanguage(t *testing.T) {
	t.Parallel()
	loaded := texts(t)
	if diff := cmp.Diff([]string{"en-x-easy"}, loaded.Variants()); diff != "" {
		t.Error(diff)
	}
	values := sample()
	maps.Copy(values, map[string]string{"question": "How old are you?", "options": "1: 18 to 29", "ended": "2018-07-06", "leave": "https://folkmoot.example/leave/p1/n1"})
	for _, variant := range loaded.Variants() {
		lang, _, _ := strings.Cut(variant, "-")
		plain, easy := rawTexts(t, lang), rawTexts(t, variant)
		for _, key := range loaded.Keys(variant) {
			if plain[key] == "" {
				t.Errorf("%s %s is no text of %s", variant, key, lang)
			}
			for _, name := range names(easy[key]) {
				if !slices.Contains(names(plain[key]), name) {
					t.Errorf("%s %s names %q, which %s does not", variant, key, name, lang)
				}
			}
			text, err := loaded.Text(variant, key, values)
			if err != nil {
				t.Error(err)
			}
			if ordinary, _ := loaded.Text(lang, key, values); text == ordinary {
				t.Errorf("%s %s is the ordinary text", variant, key)
			}
			for _, f := range gsm.Lint(text, gsm.Limits{Segments: 2, PlainLetters: true}) {
				t.Errorf("%s %s %s: %s\n\t%s", variant, key, f.Rule, f.Msg, text)
			}
		}
		if text, err := loaded.Text(variant, "language", sample()); err != nil || text != "We will text you in English." {
			t.Errorf("what %s lacks is said as %q, %v", variant, text, err)
		}
		if text, err := loaded.Text("cy-x-easy", "change", nil); err != nil || !strings.HasPrefix(text, "Dim problem") {
			t.Errorf("easy Welsh, which is not there, is said as %q, %v", text, err)
		}
	}
}

// plainAsTheyAre are the English texts that need no easier words.
var plainAsTheyAre = []string{
	"approved", "channel.text", "faq.when", "language", "recruit.begin", "recruit.eligible", "recruit.eligible.again",
}

// TestEasyReadIsComplete: each English text has its easy words, or is listed as
// plain as it is.
func TestEasyReadIsComplete(t *testing.T) {
	t.Parallel()
	loaded := texts(t)
	easy := loaded.Keys("en-x-easy")
	var missing []string
	for _, key := range loaded.Keys("en") {
		if !strings.HasPrefix(key, "date.") && !strings.HasPrefix(key, "word.") && !slices.Contains(easy, key) {
			missing = append(missing, key)
		}
	}
	if diff := cmp.Diff(plainAsTheyAre, missing); diff != "" {
		t.Errorf("texts without easy words (-listed +missing):\n%s", diff)
	}
}

// own are the variables the engine itself provides.
var own = []string{"question", "options", "answer", "ended"}

var variable = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

// TestEveryTextExists checks each language against the flows: nothing missing,
// nothing left over.
func TestEveryTextExists(t *testing.T) {
	t.Parallel()
	want := slices.Clone(engineTexts)
	for _, f := range flows.All() {
		want = append(want, f.Texts()...)
	}
	slices.Sort(want)
	want = slices.Compact(want)
	loaded := texts(t)
	for _, lang := range loaded.Languages() {
		had := slices.DeleteFunc(loaded.Keys(lang), onPaper)
		if diff := cmp.Diff(want, had); diff != "" {
			t.Errorf("texts of %s (-flows +file):\n%s", lang, diff)
		}
	}
}

// onPaper reports whether a text is for letters, emails and pages, which cost nothing
// by the letter.
func onPaper(key string) bool {
	return strings.HasPrefix(key, "written.") || strings.HasPrefix(key, "mail.") || strings.HasPrefix(key, "page.")
}

// TestTextsNameOnlyTheirVariables checks that no text of any flow names a
// variable the flow does not declare, in any language.
func TestTextsNameOnlyTheirVariables(t *testing.T) {
	t.Parallel()
	loaded := texts(t)
	for _, lang := range loaded.Languages() {
		raw := rawTexts(t, lang)
		for _, f := range flows.All() {
			for _, key := range f.Texts() {
				for _, v := range variable.FindAllStringSubmatch(raw[key], -1) {
					if !slices.Contains(f.Vars, v[1]) && !slices.Contains(own, v[1]) {
						t.Errorf("%s %s names %q, which %s does not declare", lang, key, v[1], f.ID)
					}
				}
			}
		}
	}
}

// TestTranslationsKeepTheVariables: what English tells, every language tells.
func TestTranslationsKeepTheVariables(t *testing.T) {
	t.Parallel()
	english := rawTexts(t, "en")
	for _, lang := range texts(t).Languages() {
		other := rawTexts(t, lang)
		for _, key := range slices.Sorted(maps.Keys(english)) {
			if diff := cmp.Diff(names(english[key]), names(other[key])); diff != "" {
				t.Errorf("%s %s names other variables than English (-en +%s):\n%s", lang, key, lang, diff)
			}
		}
	}
}

func names(text string) []string {
	var out []string
	for _, v := range variable.FindAllStringSubmatch(text, -1) {
		out = append(out, v[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// rawTexts reads a language's file as lines of `"key" = "text"`.
func rawTexts(t *testing.T, lang string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../config/locales", lang+".toml"))
	if err != nil {
		t.Fatal(err)
	}
	raw := map[string]string{}
	for _, line := range strings.Split(string(data), "\n") {
		key, text, ok := strings.Cut(line, " = ")
		if ok && strings.HasPrefix(key, `"`) {
			raw[strings.Trim(key, `"`)] = text
		}
	}
	return raw
}

// segments allowed in one text: two in English; other alphabets cost more.
func segmentsAllowed(lang string) int {
	if lang == "en" {
		return 2
	}
	return 6
}

// TestTextsLint holds every text, filled in, against price, letters and
// carriers' keywords.
func TestTextsLint(t *testing.T) {
	t.Parallel()
	loaded := texts(t)
	values := sample()
	maps.Copy(values, map[string]string{"question": "How old are you?", "options": "1: 18 to 29\n2: 30 to 44", "answer": "There is parking.", "amount": "470", "ended": "2018-07-06T17:00:00Z", "leave": "https://folkmoot.example/leave/p1/n1"})
	for _, lang := range loaded.Languages() {
		for _, key := range loaded.Keys(lang) {
			text, err := loaded.Text(lang, key, values)
			if err != nil {
				t.Errorf("%s %s: %v", lang, key, err)
				continue
			}
			limits := gsm.Limits{Segments: segmentsAllowed(lang), PlainLetters: lang == "en"}
			if onPaper(key) {
				limits.Segments = 0
			}
			for _, f := range gsm.Lint(text, limits) {
				t.Errorf("%s %s %s: %s\n\t%s", lang, key, f.Rule, f.Msg, text)
			}
		}
	}
}

func TestTextsRefuseAGap(t *testing.T) {
	t.Parallel()
	if text, err := texts(t).Text("en", "faq.pay", map[string]string{"phone": "01632 960123"}); err == nil {
		t.Errorf("a text with a gap was written: %q", text)
	}
}

func TestTextsNeedEnglish(t *testing.T) {
	t.Parallel()
	if _, err := flows.LoadTexts(fstest.MapFS{"cy.toml": {Data: []byte(`"a" = "b"`)}}); err == nil {
		t.Error("texts load without English")
	}
	if _, err := flows.LoadTexts(fstest.MapFS{"en.toml": {Data: []byte(`"a" = `)}}); err == nil {
		t.Error("a broken file loads")
	}
}

func TestAnotherLanguageFallsBackToEnglish(t *testing.T) {
	t.Parallel()
	loaded, err := flows.LoadTexts(fstest.MapFS{"en.toml": {Data: []byte("\"a\" = \"hello {{.x}}\"\n\"b\" = \"only here\"")}, "cy.toml": {Data: []byte(`"a" = "helo {{.x}}"`)}})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ lang, key, want string }{
		{"cy", "a", "helo you"}, {"cy-GB", "a", "helo you"}, {"cy", "b", "only here"}, {"so", "a", "hello you"},
	}
	for _, tt := range tests {
		got, err := loaded.Text(tt.lang, tt.key, map[string]string{"x": "you"})
		if err != nil || got != tt.want {
			t.Errorf("%s %s = %q, %v; want %q", tt.lang, tt.key, got, err, tt.want)
		}
	}
}

func TestRenderJoinsParts(t *testing.T) {
	t.Parallel()
	say := dialogue.Say{Lang: "en", Parts: []dialogue.Part{{Key: "clarify"}, {Key: "recruit.declined"}}}
	got, err := texts(t).Render(say, sample())
	if err != nil || !strings.HasPrefix(got, "Sorry, we did not understand that. Thank you for telling us.") {
		t.Errorf("Render = %q, %v", got, err)
	}
	if _, err := texts(t).Render(dialogue.Say{Lang: "en", Parts: []dialogue.Part{{Key: "no.such"}}}, nil); err == nil || errors.Unwrap(err) == nil {
		t.Errorf("a text that is not there: %v", err)
	}
}
