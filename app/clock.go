package main

import (
	"context"
	"sync/atomic"
	"time"

	"folkmoot/domain"
)

// movingClock is the machine's clock plus an offset that a demonstration may
// change. Elsewhere the offset stays nought.
type movingClock struct {
	offset  atomic.Int64
	machine func() time.Time // nil: time.Now
}

// Now is the time of the processes.
func (c *movingClock) Now() time.Time {
	return domain.Milli(c.ofMachine().Add(time.Duration(c.offset.Load())))
}

func (c *movingClock) ofMachine() time.Time {
	if c.machine == nil {
		return time.Now()
	}
	return c.machine()
}

// moved is where the clock of a demonstration stands, kept so that a restart
// does not send everybody back.
type moved struct {
	domain.Root
	OffsetMillis int64 `json:"offset_ms"`
}

var movedClocks = domain.Collection[moved]{
	Name: "demo_clocks", Schema: 1, Shard: "id", Keys: func(*moved) map[string]any { return nil },
}

// Set moves the clock, forward only: what was done stays done.
func (h *house) setClock(ctx context.Context, to time.Time) error {
	if to.Before(h.clock.Now()) && h.clock.offset.Load() != 0 {
		return domain.Problems{"to": "the clock only moves forward; it is at " + h.clock.Now().Format(time.RFC3339)}.Err()
	}
	offset := to.Sub(h.clock.ofMachine())
	_, err := h.moved.Upsert(ctx, "clock", func() moved { return moved{Root: domain.Root{ID: "clock"}} }, func(m *moved) error {
		m.OffsetMillis = offset.Milliseconds()
		return nil
	})
	if err != nil {
		return err
	}
	h.clock.offset.Store(int64(offset))
	return nil
}

func (h *house) restoreClock(ctx context.Context) error {
	m, err := h.moved.Get(ctx, "clock")
	if domain.Is(err, domain.NotFound) {
		return nil
	}
	h.clock.offset.Store(int64(time.Duration(m.OffsetMillis) * time.Millisecond))
	return err
}
