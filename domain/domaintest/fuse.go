package domaintest

import (
	"context"

	"folkmoot/domain"
)

// Fuse blows at one write of all repositories behind it together, once:
// before the write, or after it, when the writer cannot know that it took
// place. It is not safe for concurrent use.
type Fuse struct {
	At     int  // counted from 1; 0: never
	After  bool // after the write, not before
	Writes int  // so far
}

var errBlown = domain.E(domain.Unavailable, "the store is away")

func (f *Fuse) before() error {
	f.Writes++
	if f.Writes == f.At && !f.After {
		return errBlown
	}
	return nil
}

func (f *Fuse) done(err error) error {
	if err == nil && f.Writes == f.At && f.After {
		return errBlown
	}
	return err
}

// Fused is the repository behind the fuse.
func Fused[T any](r domain.Repository[T], f *Fuse) domain.Repository[T] { return fused[T]{r, f} }

type fused[T any] struct {
	domain.Repository[T]
	f *Fuse
}

func (r fused[T]) Insert(ctx context.Context, doc *T) error {
	if err := r.f.before(); err != nil {
		return err
	}
	return r.f.done(r.Repository.Insert(ctx, doc))
}

func (r fused[T]) Update(ctx context.Context, id string, change func(*T) error) (T, error) {
	if err := r.f.before(); err != nil {
		var none T
		return none, err
	}
	doc, err := r.Repository.Update(ctx, id, change)
	return doc, r.f.done(err)
}

func (r fused[T]) Upsert(ctx context.Context, id string, zero func() T, change func(*T) error) (T, error) {
	if err := r.f.before(); err != nil {
		var none T
		return none, err
	}
	doc, err := r.Repository.Upsert(ctx, id, zero, change)
	return doc, r.f.done(err)
}
