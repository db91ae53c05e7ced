package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/domain"
)

// outage is how the stores of a running program are in trouble for a while.
type outage string

const (
	storeAway outage = "the store is away"
	ringAway  outage = "the keyring is away"
	diskFull  outage = "the disks are full"
)

// refuses says whether a call fails in the outage. A ping of a full disk
// does: it writes.
func (o outage) refuses(op operation) error {
	switch {
	case o == storeAway && !op.ring, o == ringAway && op.ring:
		return errAway
	case o == diskFull && (op.write || op.verb == "ping"):
		return domain.E(domain.Unavailable, "the store's disk is full; nothing was changed; make room on it")
	}
	return nil
}

// lasting is how long outages last.
const lasting = 10 * time.Minute

// afterwards are the times after a step at which a program that got its
// stores back is looked at.
var afterwards = []time.Duration{lasting, lasting + 2*time.Minute, lasting + 4*time.Minute}

// suffer takes a step while the stores are in trouble for ten minutes: who
// asks is told to come again, and comes again when it is over; nobody does
// anything about the program.
func (r *recording) suffer(w *world, step int, o outage) error {
	s := r.steps[step]
	if err := w.ground.putBack(w.ctx, r.states[step], w.index != step); err != nil {
		return err
	}
	w.notes = maps.Clone(r.notes[step])
	w.quietNow()
	w.begin(step, s)
	f := &fate{}
	defer w.end()
	c, err := w.crew(f, false)
	if err != nil {
		return err
	}
	p := c.all[0]
	f.trouble(o)
	acked, err := w.endure(p, s)
	if err != nil {
		return err
	}
	f.trouble("")
	if status, body, _, err := w.ask(p, "/readyz"); err != nil || status != http.StatusOK {
		return fmt.Errorf("afterwards readyz answers %d %s, %w", status, body, err)
	}
	if !acked {
		if err := c.take(s); err != nil {
			return fmt.Errorf("afterwards: %w", err)
		}
	}
	diff := ""
	for _, at := range afterwards {
		w.set(s.at.Add(at))
		if err := c.rest(); err != nil {
			return fmt.Errorf("afterwards: %w", err)
		}
		if diff = r.differs(w, step); diff == "" {
			return nil
		}
	}
	return errors.New(diff)
}

// endure takes the step every minute of the outage until it is acknowledged.
func (w *world) endure(p *program, s walkStep) (acked bool, err error) {
	for minute := range int(lasting / time.Minute) {
		w.set(s.at.Add(time.Duration(minute) * time.Minute))
		if !acked {
			w.calls = 0
			w.tried++
			err := s.do(w, p)
			if err != nil && !askedAgain(err) {
				return acked, fmt.Errorf("in the outage: %w", err)
			}
			acked = err == nil
		}
		if err := w.settle(p); err != nil && !askedAgain(err) && !domain.Is(err, domain.Unavailable) {
			return acked, fmt.Errorf("jobs in the outage: %w", err)
		}
		if status, body, _, _ := w.ask(p, "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(string(body), "does not answer") {
			return acked, fmt.Errorf("in the outage readyz answers %d %s", status, body)
		}
		if status, _, _, err := w.ask(p, "/healthz"); err != nil || status != http.StatusOK {
			return acked, fmt.Errorf("in the outage healthz answers %d, %w", status, err)
		}
	}
	return acked, nil
}

func (w *world) ask(p *program, path string) (int, []byte, http.Header, error) {
	req, err := http.NewRequest(http.MethodGet, walkURL+path, nil)
	if err != nil {
		return 0, nil, nil, err
	}
	return w.knock(p, req)
}

// outages lets steps of the play fall into each outage: every one of them
// when all is walked, otherwise some, others with every seed.
func (r *recording) outages(t *testing.T, seed string) {
	const some = 16
	w, n := r.later(t), 0
	all := slices.Contains([]string{"all", "outages"}, os.Getenv("FOLKMOOT_CRASHWALK"))
	for k, o := range []outage{storeAway, ringAway, diskFull} {
		for i, s := range r.steps {
			if !all && (i+k*5+len(seed)+int(seed[0]))%some != 0 {
				continue
			}
			n++
			if err := r.suffer(w, i, o); err != nil {
				t.Errorf("%s for ten minutes at step %d, %s: %s", o, i, shortened(s.name, 80), shortened(err.Error(), 3000))
			}
		}
	}
	t.Logf("NOTE: outages of ten minutes: %d walked (seed %s)", n, seed)
}
