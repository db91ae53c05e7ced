package demo

// draw is 6 to 9 July 2018: the pool closes, the lottery is committed to in
// public before its seed exists, and dice thrown before witnesses choose.
func (p *play) draw() {
	p.clock("2018-07-06 18:30")
	if p.ask("organiser", p.here("/recruitment")).str("pool") != "closed" {
		p.do("organiser", p.here("/pool/close"), nil)
	}
	p.show.say("registration has closed with %d in the pool", p.inPool())
	f := p.do("organiser", p.here("/pool/feasibility"), nil)
	p.show.say("a panel within every target is possible: %v", f["feasible"])

	d := p.do("organiser", p.here("/draws"), object{"seed_plan": "Fifteen ten-sided dice thrown in Coleford on Monday 9 July at 2pm, before two witnesses"})
	id := d.str("id")
	d = p.do("organiser", p.here("/draws/"+id+"/commit"), object{
		"observers": []object{
			{"name": "Ann Birtles", "role": "oversight panel"}, {"name": "Bo Okafor", "role": "oversight panel"},
		},
		"draw_at": "2018-07-09T13:00:00Z",
	})
	p.show.say("committed before any seed exists: %s", d.str("hash"))
	p.settle()
	p.clock("2018-07-09 14:05")
	digits := "730 419 268 551 907"
	p.do("organiser", p.here("/draws/"+id+"/seed"), object{"digits": digits, "witnesses": []string{"Ann Birtles, oversight panel", "Bo Okafor, oversight panel"}})
	p.do("oversight", p.here("/draws/"+id+"/seed/confirm"), object{"digits": digits})
	d = p.do("organiser", p.here("/draws/"+id+"/conclude"), nil)
	p.settle()
	cert := p.ask("organiser", "/public/processes/"+p.id+"/draws/"+id+"/certificate")
	sum := cert.obj("summary")
	p.show.say("the dice chose panel %.0f of %d; anyone can check it from the certificate", cert.obj("choice").num("panel"), len(cert["panels"].([]any)))
	p.show.say("the smallest chance in the pool is %s, and no lottery could make it larger", sum.str("minimum"))
	p.tell("selected", "offered", "reserve", "not_selected")
	p.stage("selected")
	p.offers()
}

// tell prints how many people have each status.
func (p *play) tell(statuses ...string) {
	for _, s := range statuses {
		if n := p.count(s); n > 0 {
			p.show.say("%4d %s", n, s)
		}
	}
}

// offers: those picked are asked, and answer in a conversation of a few texts.
func (p *play) offers() {
	p.clock("2018-07-10 09:30")
	members := p.phonesOf("offered")
	p.show.text("a resident who was picked reads:", p.last(members[0]))
	for _, s := range []string{"reserve", "not_selected"} {
		p.show.text("and one who is "+s+":", p.last(p.phonesOf(s)[0]))
	}
	p.converse(members)
	p.helpline()
	p.tell("onboarded", "confirmed", "offered")
}

// phonesOf lists the numbers of people of a status. Only the organiser may see
// them, and every look is recorded with its purpose.
func (p *play) phonesOf(status string) []string {
	var out []string
	for _, row := range p.all("organiser", p.here("/identities?status="+status+"&purpose=phone_call")) {
		out = append(out, row.obj("identity").str("number"))
	}
	return out
}

// last is the last text on a phone.
func (p *play) last(number string) string {
	texts := p.handset(number)
	if len(texts) == 0 {
		return ""
	}
	return texts[len(texts)-1].str("body")
}
