package seating

import (
	"slices"
	"strings"
)

// Check lists everything in a request that cannot be used as it stands, all
// at once. Whether the rules can hold together is for [Make] to find.
func Check(req Request) Problems {
	c := checker{req: req, known: map[string]bool{}}
	c.people()
	c.fields()
	if c.rounds() {
		c.past()
		c.pins()
	}
	c.pairs(ListTogether, req.Together)
	c.pairs(ListApart, req.Apart)
	return c.found
}

type checker struct {
	req   Request
	known map[string]bool
	found Problems
}

func (c *checker) people() {
	if len(c.req.People) == 0 {
		c.found.add(CodeNoPeople, ListPeople, 0, "There is nobody to seat.")
	}
	if len(c.req.People) > MaxPeople {
		c.found.add(CodeTooMany, ListPeople, 0, "There are %d people; at most %d are seated in one plan.", len(c.req.People), MaxPeople)
	}
	for i, p := range c.req.People {
		switch {
		case strings.TrimSpace(p.ID) == "":
			c.found.add(CodeBlankID, ListPeople, 0, "Person %d has no id.", i+1)
		case c.known[p.ID]:
			c.found.add(CodeDuplicateID, ListPeople, 0, "%s is there twice. Give each person an id of their own.", clip(p.ID))
		}
		c.known[p.ID] = true
	}
}

func (c *checker) fields() {
	has := map[string]bool{}
	for _, p := range c.req.People {
		for name := range p.Values {
			has[name] = true
		}
	}
	seen := map[string]bool{}
	for _, name := range append(slices.Clone(c.req.Diversify), c.req.Cluster...) {
		switch {
		case seen[name]:
			c.found.add(CodeFieldTwice, ListPeople, 0, "%s is named twice. A field is spread or kept together, once.", clip(name))
		case !has[name] && len(c.req.People) > 0:
			c.found.add(CodeUnknownField, ListPeople, 0, "Nobody has anything under %s. Check its name.", clip(name))
		}
		seen[name] = true
	}
	if len(seen) > MaxFields {
		c.found.add(CodeTooMany, ListPeople, 0, "%d fields are named; at most %d can be looked at.", len(seen), MaxFields)
	}
}

// rounds tells whether the rounds can be counted on further.
func (c *checker) rounds() bool {
	before := len(c.found)
	switch n := len(c.req.Rounds); {
	case n == 0:
		c.found.add(CodeNoRounds, ListRounds, 0, "Say how many rounds there are, at least 1.")
	case n > MaxRounds:
		c.found.add(CodeTooMany, ListRounds, 0, "There are %d rounds; at most %d are planned at once.", n, MaxRounds)
	}
	for i, r := range c.req.Rounds {
		if i >= len(c.req.Past) {
			c.round(i, r)
		}
	}
	return len(c.found) == before
}

func (c *checker) round(i int, r Round) {
	away := map[string]bool{}
	for _, id := range r.Absent {
		if !c.known[id] && !away[id] {
			c.found.add(CodeUnknownPerson, ListAbsent, 0, "%s is marked as away and is not among the people.", clip(id))
		}
		away[id] = true
	}
	here := 0
	for id := range c.known {
		if !away[id] {
			here++
		}
	}
	if len(r.Tables) == 0 {
		if r.Size < 2 || r.Size > MaxPeople {
			c.found.add(CodeSizeOutOfRange, ListRounds, 0, "Round %d has tables of %d. A table seats 2 people or more.", i+1, r.Size)
		}
		return
	}
	seats := 0
	for _, s := range r.Tables {
		if s < 2 || s > MaxPeople {
			c.found.add(CodeSizeOutOfRange, ListRounds, 0, "Round %d has a table of %d seats. A table seats 2 people or more.", i+1, s)
		}
		seats += s
	}
	if seats < here {
		c.found.add(CodeTooFewSeats, ListRounds, 0, "Round %d has %d seats for %d people. Add %d.", i+1, seats, here, here-seats)
	}
}

// past checks that the held rounds are rounds of these people.
func (c *checker) past() {
	if len(c.req.Past) > len(c.req.Rounds) {
		c.found.add(CodePastUnreadable, ListPast, 0, "%d rounds were held and the plan has %d. Plan at least as many.", len(c.req.Past), len(c.req.Rounds))
	}
	for i, tables := range c.req.Past {
		seen := map[string]bool{}
		for _, table := range tables {
			for _, id := range table {
				switch {
				case !c.known[id]:
					c.found.add(CodePastUnreadable, ListPast, 0, "%s sat in round %d and is not among the people. Keep them in, marked as away.", clip(id), i+1)
				case seen[id]:
					c.found.add(CodePastUnreadable, ListPast, 0, "%s sat twice in round %d.", clip(id), i+1)
				}
				seen[id] = true
			}
		}
	}
}

func (c *checker) pins() {
	if len(c.req.Pins) > MaxRules {
		c.found.add(CodeTooMany, ListPins, 0, "There are %d pins; at most %d can be kept.", len(c.req.Pins), MaxRules)
	}
	type place struct {
		person string
		round  int
	}
	table := map[place]int{}
	for _, p := range c.req.Pins {
		if !c.known[p.Person] {
			c.found.add(CodeUnknownPerson, ListPins, p.Row, "%s is not among the people.", clip(p.Person))
		}
		if p.Round < 0 || p.Round > len(c.req.Rounds) {
			c.found.add(CodeRoundOutOfRange, ListPins, p.Row, "There is no round %d; the rounds are 1 to %d.", p.Round, len(c.req.Rounds))
			continue
		}
		for i := range c.req.Rounds {
			if p.Round != 0 && p.Round != i+1 || i < len(c.req.Past) {
				continue
			}
			if n := TableCount(c.req.Rounds[i], len(c.here(i))); p.Table < 1 || p.Table > n {
				c.found.add(CodeTableOutOfRange, ListPins, p.Row, "There is no table %d in round %d; the tables are 1 to %d.", p.Table, i+1, n)
				break
			}
			at := place{p.Person, i}
			if had, ok := table[at]; ok && had != p.Table {
				c.found.add(CodePinnedTwice, ListPins, p.Row, "%s is pinned to tables %d and %d in round %d. Keep one.", clip(p.Person), had, p.Table, i+1)
				break
			}
			table[at] = p.Table
		}
	}
}

// here are the people who attend a round.
func (c *checker) here(round int) map[string]bool {
	out := map[string]bool{}
	for id := range c.known {
		out[id] = true
	}
	for _, id := range c.req.Rounds[round].Absent {
		delete(out, id)
	}
	return out
}

func (c *checker) pairs(list List, pairs []Pair) {
	if len(pairs) > MaxRules {
		c.found.add(CodeTooMany, list, 0, "There are %d pairs; at most %d can be kept.", len(pairs), MaxRules)
	}
	for _, p := range pairs {
		for _, id := range []string{p.A, p.B} {
			if !c.known[id] {
				c.found.add(CodeUnknownPerson, list, p.Row, "%s is not among the people.", clip(id))
			}
		}
		if p.A == p.B {
			c.found.add(CodeSamePerson, list, p.Row, "%s is paired with themselves. Name two people.", clip(p.A))
		}
	}
}

// clip shortens what is quoted back.
func clip(text string) string {
	r := []rune(text)
	if len(r) <= 60 {
		return text
	}
	return string(r[:60]) + "…"
}
