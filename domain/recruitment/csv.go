package recruitment

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"folkmoot/domain"
)

// Limits of an imported file. Problems past maxProblems are counted, not
// named.
const (
	maxProblems = 500
	maxCell     = 4000 // bytes
	maxColumns  = 400
)

// sheet reads a CSV file row by row and collects what is wrong with it. Rows
// count the header as row 1, as a spreadsheet does.
type sheet struct {
	r      *csv.Reader
	head   []string
	at     map[string]int // folded header -> column
	row    int
	line   int // of the file that the next record begins on, were no line empty
	trials problems
}

// problems collects findings by their place in a file.
type problems struct {
	found domain.Problems
	more  int
}

func (p *problems) add(place, format string, args ...any) {
	if p.found == nil {
		p.found = domain.Problems{}
	}
	if _, had := p.found[place]; !had && len(p.found) >= maxProblems {
		p.more++
		return
	}
	p.found.Need(false, place, format, args...)
}

func (p *problems) none() bool { return len(p.found) == 0 }

// err names all problems at once; nothing was taken over.
func (p *problems) err() error {
	if p.none() {
		return nil
	}
	msg := "nothing was imported: the file has problems, each named by row and column; mend them and send the file again"
	if p.more > 0 {
		msg = fmt.Sprintf("%s (the first %d are named, there are %d more)", msg, len(p.found), p.more)
	}
	return &domain.Error{Code: domain.Invalid, Msg: msg, Fields: p.found}
}

// openSheet reads the header. The columns are the headers that must be there,
// each exactly once.
func openSheet(in io.Reader, columns []string) (*sheet, error) {
	b := bufio.NewReaderSize(in, 64<<10)
	if bom, err := b.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		_, _ = b.Discard(3) // Excel's mark
	}
	s := &sheet{r: csv.NewReader(b), at: map[string]int{}, row: 1}
	start, _ := b.Peek(16 << 10)
	s.r.Comma = Separator(start)
	s.r.FieldsPerRecord = -1
	s.r.ReuseRecord = true
	head, err := s.r.Read()
	if errors.Is(err, io.EOF) {
		s.trials.add("row 1", "the file is empty; its first row names the columns")
		return nil, s.trials.err()
	}
	if err != nil {
		return nil, s.unreadable(err)
	}
	s.row = 0
	s.count(head)
	s.header(head, columns)
	return s, s.trials.err()
}

// Separator is what parts the cells of a CSV file that begins so: European
// Excel writes semicolons, a copied range has tabs.
func Separator(start []byte) rune {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	best, most := ',', bytes.Count(line, []byte(","))
	for _, s := range []rune{';', '\t'} {
		if n := bytes.Count(line, []byte(string(s))); n > most {
			best, most = s, n
		}
	}
	return best
}

func (s *sheet) header(head, columns []string) {
	if len(head) > maxColumns {
		s.trials.add("row 1", "the file has %d columns; at most %d are read", len(head), maxColumns)
		return
	}
	twice := map[string]bool{}
	for i, h := range head {
		h = strings.TrimSpace(h)
		s.head = append(s.head, h)
		if _, had := s.at[fold(h)]; had {
			twice[fold(h)] = true
		}
		s.at[fold(h)] = i
	}
	for _, c := range columns {
		_, has := s.at[fold(c)]
		switch {
		case !has:
			s.trials.add("row 1, column "+c, "there is no column %q; the file has: %s", c, strings.Join(s.head, ", "))
		case twice[fold(c)]:
			s.trials.add("row 1, column "+c, "there is more than one column %q; rename all but one", c)
		}
	}
}

// next reads a row; false at the end or when the file cannot be read on. Empty
// rows are passed over.
func (s *sheet) next() (row, bool) {
	for {
		rec, err := s.r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return row{}, false
		case err != nil:
			s.row++
			s.trials.add(fmt.Sprintf("row %d", s.row), "%s", plainCSV(err))
			return row{}, false
		}
		s.count(rec)
		if strings.Join(rec, "") == "" {
			continue
		}
		r := row{sheet: s, n: s.row, cells: rec}
		r.check()
		return r, true
	}
}

// count finds the row that a spreadsheet shows a record in: empty lines count,
// lines within quotation marks do not.
func (s *sheet) count(rec []string) {
	start, _ := s.r.FieldPos(0)
	s.row += 1 + start - max(s.line, 1)
	last := len(rec) - 1
	end, _ := s.r.FieldPos(last)
	s.line = end + strings.Count(rec[last], "\n") + 1
}

func (s *sheet) unreadable(err error) error {
	s.trials.add(fmt.Sprintf("row %d", s.row), "%s", plainCSV(err))
	return s.trials.err()
}

func plainCSV(err error) string {
	var pe *csv.ParseError
	if !errors.As(err, &pe) {
		return "the file broke off here: " + plainRead(err)
	}
	if errors.Is(pe.Err, csv.ErrQuote) || errors.Is(pe.Err, csv.ErrBareQuote) {
		return fmt.Sprintf("a quotation mark at line %d is not closed or not doubled; the rest was not read", pe.Line)
	}
	return fmt.Sprintf("line %d cannot be read as CSV; the rest was not read", pe.Line)
}

func plainRead(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "it is not complete"
	}
	return "it could not be read to its end"
}

// row is one row of a sheet; its cells are valid until the next one is read.
type row struct {
	sheet *sheet
	n     int
	cells []string
}

// check looks at what is wrong with a row whatever its columns mean.
func (r row) check() {
	if len(r.cells) > len(r.sheet.head) {
		r.sheet.trials.add(fmt.Sprintf("row %d", r.n), "it has %d cells but the header has %d; is a comma not in quotation marks?", len(r.cells), len(r.sheet.head))
	}
	for i, c := range r.cells[:min(len(r.cells), len(r.sheet.head))] {
		if len(c) > maxCell {
			r.bad(r.sheet.head[i], "the cell holds %d characters; at most %d are read", len(c), maxCell)
		} else if !utf8.ValidString(c) {
			r.bad(r.sheet.head[i], "it is not UTF-8 text; save the file as CSV UTF-8")
		}
	}
}

// get is the trimmed cell of a column, "" when the row is short.
func (r row) get(column string) string {
	i, ok := r.sheet.at[fold(column)]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

// bad records a problem of a cell, naming it as a spreadsheet does.
func (r row) bad(column, format string, args ...any) {
	r.sheet.trials.add(fmt.Sprintf("row %d, column %s (%s%d)", r.n, column, letters(r.sheet.at[fold(column)]), r.n), format, args...)
}

// letters is the spreadsheet's name of a column: 0 is A, 26 is AA.
func letters(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}
