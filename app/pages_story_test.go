package main

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
	"testing"

	"folkmoot/app/web/webtest"
	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/audit"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
)

// story is a jury whose sitting is run through its pages alone.
type story struct {
	*played
	t       *testing.T
	all     map[string]*visitor
	members []string // keys into all
	staff   string   // address of the process
}

// TestASittingByPages runs a jury from its first session to the money, by
// pages alone, in another time zone than the installation's.
func TestASittingByPages(t *testing.T) {
	t.Parallel()
	p, ln := quietHouse(t)
	p.zone = "Europe/Paris"
	p.at("2026-01-15 10:00")
	p.promise()
	p.recruit()
	s := &story{played: p, t: t, staff: "/staff/processes/" + p.id}
	p.link()
	for i, id := range must[[]string](t)(p.people.Seated(p.ctx, p.id)) {
		who := fmt.Sprintf("member %02d", i)
		p.links[who] = must[string](t)(p.access.MakeMemberLink(p.ctx, p.do(""), p.id, id))
		s.members = append(s.members, who)
	}
	s.all = p.serving(ln)
	session := s.plans()
	s.planTables(session)
	s.hears()
	s.meets(session)
	rec := s.words()
	s.votes(rec)
	s.reports(rec)
	s.follows(rec)
	s.pays()
	s.browse("the end", map[string]string{
		"organiser report": s.staff + "/report", "organiser payments": s.staff + "/payments", "organiser actions": s.staff + "/actions", "organiser questions": s.staff + "/questions", s.members[1] + " after": "/me/jury",
		s.members[2] + " own": "/me",
	})
}

// made is the last part of the address that a form led to: the new id.
func (s *story) made(who, path string, form ...string) string {
	s.t.Helper()
	a := s.all[who].post(path, form...)
	a.wants(s.t, who+" at "+path, 303)
	parts := strings.Split(a.to, "/")
	return parts[len(parts)-1]
}

// does sends a form that must be taken.
func (s *story) does(who, path string, form ...string) {
	s.t.Helper()
	s.all[who].post(path, form...).wants(s.t, who+" at "+path, 303)
}

// sees opens a page and looks for words on it.
func (s *story) sees(who, path string, shows ...string) {
	s.t.Helper()
	s.all[who].get(path).wants(s.t, who+" at "+path, 200, shows...)
}

// refused sends a form that must be refused, and checks that what was typed is
// still there.
func (s *story) refused(who, path string, status int, shows []string, form ...string) {
	s.t.Helper()
	a := s.all[who].post(path, form...)
	a.wants(s.t, who+" at "+path, status, shows...)
	body := html.UnescapeString(a.body)
	for i := 1; i < len(form); i += 2 {
		if len(form[i]) > 8 && !strings.Contains(body, form[i]) {
			s.t.Errorf("%s at %s: %q was typed and is gone", who, path, form[i])
		}
	}
}

func (s *story) hides(who, path string, no ...string) {
	s.t.Helper()
	a := s.all[who].get(path)
	for _, x := range no {
		if strings.Contains(a.body, x) {
			s.t.Errorf("%s at %s sees %q", who, path, x)
		}
	}
}

// plans: a session is planned, moved with a text to the members, and one of
// them cannot come.
func (s *story) plans() string {
	plan := s.staff + "/plan-session"
	s.refused("organiser", plan, 400, []string{"say where it is", "it must end after it starts", "give the minutes"},
		"number", "1", "title", "Day 1: the question", "day", "2026-03-02", "from", "10:00", "to", "09:00", "mode", "in_person", "agenda.2.title", "Hear the ambulance service")
	s.refused("organiser", plan, 400, []string{"give a day, such as"}, "number", "1", "title", "Day 1: the question", "day", "next Monday", "from", "10:00", "to", "16:00")
	s.all["commissioner"].post(plan, "number", "1").wants(s.t, "a commissioner plans", 403)
	s.all["commissioner"].get(plan).wants(s.t, "a commissioner opens the plan", 404)
	id := s.made("organiser", plan, "number", "1", "title", "Day 1: the question", "day", "2/3/2026", "from", "10am", "to", "16:00", "mode", "in_person", "place", "Forest Hall",
		"agenda.0.title", "Welcome", "agenda.0.kind", "welcome", "agenda.0.minutes", "30", "agenda.1.title", "Hear the ambulance service", "agenda.1.kind", "evidence", "agenda.1.minutes", "60")
	one := s.staff + "/sessions/" + id
	s.sees("organiser", one, "Mon 2 March 2026, 10am to 4pm", "10.30am", "Hear the ambulance service")
	s.sees("public", "/p/"+s.code, "10am")
	s.does("facilitator", one+"/change", "number", "1", "title", "Day 1: the question", "day", "2026-03-02", "from", "11:00", "to", "16:00", "mode", "in_person", "place", "Library", "tell", "We meet at 11am in the library.",
		"agenda.0.title", "Welcome", "agenda.0.kind", "welcome", "agenda.0.minutes", "30")
	s.settled()
	s.sees("organiser", "/simulator?number=%2B"+s.phoneOf(), "a change. We meet at 11am in the library.")
	s.sees(s.members[0], "/me", "Mon 2 March 2026, 11am to 4pm", "Library", "I cannot come")
	s.does(s.members[0], "/me/sessions/"+id, "coming", "no")
	s.sees(s.members[0], "/me", "You told us that you cannot come")
	s.sees("organiser", one, "1 member has said that they cannot come", "1 support need is not arranged yet")
	s.sees("organiser", s.staff+"/messages", "Cannot come")
	s.does(s.members[0], "/me/sessions/"+id, "coming", "yes")
	off := s.made("organiser", plan, "number", "2", "title", "Day 2: the choice", "day", "2026-03-03", "from", "10:00", "to", "16:00", "mode", "online", "link", "https://room.example.org")
	s.refused("facilitator", s.staff+"/sessions/"+off+"/cancel", 400, []string{"write something here"}, "tell", "Day 2 is off.")
	s.does("facilitator", s.staff+"/sessions/"+off+"/cancel", "reason", "The members are done.", "tell", "Day 2 is off.")
	s.sees("organiser", s.staff+"/sessions/"+off, "The members are done.")
	return id
}

// phoneOf is the number of some member's phone.
func (s *story) phoneOf() string {
	s.t.Helper()
	r, err := s.people.Recipient(s.ctx, s.member)
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimPrefix(string(r.Number), "+")
}

// meets: people are checked in at the door and the session is closed.
func (s *story) meets(id string) {
	one := s.staff + "/sessions/" + id
	s.at("2026-03-02 10:30")
	s.readBy()
	s.does("facilitator", one+"/open")
	s.askedBefore()
	s.sees("facilitator", one+"/door", "Seat 1", "Seat 12", "0 of 12")
	s.hides("facilitator", one+"/door", "Resident Quill", "Show names")
	before := must[audit.Head](s.t)(s.audit.Head(s.ctx, s.id))
	s.all["organiser"].post(one+"/door/names").wants(s.t, "names at the door", 200, "Resident Quill")
	if after := must[audit.Head](s.t)(s.audit.Head(s.ctx, s.id)); after.Seq == before.Seq {
		s.t.Error("names were shown at the door, and no look was recorded")
	}
	s.all["facilitator"].post(one+"/door/names").wants(s.t, "a facilitator asks for names", 403)
	s.all["organiser"].post(one+"/needs").wants(s.t, "needs", 200, "A taxi from Whimberry Cottage", "It is arranged")
	s.all["facilitator"].post(one+"/needs").wants(s.t, "a facilitator asks what is needed", 403)
	need := must[people.Person](s.t)(s.people.Get(s.ctx, s.actors["organiser"], s.member)).Needs[0].ID
	s.all["organiser"].post(one+"/needs/settle", "person", s.member, "need", need, "state", "met").wants(s.t, "met before it was arranged", 409, "cannot become met")
	s.all["organiser"].post(one+"/needs/settle", "person", s.member, "need", need, "state", "arranged").wants(s.t, "arranging", 200, "Arranged", "It was met")
	s.all["facilitator"].post(one+"/close").wants(s.t, "closing before attendance", 409, "attendance was taken")
	for _, m := range must[[]string](s.t)(s.people.Seated(s.ctx, s.id)) {
		s.does("facilitator", one+"/door", "mark."+m, "present")
	}
	s.reseatTables(id)
	s.does("facilitator", one+"/door", "officials", "Chief executive")
	s.all["facilitator"].post(one+"/door", "mark.nobody", "present").wants(s.t, "marking nobody", 400, "holds no seat")
	s.sees("facilitator", one+"/door", "12 of 12")
	s.at("2026-03-02 16:00")
	s.does("facilitator", one+"/close")
	s.settled()
	s.sees("organiser", s.staff+"/sessions", "12 members were there")
	s.askedAfter(id)
	s.sees(s.members[0], "/me", "you were there")
}

// words: a statement becomes a draft, is amended and made final.
func (s *story) words() string {
	s.does(s.members[1], "/me/jury/statements", "statement", "Travel matters most to us here.")
	s.refused(s.members[1], "/me/jury/statements", 400, []string{"write something here"}, "statement", "")
	s.sees("facilitator", s.staff+"/statements", "Travel matters most to us here.", "not sorted yet")
	s.all["commissioner"].get(s.staff+"/statements").wants(s.t, "a commissioner reads statements", 403)
	s.refused("facilitator", s.staff+"/recommendations", 400, []string{"write something here"}, "title", "A bus every half hour", "text", "")
	rec := s.made("facilitator", s.staff+"/recommendations", "title", "A bus every half hour", "text", "Run a bus to the hospital every hour.", "reasons", "Many have no car.")
	one := s.staff + "/recommendations/" + rec
	s.all["commissioner"].get(one).wants(s.t, "a commissioner reads a draft", 404)
	s.does("facilitator", one+"/amend", "amended", "Run a bus to the hospital every half hour.", "why", "An hour is too long.")
	s.refused("facilitator", one+"/decide", 400, []string{"cannot be more than those present"}, "amendment", "1", "hands_for", "9", "hands_against", "9", "hands_present", "12")
	s.does("facilitator", one+"/decide", "amendment", "1", "hands_for", "11", "hands_against", "1", "hands_present", "12")
	s.sees("facilitator", one, "Run a bus to the hospital every half hour.", "Taken")
	s.all["facilitator"].post(one+"/lock", "hands_for", "2", "hands_present", "12").wants(s.t, "a wording that few want", 409, "more than half")
	s.does("facilitator", one+"/lock", "hands_for", "12", "hands_present", "12")
	s.sees(s.members[0], "/me/jury", "Run a bus to the hospital every half hour.", "Final wording")
	return rec
}

// votes: the rules, a secret ballot on pages and on paper, and its result.
func (s *story) votes(rec string) {
	all := s.staff + "/ballots"
	s.sees("facilitator", all, "Agree the rules of voting")
	s.refused("facilitator", s.staff+"/rules", 400, []string{"at least 3 members", "use one of"}, "quorum", "2", "agreed_for", "12", "agreed_present", "12")
	s.does("facilitator", s.staff+"/rules", "rule_method", "majority", "rule_basis", "present_and_voting", "rule_tie", "not_passed", "quorum", "3", "attend", "1", "agreed_for", "12", "agreed_present", "12")
	s.refused("facilitator", all, 400, []string{"give at least two options"}, "number", "1", "title", "What we recommend", "choice", "Where should it be built?", "options", "Coleford")
	id := s.made("facilitator", all, "number", "1", "title", "What we recommend", "secret", "yes", "recommendations", rec, "choice", "Where should it be built?", "kind", "ranked", "options", "Coleford\nLydney\nCinderford")
	one, mine := all+"/"+id, "/me/ballots/"+id
	s.all[s.members[0]].get(mine).wants(s.t, "a ballot that is not open", 404)
	s.all["facilitator"].post(one+"/open").wants(s.t, "opening a draft", 409, "the members approve the ballot")
	s.does("facilitator", one+"/approve", "hands_for", "12", "hands_present", "12")
	s.does("facilitator", one+"/open")
	s.sees(s.members[0], "/me", "Vote: What we recommend")
	s.sees(s.members[0], mine, "nobody, not even we, can find out", "Run a bus to the hospital every half hour.", "First choice")
	s.refused(s.members[0], mine, 400, []string{"answer this too, or abstain"}, "q1", "yes")
	before := must[audit.Head](s.t)(s.audit.Head(s.ctx, s.id))
	s.browse("the vote", map[string]string{
		s.members[0] + " vote": mine, "facilitator ballots": all, "facilitator ballot": one, s.members[1] + " jury": "/me/jury", "organiser evidence": s.staff + "/evidence", "facilitator statements": s.staff + "/statements",
		"facilitator witnesses": s.staff + "/witnesses", "facilitator recommendations": s.staff + "/recommendations", "facilitator recommendation": s.staff + "/recommendations/" + rec,
	})
	for i, m := range s.members[:9] {
		s.does(m, mine, "q1", []string{"no", "yes"}[min(i, 1)], "q2.1", "b", "q2.2", "a")
	}
	again := s.all[s.members[0]].post(mine, "q1", "yes", "q2.1", "a")
	again.wants(s.t, "a second vote", 303, "again=yes")
	if after := must[audit.Head](s.t)(s.audit.Head(s.ctx, s.id)); after.Seq != before.Seq {
		s.t.Errorf("%d votes left %d entries in the record, want none", 9, after.Seq-before.Seq)
	}
	s.sees(s.members[0], mine+"?again=yes", "Your vote was in before", "This page is your receipt")
	s.hides(s.members[0], mine, "checked", "Cast my vote")
	s.sees("facilitator", one, "9 of 12 have voted", "Has voted", "Not voted yet")
	s.hides("facilitator", one, "8 for", "Passed")
	s.paper(one)
	s.does("facilitator", one+"/close")
	s.does("facilitator", one+"/count")
	s.hides(s.members[0], mine, "Passed", "for, ")
	s.all["facilitator"].post(one+"/certify").wants(s.t, "certifying one's own count", 409)
	s.does("oversight", one+"/certify")
	s.settled()
	s.sees("oversight", one, "The result is certified", "10 for, 2 against", "Passed", "Lydney", "destroyed")
	s.sees(s.members[0], mine, "This is the result", "10 for, 2 against", "12 of 12 voted")
	s.sees(s.members[3], "/me/jury", "Adopted")
	s.browse("the result", map[string]string{s.members[0] + " result": mine, "oversight result": one})
}

// browse looks at pages in a real browser; the keys are who looks and a name.
func (s *story) browse(what string, look map[string]string) {
	var pages []webtest.Page
	for _, key := range slices.Sorted(maps.Keys(look)) {
		i := strings.LastIndex(key, " ")
		v := s.all[key[:i]]
		pages = append(pages, webtest.Page{Name: "sitting-" + key[i+1:], URL: v.base + look[key], Cookie: v.cookie})
	}
	s.t.Run("in a browser: "+what, func(t *testing.T) { webtest.Check(t, pages...) })
}

// paper: the last three vote on paper.
func (s *story) paper(one string) {
	form := []string{"tellers", "Facilitator\nOversight"}
	for _, id := range must[[]string](s.t)(s.people.Seated(s.ctx, s.id))[9:] {
		form = append(form, "members", id)
	}
	s.refused("facilitator", one+"/papers", 400, []string{"line 2 does not answer the 2 questions"}, append(form, "papers", "y b>a\ny\nn -")...)
	s.does("facilitator", one+"/papers", append(form, "papers", "y b>a\ny b\nn -")...)
	s.sees("facilitator", one, "12 of 12 have voted", "3 votes")
}

// hears: a witness, an item from proposal to a published pack, the signature
// on the balance, a question and its answer.
func (s *story) hears() {
	all := s.staff + "/evidence"
	s.refused("facilitator", s.staff+"/witnesses", 400, []string{"name the option they speak for"}, "name", "Dr Wren Tolliver", "kind", "expert", "stance", "option", "interests", "None at all", "chosen_by", "organiser")
	s.does("facilitator", s.staff+"/witnesses", "name", "Dr Wren Tolliver", "kind", "expert", "stance", "option", "position", "Lydney", "interests", "None at all", "chosen_by", "organiser")
	s.sees("facilitator", s.staff+"/witnesses", "1 witness was not given the rules yet")
	s.refused("organiser", all, 400, []string{"write something here"}, "title", "Travel times to each place", "kind", "data", "stance", "neutral")
	s.does("organiser", all, "title", "Travel times to each place", "kind", "data", "stance", "neutral", "summary", "How long people travel.")
	items := must[[]deliberation.Evidence](s.t)(s.deliberation.Evidence(s.ctx, s.actors["organiser"], s.id))
	one := all + "/" + items[0].ID
	s.sees("organiser", one, "Ask for it")
	s.all["commissioner"].get(one).wants(s.t, "a commissioner looks at what is not published", 404)
	s.does("organiser", one+"/request")
	s.does("organiser", one+"/receive", "title", "Travel times to each place", "kind", "data", "stance", "neutral", "summary", "How long people travel, by bus and by car.")
	s.all["organiser"].post(one+"/check", "checked", "facts").wants(s.t, "half a check", 409, "it is in plain language")
	s.does("organiser two", one+"/check", "checked", "facts", "checked", "plain", "checked", "position")
	s.all["organiser"].post(one+"/approve").wants(s.t, "an organiser approves", 403)
	s.sees("oversight", all, "1 item waits for oversight")
	s.does("oversight", one+"/approve")
	s.refused("oversight", s.staff+"/balance", 400, []string{"choose yes or no"}, "statement", "Every place had the same time.")
	s.does("oversight", s.staff+"/balance", "balanced", "yes", "statement", "Every place had the same time.")
	s.does("organiser", s.staff+"/packs", "number", "1", "title", "Getting there", "evidence", items[0].ID)
	pack := must[[]deliberation.Pack](s.t)(s.deliberation.Packs(s.ctx, s.actors["organiser"], s.id))[0].ID
	s.sees("organiser", all, "Still missing", "The pack in easy read.")
	s.browse("evidence", map[string]string{"organiser packs": all, "organiser item": one})
	s.all["organiser"].post(s.staff+"/packs/"+pack+"/publish").wants(s.t, "a pack without its versions", 409, "the pack is ready in easy read")
	s.does("organiser", s.staff+"/packs/"+pack, "number", "1", "title", "Getting there", "evidence", items[0].ID, "format.easy_read", "https://health.example.org/easy", "format.large_print", "https://health.example.org/large")
	s.does("organiser", s.staff+"/packs/"+pack+"/publish")
	s.settled()
	s.sees("public", "/e/"+s.code, "Every place had the same time.", "signed that it was", "Travel times to each place")
	s.sees(s.members[0], "/me/jury", "Pack 1: Getting there", "Easy read")
	s.asks()
}

func (s *story) asks() {
	s.does(s.members[2], "/me/jury/questions", "question", "How long is the bus from Lydney?")
	s.sees(s.members[2], "/me/jury?sent=questions", "Your question is noted", "you asked this")
	s.hides(s.members[3], "/me/jury", "you asked this")
	q := must[[]deliberation.MemberQuestion](s.t)(s.deliberation.Questions(s.ctx, s.actors["facilitator"], s.id))[0].ID
	one := s.staff + "/questions/" + q
	s.sees("facilitator", s.staff+"/questions", "1 question was not put to anybody yet", "How long is the bus from Lydney?")
	s.does("facilitator", one+"/put", "owner", "Ambulance service")
	s.refused("facilitator", one+"/promise", 400, []string{"promise a moment still to come"}, "due", "2020-01-01")
	s.does("facilitator", one+"/promise", "due", "2026-03-20")
	s.sees(s.members[2], "/me/jury", "Ambulance service owes the answer", "Fri 20 March 2026")
	s.does("facilitator", one+"/answer", "answer", "42 minutes, twice a day.", "source", "Timetable 2026")
	s.sees(s.members[2], "/me/jury", "42 minutes, twice a day.")
}

// reports: the report is written, read by the members and published, with a
// minority view.
func (s *story) reports(rec string) {
	at := s.staff + "/report"
	s.does("facilitator", at+"/invite", "until", "2026-03-20")
	s.does(s.members[0], "/me/jury/minority", "about", rec, "view", "A bus alone does not help us.")
	s.enter(s.id, domain.Reporting)
	s.refused("facilitator", at, 400, []string{"write something here", "name at least one recommendation"}, "title", "Our report to the board", "sections.1.heading", "What we learned")
	s.does("facilitator", at, "title", "Our report to the board", "sections.1.heading", "What we learned", "sections.1.text", "That travel matters.", "recommendations", rec)
	s.all["commissioner"].get(at).wants(s.t, "a commissioner reads a draft", 200, "Nothing is written yet")
	s.does("facilitator", at+"/review")
	s.sees("organiser", at, "Still missing", "More than half of the members confirm", "The report is ready in easy read")
	s.all["organiser"].post(at+"/publish").wants(s.t, "publishing too soon", 409, "more than half of the members confirm")
	for _, m := range s.members[:6] {
		s.does(m, "/me/jury/report", "agrees", "yes")
	}
	s.all[s.members[6]].post("/me/jury/report").wants(s.t, "no word on the report", 400, "choose yes or no")
	s.does("facilitator", at+"/confirm", "agrees", "yes", "members", must[[]string](s.t)(s.people.Seated(s.ctx, s.id))[7])
	s.does("organiser", at+"/formats", "format.easy_read", "https://health.example.org/er", "format.large_print", "https://health.example.org/lp")
	s.does("organiser", at+"/publish")
	s.settled()
	s.enter(s.id, domain.Reported)
	s.sees("public", "/r/"+s.code, "That travel matters.", "A bus alone does not help us.")
	s.hides("public", "/r/"+s.code, must[[]string](s.t)(s.people.Seated(s.ctx, s.id))[0])
}

// follows: an answer, an action, its proof, and somebody else's check.
func (s *story) follows(rec string) {
	s.at("2026-03-10 10:00")
	s.does("commissioner", s.staff+"/responses/"+rec, "do", "publish", "outcome", "accept", "reason_given", "It is right.", "short", "Yes.", "owner_post", "Director of estates", "by", "2026-12-01")
	s.sees(s.members[0], "/me/jury", "It is right.", "Does this answer your recommendation?")
	s.does(s.members[0], "/me/jury/answers/"+rec, "answered", "partly")
	s.all[s.members[0]].post("/me/jury/answers/"+rec, "answered", "perhaps").wants(s.t, "no such view", 400)
	all := s.staff + "/actions"
	s.refused("commissioner", all, 400, []string{"give the date by which it will be done"}, "recommendation", rec, "title", "Buy four buses", "owner_post", "Director of estates")
	s.does("commissioner", all, "recommendation", rec, "title", "Buy four buses", "owner_post", "Director of estates", "due", "2026-10-01")
	one := all + "/" + must[[]accountability.Action](s.t)(s.accountability.Actions(s.ctx, s.actors["commissioner"], s.id))[0].ID
	s.sees("commissioner", one, "Say how it goes", "Thu 1 October 2026")
	s.does("commissioner", one+"/update", "state", "started", "text", "The price is agreed.")
	s.browse("an action", map[string]string{"commissioner action": one})
	s.refused("commissioner", one+"/update", 409, []string{"something that shows it is done"}, "state", "done", "text", "They are bought.")
	s.does("commissioner", one+"/update", "state", "done", "text", "They are bought.", "proof_title", "The bill", "proof_link", "https://health.example.org/bill")
	s.all["commissioner"].post(one+"/verify", "verified", "yes", "note", "I said so.").wants(s.t, "an owner checks", 403)
	s.refused("oversight", one+"/verify", 400, []string{"choose yes or no"}, "note", "We read the bill.")
	s.does("oversight", one+"/verify", "verified", "yes", "note", "We read the bill.")
	s.sees("public", "/r/"+s.code, "We read the bill.")
	s.refused("organiser", s.staff+"/announcement", 400, []string{"write something here"}, "announced", "")
	s.does("organiser", s.staff+"/announcement", "announced", "The board agrees: a bus every half hour.")
	s.askedAnswered()
	s.refused("organiser", s.staff+"/feedback", 400, []string{"write something here"}, "kind", "progress", "feedback_summary", "Four buses are bought.", "gap_what", "The bus at night", "gap_why", "")
	s.does("organiser", s.staff+"/feedback", "kind", "progress", "feedback_summary", "Four buses are bought.", "changed", "Four buses are bought.")
	s.sees("organiser", all, "The answers were announced")
}

// pays: two people approve what was earned; nobody is named and nobody blank.
func (s *story) pays() {
	all := s.staff + "/payments"
	s.all["facilitator"].get(all).wants(s.t, "a facilitator looks at the money", 404)
	s.refused("organiser", all+"/earn", 400, []string{"give a sum in pounds"}, "pounds", "sixty-four")
	s.does("organiser", all+"/earn", "pounds", "64")
	s.sees("organiser", all, "12 payments wait for your yes", "Seat 1, ", "Seat 12, ", "£768", "Cost of an hour of a member", "£12.80", "Not offered yet")
	s.hides("organiser", all, "Resident Quill", "<strong>, £", "no seat")
	pays := must[people.PaymentPage](s.t)(s.people.ListPayments(s.ctx, s.actors["organiser"], s.id, people.PaymentsInput{})).Items
	one, other := all+"/"+pays[0].ID, all+"/"+pays[1].ID
	s.all["organiser"].post(one+"/approve").wants(s.t, "approving before a choice", 409, "their choice to be paid")
	s.all["organiser"].post(all+"/approve-all").wants(s.t, "approving all before a choice", 409, "Seat 1, ", "Seat 12, ")
	for i, m := range s.members {
		s.does(m, "/me/payment", "choice", "pay", "benefits", []string{"yes", "no"}[min(i, 1)])
	}
	for _, m := range must[[]string](s.t)(s.people.Seated(s.ctx, s.id)) {
		s.does("organiser", all+"/advice/"+m, "state", "offered")
		s.does("organiser", all+"/advice/"+m, "state", "not_wanted")
	}
	s.does("organiser", one+"/approve")
	s.all["organiser"].post(one+"/approve", "again", "yes").wants(s.t, "approving twice", 409, "somebody else than the person who approved first")
	s.does("organiser two", one+"/approve")
	s.refused("organiser", one+"/paid", 400, []string{"pence are left to pay"}, "pounds", "65.00", "reference", "BACS 0042")
	s.does("organiser", one+"/paid", "pounds", "64.00", "reference", "BACS 0042")
	s.does("organiser", other+"/hold", "reason", "wrong_sum")
	s.does("organiser", other+"/release")
	s.does("organiser", other+"/decline", "reason", "asked_by_person")
	s.sees("organiser", all, "Paid", "BACS 0042", "Declined", "asked by person")
	s.does("organiser", all+"/approve-all", "once", "more")
	s.sees("organiser", all, "10 payments wait for a second person")
	s.does("organiser two", all+"/approve-all")
	s.sees("organiser", all, "10 payments are to be paid", "approved by 2 of 2")
	s.all["organiser"].post(all+"/export").wants(s.t, "the file for finance", 200, "account_number")
}
