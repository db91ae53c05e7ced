package sms

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// sweepAfter is how old an unprocessed event is before a sweep takes it: the
// workers have the younger ones.
const sweepAfter = 5 * time.Second

// Sweep takes in what a crash, an outage or a full backlog left unprocessed,
// oldest first, and answers how many. Jobs call it every few seconds.
func (b *Inbox) Sweep(ctx context.Context) (int, error) {
	return b.sweep(ctx, b.Clock.Now().Add(-sweepAfter))
}

// Drain is [Inbox.Sweep] without waiting for the workers: everything now.
func (b *Inbox) Drain(ctx context.Context) (int, error) {
	return b.sweep(ctx, b.Clock.Now().Add(time.Millisecond))
}

const sweepBatch = 512

// sweep goes once through everything that is unprocessed, a batch at a time,
// the events of one number in their order. An event that cannot be taken in
// keeps nobody behind it waiting.
func (b *Inbox) sweep(ctx context.Context, before time.Time) (int, error) {
	var done, failed atomic.Int64
	var batch []outreach.Received
	flush := func() {
		b.each(batch, func(e outreach.Received) {
			if err := b.stored(ctx, e); err != nil {
				failed.Add(1)
				b.Log.WarnContext(ctx, "an event could not be taken in", "event", e.ID, "err", err)
				return
			}
			done.Add(1)
		})
		batch = batch[:0]
	}
	err := b.Outreach.Waiting(ctx, before, func(e outreach.Received) error {
		if batch = append(batch, e); len(batch) == sweepBatch {
			flush()
		}
		return ctx.Err()
	})
	flush()
	if err == nil && failed.Load() > 0 {
		err = domain.E(domain.Unavailable, "%d events could not be taken in yet", failed.Load())
	}
	return int(done.Load()), err
}

// each deals the events out to as many goroutines as there are workers, by
// number, and waits for all of them.
func (b *Inbox) each(events []outreach.Received, do func(outreach.Received)) {
	hands := make([][]outreach.Received, len(b.lanes))
	for _, e := range events {
		i := b.lane(e.Number)
		hands[i] = append(hands[i], e)
	}
	var wg sync.WaitGroup
	for _, hand := range hands {
		if len(hand) == 0 {
			continue
		}
		wg.Go(func() {
			for _, e := range hand {
				do(e)
			}
		})
	}
	wg.Wait()
}
