package outreach

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"folkmoot/domain"
)

// Arrival is what became of an event at the door.
type Arrival struct {
	ID    string
	Fresh bool // false: this very event was here before
	Aside bool // the id was taken by an event with other content; this one is kept beside it
}

// Receive keeps an inbound event. When it answers without error the event is
// durable and the provider may be told so; unavailable means that nothing was
// kept and the provider must send it again. The signature must have been
// checked before.
func (s *Service) Receive(ctx context.Context, r Raw) (Arrival, error) {
	doc, err := s.seal(ctx, r)
	if err != nil {
		return Arrival{}, err
	}
	err = s.Events.Insert(ctx, &doc)
	if err == nil {
		return Arrival{ID: doc.ID, Fresh: true}, nil
	}
	if !domain.Is(err, domain.Conflict) {
		return Arrival{}, err
	}
	return s.again(ctx, doc)
}

func (s *Service) seal(ctx context.Context, r Raw) (Received, error) {
	now := s.Clock.Now()
	number := s.Hash(r.Phone)
	if r.Phone == "" {
		number = "gateway:" + r.Provider
	}
	same := r.Same
	if same == nil {
		same = r.Content
	}
	sum := sha256.Sum256(same)
	doc := Received{
		Provider: r.Provider, Kind: r.Kind, Number: number,
		Digest: base64.RawURLEncoding.EncodeToString(sum[:]), Pending: now,
	}
	doc.ID = r.ID()
	doc.CreatedAt, doc.UpdatedAt = now, now
	sealed, err := s.Vault.Seal(ctx, number, doc.ID, r.Content)
	doc.Raw = sealed
	return doc, err
}

// again answers for an event whose id is taken: the same content has no
// effect, other content is kept aside for a person to compare.
func (s *Service) again(ctx context.Context, doc Received) (Arrival, error) {
	had, err := s.Events.Get(ctx, doc.ID)
	if err != nil {
		return Arrival{}, err
	}
	if had.Digest == doc.Digest {
		return Arrival{ID: doc.ID}, nil
	}
	// The content keeps the binding it was sealed with: the first event's id.
	aside := doc
	aside.ID, aside.Aside, aside.Pending = doc.ID+":"+doc.Digest[:16], true, time.Time{}
	err = s.Events.Insert(ctx, &aside)
	if err != nil && !domain.Is(err, domain.Conflict) {
		return Arrival{}, err
	}
	return Arrival{ID: doc.ID, Aside: true}, nil
}

// Waiting goes through the events that are not processed yet and came before
// the time, oldest first: what a crash or a full queue left over. It ends
// with the first error of each.
func (s *Service) Waiting(ctx context.Context, before time.Time, each func(Received) error) error {
	for r, err := range s.Events.Find(ctx, domain.Query{Index: "pending", To: before}) {
		if err != nil {
			return err
		}
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

// Event reads one inbound event; it asks no permission and is for the worker.
func (s *Service) Event(ctx context.Context, id string) (Received, error) {
	return s.Events.Get(ctx, id)
}

// Content opens the raw event.
func (s *Service) Content(ctx context.Context, r Received) ([]byte, error) {
	return s.Vault.Open(ctx, r.Number, r.ID, r.Raw)
}

// Understood is what the worker made of an event.
type Understood struct {
	Process string
	Person  string
	Why     string
	Text    string
}

// Processed marks the event, so that nobody picks it up again, and files its
// words under the person. Marking twice changes nothing.
func (s *Service) Processed(ctx context.Context, id string, u Understood) error {
	_, err := s.Events.Update(ctx, id, func(r *Received) error {
		if r.Pending.IsZero() {
			return domain.ErrNoChange
		}
		sealed, err := s.Vault.Seal(ctx, r.Number, id+"/text", []byte(u.Text))
		if err != nil {
			return err
		}
		r.At, r.Pending, r.UpdatedAt = r.Pending, time.Time{}, s.Clock.Now()
		r.Process, r.Person, r.Why, r.Text = u.Process, u.Person, u.Why, sealed
		return nil
	})
	return err
}

// Step takes an event into the number's document in one write: what change
// does to conversations, opt-outs, outbox and effects. An event that was
// taken in before changes nothing, and stepped is false. change may run more
// than once.
func (s *Service) Step(ctx context.Context, number, event, phone string, change func(*Number) error) (n Number, stepped bool, err error) {
	now := s.Clock.Now()
	n, err = s.Numbers.Upsert(ctx, number, s.blank(number, now), func(n *Number) error {
		stepped = false
		if n.Has(event) {
			return domain.ErrNoChange
		}
		if err := s.keep(ctx, n, phone); err != nil {
			return err
		}
		if err := change(n); err != nil {
			return err
		}
		n.see(event)
		n.UpdatedAt = now
		stepped = true
		return nil
	})
	return n, stepped && err == nil, err
}

// Answer is what the program says to a number within [Service.Step]. Event and
// Template make its id: an event gets at most one message of a template.
type Answer struct {
	Event    string
	At       time.Time // when the event came
	Process  string
	Person   string
	Zone     string
	Template string
	Words    Words
	Reply    bool // to the resident's own text: goes first, for a while in quiet hours too
	Farewell bool // goes although the number opted out: it answers the STOP
	Expires  time.Time
}

// answerFor is how long an answer is worth sending.
const answerFor = 72 * time.Hour

// Answer queues it. It answers false when the number opted out, or has had
// too many replies lately.
func (s *Service) Answer(ctx context.Context, n *Number, a Answer) (bool, error) {
	if a.Reply && !a.Farewell && !n.answer(a.At) {
		return false, nil
	}
	m := Message{
		ID: messageID(a.Event, a.Template), Process: a.Process, Person: a.Person,
		Template: a.Template, Class: domain.ClassService, Lang: a.Words.Lang, Parts: a.Words.Parts,
		Zone: a.Zone, Created: a.At, NotBefore: a.At, Farewell: a.Farewell, Expires: a.Expires,
	}
	if a.Reply {
		m.Class, m.ReplyTo = domain.ClassReply, a.At
	}
	if m.Expires.IsZero() {
		m.Expires = a.At.Add(answerFor)
	}
	sealed, err := s.Vault.Seal(ctx, n.ID, m.ID, []byte(a.Words.Text))
	if err != nil {
		return false, err
	}
	m.Body = sealed
	return n.Enqueue(m)
}

// Talked opens the state of a conversation, nil when it has none.
func (s *Service) Talked(ctx context.Context, number string, c Conversation) ([]byte, error) {
	if c.State == "" {
		return nil, nil
	}
	return s.Vault.Open(ctx, number, c.Bound(), c.State)
}

// Converse seals the state into the conversation and stores it in the number.
func (s *Service) Converse(ctx context.Context, n *Number, c Conversation, state []byte) error {
	sealed, err := s.Vault.Seal(ctx, n.ID, c.Bound(), state)
	if err != nil {
		return err
	}
	c.State = sealed
	n.Converse(c)
	return nil
}

// Number reads a number's document by its hash, for the worker and sender; a
// number never heard of reads as an empty one.
func (s *Service) Number(ctx context.Context, id string) (Number, error) {
	n, err := s.Numbers.Get(ctx, id)
	var e *domain.Error
	if errors.As(err, &e) && e.Code == domain.NotFound {
		return s.blank(id, s.Clock.Now())(), nil
	}
	return n, err
}

// Waking lists the numbers with a conversation that goes on by itself now.
func (s *Service) Waking(ctx context.Context, now time.Time, limit int) ([]Number, error) {
	return s.numbers(ctx, "wakes", now, limit)
}

func (s *Service) numbers(ctx context.Context, index string, now time.Time, limit int) ([]Number, error) {
	var out []Number
	q := domain.Query{Index: index, To: now.Add(time.Millisecond), Limit: limit}
	for n, err := range s.Numbers.Find(ctx, q) {
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}
