package store

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long an update waits while the queue before it does not
// move; then it goes ahead regardless. It bounds the harm of two changes that
// each update the other's document.
const patience = time.Second

// turns lets the updates of one document in this process go one after the
// other once they have begun to lose races. A document that nobody fights
// over costs one look into a map. Turns make nothing safe (the
// compare-and-swap does); they save attempts that cannot win.
type turns struct {
	mu   sync.Mutex
	byID map[string]*turn
}

// turn is the queue for one document. free holds a token when nobody has the
// turn; users counts who has it or waits.
type turn struct {
	free  chan struct{}
	users int
	moved atomic.Int64 // how often the turn was given back
}

// take waits for the document's turn and answers how to give it back. With
// contended unset it takes one only where others queue already.
func (t *turns) take(ctx context.Context, id string, contended bool) (release func()) {
	q := t.join(id, contended)
	if q == nil {
		return func() {}
	}
	if !q.wait(ctx) {
		return func() { t.leave(id, q) }
	}
	return func() {
		q.moved.Add(1)
		q.free <- struct{}{}
		t.leave(id, q)
	}
}

// wait reports whether the turn came. It gives up when the queue stands still
// for too long, or the context ends.
func (q *turn) wait(ctx context.Context) bool {
	for {
		moved := q.moved.Load()
		timer := time.NewTimer(patience)
		select {
		case <-q.free:
			timer.Stop()
			return true
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-timer.C:
			if q.moved.Load() == moved {
				return false
			}
		}
	}
}

func (t *turns) join(id string, contended bool) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.byID[id]
	if q == nil && !contended {
		return nil
	}
	if q == nil {
		q = &turn{free: make(chan struct{}, 1)}
		q.free <- struct{}{}
		if t.byID == nil {
			t.byID = map[string]*turn{}
		}
		t.byID[id] = q
	}
	q.users++
	return q
}

func (t *turns) leave(id string, q *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q.users--; q.users == 0 {
		delete(t.byID, id)
	}
}
