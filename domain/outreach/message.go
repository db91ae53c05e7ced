package outreach

import (
	"slices"
	"time"

	"folkmoot/domain"
)

// State is where a message stands.
type State string

// The states. Pending, claimed, unknown and held are in the number's outbox;
// the others are final there, and the message moves to its [Text].
const (
	Pending     State = "pending"     // waits for its time
	Claimed     State = "claimed"     // the attempt is written, the gateway is being called
	Unknown     State = "unknown"     // the gateway may or may not have taken it
	Held        State = "held"        // unknown, and only a person may have it sent again
	Sent        State = "sent"        // the gateway took it
	Delivered   State = "delivered"   // the phone has it
	Undelivered State = "undelivered" // the network could not deliver it
	Failed      State = "failed"      // refused for good
	Expired     State = "expired"     // its moment had passed before it could go
	Suppressed  State = "suppressed"  // the number opted out first
	Dropped     State = "dropped"     // another took its place, its wave was cancelled, or its person left
)

func (s State) unsent() bool { return s == Pending || s == Unknown || s == Held }

func (s State) open() bool { return s.unsent() || s == Claimed }

// Lane is the order of sending: a lane is served when the ones before it are
// empty.
type Lane string

// The lanes.
const (
	LaneReply   Lane = "reply"
	LaneService Lane = "service"
	LaneBulk    Lane = "bulk"
	LaneMail    Lane = "mail"
	LaneMailing Lane = "mail_bulk"
)

// Lanes lists the lanes of texts and MailLanes those of emails, first served
// first. The two have senders of their own: neither waits for the other.
var (
	Lanes     = []Lane{LaneReply, LaneService, LaneBulk}
	MailLanes = []Lane{LaneMail, LaneMailing}
)

// Message is one text or email that has not been sent yet. Body is sealed
// under the number, bound to the id; an email's is a [Mail] in writing.
type Message struct {
	ID        string        `json:"id"`
	Process   string        `json:"process"`
	Person    string        `json:"person,omitempty"`
	Template  string        `json:"template"`
	Class     string        `json:"class"`
	Wave      string        `json:"wave,omitempty"`
	Lang      string        `json:"lang,omitempty"`
	Body      domain.Sealed `json:"body"`
	Parts     int           `json:"parts,omitempty"` // segments it costs
	Mail      bool          `json:"mail,omitempty"`  // an email: the number is a mailbox, and quiet hours do not hold
	Zone      string        `json:"zone,omitempty"`  // IANA, for quiet hours
	Quiet     *Quiet        `json:"quiet,omitempty"` // of its process; nil: the usual
	State     State         `json:"state"`
	Created   time.Time     `json:"created"`
	NotBefore time.Time     `json:"not_before"`
	Expires   time.Time     `json:"expires,omitzero"`
	ReplyTo   time.Time     `json:"reply_to,omitzero"`  // when the text came that this answers
	Farewell  bool          `json:"farewell,omitempty"` // answers a STOP: goes although opted out
	Gone      bool          `json:"gone,omitempty"`     // its person has moved or left while it was in flight: never tried again
	Urgent    bool          `json:"urgent,omitempty"`   // an emergency: goes in quiet hours
	Attempts  int           `json:"attempts,omitempty"`
	Gateway   string        `json:"gateway,omitempty"` // that the last attempt used
	Worker    string        `json:"worker,omitempty"`
	Started   time.Time     `json:"started,omitzero"` // when the last attempt began
	Lease     time.Time     `json:"lease,omitzero"`
	Looks     int           `json:"looks,omitempty"`
	Resent    bool          `json:"resent,omitempty"` // sent again after it was unknown
	Retry     bool          `json:"retry,omitempty"`  // of one that the network could not deliver
	Provider  string        `json:"provider_id,omitempty"`
	Problem   string        `json:"problem,omitempty"` // the gateway's code, never text of a person
	Ended     time.Time     `json:"ended,omitzero"`
}

// ID of the message: what it is about, never a counter.
func messageID(parts ...string) string {
	return domain.Derive(append([]string{"message"}, parts...)...)
}

func (m Message) lane() Lane {
	switch {
	case m.Mail && m.Class == domain.ClassBulk:
		return LaneMailing
	case m.Mail:
		return LaneMail
	case m.Class == domain.ClassReply:
		return LaneReply
	case m.Class == domain.ClassBulk:
		return LaneBulk
	}
	return LaneService
}

// due is when the message next needs the sender, false when a person must act
// first. A final one is due at once, to be moved to its text.
func (m Message) due() (time.Time, bool) {
	switch m.State {
	case Pending, Unknown:
		return m.NotBefore, true
	case Claimed:
		return m.Lease, true
	case Held:
		return time.Time{}, false
	}
	return m.Created, true
}

func (m *Message) end(s State, now time.Time) {
	m.State, m.Ended = s, now
	m.Worker, m.Lease = "", time.Time{}
}

// knows reports whether the message is in the outbox or left it lately.
func (n *Number) knows(id string) bool {
	return n.find(id) != nil || slices.Contains(n.Sent, id)
}

func (n *Number) find(id string) *Message {
	for i := range n.Outbox {
		if n.Outbox[i].ID == id {
			return &n.Outbox[i]
		}
	}
	return nil
}

// Enqueue puts a message in the outbox. It answers false when it was there
// before, or when the number opted out: the message is then not kept. When
// the outbox is full a reply drops the oldest waiting reply; anything else
// answers limited, and is to be asked again later.
func (n *Number) Enqueue(m Message) (bool, error) {
	if n.knows(m.ID) || n.Refuses(m.Process, m.Person) && !m.Farewell {
		return false, nil
	}
	if len(n.Outbox) >= MaxOutbox && !n.makeRoom(m) {
		return false, domain.E(domain.Limited, "too many messages already wait for this number; this one waits for its turn")
	}
	m.State = Pending
	n.Outbox = append(n.Outbox, m)
	return true, nil
}

func (n *Number) makeRoom(m Message) bool {
	if m.Class != domain.ClassReply {
		return false
	}
	i := slices.IndexFunc(n.Outbox, func(o Message) bool { return o.State == Pending && o.Class == domain.ClassReply })
	if i < 0 {
		return false
	}
	n.leave(n.Outbox[i].ID)
	n.Outbox = slices.Delete(n.Outbox, i, i+1)
	return true
}

func (n *Number) leave(id string) { n.Sent = lastOf(append(n.Sent, id), MaxSent) }

// finished lists the messages that are final and wait to be moved to their
// texts.
func (n *Number) finished() []Message {
	var out []Message
	for _, m := range n.Outbox {
		if !m.State.open() {
			out = append(out, m)
		}
	}
	return out
}

// release removes moved messages from the outbox.
func (n *Number) release(ids []string) {
	n.Outbox = slices.DeleteFunc(n.Outbox, func(m Message) bool {
		gone := slices.Contains(ids, m.ID) && !m.State.open()
		if gone {
			n.leave(m.ID)
		}
		return gone
	})
}
