package outreach

import (
	"context"

	"folkmoot/domain"
)

// EffectQueue is the kind of effect that puts a message before a person. Its
// data is [QueueData]; [Service.Execute] executes it.
const EffectQueue = "queue"

// Kinds lists the effects that [Service.Execute] executes, for the relay's
// table.
var Kinds = []string{domain.EffectMessage, domain.EffectBroadcast, EffectQueue}

// Execute carries out one effect. Doing it again changes nothing. An error
// means: later again.
func (s *Service) Execute(ctx context.Context, e domain.Effect) error {
	switch e.Kind {
	case domain.EffectMessage:
		var d domain.MessageData
		if err := e.Decode(&d); err != nil {
			return err
		}
		_, err := s.tell(ctx, telling{MessageData: d, id: messageID(e.ID)})
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
	ByLetter Way = "letter"
	ByNone   Way = "none" // nothing is sent: opted out of a message that is not owed, or no way known
)

// tell puts the message into words and on its way: the outbox of the person's
// number, or the letters to print for people without a mobile, who asked for
// letters, or who opted out of texts but are owed this one.
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
		Process: ref, Template: t.Template, Lang: contact.Lang, Format: contact.Format,
		Code: contact.Code, Vars: t.Vars,
	}
	words, err := s.Composer.Compose(ctx, note)
	if err != nil {
		return ByNone, err
	}
	if contact.Phone == "" || contact.Letters {
		return ByLetter, s.write(ctx, t, words)
	}
	return s.text(ctx, t, outgoing{note: note, words: words, phone: contact.Phone})
}

type outgoing struct {
	note  Note
	words Words
	phone string
}

// text queues the message at the number and opens its conversation in the
// same write.
func (s *Service) text(ctx context.Context, t telling, o outgoing) (Way, error) {
	now, id := s.Clock.Now(), s.Hash(o.phone)
	m, err := s.draft(ctx, id, t, o)
	if err != nil {
		return ByNone, err
	}
	talk, state, err := s.open(ctx, t, o.note)
	if err != nil {
		return ByNone, err
	}
	refused := false
	_, err = s.Numbers.Upsert(ctx, id, s.blank(id, now), func(n *Number) error {
		if refused = n.OptedOut(t.Process); refused {
			return domain.ErrNoChange
		}
		fresh, err := n.Enqueue(m)
		if err != nil {
			return err
		}
		if !fresh {
			return domain.ErrNoChange
		}
		if err := s.keep(ctx, n, o.phone); err != nil {
			return err
		}
		n.Bind(t.Process, t.Person, now)
		n.UpdatedAt = now
		if talk.Flow == "" {
			return nil
		}
		return s.Converse(ctx, n, talk, state)
	})
	switch {
	case err != nil:
		return ByNone, err
	case refused && t.Class == domain.ClassBulk:
		return ByNone, nil
	case refused:
		return ByLetter, s.write(ctx, t, o.words)
	}
	return ByText, nil
}

func (s *Service) draft(ctx context.Context, number string, t telling, o outgoing) (Message, error) {
	now := s.Clock.Now()
	m := Message{
		ID: t.id, Process: t.Process, Person: t.Person, Template: t.Template, Class: t.Class,
		Wave: t.wave, Lang: o.words.Lang, Parts: o.words.Parts, Zone: o.note.Process.Zone,
		Created: now, NotBefore: now, Expires: t.Expires, Urgent: t.urgent,
	}
	if m.Class == "" {
		m.Class = domain.ClassService
	}
	if t.NotBefore.After(now) {
		m.NotBefore = domain.Milli(t.NotBefore)
	}
	sealed, err := s.Vault.Seal(ctx, number, m.ID, []byte(o.words.Text))
	m.Body = sealed
	return m, err
}

// open makes the conversation that the message begins, none when it names no
// flow.
func (s *Service) open(ctx context.Context, t telling, n Note) (Conversation, []byte, error) {
	if t.Flow == "" {
		return Conversation{}, nil, nil
	}
	now := s.Clock.Now()
	flow, state, wakes, err := s.Openings.Open(ctx, Opening{Flow: t.Flow, Note: n, Person: t.Person, Now: now, Until: t.Expires})
	if err != nil {
		return Conversation{}, nil, err
	}
	return Conversation{
		ID: t.id, Process: t.Process, Person: t.Person, Flow: flow, Lang: n.Lang,
		Opened: now, Asked: now, Wakes: wakes,
	}, state, nil
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

// Bind notes that the number belongs to the person, gives them the
// conversation that began before they were registered, and, with a state,
// stores that into it.
func (s *Service) Bind(ctx context.Context, cmd domain.Command, number string, b Binding) error {
	now := s.Clock.Now()
	_, err := s.Numbers.Update(ctx, number, func(n *Number) error {
		if n.Done(cmd) {
			return domain.ErrNoChange
		}
		n.Bind(b.Process, b.Person, now)
		n.Adopt(b.Process, b.Person)
		n.Touch(cmd, now)
		return nil
	})
	return err
}
