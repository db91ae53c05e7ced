package web

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"folkmoot/domain"
)

// Simulated is the simulated phones, Slack and clock. Every verb asks the
// permission simulator.use.
type Simulated interface {
	// MoveClock moves the clock and does what falls due on the way; it answers
	// how many things were done.
	MoveClock(ctx context.Context, a domain.Actor, to time.Time) (int, error)
	// Settle does what is due now.
	Settle(ctx context.Context, a domain.Actor) (int, error)
	// Handsets lists numbers, the latest first.
	Handsets(ctx context.Context, a domain.Actor) ([]string, error)
	Handset(ctx context.Context, a domain.Actor, number string) ([]PhoneText, error)
	// Text sends a text from a phone, by the door a provider would use.
	Text(ctx context.Context, a domain.Actor, number, body string) error
	// Emails lists what was emailed, the newest first.
	Emails(ctx context.Context, a domain.Actor) ([]Email, error)
	// Slack answers what the simulated Slack was told, oldest first.
	Slack(ctx context.Context, a domain.Actor) ([]SlackMessage, error)
	// Fault makes so many of the next texts go wrong; Broken counts what still
	// will.
	Fault(ctx context.Context, a domain.Actor, kind string, times int) error
	Broken(ctx context.Context, a domain.Actor) (int, error)
	// Saved is a phone's conversation as a transcript for the tests.
	Saved(ctx context.Context, a domain.Actor, number string) (string, error)
}

// PhoneText is one text on a simulated phone.
type PhoneText struct {
	Body     string
	At       time.Time
	Ours     bool
	Segments int
}

// Email is one simulated email.
type Email struct {
	To, Subject, Body string
	Leave             string // address that wants no more
	At                time.Time
}

// Page is the address of the reader's own page in the email, "" for none.
func (e Email) Page() string {
	for _, w := range strings.Fields(e.Body) {
		if strings.Contains(w, "://") && (strings.Contains(w, "/in/") || strings.Contains(w, "/j/")) {
			return w
		}
	}
	return ""
}

// SlackMessage is one message in the simulated Slack.
type SlackMessage struct {
	To, Text string
	Blocks   json.RawMessage
}

// simulatorPages are there only while nothing is really sent.
func simulatorPages(s Services) []Page {
	if s.Simulated == nil {
		return nil
	}
	return []Page{
		get("/simulator", s.phone),
		get("/simulator/mail", s.mailroom),
		post("/simulator/texts", s.textAs),
		post("/simulator/clock", s.moveClock),
		post("/simulator/faults", s.breakTexts),
		post("/simulator/save", s.saveConversation),
	}
}

type phonePage struct {
	Number   string
	Texts    []PhoneText
	Sent     int // segments we paid for
	Received int
	Pence    int64 // what the parts cost
	Each     float64
	Broken   int      // of the next texts will go wrong
	Faults   []string // what can go wrong, value and label in turn
	Handsets []string
	Total    int
	Slack    []slackLine
	Moves    bool
	Done     string // what moving the clock did
}

type slackLine struct{ To, Text string }

const shownHandsets = 60

// phone shows one phone, both sides, and the list of the others.
func (s Services) phone(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.phonePage(ctx, r, numberOf(r.Query.Get("number")))
	return Show("simulator", "Phone simulator", page), err
}

func (s Services) phonePage(ctx context.Context, r *Request, number string) (phonePage, error) {
	page := phonePage{Number: number, Moves: s.Demo}
	all, err := s.Simulated.Handsets(ctx, r.Actor)
	if err != nil {
		return page, err
	}
	page.Total, page.Handsets = len(all), all[:min(len(all), shownHandsets)]
	if page.Number == "" && len(all) > 0 && r.Query.Get("new") == "" {
		page.Number = all[0]
	}
	if page.Number != "" {
		if page.Texts, err = s.Simulated.Handset(ctx, r.Actor, page.Number); err != nil {
			return page, err
		}
	}
	for _, t := range page.Texts {
		if t.Ours {
			page.Sent += t.Segments
		} else {
			page.Received++
		}
	}
	page.Faults = faultChoices
	if page.Broken, err = s.Simulated.Broken(ctx, r.Actor); err != nil {
		return page, err
	}
	if len(s.Outreach.Prices) > 0 {
		page.Each = s.Outreach.Prices[0].PencePerPart
		page.Pence = int64(float64(page.Sent)*page.Each + 0.5)
	}
	if n, err := strconv.Atoi(r.Query.Get("done")); err == nil {
		page.Done = plural(n, "thing fell due and was done", "things fell due and were done")
	}
	return page, part(&page.Slack, func() ([]slackLine, error) { return s.slackLines(ctx, r.Actor) })
}

const shownSlack = 12

// slackLines are the last messages, the newest first.
func (s Services) slackLines(ctx context.Context, a domain.Actor) ([]slackLine, error) {
	all, err := s.Simulated.Slack(ctx, a)
	var out []slackLine
	for i := len(all) - 1; i >= 0 && len(out) < shownSlack; i-- {
		out = append(out, slackLine{all[i].To, slackText(all[i])})
	}
	return out, err
}

// slackText is a message's text: of its blocks, as a person would see it, or
// its fallback.
func slackText(m SlackMessage) string {
	var blocks []struct {
		Text struct {
			Text string `json:"text"`
		} `json:"text"`
		Fields []struct {
			Text string `json:"text"`
		} `json:"fields"`
	}
	if json.Unmarshal(m.Blocks, &blocks) != nil {
		return m.Text
	}
	var lines []string
	for _, b := range blocks {
		if b.Text.Text != "" {
			lines = append(lines, b.Text.Text)
		}
		for _, f := range b.Fields {
			lines = append(lines, f.Text)
		}
	}
	if len(lines) == 0 {
		return m.Text
	}
	return strings.NewReplacer("*", "", "`", "").Replace(strings.Join(lines, "\n"))
}

type mailPage struct {
	Emails []Email
	Total  int
}

const shownEmails = 50

// mailroom shows what was emailed.
func (s Services) mailroom(ctx context.Context, r *Request) (Reply, error) {
	all, err := s.Simulated.Emails(ctx, r.Actor)
	return Show("simulator_mail", "Simulated email", mailPage{Emails: all[:min(len(all), shownEmails)], Total: len(all)}), err
}

// numberOf mends what a URL does to a plus sign.
func numberOf(typed string) string {
	n := strings.TrimSpace(typed)
	if n != "" && strings.Trim(n, "0123456789") == "" && !strings.HasPrefix(n, "0") {
		return "+" + n
	}
	return n
}

func phoneURL(number string, more ...string) string {
	q := url.Values{"number": {number}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return "/simulator?" + q.Encode() + "#last"
}

// textAs texts as a resident and does what follows from it, so that the
// answer is there when the page comes back.
func (s Services) textAs(ctx context.Context, r *Request) (Reply, error) {
	number := numberOf(r.Form.Get("number"))
	err := s.Simulated.Text(ctx, r.Actor, number, r.Form.Get("body"))
	if err == nil {
		_, err = s.Simulated.Settle(ctx, r.Actor)
	}
	if err == nil {
		return Go(phoneURL(number)), nil
	}
	return s.phoneAgain(ctx, r, number, err)
}

// faultChoices are what can be made to go wrong.
var faultChoices = []string{
	"busy", "The provider takes nothing for now", "lost", "It is sent, but the provider's answer is lost",
	"refused", "The provider refuses the number", "twice", "The resident's next text arrives three times", "none", "All is well again",
}

// breakTexts makes the next texts go wrong.
func (s Services) breakTexts(ctx context.Context, r *Request) (Reply, error) {
	times, err := strconv.Atoi(r.Form.Get("times"))
	if err != nil {
		times = 1
	}
	number := numberOf(r.Form.Get("number"))
	if err = s.Simulated.Fault(ctx, r.Actor, r.Form.Get("kind"), times); err == nil {
		return Go(phoneURL(number)), nil
	}
	return s.phoneAgain(ctx, r, number, err)
}

// saveConversation hands out a phone's conversation as a test.
func (s Services) saveConversation(ctx context.Context, r *Request) (Reply, error) {
	number := numberOf(r.Form.Get("number"))
	text, err := s.Simulated.Saved(ctx, r.Actor, number)
	if err != nil {
		return s.phoneAgain(ctx, r, number, err)
	}
	return Send("text/plain; charset=utf-8", "conversation.txt", []byte(text)), nil
}

func (s Services) phoneAgain(ctx context.Context, r *Request, number string, err error) (Reply, error) {
	page, again := s.phonePage(ctx, r, number)
	if again != nil {
		return Reply{}, err
	}
	return r.Again(Show("simulator", "Phone simulator", page), err)
}

// leaps are the steps that the clock is moved by.
var leaps = map[string]func(time.Time) time.Time{
	"hour":  func(t time.Time) time.Time { return t.Add(time.Hour) },
	"day":   func(t time.Time) time.Time { return t.AddDate(0, 0, 1) },
	"week":  func(t time.Time) time.Time { return t.AddDate(0, 0, 7) },
	"month": func(t time.Time) time.Time { return t.AddDate(0, 1, 0) },
}

// moveClock moves the clock by a step and does what falls due.
func (s Services) moveClock(ctx context.Context, r *Request) (Reply, error) {
	number := numberOf(r.Form.Get("number"))
	leap, ok := leaps[r.Form.Get("by")]
	if !ok {
		return Reply{}, domain.E(domain.Invalid, "choose an hour, a day, a week or a month")
	}
	done, err := s.Simulated.MoveClock(ctx, r.Actor, leap(s.Clock.Now()))
	if err != nil {
		page, again := s.phonePage(ctx, r, number)
		if again != nil {
			return Reply{}, err
		}
		return r.Again(Show("simulator", "Phone simulator", page), err)
	}
	return Go(phoneURL(number, "done", strconv.Itoa(done))), nil
}
