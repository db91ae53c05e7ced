package main

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
	"folkmoot/domain/recruitment"
	folk "folkmoot/scripts/residents"
)

// residentsAsked is how many residents TestAWholeRecruitment invites, where
// its usual number is too few.
const residentsAsked = "FOLKMOOT_TEST_RESIDENTS"

// intent is what becomes of a resident, by what they mean to do.
type intent string

const (
	inPool     intent = "in the pool"
	declined   intent = "declined"
	ineligible intent = "not eligible"
	stopped    intent = "texted STOP to the invitation"
	stopsLater intent = "texted STOP half way"
	gaveUp     intent = "gave up half way"
	silent     intent = "never answered"
	tooLate    intent = "answered after the close"
	forPerson  intent = "asked for a person"
	beside     intent = "left it to who shares the phone"
)

// mind is a resident with their habits on the phone.
type mind struct {
	folk.Resident
	intent intent
	phone  string        // where they read now
	wait   time.Duration // before they answer the invitation
	errs   bool          // says something else before the first answer
	bursts bool          // sends two texts where one would do
	moves  string        // the number they change to at the end
	steps  int           // answers after which they stop or give up

	invited bool
	given   int  // answers so far
	gone    bool // answers nothing more
	area    bool // was asked for their area
}

// toSend is a text on its way from a resident.
type toSend struct {
	at   time.Time
	m    *mind
	text string
}

// crowd is everybody on the list, their phones, and what was counted.
type crowd struct {
	*played
	r      *rand.Rand
	all    []*mind
	reader map[string]*mind // who reads a phone
	read   map[string]int   // texts read on a phone
	due    []toSend

	wrote, copied, bursts, wrong, moved int
}

// TestAWholeRecruitment invites residents who answer as people do: late, in
// bursts, with words no machine understands, from a phone that two share, from
// a number that changes, with STOP; webhooks are signed and some come twice.
// At the end everybody is counted once, where they meant to be.
func TestAWholeRecruitment(t *testing.T) {
	t.Parallel()
	size := 120
	if n, err := strconv.Atoi(os.Getenv(residentsAsked)); err == nil {
		size = n
	}
	p, _ := quietHouse(t, "FOLKMOOT_SMS_RATE=1000000")
	c := newCrowd(p, size)
	c.invite()
	c.live(24)
	c.close()
	c.count(t)
	c.nothingTwice(t)
	c.everyTextAnswered(t)
	c.byPostcode(t)
}

func newCrowd(p *played, size int) *crowd {
	c := &crowd{played: p, r: rand.New(rand.NewPCG(7, 2026)), reader: map[string]*mind{}, read: map[string]int{}}
	for i, one := range folk.Generate(2026, size) {
		m := &mind{Resident: one, phone: one.Number, intent: silent}
		c.all = append(c.all, m)
		c.habits(m)
		if i%40 == 39 { // shares the phone of the one before, who speaks for both
			m.Number, m.phone, m.intent = c.all[i-1].Number, c.all[i-1].Number, beside
			continue
		}
		c.reader[m.phone] = m
	}
	return c
}

// habits decides what somebody does and how. Shares are made up; each habit
// occurs.
func (c *crowd) habits(m *mind) {
	m.intent = map[folk.Manner]intent{
		folk.Yes: inPool, folk.Muddle: inPool, folk.No: declined, folk.Stop: stopped, folk.Help: forPerson, folk.Silent: silent,
	}[m.Manner]
	if m.intent == silent && c.r.IntN(3) == 0 { // more of them answer than do, so that there is more to see
		m.Manner, m.intent = folk.Yes, inPool
	}
	m.wait = time.Duration(c.r.IntN(8)) * time.Hour
	if c.r.IntN(2) == 0 {
		m.wait = time.Duration(c.r.IntN(14*24)) * time.Hour
	}
	m.errs, m.bursts = c.r.IntN(6) == 0, c.r.IntN(12) == 0
	m.steps = 1 + c.r.IntN(4) // of the five that decide about the pool
	if m.intent != inPool {
		return
	}
	switch x := c.r.IntN(100); {
	case x < 5:
		m.intent = stopsLater
	case x < 12:
		m.intent = gaveUp
	case x < 16:
		m.intent = ineligible
	case x < 20:
		m.intent = tooLate
	case x < 26:
		m.moves = fmt.Sprintf("+999%09d", 700000000+len(c.all))
	case x < 32:
		m.Postcode = "GL17 9XX" // a place the lookup does not know
	}
}

// invite opens a jury and plans one wave to the whole list.
func (c *crowd) invite() {
	c.at("2026-01-15 10:00")
	c.promise()
	c.at("2026-02-02 09:00")
	c.openPool()
	var list strings.Builder
	w := csv.NewWriter(&list)
	_ = w.Write([]string{"ref", "name", "mobile", "address", "part"})
	for _, m := range c.all {
		_ = w.Write([]string{m.Ref, m.Name, m.Number, m.Address, m.Features["area"]})
	}
	w.Flush()
	s, t := c.recruitment, c.t
	must[recruitment.FrameView](t)(s.ImportFrame(c.ctx, c.do("organiser"), c.id, recruitment.FrameInput{Name: "everybody", Source: "made up", Columns: recruitment.Columns{
		Ref: "ref", Name: "name", Number: "mobile", Address: "address", Area: "part"}}, strings.NewReader(list.String())))
	d := must[recruitment.InviteeDrawView](t)(s.CommitInvitees(c.ctx, c.do("organiser"), c.id, recruitment.InviteesInput{Count: len(c.all), SeedPlan: "dice", People: true}))
	must[recruitment.InviteeDrawView](t)(s.DrawInvitees(c.ctx, c.do("organiser"), c.id, d.ID, recruitment.SeedInput{Digits: "409177235508", Witnesses: []string{"A", "B"}}))
	must[recruitment.WaveView](t)(s.PlanWave(c.ctx, c.do("organiser"), c.id, recruitment.WaveInput{Count: len(c.all)}))
	c.settled()
}

func (c *crowd) openPool() {
	s, t := c.recruitment, c.t
	var in recruitment.TargetsInput
	var asking []recruitment.Asking
	for _, f := range folk.Shares {
		asking = append(asking, recruitment.Asking{Feature: f.Name, Text: f.Question})
		for _, v := range f.Shares {
			in.Targets = append(in.Targets, recruitment.Target{Feature: f.Name, Value: v.Value, Max: 12})
		}
	}
	must[recruitment.View](t)(s.SetTargets(c.ctx, c.do("organiser"), c.id, in))
	eligibility, closes := "Do you live in the Forest of Dean, and are you 18 or over?", c.clock.Now().AddDate(0, 0, 24)
	must[recruitment.View](t)(s.Set(c.ctx, c.do("organiser"), c.id, recruitment.SettingsInput{Asking: &asking, Eligibility: &eligibility, ClosesAt: &closes}))
	lookup := "sector,ward\nGL14,\"the north, around Cinderford\"\nGL15,\"the south, around Lydney\"\nGL16,\"the west, around Coleford\"\n"
	must[recruitment.PostcodesView](t)(s.ImportPostcodes(c.ctx, c.do("organiser"), c.id, recruitment.PostcodesInput{
		Name: "Parts by postcode", Source: "made up", Columns: recruitment.Columns{Postcode: "sector", Area: "ward"}}, strings.NewReader(lookup)))
	must[recruitment.View](t)(s.RecordOptOutTest(c.ctx, c.do("organiser"), c.id))
	c.enter(c.id, domain.Recruiting)
	must[recruitment.View](t)(s.OpenPool(c.ctx, c.do("organiser"), c.id))
}

// live passes days: phones are read, and answers sent when they are due.
func (c *crowd) live(days int) {
	for day := range days {
		for _, hour := range []int{10} {
			to := time.Date(2026, 2, 3+day, hour, 0, 0, 0, time.UTC)
			c.pass(to)
			c.readAll()
			for c.send() {
				c.soon()
				c.readAll()
			}
		}
	}
}

// pass moves the clock and does what is due.
func (c *crowd) pass(to time.Time) {
	c.t.Helper()
	if err := c.setClock(c.ctx, to); err != nil {
		c.t.Fatal(err)
	}
	c.settled()
}

// soon lets four minutes go by, in which only texts come and go.
func (c *crowd) soon() {
	c.t.Helper()
	if err := c.setClock(c.ctx, c.clock.Now().Add(4*time.Minute)); err != nil {
		c.t.Fatal(err)
	}
	for {
		n := must[int](c.t)(c.inbox.Drain(c.ctx)) + must[int](c.t)(c.relay.Drain(c.ctx, c.clock.Now())) + must[int](c.t)(c.outbox.Tick(c.ctx))
		if n == 0 {
			return
		}
	}
}

// readAll has everybody read what is new on their phone.
func (c *crowd) readAll() {
	for _, number := range slices.Sorted(maps.Keys(c.reader)) {
		texts := c.network.Handset(number)
		for _, text := range texts[min(c.read[number], len(texts)):] {
			if !text.Sent {
				c.reader[number].hears(c, text.Body)
			}
		}
		c.read[number] = len(texts)
	}
}

// send sends what is due and reports whether there was any.
func (c *crowd) send() bool {
	now, any := c.clock.Now(), false
	waiting := c.due
	c.due = nil
	for _, n := range waiting {
		if n.at.After(now) {
			c.due = append(c.due, n)
			continue
		}
		c.text(n.m.phone, n.text)
		any = true
	}
	return any
}

// text sends a text by a signed webhook; now and then the provider sends the
// same one again.
func (c *crowd) text(number, body string) {
	c.t.Helper()
	w := c.network.Write(number, body)
	copies := 1 + max(0, c.r.IntN(12)-10)
	for range copies {
		err := c.inbox.Receive(c.ctx, "simulated", gateway.Request{Method: http.MethodPost, Target: w.Target, Header: w.Header, Body: w.Body, At: c.clock.Now()})
		if err != nil {
			c.t.Fatalf("a webhook was not taken: %v", err)
		}
	}
	c.wrote++
	c.copied += copies - 1
}

func (m *mind) says(c *crowd, wait time.Duration, texts ...string) {
	for _, text := range texts {
		c.due = append(c.due, toSend{c.clock.Now().Add(wait), m, text})
	}
}

// hears decides what to say to a text of ours.
func (m *mind) hears(c *crowd, text string) {
	switch {
	case strings.Contains(text, "Which is your message about"):
		m.says(c, 0, "1")
	case m.newNumber(c, text):
	case strings.Contains(text, "Interested?"):
		if !m.invited {
			m.invited = true
			m.toInvitation(c)
		}
	case strings.Contains(text, "A person will get in touch"): // they wait for one
	case strings.Contains(text, "a reminder, in case"): // they have made up their mind
	case strings.Contains(text, "Would you like to take part in"):
		m.says(c, 0, "1") // after words that were no answer
	default:
		m.toQuestion(c, text)
	}
}

func (m *mind) toInvitation(c *crowd) {
	answer := m.ToInvitation()
	if m.intent == tooLate {
		m.wait = 24 * 24 * time.Hour
	}
	if answer == "" {
		return
	}
	m.Manner = folk.Yes // a muddled one says it plainly the next time
	m.burst(c, m.wait, answer)
}

// burst says something, and again a moment later where that is their habit.
func (m *mind) burst(c *crowd, wait time.Duration, answer string) {
	m.says(c, wait, answer)
	if m.bursts && m.given == 0 && m.intent == inPool {
		m.says(c, wait, answer)
		c.bursts++
	}
}

// toQuestion answers what a text asks; a text that asks nothing is read.
func (m *mind) toQuestion(c *crowd, text string) {
	m.area = m.area || strings.Contains(text, "Which part of the Forest")
	answer, closed := m.Choose(text)
	switch {
	case strings.Contains(text, "whole postcode"):
		answer = m.Postcode
	case strings.Contains(text, "are you 18 or over") && m.intent == ineligible:
		answer = "2"
	case !closed:
		answer = m.Reply(text)
	}
	if answer == "" || m.gone {
		return
	}
	if m.errs && closed {
		m.errs = false
		c.wrong++
		m.says(c, 0, "purple elephants")
		return
	}
	if m.given++; m.given > m.steps && (m.intent == gaveUp || m.intent == stopsLater) {
		if m.intent == stopsLater {
			m.says(c, 0, "STOP")
		}
		m.gone = true
		return
	}
	m.says(c, 0, answer)
}

// newNumber is how somebody tells us of another number, once registered.
func (m *mind) newNumber(c *crowd, text string) bool {
	switch {
	case m.moves == "":
		return false
	case strings.Contains(text, "you are registered"):
		m.says(c, 5*time.Minute, "I have a new number")
	case strings.Contains(text, "How shall we reach you"):
		m.says(c, 0, "4")
	case strings.Contains(text, "What is your new number"):
		m.says(c, 0, m.moves)
		c.reader[m.moves] = m
	case strings.Contains(text, "asked to text this number"):
		m.phone = m.moves
		c.moved++
	default:
		return false
	}
	return true
}

// close ends registration; who answers now is told so.
func (c *crowd) close() {
	c.pass(time.Date(2026, 2, 27, 10, 0, 0, 0, time.UTC))
	for range 6 {
		c.readAll()
		for i := range c.due {
			c.due[i].at = c.clock.Now()
		}
		if !c.send() {
			break
		}
		c.pass(c.clock.Now().Add(4 * time.Minute))
	}
	c.pass(c.clock.Now().AddDate(0, 0, 12))
	c.readAll()
}
