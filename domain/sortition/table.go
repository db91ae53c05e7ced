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
}

// ReadTable reads CSV in UTF-8, with or without Excel's byte order mark,
// separated by commas, semicolons or tabs. What is wrong is in the findings.
func ReadTable(r io.Reader) (*Table, Findings) {
	var found Findings
	data, err := io.ReadAll(r)
	if err != nil {
		found.errorf(CodeBadCSV, "The file cannot be read: %v.", err)
		return &Table{}, found
	}
	if bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
		found.errorf(CodeNotUTF8, "The file is in UTF-16. Save it again as CSV UTF-8.")
		return &Table{}, found
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if !utf8.Valid(data) {
		f := found.errorf(CodeNotUTF8, "The file is not in UTF-8. Save it again as CSV UTF-8.")
		f.Row = firstBadLine(data)
		return &Table{}, found
	}
	return readRows(data, found)
}

func firstBadLine(data []byte) int {
	for n, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) {
			return n + 1
		}
	}
	return 0
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

func readRows(data []byte, found Findings) (*Table, Findings) {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma = separator(data)
	reader.FieldsPerRecord = -1
	table := &Table{}
	for n := 1; ; n++ {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var bad *csv.ParseError
			f := found.errorf(CodeBadCSV, "This row is not CSV: check its quotation marks.")
			if f.Row = n; errors.As(err, &bad) {
				f.Row = bad.StartLine
			}
			break
		}
		table.add(&found, n, record)
	}
	if len(table.Header) == 0 && len(found) == 0 {
		found.errorf(CodeBadCSV, "The file is empty.")
	}
	return table, found
}

func (t *Table) add(found *Findings, n int, record []string) {
	if len(t.Header) == 0 {
		for i := range record {
			record[i] = strings.TrimSpace(record[i])
		}
		t.Header = record
		return
	}
	empty := true
	for i, cell := range record {
		empty = empty && strings.TrimSpace(cell) == ""
		if len(cell) > maxCell {
			record[i] = ""
			f := found.errorf(CodeCellTooLong, "This cell holds %d bytes; at most %d are read.", len(cell), maxCell)
			f.Row, f.Column, f.Cell = n, t.name(i), cellName(n, i)
		}
	}
	if empty {
		return
	}
	for len(record) < len(t.Header) {
		record = append(record, "")
	}
	t.Rows = append(t.Rows, record[:len(t.Header)])
	t.lines = append(t.lines, n)
}

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
		found.errorf(missing, "There is no column called %s.", name).Column = name
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
