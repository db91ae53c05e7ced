package drawfiles

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"math/big"
	"sort"

	"folkmoot/domain/sortition"
)

//go:embed report.html.tmpl
var reportText string

var reportTemplate = template.Must(template.New("report").Parse(reportText))

// smallNumber is the count of pool members below which a number is not shown.
const smallNumber = 5

// Geometry of the charts, in SVG units.
const (
	barWidth  = 320.0
	stepWidth = 640.0
	stepTall  = 160.0
	ringR     = 88.0
)

// page is what the report shows.
type page struct {
	Cert     sortition.Certificate
	Drawn    bool
	Panels   int
	Minimum  string
	Maximum  string
	Change   string
	OneIn    string
	None     int
	Reasons  []reason
	Features []feature
	Seats    []seat
	Steps    []step
	Levels   []level
	SumWidth float64
}

type seat struct{ X, Y, R float64 }

// feature is one feature with its values; value holds a chart row.
type feature struct {
	Name   string
	Values []value
}

type value struct {
	Name                   string
	Min, Max, Panel        int
	Pool                   string // count, or "under 5"
	Share                  string // of the pool, or ""
	BandX, BandWidth       float64
	BarWidth, ExpectedX    float64
	HasPool, Met, HasPanel bool
}

// step is one block of the chart of chances: people of one chance.
type step struct {
	X, Y, Width, Height float64
	Title               string
}

type level struct {
	Chance, Percent string
	People          int
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
	p := page{Cert: c, Drawn: c.Choice != nil, Panels: len(c.Panels),
		Minimum: percent(c.Summary.Minimum), Maximum: percent(c.Summary.Maximum), Change: percent(c.Summary.LargestChange),
		None: len(c.Summary.Uncoverable), Seats: ring(c.Size), SumWidth: barWidth}
	if v, ok := new(big.Rat).SetString(c.Summary.Minimum); ok && v.Sign() > 0 {
		f, _ := new(big.Rat).Inv(v).Float64()
		p.OneIn = fmt.Sprintf("%.4g", f)
	}
	p.Features = features(l)
	p.Levels, p.Steps = levels(c.Chances)
	p.Reasons = reasons(l.Replay.Uncoverable)
	var b bytes.Buffer
	if err := reportTemplate.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return b.Bytes(), nil
}

func percent(fraction string) string { return fmt.Sprintf("%.3g\u00a0%%", 100*number(fraction)) }

// ring places one mark per seat on a circle.
func ring(size int) []seat {
	out := make([]seat, size)
	r := math.Min(9, math.Pi*ringR/float64(size)*0.8)
	for i := range out {
		a := 2*math.Pi*float64(i)/float64(size) - math.Pi/2
		out[i] = seat{100 + ringR*math.Cos(a), 100 + ringR*math.Sin(a), r}
	}
	return out
}

func features(l *sortition.Lottery) []feature {
	pool, panel := counts(l)
	top := map[string]float64{} // one scale per feature
	for _, t := range l.Certificate.Targets {
		expected := float64(pool[key(t)]*l.Certificate.Size) / float64(max(1, l.Certificate.PoolSize))
		top[t.Feature] = math.Max(top[t.Feature], math.Max(expected, float64(max(t.Max, panel[key(t)])))+0.5)
	}
	var out []feature
	for _, t := range l.Certificate.Targets {
		if len(out) == 0 || out[len(out)-1].Name != t.Feature {
			out = append(out, feature{Name: t.Feature})
		}
		f := &out[len(out)-1]
		f.Values = append(f.Values, row(l, t, [2]int{pool[key(t)], panel[key(t)]}, top[t.Feature]))
	}
	for i := range out {
		suppress(out[i].Values)
	}
	return out
}

func key(t sortition.Target) [2]string { return [2]string{t.Feature, t.Value} }

// counts counts the pool and the selected panel per target.
func counts(l *sortition.Lottery) (map[[2]string]int, map[[2]string]int) {
	pool, panel := map[[2]string]int{}, map[[2]string]int{}
	sits := map[string]bool{}
	if l.Certificate.Choice != nil {
		for _, id := range l.Certificate.Choice.Selected {
			sits[id] = true
		}
	}
	for _, p := range l.Replay.Problem.People {
		for name, v := range p.Values {
			pool[[2]string{name, v}]++
			if sits[p.ID] {
				panel[[2]string{name, v}]++
			}
		}
	}
	return pool, panel
}

func row(l *sortition.Lottery, t sortition.Target, count [2]int, top float64) value {
	pool, panel, size := count[0], count[1], float64(l.Certificate.Size)
	x := func(n float64) float64 { return barWidth * math.Min(n, top) / top }
	share := float64(pool) / float64(max(1, l.Certificate.PoolSize))
	v := value{Name: t.Value, Min: t.Min, Max: t.Max, Panel: panel, HasPanel: l.Certificate.Choice != nil,
		Pool: fmt.Sprint(pool), Share: fmt.Sprintf("%.0f\u00a0%%", 100*share), HasPool: true,
		BandX: x(float64(t.Min)), BarWidth: x(float64(panel)), ExpectedX: x(share * size),
		Met: panel >= t.Min && panel <= t.Max}
	v.BandWidth = math.Max(3, x(float64(t.Max))-v.BandX)
	return v
}

// suppress hides pool counts under 5, and a second one where a single hidden
// count could be worked out from the total.
func suppress(values []value) {
	hidden, least, at := 0, math.MaxInt, -1
	for i, v := range values {
		var n int
		_, _ = fmt.Sscan(v.Pool, &n)
		switch {
		case n > 0 && n < smallNumber:
			hide(&values[i], "under 5")
			hidden++
		case n >= smallNumber && n < least:
			least, at = n, i
		}
	}
	if hidden == 1 && at >= 0 {
		hide(&values[at], "not shown")
	}
}

func hide(v *value, text string) {
	v.Pool, v.Share, v.HasPool = text, "", false
}

// levels groups people by their exact chance, lowest first.
func levels(chances []sortition.Chance) ([]level, []step) {
	people := map[string]int{}
	for _, c := range chances {
		people[c.Exact]++
	}
	keys := make([]string, 0, len(people))
	for k := range people {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, b := number(keys[i]), number(keys[j])
		if a != b {
			return a < b
		}
		return keys[i] < keys[j]
	})
	var out []level
	var steps []step
	top := math.Max(1e-9, number(keys[len(keys)-1]))
	at := 0.0
	for _, k := range keys {
		n := people[k]
		width := stepWidth * float64(n) / float64(len(chances))
		tall := stepTall * number(k) / top
		title := fmt.Sprintf("%d people: %s", n, percent(k))
		out = append(out, level{k, percent(k), n})
		steps = append(steps, step{at, stepTall - tall, width, math.Max(tall, 1), title})
		at += width
	}
	return out, steps
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
