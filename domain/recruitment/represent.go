package recruitment

import (
	"context"
	"maps"
	"slices"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// The stages that representativeness is shown for.
const (
	stageRegistered = "registered"
	stagePool       = "in_pool"
	stageSelected   = "selected"
	stageConfirmed  = "confirmed"
	stageCompleted  = "completed"
)

var (
	tableStages = []string{stageRegistered, stagePool, stageSelected, stageConfirmed, stageCompleted}
	tableWithin = []string{"", stageRegistered, stagePool, stagePool, stageConfirmed}
)

// Tally is the counted representativeness of one process, kept so that no
// page opens anybody's answers. It holds counts only.
type Tally struct {
	domain.Root
	Process string                  `json:"process"`
	Draw    string                  `json:"draw,omitempty"`
	Swaps   int                     `json:"swaps,omitempty"`
	Told    int                     `json:"told,omitempty"`
	Counts  map[people.Status]int64 `json:"counts,omitempty"`
	Targets time.Time               `json:"targets,omitzero"` // the set that it counts by
	Closed  bool                    `json:"closed,omitempty"` // the registered are counted for good
	Table   Table                   `json:"table"`
}

// Tallies is the collection of tallies, one per process.
var Tallies = domain.Collection[Tally]{Name: "tallies", Schema: 1, Shard: "id"}

// Representation is the table of who is there, for each target value and
// stage.
type Representation struct {
	Process    string    `json:"process"`
	At         time.Time `json:"at"`
	Suppressed bool      `json:"suppressed"` // small numbers are hidden
	Limit      int       `json:"limit,omitempty"`
	Table      Table     `json:"table"`
}

// Represent answers the table to staff. Whoever does not run recruitment sees
// it with small numbers suppressed.
func (s *Service) Represent(ctx context.Context, a domain.Actor, processID string) (Representation, error) {
	ref, err := s.allow(ctx, a, processID, domain.ViewAggregates)
	if err != nil {
		return Representation{}, err
	}
	return s.represent(ctx, ref, !domain.May(a, domain.Recruit, ref.Scope()))
}

// PublicRepresentation answers the suppressed table to anybody, once
// registration has closed.
func (s *Service) PublicRepresentation(ctx context.Context, processID string) (Representation, error) {
	ref, err := s.d.Processes.Ref(ctx, processID)
	if err != nil {
		return Representation{}, hidden(err, "process")
	}
	r, err := s.of(ctx, ref)
	if err != nil || r.ClosedAt.IsZero() {
		return Representation{}, hidden(err, "table")
	}
	return s.represent(ctx, ref, true)
}

func (s *Service) represent(ctx context.Context, ref domain.ProcessRef, suppressed bool) (Representation, error) {
	t, err := s.d.Tallies.Get(ctx, ref.ID)
	if domain.Is(err, domain.NotFound) {
		if _, err = s.tally(ctx, ref); err == nil {
			t, err = s.d.Tallies.Get(ctx, ref.ID)
		}
	}
	if err != nil {
		return Representation{}, err
	}
	out := Representation{Process: ref.ID, At: t.UpdatedAt, Suppressed: suppressed, Table: t.Table}
	if suppressed {
		out.Limit = smallNumber(ref)
		out.Table = Suppress(t.Table, out.Limit)
	}
	return out, nil
}

func smallNumber(ref domain.ProcessRef) int {
	if ref.SmallNumber > 0 {
		return ref.SmallNumber
	}
	return 5
}

// tally counts again when something moved since the last count, and reports
// whether it did.
func (s *Service) tally(ctx context.Context, ref domain.ProcessRef) (bool, error) {
	r, err := s.of(ctx, ref)
	if err != nil {
		return false, err
	}
	counts, err := s.d.People.Counts(ctx, ref.ID)
	if err != nil {
		return false, err
	}
	d, err := s.concluded(ctx, r)
	if err != nil {
		return false, err
	}
	had, err := s.d.Tallies.Get(ctx, ref.ID)
	if err != nil && !domain.Is(err, domain.NotFound) || !d.Gone.IsZero() {
		return false, err // once a draw's files are gone its table stays as it is
	}
	now := Tally{Process: ref.ID, Draw: d.ID, Swaps: len(d.Swaps), Told: d.Told, Counts: counts, Targets: r.TargetsAt, Closed: !r.ClosedAt.IsZero()}
	if had.same(now) || r.State == PoolOpen && s.d.Clock.Now().Before(had.UpdatedAt.Add(patience(counts))) {
		return false, nil
	}
	if now.Table, err = s.count(ctx, r, d, had); err != nil {
		return false, err
	}
	_, err = s.d.Tallies.Upsert(ctx, ref.ID, func() Tally { return Tally{} }, func(t *Tally) error {
		now.Root = t.Root
		now.Touch(domain.Command{}, s.d.Clock.Now())
		*t = now
		return nil
	})
	return err == nil, err
}

// patience is how long a count stands while registration is open: reading a
// large pool again and again would cost more than it tells.
func patience(counts map[people.Status]int64) time.Duration {
	return time.Duration(counts[people.InPool]) * 30 * time.Millisecond
}

func (t Tally) same(o Tally) bool {
	return t.Version > 0 && t.Draw == o.Draw && t.Swaps == o.Swaps && t.Told == o.Told && t.Closed == o.Closed &&
		t.Targets.Equal(o.Targets) && maps.Equal(t.Counts, o.Counts)
}

// concluded is the process's draw, once it is concluded.
func (s *Service) concluded(ctx context.Context, r Recruitment) (Draw, error) {
	if r.Draw == "" {
		return Draw{}, nil
	}
	d, err := s.d.Draws.Get(ctx, r.Draw)
	if err != nil || d.State != DrawConcluded {
		return Draw{}, err
	}
	return d, nil
}

// tabler counts people into a table.
type tabler struct {
	table  Table
	at     map[string]int // feature and value -> row
	stages map[string]int
	values func(map[string]string) map[string]string
}

func newTabler(ts []Target) *tabler {
	values, _ := valuer(ts)
	t := &tabler{at: map[string]int{}, stages: map[string]int{}, values: values,
		table: Table{Stages: tableStages, Within: tableWithin, Totals: make([]Cell, len(tableStages))}}
	for i, name := range tableStages {
		t.stages[name] = i
	}
	for _, f := range features(ts) {
		for _, target := range ts {
			if fold(target.Feature) == fold(f) {
				t.row(TableRow{Feature: f, Value: target.Value, Min: target.Min, Max: target.Max, Share: target.Share, Source: target.Source})
			}
		}
		t.row(TableRow{Feature: f, Value: RatherNotSay})
	}
	return t
}

func (t *tabler) row(r TableRow) {
	r.Cells = make([]Cell, len(tableStages))
	t.at[r.Feature+"\x00"+r.Value] = len(t.table.Rows)
	t.table.Rows = append(t.table.Rows, r)
}

// add counts one person, whose values are spelled as the targets', at some
// stages.
func (t *tabler) add(values map[string]string, stages ...string) {
	for _, name := range stages {
		c := t.stages[name]
		t.table.Totals[c].Count++
		for f, v := range values {
			if i, ok := t.at[f+"\x00"+v]; ok {
				t.table.Rows[i].Cells[c].Count++
			}
		}
	}
}

// count makes the table. Once a draw is concluded, pool and later stages are
// counted from its own record, so that erasing a person later changes no
// count; the registered keep the count of the closing.
func (s *Service) count(ctx context.Context, r Recruitment, d Draw, had Tally) (Table, error) {
	t := newTabler(r.Targets)
	frozen := had.Closed && !r.ClosedAt.IsZero() && had.Targets.Equal(r.TargetsAt) && len(had.Table.Rows) == len(t.table.Rows)
	if !frozen || d.ID == "" {
		if err := s.countPeople(ctx, r.Process, t, frozen, d.ID == ""); err != nil {
			return Table{}, err
		}
	}
	if frozen {
		t.table.Totals[0] = had.Table.Totals[0]
		for i := range t.table.Rows {
			t.table.Rows[i].Cells[0] = had.Table.Rows[i].Cells[0]
		}
	}
	if d.ID == "" {
		return t.table, nil
	}
	return t.table, s.countDrawn(ctx, d, t)
}

// came are the statuses of those who registered. Who was only invited is not
// read: they are many, and nothing is known of them.
var came = slices.DeleteFunc(slices.Clone(people.Statuses), func(st people.Status) bool {
	return st == people.Erased || st != people.Ineligible && !registered(st)
})

func (s *Service) countPeople(ctx context.Context, processID string, t *tabler, frozen, pool bool) error {
	for p, err := range s.d.People.Of(ctx, processID, came...) {
		if err != nil {
			return err
		}
		answers, err := s.d.People.Answers(ctx, p)
		if err != nil {
			return err
		}
		values := t.values(answers)
		if !frozen {
			t.add(values, stageRegistered)
		}
		if pool && p.Status == people.InPool {
			t.add(values, stagePool)
		}
	}
	return nil
}

// countDrawn counts the stages from the pool on by the draw's own record.
func (s *Service) countDrawn(ctx context.Context, d Draw, t *tabler) error {
	l, err := s.plan(ctx, d)
	if err != nil {
		return err
	}
	rows, err := s.pool(ctx, d)
	if err != nil {
		return err
	}
	values := map[string]map[string]string{}
	for _, p := range l.Replay.Problem.People {
		values[p.ID] = p.Values
		t.add(p.Values, stagePool)
	}
	of := map[string]map[string]string{}
	for _, row := range rows {
		of[row.Person] = values[row.Pseudonym]
	}
	for _, id := range d.Selected {
		t.add(of[id], stageSelected)
	}
	for _, id := range d.holders() {
		if err := s.countSeated(ctx, id, of[id], t); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) countSeated(ctx context.Context, id string, values map[string]string, t *tabler) error {
	p, err := s.d.People.Get(ctx, domain.SystemActor("job"), id)
	if domain.Is(err, domain.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	switch p.Counted {
	case people.Completed:
		t.add(values, stageConfirmed, stageCompleted)
	case people.Confirmed, people.Onboarded, people.Serving:
		t.add(values, stageConfirmed)
	}
	return nil
}
