package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/jobs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC) // the night clocks go forward in London

type counts struct {
	mu   sync.Mutex
	seen map[string]int
}

func (c *counts) JobRan(job, outcome string, _ int, _ time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[string]int{}
	}
	c.seen[job+" "+outcome]++
}

type house struct {
	leases  *domaintest.Repo[jobs.Lease]
	machine *domaintest.Clock
	metrics *counts
}

func newHouse() house {
	return house{domaintest.Memory(jobs.Leases), domaintest.NewClock(start), &counts{}}
}

func (h house) runner(holder string, js ...jobs.Job) *jobs.Runner {
	return jobs.NewRunner(jobs.Deps{
		Leases: h.leases, Clock: h.machine, Machine: h.machine, Holder: holder, Metrics: h.metrics,
	}, js...)
}

func TestOneInstanceRunsAJobAtATime(t *testing.T) {
	t.Parallel()
	h := newHouse()
	var other *jobs.Runner
	inner := 0
	job := jobs.Job{Name: "reminders", Run: func(ctx context.Context, _ time.Time) (int, error) {
		n, err := other.RunOnce(ctx, jobs.Job{Name: "reminders", Run: func(context.Context, time.Time) (int, error) {
			inner++
			return 1, nil
		}})
		if n != 0 || err != nil {
			t.Errorf("the second instance got %d, %v while the first held the lease", n, err)
		}
		return 3, nil
	}}
	other = h.runner("two")
	n, err := h.runner("one").RunOnce(t.Context(), job)
	if n != 3 || err != nil || inner != 0 {
		t.Errorf("got %d, %v and %d inner runs, want 3, nil, 0", n, err, inner)
	}
	if h.metrics.seen["reminders elsewhere"] != 1 || h.metrics.seen["reminders ok"] != 1 {
		t.Errorf("got %v", h.metrics.seen)
	}
}

func TestAStoppedInstanceThatWakesUpLateStandsBack(t *testing.T) {
	t.Parallel()
	h := newHouse()
	other := h.runner("two", jobs.Job{Name: "wave", Run: func(context.Context, time.Time) (int, error) { return 7, nil }})
	late := jobs.Job{Name: "wave", Run: func(ctx context.Context, _ time.Time) (int, error) {
		if err := jobs.Fence(ctx); err != nil {
			t.Errorf("fence before the pause: %v", err)
		}
		h.machine.Advance(3 * time.Minute) // stopped, say by a laptop's lid
		if n, err := other.RunOnce(ctx, other.Jobs()[0]); n != 7 || err != nil {
			t.Errorf("the lease did not pass on: %d, %v", n, err)
		}
		return 0, jobs.Fence(ctx)
	}}
	_, err := h.runner("one").RunOnce(t.Context(), late)
	if !domain.Is(err, domain.Stale) {
		t.Errorf("got %v, want stale", err)
	}
	l, _ := h.leases.Get(t.Context(), "wave")
	if l.Last.Count != 7 || l.Last.Outcome != "ok" {
		t.Errorf("the late instance overwrote the result: %+v", l.Last)
	}
}

func TestAnIdleJobWritesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse()
	idle := jobs.Job{Name: "idle", Run: func(context.Context, time.Time) (int, error) { return 0, nil }}
	r := h.runner("one", idle)
	for range 20 {
		if _, err := r.RunOnce(t.Context(), idle); err != nil {
			t.Fatal(err)
		}
	}
	l, _ := h.leases.Get(t.Context(), "idle")
	if l.Version != 1 {
		t.Errorf("20 idle runs wrote the lease %d times, want once", l.Version)
	}
	h.machine.Advance(40 * time.Second)
	if _, err := r.RunOnce(t.Context(), idle); err != nil {
		t.Fatal(err)
	}
	if l, _ = h.leases.Get(t.Context(), "idle"); l.Term != 1 || !l.Until.Equal(h.machine.Now().Add(time.Minute)) {
		t.Errorf("got term %d until %s, want the same term, renewed", l.Term, l.Until)
	}
	r.Stop(t.Context())
	if n, err := h.runner("two", idle).RunOnce(t.Context(), jobs.Job{Name: "idle", Run: func(context.Context, time.Time) (int, error) { return 4, nil }}); n != 4 || err != nil {
		t.Errorf("after a stop the other instance got %d, %v, want to run at once", n, err)
	}
}

func TestAPanicDoesNotEndAJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse()
		runs := 0
		r := h.runner("one", jobs.Job{Name: "fragile", Every: time.Second, Run: func(context.Context, time.Time) (int, error) {
			runs++
			if runs == 1 {
				panic("once")
			}
			return 0, nil
		}})
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3500 * time.Millisecond) // in the bubble: no real time passes
		r.Stop(t.Context())
		if runs != 3 || h.metrics.seen["fragile panicked"] != 1 || h.metrics.seen["fragile ok"] != 2 {
			t.Errorf("got %d runs, %v; want 3 with one panic", runs, h.metrics.seen)
		}
	})
}

func TestSettleRunsUntilNothingIsDue(t *testing.T) {
	t.Parallel()
	h := newHouse()
	left := 5
	work := jobs.Job{Name: "work", Run: func(context.Context, time.Time) (int, error) {
		if left == 0 {
			return 0, nil
		}
		left--
		return 1, nil
	}}
	if n, err := h.runner("one", work).Settle(t.Context(), 10); n != 5 || err != nil {
		t.Errorf("got %d, %v, want 5", n, err)
	}
	endless := jobs.Job{Name: "endless", Run: func(context.Context, time.Time) (int, error) { return 1, nil }}
	if _, err := h.runner("one", endless).Settle(t.Context(), 10); !domain.Is(err, domain.Unavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
}

// note is a document that asks for a follow-up.
type note struct {
	domain.Root
	Told int `json:"told"`
}

var notes = domain.Collection[note]{Name: "notes", Schema: 1, Shard: "id", Keys: func(*note) map[string]any { return nil }}

// source makes a jobs.Source of one repository.
type source struct{ repo *domaintest.Repo[note] }

func (s source) Due(ctx context.Context, now time.Time, limit int) ([]jobs.Pending, error) {
	var out []jobs.Pending
	q := domain.Query{Index: domain.EffectsIndex, To: now.Add(time.Millisecond), Limit: limit}
	for n, err := range s.repo.Find(ctx, q) {
		if err != nil {
			return nil, err
		}
		out = append(out, jobs.Pending{Collection: "notes", ID: n.ID, Effects: n.Effects})
	}
	return out, nil
}

func (s source) Settle(ctx context.Context, _, id string, done []string, failed map[string]time.Time) error {
	_, err := s.repo.Update(ctx, id, func(n *note) error { n.Root.Settle(done, failed); return nil })
	return err
}

func TestAnEffectIsExecutedUntilAcknowledged(t *testing.T) {
	t.Parallel()
	repo := domaintest.Memory(notes)
	clock := domaintest.NewClock(start)
	n := note{Root: domain.Root{ID: "n1"}}
	n.Emit(domain.Command{Key: "k"}, "tell", "once", start, "hello")
	if err := repo.Insert(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	told := map[string]int{}
	fail := true
	relay := &jobs.Relay{Source: source{repo}, Clock: clock, Jitter: func() float64 { return 1 }, Log: discard(),
		Handlers: map[string]jobs.Handler{"tell": func(_ context.Context, e domain.Effect) error {
			if fail {
				return errors.New("gateway away")
			}
			told[e.ID]++
			return nil
		}}}
	drain := func(want int) {
		t.Helper()
		if got, err := relay.Drain(t.Context(), clock.Now()); got != want || err != nil {
			t.Fatalf("drain: got %d, %v, want %d", got, err, want)
		}
	}
	drain(0)
	fail = false
	drain(0) // put off by a second
	clock.Advance(time.Second)
	drain(1)
	drain(0)
	got, _ := repo.Get(t.Context(), "n1")
	if len(told) != 1 || len(got.Effects) != 0 {
		t.Errorf("told %v, left %v; want one told and none left", told, got.Effects)
	}
}

// A member consented and was taken in by one text. The store failed once for
// the consent, and what rested on it was refused for ever.
func TestWhatRestsOnAFailedEffectWaitsForIt(t *testing.T) {
	t.Parallel()
	repo, clock := domaintest.Memory(notes), domaintest.NewClock(start)
	n := note{Root: domain.Root{ID: "n1"}}
	for _, what := range []string{"consent", "take in", "tell"} {
		n.Emit(domain.Command{Key: what}, "do", what, start, what)
	}
	if err := repo.Insert(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	var did []string
	away := true
	relay := &jobs.Relay{Source: source{repo}, Clock: clock, Jitter: func() float64 { return 1 }, Log: discard(),
		Handlers: map[string]jobs.Handler{"do": func(_ context.Context, e domain.Effect) error {
			if away {
				away = false
				return domain.E(domain.Unavailable, "the store went away")
			}
			did = append(did, string(e.Data))
			return nil
		}}}
	for range 2 {
		if _, err := relay.Drain(t.Context(), clock.Now()); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Second)
	}
	if got, want := strings.Join(did, " "), `"consent" "take in" "tell"`; got != want {
		t.Errorf("done %s, want %s", got, want)
	}
}

func TestAnUnknownOrPanickingEffectStaysAndIsCounted(t *testing.T) {
	t.Parallel()
	repo := domaintest.Memory(notes)
	n := note{Root: domain.Root{ID: "n1"}}
	n.Emit(domain.Command{Key: "k"}, "nobody", "a", start, nil)
	n.Emit(domain.Command{Key: "k"}, "panics", "b", start, nil)
	if err := repo.Insert(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	relay := &jobs.Relay{Source: source{repo}, Clock: domaintest.NewClock(start), Log: discard(),
		Handlers: map[string]jobs.Handler{"panics": func(context.Context, domain.Effect) error { panic("oh") }}}
	if got, err := relay.Drain(t.Context(), start); got != 0 || err != nil {
		t.Fatalf("got %d, %v", got, err)
	}
	got, _ := repo.Get(t.Context(), "n1")
	if len(got.Effects) != 2 || got.Effects[0].Attempts != 1 || got.Effects[1].Attempts != 1 {
		t.Errorf("got %+v, want both kept with one attempt", got.Effects)
	}
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// The keyring away for ten minutes cost the confirmation of a seat an hour,
// because each failure put it off four times as long as the one before.
func TestWhatWasAwayIsAskedAgainSoon(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want time.Duration
	}{
		{"something is away", domain.E(domain.Unavailable, "the keyring does not answer"), 2 * time.Minute},
		{"the effect itself is in trouble", domain.E(domain.Conflict, "the person has left"), time.Hour},
	} {
		repo, clock := domaintest.Memory(notes), domaintest.NewClock(start)
		n := note{Root: domain.Root{ID: "n1"}}
		n.Emit(domain.Command{Key: "k"}, "tell", "once", start, "hello")
		if err := repo.Insert(t.Context(), &n); err != nil {
			t.Fatal(err)
		}
		relay := &jobs.Relay{Source: source{repo}, Clock: clock, Jitter: func() float64 { return 1 }, Log: discard(),
			Handlers: map[string]jobs.Handler{"tell": func(context.Context, domain.Effect) error { return c.err }}}
		wait := time.Duration(0)
		for range 8 {
			clock.Advance(wait)
			if _, err := relay.Drain(t.Context(), clock.Now()); err != nil {
				t.Fatal(err)
			}
			got, err := repo.Get(t.Context(), "n1")
			if err != nil {
				t.Fatal(err)
			}
			wait = got.Effects[0].Due.Sub(clock.Now())
		}
		if wait != c.want {
			t.Errorf("%s: after eight failures it waits %s, want %s", c.name, wait, c.want)
		}
	}
}
