package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

// proposePages begin a process.
func proposePages(s Services) []Page {
	return []Page{get("/staff/propose", s.proposeForm), post("/staff/propose", s.propose)}
}

// proposePage is the form that begins a process.
type proposePage struct {
	Bodies   []process.BodyView // for which the reader may propose
	Choices  []string           // of them: value and label in turn
	Kinds    []string
	Partners []string // every body, value and label in turn
}

// One reports whether there is nothing to choose.
func (p proposePage) One() bool { return len(p.Bodies) == 1 }

// kindOrder is the order in which kinds are offered.
var kindOrder = []string{"jury", "assembly", "citizens_panel", "lived_experience_group"}

// kindChoices are the kinds with what their names promise.
func kindChoices() []string {
	var out []string
	for _, id := range kindOrder {
		k := process.Kinds[id]
		out = append(out, id, fmt.Sprintf("%s: %s to %s people, at least %.0f hours together", first(k.Label), thousands(int64(k.MinSize)), thousands(int64(k.MaxSize)), k.MinHours))
	}
	return out
}

// proposesFor lists the bodies for which somebody may propose a process: roles
// are given over a body.
func (s Services) proposesFor(ctx context.Context, a domain.Actor) ([]process.BodyView, error) {
	var out []process.BodyView
	for _, g := range a.Grants {
		had := slices.ContainsFunc(out, func(b process.BodyView) bool { return b.ID == g.Body })
		if had || g.Body == "" || !domain.May(a, domain.PromiseProcess, domain.Scope{Body: g.Body}) {
			continue
		}
		b, err := s.Process.Body(ctx, g.Body)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

const mostPartners = 200 // bodies that are offered as partners

func (s Services) proposeForm(ctx context.Context, r *Request) (Reply, error) {
	page := proposePage{Kinds: kindChoices()}
	var err error
	if page.Bodies, err = s.proposesFor(ctx, r.Actor); err != nil {
		return Reply{}, err
	}
	if len(page.Bodies) == 0 {
		return Reply{}, domain.Hidden("page")
	}
	for _, b := range page.Bodies {
		page.Choices = append(page.Choices, b.ID, b.Name+" ("+s.lawOf(b.Profile)+")")
	}
	all, _, err := s.Process.ListBodies(ctx, mostPartners, "")
	for _, b := range all {
		if !page.One() || b.ID != page.Bodies[0].ID {
			page.Partners = append(page.Partners, b.ID, b.Name)
		}
	}
	return Show("staff/propose", "Propose a process", page), err
}

// lawOf is the name of a profile: the law and practice that a body works under.
func (s Services) lawOf(profile string) string {
	if p, ok := s.Process.Profiles[profile]; ok {
		return p.Name
	}
	return profile
}

// propose begins a process and goes to its page, which says what comes next.
func (s Services) propose(ctx context.Context, r *Request) (Reply, error) {
	in := typed{f: r.Form}
	v, err := s.Process.Propose(ctx, r.Command(), process.ProposeInput{
		Body: in.text("body"), Kind: in.text("kind"), Name: in.text("name"), ShortName: in.text("short_name"),
		Keyword: in.text("keyword"), Phone: in.text("phone"), Partners: slices.DeleteFunc(slices.Clone(r.Form["partners"]), func(id string) bool { return id == in.text("body") }),
	})
	err = reworded(err, map[string]string{"kind": "choose what kind of process it is"})
	return done(r, err, "/staff/processes/"+url.PathEscape(v.ID), func() (Reply, error) { return s.proposeForm(ctx, r) })
}
