package outreach

import (
	"slices"
	"time"

	"folkmoot/domain"
)

// Bounds of a number's document. The package comment says what happens there.
const (
	MaxOutbox        = 48
	MaxConversations = 12
	MaxOptOuts       = 50
	MaxPeople        = 24
	MaxSeen          = 64
	MaxSent          = 64
	// MaxAnswers is how many replies a number gets within AnswersWindow; the
	// next text goes to a person instead, so that two machines cannot talk to
	// each other for ever.
	MaxAnswers    = 40
	MaxPassed     = 20
	AnswersWindow = time.Hour
)

// Number is everything about one phone number, or one mailbox, which is kept
// like one: it has no conversations. Its id is the keyed hash of the E.164
// form or the email address, which is also the subject its content is sealed
// under.
type Number struct {
	domain.Root
	Phone         domain.Sealed  `json:"phone,omitempty"` // E.164 or the email address, bound to "phone"
	OptOuts       []OptOut       `json:"opt_outs,omitempty"`
	People        []Binding      `json:"people,omitempty"`
	Conversations []Conversation `json:"conversations,omitempty"`
	Outbox        []Message      `json:"outbox,omitempty"`
	Seen          []string       `json:"seen,omitempty"`    // events taken in, oldest first
	Sent          []string       `json:"sent,omitempty"`    // messages that left the outbox, oldest first
	Answers       []time.Time    `json:"answers,omitempty"` // replies within the window
	Passed        []time.Time    `json:"passed,omitempty"`  // texts put before a person within it
	Which         *Which         `json:"which,omitempty"`
	// Former are people who are reached elsewhere now: their history was said
	// here. Partings are what they had here, on its way to where they are.
	Former   []Binding `json:"former,omitempty"`
	Partings []Parting `json:"partings,omitempty"`
}

// Numbers declares how numbers are kept.
var Numbers = domain.Collection[Number]{
	Name:   "numbers",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "due_reply", Fields: []string{"due_reply"}},
		{Name: "due_service", Fields: []string{"due_service"}},
		{Name: "due_bulk", Fields: []string{"due_bulk"}},
		{Name: "due_mail", Fields: []string{"due_mail"}},
		{Name: "due_mail_bulk", Fields: []string{"due_mail_bulk"}},
		{Name: "wakes", Fields: []string{"wakes"}},
		{Name: "stranger", Fields: []string{"stranger"}},
	},
	Keys:  numberKeys,
	Shard: "id",
}

func numberKeys(n *Number) map[string]any {
	keys := map[string]any{}
	if len(n.People)+len(n.Former) == 0 && n.Phone != "" {
		keys["stranger"] = n.UpdatedAt.Truncate(24 * time.Hour).Add(24 * time.Hour) // by the day: moving it with every text would be dear
	}
	for _, m := range n.Outbox {
		due, ok := m.due()
		if !ok {
			continue
		}
		field := "due_" + string(m.lane())
		if had, ok := keys[field].(time.Time); !ok || due.Before(had) {
			keys[field] = due
		}
	}
	for _, c := range n.Conversations {
		if had, ok := keys["wakes"].(time.Time); !c.Wakes.IsZero() && (!ok || c.Wakes.Before(had)) {
			keys["wakes"] = c.Wakes
		}
	}
	return keys
}

// Binding says that a person of a process can be reached at the number. Two
// people of one household share a number, so identity is number and process
// and person, never the number alone.
type Binding struct {
	Process string    `json:"process"`
	Person  string    `json:"person"`
	At      time.Time `json:"at"` // last heard of
}

// Bind notes the person under the number, or moves them to the front.
func (n *Number) Bind(process, person string, now time.Time) {
	n.People = slices.DeleteFunc(n.People, func(b Binding) bool {
		return b.Process == process && b.Person == person
	})
	n.People = append(n.People, Binding{Process: process, Person: person, At: now})
	n.People = lastOf(n.People, MaxPeople)
}

// Unbind removes the person, their conversations and what was to be sent to
// them.
func (n *Number) Unbind(process, person string) {
	n.leaves(process, person)
	n.Former = slices.DeleteFunc(n.Former, func(b Binding) bool { return b.Process == process && b.Person == person })
	n.Partings = slices.DeleteFunc(n.Partings, func(p Parting) bool { return p.Process == process && p.Person == person })
	n.Outbox = slices.DeleteFunc(n.Outbox, func(m Message) bool {
		return m.Process == process && m.Person == person && m.State != Claimed
	})
}

// has reports whether the person is reached at the number.
func (n *Number) has(process, person string) bool {
	return slices.ContainsFunc(n.People, func(b Binding) bool { return b.Process == process && b.Person == person })
}

// PersonIn is the person of the process heard of last at this number, "" when
// there is none.
func (n *Number) PersonIn(process string) string {
	for i := len(n.People) - 1; i >= 0; i-- {
		if n.People[i].Process == process {
			return n.People[i].Person
		}
	}
	return ""
}

// Latest is the process and person heard of last at this number.
func (n *Number) Latest() (Binding, bool) {
	if len(n.People) == 0 {
		return Binding{}, false
	}
	return n.People[len(n.People)-1], true
}

// Has reports whether the event was taken in before.
func (n *Number) Has(event string) bool { return slices.Contains(n.Seen, event) }

func (n *Number) see(event string) {
	n.Seen = lastOf(append(n.Seen, event), MaxSeen)
}

// Pass counts one more text that goes to a person in the window that ends now
// and reports whether it is still within [MaxPassed]: what comes beyond goes
// there as one, not text by text.
func (n *Number) Pass(now time.Time) (ok bool) {
	n.Passed, ok = within(n.Passed, now, MaxPassed)
	return ok
}

// answer counts one more reply in the window that ends now and reports whether
// it is still within [MaxAnswers].
func (n *Number) answer(now time.Time) (ok bool) {
	n.Answers, ok = within(n.Answers, now, MaxAnswers)
	return ok
}

// within drops the times before the window and adds now while there are fewer
// than max.
func within(times []time.Time, now time.Time, max int) ([]time.Time, bool) {
	kept := times[:0:0]
	for _, at := range times {
		if now.Sub(at) < AnswersWindow {
			kept = append(kept, at)
		}
	}
	if len(kept) >= max {
		return kept, false
	}
	return append(kept, now), true
}

// lastOf keeps the newest max of a list that grows at its end.
func lastOf[T any](list []T, max int) []T {
	if over := len(list) - max; over > 0 {
		return slices.Clone(list[over:])
	}
	return list
}
