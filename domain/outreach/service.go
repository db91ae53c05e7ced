package outreach

import (
	"context"
	"strings"
	"time"

	"folkmoot/domain"
)

// Contact is how a person of a process wants to be reached.
type Contact struct {
	Phone   string // E.164; empty: none, or not to be texted
	Email   string // empty: none known, or nothing sends emails
	Emails  bool   // the person asked for emails
	Letters bool   // the person asked for letters
	Calls   bool   // the person asked to be rung
	Left    bool   // nothing more is asked of the person
	Lang    string // BCP 47; empty: the process's first language
	Format  string // standard, easy_read, large_print, ...
	Code    string // the person's own letter code, may be empty
}

// byEmail reports whether the person is emailed: at their wish, or because
// nothing else was said.
func (c Contact) byEmail() bool { return c.Email != "" && (c.Emails || c.Phone == "" && !c.Letters) }

// Postal is what a letter needs. It is asked for only when a batch is printed.
type Postal struct {
	Name    string
	Address []string
}

// Contacts finds people; domain/people satisfies it. It asks no permission
// and records no look: the program is telling people what they asked to know.
type Contacts interface {
	// Contact answers not_found for an unknown or erased person.
	Contact(ctx context.Context, process, person string) (Contact, error)
	// Postal answers not_found where no address is known.
	Postal(ctx context.Context, process, person string) (Postal, error)
	// Audience lists a page of the people whose status is status, in the
	// order of their ids, and the cursor of the next page, "" at the end.
	Audience(ctx context.Context, process, status string, after domain.Cursor, limit int) ([]string, domain.Cursor, error)
}

// Note is one message to be put into words.
type Note struct {
	Process  domain.ProcessRef
	Person   string
	Template string
	Lang     string
	Format   string
	Code     string
	Vars     map[string]string
	Form     string // FormLetter, FormEmail; empty: a text
	Page     string // address of the person's own page, for an email; may be empty
	Leave    string // address that wants no more emails
}

// Words is a message in words, ready to send.
type Words struct {
	Text  string
	Lang  string // the language it was found in
	Parts int    // segments as a text message
	// Subject and Foot are of an email.
	Subject, Foot string
}

// Turn is where a conversation stands when we begin to speak in it. State is
// nil when there is none yet.
type Turn struct {
	ID    string // of the message: all ids of what follows derive from it
	Flow  string // the flow, with the version the conversation pins where there is one
	State []byte
	Now   time.Time
	Until time.Time // when the question lapses; zero: the flow's own time
}

// Spoken is what we say in a conversation and what becomes of it.
type Spoken struct {
	Words Words
	Flow  string // with its version
	Lang  string
	State []byte
	Wakes time.Time // when it goes on without a reply, zero: never
	Ended bool
}

// Voice puts messages into words; bots/sms satisfies it from the catalogue of
// texts and the flows.
type Voice interface {
	// Compose writes a message by itself: for letters, forecasts and answers
	// by a person.
	Compose(ctx context.Context, n Note) (Words, error)
	// Flow names the flow that a message belongs to, "" for none.
	Flow(template string) string
	// Speak writes a message as part of its conversation, which it begins or
	// takes up.
	Speak(ctx context.Context, n Note, t Turn) (Spoken, error)
}

// Deps is what the service needs.
type Deps struct {
	Numbers   domain.Repository[Number]
	Events    domain.Repository[Received]
	Texts     domain.Repository[Text]
	Letters   domain.Repository[Letter]
	Waves     domain.Repository[Wave]
	Queue     domain.Repository[Item]
	Processes domain.Processes
	Contacts  Contacts
	Voice     Voice
	Vault     domain.Vault
	Audit     domain.Auditor
	Clock     domain.Clock
	Quiet     Quiet // where a process's profile says nothing
	// QuietOf is what a profile says; nil: nothing.
	QuietOf func(profile string) (Quiet, bool)
	// Jitter answers a duration in [0, max); nil means none.
	Jitter func(max time.Duration) time.Duration
	// PartsPerSecond is of the sender, Prices of the gateways in the order they
	// are used, for forecasts.
	PartsPerSecond float64
	Prices         []Price
	PencePerLetter float64
	// QR draws a code as a PNG for letters; nil: letters carry the link alone.
	QR func(text string) ([]byte, error)
	// Link is the public address that a letter's code is put behind.
	Link func(code string) string
	// Templates are beginnings of answers in a language, for the queue; nil:
	// none.
	Templates func(ctx context.Context, lang string) ([]ReplyTemplate, error)
	// Page is the address of what an email asks its reader to do; nil or "":
	// none.
	Page func(ctx context.Context, n Note) (string, error)
	// Leaving is the address by which a mailbox wants no more emails of a
	// process.
	Leaving func(process, mailbox string) string
}

// Service is the home of the rules of outreach. It is safe for concurrent
// use.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service {
	if d.Jitter == nil {
		d.Jitter = func(time.Duration) time.Duration { return 0 }
	}
	if d.Link == nil {
		d.Link = func(code string) string { return code }
	}
	if d.Leaving == nil {
		d.Leaving = func(process, mailbox string) string { return process + "/" + mailbox }
	}
	return &Service{Deps: d}
}

// Hash is the id of the document of a number or mailbox: the keyed hash of
// its E.164 form, or of the email address in small letters.
func (s *Service) Hash(phone string) string {
	return s.Vault.Lookup("number", strings.ToLower(strings.TrimSpace(phone)))
}

// quietOf is when texts of the process may go.
func (s *Service) quietOf(ref domain.ProcessRef) Quiet {
	if s.QuietOf != nil {
		if q, ok := s.QuietOf(ref.Profile); ok {
			return q
		}
	}
	return s.Quiet
}

// sender is how this service's rules apply to a worker.
func (s *Service) sender(worker string) Sender {
	return Sender{Worker: worker, Quiet: s.Quiet, Jitter: s.Jitter}
}

// Phone opens the number itself, for sending to it.
func (s *Service) Phone(ctx context.Context, n Number) (string, error) {
	plain, err := s.Vault.Open(ctx, n.ID, "phone", n.Phone)
	return string(plain), err
}

// Body opens the words of a message to the number.
func (s *Service) Body(ctx context.Context, number string, m Message) (string, error) {
	plain, err := s.Vault.Open(ctx, number, m.ID, m.Body)
	return string(plain), err
}

// blank is a number's document at first contact.
func (s *Service) blank(id string, now time.Time) func() Number {
	return func() Number {
		var n Number
		n.ID, n.CreatedAt = id, now
		return n
	}
}

// keep makes sure that the number's own digits are in its document.
func (s *Service) keep(ctx context.Context, n *Number, phone string) error {
	if n.Phone != "" || phone == "" {
		return nil
	}
	sealed, err := s.Vault.Seal(ctx, n.ID, "phone", []byte(phone))
	if err != nil {
		return err
	}
	n.Phone = sealed
	return nil
}
