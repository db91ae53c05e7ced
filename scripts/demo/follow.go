package demo

import "strings"

// action plans, updates, proves and verifies one piece of work. Whoever
// verifies it is not its owner.
func (p *play) action(rec, title, post, due string) string {
	a := p.do("commissioner", p.here("/actions"), object{
		"recommendation": rec, "title": title, "owner": object{"post": post, "user": p.ids["commissioner"]}, "due": due,
	})
	p.update(a.str("id"), "started", "Work has begun.")
	return a.str("id")
}

func (p *play) update(id, state, text string, proofs ...object) {
	in := object{"state": state, "text": text}
	if len(proofs) > 0 {
		in["proofs"] = proofs
	}
	p.do("commissioner", p.here("/actions/"+id+"/updates"), in)
}

// follow is 2018 to 2024: planning permission in March 2022, building from
// that summer, opening from April to May 2024; and what was asked for and did
// not come.
func (p *play) follow() {
	recs := p.published()
	build := p.action(recs[0], "Build and open the new community hospital", "Director of Estates", "2022-12-31T17:00:00Z")
	travel := p.action(recs[1], "A travel plan with the county council", "Director of Commissioning", "2022-12-31T17:00:00Z")
	plan := p.action(recs[4], "Plan for the whole Forest in the business case", "Director of Strategy", "2021-12-31T17:00:00Z")
	p.stage("implementing")

	p.clock("2019-12-02 10:00")
	p.revise(recs[2], "accept", "The design has room for a cafe; a pharmacy stays with the town.", "Director of Estates")
	p.revise(recs[3], "accept_in_part", "24 beds, fewer than before; other beds are elsewhere in the county. Minor injuries, X-ray, outpatients and midwifery come to the site.", "Director of Operations")
	cafe := p.action(recs[2], "Room for a cafe in the design", "Director of Estates", "2022-12-31T17:00:00Z")
	services := p.action(recs[3], "Agree services and staffing", "Director of Operations", "2022-12-31T17:00:00Z")
	p.update(plan, "done", "The business case plans for the whole Forest.", object{"title": "Business case", "link": "https://www.fodhealth.nhs.uk/"})

	p.clock("2022-03-08 12:00")
	p.update(build, "at_risk", "Planning permission on 8 March 2022. The opening, expected by 2022, is late.")
	p.report2()

	p.clock("2024-06-03 10:00")
	p.update(build, "done", "Opened in phases from late April to the end of May 2024, on Steam Mills Road, Cinderford.", object{"title": "The hospital is open", "link": "https://www.ghc.nhs.uk/"})
	p.update(cafe, "done", "The building has room for a cafe.", object{"title": "Floor plan", "link": "https://www.ghc.nhs.uk/"})
	p.update(services, "done", "Minor injuries and illness unit, X-ray and ultrasound, outpatients, midwifery, dentistry and leg wound care are on site.", object{"title": "Services", "link": "https://www.ghc.nhs.uk/"})
	p.refused("commissioner", p.here("/actions/"+build+"/verification"), object{"verified": true, "note": "mine"}, 403)
	for _, a := range []struct{ id, note, summary string }{
		{plan, "Read it.", "the plan for the whole Forest is written and in use."},
		{cafe, "Seen.", "the new hospital has room for a cafe."},
		{services, "Checked against the list.", "minor injuries, X-ray, outpatients and midwifery are there; there are fewer beds than before."},
		{build, "Went there: it is open, with 24 beds.", "the new hospital you asked for is open in Cinderford, with 24 beds. We went and checked."},
	} {
		p.do("oversight", p.here("/actions/"+a.id+"/verification"), object{"verified": true, "note": a.note, "summary": a.summary})
		p.settle()
	}
	p.do("commissioner", p.here("/actions/"+travel+"/end"), object{"state": "stopped", "reason": "Better buses from the west were asked for and are not funded."})
	p.settle()
	p.show.text("the text that tells the jurors of the change:", p.about("open in Cinderford"))
	p.show.say("Slack: %d notices told the commissioners what was owed, due or late", len(p.ask("administrator", "/simulator/slack")["messages"].([]any)))
	p.finish()
}

// revise replaces "consider further" by a decision, as a numbered notice.
func (p *play) revise(rec, outcome, reason, owner string) {
	p.do("commissioner", p.here("/responses/"+rec+"/revisions"), object{
		"outcome": outcome, "reason": reason, "accepted": "As the reason says", "owner": object{"post": owner}, "by": "2022-12-31T17:00:00Z",
		"notice": "The decision that was promised by the end of 2019.",
	})
}

// report2 is a progress report, with what has not changed.
func (p *play) report2() {
	p.do("organiser", p.here("/progress-reports"), object{
		"summary": "planning permission is given; the opening will be late.", "text": "Building begins this summer.",
		"not_changed": []object{{"what": "better buses from the west were asked for and are not funded.", "why": "The county's bus budget was cut; the boards cannot pay for buses.", "next": "2024-06-30T12:00:00Z"}},
	})
	p.settle()
	p.show.text("and what has not changed:", p.about("what has not changed"))
}

// finish sends the last feedback, publishes the evaluation and closes.
func (p *play) finish() {
	p.do("evaluator", p.here("/evaluation"), object{"summary": "The jury was fair in the eyes of most of its members; its main recommendation was carried out, six years later."})
	p.do("organiser", p.here("/feedback"), object{
		"kind": "final", "summary": "the hospital is open in Cinderford; better buses did not come.",
		"changed":     []string{"A new community hospital in Cinderford"},
		"not_changed": []object{{"what": "Better buses from the west", "why": "Not funded."}, {"what": "As many beds as before", "why": "Other beds are elsewhere in the county."}},
	})
	p.do("organiser", p.here("/retention/start"), object{})
	p.stage("closed")
	p.settle()
	p.show.text("the last text:", p.last(p.juror()))
}

// about finds the latest text on a juror's phone that has one of the words.
func (p *play) about(words ...string) string {
	texts := p.handset(p.juror())
	for i := len(texts) - 1; i >= 0; i-- {
		for _, w := range words {
			if strings.Contains(texts[i].str("body"), w) {
				return texts[i].str("body")
			}
		}
	}
	return "(no such text)"
}

// chain reads one recommendation from its evidence to the verified change.
func (p *play) chain() {
	c := p.ask("organiser", p.here("/recommendations/"+p.published()[0]+"/chain"))
	p.show.say("recommendation   %s", c.obj("recommendation").str("text"))
	for _, e := range c.list("evidence") {
		p.show.say("  evidence       %s", e.str("title"))
	}
	b := c.obj("ballot")
	p.show.say("  ballot         %s, %s", b.str("title"), b.str("state"))
	current := c.obj("response").obj("current")
	p.show.say("  response       %s: %s", current.str("outcome"), current.str("reason"))
	for _, d := range c.list("decisions") {
		p.show.say("  decision       %s", d.str("text"))
	}
	for _, a := range c.list("actions") {
		p.show.say("  action         %s: %s", a.str("title"), a.str("state"))
		for _, pr := range a.list("proofs") {
			p.show.say("  proof          %s, %s", pr.str("title"), pr.str("link"))
		}
	}
	p.show.text("  told           the text message that told the jurors:", p.about("open in Cinderford"))
	head := p.ask("organiser", "/public/processes/"+p.id+"/audit-head")
	p.show.say("the record holds %.0f entries under the hash %s", head.num("seq"), head.str("hash"))
}
