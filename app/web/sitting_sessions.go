package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
)

func sessionPages(s Services) []Page {
	const all, one = "/staff/processes/:process/sessions", "/staff/processes/:process/sessions/:session"
	return []Page{
		get(all, s.sessionList),
		get("/staff/processes/:process/plan-session", s.planForm),
		post("/staff/processes/:process/plan-session", s.plan),
		get(one, s.session),
		get(one+"/change", s.changeForm),
		post(one+"/change", s.changeSession),
		post(one+"/open", s.openSession),
		post(one+"/close", s.closeSession),
		post(one+"/cancel", s.cancelSession), post(one+"/polls", s.openPoll), post(one+"/polls/:poll/close", s.closePoll),
		post(one+"/needs", s.sessionNeeds),
		post(one+"/needs/settle", s.settleNeed),
	}
}

type sessionsPage struct {
	desk
	Todo     todo
	Sessions []deliberation.Session
}

func (s Services) sessionList(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	page := sessionsPage{desk: d}
	if page.Sessions, err = s.Deliberation.Sessions(ctx, r.Actor, d.P.ID); err != nil {
		return Reply{}, err
	}
	page.Todo = nextSitting(d, page.Sessions, s.Clock.Now())
	return Show("staff/sessions", "Sessions: "+d.P.Name, page), nil
}

// nextSitting is what is due among the sessions.
func nextSitting(d desk, all []deliberation.Session, now time.Time) todo {
	link := func(x deliberation.Session) string { return d.URL("/sessions/" + url.PathEscape(x.ID)) }
	held := 0
	for _, x := range all {
		switch {
		case x.State == deliberation.SessionOpen:
			return todo{What: x.Title + " is open", Text: "Check people in at the door, then close the session when it ends.", Link: link(x), Label: "Go to the session"}
		case x.State == deliberation.SessionPlanned && now.After(x.Ends):
			return todo{What: x.Title + " should have been held", Text: "It is still only planned. Open it and take attendance, or cancel it and say why.", Link: link(x), Label: "Go to the session"}
		case x.State == deliberation.SessionPlanned:
			return todo{What: "Next: " + x.Title, Text: whenHeld(d, x), Lacks: lacking(x), Link: link(x), Label: "Go to the session"}
		case x.State == deliberation.SessionHeld:
			held++
		}
	}
	if held > 0 {
		return todo{What: "No session is to come", Text: plural(held, "session was", "sessions were") + " held."}
	}
	t := todo{What: "No session is planned", Text: "Members are asked whether they can come to the sessions, so plan them before seats are offered."}
	if d.May(domain.RunSessions) {
		t.Link, t.Label = d.URL("/plan-session"), "Plan a session"
	}
	return t
}

// whenHeld says when and where a session is, in a line.
func whenHeld(d desk, x deliberation.Session) string {
	out := local(x.Starts, d.Zone(), "Mon 2 January 2006") + ", " + clock(x.Starts.In(d.Zone())) + " to " + clock(x.Ends.In(d.Zone()))
	if x.Place != "" {
		out += ", " + x.Place
	}
	return out
}

// lacking is what a planned session still needs.
func lacking(x deliberation.Session) []string {
	var out []string
	if len(x.Agenda) == 0 {
		out = append(out, "The agenda is empty.")
	}
	if x.Mode != deliberation.InPerson && x.Link == "" {
		out = append(out, "The link for joining online is not set.")
	}
	if x.Mode == deliberation.InPerson && x.Place == "" {
		out = append(out, "The place is not set.")
	}
	return out
}

// agendaLine is a part of a session with when it begins.
type agendaLine struct {
	deliberation.AgendaItem
	At time.Time
}

type needCount struct {
	Word   string
	Status Status
	Count  int
}

type needLine struct {
	Seat, Kind, Detail string
	Person, ID         string
	Status             Status
	Moves              []string // value and label of what may become of it
}

// Choices are the moves, each with its words.
func (n needLine) Choices() []Choice {
	var out []Choice
	for i := 0; i+1 < len(n.Moves); i += 2 {
		out = append(out, Choice{Value: n.Moves[i], Label: n.Moves[i+1]})
	}
	return out
}

// needMoves are what staff may say of a need, by where it stands.
var needMoves = map[string][]string{
	people.NeedAsked:    {people.NeedArranged, "It is arranged", people.NeedDeclined, "It cannot be arranged"},
	people.NeedArranged: {people.NeedMet, "It was met", people.NeedUnmet, "It was not met", people.NeedDeclined, "It cannot be arranged"},
	people.NeedDeclined: {people.NeedArranged, "It is arranged after all"},
	people.NeedUnmet:    {people.NeedArranged, "It is arranged now"},
}

type sessionPage struct {
	desk
	X       deliberation.Session
	Todo    todo
	Agenda  []agendaLine
	Seats   []people.Seat
	Away    int
	Here    int
	Needs   []needCount
	What    []needLine // shown once, in answer to a form
	Asked   bool
	Answers int // who answered how fair the day was
	Joins   string
	Room    []pollLine
}

func (s Services) sessionPage(ctx context.Context, r *Request) (sessionPage, error) {
	d, err := s.deskOf(ctx, r)
	page := sessionPage{desk: d}
	if err != nil {
		return page, err
	}
	if page.X, err = s.Deliberation.Session(ctx, r.Actor, d.P.ID, r.Param("session")); err != nil {
		return page, err
	}
	if page.Seats, err = s.seats(ctx, r, d); err != nil {
		return page, err
	}
	if page.Room, err = s.room(ctx, r.Actor, d.P.ID, page.X.ID); err != nil {
		return page, err
	}
	at := page.X.Starts
	for _, a := range page.X.Agenda {
		page.Agenda = append(page.Agenda, agendaLine{a, at})
		at = at.Add(time.Duration(a.Minutes) * time.Minute)
	}
	for _, n := range page.X.Fairness.Fair {
		page.Answers += n
	}
	page.count()
	page.Todo = page.next(s.Clock.Now())
	return page, nil
}

// count counts the seats: who is expected, who cannot come, what was promised.
func (p *sessionPage) count() {
	states := map[string]int{}
	for _, x := range p.Seats {
		if !x.Holds() {
			continue
		}
		p.Here++
		if slices.Contains(x.CannotCome, p.X.ID) {
			p.Away++
		}
		for _, n := range x.Needs {
			if n.Session == "" || n.Session == p.X.ID {
				states[n.State]++
			}
		}
	}
	for _, st := range []string{people.NeedAsked, people.NeedArranged, people.NeedMet, people.NeedUnmet, people.NeedDeclined} {
		if states[st] > 0 {
			p.Needs = append(p.Needs, needCount{st, needStatusFor(st), states[st]})
		}
	}
}

// needStatusFor is what became of a need, for those who arrange it.
func needStatusFor(state string) Status {
	if state == people.NeedAsked {
		return Status{"due", "Asked, not arranged yet"}
	}
	return needStatus(state)
}

// next is what is due on one session.
func (p *sessionPage) next(now time.Time) todo {
	x, run := p.X, p.May(domain.RunSessions)
	marked := len(x.Attendance)
	switch x.State {
	case deliberation.SessionCancelled:
		return todo{What: "Cancelled", Text: x.Reason}
	case deliberation.SessionHeld:
		return todo{What: "Held", Text: fmt.Sprintf("%s there.", plural(x.Attended, "member was", "members were"))}
	case deliberation.SessionOpen:
		t := todo{What: "The session is open", Text: fmt.Sprintf("%d of %s checked in.", x.Attended, plural(p.Here, "member", "members"))}
		if run && marked < p.Here {
			t.Lacks = append(t.Lacks, plural(p.Here-marked, "member is", "members are")+" not marked yet.")
		}
		if run {
			t.Link, t.Label = p.self("/door"), "Check people in"
		}
		return t
	default:
	}
	t := todo{What: "Planned: in " + span(x.Starts.Sub(now)), Text: whenHeld(p.desk, x), Lacks: lacking(x)}
	if !now.Before(x.Starts.Add(-2 * time.Hour)) {
		t.What = "Open the session"
	}
	for _, n := range p.Needs {
		if n.Word == people.NeedAsked {
			t.Lacks = append(t.Lacks, plural(n.Count, "support need is", "support needs are")+" not arranged yet.")
		}
	}
	if p.Away > 0 {
		t.Lacks = append(t.Lacks, plural(p.Away, "member has", "members have")+" said that they cannot come.")
	}
	return t
}

// self is an address below the session.
func (p *sessionPage) self(rest string) string {
	return p.URL("/sessions/" + url.PathEscape(p.X.ID) + rest)
}

// Self is an address below the session.
func (p sessionPage) Self(rest string) string { return p.self(rest) }

// Tells is what members are told around the organiser's own words.
func (p sessionPage) Tells() string {
	return p.P.ShortName + ": a change. … If this makes it hard for you to come, reply here or call " + p.P.Phone + "."
}

func (s Services) session(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.sessionPage(ctx, r)
	return Show("staff/session", page.X.Title, page), err
}

// sessionStep does something to a session and goes back to it.
func (s Services) sessionStep(ctx context.Context, r *Request, do func(process, id string) error) (Reply, error) {
	process, id := r.Param("process"), r.Param("session")
	to := "/staff/processes/" + url.PathEscape(process) + "/sessions/" + url.PathEscape(id)
	return done(r, do(process, id), to, func() (Reply, error) { return s.session(ctx, r) })
}

func (s Services) openSession(ctx context.Context, r *Request) (Reply, error) {
	return s.sessionStep(ctx, r, func(process, id string) error {
		_, err := s.Deliberation.OpenSession(ctx, r.Command(), process, id)
		return err
	})
}

func (s Services) closeSession(ctx context.Context, r *Request) (Reply, error) {
	return s.sessionStep(ctx, r, func(process, id string) error {
		_, err := s.Deliberation.CloseSession(ctx, r.Command(), process, id)
		return err
	})
}

func (s Services) cancelSession(ctx context.Context, r *Request) (Reply, error) {
	return s.sessionStep(ctx, r, func(process, id string) error {
		in := deliberation.CancelInput{Tell: strings.TrimSpace(r.Form.Get("tell"))}
		_, err := s.Deliberation.CancelSession(ctx, r.Command(), process, id, in)
		return err
	})
}

// sessionNeeds shows what those who come need, once, after the look was
// recorded. It is answered to the form itself, so that no address leads to it.
func (s Services) sessionNeeds(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.sessionPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	rows, err := s.People.SupportNeeds(ctx, r.Command(), page.P.ID, people.SupportQuery{Session: page.X.ID})
	if err != nil {
		return r.Again(Show("staff/session", page.X.Title, page), err)
	}
	names := map[string]string{}
	for _, x := range page.Seats {
		names[x.Person] = seatName(x)
	}
	for _, n := range rows {
		who := names[n.Person]
		if who == "" {
			who = "Offered a seat"
		}
		page.What = append(page.What, needLine{
			Seat: who, Kind: supportName(string(n.What.Kind)), Detail: string(n.What.Detail), Person: n.Person, ID: n.ID, Status: needStatusFor(n.State), Moves: needMoves[n.State],
		})
	}
	page.Asked = true
	return Show("staff/session", page.X.Title, page), nil
}

// settleNeed notes what became of a need, and shows the list as it stands now.
func (s Services) settleNeed(ctx context.Context, r *Request) (Reply, error) {
	in := people.SettleInput{Need: r.Form.Get("need"), State: r.Form.Get("state")}
	switch in.State {
	case people.NeedDeclined:
		in.Reason = "not_possible"
	case people.NeedUnmet:
		in.Reason = "not_met"
	}
	_, err := s.People.SettleSupport(ctx, r.Command(), r.Form.Get("person"), in)
	if err != nil {
		return done(r, err, "", func() (Reply, error) { return s.session(ctx, r) })
	}
	return s.sessionNeeds(ctx, r)
}

// supportName is a kind of support in words.
func supportName(kind string) string {
	if name := supportNames[kind]; name != "" {
		return name
	}
	return first(words(kind))
}
