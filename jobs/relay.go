package jobs

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"folkmoot/domain"
)

// Pending is a document with effects that are due, earliest first.
type Pending struct {
	Collection string
	ID         string
	Effects    []domain.Effect
}

// Source is where effects lie: the store over all its collections.
type Source interface {
	Due(ctx context.Context, now time.Time, limit int) ([]Pending, error)
	Settle(ctx context.Context, collection, id string, done []string, failed map[string]time.Time) error
}

// Handler executes an effect. It is called at least once for each and must
// change nothing the second time.
type Handler func(ctx context.Context, e domain.Effect) error

// Relay executes pending effects by kind until they are acknowledged.
type Relay struct {
	Source   Source
	Handlers map[string]Handler
	Clock    domain.Clock
	Log      *slog.Logger
	Workers  int            // documents at once; default 8
	Wake     chan struct{}  // written to when effects were stored; may be nil
	Jitter   func() float64 // 0 to 1; default random
}

// batch is how many documents of each collection one round takes.
const batch = 200

// Run executes effects when woken, until ctx ends. Ticks of the job "relay"
// find what a wake-up missed.
func (r *Relay) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.Wake:
			if _, err := r.Drain(ctx, r.Clock.Now()); err != nil && ctx.Err() == nil {
				r.Log.Warn("relay stopped early; the next tick goes on", "err", err)
			}
		}
	}
}

// Drain executes everything due at now, also what that execution stores in
// turn, and answers how many effects were executed.
func (r *Relay) Drain(ctx context.Context, now time.Time) (int, error) {
	total := 0
	for {
		if err := Fence(ctx); err != nil {
			return total, err
		}
		pending, unread := r.Source.Due(ctx, now, batch) // what could be read is done all the same
		n, err := r.round(ctx, pending)
		total += n
		if err != nil || n == 0 {
			return total, errors.Join(unread, err)
		}
	}
}

// round executes the effects of the documents, several documents at once, and
// answers how many succeeded.
func (r *Relay) round(ctx context.Context, pending []Pending) (int, error) {
	workers := r.Workers
	if workers == 0 {
		workers = 8
	}
	queue := make(chan Pending)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	total := 0
	for range workers {
		wg.Go(func() {
			for p := range queue {
				n, err := r.execute(ctx, p)
				mu.Lock()
				total += n
				if err != nil {
					errs = append(errs, err)
				}
				mu.Unlock()
			}
		})
	}
	for _, p := range pending {
		queue <- p
	}
	close(queue)
	wg.Wait()
	return total, errors.Join(errs...)
}

// execute runs a document's due effects in order and settles them in one
// write. What comes after one that failed because something was away waits
// with it: a member's second command may rest on the first.
func (r *Relay) execute(ctx context.Context, p Pending) (int, error) {
	var done []string
	failed := map[string]time.Time{}
	for i, e := range p.Effects {
		err := r.handle(ctx, e)
		if err == nil {
			done = append(done, e.ID)
			continue
		}
		if ctx.Err() != nil {
			break // cut off, not failed
		}
		again := r.Clock.Now().Add(r.backoff(e.Attempts, err))
		failed[e.ID] = again
		r.Log.Warn("effect failed", "kind", e.Kind, "effect", e.ID, "collection", p.Collection,
			"attempts", e.Attempts+1, "code", domain.CodeOf(err), "err", err)
		if domain.Is(err, domain.Unavailable) {
			for _, after := range p.Effects[i+1:] {
				failed[after.ID] = again
			}
			break
		}
	}
	if err := r.Source.Settle(ctx, p.Collection, p.ID, done, failed); err != nil {
		return 0, err // executed, not acknowledged: executed again, to no effect
	}
	return len(done), nil
}

// handle executes one effect; a panic in a handler counts as its failure.
func (r *Relay) handle(ctx context.Context, e domain.Effect) (err error) {
	h, ok := r.Handlers[e.Kind]
	if !ok {
		return domain.E(domain.Internal, "no handler for effects of kind %q", e.Kind)
	}
	defer func() {
		if v := recover(); v != nil {
			err = domain.E(domain.Internal, "handler of %q panicked: %v", e.Kind, v)
		}
	}()
	return h(ctx, e)
}

// backoff is 1 s, 4 s, 16 s, ... up to an hour, or up to domain.Soon
// where something was away, each between half and whole.
func (r *Relay) backoff(attempts int, why error) time.Duration {
	d := time.Hour
	if attempts < 6 {
		d = time.Second << (2 * attempts)
	}
	if domain.Is(why, domain.Unavailable) {
		d = min(d, domain.Soon)
	}
	jitter := r.Jitter
	if jitter == nil {
		jitter = rand.Float64
	}
	return d/2 + time.Duration(jitter()*float64(d/2))
}
