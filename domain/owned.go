package domain

import "context"

// Owned is an aggregate that belongs to a process: services reach it only
// through that process.
type Owned[T any] interface {
	*T
	Aggregate
	OfProcess() string // its id
}

// Place names one thing of a process, in the word that errors use for it.
type Place struct{ Process, Kind, ID string }

// At names one thing of a process.
func At(process, kind, id string) Place { return Place{process, kind, id} }

// Bare is the aggregate without what never leaves a service.
func Bare[T any, P Owned[T]](x T) T {
	b := P(&x).Base()
	b.Effects, b.Applied = nil, nil
	return x
}

// Keep stores a new aggregate; when the command made it before, the stored one
// is the answer.
func Keep[T any, P Owned[T]](ctx context.Context, repo Repository[T], x T) (T, error) {
	id := P(&x).Base().ID
	err := repo.Insert(ctx, &x)
	if Is(err, Conflict) {
		x, err = repo.Get(ctx, id)
	}
	return Bare[T, P](x), err
}

// Change updates one aggregate of the process, once per command. Errors:
// not_found also for what belongs to another process, stale when the actor
// saw another version.
func Change[T any, P Owned[T]](ctx context.Context, repo Repository[T], at Place, c Command, f func(*T) error) (T, error) {
	x, err := repo.Update(ctx, at.ID, func(x *T) error {
		if P(x).OfProcess() != at.Process {
			return Hidden(at.Kind)
		}
		if P(x).Base().Done(c) {
			return ErrNoChange
		}
		if err := P(x).Base().Fresh(c); err != nil {
			return err
		}
		return f(x)
	})
	if Is(err, NotFound) {
		err = Hidden(at.Kind)
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return Bare[T, P](x), nil
}

// Fetch reads one aggregate of the process; not_found also for what belongs to
// another one.
func Fetch[T any, P Owned[T]](ctx context.Context, repo Repository[T], at Place) (T, error) {
	x, err := repo.Get(ctx, at.ID)
	if Is(err, NotFound) || err == nil && P(&x).OfProcess() != at.Process {
		var zero T
		return zero, Hidden(at.Kind)
	}
	return Bare[T, P](x), err
}

// All reads what the index "process" holds for a process, in its order; never
// nil.
func All[T any, P Owned[T]](ctx context.Context, repo Repository[T], process string) ([]T, error) {
	out := []T{}
	for x, err := range repo.Find(ctx, Query{Index: "process", Equal: []any{process}}) {
		if err != nil {
			return nil, err
		}
		out = append(out, Bare[T, P](x))
	}
	return out, nil
}

// FindProcess is the process; not_found reads as for one that may not be seen.
func FindProcess(ctx context.Context, ps Processes, id string) (ProcessRef, error) {
	ref, err := ps.Ref(ctx, id)
	if Is(err, NotFound) {
		return ref, Hidden("process")
	}
	return ref, err
}

// Enter finds the process and asks the first of the permissions over it, or
// any other of them.
func Enter(ctx context.Context, all Processes, a Actor, id string, ps ...Permission) (ProcessRef, error) {
	ref, err := FindProcess(ctx, all, id)
	if err != nil {
		return ref, err
	}
	for _, p := range ps {
		if May(a, p, ref.Scope()) {
			return ref, nil
		}
	}
	return ref, Authorize(a, ps[0], ref.Scope())
}
