package dialogue

import (
	"slices"
	"strings"
)

// prefix does a flow's command that begins a longer message.
func (t *turn) prefix() (Result, bool) {
	if len(t.msg.tokens) < 2 {
		return "", false
	}
	b, ok := t.env.Flow.Prefixes[t.msg.tokens[0].text]
	if !ok {
		return "", false
	}
	t.read = Reading{Intent: IsText, Rule: "prefix:" + t.msg.tokens[0].text, Class: ByWord}
	return t.flowIntent(b), true
}

// keyword does what a global keyword asks.
func (t *turn) keyword(whole Intent, lang string) (Result, bool) {
	if r, done := t.prefix(); done {
		return r, true
	}
	intent, rule, class := whole, lang+":"+string(whole), ByPhrase
	if intent == None || intent == IsThanks {
		if found, by := within(t.msg.tokens, t.order, func(i Intent) bool { return i != IsDanger }); found != None {
			intent, rule, class = found, by, ByWord
		}
	}
	if intent == None {
		return "", false
	}
	t.read = Reading{Intent: intent, Rule: rule, Class: class}
	if b, ok := t.env.Flow.Intents[intent]; ok {
		if (intent == IsCantCome || intent == IsLate) && seatless[t.state.Outcome] {
			return t.sayState(), true
		}
		return t.flowIntent(b), true
	}
	return t.builtIn(intent, lang)
}

// noAnswer is the outcome of an offer whose time ran out.
const noAnswer = "no_answer"

// seatless are the outcomes of whoever has no seat that they could give up or
// come late to.
var seatless = map[string]bool{withdrawn: true, removed: true, "declined": true, "completed": true, noAnswer: true, "cancelled": true}

// flowIntent does a flow's own branch for a keyword; an open question that it
// does not leave is repeated.
func (t *turn) flowIntent(b Branch) Result {
	if b.Go != "" {
		t.leave()
	}
	t.follow(b, "")
	if b.Go == "" {
		t.again()
	}
	return Handled
}

// answersFrom maps the questions people ask to the text that answers them.
var answersFrom = map[Intent]string{IsReal: "faq.real", IsPay: "faq.pay", IsWhen: "faq.when", IsWhere: "faq.where", IsCosts: "faq.costs", IsPrivacy: "faq.privacy"}

func (t *turn) builtIn(intent Intent, lang string) (Result, bool) {
	switch intent {
	case IsStart:
		return t.start(lang), true
	case IsChange:
		return t.change(), true
	case IsLanguage:
		return t.language(lang), true
	case IsThanks:
		if _, open := t.open(); open {
			return "", false
		}
		return Ignored, true
	case IsErase:
		t.do(DoEraseRequest, map[string]string{"input": t.in.ID})
		t.say("erase", nil)
		return Handled, true
	case IsWithdraw:
		return t.withdraw(), true
	case IsReal, IsPay, IsWhen, IsWhere, IsPrivacy, IsCosts:
		if t.approvedAnswer() { // the process's own is nearer to what was asked
			return Handled, true
		}
		if t.env.Vars.Values["code"] != "" {
			t.say(answersFrom[intent], nil)
			t.again()
			return Handled, true
		}
		if intent == IsReal { // nobody vouches for what they do not know
			t.say("faq.real.unknown", nil)
			return Handled, true
		}
	case IsWho:
		return t.wrongPerson(), true
	}
	t.handOver(string(intent), "normal")
	t.say("to_person", nil)
	return Handed, true
}

func (t *turn) withdraw() Result {
	t.do(DoWithdraw, map[string]string{"input": t.in.ID})
	t.end(withdrawn)
	t.remember(t.read)
	t.say("withdrawn", nil)
	return Handled
}

// language switches to a language the process offers.
func (t *turn) language(lang string) Result {
	t.read.Value = lang
	if lang != "en" && !slices.ContainsFunc(t.env.Langs, func(l string) bool { return base(l) == lang }) {
		t.handOver("language", "normal")
		t.say("language.none", nil)
		return Handed
	}
	if _, variant, ok := strings.Cut(t.state.Lang, "-"); ok {
		lang += "-" + variant
	}
	t.state.Lang = lang
	t.do(DoLanguage, map[string]string{"lang": base(lang)})
	t.say("language", nil)
	t.again()
	return Handled
}
