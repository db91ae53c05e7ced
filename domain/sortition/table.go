package sortition

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxCell is the longest cell read, in bytes: names and values are short.
const maxCell = 10_000

// Table is a CSV file as read: a header and rows of the header's length.
type Table struct {
	Header []string
	Rows   [][]string
	lines  []int // row numbers as a spreadsheet counts them, header = 1
	// faulty are cells, by row number and column, whose fault is reported
	// already and that are read as empty.
	faulty map[[2]int]bool
}

// ReadTable reads CSV in UTF-8, with or without Excel's byte order mark,
// separated by commas, semicolons or tabs, its lines ended as on any system.
// What is wrong is in the findings, all of it, each with its place.
func ReadTable(r io.Reader) (*Table, Findings) {
	var found Findings
	data, err := io.ReadAll(r)
	if err != nil {
		found.errorf(CodeBadCSV, "The file cannot be read: %v.", err)
		return &Table{}, found
	}
	if isUTF16(data) {
		found.errorf(CodeNotUTF8, "The file is in UTF-16. Save it again as CSV UTF-8.")
		return &Table{}, found
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if !bytes.Contains(data, []byte("\n")) { // lines of an old Macintosh
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	return readRows(data, found)
}

// isUTF16 knows the byte order marks, and text without one by its zero bytes.
func isUTF16(data []byte) bool {
	return bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) ||
		bytes.IndexByte(data[:min(len(data), 64)], 0) >= 0
}

// separator guesses from the first line: European Excel writes semicolons.
func separator(data []byte) rune {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	best, most := ',', bytes.Count(line, []byte(","))
	for _, s := range []rune{';', '\t'} {
		if n := bytes.Count(line, []byte(string(s))); n > most {
			best, most = s, n
		}
	}
	return best
}

// readRows reads on after a row that is not CSV, so that every problem of a
// file shows at once. Rows are numbered as a spreadsheet does: empty lines
// count, lines within quotation marks do not.
func readRows(data []byte, found Findings) (*Table, Findings) {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma = separator(data)
	reader.FieldsPerRecord = -1
	table := &Table{faulty: map[[2]int]bool{}}
	for n, line := 1, 1; ; n++ {
		record, err := reader.Read()
		var bad *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			if len(table.Header) == 0 && len(found) == 0 {
				found.errorf(CodeBadCSV, "The file is empty.")
			}
			return table, found
		case errors.As(err, &bad):
			n += bad.StartLine - line
			line = bad.Line + 1
			found.errorf(CodeBadCSV, "This row is not CSV: check its quotation marks.").Row = n
			table.unreadable(n)
			continue
		}
		start, _ := reader.FieldPos(0)
		n += start - line
		last := len(record) - 1
		end, _ := reader.FieldPos(last)
		line = end + strings.Count(record[last], "\n") + 1
		table.add(&found, n, record)
	}
}

// unreadable keeps a header that cannot be read from being taken from the row
// below it.
func (t *Table) unreadable(n int) {
	if len(t.Header) == 0 && n == 1 {
		t.Header = []string{""}
	}
}

func (t *Table) add(found *Findings, n int, record []string) {
	empty := true
	for i, cell := range record {
		empty = empty && strings.TrimSpace(cell) == ""
		t.checkCell(found, n, i, record)
	}
	switch {
	case len(t.Header) == 0:
		for i := range record {
			record[i] = strings.TrimSpace(record[i])
		}
		t.Header = record
		return
	case empty:
		return
	case len(record) > len(t.Header):
		t.checkSurplus(found, n, record)
	}
	for len(record) < len(t.Header) {
		record = append(record, "")
	}
	t.Rows = append(t.Rows, record[:len(t.Header)])
	t.lines = append(t.lines, n)
}

// checkCell empties a cell that cannot be read, and says so.
func (t *Table) checkCell(found *Findings, n, i int, record []string) {
	var f *Finding
	switch cell := record[i]; {
	case len(cell) > maxCell:
		f = found.errorf(CodeCellTooLong, "This cell holds %d bytes; at most %d are read.", len(cell), maxCell)
	case !utf8.ValidString(cell):
		f = found.errorf(CodeNotUTF8, "This cell is not in UTF-8. Save the file again as CSV UTF-8.")
	default:
		return
	}
	record[i] = ""
	t.faulty[[2]int{n, i}] = true
	f.Row, f.Column, f.Cell = n, t.name(i), cellName(n, i)
}

// checkSurplus finds what stands beyond the header's columns: a comma that is
// not within quotation marks moves every cell after it.
func (t *Table) checkSurplus(found *Findings, n int, record []string) {
	for i := len(t.Header); i < len(record); i++ {
		if strings.TrimSpace(record[i]) != "" {
			f := found.errorf(CodeBadCSV, "This row has %d cells but the header has %d. Is a comma not in quotation marks?", len(record), len(t.Header))
			f.Row, f.Cell = n, cellName(n, i)
			return
		}
	}
}

// Line is the number of a row as a spreadsheet counts it: the header is row 1.
func (t *Table) Line(row int) int { return t.lines[row] }

// CellName is the spreadsheet's name of a cell of a row.
func (t *Table) CellName(row, column int) string { return cellName(t.lines[row], column) }

func (t *Table) name(column int) string {
	if column < len(t.Header) {
		return t.Header[column]
	}
	return ""
}

// cellName is the spreadsheet's name of a cell: column 2 of row 7 is "C7".
func cellName(row, column int) string {
	letters := ""
	for c := column + 1; c > 0; c = (c - 1) / 26 {
		letters = string(rune('A'+(c-1)%26)) + letters
	}
	return fmt.Sprintf("%s%d", letters, row)
}

// find returns the one column of that name, without regard to case. It
// reports a missing or repeated column under the given codes.
func (t *Table) find(found *Findings, name string, missing, double Code) int {
	at := -1
	for i, h := range t.Header {
		if fold(h) != fold(name) {
			continue
		}
		if at >= 0 {
			f := found.errorf(double, "There are two columns called %s. Rename one.", name)
			f.Row, f.Column, f.Cell = 1, h, cellName(1, i)
			return at
		}
		at = i
	}
	if at < 0 {
		f := found.errorf(missing, "There is no column called %s.", name)
		f.Row, f.Column = 1, name
	}
	return at
}

func (t *Table) has(name string) bool {
	for _, h := range t.Header {
		if fold(h) == fold(name) {
			return true
		}
	}
	return false
}

// at marks a finding's place in the table.
func (t *Table) at(f *Finding, row, column int) *Finding {
	f.Row, f.Column, f.Cell = t.lines[row], t.name(column), cellName(t.lines[row], column)
	return f
}

// RowNumber is the number that a spreadsheet shows for one of Rows; -1 is the
// header.
func (t *Table) RowNumber(i int) int {
	if i < 0 || i >= len(t.lines) {
		return 1
	}
	return t.lines[i]
}

// reported tells whether a cell's fault is among the findings already.
func (t *Table) reported(row, column int) bool { return t.faulty[[2]int{t.lines[row], column}] }
