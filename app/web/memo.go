package web

import (
	"context"
	"sync"
	"time"

	"folkmoot/domain"
)

// memo remembers what public pages were made of. Everybody is shown the same,
// and a text with a link makes hundreds of people open a page at once.
//
// What is remembered of a process holds as long as its record has the same
// head, so that a change shows with the next reading, and at most for
// freshFor, for what is counted without a word in the record.
type memo struct {
	mu   sync.Mutex
	kept map[string]*memory
}

const (
	freshFor    = 10 * time.Second
	maxMemories = 500
)

type memory struct {
	mu    sync.Mutex // held while it is made: the others wait for it
	head  string
	at    time.Time
	value any
}

func newMemo() *memo { return &memo{kept: map[string]*memory{}} }

// of is the memory under a name. Past the bound all are dropped.
func (m *memo) of(name string) *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.kept[name]; ok {
		return e
	}
	if len(m.kept) >= maxMemories {
		clear(m.kept)
	}
	e := &memory{}
	m.kept[name] = e
	return e
}

// remember answers what is remembered of a process under a name, or makes it.
// Values are shared: no page changes them.
func remember[T any](ctx context.Context, s Services, name, process string, fresh func() (T, error)) (T, error) {
	h, err := s.Audit.Head(ctx, process)
	if err != nil && !domain.Is(err, domain.NotFound) {
		var none T
		return none, err
	}
	now := s.Clock.Now()
	e := s.memo.of(name + " " + process)
	e.mu.Lock()
	defer e.mu.Unlock()
	if v, ok := e.value.(T); ok && e.head == h.Hash && now.Sub(e.at) < freshFor && !now.Before(e.at) {
		return v, nil
	}
	v, err := fresh()
	if err != nil {
		return v, err
	}
	e.head, e.at, e.value = h.Hash, now, v
	return v, nil
}
