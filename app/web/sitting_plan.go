package web

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// planPage is the form of a session, new or changed.
type planPage struct {
	sessionPage
	New  bool
	Rows []planRow
}

// planRow is a row of the agenda's form; more are offered than are filled.
type planRow struct {
	Index int
	deliberation.AgendaItem
}

// Name is the name of a field of the row.
func (p planRow) Name(field string) string { return agendaField(p.Index, field) }

// Number counts the rows from 1.
func (p planRow) Number() int { return p.Index + 1 }

func agendaField(row int, field string) string { return fmt.Sprintf("agenda.%d.%s", row, field) }

// spareRows are offered beyond the rows that are filled, leastRows at least.
const spareRows, leastRows, mostRows = 3, 6, 40

func rowsOf(agenda []deliberation.AgendaItem) []planRow {
	out := make([]planRow, 0, leastRows)
	for i, a := range agenda {
		out = append(out, planRow{i, a})
	}
	for len(out) < min(max(len(agenda)+spareRows, leastRows), mostRows) {
		out = append(out, planRow{Index: len(out)})
	}
	return out
}

func (s Services) planForm(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	if err := d.only(domain.RunSessions); err != nil {
		return Reply{}, err
	}
	all, err := s.Deliberation.Sessions(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	page := planPage{sessionPage: sessionPage{desk: d}, New: true, Rows: rowsOf(nil)}
	page.X = deliberation.Session{Number: len(all) + 1, Mode: deliberation.InPerson, Place: d.P.Specification.Place, Required: true}
	return Show("staff/session_form", "Plan a session", page), nil
}

func (s Services) changeForm(ctx context.Context, r *Request) (Reply, error) {
	one, err := s.sessionPage(ctx, r)
	if err == nil {
		err = one.only(domain.RunSessions)
	}
	return Show("staff/session_form", "Change: "+one.X.Title, planPage{sessionPage: one, Rows: rowsOf(one.X.Agenda)}), err
}

// plan adds a session.
func (s Services) plan(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	in, rows, err := sessionOf(d.typedIn(r))
	var x deliberation.Session
	if err == nil {
		x, err = s.Deliberation.PlanSession(ctx, r.Command(), d.P.ID, in)
	}
	return done(r, sessionFields(err, rows), d.URL("/sessions/"+url.PathEscape(x.ID)), func() (Reply, error) { return s.planForm(ctx, r) })
}

// changeSession moves or mends a session that has not begun; members are told
// in the organiser's own words.
func (s Services) changeSession(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	id := r.Param("session")
	in, rows, err := sessionOf(d.typedIn(r))
	if err == nil {
		_, err = s.Deliberation.ChangeSession(ctx, r.Command(), d.P.ID, id, in)
	}
	return done(r, sessionFields(err, rows), d.URL("/sessions/"+url.PathEscape(id)), func() (Reply, error) { return s.changeForm(ctx, r) })
}

// sessionOf reads the form; rows says which row of the form each item of the
// agenda stood in.
func sessionOf(in typed) (deliberation.SessionInput, []int, error) {
	out := deliberation.SessionInput{
		Number: in.whole("number"), Title: in.text("title"), Starts: in.moment("day", "from"), Ends: in.moment("day", "to"),
		Mode: deliberation.Mode(in.text("mode")), Place: in.text("place"), Link: in.text("link"), Required: in.text("required") != "no",
		Observers: in.text("observers"), Tell: in.text("tell"),
	}
	var rows []int
	for i := range mostRows {
		name := func(field string) string { return agendaField(i, field) }
		if in.text(name("title")) == "" && in.text(name("minutes")) == "" {
			continue
		}
		out.Agenda = append(out.Agenda, deliberation.AgendaItem{
			Title: in.text(name("title")), Kind: deliberation.AgendaKind(in.text(name("kind"))), Minutes: in.whole(name("minutes")), Private: in.ticked(name("private")),
		})
		rows = append(rows, i)
	}
	return out, rows, in.p.Err()
}

// sessionFields names what is wrong by the fields of the form.
func sessionFields(err error, rows []int) error {
	return renamed(err, func(field string) string {
		switch field {
		case "starts":
			return "day"
		case "ends":
			return "to"
		}
		parts := strings.Split(field, ".")
		if len(parts) != 3 || parts[0] != "agenda" {
			return field
		}
		if n, err := strconv.Atoi(parts[1]); err == nil && n < len(rows) {
			return agendaField(rows[n], parts[2])
		}
		return field
	})
}
