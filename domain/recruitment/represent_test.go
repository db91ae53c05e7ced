package recruitment_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

func TestRepresentationCountsEachStage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.pool()
	ctx := t.Context()
	w.drawn()
	w.tick()
	got, err := w.s.Represent(ctx, olive, jury)
	w.must(err)
	totals := []int{}
	for _, c := range got.Table.Totals {
		totals = append(totals, c.Count)
	}
	if d := cmp.Diff([]int{10, 10, 3, 0, 0}, totals); d != "" {
		t.Errorf("totals -want +got\n%s", d)
	}
	for c := range totals {
		sum := 0
		for _, r := range got.Table.Rows {
			if r.Feature == "Place" {
				sum += r.Cells[c].Count
			}
		}
		if sum != totals[c] {
			t.Errorf("stage %d: places add up to %d of %d", c, sum, totals[c])
		}
	}
	w.answer(w.with(people.Offered)[0], true)
	w.tick()
	before, err := w.s.Represent(ctx, olive, jury)
	w.must(err)
	if before.Table.Totals[3].Count != 1 {
		t.Errorf("confirmed: %+v", before.Table.Totals)
	}
	for _, id := range ids[:6] { // erasure changes no count
		_, err := w.people.Erase(ctx, w.by(olive), id)
		w.must(err)
	}
	w.ref.Stage = domain.Cancelled // no seat is given on meanwhile
	w.tick()
	after, err := w.s.Represent(ctx, olive, jury)
	w.must(err)
	if d := cmp.Diff(before.Table, after.Table); d != "" {
		t.Errorf("erasing changed the published table\n%s", d)
	}
}

// TestTheLastCountSeesWhoCompleted: the watch over a closed process does not
// end before those who served are noted as having completed.
func TestTheLastCountSeesWhoCompleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	w.drawn()
	w.tick()
	move := func(from, to people.Status) {
		for _, id := range w.with(from) {
			_, err := w.rows.Update(t.Context(), id, func(p *people.Person) error { p.Status, p.Counted = to, to; return nil })
			w.must(err)
		}
	}
	move(people.Offered, people.Serving)
	w.ref.Stage = domain.Closed
	w.tick()
	move(people.Serving, people.Completed)
	w.tick()
	got, err := w.s.Represent(t.Context(), olive, jury)
	w.must(err)
	r, err := w.recs.Get(t.Context(), jury)
	w.must(err)
	if n := got.Table.Totals[4].Count; n != 3 || r.State != recruitment.PoolEnded {
		t.Errorf("%d counted as completed, recruitment %s; want 3, ended", n, r.State)
	}
}

func TestCommissionersAndThePublicSeeItSuppressed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pool()
	ctx := t.Context()
	if _, err := w.s.PublicRepresentation(ctx, jury); !domain.Is(err, domain.NotFound) {
		t.Errorf("before registration closed: %v", err)
	}
	w.drawn()
	w.tick()
	for name, see := range map[string]func() (any, bool, int, error){
		"commissioner": func() (any, bool, int, error) {
			r, err := w.s.Represent(ctx, carol, jury)
			return r.Table, r.Suppressed, r.Table.Totals[2].Count, err
		},
		"public": func() (any, bool, int, error) {
			r, err := w.s.PublicRepresentation(ctx, jury)
			return r.Table, r.Suppressed, r.Table.Totals[2].Count, err
		},
	} {
		table, suppressed, selected, err := see()
		if err != nil || !suppressed || selected != 0 {
			t.Errorf("%s sees three selected people: %+v, %v", name, table, err)
		}
	}
}
