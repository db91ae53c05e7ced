package recruitment

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// tickWaves moves every running wave on, and answers how many people were
// invited or reminded.
func (s *Service) tickWaves(ctx context.Context, now time.Time) (int, error) {
	due, _, err := s.d.Waves.Page(ctx, domain.Query{Index: "active", To: now.Add(time.Millisecond), Limit: 50})
	if err != nil {
		return 0, err
	}
	total := 0
	var errs []error
	for _, w := range due {
		n, err := s.runWave(ctx, w)
		total += n
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	return total, errors.Join(errs...)
}

// runWave invites chunk by chunk until the wave is done, paused or the
// context ends.
func (s *Service) runWave(ctx context.Context, w Wave) (int, error) {
	ref, err := s.d.Processes.Ref(ctx, w.Process)
	if err != nil || ref.Stage != domain.Recruiting {
		return 0, err // paused, cancelled or past recruiting: the wave waits
	}
	if w.Reminder != nil {
		return s.remind(ctx, w)
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return 0, err
	}
	in, err := s.invitation(ctx, ref, r, w)
	if err != nil {
		return 0, err
	}
	total := 0
	for w.State == WaveRunning {
		n, err := s.inviteChunk(ctx, in, &w)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// inviting is what every invitation of a wave has in common.
type inviting struct {
	process string
	list    List
	chunks  []string
	tell    people.Tell
}

func (s *Service) invitation(ctx context.Context, ref domain.ProcessRef, r Recruitment, w Wave) (inviting, error) {
	d, err := s.d.InviteeDraws.Get(ctx, w.Draw)
	if err != nil {
		return inviting{}, err
	}
	chunks, err := s.chunks(ctx, d.List)
	return inviting{
		process: w.Process, list: d.List, chunks: chunks,
		tell: people.Tell{Template: "invitation", Class: domain.ClassBulk, Flow: flowRecruit, Vars: r.vars(), Expires: r.ClosesAt},
	}, err
}

// inviteChunk invites the rest of the chunk the cursor stands in, then moves
// the cursor, unless somebody else did or the wave was stopped meanwhile.
func (s *Service) inviteChunk(ctx context.Context, in inviting, w *Wave) (int, error) {
	c := w.Next / waveChunk
	rows, err := s.openRows(ctx, in.list, in.chunks, c)
	if err != nil {
		return 0, err
	}
	end := min((c+1)*waveChunk, w.To)
	invited, err := s.inviteRows(ctx, in, *w, rows[w.Next-c*waveChunk:end-c*waveChunk])
	if err != nil {
		return 0, err
	}
	from := w.Next
	moved := false
	got, err := s.d.Waves.Update(ctx, w.ID, func(w *Wave) error {
		if moved = w.Next == from; !moved {
			return domain.ErrNoChange
		}
		w.Next = end
		w.Invited += invited
		w.Skipped += end - from - invited
		now := s.d.Clock.Now()
		w.UpdatedAt = now
		if w.Next == w.To && w.State == WaveRunning {
			w.State, w.DoneAt = WaveDone, now
			w.Record(waveCommand(w), now, domain.Event{Chain: w.Process, Action: "wave.done", Subject: "invitation_waves:" + w.ID,
				Data: map[string]any{"invited": w.Invited, "skipped": w.Skipped}})
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	*w = got
	if !moved {
		return 0, nil
	}
	return invited, nil
}

func waveCommand(w *Wave) domain.Command {
	return domain.Command{Actor: domain.SystemActor("job"), Key: "wave/" + w.ID}
}

// inviteRows invites people side by side and answers how many were.
func (s *Service) inviteRows(ctx context.Context, in inviting, w Wave, rows []frameRow) (int, error) {
	var total atomic.Int64
	err := sideBySide(ctx, inviters, rows, func(ctx context.Context, row frameRow) error {
		ok, err := s.invite(ctx, in, w, row)
		if ok {
			total.Add(1)
		}
		return err
	})
	return int(total.Load()), err
}

// invite keeps one person and asks for their invitation, in one write. It is
// false for whom it passes over.
func (s *Service) invite(ctx context.Context, in inviting, w Wave, row frameRow) (bool, error) {
	channel, err := s.wayTo(ctx, w.Process, row)
	if err != nil || channel == "" {
		return false, err
	}
	tell := in.tell
	cmd := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("invite", w.ID, row.Ref)}
	_, err = s.d.People.Invite(ctx, cmd, w.Process, people.InviteInput{
		Ref: row.Ref, Area: row.Stratum, Wave: w.ID, Channel: channel, Tell: &tell,
		Identity: people.Identity{
			Name: people.Private(row.Name), Number: people.Private(row.Number), Email: people.Private(row.Email),
			Address: people.Private(row.Address), Postcode: people.Private(row.Postcode),
			Language: people.Private(row.Language), Format: people.Private(row.Format),
		},
		Answers: row.Answers,
	})
	return err == nil, err
}

// wayTo is the channel that somebody is asked by, "" for whom the wave passes
// over: a number that opted out without an address beside it, one that belongs
// to somebody in the process already (a number has one open invitation), or
// nothing to ask by.
func (s *Service) wayTo(ctx context.Context, processID string, row frameRow) (string, error) {
	other := ""
	switch {
	case row.Address != "":
		other = people.ChannelLetter
	case row.Email != "":
		other = people.ChannelEmail
	}
	if row.Number == "" {
		return other, nil
	}
	hash := s.d.Vault.Lookup("number", row.Number)
	if s.d.OptOuts != nil {
		out, err := s.d.OptOuts.OptedOut(ctx, processID, hash)
		if err != nil || out {
			return other, err
		}
	}
	found, err := s.d.People.ByNumber(ctx, processID, hash)
	if err != nil {
		return "", err
	}
	self := people.PersonID(processID, "frame", row.Ref)
	for _, p := range found {
		if p.ID != self && p.Status != people.Erased {
			return "", nil
		}
	}
	return people.ChannelText, nil
}
