package gsm

import (
	"fmt"
	"regexp"
	"strings"
)

// Finding is one thing wrong with a text.
type Finding struct {
	Rule string // segments, letters, keyword
	Msg  string
}

// Limits are what a text may take.
type Limits struct {
	// Segments is the most a text may take; 0 is no limit.
	Segments int
	// PlainLetters refuses letters outside GSM-7.
	PlainLetters bool
}

// carriers act on these words when a reply is nothing else, whatever we
// asked, so no prompt may invite them. STOP, HELP and START are invited on
// purpose, for what they do.
var carriers = []string{"YES", "CANCEL", "END", "QUIT", "STOPALL", "UNSUBSCRIBE", "OPTOUT", "REVOKE", "UNSTOP"}

// invites finds "reply YES", "text 'CANCEL'", "YES for", "YES or NO" and the
// like, in the languages of the texts. Ordinary use of a word ("to the end")
// is not an invitation.
var invites = regexp.MustCompile(
	`(?i:\b(?:reply|text|send|answer|type|atebwch|ateb|tecstiwch|anfonwch|freagair|seol|odpowiedz|napisz|wyslij|responda|envie)\b(?:\s+(?:with|back|gyda|le|com))?)\s*["'(]?\s*(` + strings.Join(carriers, "|") + `)\b` +
		`|\b(` + strings.Join(carriers, "|") + `)\b\s*["')]?\s*(?i:to|for|if|or|=)\b`)

// Lint checks one finished text.
func Lint(text string, limits Limits) []Finding {
	var out []Finding
	cost := Count(text)
	if limits.Segments > 0 && cost.Segments > limits.Segments {
		out = append(out, Finding{"segments", fmt.Sprintf("takes %d segments (%d %s units), %d are allowed", cost.Segments, cost.Units, cost.Encoding, limits.Segments)})
	}
	if outside := Outside(text); limits.PlainLetters && len(outside) > 0 {
		out = append(out, Finding{"letters", fmt.Sprintf("has letters outside the basic alphabet, which more than double its price: %s", string(outside))})
	}
	if Fix(text) != text {
		out = append(out, Finding{"typography", "has typographic quotes, dashes or spaces: use plain ones"})
	}
	if found := invites.FindString(text); found != "" {
		out = append(out, Finding{"keyword", fmt.Sprintf("invites a word that carriers act on: %q", strings.TrimSpace(found))})
	}
	return out
}
