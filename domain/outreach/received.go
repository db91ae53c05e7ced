package outreach

import (
	"time"

	"folkmoot/domain"
)

// Kinds of inbound events.
const (
	KindText   = "text"   // a resident's text
	KindStatus = "status" // a delivery report
)

// Received is one event as a provider sent it. Its id is built from the
// provider, the kind and the provider's own id, so that a second copy finds
// the place taken. Raw is sealed under the number it came from.
type Received struct {
	domain.Root
	Provider string        `json:"provider"`
	Kind     string        `json:"kind"`
	Number   string        `json:"number"`            // lookup hash; of the gateway where there is no number
	Digest   string        `json:"digest"`            // SHA-256 of what its copies agree in
	Raw      domain.Sealed `json:"raw"`               // bound to the id
	Pending  time.Time     `json:"pending,omitzero"`  // when it came, until it is processed
	Process  string        `json:"process,omitempty"` // from here on: set when processed
	Person   string        `json:"person,omitempty"`
	Why      string        `json:"why,omitempty"`  // the rule by which the text was understood
	Text     domain.Sealed `json:"text,omitempty"` // the words, bound to the id and "/text"
	At       time.Time     `json:"at,omitzero"`
	Aside    bool          `json:"aside,omitempty"` // same id as another event, other content: kept, not acted on
}

// Events declares how inbound events are kept. Nothing but the queue of
// unprocessed ones is indexed when an event arrives: that keeps the answer to
// a webhook at one cheap write.
var Events = domain.Collection[Received]{
	Name:   "events",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "pending", Fields: []string{"pending"}},
		{Name: "person", Fields: []string{"person", "at"}},
		{Name: "number", Fields: []string{"number", "at"}},
	},
	Keys: func(r *Received) map[string]any {
		keys := map[string]any{}
		if !r.Pending.IsZero() {
			keys["pending"] = r.Pending
		}
		if r.At.IsZero() {
			return keys
		}
		keys["at"], keys["number"] = r.At, r.Number
		if r.Person != "" {
			keys["person"] = r.Person
		}
		return keys
	},
	Shard: "id",
}

// Raw is an inbound event before it is kept.
type Raw struct {
	Provider string
	Kind     string
	External string // the provider's id, with whatever makes it unique
	Phone    string // E.164, or another sender's name; empty when the event names none
	Content  []byte // all that is needed to read the event again
	Same     []byte // what two copies of one event agree in; nil: the whole content
}

// ID is where the event is kept.
func (r Raw) ID() string {
	ext := r.External
	if len(ext) > 160 || !plain(ext) {
		ext = domain.Derive("external", ext)
	}
	return r.Provider + ":" + r.Kind + ":" + ext
}

func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		ok := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == ':'
		if !ok {
			return false
		}
	}
	return s != ""
}

// Text is what became of one message to a resident, for their history and the
// counts. Its id is the message's.
type Text struct {
	domain.Root
	Number   string        `json:"number,omitempty"`
	Process  string        `json:"process"`
	Person   string        `json:"person,omitempty"`
	Template string        `json:"template"`
	Class    string        `json:"class"`
	Wave     string        `json:"wave,omitempty"`
	Lang     string        `json:"lang,omitempty"`
	Body     domain.Sealed `json:"body"`
	Parts    int           `json:"parts,omitempty"`
	Mail     bool          `json:"mail,omitempty"` // an email
	State    State         `json:"state"`
	Attempts int           `json:"attempts"`
	Resent   bool          `json:"resent,omitempty"`
	Retry    bool          `json:"retry,omitempty"` // the second try of an undelivered one
	Gateway  string        `json:"gateway,omitempty"`
	Provider string        `json:"provider_id,omitempty"`
	Problem  string        `json:"problem,omitempty"`
	Expires  time.Time     `json:"expires,omitzero"` // when it is worth saying no longer
	At       time.Time     `json:"at"`               // when it became final in the outbox
}

// Texts declares how sent and unsent-for-good messages are kept.
var Texts = domain.Collection[Text]{
	Name:   "texts",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "person", Fields: []string{"person", "at"}},
		{Name: "number", Fields: []string{"number", "at"}},
		{Name: "process", Fields: []string{"process", "template", "state"}},
		{Name: "wave", Fields: []string{"wave", "state"}},
	},
	Keys: func(t *Text) map[string]any {
		keys := map[string]any{
			"number": t.Number, "at": t.At,
			"process": t.Process, "template": t.Template, "state": string(t.State),
		}
		if t.Person != "" {
			keys["person"] = t.Person
		}
		if t.Wave != "" {
			keys["wave"] = t.Wave
		}
		return keys
	},
	Shard: "id",
}

// rank orders what a provider says later: a text never moves down, whatever
// order the reports come in.
var rank = map[State]int{Sent: 1, Delivered: 2, Undelivered: 3, Failed: 3}

func (t *Text) report(r Report) bool {
	if rank[r.State] <= rank[t.State] || t.State == Delivered {
		return false
	}
	t.State, t.Problem = r.State, r.Code
	if r.Provider != "" {
		t.Provider = r.Provider
	}
	return true
}

func textOf(number string, m Message) Text {
	t := Text{
		Number: number, Process: m.Process, Person: m.Person, Template: m.Template,
		Class: m.Class, Wave: m.Wave, Lang: m.Lang, Body: m.Body, Parts: m.Parts, Mail: m.Mail,
		State: m.State, Attempts: m.Attempts, Resent: m.Resent, Retry: m.Retry, Gateway: m.Gateway,
		Provider: m.Provider, Problem: m.Problem, Expires: m.Expires, At: m.Ended,
	}
	t.ID = m.ID
	t.CreatedAt, t.UpdatedAt = m.Created, m.Ended
	return t
}
