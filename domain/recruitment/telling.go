package recruitment

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/sortition"
)

// tellChunk is how many people are told before the cursor is stored.
const tellChunk = 50

// ConcludeDraw lets the seed choose the panel and the order of reserves,
// stores the public certificate, and begins to tell everybody in the pool.
// Those selected get an offer with a deadline.
func (s *Service) ConcludeDraw(ctx context.Context, cmd domain.Command, processID, id string) (DrawView, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit)
	if err != nil {
		return DrawView{}, err
	}
	d, err := s.draw(ctx, processID, id)
	if err != nil {
		return DrawView{}, err
	}
	if !d.Done(cmd) {
		if d, err = s.conclude(ctx, cmd, ref, d); err != nil {
			return d.View(), err
		}
	}
	d, err = s.tell(ctx, d, 1000) // small pools hear at once; the tick goes on with large ones
	return d.View(), err
}

func (s *Service) conclude(ctx context.Context, cmd domain.Command, ref domain.ProcessRef, d Draw) (Draw, error) {
	if err := d.is(DrawSeeded); err != nil {
		return d, err
	}
	l, err := s.plan(ctx, d)
	if err != nil {
		return d, err
	}
	out, err := sortition.Conclude(l, *d.Seed)
	if err != nil {
		return d, engineError(err)
	}
	rows, err := s.pool(ctx, d)
	if err != nil {
		return d, err
	}
	cert, err := marshal(l.Certificate)
	if err != nil {
		return d, err
	}
	public, err := s.d.Files.Put(ctx, "application/json", cert)
	if err != nil {
		return d, err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return d, err
	}
	return s.step(ctx, cmd, d.ID, func(d *Draw, now time.Time) (domain.Event, error) {
		if err := d.is(DrawSeeded); err != nil {
			return domain.Event{}, err
		}
		person := byPseudonym(rows)
		d.State, d.ConcludedAt, d.Public, d.Panel = DrawConcluded, now, public, out.Panel
		d.Selected = persons(person, out.Selected)
		d.Reserve = persons(person, out.Reserves[:min(d.Reserves, len(out.Reserves))])
		d.Spared = spared(l.Certificate.Choice.Alternates)
		d.OfferDue = r.Terms.deadline(now, r.Terms.OfferDays, ref.Location())
		d.Telling = true
		return domain.Event{Action: "draw.concluded", Data: map[string]any{
			"panel": d.Panel, "selected": len(d.Selected), "reserves": len(d.Reserve), "certificate": public}}, nil
	})
}

func byPseudonym(rows []poolRow) map[string]string {
	out := make(map[string]string, len(rows))
	for _, row := range rows {
		out[row.Pseudonym] = row.Person
	}
	return out
}

func persons(by map[string]string, pseudonyms []string) []string {
	out := make([]string, len(pseudonyms))
	for i, p := range pseudonyms {
		out[i] = by[p]
	}
	return out
}

// tell gives everybody in the pool their outcome, from the cursor on, up to
// about most people.
func (s *Service) tell(ctx context.Context, d Draw, most int) (Draw, error) {
	if !d.Telling {
		return d, nil
	}
	if err := s.markDrawn(ctx, d); err != nil {
		return d, err
	}
	ref, err := s.d.Processes.Ref(ctx, d.Process)
	if err != nil {
		return d, err
	}
	rows, err := s.pool(ctx, d)
	if err != nil {
		return d, err
	}
	for told := 0; d.Telling && told < most; told += tellChunk {
		end := min(d.Told+tellChunk, len(rows))
		for _, row := range rows[d.Told:end] {
			if err := s.tellOne(ctx, ref, d, row); err != nil {
				return d, err
			}
		}
		if d, err = s.toldTo(ctx, d, end, len(rows)); err != nil {
			return d, err
		}
	}
	return d, nil
}

// markDrawn ends the pool's part: the draw that is being told is the one.
func (s *Service) markDrawn(ctx context.Context, d Draw) error {
	cmd := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("drawn", d.ID)}
	_, err := s.change(ctx, cmd, d.Process, func(r *Recruitment, _ time.Time) (domain.Event, error) {
		r.State = PoolDrawn
		return domain.Event{Action: "pool.drawn", Data: map[string]any{"draw": d.ID}}, nil
	})
	return err
}

func (s *Service) toldTo(ctx context.Context, d Draw, end, all int) (Draw, error) {
	return s.d.Draws.Update(ctx, d.ID, func(d *Draw) error {
		if d.Told >= end && end < all {
			return domain.ErrNoChange
		}
		d.Told, d.Telling = end, end < all
		now := s.d.Clock.Now()
		d.UpdatedAt = now
		if !d.Telling {
			cmd := domain.Command{Actor: domain.SystemActor("job"), Key: "told/" + d.ID}
			d.Record(cmd, now, domain.Event{Chain: d.Process, Action: "draw.everybody_told", Subject: "draws:" + d.ID,
				Data: map[string]any{"pool": all}})
		}
		return nil
	})
}

// tellOne marks one person's outcome and asks for their message in the same
// write. Who left the pool after the commitment keeps the status they have.
func (s *Service) tellOne(ctx context.Context, ref domain.ProcessRef, d Draw, row poolRow) error {
	in := people.OutcomeInput{Draw: d.ID, Outcome: people.NotSelected, Pseudonym: row.Pseudonym}
	switch rank := slices.Index(d.Reserve, row.Person); {
	case slices.Contains(d.Selected, row.Person):
		in.Outcome = people.Selected
	case rank >= 0:
		in.Outcome, in.Rank = people.Reserve, rank+1
		in.Tell = &people.Tell{Template: "reserve", Class: domain.ClassDecision, Vars: drawVars(d)}
	default:
		in.Tell = &people.Tell{Template: "not_picked", Class: domain.ClassDecision, Vars: drawVars(d)}
	}
	cmd := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("outcome", d.ID, row.Person)}
	p, err := s.d.People.MarkOutcome(ctx, cmd, row.Person, in)
	if domain.Is(err, domain.Conflict) || domain.Is(err, domain.NotFound) {
		return nil // withdrew or was erased since; a seat of theirs is filled by a replacement
	}
	if err != nil || in.Outcome != people.Selected || p.Status != people.Selected {
		return err
	}
	return s.offer(ctx, cmd.Sub("offer"), ref, row.Person, offering{due: d.OfferDue, template: "picked"})
}

// offering is how a seat is offered.
type offering struct {
	due      time.Time
	template string // picked, called_up
}

func (s *Service) offer(ctx context.Context, cmd domain.Command, ref domain.ProcessRef, person string, o offering) error {
	due := o.due
	if now := s.d.Clock.Now(); !due.After(now) { // told late, after a long outage
		r, err := s.of(ctx, ref)
		if err != nil {
			return err
		}
		due = r.Terms.deadline(now, max(1, r.Terms.CallUpDays), ref.Location())
	}
	_, err := s.d.People.MakeOffer(ctx, cmd, person, people.OfferInput{Due: due, Tell: &people.Tell{
		Template: o.template, Class: domain.ClassDecision, Flow: flowConfirm, Vars: offerVars(due), Expires: due,
	}})
	return err
}

// Own is what a person of the pool sees of the draw: where to find themselves
// in the certificate.
type Own struct {
	Draw        string        `json:"draw"`
	State       DrawState     `json:"state"`
	Pseudonym   string        `json:"pseudonym"`
	Hash        string        `json:"hash"`
	Certificate string        `json:"certificate,omitempty"`
	Status      people.Status `json:"status"`
	Rank        int           `json:"rank,omitempty"`       // among the reserves
	Chance      string        `json:"chance,omitempty"`     // exact, such as 1/11
	InLottery   string        `json:"in_lottery,omitempty"` // panels that hold them, of all
}

// OwnDraw answers a person of the pool, or staff for them on the phone, their
// own pseudonym in the committed draw; once it is concluded, their chance too.
func (s *Service) OwnDraw(ctx context.Context, a domain.Actor, personID string) (Own, error) {
	p, err := s.d.People.Get(ctx, a, personID)
	if err != nil {
		return Own{}, err
	}
	ref, err := s.d.Processes.Ref(ctx, p.Process)
	if err != nil {
		return Own{}, err
	}
	r, err := s.of(ctx, ref)
	if err != nil || r.Draw == "" {
		return Own{}, hidden(err, "draw")
	}
	d, err := s.d.Draws.Get(ctx, r.Draw)
	if err != nil || !d.State.Committed() {
		return Own{}, hidden(err, "draw")
	}
	own := Own{Draw: d.ID, State: d.State, Pseudonym: s.pseudonym(d.ID, p.ID), Hash: d.Hash, Certificate: d.Public, Status: p.Status, Rank: p.Rank}
	c, err := s.chances(ctx, d)
	if err != nil {
		return Own{}, err
	}
	i := slices.IndexFunc(c, func(c sortition.Chance) bool { return c.ID == own.Pseudonym })
	if i < 0 {
		return Own{}, domain.Hidden("place in the draw")
	}
	if d.State == DrawConcluded {
		own.Chance, own.InLottery = c[i].Exact, c[i].Lottery
	}
	return own, nil
}

// chances lists everybody's, from the public certificate once there is one:
// that stays when the draw's own files are gone.
func (s *Service) chances(ctx context.Context, d Draw) ([]sortition.Chance, error) {
	if d.Public == "" {
		l, err := s.plan(ctx, d)
		return l.Certificate.Chances, err
	}
	c, err := s.certificate(ctx, d)
	return c.Chances, err
}

func (s *Service) certificate(ctx context.Context, d Draw) (sortition.Certificate, error) {
	var c sortition.Certificate
	raw, _, err := s.d.Files.Get(ctx, d.Public)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, domain.E(domain.Internal, "a certificate cannot be read").Because(err)
	}
	return c, nil
}
