package dialogue

import (
	"regexp"
	"strings"
)

// turned reads a refusal that comes at the end, after what was said to soften
// it: "I'd love to but I can't", "trabalho, por isso não". What stands behind
// the last "but" or "so" is the answer, where it is plainly a no; a yes there
// is none so surely ("if they pay, so yes"), and is left to the other rules.
func turned(m message, order []*index) Reading {
	if m.question {
		return Reading{}
	}
	for at := len(m.tokens) - 1; at > 0; at-- {
		n := turnAt(m.tokens[at:])
		if n == 0 || at+n == len(m.tokens) {
			continue
		}
		if head := count(scan(m.tokens[:at], order), true); head.yes != nil && head.yes.at == 0 && head.yes.strong(m) {
			return Reading{} // "yes, but I can't" says both
		}
		tail := m
		tail.tokens = m.tokens[at+n:]
		hits := scan(tail.tokens, order)
		r := weigh(tail, hits)
		if d := count(hits, true).decisive(); r.Intent != IsNo || d == nil || strangerAfter(tail, hits, *d) {
			return Reading{}
		}
		r.Rule, r.Aside = "turned:"+r.Rule, true
		return r
	}
	return Reading{}
}

// turns are the words that a message's answer may come behind, longest first.
var turns = [][]string{
	strings.Fields("changed my mind"), strings.Fields("por isso"), strings.Fields("mar sin"), strings.Fields("dlatego"),
	strings.Fields("but"), strings.Fields("so"), strings.Fields("ond"), strings.Fields("felly"), strings.Fields("ach"),
	strings.Fields("ale"), strings.Fields("wiec"), strings.Fields("mas"), strings.Fields("entao"),
}

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
