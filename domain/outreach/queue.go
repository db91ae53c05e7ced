package outreach

import (
	"cmp"
	"context"
	"time"

	"folkmoot/domain"
)

// Reasons why a message needs a person.
const (
	ReasonNotUnderstood = "not_understood"
	ReasonHelp          = "help"
	ReasonQuestion      = "question"
	ReasonDanger        = "danger"        // signposted already; somebody must look now
	ReasonNoProcess     = "no_process"    // nobody knows whom it is for
	ReasonTooMany       = "too_many"      // more texts than a person would send
	ReasonUnclear       = "unclear_send"  // a decision that perhaps went out
	ReasonRefused       = "refused"       // a service could not do what was asked
	ReasonUnsaid        = "unsaid"        // the answer lacks something it needs to say
	ReasonMayStop       = "may_stop"      // perhaps wants no more texts; none but answers go meanwhile
	ReasonOpenQuestion  = "open_question" // somebody was being asked something at a number that is theirs no longer
	ReasonNoWay         = "no_way"        // somebody is owed a message and neither a text nor a letter reaches them
)

// States of an item.
const (
	ItemOpen     = "open"
	ItemClaimed  = "claimed"
	ItemAnswered = "answered"
	ItemClosed   = "closed"
)

// QueueData is what [EffectQueue] carries: ids alone.
type QueueData struct {
	Process string    `json:"process,omitempty"`
	Person  string    `json:"person,omitempty"`
	Number  string    `json:"number"`
	Event   string    `json:"event,omitempty"`   // the text that came
	Message string    `json:"message,omitempty"` // the message that is unclear
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
}

// Item is one message that needs a person. It holds ids and times; the words
// are opened for the one who claimed it.
type Item struct {
	domain.Root
	QueueData
	State    string    `json:"state"`
	By       string    `json:"by,omitempty"` // who claimed it
	Claimed  time.Time `json:"claimed_at,omitzero"`
	Answered time.Time `json:"answered_at,omitzero"`
	Closed   time.Time `json:"closed_at,omitzero"`
	Outcome  string    `json:"outcome,omitempty"`
}

// nowhere stands for the process of an item that belongs to none.
const nowhere = "none"

// Queue declares how items are kept.
var Queue = domain.Collection[Item]{
	Name:   "queue",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "process", Fields: []string{"process", "state", "rank", "at"}},
		{Name: "person", Fields: []string{"person", "at"}},
	},
	Keys: func(i *Item) map[string]any {
		keys := map[string]any{"process": i.Process, "state": i.State, "rank": i.rank(), "at": i.At}
		if i.Person != "" {
			keys["person"] = i.Person
		}
		return keys
	},
	Shard: "id",
}

// rank puts danger first, then what may have gone wrong, then the rest.
func (i *Item) rank() int64 {
	switch i.Reason {
	case ReasonDanger:
		return 0
	case ReasonMayStop, ReasonUnclear, ReasonRefused, ReasonUnsaid, ReasonNoWay, ReasonOpenQuestion:
		return 1
	}
	return 2
}

// Notice kinds, for Slack. They carry no word and no person.
const (
	NoticeQueue  = "queue"
	NoticeDanger = "queue_danger"
)

// enqueue makes the item, and lets the organisers know.
func (s *Service) enqueue(ctx context.Context, effect string, d QueueData) error {
	if d.Process == "" {
		d.Process = nowhere
	}
	if d.Number == "" && d.Person != "" {
		d.Number = s.numberOf(ctx, d.Process, d.Person)
	}
	i := Item{QueueData: d, State: ItemOpen}
	i.ID, i.CreatedAt, i.UpdatedAt = domain.Derive("queue", effect), d.At, d.At
	kind := NoticeQueue
	if d.Reason == ReasonDanger {
		kind = NoticeDanger
	}
	body := ""
	if ref, err := s.Processes.Ref(ctx, d.Process); err == nil {
		body = ref.Body
	}
	i.Emit(domain.Command{Key: i.ID}, domain.EffectNotice, kind, d.At, domain.NoticeData{
		Process: d.Process, Body: body, Role: domain.Organiser, Kind: kind, Subject: "queue:" + i.ID,
		Vars: map[string]string{"reason": d.Reason},
	})
	if err := s.Queue.Insert(ctx, &i); err != nil && !domain.Is(err, domain.Conflict) {
		return err
	}
	return nil
}

// numberOf is where an answer to the person goes, "" when there is no number.
func (s *Service) numberOf(ctx context.Context, process, person string) string {
	c, err := s.Contacts.Contact(ctx, process, person)
	if err != nil || c.Phone == "" {
		return ""
	}
	return s.Hash(c.Phone)
}

// ItemView is an item as staff see it. Text is there only for who opened it.
type ItemView struct {
	ID         string    `json:"id"`
	Process    string    `json:"process"`
	Person     string    `json:"person,omitempty"`
	Reason     string    `json:"reason"`
	State      string    `json:"state"`
	By         string    `json:"by,omitempty"`
	At         time.Time `json:"at"`
	ClaimedAt  time.Time `json:"claimed_at,omitzero"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	ClosedAt   time.Time `json:"closed_at,omitzero"`
	Outcome    string    `json:"outcome,omitempty"`
	Text       string    `json:"text,omitempty"`
	// Lang is the language of the resident's conversation, and Templates are
	// beginnings of answers in it; of an opened item alone.
	Lang      string          `json:"lang,omitempty"`
	Templates []ReplyTemplate `json:"templates,omitempty"`
	Version   int64           `json:"version"`
}

// ReplyTemplate is the beginning of an answer.
type ReplyTemplate struct {
	Name    string `json:"name"`
	Text    string `json:"text"`              // in the resident's language
	English string `json:"english,omitempty"` // the same, where that is another
}

// View leaves out the words.
func (i Item) View() ItemView {
	return ItemView{
		ID: i.ID, Process: i.Process, Person: i.Person, Reason: i.Reason, State: i.State, By: i.By, At: i.At,
		ClaimedAt: i.Claimed, AnsweredAt: i.Answered, ClosedAt: i.Closed, Outcome: i.Outcome, Version: i.Revision,
	}
}

// QueueList lists the items of a process in a state, the most urgent and the
// oldest first.
func (s *Service) QueueList(ctx context.Context, a domain.Actor, process, state string, after domain.Cursor, limit int) ([]ItemView, domain.Cursor, error) {
	if err := s.mayQueue(ctx, a, process); err != nil {
		return nil, "", err
	}
	if state == "" {
		state = ItemOpen
	}
	q := domain.Query{Index: "process", Equal: []any{process, state}, After: after, Limit: limit}
	items, next, err := s.Queue.Page(ctx, q)
	out := make([]ItemView, len(items))
	for i, it := range items {
		out[i] = it.View()
	}
	return out, next, err
}

// QueueCount counts the open items of a process; the number is nobody's data.
func (s *Service) QueueCount(ctx context.Context, process string) (int64, error) {
	return s.Queue.Count(ctx, domain.Query{Index: "process", Equal: []any{process, ItemOpen}})
}

// Unread reports whether a text of the person that came since a time waits to
// be read, and when the last of those was answered or closed.
func (s *Service) Unread(ctx context.Context, process, person string, since time.Time) (waits bool, answered time.Time, err error) {
	for i, err := range s.Queue.Find(ctx, newest(person)) {
		if err != nil {
			return false, answered, err
		}
		if i.Process != process || i.Event == "" || i.At.Before(since) {
			continue
		}
		waits = waits || i.State == ItemOpen || i.State == ItemClaimed
		for _, at := range []time.Time{i.Answered, i.Closed} {
			if at.After(answered) {
				answered = at
			}
		}
	}
	return waits, answered, nil
}

// mayQueue checks the reader of a process's queue. Items that belong to no
// process are for organisers of the whole installation.
func (s *Service) mayQueue(ctx context.Context, a domain.Actor, process string) error {
	if process == nowhere {
		return domain.Authorize(a, domain.ReadQueue, domain.Scope{})
	}
	_, err := s.may(ctx, a, domain.ReadQueue, process)
	return err
}

// QueueClaim takes an item and opens its words. The look is recorded before
// the words are shown. Someone else's claim answers conflict.
func (s *Service) QueueClaim(ctx context.Context, cmd domain.Command, process, item string) (ItemView, error) {
	if err := s.mayQueue(ctx, cmd.Actor, process); err != nil {
		return ItemView{}, err
	}
	now := s.Clock.Now()
	i, err := s.change(ctx, cmd, process, item, "queue.claimed", func(i *Item) error {
		if i.State == ItemClosed {
			return domain.E(domain.Conflict, "this message is closed already")
		}
		if i.By != "" && i.By != cmd.Actor.ID && i.State == ItemClaimed {
			return domain.E(domain.Conflict, "somebody else has taken this message; ask them to hand it back")
		}
		i.State, i.By, i.Claimed = ItemClaimed, cmd.Actor.ID, now
		return nil
	})
	if err != nil {
		return ItemView{}, err
	}
	return s.openItem(ctx, cmd.Actor, i)
}

func (s *Service) openItem(ctx context.Context, a domain.Actor, i Item) (ItemView, error) {
	v := i.View()
	chain := i.Process
	if chain == nowhere {
		chain = "installation"
	}
	if err := s.Audit.Append(ctx, s.look(a, chain, "queue.opened", "queue:"+i.ID, "answer a message", 1)); err != nil {
		return ItemView{}, err
	}
	text, err := s.words(ctx, i)
	if err != nil && !domain.Is(err, domain.NotFound) {
		return ItemView{}, err
	}
	v.Text = text
	if v.Lang, err = s.langOf(ctx, i); err == nil && s.Templates != nil {
		v.Templates, err = s.Templates(ctx, v.Lang)
	}
	return v, err
}

// langOf is the language that an item's resident is spoken with in: that of
// their conversation, or the one they are known to read.
func (s *Service) langOf(ctx context.Context, i Item) (string, error) {
	n, err := s.Number(ctx, i.Number)
	if err != nil {
		return "", err
	}
	if c, ok := n.TalkWith(i.Process, i.Person); ok && c.Lang != "" {
		return c.Lang, nil
	}
	c, err := s.Contacts.Contact(ctx, i.Process, i.Person)
	return cmp.Or(c.Lang, "en"), ignoreMissing(err)
}

// words opens what the item is about: the resident's text, or the message of
// ours that perhaps went out.
func (s *Service) words(ctx context.Context, i Item) (string, error) {
	if i.Message != "" {
		n, err := s.Numbers.Get(ctx, i.Number)
		if err != nil {
			return "", err
		}
		m := n.find(i.Message)
		if m == nil {
			return "", nil
		}
		return s.reveal(ctx, n.ID, m.ID, m.Body)
	}
	if i.Event == "" {
		return "", nil
	}
	r, err := s.Events.Get(ctx, i.Event)
	if err != nil {
		return "", err
	}
	return s.reveal(ctx, r.Number, r.ID+"/text", r.Text)
}

// change is one recorded write of an item of the process.
func (s *Service) change(ctx context.Context, cmd domain.Command, process, item, action string, do func(*Item) error) (Item, error) {
	return s.Queue.Update(ctx, item, func(i *Item) error {
		if i.Process != process {
			return domain.Hidden("message")
		}
		if i.Done(cmd) {
			return domain.ErrNoChange
		}
		if err := i.Fresh(cmd); err != nil {
			return err
		}
		if err := do(i); err != nil {
			return err
		}
		if process == nowhere {
			i.Touch(cmd, s.Clock.Now())
			return nil
		}
		i.Record(cmd, s.Clock.Now(), domain.Event{Chain: process, Action: action, Subject: "queue:" + i.ID})
		return nil
	})
}

func held(i *Item, a domain.Actor) error {
	if i.State != ItemClaimed || i.By != a.ID {
		return domain.E(domain.Conflict, "take this message first, so that two people do not answer it")
	}
	return nil
}
