package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/sms"
	"folkmoot/domain"
)

// facts gives texts what they say of a process.
type facts struct{ h *house }

// Vars answers the values, questions and approved answers of a process; for
// the empty reference those of the installation.
func (f facts) Vars(ctx context.Context, p domain.ProcessRef, _, person string) (dialogue.Vars, []string, error) {
	if p.ID == "" {
		return dialogue.Vars{Values: f.installation()}, nil, nil
	}
	v, err := f.h.known.said(p.ID, func() (dialogue.Vars, error) { return f.read(ctx, p) })
	if err != nil {
		return dialogue.Vars{}, nil, err
	}
	v.Values = maps.Clone(v.Values) // callers write into it
	return v, f.h.languages, nil
}

func (f facts) read(ctx context.Context, p domain.ProcessRef) (dialogue.Vars, error) {
	v := dialogue.Vars{Values: f.values(p)}
	qs, err := f.h.recruitment.Questions(ctx, p.ID)
	if err != nil {
		return v, fmt.Errorf("reading the questions of a process: %w", err)
	}
	for _, q := range qs {
		dq := dialogue.Question{Key: q.Key, Text: q.Text}
		for _, o := range q.Options {
			dq.Options = append(dq.Options, dialogue.Choice{Key: o, Label: o})
		}
		v.Questions = append(v.Questions, dq)
	}
	v.Values["questions"] = strconv.Itoa(len(qs))
	return v, f.recruitment(ctx, p, v.Values)
}

// recruitment adds what only recruitment knows: dates, the question of who may
// register. Somebody who texts a poster's word was sent no message before that
// brought them.
func (f facts) recruitment(ctx context.Context, p domain.ProcessRef, values map[string]string) error {
	r, err := f.h.recruitment.Get(ctx, domain.SystemActor("sms"), p.ID)
	if err != nil {
		return fmt.Errorf("reading the dates of a process: %w", err)
	}
	values["eligibility"] = r.Eligibility
	if !r.ClosesAt.IsZero() {
		values["closes"], values["closes_text"] = r.ClosesAt.Format(time.RFC3339), plainTime(r.ClosesAt.In(p.Location()))
	}
	if !r.DrawAt.IsZero() {
		values["draw_at"] = plainTime(r.DrawAt.In(p.Location()))
	}
	return nil
}

// plainTime is "Thu 12 July, 6pm".
func plainTime(t time.Time) string {
	clock := t.Format("3.04pm")
	if t.Minute() == 0 {
		clock = t.Format("3pm")
	}
	return plainDate(t) + ", " + clock
}

func (f facts) installation() map[string]string {
	link := f.link("/")
	return map[string]string{
		"jury": "Folkmoot", "body": "Folkmoot", "link": link, "code": "", "phone": "", "purpose": "", "pay": "",
		"dates": "", "times": "", "place": "", "zone": f.h.cfg.TimeZone,
	}
}

func (f facts) values(p domain.ProcessRef) map[string]string {
	zone := p.Location()
	return map[string]string{
		"jury": p.ShortName, "body": p.BodyName, "code": p.Code, "phone": p.Phone, "purpose": p.Purpose,
		"pay": pounds(p.PayPence), "dates": dateRange(p.Starts.In(zone), p.Ends.In(zone)), "times": p.Times,
		"place": p.Place, "zone": p.Zone, "seats": strconv.Itoa(p.Size), "people": "local people",
		"link": f.link("/p/" + p.Code), "draw_link": f.link("/d/" + p.Code), "report_link": f.link("/r/" + p.Code),
		"pack_link": f.link("/e/" + p.Code), "days": strconv.Itoa(days(p.Starts.In(zone), p.Ends.In(zone))),
		"response_due": plainDate(p.ResponseDue.In(zone)), "venue": p.Place, "arrive": "", "travel": "",
		"draw_at": "a date we will tell you", "pool": "everyone who asked", "closes_text": "the closing date",
		"new_dates": dateRange(p.Starts.In(zone), p.Ends.In(zone)), "kept_until": monthAfter(p.Ends.In(zone)),
	}
}

// link is an address of ours without its scheme: phones make links of it and
// it costs fewer letters.
func (f facts) link(path string) string {
	base := strings.TrimPrefix(strings.TrimPrefix(f.h.cfg.BaseURL, "https://"), "http://")
	return strings.TrimSuffix(base+path, "/")
}

// pounds writes an amount in words that every phone's alphabet has.
func pounds(pence int64) string {
	if pence == 0 {
		return "expenses only"
	}
	if pence%100 == 0 {
		return strconv.FormatInt(pence/100, 10) + " pounds"
	}
	return fmt.Sprintf("%d.%02d pounds", pence/100, pence%100)
}

// dateRange is "30 July to 3 Aug", or one date.
func dateRange(from, to time.Time) string {
	if from.IsZero() {
		return "dates to come"
	}
	if to.IsZero() || from.YearDay() == to.YearDay() && from.Year() == to.Year() {
		return shortDate(from)
	}
	return shortDate(from) + " to " + shortDate(to)
}

// shortDate names long months by three letters, as people do in texts.
func shortDate(t time.Time) string {
	if m := t.Month().String(); len(m) <= 4 {
		return strconv.Itoa(t.Day()) + " " + m
	}
	return t.Format("2 Jan")
}

// monthAfter is when the details of people are gone: half a year after the
// last day, which the retention schedule keeps as its longest usual period.
func monthAfter(end time.Time) string {
	if end.IsZero() || end.Year() <= 1 {
		return "six months after the end"
	}
	return end.AddDate(0, 6, 0).Format("Jan 2006")
}

// plainDate is "Thu 12 July".
func plainDate(t time.Time) string {
	if t.IsZero() || t.Year() <= 1 {
		return "a date we will tell you"
	}
	return t.Format("Mon ") + shortDate(t)
}

// days counts the calendar days of a sitting.
func days(from, to time.Time) int {
	if from.IsZero() || to.IsZero() {
		return 1
	}
	a := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	b := time.Date(to.Year(), to.Month(), to.Day(), 0, 0, 0, 0, time.UTC)
	return int(b.Sub(a).Hours()/24) + 1
}

// directory finds the process that a text names: by its advertised word, its
// code, or a person's letter code.
type directory struct{ h *house }

// Find looks at the first two words of a text.
func (d directory) Find(ctx context.Context, text string) (sms.Found, bool, error) {
	words := strings.Fields(text)
	if len(words) == 0 || len(words) > 40 {
		return sms.Found{}, false, nil
	}
	first := strings.ToUpper(strings.Trim(words[0], ".,!?\"'"))
	rest := strings.Join(words[1:], " ")
	if f, ok, err := d.process(ctx, first, rest); ok || err != nil {
		return f, ok, err
	}
	if f, ok, err := d.letter(ctx, first); ok || err != nil {
		f.Rest = rest
		return f, ok, err
	}
	if len(words) == 2 { // a letter code may be typed in two groups
		return d.letter(ctx, strings.Join(words, ""))
	}
	return sms.Found{}, false, nil
}

func (d directory) process(ctx context.Context, word, rest string) (sms.Found, bool, error) {
	if len(word) < 3 || len(word) > 12 {
		return sms.Found{}, false, nil
	}
	refs, err := d.h.known.list(ctx)
	if err != nil {
		return sms.Found{}, false, err
	}
	for _, p := range refs {
		if !p.Stage.Reached(domain.RemitAgreed) {
			continue // not public yet: strangers hear nothing of it
		}
		if word == p.Code || p.Keyword != "" && word == p.Keyword {
			return sms.Found{Process: p, Rest: rest}, true, nil
		}
	}
	return sms.Found{}, false, nil
}

// letterCode is how many signs a letter's code has.
const letterCode = 8

func (d directory) letter(ctx context.Context, word string) (sms.Found, bool, error) {
	word = strings.ReplaceAll(word, "-", "")
	if len(word) != letterCode {
		return sms.Found{}, false, nil
	}
	p, err := d.h.people.ByCode(ctx, word)
	if domain.Is(err, domain.NotFound) {
		return sms.Found{}, false, nil
	}
	if err != nil {
		return sms.Found{}, false, err
	}
	ref, err := d.h.process.Ref(ctx, p.Process)
	return sms.Found{Process: ref, Person: p.ID}, err == nil, err
}

// Default is the one process that recruits, when there is only one.
func (d directory) Default(ctx context.Context, _ string) (domain.ProcessRef, bool, error) {
	refs, err := d.h.known.list(ctx)
	if err != nil {
		return domain.ProcessRef{}, false, err
	}
	refs = slices.DeleteFunc(slices.Clone(refs), func(p domain.ProcessRef) bool { return p.Stage != domain.Recruiting })
	if len(refs) != 1 {
		return domain.ProcessRef{}, false, nil
	}
	return refs[0], true, nil
}
