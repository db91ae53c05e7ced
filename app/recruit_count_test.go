package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
)

// stands are the statuses that a intent may end in. STOP is not a no, and half a
// registration is kept until the person or a caller completes it.
var stands = map[intent][]people.Status{
	inPool: {people.InPool}, declined: {people.Declined}, ineligible: {people.Ineligible}, stopped: {people.Invited, people.NoAnswer},
	stopsLater: {people.Registered}, gaveUp: {people.Registered}, silent: {people.NoAnswer}, tooLate: {people.NoAnswer},
	forPerson: {people.Invited, people.NoAnswer},
}

// count compares what residents meant to do with where the services have them.
func (c *crowd) count(t *testing.T) {
	t.Helper()
	meant := map[intent]int{}
	for _, m := range c.all {
		meant[m.intent]++
	}
	for _, m := range c.all {
		found := must[[]people.Person](t)(c.people.ByNumber(c.ctx, c.id, c.seals.Lookup("number", m.Number)))
		if len(found) == 0 {
			found = must[[]people.Person](t)(c.people.ByNumber(c.ctx, c.id, c.seals.Lookup("number", m.moves)))
		}
		if m.intent != beside && len(found) == 1 && !slices.Contains(stands[m.intent], found[0].Status) {
			var said []string
			for _, text := range c.network.Handset(m.phone) {
				said = append(said, fmt.Sprintf("%s %v %s", text.At.Format("02 15:04"), text.Sent, text.Body))
			}
			t.Errorf("%s meant %q and is %s:\n%s", m.Ref, m.intent, found[0].Status, strings.Join(said, "\n"))
		}
	}
	got := must[map[people.Status]int64](t)(c.people.Counts(c.ctx, c.id))
	t.Logf("%d residents: %v", len(c.all), meant)
	sum := int64(0)
	for _, n := range got {
		sum += n
	}
	if sum != int64(len(c.all)) || got[people.InPool] != int64(meant[inPool]) || got[people.Declined] != int64(meant[declined]) || got[people.Ineligible] != int64(meant[ineligible]) ||
		got[people.Registered] != int64(meant[gaveUp]+meant[stopsLater]) || got[people.Invited]+got[people.NoAnswer] != int64(meant[silent]+meant[stopped]+meant[tooLate]+meant[forPerson]+meant[beside]) {
		t.Errorf("the counts do not add up to what %d residents meant", len(c.all))
	}
	waiting := must[int64](t)(c.outreach.QueueCount(c.ctx, c.id))
	if waiting < int64(meant[forPerson]) {
		t.Errorf("%d messages wait for a person; %d residents asked for one", waiting, meant[forPerson])
	}
	t.Logf("%d messages wait for a person", waiting)
	t.Logf("by status: %v; %d texts written, %d copies of webhooks, %d bursts, %d wrong words, %d changed their number", got, c.wrote, c.copied, c.bursts, c.wrong, c.moved)
}

// nothingTwice: nobody is invited twice, or sent the same text again within a
// day that they did not ask for.
func (c *crowd) nothingTwice(t *testing.T) {
	t.Helper()
	invited := map[string]int{}
	for tx, err := range c.outreach.Texts.Find(c.ctx, domain.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if tx.Template == "invitation" || tx.Template == "recruit.invite" {
			invited[tx.Person]++
		}
	}
	for person, n := range invited {
		if n != 1 {
			t.Errorf("%s was invited %d times", person, n)
		}
	}
	letters := 0
	for l, err := range c.outreach.Letters.Find(c.ctx, domain.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if letters++; l.Template != "invitation" || invited[l.Person] > 0 {
			t.Errorf("%s has the letter %s beside %d invitations by text", l.Person, l.Template, invited[l.Person])
		}
	}
	t.Logf("%d have one invitation by text, %d who share a phone have one by letter", len(invited), letters)
	if len(invited)+letters != len(c.all) {
		t.Errorf("%d of %d were invited", len(invited)+letters, len(c.all))
	}
	shared := map[string]bool{}
	for _, m := range c.all {
		if m.intent == beside {
			shared[m.Number] = true
		}
	}
	for number := range c.reader {
		last, owed := map[string]time.Time{}, 0
		for _, text := range c.network.Handset(number) {
			if text.Sent {
				owed = max(owed, 0) + 1
				clear(last)
				continue
			}
			owed--
			if at, had := last[text.Body]; had && owed < 0 && !shared[number] && text.At.Sub(at) < 20*time.Hour {
				t.Errorf("the same text twice within %v: %s", text.At.Sub(at), text.Body)
			}
			last[text.Body] = text.At
		}
	}
}

// everyTextAnswered: each text that came is stored once and read, and each is
// answered, unless its sender had opted out before.
func (c *crowd) everyTextAnswered(t *testing.T) {
	t.Helper()
	stored := 0
	for e, err := range c.outreach.Events.Find(c.ctx, domain.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind != outreach.KindText {
			continue
		}
		if stored++; e.Why == "" {
			t.Errorf("the text %s was never read", e.ID)
		}
	}
	if stored != c.wrote {
		t.Errorf("%d texts are stored, %d were written", stored, c.wrote)
	}
	answers := 0
	for number := range c.reader {
		answers += c.answered(t, number)
	}
	t.Logf("%d texts written and stored once, %d answers", c.wrote, answers)
}

// answered sees that what was written from a phone was answered within ten
// minutes; texts of one burst may share an answer.
func (c *crowd) answered(t *testing.T, number string) int {
	t.Helper()
	texts, n := c.network.Handset(number), 0
	for i, text := range texts {
		if !text.Sent {
			if i > 0 && texts[i-1].Sent {
				n++
			}
			continue
		}
		ok := slices.ContainsFunc(texts[i+1:], func(a gateway.Text) bool { return !a.Sent && a.At.Sub(text.At) <= 10*time.Minute })
		if !ok {
			t.Errorf("%q was not answered", text.Body)
		}
	}
	return n
}

// byPostcode: only whose postcode the lookup does not know is asked for their
// area.
func (c *crowd) byPostcode(t *testing.T) {
	t.Helper()
	asked := 0
	for _, m := range c.all {
		unknown := strings.HasPrefix(m.Postcode, "GL17")
		if m.area {
			asked++
		}
		if m.intent == inPool && m.area != unknown {
			t.Errorf("somebody at %s was asked for their area: %v", m.Postcode[:4], m.area)
		}
	}
	t.Logf("%d were asked for their area, the others' postcode told it", asked)
}
