package store

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"time"

	"folkmoot/domain"
)

// Attempts is how often an update tries before it answers stale.
const Attempts = 60

// Hooks are what a program hangs into the store. Every field may be left
// empty.
type Hooks struct {
	// OnEffects is called after a write that left effects in a document, with
	// the time the earliest is due, so that a relay can be woken. It runs in
	// the writer's goroutine and must return at once.
	OnEffects func(collection, id string, due time.Time)
	// Wait pauses between two attempts of an update, attempt counting from 1;
	// an error ends the update. By default it waits a random time, longer the
	// more attempts were lost, at most 50 ms.
	Wait func(ctx context.Context, attempt int) error
}

// Store is an engine with the collections kept in it.
type Store struct {
	engine Engine
	hooks  Hooks

	mu     sync.RWMutex
	byName map[string]Untyped
	order  []string
	files  *Files
}

// Untyped is a collection for those who treat all alike: the relay, backup,
// verification and migration.
type Untyped interface {
	Spec() Spec
	// Due answers documents with effects due at or before now, earliest
	// first, at most limit, with those effects.
	Due(ctx context.Context, now time.Time, limit int) ([]Pending, error)
	// Settle removes executed effects from a document and puts failed ones
	// off; a document that is gone is settled.
	Settle(ctx context.Context, id string, done []string, failed map[string]time.Time) error
	// Documents yields every stored document as it is, by id.
	Documents(ctx context.Context) iter.Seq2[Document, error]
	// Verify reads every document and calls report for each fault found.
	Verify(ctx context.Context, report func(Fault)) (checked int, err error)
	// Reindex rewrites documents whose schema or keys are out of date and
	// answers how many. It can be broken off and begun again; progress is told
	// now and then how many were looked at and how many written.
	Reindex(ctx context.Context, progress func(seen, changed int)) (changed int, err error)
}

// New makes a store on an engine. The store does not own the engine: who
// opened it closes it.
func New(engine Engine, hooks Hooks) *Store {
	if hooks.Wait == nil {
		hooks.Wait = jitter
	}
	s := &Store{engine: engine, hooks: hooks, byName: map[string]Untyped{}}
	s.files = openFiles(s)
	return s
}

// Engine is the database below, for backup and measurement.
func (s *Store) Engine() Engine { return s.engine }

// Files keeps content by its SHA-256.
func (s *Store) Files() *Files { return s.files }

// Ping is nil when the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.engine.Ping(ctx) }

// Collections lists what was opened, in order of opening.
func (s *Store) Collections() []Untyped {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]Untyped, len(s.order))
	for i, name := range s.order {
		out[i] = s.byName[name]
	}
	return out
}

// Collection answers the opened collection of a name.
func (s *Store) Collection(name string) (Untyped, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, ok := s.byName[name]
	return c, ok
}

// Specs lists the specs of all collections, the store's own included.
func (s *Store) Specs() []Spec {
	out := []Spec{metaSpec}
	for _, c := range s.Collections() {
		out = append(out, c.Spec())
	}
	return out
}

func (s *Store) wait(ctx context.Context, attempt int) error { return s.hooks.Wait(ctx, attempt) }

func (s *Store) add(c Untyped) {
	spec := c.Spec()
	checkSpec(spec)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, twice := s.byName[spec.Name]; twice || spec.Name == metaSpec.Name {
		panic("store: the collection name " + spec.Name + " is used twice")
	}
	s.byName[spec.Name] = c
	s.order = append(s.order, spec.Name)
}

// jitter waits a random time of at most 200 microseconds, doubled with each
// attempt up to 50 ms: enough to let the winner of a race finish, too little
// to be felt by a person.
func jitter(ctx context.Context, attempt int) error {
	most := 200 * time.Microsecond << min(attempt, 8)
	timer := time.NewTimer(rand.N(min(most, 50*time.Millisecond)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return domain.E(domain.Unavailable, "the time for this ran out; nothing was changed").Because(ctx.Err())
	case <-timer.C:
		return nil
	}
}

func specOf[T any](decl domain.Collection[T]) Spec {
	spec := Spec{Name: decl.Name, Schema: max(decl.Schema, 1), Shard: decl.Shard}
	if spec.Shard == "" {
		spec.Shard = IDField
	}
	spec.Indexes = append(slices.Clone(decl.Indexes), domain.Index{
		Name: domain.EffectsIndex, Fields: []string{domain.EffectsIndex},
	})
	return spec
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// checkSpec panics on a declaration that cannot work: a fault of the program,
// found at its first start.
func checkSpec(spec Spec) {
	bad := func(format string, args ...any) {
		panic("store: collection " + spec.Name + ": " + fmt.Sprintf(format, args...))
	}
	if !nameForm.MatchString(spec.Name) {
		bad("a name is lower-case letters, digits and underscores")
	}
	had := map[string]bool{}
	for i, ix := range spec.Indexes {
		if !nameForm.MatchString(ix.Name) || had[ix.Name] {
			bad("index %q: the name is taken or not of lower-case letters, digits and underscores", ix.Name)
		}
		had[ix.Name] = true
		if len(ix.Fields) == 0 {
			bad("index %s has no fields", ix.Name)
		}
		for _, f := range ix.Fields {
			last := i == len(spec.Indexes)-1
			if !nameForm.MatchString(f) || f == IDField || f == domain.EffectsIndex && !last {
				bad("index %s: %q cannot be the name of a field", ix.Name, f)
			}
		}
	}
}
