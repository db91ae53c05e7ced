package charts

import (
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CSS dresses the charts; a page gives the colours as custom properties:
// --fm-oak, --fm-paper, --fm-line, --fm-moss and --govuk-text-colour.
//
//go:embed charts.css
var CSS string

// Ring is the panel as a ring of seats. The same number of seats is always
// the same picture: nobody can be told from it.
func Ring(seats int) template.HTML {
	if seats < 1 || seats > 400 {
		return ""
	}
	const middle, radius = 110.0, 90.0
	size := min(12, math.Pi*radius/float64(seats)*0.8)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="fm-ring" viewBox="0 0 220 220" role="img" aria-label="%d seats" focusable="false">`, seats)
	for i := range seats {
		angle := 2*math.Pi*float64(i)/float64(seats) - math.Pi/2
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="%.1f"/>`, middle+radius*math.Cos(angle), middle+radius*math.Sin(angle), size)
	}
	fmt.Fprintf(&b, `<text x="110" y="128" text-anchor="middle">%d</text></svg>`, seats)
	return template.HTML(b.String()) // numbers of ours alone
}

// first makes the first letter large, and words of a name of the code.
func first(s string) string {
	s = strings.ReplaceAll(s, "_", " ")
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
