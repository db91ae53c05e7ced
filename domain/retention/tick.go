package retention

import (
	"context"
	"fmt"
	"slices"
	"time"

	"folkmoot/domain"
)

// batch is how many rows a purge takes before it notes how far it came;
// rounds is how many batches one Tick runs.
const (
	batch  = 200
	rounds = 25
)

// Tick does what is due: it lists and purges what time is up for, and
// finishes erasures that broke off. It answers how many things it did.
func (s *Service) Tick(ctx context.Context) (int, error) {
	n, err := s.resume(ctx)
	if err != nil {
		return n, err
	}
	now := s.d.Clock.Now()
	due, _, err := s.d.Clocks.Page(ctx, domain.Query{Index: "next", To: now.Add(time.Millisecond), Limit: 50})
	if err != nil {
		return n, err
	}
	for _, c := range due {
		did, err := s.advance(ctx, c, now)
		n += did
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// resume finishes the erasures that were begun.
func (s *Service) resume(ctx context.Context) (int, error) {
	begun, _, err := s.d.Erasures.Page(ctx, domain.Query{Index: "begun", Limit: 50})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range begun {
		cmd := domain.Command{Actor: system, Key: domain.Derive("resume", e.ID)}
		_, err := s.finish(ctx, cmd, e)
		if err == nil && e.Cause != byRequest {
			_, err = s.Confirm(ctx, cmd.Sub("confirm"), e.ID)
		}
		if domain.Is(err, domain.Conflict) {
			continue // a hold came between: it is tried again once released
		}
		if err != nil {
			return n, fmt.Errorf("finishing erasure %s: %w", e.ID, err)
		}
		n++
	}
	return n, nil
}

// advance does what is due in one plan.
func (s *Service) advance(ctx context.Context, c Clock, now time.Time) (int, error) {
	n := 0
	for _, it := range c.Items {
		var err error
		switch {
		case it.State == Waiting && it.Due != nil && !now.Before(*it.Due):
			err = s.list(ctx, c.ID, it.Kind, now)
		case it.State == Staged && !now.Before(*it.PurgeAt):
			err = s.purge(ctx, c, it.Kind, now)
		default:
			continue
		}
		if err != nil {
			return n, fmt.Errorf("keeping %s of process %s in time: %w", it.Kind, c.ID, err)
		}
		n++
	}
	return n, nil
}

// list counts what is due and tells the organisers.
func (s *Service) list(ctx context.Context, process, kind string, now time.Time) error {
	count, err := s.count(ctx, process, kind)
	if err != nil {
		return err
	}
	return s.mark(ctx, process, kind, "list", func(c *Clock, it *Item, cmd domain.Command) domain.Event {
		at := now.AddDate(0, 0, Grace)
		it.State, it.Listed, it.PurgeAt = Staged, count, &at
		if c.StartedAt == nil { // a plan of the release in which somebody had to start it
			c.StartedAt = &now
		}
		c.Emit(cmd, domain.EffectNotice, kind, now, domain.NoticeData{Process: process, Body: c.Body, Role: domain.Organiser,
			Kind: "retention_listed", Subject: "processes:" + process,
			Vars: map[string]string{"kind": kind, "count": fmt.Sprint(count), "date": at.Format(time.DateOnly)}})
		return domain.Event{Action: "retention.listed", Data: map[string]any{"kind": kind, "count": count, "purge_at": at}}
	})
}

func (s *Service) count(ctx context.Context, process, kind string) (int, error) {
	count := 0
	for _, p := range s.purgers(kind) {
		n, err := p.PurgeCount(ctx, process, kind)
		if err != nil {
			return 0, err
		}
		count += n
	}
	return count, nil
}

// purge runs a listed purge, batch by batch. What a legal hold keeps is tried
// again a day later.
func (s *Service) purge(ctx context.Context, c Clock, kind string, now time.Time) error {
	ref, err := s.d.Processes.Ref(ctx, c.ID)
	if err != nil {
		return err
	}
	if err := s.free(ctx, ref, ""); domain.Is(err, domain.Conflict) {
		return s.put(ctx, c.ID, kind, result{stopped: "legal_hold"}, now)
	} else if err != nil {
		return err
	}
	for range rounds {
		n, other, err := s.purgeBatch(ctx, c.ID, kind)
		if err != nil {
			return err
		}
		r, err := s.outcome(ctx, c.ID, kind, n, other)
		if err != nil {
			return err
		}
		if err := s.put(ctx, c.ID, kind, r, now); err != nil || n < batch {
			return err
		}
	}
	return nil
}

// outcome is what a batch of n, other of them no persons, means: more may
// follow while batches are full.
func (s *Service) outcome(ctx context.Context, process, kind string, n, other int) (result, error) {
	r := result{purged: n}
	if n == batch {
		return r, nil
	}
	left, err := s.count(ctx, process, kind)
	if err != nil || left > 0 {
		r.stopped = "legal_hold"
		return r, err
	}
	r.done = true
	logged, err := s.logged(ctx, process, kind)
	r.total = logged + other
	return r, err
}

// logged counts the erasures of a purge in the log: also those that were done
// before a crash, and not yet noted in the plan.
func (s *Service) logged(ctx context.Context, process, kind string) (int, error) {
	n := 0
	for _, state := range []string{Executed, Confirmed} {
		for e, err := range s.d.Erasures.Find(ctx, domain.Query{Index: "process", Equal: []any{process, state}}) {
			if err != nil {
				return 0, err
			}
			if e.Cause == kind {
				n++
			}
		}
	}
	return n, nil
}

// result is what one round of a purge did.
type result struct {
	purged  int
	total   int // when done: by the log of erasures, and what is not in it
	done    bool
	stopped string
}

// put notes a round. A round that was stopped for the same reason as the one
// before is not told again.
func (s *Service) put(ctx context.Context, process, kind string, r result, now time.Time) error {
	return s.mark(ctx, process, kind, "purge", func(_ *Clock, it *Item, _ domain.Command) domain.Event {
		r.purged = max(r.purged, r.total-it.Purged)
		ev := domain.Event{Action: "retention.purged", Data: map[string]any{"kind": kind, "count": r.purged}}
		if r.stopped != "" {
			ev = domain.Event{Action: "retention.stopped", Data: map[string]any{"kind": kind, "why": r.stopped, "count": r.purged}}
			if it.Stopped == r.stopped && r.purged == 0 {
				ev.Action = ""
			}
			at := now.AddDate(0, 0, 1)
			it.PurgeAt = &at
		}
		it.Purged, it.Stopped = it.Purged+r.purged, r.stopped
		if r.done {
			it.State, it.DoneAt, it.PurgeAt = Done, &now, nil
		}
		return ev
	})
}

// purgeBatch purges up to a batch of persons, each of whom is in the log of
// erasures before anything is destroyed. other is how many of n are not in it.
func (s *Service) purgeBatch(ctx context.Context, process, kind string) (n, other int, err error) {
	for _, p := range s.purgers(kind) {
		ids, err := p.PurgeList(ctx, process, kind, batch-n)
		if err != nil {
			return n, other, err
		}
		for _, id := range ids {
			cmd := domain.Command{Actor: system, Key: domain.Derive("purge", process, kind, id)}
			err := s.purgeOne(ctx, cmd, p, process, kind, id)
			if domain.Is(err, domain.Conflict) {
				continue // a hold came between
			}
			if err != nil {
				return n, other, err
			}
			n++
			if !p.ErasesAll(kind) {
				other++
			}
		}
	}
	return n, other, nil
}

func (s *Service) purgeOne(ctx context.Context, cmd domain.Command, p Purger, process, kind, person string) error {
	if !p.ErasesAll(kind) {
		return p.PurgeOne(ctx, cmd, kind, person)
	}
	e, err := s.begin(ctx, cmd, process, person, kind)
	if err != nil {
		return err
	}
	if err := p.PurgeOne(ctx, cmd, kind, person); err != nil {
		return err
	}
	if _, err = s.finish(ctx, cmd, e); err != nil {
		return err
	}
	_, err = s.Confirm(ctx, cmd.Sub("confirm"), e.ID)
	return err
}

// begin enters a person in the log of erasures as begun, whatever was asked
// before.
func (s *Service) begin(ctx context.Context, cmd domain.Command, process, person, kind string) (Erasure, error) {
	e, err := s.open(ctx, cmd, domain.ProcessRef{ID: process}, person, kind) // nobody asked: no notice, no body
	if err != nil {
		return e, err
	}
	return s.d.Erasures.Update(ctx, e.ID, func(e *Erasure) error {
		if e.StartedAt != nil {
			return domain.ErrNoChange
		}
		now := s.d.Clock.Now()
		e.State, e.StartedAt = IdentityChecked, &now
		e.Touch(cmd.Sub("begin"), now)
		return nil
	})
}

func (s *Service) purgers(kind string) []Purger {
	var out []Purger
	for _, p := range s.d.Purgers {
		if slices.Contains(p.Kinds(), kind) {
			out = append(out, p)
		}
	}
	return out
}

// mark changes one item of a plan as the program itself. Its key is made of
// the plan's version, so that two runners of one tick change it once.
func (s *Service) mark(ctx context.Context, process, kind, what string, do func(*Clock, *Item, domain.Command) domain.Event) error {
	_, err := s.d.Clocks.Update(ctx, process, func(c *Clock) error {
		it := c.item(kind)
		if it == nil || (what == "list") != (it.State == Waiting) || it.State == Done {
			return domain.ErrNoChange
		}
		cmd := domain.Command{Actor: system, Key: domain.Derive("retention", process, kind, what, fmt.Sprint(c.Version))}
		ev := do(c, it, cmd)
		if ev.Action == "" {
			c.Touch(cmd, s.d.Clock.Now())
			return nil
		}
		ev.Chain, ev.Subject = process, "processes:"+process
		c.Record(cmd, s.d.Clock.Now(), ev)
		return nil
	})
	return err
}
