package web

import (
	"context"
	"net/url"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

// publicPages are what anybody may read.
func publicPages(s Services) []Page {
	return []Page{
		open(get("/", s.home)),
		open(get("/find", s.find)),
		open(get("/p/:code", s.publicProcess)),
		open(get("/d/:code", s.publicDraw)),
		open(get("/d/:code/certificate/:draw", s.certificate)),
		open(get("/d/:code/asked/:draw", s.publicAsked)),
		open(get("/r/:code", s.publicReport)),
		open(get("/e/:code", s.publicEvidence)),
		open(get("/e/:code/files/:hash", s.publicFile)),
	}
}

// listed is a process on the list of the first page.
type listed struct {
	process.PublicView
	Where string // it stands, in words
}

type homePage struct {
	Now, Ended []listed // under way, over
	Next       string   // address of the rest of the list
	First      bool
}

// home says what this is and lists what is public.
func (s Services) home(ctx context.Context, r *Request) (Reply, error) {
	after := domain.Cursor(r.Query.Get("after"))
	views, next, err := s.Process.ListPublic(ctx, 50, after)
	if err != nil {
		return Reply{}, err
	}
	page := homePage{First: after == ""}
	for _, v := range views {
		l := listed{v, standing(v.Stage)}
		if v.Stage == domain.Closed || v.Stage == domain.Cancelled {
			page.Ended = append(page.Ended, l)
		} else {
			page.Now = append(page.Now, l)
		}
	}
	if next != "" {
		page.Next = "/?after=" + url.QueryEscape(string(next))
	}
	return Show("public/home", "People's juries and assemblies", page).KeptFor(shortly), nil
}

// standings say where a process stands to somebody who has never heard of
// stages.
var standings = map[domain.Stage]string{
	domain.Proposed: "Being agreed", domain.RemitAgreed: "The question is agreed", domain.Designed: "Getting ready to invite people",
	domain.Recruiting: "People are being asked to take part", domain.Selected: "People have been picked by lottery",
	domain.Convened: "Members are getting ready", domain.Deliberating: "Members are meeting", domain.Reporting: "Members are writing their report",
	domain.Reported: "The report is out; an answer is owed", domain.Responded: "Every recommendation has an answer",
	domain.Implementing: "What was accepted is being carried out", domain.Closed: "Finished",
	domain.Paused: "Paused", domain.Cancelled: "Cancelled",
}

func standing(s domain.Stage) string {
	if w, ok := standings[s]; ok {
		return w
	}
	return words(s)
}

// find leads from a code in a text or a letter to its page.
func (s Services) find(ctx context.Context, r *Request) (Reply, error) {
	code := upper(r.Query.Get("code"))
	if _, err := s.Process.Public(ctx, code); err == nil {
		return Go("/p/" + url.PathEscape(code)), nil
	}
	if _, err := s.People.ByCode(ctx, code); err == nil {
		return Go("/j/" + url.PathEscape(code)), nil
	}
	return Show("public/not_found", "We do not know this code", code), nil
}
