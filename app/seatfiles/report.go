package seatfiles

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"

	"folkmoot/domain/seating"
)

//go:embed report.html.tmpl
var reportText string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{"inc": func(i int) int { return i + 1 }}).Parse(reportText))

// ReportOptions say how a plan is shown.
type ReportOptions struct {
	Title string
	Names map[string]string // id -> text to show
	Cards bool              // name cards by table
}

// reportPage is what the report shows.
type reportPage struct {
	Title    string
	Measures seating.Measures
	Words    []string
	Rounds   []reportRound
	People   []reportPerson
	ByTable  []reportPerson // for cards: by their first table
	Export   *seating.Export
}

// cards puts people in the order of their first table, so that cards are laid
// out as they come off the printer.
func (p *reportPage) cards() {
	if len(p.Rounds) == 0 {
		return
	}
	slices.SortStableFunc(p.ByTable, func(a, b reportPerson) int { return a.At[0] - b.At[0] })
}

type reportRound struct {
	Number int
	Tables []reportTable
	Away   int
	Held   bool
}

type reportTable struct {
	Number int
	People []string
}

type reportPerson struct {
	Name string
	At   []int // table by round, 0 away
}

// Report renders a plan as one HTML page that needs nothing else: the tables
// round by round to hang at the door, everyone's own row, and name cards.
func Report(e *seating.Export, o ReportOptions) ([]byte, error) {
	p := reportPage{Title: o.Title, Measures: e.Measures, Words: seating.Words(e.Request, e.Measures), Export: e}
	name := func(id string) string {
		if n := o.Names[id]; n != "" {
			return n
		}
		return id
	}
	at := make([]map[string]int, len(e.Rounds))
	for i, tables := range e.Rounds {
		r := reportRound{Number: i + 1, Held: i < len(e.Request.Past), Away: len(e.Request.People)}
		at[i] = map[string]int{}
		for t, people := range tables {
			one := reportTable{Number: t + 1}
			for _, id := range people {
				one.People = append(one.People, name(id))
				at[i][id] = t + 1
			}
			r.Away -= len(people)
			r.Tables = append(r.Tables, one)
		}
		p.Rounds = append(p.Rounds, r)
	}
	for _, person := range e.Request.People {
		row := reportPerson{Name: name(person.ID)}
		for i := range at {
			row.At = append(row.At, at[i][person.ID])
		}
		p.People = append(p.People, row)
	}
	if o.Cards {
		p.ByTable = slices.Clone(p.People)
		p.cards()
	}
	var b bytes.Buffer
	if err := reportTemplate.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return b.Bytes(), nil
}
