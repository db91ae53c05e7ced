package outreach

import (
	"context"
	"strings"
	"time"

	"folkmoot/domain"
)

// ReplyInput is a person's answer.
type ReplyInput struct {
	Text string `json:"text"`
}

// MaxReply is the longest answer, in characters: six segments.
const MaxReply = 900

// QueueReply texts the answer to the number that the message came from and
// marks the item answered. The number's own opt-out still holds.
func (s *Service) QueueReply(ctx context.Context, cmd domain.Command, process, item string, in ReplyInput) (ItemView, error) {
	if err := s.mayQueue(ctx, cmd.Actor, process); err != nil {
		return ItemView{}, err
	}
	text := strings.TrimSpace(in.Text)
	p := domain.Problems{}
	p.Need(text != "", "text", "write the answer")
	p.Need(len([]rune(text)) <= MaxReply, "text", "keep it under %d characters, or call the person", MaxReply)
	if err := p.Err(); err != nil {
		return ItemView{}, err
	}
	i, err := s.Queue.Get(ctx, item)
	if err != nil || i.Process != process {
		return ItemView{}, domain.Hidden("message")
	}
	if !i.Done(cmd) {
		if err := held(&i, cmd.Actor); err != nil {
			return ItemView{}, err
		}
	}
	if err := s.sayAnswer(ctx, cmd, i, text); err != nil {
		return ItemView{}, err
	}
	i, err = s.change(ctx, cmd, process, item, "queue.answered", func(i *Item) error {
		i.State, i.Answered = ItemAnswered, s.Clock.Now()
		return nil
	})
	return i.View(), err
}

// sayAnswer queues the text under an id made of the command, before the item
// is marked: a crash between the two is mended by asking again.
func (s *Service) sayAnswer(ctx context.Context, cmd domain.Command, i Item, text string) error {
	ref, err := s.Processes.Ref(ctx, i.Process)
	if err != nil && i.Process != nowhere {
		return err
	}
	lang, err := s.langOf(ctx, i)
	if err != nil {
		return err
	}
	words, err := s.Voice.Compose(ctx, Note{Process: ref, Template: "queue_reply", Lang: lang, Vars: map[string]string{"text": text}})
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	m := Message{
		ID: messageID("queue", i.ID, cmd.Key), Process: i.Process, Person: i.Person, Template: "queue_reply",
		Class: domain.ClassReply, Lang: words.Lang, Parts: words.Parts, Zone: ref.Zone,
		Created: now, NotBefore: now, ReplyTo: i.At, Expires: now.Add(72 * time.Hour),
	}
	to, err := s.answerTo(ctx, i)
	if err != nil {
		return err
	}
	if m.Body, err = s.Vault.Seal(ctx, to, m.ID, []byte(words.Text)); err != nil {
		return err
	}
	_, err = s.Numbers.Update(ctx, to, func(n *Number) error {
		if n.Refuses(i.Process, i.Person) {
			return domain.E(domain.Conflict, "this number opted out of texts; call or write instead")
		}
		fresh, err := n.Enqueue(m)
		if err == nil && !fresh {
			return domain.ErrNoChange
		}
		if err != nil {
			return err
		}
		return s.carryOn(ctx, n, ref, i, Wrote)
	})
	return err
}

// answerTo is the number that an answer goes to: the one the text came from,
// as long as its person is reached there.
func (s *Service) answerTo(ctx context.Context, i Item) (string, error) {
	n, err := s.Number(ctx, i.Number)
	to := i.Number
	if i.Person != "" && !n.has(i.Process, i.Person) {
		to = s.numberOf(ctx, i.Process, i.Person)
	}
	if err == nil && to == "" {
		err = domain.E(domain.Conflict, "no number is known for this person; call or write instead")
	}
	return to, err
}

// CloseInput says how a message was dealt with.
type CloseInput struct {
	Outcome string `json:"outcome"` // answered, called, no_answer_needed, send_again, do_not_send
}

var outcomes = map[string]bool{"answered": true, "called": true, "no_answer_needed": true, SendAgain: true, DoNotSend: true}

// Outcomes of an item about a message that perhaps went out.
const (
	SendAgain = "send_again"
	DoNotSend = "do_not_send"
)

// QueueClose ends an item. A conversation that waited for a person asks its
// open question again. For an unclear message the outcome says whether it is
// sent again.
func (s *Service) QueueClose(ctx context.Context, cmd domain.Command, process, item string, in CloseInput) (ItemView, error) {
	if err := s.mayQueue(ctx, cmd.Actor, process); err != nil {
		return ItemView{}, err
	}
	p := domain.Problems{}
	p.Need(outcomes[in.Outcome], "outcome", "say answered, called, no_answer_needed, send_again or do_not_send")
	if err := p.Err(); err != nil {
		return ItemView{}, err
	}
	i, err := s.Queue.Get(ctx, item)
	if err != nil || i.Process != process {
		return ItemView{}, domain.Hidden("message")
	}
	if i.Message != "" {
		if err := s.resolve(ctx, i, in.Outcome); err != nil {
			return ItemView{}, err
		}
	}
	i, err = s.change(ctx, cmd, process, item, "queue.closed", func(i *Item) error {
		i.State, i.Closed, i.Outcome = ItemClosed, s.Clock.Now(), in.Outcome
		return nil
	})
	if err == nil && i.Message == "" {
		err = s.goOn(ctx, i)
	}
	return i.View(), err
}

// resolve lets a held message go again, or ends it.
func (s *Service) resolve(ctx context.Context, i Item, outcome string) error {
	now := s.Clock.Now()
	if outcome != SendAgain && outcome != DoNotSend {
		return &domain.Error{Code: domain.Invalid, Msg: "this message perhaps reached the person",
			Fields: map[string]string{"outcome": "say send_again or do_not_send"}}
	}
	n, err := s.Numbers.Update(ctx, i.Number, func(n *Number) error {
		m := n.find(i.Message)
		if m == nil || m.State != Held {
			return domain.ErrNoChange
		}
		if outcome == DoNotSend {
			m.end(Failed, now)
			return nil
		}
		m.State, m.NotBefore, m.Looks, m.Resent = Pending, now, 0, true
		n.suppress(now)
		return nil
	})
	if err != nil {
		return err
	}
	return s.archive(ctx, n)
}

// QueueHandBack opens a claimed item for the others again.
func (s *Service) QueueHandBack(ctx context.Context, cmd domain.Command, process, item string) (ItemView, error) {
	if err := s.mayQueue(ctx, cmd.Actor, process); err != nil {
		return ItemView{}, err
	}
	i, err := s.change(ctx, cmd, process, item, "queue.handed_back", func(i *Item) error {
		if err := held(i, cmd.Actor); err != nil {
			return err
		}
		i.State, i.By, i.Claimed = ItemOpen, "", time.Time{}
		return nil
	})
	return i.View(), err
}

// handOverText is the text that tells the resident so.
const handOverText = "to_person"

// Pass puts a text before a person without a word to the resident. The same
// command again changes nothing.
func (s *Service) Pass(ctx context.Context, cmd domain.Command, d QueueData) error {
	return s.enqueue(ctx, cmd.Key, d)
}

// HandOver puts what a text asked for before a person, because no service can
// do it, and tells the resident that a person reads it. The same command
// again changes nothing.
func (s *Service) HandOver(ctx context.Context, cmd domain.Command, d QueueData) error {
	if err := s.enqueue(ctx, cmd.Key, d); err != nil {
		return err
	}
	ref, err := s.Processes.Ref(ctx, d.Process)
	if err != nil {
		return nil // nobody's: there is no name to answer under
	}
	words, err := s.Voice.Compose(ctx, Note{Process: ref, Person: d.Person, Template: handOverText})
	if err != nil {
		return err
	}
	return s.SayTo(ctx, cmd, d.Number, Answer{
		Event: cmd.Key, At: s.Clock.Now(), Process: d.Process, Person: d.Person, Zone: ref.Zone,
		Template: handOverText, Words: words, Reply: true,
	})
}
