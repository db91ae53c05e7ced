package recruitment

import (
	"context"
	"slices"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// Remind asks once more those of a wave who have not answered and were not
// asked by text: a text conversation reminds by itself. Nobody is reminded
// after a no, after opting out, or more than twice.
func (s *Service) Remind(ctx context.Context, cmd domain.Command, processID, id string) (WaveView, error) {
	if _, err := s.wave(ctx, cmd.Actor, processID, id); err != nil {
		return WaveView{}, err
	}
	w, err := s.d.Waves.Update(ctx, id, func(w *Wave) error {
		switch {
		case w.Done(cmd):
			return domain.ErrNoChange
		case w.State != WaveDone:
			return domain.E(domain.Conflict, "this wave is %s; reminders follow once everybody in it was asked", w.State)
		case w.Reminder != nil:
			return domain.E(domain.Conflict, "reminders of this wave are going out just now")
		case len(w.Reminded) >= maxReminders:
			return domain.E(domain.Conflict, "two reminders were sent; nobody is asked a fourth time")
		}
		now := s.d.Clock.Now()
		w.Reminder = &Reminder{Number: len(w.Reminded) + 1, Next: w.From, At: now}
		w.Record(cmd, now, domain.Event{Chain: processID, Action: "wave.reminding", Subject: "invitation_waves:" + id,
			Data: map[string]any{"number": w.Reminder.Number}})
		return nil
	})
	return w.View(), err
}

// remind emits reminders in small lots on the wave itself, each with its
// cursor in one write; the relay takes them off before the next lot.
func (s *Service) remind(ctx context.Context, w Wave) (int, error) {
	if slices.ContainsFunc(w.Effects, func(e domain.Effect) bool { return e.Kind == domain.EffectMessage }) {
		return 0, nil // the last lot is still on its way out
	}
	d, err := s.d.InviteeDraws.Get(ctx, w.Draw)
	if err != nil {
		return 0, err
	}
	chunks, err := s.chunks(ctx, d.List)
	if err != nil {
		return 0, err
	}
	c := w.Reminder.Next / waveChunk
	rows, err := s.openRows(ctx, d.List, chunks, c)
	if err != nil {
		return 0, err
	}
	end := min((c+1)*waveChunk, w.To, w.Reminder.Next+remindChunk)
	silent, err := s.silent(ctx, w, rows[w.Reminder.Next-c*waveChunk:end-c*waveChunk])
	if err != nil {
		return 0, err
	}
	return s.emitReminders(ctx, w, end, silent)
}

// silent lists those who have not answered and are not in a text
// conversation.
func (s *Service) silent(ctx context.Context, w Wave, rows []frameRow) ([]string, error) {
	var out []string
	for _, row := range rows {
		p, err := s.d.People.Get(ctx, domain.SystemActor("job"), people.PersonID(w.Process, "frame", row.Ref))
		if domain.Is(err, domain.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if p.Status == people.Invited && p.Channel != people.ChannelText {
			out = append(out, p.ID)
		}
	}
	return out, nil
}

func (s *Service) emitReminders(ctx context.Context, w Wave, end int, silent []string) (int, error) {
	ref, err := s.d.Processes.Ref(ctx, w.Process)
	if err != nil {
		return 0, err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return 0, err
	}
	from, sent := w.Reminder.Next, 0
	_, err = s.d.Waves.Update(ctx, w.ID, func(w *Wave) error {
		sent = 0
		if w.Reminder == nil || w.Reminder.Next != from || w.State != WaveDone {
			return domain.ErrNoChange
		}
		now := s.d.Clock.Now()
		cmd := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("remind", w.ID, string(rune('0'+w.Reminder.Number)))}
		for _, id := range silent {
			w.Emit(cmd, domain.EffectMessage, "reminder/"+id, now, domain.MessageData{
				Process: w.Process, Person: id, Template: "reminder", Class: domain.ClassBulk, Vars: r.vars(), Expires: r.ClosesAt,
			})
		}
		sent = len(silent)
		w.Reminder.Sent += sent
		w.Reminder.Next = end
		w.UpdatedAt = now
		if end == w.To {
			w.Reminded, w.Reminder = append(w.Reminded, *w.Reminder), nil
		}
		return nil
	})
	return sent, err
}
