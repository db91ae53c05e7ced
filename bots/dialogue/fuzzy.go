package dialogue

import (
	"slices"
	"strings"
)

// fuzzyYesNo looks for one misspelt word in a short message whose other words
// are all known. A misspelt yes counts; a misspelt no is asked again.
func fuzzyYesNo(m message, order []*index, hits []hit) Reading {
	const short = 4
	t := count(hits, true)
	if at, ok := loneUnknown(m, hits); ok && len(m.tokens) <= short && !asks(m, t) && t.other == nil && t.neg == nil {
		if r := fuzzyWord(m.tokens[at].text, order); r.Intent != None {
			return r
		}
	}
	return Reading{Rule: "nothing_known"}
}

// loneUnknown is the only word that no phrase covers.
func loneUnknown(m message, hits []hit) (int, bool) {
	known := covered(len(m.tokens), hits)
	at := slices.Index(known, false)
	return at, at >= 0 && !slices.Contains(known[at+1:], false)
}

func fuzzyWord(word string, order []*index) Reading {
	for _, x := range order {
		if _, known := x.byFirst[word]; known || realWords[word] {
			return Reading{}
		}
	}
	for _, x := range order {
		for _, known := range x.singles {
			if !near(word, known) {
				continue
			}
			if x.single[known] == senseYes && x.lang != "en" && (word[0] != known[0] || otherEnding(word, known)) {
				continue
			}
			if x.single[known] == senseYes {
				return Reading{Intent: IsYes, Value: Yes, Rule: x.lang + ":fuzzy:" + known, Class: ByFuzzy}
			}
			return Reading{Intent: IsUnclear, Rule: "fuzzy_no:" + x.lang + ":" + known, Class: ByFuzzy}
		}
	}
	return Reading{}
}

// otherEnding reports a word that differs from a known one in its end. Where
// verbs are inflected the end says who does it and when, so it is no slip of
// the finger: "quer" is somebody else's "quero".
func otherEnding(word, known string) bool {
	return strings.TrimRight(word, "aeiouy") == strings.TrimRight(known, "aeiouy") || word[len(word)-1] != known[len(known)-1]
}
