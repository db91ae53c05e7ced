package domaintest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"slices"
	"sync"

	"folkmoot/domain"
)

// attempts is how often an update tries again before it answers stale.
const attempts = 200

// Repo is a [domain.Repository] in memory. It is safe for use by many
// goroutines. Update and Upsert run change outside the lock, so a change may
// read other repositories, and this one.
type Repo[T any] struct {
	// Before, when set, runs before every operation ("get", "insert",
	// "replace", "delete", "find"; the id is "" for find). What it answers is
	// the operation's failure: return a domain.Unavailable error to have the
	// store away, or change the same document in it to make a race.
	Before func(op, id string) error

	c    domain.Collection[T]
	mu   sync.Mutex
	docs map[string]record
}

type record struct {
	id      string
	version int64
	body    []byte
	keys    map[string]any
}

var _ domain.Repository[struct{ domain.Root }] = (*Repo[struct{ domain.Root }])(nil)

// Memory makes an empty repository of a collection. It panics when *T is not
// a [domain.Aggregate], which embedding [domain.Root] makes it.
func Memory[T any](c domain.Collection[T]) *Repo[T] {
	root(new(T))
	domain.CheckShape(any(new(T)).(domain.Aggregate))
	return &Repo[T]{c: c, docs: map[string]record{}}
}

func root[T any](doc *T) *domain.Root {
	a, ok := any(doc).(domain.Aggregate)
	if !ok {
		panic("domaintest: a document must embed domain.Root")
	}
	return a.Base()
}

func (r *Repo[T]) before(ctx context.Context, op, id string) error {
	if err := ctx.Err(); err != nil {
		return domain.E(domain.Unavailable, "the store was not asked: time ran out").Because(err)
	}
	if r.Before == nil {
		return nil
	}
	return r.Before(op, id)
}

// Get answers the document; not_found.
func (r *Repo[T]) Get(ctx context.Context, id string) (T, error) {
	var none T
	if err := r.before(ctx, "get", id); err != nil {
		return none, err
	}
	r.mu.Lock()
	rec, ok := r.docs[id]
	r.mu.Unlock()
	if !ok {
		return none, r.absent()
	}
	return r.decode(rec)
}

// Insert stores a new document and sets its version to 1; conflict when the
// id is taken.
func (r *Repo[T]) Insert(ctx context.Context, doc *T) error {
	if err := r.before(ctx, "insert", root(doc).ID); err != nil {
		return err
	}
	rec, err := r.encode(doc, 1)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, taken := r.docs[rec.id]; taken {
		return domain.E(domain.Conflict, "there is already a document with this id in %s", r.c.Name)
	}
	r.docs[rec.id] = rec
	root(doc).Version = 1
	return nil
}

// Update changes a document under compare-and-swap.
func (r *Repo[T]) Update(ctx context.Context, id string, change func(*T) error) (T, error) {
	for range attempts {
		doc, err := r.Get(ctx, id)
		if err != nil {
			return doc, err
		}
		done, err := r.try(ctx, id, &doc, change)
		if done {
			return doc, err
		}
	}
	var none T
	return none, r.lost()
}

// Upsert is Update on a document made by zero when absent.
func (r *Repo[T]) Upsert(ctx context.Context, id string, zero func() T, change func(*T) error) (T, error) {
	for range attempts {
		doc, err := r.Get(ctx, id)
		if domain.Is(err, domain.NotFound) {
			doc, err = zero(), nil
			root(&doc).Version = 0
			if root(&doc).ID == "" {
				root(&doc).ID = id
			}
		}
		if err != nil {
			return doc, err
		}
		done, err := r.try(ctx, id, &doc, change)
		if done {
			return doc, err
		}
	}
	var none T
	return none, r.lost()
}

// try changes and writes once; done is false when somebody was faster.
func (r *Repo[T]) try(ctx context.Context, id string, doc *T, change func(*T) error) (done bool, err error) {
	version := root(doc).Version
	if err := change(doc); errors.Is(err, domain.ErrNoChange) {
		return true, nil
	} else if err != nil {
		return true, err
	}
	if root(doc).ID != id {
		return true, domain.E(domain.Internal, "an update of %s changed the id %q to %q", r.c.Name, id, root(doc).ID)
	}
	if version == 0 {
		err = r.Insert(ctx, doc)
		return !domain.Is(err, domain.Conflict), err
	}
	return r.replace(ctx, doc, version)
}

func (r *Repo[T]) replace(ctx context.Context, doc *T, version int64) (done bool, err error) {
	id := root(doc).ID
	if err := r.before(ctx, "replace", id); err != nil {
		return true, err
	}
	rec, err := r.encode(doc, version+1)
	if err != nil {
		return true, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if had, ok := r.docs[id]; !ok || had.version != version {
		return false, nil
	}
	r.docs[id] = rec
	root(doc).Version = rec.version
	return true, nil
}

// Delete removes a document; not_found.
func (r *Repo[T]) Delete(ctx context.Context, id string) error {
	if err := r.before(ctx, "delete", id); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.docs[id]; !ok {
		return r.absent()
	}
	delete(r.docs, id)
	return nil
}

// Find yields the documents as they were when it was called.
func (r *Repo[T]) Find(ctx context.Context, q domain.Query) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		recs, err := r.find(ctx, q)
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		for _, rec := range recs {
			if !yield(r.decode(rec)) {
				return
			}
		}
	}
}

// Page is Find with a cursor for the next page.
func (r *Repo[T]) Page(ctx context.Context, q domain.Query) ([]T, domain.Cursor, error) {
	limit := q.Limit
	if limit > 0 {
		q.Limit++
	}
	recs, err := r.find(ctx, q)
	if err != nil {
		return nil, "", err
	}
	var next domain.Cursor
	if limit > 0 && len(recs) > limit {
		recs = recs[:limit]
		next = cursorOf(r.place(recs[limit-1], q.Index))
	}
	out := make([]T, len(recs))
	for i, rec := range recs {
		if out[i], err = r.decode(rec); err != nil {
			return nil, "", err
		}
	}
	return out, next, nil
}

// Count counts what Find would yield without a limit and a cursor.
func (r *Repo[T]) Count(ctx context.Context, q domain.Query) (int64, error) {
	q.Limit, q.After = 0, ""
	recs, err := r.find(ctx, q)
	return int64(len(recs)), err
}

// All answers every document by id, for assertions.
func (r *Repo[T]) All() []T {
	r.mu.Lock()
	recs := slices.Collect(maps.Values(r.docs))
	r.mu.Unlock()
	slices.SortFunc(recs, func(a, b record) int { return compare(a.id, b.id) })
	out := make([]T, len(recs))
	for i, rec := range recs {
		doc, err := r.decode(rec)
		if err != nil {
			panic(err)
		}
		out[i] = doc
	}
	return out
}

// encode makes the stored form and fails when reading it back gives something
// else.
func (r *Repo[T]) encode(doc *T, version int64) (record, error) {
	cp := *doc
	root(&cp).Version = version
	rec := record{id: root(&cp).ID, version: version}
	if rec.id == "" {
		return rec, domain.E(domain.Internal, "a document of %s has no id", r.c.Name)
	}
	var err error
	if rec.body, err = json.Marshal(&cp); err != nil {
		return rec, domain.E(domain.Internal, "a document of %s cannot be encoded", r.c.Name).Because(err)
	}
	back, err := r.decode(rec)
	if err != nil {
		return rec, err
	}
	again, err := json.Marshal(&back)
	if err != nil || !bytes.Equal(again, rec.body) {
		return rec, domain.E(domain.Internal, "a document of %s does not survive storage: %s became %s", r.c.Name, rec.body, again).Because(err)
	}
	rec.keys = r.keys(&back)
	return rec, nil
}

func (r *Repo[T]) decode(rec record) (T, error) {
	var doc T
	if err := json.Unmarshal(rec.body, &doc); err != nil {
		return doc, domain.E(domain.Internal, "a document of %s cannot be read", r.c.Name).Because(err)
	}
	return doc, nil
}

func (r *Repo[T]) absent() error {
	return domain.E(domain.NotFound, "there is no such document in %s", r.c.Name)
}

func (r *Repo[T]) lost() error {
	return domain.E(domain.Stale, "somebody else kept changing this in %s; try again", r.c.Name)
}
