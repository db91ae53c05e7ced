package outreach

import (
	"context"
	"time"

	"folkmoot/domain"
)

func (s *Service) may(ctx context.Context, a domain.Actor, p domain.Permission, process string) (domain.ProcessRef, error) {
	ref, err := s.Processes.Ref(ctx, process)
	if err != nil {
		return ref, err
	}
	return ref, domain.Authorize(a, p, ref.Scope())
}

// look is the entry of a look at personal data: recorded before it is shown.
func (s *Service) look(a domain.Actor, process, action, subject, purpose string, count int) domain.Event {
	now := s.Clock.Now()
	return domain.Event{
		ID:    domain.Derive("look", a.ID, action, subject, now.Format(time.RFC3339Nano)),
		Chain: process, At: now, Actor: a.ID, Roles: a.RolesIn(domain.Scope{Process: process}), Via: a.Via,
		Action: action, Subject: subject, Reason: purpose, Data: map[string]any{"count": count},
	}
}

// WaveView is a wave as staff see it.
type WaveView struct {
	ID       string   `json:"id"`
	Process  string   `json:"process"`
	Template string   `json:"template"`
	Statuses []string `json:"statuses"`
	Class    string   `json:"class"`
	State    string   `json:"state"` // running, paused, cancelled, done
	Told     int      `json:"told"`
	Mailed   int      `json:"mailed"`
	Posted   int      `json:"posted"`
	None     int      `json:"none"`
	Withheld []string `json:"withheld,omitempty"` // of told, mailed, posted and none: too small to show to this reader
	Urgent   bool     `json:"urgent"`
	// ConfirmedBy is who answers for an emergency.
	ConfirmedBy string    `json:"confirmed_by,omitempty"`
	Problem     string    `json:"problem,omitempty"`
	Expires     time.Time `json:"expires,omitzero"`
	Version     int64     `json:"version"`
	CreatedAt   time.Time `json:"created_at"`
}

// View leaves out the cursor and the effects.
func (w Wave) View() WaveView {
	return WaveView{
		ID: w.ID, Process: w.Process, Template: w.Template, Statuses: w.Statuses, Class: w.Class,
		State: w.State, Told: w.Told, Mailed: w.Mailed, Posted: w.Posted, None: w.None, Urgent: w.Urgent != "", ConfirmedBy: w.Urgent, Problem: w.Problem,
		Expires: w.Expires, Version: w.Revision, CreatedAt: w.CreatedAt,
	}
}

// WaveList lists the waves of a process, newest first.
func (s *Service) WaveList(ctx context.Context, a domain.Actor, process string, after domain.Cursor, limit int) ([]WaveView, domain.Cursor, error) {
	ref, err := s.may(ctx, a, domain.ViewProcess, process)
	if err != nil {
		return nil, "", err
	}
	q := domain.Query{Index: "process", Equal: []any{process}, Reverse: true, After: after, Limit: limit}
	waves, next, err := s.Waves.Page(ctx, q)
	out := make([]WaveView, len(waves))
	for i, w := range waves {
		out[i] = w.shown(a, ref)
	}
	return out, next, err
}

// WaveState is what an organiser can do to a wave.
type WaveState struct {
	State string `json:"state"` // running, paused or cancelled
}

// SteerWave pauses, resumes or cancels a wave. What is already sent stays
// sent; unsent messages of it wait or are dropped. A wave that is done
// planning can still be paused or cancelled while its messages wait.
func (s *Service) SteerWave(ctx context.Context, cmd domain.Command, process, wave string, in WaveState) (WaveView, error) {
	if _, err := s.may(ctx, cmd.Actor, domain.Broadcast, process); err != nil {
		return WaveView{}, err
	}
	p := domain.Problems{}
	known := in.State == WaveRunning || in.State == WavePaused || in.State == WaveCancelled
	p.Need(known, "state", "say running, paused or cancelled")
	if err := p.Err(); err != nil {
		return WaveView{}, err
	}
	now := s.Clock.Now()
	w, err := s.Waves.Update(ctx, wave, func(w *Wave) error {
		if w.Process != process {
			return domain.Hidden("wave")
		}
		if w.Done(cmd) || w.State == in.State {
			return domain.ErrNoChange
		}
		if err := w.Fresh(cmd); err != nil {
			return err
		}
		if w.State == WaveCancelled {
			return domain.E(domain.Conflict, "this wave was cancelled; start a new one instead")
		}
		w.State, w.Due, w.Problem = in.State, now, ""
		w.Record(cmd, now, domain.Event{Chain: process, Action: "wave." + in.State, Subject: "waves:" + wave})
		return nil
	})
	return w.View(), err
}

// OptOutInput is a wish told to a member of staff or chosen on a page.
type OptOutInput struct {
	Person string `json:"person"`
	Source string `json:"source"` // staff or page
}

// OptOut opts a person's number out of the texts of the process. Staff need
// the permission to serve people; a member may do it for themselves. Only the
// resident can take it back, by text.
func (s *Service) OptOut(ctx context.Context, cmd domain.Command, process string, in OptOutInput) error {
	ref, err := s.Processes.Ref(ctx, process)
	if err != nil {
		return err
	}
	scope := ref.Scope()
	scope.Person = in.Person
	if !domain.May(cmd.Actor, domain.SelfServe, scope) {
		if err := domain.Authorize(cmd.Actor, domain.ServePeople, ref.Scope()); err != nil {
			return err
		}
	}
	p := domain.Problems{}
	p.Need(in.Source == FromStaff || in.Source == FromPage, "source", "say staff or page")
	if err := p.Err(); err != nil {
		return err
	}
	contact, err := s.Contacts.Contact(ctx, process, in.Person)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	id := s.Hash(contact.Phone)
	n, err := s.Numbers.Upsert(ctx, id, s.blank(id, now), func(n *Number) error {
		if n.Done(cmd) {
			return domain.ErrNoChange
		}
		n.Stop(OptOut{Scope: process, Source: in.Source, At: now, Evidence: cmd.Key})
		n.Record(cmd, now, domain.Event{Chain: process, Action: "number.opted_out", Subject: "people:" + in.Person})
		return nil
	})
	if err != nil {
		return err
	}
	return s.archive(ctx, n)
}
