package sms

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// OutboxDeps is what an outbox needs.
type OutboxDeps struct {
	Outreach *outreach.Service
	// Gateways in the order of preference: the second is used only when the
	// first has certainly not taken the message.
	Gateways []gateway.Sender
	// Lanes that it serves, the first ones first; nil: those of texts.
	Lanes []outreach.Lane
	// Callback is the full address for a gateway's reports, "" for none.
	Callback func(gateway string) string
	Clock    domain.Clock
	Log      *slog.Logger // nil discards
	// PartsPerSecond of the sender; 0: no limit.
	PartsPerSecond float64
	// Worker names this instance in its claims.
	Worker string
	// Concurrent is how many calls run at once; default 8.
	Concurrent int
	Count      func(name string) // nil: nobody
}

// Outbox sends what the numbers' documents hold. Jobs call Tick; Run does so
// whenever it is kicked. One instance should own a sender at a time (a lease
// of the jobs), for the rate's sake; correctness does not depend on it.
type Outbox struct {
	OutboxDeps
	limit   *rate.Limiter
	breaker []*breaker
	kick    chan struct{}
	tick    sync.Mutex
}

// sendTimeout is shorter than the lease of a claim: an attempt has ended,
// one way or another, before it counts as unknown. It counts from the claim,
// so that a program that stood still in between no longer sends what another
// one may have sent by then.
const sendTimeout = outreach.Lease - 15*time.Second

// NewOutbox makes an outbox.
func NewOutbox(d OutboxDeps) *Outbox {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Concurrent == 0 {
		d.Concurrent = 8
	}
	if d.Lanes == nil {
		d.Lanes = outreach.Lanes
	}
	if d.Count == nil {
		d.Count = func(string) {}
	}
	if d.Callback == nil {
		d.Callback = func(string) string { return "" }
	}
	o := &Outbox{OutboxDeps: d, limit: rate.NewLimiter(rate.Inf, 0), kick: make(chan struct{}, 1)}
	if d.PartsPerSecond > 0 {
		o.limit = rate.NewLimiter(rate.Limit(d.PartsPerSecond), max(1, int(d.PartsPerSecond)))
	}
	for range d.Gateways {
		o.breaker = append(o.breaker, &breaker{})
	}
	return o
}

// Kick lets Run look again soon; it never blocks.
func (o *Outbox) Kick() {
	select {
	case o.kick <- struct{}{}:
	default:
	}
}

// Run sends whenever it is kicked, until ctx ends. What a kick misses the
// next Tick finds.
func (o *Outbox) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.kick:
			if _, err := o.Tick(ctx); err != nil && ctx.Err() == nil {
				o.Log.WarnContext(ctx, "sending stopped early; the next tick goes on", "err", err)
			}
		}
	}
}

const sendBatch = 64

// Tick sends what is due, replies before everything and bulk last, as far as
// the sender's rate allows, and answers how many messages it dealt with.
// After each batch it begins again with the replies.
func (o *Outbox) Tick(ctx context.Context) (int, error) {
	o.tick.Lock()
	defer o.tick.Unlock()
	total := 0
	for ctx.Err() == nil {
		n, err := o.batch(ctx)
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
	return total, ctx.Err()
}

// batch serves the first lane in which anything could be done.
func (o *Outbox) batch(ctx context.Context) (int, error) {
	for _, lane := range o.Lanes {
		due, err := o.Outreach.Due(ctx, lane, o.Clock.Now(), sendBatch)
		if err != nil {
			return 0, err
		}
		if n := o.serve(ctx, lane, due); n > 0 {
			return n, nil
		}
	}
	return 0, nil
}

func (o *Outbox) serve(ctx context.Context, lane outreach.Lane, due []outreach.Number) int {
	var done atomic.Int64
	var wg sync.WaitGroup
	slots := make(chan struct{}, o.Concurrent)
	for _, n := range due {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			moved, err := o.number(ctx, lane, n)
			if err != nil && ctx.Err() == nil {
				o.Count("send_failed")
				o.Log.WarnContext(ctx, "a message could not be dealt with; it stays due", "err", err)
			}
			if moved {
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return int(done.Load())
}

// number looks for what is unknown at the number, then sends its next
// message. It reports whether anything moved. What it has claimed it brings to
// its end although ctx ends: a claim left behind would be looked for, and a
// decision that never went would wait for a person.
func (o *Outbox) number(ctx context.Context, lane outreach.Lane, n outreach.Number) (bool, error) {
	moved := false
	for _, m := range n.Doubtful(o.Clock.Now()) {
		if err := o.look(ctx, n, m); err != nil {
			return moved, err
		}
		moved = true
	}
	now := o.Clock.Now()
	first, token := o.ready(), o.limit.ReserveN(now, 1)
	if first < 0 || token.DelayFrom(now) > 0 {
		token.CancelAt(now)
		return moved, nil
	}
	if err := ctx.Err(); err != nil {
		token.CancelAt(now)
		return moved, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), outreach.Lease)
	defer cancel()
	c, ok, err := o.Outreach.Claim(ctx, n.ID, lane, o.Worker)
	if err != nil || !ok {
		token.CancelAt(now)
		return moved || c.Moved, err
	}
	if c.Message.Parts > 1 {
		o.limit.ReserveN(o.Clock.Now(), min(c.Message.Parts-1, max(1, o.limit.Burst())))
	}
	return true, o.Outreach.Settle(ctx, c, o.send(ctx, c, first))
}

// ready is the first gateway whose breaker lets a call through, -1 when none
// does.
func (o *Outbox) ready() int {
	for i := range o.Gateways {
		if o.breaker[i].allows(o.Clock.Now()) {
			return i
		}
	}
	return -1
}

// send calls the gateways from the given one on, as long as the one before
// has certainly not taken the message.
func (o *Outbox) send(ctx context.Context, c outreach.Claim, first int) outreach.Outcome {
	out := outreach.Outcome{Class: outreach.Retryable, Code: "no_gateway"}
	for i := first; i < len(o.Gateways); i++ {
		if i > first && !o.breaker[i].allows(o.Clock.Now()) {
			continue
		}
		out = o.call(ctx, c, i)
		if out.Class != outreach.Retryable {
			return out
		}
	}
	return out
}

func (o *Outbox) call(ctx context.Context, c outreach.Claim, i int) outreach.Outcome {
	g := o.Gateways[i]
	left := c.Message.Started.Add(sendTimeout).Sub(o.Clock.Now())
	if left <= 0 {
		o.Count("send_late")
		return outreach.Outcome{Class: outreach.Retryable, Code: "late"}
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	r := g.Send(ctx, gateway.Message{
		ID: outboxID(c.Message.ID, c.Number), To: c.Phone, Body: c.Body, StatusCallback: o.Callback(g.Name()),
		Subject: c.Subject, Leave: c.Leave,
	})
	o.Count("send_" + string(r.Class))
	o.breaker[i].took(r.Class, o.Clock.Now())
	if c.Message.Resent {
		o.Count("send_again")
		o.Log.WarnContext(ctx, "a message was sent again after it could not be found", "message", c.Message.ID)
	}
	return outcomeOf(g.Name(), r)
}

var classes = map[gateway.Class]outreach.Class{
	gateway.Accepted: outreach.Accepted,
	gateway.Refused:  outreach.Refused,
	gateway.Retry:    outreach.Retryable,
	gateway.Unknown:  outreach.Ambiguous,
}

func outcomeOf(name string, r gateway.Result) outreach.Outcome {
	class, ok := classes[r.Class]
	if !ok {
		class = outreach.Ambiguous
	}
	if r.OptedOut {
		class = outreach.Blocked
	}
	return outreach.Outcome{Class: class, Gateway: name, Provider: r.ProviderID, Code: r.Code}
}

// look asks the gateway that the unknown message went to. A gateway that
// cannot tell counts as not found: then only its callback could have settled
// the message.
func (o *Outbox) look(ctx context.Context, n outreach.Number, m outreach.Message) error {
	found := outreach.Outcome{Class: outreach.Refused}
	for _, g := range o.Gateways {
		r, ok := g.(gateway.Reconciler)
		if !ok || m.Gateway != "" && m.Gateway != g.Name() {
			continue
		}
		var err error
		if found, err = o.lookup(ctx, r, n, m); err != nil {
			return err
		}
		if found.Class == outreach.Accepted {
			found.Gateway = g.Name()
			break
		}
	}
	o.Count("look_" + string(found.Class))
	return o.Outreach.Look(ctx, n.ID, m.ID, found)
}

func (o *Outbox) lookup(ctx context.Context, r gateway.Reconciler, n outreach.Number, m outreach.Message) (outreach.Outcome, error) {
	phone, err := o.Outreach.Phone(ctx, n)
	if err != nil {
		return outreach.Outcome{}, err
	}
	body, err := o.Outreach.Body(ctx, n.ID, m)
	if err != nil {
		return outreach.Outcome{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	id, found, err := r.Lookup(ctx, gateway.Message{ID: outboxID(m.ID, n.ID), To: phone, Body: body}, m.Started)
	switch {
	case err != nil:
		return outreach.Outcome{Class: outreach.Ambiguous}, nil
	case found:
		return outreach.Outcome{Class: outreach.Accepted, Provider: id}, nil
	}
	return outreach.Outcome{Class: outreach.Refused}, nil
}
