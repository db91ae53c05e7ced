package outreach

import (
	"context"
	"strings"

	"folkmoot/domain"
)

// Forms of a message that is not a text: it can be longer, and is not
// answered by replying.
const (
	FormLetter = "letter"
	FormEmail  = "email"
)

// Mail is an email in words. Foot says who writes, how that can be checked
// and how to get no more.
type Mail struct {
	Subject string
	Text    string
	Foot    string
}

// footMark is the line that mail programs know a signature by (RFC 3676).
const footMark = "\n\n-- \n"

// Written is the email as one text, as it is sealed and read in a history.
func (m Mail) Written() string { return m.Subject + "\n\n" + m.Text + footMark + m.Foot }

// ReadMail takes apart what [Mail.Written] put together.
func ReadMail(written string) Mail {
	var m Mail
	m.Subject, m.Text, _ = strings.Cut(written, "\n\n")
	m.Text, m.Foot, _ = strings.Cut(m.Text, footMark)
	return m
}

// mail queues the message at the person's mailbox. Whoever wants no more
// emails gets a letter instead of what they are owed.
func (s *Service) mail(ctx context.Context, t telling, note Note, address string) (Way, error) {
	id := s.Hash(address)
	n, err := s.Number(ctx, id)
	if err != nil || n.knows(t.id) {
		return ByEmail, err
	}
	words, err := s.mailWords(ctx, note, id)
	if err != nil || words.Text == "" {
		return ByNone, err
	}
	return s.put(ctx, errand{telling: t, note: note, address: address, way: ByEmail, say: func(n *Number) error {
		return s.post(ctx, n, t, note, words)
	}})
}

// mailWords puts a message into the words of an email to the mailbox.
func (s *Service) mailWords(ctx context.Context, note Note, mailbox string) (Words, error) {
	note.Form, note.Leave = FormEmail, s.Leaving(note.Process.ID, mailbox)
	if s.Page != nil {
		var err error
		if note.Page, err = s.Page(ctx, note); err != nil {
			return Words{}, err
		}
	}
	return s.Voice.Compose(ctx, note)
}

// Leave opts a mailbox out of the emails of a process: whoever holds the link
// that came in one may, without signing in. Doing it again changes nothing.
func (s *Service) Leave(ctx context.Context, cmd domain.Command, process, mailbox string) error {
	now := s.Clock.Now()
	n, err := s.steer(ctx, cmd, mailbox, process, "number.opted_out", func(n *Number) bool {
		return n.Stop(OptOut{Scope: process, Source: FromEmail, At: now, Evidence: cmd.Key})
	})
	if err != nil {
		return err
	}
	return s.archive(ctx, n)
}

// Return takes [Service.Leave] back.
func (s *Service) Return(ctx context.Context, cmd domain.Command, process, mailbox string) error {
	_, err := s.steer(ctx, cmd, mailbox, process, "number.opted_in", func(n *Number) bool { return n.Restart(process) })
	return err
}

// HasLeft reports whether a mailbox wants no more emails of a process;
// not_found for one that no email went to.
func (s *Service) HasLeft(ctx context.Context, process, mailbox string) (bool, error) {
	n, err := s.Numbers.Get(ctx, mailbox)
	return n.OptedOut(process), err
}

// MailAgain is [Service.Return] for a member who chooses emails on their own
// page.
func (s *Service) MailAgain(ctx context.Context, cmd domain.Command, process, person string) error {
	ref, err := s.Processes.Ref(ctx, process)
	if err != nil {
		return err
	}
	scope := ref.Scope()
	scope.Person = person
	if err := domain.Authorize(cmd.Actor, domain.SelfServe, scope); err != nil {
		return err
	}
	contact, err := s.Contacts.Contact(ctx, process, person)
	if err != nil || contact.Email == "" {
		return err
	}
	return ignoreMissing(s.Return(ctx, cmd, process, s.Hash(contact.Email)))
}

// steer changes the wishes of a known mailbox and puts that in the record.
func (s *Service) steer(ctx context.Context, cmd domain.Command, mailbox, process, action string, change func(*Number) bool) (Number, error) {
	return s.Numbers.Update(ctx, mailbox, func(n *Number) error {
		if !change(n) {
			return domain.ErrNoChange
		}
		subject := ""
		if who := n.PersonIn(process); who != "" {
			subject = "people:" + who
		}
		n.Record(cmd, s.Clock.Now(), domain.Event{Chain: process, Action: action, Subject: subject})
		return nil
	})
}
