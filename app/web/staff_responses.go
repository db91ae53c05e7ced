package web

import (
	"context"
	"html/template"
	"net/url"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/audit"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/recruitment"
)

// afterPages are the responses, the recruitment's figures and the record.
func afterPages(s Services) []Page {
	return []Page{
		get("/staff/processes/:process/responses", s.responses),
		get("/staff/processes/:process/responses/:recommendation", s.responseForm),
		post("/staff/processes/:process/responses/:recommendation", s.respond),
		get("/staff/processes/:process/recruitment", s.recruitmentPage),
		get("/staff/processes/:process/record", s.record),
	}
}

type responsesPage struct {
	desk
	Rows     []accountability.ResponseView
	Actions  []accountability.Action
	Account  accountability.AccountView
	Respond  bool
	Reported bool
}

func (s Services) responses(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	page := responsesPage{desk: d, Respond: d.May(domain.Respond), Reported: d.P.Stage.Reached(domain.Reported)}
	a, id := s.Accountability, d.P.ID
	if err := part(&page.Rows, func() ([]accountability.ResponseView, error) { return a.Responses(ctx, r.Actor, id) }); err != nil {
		return Reply{}, err
	}
	if err := part(&page.Actions, func() ([]accountability.Action, error) { return a.Actions(ctx, r.Actor, id) }); err != nil {
		return Reply{}, err
	}
	err = part(&page.Account, func() (accountability.AccountView, error) { return a.Account(ctx, r.Actor, id) })
	return Show("staff/responses", "Responses: "+d.P.Name, page), err
}

type responsePage struct {
	desk
	R        accountability.ResponseView
	Rec      deliberation.Recommendation
	Respond  bool
	Status   Status
	Outcomes []string
	Was      accountability.Answer // what the form begins with
}

func (s Services) responsePage(ctx context.Context, r *Request) (responsePage, error) {
	d, err := s.deskOf(ctx, r)
	page := responsePage{desk: d}
	if err != nil {
		return page, err
	}
	id := r.Param("recommendation")
	if page.R, err = s.Accountability.Response(ctx, r.Actor, d.P.ID, id); err != nil {
		return page, err
	}
	if page.Rec, err = s.Deliberation.Recommendation(ctx, r.Actor, d.P.ID, id); err != nil {
		return page, err
	}
	page.Respond, page.Status = d.May(domain.Respond), dueStatus(page.R.Due, s.Clock.Now())
	for _, o := range accountability.Outcomes {
		page.Outcomes = append(page.Outcomes, string(o), outcomes[o].Word)
	}
	switch {
	case page.R.Draft != nil:
		page.Was = *page.R.Draft
	case page.R.Current != nil:
		page.Was = *page.R.Current
	}
	return page, nil
}

func (s Services) responseForm(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.responsePage(ctx, r)
	return Show("staff/response", "The answer to: "+page.Rec.Title, page), err
}

// respond keeps a draft or publishes the answer. What is published is never
// edited: a later answer is a revision, with its reason.
func (s Services) respond(ctx context.Context, r *Request) (Reply, error) {
	id, rec := r.Param("process"), r.Param("recommendation")
	ref, err := s.Process.Ref(ctx, id)
	if err != nil {
		return Reply{}, err
	}
	answer, err := answerOf(r.Form, ref.Location())
	if err == nil {
		switch r.Form.Get("do") {
		case "publish":
			_, err = s.Accountability.PublishResponse(ctx, r.Command(), id, rec, &answer)
		case "revise":
			_, err = s.Accountability.ReviseResponse(ctx, r.Command(), id, rec, answer)
		default:
			_, err = s.Accountability.DraftResponse(ctx, r.Command(), id, rec, answer)
		}
	}
	if err == nil {
		return Go("/staff/processes/" + url.PathEscape(id) + "/responses"), nil
	}
	page, again := s.responseForm(ctx, r)
	if again != nil {
		return Reply{}, err
	}
	return r.Again(page, dotless(err))
}

// answerOf reads the form of an answer; its days are those of the process.
func answerOf(f url.Values, loc *time.Location) (accountability.Answer, error) {
	in := typed{f: f, p: domain.Problems{}, loc: loc}
	a := accountability.Answer{
		Outcome: accountability.Outcome(f.Get("outcome")), Reason: in.text("reason_given"), Short: in.text("short"),
		Accepted: in.text("accepted"), By: in.day("by"), Decision: in.day("decision"),
	}
	if post := in.text("owner_post"); post != "" {
		a.Owner = &accountability.Owner{Post: post, Body: in.text("owner_body")}
	}
	if title, link := in.text("evidence_title"), in.text("evidence_link"); title != "" || link != "" {
		a.Evidence = &accountability.Evidence{Title: title, Link: link, Dated: in.day("evidence_dated")}
	}
	if body := in.text("other_body"); body != "" {
		a.Other = &accountability.Other{Body: body, Sent: in.day("other_sent")}
	}
	return a, in.p.Err()
}

// dotless names a problem's fields as the form does: owner.post is owner_post.
func dotless(err error) error {
	e, ok := err.(*domain.Error)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	c := *e
	c.Fields = map[string]string{}
	for name, text := range e.Fields {
		name = strings.ReplaceAll(name, ".", "_")
		switch name {
		case "reason":
			name = "reason_given"
		case "owner":
			name = "owner_post"
		case "evidence":
			name = "evidence_title"
		case "other":
			name = "other_body"
		}
		c.Fields[name] = text
	}
	return &c
}

type recruitmentShown struct {
	recruitDesk
	Table        recruitment.Representation
	Waves        []recruitment.WaveView
	Invitees     []recruitment.InviteeDrawView
	Draws        []recruitment.DrawView
	Replacements []recruitment.ReplacementView
	Chart        template.HTML
}

// recruitmentPage shows the figures of the way to the seats.
func (s Services) recruitmentPage(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.recruitDesk(ctx, r, "figures")
	if err != nil {
		return Reply{}, err
	}
	d.Title = "Recruitment"
	page, rs, id := recruitmentShown{recruitDesk: d}, s.Recruitment, d.P.ID
	reads := []func() error{
		func() error {
			return part(&page.Table, func() (recruitment.Representation, error) { return rs.Represent(ctx, r.Actor, id) })
		},
		func() error {
			return part(&page.Waves, func() ([]recruitment.WaveView, error) { return rs.ListWaves(ctx, r.Actor, id) })
		},
		func() error {
			return part(&page.Invitees, func() ([]recruitment.InviteeDrawView, error) { return rs.InviteeDraws(ctx, r.Actor, id) })
		},
		func() error {
			return part(&page.Draws, func() ([]recruitment.DrawView, error) { return rs.ListDraws(ctx, r.Actor, id) })
		},
		func() error {
			return part(&page.Replacements, func() ([]recruitment.ReplacementView, error) { return rs.ListReplacements(ctx, r.Actor, id) })
		},
	}
	for _, read := range reads {
		if err := read(); err != nil {
			return Reply{}, err
		}
	}
	page.Chart = comparison(page.Table.Table, page.P.Specification.Size).HTML()
	return Show("staff/recruitment", "Recruitment: "+d.P.Name, page), nil
}

type recordPage struct {
	desk
	Entries []audit.View
	Head    audit.Head
	More    string
}

// record lists what was done, by whom, in order.
func (s Services) record(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	page := recordPage{desk: d}
	entries, next, err := s.Audit.List(ctx, r.Actor, d.P.ID, 100, domain.Cursor(r.Query.Get("after")))
	if err != nil {
		return Reply{}, err
	}
	page.Entries = entries
	if next != "" {
		page.More = d.URL("/record?after=" + url.QueryEscape(string(next)))
	}
	page.Head, err = s.Audit.Head(ctx, d.P.ID)
	return Show("staff/record", "Record: "+d.P.Name, page), unless(err)
}

// Post is the owner's post that the form begins with.
func (p responsePage) Post() string {
	if p.Was.Owner == nil {
		return ""
	}
	return p.Was.Owner.Post
}

// OwnerBody is the owner's body that the form begins with.
func (p responsePage) OwnerBody() string {
	if p.Was.Owner == nil {
		return ""
	}
	return p.Was.Owner.Body
}
