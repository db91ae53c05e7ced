package main

import (
	"regexp"
	"strings"

	"folkmoot/domain/audit"
	"folkmoot/domain/people"
)

// planTables: rules that only the organiser sees, then a plan that keeps them.
func (s *story) planTables(id string) {
	t, one, rules := s.t, s.staff+"/sessions/"+id+"/tables", s.staff+"/table-rules"
	seated := must[[]string](t)(s.people.Seated(s.ctx, s.id))
	s.sees("facilitator", one, "Make the plan", "12 members hold a seat", "Mix tables by", "Gender")
	s.hides("facilitator", one, "/table-rules", "woman", "18 to 44")
	s.all["facilitator"].post(rules, "kind", "apart", "member", seated[0], "other", seated[1]).wants(t, "a facilitator makes a rule", 403)
	s.refused("organiser", rules, 400, []string{"use one of", "choose two people"}, "kind", "", "member", seated[0], "other", seated[0])
	s.does("organiser", rules, "kind", "apart", "member", seated[0], "other", seated[1])
	s.does("organiser", rules, "kind", "together", "member", seated[2], "other", seated[3])
	s.does("organiser", rules, "kind", "together", "member", seated[0], "other", seated[1])
	s.refused("organiser", one, 400, []string{"the rules 1, 3 cannot all hold"}, "rounds", "2", "size", "6")
	s.refused("facilitator", one, 400, []string{"ask an organiser"}, "rounds", "2", "size", "6")
	page := s.all["organiser"].get(rules).body
	last := regexp.MustCompile(`/table-rules/[a-z0-9]+/removal`).FindAllString(page, -1)
	s.does("organiser", s.staff+last[len(last)-1])
	s.refused("facilitator", one, 400, []string{"give whole numbers with commas"}, "rounds", "2", "seats", "six, six")
	s.refused("facilitator", one, 400, []string{"from 1 to 12", "a table seats 2"}, "rounds", "40", "size", "1")
	s.does("facilitator", one, "rounds", "2", "size", "6", "diversify", "gender", "diversify", "age")
	s.sees("facilitator", one, "Table 2", "Seat 12", "Seat the rest anew", "gender")
	s.sees(s.members[0], "/me", "Your table in round 1 is")
	s.all["commissioner"].post(one, "rounds", "2", "size", "6").wants(t, "a commissioner plans tables", 403)
	before := must[audit.Head](t)(s.audit.Head(s.ctx, s.id))
	s.all["organiser"].post(one+"/names").wants(t, "names at the tables", 200, "Resident Quill")
	if after := must[audit.Head](t)(s.audit.Head(s.ctx, s.id)); after.Seq == before.Seq {
		t.Error("names were shown at the tables, and no look was recorded")
	}
	s.all["facilitator"].post(one+"/names").wants(t, "a facilitator asks for names", 403)
	s.all["organiser"].post(rules+"/names").wants(t, "names of the rules", 200, "Resident Quill")
}

// reseatTables: after the first round one member is gone; the second is seated
// anew and the first stays.
func (s *story) reseatTables(id string) {
	t, door, one := s.t, s.staff+"/sessions/"+id+"/door", s.staff+"/sessions/"+id+"/tables"
	seats := must[[]people.Seat](t)(s.people.Seats(s.ctx, s.actors["facilitator"], s.id))
	gone := seats[len(seats)-1]
	s.does("facilitator", door, "mark."+gone.Person, "absent")
	s.sees("facilitator", one, "1 person has a table in the next round and will not be there")
	s.refused("facilitator", one+"/anew", 400, []string{"from 0 to 1"}, "held", "2", "who", "checked_in")
	round := func(n string) string {
		_, rest, _ := strings.Cut(s.all["facilitator"].get(one).body, `id="round-`+n+`"`)
		return rest[:strings.Index(rest, "</section>")]
	}
	first := regexp.MustCompile(`Seat \d+`).FindAllString(round("1"), -1)
	s.does("facilitator", one+"/anew", "held", "1", "who", "checked_in")
	if now := regexp.MustCompile(`Seat \d+`).FindAllString(round("1"), -1); strings.Join(now, " ") != strings.Join(first, " ") {
		t.Errorf("the round that was held changed: %v, then %v", first, now)
	}
	if n := strings.Count(round("2"), "<li>Seat "); n != 11 {
		t.Errorf("%d have a seat in round 2, want 11", n)
	}
	s.sees("facilitator", one, "1 member is left out of this round", "(held)")
	s.hides("facilitator", one, "Make another plan")
	s.does("facilitator", door, "mark."+gone.Person, "partly") // came back in the afternoon
}
