package main

import (
	"net/url"
	"strings"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

// begun is an installation with a body and its people, and no process yet.
type begun struct {
	*played
	all  map[string]*visitor
	body string
	path string // of the process's staff page, once it is proposed
}

func beginning(t *testing.T) *begun {
	t.Helper()
	p, ln := quietHouse(t)
	p.at("2026-01-15 10:00")
	b := &begun{played: p}
	b.body = p.council("Lydney Town Council")
	partner := p.council("Vale Council")
	for key, role := range map[string]domain.Role{
		"organiser": domain.Organiser, "commissioner": domain.Commissioner, "board": domain.Commissioner,
		"wyn": domain.Oversight, "pat": domain.Oversight, "kim": domain.Oversight, "caller": domain.ConfirmationCaller,
	} {
		p.user(key, "Staff "+key, domain.Grant{Role: role, Body: b.body})
	}
	p.user("administrator", "Ada Min", domain.Grant{Role: domain.Administrator})
	p.user("elsewhere", "Otto Else", domain.Grant{Role: domain.Organiser, Body: partner})
	p.link()
	b.all = p.serving(ln)
	return b
}

// council adds a council.
func (p *played) council(name string) string {
	p.t.Helper()
	return must[process.BodyView](p.t)(p.process.CreateBody(p.ctx, p.do(""), process.BodyInput{Name: name, Kind: "council", Profile: "council", Phone: "01632 960123"})).ID
}

// TestFirstProcessByPages goes from an installation without a process to
// recruitment, by nothing but pages.
func TestFirstProcessByPages(t *testing.T) {
	t.Parallel()
	b := beginning(t)
	b.proposing(t)
}

// proposing: who may begin a process, what a half-filled form says, and that
// nothing typed is lost.
func (b *begun) proposing(t *testing.T) {
	org := b.all["organiser"]
	org.get("/staff").wants(t, "an empty overview", 200, "There is no process yet", "/staff/propose")
	b.all["administrator"].get("/staff").wants(t, "an administrator's empty overview", 200, "folkmoot admin body", "folkmoot admin user")
	b.all["caller"].get("/staff").wants(t, "a caller's empty overview", 200, "No process is open to you")
	org.get("/staff/propose").wants(t, "the form", 200, "Lydney Town Council (England, councils)", "Vale Council", "jury: 12 to 24 people, at least 12 hours")
	for _, who := range []string{"caller", "wyn", "administrator"} {
		b.all[who].get("/staff/propose").wants(t, who+"'s proposal", 404)
		b.all[who].post("/staff/propose", "body", b.body, "kind", "jury", "name", "N", "short_name", "S").wants(t, who+" proposing", 403)
	}
	org.post("/staff/propose", "name", "Buses <in> Lydney", "short_name", "The jury on the buses of Lydney town", "keyword", "stop").wants(t, "half a proposal", 400,
		"choose the body that asks", "f-kind-error", "choose what kind", "1 to 30 letters", "3 to 12 letters", "Buses &lt;in&gt; Lydney", `value="stop"`)
	b.all["elsewhere"].post("/staff/propose", "body", b.body, "kind", "jury", "name", "N", "short_name", "S").wants(t, "another body's organiser", 404)
	a := org.post("/staff/propose", "body", b.body, "kind", "jury", "name", "Buses in Lydney", "short_name", "Lydney Bus Jury", "keyword", "bus", "partners", b.body)
	a.wants(t, "a proposal", 303, "/staff/processes/")
	b.path = a.to
	b.id = must[string](t)(url.PathUnescape(strings.TrimPrefix(a.to, "/staff/processes/")))
	org.get("/staff").wants(t, "the overview", 200, "Buses in Lydney", "Propose a further process")
	b.all["elsewhere"].get(b.path).wants(t, "another body's process", 404)
}
