package recruitment

import (
	"context"
	"slices"

	"folkmoot/domain"
)

// A list that is sealed anew keeps the keys it had before under Burn until
// they are destroyed, so that a run that broke off in between is finished by
// the next one.

func (s *Service) relist(ctx context.Context, cmd domain.Command, f Frame, next List, burn []string) (Frame, error) {
	return s.d.Frames.Update(ctx, f.ID, func(now *Frame) error {
		if now.List.Manifest != f.List.Manifest {
			return errListBusy
		}
		now.List, now.Burn = next, append(now.Burn, burn...)
		now.Touch(cmd, s.d.Clock.Now())
		return nil
	})
}

func (s *Service) relistDrawn(ctx context.Context, cmd domain.Command, d InviteeDraw, next List, burn []string) (InviteeDraw, error) {
	return s.d.InviteeDraws.Update(ctx, d.ID, func(now *InviteeDraw) error {
		if now.List.Manifest != d.List.Manifest {
			return errListBusy
		}
		now.List, now.Burn = next, append(now.Burn, burn...)
		now.Touch(cmd, s.d.Clock.Now())
		return nil
	})
}

var errListBusy = domain.E(domain.Stale, "this list is being changed just now; try again")

func (s *Service) burn(ctx context.Context, keys []string) error {
	for _, key := range keys {
		if err := s.d.Vault.Destroy(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) burnFrame(ctx context.Context, f Frame) error {
	if err := s.burn(ctx, f.Burn); err != nil || len(f.Burn) == 0 {
		return err
	}
	_, err := s.d.Frames.Update(ctx, f.ID, func(now *Frame) error {
		now.Burn = without(now.Burn, f.Burn)
		return nil
	})
	return err
}

func (s *Service) burnDrawn(ctx context.Context, d InviteeDraw) error {
	if err := s.burn(ctx, d.Burn); err != nil || len(d.Burn) == 0 {
		return err
	}
	_, err := s.d.InviteeDraws.Update(ctx, d.ID, func(now *InviteeDraw) error {
		now.Burn = without(now.Burn, d.Burn)
		return nil
	})
	return err
}

func without(all, gone []string) []string {
	var out []string
	for _, k := range all {
		if !slices.Contains(gone, k) {
			out = append(out, k)
		}
	}
	return out
}

// unthinned answers up to limit lists that still hold names and addresses.
// While a wave runs its list is needed.
func (s *Service) unthinned(ctx context.Context, processID string, limit int) ([]string, error) {
	for w, err := range s.d.Waves.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}}) {
		if err != nil || w.State == WaveRunning || w.State == WavePaused {
			return nil, err
		}
	}
	var out []string
	for f, err := range s.d.Frames.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}}) {
		if err != nil {
			return nil, err
		}
		if f.Gone.IsZero() && (f.Thinned.IsZero() || len(f.Burn) > 0) && len(out) < limit {
			out = append(out, f.ID)
		}
	}
	return out, nil
}

// thin destroys every name, number and address of a list and of what was
// drawn from it. References, areas and the hashes of households stay: a
// committed draw of invitees rests on them. People who joined have rows of
// their own.
func (s *Service) thin(ctx context.Context, cmd domain.Command, f Frame) error {
	for d, err := range s.d.InviteeDraws.Find(ctx, domain.Query{Index: "process", Equal: []any{f.Process}}) {
		if err != nil {
			return err
		}
		if d.Frame != f.ID || d.List.Manifest == "" {
			continue
		}
		if d.Thinned.IsZero() {
			if d, err = s.thinDrawn(ctx, cmd, d); err != nil {
				return err
			}
		}
		if err := s.burnDrawn(ctx, d); err != nil {
			return err
		}
	}
	if f.Thinned.IsZero() {
		next, err := s.thinned(ctx, f.List)
		if err != nil {
			return err
		}
		f, err = s.d.Frames.Update(ctx, f.ID, func(now *Frame) error {
			if now.List.Manifest != f.List.Manifest {
				return errListBusy
			}
			now.Burn, now.List, now.Thinned = append(now.Burn, now.List.Keys...), next, s.d.Clock.Now()
			now.Record(cmd, now.Thinned, domain.Event{Chain: f.Process, Action: "frame.thinned", Subject: "frames:" + f.ID, Data: map[string]any{"rows": f.Rows}})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return s.burnFrame(ctx, f)
}

func (s *Service) thinDrawn(ctx context.Context, cmd domain.Command, d InviteeDraw) (InviteeDraw, error) {
	next, err := s.thinned(ctx, d.List)
	if err != nil {
		return d, err
	}
	return s.d.InviteeDraws.Update(ctx, d.ID, func(now *InviteeDraw) error {
		if now.List.Manifest != d.List.Manifest {
			return errListBusy
		}
		now.Burn, now.List, now.Thinned = append(now.Burn, now.List.Keys...), next, s.d.Clock.Now()
		now.Touch(cmd, now.Thinned)
		return nil
	})
}

// thinned seals a list anew with references, areas and households alone. A
// chunk that can no longer be read becomes an empty one.
func (s *Service) thinned(ctx context.Context, l List) (List, error) {
	chunks, err := s.chunks(ctx, l)
	if err != nil {
		return l, err
	}
	next := List{Keys: make([]string, len(l.Keys))}
	for i, key := range l.Keys {
		next.Keys[i] = domain.Derive("thin", key)
	}
	for i := range chunks {
		rows, err := s.openRows(ctx, l, chunks, i)
		if err != nil && !domain.Is(err, domain.NotFound) {
			return l, err
		}
		for j, r := range rows {
			rows[j] = frameRow{Ref: r.Ref, Stratum: r.Stratum, Household: r.Household}
		}
		if chunks[i], err = s.sealRows(ctx, next, i, rows); err != nil {
			return l, err
		}
	}
	return next, s.keepChunks(ctx, &next, chunks)
}
