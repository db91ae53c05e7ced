package demo

import "fmt"

// seated are the statuses of people with a seat.
var seated = []string{"confirmed", "onboarded", "serving"}

// members lists the ids of everybody with a seat.
func (p *play) members() []string {
	var out []string
	for _, s := range seated {
		for _, row := range p.all("organiser", p.here("/people?status="+s)) {
			out = append(out, row.str("id"))
		}
	}
	return out
}

// convene is the last two weeks of July: needs are arranged; three jurors have
// to leave, and all three reserves are called, as in the county's jury of
// 2021.
func (p *play) convene() {
	p.clock("2018-07-16 10:00")
	for n, reason := range []string{"ill", "caring", "work"} {
		leaving := p.members()[n*3]
		p.do("organiser", "/people/"+leaving+"/withdraw", object{"reason": reason})
		p.settle()
		p.pause()
		called := p.phonesOf("offered")
		if len(called) != 1 {
			panic(stop{fmt.Errorf("a juror left and %d reserves were asked", len(called))})
		}
		if n == 0 {
			p.show.text("a juror has to leave; the first reserve reads:", p.last(called[0]))
		}
		p.converse(called)
	}
	p.helpline()
	p.show.say("%d replacements are on record; %d have a seat", len(p.ask("oversight", p.here("/replacements")).list("replacements")), len(p.members()))
	p.show.say("the public page counts the same: %s", p.publicFigure("kept their seats"))
	rows := p.ask("organiser", p.here("/support")).list("items")
	for _, r := range rows {
		if r.str("state") == "asked" {
			p.do("organiser", "/people/"+r.str("person")+"/needs/"+r.str("id")+"/settle", object{"state": "arranged"})
		}
	}
	p.show.say("%d support needs are arranged, and stay on the list until the person says they were met", len(rows))
	p.stage("convened")
}

// item proposes a piece of evidence and takes it through its checks.
func (p *play) item(title, kind, stance, position, summary string, minutes int) string {
	e := p.do("organiser", p.here("/evidence"), object{
		"title": title, "kind": kind, "stance": stance, "position": position, "summary": summary, "minutes": minutes,
		"source": "fodhealth.nhs.uk", "formats": object{"easy_read": "https://folkmoot.example/easy", "large_print": "https://folkmoot.example/large"},
	})
	id := e.str("id")
	p.do("organiser", p.here("/evidence/"+id+"/request"), object{})
	p.do("organiser", p.here("/evidence/"+id+"/receipt"), object{
		"title": title, "kind": kind, "stance": stance, "position": position, "summary": summary, "minutes": minutes,
		"source": "fodhealth.nhs.uk", "formats": object{"easy_read": "https://folkmoot.example/easy", "large_print": "https://folkmoot.example/large"},
	})
	p.do("facilitator", p.here("/evidence/"+id+"/checks"), object{"facts": true, "plain": true, "position": true})
	p.do("oversight", p.here("/evidence/"+id+"/approval"), object{})
	return id
}

// sit is 30 July to 3 August 2018 in Coleford: five days.
func (p *play) sit() {
	p.clock("2018-07-24 10:00")
	var items []string
	for _, e := range []struct{ title, kind, stance, position, summary string }{
		{"How healthy is the Forest?", "data", "neutral", "", "Health needs, age and deprivation in each part of the district."},
		{"Roads, buses and how people travel", "data", "neutral", "", "Travel times by car and bus to each of the three places."},
		{"The case for Cinderford", "talk", "option", "Cinderford", "Put by local people: health needs, two main roads, the middle of the Forest."},
		{"The case for Coleford", "talk", "option", "Coleford", "Put by local people: growth in the west, other services close by."},
		{"The case for Lydney", "talk", "option", "Lydney", "Put by local people: the railway, the south's growing towns."},
		{"What six weeks of public engagement said", "submission", "mixed", "", "It is no poll: who spoke, and what mattered to them."},
	} {
		items = append(items, p.item(e.title, e.kind, e.stance, e.position, e.summary, 45))
	}
	pack := p.do("organiser", p.here("/packs"), object{
		"number": 1, "title": "Evidence for the jury", "evidence": items,
		"formats": object{"easy_read": "https://folkmoot.example/pack-easy", "large_print": "https://folkmoot.example/pack-large"},
	})
	p.do("organiser", p.here("/packs/"+pack.str("id")+"/publication"), object{})
	p.do("oversight", p.here("/balance"), object{"statement": "Each of the three places has the same minutes; the figures are the same for all.", "balanced": true})
	p.show.say("%d items of evidence, checked, approved by oversight and published as one pack", len(items))
	p.ready()
	days := p.sessions(items)
	p.stage("deliberating")
	p.rules()
	for n, day := range days {
		p.day(n, day)
	}
	p.stage("reporting")
}

// ready gives every member an induction, after which they may serve.
func (p *play) ready() {
	for _, m := range p.members() {
		p.do("organiser", "/people/"+m+"/induction", object{"kind": "call"})
		p.do("organiser", "/people/"+m+"/serve", object{})
	}
	p.tell("serving")
}

type day struct{ id, date, opens, closes string }

// sessions plans the five days as they were held.
func (p *play) sessions(evidence []string) []day {
	plan := []struct {
		date, from, to, title string
		agenda                []object
	}{
		{"2018-07-30", "13:00", "17:00", "Welcome", []object{{"title": "Welcome and rules", "kind": "welcome", "minutes": 60}, {"title": "Health and travel in the Forest", "kind": "evidence", "minutes": 90, "evidence": evidence[:2]}, {"title": "Questions", "kind": "questions", "minutes": 60}}},
		{"2018-07-31", "09:30", "17:00", "The three places", []object{{"title": "The cases for Lydney, Coleford and Cinderford", "kind": "evidence", "minutes": 180, "evidence": evidence[2:5]}, {"title": "Questions", "kind": "questions", "minutes": 120}, {"title": "In groups", "kind": "deliberation", "minutes": 90}}},
		{"2018-08-01", "09:30", "17:00", "Weighing up", []object{{"title": "What the public said", "kind": "evidence", "minutes": 60, "evidence": evidence[5:]}, {"title": "In groups", "kind": "deliberation", "minutes": 240}}},
		{"2018-08-02", "09:30", "17:00", "Writing", []object{{"title": "Recommendations in our own words", "kind": "deliberation", "minutes": 300, "private": true}}},
		{"2018-08-03", "09:30", "17:00", "Decision", []object{{"title": "Final wording", "kind": "deliberation", "minutes": 180}, {"title": "The vote, counted before observers", "kind": "vote", "minutes": 60}}},
	}
	var out []day
	for i, s := range plan {
		v := p.do("organiser", p.here("/sessions"), object{
			"number": i + 1, "title": s.title, "mode": "in_person", "place": "Coleford", "required": true, "agenda": s.agenda,
			"starts": utc(s.date + " " + s.from), "ends": utc(s.date + " " + s.to),
			"observers": "About 30 seats. Please do not speak to jurors or film, and step outside when the jury deliberates in private.",
		})
		out = append(out, day{v.str("id"), s.date, s.from, s.to})
	}
	return out
}

// rules: before the first ballot the members fix how it is counted.
func (p *play) rules() {
	p.do("facilitator", p.here("/rules"), object{
		"rule":   object{"method": "majority", "basis": "present_and_voting", "tie": "not_passed"},
		"quorum": 12, "attend": 3, "formats": []string{"easy_read", "large_print"},
		"agreed": object{"for": 18, "against": 0, "present": 18},
	})
	p.show.say("before any ballot the members fix the rule: a majority of those present and voting")
}

// tables seats the members at three tables, in three rounds.
func (p *play) tables(n int, d day) {
	at := p.here("/sessions/" + d.id + "/tables")
	fields := p.ask("facilitator", at+"/fields").strs("fields")
	plan := p.do("facilitator", at, object{"rounds": 3, "size": 6, "diversify": fields[:min(len(fields), 6)]})
	m := plan.obj("measures")
	p.show.say("day %d: three rounds at tables of six: %.0f pairs meet for the first time, of %.0f times that two share a table", n+1, m.num("pairs"), m.num("slots"))
}

// day holds one session, and lets the members say how fair it was.
func (p *play) day(n int, d day) {
	p.clock(d.date + " " + d.opens)
	p.do("facilitator", p.here("/sessions/"+d.id+"/opening"), object{})
	marks := object{}
	for _, m := range p.members() {
		marks[m] = "present"
	}
	marked := p.do("facilitator", p.here("/sessions/"+d.id+"/attendance"), object{"marks": marks, "officials": []string{"Director of commissioning"}})
	if n == 1 || n == 2 {
		p.tables(n, d)
	}
	if n == 4 {
		p.vote()
	}
	p.clock(d.date + " " + d.closes)
	p.do("facilitator", p.here("/sessions/"+d.id+"/closing"), object{})
	p.settle()
	p.pause()
	sent := p.converse(p.phonesOf("serving"))
	p.show.say("day %d: %.0f members present; %d texts say how fair it was", n+1, marked.num("attended"), sent)
}
