package store

import (
	"context"
	"errors"
	"iter"
	"time"

	"folkmoot/domain"
)

// batch is how many documents Find reads at a time. Between batches nothing
// is held open, so a slow loop, or one that writes, harms nobody.
const batch = 128

// Collection is a typed collection; it implements [domain.Repository]. It is
// safe for many goroutines. Changes given to Update and Upsert may read and
// write other documents, but then may do so several times.
//
// Find reads in batches, each as of its own moment: a document whose indexed
// fields change while it runs may be seen twice or not at all, one that does
// not change is seen once.
type Collection[T any] struct {
	store  *Store
	decl   domain.Collection[T]
	spec   Spec
	fields []string
	turns  turns
}

// Open adds a collection to the store and gives its repository. It panics on
// a declaration that cannot work: a type without domain.Root, a name used
// twice, an index without fields. Call [Store.Migrate] after the last Open.
func Open[T any](s *Store, decl domain.Collection[T]) *Collection[T] {
	if _, ok := any(new(T)).(domain.Aggregate); !ok {
		panic("store: documents of " + decl.Name + " must embed domain.Root")
	}
	domain.CheckShape(any(new(T)).(domain.Aggregate))
	c := &Collection[T]{store: s, decl: decl, spec: specOf(decl)}
	c.fields = c.spec.Fields()
	s.add(c)
	return c
}

// Spec is the collection as engines see it.
func (c *Collection[T]) Spec() Spec { return c.spec }

// Get answers the document; not_found.
func (c *Collection[T]) Get(ctx context.Context, id string) (T, error) {
	d, err := c.store.engine.Get(ctx, c.spec.Name, id)
	if err != nil {
		var none T
		return none, err
	}
	return c.decode(d)
}

// Insert stores a new document and sets its version to 1; conflict when the
// id is taken.
func (c *Collection[T]) Insert(ctx context.Context, doc *T) error {
	d, due, err := c.encode(doc, 1)
	if err != nil {
		return err
	}
	if err := c.store.engine.Insert(ctx, c.spec.Name, d); err != nil {
		return err
	}
	c.written(doc, 1, due)
	return nil
}

// Update changes a document under compare-and-swap; not_found, stale after
// [Attempts] lost races.
func (c *Collection[T]) Update(ctx context.Context, id string, change func(*T) error) (T, error) {
	return c.retry(ctx, id, c.Get, change)
}

// Upsert is Update on a document made by zero when absent. zero may leave the
// id out.
func (c *Collection[T]) Upsert(ctx context.Context, id string, zero func() T, change func(*T) error) (T, error) {
	read := func(ctx context.Context, id string) (T, error) {
		doc, err := c.Get(ctx, id)
		if !domain.Is(err, domain.NotFound) {
			return doc, err
		}
		doc = zero()
		r := root(&doc)
		r.Version = 0
		if r.ID == "" {
			r.ID = id
		}
		return doc, nil
	}
	return c.retry(ctx, id, read, change)
}

func (c *Collection[T]) retry(ctx context.Context, id string, read func(context.Context, string) (T, error), change func(*T) error) (T, error) {
	release := c.turns.take(ctx, id, false)
	defer func() { release() }()
	for attempt := 1; ; attempt++ {
		doc, err := read(ctx, id)
		if err != nil {
			return doc, err
		}
		version := root(&doc).Version
		if err := change(&doc); errors.Is(err, domain.ErrNoChange) {
			return doc, nil
		} else if err != nil {
			return doc, err
		}
		err = c.swap(ctx, id, &doc, version)
		if !lostRace(err, version) {
			return doc, err
		}
		if attempt == Attempts {
			return doc, ErrStale
		}
		if err := c.store.wait(ctx, attempt); err != nil {
			return doc, err
		}
		if attempt == 1 {
			release()
			release = c.turns.take(ctx, id, true)
		}
	}
}

// lostRace reports whether a write failed because somebody was faster.
func lostRace(err error, version int64) bool {
	return errors.Is(err, ErrStale) || version == 0 && errors.Is(err, ErrExists)
}

// swap writes the changed document over the version it was read at; version 0
// is a document that was not there.
func (c *Collection[T]) swap(ctx context.Context, id string, doc *T, version int64) error {
	if got := root(doc).ID; got != id {
		return c.fault("an update of %s changed the id %q to %q", c.spec.Name, id, got)
	}
	d, due, err := c.encode(doc, version+1)
	if err != nil {
		return err
	}
	if version == 0 {
		err = c.store.engine.Insert(ctx, c.spec.Name, d)
	} else {
		err = c.store.engine.Replace(ctx, c.spec.Name, d, version)
	}
	if err == nil {
		c.written(doc, version+1, due)
	}
	return err
}

func (c *Collection[T]) written(doc *T, version int64, due time.Time) {
	root(doc).Version = version
	if !due.IsZero() && c.store.hooks.OnEffects != nil {
		c.store.hooks.OnEffects(c.spec.Name, root(doc).ID, due)
	}
}

// Delete removes a document; not_found.
func (c *Collection[T]) Delete(ctx context.Context, id string) error {
	return c.store.engine.Delete(ctx, c.spec.Name, id, 0)
}

// Find yields the documents of a query. The first error ends it.
func (c *Collection[T]) Find(ctx context.Context, q domain.Query) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for d, err := range c.scan(ctx, q) {
			var doc T
			if err == nil {
				doc, err = c.decode(d)
			}
			if !yield(doc, err) || err != nil {
				return
			}
		}
	}
}

// scan yields stored documents, a batch at a time.
func (c *Collection[T]) scan(ctx context.Context, q domain.Query) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		eq, err := c.query(q)
		if err != nil {
			yield(Document{}, err)
			return
		}
		for left := q.Limit; ; left -= batch {
			eq.Limit = batch
			if q.Limit > 0 {
				eq.Limit = min(batch, left)
			}
			docs, err := c.store.engine.Find(ctx, c.spec.Name, eq)
			if err != nil {
				yield(Document{}, err)
				return
			}
			for _, d := range docs {
				if !yield(d, nil) {
					return
				}
			}
			if len(docs) < eq.Limit || q.Limit > 0 && left <= batch {
				return
			}
			eq.After = eq.Place(docs[len(docs)-1])
		}
	}
}

// Page is Find with a cursor for the next page, "" at the end. Without a
// limit it is everything.
func (c *Collection[T]) Page(ctx context.Context, q domain.Query) ([]T, domain.Cursor, error) {
	limit := q.Limit
	if limit > 0 {
		q.Limit++ // one more tells whether there is a next page
	}
	out := []T{}
	var last Document
	var next domain.Cursor
	for d, err := range c.scan(ctx, q) {
		if err != nil {
			return nil, "", err
		}
		if limit > 0 && len(out) == limit {
			eq := Query{Fields: c.indexFields(q.Index)}
			next = cursor(q.Index, eq.Place(last))
			break
		}
		doc, err := c.decode(d)
		if err != nil {
			return nil, "", err
		}
		out, last = append(out, doc), d
	}
	return out, next, nil
}

// Count counts what Find would yield without a limit and a cursor.
func (c *Collection[T]) Count(ctx context.Context, q domain.Query) (int64, error) {
	q.After = ""
	eq, err := c.query(q)
	if err != nil {
		return 0, err
	}
	return c.store.engine.Count(ctx, c.spec.Name, eq)
}

// query makes a domain query ready for the engine.
func (c *Collection[T]) query(q domain.Query) (Query, error) {
	out := Query{Index: q.Index, Fields: c.indexFields(q.Index), Reverse: q.Reverse, Limit: q.Limit}
	if q.Index != "" && out.Fields == nil {
		return out, c.fault("%s has no index %q", c.spec.Name, q.Index)
	}
	var err error
	if out.Equal, err = normalAll(q.Equal); err != nil {
		return out, err
	}
	if out.From, err = Normal(q.From); err != nil {
		return out, err
	}
	if out.To, err = Normal(q.To); err != nil {
		return out, err
	}
	over := len(out.Equal) > max(len(out.Fields), 1)
	if over || out.Next() == "" && (out.From != nil || out.To != nil) {
		return out, c.fault("index %q of %s has too few fields for this query", q.Index, c.spec.Name)
	}
	if q.After == "" {
		return out, nil
	}
	if out.After, err = parseCursor(q.After, q.Index, len(out.Fields)); err != nil {
		return out, err
	}
	return out, out.narrow()
}

func (c *Collection[T]) indexFields(index string) []string {
	for _, ix := range c.spec.Indexes {
		if ix.Name == index {
			return ix.Fields
		}
	}
	return nil
}
