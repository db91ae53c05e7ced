package main

import (
	"context"
	"maps"
	"sync"
	"time"

	"folkmoot/bots/dialogue"
	"folkmoot/domain"
)

// memory keeps for a moment what nearly every text asks again: the reference
// of its process and what texts say of it. It holds nothing personal. A write
// by this instance drops what it changed before the writer goes on; a write by
// another instance shows after at most [memoryLife].
type memory struct {
	read   func(ctx context.Context, id string) (domain.ProcessRef, error)
	active func(ctx context.Context) ([]domain.ProcessRef, error)
	now    func() time.Time

	mu    sync.Mutex
	turn  int // counts forgettings: what was read before one is not kept
	refs  map[string]kept[domain.ProcessRef]
	vars  map[[2]string]kept[dialogue.Vars] // by process and language
	lists kept[[]domain.ProcessRef]
}

// memoryLife is how old something remembered may be.
const memoryLife = time.Second

type kept[T any] struct {
	value T
	at    time.Time
}

func newMemory(read func(context.Context, string) (domain.ProcessRef, error), active func(context.Context) ([]domain.ProcessRef, error), now func() time.Time) *memory {
	return &memory{read: read, active: active, now: now, refs: map[string]kept[domain.ProcessRef]{}, vars: map[[2]string]kept[dialogue.Vars]{}}
}

// forget drops what is remembered of a process.
func (m *memory) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn++
	delete(m.refs, id)
	maps.DeleteFunc(m.vars, func(k [2]string, _ kept[dialogue.Vars]) bool { return k[0] == id })
	m.lists = kept[[]domain.ProcessRef]{}
}

// forgetAll drops everything.
func (m *memory) forgetAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn++
	clear(m.refs)
	clear(m.vars)
	m.lists = kept[[]domain.ProcessRef]{}
}

// Ref implements domain.Processes.
func (m *memory) Ref(ctx context.Context, id string) (domain.ProcessRef, error) {
	return remember(m, func() *kept[domain.ProcessRef] { k := m.refs[id]; return &k },
		func(k kept[domain.ProcessRef]) { m.refs[id] = k },
		func() (domain.ProcessRef, error) { return m.read(ctx, id) })
}

// list answers the processes that have not ended.
func (m *memory) list(ctx context.Context) ([]domain.ProcessRef, error) {
	return remember(m, func() *kept[[]domain.ProcessRef] { k := m.lists; return &k },
		func(k kept[[]domain.ProcessRef]) { m.lists = k },
		func() ([]domain.ProcessRef, error) { return m.active(ctx) })
}

// said answers what texts say of a process in a language; read makes it.
func (m *memory) said(id, lang string, read func() (dialogue.Vars, error)) (dialogue.Vars, error) {
	key := [2]string{id, lang}
	return remember(m, func() *kept[dialogue.Vars] { k := m.vars[key]; return &k },
		func(k kept[dialogue.Vars]) { m.vars[key] = k }, read)
}

func remember[T any](m *memory, get func() *kept[T], put func(kept[T]), read func() (T, error)) (T, error) {
	m.mu.Lock()
	k, turn, now := get(), m.turn, m.now()
	m.mu.Unlock()
	if age := now.Sub(k.at); !k.at.IsZero() && age >= 0 && age < memoryLife {
		return k.value, nil
	}
	v, err := read()
	if err != nil {
		return v, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.turn == turn {
		put(kept[T]{v, now})
	}
	return v, nil
}
