package deliberation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// PackState is where an evidence pack stands.
type PackState string

// The states of a pack.
const (
	PackDraft     PackState = "draft"
	PackPublished PackState = "published"
)

// PackItem is one item as it stood when the pack was published.
type PackItem struct {
	Evidence string `json:"evidence"`
	Title    string `json:"title"`
	Edition  int    `json:"edition"`
	File     string `json:"file,omitempty"`
}

// Pack is a bundle of evidence published together. It is frozen when
// published. Bound: 100 items.
type Pack struct {
	domain.Root
	Process     string            `json:"process"`
	Number      int               `json:"number"`
	Title       string            `json:"title"`
	State       PackState         `json:"state"`
	Evidence    []string          `json:"evidence"` // ids, in reading order
	Items       []PackItem        `json:"items,omitempty"`
	Formats     map[string]string `json:"formats,omitempty"` // accessible versions: format -> SHA-256 or address
	PublishedAt time.Time         `json:"published_at,omitzero"`
	Spread      bool              `json:"spread,omitempty"` // its items are marked as published
}

// Packs keeps the packs.
var Packs = domain.Collection[Pack]{
	Name: "packs", Schema: 1, Shard: "id",
	Indexes: append(slices.Clone(byProcess), domain.Index{Name: "unspread", Fields: []string{"unspread"}}),
	Keys: func(x *Pack) map[string]any {
		keys := map[string]any{"process": x.Process, "sort": x.CreatedAt}
		if x.State == PackPublished && !x.Spread {
			keys["unspread"] = true
		}
		return keys
	},
}

func (x *Pack) OfProcess() string { return x.Process }

const maxPack = 100

// PackInput describes a pack.
type PackInput struct {
	Number   int               `json:"number"`
	Title    string            `json:"title"`
	Evidence []string          `json:"evidence"`          // ids, in reading order
	Formats  map[string]string `json:"formats,omitempty"` // easy_read and large_print at least, to publish
}

func (in PackInput) problems() domain.Problems {
	p := domain.Problems{}
	p.Need(in.Number > 0, "number", "number the packs from 1")
	p.Text("title", in.Title, longTitle)
	p.Need(len(in.Evidence) > 0, "evidence", "name at least one item")
	p.Need(len(in.Evidence) <= maxPack, "evidence", "at most %d items", maxPack)
	return p
}

// DraftPack begins a pack.
func (s *Service) DraftPack(ctx context.Context, c domain.Command, process string, in PackInput) (Pack, error) {
	ref, err := s.enter(ctx, c.Actor, domain.PublishEvidence, process)
	if err != nil {
		return Pack{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Pack{}, err
	}
	if err := during(ref, "drafting a pack", domain.RemitAgreed, domain.Reporting); err != nil {
		return Pack{}, err
	}
	x := Pack{Root: domain.Root{ID: c.ID("pack")}, Process: process, State: PackDraft}
	in.fill(&x)
	x.Record(c, s.d.Clock.Now(), event(process, "pack.drafted", "packs:"+x.ID, map[string]any{"items": len(x.Evidence)}))
	return domain.Keep(ctx, s.d.Packs, x)
}

func (in PackInput) fill(x *Pack) {
	x.Number, x.Title, x.Evidence, x.Formats = in.Number, in.Title, slices.Clone(in.Evidence), in.Formats
	if len(x.Formats) == 0 {
		x.Formats = nil
	}
}

// ChangePack replaces the contents of a draft.
func (s *Service) ChangePack(ctx context.Context, c domain.Command, process, id string, in PackInput) (Pack, error) {
	if _, err := s.enter(ctx, c.Actor, domain.PublishEvidence, process); err != nil {
		return Pack{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Pack{}, err
	}
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Packs, domain.At(process, "pack", id), c, func(x *Pack) error {
		if x.State != PackDraft {
			return domain.E(domain.Conflict, "a published pack is frozen; correct an item with a notice, or publish a further pack")
		}
		in.fill(x)
		x.Record(c, now, event(process, "pack.changed", "packs:"+id, map[string]any{"items": len(x.Evidence)}))
		return nil
	})
}

// PublishPack freezes a pack and tells the members. Every item must be
// approved by oversight, and the accessible versions ready at the same time.
func (s *Service) PublishPack(ctx context.Context, c domain.Command, process, id string) (Pack, error) {
	ref, err := s.enter(ctx, c.Actor, domain.PublishEvidence, process)
	if err != nil {
		return Pack{}, err
	}
	if err := during(ref, "publishing a pack", domain.Designed, domain.Reporting); err != nil {
		return Pack{}, err
	}
	draft, err := domain.Fetch(ctx, s.d.Packs, domain.At(process, "pack", id))
	if err != nil {
		return draft, err
	}
	items, guard, err := s.packItems(ctx, draft)
	if err != nil {
		return draft, err
	}
	now := s.d.Clock.Now()
	x, err := domain.Change(ctx, s.d.Packs, domain.At(process, "pack", id), c, func(x *Pack) error {
		if x.State == PackPublished {
			return domain.ErrNoChange
		}
		if x.Revision != draft.Revision {
			return domain.E(domain.Stale, "the pack was changed meanwhile; look at it again before publishing")
		}
		if err := guard.Err("publishing the pack"); err != nil {
			return err
		}
		x.State, x.PublishedAt, x.Items = PackPublished, now, items
		x.announce(c, now)
		return nil
	})
	if err != nil {
		return x, err
	}
	return s.spreadPack(ctx, x)
}

func (x *Pack) announce(c domain.Command, now time.Time) {
	x.Emit(c, domain.EffectBroadcast, "evidence_pack", now, domain.BroadcastData{
		Process: x.Process, Statuses: servingStatuses, Template: "evidence_pack", Class: domain.ClassService,
		Vars: map[string]string{"title": x.Title, "number": fmt.Sprint(x.Number), "pack": x.ID},
	})
	x.Record(c, now, event(x.Process, "pack.published", "packs:"+x.ID, map[string]any{"items": len(x.Items), "number": x.Number}))
}

// packItems freezes the items of a draft and says what keeps it from being
// published.
func (s *Service) packItems(ctx context.Context, x Pack) ([]PackItem, domain.Guard, error) {
	var g domain.Guard
	var items []PackItem
	waiting := []string{}
	for _, id := range x.Evidence {
		e, err := domain.Fetch(ctx, s.d.Evidence, domain.At(x.Process, "item of evidence", id))
		if err != nil {
			return nil, nil, err
		}
		if e.State != EvidenceApproved && !e.State.public() {
			waiting = append(waiting, fmt.Sprintf("%q is %s", e.Title, e.State))
		}
		items = append(items, PackItem{Evidence: e.ID, Title: e.Title, Edition: max(e.Edition, 1), File: e.File})
	}
	g.Need(len(waiting) == 0, domain.Missing{
		Item: "items_approved", Need: "oversight approves every item (" + strings.Join(waiting, "; ") + ")", Who: domain.Oversight, Where: "evidence",
	})
	for _, f := range accessible {
		g.Need(x.Formats[f] != "", domain.Missing{Item: "format_" + f, Need: "the pack is ready in " + formatName(f), Who: domain.Organiser})
	}
	return items, g, nil
}

var accessible = []string{"easy_read", "large_print"}

func formatName(f string) string { return strings.ReplaceAll(f, "_", " ") }

// spreadPack marks the items of a published pack as published, each in its
// own write; [Service.Tick] finishes what a crash interrupts.
func (s *Service) spreadPack(ctx context.Context, x Pack) (Pack, error) {
	if x.Spread {
		return x, nil
	}
	now := s.d.Clock.Now()
	c := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("spread", "pack", x.ID)}
	for _, it := range x.Items {
		_, err := domain.Change(ctx, s.d.Evidence, domain.At(x.Process, "item of evidence", it.Evidence), c, func(e *Evidence) error {
			if e.State != EvidenceApproved {
				return domain.ErrNoChange
			}
			e.State, e.Edition, e.Pack = EvidencePublished, 1, x.ID
			e.Record(c, now, event(x.Process, "evidence.published", "evidence:"+e.ID, map[string]any{"edition": 1, "pack": x.ID}))
			return nil
		})
		if err != nil {
			return x, err
		}
	}
	return domain.Change(ctx, s.d.Packs, domain.At(x.Process, "pack", x.ID), c, func(x *Pack) error {
		x.Spread = true
		x.Touch(c, now)
		return nil
	})
}

// Packs lists the packs; the public and members see the published ones.
func (s *Service) Packs(ctx context.Context, a domain.Actor, process string) ([]Pack, error) {
	_, lv, err := s.look(ctx, a, process)
	if err != nil {
		return nil, err
	}
	return list(ctx, s.d.Packs, process, func(x *Pack) bool { return lv >= levelView || x.State == PackPublished })
}

// Pack answers one pack.
func (s *Service) Pack(ctx context.Context, a domain.Actor, process, id string) (Pack, error) {
	_, lv, err := s.look(ctx, a, process)
	if err != nil {
		return Pack{}, err
	}
	x, err := domain.Fetch(ctx, s.d.Packs, domain.At(process, "pack", id))
	if err == nil && lv < levelView && x.State != PackPublished {
		return Pack{}, domain.Hidden("pack")
	}
	return domain.Bare(x), err
}
