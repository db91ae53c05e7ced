package outreach

import (
	"context"
	"time"

	"folkmoot/domain"
)

// EffectQueue is the kind of effect that puts a message before a person. Its
// data is [QueueData]; [Service.Execute] executes it.
const EffectQueue = "queue"

// Kinds lists the effects that [Service.Execute] executes, for the relay's
// table.
var Kinds = []string{domain.EffectMessage, domain.EffectBroadcast, EffectQueue, domain.EffectContact}

// Execute carries out one effect. Doing it again changes nothing. An error
// means: later again.
func (s *Service) Execute(ctx context.Context, e domain.Effect) error {
	switch e.Kind {
	case domain.EffectMessage:
		var d domain.MessageData
		if err := e.Decode(&d); err != nil {
			return err
		}
		_, err := s.tell(ctx, telling{MessageData: d, id: messageID(e.ID), urgent: d.Together})
		return err
	case domain.EffectBroadcast:
		var d domain.BroadcastData
		if err := e.Decode(&d); err != nil {
			return err
		}
		return s.plan(ctx, e.ID, d)
	case EffectQueue:
		var d QueueData
		if err := e.Decode(&d); err != nil {
			return err
		}
		return s.enqueue(ctx, e.ID, d)
	case domain.EffectContact:
		var d domain.ContactData
		if err := e.Decode(&d); err != nil {
			return err
		}
		return s.contact(ctx, e.ID, d)
	}
	return domain.E(domain.Internal, "outreach does not execute effects of kind %s", e.Kind)
}

// telling is a message to one person before it has a way.
type telling struct {
	domain.MessageData
	id     string
	wave   string
	urgent bool
}

// Way is how a message left for its person.
type Way string

// The ways.
const (
	ByText   Way = "text"
	ByEmail  Way = "email"
	ByLetter Way = "letter"
	ByNone   Way = "none" // a person rings, or nothing is sent: opted out of a message that is not owed, or no way known
)

// tell puts the message into words and on its way: the outbox of the person's
// number or mailbox, or the letters to print for people without either, who
// asked for letters, or who opted out but are owed this one.
func (s *Service) tell(ctx context.Context, t telling) (Way, error) {
	if _, err := s.Texts.Get(ctx, t.id); err == nil {
		return ByText, nil
	}
	ref, err := s.Processes.Ref(ctx, t.Process)
	if err != nil {
		return ByNone, err
	}
	contact, err := s.Contacts.Contact(ctx, t.Process, t.Person)
	if domain.Is(err, domain.NotFound) {
		return ByNone, nil
	}
	if err != nil {
		return ByNone, err
	}
	note := Note{
		Process: ref, Person: t.Person, Template: t.Template, Lang: contact.Lang, Format: contact.Format,
		Code: contact.Code, Vars: t.Vars,
	}
	if contact.Calls && t.Class != domain.ClassBulk {
		return ByNone, s.enqueue(ctx, t.id, QueueData{Process: t.Process, Person: t.Person, Reason: ringReason + t.Template, At: s.Clock.Now()})
	}
	if contact.byEmail() {
		return s.mail(ctx, t, note, contact.Email)
	}
	if contact.Phone == "" || contact.Letters {
		return s.byPost(ctx, t, note)
	}
	return s.text(ctx, t, note, contact.Phone)
}

// text queues the message at the number and moves its conversation on, in the
// same write.
func (s *Service) text(ctx context.Context, t telling, note Note, phone string) (Way, error) {
	return s.put(ctx, errand{telling: t, note: note, address: phone, way: ByText, say: func(n *Number) error {
		return s.speak(ctx, n, t, note)
	}})
}

// errand is a message on its way to a number or a mailbox; say writes it into
// the document.
type errand struct {
	telling
	note    Note
	address string
	way     Way
	say     func(*Number) error
}

// tellsCancelled is the message that a process will not go on: what waited to
// be said before it is dropped.
const tellsCancelled = "cancelled"

// put says the message at the address, once. Who wants nothing more there gets
// a letter instead of what they are owed.
func (s *Service) put(ctx context.Context, e errand) (Way, error) {
	now, id := s.Clock.Now(), s.Hash(e.address)
	refused := false
	_, err := s.Numbers.Upsert(ctx, id, s.blank(id, now), func(n *Number) error {
		if refused = n.Refuses(e.Process, e.Person); refused || n.knows(e.id) {
			return domain.ErrNoChange
		}
		if err := s.stillAt(ctx, n, e.telling); err != nil {
			return err
		}
		if err := s.keep(ctx, n, e.address); err != nil {
			return err
		}
		if e.Template == tellsCancelled {
			n.dropFor(domain.ContactData{Process: e.Process, Person: e.Person, At: now})
		}
		n.Bind(e.Process, e.Person, now)
		n.UpdatedAt = now
		return e.say(n)
	})
	switch {
	case err != nil:
		return ByNone, err
	case refused && e.Class == domain.ClassBulk:
		return ByNone, nil
	case refused:
		return s.byPost(ctx, e.telling, e.note)
	}
	return e.way, nil
}

// byPost writes a letter. Of an emergency, which a letter tells too late,
// somebody rings them, too.
func (s *Service) byPost(ctx context.Context, t telling, note Note) (Way, error) {
	if t.urgent && t.wave != "" {
		d := QueueData{Process: t.Process, Person: t.Person, Reason: ringReason + t.Template, At: s.Clock.Now()}
		if err := s.enqueue(ctx, domain.Derive(t.id, "ring"), d); err != nil {
			return ByNone, err
		}
	}
	return s.write(ctx, t, note)
}

// ringReason begins the reason of an item that asks to ring somebody, before
// the name of the message.
const ringReason = "ring_"

// stillAt is unavailable when the person was given another number or mailbox
// since it was looked up. It is asked after the document was read: a change
// that is not seen here is carried out in this document after this write, and
// takes along what is written now.
func (s *Service) stillAt(ctx context.Context, n *Number, t telling) error {
	if n.Version == 0 { // the change would make the document first
		return nil
	}
	c, err := s.Contacts.Contact(ctx, t.Process, t.Person)
	if err != nil || s.Hash(c.Phone) == n.ID || s.Hash(c.Email) == n.ID {
		return ignoreMissing(err)
	}
	return domain.E(domain.Unavailable, "this person is reached elsewhere since a moment ago; the message goes there")
}

// speak puts the message into words, as part of its conversation where it
// belongs to one, and into the outbox.
func (s *Service) speak(ctx context.Context, n *Number, t telling, note Note) error {
	flow := t.Flow
	if flow == "" {
		flow = s.Voice.Flow(t.Template)
	}
	if flow == "" {
		words, err := s.Voice.Compose(ctx, note)
		if err != nil {
			return err
		}
		return s.post(ctx, n, t, note, words)
	}
	now := s.Clock.Now()
	c, found := n.TalkOf(t.Process, t.Person, flow)
	if !found {
		c = Conversation{ID: t.id, Process: t.Process, Person: t.Person, Flow: flow, Opened: now}
	}
	state, err := s.Talked(ctx, n.ID, c)
	if err != nil {
		return err
	}
	spoken, err := s.Voice.Speak(ctx, note, Turn{ID: t.id, Flow: c.Flow, State: state, Now: now, Until: t.Expires})
	if err != nil {
		return err
	}
	c.take(spoken, now)
	if err := s.Converse(ctx, n, c, spoken.State); err != nil {
		return err
	}
	if spoken.Words.Text == "" { // the flow moved on without a word
		return nil
	}
	return s.post(ctx, n, t, note, spoken.Words)
}

func (c *Conversation) take(s Spoken, now time.Time) {
	c.Flow, c.Lang, c.Wakes, c.Asked, c.Direct = s.Flow, s.Lang, s.Wakes, now, false
	c.Ended = time.Time{}
	if s.Ended {
		c.Ended = now
	}
}

// post puts the words into the number's outbox.
func (s *Service) post(ctx context.Context, n *Number, t telling, note Note, w Words) error {
	now := s.Clock.Now()
	m := Message{
		ID: t.id, Process: t.Process, Person: t.Person, Template: t.Template, Class: t.Class,
		Wave: t.wave, Lang: w.Lang, Parts: w.Parts, Zone: note.Process.Zone,
		Created: now, NotBefore: now, Expires: t.Expires, Urgent: t.urgent,
	}
	if m.Class == "" {
		m.Class = domain.ClassService
	}
	if q := s.quietOf(note.Process); q != s.Quiet {
		m.Quiet = &q
	}
	if t.NotBefore.After(now) {
		m.NotBefore = domain.Milli(t.NotBefore)
	}
	body := w.Text
	if w.Subject != "" {
		m.Mail, body = true, Mail{w.Subject, w.Text, w.Foot}.Written()
	}
	sealed, err := s.Vault.Seal(ctx, n.ID, m.ID, []byte(body))
	if err != nil {
		return err
	}
	m.Body = sealed
	_, err = n.Enqueue(m)
	return err
}

// Send tells a person something outside any effect, for staff and dialogues:
// the id follows from the command.
func (s *Service) Send(ctx context.Context, cmd domain.Command, d domain.MessageData) (Way, error) {
	return s.tell(ctx, telling{MessageData: d, id: messageID(cmd.Key, d.Process, d.Person, d.Template)})
}

// SayTo queues words that are already found for a number that may belong to
// no person yet: the answer of a service to what a text asked for.
func (s *Service) SayTo(ctx context.Context, cmd domain.Command, number string, a Answer) error {
	_, err := s.Numbers.Update(ctx, number, func(n *Number) error {
		if n.Done(cmd) {
			return domain.ErrNoChange
		}
		if _, err := s.Answer(ctx, n, a); err != nil {
			return err
		}
		n.Touch(cmd, s.Clock.Now())
		return nil
	})
	return err
}

// Bind notes that the number belongs to the person and gives them the
// conversation that began before they were registered.
func (s *Service) Bind(ctx context.Context, cmd domain.Command, number string, b Binding) error {
	now := s.Clock.Now()
	_, err := s.Numbers.Update(ctx, number, func(n *Number) error {
		if n.Done(cmd) {
			return domain.ErrNoChange
		}
		if err := s.stillAt(ctx, n, telling{MessageData: domain.MessageData{Process: b.Process, Person: b.Person}}); domain.Is(err, domain.Unavailable) {
			return domain.ErrNoChange // done again, long after: they have moved on
		}
		n.Bind(b.Process, b.Person, now)
		n.Adopt(b.Process, b.Person)
		n.Touch(cmd, now)
		return nil
	})
	return err
}
