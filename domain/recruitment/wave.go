package recruitment

import (
	"context"
	"sync"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
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
	Count     int       `json:"count"`
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
	p.Need(in.Count >= 1, "count", "say how many are invited in this wave")
	if err := p.Err(); err != nil {
		return WaveView{}, err
	}
	w := Wave{Root: domain.Root{ID: cmd.ID("wave")}, Process: processID, State: WaveRunning, NotYet: domain.Milli(in.NotBefore)}
	if in.NotBefore.IsZero() {
		w.NotYet = time.Time{}
	}
	if had, err := s.d.Waves.Get(ctx, w.ID); err == nil {
		return had.View(), nil
	}
	if err := s.reserveStretch(ctx, cmd, &w, in.Count); err != nil {
		return WaveView{}, err
	}
	w.Record(cmd, s.d.Clock.Now(), domain.Event{Chain: processID, Action: "wave.planned", Subject: "invitation_waves:" + w.ID,
		Data: map[string]any{"number": w.Number, "count": w.To - w.From}})
	if err := s.d.Waves.Insert(ctx, &w); err != nil && !domain.Is(err, domain.Conflict) {
		return WaveView{}, err
	}
	return w.View(), nil
}

// reserveStretch takes the next count of the list for the wave. A stretch
// that was taken by a command that then failed is found again by its repeat.
func (s *Service) reserveStretch(ctx context.Context, cmd domain.Command, w *Wave, count int) error {
	ref, err := s.d.Processes.Ref(ctx, w.Process)
	if err != nil {
		return err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return err
	}
	if r.InviteeDraw == "" {
		return domain.E(domain.Conflict, "nobody was drawn to be invited yet; draw the invitees from the list first")
	}
	d, err := s.d.InviteeDraws.Get(ctx, r.InviteeDraw)
	if err != nil {
		return err
	}
	w.Draw = d.ID
	_, err = s.change(ctx, cmd.Sub("stretch"), w.Process, func(r *Recruitment, _ time.Time) (domain.Event, error) {
		left := d.Count - r.Invited
		if left <= 0 {
			return domain.Event{}, domain.E(domain.Conflict, "everybody who was drawn is in a wave; draw more invitees")
		}
		r.Waves++
		r.Stretch = Stretch{Wave: w.ID, Number: r.Waves, From: r.Invited, To: r.Invited + min(count, left)}
		r.Invited = r.Stretch.To
		return domain.Event{Action: "wave.reserved", Data: map[string]any{"wave": w.ID}}, nil
	})
	if err != nil {
		return err
	}
	if r, err = s.d.Recruitments.Get(ctx, w.Process); err != nil {
		return err
	}
	if r.Stretch.Wave != w.ID {
		return domain.E(domain.Stale, "another wave was planned in the same moment; plan this one again")
	}
	w.Number, w.From, w.To, w.Next = r.Stretch.Number, r.Stretch.From, r.Stretch.To, r.Stretch.From
	return nil
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

// tickWaves moves every running wave on, and answers how many people were
// invited or reminded.
func (s *Service) tickWaves(ctx context.Context, now time.Time) (int, error) {
	due, _, err := s.d.Waves.Page(ctx, domain.Query{Index: "active", To: now.Add(time.Millisecond), Limit: 50})
	if err != nil {
		return 0, err
	}
	total := 0
	for _, w := range due {
		n, err := s.runWave(ctx, w)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// runWave invites chunk by chunk until the wave is done, paused or the
// context ends.
func (s *Service) runWave(ctx context.Context, w Wave) (int, error) {
	if w.Reminder != nil {
		return s.remind(ctx, w)
	}
	ref, err := s.d.Processes.Ref(ctx, w.Process)
	if err != nil || ref.Stage != domain.Recruiting {
		return 0, err // paused, cancelled or past recruiting: the wave waits
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
		tell: people.Tell{Template: "invitation", Class: domain.ClassBulk, Flow: flowRecruit, Vars: r.vars(ref), Expires: r.ClosesAt},
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
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		total int
	)
	queue := make(chan frameRow)
	for range inviters {
		wg.Go(func() {
			for row := range queue {
				ok, err := s.invite(ctx, in, w, row)
				if err != nil {
					stop(err)
				}
				if ok {
					mu.Lock()
					total++
					mu.Unlock()
				}
			}
		})
	}
	for _, row := range rows {
		if ctx.Err() != nil {
			break
		}
		queue <- row
	}
	close(queue)
	wg.Wait()
	return total, context.Cause(ctx)
}

// invite keeps one person and asks for their invitation, in one write. It is
// false for whom it passes over.
func (s *Service) invite(ctx context.Context, in inviting, w Wave, row frameRow) (bool, error) {
	id := people.PersonID(w.Process, "frame", row.Ref)
	skip, err := s.passOver(ctx, w.Process, id, row)
	if err != nil || skip {
		return false, err
	}
	tell := in.tell
	cmd := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("invite", w.ID, row.Ref)}
	_, err = s.d.People.Invite(ctx, cmd, w.Process, people.InviteInput{
		Ref: row.Ref, Area: row.Stratum, Wave: w.ID, Channel: channelOf(row), Tell: &tell,
		Identity: people.Identity{
			Name: people.Private(row.Name), Number: people.Private(row.Number), Email: people.Private(row.Email),
			Address: people.Private(row.Address), Postcode: people.Private(row.Postcode),
			Language: people.Private(row.Language), Format: people.Private(row.Format),
		},
		Answers: row.Answers,
	})
	return err == nil, err
}

func channelOf(row frameRow) string {
	switch {
	case row.Number != "":
		return people.ChannelText
	case row.Address != "":
		return people.ChannelLetter
	}
	return people.ChannelEmail
}

// passOver reports whether the number opted out or belongs to somebody who is
// in the process already: one number has one open invitation.
func (s *Service) passOver(ctx context.Context, processID, id string, row frameRow) (bool, error) {
	if row.Number == "" {
		return false, nil
	}
	hash := s.d.Vault.Lookup("number", row.Number)
	if s.d.OptOuts != nil {
		out, err := s.d.OptOuts.OptedOut(ctx, processID, hash)
		if err != nil || out && row.Address == "" {
			return out, err
		}
	}
	found, err := s.d.People.ByNumber(ctx, processID, hash)
	if err != nil {
		return false, err
	}
	for _, p := range found {
		if p.ID != id && p.Status != people.Erased {
			return true, nil
		}
	}
	return false, nil
}
