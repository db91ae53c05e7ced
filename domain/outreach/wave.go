package outreach

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"folkmoot/domain"
)

// States of a wave.
const (
	WaveRunning   = "running"
	WavePaused    = "paused"
	WaveCancelled = "cancelled"
	WaveDone      = "done"
)

// Wave is one message to everyone of some statuses. It is a cursor, not a
// list: it goes through the people in batches and remembers where it stands.
// A batch that a crash cut short is gone through again, and each person's
// message has an id made of wave and person, so nobody gets it twice. Someone
// who comes to one of the statuses behind the cursor is not reached.
type Wave struct {
	domain.Root
	domain.BroadcastData
	State  string        `json:"state"`
	Status int           `json:"status_index"` // which of Statuses it is at
	Cursor domain.Cursor `json:"cursor,omitempty"`
	Urgent string        `json:"urgent,omitempty"` // who confirmed the emergency
	Told   int           `json:"told"`             // by text
	Mailed int           `json:"mailed,omitempty"` // by email
	Posted int           `json:"posted"`           // by letter
	None   int           `json:"none"`             // opted out, or no way known
	Due    time.Time     `json:"due,omitzero"`     // when the next batch is, while running
	// Problem says why the program itself paused it.
	Problem string `json:"problem,omitempty"`
}

// Waves declares how waves are kept.
var Waves = domain.Collection[Wave]{
	Name:   "waves",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "due", Fields: []string{"due"}},
		{Name: "process", Fields: []string{"process", "created_at"}},
	},
	Keys: func(w *Wave) map[string]any {
		keys := map[string]any{"process": w.Process, "created_at": w.CreatedAt}
		if w.State == WaveRunning {
			keys["due"] = w.Due
		}
		return keys
	},
	Shard: "id",
}

// BatchSize is how many people one step of a wave goes through, and
// BatchWorkers how many of them at a time.
const (
	BatchSize    = 500
	BatchWorkers = 64
)

// plan starts a wave for a broadcast; the same effect is the same wave.
func (s *Service) plan(ctx context.Context, effect string, d domain.BroadcastData) error {
	_, err := s.start(ctx, domain.Derive("wave", effect), d, "")
	return err
}

func (s *Service) start(ctx context.Context, id string, d domain.BroadcastData, urgent string) (Wave, error) {
	now := s.Clock.Now()
	w := Wave{BroadcastData: d, State: WaveRunning, Due: now, Urgent: urgent}
	if w.Class == "" {
		w.Class = domain.ClassBulk
	}
	w.ID, w.CreatedAt, w.UpdatedAt = id, now, now
	err := s.Waves.Insert(ctx, &w)
	if domain.Is(err, domain.Conflict) {
		return s.Waves.Get(ctx, id)
	}
	return w, err
}

// Tick plans the running waves to their ends, a batch of each in turn, and
// forgets numbers that belong to nobody. It answers how many people were gone
// through. A wave that fails keeps the others going and is tried again by the
// next tick.
func (s *Service) Tick(ctx context.Context) (int, error) {
	total, stuck := 0, map[string]bool{}
	var failed []error
	for ctx.Err() == nil {
		n, moved, err := s.round(ctx, stuck)
		total += n
		failed = append(failed, err)
		if !moved {
			break
		}
	}
	return total, errors.Join(append(failed, s.forgetStrangers(ctx))...)
}

// round moves every running wave that is not stuck one batch on, and reports
// whether there was any.
func (s *Service) round(ctx context.Context, stuck map[string]bool) (total int, moved bool, err error) {
	q := domain.Query{Index: "due", To: s.Clock.Now().Add(time.Millisecond), Limit: 20}
	var failed []error
	for w, err := range s.Waves.Find(ctx, q) {
		if err != nil {
			return total, moved, err
		}
		if stuck[w.ID] {
			continue
		}
		n, err := s.batch(ctx, w)
		total += n
		if err != nil {
			stuck[w.ID] = true
			failed = append(failed, err)
			continue
		}
		moved = true
	}
	return total, moved, errors.Join(failed...)
}

// batch tells the next people of the wave, then moves its cursor. Only the
// worker that read the wave as it is moves it: another one's batch has told
// the same people under the same ids.
func (s *Service) batch(ctx context.Context, w Wave) (int, error) {
	if w.Status >= len(w.Statuses) {
		return 0, s.finish(ctx, w)
	}
	if over, err := s.overtaken(ctx, w); over || err != nil {
		return 0, err
	}
	people, next, err := s.Contacts.Audience(ctx, w.Process, w.Statuses[w.Status], w.Cursor, BatchSize)
	if err != nil {
		return 0, err
	}
	ways, err := s.tellAll(ctx, w, people)
	if code := domain.CodeOf(err); code == domain.Internal || code == domain.Invalid {
		return 0, errors.Join(err, s.stick(ctx, w))
	}
	if err != nil {
		return 0, err
	}
	_, err = s.Waves.Update(ctx, w.ID, func(cur *Wave) error {
		if cur.State != WaveRunning || cur.Cursor != w.Cursor || cur.Status != w.Status {
			return domain.ErrNoChange
		}
		cur.Told += ways[ByText]
		cur.Mailed += ways[ByEmail]
		cur.Posted += ways[ByLetter]
		cur.None += ways[ByNone]
		cur.Cursor = next
		if next == "" {
			cur.Status++
		}
		cur.close(s.Clock.Now())
		return nil
	})
	return len(people), err
}

// overtaken cancels a wave whose process was cancelled before it had gone to
// everybody: what it says is no longer true.
func (s *Service) overtaken(ctx context.Context, w Wave) (bool, error) {
	ref, err := s.Processes.Ref(ctx, w.Process)
	if err != nil || ref.Stage != domain.Cancelled || w.Template == tellsCancelled || w.Urgent != "" {
		return false, err
	}
	_, err = s.Waves.Update(ctx, w.ID, func(cur *Wave) error {
		if cur.State != WaveRunning {
			return domain.ErrNoChange
		}
		cur.State, cur.Due, cur.UpdatedAt = WaveCancelled, time.Time{}, s.Clock.Now()
		return nil
	})
	return true, err
}

// stick pauses a wave whose message cannot be put into words, so that an
// organiser sees it and the waves behind it go on. Resuming tries again.
func (s *Service) stick(ctx context.Context, w Wave) error {
	now := s.Clock.Now()
	ref, err := s.Processes.Ref(ctx, w.Process)
	if err != nil {
		return err
	}
	_, err = s.Waves.Update(ctx, w.ID, func(cur *Wave) error {
		if cur.State != WaveRunning {
			return domain.ErrNoChange
		}
		cur.State, cur.Problem, cur.UpdatedAt = WavePaused, "this message lacks something it needs to say; mend it, then resume", now
		cur.Emit(domain.Command{Key: w.ID + string(w.Cursor)}, domain.EffectNotice, "stuck", now, domain.NoticeData{
			Process: w.Process, Body: ref.Body, Role: domain.Organiser, Kind: NoticeWaveStuck, Subject: "waves:" + w.ID,
		})
		return nil
	})
	return err
}

// NoticeWaveStuck is the kind of the notice about a wave that cannot go on.
const NoticeWaveStuck = "wave_stuck"

func (s *Service) finish(ctx context.Context, w Wave) error {
	_, err := s.Waves.Update(ctx, w.ID, func(cur *Wave) error {
		cur.close(s.Clock.Now())
		return nil
	})
	return err
}

// close ends a wave that has gone through all its statuses.
func (w *Wave) close(now time.Time) {
	w.UpdatedAt = now
	if w.Status >= len(w.Statuses) {
		w.State, w.Due = WaveDone, time.Time{}
	}
}

func (s *Service) tellAll(ctx context.Context, w Wave, people []string) (map[Way]int, error) {
	ways := map[Way]int{}
	var mu sync.Mutex
	var g errgroup.Group // one that fails does not stop the others: they need not be told again
	g.SetLimit(BatchWorkers)
	for _, person := range people {
		g.Go(func() error {
			way, err := s.tell(ctx, w.telling(person))
			if domain.Is(err, domain.Limited) {
				way, err = ByNone, nil // one number's full outbox must not stop a wave
			}
			mu.Lock()
			defer mu.Unlock()
			ways[way]++
			return err
		})
	}
	return ways, g.Wait()
}

func (w Wave) telling(person string) telling {
	return telling{
		MessageData: domain.MessageData{
			Process: w.Process, Person: person, Template: w.Template, Vars: w.Vars,
			Class: w.Class, Flow: w.Flow, Expires: w.Expires,
		},
		id: messageID(w.ID, person), wave: w.ID, urgent: w.Urgent != "",
	}
}
