package main

import (
	"fmt"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"folkmoot/app/store"
	"folkmoot/domain"
	"folkmoot/jobs"
)

// TestRollingRestart restarts two served programs on one store, one after the
// other and again, as an operator does with SIGTERM, while texts and commands
// come to both. Each says that it is not ready before it stops answering, and
// ends by itself; nothing acknowledged is lost and everything is done once.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	const times = 4
	v := newVictim(t, 2, "FOLKMOOT_SHUTDOWN_DELAY=1s")
	for _, s := range v.all {
		s.rise(t)
	}
	loaded := v.load(t, times*textsPerLife/2, times*bodiesPerLife/2)
	for n := range times {
		if n%2 == 0 {
			<-v.due // each half
		}
		v.all[n%2].leave(t)
		v.all[n%2].rise(t)
	}
	loaded.Wait()
	for _, s := range v.all {
		s.leave(t)
	}
	v.count(t, fmt.Sprintf("two programs restarted %d times in turn", times))
}

// leave is SIGTERM: the program must say that it is not ready while it still
// answers, and end without a fault.
func (s *served) leave(t *testing.T) {
	t.Helper()
	if err := s.proc.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	said := false
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for status, ok := s.ready(); ok; status, ok = s.ready() {
		said = said || status == http.StatusServiceUnavailable
		<-tick.C
	}
	if !said {
		t.Error("it stopped answering without saying that it is not ready")
	}
	if err := s.proc.Wait(); err != nil {
		t.Errorf("stopping: %v", err)
	}
}

// TestStoppedInEarnest sends SIGSTOP to one of two served programs under load
// and wakes it up under load. Where FOLKMOOT_TEST_KILLS is set it stands still
// until its leases have passed to the other one, which takes a minute.
// Everything is done once all the same.
func TestStoppedInEarnest(t *testing.T) {
	t.Parallel()
	const texts, bodies = 30, 8
	// In memory a write holds the file's lock for a moment only; see [served.stop].
	v := newVictimIn(t, fastFolder(t), 2)
	v.client.Timeout = 500 * time.Millisecond // who gets no answer asks the other one
	first, second := v.all[0], v.all[1]
	first.rise(t)
	h := v.house(t, 0)
	defer h.close()
	had := awaitHolders(t, h, func(now map[string]string) bool { return now["relay"] != "" && now["outbox"] != "" })
	second.rise(t)

	loaded := v.load(t, texts, bodies)
	awaitAcked(v, texts/3)
	tries := first.stop(t, second)
	loaded.Wait() // the second alone serves them
	how := "for as long as the other one needed"
	if os.Getenv(killTimes) != "" {
		how = "until its leases had passed"
		awaitHolders(t, h, func(now map[string]string) bool {
			return now["relay"] != had["relay"] && now["outbox"] != had["outbox"]
		})
	}
	v.texts.Store(texts) // the last ones of the first load took numbers beyond it
	v.bodies.Store(bodies)
	loaded = v.load(t, 2*texts, 2*bodies)
	awaitAcked(v, texts+bodies+texts/3)
	first.signal(t, syscall.SIGCONT)
	loaded.Wait()
	for _, s := range v.all {
		s.kill(t)
	}
	v.count(t, fmt.Sprintf("one of two programs stopped %s, at the %d. try", how, tries))
}

func (s *served) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := s.proc.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// stop sends SIGSTOP. A program that stops while it holds the lock of the
// embedded store's file lets no other one write; then it is woken for a moment
// and stopped again.
func (s *served) stop(t *testing.T, other *served) (tries int) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	asking := *other
	asking.client = &http.Client{Timeout: 300 * time.Millisecond}
	defer asking.client.CloseIdleConnections()
	for tries = 1; tries <= 500; tries++ {
		s.signal(t, syscall.SIGSTOP)
		if status, _ := asking.ready(); status == http.StatusOK {
			return tries
		}
		s.signal(t, syscall.SIGCONT)
		<-tick.C
	}
	t.Fatal("it always held the file's lock when it was stopped")
	return tries
}

// awaitAcked waits until so many requests were acknowledged.
func awaitAcked(v *victim, n int64) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for v.acked.Load() < n {
		<-tick.C
	}
}

// awaitHolders waits, for the time of two leases, until enough is true of who
// holds which lease.
func awaitHolders(t *testing.T, h *house, enough func(map[string]string) bool) (now map[string]string) {
	t.Helper()
	leases := store.Open(store.New(h.engine, store.Hooks{}), jobs.Leases)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for range 600 {
		if now = holders(t, leases); enough(now) {
			return now
		}
		<-tick.C
	}
	t.Fatalf("the leases did not pass on within two minutes: %v", now)
	return now
}

// holders are who holds the leases.
func holders(t *testing.T, leases *store.Collection[jobs.Lease]) map[string]string {
	t.Helper()
	out := map[string]string{}
	for l, err := range leases.Find(t.Context(), domain.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		out[l.ID] = l.Holder
	}
	return out
}
