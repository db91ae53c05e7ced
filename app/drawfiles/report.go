package drawfiles

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"sort"

	"folkmoot/app/charts"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/sortition"
)

//go:embed report.html.tmpl
var reportText string

var reportTemplate = template.Must(template.New("report").Parse(reportText))

// smallNumber is the count of pool members below which a number is not shown.
const smallNumber = 5

// mostLevels is how many different chances the report's chart tells apart.
const mostLevels = 40

// page is what the report shows.
type page struct {
	Cert    sortition.Certificate
	Style   template.CSS
	Drawn   bool
	Panels  int
	Change  string
	OneIn   string
	None    int
	Reasons []reason
	Compare template.HTML
	Chances template.HTML
	Ring    template.HTML
}

type reason struct {
	People int
	Bounds []sortition.Bound
}

// Report renders the report of a draw as one HTML page that needs nothing
// else. It names nobody, shows pool counts from 5 up only, and stands beside
// the certificate.
func Report(l *sortition.Lottery) ([]byte, error) {
	c := l.Certificate
	p := page{Cert: c, Style: template.CSS(charts.CSS), Drawn: c.Choice != nil, Panels: len(c.Panels),
		Change: percent(c.Summary.LargestChange), None: len(c.Summary.Uncoverable), Ring: charts.Ring(c.Size)}
	if charts.Number(c.Summary.Minimum) > 0 {
		p.OneIn = charts.OneIn(c.Summary.Minimum)
	}
	p.Compare = compare(l)
	all := make([]string, len(c.Chances))
	for i, one := range c.Chances {
		all[i] = one.Exact
	}
	p.Chances = charts.Chances(charts.Levels(all, mostLevels), c.Size)
	p.Reasons = reasons(l.Replay.Uncoverable)
	var b bytes.Buffer
	if err := reportTemplate.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return b.Bytes(), nil
}

func percent(fraction string) string { return fmt.Sprintf("%.3g\u00a0%%", 100*number(fraction)) }

// compare sets pool and panel beside the targets, small numbers and those
// from which they could be worked out hidden.
func compare(l *sortition.Lottery) template.HTML {
	size, pool := l.Certificate.Size, len(l.Replay.Problem.People)
	out := charts.Comparison{Size: size, Hides: "not shown"}
	for _, row := range recruitment.Suppress(table(l), smallNumber).Rows {
		if len(out.Features) == 0 || out.Features[len(out.Features)-1].Name != row.Feature {
			out.Features = append(out.Features, charts.Feature{Name: row.Feature})
		}
		v := charts.Value{Name: row.Value, Share: -1, Target: true, Min: row.Min, Max: row.Max, Pool: counted(row.Cells[0], pool)}
		if len(row.Cells) > 1 {
			v.Panel = counted(row.Cells[1], size)
		}
		f := &out.Features[len(out.Features)-1]
		f.Values = append(f.Values, v)
	}
	return out.HTML()
}

func counted(c recruitment.Cell, of int) *charts.Count {
	return &charts.Count{N: c.Count, Of: of, Hidden: c.Suppressed}
}

// table counts the pool and, once it is drawn, the panel per target, the
// values of a feature one below the other.
func table(l *sortition.Lottery) recruitment.Table {
	t := recruitment.Table{Stages: []string{"pool"}, Within: []string{""}}
	sits := map[string]bool{}
	if c := l.Certificate.Choice; c != nil {
		t.Stages, t.Within = append(t.Stages, "panel"), append(t.Within, "pool")
		for _, id := range c.Selected {
			sits[id] = true
		}
	}
	t.Totals = []recruitment.Cell{{Count: len(l.Replay.Problem.People)}, {Count: len(sits)}}[:len(t.Stages)]
	at := map[[2]string]int{}
	for _, target := range inFeatures(l.Certificate.Targets) {
		at[[2]string{target.Feature, target.Value}] = len(t.Rows)
		t.Rows = append(t.Rows, recruitment.TableRow{Feature: target.Feature, Value: target.Value, Min: target.Min, Max: target.Max,
			Cells: make([]recruitment.Cell, len(t.Stages))})
	}
	for _, p := range l.Replay.Problem.People {
		for name, v := range p.Values {
			i, ok := at[[2]string{name, v}]
			if !ok {
				continue
			}
			t.Rows[i].Cells[0].Count++
			if sits[p.ID] {
				t.Rows[i].Cells[1].Count++
			}
		}
	}
	return t
}

// inFeatures puts the values of one feature together, in the order given.
func inFeatures(ts []sortition.Target) []sortition.Target {
	first := map[string]int{}
	for i, t := range ts {
		if _, had := first[t.Feature]; !had {
			first[t.Feature] = i
		}
	}
	out := slices.Clone(ts)
	slices.SortStableFunc(out, func(a, b sortition.Target) int { return first[a.Feature] - first[b.Feature] })
	return out
}

func reasons(list []sortition.Uncovered) []reason {
	at := map[string]int{}
	var out []reason
	for _, u := range list {
		k := fmt.Sprint(u.Excluding)
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, reason{Bounds: u.Excluding})
		}
		out[i].People += len(u.IDs)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].People > out[j].People })
	return out
}
