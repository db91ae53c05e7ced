package charts

import (
	"fmt"
	"html/template"
	"math"
	"math/big"
	"slices"
)

// Level is how many people have one chance. From and To are exact fractions
// such as "1/11"; they differ only where near chances were put together.
type Level struct {
	From   string `json:"from"`
	To     string `json:"to"`
	People int    `json:"people"`
}

// Levels counts people by their exact chance, the smallest first. Beyond most
// different chances, near ones are put together so that each part holds about
// as many people; the least and the greatest are kept exact.
func Levels(chances []string, most int) []Level {
	people := map[string]int{}
	value := map[string]*big.Rat{}
	for _, c := range chances {
		r, ok := new(big.Rat).SetString(c)
		if !ok {
			continue
		}
		people[r.RatString()]++
		value[r.RatString()] = r
	}
	keys := make([]string, 0, len(people))
	for k := range people {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return value[a].Cmp(value[b]) })
	out := make([]Level, len(keys))
	for i, k := range keys {
		out[i] = Level{From: k, To: k, People: people[k]}
	}
	return together(out, most, len(chances))
}

func together(all []Level, most, people int) []Level {
	if len(all) <= most || most < 3 {
		return all
	}
	last := all[len(all)-1]
	out := []Level{all[0]}
	each := float64(people-all[0].People-last.People) / float64(most-2)
	var open *Level
	for _, l := range all[1 : len(all)-1] {
		if open == nil {
			out = append(out, l)
			open = &out[len(out)-1]
		} else {
			open.To = l.To
			open.People += l.People
		}
		if float64(open.People) >= each && len(out) < most-1 {
			open = nil
		}
	}
	return append(out, last)
}

type step struct{ X, Y, Width, Height float64 }

type shownLevel struct {
	Chance, OneIn, People, Percent string
}

type shownChances struct {
	Label, Least, LeastOneIn, Most, MostOneIn string
	Same                                      bool
	Steps                                     []step
	Equal                                     float64 // height of the line where all would be alike
	EqualText                                 string
	Levels                                    []shownLevel
	None                                      int
}

// Geometry of the steps, in SVG units.
const (
	stepsWide = 640.0
	stepsTall = 160.0
)

var chancesTemplate = template.Must(template.New("chances").Parse(`<div class="fm-chart fm-chances">
<dl class="fm-chances__ends"><div><dt>Least chance</dt><dd><strong>{{.Least}}</strong>, {{.LeastOneIn}}</dd></div><div><dt>Greatest chance</dt><dd><strong>{{.Most}}</strong>, {{.MostOneIn}}</dd></div><div><dt>If nothing were asked for</dt><dd><strong>{{.EqualText}}</strong></dd></div></dl>
<svg class="fm-levels" viewBox="0 0 640 164" preserveAspectRatio="none" role="img" aria-label="{{.Label}}" focusable="false">{{range .Steps}}<rect class="fm-levels__block" x="{{printf "%.2f" .X}}" y="{{printf "%.2f" .Y}}" width="{{printf "%.2f" .Width}}" height="{{printf "%.2f" .Height}}"/>{{end}}<line class="fm-levels__ground" x1="0" x2="640" y1="162" y2="162"/><line class="fm-levels__equal" x1="0" x2="640" y1="{{printf "%.2f" .Equal}}" y2="{{printf "%.2f" .Equal}}"/></svg>
<p class="fm-chart__source">Each block is people with the same chance: the wider, the more people; the taller, the greater their chance. The broken line is the chance everybody would have if no targets were set.</p>
<details class="govuk-details"><summary class="govuk-details__summary"><span class="govuk-details__summary-text">Everyone’s chance as a table</span></summary><div class="govuk-details__text"><table class="govuk-table"><thead class="govuk-table__head"><tr><th class="govuk-table__header" scope="col">Chance</th><th class="govuk-table__header" scope="col">About</th><th class="govuk-table__header govuk-table__header--numeric" scope="col">People</th></tr></thead><tbody class="govuk-table__body">
{{range .Levels}}<tr class="govuk-table__row"><th class="govuk-table__header" scope="row">{{.Chance}}</th><td class="govuk-table__cell">{{.OneIn}}</td><td class="govuk-table__cell govuk-table__cell--numeric">{{.People}}</td></tr>
{{end}}</tbody></table></div></details></div>`))

// Chances draws how the chances of a pool are spread, against the chance that
// everybody would have were nothing asked for: size seats of all people.
// People with no chance at all are levels too, and said first.
func Chances(levels []Level, size int) template.HTML {
	people := 0
	for _, l := range levels {
		people += l.People
	}
	if people == 0 {
		return ""
	}
	return render(chancesTemplate, chancesOf(levels, size, people))
}

func chancesOf(levels []Level, size, people int) shownChances {
	least := levels[0]
	out := shownChances{}
	if Number(least.To) == 0 && len(levels) > 1 { // those whom no panel can hold
		out.None, least = least.People, levels[1]
	}
	most := levels[len(levels)-1]
	equal := float64(size) / float64(people)
	top := math.Max(1e-9, math.Max(Number(most.To), equal))
	out.Least, out.LeastOneIn, out.Most, out.MostOneIn = least.From, OneIn(least.From), most.To, OneIn(most.To)
	out.Equal, out.EqualText = 1+stepsTall*(1-equal/top), fmt.Sprintf("%d of %d", size, people)
	at := 0.0
	for _, l := range levels {
		width := stepsWide * float64(l.People) / float64(people)
		tall := math.Max(1, stepsTall*(Number(l.From)+Number(l.To))/2/top)
		out.Steps = append(out.Steps, step{at, 1 + stepsTall - tall, width, tall})
		at += width
		out.Levels = append(out.Levels, shown(l))
	}
	out.Label = fmt.Sprintf("The chances of %d people, from %s to %s.", people, out.Least, out.Most)
	if out.None > 0 {
		out.Label += fmt.Sprintf(" %d of them have none.", out.None)
	}
	return out
}

func shown(l Level) shownLevel {
	s := shownLevel{Chance: l.From, OneIn: OneIn(l.From), People: fmt.Sprint(l.People)}
	if l.To != l.From {
		s.Chance, s.OneIn = l.From+" to "+l.To, OneIn(l.From)+" to "+OneIn(l.To)
	}
	return s
}

// Number is a fraction as a number; 0 when it is none.
func Number(fraction string) float64 {
	r, ok := new(big.Rat).SetString(fraction)
	if !ok {
		return 0
	}
	f, _ := r.Float64()
	return f
}

// OneIn writes a chance such as 91/1000 as people say it: 1 in 11.
func OneIn(fraction string) string {
	p := Number(fraction)
	if p <= 0 {
		if fraction == "0" {
			return "no chance"
		}
		return fraction
	}
	n := 1 / p
	if n < 10 && math.Abs(n-math.Round(n)) > 0.05 {
		return fmt.Sprintf("1 in %.1f", n)
	}
	return fmt.Sprintf("1 in %.0f", n)
}
