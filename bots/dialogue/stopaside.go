package dialogue

import (
	"maps"
	"slices"
	"strings"
)

// stopAside reports STOP beside a refusal or courtesies: "2 stop", "not
// interested, stop texting", "stop por favor". A refusal does not make it
// less of a STOP: whoever asks for no more texts gets none.
func (t *turn) stopAside() (lang string, ok bool) {
	tokens := t.msg.tokens
	if t.msg.question || len(tokens) == 1 && isDigits(tokens[0].text) {
		return "", false
	}
	if lang, ok := asksToHalt(tokens); ok {
		return lang, true
	}
	for len(tokens) > 0 {
		cut := fillerAt(tokens, lexicons, 0)
		if cut == 0 {
			cut = refusalAt(tokens)
		}
		if cut == 0 {
			break
		}
		tokens = tokens[cut:]
		if len(tokens) > 1 && ands[tokens[0].text] { // "2 and STOP"
			tokens = tokens[1:]
		}
		if lang, ok := stopWords(tokens); ok {
			return lang, true
		}
	}
	if lang, ok := stopWords(courtesyOff(tokens)); ok {
		return lang, true
	}
	if lang, ok := t.stopClause(); ok {
		return lang, true
	}
	if lang, ok := t.noThenStop(); ok {
		return lang, true
	}
	if len(tokens) < 2 {
		return "", false
	}
	lang, ok = onlyStop(tokens[0])
	return lang, ok && onlyRefuses(tokens[1:])
}

// stopClause reports a message of several clauses, one of which is a STOP and
// nothing else: "Wrong number. Please take me off your list". Where the
// message also says yes, a person reads it.
func (t *turn) stopClause() (lang string, ok bool) {
	from := 0
	for i, tok := range t.msg.tokens {
		if !tok.brk && i+1 < len(t.msg.tokens) {
			continue
		}
		part := t.msg.tokens[from : i+1]
		if !slices.ContainsFunc(part, func(t token) bool { return stopBegins[t.text] }) {
			from = i + 1
			continue
		}
		if lang, ok := stopWords(part); ok && (len(part) > 1 || from == 0 && i < len(t.msg.tokens)-1) {
			others := slices.Concat(t.msg.tokens[:from], t.msg.tokens[i+1:])
			return lang, yesNo(message{tokens: others}, t.order).Intent != IsYes
		}
		from = i + 1
	}
	return "", false
}

// noThenStop reports a no that runs on into a STOP, with or without an "and":
// "nie jestem zainteresowana prosze nie pisac wiecej".
func (t *turn) noThenStop() (lang string, ok bool) {
	tokens := t.msg.tokens
	if len(tokens) > 2*haltMost {
		return "", false
	}
	for at := 1; at < len(tokens); at++ {
		if !stopBegins[tokens[at].text] {
			continue
		}
		lang, ok := stopWords(tokens[at:])
		if !ok {
			continue
		}
		before := tokens[:at]
		if hits := scan(before, t.order); !before[at-1].brk && !ands[before[at-1].text] && len(hits) > 0 && hits[len(hits)-1].at == at-1 {
			continue // a bare no denies the very next word: "não parem"
		}
		for len(before) > 1 && ands[before[len(before)-1].text] {
			before = before[:len(before)-1]
		}
		return lang, yesNo(message{tokens: before}, t.order).Intent == IsNo
	}
	return "", false
}

// stopBegins are the words that a STOP can begin with, courtesies aside.
var stopBegins = func() map[string]bool {
	out := map[string]bool{"stop": true, "stopp": true, "unsubscribe": true}
	for _, h := range halts {
		for _, set := range []map[string]bool{h.end, h.away, h.forbid} {
			maps.Copy(out, set)
		}
		for _, p := range h.noMore {
			out[p[0]] = true
		}
	}
	for _, x := range lexicons {
		for words, intent := range x.whole {
			if intent == IsStop {
				out[strings.Fields(words)[0]] = true
			}
		}
	}
	return out
}()

// onlyStop reports a word that by itself commands to stop, and means nothing
// else before other words: Portuguese "para" is also "for".
func onlyStop(word token) (lang string, ok bool) {
	if allStop([]string{word.text}) {
		return "any", true
	}
	return asksToHalt([]token{word})
}

// onlyRefuses reports words that are all refusal and courtesies.
func onlyRefuses(tokens []token) bool {
	r := yesNo(message{tokens: tokens}, lexicons)
	return r.Intent == IsNo && r.Class == ByPhrase
}

// refusalAt is the end of a refusal that opens a message. In other languages
// than English a bare no may deny the very next word ("nie pisz"), so it needs
// a pause behind it there.
func refusalAt(tokens []token) int {
	end := 0
	if tokens[0].text == "2" {
		end = 1
	}
	for _, x := range lexicons {
		for _, e := range x.byFirst[tokens[0].text] {
			n := len(e.words)
			if e.sense != senseNo || n <= end || !matches(tokens, e.words) {
				continue
			}
			if x.lang == "en" || pauses(tokens, n) || n < len(tokens) && ands[tokens[n].text] {
				end = n
			}
		}
	}
	return end
}

// pauses reports a pause before a token, or after the courtesies there.
func pauses(tokens []token, at int) bool {
	for at < len(tokens) && !tokens[at-1].brk {
		next := fillerAt(tokens, lexicons, at)
		if next == at {
			return false
		}
		at = next
	}
	return true
}

// courtesyOff drops courtesies from a message's end.
func courtesyOff(tokens []token) []token {
	for at := 1; at < len(tokens); at++ {
		end := at
		for end < len(tokens) {
			next := fillerAt(tokens, lexicons, end)
			if next == end {
				break
			}
			end = next
		}
		if end == len(tokens) {
			return tokens[:at]
		}
	}
	return tokens
}

// stopWords reports words that are STOP in some language and nothing else.
func stopWords(tokens []token) (lang string, ok bool) {
	words := make([]string, len(tokens))
	for i, tok := range tokens {
		words[i] = tok.text
	}
	if allStop(words) {
		return "any", true
	}
	joined := strings.Join(words, " ")
	for _, x := range lexicons {
		if x.whole[joined] == IsStop {
			return x.lang, true
		}
	}
	return asksToHalt(tokens)
}
