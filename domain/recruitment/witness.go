package recruitment

import (
	"context"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/sortition"
)

// GiveSeed enters what came out of the public act. Digits drawn before
// witnesses are entered by one person and confirmed by another with
// [Service.ConfirmSeed]; a beacon round stands by itself.
func (s *Service) GiveSeed(ctx context.Context, cmd domain.Command, processID, id string, in SeedInput) (DrawView, error) {
	if _, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit); err != nil {
		return DrawView{}, err
	}
	d, err := s.draw(ctx, processID, id)
	if err != nil {
		return DrawView{}, err
	}
	seed, err := s.seed(in, d.DrandRound)
	if err != nil {
		return DrawView{}, err
	}
	d, err = s.step(ctx, cmd, id, func(d *Draw, now time.Time) (domain.Event, error) {
		if err := d.is(DrawCommitted); err != nil {
			return domain.Event{}, err
		}
		d.Seed, d.SeedBy, d.State = &seed, cmd.Actor.ID, DrawWitnessed
		if seed.Source == sortition.SeedDrand {
			d.State, d.SeededAt = DrawSeeded, now
			return domain.Event{Action: "draw.seeded", Data: map[string]any{"round": d.DrandRound}}, nil
		}
		return domain.Event{Action: "draw.digits_entered", Data: map[string]any{"witnesses": len(seed.Witnesses)}}, nil
	})
	return d.View(), err
}

// ConfirmSeed is the second person's word: they enter the digits they saw.
// When they differ nothing stands and the digits are entered again.
func (s *Service) ConfirmSeed(ctx context.Context, cmd domain.Command, processID, id string, in SeedInput) (DrawView, error) {
	if _, err := s.allow(ctx, cmd.Actor, processID, domain.ObserveDraw); err != nil {
		return DrawView{}, err
	}
	if _, err := s.draw(ctx, processID, id); err != nil {
		return DrawView{}, err
	}
	differ := false
	d, err := s.step(ctx, cmd, id, func(d *Draw, now time.Time) (domain.Event, error) {
		if err := d.is(DrawWitnessed); err != nil {
			return domain.Event{}, err
		}
		if d.SeedBy == cmd.Actor.ID {
			var g domain.Guard
			g.Need(false, domain.Missing{Item: "second_person", Need: "a second person who saw the digits", Who: domain.Oversight,
				Where: where(processID, "/draws/"+id+"/seed/confirm")})
			return domain.Event{}, g.Err("confirming the digits")
		}
		if differ = squeeze(in.Digits) != d.Seed.Value; differ {
			d.Seed, d.SeedBy, d.State = nil, "", DrawCommitted
			return domain.Event{Action: "draw.digits_differ"}, nil
		}
		d.State, d.SeededAt, d.SeedWith = DrawSeeded, now, cmd.Actor.ID
		return domain.Event{Action: "draw.seeded", Data: map[string]any{"digits": d.Seed.Value}}, nil
	})
	if err == nil && differ {
		err = domain.E(domain.Conflict, "the two people do not have the same digits, so neither stands; compare, and enter them again")
	}
	return d.View(), err
}
