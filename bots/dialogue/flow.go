package dialogue

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Flow is one versioned conversation as data. Once a version has met a
// resident it is never edited: a change is a new version.
type Flow struct {
	// ID names flow and version, as in "recruit.v1".
	ID string
	// Start is the node a conversation begins with.
	Start string
	// Nodes by name.
	Nodes map[string]Node
	// Events are things that happen outside the conversation and are told or
	// asked in it, such as "picked" or "reminder_day".
	Events map[string]Branch
	// Intents replace the engine's own reply to a global keyword.
	Intents map[Intent]Branch
	// Prefixes are words that, with more words after them, are a command of
	// the flow, such as "ask" for a question to a witness.
	Prefixes map[string]Branch
	// Vars lists the names a caller must provide, checked by tests of texts.
	Vars []string
}

// Ask is the kind of answer a node waits for.
type Ask int

// The kinds of answer. AskNothing passes on to Next, or rests where it is.
const (
	AskNothing Ask = iota
	AskYesNo
	AskChoice
	AskEach     // each of Vars.Questions in turn, by digits
	AskPostcode // a postcode, or 0 for rather not say
	AskText     // own words, or 0 for nothing
	AskGiven    // one of the lines of a variable, by digit; its value is the digit
)

// Node is one place in a conversation.
type Node struct {
	// Say names the text said on arrival; Say+".again" is the short form used
	// when asking again.
	Say string
	// Ask is what is waited for.
	Ask Ask
	// Options of an AskChoice in the order of their digits, from 1. On an
	// AskYesNo they are options after 1 yes and 2 no.
	Options []Option
	// Given names the variable that holds the options of an AskGiven, a line
	// each, as in "1: yes".
	Given string
	// Need names a variable without which the node is passed over.
	Need string
	// Do is done on arrival.
	Do []Command
	// On says what follows each answer, by option key ("yes", "no"); "*" is
	// any other.
	On map[string]Branch
	// More names the text that thanks for a second text to an AskText, sent in one
	// burst with the first. It then goes where the first went, as when that was
	// said without a name. "": a person reads it.
	More string
	// Next is where the conversation goes when a branch does not say.
	Next string
	// Wait bounds the wait for an answer.
	Wait Wait
	// End is the outcome of a conversation that has reached its end here.
	End string
}

// Option is one numbered answer.
type Option struct {
	Key   string
	Words []string // words that mean it, any language
}

// Branch is what an answer, an event or a time-out leads to.
type Branch struct {
	Do  []Command
	Say string
	Go  string
	// Variant changes to a variant of the language from here on, such as
	// EasyRead.
	Variant string
	// Final says that CHANGE cannot take it back by itself, because others
	// count on it by then: a person does.
	Final bool
}

// Back as a target leads back to where a global keyword interrupted: the
// question that was open, or the rest.
const Back = "$back"

// EasyRead is the variant of a language in easy words.
const EasyRead = "x-easy"

// Command is an effect to be: a name and fields. A field value may be $value
// (option key or normalised answer), $text (the words as written), $rest (the
// words after the first), $question (key of the question), $input (id of the
// input) or $var. and the name of a variable.
type Command struct {
	Name   string
	Fields map[string]string
}

// takesText reports whether a branch passes on the words as written, so that
// nothing of them needs a person to be seen.
func (b Branch) takesText() bool {
	for _, c := range b.Do {
		for _, v := range c.Fields {
			if v == "$text" || v == "$rest" {
				return true
			}
		}
	}
	return false
}

// Wait bounds the wait for an answer: reminders after the question was asked,
// then the time-out branch at the earlier of For and Until.
type Wait struct {
	Remind  []time.Duration
	Say     string // text of a reminder, said before the question's short form
	For     time.Duration
	Until   string // variable holding an RFC 3339 time
	Timeout Branch
}

// maxReminders is the most any question may have.
const maxReminders = 2

// Check reports everything wrong with a flow's own shape.
func (f *Flow) Check() []string {
	c := checker{flow: f}
	c.check(f.ID != "", "the flow has no ID")
	c.target("start", f.Start)
	for _, name := range sortedKeys(f.Nodes) {
		c.node(name, f.Nodes[name])
	}
	for _, name := range sortedKeys(f.Events) {
		c.branch("event "+name, f.Events[name])
	}
	for _, intent := range sortedKeys(f.Intents) {
		c.branch("intent "+string(intent), f.Intents[intent])
	}
	for _, word := range sortedKeys(f.Prefixes) {
		c.branch("prefix "+word, f.Prefixes[word])
	}
	return c.problems
}

type checker struct {
	flow     *Flow
	problems []string
}

func (c *checker) check(ok bool, format string, args ...any) {
	if !ok {
		c.problems = append(c.problems, fmt.Sprintf(format, args...))
	}
}

func (c *checker) target(where, name string) {
	_, ok := c.flow.Nodes[name]
	ok = ok || name == Back
	c.check(ok, "%s leads to %q, which is no node", where, name)
}

func (c *checker) branch(where string, b Branch) {
	if b.Go != "" {
		c.target(where, b.Go)
	}
	for _, cmd := range b.Do {
		c.check(cmd.Name != "", "%s has a command without a name", where)
	}
}

func (c *checker) node(name string, n Node) {
	if n.Next != "" {
		c.target(name, n.Next)
	}
	for _, key := range sortedKeys(n.On) {
		c.branch(name+" on "+key, n.On[key])
		c.check(key == "*" || slices.Contains(n.keys(), key) || n.Ask > AskChoice, "%s answers %q, which is no option", name, key)
	}
	c.branch(name+" on time-out", n.Wait.Timeout)
	c.check(n.Ask == AskNothing || n.Say != "", "%s asks without a text", name)
	c.check(n.Ask != AskGiven || n.Given != "", "%s asks for one of the lines of no variable", name)
	c.check(n.Need == "" || n.Next != "", "%s can be passed over but has no next node", name)
	c.check(len(n.Wait.Remind) <= maxReminders, "%s reminds more than %d times", name, maxReminders)
	c.check(len(n.Wait.Remind) == 0 || n.Wait.Say != "", "%s reminds without a text", name)
	c.check(n.Ask != AskChoice || len(n.Options) > 1, "%s offers fewer than two options", name)
	c.check(slices.IsSorted(n.Wait.Remind), "%s has reminders out of order", name)
}

// branch is what follows an answer.
func (n Node) branch(value string) Branch {
	if b, ok := n.On[value]; ok {
		return b
	}
	return n.On["*"]
}

// keys lists the option keys of a node in the order of their digits.
func (n Node) keys() []string {
	var keys []string
	if n.Ask == AskYesNo {
		keys = append(keys, Yes, No)
	}
	for _, o := range n.Options {
		keys = append(keys, o.Key)
	}
	return keys
}

// Texts lists the names of all texts the flow can say, sorted.
func (f *Flow) Texts() []string {
	seen := map[string]bool{}
	add := func(names ...string) {
		for _, n := range names {
			if n != "" {
				seen[n] = true
			}
		}
	}
	for _, n := range f.Nodes {
		add(n.Say, n.More, n.Wait.Say, n.Wait.Timeout.Say)
		if n.Ask != AskNothing {
			add(n.Say + ".again")
		}
		if n.End != "" && n.End != withdrawn { // the engine's own words serve every flow
			add(f.stateText(n.End))
		}
		for _, b := range n.On {
			add(b.Say)
		}
	}
	for _, b := range f.Events {
		add(b.Say)
	}
	for _, b := range f.Intents {
		add(b.Say)
	}
	for _, b := range f.Prefixes {
		add(b.Say)
	}
	return sortedKeys(seen)
}

// stateText names the text that answers a late or repeated reply by state.
func (f *Flow) stateText(outcome string) string {
	name, _, _ := strings.Cut(f.ID, ".")
	return name + ".state." + outcome
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
