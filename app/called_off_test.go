package main

import (
	"strings"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
	"folkmoot/domain/process"
)

// since is what a phone was sent since the count given, and how many texts it
// has now.
func (p *played) since(number string, had int) (said string, has int) {
	texts := p.network.Handset(number)
	var out []string
	for _, text := range texts[had:] {
		if !text.Sent {
			out = append(out, text.Body)
		}
	}
	return strings.Join(out, "\n"), len(texts)
}

// phones lists the numbers of those with the status.
func (p *played) phones(status people.Status) (out []string) {
	p.t.Helper()
	for person, err := range p.people.Of(p.ctx, p.id, status) {
		if err != nil {
			p.t.Fatal(err)
		}
		r := must[people.Recipient](p.t)(p.people.Recipient(p.ctx, person.ID))
		out = append(out, string(r.Number))
	}
	return out
}

func (p *played) texts(number, words string) {
	p.t.Helper()
	if err := (simulator{p.house}).Text(p.ctx, p.actors["organiser"], number, words); err != nil {
		p.t.Fatal(err)
	}
	p.settled()
}

func (p *played) later(d time.Duration) {
	p.t.Helper()
	must[int](p.t)(p.travel(p.ctx, p.clock.Now().Add(d)))
}

func (p *played) stands(number string) people.Status {
	p.t.Helper()
	return must[[]people.Person](p.t)(p.people.ByNumber(p.ctx, p.id, p.seals.Lookup("number", number)))[0].Status
}

// Nothing falls due while a process is paused: nobody is reminded and nobody
// loses a seat, but a reply counts. Once it is cancelled nothing is asked any
// more and no seat is given, whatever was open: it used to remind people that
// their seat was waiting, and to tell who answered that it was kept.
func TestAPauseAndACancellationHoldForTexts(t *testing.T) {
	t.Parallel()
	p, _ := quietHouse(t)
	p.at("2026-01-15 10:00")
	p.promise()
	p.offers()
	offered := p.phones(people.Offered)
	silent, answers := offered[0], offered[1]
	why := process.ReasonInput{Reason: "An election was called."}
	must[process.View](t)(p.process.Pause(p.ctx, p.do("organiser"), p.id, why))
	_, had := p.since(silent, 0)
	p.later(8 * 24 * time.Hour) // past the offer's deadline
	if said, _ := p.since(silent, had); said != "" || p.stands(silent) != people.Offered {
		t.Errorf("while paused, somebody silent is %s and was told %q", p.stands(silent), said)
	}
	p.texts(answers, "1")
	if p.stands(answers) != people.Confirmed {
		t.Errorf("who said yes while paused is %s", p.stands(answers))
	}
	must[process.View](t)(p.process.Resume(p.ctx, p.do("organiser"), p.id))
	p.later(12 * time.Hour)
	if said, _ := p.since(silent, had); !strings.Contains(said, "reply 1 for yes, 2 for no by Fri 13 Feb") || p.stands(silent) != people.Offered {
		t.Errorf("half a day after the pause somebody silent is %s and was told %q", p.stands(silent), said)
	}
	p.later(40 * time.Hour)
	if p.stands(silent) != people.NoAnswer {
		t.Errorf("two days after the pause the offer stands: %s", p.stands(silent))
	}
	p.cancelled(answers)
}

// reminded plans a session of which members would be reminded.
func (p *played) reminded(starts time.Time) {
	p.t.Helper()
	must[deliberation.Session](p.t)(p.deliberation.PlanSession(p.ctx, p.do("organiser"), p.id, deliberation.SessionInput{
		Number: 1, Title: "Day 1", Starts: starts, Ends: starts.Add(6 * time.Hour), Mode: deliberation.InPerson, Place: "Forest Hall",
		Agenda: []deliberation.AgendaItem{{Title: "Hear the witness", Kind: deliberation.AgendaEvidence, Minutes: 60}},
	}))
	p.settled()
}

// cancelled: open are the offers of those who were called up instead, and the
// question about pay of somebody who confirmed.
func (p *played) cancelled(confirmed string) {
	p.t.Helper()
	offered := p.phones(people.Offered)
	p.reminded(p.clock.Now().Add(5 * 24 * time.Hour))
	p.texts(offered[2], "STOP")
	must[process.View](p.t)(p.process.Cancel(p.ctx, p.do("organiser"), p.id, process.ReasonInput{Reason: "No money."}))
	p.settled()
	had := map[string]int{}
	for _, number := range []string{offered[0], offered[1], confirmed} {
		said, n := p.since(number, 0)
		if had[number] = n; !strings.HasSuffix(said, "01632 960123.") || strings.Count(said, "will not go ahead") != 1 {
			p.t.Errorf("%s was told of the cancellation so: %q", number, said)
		}
	}
	p.texts(offered[0], "1")
	said, n := p.since(offered[0], had[offered[0]])
	if had[offered[0]] = n; !strings.Contains(said, "no longer stands") || p.stands(offered[0]) != people.Offered {
		p.t.Errorf("a yes after the cancellation: %s, told %q", p.stands(offered[0]), said)
	}
	if _, err := p.people.Confirm(p.ctx, p.do("caller"), p.person(offered[1]), people.ConfirmInput{Available: true}); !domain.Is(err, domain.Conflict) {
		p.t.Errorf("a caller confirms a seat of a cancelled jury: %v", err)
	}
	_, stopped := p.since(offered[2], 0)
	p.texts(offered[2], "START")
	if said, _ := p.since(offered[2], stopped); strings.Contains(said, "Reply 1") || strings.Contains(said, "reply 1") {
		p.t.Errorf("who comes back after the cancellation is asked %q", said)
	}
	p.later(12 * 24 * time.Hour)
	for number, n := range had {
		if said, _ := p.since(number, n); said != "" {
			p.t.Errorf("%s was told after the cancellation: %q", number, said)
		}
	}
}

func (p *played) person(number string) string {
	p.t.Helper()
	found := must[[]people.Person](p.t)(p.people.ByNumber(p.ctx, p.id, p.seals.Lookup("number", number)))
	if len(found) != 1 {
		p.t.Fatalf("%d people at %s", len(found), number)
	}
	return found[0].ID
}
