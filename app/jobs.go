package main

import (
	"context"
	"time"

	"folkmoot/app/store"
	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/jobs"
)

// wireJobs lists what is done when it is due. Each asks the store what that
// is.
func (h *house) wireJobs() {
	h.relay = &jobs.Relay{Source: effects{h.store}, Clock: h.clock, Log: h.log, Wake: h.wake, Handlers: map[string]jobs.Handler{
		domain.EffectAudit:     h.audit.Execute,
		domain.EffectMessage:   h.outreach.Execute,
		domain.EffectBroadcast: h.outreach.Execute,
		"queue":                h.outreach.Execute,
		domain.EffectContact:   h.outreach.Execute,
		domain.EffectReply:     h.dispatcher.Execute,
		domain.EffectNotice:    h.slack.Execute,
		domain.EffectStage:     h.entered,
	}}
	tick := func(f func(context.Context) (int, error)) func(context.Context, time.Time) (int, error) {
		return func(ctx context.Context, _ time.Time) (int, error) { return f(ctx) }
	}
	h.runner = jobs.NewRunner(jobs.Deps{
		Leases: store.Open(h.store, jobs.Leases), Clock: h.clock, Machine: domain.ClockFunc(h.parts.machine),
		Holder: h.holder, Log: h.log, Metrics: h.metrics,
	},
		jobs.Job{Name: "relay", Every: 5 * time.Second, Run: h.relay.Drain},
		jobs.Job{Name: "inbox", Every: 5 * time.Second, Run: tick(h.inbox.Sweep)},
		jobs.Job{Name: "poll", Every: 5 * time.Minute, Run: tick(h.inbox.Missed)},
		jobs.Job{Name: "conversations", Every: 20 * time.Second, Run: tick(h.inbox.Wake)},
		jobs.Job{Name: "outbox", Every: 2 * time.Second, Run: tick(h.outbox.Tick)},
		jobs.Job{Name: "mail", Every: 2 * time.Second, Run: tick(h.mailbox.Tick)},
		jobs.Job{Name: "waves", Every: 2 * time.Second, Run: tick(h.outreach.Tick)},
		jobs.Job{Name: "recruitment", Every: 10 * time.Second, Run: h.recruitment.Tick},
		jobs.Job{Name: "sessions", Every: 30 * time.Second, Run: tick(h.deliberation.Tick)},
		jobs.Job{Name: "promises", Every: time.Minute, Run: tick(h.accountability.Tick)},
		jobs.Job{Name: "retention", Every: time.Hour, Run: tick(h.retention.Tick)},
		jobs.Job{Name: "secrets", Every: time.Hour, Run: tick(h.access.Sweep)},
		jobs.Job{Name: "reports", Every: 2 * time.Second, Run: tick(h.deliverReports)},
	)
}

// entered does what follows from a process's entering a stage.
func (h *house) entered(ctx context.Context, e domain.Effect) error {
	var d domain.StageData
	if err := e.Decode(&d); err != nil {
		return err
	}
	if err := h.accountability.EnterStage(ctx, d); err != nil {
		return err
	}
	if err := h.deliberation.EnterStage(ctx, d); err != nil {
		return err
	}
	if d.To == domain.Reported {
		if err := h.thankMembers(ctx, e.ID, d.Process); err != nil {
			return err
		}
	}
	if d.To == domain.Closed {
		if err := h.completeMembers(ctx, e.ID, d.Process); err != nil {
			return err
		}
	}
	return h.retention.ExecuteEffect(ctx, e)
}

// completeMembers ends the service of whoever served to the end.
func (h *house) completeMembers(ctx context.Context, effect, process string) error {
	for p, err := range h.people.Of(ctx, process, people.Serving) {
		if err != nil {
			return err
		}
		cmd := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive(effect, "complete", p.ID)}
		if _, err := h.people.Complete(ctx, cmd, p.ID, people.StepInput{}); err != nil {
			return err
		}
	}
	return nil
}

// thankMembers tells whoever served, the day after their report is out, what
// comes next.
func (h *house) thankMembers(ctx context.Context, effect, process string) error {
	for p, err := range h.people.Of(ctx, process, people.Serving) {
		if err != nil {
			return err
		}
		cmd := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive(effect, "thanks")}
		if _, err := h.outreach.Send(ctx, cmd, domain.MessageData{
			Process: process, Person: p.ID, Template: "completed", Class: domain.ClassService, NotBefore: h.clock.Now().Add(24 * time.Hour),
		}); err != nil {
			return err
		}
	}
	return nil
}

// settle does everything that is due now and what follows from it: what the
// demonstration's clock waits for.
func (h *house) settle(ctx context.Context) (int, error) {
	total := 0
	for range 200 {
		n, err := h.inbox.Drain(ctx)
		if err != nil {
			return total, err
		}
		m, err := h.runner.Settle(ctx, 200)
		if err != nil {
			return total, err
		}
		total += n + m
		if n+m == 0 {
			return total, nil
		}
	}
	return total, domain.E(domain.Unavailable, "there was still work after many rounds")
}
