package dialogue

import (
	"slices"
	"strings"
)

// asks reports a message that is a question: by its mark, by a question word,
// or by its order of words ("can I", "is that").
func asks(m message, t tally) bool {
	if m.question || t.ask != nil {
		return true
	}
	return len(m.tokens) > 1 && asking1[m.tokens[0].text] && asking2[m.tokens[1].text]
}

var (
	asking1 = wordSet("is are am will would can could do does did shall should have has was were")
	asking2 = wordSet("i you it that this there we they the my he she your")
)

// standsBeforeQuestion reports a strong yes or no that opens the message and
// has the question after it; "yes?" alone is all question, "why not?" is a
// way of saying yes.
func standsBeforeQuestion(m message, d hit) bool {
	if d.at != 0 {
		return false
	}
	if d.end == len(m.tokens) {
		return d.end > 1 && !d.strong(m)
	}
	return d.strong(m) || d.plain() && m.tokens[d.end-1].brk
}

// plain reports a yes or a no that is a sentence by itself: a phrase of several
// words, or the verb of the question echoed, in languages that have no yes.
func (h hit) plain() bool {
	first, _, _ := strings.Cut(h.phrase, "_")
	return h.end-h.at >= wholePhrase || h.sense == senseYes && echoes[first]
}

// echoes are verbs in the first person that agree.
var echoes = wordSet(`ydw ydwyf odw oes gallaf galla medraf hoffwn hoffen licen licien liciwn byddwn byddaf baswn byswn bydden gwnaf wnaf gwna wna
	ta taim beidh bheinn deanfaidh deanfad glacfaidh glacfad aontaim glacaim bead
	chce chcialbym chcialabym moge zgadzam wezme biore jestem zglaszam pisze
	quero aceito gostaria gostava posso concordo queria tenho`)

// wholePhrase is the number of words from which a phrase says something by itself:
// "ba mhaith liom", "I would like to take part".
const wholePhrase = 3

// answersItself reports a question that the message answers at its end: "£350?
// Yes please".
func answersItself(m message, hits []hit, t tally) bool {
	d := t.decisive()
	if t.ask != nil || t.yes != nil && t.no != nil || !m.question || m.asked > d.at || !d.strong(m) && !d.plain() {
		return false
	}
	return !slices.Contains(covered(len(m.tokens), hits)[d.at:], false)
}
