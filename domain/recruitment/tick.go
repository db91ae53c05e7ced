package recruitment

import (
	"context"
	"errors"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// unfinishedFor is how long an import may be under way; what is older was
// left by a crash.
const unfinishedFor = 6 * time.Hour

// Tick does what is due: moves waves, imports and announcements on, closes
// registration, lets offers lapse, fills seats, counts again. It answers how
// many things were done. It may run anywhere, twice at once, and be
// interrupted; one process's trouble does not hold up the others.
func (s *Service) Tick(ctx context.Context, now time.Time) (int, error) {
	total := 0
	var errs []error
	for _, do := range []func(context.Context, time.Time) (int, error){
		s.tickDraws, s.tickOffers, s.tickSeats, s.tickPools, s.tickFrames, s.tickBatches, s.tickWaves, // what may take long comes last
	} {
		n, err := do(ctx, now)
		total += n
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	if total > 0 && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return total, nil // a large wave: the next tick goes on where this one stood
	}
	return total, errors.Join(errs...)
}

func (s *Service) tickBatches(ctx context.Context, _ time.Time) (int, error) {
	due, _, err := s.d.Batches.Page(ctx, domain.Query{Index: "unfinished", Limit: 20})
	if err != nil {
		return 0, err
	}
	done := 0
	var errs []error
	for _, b := range due {
		if err := s.finishBatch(ctx, b); err != nil {
			errs = append(errs, err)
			continue
		}
		done++
	}
	return done, errors.Join(errs...)
}

func (s *Service) finishBatch(ctx context.Context, b Batch) error {
	ref, err := s.d.Processes.Ref(ctx, b.Process)
	if err != nil {
		return err
	}
	r, err := s.of(ctx, ref)
	for err == nil && b.DoneAt.IsZero() {
		b, err = s.apply(ctx, r, b)
	}
	return err
}

func (s *Service) tickDraws(ctx context.Context, _ time.Time) (int, error) {
	due, _, err := s.d.Draws.Page(ctx, domain.Query{Index: "telling", Limit: 20})
	if err != nil {
		return 0, err
	}
	told := 0
	var errs []error
	for _, d := range due {
		got, err := s.tell(ctx, d, d.Pool+tellChunk)
		told += max(0, got.Told-d.Told)
		errs = append(errs, err)
	}
	return told, errors.Join(errs...)
}

// tickOffers lets offers lapse whose time has run out, but none that is held
// (see [Service.OfferStands]). Who was asked by text hears it from the
// conversation that asked; of a cancelled process everybody has heard already.
func (s *Service) tickOffers(ctx context.Context, now time.Time) (int, error) {
	lapsed := 0
	var errs []error
	for p, err := range s.d.People.OffersDue(ctx, now) {
		if err != nil {
			return lapsed, errors.Join(append(errs, err)...)
		}
		done, err := s.tickOffer(ctx, p, now)
		if done {
			lapsed++
		}
		if !domain.Is(err, domain.Conflict) { // a conflict: answered in the same moment
			errs = append(errs, err)
		}
	}
	return lapsed, errors.Join(errs...)
}

// tickOffer lets one offer lapse, unless it is held or the process is paused:
// then nothing falls due.
func (s *Service) tickOffer(ctx context.Context, p people.Person, now time.Time) (bool, error) {
	ref, err := s.d.Processes.Ref(ctx, p.Process)
	if err != nil || ref.Stage == domain.Paused {
		return false, err
	}
	until, err := s.stands(ctx, ref, p)
	if err != nil || until.After(now) {
		return false, err
	}
	err = s.lapse(ctx, p, ref)
	return err == nil, err
}

func (s *Service) lapse(ctx context.Context, p people.Person, ref domain.ProcessRef) error {
	cmd := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("lapse", p.ID, p.OfferDue.Format(time.RFC3339))}
	var tell *people.Tell
	if p.Channel != people.ChannelText && ref.Stage != domain.Cancelled {
		tell = &people.Tell{Template: "offer_expired", Class: domain.ClassDecision, Vars: offerVars(*p.OfferDue)}
	}
	_, err := s.d.People.Lapse(ctx, cmd, p.ID, people.LapseInput{Tell: tell})
	return err
}

// tickPools closes registration whose time has come and counts again.
func (s *Service) tickPools(ctx context.Context, now time.Time) (int, error) {
	n := 0
	var errs []error
	for _, st := range []PoolState{PoolSetup, PoolOpen, PoolClosed, PoolDrawn} {
		for r, err := range s.d.Recruitments.Find(ctx, domain.Query{Index: "state", Equal: []any{string(st)}}) {
			if err != nil {
				return n, err
			}
			done, err := s.tickPool(ctx, r, now)
			n += done
			errs = append(errs, err)
		}
	}
	return n, errors.Join(errs...)
}

func (s *Service) tickPool(ctx context.Context, r Recruitment, now time.Time) (int, error) {
	n := 0
	for _, part := range r.Stretches { // of a wave whose planning broke off
		cmd := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("stretch", part.Wave)}
		if _, err := s.storeWave(ctx, cmd, r.Process, part); err != nil {
			return n, err
		}
		n++
	}
	if r.State == PoolSetup {
		return n, nil
	}
	ref, err := s.d.Processes.Ref(ctx, r.Process)
	if err != nil || ref.Stage == domain.Paused { // nothing falls due
		return n, err
	}
	if r.State == PoolOpen && !r.ClosesAt.IsZero() && !now.Before(r.ClosesAt) {
		cmd := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("close", r.ID, r.ClosesAt.Format(time.RFC3339))}
		if _, err := s.ClosePool(ctx, cmd, r.Process); err != nil {
			return n, err
		}
		n++
	}
	counted, err := s.tally(ctx, ref)
	if counted {
		n++
	}
	return n, err
}

// tickSeats fills seats that came free, and ends the watch once the jury
// reports.
func (s *Service) tickSeats(ctx context.Context, _ time.Time) (int, error) {
	n := 0
	var errs []error
	for r, err := range s.d.Recruitments.Find(ctx, domain.Query{Index: "state", Equal: []any{string(PoolDrawn)}}) {
		if err != nil {
			return n, err
		}
		ref, err := s.d.Processes.Ref(ctx, r.Process)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if ref.Stage.Reached(domain.Closed) {
			counted, err := s.lastCount(ctx, ref, r)
			n += counted
			errs = append(errs, err)
			continue
		}
		filled, err := s.fill(ctx, ref, r)
		n += filled
		errs = append(errs, err)
	}
	return n, errors.Join(errs...)
}

// lastCount ends the watch over a closed process, once those who served are
// noted as having completed and counted so. It answers how often it counted.
func (s *Service) lastCount(ctx context.Context, ref domain.ProcessRef, r Recruitment) (int, error) {
	for _, err := range s.d.People.Of(ctx, ref.ID, people.Serving) {
		return 0, err // one is enough
	}
	counted, err := s.tally(ctx, ref)
	if err != nil {
		return 0, err
	}
	n := 0
	if counted {
		n = 1
	}
	return n, s.end(ctx, r)
}

func (s *Service) end(ctx context.Context, r Recruitment) error {
	cmd := domain.Command{Actor: domain.SystemActor("job"), Key: "end/" + r.ID}
	_, err := s.change(ctx, cmd, r.Process, func(r *Recruitment, _ time.Time) (domain.Event, error) {
		r.State = PoolEnded
		return domain.Event{Action: "recruitment.ended"}, nil
	})
	return err
}

// tickFrames destroys what a crash left of an import.
func (s *Service) tickFrames(ctx context.Context, now time.Time) (int, error) {
	old, _, err := s.d.Frames.Page(ctx, domain.Query{Index: "unfinished", To: now.Add(-unfinishedFor), Limit: 50})
	if err != nil {
		return 0, err
	}
	for _, f := range old {
		if err := s.destroyList(ctx, f.List); err != nil {
			return 0, err
		}
		if err := s.d.Frames.Delete(ctx, f.ID); err != nil && !domain.Is(err, domain.NotFound) {
			return 0, err
		}
	}
	return len(old), nil
}
