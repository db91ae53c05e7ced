package sms

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// frame is what is kept of an event: the request for evidence, and what it
// was read as when its signature was checked, so that a secret rotated
// meanwhile does not make it unreadable.
type frame struct {
	Target string           `json:"target,omitempty"`
	Body   string           `json:"body,omitempty"`
	At     time.Time        `json:"at"`
	In     *gateway.Inbound `json:"in,omitempty"`
	Status *gateway.Status  `json:"status,omitempty"`
	Phone  string           `json:"phone,omitempty"` // E.164, or the sender's name
}

// InboxDeps is what an inbox needs.
type InboxDeps struct {
	Outreach *outreach.Service
	Gateways []gateway.Gateway
	Desk     *Desk
	Numbers  gateway.NumberRules
	Clock    domain.Clock
	Log      *slog.Logger // nil discards
	// Workers is how many events are taken in at once; default 48. They spend
	// their time waiting for the disk, which commits them together.
	Workers int
	// Sent is called when an event left something to send; nil: nobody.
	Sent func()
	// Count counts occasions by name, for metrics; nil: nobody.
	Count func(name string)
}

// Inbox is the door for the providers' webhooks and the workers behind it.
type Inbox struct {
	InboxDeps
	gateways map[string]gateway.Gateway
	lanes    []chan job

	polls  sync.Mutex
	polled map[string]time.Time // when each gateway last told what it received
}

// job is an event on its way to a worker, with what it says, to spare reading
// it back from the store.
type job struct {
	id    string
	event *frame
	at    time.Time
}

// frameLife is how long an event may be taken in as it lies in memory without
// a look at the store. After that its sender may have been erased, by another
// instance too: what no longer opens there is lost, and must be.
const frameLife = 2 * time.Second

// backlog is how many events wait in memory for each worker. Further ones
// wait in the store for the next sweep.
const backlog = 512

// NewInbox makes an inbox. Run starts its workers.
func NewInbox(d InboxDeps) *Inbox {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Workers == 0 {
		d.Workers = 48
	}
	if d.Sent == nil {
		d.Sent = func() {}
	}
	if d.Count == nil {
		d.Count = func(string) {}
	}
	b := &Inbox{InboxDeps: d, gateways: map[string]gateway.Gateway{}, polled: map[string]time.Time{}}
	for _, g := range d.Gateways {
		b.gateways[g.Name()] = g
	}
	for range d.Workers {
		b.lanes = append(b.lanes, make(chan job, backlog))
	}
	return b
}

// Receive takes a webhook that brings a resident's text to the named gateway.
// nil means that the event is durable and may be acknowledged. A
// [gateway.Error] says 403, 400 or 413; any other error means 503: the
// provider must send it again.
func (b *Inbox) Receive(ctx context.Context, name string, r gateway.Request) error {
	g, err := b.gateway(name)
	if err != nil {
		return err
	}
	in, err := g.ParseInbound(r)
	if err != nil {
		b.Count("inbound_refused")
		return err
	}
	_, err = b.text(ctx, name, in, frame{Target: r.Target, Body: string(r.Body), At: r.At})
	return err
}

func (b *Inbox) gateway(name string) (gateway.Gateway, error) {
	g, ok := b.gateways[name]
	if !ok {
		return nil, domain.Hidden("gateway")
	}
	return g, nil
}

// text keeps a text, from a webhook or a poll, and wakes a worker. fresh is
// false when it was here before.
func (b *Inbox) text(ctx context.Context, name string, in gateway.Inbound, f frame) (fresh bool, err error) {
	f.In, f.Phone = &in, b.e164(in.From)
	fresh, err = b.keep(ctx, outreach.Raw{
		Provider: name, Kind: outreach.KindText, External: in.ExternalID, Phone: f.Phone,
		Same: []byte(f.Phone + "\x00" + in.To + "\x00" + in.Body),
	}, f)
	if fresh && gateway.MaybeEncoded(in.Body) {
		b.Count("text_maybe_encoded")
		b.Log.WarnContext(ctx, "a text looks as if its gateway had encoded it (base64); it is read as it came", "provider", name, "message", in.ExternalID)
	}
	return fresh, err
}

// e164 is the sender's number; senders that are no number (a name, a short
// code) stay as they are: they can be read by a person, not answered.
func (b *Inbox) e164(from string) string {
	if len(from) > 4 && from[0] == '+' && digits(from[1:]) {
		return from
	}
	if n, err := gateway.Number(from, b.Numbers); err == nil {
		return n
	}
	if n, err := gateway.Number("+"+from, b.Numbers); err == nil {
		return n
	}
	return from
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Status takes a webhook about a message that we sent. Errors are those of
// [Inbox.Receive].
func (b *Inbox) Status(ctx context.Context, name string, r gateway.Request) error {
	g, err := b.gateway(name)
	if err != nil {
		return err
	}
	st, err := g.ParseStatus(r)
	if err != nil {
		b.Count("status_refused")
		return err
	}
	_, err = b.keep(ctx, outreach.Raw{
		Provider: name, Kind: outreach.KindStatus, External: st.Key(),
		Same: []byte(st.ExternalID + "\x00" + st.Raw + "\x00" + st.ErrorCode),
	}, frame{Target: r.Target, Body: string(r.Body), At: r.At, Status: &st})
	return err
}

func (b *Inbox) keep(ctx context.Context, raw outreach.Raw, f frame) (fresh bool, err error) {
	content, err := json.Marshal(f)
	if err != nil {
		return false, err
	}
	raw.Content = content
	a, err := b.Outreach.Receive(ctx, raw)
	if err != nil {
		b.Count(raw.Kind + "_unavailable")
		return false, err
	}
	switch {
	case a.Fresh:
		b.Count(raw.Kind + "_received")
		b.hand(job{a.ID, &f, b.Clock.Now()}, f.Phone)
	case a.Aside:
		b.Count(raw.Kind + "_conflicting")
		b.Log.WarnContext(ctx, "an event came again under its id with other content; the second is kept aside", "event", a.ID)
	default:
		b.Count(raw.Kind + "_repeated")
	}
	return a.Fresh, nil
}

// hand gives the job to the worker of its number; when that one is behind the
// job stays in the store.
func (b *Inbox) hand(j job, number string) {
	if number == "" {
		number = j.id
	}
	select {
	case b.lanes[b.lane(number)] <- j:
	default:
		b.Count("backlog_full")
	}
}

// lane is the worker of a number.
func (b *Inbox) lane(number string) int {
	h := fnv.New32a()
	h.Write([]byte(number))
	return int(h.Sum32() % uint32(len(b.lanes)))
}

// Run works on events until ctx ends. Call it once.
func (b *Inbox) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, lane := range b.lanes {
		wg.Go(func() { b.work(ctx, lane) })
	}
	wg.Wait()
}

func (b *Inbox) work(ctx context.Context, lane chan job) {
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-lane:
			if err := b.process(ctx, j); err != nil && ctx.Err() == nil {
				b.Count("process_failed")
				b.Log.WarnContext(ctx, "an event could not be taken in; the next sweep tries again", "event", j.id, "err", err)
			}
		}
	}
}

// process takes one event in. Doing it again changes nothing.
func (b *Inbox) process(ctx context.Context, j job) error {
	if j.event.Status != nil {
		return b.report(ctx, j.id, j.event.Status)
	}
	return b.take(ctx, j, b.Outreach.Hash(j.event.Phone))
}

// stored takes in an event as the store has it.
func (b *Inbox) stored(ctx context.Context, e outreach.Received) error {
	if e.Pending.IsZero() {
		return nil
	}
	at := b.Clock.Now()
	f, err := b.reread(ctx, e)
	if err != nil {
		return b.lost(ctx, e.ID, err)
	}
	return b.process(ctx, job{e.ID, f, at})
}

func (b *Inbox) reread(ctx context.Context, e outreach.Received) (*frame, error) {
	content, err := b.Outreach.Content(ctx, e)
	if err != nil {
		return nil, err
	}
	var f frame
	if err := json.Unmarshal(content, &f); err != nil {
		return nil, domain.E(domain.Internal, "event %s cannot be read", e.ID).Because(err)
	}
	return &f, nil
}

// lost marks an event whose key was destroyed: its sender asked to be erased.
func (b *Inbox) lost(ctx context.Context, id string, err error) error {
	if !domain.Is(err, domain.NotFound) {
		return err
	}
	return b.Outreach.Processed(ctx, id, outreach.Understood{Why: "erased"})
}

// take steps the conversation that the text belongs to, in one write of the
// number, then marks the event.
func (b *Inbox) take(ctx context.Context, j job, number string) error {
	f := j.event
	t := Taken{Event: j.id, Phone: f.Phone, In: *f.In, At: domain.Milli(f.At)}
	var u outreach.Understood
	again, gone := false, error(nil)
	n, stepped, err := b.Outreach.Step(ctx, number, j.id, f.Phone, func(n *outreach.Number) (err error) {
		if again || b.Clock.Now().Sub(j.at) >= frameLife {
			if gone = b.legible(ctx, j.id); gone != nil {
				return gone
			}
		}
		again = true
		u, err = b.Desk.Take(ctx, n, t)
		return err
	})
	if gone != nil && err != nil {
		return b.lost(ctx, j.id, gone)
	}
	if err != nil {
		return err
	}
	if !stepped {
		u = recall(n)
	}
	u.Text = f.In.Body
	if err := b.Outreach.Processed(ctx, j.id, u); err != nil {
		return err
	}
	b.Count("text_processed")
	b.Sent()
	return nil
}

// legible is nil when the event is still to be taken in and opens: no change
// when somebody else took it in, not_found when its sender was erased.
func (b *Inbox) legible(ctx context.Context, id string) error {
	e, err := b.Outreach.Event(ctx, id)
	if err != nil {
		return err
	}
	if e.Pending.IsZero() {
		return domain.ErrNoChange
	}
	_, err = b.Outreach.Content(ctx, e)
	return err
}

// recall says whose an event was that had been taken in before a crash.
func recall(n outreach.Number) outreach.Understood {
	c, ok := n.Past("")
	if !ok {
		return outreach.Understood{Why: "taken_before"}
	}
	return outreach.Understood{Process: c.Process, Person: c.Person, Why: "taken_before"}
}
