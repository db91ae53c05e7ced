package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
	"folkmoot/domain/people"
)

const quillMail = "q.quill@home.example"

// emails says something to the member and answers what was emailed to them
// for it.
func (p *played) emails(t *testing.T, template string) []gateway.Email {
	t.Helper()
	p.settled()
	had := len(p.post.Emails())
	cmd := domain.Command{Key: "mail-" + template, Actor: domain.SystemActor("job")}
	if _, err := p.outreach.Send(t.Context(), cmd, domain.MessageData{
		Process: p.id, Person: p.member, Template: template, Class: domain.ClassService, Vars: map[string]string{"change": "The hall is flooded."},
	}); err != nil {
		t.Fatal(err)
	}
	p.settled()
	var out []gateway.Email
	all := p.post.Emails()
	for _, e := range all[:len(all)-had] {
		if e.To == quillMail {
			out = append(out, e)
		}
	}
	return out
}

// mailForms: a member is emailed once they or staff say so, answers by the
// link in the email, and gets no more after one click.
func (p *played) mailForms(t *testing.T, all map[string]*visitor) {
	v, staff := all["member"], "/staff/processes/"+p.id+"/people/"+p.member
	v.post("/me/channel", "channel", "email").wants(t, "emails to nowhere", 400, "give the address that emails go to")
	v.post("/me/channel", "channel", "email", "email", "Q <q@x>, y").wants(t, "no address", 400, "with one @ in it")
	all["commissioner"].post(staff+"/channel", "channel", "email", "email", quillMail).wants(t, "a commissioner's choice", 404)
	all["caller"].post(staff+"/channel", "channel", "letter").wants(t, "staff's choice", 303, staff)
	v.post("/me/channel", "channel", "email", "email", quillMail).wants(t, "emails", 303, "/me")
	got := p.emails(t, "change")
	if len(got) != 1 || !strings.Contains(got[0].Body, "The hall is flooded.") {
		t.Fatalf("got %+v", got)
	}
	p.mailedLink(t, &visitor{t: t, base: all["public"].base}, got[0]) // a browser of their own: the link signs in
	all["organiser"].get("/simulator/mail").wants(t, "the simulated post", 200, "The hall is flooded.", quillMail, "Open the link in it")
	all["commissioner"].get("/simulator/mail").wants(t, "a commissioner at the post", 404)
	all["organiser"].get(staff).wants(t, "the time line", 200, "Email to them: change")
	if a := v.get("/me"); !strings.Contains(a.body, "The hall is flooded.") {
		t.Error("the member does not see the email on their own page")
	}
	p.leaves(t, all, got[0].Leave)
}

// mailedLink: the link in an email opens the member's own page, once.
func (p *played) mailedLink(t *testing.T, v *visitor, e gateway.Email) {
	_, secret, ok := strings.Cut(e.Body, p.cfg.BaseURL+"/in/")
	if !ok {
		t.Fatalf("no way to the member's page in\n%s", e.Body)
	}
	secret = strings.Fields(secret)[0]
	v.get("/in/"+secret).wants(t, "the link", 200)
	v.post("/in/"+secret).wants(t, "using it", 303, "/me")
	v.post("/in/"+secret).wants(t, "using it again", 401)
}

// leaves: one click of a mail program, without cookies or Origin, ends the
// emails; the page takes it back, and so does choosing emails again.
func (p *played) leaves(t *testing.T, all map[string]*visitor, leave string) {
	path := strings.TrimPrefix(leave, p.cfg.BaseURL)
	v := all["public"]
	v.get(path).wants(t, "the page", 200, "Get no more emails", "your place in the draw or on the jury stays yours")
	if got := p.oneClick(t, v.base+path, url.Values{"other": {"x"}}); got != http.StatusBadRequest {
		t.Errorf("another form: %d", got)
	}
	if got := p.oneClick(t, v.base+path, url.Values{"List-Unsubscribe": {"One-Click"}}); got != http.StatusOK {
		t.Errorf("one click: %d", got)
	}
	v.get(path).wants(t, "the page after", 200, "You get no more emails", "Get emails again")
	if got := p.emails(t, "report_published"); len(got) != 0 {
		t.Errorf("%d emails, want none after leaving", len(got))
	}
	v.post(path+"/again").wants(t, "coming back", 303, path)
	v.post(path+"/stop").wants(t, "leaving by the page", 303, path)
	all["member"].post("/me/channel", "channel", "email").wants(t, "choosing emails again", 303, "/me")
	if got := p.emails(t, "completed"); len(got) != 1 {
		t.Errorf("%d emails, want one more after choosing them again", len(got))
	}
	nobody := strings.Replace(path, p.outreach.Hash(quillMail), p.outreach.Hash("nobody@home.example"), 1)
	v.get(nobody).wants(t, "an address nobody was written to", 404)
	v.get(path).wants(t, "the page at the end", 200, "Get no more emails")
	row := must[people.Person](t)(p.people.Get(t.Context(), p.actors["organiser"], p.member))
	if row.Channel != people.ChannelEmail {
		t.Errorf("reached by %s", row.Channel)
	}
	all["member"].post("/me/channel", "channel", "text").wants(t, "texts again", 303, "/me")
	p.left = path
}

func (p *played) oneClick(t *testing.T, address string, form url.Values) int {
	t.Helper()
	resp, err := http.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}
