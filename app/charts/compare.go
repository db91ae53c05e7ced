package charts

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// Count is how many people of a group have a value. A hidden count is not
// shown, and neither is its bar.
type Count struct {
	N, Of  int
	Hidden bool
}

// Value is one value of a feature: what the population is like, who came into
// the pool, who sits on the panel, and what was asked for.
type Value struct {
	Name string
	// Share of the population in percent; below 0 nobody said.
	Share       float64
	Pool, Panel *Count // nil: there is none to show yet
	// Target is false for a value nobody asked for, such as "rather not say".
	Target   bool
	Min, Max int // of the panel
}

// Feature is one feature with its values in their order.
type Feature struct {
	Name   string
	Source string // where the population's shares come from
	Values []Value
}

// Comparison is the chart of all features.
type Comparison struct {
	Size     int    // seats of the panel
	Hides    string // what stands for a hidden count: "under 5"
	Features []Feature
}

// bar is one drawn line of a value.
type bar struct {
	Kind, Label, Text string
	Width             float64 // 0 to 100
	Drawn             bool
	From, To          float64 // the target's bracket
	Bracket           bool
}

type shownValue struct {
	Name, Asked, Verdict string
	Missed               bool
	Bars                 []bar
}

type shownFeature struct {
	Name, Source string
	Values       []shownValue
}

var compareTemplate = template.Must(template.New("compare").Parse(`<div class="fm-charts">{{range .}}<div class="fm-chart">
<h3 class="fm-chart__title govuk-heading-m">{{.Name}}</h3>
<ul class="fm-chart__values">{{range .Values}}<li class="fm-chart__value"><p class="fm-chart__head"><strong>{{.Name}}</strong>{{with .Asked}} <span class="fm-chart__asked">{{.}}</span>{{end}}{{with .Verdict}} <span class="fm-chart__verdict">{{.}}</span>{{end}}</p>
{{range .Bars}}<p class="fm-bar fm-bar--{{.Kind}}"><span class="fm-bar__label">{{.Label}}</span><svg class="fm-bar__line" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true" focusable="false"><line class="fm-bar__ground" x1="0" x2="100" y1="13" y2="13"/>{{if .Drawn}}<rect class="fm-bar__mark" x="0" y="3" width="{{printf "%.2f" .Width}}" height="8"/>{{end}}{{if .Bracket}}<path class="fm-bar__target" d="M{{printf "%.2f" .From}} 0V14M{{printf "%.2f" .To}} 0V14M{{printf "%.2f" .From}} 1H{{printf "%.2f" .To}}"/>{{end}}</svg><span class="fm-bar__text">{{.Text}}</span></p>
{{end}}</li>{{end}}</ul>{{with .Source}}<p class="fm-chart__source">Area: {{.}}</p>{{end}}</div>
{{end}}</div>`))

// HTML draws the comparison. All bars of a feature share one scale.
func (c Comparison) HTML() template.HTML {
	out := make([]shownFeature, 0, len(c.Features))
	for _, f := range c.Features {
		out = append(out, c.feature(f))
	}
	return render(compareTemplate, out)
}

func (c Comparison) feature(f Feature) shownFeature {
	out := shownFeature{Name: first(f.Name), Source: f.Source}
	top := 1.0
	for _, v := range f.Values {
		top = max(top, v.Share, v.Pool.percent(), v.Panel.percent(), c.seats(v.Min))
	}
	for _, v := range f.Values { // a wide target does not press the bars flat
		if v.Target {
			top = max(top, min(c.seats(v.Max), 1.6*top))
		}
	}
	for _, v := range f.Values {
		out.Values = append(out.Values, c.value(v, top))
	}
	return out
}

// seats is a number of seats as a percentage of the panel.
func (c Comparison) seats(n int) float64 { return 100 * float64(n) / float64(max(1, c.Size)) }

func (c Comparison) value(v Value, top float64) shownValue {
	out := shownValue{Name: first(v.Name)}
	if v.Target {
		out.Asked = "asked for: " + Range(v.Min, v.Max)
	}
	if v.Share >= 0 {
		out.Bars = append(out.Bars, bar{Kind: "area", Label: "Area", Text: Percent(v.Share), Width: 100 * v.Share / top, Drawn: true})
	}
	if v.Pool != nil {
		out.Bars = append(out.Bars, c.bar("pool", "Pool", *v.Pool, top))
	}
	if v.Panel != nil || v.Target {
		b := bar{Kind: "panel", Label: "Asked", Text: Range(v.Min, v.Max)}
		if v.Panel != nil {
			b = c.bar("panel", "Picked", *v.Panel, top)
			out.Verdict, out.Missed = verdict(v)
		}
		if v.Target {
			b.Bracket, b.From, b.To = true, 100*c.seats(v.Min)/top, 100*math.Min(c.seats(v.Max), top)/top
			b.From, b.To = math.Min(b.From, 99), math.Max(math.Min(b.To, 100), math.Min(b.From, 99)+1)
		}
		out.Bars = append(out.Bars, b)
	}
	return out
}

// bar writes a count with its share, or that it is not shown.
func (c Comparison) bar(kind, label string, n Count, top float64) bar {
	if n.Hidden {
		return bar{Kind: kind, Label: label, Text: c.Hides}
	}
	b := bar{Kind: kind, Label: label, Text: fmt.Sprint(n.N), Width: 100 * n.percent() / top, Drawn: n.N > 0}
	if n.Of > 0 {
		b.Text += " (" + Percent(n.percent()) + ")"
	}
	return b
}

// percent of a count that is shown; 0 otherwise.
func (n *Count) percent() float64 {
	if n == nil || n.Hidden || n.Of <= 0 {
		return 0
	}
	return 100 * float64(n.N) / float64(n.Of)
}

// verdict says in words how a panel's count lies to its target.
func verdict(v Value) (string, bool) {
	switch {
	case !v.Target || v.Panel.Hidden:
		return "", false
	case v.Panel.N < v.Min:
		return fmt.Sprintf("%d too few", v.Min-v.Panel.N), true
	case v.Panel.N > v.Max:
		return fmt.Sprintf("%d too many", v.Panel.N-v.Max), true
	}
	return "met", false
}

// Range writes a target: "6", "4 to 8".
func Range(low, high int) string {
	if low == high {
		return fmt.Sprint(low)
	}
	return fmt.Sprintf("%d to %d", low, high)
}

// Percent writes a percentage of people: whole, and never as nought for some.
func Percent(p float64) string {
	if p > 0 && p < 1 {
		return "under 1%"
	}
	return fmt.Sprintf("%.0f%%", p)
}

func render(t *template.Template, data any) template.HTML {
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil { // strings and numbers alone: it cannot fail
		panic("charts: " + err.Error())
	}
	return template.HTML(b.String()) // escaped by the template
}
