package dialogue

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// leadingDigit reads a message that is a digit, or begins with one, from 0 to
// most. It answers None where no digit leads, and unclear where digits
// contradict each other or the words that follow.
func leadingDigit(m message, order []*index, most int) Reading {
	if len(m.tokens) == 0 {
		return Reading{}
	}
	if oddNumber.MatchString(m.raw) {
		return Reading{Intent: IsUnclear, Rule: "odd_number"}
	}
	if m.sendsPromptBack() {
		return Reading{Intent: IsUnclear, Rule: "prompt"}
	}
	at, value, ok := findDigit(m, order)
	if !ok {
		return Reading{}
	}
	if value > most {
		return Reading{Intent: IsUnclear, Rule: "digit_out_of_range"}
	}
	r := Reading{Intent: IsChoice, Value: strconv.Itoa(value), Rule: "digit", Class: ByDigit}
	if m.question && at+1 == len(m.tokens) {
		return Reading{Intent: IsUnclear, Rule: "digit_asked"}
	}
	return besideDigit(r, m.tokens[at+1:], order, most)
}

// oddNumber is a fraction, a range, a decimal or a minus where a digit should
// stand: "1/2", "1-2", "1.5", "-1".
var oddNumber = regexp.MustCompile(`^\s*(?:-[0-9]|[0-9]+\s*[-/.,:+]\s*[0-9])`)

// findDigit finds the number a message begins with, past words such as
// "number" or "option".
func findDigit(m message, order []*index) (at, value int, ok bool) {
	for at < len(m.tokens)-1 {
		if leadIns[m.tokens[at].text] || polite[m.tokens[at].text] {
			at++
			continue
		}
		end := fillerAt(m.tokens, order, at)
		if end == at || end == len(m.tokens) || !m.tokens[end-1].brk {
			break
		}
		at = end // an apology or a greeting of its own: "przepraszam. 1"
	}
	word := m.tokens[at].text
	if len(word) <= 2 && isDigits(word) {
		value, _ = strconv.Atoi(word)
		return at, value, true
	}
	if len(m.tokens) == 1 && word == "o" {
		return at, 0, true // a slip for nought decides nothing; l and I for 1 would
	}
	if d := gluedDigit.FindStringSubmatch(word); d != nil {
		if _, known := order[0].single[d[2]]; known {
			value, _ = strconv.Atoi(d[1])
			return at, value, true
		}
	}
	value, ok = numberWord(m, at, order)
	return at, value, ok
}

// gluedDigit is a digit written onto its word, as in "1yes".
var gluedDigit = regexp.MustCompile(`^([0-9])(\p{L}+)$`)

// numberWord reads a number in words. A word that is also a yes or a no in a
// language read earlier is none: Irish "nil" is not nought.
func numberWord(m message, at int, order []*index) (int, bool) {
	for _, x := range order {
		word := m.tokens[at].text
		if _, known := x.single[word]; known {
			return 0, false
		}
		if v, known := x.digit[word]; known && numberWordStands(m, at, order) {
			return v, true
		}
	}
	return 0, false
}

// numberWordStands tells "two please" from "two questions" and "one of my
// children": a number in words counts when only words we know follow.
func numberWordStands(m message, at int, order []*index) bool {
	rest := m.tokens[at+1:]
	return m.tokens[at].brk || !slices.Contains(covered(len(rest), scan(rest, order)), false)
}

// leadIns may stand before a digit.
var leadIns = map[string]bool{
	"number": true, "option": true, "answer": true, "reply": true, "num": true, "opt": true, "rhif": true,
	"numer": true, "opcja": true, "numero": true, "opcao": true, "uimhir": true, "its": true, "a": true,
}

// counted nouns make a leading digit part of a sentence: "2 questions".
var counted = regexp.MustCompile(`^(questions?|kids?|children|child|secs?|seconds?|mins?|minutes?|hours?|hrs?|moments?|days?|weeks?|months?|years?|yrs?|people|person|things?|of|or|st|nd|rd|th|pm|am|more|other|time|times|jobs?|oclock|o|clock|minds?|persons?)$`)

// besideDigit weighs the words that follow a digit.
func besideDigit(r Reading, rest []token, order []*index, most int) Reading {
	const fewWords = 3
	if len(rest) == 0 {
		return r
	}
	for _, t := range rest {
		if n, err := strconv.Atoi(t.text); err == nil && n <= most && t.text != r.Value {
			return Reading{Intent: IsUnclear, Rule: "two_digits"}
		}
	}
	if counted.MatchString(rest[0].text) {
		return Reading{Intent: IsUnclear, Rule: "digit_counts:" + rest[0].text}
	}
	t := count(scan(rest, order), false)
	switch {
	case t.hedge != nil:
		return unclear("digit_then_hedge", t.hedge)
	case r.Value == "1" && most == 2 && (t.no != nil || t.neg != nil):
		return Reading{Intent: IsUnclear, Rule: "digit_then_no"}
	case r.Value == "2" && most == 2 && t.yes != nil && t.no == nil && t.neg == nil:
		return Reading{Intent: IsUnclear, Rule: "digit_then_yes"}
	}
	r.Aside = len(rest)-t.covered > fewWords
	r.Rule = "digit_first"
	return r
}

func isDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// choose reads a reply to a numbered list: labels[i] holds the words for
// digit i+1. Digit 0 is "rather not say" where skip is set.
func choose(m message, order []*index, labels [][]string, skip bool) Reading {
	if len(m.tokens) == 0 {
		return Reading{Rule: "empty"}
	}
	if r := ageInBand(m, labels); r.Intent != None {
		return r
	}
	r := leadingDigit(m, order, len(labels))
	if r.Value == "0" && !skip {
		return Reading{Intent: IsUnclear, Rule: "digit_out_of_range"}
	}
	if r.Intent != None {
		return r
	}
	if skip && saysNotSaid(m) {
		return Reading{Intent: IsChoice, Value: "0", Rule: "rather_not_say", Class: ByPhrase}
	}
	return byLabel(m, labels, order)
}

// notSaid are ways of not saying, in every language.
var notSaid = foldSet(
	"rather not say", "rather not", "prefer not to say", "prefer not", "dont want to say", "none of your business",
	"skip", "pass", "no comment", "not saying",
	"gwell gen i beidio", "gwell gen i beidio a dweud", "b'fhearr liom gan a rá", "wole nie mowic", "wole nie odpowiadac", "prefiro nao dizer", "prefiro nao responder",
)

func saysNotSaid(m message) bool {
	words := " " + m.words() + " "
	for p := range notSaid {
		if strings.Contains(words, " "+p+" ") {
			return true
		}
	}
	return false
}

var bandPattern = regexp.MustCompile(`^(\d{1,3})(?: (?:to|i|go|do|a|ate)? ?(\d{1,3}))?(?: ?(plus|and over|or over|neu hyn|no nios mo|i wiecej|ou mais))?$`)

// ageInBand reads "34" in reply to bands such as "30 to 44": only two-digit
// numbers that are no option's digit, and only where labels are bands.
func ageInBand(m message, labels [][]string) Reading {
	age, ok := loneAge(m)
	if !ok || age <= len(labels) {
		return Reading{}
	}
	for i, words := range labels {
		if len(words) == 0 {
			continue
		}
		b := bandPattern.FindStringSubmatch(read(strings.ReplaceAll(words[0], "+", " plus")).words())
		if b == nil {
			continue
		}
		low, _ := strconv.Atoi(b[1])
		high, err := strconv.Atoi(b[2])
		if err != nil && b[3] != "" {
			high = 120
		}
		if age >= low && age <= high {
			return Reading{Intent: IsChoice, Value: strconv.Itoa(i + 1), Rule: "age_in_band", Class: ByShape}
		}
	}
	return Reading{}
}

var agePattern = regexp.MustCompile(`^(?:i am |im |age |aged )?(\d{2,3})(?: years old| yrs old| yrs| years| lat| oed)?$`)

func loneAge(m message) (int, bool) {
	found := agePattern.FindStringSubmatch(m.words())
	if found == nil {
		return 0, false
	}
	age, err := strconv.Atoi(found[1])
	return age, err == nil
}

// byLabel matches words against the labels: the whole label first, then a
// single label named within the message, then one misspelt word. A label beside
// a doubt, a denial, a question or somebody else ("yes but not really", "anything
// but vouchers") is asked again.
func byLabel(m message, labels [][]string, order []*index) Reading {
	words := " " + m.words() + " "
	if r := oneLabel(labels, func(label string) bool { return words == " "+label+" " }); r.Intent != None {
		if m.question {
			return Reading{Intent: IsUnclear, Rule: "label_asked", Class: ByWord}
		}
		return labelled(r, "label", ByPhrase)
	}
	if r := oneLabel(labels, func(label string) bool { return strings.Contains(words, " "+label+" ") }); r.Intent != None {
		if beside := besideLabel(m, labels[asIndex(r)], order); beside.Intent != None {
			return beside
		}
		return labelled(r, "label_within", ByWord)
	}
	if len(m.tokens) == 1 {
		word := m.tokens[0].text
		return labelled(oneLabel(labels, func(label string) bool { return near(word, label) }), "label_fuzzy", ByFuzzy)
	}
	return Reading{Rule: "nothing_known"}
}

// asIndex is the option that oneLabel chose; where it chose none, the first.
func asIndex(r Reading) int {
	n, err := strconv.Atoi(r.Value)
	if err != nil {
		return 0
	}
	return n - 1
}

// besideLabel weighs what stands beside the longest label named.
func besideLabel(m message, names []string, order []*index) Reading {
	at, end := 0, 0
	for _, name := range names {
		words := strings.Fields(read(name).words())
		for i := range m.tokens {
			if len(words) > end-at && matches(m.tokens[i:], words) {
				at, end = i, i+len(words)
			}
		}
	}
	if t := count(scan(slices.Concat(m.tokens[:at], m.tokens[end:]), order), true); t.hedge != nil {
		return unclear("hedge", t.hedge)
	}
	from, to := clause(m.tokens, at, end)
	t := count(scan(slices.Concat(m.tokens[from:at], m.tokens[end:to]), order), true)
	switch {
	case t.neg != nil:
		return unclear("denial", t.neg)
	case t.other != nil:
		return unclear("somebody_else", t.other)
	case m.question:
		return Reading{Intent: IsUnclear, Rule: "label_asked", Class: ByWord}
	}
	return Reading{}
}

// clause widens a place to the pauses around it: "partly, they never said" is
// a "partly" and a reason.
func clause(tokens []token, at, end int) (from, to int) {
	for from = at; from > 0 && !tokens[from-1].brk; from-- {
	}
	for to = end; to < len(tokens) && !tokens[to-1].brk; to++ {
	}
	return from, to
}

func labelled(r Reading, rule string, class Class) Reading {
	if r.Intent == IsChoice {
		r.Rule, r.Class = rule, class
	}
	if r.Intent == None {
		r.Rule = "nothing_known"
	}
	return r
}

// oneLabel finds the option whose label fits; the longest label wins (so that
// "female" is not also "male"), and a tie between options is unclear.
func oneLabel(labels [][]string, fits func(string) bool) Reading {
	best, size, tie := -1, 0, false
	for i, words := range labels {
		for _, w := range words {
			label := read(w).words()
			if label == "" || !fits(label) {
				continue
			}
			tie = tie && len(label) <= size || len(label) == size && best >= 0 && best != i
			if len(label) > size {
				best, size = i, len(label)
			}
		}
	}
	switch {
	case tie:
		return Reading{Intent: IsUnclear, Rule: "two_labels"}
	case best < 0:
		return Reading{}
	}
	return Reading{Intent: IsChoice, Value: strconv.Itoa(best + 1)}
}
