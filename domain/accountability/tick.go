package accountability

import (
	"context"
	"errors"
	"fmt"
	"time"

	"folkmoot/domain"
)

// EnterStage does what follows from a process entering a stage: the clocks of
// the responses start when it is reported, those of the progress reports when
// it is responded. It is idempotent; the relay calls it for every stage
// effect.
func (s *Service) EnterStage(ctx context.Context, d domain.StageData) error {
	switch d.To {
	case domain.Reported:
		return s.Open(ctx, d.Process)
	case domain.Responded:
		_, err := s.account(ctx, domain.Command{}, d.Process, func(x *Account, now time.Time) error {
			if !x.ProgressDue.IsZero() {
				return domain.ErrNoChange
			}
			x.startProgress(now)
			x.Touch(domain.Command{}, now)
			return nil
		})
		return err
	}
	return nil
}

// nudgeDays are how long before a response is due its owners are reminded;
// when it is overdue, every nudgeLate days.
var nudgeDays = []int{30, 7, 0}

const (
	nudgeLate     = 14
	progressNudge = 14 // days before a progress report is due
)

// Tick does what is due now: reminds of responses, says that they are
// overdue, and marks actions nobody has said a word about. It answers how
// many things it did; doing it again does nothing.
func (s *Service) Tick(ctx context.Context) (int, error) {
	now := s.d.Clock.Now()
	a, err1 := due(ctx, s.d.Responses, now, func(x Response) error { return s.nudgeResponse(ctx, x, now) })
	b, err2 := due(ctx, s.d.Actions, now, func(x Action) error { return s.nudgeAction(ctx, x, now) })
	c, err3 := due(ctx, s.d.Accounts, now, func(x Account) error { return s.nudgeProgress(ctx, x, now) })
	return a + b + c, errors.Join(err1, err2, err3)
}

// asleep reports whether the clocks of the process stand still.
func asleep(ref domain.ProcessRef) bool {
	return ref.Stage == domain.Cancelled || ref.Stage == domain.Closed
}

func (s *Service) nudgeResponse(ctx context.Context, x Response, now time.Time) error {
	ref, err := s.find(ctx, x.Process)
	if err != nil {
		return err
	}
	if x.Current() == nil && !now.Before(x.Due) && !asleep(ref) {
		if err := s.tellLate(ctx, x.Process); err != nil {
			return err
		}
	}
	c := systemCommand("response nudge", x.ID, x.Next.Format(time.RFC3339Nano))
	_, err = domain.Change(ctx, s.d.Responses, domain.At(x.Process, "response", x.ID), c, func(x *Response) error {
		if x.Next.IsZero() || x.Next.After(now) {
			return domain.ErrNoChange
		}
		x.remind(c, ref, now)
		return nil
	})
	return err
}

// tellLate tells those who served that an answer is overdue: once in a
// process, however many are.
func (s *Service) tellLate(ctx context.Context, process string) error {
	c := systemCommand("overdue told", process)
	_, err := s.account(ctx, c, process, func(x *Account, now time.Time) error {
		if x.LateTold {
			return domain.ErrNoChange
		}
		x.LateTold = true
		x.broadcast(c, "response_overdue", members, now, nil)
		x.Record(c, now, event(process, "response.overdue_told", "accounts:"+process, nil))
		return nil
	})
	return err
}

// remind says that a response, or the decision it promised, is due or
// overdue, and when to look again. After downtime it says so once, not once
// per missed reminder.
func (x *Response) remind(c domain.Command, ref domain.ProcessRef, now time.Time) {
	if asleep(ref) {
		x.Next = time.Time{}
		x.Touch(c, now)
		return
	}
	kind, date := "response", x.Due
	if a := x.Current(); a != nil {
		kind, date = "decision", a.Decision
	}
	what := "due"
	if !now.Before(date) {
		what = "overdue"
	}
	x.Next = x.after(now)
	x.Nudges++
	vars := map[string]string{"title": x.Title, "number": fmt.Sprint(x.Number), "due": day(date, ref)}
	if kind == "response" {
		vars["recommendation"] = x.ID // Slack puts the button to respond under it
	}
	x.Emit(c, domain.EffectNotice, kind, now, notice(ref, kind+"_"+what, "responses:"+x.ID, vars))
	action := map[string]string{"due": "response.reminded", "overdue": "response.overdue"}[what]
	x.Record(c, now, event(x.Process, action, "responses:"+x.ID, map[string]any{"number": x.Number, "of": kind, "due": date, "nudges": x.Nudges}))
}

// after is when to remind next.
func (x *Response) after(now time.Time) time.Time {
	if x.Current() == nil {
		for _, d := range nudgeDays {
			if at := x.Due.AddDate(0, 0, -d); at.After(now) {
				return at
			}
		}
	}
	return now.AddDate(0, 0, nudgeLate)
}

func (s *Service) nudgeAction(ctx context.Context, x Action, now time.Time) error {
	ref, err := s.find(ctx, x.Process)
	if err != nil {
		return err
	}
	c := systemCommand("action nudge", x.ID, x.Next.Format(time.RFC3339Nano))
	_, err = s.act(ctx, c, x.Process, x.ID, func(x *Action, _ time.Time) error {
		if x.Next.IsZero() || x.Next.After(now) {
			return domain.ErrNoChange
		}
		if asleep(ref) {
			x.Next = time.Time{}
			x.Touch(c, now)
			return nil
		}
		if x.Silent.IsZero() {
			x.Silent = x.lastWord()
		}
		x.Next = now.AddDate(0, 1, 0)
		x.Emit(c, domain.EffectNotice, "silent", now, notice(ref, "action_overdue", "actions:"+x.ID, map[string]string{"action": x.Title, "since": day(x.Silent, ref)}))
		x.Record(c, now, event(x.Process, "action.no_update", "actions:"+x.ID, map[string]any{"since": x.Silent}))
		return nil
	})
	return err
}

// lastWord is when something was last said of the action.
func (x *Action) lastWord() time.Time {
	at := x.CreatedAt
	if n := len(x.Updates); n > 0 {
		at = x.Updates[n-1].At
	}
	if n := len(x.Verifications); n > 0 && x.Verifications[n-1].At.After(at) {
		at = x.Verifications[n-1].At
	}
	return at
}

func (s *Service) nudgeProgress(ctx context.Context, x Account, now time.Time) error {
	ref, err := s.find(ctx, x.Process)
	if err != nil {
		return err
	}
	if err := s.sync(ctx, x.Process); err != nil {
		return err
	}
	c := systemCommand("progress nudge", x.ID, x.Next.Format(time.RFC3339Nano))
	_, err = s.account(ctx, c, x.Process, func(x *Account, now time.Time) error {
		if x.Next.IsZero() || x.Next.After(now) {
			return domain.ErrNoChange
		}
		if asleep(ref) {
			x.Next = time.Time{}
			x.Touch(c, now)
			return nil
		}
		kind := "progress_due"
		x.Next = x.ProgressDue
		if !now.Before(x.ProgressDue) {
			kind, x.Next = "progress_overdue", now.AddDate(0, 1, 0)
		}
		x.Emit(c, domain.EffectNotice, kind, now, notice(ref, kind, "accounts:"+x.ID, map[string]string{"due": day(x.ProgressDue, ref)}))
		x.Record(c, now, event(x.Process, "progress."+kind[len("progress_"):], "accounts:"+x.ID, map[string]any{"due": x.ProgressDue}))
		return nil
	})
	return err
}
