package recruitment

import (
	"context"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// Nobody loses a seat because we were slow. An offer stands on while what its
// person wrote since it was made waits to be read, and for some time after it was answered, or
// after a pause of the process.
const (
	offerAfterPause  = 48 * time.Hour
	offerAfterAnswer = 24 * time.Hour
	// offerHeldMost is how long beyond its time an offer stands at most: there is
	// somebody else to ask.
	offerHeldMost = 14 * 24 * time.Hour
)

// Messages says what of somebody's waits for a person to read it. nil: nothing.
type Messages interface {
	// Unread reports whether a message of theirs waits that came since a time,
	// and when the last of those was answered or closed.
	Unread(ctx context.Context, processID, personID string, since time.Time) (waits bool, answered time.Time, err error)
}

// OfferStands is when the offer to the person runs out: at its own time, or
// later where it is held. Not_found for who has no offer open.
func (s *Service) OfferStands(ctx context.Context, ref domain.ProcessRef, personID string) (time.Time, error) {
	p, err := s.d.People.Get(ctx, domain.SystemActor("job"), personID)
	if err != nil {
		return time.Time{}, err
	}
	if p.Status != people.Offered || p.OfferDue == nil {
		return time.Time{}, domain.Hidden("offer")
	}
	return s.stands(ctx, ref, p)
}

func (s *Service) stands(ctx context.Context, ref domain.ProcessRef, p people.Person) (time.Time, error) {
	until, now := *p.OfferDue, s.d.Clock.Now()
	if !ref.Resumed.IsZero() {
		until = latest(until, ref.Resumed.Add(offerAfterPause))
	}
	most := until.Add(offerHeldMost)
	if s.d.Messages != nil {
		waits, answered, err := s.d.Messages.Unread(ctx, p.Process, p.ID, p.StatusAt)
		if err != nil {
			return until, err
		}
		if waits {
			until = latest(until, now.Add(offerAfterAnswer))
		}
		if !answered.IsZero() {
			until = latest(until, answered.Add(offerAfterAnswer))
		}
	}
	if until.After(most) {
		until = most
	}
	return until, nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
