package web

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"folkmoot/domain"
)

// Field is a field of a form as its part shows it: with what was typed and
// what is wrong with it.
type Field struct {
	ID, Name, Label, Hint string
	Value                 string
	Error                 string
	Type                  string // of an input: text unless set by .As
	Fill                  string // what a browser may fill in, set by .Filled
	Choices               []Choice
}

// Choice is one answer of radios, checkboxes or a select.
type Choice struct {
	ID, Value, Label string
	Chosen           bool
}

// newField makes the field of a view's form. The value is what was typed, or
// the first of values.
func newField(v View, name, label, hint string, values ...any) Field {
	f := Field{ID: fieldID(name), Name: name, Label: label, Hint: hint, Type: "text"}
	if len(values) > 0 {
		f.Value = fmt.Sprint(values[0])
	}
	if v.Form != nil {
		f.Value = v.Form.Get(name)
	}
	if v.Problem != nil {
		f.Error = v.Problem.Fields[name]
	}
	return f
}

// As gives the field another input type: number, date, time, tel, search.
func (f Field) As(kind string) Field { f.Type = kind; return f }

// Filled says what of a person's own a browser may fill in: name, tel, email.
func (f Field) Filled(with string) Field { f.Fill = with; return f }

// In tells apart fields of one name in several forms of one page.
func (f Field) In(form string) Field {
	f.ID += "-" + idShape.ReplaceAllString(form, "-")
	f.Choices = slices.Clone(f.Choices)
	for i := range f.Choices {
		f.Choices[i].ID = fmt.Sprintf("%s-%d", f.ID, i+1)
	}
	return f
}

// newChoices makes a field of choices; pairs alternate value and label.
func newChoices(v View, name, label, hint string, pairs []string, values ...any) Field {
	f := newField(v, name, label, hint, values...)
	chosen := []string{f.Value}
	if v.Form != nil {
		chosen = v.Form[name]
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Choices = append(f.Choices, Choice{
			ID: fmt.Sprintf("%s-%d", f.ID, i/2+1), Value: pairs[i], Label: pairs[i+1],
			Chosen: slices.Contains(chosen, pairs[i]),
		})
	}
	return f
}

// Fault is a line of the error summary. To is the field's anchor, "" where
// there is none.
type Fault struct{ To, Text string }

// Faults lists what is wrong, fields in order of their names, then what is
// missing and who can supply it.
func (v View) Faults() []Fault {
	if v.Problem == nil {
		return nil
	}
	var out []Fault
	names := make([]string, 0, len(v.Problem.Fields))
	for n := range v.Problem.Fields {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		out = append(out, Fault{"#" + fieldID(n), words(n) + ": " + v.Problem.Fields[n]})
	}
	for _, m := range v.Problem.Missing {
		out = append(out, Fault{v.ownPage(m), m.Need + " (" + who(m) + ")"})
	}
	if len(out) == 0 {
		out = append(out, Fault{"", v.Problem.Msg})
	}
	return out
}

func who(m domain.Missing) string { return words(m.Who) + " can supply it" }

// ownPage is the page on which a missing item is supplied, "" where there is
// none.
func (v View) ownPage(m domain.Missing) string {
	if strings.HasPrefix(m.Where, "#") || strings.HasPrefix(m.Where, "/staff") {
		return m.Where
	}
	if d, ok := v.Data.(interface{ supply(domain.Missing) string }); ok {
		return d.supply(m)
	}
	return staffPage(m.Where)
}

var idShape = regexp.MustCompile(`[^a-zA-Z0-9_-]+`)

// fieldID is the anchor of a field; names may hold what anchors may not.
func fieldID(name string) string { return "f-" + idShape.ReplaceAllString(name, "-") }
