package recruitment

import (
	"slices"
	"strings"

	"folkmoot/domain"
)

// Columns says which column of a file holds what. A value is a header, or
// several joined by "+", which are put together with a space.
type Columns struct {
	Ref      string `json:"ref,omitempty" yaml:"ref"` // the file's own id of a row; without it the row number counts
	Name     string `json:"name,omitempty" yaml:"name"`
	Number   string `json:"number,omitempty" yaml:"number"` // phone number
	Email    string `json:"email,omitempty" yaml:"email"`
	Address  string `json:"address,omitempty" yaml:"address"`
	Postcode string `json:"postcode,omitempty" yaml:"postcode"`
	Area     string `json:"area,omitempty" yaml:"area"`               // what the invitee draw is stratified by
	Quintile string `json:"deprivation,omitempty" yaml:"deprivation"` // divides each area further
	Language string `json:"language,omitempty" yaml:"language"`
	Format   string `json:"format,omitempty" yaml:"format"`
	// Answers maps a feature or a question to its column.
	Answers map[string]string `json:"answers,omitempty" yaml:"answers"`
}

// parts splits a column expression into headers.
func parts(expr string) []string {
	var out []string
	for p := range strings.SplitSeq(expr, "+") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// headers lists every header that must be in the file.
func (c Columns) headers() []string {
	var out []string
	for _, expr := range []string{c.Ref, c.Name, c.Number, c.Email, c.Address, c.Postcode, c.Area, c.Quintile, c.Language, c.Format} {
		out = append(out, parts(expr)...)
	}
	for _, key := range sortedKeys(c.Answers) {
		out = append(out, parts(c.Answers[key])...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// first is the first header of an expression: where a problem is shown.
func first(expr string) string {
	if ps := parts(expr); len(ps) > 0 {
		return ps[0]
	}
	return expr
}

// read puts the cells of an expression together.
func (r row) read(expr string) string {
	if !strings.Contains(expr, "+") {
		return r.get(strings.TrimSpace(expr))
	}
	var got []string
	for _, p := range parts(expr) {
		if v := r.get(p); v != "" {
			got = append(got, v)
		}
	}
	return strings.Join(got, " ")
}

// check names what a map of columns lacks.
func (c Columns) check(p domain.Problems) {
	for _, key := range sortedKeys(c.Answers) {
		p.Need(strings.TrimSpace(key) != "", "columns.answers", "an answer has no name")
		p.Need(len(parts(c.Answers[key])) > 0, "columns.answers."+key, "say which column holds it")
	}
	p.Need(len(c.Answers) <= 60, "columns.answers", "at most 60 answers can be read from a file")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
