package outreach

import (
	"context"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// A number that was somebody's may be anybody's tomorrow. When a person is
// reached elsewhere, what is theirs leaves the old number's document in one
// write, into a [Parting] that nobody but the relay reads; from then on a text
// from the old number is a stranger's. It is then taken over by the document
// of where they are reached now, under ids of its own, and the parting is
// dropped: each step can be repeated, and a crash between them loses nothing.
//
// What is on its way to the gateway when they move cannot be called back. It
// is told again at the new number, and never tried again at the old one. What
// was said before stays in the person's history.

// Parting is what a person had at a number that is theirs no longer.
type Parting struct {
	Key           string         `json:"key"` // of the effect that moves it
	Process       string         `json:"process"`
	Person        string         `json:"person"`
	Mail          bool           `json:"mail,omitempty"` // it was a mailbox
	Conversations []Conversation `json:"conversations,omitempty"`
	Messages      []Message      `json:"messages,omitempty"`
	OptOuts       []OptOut       `json:"opt_outs,omitempty"`
}

// answerable is how long a reply to a text from the old number may still go
// there.
const answerable = 10 * time.Minute

// part takes the person and all that is theirs off the number. Where they did
// not ask for it from this number themselves, their wish to get no texts goes
// with them: nobody else's change of a number may undo it.
func (n *Number) part(key string, d domain.ContactData, now time.Time) {
	p := Parting{Key: key, Process: d.Process, Person: d.Person, Mail: d.Mail}
	if !d.Asked {
		p.OptOuts = n.optOutsOf(d.Process, d.Person)
	}
	for _, c := range n.Conversations {
		if c.Process == d.Process && c.Person == d.Person {
			p.Conversations = append(p.Conversations, c)
		}
	}
	p.Messages = n.partMessages(d, now)
	if n.Which != nil && slices.ContainsFunc(p.Conversations, func(c Conversation) bool { return slices.Contains(n.Which.IDs, c.ID) }) {
		n.Which = nil
	}
	if n.has(d.Process, d.Person) || len(p.Conversations)+len(p.Messages)+len(p.OptOuts) > 0 {
		n.Partings = append(n.Partings, p)
	}
	n.leaves(d.Process, d.Person)
}

// leaves takes the person and their conversations off the number, and
// remembers that its history holds words of theirs.
func (n *Number) leaves(process, person string) {
	theirs := func(b Binding) bool { return b.Process == process && b.Person == person }
	i := slices.IndexFunc(n.People, theirs)
	if i >= 0 && !slices.ContainsFunc(n.Former, theirs) {
		n.Former = lastOf(append(n.Former, n.People[i]), MaxPeople)
	}
	n.People = slices.DeleteFunc(n.People, theirs)
	n.Conversations = slices.DeleteFunc(n.Conversations, func(c Conversation) bool { return c.Process == process && c.Person == person })
	n.OptOuts = slices.DeleteFunc(n.OptOuts, func(o OptOut) bool { return o.Person == person && o.Scope == process })
}

// partMessages answers what is still to be said to the person, and sees that
// nothing more of it goes to this number but the reply to a text just sent
// from it.
func (n *Number) partMessages(d domain.ContactData, now time.Time) []Message {
	var out []Message
	for i := range n.Outbox {
		m := &n.Outbox[i]
		if m.Process != d.Process || m.Person != d.Person || !m.State.open() || m.Farewell {
			continue
		}
		m.Gone = true
		switch {
		case m.Class == domain.ClassReply && m.State == Pending && now.Sub(m.ReplyTo) < answerable:
			m.Gone, m.Expires = false, m.ReplyTo.Add(answerable)
			continue
		case m.Class == domain.ClassReply:
		default:
			out = append(out, *m)
		}
		if m.State != Claimed {
			m.end(Dropped, now)
		}
	}
	pending := func(m Message) bool { // these move as they are
		return m.State == Dropped && slices.ContainsFunc(out, func(o Message) bool { return o.ID == m.ID && o.State == Pending })
	}
	for _, m := range n.Outbox {
		if pending(m) {
			n.leave(m.ID)
		}
	}
	n.Outbox = slices.DeleteFunc(n.Outbox, pending)
	return out
}

// moved follows a person to where they are reached now.
func (s *Service) moved(ctx context.Context, effect string, d domain.ContactData) error {
	p := Parting{Key: effect, Process: d.Process, Person: d.Person}
	if d.Number != "" {
		var err error
		if p, err = s.partFrom(ctx, effect, d); err != nil || p.Key == "" {
			return err
		}
	}
	if err := s.takeOver(ctx, d.Number, p); err != nil || d.Number == "" {
		return err
	}
	_, err := s.Numbers.Update(ctx, d.Number, func(n *Number) error {
		n.Partings = slices.DeleteFunc(n.Partings, func(o Parting) bool { return o.Key == effect })
		return nil
	})
	return err
}

// partFrom is the first step. Its answer has no key when all was done before.
func (s *Service) partFrom(ctx context.Context, effect string, d domain.ContactData) (Parting, error) {
	now := s.Clock.Now()
	// A number never heard of gets a document too: whoever is about to write to
	// it then sees that the person has moved.
	n, err := s.Numbers.Upsert(ctx, d.Number, s.blank(d.Number, now), func(n *Number) error {
		if n.Has(effect) {
			return domain.ErrNoChange
		}
		n.part(effect, d, now)
		n.see(effect)
		n.UpdatedAt = now
		return nil
	})
	if err != nil {
		return Parting{}, err
	}
	for _, p := range n.Partings {
		if p.Key == effect {
			return p, s.archive(ctx, n)
		}
	}
	return Parting{}, nil
}

// takeOver is the second step: everything goes on where the person is reached
// now.
func (s *Service) takeOver(ctx context.Context, from string, p Parting) error {
	contact, err := s.Contacts.Contact(ctx, p.Process, p.Person)
	if domain.Is(err, domain.NotFound) || err == nil && contact.Left {
		return nil
	}
	if err != nil {
		return err
	}
	ref, err := s.Processes.Ref(ctx, p.Process)
	if err != nil {
		return err
	}
	address := contact.Phone
	if p.Mail {
		address = contact.Email
	}
	if address == "" {
		return s.otherwise(ctx, from, p)
	}
	t := takeover{
		Parting: p, from: from, to: s.Hash(address), address: address, now: s.Clock.Now(),
		note: Note{Process: ref, Person: p.Person, Lang: contact.Lang, Format: contact.Format, Code: contact.Code},
		// Who is reached in another way is texted only as before.
		asks: !p.Mail && !contact.byEmail() && !contact.Letters && !contact.Calls,
	}
	_, err = s.Numbers.Upsert(ctx, t.to, s.blank(t.to, t.now), func(n *Number) error { return s.arrive(ctx, n, t) })
	return err
}

// takeover is a parting on its way into the document of another number.
type takeover struct {
	Parting
	from, to, address string
	note              Note
	asks              bool
	now               time.Time
}

// arrive writes everything into the new number. Whoever has it hears first
// who texts and why, and is then asked again what was open.
func (s *Service) arrive(ctx context.Context, n *Number, t takeover) error {
	if n.Has(t.Key + "+") {
		return domain.ErrNoChange
	}
	if err := s.keep(ctx, n, t.address); err != nil {
		return err
	}
	n.see(t.Key + "+")
	n.Bind(t.Process, t.Person, t.now)
	n.UpdatedAt = t.now
	for _, o := range t.OptOuts {
		n.Stop(OptOut{Scope: t.Process, Person: t.Person, Source: o.Source, At: o.At, Evidence: o.Evidence})
	}
	if t.asks && !n.Refuses(t.Process, t.Person) {
		if err := s.hello(ctx, n, t); err != nil {
			return err
		}
	}
	said, err := s.carryMessages(ctx, n, t)
	if err != nil {
		return err
	}
	for _, c := range t.Conversations {
		if err := s.carry(ctx, n, t, c, said); err != nil {
			return err
		}
	}
	return nil
}

// helloText says who texts from now on, and how to end it.
const helloText = "number.new"

func (s *Service) hello(ctx context.Context, n *Number, t takeover) error {
	if _, err := s.Texts.Get(ctx, messageID(t.Key, "hello")); err == nil {
		return nil // said before, long ago
	}
	note := t.note
	note.Template = helloText
	words, err := s.Voice.Compose(ctx, note)
	if err != nil {
		return err
	}
	return s.post(ctx, n, t.telling(helloText, "hello"), note, words)
}

func (t takeover) telling(template, occasion string) telling {
	return telling{
		MessageData: domain.MessageData{
			Process: t.Process, Person: t.Person, Template: template, Class: domain.ClassService, Expires: t.now.Add(answerFor),
		},
		id: messageID(t.Key, occasion),
	}
}

// carryMessages queues what was still to be said. What may have gone to the
// old number is said again, under another id. Who may not be texted at the new
// number gets a letter. It answers the flows' templates that are among it.
func (s *Service) carryMessages(ctx context.Context, n *Number, t takeover) (said map[string]bool, err error) {
	said = map[string]bool{}
	for _, m := range t.Messages {
		body, err := s.Vault.Open(ctx, t.from, m.ID, m.Body)
		if err != nil {
			return nil, ignoreMissing(err)
		}
		if m.Mail && s.Leaving != nil { // an email's foot says how to get no more at that mailbox
			body = []byte(strings.ReplaceAll(string(body), s.Leaving(t.Process, t.from), s.Leaving(t.Process, t.to)))
		}
		if m.State != Pending {
			m.ID = messageID(m.ID, t.Key)
		}
		m.anew(t.now)
		if m.Body, err = s.Vault.Seal(ctx, t.to, m.ID, body); err != nil {
			return nil, err
		}
		n.Sent = slices.DeleteFunc(n.Sent, func(id string) bool { return id == m.ID }) // they may be back where they were
		queued, err := n.Enqueue(m)
		if err != nil {
			return nil, err
		}
		if !queued && n.Refuses(t.Process, t.Person) {
			if err := s.instead(ctx, t.to, textOf(t.to, m)); err != nil {
				return nil, err
			}
		}
		said[s.Voice.Flow(m.Template)] = true
	}
	return said, nil
}

// anew makes a message as it was before any attempt.
func (m *Message) anew(now time.Time) {
	m.State, m.Gone, m.Attempts, m.Looks, m.Resent, m.Retry = Pending, false, 0, 0, false, false
	m.Gateway, m.Provider, m.Problem, m.Worker = "", "", "", ""
	m.Started, m.Lease, m.Ended = time.Time{}, time.Time{}, time.Time{}
	if m.NotBefore.Before(now) {
		m.NotBefore = now
	}
}

// carry takes a conversation over as it stands, unless there is one of its
// kind already, and has its open question asked again.
func (s *Service) carry(ctx context.Context, n *Number, t takeover, c Conversation, said map[string]bool) error {
	if _, there := n.TalkOf(t.Process, t.Person, c.Flow); there {
		return nil
	}
	state, err := s.Talked(ctx, t.from, c)
	if err != nil || state == nil {
		return ignoreMissing(err)
	}
	var words Words
	if c.Live() && t.asks && !said[c.Flow] {
		note := t.note
		note.Template = AskAgain
		spoken, err := s.Voice.Speak(ctx, note, Turn{ID: domain.Derive(t.Key, c.ID), Flow: c.Flow, State: state, Now: t.now})
		if err != nil {
			return err
		}
		c.take(spoken, t.now)
		state, words = spoken.State, spoken.Words
	}
	if err := s.Converse(ctx, n, c, state); err != nil || words.Text == "" {
		return err
	}
	tell := t.telling(AskAgain, "ask "+c.ID)
	if !n.Refuses(t.Process, t.Person) {
		return s.post(ctx, n, tell, t.note, words)
	}
	_, err = s.letter(ctx, tell, words)
	return err
}

// AskAgain is the template that repeats the open question of a conversation.
const AskAgain = "ask_again"

// otherwise finds another way for what was still to be said to somebody who
// has no number any more; what was being asked a person has to ask.
func (s *Service) otherwise(ctx context.Context, from string, p Parting) error {
	for _, m := range p.Messages {
		if err := s.instead(ctx, from, textOf(from, m)); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(p.Conversations, Conversation.Live) {
		return nil
	}
	return s.enqueue(ctx, p.Key, QueueData{Process: p.Process, Person: p.Person, Reason: ReasonOpenQuestion, At: s.Clock.Now()})
}
