package deliberation

import (
	"context"
	"time"

	"folkmoot/domain"
)

// telling is one text about a session, before it.
type telling struct {
	template string
	at       time.Time // when it is due
	until    time.Time // when it is worth sending no longer
}

// tellings are the texts before a session, in order, at hours of the place
// where the jury meets: a week before, the afternoon before, and the morning.
func (x *Session) tellings(loc *time.Location) []telling {
	l := x.Starts.In(loc)
	at := func(days, hour int) time.Time {
		return domain.Milli(time.Date(l.Year(), l.Month(), l.Day()-days, hour, 0, 0, 0, loc))
	}
	return []telling{
		{"week_before", at(7, 10), at(3, 10)},
		{"day_before", at(1, 16), at(0, 0)},
		{"morning", at(0, 8), x.Starts},
	}
}

// tellNext notes the first of the texts that is still to come; none, when the
// session is planned that late.
func (x *Session) tellNext(loc *time.Location, now time.Time) {
	x.Telling, x.Remind = "", time.Time{}
	for _, t := range x.tellings(loc) {
		if t.at.After(now) && t.at.Before(x.Starts) {
			x.Telling, x.Remind = t.template, t.at
			return
		}
	}
}

// remindSessions tells members of the sessions to come. Of several texts that
// an outage held up only the last is sent, and none that is no longer true.
func (s *Service) remindSessions(ctx context.Context, now time.Time) (int, error) {
	return due(ctx, s.d.Sessions, upTo("remind", now), func(x Session) error {
		c := systemCommand("telling", x.ID, x.Telling, x.Starts.Format(time.RFC3339))
		ref, err := s.find(ctx, x.Process)
		if err != nil || ref.Stage == domain.Paused { // nothing falls due; what is still true afterwards is told then
			return err
		}
		_, err = domain.Change(ctx, s.d.Sessions, domain.At(x.Process, "session", x.ID), c, func(x *Session) error {
			if x.State != SessionPlanned || x.Telling == "" || x.Remind.After(now) {
				return domain.ErrNoChange
			}
			if ref.Stage == domain.Cancelled { // it is not going to be held
				x.Telling, x.Remind = "", time.Time{}
				x.Touch(c, now)
				return nil
			}
			x.remind(c, now, ref.Location())
			return nil
		})
		return err
	})
}

func (x *Session) remind(c domain.Command, now time.Time, loc *time.Location) {
	var last telling
	for _, t := range x.tellings(loc) {
		if !t.at.After(now) {
			last = t
		}
	}
	sent := last.until.After(now)
	if sent {
		x.Emit(c, domain.EffectBroadcast, last.template, now, domain.BroadcastData{
			Process: x.Process, Statuses: servingStatuses, Template: last.template, Class: domain.ClassService,
			Expires: last.until, Vars: x.facts(loc),
		})
	}
	x.tellNext(loc, now)
	x.Record(c, now, event(x.Process, "session.reminded", "sessions:"+x.ID, map[string]any{"what": last.template, "late": !sent}))
}

// broadcast tells members of the session, or of a change to it.
func (x *Session) broadcast(c domain.Command, now time.Time, template string, loc *time.Location) {
	x.Emit(c, domain.EffectBroadcast, template, now, domain.BroadcastData{
		Process: x.Process, Statuses: servingStatuses, Template: template, Class: domain.ClassService,
		Expires: x.Starts, Vars: x.facts(loc),
	})
}

// movedFrom reports whether what people must know to come has changed.
func (x *Session) movedFrom(before Session) bool {
	return !x.Starts.Equal(before.Starts) || !x.Ends.Equal(before.Ends) || x.Place != before.Place
}

// isFirst reports whether no session was held or opened before this one.
func (s *Service) isFirst(ctx context.Context, process, id string) (bool, error) {
	return s.alone(ctx, process, id, func(x Session) bool { return x.State == SessionHeld || x.State == SessionOpen })
}

// isLast reports whether no other session is still to come or under way.
func (s *Service) isLast(ctx context.Context, process, id string) (bool, error) {
	return s.alone(ctx, process, id, func(x Session) bool { return x.State == SessionPlanned || x.State == SessionOpen })
}

func (s *Service) alone(ctx context.Context, process, id string, is func(Session) bool) (bool, error) {
	xs, err := domain.All(ctx, s.d.Sessions, process)
	for _, x := range xs {
		if x.ID != id && is(x) {
			return false, err
		}
	}
	return true, err
}

// EnterStage sends members the practical details of the first session once the
// process is convened.
func (s *Service) EnterStage(ctx context.Context, d domain.StageData) error {
	if d.To != domain.Convened {
		return nil
	}
	ref, err := s.find(ctx, d.Process)
	if err != nil {
		return err
	}
	xs, err := domain.All(ctx, s.d.Sessions, d.Process)
	if err != nil {
		return err
	}
	now, c := s.d.Clock.Now(), systemCommand("practical details", d.Process)
	for _, x := range xs {
		if x.State != SessionPlanned || !x.Starts.After(now) {
			continue
		}
		_, err := domain.Change(ctx, s.d.Sessions, domain.At(d.Process, "session", x.ID), c, func(x *Session) error {
			x.broadcast(c, now, "practical_details", ref.Location())
			x.Touch(c, now)
			return nil
		})
		return err
	}
	return nil
}

// facts are what texts say of a session.
func (x *Session) facts(loc *time.Location) map[string]string {
	v := map[string]string{
		"session": x.ID, "day": x.Title, "day_date": domain.SayDay(x.Starts, loc), "day_times": domain.SayHours(x.Starts, x.Ends),
	}
	if x.Place != "" {
		v["venue"] = x.Place
	}
	return v
}
