package dialogue

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
	if r := leadingDigit(m, order, 2); r.Intent != None {
		return yesNoDigit(r)
	}
	hits := scan(m.tokens, order)
	r := weigh(m, hits)
	if r.Intent == None {
		r = fuzzyYesNo(m, order)
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
		best := hit{at: i, end: i}
		for _, x := range order {
			if e, ok := x.longest(tokens, i); ok && len(e.words) > best.end-best.at {
				best = hit{i, i + len(e.words), e.sense, x.lang, joinWords(e.words)}
			}
		}
		if best.end == i {
			i++
			continue
		}
		hits = append(hits, best)
		i = best.end
	}
	return hits
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
	yes, no, neg, hedge *hit
	covered             int
}

func count(hits []hit) tally {
	var t tally
	for i := range hits {
		h := &hits[i]
		t.covered += h.end - h.at
		switch h.sense {
		case senseYes:
			t.yes = first(t.yes, h)
		case senseNo:
			t.no = first(t.no, h)
		case senseNeg:
			t.neg = first(t.neg, h)
		case senseHedge:
			t.hedge = first(t.hedge, h)
		}
	}
	return t
}

func first(old, new *hit) *hit {
	if old != nil {
		return old
	}
	return new
}

// weigh decides between yes, no and unclear. Doubt always asks again.
func weigh(m message, hits []hit) Reading {
	t := count(hits)
	switch {
	case t.yes == nil && t.no == nil && t.neg == nil:
		if t.hedge != nil {
			return unclear("hedge", t.hedge)
		}
		return Reading{Rule: "nothing_known"}
	case t.hedge != nil:
		return unclear("hedge", t.hedge)
	case t.neg != nil && t.no == nil:
		return weighDenied(t)
	case t.yes != nil && t.no != nil:
		return unclear("conflict", t.no)
	case t.no != nil:
		return weighNo(m, hits, t)
	}
	return weighYes(m, t)
}

// weighDenied reads a yes that a "not" stands shortly before as a no, and a
// "not" with anything else as unclear.
func weighDenied(t tally) Reading {
	const reach = 3
	if t.yes != nil && t.neg.at < t.yes.at && t.yes.at-t.neg.end <= reach {
		return Reading{Intent: IsNo, Value: No, Rule: t.neg.lang + ":denied:" + t.neg.phrase + ":" + t.yes.phrase, Class: ByWord}
	}
	return unclear("denial", t.neg)
}

func weighNo(m message, hits []hit, t tally) Reading {
	if m.question && t.no.at > 0 || len(m.tokens) > longMessage && t.no.at > 3 {
		return unclear("in_passing", t.no)
	}
	if t.no.end-t.no.at == 1 && bareNoQualifies(m, hits, *t.no) {
		return unclear("no_of_something", t.no)
	}
	return decided(m, IsNo, t.no, t)
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

func weighYes(m message, t tally) Reading {
	if m.question && t.yes.at > 0 || len(m.tokens) > longMessage && t.yes.at > 3 {
		return unclear("in_passing", t.yes)
	}
	return decided(m, IsYes, t.yes, t)
}

func decided(m message, intent Intent, h *hit, t tally) Reading {
	const fewWords = 3
	r := Reading{Intent: intent, Value: string(intent), Rule: h.lang + ":" + h.phrase, Class: ByWord}
	left := len(m.tokens) - t.covered
	if left == 0 {
		r.Class = ByPhrase
	}
	r.Aside = m.question || left > fewWords
	return r
}

func unclear(rule string, h *hit) Reading {
	return Reading{Intent: IsUnclear, Rule: rule + ":" + h.lang + ":" + h.phrase}
}

// fuzzyYesNo looks for one misspelt word in a short message. A misspelt yes
// counts; a misspelt no is asked again.
func fuzzyYesNo(m message, order []*index) Reading {
	const short = 4
	if len(m.tokens) > short {
		return Reading{Rule: "nothing_known"}
	}
	for _, t := range m.tokens {
		if r := fuzzyWord(t.text, order); r.Intent != None {
			return r
		}
	}
	return Reading{Rule: "nothing_known"}
}

func fuzzyWord(word string, order []*index) Reading {
	if realWords[word] {
		return Reading{}
	}
	for _, x := range order {
		for _, known := range x.singles {
			if !near(word, known) {
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
