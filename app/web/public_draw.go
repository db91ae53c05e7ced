package web

import (
	"context"
	"fmt"
	"html/template"
	"math"
	"net/url"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

// compared is one value of a feature: what was asked for beside what came.
type compared struct {
	Value    string
	Share    string // of the population, "" where nobody said
	Min, Max int
	Pool     recruitment.Cell
	PoolPart string // share of the pool
	Picked   recruitment.Cell
	Marks    []seatMark
}

// seatMark is one seat of a row: taken, empty (below the target), or over.
type seatMark string

type feature struct {
	Name   string
	Source string
	Rows   []compared
}

type drawPage struct {
	story
	Draws    []drawShown
	Features []feature
	Picked   string // what the column of those picked is called
	Ring     template.HTML
	Seats    int
}

// drawShown is a draw with its steps in words.
type drawShown struct {
	recruitment.DrawView
	Seed      string
	Witnesses []string
	Beacon    uint64
	Least     string // chances, in words
	Most      string
}

// publicDraw is the page by which anybody can check the draw.
func (s Services) publicDraw(ctx context.Context, r *Request) (Reply, error) {
	st, err := s.tell(ctx, r.Param("code"))
	if err != nil {
		return Reply{}, err
	}
	if len(st.Draws) == 0 {
		return Show("public/draw", "The draw", drawPage{story: st}), nil
	}
	page := drawPage{story: st, Picked: "Picked"}
	for _, d := range st.Draws {
		page.Draws = append(page.Draws, shownDraw(d))
	}
	page.Features = featuresOf(st.Table.Table)
	last := st.Draws[len(st.Draws)-1]
	if last.State == recruitment.DrawConcluded {
		page.Seats, page.Ring = last.Size, ring(last.Size)
	}
	return Show("public/draw", "The draw: "+st.P.Name, page).KeptFor(shortly), nil
}

func shownDraw(d recruitment.DrawView) drawShown {
	out := drawShown{DrawView: d}
	if d.Seed != nil {
		out.Seed, out.Witnesses = d.Seed.Value, d.Seed.Witnesses
		if d.Seed.Beacon != nil {
			out.Beacon = d.Seed.Beacon.Round
		}
	}
	if d.State == recruitment.DrawConcluded {
		out.Least, out.Most = oneIn(d.Summary.LotteryMinimum), oneIn(d.Summary.LotteryMaximum)
	}
	return out
}

// oneIn writes a chance such as 91/1000 as people say it: 1 in 11.
func oneIn(fraction string) string {
	var a, b float64
	if _, err := fmt.Sscanf(fraction, "%g/%g", &a, &b); err != nil || a <= 0 {
		return fraction
	}
	n := b / a
	if n < 10 && math.Abs(n-math.Round(n)) > 0.05 {
		return fmt.Sprintf("1 in %.1f", n)
	}
	return fmt.Sprintf("1 in %.0f", n)
}

// featuresOf sets targets, pool and those picked beside each other.
func featuresOf(t recruitment.Table) []feature {
	pool, picked := stageAt(t, "in_pool"), stageAt(t, "selected")
	var out []feature
	for _, row := range t.Rows {
		if row.Max == 0 && empty(row) {
			continue
		}
		if len(out) == 0 || out[len(out)-1].Name != row.Feature {
			out = append(out, feature{Name: row.Feature, Source: row.Source})
		}
		c := compared{Value: row.Value, Min: row.Min, Max: row.Max}
		if row.Share > 0 {
			c.Share = percent(float64(row.Share) / 100)
		}
		if pool >= 0 {
			c.Pool = row.Cells[pool]
			if total := t.Totals[pool].Count; total > 0 && !c.Pool.Suppressed {
				c.PoolPart = percent(100 * float64(c.Pool.Count) / float64(total))
			}
		}
		if picked >= 0 {
			c.Picked = row.Cells[picked]
			c.Marks = marksOf(row.Min, row.Max, c.Picked)
		}
		f := &out[len(out)-1]
		f.Rows = append(f.Rows, c)
	}
	return out
}

// empty reports whether nobody was ever counted in the row.
func empty(row recruitment.TableRow) bool {
	for _, c := range row.Cells {
		if c.Count > 0 || c.Suppressed {
			return false
		}
	}
	return true
}

func stageAt(t recruitment.Table, name string) int {
	for i, s := range t.Stages {
		if s == name {
			return i
		}
	}
	return -1
}

func percent(p float64) string {
	if p > 0 && p < 1 {
		return "under 1%"
	}
	return fmt.Sprintf("%.0f%%", p)
}

// marksOf draws a row's seats: those taken, those the target still wants, and
// those above it. Nothing is drawn of a hidden number.
func marksOf(minimum, maximum int, c recruitment.Cell) []seatMark {
	if c.Suppressed {
		return nil
	}
	var out []seatMark
	for i := range max(c.Count, minimum) {
		switch {
		case i >= c.Count:
			out = append(out, "empty")
		case i >= maximum:
			out = append(out, "over")
		default:
			out = append(out, "")
		}
	}
	return out
}

// ring is the panel as a ring of seats. The same number of seats is always the
// same picture: nobody can be told from it.
func ring(seats int) template.HTML {
	if seats < 1 || seats > 400 {
		return ""
	}
	const middle, radius = 110.0, 90.0
	size := min(12, math.Pi*radius/float64(seats)*0.8)
	var b strings.Builder
	b.WriteString(`<svg class="fm-ring" viewBox="0 0 220 220" aria-hidden="true" focusable="false">`)
	for i := range seats {
		angle := 2*math.Pi*float64(i)/float64(seats) - math.Pi/2
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="%.1f"/>`, middle+radius*math.Cos(angle), middle+radius*math.Sin(angle), size)
	}
	fmt.Fprintf(&b, `<text x="110" y="122" text-anchor="middle">%d</text></svg>`, seats)
	return template.HTML(b.String()) // numbers of ours alone
}

// certificate is the public certificate of a draw, to keep and check.
func (s Services) certificate(ctx context.Context, r *Request) (Reply, error) {
	p, err := s.Process.Public(ctx, upper(r.Param("code")))
	if err != nil {
		return Reply{}, err
	}
	draws, err := s.Recruitment.PublicDraws(ctx, p.ID)
	if err != nil {
		return Reply{}, err
	}
	for _, d := range draws {
		if d.ID != r.Param("draw") {
			continue
		}
		raw, err := s.Recruitment.Certificate(ctx, p.ID, d.ID)
		return Send("application/json", fmt.Sprintf("draw-%s-%d.json", p.Code, d.Number), raw), err
	}
	return Reply{}, domain.Hidden("draw")
}

// CertificateURL is where a draw's certificate is fetched.
func (st story) CertificateURL(draw string) string {
	return "/d/" + url.PathEscape(st.P.Code) + "/certificate/" + url.PathEscape(draw)
}
