package dialogue

import (
	"slices"
	"strings"
	"time"
)

// text takes a resident's message, in the fixed order of precedence.
func (t *turn) text() Result {
	whole, lang := t.whole()
	switch {
	case whole == IsStop:
		return t.stop(lang)
	case whole == IsHelp:
		return t.help(lang)
	case t.danger():
		return t.signpost()
	case t.state.Status == Stopped:
		return t.whileStopped(whole, lang)
	case bankNumbers(t.msg.raw):
		t.read = Reading{Rule: "bank_details", Class: ByShape}
		t.say("bank", nil)
		t.again()
		return Handled
	}
	if r, done := t.echo(); done {
		return r
	}
	if t.answersPerson() {
		return t.toPerson()
	}
	// A few whole-message commands must reach past a question that takes any
	// words at all.
	if n, open := t.open(); open && !(n.Ask == AskText && isCommand(whole)) {
		if r, done := t.answer(n); done {
			return r
		}
	}
	if r, done := t.keyword(whole, lang); done {
		return r
	}
	if r, done := t.split(); done {
		return r
	}
	return t.catchAll()
}

func isCommand(i Intent) bool {
	return i == IsChange || i == IsLanguage || i == IsStart || i == IsReal || i == IsPerson || i == IsWho
}

// polite words around a keyword do not change it.
var polite = wordSet("please pls plz thanks thank you thx ta hi hello sorry now x xx prosze diolch plis obrigado obrigada")

// whole finds the keyword a message consists of. STOP and HELP are known in
// every language, whatever the conversation's; the rest in the reading order.
func (t *turn) whole() (Intent, string) {
	full := t.msg.words()
	var core []string
	for _, tok := range t.msg.tokens {
		if !polite[tok.text] {
			core = append(core, tok.text)
		}
	}
	if allStop(core) {
		return IsStop, "any"
	}
	for _, words := range []string{full, strings.Join(core, " "), strings.Join(slices.Compact(slices.Clone(core)), " ")} {
		for _, x := range lexicons {
			if i := x.whole[words]; i == IsStop || i == IsHelp {
				return i, x.lang
			}
		}
		for k, x := range t.order {
			if i := x.whole[words]; i != None && i != IsStop && i != IsHelp && i != IsDanger && !decides(words, t.order[:k]) {
				return i, x.lang
			}
		}
	}
	if lang, ok := t.stopAside(); ok {
		return IsStop, lang
	}
	return t.languageName(full)
}

// decides reports a word that is a yes or a no in a language read earlier:
// Irish "tá" is not an English "ta".
func decides(word string, earlier []*index) bool {
	for _, x := range earlier {
		if _, ok := x.single[word]; ok {
			return true
		}
	}
	return false
}

// stopping words may stand around "stop" without changing it.
var stopping = wordSet("texting texts text txt txts sms message messages messaging sending send me these this it all contacting")

// allStop reports a message of nothing but stop and what may stand beside it.
func allStop(words []string) bool {
	found := false
	for _, w := range words {
		switch {
		case w == "stop" || w == "stopp" || w == "unsubscribe":
			found = true
		case !stopping[w]:
			return false
		}
	}
	return found
}

// languageName finds a language asked for by name, whichever is in use.
func (t *turn) languageName(words string) (Intent, string) {
	for _, x := range lexicons {
		if x.whole[words] == IsLanguage {
			return IsLanguage, x.lang
		}
	}
	return None, ""
}

// within finds the first keyword phrase anywhere in a message.
func within(tokens []token, order []*index, want func(Intent) bool) (Intent, string) {
	for i := range tokens {
		for _, x := range order {
			for _, e := range x.within[tokens[i].text] {
				if want(e.intent) && matches(tokens[i:], e.words) {
					return e.intent, x.lang + ":" + joinWords(e.words)
				}
			}
		}
	}
	return None, ""
}

// danger looks for words of danger in every language there is.
func (t *turn) danger() bool {
	words := t.msg.words()
	for _, x := range lexicons {
		if x.whole[words] == IsDanger {
			t.read = Reading{Intent: IsDanger, Rule: x.lang + ":" + words, Class: ByPhrase}
			return true
		}
	}
	_, rule := within(t.msg.tokens, lexicons, func(i Intent) bool { return i == IsDanger })
	if rule == "" {
		rule = dangerIn(t.msg.tokens)
	}
	if rule != "" {
		t.read = Reading{Intent: IsDanger, Rule: rule, Class: ByWord}
	}
	return rule != ""
}

// signpost answers words of danger: fixed text, top of the queue. The open
// question stays open, and words given in answer to it are kept as its answer
// would be, by the person who reads them.
func (t *turn) signpost() Result {
	t.legal = true
	t.handOver("danger", "urgent")
	t.say("danger", nil)
	return Handed
}

func (t *turn) handOver(reason, priority string) {
	t.do(DoHandOver, map[string]string{"reason": reason, "priority": priority, "input": t.in.ID})
}

// echo recognises the reply just answered, coming again: the same words
// within seconds, a message sent before the open question was asked, or a
// second message of a burst that says the same.
func (t *turn) echo() (Result, bool) {
	last := t.state.Last
	if last.At.IsZero() {
		return "", false
	}
	since := t.at.Sub(last.At)
	words := t.msg.words()
	if words == last.Text && since < repeatWithin {
		t.read = Reading{Intent: last.Intent, Rule: "repeat"}
		return Ignored, true
	}
	if since >= 0 && since < repeatWithin && oneDigit(words) && oneDigit(last.Text) && len(t.state.Undo) > 0 {
		t.read = Reading{Rule: "other_digit"} // nobody has read the next question yet: which of the two is asked
		return t.change(), true
	}
	if t.at.Before(t.state.Asked.Add(-time.Second)) && t.state.Outcome == "" {
		t.read = Reading{Rule: "crossed"}
		t.again()
		return ByState, true
	}
	if since < burstWithin && (last.Intent == IsYes || last.Intent == IsNo) && !t.answersOpen() {
		if r := yesNo(t.msg, t.order); r.Intent == last.Intent && r.Class != ByDigit {
			t.read = Reading{Intent: r.Intent, Rule: "burst:" + r.Rule, Class: r.Class}
			return Ignored, true
		}
	}
	return "", false
}

func oneDigit(words string) bool { return len(words) == 1 && isDigits(words) }

func (t *turn) answersOpen() bool {
	n, open := t.open()
	if !open {
		return false
	}
	r := t.readAnswer(n)
	return r.Intent != None && r.Intent != IsUnclear
}

// catchAll deals with what nothing else understood.
func (t *turn) catchAll() Result {
	if t.approvedAnswer() {
		return Handled
	}
	if t.state.Status != WithPerson && t.mayHalt() {
		return t.halted()
	}
	if _, open := t.open(); !open {
		return t.byState()
	}
	if t.state.Status == WithPerson {
		t.handOver("more", "normal")
		t.tellPerson()
		return Handed
	}
	switch {
	case t.wroteLately():
		return t.toPerson()
	case t.asksSomething():
		return t.unsure()
	}
	return t.clarify()
}

// asksSomething reports a question of somebody's own, rather than an answer
// with a question mark.
func (t *turn) asksSomething() bool {
	const fewest = 3
	return t.msg.question && len(t.msg.tokens) >= fewest && t.read.Intent == None
}

// unsure has a person answer a question that no approved answer clearly fits.
func (t *turn) unsure() Result {
	t.read = Reading{Rule: "question"}
	t.handOver("question", "normal")
	t.tellPerson()
	t.again()
	return Handed
}

// approvedAnswer gives the process's own answer, where there clearly is one.
func (t *turn) approvedAnswer() bool {
	a, ok := t.approved()
	if ok {
		t.read = Reading{Rule: "approved_answer:" + a.ID, Class: ByWord}
		t.say("approved", map[string]string{"answer": a.Answer})
		t.again()
	}
	return ok
}

// mixed reports an answer to a yes-or-no question that says something of
// both.
func (t *turn) mixed() bool {
	n, open := t.open()
	return open && n.Ask == AskYesNo && t.read.Intent == IsUnclear && t.read.Class == ByWord
}

// clarify asks again, twice; then a person takes over.
func (t *turn) clarify() Result {
	if t.state.Clarify >= clarifyMost {
		t.state.Status, t.state.Told = WithPerson, t.env.Now
		t.handOver("not_understood", "normal")
		t.say("handed", nil)
		return Handed
	}
	t.state.Clarify++
	t.state.Part = Accepted{Text: short(t.msg.raw), At: t.at}
	switch {
	case t.in.Media > 0 && len(t.msg.tokens) == 0:
		t.say("clarify.media", nil)
	case t.state.Clarify == clarifyMost:
		t.say("clarify.second", nil)
	case t.mixed():
		t.say("clarify.mixed", nil)
	default:
		t.say("clarify", nil)
	}
	t.again()
	return Clarified
}

// halted gives words that may mean STOP to a person at once.
func (t *turn) halted() Result {
	t.state.Told = t.env.Now
	if _, open := t.open(); open {
		t.state.Status = WithPerson
	}
	t.handOver("may_stop", "urgent")
	t.say("may_stop", nil)
	return Handed
}

// byState answers a reply to a question that is no longer open: short replies
// get the state of things, words go to a person.
func (t *turn) byState() Result {
	if t.inTime() {
		t.read = Reading{Rule: "in_time"}
		t.handOver("in_time", "urgent")
		t.tellPerson()
		return Handed
	}
	if r, short := t.shortReply(); short {
		t.read = r
		switch {
		case r.Intent == IsYes && t.state.Outcome == noAnswer: // whether a seat can be found for them is a person's to see
			t.handOver("late_yes", "normal")
		case r.Aside:
			t.handOver("aside", "low")
		}
		return t.sayState()
	}
	t.read = Reading{Rule: "nothing_open"}
	t.handOver("message", "normal")
	t.tellPerson()
	return Handed
}

// sayState tells how things stand for somebody with no question open.
func (t *turn) sayState() Result {
	state := t.env.Flow.stateText(t.state.Outcome)
	if any, ok := stateTexts[t.state.Outcome]; ok {
		state = any
	}
	t.say(state, map[string]string{"ended": t.day(t.state.Ended)})
	return ByState
}

// shortReply reads a yes, a no or any digit.
func (t *turn) shortReply() (Reading, bool) {
	const anyDigit = 99
	r := yesNo(t.msg, t.order)
	if r.Intent != IsYes && r.Intent != IsNo {
		r = leadingDigit(t.msg, t.order, anyDigit)
	}
	return r, r.Intent == IsYes || r.Intent == IsNo || r.Intent == IsChoice
}

// tellPerson says that a person will read, once for all messages of an hour.
func (t *turn) tellPerson() {
	if t.env.Now.Sub(t.state.Told) > toldAgain {
		t.say("to_person", nil)
		t.state.Told = t.env.Now
	}
}

// day is the date of a moment where the process is, in the form that texts
// put into words.
func (t *turn) day(at time.Time) string {
	zone, err := time.LoadLocation(t.env.Vars.Values["zone"])
	if err != nil {
		zone = time.UTC
	}
	return at.In(zone).Format(time.DateOnly)
}
