package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// place is where a document lies: in the store or in the keyring.
type place struct {
	ring           bool
	collection, id string
}

// state is every document of the store and of the keyring. Documents in it
// are never changed.
type state map[place]store.Document

// ground is two databases that outlive the programs on them, with a copy of
// what they hold, so that they can be put back to any earlier state.
type ground struct {
	store, ring store.Engine

	mu      sync.Mutex
	ready   map[string]bool // specs that were ensured: doing it again makes nothing
	now     state
	touched map[place]bool // since the last time it was put back
}

func newGround(s, ring store.Engine) *ground {
	return &ground{store: s, ring: ring, ready: map[string]bool{}, now: state{}, touched: map[place]bool{}}
}

func (g *ground) engine(ring bool) store.Engine {
	if ring {
		return g.ring
	}
	return g.store
}

func (g *ground) wrote(p place, d store.Document) {
	g.mu.Lock()
	defer g.mu.Unlock()
	d.Body, d.Keys = slices.Clone(d.Body), maps.Clone(d.Keys)
	g.now[p], g.touched[p] = d, true
}

func (g *ground) removed(p place) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.now, p)
	g.touched[p] = true
}

// places lists what was touched since the last time it was put back.
func (g *ground) places() []place {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Collect(maps.Keys(g.touched))
}

// forgetTouched begins a new list of what is touched.
func (g *ground) forgetTouched() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.touched = map[place]bool{}
}

// copy is the present state.
func (g *ground) copy() state {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.now)
}

// putBack makes the databases hold the state. from is the state they were put
// back to last; nil looks at everything.
func (g *ground) putBack(ctx context.Context, to state, everything bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if everything {
		for _, s := range []state{g.now, to} {
			for p := range s {
				g.touched[p] = true
			}
		}
	}
	for p := range g.touched {
		had, is := g.now[p]
		want, should := to[p]
		if is == should && (!is || had.Version == want.Version && string(had.Body) == string(want.Body)) {
			continue
		}
		if is {
			if err := g.engine(p.ring).Delete(ctx, p.collection, p.id, 0); err != nil {
				return err
			}
		}
		if should {
			if err := g.engine(p.ring).Insert(ctx, p.collection, want); err != nil {
				return err
			}
		}
	}
	g.now, g.touched = maps.Clone(to), map[place]bool{}
	return nil
}

// operation is one call of the store.
type operation struct {
	ring             bool
	verb, collection string
	write            bool
	sent             int // calls to the world outside before it
}

// manner is how an operation goes wrong.
type manner string

const (
	diesBefore  manner = "dies before" // the program ends, the operation does not take place
	diesAfter   manner = "dies after"  // it takes place, the program ends before its answer
	failsBefore manner = "fails"       // the operation answers unavailable and did not take place; the program goes on
	failsAfter  manner = "lost"        // it took place, its answer is lost; the program goes on
)

func (m manner) dies() bool  { return m == diesBefore || m == diesAfter }
func (m manner) after() bool { return m == diesAfter || m == failsAfter }

// fate says at which operation a program comes to harm, and remembers what it
// asked of its stores. A dead program reaches nothing outside any more.
type fate struct {
	mu   sync.Mutex
	on   bool // operations count
	at   int  // from 1; 0: never
	how  manner
	felt bool
	dead bool
	sent int
	seen []operation
	in   outage // from which the program suffers, but goes on
}

var errAway = domain.E(domain.Unavailable, "the store went away")

// begin lets operations count.
func (f *fate) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on = true
}

// ask counts an operation and answers whether it takes place and whether its
// answer arrives.
func (f *fate) ask(op operation) (happens, answered bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead {
		return false, false
	}
	if !f.on {
		return true, true
	}
	op.sent = f.sent
	f.seen = append(f.seen, op)
	if f.at != len(f.seen) {
		return true, true
	}
	f.felt = true
	f.dead = f.how.dies()
	return f.how.after(), false
}

// trouble begins an outage, or ends it.
func (f *fate) trouble(o outage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.in = o
}

func (f *fate) suffers(op operation) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.in.refuses(op)
}

// reach counts a call to the world outside; false when the program is dead.
func (f *fate) reach() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent++
	return !f.dead
}

func (f *fate) isDead() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dead
}

// mortal is a program's view of a database: it dies with the program. A write
// that has begun is not cut off by the end of whoever asked for it: whether it
// takes place is for fate to say.
type mortal struct {
	g    *ground
	ring bool
	fate *fate
}

var _ store.Engine = mortal{}

func (m mortal) inner() store.Engine { return m.g.engine(m.ring) }

func (m mortal) do(verb, collection string, write bool, f func() error) error {
	op := operation{ring: m.ring, verb: verb, collection: collection, write: write}
	if err := m.fate.suffers(op); err != nil {
		return err
	}
	happens, answered := m.fate.ask(op)
	if !happens {
		return errAway
	}
	if err := f(); err != nil || answered {
		return err
	}
	return errAway
}

func (m mortal) Insert(ctx context.Context, c string, d store.Document) error {
	return m.do("insert", c, true, func() error {
		err := m.inner().Insert(context.WithoutCancel(ctx), c, d)
		if err == nil {
			m.g.wrote(place{m.ring, c, d.ID}, d)
		}
		return err
	})
}

func (m mortal) Replace(ctx context.Context, c string, d store.Document, was int64) error {
	return m.do("replace", c, true, func() error {
		err := m.inner().Replace(context.WithoutCancel(ctx), c, d, was)
		if err == nil {
			m.g.wrote(place{m.ring, c, d.ID}, d)
		}
		return err
	})
}

func (m mortal) Delete(ctx context.Context, c, id string, version int64) error {
	return m.do("delete", c, true, func() error {
		err := m.inner().Delete(context.WithoutCancel(ctx), c, id, version)
		if err == nil {
			m.g.removed(place{m.ring, c, id})
		}
		return err
	})
}

func (m mortal) Get(ctx context.Context, c, id string) (d store.Document, err error) {
	err = m.do("get", c, false, func() error { d, err = m.inner().Get(ctx, c, id); return err })
	return d, err
}

func (m mortal) Find(ctx context.Context, c string, q store.Query) (docs []store.Document, err error) {
	err = m.do("find", c, false, func() error { docs, err = m.inner().Find(ctx, c, q); return err })
	return docs, err
}

func (m mortal) Count(ctx context.Context, c string, q store.Query) (n int64, err error) {
	err = m.do("count", c, false, func() error { n, err = m.inner().Count(ctx, c, q); return err })
	return n, err
}

// Scrub overwrites what was deleted, where the database can.
func (m mortal) Scrub(ctx context.Context) error {
	s, ok := m.inner().(interface{ Scrub(context.Context) error })
	if !ok {
		return nil
	}
	return m.do("scrub", "", true, func() error { return s.Scrub(ctx) })
}

func (m mortal) Ensure(ctx context.Context, specs ...store.Spec) error {
	return m.do("ensure", "", true, func() error {
		all := fmt.Sprint(m.ring, specs)
		m.g.mu.Lock()
		ready := m.g.ready[all]
		m.g.ready[all] = true
		m.g.mu.Unlock()
		if ready {
			return nil
		}
		return m.inner().Ensure(ctx, specs...)
	})
}

func (m mortal) Check(ctx context.Context, specs ...store.Spec) (todo []string, err error) {
	err = m.do("check", "", false, func() error { todo, err = m.inner().Check(ctx, specs...); return err })
	return todo, err
}

func (m mortal) Ping(ctx context.Context) error {
	return m.do("ping", "", false, func() error { return m.inner().Ping(ctx) })
}

func (m mortal) Close() error { return nil }
