package recruitment

import (
	"context"
	"slices"
	"time"

	"folkmoot/domain"
)

// WaveState says what a wave of invitations is doing.
type WaveState string

// The states of a wave.
const (
	WaveRunning   WaveState = "running"
	WavePaused    WaveState = "paused"
	WaveCancelled WaveState = "cancelled"
	WaveDone      WaveState = "done"
)

// Wave is one wave of invitations: a stretch of the drawn list and a cursor
// in it, never the list. A wave that was interrupted goes on at its cursor;
// whoever was invited before is not invited again, because a person's id
// comes from their row of the frame.
type Wave struct {
	domain.Root
	Process  string     `json:"process"`
	Number   int        `json:"number"`
	Draw     string     `json:"draw"` // of invitees
	From     int        `json:"from"`
	To       int        `json:"to"`
	Next     int        `json:"next"`
	State    WaveState  `json:"state"`
	NotYet   time.Time  `json:"not_yet,omitzero"` // begins then
	Invited  int        `json:"invited"`
	Skipped  int        `json:"skipped"` // number opted out, or invited under another row
	DoneAt   time.Time  `json:"done_at,omitzero"`
	Reminder *Reminder  `json:"reminder,omitempty"` // under way
	Reminded []Reminder `json:"reminded,omitempty"`
}

// Reminder is one round of reminders of a wave, a cursor like the wave's own.
type Reminder struct {
	Number int       `json:"number"`
	Next   int       `json:"next"`
	Sent   int       `json:"sent"`
	At     time.Time `json:"at"`
}

// Bounds of waves. Nobody is reminded more than maxReminders times.
const (
	waveChunk    = 500 // invitees in one step
	remindChunk  = 100 // messages a wave holds at once
	maxReminders = 2
	inviters     = 32 // people invited at once within a step
)

// Waves is the collection of waves of invitations.
var Waves = domain.Collection[Wave]{
	Name:   "invitation_waves",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "process", Fields: []string{"process", "number"}},
		{Name: "active", Fields: []string{"active"}},
	},
	Keys: func(w *Wave) map[string]any {
		keys := map[string]any{"process": w.Process, "number": w.Number}
		if w.active() {
			keys["active"] = w.CreatedAt
			if !w.NotYet.IsZero() {
				keys["active"] = w.NotYet
			}
		}
		return keys
	},
	Shard: "id",
}

func (w *Wave) active() bool {
	return w.State == WaveRunning || w.State == WaveDone && w.Reminder != nil
}

// WaveView is a wave as staff see it.
type WaveView struct {
	ID        string     `json:"id"`
	Process   string     `json:"process"`
	Number    int        `json:"number"`
	State     WaveState  `json:"state"`
	Size      int        `json:"size"`
	Invited   int        `json:"invited"`
	Skipped   int        `json:"skipped"`
	NotBefore time.Time  `json:"not_before,omitzero"`
	DoneAt    time.Time  `json:"done_at,omitzero"`
	Reminding *Reminder  `json:"reminding,omitempty"`
	Reminded  []Reminder `json:"reminded"`
	CreatedAt time.Time  `json:"created_at"`
}

// View is the wave without its cursor.
func (w Wave) View() WaveView {
	return WaveView{
		ID: w.ID, Process: w.Process, Number: w.Number, State: w.State, Size: w.To - w.From, Invited: w.Invited,
		Skipped: w.Skipped, NotBefore: w.NotYet, DoneAt: w.DoneAt, Reminding: w.Reminder, Reminded: w.Reminded, CreatedAt: w.CreatedAt,
	}
}

// WaveInput is the next stretch of the drawn list.
type WaveInput struct {
	Count int `json:"count,omitempty"`
	// Suggested takes as many as the plan says instead of a count.
	Suggested bool      `json:"suggested,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"` // at once when empty
}

// PlanWave takes the next people of the drawn list into a wave. The wave runs
// in the background; see [Service.Tick].
func (s *Service) PlanWave(ctx context.Context, cmd domain.Command, processID string, in WaveInput) (WaveView, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit)
	if err != nil {
		return WaveView{}, err
	}
	if ref.Stage != domain.Recruiting {
		return WaveView{}, domain.E(domain.Conflict, "people are invited while the process is recruiting; it is %s", words(string(ref.Stage)))
	}
	p := domain.Problems{}
	p.Need(in.Suggested || in.Count >= 1, "count", "say how many are invited in this wave, or take the suggested number")
	if err := p.Err(); err != nil {
		return WaveView{}, err
	}
	id := cmd.ID("wave")
	if had, err := s.d.Waves.Get(ctx, id); err == nil {
		return had.View(), nil
	}
	if in.Suggested {
		if in.Count, err = s.suggested(ctx, ref); err != nil {
			return WaveView{}, err
		}
	}
	r, err := s.takeStretch(ctx, cmd, processID, Stretch{Wave: id, To: in.Count, NotYet: in.notYet()})
	if err != nil {
		return WaveView{}, err
	}
	for _, part := range r.Stretches {
		if part.Wave == id {
			w, err := s.storeWave(ctx, cmd, r.Process, part)
			return w.View(), err
		}
	}
	w, err := s.d.Waves.Get(ctx, id) // stored meanwhile by the tick
	return w.View(), err
}

// suggested is how many the plan would ask next.
func (s *Service) suggested(ctx context.Context, ref domain.ProcessRef) (int, error) {
	plan, err := s.planFor(ctx, ref, PlanInput{})
	switch {
	case err != nil:
		return 0, err
	case plan.Next > 0:
		return plan.Next, nil
	case plan.Invite > 0:
		return 0, domain.E(domain.Conflict, "%d more people should be asked and nobody who was drawn is left; draw more invitees", plan.Invite)
	}
	return 0, domain.E(domain.Conflict, "by the plan nobody more needs to be asked; give a count to ask all the same")
}

func (in WaveInput) notYet() time.Time {
	if in.NotBefore.IsZero() {
		return time.Time{}
	}
	return domain.Milli(in.NotBefore)
}

// takeStretch gives the next part of the drawn list to a wave, whose To says
// how many at most.
func (s *Service) takeStretch(ctx context.Context, cmd domain.Command, processID string, part Stretch) (Recruitment, error) {
	ref, err := s.d.Processes.Ref(ctx, processID)
	if err != nil {
		return Recruitment{}, err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return r, err
	}
	if r.InviteeDraw == "" {
		return r, domain.E(domain.Conflict, "nobody was drawn to be invited yet; draw the invitees from the list first")
	}
	d, err := s.d.InviteeDraws.Get(ctx, r.InviteeDraw)
	if err != nil {
		return r, err
	}
	return s.change(ctx, cmd.Sub("stretch"), processID, func(r *Recruitment, _ time.Time) (domain.Event, error) {
		left := d.Count - r.Invited
		if left <= 0 {
			return domain.Event{}, domain.E(domain.Conflict, "everybody who was drawn is in a wave; draw more invitees")
		}
		r.Waves++
		taken := part // the closure may run again
		taken.Number, taken.Draw, taken.From, taken.To = r.Waves, d.ID, r.Invited, r.Invited+min(part.To, left)
		r.Stretches, r.Invited = append(r.Stretches, taken), taken.To
		return domain.Event{Action: "wave.reserved", Data: map[string]any{"wave": part.Wave}}, nil
	})
}

// storeWave makes the wave of a stretch and takes the stretch off the list of
// those that wait for theirs. The tick does it for a command that broke off.
func (s *Service) storeWave(ctx context.Context, cmd domain.Command, processID string, part Stretch) (Wave, error) {
	w := Wave{Root: domain.Root{ID: part.Wave}, Process: processID, Number: part.Number, Draw: part.Draw,
		From: part.From, To: part.To, Next: part.From, State: WaveRunning, NotYet: part.NotYet}
	w.Record(cmd, s.d.Clock.Now(), domain.Event{Chain: processID, Action: "wave.planned", Subject: "invitation_waves:" + w.ID,
		Data: map[string]any{"number": w.Number, "count": w.To - w.From}})
	err := s.d.Waves.Insert(ctx, &w)
	if domain.Is(err, domain.Conflict) {
		w, err = s.d.Waves.Get(ctx, w.ID)
	}
	if err != nil {
		return w, err
	}
	_, err = s.d.Recruitments.Update(ctx, processID, func(r *Recruitment) error {
		had := len(r.Stretches)
		r.Stretches = slices.DeleteFunc(r.Stretches, func(x Stretch) bool { return x.Wave == part.Wave })
		if len(r.Stretches) == had {
			return domain.ErrNoChange
		}
		return nil
	})
	return w, err
}

// SteerWave pauses, resumes or cancels a wave. Who was invited stays invited;
// who was not will not be, once it is cancelled.
func (s *Service) SteerWave(ctx context.Context, cmd domain.Command, processID, id string, to WaveState) (WaveView, error) {
	if _, err := s.wave(ctx, cmd.Actor, processID, id); err != nil {
		return WaveView{}, err
	}
	w, err := s.d.Waves.Update(ctx, id, func(w *Wave) error {
		if w.Done(cmd) || w.State == to {
			return domain.ErrNoChange
		}
		if !w.canSteer(to) {
			return domain.E(domain.Conflict, "a wave that is %s cannot become %s", w.State, to)
		}
		w.State = to
		w.Record(cmd, s.d.Clock.Now(), domain.Event{Chain: processID, Action: "wave." + string(to), Subject: "invitation_waves:" + id,
			Data: map[string]any{"invited": w.Invited}})
		return nil
	})
	return w.View(), err
}

func (w *Wave) canSteer(to WaveState) bool {
	switch to {
	case WavePaused:
		return w.State == WaveRunning
	case WaveRunning:
		return w.State == WavePaused
	case WaveCancelled:
		return w.State == WaveRunning || w.State == WavePaused
	}
	return false
}

func (s *Service) wave(ctx context.Context, a domain.Actor, processID, id string) (Wave, error) {
	if _, err := s.allow(ctx, a, processID, domain.Recruit); err != nil {
		return Wave{}, err
	}
	w, err := s.d.Waves.Get(ctx, id)
	if err != nil || w.Process != processID {
		return Wave{}, hidden(err, "wave")
	}
	return w, nil
}

// ListWaves answers the waves of a process in order.
func (s *Service) ListWaves(ctx context.Context, a domain.Actor, processID string) ([]WaveView, error) {
	if _, err := s.allow(ctx, a, processID, domain.ViewProcess); err != nil {
		return nil, err
	}
	out := []WaveView{}
	for w, err := range s.d.Waves.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}, Limit: 500}) {
		if err != nil {
			return nil, err
		}
		out = append(out, w.View())
	}
	return out, nil
}
