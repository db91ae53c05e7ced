package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/process"
	"folkmoot/domain/sortition"
)

// upload sends a form with a file, as a browser does.
func (v *visitor) upload(path, file, content string, pairs ...string) answer {
	v.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	fields := append([]string{"_key", "key-" + v.t.Name() + path}, pairs...)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			v.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile(file, "people.csv")
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err != nil {
		v.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		v.t.Fatal(err)
	}
	return v.ask(http.MethodPost, path, &body, w.FormDataContentType())
}

// drawStory goes from a list to a drawn panel and a changed seat on pages
// alone; beside each form that is taken stands one that is not.
func (p *played) drawStory(t *testing.T, all map[string]*visitor) {
	id, code := p.designed(t)
	story := drawStory{p, t, all, "/staff/processes/" + id, id, code}
	story.list()
	story.targets()
	story.invite()
	story.fill()
	story.relax()
	story.draw()
	story.check()
	story.replace()
	story.watchers()
}

// designed is a process whose question and specification stand.
func (p *played) designed(t *testing.T) (id, code string) {
	ours := must[process.View](t)(p.process.Get(t.Context(), p.actors["organiser"], p.id)).Body
	id, code = p.propose("organiser", "commissioner", ours, "Forest library jury", "Library Jury", "What should the library be for?")
	p.enter(id, domain.RemitAgreed)
	must[process.View](t)(p.process.Specify(t.Context(), p.do("organiser"), id, specification(12, "2026-09-01", "2026-09-03")))
	p.enter(id, domain.Designed)
	return id, code
}

type drawStory struct {
	p    *played
	t    *testing.T
	all  map[string]*visitor
	at   string
	id   string
	code string
}

func (s drawStory) list() {
	organiser := s.all["organiser"]
	bad := "id,name,mobile,address,ward,imd\n1,Row One,+999000002001,1 Hill,East,1\n1,Row Two,call me,2 Hill,,2\n"
	a := organiser.upload(s.at+"/lists", "file", bad, "name", "Addresses of May", "source", "the district")
	a.wants(s.t, "a list with problems", 400, "Addresses of May", "it has 3 problems", "This id also stands in row 2", "The area is missing", "mobile (C3)", "does not read as a phone number")
	organiser.post(s.at+"/lists", "name", "Addresses").wants(s.t, "a list without a file", 400, "choose a file, or paste its rows", "Addresses")
	var good strings.Builder
	good.WriteString("\ufeffid;name;mobile;address;ward;imd\n") // as European Excel writes it
	for i := range 60 {
		fmt.Fprintf(&good, "%d;Row %d;+999000002%03d;%d Hill;%s;%d\n", i, i, i, i, []string{"East", "West"}[i%2], i%2+1)
	}
	organiser.upload(s.at+"/lists", "file", good.String(), "name", "Addresses of May", "source", "the district").wants(s.t, "a list", 303, "/lists")
	organiser.get(s.at+"/lists").wants(s.t, "the lists", 200, "60 rows", "East / 1", "Invitations are drawn from it")
	for who, status := range map[string]int{"oversight": 200, "commissioner": 404, "caller": 404, "elsewhere": 404, "member": 404, "public": 303} {
		if a := s.all[who].get(s.at + "/lists"); a.status != status {
			s.t.Errorf("the lists for %s: got %d, want %d", who, a.status, status)
		}
	}
	s.all["oversight"].upload(s.at+"/lists", "file", good.String(), "name", "Mine", "source", "me").wants(s.t, "an import by oversight", 403)
}

func (s drawStory) targets() {
	organiser, path := s.all["organiser"], s.at+"/targets"
	a := organiser.post(path+"/shares", "rows", "feature,value,share\ngender,woman,51.2\ngender,man,much\n", "share_source", "Census 2021", "size", "12")
	a.wants(s.t, "a share that is none", 400, "is no percentage", "C3", "gender,woman,51.2")
	organiser.post(path+"/shares", "rows", "gender,woman,51.2\ngender,man,48.8\n", "size", "12").wants(s.t, "shares from nowhere", 400, "say where the share comes from")
	a = organiser.post(path+"/shares", "rows", "gender,woman,51.2%\ngender,man,48.8\nage,18 to 44,38.5\nage,45 and over,61.5", "share_source", "Census 2021", "size", "12", "slack", "1", "flex", "1")
	a.wants(s.t, "shares", 200, "Not saved yet", "6.14", "4.62", `value="51.2"`, `id="f-min-0" name="min.0" value="5"`)
	a = organiser.upload(path+"/file", "file", "feature,value,min,max\ngender,woman,x,3\n")
	a.wants(s.t, "targets that are none", 400, "it has 1 problem", "min (C2)")
	organiser.upload(path+"/file", "file", "category,name,min,max\ngender,woman,3,3\n").wants(s.t, "targets of a file", 200, "come from your file", `value="3"`)
	a = organiser.post(path, targetForm("gender woman 4 2", "gender man 3 x", "age young 1 6")...)
	a.wants(s.t, "wrong targets", 400, "give the most as a whole number", `value="x"`, "f-targets-1-")
	organiser.post(path, targetForm("gender woman 8 4", "gender man 6 6")...).wants(s.t, "a least above the most", 400, "is greater than the maximum", `value="8"`)
	if a := s.all["commissioner"].post(path, targetForm("gender woman 3 3", "gender man 3 3")...); a.status != 403 {
		s.t.Errorf("a commissioner's targets: got %d", a.status)
	}
	organiser.post(path, targetForm("gender woman 6 6", "gender man 6 6", "age young 6 8", "age old 4 6")...).wants(s.t, "targets", 303, "/targets")
	s.all["commissioner"].get(path).wants(s.t, "the targets for a commissioner", 200, "young")
}

// targetForm is the table of targets as a browser sends it: feature, value,
// least and most of each row, with empty rows after them.
func targetForm(rows ...string) []string {
	out := []string{"_version", ""}
	for i, row := range append(rows, "", "") {
		cells := append(strings.Fields(row), "", "", "", "")
		for j, name := range []string{"feature", "value", "min", "max"} {
			out = append(out, fmt.Sprintf("%s.%d", name, i), cells[j])
		}
		for _, name := range []string{"flex_min", "flex_max", "share", "source"} {
			out = append(out, fmt.Sprintf("%s.%d", name, i), "")
		}
	}
	return out
}

func (s drawStory) invite() {
	organiser, path := s.all["organiser"], s.at+"/invited"
	organiser.post(s.at+"/pool/open").wants(s.t, "opening too early", 409)
	organiser.get(s.at).wants(s.t, "what recruiting needs", 200, `href="`+s.at+`/pool#trial"`)
	organiser.post(s.at+"/pool/trial").wants(s.t, "the opt-out line", 303, "/pool")
	organiser.post(s.at+"/advance", "to", "recruiting", "override_reason", "The play leaves some of it out.").wants(s.t, "recruiting", 303)
	organiser.post(s.at+"/pool/open").wants(s.t, "opening", 303, "/pool")
	organiser.post(path, "count", "many", "weight.0", "lots").wants(s.t, "a plan that is none", 400, "whole number", "give a percentage", `value="many"`)
	organiser.post(path, "count", "40").wants(s.t, "a plan without a seed plan", 400, "say in words how the seed will be made")
	organiser.post(path, "count", "40", "by", "people", "weight.0", "150", "seed_plan", "Dice, in the library.").wants(s.t, "fixing the list", 303)
	a := organiser.get(path)
	a.wants(s.t, "a plan", 200, "Committed: draw the number", "150%", "Dice, in the library.")
	draw := regexp.MustCompile(`/invited/([a-z0-9]{16})/seed`).FindStringSubmatch(a.body)
	if draw == nil {
		s.t.Fatal("the page has no form for the seed")
	}
	one := path + "/" + draw[1]
	organiser.post(one+"/seed", "digits", "12", "witnesses", "Ann Reeve").wants(s.t, "a short seed", 400, "give 12 to 200 digits", "at least two people", "Ann Reeve")
	organiser.post(one+"/seed", "digits", "4091 7723 5508", "witnesses", "Ann Reeve, library\nBo Tanner, applicant").wants(s.t, "who is asked", 303)
	organiser.get(path).wants(s.t, "who is asked", 200, "40</strong> people drawn", "Bo Tanner", "409177235508")
	s.all["oversight"].get(one+"/certificate").wants(s.t, "its certificate", 200, "409177235508", "statement")
	s.all["oversight"].post(one+"/record", "purpose", "").wants(s.t, "a look without a purpose", 400, "say what you look at it for")
	s.all["oversight"].post(one+"/record", "purpose", "checking the first lottery").wants(s.t, "the record", 200, "folkmoot-invitation/1")
	organiser.post(s.at+"/invitations", "count", "40").wants(s.t, "a wave", 303)
	s.p.settled()
	s.all["public"].get("/d/"+s.code).wants(s.t, "who was asked, in public", 200, "Who was asked", "East / 1", "Download this certificate")
}

// fill takes registrants over from a phone line: too few young people.
func (s drawStory) fill() {
	organiser := s.all["organiser"]
	head := "id,name,mobile,address,gender,age\n"
	organiser.upload(s.at+"/pool/registrants", "file", head+"1,A,nobody,1 Lane,woman,young\n", "source", "phone line").
		wants(s.t, "registrants with problems", 400, "mobile (C2)", "phone line")
	var b strings.Builder
	b.WriteString(head)
	for i := range 24 {
		fmt.Fprintf(&b, "%d,Resident Quill%d,+999000003%03d,%d Lane,%s,%s\n", i, i, i, i, []string{"woman", "man"}[i%2], []string{"young", "old"}[min(1, i/2)])
	}
	a := organiser.upload(s.at+"/pool/registrants", "file", b.String(), "source", "phone line")
	a.wants(s.t, "registrants", 303, "/pool?batch=")
	s.p.settled()
	s.p.at("2026-05-20 10:00") // the next count
	s.p.settled()
	organiser.get(a.to).wants(s.t, "the pool", 200, "24 people are in the pool", "Taken over", "4 too few", "Enough")
	s.all["commissioner"].get(s.at+"/pool").wants(s.t, "the pool for a commissioner", 200, "Not shown", "are not shown")
	for _, who := range []string{"commissioner", "oversight", "elsewhere", "member"} {
		if a := s.all[who].post(s.at + "/pool/outlook"); a.status < 400 || strings.Contains(a.body, "What a draw would meet") {
			s.t.Errorf("%s looks into the pool: %d", who, a.status)
		}
	}
}

var suggestion = regexp.MustCompile(`name="suggested" value="([^"]+)"`)

func (s drawStory) relax() {
	organiser, path := s.all["organiser"], s.at+"/pool"
	a := organiser.post(path + "/outlook")
	a.wants(s.t, "a pool that cannot do", 200, "No panel meets all targets", "These cannot be met together", "The smallest change that helps", "instead of")
	if strings.Contains(a.body, "Resident Quill") {
		s.t.Error("the outlook names people")
	}
	var ease []string
	for _, m := range suggestion.FindAllStringSubmatch(a.body, -1) {
		ease = append(ease, "suggested", m[1], "changes", m[1])
	}
	organiser.post(path+"/relax", ease...).wants(s.t, "relaxing without a reason", 400, "say why in a sentence", "The smallest change that helps", "checked")
	s.all["commissioner"].post(path+"/relax", append(ease, "reason", "We want it so, please.")...).wants(s.t, "a commissioner relaxing", 403)
	organiser.post(path+"/relax", append(ease, "reason", "Only two young people came; the phone line is closed.")...).wants(s.t, "relaxing", 303)
	organiser.get(path).wants(s.t, "what was relaxed", 200, "Targets that were relaxed", "by Staff organiser", "Only two young people came")
	a = organiser.post(path + "/outlook")
	a.wants(s.t, "a pool that can", 200, "A panel can be drawn", "barely")
}

func (s drawStory) draw() {
	organiser, path := s.all["organiser"], s.at+"/draws"
	organiser.post(path, "seed_plan", "Balls.").wants(s.t, "preparing too early", 409, "registration closed", `href="`+s.at+`/pool#registration"`)
	organiser.post(s.at+"/pool/close", "from", "/draws").wants(s.t, "closing", 303, "/draws")
	organiser.post(path, "seed_plan", "", "panels", "x", "drand_round", "soon").wants(s.t, "settings that are none", 400, "whole number", "number of the round", `value="soon"`)
	organiser.post(path, "seed_plan", "Balls, in the hall.", "stay", "often").wants(s.t, "rates that are none", 400, "is no rate", "often")
	organiser.post(path, "seed_plan", "Balls, in the hall.", "panels", "100", "stay", "0.9\nage: young = 0.8").wants(s.t, "preparing", 303)
	a := organiser.get(path)
	a.wants(s.t, "a prepared draw", 200, "Publish the commitment", "Least chance", "age: young 0.8", "proved")
	draw := regexp.MustCompile(`/draws/([a-z0-9]{16})/commit`).FindStringSubmatch(a.body)
	if draw == nil {
		s.t.Fatal("the page has no form for the commitment")
	}
	one := path + "/" + draw[1]
	organiser.post(one+"/commit", "observers", "", "draw_at", "noon").wants(s.t, "nobody watches", 400, "give a day and a time")
	organiser.post(one+"/commit", "observers", "").wants(s.t, "nobody watches", 400, "name at least one person who watches")
	organiser.post(one+"/abandon", "reason", "no").wants(s.t, "giving up without a reason", 400, "say why, in a sentence")
	organiser.post(one+"/commit", "observers", "Wyn Essex, for the applicants\nPat Ash, librarian", "draw_at", "2026-06-01T14:00").wants(s.t, "committing", 303)
	s.all["public"].get("/d/"+s.code).wants(s.t, "the commitment in public", 200, "Everything was fixed and published", "Wyn Essex", "A number will be drawn", "Only two young people came")
	organiser.post(one+"/seed", "digits", "314159265358", "witnesses", "Wyn Essex\nPat Ash").wants(s.t, "the number", 303)
	a = organiser.post(one+"/confirm", "digits", "314159265358")
	a.wants(s.t, "the same person twice", 409, "second person who saw the digits", `href="`+path+`"`)
	s.all["oversight"].post(one+"/confirm", "digits", "111111111111").wants(s.t, "other digits", 409, "do not have the same digits")
	organiser.post(one+"/seed", "digits", "3141 5926 5358", "witnesses", "Wyn Essex\nPat Ash").wants(s.t, "the number again", 303)
	s.all["oversight"].post(one+"/confirm", "digits", "314159265358").wants(s.t, "confirming", 303)
	s.all["oversight"].post(one+"/conclude").wants(s.t, "oversight concluding", 403)
	organiser.post(one+"/conclude").wants(s.t, "concluding", 303)
	s.p.settled()
	organiser.get(path).wants(s.t, "the draw is done", 200, "all 24 people in the pool were told", "Those picked beside what was asked for", "imagined rounds of drop-outs")
	s.all["oversight"].post(one+"/replay", "purpose", "checking it").wants(s.t, "the replay file", 200, "folkmoot-draw-replay/1")
}

// check is what anybody can do with the public page.
func (s drawStory) check() {
	public := s.all["public"]
	a := public.get("/d/" + s.code)
	a.wants(s.t, "the public draw", 200, "Download the certificate", "Least chance", "5/11", "Find it", "asked for: 6", "Rates of staying that were used")
	link := regexp.MustCompile(`/d/[A-Z0-9]+/certificate/[a-z0-9]+`).FindString(a.body)
	var cert sortition.Certificate
	if err := json.Unmarshal([]byte(public.get(link).body), &cert); err != nil || cert.Choice == nil {
		s.t.Fatalf("the certificate: %v", err)
	}
	picked := cert.Choice.Selected[0]
	public.get("/d/"+s.code+"?name="+strings.ToLower(picked)).wants(s.t, "finding oneself", 200, picked, "picked", "numbered group")
	public.get("/d/"+s.code+"?name=NOBODY").wants(s.t, "finding nobody", 200, "There is no such name in this draw")
	for _, no := range []string{"Resident Quill", "+999", "2 (17%)"} {
		if strings.Contains(a.body, no) {
			s.t.Errorf("the public page of the draw shows %q", no)
		}
	}
}

// replace lets somebody decline: a reserve is called.
func (s drawStory) replace() {
	organiser := s.all["organiser"]
	for person, err := range s.p.people.Of(s.t.Context(), s.id, people.Offered) {
		if err != nil {
			s.t.Fatal(err)
		}
		must[people.Person](s.t)(s.p.people.Decline(s.t.Context(), s.p.do("caller"), person.ID, people.DeclineInput{}))
		break
	}
	s.all["oversight"].post(s.at+"/seats/fill").wants(s.t, "oversight filling a seat", 403)
	organiser.post(s.at+"/seats/fill").wants(s.t, "filling seats", 303)
	for _, who := range []string{"organiser", "oversight"} {
		s.all[who].get(s.at+"/seats").wants(s.t, "the seats", 200, "Replacement 1", "a named reserve", "targets are met", "(declined)")
	}
	s.all["public"].get("/d/"+s.code).wants(s.t, "the seats in public", 200, "Seats that changed hands", "a named reserve", "targets are met")
}

// watchers see the steps; who may not see them is told that there are none.
func (s drawStory) watchers() {
	for page, may := range map[string][]string{
		"/lists": {"organiser", "oversight", "evaluator"}, "/invited": {"organiser", "oversight", "evaluator"}, "/draws": {"organiser", "oversight", "evaluator"},
		"/seats": {"organiser", "oversight", "evaluator"}, "/targets": {"organiser", "oversight", "commissioner", "caller"}, "/pool": {"organiser", "oversight", "commissioner", "caller"},
	} {
		for _, who := range []string{"organiser", "oversight", "evaluator", "commissioner", "caller", "elsewhere"} {
			want := 404
			for _, m := range may {
				if m == who {
					want = 200
				}
			}
			if want == 404 && who == "evaluator" {
				continue // may see figures too
			}
			a := s.all[who].get(s.at + page)
			if a.status != want {
				s.t.Errorf("%s for %s: got %d, want %d", page, who, a.status, want)
			}
			for _, no := range append(personal, "Row One", "<no value>", "invalid") {
				if strings.Contains(a.body, no) {
					s.t.Errorf("%s for %s shows %q", page, who, no)
				}
			}
		}
	}
}
