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
	Asked   time.Time     `json:"asked"`          // when it last asked something
	Wakes   time.Time     `json:"wakes,omitzero"` // when it goes on without a reply
	Ended   time.Time     `json:"ended,omitzero"` // kept a while, to answer late replies by state
}

// Bound is what the conversation's state is sealed with.
func (c Conversation) Bound() string { return "conversation:" + c.ID }

// Live reports whether the conversation still waits for something.
func (c Conversation) Live() bool { return c.Ended.IsZero() }

// Talk is the conversation that a text without a process's word in it
// belongs to: of those that are live, the one that asked last. When it ends
// the one that asked before it is next. Two processes or two people of one
// household at one number follow the same rule.
func (n *Number) Talk() (Conversation, bool) {
	return n.latest(func(c Conversation) bool { return c.Live() })
}

// TalkIn is [Number.Talk] within one process.
func (n *Number) TalkIn(process string) (Conversation, bool) {
	return n.latest(func(c Conversation) bool { return c.Live() && c.Process == process })
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

// Close ends the live conversations of the process; "" ends all.
func (n *Number) Close(process string, now time.Time) {
	for i := range n.Conversations {
		c := &n.Conversations[i]
		if c.Live() && (process == "" || c.Process == process) {
			c.Ended, c.Wakes = now, time.Time{}
		}
	}
}
