package outreach

import (
	"context"
	"slices"
	"time"

	"folkmoot/domain"
)

// Forget removes a person from their number and destroys what only they had
// there. When nobody else is reached at the number its key goes, and with it
// every raw event, transcript and conversation; the keyed hash and the
// opt-outs stay. While somebody else shares the number, what was said with
// the person is blanked instead. Erasure of a person calls it with each
// number they had; calling it again changes nothing.
func (s *Service) Forget(ctx context.Context, cmd domain.Command, process, person, phone string) error {
	return s.unbind(ctx, cmd, s.Hash(phone), process, person)
}

func (s *Service) unbind(ctx context.Context, cmd domain.Command, id, process, person string) error {
	now, last := s.Clock.Now(), false
	_, err := s.Numbers.Update(ctx, id, func(n *Number) error {
		n.Unbind(process, person)
		if last = len(n.People)+len(n.Former) == 0; last {
			n.Phone, n.Conversations, n.Outbox, n.Which = "", nil, nil, nil
		}
		n.Touch(cmd, now)
		return nil
	})
	if domain.Is(err, domain.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if last {
		return s.Vault.Destroy(ctx, id)
	}
	return s.blankWords(ctx, process, person)
}

// blankWords empties what was said with the person in the process.
func (s *Service) blankWords(ctx context.Context, process, person string) error {
	of := domain.Query{Index: "person", Equal: []any{person}}
	for t, err := range s.Texts.Find(ctx, of) {
		if err != nil {
			return err
		}
		if t.Process != process || t.Body == "" {
			continue
		}
		if _, err := s.Texts.Update(ctx, t.ID, func(t *Text) error { t.Body = ""; return nil }); err != nil {
			return err
		}
	}
	for r, err := range s.Events.Find(ctx, of) {
		if err != nil {
			return err
		}
		if r.Process != process || r.Raw == "" {
			continue
		}
		if _, err := s.Events.Update(ctx, r.ID, func(r *Received) error { r.Raw, r.Text = "", ""; return nil }); err != nil {
			return err
		}
	}
	return nil
}

// StrangersKept is how long a number is known that never came to belong to
// anybody: long enough to answer, and to see why somebody gave up.
const StrangersKept = 180 * 24 * time.Hour

const strangersAtOnce = 100

// forgetStrangers destroys what numbers that belong to nobody have said, once
// it is old, unless a process they spoke with is under a legal hold. An
// opted-out number's hash stays.
func (s *Service) forgetStrangers(ctx context.Context) error {
	q := domain.Query{Index: "stranger", To: s.Clock.Now().Add(-StrangersKept), Limit: strangersAtOnce}
	for n, err := range s.Numbers.Find(ctx, q) {
		if err != nil {
			return err
		}
		if s.onHold(ctx, n) {
			continue
		}
		if err := s.Vault.Destroy(ctx, n.ID); err != nil {
			return err
		}
		_, err := s.Numbers.Update(ctx, n.ID, func(n *Number) error {
			n.Phone, n.Conversations, n.Outbox, n.Which = "", nil, nil, nil
			n.UpdatedAt = s.Clock.Now()
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) onHold(ctx context.Context, n Number) bool {
	for _, c := range n.Conversations {
		if ref, err := s.Processes.Ref(ctx, c.Process); err == nil && ref.LegalHold {
			return true
		}
	}
	return false
}

// ForgetAgain takes persons off every number, and empties what was said with
// them, when it is no longer known which number was theirs: after a restore.
// It reads every number.
func (s *Service) ForgetAgain(ctx context.Context, cmd domain.Command, persons map[string]bool) error {
	if len(persons) == 0 {
		return nil
	}
	for n, err := range s.Numbers.Find(ctx, domain.Query{}) {
		if err != nil {
			return err
		}
		for _, who := range slices.Concat(n.People, n.Former) {
			if !persons[who.Person] {
				continue
			}
			if err := s.unbind(ctx, cmd.Sub(n.ID+who.Person), n.ID, who.Process, who.Person); err != nil {
				return err
			}
		}
	}
	return nil
}
