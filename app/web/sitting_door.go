package web

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
)

// doorPages take attendance where people come in, on a phone.
func doorPages(s Services) []Page {
	const door = "/staff/processes/:process/sessions/:session/door"
	return []Page{get(door, s.door), post(door, s.checkIn), post(door+"/names", s.doorNames)}
}

// doorRow is one member at the door.
type doorRow struct {
	people.Seat
	Name  string // who they are, when names were asked for
	Label string
	Mark  deliberation.Presence
	Away  bool // they said that they cannot come
	Needs int  // arranged for this session, or still open
}

type doorPage struct {
	sessionPage
	Rows  []doorRow
	Names bool
}

func (s Services) doorPage(ctx context.Context, r *Request) (doorPage, error) {
	one, err := s.sessionPage(ctx, r)
	page := doorPage{sessionPage: one}
	if err != nil {
		return page, err
	}
	if err := page.only(domain.RunSessions); err != nil {
		return page, err
	}
	for _, x := range page.Seats {
		row := doorRow{Seat: x, Label: seatName(x), Mark: page.X.Attendance[x.Person], Away: slices.Contains(x.CannotCome, page.X.ID)}
		if !x.Holds() && row.Mark == "" {
			continue
		}
		for _, n := range x.Needs {
			open := n.State == people.NeedAsked || n.State == people.NeedArranged
			if open && (n.Session == "" || n.Session == page.X.ID) {
				row.Needs++
			}
		}
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

func (s Services) door(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.doorPage(ctx, r)
	return Show("staff/door", "At the door: "+page.X.Title, page), err
}

// doorNames shows the door's list with names, after the look was recorded. It
// is answered to a form, so that no address leads to the names.
func (s Services) doorNames(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.doorPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	shown, err := s.named(ctx, r, page)
	if err != nil {
		return r.Again(Show("staff/door", "At the door: "+page.X.Title, page), err)
	}
	return Show("staff/door", "At the door: "+page.X.Title, shown), nil
}

// doorPurpose is why names are looked at here.
const doorPurpose = "attendance"

// named adds the names of those who hold a seat: one look per list of a
// status, recorded before it is opened.
func (s Services) named(ctx context.Context, r *Request, page doorPage) (doorPage, error) {
	names := map[string]string{}
	for _, st := range people.Seated {
		if !slices.ContainsFunc(page.Rows, func(x doorRow) bool { return x.Status == st }) {
			continue
		}
		in := people.IdentitiesInput{ListInput: people.ListInput{Status: st, Limit: 200}, Purpose: doorPurpose}
		got, err := s.People.Identities(ctx, r.Command().Sub(string(st)), page.P.ID, in)
		if err != nil {
			return page, err
		}
		for _, e := range got.Items {
			names[e.Person] = string(e.Identity.Name)
		}
	}
	page.Names = true
	for i := range page.Rows {
		page.Rows[i].Name = names[page.Rows[i].Person]
	}
	return page, nil
}

// checkIn marks one member, by the button pressed beside them, and goes on
// with the list as it was: with names where names were shown.
func (s Services) checkIn(ctx context.Context, r *Request) (Reply, error) {
	process, id := r.Param("process"), r.Param("session")
	in := deliberation.AttendanceInput{Marks: map[string]deliberation.Presence{}, Officials: typed{f: r.Form}.lines("officials")}
	for name, values := range r.Form {
		if member, ok := strings.CutPrefix(name, "mark."); ok && len(values) > 0 {
			in.Marks[member] = deliberation.Presence(values[0])
		}
	}
	_, err := s.Deliberation.MarkAttendance(ctx, r.Command(), process, id, in)
	to := "/staff/processes/" + url.PathEscape(process) + "/sessions/" + url.PathEscape(id) + "/door"
	if err == nil && r.Form.Get("names") == "yes" {
		return s.doorNames(ctx, r)
	}
	return done(r, doorFields(err), to, func() (Reply, error) { return s.door(ctx, r) })
}

// doorFields puts what is wrong with a mark to the list.
func doorFields(err error) error {
	return renamed(err, func(field string) string {
		if strings.HasPrefix(field, "marks") {
			return "members"
		}
		return field
	})
}
