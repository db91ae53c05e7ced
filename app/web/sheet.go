package web

import (
	"fmt"
	"slices"
	"strings"
)

// sheet is a staff page about one thing, or a list of them: what is due first,
// then facts, parts and forms. One template shows them all.
type sheet struct {
	desk
	Title string
	Here  string // which page of the jury's work
	Back  link
	Todo  todo
	Facts []fact
	Parts []sheetPart
	Forms []form
	Alone bool // no pages of the jury's work above it
}

// HeadOf is the head of the sheet's page.
func (s sheet) HeadOf() sitHead {
	h := s.Head(s.Title, s.Here)
	if s.Alone {
		h.Tabs, h.Sub = s.Nav(s.Here), nil
	}
	return h
}

// link is where a reader can go.
type link struct{ URL, Label string }

// fact is a name and what is known under it.
type fact struct {
	Name, Text string
	Status     Status
	Lines      []string
}

// sheetPart is a heading with what stands, rows and forms beneath.
type sheetPart struct {
	ID, Heading, Text string
	Empty             string // said where there is no row
	Facts             []fact
	Rows              []sheetRow
	Forms             []form // without a heading, or folded
	Lacking           bool   // something of it is owed: its first form may stand open
}

// sheetRow is a line of a list.
type sheetRow struct {
	URL, Title, Text, Quiet string
	Status                  Status
	Forms                   []form
}

// form is something the reader can do. Folded ones open by a press, and by
// themselves where what was typed has to be mended.
type form struct {
	Action, Heading, Intro, Button string
	Secondary, Warning, Folded     bool
	Version                        int64 // the revision that the page shows; nought: not asked
	Hidden                         []fact
	Fields                         []formField
	Number                         int // tells its fields from another form's
}

// formField is a field of a form: As is input (the default), textarea,
// select, radios, checkboxes or tick; heading parts a long form.
type formField struct {
	As, Name, Label, Hint, Type string
	Value                       string
	Values                      []string // chosen checkboxes
	Choices                     []string // value and label in turn
}

// boundForm is a form on a page that may be shown again.
type boundForm struct {
	form
	View
}

// bindForm joins a form and its page.
func bindForm(v View, f form) boundForm { return boundForm{f, v} }

// Asked reports whether this is the form whose errors the page shows.
func (b boundForm) Asked() bool { return b.Problem != nil && b.Path == b.Action }

// Bind makes a field with what was typed in this form, and no other.
func (b boundForm) Bind(f formField) Field {
	v := b.View
	if !b.Asked() {
		v.Form, v.Problem = nil, nil
	}
	out := newChoices(v, f.Name, f.Label, f.Hint, f.Choices, f.Value)
	if v.Form == nil && f.Values != nil {
		for i := range out.Choices {
			out.Choices[i].Chosen = slices.Contains(f.Values, out.Choices[i].Value)
		}
	}
	if f.Type != "" {
		out = out.As(f.Type)
	}
	if !b.Asked() {
		out.ID = fmt.Sprintf("g%d-%s", b.Number, strings.TrimPrefix(out.ID, "f-"))
		for i := range out.Choices {
			out.Choices[i].ID = fmt.Sprintf("%s-%d", out.ID, i+1)
		}
	}
	return out
}

// numbered tells the forms of a sheet apart.
func (s sheet) numbered() sheet {
	n := 0
	for i := range s.Forms {
		n++
		s.Forms[i].Number = n
	}
	for i := range s.Parts {
		if s.Parts[i].ID == "" {
			s.Parts[i].ID = fmt.Sprintf("part-%d", i+1)
		}
		for j := range s.Parts[i].Forms {
			n++
			s.Parts[i].Forms[j].Number = n
		}
		for j := range s.Parts[i].Rows {
			for k := range s.Parts[i].Rows[j].Forms {
				n++
				s.Parts[i].Rows[j].Forms[k].Number = n
			}
		}
	}
	return s
}

// page shows the sheet.
func (s sheet) page() Reply { return Show("staff/sheet", s.Title+": "+s.P.Name, s.numbered()) }

func input(name, label, hint, value string) formField {
	return formField{Name: name, Label: label, Hint: hint, Value: value}
}

func heading(label string) formField { return formField{As: "heading", Label: label} }

func area(name, label, hint, value string) formField {
	return formField{As: "textarea", Name: name, Label: label, Hint: hint, Value: value}
}

func radios(name, label, hint, value string, choices ...string) formField {
	return formField{As: "radios", Name: name, Label: label, Hint: hint, Value: value, Choices: choices}
}

func selects(name, label, hint, value string, choices ...string) formField {
	return formField{As: "select", Name: name, Label: label, Hint: hint, Value: value, Choices: choices}
}

func boxes(name, label, hint string, chosen []string, choices ...string) formField {
	return formField{As: "checkboxes", Name: name, Label: label, Hint: hint, Values: chosen, Choices: choices}
}

// typedAs gives a field an input type.
func (f formField) typedAs(kind string) formField { f.Type = kind; return f }

// handsFields ask for a show of hands.
func handsFields(name, what string) []formField {
	return []formField{
		input(name+"_for", "Hands for "+what, "", "").typedAs("number"),
		input(name+"_against", "Hands against", "", "").typedAs("number"),
		input(name+"_present", "Members in the room", "", "").typedAs("number"),
	}
}

// handsField names what is wrong with a show of hands: the service says hands
// or agreed, the form asks for three numbers.
func handsField(name string) func(string) string {
	return func(field string) string {
		if field == name {
			return name + "_present"
		}
		return strings.ReplaceAll(field, ".", "_")
	}
}
