package dialogue

import "slices"

// keyWords are those on whose spelling a reading hangs, however they are
// typed, by language. All are long: a short word is a slip away from others.
var keyWords = map[string][]string{
	"en": {"interested", "please", "thanks", "thank", "available", "definitely", "absolutely"},
	"cy": {"diolch", "diddordeb"},
	"ga": {"cinnte", "suim"},
	"pl": {"dziekuje", "zainteresowany", "zainteresowana", "chetnie", "oczywiscie"},
	"pt": {"obrigado", "obrigada", "interessado", "interessada", "participar"},
}

// someWords are words of their own that are a slip away from a key word.
var someWords = wordSet(`thinks think thanked tanks ranks pleased pleases pleas leased peas interest interests interesting
	unavailable participam participa participou obrigam zainteresowani interessante diolchwn`)

// spelled is the message with its misspelt key words put right.
func spelled(m message, order []*index) message {
	var out []token
	for i, tok := range m.tokens {
		right := spelling(tok.text, order)
		if right == "" {
			continue
		}
		if out == nil {
			out = slices.Clone(m.tokens)
		}
		out[i].text = right
	}
	if out != nil {
		m.tokens = out
	}
	return m
}

// spelling is the key word that a word must have been meant for, "" where it
// is none or a word of its own.
func spelling(word string, order []*index) string {
	if len(word) < 5 || lexiconWords[word] || realWords[word] || someWords[word] {
		return ""
	}
	for _, x := range order {
		for _, key := range keyWords[x.lang] {
			if near(word, key) && word[0] == key[0] && (x.lang == "en" || !otherEnding(word, key)) {
				return key
			}
		}
	}
	return ""
}

// lexiconWords are all words of all phrases.
var lexiconWords = func() map[string]bool {
	out := map[string]bool{}
	for _, x := range lexicons {
		for _, entries := range x.byFirst {
			for _, e := range entries {
				for _, w := range e.words {
					out[w] = true
				}
			}
		}
	}
	return out
}()
