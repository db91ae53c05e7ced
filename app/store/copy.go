package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"reflect"

	"folkmoot/domain"
)

// Copied counts what Copy did.
type Copied struct {
	Documents int `json:"documents"` // read from the source
	Written   int `json:"written"`   // not there yet, or different
}

// Copy writes every document of one engine into another, as it is. It may be
// broken off and begun again: what is there already and equal stays. The
// source must not be written meanwhile; [Compare] tells whether it was.
// Nothing in the target is deleted.
func Copy(ctx context.Context, to, from Engine, specs []Spec) (Copied, error) {
	var done Copied
	if err := errors.Join(from.Ensure(ctx, specs...), to.Ensure(ctx, specs...)); err != nil {
		return done, err
	}
	for _, spec := range specs {
		for d, err := range everything(ctx, from, spec) {
			if err != nil {
				return done, err
			}
			done.Documents++
			wrote, err := put(ctx, to, spec, d)
			if err != nil {
				return done, err
			}
			if wrote {
				done.Written++
			}
		}
	}
	return done, nil
}

// everything yields the documents of a collection by id, from any engine.
func everything(ctx context.Context, e Engine, spec Spec) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		q := Query{Limit: batch}
		for {
			docs, err := e.Find(ctx, spec.Name, q)
			if err != nil {
				yield(Document{}, err)
				return
			}
			for _, d := range docs {
				if !yield(d, nil) {
					return
				}
			}
			if len(docs) < q.Limit {
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
			report(Fault{spec.Name, db.ID, "it is in the second store only"})
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
