package outreach

import (
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// Conversation is one flow under way with one person of one process at one
// number. State is the dialogue engine's, sealed under the number and bound to
// the conversation's key.
type Conversation struct {
	ID      string        `json:"id"`
	Process string        `json:"process"`
	Person  string        `json:"person,omitempty"` // empty: not registered yet
	Flow    string        `json:"flow"`             // with its version, such as "recruit.v1"
	Lang    string        `json:"lang,omitempty"`
	State   domain.Sealed `json:"state,omitempty"`
	Opened  time.Time     `json:"opened"`
	Asked   time.Time     `json:"asked"`            // when it last asked something
	Direct  bool          `json:"direct,omitempty"` // it asked so in answer to the resident's own text
	Wakes   time.Time     `json:"wakes,omitzero"`   // when it goes on without a reply
	Ended   time.Time     `json:"ended,omitzero"`   // kept a while, to answer late replies by state
	Halted  bool          `json:"halted,omitempty"` // it was live when a STOP ended it: a START takes it up again
}

// Bound is what the conversation's state is sealed with.
func (c Conversation) Bound() string { return "conversation:" + c.ID }

// Live reports whether the conversation still waits for something.
func (c Conversation) Live() bool { return c.Ended.IsZero() }

// unclearFor is how much later than every other a question must have been
// asked for an answer to be meant for it without a word.
const unclearFor = 24 * time.Hour

// Talk is the conversation that a text without a process's word in it belongs
// to: of those that are live, in the process or in any, the one that asked
// last. clear is false when that cannot be known: another one asked less than
// a day before, and the last question was not the answer to the resident's
// own text. Two processes and two people of one household follow the same
// rule.
func (n *Number) Talk(process string) (c Conversation, clear, ok bool) {
	live := n.Live(process)
	if len(live) == 0 {
		return c, true, false
	}
	c = live[0]
	for _, o := range live[1:] {
		if !o.Asked.Before(c.Asked) {
			c = o
		}
	}
	clear = c.Direct
	if !clear {
		clear = !slices.ContainsFunc(live, func(o Conversation) bool { return o.ID != c.ID && c.Asked.Sub(o.Asked) < unclearFor })
	}
	return c, clear, true
}

// Live lists the conversations of the process, or of any, that wait for
// something, in the order in which they were touched.
func (n *Number) Live(process string) []Conversation {
	var out []Conversation
	for _, c := range n.Conversations {
		if c.Live() && (process == "" || c.Process == process) {
			out = append(out, c)
		}
	}
	return out
}

// Which is a text kept while its sender is asked which conversation it is
// for.
type Which struct {
	Event string        `json:"event"`
	Text  domain.Sealed `json:"text"` // bound to "which:" and the event
	IDs   []string      `json:"ids"`  // of the conversations, as they were listed
	At    time.Time     `json:"at"`
	Again bool          `json:"again,omitempty"` // it was asked twice
}

// Stopped is the conversation touched last among those whose process the
// number opted out of: what a START is about.
func (n *Number) Stopped() (Conversation, bool) {
	return n.latest(func(c Conversation) bool { return n.Refuses(c.Process, c.Person) })
}

// Past is the conversation of any kind that was touched last: what a late
// reply is answered from. An empty process means any.
func (n *Number) Past(process string) (Conversation, bool) {
	return n.latest(func(c Conversation) bool { return process == "" || c.Process == process })
}

// ConversationBy finds a conversation by its id.
func (n *Number) ConversationBy(id string) (Conversation, bool) {
	return n.latest(func(c Conversation) bool { return c.ID == id })
}

// TalkWith is the conversation with one person of the process that asked last,
// a live one before one that has ended.
func (n *Number) TalkWith(process, person string) (Conversation, bool) {
	with := func(c Conversation) bool { return c.Process == process && c.Person == person }
	if c, ok := n.latest(func(c Conversation) bool { return with(c) && c.Live() }); ok {
		return c, true
	}
	return n.latest(with)
}

// TalkOf is the person's conversation of the flow's family, whatever its
// version and whether or not it has ended.
func (n *Number) TalkOf(process, person, flow string) (Conversation, bool) {
	return n.latest(func(c Conversation) bool {
		return c.Process == process && c.Person == person && family(c.Flow) == family(flow)
	})
}

func family(flow string) string {
	name, _, _ := strings.Cut(flow, ".")
	return name
}

func (n *Number) latest(match func(Conversation) bool) (Conversation, bool) {
	var best Conversation
	found := false
	for _, c := range n.Conversations {
		if match(c) && (!found || !c.Asked.Before(best.Asked)) {
			best, found = c, true
		}
	}
	return best, found
}

// Converse stores the conversation, in place of the one with its id and of
// those of the same flow with the same person.
func (n *Number) Converse(c Conversation) {
	n.Conversations = slices.DeleteFunc(n.Conversations, func(o Conversation) bool {
		same := o.Process == c.Process && o.Person == c.Person && family(o.Flow) == family(c.Flow)
		return o.ID == c.ID || same
	})
	n.Conversations = append(n.Conversations, c)
	if len(n.Conversations) <= MaxConversations {
		return
	}
	slices.SortStableFunc(n.Conversations, func(a, b Conversation) int {
		if a.Live() != b.Live() {
			if b.Live() {
				return -1
			}
			return 1
		}
		return a.Asked.Compare(b.Asked)
	})
	n.Conversations = lastOf(n.Conversations, MaxConversations)
}

// Adopt gives the conversation of a person who was not registered yet to the
// person they have become.
func (n *Number) Adopt(process, person string) {
	for i := range n.Conversations {
		c := &n.Conversations[i]
		if c.Process == process && c.Person == "" {
			c.Person = person
		}
	}
}

// asked notes when the message that opened a conversation really went out:
// a wave may take hours, and the rule of [Number.Talk] is about what the
// resident read last.
func (n *Number) asked(message string, now time.Time) {
	for i := range n.Conversations {
		if n.Conversations[i].ID == message {
			n.Conversations[i].Asked = now
		}
	}
}

// Rest lets a conversation wait for the resident alone when its time to go on
// by itself is past.
func (n *Number) Rest(id string, now time.Time) {
	for i := range n.Conversations {
		if c := &n.Conversations[i]; c.ID == id && !c.Wakes.After(now) {
			c.Wakes = time.Time{}
		}
	}
}

// Snooze lets a conversation that would go on by itself wait until then.
func (n *Number) Snooze(id string, until time.Time) {
	for i := range n.Conversations {
		if c := &n.Conversations[i]; c.ID == id {
			c.Wakes = until
		}
	}
}

// Close ends the live conversations of the process; "" ends all.
func (n *Number) Close(process string, now time.Time) {
	for i := range n.Conversations {
		c := &n.Conversations[i]
		if c.Live() && (process == "" || c.Process == process) {
			c.Ended, c.Wakes = now, time.Time{}
		}
	}
}
