package recruitment

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// Records answers the people package what a stored draw or replacement says
// of a person. It is made apart from [Service], which stands on people.
type Records struct {
	Draws        domain.Repository[Draw]
	Replacements domain.Repository[Replacement]
	Files        domain.Files
	Vault        domain.Vault

	mu   sync.Mutex
	last string          // pool file that in holds
	in   map[string]bool // persons of that pool
}

var _ people.Records = (*Records)(nil)

// Outcome answers Selected, Reserve or NotSelected for a person that the
// record names; not_found otherwise.
func (r *Records) Outcome(ctx context.Context, record, person string) (people.Status, error) {
	d, err := r.Draws.Get(ctx, record)
	if domain.Is(err, domain.NotFound) {
		return r.replaced(ctx, record, person)
	}
	if err != nil {
		return "", err
	}
	switch {
	case d.State != DrawConcluded:
		return "", domain.Hidden("outcome")
	case slices.Contains(d.Selected, person):
		return people.Selected, nil
	case slices.Contains(d.Reserve, person):
		return people.Reserve, nil
	}
	in, err := r.drawnFrom(ctx, d, person)
	if err != nil {
		return "", err
	}
	if !in {
		return "", domain.Hidden("outcome")
	}
	return people.NotSelected, nil
}

func (r *Records) replaced(ctx context.Context, record, person string) (people.Status, error) {
	rec, err := r.Replacements.Get(ctx, record)
	if err != nil {
		return "", err
	}
	if rec.In == "" || rec.In != person {
		return "", domain.Hidden("outcome")
	}
	return people.Selected, nil
}

// drawnFrom reports whether the person was in the draw's pool. The last pool
// is kept: a draw asks for each of its people in turn.
func (r *Records) drawnFrom(ctx context.Context, d Draw, person string) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == d.PoolFile {
		return r.in[person], nil
	}
	content, _, err := r.Files.Get(ctx, d.PoolFile)
	if err != nil {
		return false, err
	}
	plain, err := r.Vault.Open(ctx, d.subject(), "pool", domain.Sealed(content))
	if err != nil {
		return false, err
	}
	var rows []poolRow
	if err := json.Unmarshal(plain, &rows); err != nil {
		return false, domain.E(domain.Internal, "a draw's pool cannot be read").Because(err)
	}
	r.last, r.in = d.PoolFile, make(map[string]bool, len(rows))
	for _, row := range rows {
		r.in[row.Person] = true
	}
	return r.in[person], nil
}
