package jobs_test

import (
	"context"
	"testing"
	"time"

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
