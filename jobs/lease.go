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
// instance holds it.
func (r *Runner) take(ctx context.Context, job string, life time.Duration) (lease Lease, ok bool, err error) {
	now := r.Machine.Now()
	lease, err = r.Leases.Upsert(ctx, job, func() Lease { return Lease{Root: domain.Root{ID: job}} }, func(l *Lease) error {
		if l.Holder != r.Holder && l.Holder != "" && now.Before(l.Until) {
			return domain.ErrNoChange
		}
		l.Holder, l.Term, l.Until = r.Holder, l.Term+1, now.Add(life)
		return nil
	})
	return lease, err == nil && lease.Holder == r.Holder && now.Before(lease.Until), err
}

// release ends the lease and keeps how the run ended, unless another has
// taken over.
func (r *Runner) release(ctx context.Context, lease Lease, res Result) error {
	_, err := r.Leases.Update(ctx, lease.ID, func(l *Lease) error {
		if l.Holder != r.Holder || l.Term != lease.Term {
			return domain.ErrNoChange
		}
		l.Holder, l.Last = "", res
		return nil
	})
	return err
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
		if l.Term != lease.Term || !r.Machine.Now().Before(l.Until.Add(-Margin)) {
			return domain.E(domain.Stale, "another instance runs this job now")
		}
		return nil
	})
}
