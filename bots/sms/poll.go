package sms

import (
	"context"
	"errors"
	"time"

	"folkmoot/bots/sms/gateway"
)

// How far back a poll looks: over what the last one that succeeded saw, for
// providers list what they received a little late; and from a start of ours,
// or after trouble, over any outage that is mended within days.
const (
	pollOverlap = 2 * time.Hour
	pollAfresh  = 72 * time.Hour
)

// Missed asks each gateway that can tell for the texts that no webhook may
// have brought since it last answered, and reports how many there were. A
// gateway in trouble keeps no other from being asked.
func (b *Inbox) Missed(ctx context.Context) (int, error) {
	b.polls.Lock()
	defer b.polls.Unlock()
	total := 0
	var failed []error
	for _, g := range b.Gateways {
		now := b.Clock.Now()
		since := now.Add(-pollAfresh)
		if last := b.polled[g.Name()]; last.After(since) {
			since = last.Add(-pollOverlap)
		}
		n, err := b.pollOne(ctx, g, since)
		total += n
		if err != nil {
			failed = append(failed, err)
			continue
		}
		b.polled[g.Name()] = now
	}
	return total, errors.Join(failed...)
}

// Poll asks the gateways that can tell for texts since the time, and answers
// how many of them no webhook had brought.
func (b *Inbox) Poll(ctx context.Context, since time.Time) (int, error) {
	total := 0
	var failed []error
	for _, g := range b.Gateways {
		n, err := b.pollOne(ctx, g, since)
		total += n
		failed = append(failed, err)
	}
	return total, errors.Join(failed...)
}

func (b *Inbox) pollOne(ctx context.Context, g gateway.Gateway, since time.Time) (int, error) {
	p, ok := g.(gateway.Poller)
	if !ok {
		return 0, nil
	}
	list, err := p.Inbounds(ctx, since)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, in := range list {
		fresh, err := b.text(ctx, g.Name(), in, frame{At: b.Clock.Now()})
		if err != nil {
			return total, err
		}
		if fresh {
			total++
		}
	}
	return total, nil
}
