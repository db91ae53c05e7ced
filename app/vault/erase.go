package vault

import (
	"context"
	"iter"
	"time"

	"folkmoot/domain"
)

// Erasure is one line of the erasure log: whose key was destroyed when. Keys
// of later generations than Through are of a contact after it.
type Erasure struct {
	Subject string    `json:"subject"`
	Through int       `json:"through"`
	At      time.Time `json:"at"`
}

// scrubber is an engine that can overwrite what was deleted.
type scrubber interface{ Scrub(context.Context) error }

// Destroy makes everything sealed for the subject unreadable for ever. It is
// done when it answers nil, in the keyring's file too; called again it does
// nothing. A subject that was never sealed for gets its tombstone all the
// same.
func (v *Vault) Destroy(ctx context.Context, subject string) error {
	now := v.opts.Clock.Now()
	return v.erase(ctx, subject, func(k *keyDoc) error {
		if len(k.Key) == 0 && !k.ErasedAt.IsZero() {
			return domain.ErrNoChange
		}
		k.bury(k.Generation, now)
		return nil
	})
}

// Reapply destroys what an erasure destroyed, in a keyring restored from
// before it. A key made after the erasure stays.
func (v *Vault) Reapply(ctx context.Context, e Erasure) error {
	return v.erase(ctx, e.Subject, func(k *keyDoc) error {
		if k.ErasedThrough >= e.Through && !k.ErasedAt.IsZero() {
			return domain.ErrNoChange
		}
		if k.Generation > e.Through {
			k.ErasedThrough, k.ErasedAt = e.Through, e.At
			return nil
		}
		k.bury(e.Through, e.At)
		return nil
	})
}

// bury takes the key out and leaves the tombstone.
func (k *keyDoc) bury(through int, at time.Time) {
	k.Key = nil
	k.Generation, k.ErasedThrough = through, through
	k.ErasedAt, k.UpdatedAt = at, at
}

func (v *Vault) erase(ctx context.Context, subject string, change func(*keyDoc) error) error {
	now := v.opts.Clock.Now()
	zero := func() keyDoc { return keyDoc{Root: domain.Root{CreatedAt: now, UpdatedAt: now}} }
	_, err := v.keyDocs.Upsert(ctx, subject, zero, change)
	v.cache.drop(subject)
	if err != nil {
		return err
	}
	if s, ok := v.opts.Engine.(scrubber); ok {
		return s.Scrub(ctx)
	}
	return nil
}

// Erasures yields the erasure log from a time on, oldest first: for each
// subject its last erasure, which covers those before.
func (v *Vault) Erasures(ctx context.Context, since time.Time) iter.Seq2[Erasure, error] {
	q := domain.Query{Index: "erased"}
	if !since.IsZero() {
		q.From = since
	}
	return func(yield func(Erasure, error) bool) {
		for k, err := range v.keyDocs.Find(ctx, q) {
			if !yield(Erasure{k.ID, k.ErasedThrough, k.ErasedAt}, err) {
				return
			}
		}
	}
}

// Erasure answers the last erasure of a subject; not_found where there was
// none.
func (v *Vault) Erasure(ctx context.Context, subject string) (Erasure, error) {
	k, err := v.keyDocs.Get(ctx, subject)
	if err == nil && k.ErasedAt.IsZero() {
		err = errAbsent
	}
	return Erasure{subject, k.ErasedThrough, k.ErasedAt}, err
}

var errAbsent = domain.E(domain.NotFound, "this was never erased")
