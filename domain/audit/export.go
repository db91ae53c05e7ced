package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"folkmoot/domain"
)

// ExportName is the file name that marks an export of a chain.
const ExportName = "audit.jsonl"

// Export writes the whole chain, one entry a line, for [Check].
func (s *Service) Export(ctx context.Context, actor domain.Actor, process string, w io.Writer) error {
	ref, err := s.processes.Ref(ctx, process)
	if err != nil {
		return err
	}
	if err := domain.Authorize(actor, domain.ViewAudit, ref.Scope()); err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	for e, err := range s.entries.Find(ctx, domain.Query{Index: "chain", Equal: []any{process}}) {
		if err != nil {
			return err
		}
		if err := enc.Encode(e.view()); err != nil {
			return fmt.Errorf("writing the export: %w", err)
		}
	}
	return nil
}

// Checked is what a check of an export found.
type Checked struct {
	Chain   string
	Entries int64
	Head    string
}

// Check reads an export and recomputes every hash. The error names the first
// line that does not fit and why. It needs nothing but the file.
func Check(r io.Reader) (Checked, error) {
	var c Checked
	lines := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			if err := c.add(n, line); err != nil {
				return c, err
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return c, fmt.Errorf("reading line %d: %w", n, err)
		}
	}
	if c.Entries == 0 {
		return c, domain.E(domain.Invalid, "the export holds no entries")
	}
	return c, nil
}

func (c *Checked) add(n int, line []byte) error {
	var v View
	if err := json.Unmarshal(line, &v); err != nil {
		return domain.E(domain.Invalid, "line %d is not an entry: %v", n, err)
	}
	if c.Entries == 0 {
		c.Chain = v.Event.Chain
	}
	if problem := c.next(v); problem != "" {
		return domain.E(domain.Invalid, "line %d %s", n, problem)
	}
	return nil
}

// next checks an entry against those before it, and takes it in when it fits;
// otherwise it says what is wrong with it.
func (c *Checked) next(v View) string {
	switch {
	case v.Event.Chain != c.Chain:
		return fmt.Sprintf("belongs to another chain (%s)", v.Event.Chain)
	case v.Seq != c.Entries+1:
		return fmt.Sprintf("has number %d where %d must stand: entries are missing, doubled or out of order", v.Seq, c.Entries+1)
	case v.Prev != c.Head:
		return fmt.Sprintf("(entry %d) does not follow the entry before it", v.Seq)
	}
	if got := hash(Entry{Seq: v.Seq, Prev: v.Prev, Event: v.Event}); got != v.Hash {
		return fmt.Sprintf("(entry %d, %s) was changed: its hash is %s, the record says %s", v.Seq, v.Event.Action, got, v.Hash)
	}
	c.Entries, c.Head = v.Seq, v.Hash
	return ""
}
