package demo

import (
	"fmt"
	"time"
)

// utc is a local time of the Forest as the API takes it.
func utc(local string) string {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(stop{err})
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", local, london)
	if err != nil {
		panic(stop{err})
	}
	return t.UTC().Format(time.RFC3339)
}

// points are what the jury asked for, in the published order: the place, and
// four points if it is accepted.
var points = []struct{ title, text, reasons string }{
	{"Build in or near Cinderford", "The new community hospital should be in or near Cinderford.", "High rates of health problems and unhealthy behaviour, a central place, the forest setting, two A roads to Gloucester, many residents over 65 and over 85."},
	{"Better transport", "Improve transport to the hospital from across the Forest.", "People without a car must be able to get there from the west and the south."},
	{"Facilities", "Think about facilities such as a cafe or a pharmacy.", "People who wait and people who work there need them."},
	{"A full range of services and staff", "Ensure a full range of services, with the staff to run them.", "A new building is only worth it with the services inside."},
	{"The whole Forest's future", "Plan for the future needs of the whole Forest.", "The population grows and gets older."},
}

// vote is 3 August 2018: wording made final, votes cast on paper and counted
// in front of observers.
func (p *play) vote() {
	st := p.do("facilitator", p.here("/statements"), object{"text": "People without a car must not lose out.", "theme": "transport"})
	items := p.ask("organiser", p.here("/evidence")).list("items")
	evidence := make([]string, len(items))
	for i, e := range items {
		evidence[i] = e.str("id")
	}
	var questions []object
	for _, pt := range points {
		r := p.do("facilitator", p.here("/recommendations"), object{
			"title": pt.title, "text": pt.text, "reasons": pt.reasons, "evidence": evidence, "statements": []string{st.str("id")},
		})
		p.do("facilitator", p.here("/recommendations/"+r.str("id")+"/lock"), object{"hands": object{"for": 18, "against": 0, "present": 18}})
		questions = append(questions, object{"text": "Do you agree: " + pt.title + "?", "kind": "yes_no", "recommendation": r.str("id")})
	}
	b := p.do("facilitator", p.here("/ballots"), object{"number": 1, "title": "The jury's recommendations", "questions": questions})
	id := b.str("id")
	p.do("facilitator", p.here("/ballots/"+id+"/approval"), object{"hands": object{"for": 18, "against": 0, "present": 18}})
	p.do("facilitator", p.here("/ballots/"+id+"/opening"), object{})
	online := p.votesByPage(p.phonesOf("serving")[:onPages], len(questions))
	papers := p.papers(id, len(questions))
	p.do("facilitator", p.here("/ballots/"+id+"/closing"), object{})
	p.do("facilitator", p.here("/ballots/"+id+"/count"), object{})
	p.do("organiser", p.here("/ballots/"+id+"/certification"), object{})
	result := p.ask("facilitator", p.here("/ballots/"+id)).obj("result")
	p.show.say("%d recommendations are voted in secret: %d jurors on their own page, %d on paper; the count finds %.0f votes", len(questions), online, papers, result.num("voted"))
}

// onPages is how many jurors vote on their own page; the others use paper.
const onPages = 6

// papers enters the papers of those who have not voted yet, and answers how
// many there were.
func (p *play) papers(ballot string, questions int) int {
	var papers []object
	var members []string
	for i, e := range p.ask("facilitator", p.here("/ballots/"+ballot)).list("register") {
		if voted, _ := e["voted"].(bool); voted {
			continue
		}
		paper := object{}
		for q := range questions {
			choice := "yes"
			if (i+5*q)%9 == 0 {
				choice = "no"
			}
			paper[fmt.Sprintf("q%d", q+1)] = object{"choice": choice}
		}
		papers, members = append(papers, paper), append(members, e.str("member"))
	}
	p.do("facilitator", p.here("/ballots/"+ballot+"/papers"), object{"members": members, "papers": papers, "tellers": []string{"first teller", "second teller"}})
	return len(papers)
}

// report is August 2018: the jurors' own words, confirmed by them, published.
func (p *play) report() {
	p.clock("2018-08-06 10:00")
	recs := p.ask("facilitator", p.here("/recommendations")).list("items")
	ids := make([]string, len(recs))
	for i, r := range recs {
		ids[i] = r.str("id")
		p.show.say("%s: %s", r.str("state"), r.str("title"))
	}
	p.do("facilitator", p.here("/minority-views/invitation"), object{"until": "2018-08-10T17:00:00Z"})
	members := p.members()
	p.do("facilitator", p.here("/minority-views"), object{"text": "Some of us would have chosen Coleford, for its growth and the services already there.", "members": members[:2]})
	p.do("facilitator", p.here("/report"), object{
		"title": "Where the new community hospital should be", "recommendations": ids,
		"sections": []object{
			{"heading": "To our neighbours", "text": "We were asked to think of the Forest as a whole, and we did. We listened for five days and then voted."},
			{"heading": "How we decided", "text": "We heard the case for each place from local people, and the figures on health, age and travel."},
		},
	})
	p.do("facilitator", p.here("/report/review"), object{})
	p.do("facilitator", p.here("/report/confirmations"), object{"agrees": true, "members": members})
	p.do("facilitator", p.here("/report/formats"), object{"formats": object{"easy_read": "https://folkmoot.example/report-easy", "large_print": "https://folkmoot.example/report-large"}})
	p.clock("2018-08-13 10:00")
	p.do("organiser", p.here("/report/publication"), object{})
	p.stage("reported")
	p.settle()
	p.pay()
	p.show.text("every juror reads:", p.about("report is out"))
}

// pay: what was promised is earned by attendance and approved by two people.
func (p *play) pay() {
	p.do("organiser", p.here("/payments/earned"), object{"pence_per_session": 9400})
	rows := p.all("organiser", p.here("/payments"))
	for _, r := range rows {
		p.do("organiser", "/payments/"+r.str("id")+"/approve", object{})
	}
	p.refused("organiser", "/payments/"+rows[0].str("id")+"/approve", object{}, 409)
	for _, r := range rows {
		p.do("organiser two", "/payments/"+r.str("id")+"/approve", object{})
	}
	p.show.say("%d payments are approved, each by two people", len(rows))
}

// juror is a phone of somebody who served.
func (p *play) juror() string {
	for _, s := range []string{"serving", "completed"} {
		if phones := p.phonesOf(s); len(phones) > 0 {
			return phones[0]
		}
	}
	return ""
}
