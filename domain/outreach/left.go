package outreach

import (
	"context"

	"folkmoot/domain"
)

// contact follows a person who is reached elsewhere, or who has left.
func (s *Service) contact(ctx context.Context, effect string, d domain.ContactData) error {
	if d.Left != "" {
		return s.left(ctx, effect, d)
	}
	back, err := s.reachedAt(ctx, d)
	if err != nil || back {
		return err
	}
	return s.moved(ctx, effect, d)
}

// reachedAt reports whether the person is reached at the number after all: they
// had it, changed it, and have it again.
func (s *Service) reachedAt(ctx context.Context, d domain.ContactData) (bool, error) {
	if d.Number == "" {
		return false, nil
	}
	c, err := s.Contacts.Contact(ctx, d.Process, d.Person)
	if err != nil {
		return false, ignoreMissing(err)
	}
	at := func(address string) bool { return address != "" && s.Hash(address) == d.Number }
	n, err := s.Number(ctx, d.Number)
	return err == nil && (at(c.Phone) || at(c.Email)) && !n.parted(d), err
}

func (n *Number) parted(d domain.ContactData) bool {
	for _, p := range n.Partings {
		if p.Process == d.Process && p.Person == d.Person {
			return true
		}
	}
	return false
}

// leftDied is how somebody stands whose phone somebody else has now.
const leftDied = "deceased"

// left ends what is open with somebody who is no longer part of the process,
// whichever door they left by: their conversations, so that a later text is
// answered by how they stand and never taken for an answer, and what waits to
// be sent to them. What they were told or said themselves since stays.
func (s *Service) left(ctx context.Context, effect string, d domain.ContactData) error {
	if c, err := s.Contacts.Contact(ctx, d.Process, d.Person); err == nil && !c.Left {
		return nil // they came back
	}
	now := s.Clock.Now()
	ref, err := s.Processes.Ref(ctx, d.Process)
	if err != nil {
		return err
	}
	n, err := s.Numbers.Update(ctx, d.Number, func(n *Number) error {
		if n.Has(effect) {
			return domain.ErrNoChange
		}
		for _, c := range n.Conversations {
			if c.Process != d.Process || c.Person != d.Person || !c.Live() || c.Direct && c.Asked.After(d.At) {
				continue
			}
			if err := s.endTalk(ctx, n, c, Note{Process: ref, Person: d.Person, Template: "left_" + d.Left}, effect); err != nil {
				return err
			}
		}
		if d.Left == leftDied {
			n.leaves(d.Process, d.Person)
		}
		if !gaveUp(d) {
			n.dropFor(d)
		}
		n.see(effect)
		n.UpdatedAt = now
		return nil
	})
	if err != nil {
		return ignoreMissing(err)
	}
	return s.archive(ctx, n)
}

// gaveUp reports whether a conversation itself waited in vain: what it says of
// that, it says unasked, perhaps in the morning.
func gaveUp(d domain.ContactData) bool { return d.Asked && d.Left == "no_answer" }

func (s *Service) endTalk(ctx context.Context, n *Number, c Conversation, note Note, effect string) error {
	now := s.Clock.Now()
	state, err := s.Talked(ctx, n.ID, c)
	if err != nil {
		return err
	}
	spoken, err := s.Voice.Speak(ctx, note, Turn{ID: domain.Derive(effect, c.ID), Flow: c.Flow, State: state, Now: now})
	if err != nil {
		return err
	}
	asked := c.Asked
	c.take(spoken, now)
	c.Asked = asked
	return s.Converse(ctx, n, c, spoken.State)
}

// dropFor ends the messages that were waiting when the person left, or their
// process was cancelled; replies to their own texts go.
func (n *Number) dropFor(d domain.ContactData) {
	for i := range n.Outbox {
		m := &n.Outbox[i]
		mine := m.Process == d.Process && m.Person == d.Person && m.Created.Before(d.At)
		if !mine || !m.State.open() || m.Class == domain.ClassReply || m.Farewell {
			continue
		}
		m.Gone = true
		if m.State == Pending || m.State == Held {
			m.end(Dropped, d.At)
		}
	}
}
