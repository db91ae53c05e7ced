package recruitment

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// Batch is one imported file of respondents: people who registered somewhere
// else. Every row was read and found good before it exists; then it is
// carried out by a cursor that a crash cannot lose. The rows are a sealed
// file until then, destroyed after.
type Batch struct {
	domain.Root
	Process string    `json:"process"`
	Source  string    `json:"source"`
	Columns Columns   `json:"columns"`
	List    List      `json:"list"`
	Rows    int       `json:"rows"`
	Next    int       `json:"next"` // chunk
	DoneAt  time.Time `json:"done_at,omitzero"`
	Pool    int       `json:"pool"`       // now in the pool
	Out     int       `json:"ineligible"` // cannot take part
	Waiting int       `json:"waiting"`    // answers are missing
	Known   int       `json:"known"`      // had registered before
}

// Bounds of a file of respondents.
const (
	maxRespondents = 200_000
	batchChunk     = 200
	registrars     = 8 // rows registered at once
)

// Batches is the collection of imported files of respondents.
var Batches = domain.Collection[Batch]{
	Name:   "batches",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "process", Fields: []string{"process", "created_at"}},
		{Name: "unfinished", Fields: []string{"unfinished"}},
	},
	Keys: func(b *Batch) map[string]any {
		keys := map[string]any{"process": b.Process, "created_at": b.CreatedAt}
		if b.DoneAt.IsZero() {
			keys["unfinished"] = b.CreatedAt
		}
		return keys
	},
	Shard: "id",
}

// BatchView is an import as staff see it.
type BatchView struct {
	ID         string    `json:"id"`
	Process    string    `json:"process"`
	Source     string    `json:"source"`
	Rows       int       `json:"rows"`
	Done       bool      `json:"done"`
	Pool       int       `json:"pool"`
	Ineligible int       `json:"ineligible"`
	Waiting    int       `json:"waiting"`
	Known      int       `json:"known"`
	CreatedAt  time.Time `json:"created_at"`
	DoneAt     time.Time `json:"done_at,omitzero"`
}

// View is the batch without its workings.
func (b Batch) View() BatchView {
	return BatchView{ID: b.ID, Process: b.Process, Source: b.Source, Rows: b.Rows, Done: !b.DoneAt.IsZero(), Pool: b.Pool,
		Ineligible: b.Out, Waiting: b.Waiting, Known: b.Known, CreatedAt: b.CreatedAt, DoneAt: b.DoneAt}
}

// BatchInput says what the file holds.
type BatchInput struct {
	Source  string  `json:"source"`           // where the registrations come from
	Region  string  `json:"region,omitempty"` // of national phone numbers; GB when empty
	Columns Columns `json:"columns"`
}

// ImportRespondents registers the people of a file. Every problem of the file
// is named by row and column in one error, and then nobody was registered.
func (s *Service) ImportRespondents(ctx context.Context, cmd domain.Command, processID string, in BatchInput, file io.Reader) (BatchView, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit)
	if err != nil {
		return BatchView{}, err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return BatchView{}, err
	}
	b := Batch{Root: domain.Root{ID: cmd.ID("batch")}, Process: processID, Source: strings.TrimSpace(in.Source), Columns: in.Columns}
	had, err := s.d.Batches.Get(ctx, b.ID)
	if err == nil {
		return s.applied(ctx, r, had)
	}
	if !domain.Is(err, domain.NotFound) {
		return BatchView{}, err
	}
	if err := r.takes(); err != nil {
		return BatchView{}, err
	}
	rd, err := s.readRespondents(ctx, r, in, file)
	if err != nil {
		return BatchView{}, err
	}
	if err := s.keepBatch(ctx, cmd, &b, rd); err != nil {
		return BatchView{}, err
	}
	return s.applied(ctx, r, b)
}

// applied carries out a batch as far as one call should, the rest is the
// tick's.
func (s *Service) applied(ctx context.Context, r Recruitment, b Batch) (BatchView, error) {
	for range 10 {
		if !b.DoneAt.IsZero() {
			break
		}
		var err error
		if b, err = s.apply(ctx, r, b); err != nil {
			return b.View(), err
		}
	}
	return b.View(), nil
}

// respondents reads a file; its rows stay in memory, as they are bounded.
type respondents struct {
	in     BatchInput
	ts     []Target
	head   map[string]string // folded feature -> column expression
	rows   []frameRow
	refs   map[string]int
	people map[string]int // number and name -> row
}

func (s *Service) readRespondents(_ context.Context, r Recruitment, in BatchInput, file io.Reader) (*respondents, error) {
	p := domain.Problems{}
	p.Need(strings.TrimSpace(in.Source) != "" && len(in.Source) <= 300, "source", "say where these registrations come from")
	in.Columns.check(p)
	rd := &respondents{in: in, ts: r.Targets, head: map[string]string{}, refs: map[string]int{}, people: map[string]int{}}
	for key, expr := range in.Columns.Answers {
		rd.head[fold(key)] = expr
	}
	for _, f := range features(r.Targets) {
		_, ok := rd.head[fold(f)]
		p.Need(ok, "columns.answers."+f, "say which column holds it: the draw needs everybody's %s", f)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	sh, err := openSheet(file, in.Columns.headers())
	if err != nil {
		return nil, err
	}
	for {
		row, ok := sh.next()
		if !ok {
			break
		}
		rd.take(row)
		if len(rd.rows) > maxRespondents {
			return nil, domain.E(domain.Invalid, "the file has more than %d rows; split it", maxRespondents)
		}
	}
	if len(rd.rows) == 0 && sh.trials.none() {
		sh.trials.add("row 2", "the file has a header and no rows")
	}
	return rd, sh.trials.err()
}

func (rd *respondents) take(r row) {
	c := rd.in.Columns
	got := frameRow{
		Ref: r.read(c.Ref), Name: r.read(c.Name), Email: r.read(c.Email), Address: r.read(c.Address), Postcode: r.read(c.Postcode),
		Language: r.read(c.Language), Format: r.read(c.Format), Answers: readAnswers(r, c.Answers),
	}
	if c.Ref == "" {
		got.Ref = fmt.Sprintf("row %d", r.n)
	}
	switch had, twice := rd.refs[got.Ref]; {
	case got.Ref == "":
		r.bad(first(c.Ref), "the row has no id")
	case twice:
		r.bad(first(c.Ref), "this id also stands in row %d", had)
	default:
		rd.refs[got.Ref] = r.n
	}
	if raw := r.read(c.Number); raw != "" {
		number, ok := people.ParseNumber(raw, cmp.Or(rd.in.Region, "GB"))
		if !ok {
			r.bad(first(c.Number), "this does not read as a phone number")
		}
		got.Number = number
		key := number + "\x00" + fold(got.Name)
		if had, twice := rd.people[key]; twice && ok {
			r.bad(first(c.Number), "the same number and name also stand in row %d", had)
		}
		rd.people[key] = r.n
	}
	if got.Email != "" && strings.Count(got.Email, "@") != 1 {
		r.bad(first(c.Email), "this does not read as an email address")
	}
	rd.spell(r, &got)
	rd.rows = append(rd.rows, got)
}

// spell checks the answers that the draw needs and spells them as the targets
// do.
func (rd *respondents) spell(r row, got *frameRow) {
	p := domain.Problems{}
	answers := spell(p, rd.ts, got.Answers)
	for _, f := range features(rd.ts) {
		expr := rd.head[fold(f)]
		switch {
		case answers[f] != "":
		case r.read(expr) == "":
			r.bad(first(expr), "%s is missing", f)
		default:
			r.bad(first(expr), "%q is not one of the values of %s: %s", clip(r.read(expr)), f, strings.Join(valuesOf(rd.ts, f), ", "))
		}
	}
	got.Answers = answers
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return s
}

// keepBatch seals the rows and makes the batch exist.
func (s *Service) keepBatch(ctx context.Context, cmd domain.Command, b *Batch, rd *respondents) error {
	now := s.d.Clock.Now()
	b.Rows = len(rd.rows)
	var err error
	if b.List, err = s.keepRows(ctx, newList(domain.Derive("batch", b.ID), 1), rd.rows, batchChunk); err != nil {
		return err
	}
	b.Record(cmd, now, domain.Event{Chain: b.Process, Action: "respondents.imported", Subject: "batches:" + b.ID, Data: map[string]any{"rows": b.Rows}})
	err = s.d.Batches.Insert(ctx, b)
	if domain.Is(err, domain.Conflict) {
		*b, err = s.d.Batches.Get(ctx, b.ID)
	}
	return err
}

// apply registers the next chunk of a batch. After the last one it makes the
// rows unreadable, and only then is the batch done: a crash in between leaves
// it to the tick.
func (s *Service) apply(ctx context.Context, r Recruitment, b Batch) (Batch, error) {
	chunks, err := s.chunks(ctx, b.List)
	if err != nil {
		return b, err
	}
	if b.Next < len(chunks) {
		if b, err = s.applyChunk(ctx, r, b, chunks); err != nil {
			return b, err
		}
	}
	if b.Next < len(chunks) {
		return b, nil
	}
	if err := s.destroyList(ctx, b.List); err != nil { // the rows live with the people now
		return b, err
	}
	return s.d.Batches.Update(ctx, b.ID, func(b *Batch) error {
		if !b.DoneAt.IsZero() {
			return domain.ErrNoChange
		}
		b.DoneAt = s.d.Clock.Now()
		b.UpdatedAt = b.DoneAt
		return nil
	})
}

func (s *Service) applyChunk(ctx context.Context, r Recruitment, b Batch, chunks []string) (Batch, error) {
	rows, err := s.openRows(ctx, b.List, chunks, b.Next)
	if err != nil {
		return b, err
	}
	sum, err := s.registerRows(ctx, r, b, rows)
	if err != nil {
		return b, err
	}
	from := b.Next
	return s.d.Batches.Update(ctx, b.ID, func(b *Batch) error {
		if b.Next != from {
			return domain.ErrNoChange
		}
		b.Next++
		b.Pool, b.Out, b.Waiting, b.Known = b.Pool+sum.Pool, b.Out+sum.Out, b.Waiting+sum.Waiting, b.Known+sum.Known
		b.UpdatedAt = s.d.Clock.Now()
		return nil
	})
}

// registerRows registers rows side by side.
func (s *Service) registerRows(ctx context.Context, r Recruitment, b Batch, rows []frameRow) (Batch, error) {
	var (
		mu  sync.Mutex
		sum Batch
	)
	err := sideBySide(ctx, registrars, rows, func(ctx context.Context, row frameRow) error {
		got, err := s.registerRow(ctx, r, b, row)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		sum.note(got)
		return nil
	})
	return sum, err
}

// sideBySide does something with each row, as many at a time as there are
// hands. At the first error what is under way comes to its end, and nothing
// more is begun.
func sideBySide(ctx context.Context, hands int, rows []frameRow, do func(context.Context, frameRow) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	queue := make(chan frameRow)
	for range hands {
		wg.Go(func() {
			for row := range queue {
				if err := do(ctx, row); err != nil {
					stop(err)
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
	return context.Cause(ctx)
}

func (b *Batch) note(got Registered) {
	switch {
	case got.Already:
		b.Known++
	case got.Reason != "":
		b.Out++
	case got.Status == people.InPool:
		b.Pool++
	default:
		b.Waiting++
	}
}

func (s *Service) registerRow(ctx context.Context, r Recruitment, b Batch, row frameRow) (Registered, error) {
	cmd := domain.Command{Actor: domain.SystemActor("import"), Key: domain.Derive("import", b.ID, row.Ref)}
	return s.register(ctx, cmd, r, RegisterInput{
		Source: people.FromImport, Answers: row.Answers,
		Identity: people.Identity{
			Name: people.Private(row.Name), Number: people.Private(row.Number), Email: people.Private(row.Email),
			Address: people.Private(row.Address), Postcode: people.Private(row.Postcode),
			Language: people.Private(row.Language), Format: people.Private(row.Format),
		},
	})
}

// Batch answers one import.
func (s *Service) Batch(ctx context.Context, a domain.Actor, processID, id string) (BatchView, error) {
	if _, err := s.allow(ctx, a, processID, domain.Recruit); err != nil {
		return BatchView{}, err
	}
	b, err := s.d.Batches.Get(ctx, id)
	if err != nil || b.Process != processID {
		return BatchView{}, hidden(err, "import")
	}
	return b.View(), nil
}
