package jobs

import (
	"context"
	"time"

	"folkmoot/domain"
)

// Lease says which instance runs a job, and until when. Term grows with every
// holder.
type Lease struct {
	domain.Root
	Holder string    `json:"holder"`
	Term   int64     `json:"term"`
	Until  time.Time `json:"until"` // by the machine's clock
	Last   Result    `json:"last"`
}

// Result is how a run ended.
type Result struct {
	At      time.Time `json:"at"`
	Count   int       `json:"count"`
	Millis  int64     `json:"duration_ms"`
	Outcome string    `json:"outcome"` // ok, failed, panicked
}

// Leases declares how leases are kept, one document a job.
var Leases = domain.Collection[Lease]{
	Name: "leases", Schema: 1, Shard: "id",
	Keys: func(*Lease) map[string]any { return nil },
}

// Margin is how long before its lease ends a run must have stopped: more than
// machines' clocks are usually apart.
const Margin = 5 * time.Second

// take answers the lease when it is free or ours; ok is false when another
// instance holds it. A lease of ours is kept from run to run and renewed in
// the second half of its life, so that a job which finds nothing to do writes
// nothing.
func (r *Runner) take(ctx context.Context, job string, life time.Duration) (lease Lease, ok bool, err error) {
	now := r.Machine.Now()
	if l, had := r.held(job); had && now.Before(l.Until.Add(-life/2)) {
		return l, true, nil
	}
	lease, err = r.Leases.Upsert(ctx, job, func() Lease { return Lease{Root: domain.Root{ID: job}} }, func(l *Lease) error {
		if l.Holder != r.Holder && l.Holder != "" && now.Before(l.Until) {
			return domain.ErrNoChange
		}
		if l.Holder != r.Holder {
			l.Holder, l.Term = r.Holder, l.Term+1
		}
		l.Until = now.Add(life)
		return nil
	})
	// Asked again: the program may have stood still since.
	ok = err == nil && lease.Holder == r.Holder && r.left(lease) > 0
	r.hold(job, lease, ok)
	return lease, ok, err
}

// left is how long a run may still take under the lease.
func (r *Runner) left(l Lease) time.Duration { return l.Until.Add(-Margin).Sub(r.Machine.Now()) }

func (r *Runner) held(job string) (Lease, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l, ok := r.leases[job]
	return l, ok
}

func (r *Runner) hold(job string, l Lease, ours bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ours {
		r.leases[job] = l
	} else {
		delete(r.leases, job)
	}
}

// note keeps how a run ended, unless another instance has taken over.
func (r *Runner) note(ctx context.Context, lease Lease, res Result) error {
	_, err := r.Leases.Update(ctx, lease.ID, func(l *Lease) error {
		if l.Holder != r.Holder || l.Term != lease.Term {
			return domain.ErrNoChange
		}
		l.Last = res
		return nil
	})
	return err
}

// release gives every lease back, so that another instance need not wait.
func (r *Runner) release(ctx context.Context) {
	for _, j := range r.jobs {
		lease, ok := r.held(j.Name)
		if !ok {
			continue
		}
		r.hold(j.Name, Lease{}, false)
		_, err := r.Leases.Update(ctx, j.Name, func(l *Lease) error {
			if l.Holder != r.Holder || l.Term != lease.Term {
				return domain.ErrNoChange
			}
			l.Holder = ""
			return nil
		})
		if err != nil {
			r.Log.Warn("job lease not given back; it ends by itself", "job", j.Name, "err", err)
		}
	}
}

type fenceKey struct{}

// Fence is an error when the running job's lease has ended or passed to
// another instance. A job that works in batches asks it before each; outside
// a job it is nil.
func Fence(ctx context.Context) error {
	if check, ok := ctx.Value(fenceKey{}).(func(context.Context) error); ok {
		return check(ctx)
	}
	return ctx.Err()
}

func (r *Runner) fenced(ctx context.Context, lease Lease) context.Context {
	return context.WithValue(ctx, fenceKey{}, func(ctx context.Context) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		l, err := r.Leases.Get(ctx, lease.ID)
		if err != nil {
			return err
		}
		if l.Term != lease.Term || r.left(l) <= 0 {
			return domain.E(domain.Stale, "another instance runs this job now")
		}
		return nil
	})
}
