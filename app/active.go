package main

import (
	"context"
	"sync"
	"time"

	"folkmoot/domain"
)

// activeLife is how long the list of running processes may be old: a word on
// a poster works that much after its process opens.
const activeLife = 2 * time.Second

// activeList keeps the processes that have not ended, so that not every text
// asks the store for all of them.
type activeList struct {
	read func(ctx context.Context) ([]domain.ProcessRef, error)
	now  func() time.Time

	mu   sync.Mutex
	refs []domain.ProcessRef
	at   time.Time
}

func (a *activeList) list(ctx context.Context) ([]domain.ProcessRef, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := a.now(); a.refs == nil || now.Sub(a.at) > activeLife || now.Before(a.at) {
		refs, err := a.read(ctx)
		if err != nil {
			return nil, err
		}
		a.refs, a.at = append([]domain.ProcessRef{}, refs...), now
	}
	return a.refs, nil
}
