package outreach

import (
	"context"
	"errors"
	"strings"
	"time"

	"folkmoot/domain"
)

// Due lists the numbers with something to do in the lane now: to send, to
// look for, or to move to its text.
func (s *Service) Due(ctx context.Context, lane Lane, now time.Time, limit int) ([]Number, error) {
	return s.numbers(ctx, "due_"+string(lane), now, limit)
}

// Claim is a message whose attempt is written and durable.
type Claim struct {
	Number  string
	Phone   string // or the email address
	Message Message
	Body    string // of an email: its text and foot
	Subject string // of an email
	Leave   string // the address that wants no more of its emails
	// Moved says that there was something to move on although nothing to
	// send: the number is due later now, and others behind it are next.
	Moved bool
}

// Claim takes the next message to the number in the lane and writes that its
// attempt has started, in competition with a STOP: one write of the number
// decides. ok is false when there is nothing to send. What the claim found
// overtaken is moved to its text.
func (s *Service) Claim(ctx context.Context, number string, lane Lane, worker string) (c Claim, ok bool, err error) {
	now, moved := s.Clock.Now(), false
	n, err := s.Numbers.Update(ctx, number, func(n *Number) error {
		ok = false
		halted := s.halt(ctx, n, now)
		m, changed := n.Claim(now, lane, s.sender(worker))
		if m != nil {
			c.Message, ok = *m, true
		}
		if moved = changed || halted; !moved {
			return domain.ErrNoChange
		}
		n.UpdatedAt = now
		return nil
	})
	if err != nil {
		return Claim{}, false, err
	}
	c.Number = n.ID
	err = s.archive(ctx, n)
	if !ok {
		return Claim{Moved: moved}, false, err
	}
	if err != nil {
		return Claim{}, false, s.release(ctx, c, err)
	}
	return s.opened(ctx, n, c)
}

// release gives the claim up: for that cause it certainly was not sent, so
// nobody needs to look for it.
func (s *Service) release(ctx context.Context, c Claim, cause error) error {
	now := s.Clock.Now()
	_, err := s.Numbers.Update(ctx, c.Number, func(n *Number) error {
		n.Release(c.Message.ID, c.Message.Attempts, now)
		n.UpdatedAt = now
		return nil
	})
	return errors.Join(cause, err)
}

// opened gives the claim its words and its number. When they cannot be
// opened any more the message cannot go; when they cannot be opened now it
// waits.
func (s *Service) opened(ctx context.Context, n Number, c Claim) (Claim, bool, error) {
	phone, err := s.Phone(ctx, n)
	if err == nil {
		c.Phone = phone
		c.Body, err = s.Body(ctx, n.ID, c.Message)
	}
	if err == nil && c.Message.Mail {
		c.Subject, c.Body, _ = strings.Cut(c.Body, "\n\n")
		c.Leave = s.Leaving(c.Message.Process, n.ID)
	}
	if domain.Is(err, domain.NotFound) {
		return Claim{}, false, s.Settle(ctx, c, Outcome{Class: Refused, Code: "erased"})
	}
	if err != nil {
		return Claim{}, false, s.release(ctx, c, err)
	}
	return c, true, nil
}

// Settle writes what the attempt came to, and files the message when it is
// final.
func (s *Service) Settle(ctx context.Context, c Claim, o Outcome) error {
	now := s.Clock.Now()
	n, err := s.Numbers.Update(ctx, c.Number, func(n *Number) error {
		n.Settle(c.Message.ID, c.Message.Attempts, o, now, s.sender(""))
		n.UpdatedAt = now
		return nil
	})
	if err != nil {
		return err
	}
	return s.archive(ctx, n)
}

// Look writes what the sender found out about an unknown message. One that
// only a person may have sent again becomes an item of the queue.
func (s *Service) Look(ctx context.Context, number, message string, found Outcome) error {
	now := s.Clock.Now()
	n, err := s.Numbers.Update(ctx, number, func(n *Number) error {
		if n.Look(message, found, now) {
			m := n.find(message)
			n.Emit(domain.Command{Key: message}, EffectQueue, "held", now, QueueData{
				Process: m.Process, Person: m.Person, Number: n.ID, Message: m.ID, Reason: ReasonUnclear, At: now,
			})
		}
		n.UpdatedAt = now
		return nil
	})
	if err != nil {
		return err
	}
	return s.archive(ctx, n)
}

// Reported takes a delivery report: for a message still in the number's
// outbox, or for its text. A report about a message nobody knows changes
// nothing and answers false.
func (s *Service) Reported(ctx context.Context, number, message string, r Report) (bool, error) {
	now, here := s.Clock.Now(), false
	n, err := s.Numbers.Update(ctx, number, func(n *Number) error {
		here = n.Report(message, r, now)
		if !here && r.OptedOut && n.Stop(OptOut{Scope: All, Source: FromCarrier, At: now, Evidence: message}) {
			return nil
		}
		if !here {
			return domain.ErrNoChange
		}
		return nil
	})
	switch {
	case domain.Is(err, domain.NotFound):
		return false, nil
	case err != nil:
		return false, err
	case here:
		return true, s.archive(ctx, n)
	}
	_, err = s.Texts.Update(ctx, message, func(t *Text) error {
		if !t.report(r) {
			return domain.ErrNoChange
		}
		t.UpdatedAt = now
		return nil
	})
	if domain.Is(err, domain.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Retry puts a text that the network could not deliver for now back into the
// outbox, once, an hour later. Its new id follows from the old one. It answers
// false when the text had its second try before, or when its moment will have
// passed by then.
func (s *Service) Retry(ctx context.Context, number, message string) (bool, error) {
	t, err := s.Texts.Get(ctx, message)
	if err != nil || t.State != Undelivered || t.Retry || t.Body == "" {
		return false, ignoreMissing(err)
	}
	if t.over(s.Clock.Now().Add(secondTryAfter)) {
		return false, nil
	}
	if n, err := s.Numbers.Get(ctx, number); err != nil || t.Person != "" && !n.has(t.Process, t.Person) {
		return false, ignoreMissing(err) // they are reached elsewhere now
	}
	body, err := s.Vault.Open(ctx, number, t.ID, t.Body)
	if err != nil {
		return false, ignoreMissing(err)
	}
	m := s.secondTry(ctx, t)
	if m.Body, err = s.Vault.Seal(ctx, number, m.ID, body); err != nil {
		return false, err
	}
	_, err = s.Numbers.Update(ctx, number, func(n *Number) error {
		fresh, err := n.Enqueue(m)
		if err == nil && !fresh {
			return domain.ErrNoChange
		}
		return err
	})
	return err == nil, err
}

const secondTryAfter = time.Hour

// over reports whether the text is not worth saying any more at the time.
func (t Text) over(at time.Time) bool { return !t.Expires.IsZero() && !t.Expires.After(at) }

func (s *Service) secondTry(ctx context.Context, t Text) Message {
	now := s.Clock.Now()
	m := Message{
		ID: messageID(t.ID, "retry"), Process: t.Process, Person: t.Person, Template: t.Template, Class: t.Class,
		Wave: t.Wave, Lang: t.Lang, Parts: t.Parts, Mail: t.Mail, Created: now, NotBefore: now.Add(secondTryAfter), Retry: true,
		Expires: now.Add(24 * time.Hour),
	}
	if t.over(m.Expires) {
		m.Expires = t.Expires
	}
	if ref, err := s.Processes.Ref(ctx, t.Process); err == nil {
		m.Zone = ref.Zone
	}
	return m
}

// Instead writes a letter, or asks a person, when the network could not
// deliver a text for good.
func (s *Service) Instead(ctx context.Context, number, message string) error {
	t, err := s.Texts.Get(ctx, message)
	if err != nil || t.State != Undelivered && t.State != Failed {
		return ignoreMissing(err)
	}
	return s.instead(ctx, number, t)
}

// instead finds another way for what a person is owed: a message of the
// classes service and decision that did not or may not reach them by text.
// The letter has the text's own id, so asking again writes nothing more. What
// is true no longer gets none.
func (s *Service) instead(ctx context.Context, number string, t Text) error {
	if t.over(s.Clock.Now()) || t.Person == "" || t.Body == "" || t.Class != domain.ClassService && t.Class != domain.ClassDecision {
		return nil
	}
	body, err := s.Vault.Open(ctx, number, t.ID, t.Body)
	if err != nil {
		return ignoreMissing(err)
	}
	words := Words{Text: string(body), Lang: t.Lang}
	if t.Mail {
		words.Text = ReadMail(words.Text).Text
	}
	_, err = s.letter(ctx, telling{
		MessageData: domain.MessageData{Process: t.Process, Person: t.Person, Template: t.Template, Class: t.Class, Expires: t.Expires},
		id:          t.ID, wave: t.Wave,
	}, words)
	return err
}

func ignoreMissing(err error) error {
	if domain.Is(err, domain.NotFound) {
		return nil
	}
	return err
}

// archive files the final messages as texts, then takes them out of the
// outbox. A crash between the two leaves them due, and filing again changes
// nothing.
func (s *Service) archive(ctx context.Context, n Number) error {
	done := n.finished()
	if len(done) == 0 {
		return nil
	}
	ids := make([]string, len(done))
	for i, m := range done {
		ids[i] = m.ID
		if m.State == Suppressed || m.State == Failed {
			if err := s.instead(ctx, n.ID, textOf(n.ID, m)); err != nil {
				return err
			}
		}
		t := textOf(n.ID, m)
		if err := s.Texts.Insert(ctx, &t); err != nil && !domain.Is(err, domain.Conflict) {
			return err
		}
	}
	_, err := s.Numbers.Update(ctx, n.ID, func(n *Number) error {
		n.release(ids)
		return nil
	})
	return err
}

// PauseCheck is how often what a pause holds up looks whether it may go on:
// seldom enough for a hundred thousand messages.
const PauseCheck = 5 * time.Minute

// halt drops messages of cancelled waves and puts off those of paused ones,
// and does the same for what a cancelled or paused process would say unasked.
func (s *Service) halt(ctx context.Context, n *Number, now time.Time) (changed bool) {
	for i := range n.Outbox {
		m := &n.Outbox[i]
		if m.State != Pending || m.NotBefore.After(now) {
			continue
		}
		wave, stage := s.waveState(ctx, m.Wave), s.stageOf(ctx, *m)
		switch {
		case wave == WaveCancelled, stage == domain.Cancelled && m.Class == domain.ClassBulk:
			m.end(Dropped, now)
			changed = true
		case wave == WavePaused, stage == domain.Paused:
			m.NotBefore = now.Add(PauseCheck)
			changed = true
		}
	}
	return changed
}

func (s *Service) waveState(ctx context.Context, id string) string {
	if id == "" {
		return ""
	}
	w, err := s.Waves.Get(ctx, id)
	if err != nil {
		return ""
	}
	return w.State
}

// stageOf is the stage of the process that a message begun by us is of; none
// for answers to somebody's own text and emergencies, which go at every stage.
func (s *Service) stageOf(ctx context.Context, m Message) domain.Stage {
	if m.Process == "" || m.Class == domain.ClassReply || m.Farewell || m.Urgent {
		return ""
	}
	ref, err := s.Processes.Ref(ctx, m.Process)
	if err != nil {
		return "" // the message's own time to expire holds
	}
	return ref.Stage
}
