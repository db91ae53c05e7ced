package sortition

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// errWork ends a search that has used up its budget.
var errWork = errors.New("the search used up its budget of work")

// budget counts the work of a search in steps, roughly pivots of a small
// tableau, which are the same on every machine. A search ends where the limit
// falls or, sooner, where stop asks for it; the place is noted, so that the
// same limit ends the same search there again. A nil budget has no end.
type budget struct {
	spent, limit int
	stop         func() bool
	ended        int // the limit that ends a repetition at the same place
}

const (
	defaultWork = 4_000_000
	settleWork  = 150_000 // for making the best of what was found by then
	solveWork   = 200     // a programme of the general solver
	drawWork    = 20      // a draw of a panel beside the point
)

func (b *budget) spend(steps int) error {
	if b == nil {
		return nil
	}
	b.spent += steps
	if b.spent > b.limit || b.stop != nil && b.stop() {
		if b.ended == 0 {
			b.ended = b.spent - 1
		}
		return errWork
	}
	return nil
}

// extend gives a search that has ended some more work, without asking stop.
func (b *budget) extend(steps int) {
	b.limit, b.stop = b.spent+steps, nil
}

func newBudget(limit int) *budget {
	if limit == 0 {
		limit = defaultWork
	}
	return &budget{limit: limit}
}

// softly turns a deadline into a wish: it returns a context without the
// deadline, whether it has passed, and what releases both. A search that sees
// the wish ends at its next step and makes the best of what it has; one that
// is cancelled ends at once.
func softly(ctx context.Context) (context.Context, func() bool, func()) {
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	late := new(atomic.Bool)
	forget := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			late.Store(true)
		} else {
			cancel()
		}
	})
	return hard, late.Load, func() {
		forget()
		cancel()
	}
}

// tooSoon is the error of a search that ended before it had anything to show.
func tooSoon(late bool) error {
	if late {
		return fmt.Errorf("%w before any lottery was found", context.DeadlineExceeded)
	}
	return fmt.Errorf("%w before any lottery was found: allow more", errWork)
}
