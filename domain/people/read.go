package people

import (
	"context"
	"iter"
	"slices"
	"time"

	"folkmoot/domain"
)

// Get answers one row, to staff who serve people and to the person.
func (s *Service) Get(ctx context.Context, a domain.Actor, id string) (Person, error) {
	p, _, err := s.access(ctx, a, id, serve...)
	if err != nil {
		return Person{}, err
	}
	return p, nil
}

// Of yields the rows of a process by status, all without one. It is for
// sibling services: it asks no permission.
func (s *Service) Of(ctx context.Context, process string, statuses ...Status) iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		queries := []domain.Query{{Index: "status", Equal: []any{process}}}
		if len(statuses) > 0 {
			queries = nil
		}
		for _, st := range statuses {
			queries = append(queries, domain.Query{Index: "status", Equal: []any{process, string(st)}})
		}
		for _, q := range queries {
			for p, err := range s.d.People.Find(ctx, q) {
				if !yield(p, err) || err != nil {
					return
				}
			}
		}
	}
}

// ByNumber answers the rows of a process with a number's lookup hash, oldest
// first. A number may be shared by a household. No permission is asked.
func (s *Service) ByNumber(ctx context.Context, process, hash string) ([]Person, error) {
	return s.find(ctx, domain.Query{Index: "number", Equal: []any{hash, process}})
}

// ByNumberAll is ByNumber over every process.
func (s *Service) ByNumberAll(ctx context.Context, hash string) ([]Person, error) {
	return s.find(ctx, domain.Query{Index: "number", Equal: []any{hash}})
}

// SameHousehold answers the rows of a process with a household's hash.
func (s *Service) SameHousehold(ctx context.Context, process, household string) ([]Person, error) {
	if household == "" {
		return nil, nil
	}
	return s.find(ctx, domain.Query{Index: "household", Equal: []any{process, household}})
}

// find collects a short list, oldest first.
func (s *Service) find(ctx context.Context, q domain.Query) ([]Person, error) {
	var out []Person
	for p, err := range s.d.People.Find(ctx, q) {
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Person) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return out, nil
}

// ByCode answers the row that a letter's code belongs to; not_found. No
// permission is asked: the code is the permission.
func (s *Service) ByCode(ctx context.Context, code string) (Person, error) {
	if len(normalCode(code)) != codeLetters {
		return Person{}, domain.Hidden("code")
	}
	found, err := s.find(ctx, domain.Query{Index: "code", Equal: []any{s.codeHash(code)}, Limit: 2})
	if err != nil {
		return Person{}, err
	}
	if len(found) != 1 {
		return Person{}, domain.Hidden("code")
	}
	return found[0], nil
}

// OffersDue lists the offered persons whose time to answer ran out before a
// time, earliest first. No permission is asked.
func (s *Service) OffersDue(ctx context.Context, before time.Time) iter.Seq2[Person, error] {
	return s.d.People.Find(ctx, domain.Query{Index: "offer_due", To: domain.Milli(before)})
}

// maxPage bounds a page.
const maxPage = 200

// ListInput asks for a page of rows.
type ListInput struct {
	Status Status        `json:"status,omitempty"`
	After  domain.Cursor `json:"after,omitempty"`
	Limit  int           `json:"limit,omitempty"` // 1 to 200; 50 when 0
}

func (in ListInput) query(process string) (domain.Query, error) {
	pr := domain.Problems{}
	pr.Need(in.Status == "" || in.Status.Known(), "status", "choose one of the statuses of a person")
	pr.Need(in.Limit >= 0 && in.Limit <= maxPage, "limit", "ask for 1 to %d rows", maxPage)
	q := domain.Query{Index: "status", Equal: []any{process}, Limit: in.Limit, After: in.After}
	if in.Limit == 0 {
		q.Limit = 50
	}
	if in.Status != "" {
		q.Equal = append(q.Equal, string(in.Status))
	}
	return q, pr.Err()
}

// Page is a page of rows.
type Page struct {
	Items []View        `json:"items"`
	Next  domain.Cursor `json:"next,omitempty"`
}

// List answers a page of rows without identities.
func (s *Service) List(ctx context.Context, a domain.Actor, process string, in ListInput) (Page, error) {
	out := Page{Items: []View{}}
	if err := s.processAccess(ctx, a, process, domain.ServePeople); err != nil {
		return out, err
	}
	q, err := in.query(process)
	if err != nil {
		return out, err
	}
	rows, next, err := s.d.People.Page(ctx, q)
	if err != nil {
		return out, err
	}
	for _, p := range rows {
		out.Items = append(out.Items, p.View())
	}
	out.Next = next
	return out, nil
}

// Audience answers a page of ids of a process by status, in the order of the
// list. It is for the program's own senders: it asks no permission.
func (s *Service) Audience(ctx context.Context, process string, status Status, after domain.Cursor, limit int) ([]string, domain.Cursor, error) {
	rows, next, err := s.d.People.Page(ctx, domain.Query{Index: "status", Equal: []any{process, string(status)}, After: after, Limit: limit})
	ids := make([]string, len(rows))
	for i, p := range rows {
		ids[i] = p.ID
	}
	return ids, next, err
}

// processAccess authorises over a whole process.
func (s *Service) processAccess(ctx context.Context, a domain.Actor, process string, perm domain.Permission) error {
	ref, err := s.d.Processes.Ref(ctx, process)
	if err != nil {
		return err
	}
	return domain.Authorize(a, perm, ref.Scope())
}

// Seated answers the ids of those who hold a seat, sorted.
func (s *Service) Seated(ctx context.Context, process string) ([]string, error) {
	out := []string{}
	for p, err := range s.Of(ctx, process, Seated...) {
		if err != nil {
			return nil, err
		}
		out = append(out, p.ID)
	}
	slices.Sort(out)
	return out, nil
}

// Locate answers whose process a person is in, and their number's lookup
// hash; not_found. It is for the services that follow a person's data.
func (s *Service) Locate(ctx context.Context, id string) (process, numberHash string, err error) {
	p, err := s.d.People.Get(ctx, id)
	if domain.Is(err, domain.NotFound) {
		err = domain.Hidden("person")
	}
	return p.Process, p.NumberHash, err
}
