package main

import (
	"strings"
	"testing"

	"folkmoot/domain/people"
)

// TestPostcodeOnPages: where a lookup knows postcodes the forms ask for one in
// place of the area, and for the area where it does not know it.
func TestPostcodeOnPages(t *testing.T) {
	t.Parallel()
	p, ln := quietHouse(t)
	p.at("2026-01-15 10:00")
	p.promise()
	p.at("2026-02-02 09:00")
	(&crowd{played: p}).openPool()
	var codes []string
	for _, ref := range []string{"row-1", "row-2"} {
		one := must[people.Person](t)(p.people.Invite(p.ctx, p.do(""), p.id, people.InviteInput{Ref: ref, Identity: people.Identity{Name: "Letter Holder", Address: "9 Hidden Lane"}}))
		codes = append(codes, p.people.LetterCode(one))
	}
	p.settled()
	p.link()
	all := p.serving(ln)
	v, path := all["public"], "/j/"+codes[0]
	if a := v.get(path); !strings.Contains(a.body, "Your postcode") || strings.Contains(a.body, "Which part of the Forest") {
		t.Errorf("the form asks for the area, or for no postcode: %d", a.status)
	}
	form := []string{"eligible", "yes", "name", "Robin Ash", "number", "07700 900321", "channel", "text", "answer.gender", "a man", "answer.age", "30 to 44", "answer.illness", "no"}
	v.post(path, append(form, "postcode", "GL17 9XX")...).wants(t, "an unknown postcode", 400, "we do not know where this postcode is", "Which part of the Forest")
	v.post(path, append(form, "postcode", "gl167qd")...).wants(t, "a known postcode", 200, "Your name is down")
	p.livesIn(t, codes[0], "the west, around Coleford")
	v.post("/j/"+codes[1], append(form, "number", "", "channel", "letter", "answer.area", "the south, around Lydney")...).wants(t, "no postcode", 200, "Your name is down")
	p.livesIn(t, codes[1], "the south, around Lydney")
	call := "/staff/processes/" + p.id + "/call"
	all["caller"].get(call).wants(t, "the call page", 200, "It tells us their area")
	said := []string{"how", "we_called", "agreed", "yes", "eligible", "yes", "name", "Maud Ash", "number", "01632 960777", "channel", "phone",
		"answer.gender", "a woman", "answer.age", "65 or over", "answer.illness", "Rather not say", "postcode", "GL14 3AB"}
	all["caller"].post(call, said...).wants(t, "a caller with a postcode", 200, "They are in the draw")
}

// livesIn sees which area the holder of a letter is in the pool with.
func (p *played) livesIn(t *testing.T, code, area string) {
	t.Helper()
	one := must[people.Person](t)(p.people.ByCode(p.ctx, code))
	if answers := must[people.Answers](t)(p.people.Answers(p.ctx, one)); one.Status != people.InPool || answers["area"] != area {
		t.Errorf("%s in %q, want in the pool in %q", one.Status, answers["area"], area)
	}
}
