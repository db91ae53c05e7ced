package recruitment

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// Frame is one imported sampling frame: the list that invitees are drawn
// from. It exists only once every row was read and found good. The rows lie
// in sealed files; the document holds counts alone.
type Frame struct {
	domain.Root
	Process  string    `json:"process"`
	Complete bool      `json:"complete"` // not before is it shown or drawn from
	Name     string    `json:"name"`     // what it is and of when: "Royal Mail addresses, May 2018"
	Source   string    `json:"source"`   // who gave it, under what agreement
	Columns  Columns   `json:"columns"`
	Rows     int       `json:"rows"`
	Strata   []Stratum `json:"strata"`
	Numbers  int       `json:"numbers"`          // rows with a phone number
	Digest   string    `json:"digest"`           // SHA-256 over the rows as sent
	List     List      `json:"list"`             // the rows, sealed
	Gone     time.Time `json:"gone,omitzero"`    // destroyed: the process ended or the clock ran out
	Thinned  time.Time `json:"thinned,omitzero"` // names and addresses destroyed; references stay
	Burn     []string  `json:"burn,omitempty"`   // keys replaced by those of List, not yet destroyed
}

// Stratum is one area (and deprivation quintile) of a frame.
type Stratum struct {
	Name string `json:"name"`
	Rows int    `json:"rows"`
}

// Bounds of a frame. A list with more areas than maxStrata is no
// stratification.
const (
	maxStrata    = 500
	maxFrameRows = 5_000_000
	chunkRows    = 1000
)

// Frames is the collection of frames.
var Frames = domain.Collection[Frame]{
	Name:   "frames",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "process", Fields: []string{"process", "created_at"}},
		{Name: "unfinished", Fields: []string{"unfinished"}},
	},
	Keys: func(f *Frame) map[string]any {
		if !f.Complete {
			return map[string]any{"unfinished": f.CreatedAt}
		}
		return map[string]any{"process": f.Process, "created_at": f.CreatedAt}
	},
	Shard: "id",
}

// FrameView is a frame as staff see it.
type FrameView struct {
	ID        string    `json:"id"`
	Process   string    `json:"process"`
	Name      string    `json:"name"`
	Source    string    `json:"source"`
	Columns   Columns   `json:"columns"`
	Rows      int       `json:"rows"`
	Strata    []Stratum `json:"strata"`
	Numbers   int       `json:"numbers"`
	Digest    string    `json:"digest"`
	Gone      time.Time `json:"gone,omitzero"`
	CreatedAt time.Time `json:"created_at"`
}

// View is the frame without its workings.
func (f Frame) View() FrameView {
	return FrameView{
		ID: f.ID, Process: f.Process, Name: f.Name, Source: f.Source, Columns: f.Columns, Rows: f.Rows,
		Strata: f.Strata, Numbers: f.Numbers, Digest: f.Digest, Gone: f.Gone, CreatedAt: f.CreatedAt,
	}
}

// FrameInput says what an imported frame is.
type FrameInput struct {
	Name    string  `json:"name"`
	Source  string  `json:"source"`
	Region  string  `json:"region,omitempty"` // of national phone numbers, ISO 3166; GB when empty
	Columns Columns `json:"columns"`
}

// frameRow is one row as it lies in a sealed chunk.
type frameRow struct {
	Ref       string            `json:"r"`
	Stratum   string            `json:"s"`
	Household string            `json:"h,omitempty"` // keyed hash of the address
	Name      string            `json:"n,omitempty"`
	Number    string            `json:"t,omitempty"` // E.164
	Email     string            `json:"e,omitempty"`
	Address   string            `json:"a,omitempty"`
	Postcode  string            `json:"p,omitempty"`
	Language  string            `json:"l,omitempty"`
	Format    string            `json:"f,omitempty"`
	Answers   map[string]string `json:"q,omitempty"`
}

// ImportFrame reads a frame from CSV, row by row: memory does not grow with
// the file beyond the row references. Every problem of the file is named by
// row and column in one error; then nothing was imported, and what was
// written so far can never be opened. The frame appears when it is complete,
// and the process draws its invitees from it.
func (s *Service) ImportFrame(ctx context.Context, cmd domain.Command, processID string, in FrameInput, file io.Reader) (FrameView, error) {
	if _, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit); err != nil {
		return FrameView{}, err
	}
	if err := in.check(); err != nil {
		return FrameView{}, err
	}
	w, done, err := s.beginFrame(ctx, cmd, processID, in)
	if err != nil || done != nil {
		return *cmp.Or(done, &FrameView{}), err
	}
	if err := w.read(ctx, file); err != nil {
		s.dropFrame(context.WithoutCancel(ctx), w.frame)
		return FrameView{}, err
	}
	return s.completeFrame(ctx, cmd, w)
}

// beginFrame notes that an import is under way, so that what a crash leaves
// behind is found and destroyed. It answers the frame that this command
// imported before, if it did; an import of this command that broke off is
// begun again under new keys.
func (s *Service) beginFrame(ctx context.Context, cmd domain.Command, processID string, in FrameInput) (*frameWriter, *FrameView, error) {
	now := s.d.Clock.Now()
	f := Frame{Root: domain.Root{ID: cmd.ID("frame")}, Process: processID, Name: in.Name, Source: in.Source, Columns: in.Columns}
	f.List = newList(domain.Derive("frame", f.ID, now.Format(time.RFC3339Nano)), listKeys)
	f.Touch(domain.Command{}, now)
	w := &frameWriter{s: s, frame: f, region: in.Region}
	err := s.d.Frames.Insert(ctx, &f)
	if !domain.Is(err, domain.Conflict) {
		return w, nil, err
	}
	var old List
	had, err := s.d.Frames.Update(ctx, f.ID, func(had *Frame) error {
		if had.Complete {
			return domain.ErrNoChange
		}
		old = had.List
		had.List = newList(domain.Derive("again", old.Keys[0], now.Format(time.RFC3339Nano)), listKeys)
		had.UpdatedAt = now
		w.frame = *had
		return nil
	})
	if err == nil && had.Complete {
		v := had.View()
		return nil, &v, s.chooseFrame(ctx, cmd, had)
	}
	if err == nil {
		err = s.destroyList(ctx, old)
	}
	return w, nil, err
}

// dropFrame leaves nothing of an import that did not end well: what lies in
// files can never be opened again.
func (s *Service) dropFrame(ctx context.Context, f Frame) {
	if s.destroyList(ctx, f.List) != nil {
		return // the tick does it
	}
	if had, err := s.d.Frames.Get(ctx, f.ID); err == nil && had.sameKeys(f) {
		_ = s.d.Frames.Delete(ctx, f.ID)
	}
}

// sameKeys reports whether two states of a frame are of one import.
func (f Frame) sameKeys(o Frame) bool { return slices.Equal(f.List.Keys, o.List.Keys) }

func (in *FrameInput) check() error {
	p := domain.Problems{}
	in.Name, in.Source = strings.TrimSpace(in.Name), strings.TrimSpace(in.Source)
	p.Need(in.Name != "" && len(in.Name) <= 200, "name", "say what the list is and of when")
	p.Need(in.Source != "" && len(in.Source) <= 300, "source", "say who gave the list, and under what agreement")
	p.Need(in.Columns.Area != "", "columns.area", "say which column holds the area: invitees are drawn area by area")
	p.Need(in.Columns.Number != "" || in.Columns.Address != "" || in.Columns.Email != "", "columns",
		"say which column holds a phone number, an address or an email: people are invited by one of them")
	in.Columns.check(p)
	if in.Region == "" {
		in.Region = "GB"
	}
	return p.Err()
}

// completeFrame makes the frame visible and the process's own.
func (s *Service) completeFrame(ctx context.Context, cmd domain.Command, w *frameWriter) (FrameView, error) {
	f, err := s.d.Frames.Update(ctx, w.frame.ID, func(f *Frame) error {
		if !f.sameKeys(w.frame) {
			return domain.E(domain.Conflict, "this import was begun again meanwhile; that one counts")
		}
		f.Rows, f.Strata, f.Numbers, f.Digest, f.List = w.rows, w.strata(), w.numbers, w.sum.hex(), w.frame.List
		f.Complete = true
		f.Record(cmd, s.d.Clock.Now(), domain.Event{Chain: f.Process, Action: "frame.imported", Subject: "frames:" + f.ID,
			Data: map[string]any{"rows": f.Rows, "areas": len(f.Strata), "digest": f.Digest}})
		return nil
	})
	if err != nil {
		return FrameView{}, err
	}
	return f.View(), s.chooseFrame(ctx, cmd, f)
}

// chooseFrame has the process draw its invitees from the list from now on: a
// later list is for a top-up or a boost.
func (s *Service) chooseFrame(ctx context.Context, cmd domain.Command, f Frame) error {
	_, err := s.change(ctx, cmd.Sub("frame"), f.Process, func(r *Recruitment, _ time.Time) (domain.Event, error) {
		r.Frame = f.ID
		return domain.Event{Action: "frame.chosen", Data: map[string]any{"frame": f.ID}}, nil
	})
	return err
}

// ListFrames answers the frames of a process, the newest first: counts of
// each area, no rows.
func (s *Service) ListFrames(ctx context.Context, a domain.Actor, processID string) ([]FrameView, error) {
	if _, err := s.allow(ctx, a, processID, domain.ObserveDraw); err != nil {
		return nil, err
	}
	out := []FrameView{}
	for f, err := range s.d.Frames.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}, Reverse: true, Limit: 100}) {
		if err != nil {
			return nil, err
		}
		out = append(out, f.View())
	}
	return out, nil
}

// DestroyFrame makes the rows of a frame unreadable for ever: the people who
// were invited stay, the rest of the list goes. Counts and digest stay.
func (s *Service) DestroyFrame(ctx context.Context, cmd domain.Command, processID, id string) (FrameView, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.Erase)
	if err != nil {
		return FrameView{}, err
	}
	if ref.LegalHold {
		return FrameView{}, domain.E(domain.Conflict, "a legal hold lies on this process: nothing of it may be destroyed")
	}
	f, err := s.d.Frames.Get(ctx, id)
	if err != nil || f.Process != processID || !f.Complete {
		return FrameView{}, hidden(err, "list")
	}
	for w, err := range s.d.Waves.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}}) {
		if err != nil {
			return FrameView{}, err
		}
		if w.State == WaveRunning || w.State == WavePaused {
			return FrameView{}, domain.E(domain.Conflict, "wave %d is not done; let it end or cancel it first", w.Number)
		}
	}
	f, err = s.destroyFrame(ctx, cmd, f)
	return f.View(), err
}

// destroyFrame destroys the keys of a list and of what was drawn from it.
func (s *Service) destroyFrame(ctx context.Context, cmd domain.Command, f Frame) (Frame, error) {
	for d, err := range s.d.InviteeDraws.Find(ctx, domain.Query{Index: "process", Equal: []any{f.Process}}) {
		if err != nil {
			return f, err
		}
		if d.Frame != f.ID {
			continue
		}
		if err := errors.Join(s.destroyList(ctx, d.List), s.d.Vault.Destroy(ctx, d.subject())); err != nil {
			return f, err
		}
	}
	if err := s.destroyList(ctx, f.List); err != nil {
		return f, err
	}
	return s.d.Frames.Update(ctx, f.ID, func(f *Frame) error {
		if !f.Gone.IsZero() {
			return domain.ErrNoChange
		}
		f.Gone = s.d.Clock.Now()
		f.Record(cmd, f.Gone, domain.Event{Chain: f.Process, Action: "frame.destroyed", Subject: "frames:" + f.ID})
		return nil
	})
}
