package dialogue

import (
	"regexp"
	"slices"
	"strings"
)

// numbersNo is "no" short for number: "no. 1 priority".
var numbersNo = regexp.MustCompile(`(?i)\bno\. ?[0-9]\b`)

// doubtsSender reports words after a yes or a no that are only a question who
// writes, or nothing but "what?": who does not know who asks has not agreed.
func doubtsSender(rest []token) bool {
	words := message{tokens: rest}.words()
	if words == "" {
		return false
	}
	for _, x := range lexicons {
		if x.whole[words] == IsReal {
			return true
		}
		for _, e := range x.byFirst[rest[0].text] {
			if e.sense == senseAsk && len(e.words) == len(rest) && matches(rest, e.words) && whats[words] {
				return true
			}
		}
	}
	return false
}

// whats are questions that ask for the message once more.
var whats = foldSet("what", "who", "whats", "whos", "beth", "be", "pwy", "cad", "cad e", "ceard", "ce", "co", "kto", "que", "o que", "quem")

// prompted is the question itself, or a part of it, sent back: "reply 1 for yes".
var prompted = regexp.MustCompile(`\b(?:(?:reply|text|press|send|answer) [0-9] (?:for|if|to)|(?:atebwch|ateb|pwyswch|tecstiwch) [0-9] am|(?:freagair|cuir|brui?gh) [0-9] (?:do|le|ma)|(?:odpowiedz|odpisz|wyslij|napisz|wpisz) [0-9] (?:dla|jesli|zeby|na)|(?:responda|envie|mande|prima|digite|marque) [0-9] (?:para|se))\b`)

// sendsPromptBack and those below look at single words first, which costs next
// to nothing, and at their order only then.
func (m message) sendsPromptBack() bool {
	return slices.ContainsFunc(m.tokens, token.isDigit) && prompted.MatchString(m.words())
}

func (m message) saysReceived() bool {
	return slices.ContainsFunc(m.tokens, func(t token) bool { return receipts[t.text] }) && received.MatchString(m.words())
}

// partly reports an answer for some of the days.
func (m message) partly() bool {
	return slices.ContainsFunc(m.tokens, token.isDigit) && partOfIt.MatchString(m.words())
}

func (t token) isDigit() bool { return isDigits(t.text) }

var receipts = wordSet(`got get received recieved seen saw had read ges cael derbyniais fuair
	dostalem dostalam otrzymalem otrzymalam przeczytalem przeczytalam recebi li`)

// received is a message that ends in saying that ours came: who got it has not
// agreed to it.
var received = regexp.MustCompile(`\b(?:` +
	`i (?:have |ve |just )?(?:got|get|received|recieved|seen|saw|had|read) (?:the|your|ur|a|my|this|that|it)(?: (?:message|msg|text|txt|letter|email|card|note))?` +
	`|(?:ges i|dwi wedi cael|dw i wedi cael|wedi cael|derbyniais i)(?:r|eich|y)? ?(?:eich|y)? ?(?:neges|llythyr|tecst)` +
	`|fuair me (?:an |bhur |do )?(?:teachtaireacht|litir|teacs)` +
	`|(?:dostalem|dostalam|otrzymalem|otrzymalam|przeczytalem|przeczytalam)(?: wasza?| ten| te)? (?:wiadomosc|list|smsa?|esemesa)` +
	`|(?:recebi|ja li|li) (?:a|o|vossa?|sua?|a vossa|a sua)? ?(?:mensagem|carta|sms|texto)` +
	`)(?: (?:today|yesterday|thanks|thank you|ta|cheers|diolch|go raibh maith agat|dziekuje|dzieki|obrigad[oa]))*$`)

// ironic reports a yes that the rest of the message makes fun of: a clause that
// goes on from a weak yes with "and" ("sure, and I am the Pope", a way of
// speaking that all five languages have), or a word or two that we do not know
// with laughter behind them: "yes m'lord 🤣".
func ironic(m message, hits []hit, yes hit) bool {
	if posing.MatchString(m.words()) || slices.ContainsFunc(m.tokens, func(t token) bool { return t.text == "eyeroll" }) {
		return true
	}
	known := covered(len(m.tokens), hits)
	strange := slices.Contains(known[yes.end:], false)
	if !strange {
		return false
	}
	next := yes.end
	if n := slices.IndexFunc(m.tokens[next:], func(t token) bool { return laughs[t.text] }); n == 1 || n == 2 {
		return !m.tokens[next-1].brk && slices.Contains(known[next:next+n], false)
	}
	return !yes.strong(m) && m.tokens[next-1].brk && ands[m.tokens[next].text]
}

// posing is somebody who, while at it, is the Queen.
var posing = regexp.MustCompile(`\b(?:and (?:im|i am) the|a ja jestem|e eu sou [ao]|agus is mise|a fi (?:yw|di|ydi))\b`)

// soMuch reports the Polish "tak" that is no yes but "so", before an adverb:
// "tak późno" is "so late".
func soMuch(m message, hits []hit, yes hit) bool {
	return yes.phrase == "tak" && yes.end < len(m.tokens) && !m.tokens[yes.end-1].brk &&
		strings.HasSuffix(m.tokens[yes.end].text, "o") && !covered(len(m.tokens), hits)[yes.end]
}

var (
	laughs = wordSet("haha hahaha hahahaha lol lmao rofl xd kkk rsrs hehe")
	ands   = wordSet("and a ac agus is e i oraz")
)

// answersForAnother reports somebody else right after the yes or no, with a
// verb that echoes the question for them: "yes my wife would".
func answersForAnother(m message, other, d hit) bool {
	last := m.tokens[len(m.tokens)-1].text
	return other.at == d.end && !m.tokens[d.end-1].brk && echoVerbs[last]
}

var echoVerbs = wordSet("is does do would will can has have wants might could did was are")

// deniesNext reports a no that denies the yes right after it: "would not" and
// "be interested".
// A word that is nothing but yes cannot be denied: "no yes" contradicts itself.
func deniesNext(m message, no, yes hit) bool {
	return no.denies() && no.end == yes.at && !yes.strong(m)
}

// denies reports a phrase that ends in a plain negation.
func (h hit) denies() bool { return denying[h.phrase[strings.LastIndex(h.phrase, "_")+1:]] }

var denying = wordSet("not be dont doesnt didnt cant cannot wont wouldnt couldnt shouldnt never dinnae wouldnae nie nao ddim ni")

// weighDenied reads a yes that a plain "not" stands shortly before as a no,
// and a denied verb, or a "not" with anything else, as unclear.
func weighDenied(m message, hits []hit, t tally) Reading {
	const reach = 3
	if slices.ContainsFunc(hits, func(h hit) bool {
		return h.sense == senseYes && h.at > t.neg.end && h.strong(m) && t.yes != nil && h != *t.yes
	}) {
		return unclear("denial", t.neg)
	}
	if t.yes != nil && strangerBefore(m, hits, *t.neg) {
		return unclear("words_before", t.neg)
	}
	if t.yes != nil && t.neg.denies() && t.neg.at < t.yes.at && t.yes.at-t.neg.end <= reach {
		return Reading{Intent: IsNo, Value: No, Rule: t.neg.lang + ":denied:" + t.neg.phrase + ":" + t.yes.phrase, Class: ByWord}
	}
	return unclear("denial", t.neg)
}

// doubled reports a denial that runs on into a no: "I'm not saying no".
func doubled(m message, neg, no hit) bool {
	stutter := m.tokens[neg.end-1].text == m.tokens[no.at].text
	return !stutter && neg.end <= no.at && no.at-neg.end <= 1 && !m.tokens[no.at-1].brk && !m.tokens[neg.end-1].brk
}
