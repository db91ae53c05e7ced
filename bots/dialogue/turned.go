package dialogue

import (
	"regexp"
	"slices"
)

// turned reads a refusal that comes at the end, after what was said to soften
// it: "I'd love to but I can't", "trabalho, por isso não". What stands behind
// the last "but" or "so" is the answer, where it is plainly a no; a yes there
// is none so surely ("if they pay, so yes"), and is left to the other rules.
func turned(m message, order []*index) Reading {
	if m.question && m.asked == len(m.tokens) {
		return Reading{}
	}
	for at := len(m.tokens) - 1; at > 0; at-- {
		n := turnAt(m.tokens[at:])
		if n == 0 && !m.tokens[at-1].stop || at+n == len(m.tokens) {
			continue
		}
		if head := count(scan(m.tokens[:at], order), true); head.yes != nil && head.yes.at == 0 && head.yes.strong(m) {
			return Reading{} // "yes, but I can't" says both
		}
		tail := m
		tail.tokens, tail.question = m.tokens[at+n:], false
		hits := scan(tail.tokens, order)
		r := weigh(tail, hits)
		if n == 0 && r.Class != ByPhrase {
			continue
		}
		if d := count(hits, true).decisive(); r.Intent != IsNo || d == nil || strangerAfter(tail, hits, *d) {
			return Reading{}
		}
		r.Rule, r.Aside = "turned:"+r.Rule, true
		return r
	}
	return Reading{}
}

// plainSentence reads a message of several sentences, one of which is a plain yes
// or no while the others are about something else: "Yes please. I live in
// Gorebridge and it's impossible to get anything out of hours here." Who makes
// a condition, says the opposite, or speaks of somebody else before, is asked
// again.
func plainSentence(m message, order []*index) Reading {
	for from := 0; from < len(m.tokens); {
		end := from + 1
		for end < len(m.tokens) && !m.tokens[end-1].stop {
			end++
		}
		others := slices.Concat(m.tokens[:from], m.tokens[end:])
		if r := m.sentence(from, end, order); r.Intent != None && len(others) > 0 {
			if m.question && len(others) < 3 || speaksAgainst(r, others, m.tokens[:from], order) { // "No! Really?"
				return Reading{}
			}
			r.Rule, r.Aside = "sentence:"+r.Rule, true
			return r
		}
		from = end
	}
	return Reading{}
}

// sentence reads some of a message's words, when they are a plain yes or no and
// nothing else.
func (m message) sentence(from, end int, order []*index) Reading {
	if m.question && m.asked <= end { // an answer to what the message itself asked
		return Reading{}
	}
	one := message{raw: m.raw, tokens: m.tokens[from:end]}
	hits := scan(one.tokens, order)
	r, d := weigh(one, hits), count(hits, true).decisive()
	if r.Intent != IsYes && r.Intent != IsNo || r.Class != ByPhrase || !d.strong(one) && !d.plain() {
		return Reading{}
	}
	return r
}

// speaksAgainst reports other sentences that take an answer back, or speak of
// somebody else before it.
func speaksAgainst(r Reading, others, before []token, order []*index) bool {
	for _, h := range scan(others, order) {
		opposite := h.sense == senseNo && r.Intent == IsYes || h.sense == senseYes && r.Intent == IsNo
		if opposite && h.strong(message{tokens: others}) || conditions[h.phrase] {
			return true
		}
	}
	if count(scan(before, order), true).other != nil || r.Intent == IsNo && speaksOfTexts(others) {
		return true
	}
	return slices.ContainsFunc(others, func(t token) bool { return conditions[t.text] || laughs[t.text] || t.text == "eyeroll" })
}

// conditions make what was said before them depend on something, or take some
// of it back.
var conditions = wordSet(`if unless depends depending depend maybe perhaps might only provided except until cant cannot couldnt wont unsure
	check changed joking kidding sarcasm wait however
	monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays
	os dibynnu falle efallai ella heblaw
	ma mura bfheidir seans seachas
	jesli jezeli gdyby moze chyba tylko zalezy warunkiem oprocz zart
	se talvez depende so menos exceto caso`)

// lastDigit reads a digit that stands by itself at a message's end, after
// sentences that do not speak against it: "Sorry for the delay. 1".
func lastDigit(m message, order []*index) Reading {
	at := len(m.tokens) - 1
	word := m.tokens[max(at, 0)].text
	if at < 1 || word != "1" && word != "2" || m.asked == at || slices.ContainsFunc(m.tokens[:at], token.isDigit) {
		return Reading{}
	}
	hits := scan(m.tokens[:at], order)
	t := count(hits, true)
	known := !slices.Contains(covered(at, hits), false)
	against := t.no != nil || t.neg != nil
	if word == "2" {
		against = t.yes != nil
	}
	if !m.tokens[at-1].stop && (!known || t.ask != nil || ofTime[m.tokens[at-1].text]) || t.hedge != nil || against || t.other != nil {
		return Reading{}
	}
	return yesNoDigit(Reading{Intent: IsChoice, Value: word, Rule: "digit_last", Class: ByDigit, Aside: !known})
}

// ofTime are words that make a digit an hour.
var ofTime = wordSet("at by before after about til till until from to")

// turns are the words that a message's answer may come behind, longest first.
var turns = phrases("changed my mind", "por isso", "mar sin", "dlatego", "but", "so", "ond", "felly", "ach", "ale", "wiec", "mas", "entao")

// turnAt is the length of the turn that words begin with.
func turnAt(tokens []token) int {
	for _, words := range turns {
		if matches(tokens, words) {
			return len(words)
		}
	}
	return 0
}

// meant is a slip put right: "oops meant no, not yes", "I put 1 but meant 2".
var meant = regexp.MustCompile(`\b(?:meant|i mean)(?: to (?:say|put|send|text))? (yes|no|1|2)\b`)

// putRight reads a slip put right.
func putRight(m message, order []*index) Reading {
	found := meant.FindAllStringSubmatch(m.words(), -1)
	if len(found) != 1 || asks(m, count(scan(m.tokens, order), true)) {
		return Reading{}
	}
	r := Reading{Intent: IsYes, Value: Yes, Rule: "put_right", Class: ByWord}
	if word := found[0][1]; word == "no" || word == "2" {
		r.Intent, r.Value = IsNo, No
	}
	return r
}
