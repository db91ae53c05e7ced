package retention

import (
	"context"
	"time"

	"folkmoot/domain"
)

// Hold is a legal hold on a person's data or, without a person, on a whole
// process. It stays on record after its release.
type Hold struct {
	domain.Root
	Process    string     `json:"process"`
	Person     string     `json:"person,omitempty"`
	Reason     string     `json:"reason"`
	PlacedBy   string     `json:"placed_by"`
	PlacedAt   time.Time  `json:"placed_at"`
	ReleasedBy string     `json:"released_by,omitempty"`
	ReleasedAt *time.Time `json:"released_at,omitempty"`
	Released   string     `json:"released_reason,omitempty"` // why it was released
}

// HoldsKept is the collection of legal holds.
var HoldsKept = domain.Collection[Hold]{
	Name:    "holds",
	Schema:  1,
	Indexes: []domain.Index{{Name: "process", Fields: []string{"process"}}},
	Keys:    func(h *Hold) map[string]any { return map[string]any{"process": h.Process} },
	Shard:   "id",
}

// Holds answers whether data is under a legal hold. It is apart from the
// service so that those who erase can ask it.
type Holds struct{ Repository domain.Repository[Hold] }

// Held reports whether a hold lies on the person or on the whole process.
func (h Holds) Held(ctx context.Context, process, person string) (bool, error) {
	for _, id := range []string{holdID(process, ""), holdID(process, person)} {
		got, err := h.Repository.Get(ctx, id)
		if err == nil && got.ReleasedAt == nil {
			return true, nil
		}
		if err != nil && !domain.Is(err, domain.NotFound) {
			return false, err
		}
	}
	return false, nil
}

func holdID(process, person string) string { return domain.Derive("hold", process, person) }

// HoldInput places a legal hold.
type HoldInput struct {
	Person string `json:"person,omitempty"` // empty: the whole process
	Reason string `json:"reason"`           // shown; name the case, not a person
}

var holders = []domain.Permission{domain.OverrideGuard, domain.ManageInstallation}

// PlaceHold stops erasure and purges for a person or a process, with a
// reason.
func (s *Service) PlaceHold(ctx context.Context, cmd domain.Command, process string, in HoldInput) (Hold, error) {
	ref, err := s.process(ctx, cmd.Actor, process, holders...)
	if err != nil {
		return Hold{}, err
	}
	pr := domain.Problems{}
	pr.Need(len(in.Reason) >= 5 && len(in.Reason) <= 300, "reason", "say why in 5 to 300 letters; name the case, not a person")
	if in.Person != "" {
		where, _, err := s.d.People.Locate(ctx, in.Person)
		pr.Need(err == nil && where == process, "person", "give the id of a person in this process, or nothing for the whole process")
	}
	if err := pr.Err(); err != nil {
		return Hold{}, err
	}
	id := holdID(process, in.Person)
	zero := func() Hold { return Hold{Root: domain.Root{ID: id}, Process: process, Person: in.Person} }
	return s.d.Holds.Upsert(ctx, id, zero, func(h *Hold) error {
		if h.Done(cmd) || h.Version > 0 && h.ReleasedAt == nil {
			return domain.ErrNoChange
		}
		now := s.d.Clock.Now()
		h.Reason, h.PlacedBy, h.PlacedAt, h.ReleasedBy, h.ReleasedAt, h.Released = in.Reason, cmd.Actor.ID, now, "", nil, ""
		h.Record(cmd.Because(in.Reason), now, domain.Event{Chain: ref.ID, Action: "retention.hold_placed", Subject: h.subject()})
		return nil
	})
}

func (h *Hold) subject() string {
	if h.Person != "" {
		return "people:" + h.Person
	}
	return "processes:" + h.Process
}

// ReleaseInput ends a legal hold.
type ReleaseInput struct {
	Person string `json:"person,omitempty"`
	Reason string `json:"reason"`
}

// ReleaseHold ends a legal hold, with a reason.
func (s *Service) ReleaseHold(ctx context.Context, cmd domain.Command, process string, in ReleaseInput) (Hold, error) {
	ref, err := s.process(ctx, cmd.Actor, process, holders...)
	if err != nil {
		return Hold{}, err
	}
	pr := domain.Problems{}
	pr.Need(len(in.Reason) >= 5 && len(in.Reason) <= 300, "reason", "say why in 5 to 300 letters; name the case, not a person")
	if err := pr.Err(); err != nil {
		return Hold{}, err
	}
	h, err := s.d.Holds.Update(ctx, holdID(process, in.Person), func(h *Hold) error {
		if h.Done(cmd) || h.ReleasedAt != nil {
			return domain.ErrNoChange
		}
		now := s.d.Clock.Now()
		h.ReleasedBy, h.ReleasedAt, h.Released = cmd.Actor.ID, &now, in.Reason
		h.Record(cmd.Because(in.Reason), now, domain.Event{Chain: ref.ID, Action: "retention.hold_released", Subject: h.subject()})
		return nil
	})
	if domain.Is(err, domain.NotFound) {
		err = domain.Hidden("legal hold")
	}
	return h, err
}

// ListHolds answers the holds of a process, released ones too.
func (s *Service) ListHolds(ctx context.Context, a domain.Actor, process string) ([]Hold, error) {
	if _, err := s.process(ctx, a, process, domain.ViewAudit); err != nil {
		return nil, err
	}
	out := []Hold{}
	for h, err := range s.d.Holds.Find(ctx, domain.Query{Index: "process", Equal: []any{process}}) {
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}
