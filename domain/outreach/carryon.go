package outreach

import (
	"context"
	"slices"

	"folkmoot/domain"
)

// What a person who answers or closes a message means for the conversations of
// its sender: templates that are an event of every flow and no text.
const (
	Wrote   = "person_wrote" // they go on silently, knowing that somebody wrote
	CarryOn = "carry_on"     // one that waited for a person asks its question again
)

// goOn gives the conversations that waited for the person who closed the item
// back to their flows.
func (s *Service) goOn(ctx context.Context, i Item) error {
	ref, err := s.Processes.Ref(ctx, i.Process)
	if err != nil {
		return ignoreMissing(err) // nobody's
	}
	to, err := s.answerTo(ctx, i)
	if domain.Is(err, domain.Conflict) || domain.Is(err, domain.NotFound) {
		return nil // there is no phone to go on at
	}
	if err != nil {
		return err
	}
	_, err = s.Numbers.Update(ctx, to, func(n *Number) error {
		n.UpdatedAt = s.Clock.Now()
		return s.carryOn(ctx, n, ref, i, CarryOn)
	})
	return ignoreMissing(err)
}

// carryOn tells the live conversations of whoever the item is about, and
// queues what they say of it. Doing it again changes nothing.
func (s *Service) carryOn(ctx context.Context, n *Number, ref domain.ProcessRef, i Item, template string) error {
	for _, c := range slices.Clone(n.Conversations) {
		if c.Process != i.Process || c.Person != i.Person || !c.Live() {
			continue
		}
		if err := s.carryTalk(ctx, n, c, Note{Process: ref, Person: i.Person, Template: template}, i.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) carryTalk(ctx context.Context, n *Number, c Conversation, note Note, item string) error {
	now, id := s.Clock.Now(), messageID(item, note.Template, c.ID)
	state, err := s.Talked(ctx, n.ID, c)
	if err != nil {
		return err
	}
	spoken, err := s.Voice.Speak(ctx, note, Turn{ID: id, Flow: c.Flow, State: state, Now: now})
	if err != nil {
		return err
	}
	asked, direct := c.Asked, c.Direct
	c.take(spoken, now)
	c.Asked, c.Direct = asked, direct
	if err := s.Converse(ctx, n, c, spoken.State); err != nil || spoken.Words.Text == "" {
		return err
	}
	return s.post(ctx, n, telling{id: id, MessageData: domain.MessageData{
		Process: c.Process, Person: c.Person, Template: note.Template, Class: domain.ClassService, Expires: now.Add(answerFor),
	}}, note, spoken.Words)
}
