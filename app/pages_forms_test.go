package main

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/app/web/webtest"
	"folkmoot/domain"
	"folkmoot/domain/audit"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
)

// wants checks what a form was answered with.
func (a answer) wants(t *testing.T, what string, status int, shows ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: got %d, want %d\n%s", what, a.status, status, plainText(a.body))
	}
	for _, s := range shows {
		if !strings.Contains(a.body, s) && !strings.Contains(a.to, s) {
			t.Errorf("%s: %q is missing from\n%s%s", what, s, a.to, plainText(a.body))
		}
	}
}

// plainText is the start of a page's main part, for messages of tests.
func plainText(html string) string {
	if i := strings.Index(html, "<main"); i >= 0 {
		html = html[i:]
	}
	return html[:min(len(html), 1500)]
}

func (p *played) forms(t *testing.T, all map[string]*visitor) {
	p.lookForms(t, all)
	p.memberForms(t, all["member"])
	p.keptForms(t, all)
	p.letterForms(t, all["public"])
	p.staffForms(t, all)
	p.phoneForms(t, all)
	p.waveForms(t, all)
	p.postcodeForms(t, all)
	p.callForms(t, all)
	p.broadcastForms(t, all)
}

// lookForms: who somebody is shows after a purpose, and the record holds it.
func (p *played) lookForms(t *testing.T, all map[string]*visitor) {
	path := "/staff/processes/" + p.id + "/people/" + p.member
	all["organiser"].post(path+"/identity", "purpose", "curiosity").wants(t, "no such purpose", 400)
	before := must[audit.Head](t)(p.audit.Head(t.Context(), p.id))
	all["organiser"].post(path+"/identity", "purpose", "phone_call").wants(t, "a look", 200, "Resident Quill", "Hidden Lane")
	if after := must[audit.Head](t)(p.audit.Head(t.Context(), p.id)); after.Seq != before.Seq+1 {
		t.Errorf("a look left %d entries, want 1", after.Seq-before.Seq)
	}
	all["organiser"].post(path+"/texts", "purpose", "").wants(t, "words without a purpose", 400)
	all["organiser"].post(path+"/texts", "purpose", "phone_call").wants(t, "the words of texts", 200, "fm-phone__text", "Forest Jury")
	for _, who := range []string{"commissioner", "oversight", "administrator", "elsewhere", "member"} {
		a := all[who].post(path+"/identity", "purpose", "phone_call")
		if a.status < 400 || strings.Contains(a.body, "Quill") {
			t.Errorf("%s sees who somebody is: %d", who, a.status)
		}
	}
}

func (p *played) memberForms(t *testing.T, v *visitor) {
	a := v.get("/me")
	a.wants(t, "the member's page", 200, "You have a seat", "Your chance was", "A taxi from Whimberry Cottage", "Day 1: the place", "What happened next", "Not agreed")
	for _, no := range []string{"Resident Quill", "Hidden Lane", "Staff caller"} {
		if strings.Contains(a.body, no) {
			t.Errorf("the member's page shows %q", no)
		}
	}
	v.post("/me/support", "kind", "hearing_loop").wants(t, "asking for support", 303, "/me")
	v.post("/me/payment", "choice", "pay").wants(t, "choosing to be paid", 303, "/me")
	bad := v.post("/me/bank", "account_name", "Q Quill", "sort_code", "12", "account_number", "12345678")
	bad.wants(t, "a short sort code", 400, "6 digits")
	if strings.Contains(bad.body, "12345678") {
		t.Error("bank details are sent back to the page")
	}
	v.post("/me/bank", "account_name", "Q Quill", "sort_code", "10-20-30", "account_number", "12345678").wants(t, "bank details", 303, "/me")
	a = v.get("/me")
	a.wants(t, "the member's page", 200, "We have your bank details")
	if strings.Contains(a.body, "12345678") || strings.Contains(a.body, "102030") {
		t.Error("bank details are shown")
	}
	v.post("/me/withdraw").wants(t, "leaving without being sure", 400, "tick this")
}

func (p *played) letterForms(t *testing.T, v *visitor) {
	path := "/j/" + p.letter
	v.post(path, "eligible", "yes", "name", "Someone New").wants(t, "an unfinished form", 400, "choose one; rather not say is fine", "Someone New")
	v.post(path, "eligible", "no").wants(t, "who cannot take part", 200, "You cannot take part this time")
	v.post(path, "eligible", "yes", "name", "Someone New", "number", "12", "channel", "letter", "answer.gender", "woman", "answer.age", "18 to 44").wants(t, "not a number", 400, "does not read as a phone number")
	form := []string{"eligible", "yes", "name", "Someone New", "number", "07700 900321", "channel", "text", "answer.gender", "Rather not say", "answer.age", "18 to 44"}
	v.post(path, form...).wants(t, "registering", 200, "Your name is down")
	v.get(path).wants(t, "a used letter", 200, "used this letter already")
	p2 := must[people.Person](t)(p.people.ByCode(t.Context(), p.letter))
	if p2.Status != people.InPool {
		t.Errorf("got %s", p2.Status)
	}
	v.get("/find?code="+strings.ToLower(p.letter)).wants(t, "finding a letter", 303, "/j/")
	v.get("/find?code="+strings.ToLower(p.code)).wants(t, "finding a process", 303, "/p/"+p.code)
	v.get("/find?code=%3Cb%3E").wants(t, "finding nothing", 200, "&lt;B&gt;")
}

func (p *played) staffForms(t *testing.T, all map[string]*visitor) {
	path := "/staff/processes/" + p.id
	all["organiser"].post(path+"/advance", "to", "responded").wants(t, "a guard that is not met", 409, "can supply it")
	all["commissioner"].post(path+"/advance", "to", "responded", "override_reason", "I want to").wants(t, "a commissioner's override", 403)
	rec := path + "/responses/" + p.rec
	all["commissioner"].post(rec, "do", "publish", "outcome", "accept", "reason_given", "Gladly.").wants(t, "an acceptance without an owner", 400, "name the post", "give the date")
	all["commissioner"].post(rec, "do", "draft", "outcome", "accept", "reason_given", "Gladly.").wants(t, "a draft", 303, "/responses")
	all["organiser"].post(rec, "do", "publish", "outcome", "reject", "reason_given", "No.").wants(t, "an organiser's answer", 403)
	all["commissioner"].post(rec, "do", "publish", "outcome", "accept", "reason_given", "Gladly.", "owner_post", "Head gardener", "by", "2027-01-01").wants(t, "the answer", 303, "/responses")
	p.settled()
	all["public"].get("/r/"+p.code).wants(t, "the report", 200, "Head gardener", "This answer came after its date")
	young := "/staff/processes/" + p.young
	all["organiser"].post(young+"/pause").wants(t, "a pause without a reason", 400)
	all["commissioner"].post(young+"/pause", "reason", "Snow").wants(t, "a commissioner's pause", 403)
	all["organiser"].post(young+"/pause", "reason", "Snow").wants(t, "a pause", 303)
	all["organiser"].get(young).wants(t, "a paused process", 200, "Go on where it stood")
	all["organiser"].post(young+"/resume").wants(t, "going on", 303)
	items := must[[]string](t)(p.openItems(t))
	msg := "/staff/processes/" + p.young + "/messages/" + items[0]
	all["commissioner"].post(msg+"/claim").wants(t, "a commissioner's look at a message", 403)
	all["organiser"].post(msg+"/reply", "text", "There is parking.").wants(t, "answering what was not taken", 409)
	all["caller"].post(msg+"/claim").wants(t, "taking what somebody has", 409)
	all["organiser"].post(msg+"/reply", "text", "There is parking behind the hall.").wants(t, "answering", 303, "/messages")
	p.inPolish(t, all)
}

// inPolish: whoever takes a text of somebody who is texted in Polish begins
// the answer in it, and reads the English beside it.
func (p *played) inPolish(t *testing.T, all map[string]*visitor) {
	sim := simulator{p.house}
	for _, words := range []string{"po polsku", "Zebulon trundles quincewort sideways"} {
		if err := sim.Text(t.Context(), p.actors["organiser"], "+999000000777", words); err != nil {
			t.Fatal(err)
		}
		p.settled()
	}
	items := must[[]string](t)(p.openItems(t))
	list := "/staff/processes/" + p.young + "/messages"
	msg, v := list+"/"+items[len(items)-1], all["organiser"]
	v.post(msg+"/claim").wants(t, "a text in Polish", 200, "They are texted in Polish", "Dziękujemy za wiadomość.", "Thank you for your message.", "Zebulon trundles")
	webtest.Check(t, webtest.Page{Name: "staff-message", URL: v.base + list + "?state=claimed", Cookie: v.cookie, Press: "Read again"})
	v.post(msg+"/reply", "begin", "Dziękujemy za wiadomość.", "text", " Parking jest za salą. ").wants(t, "answering in Polish", 303, "/messages")
	p.settled()
	all["organiser"].get("/simulator?number="+url.QueryEscape("+999000000777")).wants(t, "their phone", 200, "Dziękujemy za wiadomość. Parking jest za salą.")
	if err := sim.Text(t.Context(), p.actors["organiser"], "+999000000777", "english"); err != nil {
		t.Fatal(err)
	}
	p.settled()
}

func (p *played) openItems(t *testing.T) ([]string, error) {
	items, _, err := p.outreach.QueueList(t.Context(), domain.Actor{ID: "x", Grants: []domain.Grant{{Role: domain.Organiser}}}, p.young, "open", "", 10)
	var out []string
	for _, i := range items {
		out = append(out, i.ID)
	}
	return out, err
}

// broadcastForms: an emergency goes out only as it was looked at, and with the
// name of who answers for it.
func (p *played) broadcastForms(t *testing.T, all map[string]*visitor) {
	v, path := all["organiser"], "/staff/processes/"+p.id+"/broadcasts"
	v.post(path+"/emergency", "change", "The hall is flooded.").wants(t, "an emergency to nobody", 400, "say who is to be told")
	seen := v.post(path+"/emergency", "statuses", "confirmed", "change", "The hall is flooded.")
	seen.wants(t, "an emergency looked at", 200, "Look before it goes", "The hall is flooded.", "in quiet hours too", "Who answers for this")
	_, rest, _ := strings.Cut(seen.body, `name="confirm" value="`)
	code, _, _ := strings.Cut(rest, `"`)
	send := []string{"step", "send", "confirm", code, "statuses", "confirmed", "change", "The hall is flooded."}
	v.post(path+"/emergency", send...).wants(t, "without a name", 400, "the name of the person who answers for it", "Look before it goes")
	all["commissioner"].post(path+"/emergency", append(send, "confirmed_by", "Me")...).wants(t, "a commissioner's emergency", 403)
	v.post(path+"/emergency", append(send, "confirmed_by", "Head of venue")...).wants(t, "sending it", 303, "/broadcasts")
	v.get(path).wants(t, "the list", 200, "an emergency that Head of venue answers for")
}

// callForms: a caller without a mobile is registered by staff, with how they
// spoke and their agreement on the record.
func (p *played) callForms(t *testing.T, all map[string]*visitor) {
	v, path := all["caller"], "/staff/processes/"+p.young+"/call"
	v.post(path, "name", "Maud Ash").wants(t, "a call half done", 400, "say how you spoke with them", "tick this only when they agree", "a number we can ring")
	form := []string{"how", "they_called", "agreed", "yes", "eligible", "yes", "name", "Maud Ash", "number", "01632 960777", "address", "7 Hidden Lane", "channel", "phone", "answer.gender", "woman", "answer.age", "45 and over"}
	all["commissioner"].post(path, form...).wants(t, "a commissioner's caller", 403)
	v.post(path, form...).wants(t, "a caller registered", 200, "They are in the draw", "Where this person stands")
	p.settled()
	var record strings.Builder
	if err := p.audit.Export(t.Context(), p.actors["organiser"], p.young, &record); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.ReplaceAll(record.String(), " ", ""), `"spoke":"they_called"`) {
		t.Error("the record does not say how the caller came and that they agreed")
	}
	person := "/staff/processes/" + p.id + "/people/" + p.member + "/answer"
	v.post(person, "coming", "yes").wants(t, "an answer without their word", 400, "say how you spoke with them")
	v.post(person, "coming", "yes", "how", "we_called", "agreed", "yes").wants(t, "an answer to no offer", 409)
}

// postcodeForms: a lookup of postcodes is taken over whole, or its problems
// are named.
func (p *played) postcodeForms(t *testing.T, all map[string]*visitor) {
	v, path := all["organiser"], "/staff/processes/"+p.young+"/postcodes"
	about := []string{"lookup_name", "Wards by postcode", "lookup_source", "made up for the play"}
	v.post(path, append(about, "rows", "Postcode,Ward name,IMD Decile\nGL17 9AA,East,11\n")...).wants(t, "a decile too many", 400, "from 1, the most deprived, to 10", "C2")
	v.post(path, "rows", "Postcode,Ward\nGL17 9AA,East\n").wants(t, "a lookup without a name", 400, "#f-lookup_name", "say who publishes it")
	all["commissioner"].post(path, append(about, "rows", "x")...).wants(t, "a commissioner's lookup", 404)
	v.post(path, append(about, "rows", "Postcode,Ward code,Ward name,IMD Decile\nGL17 9AA,E1,East,10\n")...).wants(t, "a lookup", 303, "/lists#postcodes")
	v.get("/staff/processes/"+p.young+"/lists").wants(t, "the lookup", 200, "Wards by postcode", "1 row", "with deprivation")
	all["elsewhere"].post("/staff/processes/"+p.other+"/postcodes", append(about, "rows", "Postcode,Area\nGL17 9AA,North\n")...).wants(t, "another body's lookup", 303)
	v.get("/staff/processes/"+p.young+"/lists").wants(t, "our lookup still", 200, "with deprivation")
}

// waveForms: a wave of invitations is sent by its number, paused and cancelled.
func (p *played) waveForms(t *testing.T, all map[string]*visitor) {
	v, path := all["organiser"], "/staff/processes/"+p.young+"/invitations"
	v.get(path+"?count=1000").wants(t, "another number", 200, "What a wave of 1,000 costs and takes")
	v.post(path, "count", "many").wants(t, "no number", 400, "say how many are invited")
	all["commissioner"].post(path, "count", "5").wants(t, "a commissioner's wave", 403)
}

func (p *played) phoneForms(t *testing.T, all map[string]*visitor) {
	v := all["organiser"]
	p.settled()
	v.get("/simulator?number="+url.QueryEscape("+999000000777")).wants(t, "a phone", 200, "There is parking behind the hall", "Zebulon", "part")
	v.post("/simulator/faults", "kind", "magic").wants(t, "no such fault", 400, "say busy, lost, refused")
	v.post("/simulator/faults", "kind", "twice", "number", "+999000000777").wants(t, "a fault", 303, "/simulator")
	v.get("/simulator?number="+url.QueryEscape("+999000000777")).wants(t, "a phone before a fault", 200, "1 of the next texts goes wrong", " at 4p")
	v.post("/simulator/save", "number", "+999000000777").wants(t, "a conversation as a test", 200, "person ann p1 777", "> 777: My cousin Zebulon", "< 777 [")
	v.post("/simulator/save", "number", "+999000000555").wants(t, "an empty phone as a test", 409, "nothing to save yet")
	all["commissioner"].post("/simulator/faults", "kind", "busy").wants(t, "a commissioner's fault", 404)
	v.post("/simulator/texts", "number", "+999000000777", "body", "STOP").wants(t, "texting STOP", 303, "/simulator")
	v.get("/simulator?number="+url.QueryEscape("+999000000777")).wants(t, "a phone after STOP", 200, "opted out")
	v.post("/simulator/texts", "number", "12", "body", "hello").wants(t, "no number", 400, "invented mobile number")
	v.post("/simulator/clock", "by", "week", "number", "+999000000777").wants(t, "moving the clock", 303, "done=")
	all["commissioner"].post("/simulator/clock", "by", "week").wants(t, "a commissioner moving the clock", 404)
	p.numberForms(t, all)
}

// numberForms: a member's own new number, and a number that staff take off
// somebody because it is another's.
func (p *played) numberForms(t *testing.T, all map[string]*visitor) {
	v := all["member"]
	v.post("/me/channel", "channel", "text", "number", "077009000OO").wants(t, "letters in a number", 400, "does not read as a phone number")
	v.post("/me/channel", "channel", "text", "number", "+999 000 000 881").wants(t, "a new number", 303, "/me")
	p.settled()
	if err := p.setClock(t.Context(), p.house.clock.Now().Add(24*time.Hour)); err != nil { // nobody is texted on a Sunday morning
		t.Fatal(err)
	}
	p.settled()
	all["organiser"].get("/simulator?number="+url.QueryEscape("+999000000881")).wants(t, "the new phone", 200, "we were asked to text this number from now on")
	found := must[[]people.Person](t)(p.people.ByNumberAll(t.Context(), p.seals.Lookup("number", "+999000000777")))
	if len(found) != 1 {
		t.Fatalf("%d people at the number", len(found))
	}
	page := "/staff/processes/" + p.young + "/people/" + found[0].ID
	all["commissioner"].post(page+"/wrong-number", "sure", "yes").wants(t, "a commissioner's word", 404)
	all["caller"].post(page+"/wrong-number").wants(t, "not sure", 400, "tick this if you are sure")
	all["caller"].get(page).wants(t, "the person", 200, "Take the number off")
	all["caller"].post(page+"/wrong-number", "sure", "yes").wants(t, "a wrong number", 303, page)
	p.settled()
	if a := all["caller"].get(page); strings.Contains(a.body, "has a phone") {
		t.Error("the number is still theirs")
	}
	n, err := p.outreach.Number(t.Context(), p.seals.Lookup("number", "+999000000777"))
	if err != nil || len(n.People)+len(n.Conversations) != 0 {
		t.Errorf("the number still knows %d people and %d conversations (%v)", len(n.People), len(n.Conversations), err)
	}
}

// browse looks at every page in a real browser, on a phone and on a desk.
func (p *played) browse(t *testing.T, all map[string]*visitor) {
	base := all["public"].base
	var pages []webtest.Page
	add := func(name, who, path string) {
		pages = append(pages, webtest.Page{Name: name, URL: base + path, Cookie: all[who].cookie})
	}
	staff := "/staff/processes/" + p.id
	add("home", "public", "/")
	add("process", "public", "/p/"+p.code)
	add("draw", "public", "/d/"+p.code)
	add("report", "public", "/r/"+p.code)
	add("evidence", "public", "/e/"+p.code)
	add("letter-unknown", "public", "/j/AAAAAAAA")
	add("letter", "public", "/j/"+p.letter)
	add("overview", "organiser", "/staff")
	add("staff-propose", "organiser", "/staff/propose")
	add("staff-process", "organiser", staff)
	add("staff-promise", "organiser", staff+"/promise")
	add("staff-promise-new", "elsewhere", "/staff/processes/"+p.other+"/promise")
	add("staff-design-new", "elsewhere", "/staff/processes/"+p.other+"/design")
	add("staff-design", "organiser", "/staff/processes/"+p.young+"/design")
	add("staff-answers", "organiser", "/staff/processes/"+p.young+"/answers")
	add("staff-recruitment", "organiser", staff+"/recruitment")
	add("staff-invitations", "organiser", "/staff/processes/"+p.young+"/invitations")
	add("staff-call", "caller", "/staff/processes/"+p.young+"/call")
	add("staff-broadcasts", "organiser", staff+"/broadcasts")
	for _, step := range []string{"targets", "lists", "invited", "pool"} {
		add("staff-"+step, "organiser", "/staff/processes/"+p.young+"/"+step)
	}
	pages = append(pages, webtest.Page{Name: "staff-pool-outlook", URL: base + "/staff/processes/" + p.young + "/pool", Cookie: all["organiser"].cookie, Press: "Look for a panel now"})
	add("staff-draws", "organiser", staff+"/draws")
	add("staff-seats", "oversight", staff+"/seats")
	add("staff-people", "organiser", staff+"/people")
	add("staff-person", "organiser", staff+"/people/"+p.member)
	add("staff-messages", "organiser", "/staff/processes/"+p.young+"/messages")
	add("staff-record", "organiser", staff+"/record")
	add("staff-kept", "organiser", staff+"/kept")
	add("staff-responses", "commissioner", staff+"/responses")
	add("staff-response", "commissioner", staff+"/responses/"+p.rec)
	add("staff-sign", "oversight", staff)
	add("sessions", "organiser", staff+"/sessions")
	add("session", "organiser", staff+"/sessions/"+p.sitting)
	add("session-plan", "organiser", staff+"/plan-session")
	add("session-tables", "organiser", staff+"/sessions/"+p.sitting+"/tables")
	add("table-rules", "organiser", staff+"/table-rules")
	add("session-door", "facilitator", staff+"/sessions/"+p.sitting+"/door")
	add("simulator", "organiser", "/simulator?number="+url.QueryEscape("+999000000777"))
	add("simulator-mail", "organiser", "/simulator/mail")
	add("leave", "public", p.left)
	add("me", "member", "/me")
	webtest.Check(t, pages...)
}

// juryWork: who may open which page of the jury's work. What a role may not
// see is not there; what it may see without part in it, it is told.
func (p *played) juryWork(t *testing.T, all map[string]*visitor) {
	staff := "/staff/processes/" + p.id
	ballots := must[[]deliberation.BallotView](t)(p.deliberation.Ballots(t.Context(), p.actors["organiser"], p.id))
	items := must[[]deliberation.Evidence](t)(p.deliberation.Evidence(t.Context(), p.actors["organiser"], p.id))
	rumour := items[slices.IndexFunc(items, func(e deliberation.Evidence) bool { return e.Title == "Unchecked rumour" })].ID
	everybody := []string{"organiser", "facilitator", "oversight", "commissioner", "evaluator", "caller", "administrator"}
	rows := []struct {
		path string
		may  []string // open it; staff without this are told 403 or 404
		hide string   // what those outside the room do not read there
	}{
		{"/sessions", everybody, ""}, {"/evidence", everybody, "Unchecked rumour"}, {"/witnesses", everybody, ""}, {"/questions", everybody, ""},
		{"/recommendations", everybody, ""}, {"/ballots", everybody, "Has voted"}, {"/report", everybody, ""}, {"/actions", everybody, ""},
		{"/evidence/" + rumour, []string{"organiser", "facilitator", "oversight", "evaluator"}, ""},
		{"/ballots/" + ballots[0].ID, everybody, "Has voted"}, {"/recommendations/" + p.recs[0], everybody, ""},
		{"/statements", []string{"organiser", "facilitator", "oversight", "evaluator"}, ""},
		{"/payments", []string{"organiser"}, ""}, {"/plan-session", []string{"organiser", "facilitator"}, ""},
		{"/sessions/" + p.sitting + "/door", []string{"organiser", "facilitator"}, ""},
	}
	for _, row := range rows {
		for _, who := range append(everybody, "elsewhere", "member", "public") {
			a := all[who].get(staff + row.path)
			may := slices.Contains(row.may, who)
			if (a.status == 200) != may || a.status == 500 {
				t.Errorf("%s at %s: got %d, want 200: %v", who, row.path, a.status, may)
			}
			outside := who == "commissioner" || who == "caller" || who == "administrator"
			if outside && row.hide != "" && strings.Contains(a.body, row.hide) {
				t.Errorf("%s at %s reads %q", who, row.path, row.hide)
			}
			for _, no := range append(personal, "<no value>", "invalid") {
				if strings.Contains(a.body, no) {
					t.Errorf("%s at %s reads %q", who, row.path, no)
				}
			}
		}
	}
	for _, who := range []string{"public", "organiser", "commissioner"} {
		if a := all[who].get("/me/ballots/" + ballots[0].ID); a.status == 200 {
			t.Errorf("%s opens a member's ballot", who)
		}
	}
	all["member"].get("/me/ballots/"+ballots[0].ID).wants(t, "a member's ballot", 200, "This is the result", "11 for, 1 against", "the share is of 12")
	all["member"].post("/me/ballots/"+ballots[0].ID, "q1", "yes", "q2", "yes", "q3", "yes").wants(t, "voting after the report", 409, "Voting was possible up to")
}

var askedID = regexp.MustCompile(`/kept/erasures/([0-9a-z]+)/identity`)

// keptForms lets a member ask to be erased, holds it up with a legal hold,
// and refuses it in the end: the member is needed for the tests after this.
func (p *played) keptForms(t *testing.T, all map[string]*visitor) {
	me, org := all["member"], all["organiser"]
	me.post("/me/erase").wants(t, "asking without being sure", 400, "tick this")
	me.post("/me/erase", "erase", "yes").wants(t, "asking to be erased", 303, "/me")
	kept := "/staff/processes/" + p.id + "/kept"
	a := org.get(kept)
	a.wants(t, "the request", 200, "Somebody asks to be erased", "by web", "It is the person")
	m := askedID.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatal("there is no form to check who asks")
	}
	one := kept + "/erasures/" + m[1]
	all["elsewhere"].post("/staff/processes/"+p.other+"/kept/erasures/"+m[1]+"/identity", "how", "signed_in").wants(t, "from another process", 404)
	org.post(one+"/erase", "certain", "yes").wants(t, "erasing before the check", 409, "requested")
	org.post(one+"/identity", "how", "signed_in").wants(t, "the check", 303, "/kept")
	org.post(kept+"/hold", "reason", "").wants(t, "a hold without a reason", 400, "say why")
	org.post(kept+"/hold", "reason", "Case 12 of 2026").wants(t, "the hold", 303, "/kept")
	org.get(kept).wants(t, "the hold", 200, "Nothing is erased: a legal hold", "Case 12 of 2026", "Checked: signed in")
	org.post(one+"/erase", "certain", "yes").wants(t, "erasing under a hold", 409)
	org.post(kept+"/lift", "reason", "Case settled").wants(t, "lifting it", 303, "/kept")
	org.get(kept).wants(t, "the hold is over", 200, "lifted: Case settled")
	org.post(one+"/erase").wants(t, "erasing without being sure", 400, "cannot be taken back")
	org.post(one+"/refuse", "refusal", "taken_back").wants(t, "refusing", 303, "/kept")
	if strings.Contains(org.get(kept).body, "Somebody asks") {
		t.Error("a refused request still stands there")
	}
}
