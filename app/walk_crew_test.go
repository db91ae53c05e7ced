package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"folkmoot/domain/outreach"
)

func (w *world) begin(i int, s walkStep) {
	w.index, w.calls, w.tried, w.died = i, 0, 0, 0
	w.set(s.at)
}

// harm is what happens to a program in a step.
type harm struct {
	step int
	at   int // operation, from 1; 0: nothing
	how  manner
	two  bool // another instance shares the work and goes on
}

func (h harm) String() string {
	with := ""
	if h.two {
		with = ", beside another instance"
	}
	return fmt.Sprintf("step %d, operation %d %s%s", h.step, h.at, h.how, with)
}

// rounds are how long after the step a disturbed run may need to come to
// rest: leases run out, and unknown messages are looked for twice.
var rounds = []time.Duration{0, 2 * time.Minute, 4 * time.Minute, 7 * time.Minute, 10 * time.Minute, 14 * time.Minute}

// walk takes one step from its beginning, with harm, and answers what came
// out otherwise than in the undisturbed play: "" where nothing did. seen is
// what the harmed program asked of its stores.
func (r *recording) walk(w *world, h harm) (seen []operation, diff string, err error) {
	s := r.steps[h.step]
	if err := w.ground.putBack(w.ctx, r.states[h.step], w.index != h.step); err != nil {
		return nil, "", err
	}
	w.notes = maps.Clone(r.notes[h.step])
	w.quietNow()
	w.begin(h.step, s)
	f := &fate{at: h.at, how: h.how}
	defer w.end()
	run, err := w.crew(f, h.two)
	if err != nil {
		return nil, "", err
	}
	f.begin()
	if err := run.take(s); err != nil {
		return f.seen, "", err
	}
	for _, later := range rounds {
		w.set(s.at.Add(later))
		if later > 0 || w.clock().Before(s.at.Add(later)) {
			if err := run.rest(); err != nil {
				return f.seen, "", err
			}
		}
		if diff = r.differs(w, h.step); diff == "" {
			break
		}
	}
	if diff != "" && h.at > 0 {
		if err := w.sendHeld(run.all[0]); err != nil {
			return f.seen, diff, err
		}
		if err := run.rest(); err != nil {
			return f.seen, diff, err
		}
		diff = r.differs(w, h.step)
	}
	if h.at > 0 && !f.felt {
		err = errors.New("the harm was never felt")
	}
	return f.seen, diff, err
}

// sendHeld does what is left to a person: they have the decisions sent again of
// which the harm left unclear whether they went.
func (w *world) sendHeld(p *program) error {
	if w.notes["process"] == "" || w.notes["token organiser"] == "" {
		return nil
	}
	const queue = "/processes/$process/queue"
	out, err := w.call(p, "organiser", http.MethodGet, queue+"?state=open&limit=200", "")
	if err != nil {
		return err
	}
	for _, row := range out.list("items") {
		if row.str("reason") != outreach.ReasonUnclear {
			continue
		}
		if _, err := w.call(p, "organiser", http.MethodPost, queue+"/"+row.str("id")+"/close", `{"outcome": "send_again"}`); err != nil {
			return err
		}
	}
	return nil
}

// crew is the programs that take a step: the first may come to harm.
type crew struct {
	w    *world
	all  []*program
	time time.Time
}

func (w *world) crew(f *fate, two bool) (*crew, error) {
	c := &crew{w: w}
	for n := range 1 + boolInt(two) {
		g := f
		if n > 0 {
			g = &fate{}
		}
		p, err := w.start(g)
		if err != nil {
			return nil, err
		}
		c.all = append(c.all, p)
	}
	if !two {
		return c, nil
	}
	for i, j := range c.all[0].runner.Jobs() { // every second job is the other's
		j.Run = func(context.Context, time.Time) (int, error) { return 0, nil }
		if _, err := c.all[i%2].runner.RunOnce(w.ctx, j); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// tries is how often somebody who gets no answer asks again.
const tries = 6

// take lets somebody do the step's thing until it is acknowledged, and then
// everything that follows from it.
func (c *crew) take(s walkStep) error {
	err := c.again(func(p *program) error {
		c.w.calls = 0
		c.w.tried++
		return s.do(c.w, p)
	})
	if err != nil {
		return err
	}
	return c.rest()
}

// rest lets the programs do what is due.
func (c *crew) rest() error {
	for n := range 2 * len(c.all) { // each in turn, for one's work may be the other's
		err := c.again(func(*program) error { return c.w.settle(c.all[n%len(c.all)]) })
		if err != nil {
			return err
		}
		if len(c.all) == 1 {
			return nil
		}
	}
	return nil
}

// again does something until it succeeds. Who dies is replaced, after the two
// minutes that a dead program's leases last; the other instance goes on at
// once where there is one.
func (c *crew) again(do func(p *program) error) error {
	var err error
	for range tries {
		p := c.all[0]
		err = do(p)
		for _, q := range slices.Clone(c.all) {
			if !q.fate.isDead() {
				continue
			}
			c.w.bury(q)
			c.w.set(c.w.clock().Add(2 * time.Minute))
			if err := c.replace(q); err != nil {
				return err
			}
			err = errNoAnswer
		}
		if err == nil {
			return nil
		}
		if p.fate.how.dies() && !errors.Is(err, errNoAnswer) {
			return err
		}
		if !askedAgain(err) {
			return err
		}
		c.w.set(c.w.clock().Add(time.Second)) // nobody asks again in the same instant
	}
	return fmt.Errorf("still no success after %d tries: %w", tries, err)
}

// askedAgain says whether whoever meets the error comes again.
func askedAgain(err error) bool {
	return errors.Is(err, errNoAnswer) || strings.Contains(err.Error(), errAway.Error()) || strings.Contains(err.Error(), "could not be taken in yet")
}

func (c *crew) replace(dead *program) error {
	c.all = slices.DeleteFunc(c.all, func(p *program) bool { return p == dead })
	if len(c.all) > 0 {
		return nil
	}
	p, err := c.w.start(&fate{})
	c.all = []*program{p}
	return err
}
