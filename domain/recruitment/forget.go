package recruitment

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// Kinds of data that the retention schedule names and this package holds:
// with the invitees go the lists they were drawn from, with the pool the
// files of draws that hold people's answers.
const (
	keepInvitees = "invitees"
	keepPool     = "pool"
)

// Forget blanks an erased person's row in every list of the process, so that
// nothing of them can be read there or in an old backup. A process without
// lists costs one look.
func (s *Service) Forget(ctx context.Context, cmd domain.Command, processID, person string) error {
	is := func(r frameRow) bool {
		return (r.Name != "" || r.Number != "" || r.Address != "" || r.Email != "") && people.PersonID(processID, "frame", r.Ref) == person
	}
	for f, err := range s.d.Frames.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}}) {
		if err != nil {
			return err
		}
		if !f.Gone.IsZero() {
			continue
		}
		if err := s.forgetIn(ctx, cmd, f, is); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) forgetIn(ctx context.Context, cmd domain.Command, f Frame, is func(frameRow) bool) error {
	next, old, err := s.without(ctx, f.List, is)
	if err != nil || old == "" {
		return err
	}
	for d, err := range s.d.InviteeDraws.Find(ctx, domain.Query{Index: "process", Equal: []any{f.Process}}) {
		if err != nil {
			return err
		}
		if d.Frame == f.ID && d.List.Manifest != "" {
			if err := s.forgetDrawn(ctx, cmd, d, is); err != nil {
				return err
			}
		}
	}
	// The frame comes last: while it names the person a repeat finds them.
	_, err = s.d.Frames.Update(ctx, f.ID, func(now *Frame) error {
		if now.List.Manifest != f.List.Manifest {
			return domain.E(domain.Stale, "this list is being changed just now; try again")
		}
		now.List = next
		now.Touch(cmd, s.d.Clock.Now())
		return nil
	})
	if err != nil {
		return err
	}
	return s.d.Vault.Destroy(ctx, old)
}

func (s *Service) forgetDrawn(ctx context.Context, cmd domain.Command, d InviteeDraw, is func(frameRow) bool) error {
	next, old, err := s.without(ctx, d.List, is)
	if err != nil || old == "" {
		return err
	}
	_, err = s.d.InviteeDraws.Update(ctx, d.ID, func(now *InviteeDraw) error {
		if now.List.Manifest != d.List.Manifest {
			return domain.E(domain.Stale, "this list is being changed just now; try again")
		}
		now.List = next
		now.Touch(cmd, s.d.Clock.Now())
		return nil
	})
	if err != nil {
		return err
	}
	return s.d.Vault.Destroy(ctx, old)
}

// Kinds lists what of the retention schedule this package purges.
func (s *Service) Kinds() []string { return []string{keepInvitees, keepPool} }

// ErasesAll reports that no purge here leaves nothing of a person: the person
// lives in package people.
func (s *Service) ErasesAll(string) bool { return false }

// PurgeCount counts the lists or draws that still hold people's data.
func (s *Service) PurgeCount(ctx context.Context, processID, kind string) (int, error) {
	ids, err := s.PurgeList(ctx, processID, kind, 1000)
	return len(ids), err
}

// PurgeList answers up to limit lists or draws to purge; none under a legal
// hold.
func (s *Service) PurgeList(ctx context.Context, processID, kind string, limit int) ([]string, error) {
	ref, err := s.d.Processes.Ref(ctx, processID)
	if err != nil || ref.LegalHold {
		return nil, err
	}
	var out []string
	if kind == keepInvitees {
		for f, err := range s.d.Frames.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}}) {
			if err != nil {
				return nil, err
			}
			if f.Gone.IsZero() && len(out) < limit {
				out = append(out, f.ID)
			}
		}
		return out, nil
	}
	for d, err := range s.d.Draws.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}}) {
		if err != nil {
			return nil, err
		}
		if d.Gone.IsZero() && len(out) < limit {
			out = append(out, d.ID)
		}
	}
	return out, nil
}

// PurgeOne destroys a list, or the files of a draw that hold answers. Counts,
// commitments and certificates stay.
func (s *Service) PurgeOne(ctx context.Context, cmd domain.Command, kind, id string) error {
	if kind == keepInvitees {
		f, err := s.d.Frames.Get(ctx, id)
		if err != nil {
			return err
		}
		_, err = s.destroyFrame(ctx, cmd, f)
		return err
	}
	d, err := s.d.Draws.Get(ctx, id)
	if err != nil || !d.Gone.IsZero() {
		return err
	}
	if err := s.d.Vault.Destroy(ctx, d.subject()); err != nil {
		return err
	}
	_, err = s.d.Draws.Update(ctx, id, func(d *Draw) error {
		if !d.Gone.IsZero() {
			return domain.ErrNoChange
		}
		d.Gone = s.d.Clock.Now()
		d.Record(cmd, d.Gone, domain.Event{Chain: d.Process, Action: "draw.replay_destroyed", Subject: "draws:" + id})
		return nil
	})
	return err
}
