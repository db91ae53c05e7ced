package recruitment

import (
	"context"
	"fmt"
	"io"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/sortition"
)

// frameWriter reads a file into sealed chunks.
type frameWriter struct {
	s      *Service
	frame  Frame
	region string

	chunk   []frameRow
	chunks  []string
	rows    int
	numbers int
	sum     digest
	counts  map[string]int
	refs    map[uint64]uint32 // hash of a reference -> its row
}

func (w *frameWriter) read(ctx context.Context, file io.Reader) error {
	w.counts, w.refs = map[string]int{}, map[uint64]uint32{}
	sh, err := openSheet(file, w.frame.Columns.headers())
	if err != nil {
		return err
	}
	for {
		r, ok := sh.next()
		if !ok {
			break
		}
		if err := w.take(ctx, r); err != nil {
			return err
		}
	}
	if w.rows == 0 && sh.trials.none() {
		sh.trials.add("row 2", "the file has a header and no rows")
	}
	if err := sh.trials.err(); err != nil {
		return err
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	return w.s.keepChunks(ctx, &w.frame.List, w.chunks)
}

// take reads one row; once the file has problems rows are only looked at.
func (w *frameWriter) take(ctx context.Context, r row) error {
	w.rows++
	if w.rows > maxFrameRows {
		return domain.E(domain.Invalid, "the file has more than %d rows; split it by area", maxFrameRows)
	}
	got := w.parse(r)
	w.counts[got.Stratum]++
	if len(w.counts) > maxStrata {
		r.bad(first(w.frame.Columns.Area), "the file has more than %d different areas; give a column with larger ones", maxStrata)
		return r.sheet.trials.err()
	}
	if !r.sheet.trials.none() {
		return nil
	}
	if got.Number != "" {
		w.numbers++
	}
	w.chunk = append(w.chunk, got)
	if len(w.chunk) < chunkRows {
		return nil
	}
	return w.flush(ctx)
}

// parse reads a row's cells and names what is off.
func (w *frameWriter) parse(r row) frameRow {
	c := w.frame.Columns
	got := frameRow{
		Ref: r.read(c.Ref), Name: r.read(c.Name), Email: r.read(c.Email), Address: r.read(c.Address),
		Postcode: r.read(c.Postcode), Language: r.read(c.Language), Format: r.read(c.Format),
	}
	w.checkRef(r, &got)
	area := r.read(c.Area)
	if area == "" {
		r.bad(first(c.Area), "the area is missing")
	}
	got.Stratum = area
	if q := r.read(c.Quintile); q != "" {
		got.Stratum = area + " / " + q
	}
	if raw := r.read(c.Number); raw != "" {
		number, ok := people.ParseNumber(raw, w.region)
		if !ok {
			r.bad(first(c.Number), "this does not read as a phone number")
		}
		got.Number = number
	}
	if got.Number == "" && got.Email == "" && got.Address == "" {
		r.bad(first(c.Number+"+"+c.Address+"+"+c.Email), "there is no way to reach this person")
	}
	if key := sortition.HouseholdKey(got.Address, got.Postcode); key != "" {
		got.Household = w.s.d.Vault.Lookup("household", w.frame.Process+"|"+key)
	}
	got.Answers = readAnswers(r, c.Answers)
	return got
}

func readAnswers(r row, columns map[string]string) map[string]string {
	var out map[string]string
	for key, expr := range columns {
		if v := r.read(expr); v != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[key] = v
		}
	}
	return out
}

// checkRef sees that a row can be told from all others.
func (w *frameWriter) checkRef(r row, got *frameRow) {
	if w.frame.Columns.Ref == "" {
		got.Ref = fmt.Sprintf("%s-%d", w.frame.ID, r.n)
		return
	}
	if got.Ref == "" {
		r.bad(first(w.frame.Columns.Ref), "the row has no id")
		return
	}
	key := hash64(got.Ref)
	if had, twice := w.refs[key]; twice {
		r.bad(first(w.frame.Columns.Ref), "this id also stands in row %d", had)
		return
	}
	w.refs[key] = uint32(r.n)
}

// flush seals the rows gathered so far into a file.
func (w *frameWriter) flush(ctx context.Context) error {
	if len(w.chunk) == 0 {
		return nil
	}
	hash, err := w.s.sealRows(ctx, w.frame.List, len(w.chunks), w.chunk)
	if err != nil {
		return err
	}
	for i := range w.chunk {
		w.sum.add(w.chunk[i].Ref, w.chunk[i].Stratum, w.chunk[i].Household)
	}
	w.chunks = append(w.chunks, hash)
	w.chunk = w.chunk[:0]
	return nil
}

func (w *frameWriter) strata() []Stratum {
	out := make([]Stratum, 0, len(w.counts))
	for _, name := range sortedKeys(w.counts) {
		out = append(out, Stratum{Name: name, Rows: w.counts[name]})
	}
	return out
}
