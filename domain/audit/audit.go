package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"folkmoot/domain"
)

// Entry is one event at its place in a chain.
type Entry struct {
	domain.Root
	Seq   int64        `json:"seq"` // from 1
	Prev  string       `json:"prev"`
	Hash  string       `json:"hash"`
	Event domain.Event `json:"event"`
}

// Entries declares how entries are kept.
var Entries = domain.Collection[Entry]{
	Name: "audit", Schema: 1, Shard: "chain",
	Indexes: []domain.Index{
		{Name: "chain", Fields: []string{"chain", "seq"}},
		{Name: "event", Fields: []string{"event"}},
	},
	Keys: func(e *Entry) map[string]any {
		return map[string]any{"chain": e.Event.Chain, "seq": e.Seq, "event": e.Event.ID}
	},
}

// Service appends to and reads the chains.
type Service struct {
	entries   domain.Repository[Entry]
	processes domain.Processes
	clock     domain.Clock
	chains    sync.Map // name -> *chain
}

// New makes the service.
func New(entries domain.Repository[Entry], processes domain.Processes, clock domain.Clock) *Service {
	return &Service{entries: entries, processes: processes, clock: clock}
}

// Append puts the event at the end of its chain, once. It implements
// domain.Auditor.
func (s *Service) Append(ctx context.Context, ev domain.Event) error {
	if ev.Chain == "" || ev.ID == "" || ev.Action == "" {
		return domain.E(domain.Internal, "an audit event needs a chain, an id and an action")
	}
	ev, err := settled(ev)
	if err != nil {
		return err
	}
	chain := s.chain(ev.Chain)
	chain.Lock()
	defer chain.Unlock()
	for ctx.Err() == nil {
		head, err := s.believed(ctx, chain, ev.Chain)
		if err != nil {
			return err
		}
		found, err := s.has(ctx, ev.ID)
		if err != nil || found {
			return err
		}
		e := Entry{Seq: head.Seq + 1, Prev: head.Hash, Event: ev}
		e.ID = entryID(ev.Chain, e.Seq)
		e.CreatedAt = s.clock.Now()
		e.Hash = hash(e)
		err = s.entries.Insert(ctx, &e)
		chain.head = nil
		if err == nil {
			chain.head = &e
		}
		if !domain.Is(err, domain.Conflict) {
			return err
		}
	}
	return domain.E(domain.Unavailable, "the record could not be written in time").Because(ctx.Err())
}

// chain is what this instance believes of a chain. The belief may be old: an
// entry behind it then conflicts, and the head is read again. It is formed
// before an event is looked for, which is what makes "once" hold.
type chain struct {
	sync.Mutex
	head *Entry
}

func (s *Service) chain(name string) *chain {
	c, _ := s.chains.LoadOrStore(name, &chain{})
	return c.(*chain)
}

func (s *Service) believed(ctx context.Context, c *chain, name string) (Entry, error) {
	if c.head != nil {
		return *c.head, nil
	}
	return s.head(ctx, name)
}

func entryID(chain string, seq int64) string { return fmt.Sprintf("%s:%09d", chain, seq) }

// settled is the event as it reads back from a store, so that its hash is the
// same before and after.
func settled(ev domain.Event) (domain.Event, error) {
	if ev.Roles == nil {
		ev.Roles = []domain.Role{}
	}
	raw, err := json.Marshal(ev)
	if err != nil {
		return ev, domain.E(domain.Internal, "an audit event cannot be written as JSON").Because(err)
	}
	var out domain.Event
	if err := json.Unmarshal(raw, &out); err != nil {
		return ev, domain.E(domain.Internal, "an audit event cannot be read back").Because(err)
	}
	return out, nil
}

func (s *Service) head(ctx context.Context, chain string) (Entry, error) {
	q := domain.Query{Index: "chain", Equal: []any{chain}, Reverse: true, Limit: 1}
	for e, err := range s.entries.Find(ctx, q) {
		return e, err
	}
	return Entry{}, nil
}

func (s *Service) has(ctx context.Context, event string) (bool, error) {
	for _, err := range s.entries.Find(ctx, domain.Query{Index: "event", Equal: []any{event}, Limit: 1}) {
		return err == nil, err
	}
	return false, nil
}

// hash is the hex SHA-256 of the previous hash, the sequence number and the
// event as JSON with sorted keys, each followed by a line feed.
func hash(e Entry) string {
	raw, err := json.Marshal(e.Event)
	if err != nil { // settled before
		panic("audit: " + err.Error())
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s\n", e.Prev, e.Seq, raw))
	return hex.EncodeToString(sum[:])
}

// Look records that the actor is about to see identity data, and why. The
// data may be shown only after it answers nil.
func (s *Service) Look(ctx context.Context, cmd domain.Command, process, subject, purpose string) error {
	if purpose == "" {
		return domain.Problems{"purpose": "say what the look is for; it is recorded"}.Err()
	}
	now := s.clock.Now()
	roles := []domain.Role{}
	for _, g := range cmd.Actor.Grants {
		roles = append(roles, g.Role)
	}
	return s.Append(ctx, domain.Event{
		ID:    domain.Derive("look", cmd.Key, cmd.Actor.ID, subject, purpose, now.Format(time.RFC3339Nano)),
		Chain: process, At: now, Actor: cmd.Actor.ID, Roles: roles, Via: cmd.Actor.Via,
		Action: "identity.seen", Subject: subject, Reason: purpose,
	})
}

// View is an entry as its readers see it.
type View struct {
	Seq   int64        `json:"seq"`
	Prev  string       `json:"prev"`
	Hash  string       `json:"hash"`
	Event domain.Event `json:"event"`
}

func (e Entry) view() View { return View{Seq: e.Seq, Prev: e.Prev, Hash: e.Hash, Event: e.Event} }

// List pages through a process's chain in order.
func (s *Service) List(ctx context.Context, actor domain.Actor, process string, limit int, after domain.Cursor) ([]View, domain.Cursor, error) {
	ref, err := s.processes.Ref(ctx, process)
	if err != nil {
		return nil, "", err
	}
	if err := domain.Authorize(actor, domain.ViewAudit, ref.Scope()); err != nil {
		return nil, "", err
	}
	docs, next, err := s.entries.Page(ctx, domain.Query{Index: "chain", Equal: []any{process}, Limit: limit, After: after})
	if err != nil {
		return nil, "", err
	}
	views := make([]View, len(docs))
	for i, e := range docs {
		views[i] = e.view()
	}
	return views, next, nil
}

// Head is the public end of a chain: how many entries, and the hash that
// holds them all.
type Head struct {
	Chain string `json:"chain"`
	Seq   int64  `json:"seq"`
	Hash  string `json:"hash"`
}

// Head answers the head of a chain; it is public.
func (s *Service) Head(ctx context.Context, chain string) (Head, error) {
	e, err := s.head(ctx, chain)
	return Head{Chain: chain, Seq: e.Seq, Hash: e.Hash}, err
}

// Execute appends the event of an audit effect; twice is once.
func (s *Service) Execute(ctx context.Context, e domain.Effect) error {
	var ev domain.Event
	if err := e.Decode(&ev); err != nil {
		return err
	}
	return s.Append(ctx, ev)
}
