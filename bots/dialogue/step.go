package dialogue

import (
	"strconv"
	"strings"
	"time"
)

// Ref names a new conversation and its language.
type Ref struct {
	ID   string
	Lang string
}

// Begin starts a conversation: at the flow's first node, or with one of its
// events when the input is one.
func Begin(env Env, ref Ref, in Input) (State, Out) {
	s := State{ID: ref.ID, Flow: env.Flow.ID, Lang: ref.Lang, Status: Open, Started: env.Now, Answers: map[string]string{}}
	t := newTurn(env, s, in)
	t.state.saw(in.ID)
	t.read = Reading{Rule: "begin"}
	first := Branch{Go: env.Flow.Start}
	if b, ok := env.Flow.Events[in.Text]; ok && in.Kind == Event {
		first = b
		t.read.Rule = "event:" + in.Text
	}
	t.follow(first, env.Flow.Start)
	return t.finish(Handled)
}

// Step takes one input. It never fails: what it cannot read it asks again or
// hands over. env.Flow must be the flow the state pins.
func Step(env Env, s State, in Input) (State, Out) {
	t := newTurn(env, s.clone(), in)
	if !t.state.saw(in.ID) {
		t.read = Reading{Rule: "seen_before"}
		return t.finish(Ignored)
	}
	switch in.Kind {
	case Tick:
		return t.finish(t.tick())
	case Event:
		return t.finish(t.event())
	}
	return t.finish(t.text())
}

// turn is one step under way.
type turn struct {
	env   Env
	state State
	in    Input
	at    time.Time // when the input was received
	msg   message
	order []*index

	read    Reading
	parts   []Part
	legal   bool
	effects []Effect
	node    string
	asked   string
}

func newTurn(env Env, s State, in Input) *turn {
	t := &turn{env: env, state: s, in: in, at: in.At, node: s.Node, asked: s.Question}
	if t.at.IsZero() {
		t.at = env.Now
	}
	if in.Kind == Text {
		t.msg = read(in.Text)
		t.order = readingOrder(s.Lang, env.Langs)
	}
	return t
}

func (t *turn) finish(r Result) (State, Out) {
	out := Out{Effects: t.effects, Entry: Entry{
		At: t.at, Input: t.in.ID, Kind: t.in.Kind, Node: t.node, Question: t.asked,
		Intent: t.read.Intent, Value: t.read.Value, Rule: t.read.Rule, Class: t.read.Class, Result: r,
	}}
	if len(t.parts) > 0 {
		out.Say = &Say{ID: t.state.ID + ":" + t.in.ID + ":say", Lang: t.state.Lang, Parts: t.parts, Legal: t.legal, Reply: t.in.Kind == Text}
	}
	return t.state, out
}

func (t *turn) say(key string, data map[string]string) {
	if key != "" {
		t.parts = append(t.parts, Part{Key: key, Data: data})
	}
}

func (t *turn) do(name string, fields map[string]string) {
	id := t.state.ID + ":" + t.in.ID + ":" + strconv.Itoa(len(t.effects))
	t.effects = append(t.effects, Effect{ID: id, Name: name, Fields: fields})
}

// commands turns a branch's commands into effects.
func (t *turn) commands(cmds []Command) {
	for _, c := range cmds {
		fields := make(map[string]string, len(c.Fields))
		for k, v := range c.Fields {
			fields[k] = t.expand(v)
		}
		t.do(c.Name, fields)
	}
}

func (t *turn) expand(v string) string {
	switch v {
	case "$value":
		return t.read.Value
	case "$text":
		return t.msg.raw
	case "$rest":
		_, rest, _ := strings.Cut(strings.TrimSpace(t.msg.raw), " ")
		return strings.TrimSpace(rest)
	case "$question":
		return t.asked
	case "$input":
		return t.in.ID
	}
	if name, ok := strings.CutPrefix(v, "$var."); ok {
		return t.env.Vars.Values[name]
	}
	return v
}

// follow does what a branch says and goes where it leads, or to next.
func (t *turn) follow(b Branch, next string) {
	t.commands(b.Do)
	if b.Variant != "" {
		t.state.Lang = base(t.state.Lang) + "-" + b.Variant
	}
	t.say(b.Say, nil)
	if b.Go != "" {
		next = b.Go
	}
	if next != "" {
		t.enter(next)
	}
}

// enter arrives at a node, passing on through nodes that ask nothing.
func (t *turn) enter(name string) {
	if name == Back {
		t.back()
		return
	}
	for range len(t.env.Flow.Nodes) + 1 {
		name = t.arrive(name)
		if name == "" || name == Back {
			break
		}
	}
	if name == Back {
		t.back()
	}
}

// leave remembers where the conversation stands, for a side question. From
// one side question to the next the way back stays the same.
func (t *turn) leave() {
	s := &t.state
	if s.Back == nil {
		s.Back = &Rest{s.Node, s.Question, s.Outcome, s.Status, s.Reminded, s.Asked, s.Ended, s.Due}
	}
}

// back returns to where the conversation stood, and asks the open question
// again.
func (t *turn) back() {
	s := &t.state
	b := s.Back
	if b == nil {
		return
	}
	stopped := s.Status == Stopped
	s.Node, s.Question, s.Outcome, s.Status, s.Clarify = b.Node, b.Question, b.Outcome, b.Status, 0
	s.Reminded, s.Asked, s.Ended, s.Due, s.Back = b.Reminded, b.Asked, b.Ended, b.Due, nil
	if stopped {
		s.Status = Stopped
	}
	t.takeUp()
}

// takeUp goes on with the question that is open again: with its reminders that
// are still to come, or with what follows when its time ran out meanwhile.
func (t *turn) takeUp() {
	n, open := t.open()
	if !open {
		return
	}
	if t.over(n) {
		t.runOut(n)
		return
	}
	t.pass(n)
	t.again()
}

// arrive settles at a node, or answers which node comes next.
func (t *turn) arrive(name string) (next string) {
	n := t.env.Flow.Nodes[name]
	if n.Need != "" && t.env.Vars.Values[n.Need] == "" {
		return n.Next
	}
	question := ""
	if n.Ask == AskEach {
		if question = t.unanswered(); question == "" {
			return n.Next
		}
	}
	t.commands(n.Do)
	if n.Ask == AskNothing && n.Next != "" {
		t.say(n.Say, nil)
		return n.Next
	}
	t.settle(name, question, n)
	return ""
}

func (t *turn) settle(name, question string, n Node) {
	s := &t.state
	s.Node, s.Question, s.Clarify, s.Reminded = name, question, 0, 0
	s.Outcome, s.Asked, s.Ended = n.End, t.env.Now, time.Time{}
	if s.Status != Stopped {
		s.Status = Open
	}
	if n.End != "" {
		s.Ended = t.env.Now
		if s.Status != Stopped {
			s.Status = Ended
		}
	}
	s.Due = t.due(n)
	t.say(n.Say, t.promptData(n))
}

// unanswered is the key of the first of the process's questions that has no
// answer yet.
func (t *turn) unanswered() string {
	for _, q := range t.env.Vars.Questions {
		if _, ok := t.state.Answers[q.Key]; !ok {
			return q.Key
		}
	}
	return ""
}

func (t *turn) question() (Question, bool) {
	for _, q := range t.env.Vars.Questions {
		if q.Key == t.state.Question {
			return q, true
		}
	}
	return Question{}, false
}

// promptData is what the text of a question needs of its own.
func (t *turn) promptData(n Node) map[string]string {
	q, ok := t.question()
	if n.Ask != AskEach || !ok {
		return nil
	}
	options := ""
	for i, c := range q.Options {
		if i > 0 {
			options += "\n"
		}
		options += strconv.Itoa(i+1) + ": " + c.Label
	}
	return map[string]string{"question": q.Text, "options": options}
}

// again repeats the open question in its short form.
func (t *turn) again() {
	if n, open := t.open(); open {
		t.say(n.Say+".again", t.promptData(n))
	}
}

// open answers the node whose question is open.
func (t *turn) open() (Node, bool) {
	n, ok := t.env.Flow.Nodes[t.state.Node]
	return n, ok && n.Ask != AskNothing && t.state.Outcome == ""
}

// event takes something that happened outside.
func (t *turn) event() Result {
	b, ok := t.env.Flow.Events[t.in.Text]
	t.read = Reading{Rule: "event:" + t.in.Text}
	if r, done := t.outside(); done {
		return r
	}
	if !ok {
		t.read.Rule = "event_unknown:" + t.in.Text
		return Ignored
	}
	if t.in.Text == EventResume && t.state.Status != WithPerson {
		return Ignored
	}
	if t.in.Text == EventResume {
		t.handBack()
	}
	if b.Go != "" {
		t.state.Back = nil // what happened outside comes first
	}
	t.follow(b, "")
	if t.in.Text == EventResume {
		t.again()
	}
	return Handled
}

// EventResume hands a conversation back from a person to the flow, which asks
// its open question again.
const EventResume = "resume"
