package web

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/outreach"
	"folkmoot/domain/process"
)

// staffPages are for those who run, commission and watch a process.
func staffPages(s Services) []Page {
	return slices.Concat([]Page{
		get("/staff", s.overview),
		get("/staff/processes/:process", s.staffProcess),
		post("/staff/processes/:process/advance", s.advance),
		post("/staff/processes/:process/sign-offs", s.signOff),
		post("/staff/processes/:process/pause", s.pause),
		post("/staff/processes/:process/resume", s.resume),
	}, proposePages(s), promisePages(s), designPages(s), recruitPages(s), messagePages(s), peoplePages(s), invitePages(s), broadcastPages(s), callPages(s), sittingPages(s), afterPages(s), actionPages(s), paymentPages(s), keptPages(s))
}

// desk is what the pages of one process have in common for the one who reads:
// the process, what is next, and which pages are open to them.
type desk struct {
	P     process.View
	Actor domain.Actor
	Roles []domain.Role
}

// Zone is where the process is: its pages tell their times there.
func (d desk) Zone() *time.Location { return zoneNamed(d.P.Zone) }

func (d desk) scope() domain.Scope { return domain.Scope{Body: d.P.Body, Process: d.P.ID} }

// May reports whether the reader holds a permission here: it decides which
// links and forms are shown. The services decide what happens.
func (d desk) May(p domain.Permission) bool { return domain.May(d.Actor, p, d.scope()) }

// URL is an address below the process.
func (d desk) URL(rest string) string { return "/staff/processes/" + url.PathEscape(d.P.ID) + rest }

// Nav lists the pages of the process that the reader may open.
func (d desk) Nav(here string) []tab {
	tabs := []struct {
		name, label, path string
		needs             domain.Permission
	}{
		{"overview", "Overview", "", domain.ViewProcess},
		{"promise", "Promise", "/promise", domain.ViewProcess},
		{"design", "Design", "/design", domain.ViewProcess},
		{"recruitment", "Recruitment", "/recruitment", domain.ViewAggregates},
		{"messages", "Messages", "/messages", domain.ReadQueue},
		{"people", "People", "/people", domain.ServePeople},
		{"sittings", "Sittings", "/sessions", domain.ViewProcess},
		{"responses", "Responses", "/responses", domain.ViewProcess},
		{"payments", "Payments", "/payments", domain.ApprovePayment},
		{"kept", "Personal data", "/kept", domain.ViewAudit},
		{"record", "Record", "/record", domain.ViewAudit},
	}
	var out []tab
	for _, t := range tabs {
		if d.May(t.needs) {
			out = append(out, tab{d.URL(t.path), t.label, t.name == here})
		}
	}
	return out
}

// deskOf finds the process for its reader.
func (s Services) deskOf(ctx context.Context, r *Request) (desk, error) {
	p, err := s.Process.Get(ctx, r.Actor, r.Param("process"))
	if err != nil {
		return desk{}, err
	}
	d := desk{P: p, Actor: r.Actor}
	d.Roles = r.Actor.RolesIn(d.scope())
	return d, nil
}

// owed is one thing that is due from somebody.
type owed struct {
	What   string
	Who    string // role or post
	Due    time.Time
	By     string // the day it is due, in words, where the process is
	Status Status
	Mine   bool // the reader can supply it
	Link   string
}

// press is the one thing to press.
type press struct {
	Label string
	Link  string
	To    string // stage to enter, by a form
}

type overviewRow struct {
	desk
	Next  domain.Stage
	Owed  []owed
	More  int // owed beside those
	Press press
}

type overviewPage struct {
	Rows      []overviewRow
	Next      string
	Simulator bool
	Proposes  bool // the reader may begin a process
	Manages   bool // the reader runs the installation
}

// overview is the first page of staff: what is owed, by whom, by when.
func (s Services) overview(ctx context.Context, r *Request) (Reply, error) {
	views, next, err := s.Process.List(ctx, r.Actor, "", 50, domain.Cursor(r.Query.Get("after")))
	if err != nil {
		return Reply{}, err
	}
	bodies, err := s.proposesFor(ctx, r.Actor)
	if err != nil {
		return Reply{}, err
	}
	page := overviewPage{Simulator: s.Simulated != nil && simulates(r.Actor), Proposes: len(bodies) > 0, Manages: domain.May(r.Actor, domain.ManageInstallation, domain.Scope{})}
	for _, v := range views {
		d := desk{P: v, Actor: r.Actor}
		d.Roles = r.Actor.RolesIn(d.scope())
		row, err := s.overviewRow(ctx, d)
		if err != nil {
			return Reply{}, err
		}
		page.Rows = append(page.Rows, row)
	}
	if next != "" {
		page.Next = "/staff?after=" + url.QueryEscape(string(next))
	}
	return Show("staff/overview", "Your processes", page), nil
}

// simulates reports whether somebody may open the simulated phones, with any of
// their roles.
func simulates(a domain.Actor) bool {
	return slices.ContainsFunc(a.Grants, func(g domain.Grant) bool { return slices.Contains(domain.RolesFor(domain.UseSimulator), g.Role) })
}

const shownOwed = 4 // on the overview

func (s Services) overviewRow(ctx context.Context, d desk) (overviewRow, error) {
	row := overviewRow{desk: d}
	n, err := s.Process.Next(ctx, d.Actor, d.P.ID)
	if err != nil {
		return row, err
	}
	waiting, err := s.waiting(ctx, d)
	if err != nil {
		return row, err
	}
	late, err := s.owedAfter(ctx, d)
	if err != nil {
		return row, err
	}
	all := append(late, owedFor(d, n)...)
	slices.SortStableFunc(all, func(a, b owed) int { return rank(a) - rank(b) })
	row.Next = n.Next
	row.Press = pressOf(d, n, waiting, all)
	row.Owed = all[:min(len(all), shownOwed)]
	row.More = len(all) - len(row.Owed)
	return row, nil
}

// rank puts what is late first, then what the reader can do.
func rank(o owed) int {
	switch {
	case o.Status.Class == "late" && o.Mine:
		return 0
	case o.Status.Class == "late":
		return 1
	case o.Mine:
		return 2
	}
	return 3
}

// waiting is how many messages wait for a person, as far as the reader may
// read them.
func (s Services) waiting(ctx context.Context, d desk) (int, error) {
	items, _, err := s.Outreach.QueueList(ctx, d.Actor, d.P.ID, outreach.ItemOpen, "", 100)
	return len(items), unless(err)
}

// owedFor is what the next stage still needs.
func owedFor(d desk, n process.Next) []owed {
	out := make([]owed, 0, len(n.Missing))
	for _, m := range n.Missing {
		out = append(out, owed{
			What: m.Need, Who: words(m.Who), Mine: slices.Contains(d.Roles, m.Who), Link: d.supply(m),
		})
	}
	return out
}

// supply is the page here on which a missing item is supplied, "" where there
// is none.
func (d desk) supply(m domain.Missing) string {
	switch {
	case strings.HasSuffix(m.Where, "sign-offs") && !d.May(domain.SignOff):
		return d.URL("/design#oversight") // who has signed, and who has not
	case strings.HasSuffix(m.Where, "responses"):
		return d.URL("/responses")
	case (strings.Contains(m.Where, "people?") || strings.HasSuffix(m.Where, "/support")) && d.May(domain.ServePeople):
		return d.URL("/people?status=confirmed")
	case sitting(m.Where) != "":
		return d.URL(sitting(m.Where))
	case !strings.HasPrefix(m.Where, "/") && suppliedPage("/"+m.Where) != "":
		return d.URL(suppliedPage("/" + m.Where))
	}
	return staffPage(m.Where)
}

// owedAfter is what the commissioner owes after the report.
func (s Services) owedAfter(ctx context.Context, d desk) ([]owed, error) {
	if !d.P.Stage.Reached(domain.Reported) {
		return nil, nil
	}
	rs, err := s.Accountability.Responses(ctx, d.Actor, d.P.ID)
	if err != nil {
		return nil, unless(err)
	}
	now := s.Clock.Now()
	var out []owed
	for _, r := range rs {
		if r.Current != nil && !r.Overdue {
			continue
		}
		o := owed{What: "An answer to: " + r.Title, Who: "commissioner", Due: r.Due, Status: dueStatus(r.Due, now),
			Mine: d.May(domain.Respond), Link: d.URL("/responses/" + url.PathEscape(r.Recommendation))}
		if r.Current != nil {
			o.What, o.Due, o.Status = "The decision promised on: "+r.Title, r.Current.Decision, dueStatus(r.Current.Decision, now)
		}
		out = append(out, o)
	}
	out, err = s.owedActions(ctx, d, out)
	for i := range out {
		out[i].By = local(out[i].Due, d.Zone(), "Mon 2 January 2006")
	}
	return out, err
}

func (s Services) owedActions(ctx context.Context, d desk, out []owed) ([]owed, error) {
	as, err := s.Accountability.Actions(ctx, d.Actor, d.P.ID)
	if err != nil {
		return out, unless(err)
	}
	now := s.Clock.Now()
	for _, a := range as {
		if open := !ended(a.State); open && (a.Late || !a.Silent.IsZero()) {
			out = append(out, owed{What: a.Title, Who: a.Owner.Post, Due: a.Due, Status: dueStatus(a.Due, now),
				Mine: d.May(domain.OwnAction), Link: d.URL("/actions/" + url.PathEscape(a.ID))})
		}
	}
	return out, nil
}

// ended reports whether nothing more is owed on an action.
func ended(st accountability.ActionState) bool {
	switch st {
	case accountability.ActionVerified, accountability.ActionStopped, accountability.ActionChanged, accountability.ActionTransferred:
		return true
	}
	return false
}

// dueStatus says how far off a date is, or how long past.
func dueStatus(due, now time.Time) Status {
	switch {
	case due.IsZero():
		return Status{"waiting", "No date yet"}
	case now.After(due):
		return Status{"late", "Late by " + span(now.Sub(due))}
	}
	return Status{"due", "Due in " + span(due.Sub(now))}
}

// pressOf chooses the one thing to press.
func pressOf(d desk, n process.Next, waiting int, all []owed) press {
	if waiting > 0 {
		return press{Label: "Answer " + plural(waiting, "message", "messages"), Link: d.URL("/messages")}
	}
	for _, o := range all {
		if o.Mine && o.Link != "" {
			return press{Label: "Supply what is missing", Link: o.Link}
		}
	}
	if n.Next != "" && len(n.Missing) == 0 && d.May(domain.MoveStage) {
		return press{Label: "Go on to: " + words(n.Next), To: string(n.Next)}
	}
	return press{Label: "Open", Link: d.URL("")}
}
