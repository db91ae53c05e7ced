package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/sortition"
)

// poolPages show the pool as it grows and what a draw from it would meet.
func poolPages(s Services) []Page {
	take := post("/staff/processes/:process/pool/registrants", s.importRegistrants)
	take.MaxFile = maxRegistrantFile
	return []Page{
		get("/staff/processes/:process/pool", s.pool), take,
		post("/staff/processes/:process/pool/outlook", s.outlook),
		post("/staff/processes/:process/pool/relax", s.easeTargets),
		post("/staff/processes/:process/pool/trial", s.poolStep("#trial", s.Recruitment.RecordOptOutTest)),
		post("/staff/processes/:process/pool/open", s.poolStep("#registration", s.Recruitment.OpenPool)),
		post("/staff/processes/:process/pool/close", s.poolStep("#registration", s.Recruitment.ClosePool)),
		post("/staff/processes/:process/pool/dates", s.poolDates),
	}
}

// standing is one value of the targets beside the pool, with a word for how
// it stands.
type valueStanding struct {
	Feature, Value string
	Asked          string
	Pool           string
	Status         Status
}

// easing is a change of a target that the check suggests.
type easing struct {
	Key, Text string
}

type poolPage struct {
	recruitDesk
	Table    recruitment.Representation
	Total    string
	Rows     []valueStanding
	Short    int // values of which there are too few so far
	Chart    template.HTML
	Outlook  *recruitment.Outlook
	Easings  []easing
	Keys     []string // value and label of the easings, for the form
	Faults   []fileFault
	Batch    *recruitment.BatchView
	Zone     string
	ClosesAt string
	DrawAt   string
}

func (s Services) poolPage(ctx context.Context, r *Request) (poolPage, error) {
	d, err := s.recruitDesk(ctx, r, "pool")
	page := poolPage{recruitDesk: d}
	if err != nil {
		return page, err
	}
	zone := d.Zone()
	page.Zone = zone.String()
	if !d.R.ClosesAt.IsZero() {
		page.ClosesAt = d.R.ClosesAt.In(zone).Format("2006-01-02T15:04")
	}
	if !d.R.DrawAt.IsZero() {
		page.DrawAt = d.R.DrawAt.In(zone).Format("2006-01-02T15:04")
	}
	if page.Table, err = s.Recruitment.Represent(ctx, r.Actor, d.P.ID); err != nil {
		return page, err
	}
	page.stand()
	page.Chart = comparison(page.Table.Table, d.P.Specification.Size).HTML()
	if id := r.Query.Get("batch"); id != "" && d.Can {
		b, err := s.Recruitment.Batch(ctx, r.Actor, d.P.ID, id)
		if err != nil {
			return page, err
		}
		page.Batch = &b
	}
	return page, nil
}

// stand compares the pool with the least that is asked for, value by value.
func (p *poolPage) stand() {
	t := p.Table.Table
	at := stageAt(t, "in_pool")
	if at < 0 {
		return
	}
	p.Total = cellText(t.Totals[at])
	for _, row := range t.Rows {
		if row.Value == recruitment.RatherNotSay {
			continue
		}
		c := row.Cells[at]
		v := valueStanding{Feature: row.Feature, Value: row.Value, Asked: rangeText(row.Min, row.Max), Pool: cellText(c), Status: standingOf(row, c)}
		if v.Status.Class == "late" {
			p.Short++
		}
		p.Rows = append(p.Rows, v)
	}
}

func standingOf(row recruitment.TableRow, c recruitment.Cell) Status {
	switch {
	case c.Suppressed:
		return Status{"none", "Not shown"}
	case c.Count < row.Min:
		return Status{"late", fmt.Sprintf("%d too few", row.Min-c.Count)}
	case c.Count == 0 && row.Max > 0:
		return Status{"due", "Nobody has it"}
	case row.Min > 0 && 10*c.Count < 12*row.Min:
		return Status{"due", "Barely enough"}
	case row.Min > 0 && c.Count < 3*row.Min:
		return Status{"waiting", "Enough, little choice"}
	}
	return Status{"kept", "Enough"}
}

func cellText(c recruitment.Cell) string {
	if c.Suppressed {
		return "few"
	}
	return thousands(int64(c.Count))
}

func rangeText(low, high int) string {
	if low == high {
		return fmt.Sprint(low)
	}
	return fmt.Sprintf("%d to %d", low, high)
}

func (s Services) pool(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.poolPage(ctx, r)
	return Show("staff/pool", "Pool: "+page.P.Name, page), err
}

// outlook looks for a panel in the pool as it stands. The look at people's
// answers is recorded, so it is asked for by a form.
func (s Services) outlook(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.poolPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	o, err := s.Recruitment.Outlook(ctx, r.Command(), page.P.ID)
	if err != nil {
		return r.Again(Show("staff/pool", "Pool: "+page.P.Name, page), err)
	}
	page.look(o)
	return Show("staff/pool", "Pool: "+page.P.Name, page), nil
}

func (p *poolPage) look(o recruitment.Outlook) {
	p.Outlook = &o
	for _, x := range o.Relaxation {
		e := easing{Key: easeKey(x), Text: easeText(x)}
		p.Easings = append(p.Easings, e)
		p.Keys = append(p.Keys, e.Key, e.Text)
	}
}

// easeKey is a change as a form carries it.
func easeKey(x sortition.Relaxed) string {
	return strings.Join([]string{x.Side, strconv.Itoa(x.From), strconv.Itoa(x.To), x.Feature, x.Value}, "|")
}

func easeText(x sortition.Relaxed) string {
	side := map[string]string{"min": "at least", "max": "at most"}[x.Side]
	return fmt.Sprintf("%s, %s: %s %d instead of %d", first(words(x.Feature)), x.Value, side, x.To, x.From)
}

// easeTargets accepts the changes that were suggested, with a reason.
func (s Services) easeTargets(ctx context.Context, r *Request) (Reply, error) {
	in := recruitment.EaseInput{}
	for _, key := range r.Form["changes"] {
		if x, ok := parseEase(key); ok {
			in.Changes = append(in.Changes, x)
		}
	}
	_, err := s.Recruitment.EaseTargets(ctx, r.Command(), r.Param("process"), in)
	if err == nil {
		return Go(desk{}.under(r.Param("process"), "/pool?eased=1")), nil
	}
	page, again := s.poolPage(ctx, r)
	if again != nil {
		return Reply{}, again
	}
	for _, key := range r.Form["suggested"] { // what was suggested stays on the page
		if x, ok := parseEase(key); ok {
			page.Easings = append(page.Easings, easing{key, easeText(x)})
			page.Keys = append(page.Keys, key, easeText(x))
		}
	}
	return r.Again(Show("staff/pool", "Pool: "+page.P.Name, page), err)
}

func parseEase(key string) (sortition.Relaxed, bool) {
	part := strings.SplitN(key, "|", 5)
	if len(part) != 5 {
		return sortition.Relaxed{}, false
	}
	from, err1 := strconv.Atoi(part[1])
	to, err2 := strconv.Atoi(part[2])
	return sortition.Relaxed{Side: part[0], From: from, To: to, Feature: part[3], Value: part[4]}, err1 == nil && err2 == nil
}

// poolStep is a step of registration that needs nothing but the button.
func (s Services) poolStep(anchor string, do func(context.Context, domain.Command, string) (recruitment.View, error)) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		_, err := do(ctx, r.Command(), r.Param("process"))
		path := "/pool"
		if from := r.Form.Get("from"); from == "/draws" {
			path, anchor = from, ""
		}
		show := s.pool
		if path == "/draws" {
			show = s.draws
		}
		return s.back(ctx, r, path+anchor, show, err)
	}
}

// poolDates say when registration ends and when the lottery is.
func (s Services) poolDates(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	p, zone := domain.Problems{}, d.Zone()
	closes, draw := moment(p, r, "closes_at", zone), moment(p, r, "draw_at", zone)
	if err = p.Err(); err == nil {
		_, err = s.Recruitment.Set(ctx, r.Command(), r.Param("process"), recruitment.SettingsInput{ClosesAt: &closes, DrawAt: &draw})
	}
	return s.back(ctx, r, "/pool#registration", s.pool, err)
}

// importRegistrants takes over people who registered elsewhere.
func (s Services) importRegistrants(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.poolPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	if !page.Can {
		return Reply{}, domain.Hidden("page")
	}
	file, err := sentFile(r)
	var b recruitment.BatchView
	if err == nil {
		columns := columnsOf(r, file, page.R.Targets)
		columns.Area, columns.Quintile = "", ""
		b, err = s.Recruitment.ImportRespondents(ctx, fileCommand(r, file), page.P.ID, recruitment.BatchInput{
			Source: strings.TrimSpace(r.Form.Get("source")), Region: strings.TrimSpace(r.Form.Get("region")), Columns: columns,
		}, bytes.NewReader(file))
	}
	if err == nil {
		return Go(page.URL("/pool?batch=" + b.ID)), nil
	}
	page.Faults, err = fileFaults(err)
	return r.Again(Show("staff/pool", "Pool: "+page.P.Name, page), err)
}
