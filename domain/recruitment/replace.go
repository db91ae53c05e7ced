package recruitment

import (
	"context"
	"slices"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/sortition"
)

// maxSwaps bounds the replacements of one draw.
const maxSwaps = 2000

// Replacement is the record of one seat that changed hands, or stayed empty:
// who left, who was called, and what it did to the targets.
type Replacement struct {
	domain.Root
	Process  string             `json:"process"`
	Draw     string             `json:"draw"`
	Number   int                `json:"number"`
	Out      string             `json:"out"`          // person
	In       string             `json:"in,omitempty"` // person; "": the seat stays empty
	OutName  string             `json:"out_name"`     // pseudonym
	InName   string             `json:"in_name,omitempty"`
	Why      people.Status      `json:"why"`               // how the seat came free
	Empty    string             `json:"empty,omitempty"`   // why it stays empty: too_late, nobody_left
	Reserve  bool               `json:"reserve"`           // a named reserve was called
	Targets  []sortition.Effect `json:"targets,omitempty"` // what the change did to each
	Digest   string             `json:"digest,omitempty"`  // of the engine's request and answer
	At       time.Time          `json:"at"`
	OfferDue time.Time          `json:"offer_due,omitzero"`
}

// Replacements is the collection of replacement records.
var Replacements = domain.Collection[Replacement]{
	Name:    "replacements",
	Schema:  1,
	Indexes: []domain.Index{{Name: "process", Fields: []string{"process", "number"}}},
	Keys: func(r *Replacement) map[string]any {
		return map[string]any{"process": r.Process, "number": r.Number}
	},
	Shard: "id",
}

// ReplacementView is a replacement as staff and oversight see it, by
// pseudonym.
type ReplacementView struct {
	ID      string             `json:"id"`
	Draw    string             `json:"draw"`
	Number  int                `json:"number"`
	Out     string             `json:"out"`
	In      string             `json:"in,omitempty"`
	Why     people.Status      `json:"why"`
	Empty   string             `json:"empty,omitempty"`
	Reserve bool               `json:"reserve"`
	Effects []sortition.Effect `json:"effects"`
	Digest  string             `json:"digest,omitempty"`
	At      time.Time          `json:"at"`
}

// View is the record by pseudonym.
func (r Replacement) View() ReplacementView {
	return ReplacementView{ID: r.ID, Draw: r.Draw, Number: r.Number, Out: r.OutName, In: r.InName, Why: r.Why,
		Empty: r.Empty, Reserve: r.Reserve, Effects: r.Targets, Digest: r.Digest, At: r.At}
}

// left are the statuses that free a seat.
var left = []people.Status{people.Declined, people.NoAnswer, people.Withdrawn, people.Removed, people.Deceased, people.Erased}

// FillSeats gives every seat that came free to the next like-for-like, or
// records why it stays empty. It answers how many seats changed.
func (s *Service) FillSeats(ctx context.Context, cmd domain.Command, processID string) (int, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit)
	if err != nil {
		return 0, err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return 0, err
	}
	return s.fill(ctx, ref, r)
}

func (s *Service) fill(ctx context.Context, ref domain.ProcessRef, r Recruitment) (int, error) {
	if r.State != PoolDrawn || !seatsOpen(ref.Stage) {
		return 0, nil
	}
	d, err := s.d.Draws.Get(ctx, r.Draw)
	if err != nil || d.Telling {
		return 0, err // first everybody hears of the draw itself
	}
	if err := s.carryOut(ctx, ref, d); err != nil {
		return 0, err
	}
	filled := 0
	for _, id := range d.holders() {
		p, err := s.d.People.Get(ctx, domain.SystemActor("job"), id)
		if err != nil && !domain.Is(err, domain.NotFound) {
			return filled, err
		}
		if err == nil && !slices.Contains(left, p.Status) {
			continue
		}
		if err := s.replace(ctx, ref, r, vacancy{person: id, why: p.Status}); err != nil {
			return filled, err
		}
		filled++
	}
	return filled, nil
}

// seatsOpen reports whether seats are given on in the stage.
func seatsOpen(st domain.Stage) bool {
	return slices.Contains([]domain.Stage{domain.Recruiting, domain.Selected, domain.Convened, domain.Deliberating}, st)
}

// vacancy is a seat that came free.
type vacancy struct {
	person string
	why    people.Status
}

// replace decides about one seat and carries the decision out. The decision
// is one write of the draw, so no two seats can go to one person.
func (s *Service) replace(ctx context.Context, ref domain.ProcessRef, r Recruitment, v vacancy) error {
	d, err := s.d.Draws.Update(ctx, r.Draw, func(d *Draw) error {
		if d.swapped(v.person) || d.Pending != nil {
			return domain.ErrNoChange
		}
		rec, err := s.decide(ctx, ref, r, *d, v)
		if err != nil {
			return err
		}
		now := s.d.Clock.Now()
		d.Pending = &rec
		d.Swaps = append(d.Swaps, Swap{Number: rec.Number, Out: rec.Out, In: rec.In, Record: rec.ID})
		cmd := domain.Command{Actor: domain.SystemActor("job"), Key: "replace/" + rec.ID}
		d.Record(cmd, now, domain.Event{Chain: d.Process, Action: "seat.replaced", Subject: "replacements:" + rec.ID,
			Data: map[string]any{"number": rec.Number, "why": rec.Why, "empty": rec.Empty, "reserve": rec.Reserve}})
		return nil
	})
	if err != nil {
		return err
	}
	return s.carryOut(ctx, ref, d)
}

// decide chooses who takes the seat: a named reserve while there are any,
// then anybody of the pool who was not selected.
func (s *Service) decide(ctx context.Context, ref domain.ProcessRef, r Recruitment, d Draw, v vacancy) (Replacement, error) {
	now := s.d.Clock.Now()
	rec := Replacement{
		Root: domain.Root{ID: domain.Derive("replacement", d.ID, v.person)}, Process: d.Process, Draw: d.ID, Number: len(d.Swaps) + 1,
		Out: v.person, OutName: s.pseudonym(d.ID, v.person), Why: v.why, At: now,
	}
	if late := r.lastReplacement(ref); !late.IsZero() && !now.Before(late) || len(d.Swaps) >= maxSwaps {
		rec.Empty = "too_late"
		return rec, nil
	}
	l, err := s.plan(ctx, d)
	if err != nil {
		return rec, err
	}
	waiting, err := s.waiting(ctx, d)
	if err != nil {
		return rec, err
	}
	got, err := sortition.Replace(&l.Replay.Problem, s.request(d, l, rec, waiting))
	if err != nil {
		return rec, engineError(err)
	}
	rec.Targets, rec.Digest = got.Effects, got.Digest
	if len(got.In) == 0 {
		rec.Empty = "nobody_left"
		return rec, nil
	}
	rec.InName, rec.In, rec.Reserve = got.In[0], waiting.person[got.In[0]], waiting.reserves
	rec.OfferDue = r.Terms.deadline(now, r.Terms.CallUpDays, ref.Location())
	if !rec.OfferDue.After(now) {
		rec.OfferDue = r.Terms.deadline(now, r.Terms.CallUpDays+1, ref.Location())
	}
	return rec, nil
}

// lastReplacement is when an empty seat stays empty.
func (r Recruitment) lastReplacement(ref domain.ProcessRef) time.Time {
	if !r.Terms.ReplaceUntil.IsZero() {
		return r.Terms.ReplaceUntil
	}
	return ref.Ends
}

// bench is who could still be called.
type bench struct {
	person   map[string]string // pseudonym -> person
	reserves bool              // they are named reserves
}

// waiting lists the named reserves still waiting, or when there are none the
// others of the pool.
func (s *Service) waiting(ctx context.Context, d Draw) (bench, error) {
	held := d.holders()
	for _, st := range []people.Status{people.Reserve, people.NotSelected} {
		b := bench{person: map[string]string{}, reserves: st == people.Reserve}
		for p, err := range s.d.People.Of(ctx, d.Process, st) {
			if err != nil {
				return b, err
			}
			if p.Draw == d.ID && !slices.Contains(held, p.ID) {
				b.person[s.pseudonym(d.ID, p.ID)] = p.ID
			}
		}
		if len(b.person) > 0 || st == people.NotSelected {
			return b, nil
		}
	}
	return bench{}, nil
}

func (s *Service) request(d Draw, l *sortition.Lottery, rec Replacement, b bench) sortition.ReplaceRequest {
	req := sortition.ReplaceRequest{
		Seed: d.Seed.Value, Commitment: d.Hash, Number: rec.Number, Leaving: []string{rec.OutName},
	}
	sits := map[string]bool{}
	for _, id := range d.holders() {
		name := s.pseudonym(d.ID, id)
		sits[name] = true
		req.Panel = append(req.Panel, name)
	}
	slices.Sort(req.Panel)
	for _, p := range l.Replay.Problem.People {
		if _, here := b.person[p.ID]; !here && !sits[p.ID] {
			req.Declined = append(req.Declined, p.ID)
		}
	}
	if b.reserves {
		for _, id := range d.Reserve {
			if name := s.pseudonym(d.ID, id); b.person[name] != "" {
				req.Reserves = append(req.Reserves, name)
			}
		}
	}
	return req
}

// carryOut stores a decided replacement as its own record, calls the person
// up and offers them the seat. It can be interrupted and repeated anywhere.
func (s *Service) carryOut(ctx context.Context, ref domain.ProcessRef, d Draw) error {
	if d.Pending == nil {
		return nil
	}
	rec := *d.Pending
	rec.Touch(domain.Command{}, rec.At)
	if err := s.d.Replacements.Insert(ctx, &rec); err != nil && !domain.Is(err, domain.Conflict) {
		return err
	}
	if rec.In != "" {
		if err := s.callUp(ctx, ref, rec); err != nil {
			return err
		}
	}
	_, err := s.d.Draws.Update(ctx, d.ID, func(d *Draw) error {
		if d.Pending == nil || d.Pending.ID != rec.ID {
			return domain.ErrNoChange
		}
		d.Pending = nil
		return nil
	})
	return err
}

func (s *Service) callUp(ctx context.Context, ref domain.ProcessRef, rec Replacement) error {
	cmd := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("call up", rec.ID)}
	p, err := s.d.People.CallUp(ctx, cmd, rec.In, people.CallUpInput{Replacement: rec.ID})
	if domain.Is(err, domain.Conflict) || domain.Is(err, domain.NotFound) {
		return nil // left in the same moment: the seat is free again and found by the next look
	}
	if err != nil || p.Status != people.Selected {
		return err
	}
	return s.offer(ctx, cmd.Sub("offer"), ref, rec.In, offering{due: rec.OfferDue, template: "called_up"})
}

// ListReplacements answers the replacement records of a process, to staff
// and oversight.
func (s *Service) ListReplacements(ctx context.Context, a domain.Actor, processID string) ([]ReplacementView, error) {
	if _, err := s.allow(ctx, a, processID, domain.ObserveDraw); err != nil {
		return nil, err
	}
	out := []ReplacementView{}
	for r, err := range s.d.Replacements.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}, Limit: maxSwaps}) {
		if err != nil {
			return nil, err
		}
		out = append(out, r.View())
	}
	return out, nil
}
