package recruitment

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// Kinds of data that the retention schedule names and this package holds:
// with the unanswered go the names and addresses in the lists that invitees
// were drawn from, with the invitees the lists themselves, with the pool the
// files of draws that hold people's answers.
const (
	keepUnanswered = "unanswered"
	keepInvitees   = "invitees"
	keepPool       = "pool"
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
		if !f.Gone.IsZero() || !f.Thinned.IsZero() && len(f.Burn) == 0 {
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
	if err != nil {
		return err
	}
	for d, err := range s.d.InviteeDraws.Find(ctx, domain.Query{Index: "process", Equal: []any{f.Process}}) {
		if err != nil {
			return err
		}
		if d.Frame == f.ID && d.List.Manifest != "" && (old != "" || len(d.Burn) > 0) {
			if err := s.forgetDrawn(ctx, cmd, d, is); err != nil {
				return err
			}
		}
	}
	if old != "" {
		// The frame comes last: while it names the person a repeat finds them.
		if f, err = s.relist(ctx, cmd, f, next, []string{old}); err != nil {
			return err
		}
	}
	return s.burnFrame(ctx, f)
}

func (s *Service) forgetDrawn(ctx context.Context, cmd domain.Command, d InviteeDraw, is func(frameRow) bool) error {
	next, old, err := s.without(ctx, d.List, is)
	if err != nil {
		return err
	}
	if old != "" {
		if d, err = s.relistDrawn(ctx, cmd, d, next, []string{old}); err != nil {
			return err
		}
	}
	return s.burnDrawn(ctx, d)
}

// Kinds lists what of the retention schedule this package purges.
func (s *Service) Kinds() []string { return []string{keepUnanswered, keepInvitees, keepPool} }

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
	if kind == keepUnanswered {
		return s.unthinned(ctx, processID, limit)
	}
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

// PurgeOne thins or destroys a list, or destroys the files of a draw that hold answers. Counts,
// commitments and certificates stay.
func (s *Service) PurgeOne(ctx context.Context, cmd domain.Command, kind, id string) error {
	if kind != keepPool {
		f, err := s.d.Frames.Get(ctx, id)
		if err != nil {
			return err
		}
		if kind == keepUnanswered {
			return s.thin(ctx, cmd, f)
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
