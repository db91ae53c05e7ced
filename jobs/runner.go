package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"folkmoot/domain"
)

// Job does what is due at now, by the clock of the processes, and answers how
// many things it did.
type Job struct {
	Name  string
	Every time.Duration // at least a second
	Life  time.Duration // of the lease; default a minute
	Run   func(ctx context.Context, now time.Time) (int, error)
}

// Metrics counts runs; outcome is ok, failed, panicked or elsewhere (another
// instance holds the lease).
type Metrics interface {
	JobRan(job, outcome string, count int, took time.Duration)
}

// Deps is what a runner needs. Clock is the time of the processes, which a
// demonstration may move; Machine is the machine's, for leases alone.
type Deps struct {
	Leases  domain.Repository[Lease]
	Clock   domain.Clock
	Machine domain.Clock
	Holder  string // names this instance, unique among all
	Log     *slog.Logger
	Metrics Metrics
}

// Runner runs jobs on their ticks.
type Runner struct {
	Deps
	jobs   []Job
	turns  map[string]*sync.Mutex // one run of a job at a time in this instance
	cron   *cron.Cron
	cancel context.CancelFunc

	mu     sync.Mutex
	leases map[string]Lease // ours, by job
}

// NewRunner makes a runner; nothing runs before Start.
func NewRunner(d Deps, jobs ...Job) *Runner {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	r := &Runner{Deps: d, jobs: jobs, turns: map[string]*sync.Mutex{}, leases: map[string]Lease{}}
	for _, j := range jobs {
		r.turns[j.Name] = &sync.Mutex{}
	}
	return r
}

// Jobs lists the jobs in order.
func (r *Runner) Jobs() []Job { return r.jobs }

// Start schedules every job until Stop.
func (r *Runner) Start(ctx context.Context) error {
	ctx, r.cancel = context.WithCancel(ctx)
	logger := cronLog{r.Log}
	// Skip outside Recover: see the package's doc.
	r.cron = cron.New(cron.WithLocation(time.UTC), cron.WithLogger(logger),
		cron.WithChain(cron.SkipIfStillRunning(logger), cron.Recover(logger)))
	for _, j := range r.jobs {
		if _, err := r.cron.AddFunc("@every "+max(j.Every, time.Second).String(), func() { r.RunOnce(ctx, j) }); err != nil {
			return fmt.Errorf("scheduling job %s: %w", j.Name, err)
		}
	}
	r.cron.Start()
	return nil
}

// Stop ends the ticks, waits, as long as ctx lets it, for what is running, and
// gives the leases back.
func (r *Runner) Stop(ctx context.Context) {
	defer r.release(ctx)
	if r.cron == nil {
		return
	}
	r.cancel()
	select {
	case <-r.cron.Stop().Done():
	case <-ctx.Done():
		r.Log.Warn("jobs still running at shutdown; their leases end by themselves")
	}
}

// RunOnce runs one job now when its lease is to be had, and answers how many
// things it did.
func (r *Runner) RunOnce(ctx context.Context, j Job) (count int, err error) {
	if turn, ok := r.turns[j.Name]; ok {
		turn.Lock()
		defer turn.Unlock()
	}
	life := j.Life
	if life == 0 {
		life = time.Minute
	}
	lease, ok, err := r.take(ctx, j.Name, life)
	if err != nil || !ok {
		r.report(j, Result{Outcome: "elsewhere"}, err)
		return 0, err
	}
	// A lease that was kept from an earlier run ends before a whole life: so
	// does the run.
	ctx, cancel := context.WithTimeout(r.fenced(ctx, lease), r.left(lease))
	defer cancel()
	res := Result{At: r.Machine.Now(), Outcome: "panicked"}
	defer func() { // also when the job panics, for which cron's Recover is outside
		res.Millis = r.Machine.Now().Sub(res.At).Milliseconds()
		r.report(j, res, err)
		if res.Outcome == "ok" && res.Count == 0 {
			return // nothing to remember
		}
		if nerr := r.note(context.WithoutCancel(ctx), lease, res); nerr != nil {
			r.Log.Warn("a job's result was not kept", "job", j.Name, "err", nerr)
		}
	}()
	res.Count, err = j.Run(ctx, r.Clock.Now())
	res.Outcome = "ok"
	if err != nil {
		res.Outcome = "failed"
	}
	return res.Count, err
}

func (r *Runner) report(j Job, res Result, err error) {
	if r.Metrics != nil {
		r.Metrics.JobRan(j.Name, res.Outcome, res.Count, time.Duration(res.Millis)*time.Millisecond)
	}
	level := slog.LevelDebug
	switch {
	case err != nil:
		level = slog.LevelWarn
	case res.Count > 0:
		level = slog.LevelInfo
	}
	r.Log.Log(context.Background(), level, "job ran", "job", j.Name, "outcome", res.Outcome,
		"count", res.Count, "duration_ms", res.Millis, "err", err)
}

// Settle runs every job again and again until one round does nothing, at most
// rounds times, and answers how many things were done: what a demonstration
// does after it moved the clock, and a test instead of waiting.
func (r *Runner) Settle(ctx context.Context, rounds int) (int, error) {
	total := 0
	for range rounds {
		did := 0
		for _, j := range r.jobs {
			n, err := r.RunOnce(ctx, j)
			if err != nil {
				return total, fmt.Errorf("job %s: %w", j.Name, err)
			}
			did += n
		}
		total += did
		if did == 0 {
			return total, nil
		}
	}
	return total, domain.E(domain.Unavailable, "jobs were still finding work after %d rounds", rounds)
}

// cronLog hands cron's own lines to slog.
type cronLog struct{ log *slog.Logger }

func (l cronLog) Info(msg string, kv ...any) { l.log.Debug("cron "+msg, kv...) }
func (l cronLog) Error(err error, msg string, kv ...any) {
	l.log.Error("cron "+msg, append(kv, "err", err)...)
}
