package sms

import (
	"context"
	"errors"
	"sync"
	"time"

	"folkmoot/bots/dialogue"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// Wake lets the conversations go on whose time has come without a reply:
// reminders and time-outs. It answers how many. One that cannot go on keeps
// no other waiting; it is tried again.
func (b *Inbox) Wake(ctx context.Context) (int, error) {
	total := 0
	for ctx.Err() == nil {
		now := b.Clock.Now()
		numbers, err := b.Outreach.Waking(ctx, now, sweepBatch)
		if err != nil {
			return total, err
		}
		n, err := b.wakeAll(ctx, numbers, now)
		total += n
		if n > 0 {
			b.Sent()
		}
		if err != nil || n == 0 {
			return total, err
		}
	}
	return total, ctx.Err()
}

// wakeAll wakes the numbers, as many at a time as there are workers.
func (b *Inbox) wakeAll(ctx context.Context, numbers []outreach.Number, now time.Time) (int, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failed []error
	done := 0
	slots := make(chan struct{}, len(b.lanes))
	for _, n := range numbers {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			woken, err := b.wakeNumber(ctx, n, now)
			mu.Lock()
			defer mu.Unlock()
			done += woken
			if err != nil {
				failed = append(failed, err)
			}
		})
	}
	wg.Wait()
	return done, errors.Join(failed...)
}

func (b *Inbox) wakeNumber(ctx context.Context, n outreach.Number, now time.Time) (int, error) {
	done := 0
	for _, c := range n.Conversations {
		if c.Wakes.IsZero() || c.Wakes.After(now) {
			continue
		}
		stepped, err := b.wake(ctx, n.ID, c)
		if err != nil {
			return done, err
		}
		if stepped {
			done++
		}
	}
	return done, nil
}

// wake is one tick of the engine, under an id made of conversation and time.
// A conversation that has nothing to do at its time waits no more.
func (b *Inbox) wake(ctx context.Context, number string, c outreach.Conversation) (stepped bool, err error) {
	event := domain.Derive("wake", c.ID, c.Wakes.Format("20060102T150405.000"))
	now := b.Clock.Now()
	_, stepped, err = b.Outreach.Step(ctx, number, event, "", func(n *outreach.Number) error {
		c, ok := n.ConversationBy(c.ID)
		if !ok || !c.Live() {
			return nil
		}
		sc, err := b.Desk.resume(ctx, n, scene{event: event, at: now}, c)
		if err != nil {
			return err
		}
		if sc.ref.Stage == domain.Paused { // nothing falls due
			n.Snooze(c.ID, domain.Milli(now.Add(outreach.PauseCheck)))
			return nil
		}
		if _, err := b.Desk.step(ctx, n, &sc, dialogue.Input{ID: event, Kind: dialogue.Tick, At: now}); err != nil {
			return err
		}
		n.Rest(c.ID, now)
		return nil
	})
	return stepped, err
}
