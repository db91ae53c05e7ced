package deliberation

import (
	"context"
	"time"

	"folkmoot/domain"
)

// Tick does what is due now: tells members of tomorrow's session, marks
// promised answers as overdue, closes ballots whose time is up, and finishes
// whatever a crash interrupted. It answers how many things it did; doing it
// again does nothing. A failing document does not hold up the others.
func (s *Service) Tick(ctx context.Context) (int, error) {
	now := s.d.Clock.Now()
	n, errs := 0, []error{}
	for _, job := range []func(context.Context, time.Time) (int, error){
		s.remindSessions, s.markOverdue, s.closeDue, s.finishBallots, s.finishPacks, s.finishReports,
	} {
		did, err := job(ctx, now)
		n += did
		if err != nil {
			errs = append(errs, err)
		}
	}
	return n, first(errs)
}

// due asks an index what is due before and including now, and does it.
func due[T any](ctx context.Context, repo domain.Repository[T], q domain.Query, do func(T) error) (int, error) {
	var found []T
	for x, err := range repo.Find(ctx, q) {
		if err != nil {
			return 0, err
		}
		found = append(found, x)
	}
	n, errs := 0, []error{}
	for _, x := range found {
		if err := do(x); err != nil {
			errs = append(errs, err)
			continue
		}
		n++
	}
	return n, first(errs)
}

// upTo is a query for everything of a time index at or before now.
func upTo(index string, now time.Time) domain.Query {
	return domain.Query{Index: index, To: now.Add(time.Millisecond), Limit: 200}
}

func systemCommand(parts ...string) domain.Command {
	return domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive(parts...)}
}

// NextSession is what texts say of the session that is under way or comes
// next; nil when none does. It asks no permission: it is public.
func (s *Service) NextSession(ctx context.Context, process string) (map[string]string, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return nil, err
	}
	xs, err := domain.All(ctx, s.d.Sessions, process)
	if err != nil {
		return nil, err
	}
	now := s.d.Clock.Now()
	for _, x := range xs {
		if x.State == SessionOpen || x.State == SessionPlanned && x.Ends.After(now) {
			return x.facts(ref.Location()), nil
		}
	}
	return nil, nil
}

func (s *Service) markOverdue(ctx context.Context, now time.Time) (int, error) {
	return due(ctx, s.d.Questions, upTo("due", now), func(x MemberQuestion) error {
		c := systemCommand("question overdue", x.ID, x.Due.Format(time.RFC3339Nano))
		_, err := domain.Change(ctx, s.d.Questions, domain.At(x.Process, "question", x.ID), c, func(x *MemberQuestion) error {
			if x.State != QuestionPromised || x.Due.After(now) {
				return domain.ErrNoChange
			}
			x.State = QuestionOverdue
			ref, err := s.d.Processes.Ref(ctx, x.Process)
			if err != nil {
				return err
			}
			x.Emit(c, domain.EffectNotice, "overdue", now, domain.NoticeData{
				Process: x.Process, Body: ref.Body, Role: domain.Organiser, Kind: "question_overdue", Subject: "questions:" + x.ID,
				Vars: map[string]string{"owner": x.Owner, "process": ref.ShortName},
			})
			x.Record(c, now, event(x.Process, "question.overdue", "questions:"+x.ID, nil))
			return nil
		})
		return err
	})
}

func (s *Service) closeDue(ctx context.Context, now time.Time) (int, error) {
	return due(ctx, s.d.Ballots, upTo("closes", now), func(x Ballot) error {
		_, err := s.CloseBallot(ctx, systemCommand("ballot closes", x.ID), x.Process, x.ID)
		return err
	})
}

func (s *Service) finishBallots(ctx context.Context, _ time.Time) (int, error) {
	q := domain.Query{Index: "owes", Equal: []any{true}, Limit: 200}
	return due(ctx, s.d.Ballots, q, func(x Ballot) error {
		if _, err := s.destroyKey(ctx, x.Process, x.ID, domain.SystemActor("job")); err != nil {
			return err
		}
		return s.discharge(ctx, x.Process, x.ID)
	})
}

func (s *Service) finishPacks(ctx context.Context, _ time.Time) (int, error) {
	q := domain.Query{Index: "unspread", Equal: []any{true}, Limit: 200}
	return due(ctx, s.d.Packs, q, func(x Pack) error {
		_, err := s.spreadPack(ctx, x)
		return err
	})
}

func (s *Service) finishReports(ctx context.Context, _ time.Time) (int, error) {
	q := domain.Query{Index: "unspread", Equal: []any{true}, Limit: 200}
	return due(ctx, s.d.Reports, q, func(x Report) error {
		_, err := s.spreadReport(ctx, x)
		return err
	})
}
