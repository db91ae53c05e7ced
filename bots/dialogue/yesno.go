package dialogue

import (
	"regexp"
	"slices"
	"strings"
)

// Reading is how a message was understood.
type Reading struct {
	Intent Intent
	Value  string
	Rule   string
	Class  Class
	// Aside says the message holds more than the answer, for a person to see.
	Aside bool
}

// hit is one phrase found in a message.
type hit struct {
	at, end int
	sense   sense
	lang    string
	phrase  string
}

// longMessage is the number of words from which a yes or no must stand near
// the start to count.
const longMessage = 12

// ReadYesNo reads a reply to a question that offered 1 for yes and 2 for no
// (and perhaps more digits, which are for the caller).
func ReadYesNo(text, lang string, others ...string) Reading {
	return yesNo(read(text), readingOrder(lang, others))
}

func yesNo(m message, order []*index) Reading {
	if len(m.tokens) == 0 {
		return Reading{Rule: "empty"}
	}
	if r := leadingDigit(m, order, 2); r.Intent == IsUnclear {
		return orElse(r, m, order, turned)
	} else if r.Intent != None {
		return yesNoDigit(r)
	}
	m = spelled(m, order)
	hits := scan(m.tokens, order)
	r := weigh(m, hits)
	if r.Intent == None {
		r = fuzzyYesNo(m, order, hits)
	}
	if r.Intent == IsNo && r.Class != ByPhrase && speaksOfTexts(m.tokens) {
		return Reading{Intent: IsUnclear, Rule: noAndTexts, Class: ByWord}
	}
	if r.Intent == IsYes || r.Intent == IsNo {
		return r
	}
	return orElse(r, m, order, putRight, lastDigit, plainSentence, turned)
}

// orElse is the first reading that finds anything, or the one there is.
func orElse(r Reading, m message, order []*index, others ...func(message, []*index) Reading) Reading {
	for _, other := range others {
		if found := other(m, order); found.Intent != None {
			return found
		}
	}
	return r
}

// yesNoDigit names the digits of a yes-or-no question.
func yesNoDigit(r Reading) Reading {
	switch {
	case r.Intent == IsUnclear:
	case r.Value == "1":
		r.Intent, r.Value = IsYes, Yes
	case r.Value == "2":
		r.Intent, r.Value = IsNo, No
	}
	return r
}

// scan finds the phrases of a message from left to right: at each word the
// longest phrase wins, between equals the earlier language.
func scan(tokens []token, order []*index) []hit {
	var hits []hit
	for i := 0; i < len(tokens); {
		best := longestHit(tokens, order, i)
		if best.end == i {
			i++
			continue
		}
		hits = append(hits, best)
		i = best.end
	}
	return hits
}

func longestHit(tokens []token, order []*index, i int) hit {
	best := hit{at: i, end: i}
	for _, x := range order {
		for _, e := range x.byFirst[tokens[i].text] {
			end := i + len(e.words)
			if end <= best.end || !matches(tokens[i:], e.words) {
				continue
			}
			if e.final && !endsAt(tokens, order, end) {
				continue
			}
			best = hit{i, end, e.sense, x.lang, joinWords(e.words)}
		}
	}
	if best.end == i && leans(tokens[i].text, order) {
		best = hit{i, i + 1, senseFiller, "", tokens[i].text}
	}
	return best
}

// leans reports a word that is a yes only at the end of a clause; elsewhere
// it says nothing either way: the "great" of "great, yes".
func leans(word string, order []*index) bool {
	for _, x := range order {
		if x.single[word] == senseYes {
			return true
		}
	}
	return false
}

// endsAt reports whether a clause ends before a token: punctuation, or
// nothing but filler after it.
func endsAt(tokens []token, order []*index, at int) bool {
	if tokens[at-1].brk {
		return true
	}
	for at < len(tokens) {
		next := fillerAt(tokens, order, at)
		if next == at {
			return false
		}
		at = next
	}
	return true
}

// fillerAt is the end of the filler that begins at a token.
func fillerAt(tokens []token, order []*index, at int) int {
	end := at
	for _, x := range order {
		for _, e := range x.byFirst[tokens[at].text] {
			if e.sense == senseFiller && at+len(e.words) > end && matches(tokens[at:], e.words) {
				end = at + len(e.words)
			}
		}
	}
	return end
}

func joinWords(words []string) string {
	s := words[0]
	for _, w := range words[1:] {
		s += "_" + w
	}
	return s
}

// tally sorts the hits of a message by what they contribute.
type tally struct {
	yes, no, neg, hedge, ask, other *hit
	covered                         int
}

// count sorts hits. Where they open the message, polite words before a "but"
// leave it nothing to turn: "sorry but no".
func count(hits []hit, opening bool) tally {
	var t tally
	polite := 0 // words so far that say nothing
	if !opening {
		polite = -1
	}
	for i := range hits {
		h := &hits[i]
		t.covered += h.end - h.at
		if h.sense == senseFiller || h.sense == senseJoin || buts[h.phrase] && polite == h.at {
			polite += h.end - h.at
			continue
		}
		if slot := t.slot(h.sense); slot != nil && *slot == nil {
			*slot = h
		}
	}
	return t
}

// buts turn what was said before them.
var buts = wordSet("but ale mas ond ach")

func (t *tally) slot(s sense) **hit {
	switch s {
	case senseYes:
		return &t.yes
	case senseNo:
		return &t.no
	case senseNeg:
		return &t.neg
	case senseHedge:
		return &t.hedge
	case senseAsk:
		return &t.ask
	case senseOther:
		return &t.other
	}
	return nil
}

// decisive is the first yes or no.
func (t tally) decisive() *hit {
	if t.yes == nil || t.no != nil && t.no.at < t.yes.at {
		return t.no
	}
	return t.yes
}

// strong yes and no words stand for themselves whatever follows: "yes, what
// time?" is a yes, "ok what is it" is not. Verbs that echo a question are not
// strong, since questions begin with them too.
var strong = wordSet(`yes yess yep yup yip yeah yeh yea aye y no nope nah naw nae
	ie ia na nage sea nie niee tak sim nao`)

// strongPhrases may be followed by anything, too.
var strongPhrases = foldSet(
	"not interested", "im not interested", "i am not interested", "count me in", "count me out", "not for me", "not available",
	"wrth gwrs", "dim diolch", "dim diddordeb", "nie jestem zainteresowany", "nie jestem zainteresowana",
	"nao estou interessado", "nao estou interessada",
)

func (h hit) strong(m message) bool {
	first := m.tokens[h.at].text
	if first == "no" && h.lang == "pl" { // "no dobra" is "well, all right"
		return false
	}
	return strong[first] || strongPhrases[strings.ReplaceAll(h.phrase, "_", " ")]
}

// weigh decides between yes, no and unclear. Doubt always asks again.
func weigh(m message, hits []hit) Reading {
	t := count(hits, true)
	d := t.decisive()
	switch {
	case t.hedge != nil:
		return unclear("hedge", t.hedge)
	case d == nil && t.neg != nil:
		return unclear("denial", t.neg)
	case d == nil:
		return Reading{Rule: "nothing_known"}
	case asks(m, t) && !standsBeforeQuestion(m, *d) && !answersItself(m, hits, t):
		return unclear("question", d)
	case m.words() == "no 2": // a no, whether "no" is short for "number" or not
		return Reading{Intent: IsNo, Value: No, Rule: "number_two", Class: ByPhrase}
	case numbersNo.MatchString(m.raw):
		return unclear("number", d)
	case d.at == 0 && d.sense == senseYes && doubtsSender(m.tokens[d.end:]):
		return unclear("who_asks", d)
	case t.other != nil && t.other.at < d.at:
		return unclear("somebody_else", t.other)
	case t.other != nil && answersForAnother(m, *t.other, *d):
		return unclear("somebody_else", t.other)
	case t.neg != nil && t.no == nil:
		return weighDenied(m, hits, t)
	case t.neg != nil && t.no != nil && doubled(m, *t.neg, *t.no):
		return unclear("double_denial", t.neg)
	case t.yes != nil && t.no != nil && deniesNext(m, *t.no, *t.yes):
		return decided(m, IsNo, t.no, t)
	case t.yes != nil && t.no != nil:
		return unclear("conflict", t.no)
	case m.partly() && !(d.sense == senseNo && d.at == 0 && d.strong(m)):
		return unclear("part_of_it", d)
	case d.sense == senseYes && soMuch(m, hits, *d):
		return unclear("so_much", d)
	case d.sense == senseYes && m.saysReceived():
		return unclear("received", d)
	case d.sense == senseYes && ironic(m, hits, *d):
		return unclear("irony", d)
	}
	return weighOne(m, hits, t, *d)
}

// partOfIt is an answer for some of the days.
var partOfIt = regexp.MustCompile(`\b[0-9]+ (?:days?|weeks?|hours?|diwrnod|dni|dias|la)\b`)

// weighOne reads a message that holds only yes, or only no.
func weighOne(m message, hits []hit, t tally, d hit) Reading {
	switch {
	case len(m.tokens) > longMessage && d.at > 3 && !d.begins(m):
		return unclear("in_passing", &d)
	case strangerBefore(m, hits, d):
		return unclear("words_before", &d)
	case !d.strong(m) && strangerAfter(m, hits, d):
		return unclear("words_after", &d)
	case d.sense == senseNo && d.end-d.at == 1 && bareNoQualifies(m, hits, d):
		return unclear("no_of_something", &d)
	case d.sense == senseNo:
		return decided(m, IsNo, &d, t)
	}
	return decided(m, IsYes, &d, t)
}

// begins reports a yes or a no that opens a clause of its own within the
// message: "Tom Reilly, yes", "I had your text and I would like to come".
func (h hit) begins(m message) bool {
	if h.at == 0 || !m.tokens[h.at-1].brk && !ands[m.tokens[h.at-1].text] {
		return false
	}
	return h.plain() || m.tokens[h.at-1].brk && h.strong(m)
}

// strangerBefore reports an unknown word before a yes or no: "leaning yes",
// "Frank would like to". A strong one may follow a clause of its own: "Tom
// Reilly, yes".
func strangerBefore(m message, hits []hit, d hit) bool {
	if d.begins(m) {
		return false
	}
	known := covered(len(m.tokens), hits)
	return slices.Contains(known[:d.at], false)
}

// strangerAfter reports an unknown word that runs on from a weak yes or no:
// "be there at 1", "oes parcio".
func strangerAfter(m message, hits []hit, d hit) bool {
	known := covered(len(m.tokens), hits)
	for i := d.end; i < len(known); i++ {
		if m.tokens[i-1].brk {
			return false
		}
		if !known[i] {
			return true
		}
	}
	return false
}

// covered tells which words some phrase accounts for.
func covered(words int, hits []hit) []bool {
	known := make([]bool, words)
	for _, h := range hits {
		for i := h.at; i < h.end; i++ {
			known[i] = true
		}
	}
	return known
}

// bareNoQualifies reports a one-word no that runs straight into a word we do
// not know: "no car" is not a no.
func bareNoQualifies(m message, hits []hit, no hit) bool {
	if no.end >= len(m.tokens) || m.tokens[no.end-1].brk {
		return false
	}
	for _, h := range hits {
		if h.at == no.end {
			return false
		}
	}
	return true
}

func decided(m message, intent Intent, h *hit, t tally) Reading {
	const fewWords = 3
	r := Reading{Intent: intent, Value: string(intent), Rule: h.lang + ":" + h.phrase, Class: ByWord}
	left := len(m.tokens) - t.covered
	if left == 0 {
		r.Class = ByPhrase
	}
	r.Aside = asks(m, t) || left > fewWords
	return r
}

func unclear(rule string, h *hit) Reading {
	return Reading{Intent: IsUnclear, Rule: rule + ":" + h.lang + ":" + h.phrase, Class: ByWord}
}
