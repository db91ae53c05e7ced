package web

import (
	"context"
	"net/url"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// peoplePages list people without their identities; a look at who somebody is
// needs a purpose and is recorded first.
func peoplePages(s Services) []Page {
	return []Page{
		get("/staff/processes/:process/people", s.peopleList),
		get("/staff/processes/:process/people/:person", s.person),
		post("/staff/processes/:process/people/:person/identity", s.identity),
		post("/staff/processes/:process/people/:person/texts", s.personTexts),
		post("/staff/processes/:process/people/:person/channel", s.personChannel),
		post("/staff/processes/:process/people/:person/wrong-number", s.wrongNumber),
	}
}

type statusCount struct {
	Status people.Status
	Count  int64
	Here   bool
	URL    string
}

type peoplePage struct {
	desk
	Status people.Status
	Counts []statusCount
	Rows   []people.View
	More   string
}

func (s Services) peopleList(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	page := peoplePage{desk: d, Status: people.Status(r.Query.Get("status"))}
	got, err := s.People.List(ctx, r.Actor, d.P.ID, people.ListInput{Status: page.Status, After: domain.Cursor(r.Query.Get("after")), Limit: 50})
	if err != nil {
		return Reply{}, err
	}
	page.Rows = got.Items
	if got.Next != "" {
		page.More = d.URL("/people?status=" + url.QueryEscape(string(page.Status)) + "&after=" + url.QueryEscape(string(got.Next)))
	}
	counts, err := s.People.Counts(ctx, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	for _, st := range people.Statuses {
		if counts[st] > 0 {
			page.Counts = append(page.Counts, statusCount{st, counts[st], st == page.Status, d.URL("/people?status=" + string(st))})
		}
	}
	return Show("staff/people", "People: "+d.P.Name, page), nil
}

type personPage struct {
	desk
	Row      people.View
	Identity *people.Identity
	Lines    []field2
	Timeline []happening
	Read     bool // the timeline has the words of the messages
	Purposes []string
	Ways     []string // how somebody may have spoken with us
	Ref      domain.ProcessRef
	Channels []string // value and label in turn
}

// field2 is a name and a value to read.
type field2 struct{ Name, Value string }

func (s Services) personPage(ctx context.Context, r *Request) (personPage, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return personPage{}, err
	}
	p, err := s.People.Get(ctx, r.Actor, r.Param("person"))
	if err != nil {
		return personPage{}, err
	}
	if p.Process != d.P.ID {
		return personPage{}, domain.Hidden("person")
	}
	page := personPage{desk: d, Row: p.ViewFor(r.Actor), Ways: waysIn, Channels: s.channels()}
	if page.Ref, err = s.Process.Ref(ctx, d.P.ID); err != nil {
		return page, err
	}
	for _, code := range people.Purposes {
		page.Purposes = append(page.Purposes, code, first(words(code)))
	}
	return page, s.withTimeline(ctx, r, &page)
}

func (s Services) person(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.personPage(ctx, r)
	return Show("staff/person", "A person", page), err
}

// withTimeline adds the person's history without the words of messages.
func (s Services) withTimeline(ctx context.Context, r *Request, page *personPage) error {
	lines, err := s.Outreach.Contact(ctx, r.Actor, page.P.ID, page.Row.ID)
	if err != nil {
		return err
	}
	page.Timeline, err = s.timeline(ctx, r, *page, lines)
	return err
}

// identity shows who somebody is, once, after the look was recorded. It is
// answered to the form itself, so that no address leads to it.
func (s Services) identity(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.personPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	id, err := s.People.Identity(ctx, r.Command(), page.Row.ID, r.Form.Get("purpose"))
	if err != nil {
		return r.Again(Show("staff/person", "A person", page), err)
	}
	for _, f := range []field2{
		{"Name", string(id.Name)}, {"Number", string(id.Number)}, {"Email", string(id.Email)}, {"Address", string(id.Address)},
		{"Postcode", string(id.Postcode)}, {"Language", string(id.Language)}, {"Format", string(id.Format)},
	} {
		if f.Value != "" {
			page.Lines = append(page.Lines, f)
		}
	}
	page.Identity = &id
	return Show("staff/person", "A person", page), nil
}

// personChannel sets how somebody is reached, as they told a member of staff.
func (s Services) personChannel(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.personPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	_, err = s.People.ChooseChannel(ctx, r.Command(), page.Row.ID, people.ChannelInput{
		Channel: r.Form.Get("channel"), Email: people.Private(strings.TrimSpace(r.Form.Get("email"))), Number: people.Private(r.Form.Get("number")),
	})
	if err != nil {
		r.Form.Del("email")
		r.Form.Del("number")
		return r.Again(Show("staff/person", "A person", page), err)
	}
	return Go(page.URL("/people/" + page.Row.ID)), nil
}

// wrongNumber takes a number off a person: somebody else has it.
func (s Services) wrongNumber(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.personPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	if r.Form.Get("sure") != "yes" {
		return r.Again(Show("staff/person", "A person", page), domain.Problems{"sure": "tick this if you are sure"}.Err())
	}
	if _, err := s.People.WrongNumber(ctx, r.Command(), page.Row.ID, ""); err != nil {
		return Reply{}, err
	}
	return Go(page.URL("/people/" + page.Row.ID)), nil
}

// personTexts shows what was written between a person and us, recorded first.
func (s Services) personTexts(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.personPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	lines, err := s.Outreach.History(ctx, r.Actor, page.P.ID, page.Row.ID, r.Form.Get("purpose"))
	if err != nil {
		return r.Again(Show("staff/person", "A person", page), err)
	}
	page.Read = true
	if page.Timeline, err = s.timeline(ctx, r, page, lines); err != nil {
		return Reply{}, err
	}
	return Show("staff/person", "A person", page), nil
}
