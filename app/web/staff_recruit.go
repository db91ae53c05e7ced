package web

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"folkmoot/app/charts"
	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

// recruitPages are the way from a list to the seats: list, invited, targets,
// pool, draw, seats.
func recruitPages(s Services) []Page {
	return slices.Concat(listPages(s), targetPages(s), poolPages(s), invitedPages(s), drawPages(s), seatPages(s))
}

// step is one page of the way to the seats.
type recruitStep struct {
	name, label, path string
	needs             domain.Permission
}

var recruitSteps = []recruitStep{
	{"figures", "Figures", "/recruitment", domain.ViewAggregates},
	{"targets", "Targets", "/targets", domain.ViewAggregates},
	{"lists", "Lists", "/lists", domain.ObserveDraw},
	{"invited", "Who is asked", "/invited", domain.ObserveDraw},
	{"invitations", "Invitations", "/invitations", domain.Recruit},
	{"pool", "Pool", "/pool", domain.ViewAggregates},
	{"draws", "Draw", "/draws", domain.ObserveDraw},
	{"seats", "Seats", "/seats", domain.ObserveDraw},
}

// Way lists the pages between list and seats that the reader may open.
func (d desk) Way(here string) []tab {
	var out []tab
	for _, st := range recruitSteps {
		if d.May(st.needs) {
			out = append(out, tab{d.URL(st.path), st.label, st.name == here})
		}
	}
	return out
}

// recruitDesk is what those pages have in common.
type recruitDesk struct {
	desk
	R     recruitment.View
	Title string
	Here  string
	Can   bool // the reader runs recruitment
	Sets  bool // the reader sets targets
}

// recruitDesk finds the process for one of the pages. Who may not see the
// page is told that there is none.
func (s Services) recruitDesk(ctx context.Context, r *Request, here string) (recruitDesk, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return recruitDesk{}, err
	}
	at := slices.IndexFunc(recruitSteps, func(st recruitStep) bool { return st.name == here })
	if !d.May(recruitSteps[at].needs) {
		return recruitDesk{}, domain.Hidden("page")
	}
	page := recruitDesk{desk: d, Here: here, Title: recruitSteps[at].label, Can: d.May(domain.Recruit), Sets: d.May(domain.DesignProcess)}
	page.R, err = s.Recruitment.Get(ctx, r.Actor, d.P.ID)
	return page, err
}

// back goes to one of the pages after a form, or shows it again with what is
// wrong.
func (s Services) back(ctx context.Context, r *Request, path string, show handle, err error) (Reply, error) {
	if err == nil {
		return Go("/staff/processes/" + url.PathEscape(r.Param("process")) + path), nil
	}
	page, again := show(ctx, r)
	if again != nil {
		return Reply{}, again
	}
	return r.Again(page, err)
}

// supplied maps the calls that supply what a guard misses to the pages that
// do the same, the first that fits.
var supplied = []struct{ part, page string }{
	{"/targets", "/targets"}, {"/opt-out-test", "/pool#trial"}, {"/pool/close", "/pool#registration"}, {"/pool", "/pool"},
	{"/draws", "/draws"}, {"/seats", "/seats"}, {"/frames", "/lists"}, {"/invitee-draws", "/invited"}, {"/invitation-waves", "/invitations"},
	{"/responses", "/responses"}, {"/sign-offs", "#sign"},
	{"/remit", "/promise#remit"}, {"/commitment", "/promise#commitment"}, {"/duty", "/promise#duty"}, {"/gunning", "/promise#gunning"},
	{"/specification", "/design#specification"}, {"/oversight", "/design#oversight"}, {"/materials", "/design#materials"},
	{"/answers", "/answers"}, {"/evaluation", "/actions#evaluation"},
}

// suppliedPage is the page, below a process, on which what a call below it
// supplies is supplied; "" where there is none.
func suppliedPage(call string) string {
	for _, s := range supplied {
		if strings.HasPrefix(call, s.part) {
			return s.page
		}
	}
	return ""
}

// staffPage is the page on which what a call of the API supplies is supplied;
// "" where there is none.
func staffPage(where string) string {
	rest, ok := strings.CutPrefix(where, "/api/v1/processes/")
	process, call, found := strings.Cut(rest, "/")
	page := suppliedPage("/" + call)
	if !ok || !found || page == "" {
		return ""
	}
	return "/staff/processes/" + process + page
}

// lines are the lines of a field that hold something.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// moment reads a date and time as browsers send them, where the process is.
func moment(p domain.Problems, r *Request, field string, zone *time.Location) time.Time {
	text := strings.TrimSpace(r.Form.Get(field))
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t.UTC()
		}
	}
	p.Need(false, field, "give a day and a time, such as 2026-07-12 18:00")
	return time.Time{}
}

// comparison is the chart of a table of who is there.
func comparison(t recruitment.Table, size int) charts.Comparison {
	out := charts.Comparison{Size: size, Hides: "not shown"}
	pool, picked := stageAt(t, "in_pool"), stageAt(t, "selected")
	drawn := picked >= 0 && (t.Totals[picked].Count > 0 || t.Totals[picked].Suppressed)
	for _, row := range t.Rows {
		if row.Max == 0 && row.Share == 0 && empty(row) {
			continue
		}
		if len(out.Features) == 0 || out.Features[len(out.Features)-1].Name != row.Feature {
			out.Features = append(out.Features, charts.Feature{Name: row.Feature})
		}
		f := &out.Features[len(out.Features)-1]
		if row.Source != "" {
			f.Source = row.Source
		}
		v := charts.Value{Name: row.Value, Share: -1, Target: row.Value != recruitment.RatherNotSay, Min: row.Min, Max: row.Max}
		if row.Share > 0 {
			v.Share = float64(row.Share) / 100
		}
		if pool >= 0 {
			v.Pool = counted(row.Cells[pool], t.Totals[pool])
		}
		if drawn {
			v.Panel = counted(row.Cells[picked], t.Totals[picked])
		}
		f.Values = append(f.Values, v)
	}
	return out
}

func counted(c, of recruitment.Cell) *charts.Count {
	out := &charts.Count{N: c.Count, Of: of.Count, Hidden: c.Suppressed}
	if of.Suppressed {
		out.Of = 0
	}
	return out
}

func empty(row recruitment.TableRow) bool {
	for _, c := range row.Cells {
		if c.Count > 0 || c.Suppressed {
			return false
		}
	}
	return true
}

func stageAt(t recruitment.Table, name string) int { return slices.Index(t.Stages, name) }

// under is an address below a process that is known by its id alone.
func (desk) under(process, rest string) string {
	return "/staff/processes/" + url.PathEscape(process) + rest
}

// renamedOne calls one field of the service by its name on the form.
func renamedOne(err error, from, to string) error {
	return renamed(err, func(field string) string {
		if field == from {
			return to
		}
		return field
	})
}
