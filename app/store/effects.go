package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"folkmoot/domain"
)

// Pending is a document with effects that are due, earliest first.
type Pending struct {
	Collection string
	ID         string
	Effects    []domain.Effect
}

// Due answers documents with effects due at or before now over all
// collections, at most limit of each. The effects' handlers do nothing new
// when repeated, so several relays may be given the same ones.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]Pending, error) {
	var out []Pending
	var errs []error // one collection's trouble must not stop the others
	for _, c := range s.Collections() {
		got, err := c.Due(ctx, now, limit)
		out = append(out, got...)
		errs = append(errs, err)
	}
	return out, errors.Join(errs...)
}

// Settle removes executed effects from a document of a collection and puts
// failed ones off to the given times.
func (s *Store) Settle(ctx context.Context, collection, id string, done []string, failed map[string]time.Time) error {
	c, ok := s.Collection(collection)
	if !ok {
		return domain.E(domain.Internal, "there is no collection %q", collection)
	}
	return c.Settle(ctx, id, done, failed)
}

// Due answers this collection's documents with due effects.
func (c *Collection[T]) Due(ctx context.Context, now time.Time, limit int) ([]Pending, error) {
	until := domain.Milli(now).Add(time.Millisecond)
	q := domain.Query{Index: domain.EffectsIndex, To: until, Limit: limit}
	var out []Pending
	var errs []error
	for d, err := range c.scan(ctx, q) {
		if err != nil {
			return out, err
		}
		effects, err := effectsOf(d)
		if err != nil { // the others go on
			errs = append(errs, c.fault("the effects of %s in %s cannot be read", d.ID, c.spec.Name).Because(err))
			continue
		}
		effects = slices.DeleteFunc(effects, func(e domain.Effect) bool { return !e.Due.Before(until) })
		slices.SortStableFunc(effects, func(a, b domain.Effect) int { return a.Due.Compare(b.Due) })
		out = append(out, Pending{Collection: c.spec.Name, ID: d.ID, Effects: effects})
	}
	return out, errors.Join(errs...)
}

// effectsOf reads the kernel's part alone: it has no schema of its own.
func effectsOf(d Document) ([]domain.Effect, error) {
	var part struct {
		Effects []domain.Effect `json:"effects"`
	}
	err := json.Unmarshal(d.Body, &part)
	return part.Effects, err
}

// Settle removes executed effects and puts failed ones off.
func (c *Collection[T]) Settle(ctx context.Context, id string, done []string, failed map[string]time.Time) error {
	_, err := c.Update(ctx, id, func(doc *T) error {
		r := root(doc)
		touched := slices.ContainsFunc(r.Effects, func(e domain.Effect) bool {
			_, put := failed[e.ID]
			return put || slices.Contains(done, e.ID)
		})
		if !touched {
			return domain.ErrNoChange
		}
		r.Settle(done, failed)
		return nil
	})
	if domain.Is(err, domain.NotFound) {
		return nil
	}
	return err
}
