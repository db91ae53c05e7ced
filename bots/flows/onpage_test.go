package flows_test

import (
	"strings"
	"testing"

	"folkmoot/bots/flows"
)

// TestQuestionsOnPage: in every language a page can ask what the texts ask,
// with an answer for each digit.
func TestQuestionsOnPage(t *testing.T) {
	t.Parallel()
	loaded := texts(t)
	want := map[string]int{"fair": 4, "bias": 3, "know": 4, "trust": 4, "informed": 4, "heard": 4, "answered": 3, "bias_words": 0}
	for _, lang := range append(loaded.Languages(), loaded.Variants()...) {
		for name, n := range want {
			text, err := loaded.Text(lang, flows.OnPage[name], sample())
			if err != nil {
				t.Fatal(err)
			}
			question, options := flows.Question(text)
			if !strings.HasSuffix(question, "?") || strings.ContainsAny(question, ":0123456789") || len(options) != n {
				t.Errorf("%s %s: %q with %q, want %d answers", lang, name, question, options, n)
			}
			for _, o := range options {
				if o == "" || strings.ContainsAny(o, "0123456789.,:") {
					t.Errorf("%s %s: an answer is %q", lang, name, o)
				}
			}
		}
	}
	if q, options := flows.Question("no question"); q != "no question" || options != nil {
		t.Errorf("got %q, %q", q, options)
	}
}
