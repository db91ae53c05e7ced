package demo

// user makes a user with grants and takes them into the cast.
func (p *play) user(key, name string, grants ...object) {
	u := p.do("administrator", "/users", object{"name": name, "grants": grants})
	p.ids[key], p.names[key] = u.str("id"), name
	t := p.do("administrator", "/tokens", object{"user": u.str("id"), "name": "demonstration"})
	p.cast[key] = p.c.as(key, t.str("token"))
}

func over(role, body string) object { return object{"role": role, "body": body} }

// promise is January 2018: the two commissioners decide to ask a jury, and
// say what can come of it.
func (p *play) promise() {
	p.cast["administrator"] = p.c
	p.clock("2018-01-15 10:00")
	for key, b := range map[string]object{
		"ccg":   {"name": "NHS Gloucestershire Clinical Commissioning Group", "kind": "integrated_care_board"},
		"trust": {"name": "Gloucestershire Care Services NHS Trust", "kind": "nhs_trust"},
	} {
		b["profile"], b["phone"] = "england_nhs", "01632 960123"
		p.bodies[key] = p.do("administrator", "/bodies", b).str("id")
	}
	ccg := p.bodies["ccg"]
	p.user("commissioner", "Carys Vaughan", over("commissioner", ccg))
	p.user("board", "Dafydd Pryce", over("commissioner", ccg))
	p.user("organiser", "Olu Adeyemi", over("organiser", ccg))
	p.user("organiser two", "Nia Howells", over("organiser", ccg))
	p.user("facilitator", "Fran Doyle", over("facilitator", ccg))
	p.user("evaluator", "Eve Lambert", over("evaluator", ccg))
	p.user("oversight", "Ann Birtles", over("oversight", ccg))
	p.user("oversight two", "Bo Okafor", over("oversight", ccg))
	p.user("oversight three", "Cy Merrick", over("oversight", ccg))

	v := p.do("commissioner", "/processes", object{
		"body": ccg, "partners": []string{p.bodies["trust"]}, "kind": "jury", "keyword": "FOREST",
		"name": "Forest of Dean citizens' jury 2018", "short_name": "Forest Health Jury",
	})
	p.id, p.code = v.str("id"), v.str("code")
	p.show.say("two NHS bodies propose a jury; its code is %s", p.code)

	p.do("commissioner", p.here("/remit"), object{
		"question": "Where should the new community hospital be: in or near Cinderford, Coleford or Lydney?",
		"options":  []string{"Cinderford", "Coleford", "Lydney"},
		"in_scope": []string{"In or near which of the three places the new hospital should be"},
		"out_of_scope": []string{
			"The exact site", "Whether to keep the two old hospitals, the Dilke Memorial and Lydney and District",
		},
		"influence":  "The jury recommends. The two boards decide, and would have to say why if they decided otherwise.",
		"criteria":   []string{"Access and transport", "Environment", "Health needs", "Age of the population", "Effect on the whole Forest"},
		"preference": "none",
	})
	next := p.ask("organiser", p.here("/next"))
	p.show.say("the next stage names what is still missing: %d items", len(next.list("missing")))
	p.refused("organiser", p.here("/stage"), object{"to": "remit_agreed"}, 409)

	p.do("commissioner", p.here("/commitment"), object{
		"promise":      "Both boards will consider the recommendation in public and answer every point with a reason.",
		"response_due": "2018-09-30T17:00:00Z", "decided_by": "The governing body and the trust board, meeting in public",
	})
	p.duties()
	p.do("commissioner", p.here("/gunning"), object{"principle": 1, "text": "Three places are open; neither body has a preferred option. The change has been argued over for more than ten years."})
	for key, stand := range map[string]string{"oversight": "patient voice", "oversight two": "local government", "oversight three": "clinicians"} {
		p.do("organiser", p.here("/oversight"), object{"user": p.ids[key], "name": p.names[key], "standpoint": stand})
	}
	p.do("oversight", p.here("/sign-offs"), object{"what": "question", "note": "Plain and even-handed."})
	p.stage("remit_agreed")
}

// duties: both bodies assess their duty to involve, and a second person
// approves.
func (p *play) duties() {
	answers := []object{
		{"step": "planning", "answer": "yes", "reason": "One hospital is to take the place of two."},
		{"step": "impact", "answer": "yes", "reason": "Where people go for care, and how they get there, will change."},
		{"step": "arrangements", "answer": "yes", "reason": "Consultation from September to December 2017, six weeks of public engagement, and this jury."},
	}
	for _, body := range []string{"ccg", "trust"} {
		p.do("commissioner", p.here("/duty"), object{
			"body": p.bodies[body], "answers": answers, "outcome": "applies", "reasons": "The proposal changes services for everybody in the district.",
		})
		p.do("board", p.here("/duty/approval"), object{"body": p.bodies[body]})
	}
	p.show.say("the duty to involve is assessed for both bodies and approved by a second person")
}

// design is the winter of 2018: how many, how long, what it pays.
func (p *play) design() {
	p.clock("2018-03-01 10:00")
	p.do("organiser", p.here("/specification"), object{
		"size": 18, "min_seated": 16, "reserves": 3, "hours": 34,
		"starts": "2018-07-30T12:00:00Z", "ends": "2018-08-03T16:00:00Z", "place": "Coleford", "times": "9.30am to 5pm",
		"purpose": "choose where the new community hospital goes", "pay_pence": 47000, "min_age": 18,
		"method":         "A jury gives local people the time and the evidence that a contested choice needs.",
		"payment_policy": "Payment policy 2018-02", "privacy_notice": "Privacy notice 1", "dpia": "DPIA 2018-14",
		"formats": []string{"text", "letter", "page", "easy_read", "large_print"}, "languages": []string{"en"}, "area": "Forest of Dean district",
	})
	for _, o := range []string{"oversight", "oversight two", "oversight three"} {
		p.do(o, p.here("/sign-offs"), object{"what": "specification"})
	}
	p.stage("designed")
}
