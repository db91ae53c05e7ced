package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"sync"
	"sync/atomic"

	"folkmoot/domain"
)

// Copied counts what Copy did.
type Copied struct {
	Documents int `json:"documents"` // read from the source
	Written   int `json:"written"`   // not there yet, or different
	Deleted   int `json:"deleted"`   // in the target alone, by Mirror
}

// CopyOptions tune a copy; the zero value is right for most.
type CopyOptions struct {
	// Mirror deletes what is in the target alone.
	Mirror bool
	// Progress is told now and then how many documents of a collection were
	// looked at.
	Progress func(collection string, documents int)
}

// Copy writes every document of one engine into another, as it is. It may be
// broken off and begun again: what is there already and equal stays. The
// source must not be written meanwhile; [Compare] tells whether it was.
// Nothing in the target is deleted.
func Copy(ctx context.Context, to, from Engine, specs []Spec) (Copied, error) {
	return CopyWith(ctx, to, from, specs, CopyOptions{})
}

// CopyWith is Copy with options.
func CopyWith(ctx context.Context, to, from Engine, specs []Spec, o CopyOptions) (Copied, error) {
	var done Copied
	if err := errors.Join(from.Ensure(ctx, specs...), to.Ensure(ctx, specs...)); err != nil {
		return done, err
	}
	for _, spec := range specs {
		n, err := copyAll(ctx, to, from, spec, o)
		done.Documents, done.Written = done.Documents+n.Documents, done.Written+n.Written
		if err == nil && o.Mirror {
			n.Deleted, err = prune(ctx, to, from, spec)
			done.Deleted += n.Deleted
		}
		if err != nil {
			return done, fmt.Errorf("copying %s: %w", spec.Name, err)
		}
	}
	return done, nil
}

// large is how many documents a copy reads at a time, writers how many it
// writes at once: both engines are fastest with many writes under way.
const (
	large   = 512
	writers = 32
)

func copyAll(ctx context.Context, to, from Engine, spec Spec, o CopyOptions) (Copied, error) {
	var done Copied
	for docs, err := range batches(ctx, from, spec, large) {
		if err != nil {
			return done, err
		}
		wrote, err := putAll(ctx, to, spec, docs)
		done.Documents, done.Written = done.Documents+len(docs), done.Written+wrote
		if err != nil {
			return done, err
		}
		if o.Progress != nil {
			o.Progress(spec.Name, done.Documents)
		}
	}
	return done, nil
}

// putAll puts documents side by side and answers how many had to be written.
func putAll(ctx context.Context, to Engine, spec Spec, docs []Document) (int, error) {
	var wg sync.WaitGroup
	var wrote atomic.Int64
	errs := make([]error, writers)
	for w := range min(writers, len(docs)) {
		wg.Go(func() {
			for i := w; i < len(docs) && errs[w] == nil; i += writers {
				did, err := put(ctx, to, spec, docs[i])
				if did {
					wrote.Add(1)
				}
				errs[w] = err
			}
		})
	}
	wg.Wait()
	return int(wrote.Load()), errors.Join(errs...)
}

// prune deletes what the target alone holds.
func prune(ctx context.Context, to, from Engine, spec Spec) (int, error) {
	var gone []string
	_, err := compareAll(ctx, from, to, spec, func(f Fault) {
		if f.Problem == onlySecond {
			gone = append(gone, f.ID)
		}
	})
	for _, id := range gone {
		if err == nil {
			err = to.Delete(ctx, spec.Name, id, 0)
		}
	}
	return len(gone), err
}

// everything yields the documents of a collection by id, from any engine.
func everything(ctx context.Context, e Engine, spec Spec) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		for docs, err := range batches(ctx, e, spec, batch) {
			if err != nil {
				yield(Document{}, err)
				return
			}
			for _, d := range docs {
				if !yield(d, nil) {
					return
				}
			}
		}
	}
}

// batches yields the documents of a collection by id, some at a time.
func batches(ctx context.Context, e Engine, spec Spec, size int) iter.Seq2[[]Document, error] {
	return func(yield func([]Document, error) bool) {
		if spec.Name == fileChunks.Name { // of up to a megabyte each
			size = 8
		}
		q := Query{Limit: size}
		for {
			docs, err := e.Find(ctx, spec.Name, q)
			if err == nil && len(docs) == 0 || !yield(docs, err) || err != nil || len(docs) < q.Limit {
				return
			}
			q.After = q.Place(docs[len(docs)-1])
		}
	}
}

// put makes the target's document equal to d and reports whether it had to
// write.
func put(ctx context.Context, to Engine, spec Spec, d Document) (bool, error) {
	err := to.Insert(ctx, spec.Name, d)
	if !errors.Is(err, ErrExists) {
		return err == nil, err
	}
	had, err := to.Find(ctx, spec.Name, Query{Equal: []any{d.ID}, Limit: 1})
	if err != nil {
		return false, err
	}
	if len(had) == 1 && differs(d, had[0]) == "" {
		return false, nil
	}
	if len(had) == 0 {
		return false, ErrStale // deleted at this moment: somebody else writes
	}
	return true, to.Replace(ctx, spec.Name, d, had[0].Version)
}

const onlySecond = "it is in the second store only"

// Compare walks two engines side by side and reports every document that is
// not the same in both. It answers how many ids it looked at.
func Compare(ctx context.Context, a, b Engine, specs []Spec, report func(Fault)) (checked int, err error) {
	for _, spec := range specs {
		n, err := compareAll(ctx, a, b, spec, report)
		checked += n
		if err != nil {
			return checked, err
		}
	}
	return checked, nil
}

func compareAll(ctx context.Context, a, b Engine, spec Spec, report func(Fault)) (checked int, err error) {
	nextA, stopA := iter.Pull2(everything(ctx, a, spec))
	defer stopA()
	nextB, stopB := iter.Pull2(everything(ctx, b, spec))
	defer stopB()
	da, errA, moreA := nextA()
	db, errB, moreB := nextB()
	for moreA || moreB {
		if err := errors.Join(errA, errB); err != nil {
			return checked, err
		}
		checked++
		left := moreA && (!moreB || da.ID <= db.ID)
		right := moreB && (!moreA || db.ID <= da.ID)
		switch {
		case !right:
			report(Fault{spec.Name, da.ID, "it is in the first store only"})
		case !left:
			report(Fault{spec.Name, db.ID, onlySecond})
		default:
			if problem := differs(da, db); problem != "" {
				report(Fault{spec.Name, da.ID, problem})
			}
		}
		if left {
			da, errA, moreA = nextA()
		}
		if right {
			db, errB, moreB = nextB()
		}
	}
	return checked, nil
}

// differs says in what two documents of one id differ, "" for nothing.
func differs(a, b Document) string {
	switch {
	case a.Version != b.Version || a.Schema != b.Schema:
		return "its versions differ"
	case !maps.Equal(a.Keys, b.Keys):
		return "its indexed fields differ"
	case !sameJSON(a.Body, b.Body):
		return "its content differs"
	}
	return ""
}

func sameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	va, errA := parsed(a)
	vb, errB := parsed(b)
	return errA == nil && errB == nil && reflect.DeepEqual(va, vb)
}

func parsed(raw []byte) (v any, err error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return v, dec.Decode(&v)
}

// Verify checks everything that a store can know of itself: every document
// against its indexes, every file against its hash, and, where the engine can
// do it, the database's own pages. It answers how many documents it read.
func (s *Store) Verify(ctx context.Context, report func(Fault)) (checked int, err error) {
	for _, c := range s.Collections() {
		n, err := c.Verify(ctx, report)
		checked += n
		if err != nil {
			return checked, err
		}
	}
	if _, err := s.files.Verify(ctx, report); err != nil {
		return checked, err
	}
	pages, ok := s.engine.(interface {
		Verify(context.Context) ([]string, error)
	})
	if !ok {
		return checked, nil
	}
	problems, err := pages.Verify(ctx)
	for _, p := range problems {
		report(Fault{Problem: p})
	}
	return checked, err
}

// Backup writes a consistent copy of the database to a new file, where the
// engine can do that while serving.
func (s *Store) Backup(ctx context.Context, path string) error {
	e, ok := s.engine.(interface {
		Backup(context.Context, string) error
	})
	if !ok {
		return domain.E(domain.Conflict, "this database is backed up with its own tools: mongodump --oplog, or snapshots of its disks")
	}
	return e.Backup(ctx, path)
}
