package main

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"folkmoot/app/web/webtest"
	"folkmoot/domain"
	"folkmoot/domain/process"
)

// begun is an installation with a body and its people, and no process yet.
type begun struct {
	*played
	all           map[string]*visitor
	body, partner string
	path          string // of the process's staff page, once it is proposed
}

func beginning(t *testing.T) *begun {
	t.Helper()
	p, ln := quietHouse(t)
	p.at("2026-01-15 10:00")
	b := &begun{played: p}
	b.body = p.council("Lydney Town Council")
	b.partner = p.council("Vale Council")
	for key, role := range map[string]domain.Role{
		"organiser": domain.Organiser, "commissioner": domain.Commissioner, "board": domain.Commissioner,
		"wyn": domain.Oversight, "pat": domain.Oversight, "kim": domain.Oversight, "evaluator": domain.Evaluator, "caller": domain.ConfirmationCaller,
	} {
		p.user(key, "Staff "+key, domain.Grant{Role: role, Body: b.body})
	}
	p.user("administrator", "Ada Min", domain.Grant{Role: domain.Administrator})
	p.user("elsewhere", "Otto Else", domain.Grant{Role: domain.Organiser, Body: b.partner})
	p.user("both", "Bea Both", domain.Grant{Role: domain.Organiser, Body: b.body}, domain.Grant{Role: domain.Commissioner, Body: b.partner}, domain.Grant{Role: domain.Facilitator, Body: b.body})
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
	b.promising(t)
	b.designing(t)
	b.answering(t)
	b.going(t)
	b.evaluating(t)
}

// proposing: who may begin a process, what a half-filled form says, and that
// nothing typed is lost.
func (b *begun) proposing(t *testing.T) {
	org := b.all["organiser"]
	org.get("/staff").wants(t, "an empty overview", 200, "There is no process yet", "/staff/propose")
	b.all["administrator"].get("/staff").wants(t, "an administrator's empty overview", 200, "folkmoot admin body", "folkmoot admin user")
	b.all["caller"].get("/staff").wants(t, "a caller's empty overview", 200, "No process is open to you")
	t.Run("in a browser", func(t *testing.T) {
		webtest.Check(t, webtest.Page{Name: "overview-empty", URL: org.base + "/staff", Cookie: org.cookie},
			webtest.Page{Name: "overview-administrator", URL: org.base + "/staff", Cookie: b.all["administrator"].cookie})
	})
	org.get("/staff/propose").wants(t, "the form", 200, "Lydney Town Council (England, councils)", "Vale Council", "jury: 12 to 24 people, at least 12 hours")
	for _, who := range []string{"caller", "wyn", "administrator"} {
		b.all[who].get("/staff/propose").wants(t, who+"'s proposal", 404)
		b.all[who].post("/staff/propose", "body", b.body, "kind", "jury", "name", "N", "short_name", "S").wants(t, who+" proposing", 403)
	}
	org.post("/staff/propose", "name", "Buses <in> Lydney", "short_name", "The jury on the buses of Lydney town", "keyword", "stop").wants(t, "half a proposal", 400,
		"choose the body that asks", "f-kind-error", "choose what kind", "1 to 30 letters", "3 to 12 letters", "Buses &lt;in&gt; Lydney", `value="stop"`)
	b.all["both"].get("/staff/propose").wants(t, "the form of two bodies", 200, "Who asks?", `value="`+b.body+`"`, `value="`+b.partner+`"`)
	b.all["both"].post("/staff/propose", "body", b.partner, "kind", "jury", "short_name", "Vale", "phone", "01632 960999").wants(t, "no name", 400, `value="`+b.partner+`" checked`, "01632 960999")
	b.all["elsewhere"].post("/staff/propose", "body", b.body, "kind", "jury", "name", "N", "short_name", "S").wants(t, "another body's organiser", 404)
	a := org.post("/staff/propose", "body", b.body, "kind", "jury", "name", "Buses in Lydney", "short_name", "Lydney Bus Jury", "keyword", "bus", "partners", b.body, "partners", b.partner)
	a.wants(t, "a proposal", 303, "/staff/processes/")
	b.path = a.to
	b.id = must[string](t)(url.PathUnescape(strings.TrimPrefix(a.to, "/staff/processes/")))
	org.post("/staff/propose", "body", b.body, "kind", "jury", "name", "Business", "short_name", "Business Jury", "keyword", "BUS").wants(t, "a word that is taken", 400, "another process here that has not ended goes by this word", "Business Jury")
	org.get("/staff").wants(t, "the overview", 200, "Buses in Lydney", "Propose a further process")
	b.all["elsewhere"].get(b.path).wants(t, "another body's process", 404)
}

// asked checks that a page has, or does not have, a form.
func (a answer) asked(t *testing.T, what, action string, want bool) {
	t.Helper()
	if got := strings.Contains(a.body, `action="`+action+`"`); got != want {
		t.Errorf("%s: has the form %s: %v, want %v", what, action, got, want)
	}
}

var missingLink = regexp.MustCompile(`<li class="fm-row[^>]*><p[^>]*><a class="govuk-link" href="([^"#]*)(?:#([^"]*))?">`)

// supplies follows every link of the list of what is missing to a page on
// which there is the part that it names, and wants at least so many.
func (b *begun) supplies(t *testing.T, least int) {
	t.Helper()
	for _, who := range []string{"organiser", "commissioner"} {
		list := b.all[who].get(b.path)
		links := missingLink.FindAllStringSubmatch(list.body, -1)
		if items := strings.Count(list.body, `<li class="fm-row`); len(links) < least || who == "organiser" && items != len(links) {
			t.Errorf("%s: %d of %d missing things lead somewhere, want all, and at least %d", who, len(links), items, least)
		}
		for _, m := range links {
			if a := b.all[who].get(m[1]); a.status != 200 || who == "organiser" && m[2] != "" && !strings.Contains(a.body, `id="`+m[2]+`"`) {
				t.Errorf("%s: what is missing leads to %s#%s, which answers %d", who, m[1], m[2], a.status)
			}
		}
	}
}

// promising: remit, promise, duty and the first Gunning principle, each with
// what a half-filled form says, by who may; then the next stage.
func (b *begun) promising(t *testing.T) {
	org, com, at := b.all["organiser"], b.all["commissioner"], b.path+"/promise"
	org.get(b.path).wants(t, "the process", 200, at+"#remit", at+"#duty", at+"#commitment", at+"#gunning", b.path+"/design#oversight")
	b.supplies(t, 8)
	for _, who := range []string{"organiser", "commissioner"} {
		a := b.all[who].get(at)
		a.wants(t, who, 200, "Next: a plain question", "Save the remit", "Make the promise", "Assess the duty of Lydney Town Council")
		a.asked(t, who, at+"/remit", true)
	}
	for _, who := range []string{"wyn", "caller", "administrator"} {
		a := b.all[who].get(at)
		a.wants(t, who, 200, "It is not written yet")
		a.asked(t, who, at+"/remit", false)
		b.all[who].post(at+"/remit", "question", "Q?").wants(t, who+" writing the remit", 403)
	}
	b.all["elsewhere"].get(at).wants(t, "elsewhere", 404)
	org.post(at+"/remit", "options", "Keep <it>\n", "mode", "").wants(t, "half a remit", 400, "write the question", "give none, or at least two", "Keep &lt;it&gt;")
	remit := []string{"question", "Should stakeholder engagement be optimised?", "in_scope", "Routes\n\nTimes", "out_of_scope", "Fares", "influence", "The jury recommends.", "criteria", "Cost", "preference", "none", "mode", "co_commission"}
	com.post(at+"/remit", remit...).wants(t, "a remit", 303, at+"#remit")
	com.get(at).wants(t, "a remit in jargon", 200, "Say it without: stakeholder, engagement", "Times")
	remit[1] = "Where should the buses in Lydney run, and when?"
	com.post(at+"/remit", append(remit, "_version", "1")...).wants(t, "a remit over somebody else's", 409, "Where should the buses")
	com.post(at+"/remit", remit...).wants(t, "a plain remit", 303)
	com.get(at).wants(t, "a plain remit", 200, "plain enough to be asked", "Not by oversight yet", "2 times")

	com.post(at+"/commitment", "promise", "We will answer.", "response_due", "soon").wants(t, "a promise for soon", 400, "give a day", "We will answer.")
	com.post(at+"/commitment", "promise", "We will answer.", "response_due", "2026-01-01").wants(t, "a promise of the past", 400, "a date to come", "board or committee")
	com.post(at+"/commitment", "promise", "We will answer.", "response_due", "2026-06-30", "decided_by", "The council").wants(t, "the promise", 303, at+"#commitment")
	com.get(at).wants(t, "the promise", 200, "Tue 30 June 2026", "Staff commissioner, Thu 15 January 2026")
	b.duty(t)

	com.post(at+"/gunning", "text", "").wants(t, "no principle", 400, "choose one of the four", "say how the principle is met")
	com.post(at+"/gunning", "principle", "1", "text", "Three routes are open; none is preferred.").wants(t, "a principle", 303, at+"#gunning")
	com.get(at).wants(t, "a principle", 200, "Three routes are open; none is preferred. (Staff commissioner", "Nothing recorded yet")
}

// duty: every step is answered with a reason, and a second person approves.
func (b *begun) duty(t *testing.T) {
	com, at := b.all["commissioner"], b.path+"/promise"
	duty := at + "/duty/" + b.body
	com.get(at).wants(t, "the duty", 200, "Does any Act or regulation ask", "Local Government Act 1999", "Best value, schools")
	com.post(duty, "question_1", "no", "question_2", "yes", "reason_2", "People <rely> on it.").wants(t, "half an assessment", 400,
		"f-reason_1-error", "f-question_3-error", "give the reason", "question 3: answer yes, no or not sure", "choose what it comes to", "People &lt;rely&gt; on it.")
	form := []string{"outcome", "beneficial_anyway", "reasons", "It is right to ask."}
	for _, n := range []string{"1", "2", "3"} {
		form = append(form, "question_"+n, "unsure", "reason_"+n, "We looked.")
	}
	com.post(at+"/duty/none", form...).wants(t, "no such body", 404)
	for _, of := range []string{b.body, b.partner} {
		com.post(at+"/duty/"+of, form...).wants(t, "an assessment", 303, at+"#duty")
	}
	com.get(at).wants(t, "who assessed it", 200, "You made the assessment", "A second person has to approve it")
	com.post(duty+"/approval").wants(t, "approving one's own", 403, "a second person")
	b.all["organiser"].post(duty+"/approval").wants(t, "an organiser's approval", 403)
	b.all["board"].get(at).wants(t, "a second commissioner", 200, "Approve it")
	b.all["board"].post(duty+"/approval").wants(t, "an approval", 303)
	b.all["commissioner"].get(b.path).wants(t, "the partner's duty", 200, "The duty assessment of Vale Council, approved by a second person")
	b.all["wyn"].post(at+"/duty/"+b.partner+"/approval").wants(t, "an approval by oversight", 303)
	b.all["board"].get(at).wants(t, "an approved duty", 200, "Approved by Staff board", "asking people does good all the same", "Approved by Staff wyn")
}

// designing: the panel signs the question, which ends the promise; then the
// specification, its signatures, and the invitation in every format.
func (b *begun) designing(t *testing.T) {
	org, at := b.all["organiser"], b.path+"/design"
	org.get(at).wants(t, "the design", 200, "Staff wyn", "A citizens&#39; jury has 12 to 24", "None in English")
	org.post(at+"/oversight", "standpoint", "").wants(t, "nobody appointed", 400, "choose who it is", "where they stand")
	b.all["commissioner"].post(at+"/oversight", "user", b.actors["wyn"].ID, "standpoint", "patients").wants(t, "a commissioner appointing", 403)
	for who, stand := range map[string]string{"wyn": "patient voice", "pat": "local government", "kim": "transport"} {
		org.post(at+"/oversight", "user", b.actors[who].ID, "standpoint", stand).wants(t, "appointing "+who, 303, at+"#oversight")
	}
	org.get(at).wants(t, "the panel", 200, "Staff kim", "Patient voice", "Has not signed")
	b.all["wyn"].post(b.path+"/sign-offs", "what", "question").wants(t, "signing the question", 303)
	b.all["commissioner"].get(b.path+"/promise").wants(t, "the promise", 200, "The promise is complete", "By 1 of oversight")
	org.post(b.path+"/advance", "to", "remit_agreed").wants(t, "the remit agreed", 303)
	b.supplies(t, 14)

	bad := []string{"size", "11", "min_seated", "many", "pay", "1.2.3", "starts_day", "2026-03-02", "starts_at", "9:30", "ends_day", "2026-03-04", "method", "It <is> fair."}
	org.post(at+"/specification", bad...).wants(t, "what cannot be read", 400, "give a whole number", "give a sum in pounds", "give a time of day", "It &lt;is&gt; fair.")
	bad[3], bad[5] = "40", "320"
	org.post(at+"/specification", append(bad, "ends_at", "5pm")...).wants(t, "a jury of 11", 400, "has 12 to 24 seats", "from 1 to the number of seats")
	org.post(at+"/specification", "size", "12", "min_seated", "10").wants(t, "a draft", 303, at+"#specification")
	org.get(at).wants(t, "a draft", 200, "Next: ", "Not said yet", "the privacy notice")
	full := []string{"size", "12", "min_seated", "10", "reserves", "2", "hours", "16.5", "starts_day", "2026-03-02", "starts_at", "9:30", "ends_day", "2026-03-04", "ends_at", "4pm",
		"times", "9.30am to 4pm", "place", "Lydney town hall", "purpose", "choose where the buses run", "method", "A jury has time.", "pay", "320", "payment_policy", "P1", "privacy_notice", "N1", "dpia", "D1",
		"formats", "text", "formats", "letter", "languages", "en", "languages", "cy", "area", "Lydney", "min_age", "16"}
	org.post(at+"/specification", full...).wants(t, "the specification", 303)
	org.get(at).wants(t, "the specification", 200, "Mon 2 March 2026, 9.30am, to Wed 4 March 2026, 4pm", "Text message and letter", "English and Welsh", "£320 for each member", "We are asking 12 local people to help choose where the buses run", "from the age of 16")
	b.all["pat"].get(at).asked(t, "oversight", at+"/specification", false)
	for _, who := range []string{"wyn", "pat", "kim"} {
		b.all[who].post(b.path+"/sign-offs", "what", "specification").wants(t, who+" signing", 303)
	}
	org.get(at).wants(t, "a signed design", 200, "The design is complete", "By 3 of oversight", "Signed the question and the specification")
	org.post(b.path+"/advance", "to", "designed").wants(t, "designed", 303)
	b.supplies(t, 8)
	org.get(b.path).wants(t, "what recruiting needs", 200, at+"#materials", "large print in Welsh")
	org.post(at+"/materials", "name", "", "format", "letter", "language", "en").wants(t, "nothing ready", 400, "such as invitation")
	for _, m := range b.process.Needed(must[process.View](t)(b.process.Get(b.ctx, b.actors["organiser"], b.id)), "invitation") {
		org.post(at+"/materials", "name", m.Name, "format", m.Format, "language", m.Language).wants(t, "the invitation", 303, at+"#materials")
	}
	org.get(at).wants(t, "what is ready", 200, "Invitation, large print in Welsh", "Staff organiser, Thu 15 January 2026")
}

// answering: what texts answer by themselves, in two languages.
func (b *begun) answering(t *testing.T) {
	org, at := b.all["organiser"], b.path+"/answers"
	org.get(at).wants(t, "no answers", 200, "Every other question in Welsh waits for a person", "Write answers in English")
	b.all["commissioner"].get(at).asked(t, "a commissioner", at+"/en", false)
	b.all["commissioner"].post(at+"/en", "question_1", "Q?", "answer_1", "A.").wants(t, "a commissioner's answer", 403)
	org.post(at+"/xx", "question_1", "Q?").wants(t, "a language nobody asked for", 404)
	org.post(at+"/en", "question_3", "Is there <parking>?").wants(t, "a question alone", 400, "f-answer_3-error", "so that it fits a text", "Is there &lt;parking&gt;?")
	org.post(at+"/en", "question_3", "Is there parking?", "answer_3", "There is free parking behind the hall.").wants(t, "an answer", 303, at+"#in-en")
	org.post(at+"/cy", "question_1", "Oes lle parcio?", "answer_1", "Oes, y tu ôl i’r neuadd.").wants(t, "a Welsh answer", 303, at+"#in-cy")
	org.get(at).wants(t, "the answers", 200, "There is free parking behind the hall.", "Oes lle parcio?", "Every other question in Polish")
	org.get(b.path+"/design").wants(t, "how many", 200, "1 answer in English; 1 answer in Welsh")
}

// going: with targets and the opt-out tested, people can be asked, and a text
// is answered with what the page approved.
func (b *begun) going(t *testing.T) {
	org := b.all["organiser"]
	org.post(b.path+"/targets", "feature.0", "gender", "value.0", "woman", "min.0", "5", "max.0", "7", "feature.1", "gender", "value.1", "man", "min.1", "5", "max.1", "7").wants(t, "targets", 303)
	org.post(b.path+"/pool/trial").wants(t, "the opt-out test", 303)
	org.post(b.path+"/advance", "to", "recruiting").wants(t, "recruiting", 303)
	b.unmoved(t)
	org.get(b.path+"/promise").asked(t, "a remit that people were invited to", b.path+"/promise/remit", false)
	org.post(b.path+"/promise/remit", "question", "Why?").wants(t, "another remit", 409, "can no longer change")
	org.post(b.path+"/pause", "reason", "Snow").wants(t, "a pause", 303)
	org.post(b.path+"/promise/remit", "question", "Why?").wants(t, "another remit in a pause", 409, "can no longer change")
	org.post(b.path+"/resume").wants(t, "going on", 303)
	for _, words := range []string{"BUS", "Is there any parking?"} {
		if err := (simulator{b.house}).Text(t.Context(), b.actors["organiser"], "+999000000123", words); err != nil {
			t.Fatal(err)
		}
		b.settled()
	}
	org.get("/simulator?number="+url.QueryEscape("+999000000123")).wants(t, "a resident's phone", 200, "There is free parking behind the hall.")
}

// evaluating: the evaluation is published by who is independent, on the page
// to which the last stage's guard leads.
func (b *begun) evaluating(t *testing.T) {
	at, eva := b.path+"/actions", b.all["evaluator"]
	b.all["organiser"].get(at).asked(t, "an organiser", b.path+"/evaluation", false)
	b.all["organiser"].post(b.path+"/evaluation", "evaluation", "Splendid.").wants(t, "an organiser's evaluation", 403)
	eva.get(at).asked(t, "an evaluator", b.path+"/evaluation", true)
	eva.post(b.path+"/evaluation").wants(t, "an empty evaluation", 400, "f-evaluation-error", "a summary that anyone can read")
	eva.post(b.path+"/evaluation", "evaluation", "It was fair; buses were late.").wants(t, "the evaluation", 303, at+"#evaluation")
	b.all["organiser"].get(at).wants(t, "what is published", 200, `id="evaluation"`, "It was fair; buses were late.", "Staff evaluator, Thu 15 January 2026")
}

// unmoved: whoever saves the specification without touching its days moves
// nothing, also where the API set them to the second.
func (b *begun) unmoved(t *testing.T) {
	get := func() process.View { return must[process.View](t)(b.process.Get(b.ctx, b.actors["organiser"], b.id)) }
	x := get().Specification
	in := process.SpecificationInput{Size: x.Size, MinSeated: x.MinSeated, Starts: x.Starts.Add(7 * time.Second), Ends: x.Ends}
	was := must[process.View](t)(b.process.Specify(b.ctx, b.do("organiser"), b.id, in)).Specification
	form := []string{"size", "12", "min_seated", "9", "starts_day", "2026-03-02", "starts_at", "09:30", "ends_day", "2026-03-04", "ends_at", "16:00"}
	b.all["organiser"].post(b.path+"/design/specification", form...).wants(t, "saving it untouched", 303)
	if got := get().Specification; !got.Starts.Equal(was.Starts) || !got.Ends.Equal(was.Ends) || got.MinSeated != 9 {
		t.Errorf("got %v to %v, least %d; want %v to %v, least 9", got.Starts, got.Ends, got.MinSeated, was.Starts, was.Ends)
	}
	form[9] = "2026-03-05"
	b.all["organiser"].post(b.path+"/design/specification", form...).wants(t, "another last day", 303)
	if got := get().Specification.Ends; !got.Equal(was.Ends.AddDate(0, 0, 1)) {
		t.Errorf("got %v, want a day later than %v", got, was.Ends)
	}
}
