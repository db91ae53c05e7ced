package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"folkmoot/domain"
)

// metaSpec is the store's own collection: for each other one, which schema
// and indexes its documents were last brought up to.
var metaSpec = Spec{Name: "store_collections", Schema: 1, Shard: IDField}

// Fault is something Verify found wrong.
type Fault struct {
	Collection string `json:"collection"`
	ID         string `json:"id"`
	Problem    string `json:"problem"`
}

// Migrate makes tables and indexes and brings the documents of every
// collection whose declaration changed up to date. It does nothing when
// nothing changed, may be broken off and begun again, and may run while other
// instances of this release serve. Raise a collection's Schema when the
// meaning of its Keys changes: that is how Migrate knows.
//
// A store that a later release has migrated is refused: what that one wrote
// cannot be read here.
func (s *Store) Migrate(ctx context.Context) error {
	return s.MigrateWith(ctx, func(string, int, int) {})
}

// MigrateWith is Migrate, telling now and then how many documents of a
// collection were looked at, and how many were written in all.
func (s *Store) MigrateWith(ctx context.Context, progress func(collection string, documents, written int)) error {
	if err := s.engine.Ensure(ctx, s.Specs()...); err != nil {
		return err
	}
	if err := s.refuseNewer(ctx); err != nil {
		return err
	}
	written := 0
	for _, c := range s.Collections() {
		n, err := s.migrate(ctx, c, func(seen, changed int) { progress(c.Spec().Name, seen, written+changed) })
		if err != nil {
			return fmt.Errorf("bringing %s up to date: %w", c.Spec().Name, err)
		}
		written += n
		progress(c.Spec().Name, 0, written)
	}
	return nil
}

// refuseNewer is unavailable when a later release has migrated the store.
func (s *Store) refuseNewer(ctx context.Context) error {
	var newer []string
	for _, c := range s.Collections() {
		had, err := s.meta(ctx, c.Spec().Name)
		if err != nil && !errors.Is(err, ErrAbsent) {
			return err
		}
		if had.Schema > c.Spec().Schema {
			newer = append(newer, fmt.Sprintf("%s (schema %d, known here: %d)", c.Spec().Name, had.Schema, c.Spec().Schema))
		}
	}
	if len(newer) == 0 {
		return nil
	}
	return domain.E(domain.Unavailable, "a newer release has been at work on this store; start that one, or restore the backup from before it. Newer here: %s", strings.Join(newer, ", "))
}

// Check names what Migrate would have to do, without doing it.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	missing, err := s.engine.Check(ctx, s.Specs()...)
	if err != nil || len(missing) > 0 {
		return missing, err
	}
	if err := s.engine.Ensure(ctx, s.Specs()...); err != nil { // all is there: it is only taken notice of
		return nil, err
	}
	for _, c := range s.Collections() {
		had, err := s.meta(ctx, c.Spec().Name)
		if err != nil && !errors.Is(err, ErrAbsent) {
			return missing, err
		}
		if had.Schema > c.Spec().Schema {
			missing = append(missing, "a newer release has been at work on "+c.Spec().Name)
		} else if string(had.Body) != string(metaBody(c.Spec())) {
			missing = append(missing, "the documents of "+c.Spec().Name+" were not brought up to this release")
		}
	}
	return missing, nil
}

// metaOf says what documents of a collection look like.
type metaOf struct {
	Schema  int            `json:"schema"`
	Indexes []domain.Index `json:"indexes"`
}

// metaState is what was recorded of a collection: its schema and the record.
type metaState struct {
	Schema  int
	Version int64
	Body    []byte
}

func metaBody(spec Spec) []byte {
	raw, err := json.Marshal(metaOf{spec.Schema, spec.Indexes})
	if err != nil {
		panic("store: a spec cannot be encoded: " + err.Error())
	}
	return raw
}

func (s *Store) meta(ctx context.Context, name string) (metaState, error) {
	d, err := s.engine.Get(ctx, metaSpec.Name, name)
	if err != nil {
		return metaState{}, err
	}
	var m metaOf
	if err := json.Unmarshal(d.Body, &m); err != nil {
		return metaState{}, domain.E(domain.Internal, "the record of collection %s cannot be read", name).Because(err)
	}
	body, err := json.Marshal(m) // in our own form, whatever the engine made of it
	return metaState{m.Schema, d.Version, body}, err
}

func (s *Store) migrate(ctx context.Context, c Untyped, progress func(seen, changed int)) (int, error) {
	spec := c.Spec()
	had, err := s.meta(ctx, spec.Name)
	if err != nil && !errors.Is(err, ErrAbsent) {
		return 0, err
	}
	body := metaBody(spec)
	if string(had.Body) == string(body) {
		return 0, nil
	}
	changed, err := c.Reindex(ctx, progress)
	if err != nil {
		return changed, err
	}
	d := Document{ID: spec.Name, Version: had.Version + 1, Schema: 1, Body: body}
	if had.Version == 0 {
		err = s.engine.Insert(ctx, metaSpec.Name, d)
	} else {
		err = s.engine.Replace(ctx, metaSpec.Name, d, had.Version)
	}
	if errors.Is(err, ErrExists) || errors.Is(err, ErrStale) {
		err = nil // another instance did the same
	}
	return changed, err
}

// Documents yields every stored document by id.
func (c *Collection[T]) Documents(ctx context.Context) iter.Seq2[Document, error] {
	return c.scan(ctx, domain.Query{})
}

// Reindex rewrites documents whose schema or keys are out of date, several at
// a time.
func (c *Collection[T]) Reindex(ctx context.Context, progress func(seen, changed int)) (changed int, err error) {
	seen := 0
	for docs, err := range c.pages(ctx) {
		if err != nil {
			return changed, err
		}
		n, err := c.reindexAll(ctx, docs)
		changed, seen = changed+n, seen+len(docs)
		if err != nil {
			return changed, err
		}
		progress(seen, changed)
	}
	return changed, nil
}

func (c *Collection[T]) pages(ctx context.Context) iter.Seq2[[]Document, error] {
	return batches(ctx, c.store.engine, c.spec, batch)
}

func (c *Collection[T]) reindexAll(ctx context.Context, docs []Document) (int, error) {
	var wg sync.WaitGroup
	var changed atomic.Int64
	errs := make([]error, writers)
	for w := range min(writers, len(docs)) {
		wg.Go(func() {
			for i := w; i < len(docs) && errs[w] == nil; i += writers {
				did, err := c.reindexOne(ctx, docs[i])
				if did {
					changed.Add(1)
				}
				errs[w] = err
			}
		})
	}
	wg.Wait()
	return int(changed.Load()), errors.Join(errs...)
}

func (c *Collection[T]) reindexOne(ctx context.Context, d Document) (bool, error) {
	if d.Schema > c.spec.Schema {
		return false, nil
	}
	if stale, err := c.outdated(d); err != nil || !stale {
		return false, err
	}
	// An empty change writes the document anew with present keys.
	_, err := c.Update(ctx, d.ID, func(*T) error { return nil })
	if domain.Is(err, domain.NotFound) {
		return false, nil
	}
	return err == nil, err
}

func (c *Collection[T]) outdated(d Document) (bool, error) {
	if d.Schema < c.spec.Schema {
		return true, nil
	}
	want, err := c.keysOf(d)
	return !maps.Equal(want, d.Keys), err
}

// keysOf is what a stored document's keys ought to be.
func (c *Collection[T]) keysOf(d Document) (map[string]any, error) {
	doc, err := c.decode(d)
	if err != nil {
		return nil, err
	}
	return c.keys(&doc, earliest(root(&doc).Effects))
}

// Verify reads every document and reports what is wrong with it: a body that
// cannot be read, keys that do not follow from it, a version that differs.
func (c *Collection[T]) Verify(ctx context.Context, report func(Fault)) (checked int, err error) {
	for d, err := range c.Documents(ctx) {
		if err != nil {
			return checked, err
		}
		checked++
		for _, p := range c.problems(d) {
			report(Fault{c.spec.Name, d.ID, p})
		}
	}
	return checked, nil
}

func (c *Collection[T]) problems(d Document) []string {
	var inner domain.Root
	if err := json.Unmarshal(d.Body, &inner); err != nil {
		return []string{"the body is not readable JSON"}
	}
	var out []string
	if inner.ID != d.ID || inner.Version != d.Version {
		out = append(out, fmt.Sprintf("the body says id %q version %d, the record version %d", inner.ID, inner.Version, d.Version))
	}
	want, err := c.keysOf(d)
	if err != nil {
		return append(out, err.Error())
	}
	for _, f := range slices.Sorted(slices.Values(c.fields)) {
		if want[f] != d.Keys[f] {
			out = append(out, fmt.Sprintf("the index holds %v for %s, the body says %v", d.Keys[f], f, want[f]))
		}
	}
	return out
}
