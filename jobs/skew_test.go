package jobs_test

import (
	"context"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/jobs"
)

// TestClocksThatDifferLetNoTwoWork: up to nearly the margin, one machine's
// clock may be ahead of another's without both holding a job's lease at once,
// and the job passes on all the same.
func TestClocksThatDifferLetNoTwoWork(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{jobs.Margin - time.Second, 0, time.Second - jobs.Margin} {
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			h := newHouse()
			second := domaintest.NewClock(start.Add(ahead))
			other := jobs.NewRunner(jobs.Deps{Leases: h.leases, Clock: second, Machine: second, Holder: "two", Metrics: h.metrics})
			ran := jobs.Job{Name: "wave", Run: func(context.Context, time.Time) (int, error) { return 1, nil }}
			paused := jobs.Job{Name: "wave", Run: func(ctx context.Context, _ time.Time) (int, error) {
				for range 90 {
					h.machine.Advance(time.Second)
					second.Advance(time.Second)
					working := jobs.Fence(ctx) == nil
					n, err := other.RunOnce(context.Background(), ran)
					if err != nil {
						return 0, err
					}
					if n == 1 && working {
						t.Errorf("both worked %s after the lease was taken", h.machine.Now().Sub(start))
					}
					if n == 1 {
						return 0, nil
					}
				}
				t.Error("the job never passed on")
				return 0, nil
			}}
			if _, err := h.runner("one").RunOnce(t.Context(), paused); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestARunEndsBeforeItsLease: a lease is kept from run to run, and a run that
// begins late in its life must not outlive it.
func TestARunEndsBeforeItsLease(t *testing.T) {
	t.Parallel()
	h := newHouse()
	var left []time.Duration
	job := jobs.Job{Name: "wave", Run: func(ctx context.Context, _ time.Time) (int, error) {
		deadline, _ := ctx.Deadline()
		left = append(left, time.Until(deadline))
		return 1, nil
	}}
	r := h.runner("one", job)
	for range 2 {
		if _, err := r.RunOnce(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		h.machine.Advance(29 * time.Second) // not yet the second half of the lease's minute
	}
	if len(left) != 2 || left[0] > time.Minute-jobs.Margin || left[1] > 31*time.Second-jobs.Margin {
		t.Errorf("the runs may take %v, want at most what is left of the lease but for the margin", left)
	}
}

// still are leases whose writer stands still after each write.
type still struct {
	domain.Repository[jobs.Lease]
	wake func()
}

func (s still) Upsert(ctx context.Context, id string, zero func() jobs.Lease, change func(*jobs.Lease) error) (jobs.Lease, error) {
	l, err := s.Repository.Upsert(ctx, id, zero, change)
	s.wake()
	return l, err
}

// TestAnInstanceThatStoodStillWhileItTookALeaseDoesNotWork: when it wakes up,
// the lease that it wrote has ended.
func TestAnInstanceThatStoodStillWhileItTookALeaseDoesNotWork(t *testing.T) {
	t.Parallel()
	h := newHouse()
	leases := still{h.leases, func() { h.machine.Advance(2 * time.Minute) }}
	r := jobs.NewRunner(jobs.Deps{Leases: leases, Clock: h.machine, Machine: h.machine, Holder: "one", Metrics: h.metrics})
	n, err := r.RunOnce(t.Context(), jobs.Job{Name: "wave", Run: func(context.Context, time.Time) (int, error) { return 1, nil }})
	if n != 0 || err != nil {
		t.Errorf("it did %d things under a lease that had ended, %v", n, err)
	}
}
