package demo

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"folkmoot/scripts/residents"
)

// applied is how many people asked to take part: published.
const applied = 218

// framed is how many invented residents the list holds that invitees are
// drawn from, and asked how many of them are asked. Both are ours: the real
// jury was advertised and kept no such figures.
const (
	framed = 1600
	asked  = 700
)

// target is a share of the district turned into seats of the jury: the whole
// numbers nearest to it, one either side.
func targets(size int) []object {
	var out []object
	for _, f := range residents.Shares {
		for _, s := range f.Shares {
			near := (size*s.Percent + 50) / 100
			out = append(out, object{
				"feature": f.Name, "value": s.Value, "min": max(0, near-1), "max": near + 1,
				"share": s.Percent * 100, "source": "assumed for the demonstration",
			})
		}
	}
	return out
}

// invite is spring 2018: targets, the list, who is asked, and their answers.
func (p *play) invite() {
	p.clock("2018-04-09 10:00")
	var asking []object
	for _, f := range residents.Shares {
		asking = append(asking, object{"feature": f.Name, "text": f.Question})
	}
	p.do("organiser", p.here("/recruitment"), object{
		"asking": asking, "eligibility": "Do you live in the Forest of Dean, and are you 18 or over?",
		"terms":     object{"offer_days": 3, "offer_time": "18:00", "call_up_days": 1, "minimum": 16},
		"closes_at": "2018-07-06T17:00:00Z", "draw_at": "2018-07-09T13:00:00Z",
	})
	p.do("organiser", p.here("/targets"), object{"targets": targets(18)})
	p.do("organiser", p.here("/opt-out-test"), nil)
	for _, format := range []string{"text", "letter", "page", "easy_read", "large_print"} {
		p.do("organiser", p.here("/materials"), object{"name": "invitation", "format": format})
	}
	p.stage("recruiting")
	p.do("organiser", p.here("/pool/open"), nil)

	p.people = residents.Generate(p.Seed, framed+800)
	for _, r := range p.people {
		p.phones[r.Number] = r
	}
	p.frame(p.people[:framed])
	p.drawInvitees()
	p.wave()
	p.advertise(p.people[framed:])
}

// frame imports the list, as a spreadsheet.
func (p *play) frame(list []residents.Resident) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	p.check(w.Write([]string{"ref", "name", "mobile", "address", "postcode", "part"}))
	for _, r := range list {
		p.check(w.Write([]string{r.Ref, r.Name, r.Number, r.Address + ", " + r.Town, r.Postcode, r.Features["area"]}))
	}
	w.Flush()
	p.check(w.Error())
	columns, err := json.Marshal(object{
		"ref": "ref", "name": "name", "number": "mobile", "address": "address", "postcode": "postcode", "area": "part",
	})
	p.check(err)
	q := url.Values{"name": {"Invented residents, April 2018"}, "source": {"made for the demonstration"}, "columns": {string(columns)}}
	out := p.do("organiser", p.here("/frames?"+q.Encode()), []byte(b.String()))
	p.show.say("a list of %.0f residents is imported, whole", out.num("rows"))
}

// drawInvitees commits to how many are asked in each area, then draws them
// with dice thrown before two witnesses.
func (p *play) drawInvitees() {
	d := p.do("organiser", p.here("/invitee-draws"), object{"count": asked, "seed_plan": "Twelve ten-sided dice, thrown at the county library"})
	d = p.do("organiser", p.here("/invitee-draws/"+d.str("id")+"/seed"), object{
		"digits": "4071 9926 3582", "witnesses": []string{"Ann Birtles, oversight panel", "Bo Okafor, oversight panel"},
	})
	p.show.say("%.0f of them are drawn by lot, area by area, and the draw can be repeated", d.num("count"))
}

// wave sends the invitations and lets the residents answer.
func (p *play) wave() {
	p.do("organiser", p.here("/invitation-waves"), object{"count": asked})
	p.clock("2018-04-10 09:30")
	numbers := p.numbers()
	p.sender = p.handset(numbers[0])[0].str("from")
	p.show.say("%d phones have an invitation", len(numbers))
	if texts := p.handset(numbers[0]); len(texts) > 0 {
		p.show.text("such as this one:", texts[0].str("body"))
	}
	sent := p.converse(numbers)
	p.show.say("they answered with %d texts of their own", sent)
	p.helpline()
}

// helpline: the organiser takes each message that needs a person, and answers
// it by text or by a call.
func (p *play) helpline() {
	items := p.all("organiser", p.here("/queue?state=open"))
	for _, i := range items {
		at, outcome := p.here("/queue/"+i.str("id")), "called"
		p.do("organiser", at+"/claim", object{})
		if i.str("reason") == "help" {
			p.do("organiser", at+"/reply", object{"text": "This is the jury's helpline. Thank you for your text; we will ring you this afternoon."})
			outcome = "answered"
		}
		p.do("organiser", at+"/close", object{"outcome": outcome})
	}
	p.settle()
	p.show.say("messages that needed a person, and got one: %d", len(items))
}

// numbers lists the phones that texts went to or came from.
func (p *play) numbers() []string {
	return p.ask("administrator", "/simulator/handsets").strs("numbers")
}

// handset reads a phone.
func (p *play) handset(number string) []object {
	return p.ask("administrator", "/simulator/handsets/"+url.PathEscape(number)).list("texts")
}

// converse lets the owners of the phones answer what they were sent last,
// again and again until nobody has more to say. It answers how many texts
// they wrote. Each is a signed webhook to the running server.
func (p *play) converse(numbers []string) int {
	const patience = 2 // rounds without an answer of ours, on a slow machine
	total, idle := 0, 0
	for range 24 {
		var said, waits []string
		p.each(numbers, func(number string) {
			replied, waiting := p.answer(number)
			p.show.mu.Lock()
			defer p.show.mu.Unlock()
			if replied {
				said = append(said, number)
			} else if waiting {
				waits = append(waits, number)
			}
		})
		if idle++; len(said) > 0 {
			idle = 0
		}
		if len(said)+len(waits) == 0 || idle == patience {
			return total
		}
		total += len(said)
		p.pause()
		numbers = append(said, waits...)
		slices.Sort(numbers)
	}
	return total
}

// answer replies to the last text on a phone, if it is ours and asks
// something. Nobody answers the same text twice: where nothing new has come
// since their last answer they wait.
func (p *play) answer(number string) (replied, waiting bool) {
	texts := p.handset(number)
	if len(texts) == 0 || texts[len(texts)-1]["ours"] != true {
		return false, false
	}
	p.show.mu.Lock()
	had := p.answered[number]
	p.answered[number] = len(texts)
	p.show.mu.Unlock()
	if had == len(texts) {
		return false, true
	}
	reply := p.phones[number].Reply(texts[len(texts)-1].str("body"))
	if reply == "" {
		return false, false
	}
	p.check(p.c.text(p.ctx, number, p.sender, reply))
	return true, false
}

// each does something for every number, sixteen at a time. The first failure
// stops the play.
func (p *play) each(numbers []string, f func(string)) {
	queue := make(chan string)
	var wg sync.WaitGroup
	var once sync.Once
	var failed *stop
	for range 16 {
		wg.Go(func() {
			for n := range queue {
				func() {
					defer func() {
						if s, ok := recover().(stop); ok {
							once.Do(func() { failed = &s })
						}
					}()
					f(n)
				}()
			}
		})
	}
	for _, n := range numbers {
		queue <- n
	}
	close(queue)
	wg.Wait()
	if failed != nil {
		panic(*failed)
	}
}

// advertise: posters and the local paper, May to July: people text the word
// FOREST, until 218 have applied.
func (p *play) advertise(readers []residents.Resident) {
	p.clock("2018-05-14 12:00")
	before := p.inPool()
	p.show.say("%d are in the pool from the invitations; posters now say: text FOREST", before)
	for len(readers) > 0 && p.inPool() < applied {
		n := min(applied-p.inPool(), len(readers))
		numbers := make([]string, n)
		for i, r := range readers[:n] {
			r.Manner = residents.Yes
			p.phones[r.Number] = r
			numbers[i] = r.Number
		}
		readers = readers[n:]
		p.each(numbers, func(number string) { p.check(p.c.text(p.ctx, number, p.sender, "FOREST")) })
		p.pause()
		p.converse(numbers)
	}

	if got := p.inPool(); got != applied {
		panic(stop{fmt.Errorf("%d are in the pool; the published figure is %d", got, applied)})
	}
	p.show.say("%d people have applied, as in 2018", p.inPool())
}

// inPool is how many are in the pool, counted by the service.
func (p *play) inPool() int { return p.count("in_pool") }

func (p *play) count(status string) int {
	return len(p.all("organiser", p.here("/people?status="+status)))
}
