package dialogue

import (
	"strconv"
	"strings"
	"time"
)

// answer tries to read the message as the answer to the open question.
func (t *turn) answer(n Node) (Result, bool) {
	r := t.readAnswer(n)
	t.read = r
	if r.Intent == None || r.Intent == IsUnclear {
		return "", false
	}
	t.remember(r)
	t.accept(n, r)
	if r.Aside && !n.branch(r.Value).takesText() {
		t.handOver("aside", "low")
	}
	return Answered, true
}

// readAnswer reads the message by the kind of answer the node waits for. Its
// value is the option's key.
func (t *turn) readAnswer(n Node) Reading {
	switch n.Ask {
	case AskYesNo:
		return t.readYesNo(n)
	case AskChoice:
		labels := make([][]string, len(n.Options))
		for i, o := range n.Options {
			labels[i] = o.Words
		}
		return keyed(choose(t.msg, t.order, labels, false), n.keys())
	case AskEach:
		return t.readQuestion()
	case AskPostcode:
		return t.readPostcode()
	case AskText:
		return t.readWords()
	case AskGiven:
		return t.readGiven(n)
	}
	return Reading{}
}

// readYesNo also takes the digits and words of further options.
func (t *turn) readYesNo(n Node) Reading {
	if len(t.msg.tokens) == 0 {
		return Reading{Rule: "empty"}
	}
	if r := leadingDigit(t.msg, t.order, 2+len(n.Options)); r.Intent != None {
		if r.Value == "0" {
			return Reading{Intent: IsUnclear, Rule: "digit_out_of_range"}
		}
		if r = yesNoDigit(r); r.Intent != IsChoice {
			return r
		}
		return keyed(r, n.keys())
	}
	labels := [][]string{nil, nil}
	for _, o := range n.Options {
		labels = append(labels, o.Words)
	}
	if r := byLabel(t.msg, labels, t.order); r.Class == ByPhrase {
		return keyed(r, n.keys())
	}
	return yesNo(t.msg, t.order)
}

func (t *turn) readQuestion() Reading {
	q, ok := t.question()
	if !ok {
		return Reading{Rule: "question_gone"}
	}
	labels, keys := make([][]string, len(q.Options)), make([]string, len(q.Options))
	for i, c := range q.Options {
		labels[i], keys[i] = []string{c.Label}, c.Key
	}
	return keyed(choose(t.msg, t.order, labels, true), keys)
}

// readGiven reads a digit or the words of one of the lines that a message
// brought.
func (t *turn) readGiven(n Node) Reading {
	var labels [][]string
	for _, line := range strings.Split(t.env.Vars.Values[n.Given], "\n") {
		if _, label, ok := strings.Cut(line, ": "); ok {
			labels = append(labels, []string{label})
		}
	}
	return choose(t.msg, t.order, labels, false)
}

// keyed turns a digit into the key of its option.
func keyed(r Reading, keys []string) Reading {
	if r.Intent != IsChoice {
		return r
	}
	if r.Value == "0" {
		r.Value = NotSaid
		return r
	}
	d, _ := strconv.Atoi(r.Value)
	r.Value = keys[d-1]
	return r
}

func (t *turn) readPostcode() Reading {
	if code, ok := readPostcode(t.msg.raw); ok {
		return Reading{Intent: IsText, Value: code, Rule: "postcode", Class: ByShape}
	}
	if r := leadingDigit(t.msg, t.order, 0); r.Value == "0" && r.Intent == IsChoice || saysNotSaid(t.msg) {
		return Reading{Intent: IsChoice, Value: NotSaid, Rule: "rather_not_say", Class: ByDigit}
	}
	return Reading{Rule: "no_postcode"}
}

// nothing is what the value of an own-words answer is when there is nothing.
const nothing = "none"

var nothings = foldSet(
	"0", "none", "nothing", "no", "nope", "nil", "n/a", "na", "no thanks", "no thank you", "nothing thanks",
	"none thanks", "nothing needed", "i am fine", "im fine", "im ok", "im grand", "all good", "no needs",
	"not needed", "dim", "dim byd", "na", "dim diolch", "nada", "nao", "nenhum", "nenhuma", "nic", "nie",
	"nie dziekuje", "faic", "dada", "rud ar bith", "ni dhada",
)

// foldSet holds phrases in the form they are compared in.
func foldSet(phrases ...string) map[string]bool {
	set := make(map[string]bool, len(phrases))
	for _, p := range phrases {
		set[read(p).words()] = true
	}
	return set
}

func (t *turn) readWords() Reading {
	words := t.msg.words()
	switch {
	case words == "":
		return Reading{Rule: "empty"}
	case nothings[words]:
		return Reading{Intent: IsText, Value: nothing, Rule: "nothing", Class: ByPhrase}
	case saysNotSaid(t.msg):
		return Reading{Intent: IsText, Value: NotSaid, Rule: "rather_not_say", Class: ByPhrase}
	}
	return Reading{Intent: IsText, Value: t.msg.raw, Rule: "own_words", Class: ByShape}
}

// remember keeps what CHANGE and the recognition of repeats need.
func (t *turn) remember(r Reading) {
	s := &t.state
	s.Last = Accepted{Text: t.msg.words(), Intent: r.Intent, At: t.at}
	s.Undo = append(s.Undo, Undone{Node: t.node, Question: t.asked, Input: t.in.ID, At: t.env.Now, Final: t.final(r)})
	if len(s.Undo) > undoKept {
		s.Undo = s.Undo[len(s.Undo)-undoKept:]
	}
	if s.Status == WithPerson {
		s.Status = Open
	}
}

// final reports whether what the reading leads to is others' to take back.
func (t *turn) final(r Reading) bool {
	if r.Intent == IsWithdraw {
		return true
	}
	n, open := t.open()
	return open && n.Ask != AskEach && n.branch(r.Value).Final
}

// accept stores an answer and follows its branch.
func (t *turn) accept(n Node, r Reading) {
	if n.Ask == AskEach {
		t.state.Answers[t.asked] = r.Value
		t.do(DoAnswer, map[string]string{"question": t.asked, "value": r.Value})
		t.enter(t.node)
		return
	}
	t.state.Answers[t.node] = short(r.Value)
	if n.Ask == AskPostcode && t.env.Place != nil {
		t.place(r.Value)
	}
	t.follow(n.branch(r.Value), n.Next)
}

// place takes over what a postcode answers, so that nobody is asked for it.
func (t *turn) place(postcode string) {
	if postcode == NotSaid {
		postcode = ""
	}
	for key, value := range t.env.Place(postcode) {
		if value == "" {
			delete(t.state.Answers, key)
			continue
		}
		t.state.Answers[key] = short(value)
	}
}

// short bounds what the state keeps of own words; effects carry them whole.
func short(value string) string {
	const most = 40
	if r := []rune(value); len(r) > most {
		return string(r[:most])
	}
	return value
}

// change takes back the last answer, within a day.
func (t *turn) change() Result {
	s := &t.state
	if len(s.Undo) == 0 {
		t.say("change.nothing", nil)
		t.again()
		return Handled
	}
	last := s.Undo[len(s.Undo)-1]
	if t.env.Now.Sub(last.At) > undoFor {
		t.handOver("change_late", "normal")
		t.say("change.late", nil)
		return Handed
	}
	if last.Final {
		t.handOver("change_final", "urgent")
		t.say("change.final", nil)
		return Handed
	}
	s.Undo = s.Undo[:len(s.Undo)-1]
	t.do(DoUndo, map[string]string{"of": last.Input, "question": last.Question})
	delete(s.Answers, last.Question)
	delete(s.Answers, last.Node)
	s.Last = Accepted{}
	t.say("change", nil)
	t.reopen(last)
	return Handled
}

// reopen asks a question again in the place where it was asked.
func (t *turn) reopen(last Undone) {
	n := t.env.Flow.Nodes[last.Node]
	s := &t.state
	s.Node, s.Question, s.Outcome, s.Ended = last.Node, last.Question, n.End, time.Time{}
	s.Clarify, s.Reminded, s.Asked, s.Status = 0, len(n.Wait.Remind), t.env.Now, Open
	if n.End != "" {
		s.Status = Ended
	}
	s.Due = t.due(n)
	t.say(n.Say+".again", t.promptData(n))
}
