package retention

import (
	"context"
	"time"

	"folkmoot/domain"
)

// zero is the plan of a process that has none yet.
func (s *Service) zero(ref domain.ProcessRef) func() Clock {
	return func() Clock {
		periods, ok := s.d.Schedules[ref.Profile]
		if !ok {
			periods = Default
		}
		c := Clock{Root: domain.Root{ID: ref.ID}, Body: ref.Body, Reached: map[domain.Stage]time.Time{}}
		for _, p := range periods {
			c.Items = append(c.Items, Item{Period: p, State: Waiting})
		}
		return c
	}
}

// Start starts the clock of a process before it starts by itself: from now on
// what is due is listed and purged. The periods are those of its profile at this moment.
func (s *Service) Start(ctx context.Context, cmd domain.Command, process string) (Clock, error) {
	ref, err := s.process(ctx, cmd.Actor, process, domain.Erase)
	if err != nil {
		return Clock{}, err
	}
	return s.d.Clocks.Upsert(ctx, process, s.zero(ref), func(c *Clock) error {
		if c.StartedAt != nil {
			return domain.ErrNoChange
		}
		now := s.d.Clock.Now()
		c.StartedAt = &now
		c.passed(ref.Stage, now)
		c.Record(cmd, now, domain.Event{Chain: process, Action: "retention.clock_started", Subject: "processes:" + process})
		return nil
	})
}

// passed notes the stages that the process is past; when it reached them is
// not known here, so now counts.
func (c *Clock) passed(stage domain.Stage, now time.Time) {
	if stage == domain.Cancelled {
		c.reach(stage, now)
		return
	}
	for _, st := range domain.Stages {
		if stage.Reached(st) {
			c.reach(st, now)
		}
	}
}

// ExecuteEffect takes in that a process entered a stage: the handler of stage
// effects.
func (s *Service) ExecuteEffect(ctx context.Context, e domain.Effect) error {
	if e.Kind != domain.EffectStage {
		return nil
	}
	var d domain.StageData
	if err := e.Decode(&d); err != nil {
		return err
	}
	ref, err := s.d.Processes.Ref(ctx, d.Process)
	if err != nil {
		return err
	}
	_, err = s.d.Clocks.Upsert(ctx, d.Process, s.zero(ref), func(c *Clock) error {
		starts := c.starts(d.To)
		if !c.reach(d.To, domain.Milli(e.Due)) && !starts {
			return domain.ErrNoChange
		}
		now := s.d.Clock.Now()
		cmd := domain.Command{Actor: system, Key: domain.Derive(e.ID, "clock")}
		if !starts {
			c.Touch(cmd, now)
			return nil
		}
		c.StartedAt = &now
		c.Record(cmd, now, domain.Event{Chain: d.Process, Action: "retention.clock_started", Subject: "processes:" + d.Process,
			Data: map[string]any{"with": d.To}})
		c.Emit(cmd, domain.EffectNotice, "started", now, domain.NoticeData{Process: d.Process, Body: ref.Body, Role: domain.Organiser,
			Kind: "retention_started", Subject: "processes:" + d.Process})
		return nil
	})
	return err
}

// Plan is what a process keeps until when.
type Plan struct {
	Process   string                     `json:"process"`
	StartedAt *time.Time                 `json:"started_at,omitempty"`
	Reached   map[domain.Stage]time.Time `json:"reached"`
	Items     []Item                     `json:"items"`
	LegalHold bool                       `json:"legal_hold"` // on the whole process
	Holds     int                        `json:"holds"`      // active, on persons
}

// Plan answers what is kept until when, and the holds on it. Without a clock
// it answers what the profile would bring.
func (s *Service) Plan(ctx context.Context, a domain.Actor, process string) (Plan, error) {
	ref, err := s.process(ctx, a, process, domain.ViewProcess)
	if err != nil {
		return Plan{}, err
	}
	c, err := s.d.Clocks.Get(ctx, process)
	if domain.Is(err, domain.NotFound) {
		c, err = s.zero(ref)(), nil
	}
	if err != nil {
		return Plan{}, err
	}
	out := Plan{Process: process, StartedAt: c.StartedAt, Reached: c.Reached, Items: c.Items, LegalHold: ref.LegalHold}
	for h, err := range s.d.Holds.Find(ctx, domain.Query{Index: "process", Equal: []any{process}}) {
		if err != nil {
			return Plan{}, err
		}
		switch {
		case h.ReleasedAt != nil:
		case h.Person == "":
			out.LegalHold = true
		default:
			out.Holds++
		}
	}
	return out, nil
}

// PostponeInput puts a purge off.
type PostponeInput struct {
	Kind   string `json:"kind"`
	Days   int    `json:"days"` // from now, 1 to 180
	Reason string `json:"reason"`
}

// Postpone puts a listed purge off, with a reason.
func (s *Service) Postpone(ctx context.Context, cmd domain.Command, process string, in PostponeInput) (Clock, error) {
	pr := domain.Problems{}
	pr.Need(in.Days >= 1 && in.Days <= maxPostpone, "days", "put it off by 1 to %d days", maxPostpone)
	pr.Need(len(in.Reason) >= 5 && len(in.Reason) <= 300, "reason", "say why in 5 to 300 letters; name no person")
	return s.steer(ctx, cmd, process, in.Kind, pr, func(it *Item, now time.Time) domain.Event {
		at := now.AddDate(0, 0, in.Days)
		it.PurgeAt = &at
		return domain.Event{Action: "retention.postponed", Reason: in.Reason, Data: map[string]any{"kind": in.Kind, "purge_at": at}}
	})
}

// RunNowInput names a listed purge.
type RunNowInput struct {
	Kind string `json:"kind"`
}

// RunNow ends the days of grace of a listed purge; the next Tick runs it.
func (s *Service) RunNow(ctx context.Context, cmd domain.Command, process string, in RunNowInput) (Clock, error) {
	return s.steer(ctx, cmd, process, in.Kind, domain.Problems{}, func(it *Item, now time.Time) domain.Event {
		it.PurgeAt = &now
		return domain.Event{Action: "retention.run_now", Data: map[string]any{"kind": in.Kind}}
	})
}

func (s *Service) steer(ctx context.Context, cmd domain.Command, process, kind string, pr domain.Problems, do func(*Item, time.Time) domain.Event) (Clock, error) {
	if _, err := s.process(ctx, cmd.Actor, process, domain.Erase); err != nil {
		return Clock{}, err
	}
	if err := pr.Err(); err != nil {
		return Clock{}, err
	}
	c, err := s.d.Clocks.Update(ctx, process, func(c *Clock) error {
		if c.Done(cmd) {
			return domain.ErrNoChange
		}
		if err := c.Fresh(cmd); err != nil {
			return err
		}
		it := c.item(kind)
		if it == nil || it.State != Staged {
			return domain.E(domain.Conflict, "no list of this kind is waiting to be purged")
		}
		now := s.d.Clock.Now()
		ev := do(it, now)
		ev.Chain, ev.Subject = process, "processes:"+process
		c.Record(cmd, now, ev)
		return nil
	})
	if domain.Is(err, domain.NotFound) {
		err = domain.E(domain.Conflict, "the retention clock of this process was not started")
	}
	return c, err
}
