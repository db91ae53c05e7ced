package sms

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"time"

	"folkmoot/bots/dialogue"
	"folkmoot/domain"
)

// ProcessFacts gives what the texts say of a process: from its reference, in
// the language, with what the services know better over it. Times are in the
// forms of package domain; the texts put them into words. It satisfies
// [Facts].
type ProcessFacts struct {
	// Host is the public address without its scheme, as texts show it.
	Host string
	// Name and Phone speak for the installation where no process is known.
	Name, Phone, Zone string
	// Word is a text of the catalogue that fills a gap, such as "word.people".
	Word func(lang, key string, values map[string]string) (string, error)
	// Help is who to call in danger, by profile ("" is the installation's) and
	// language; nil or empty: what the catalogue says.
	Help func(profile, lang string) (emergency, lines string)
	// Own gives values that win over those of the reference, such as draw_at
	// and purpose; nil: none.
	Own func(ctx context.Context, p domain.ProcessRef, lang string) (map[string]string, error)
	// Questions and Answers are the process's own; nil: none.
	Questions func(ctx context.Context, p domain.ProcessRef, lang string) ([]dialogue.Question, error)
	Answers   func(ctx context.Context, p domain.ProcessRef, lang string) ([]dialogue.Approved, error)
	Langs     []string
}

// Vars gathers values, questions and approved answers. They are the same for
// everybody in the process.
func (f ProcessFacts) Vars(ctx context.Context, p domain.ProcessRef, lang, _ string) (dialogue.Vars, []string, error) {
	var v dialogue.Vars
	var err error
	if v.Values, err = f.values(p, lang); err != nil || p.ID == "" {
		return v, f.Langs, err
	}
	if f.Own != nil {
		own, err := f.Own(ctx, p, lang)
		if err != nil {
			return v, nil, err
		}
		maps.Copy(v.Values, own)
	}
	if f.Questions != nil {
		if v.Questions, err = f.Questions(ctx, p, lang); err != nil {
			return v, nil, err
		}
		v.Values["questions"] = strconv.Itoa(len(v.Questions))
	}
	if f.Answers != nil {
		v.Answers, err = f.Answers(ctx, p, lang)
	}
	return v, f.Langs, err
}

// gaps are the values that are not known yet, and the words said instead:
// nobody is sent a gap, and nobody waits for a text because a date is not
// fixed.
var gaps = map[string]string{
	"people": "word.people", "purpose": "word.purpose", "pool": "word.pool", "place": "word.place", "venue": "word.place", "times": "word.times",
	"day_times": "word.times", "day": "word.day", "dates": "word.later", "day_date": "word.later", "draw_at": "word.later",
	"closes_text": "word.later", "reply_by_text": "word.later", "response_due": "word.later", "kept_until": "word.kept",
	"new_dates": "word.later", "phone": "word.phone", "emergency": "word.emergency", "helplines": "word.helplines",
}

func (f ProcessFacts) values(p domain.ProcessRef, lang string) (map[string]string, error) {
	v := map[string]string{
		"jury": orElse(p.ShortName, f.Name), "body": orElse(p.BodyName, f.Name), "code": p.Code, "phone": orElse(p.Phone, f.Phone),
		"zone": orElse(p.Zone, f.Zone), "purpose": p.Purpose, "seats": strconv.Itoa(p.Size), "days": "1",
		"place": p.Place, "venue": p.Place, "times": p.Times, "questions": "0", "eligibility": "", "reserve_place": "", "places": "", "no_places": "1",
		"travel": "", "arrive": "", "summary": "", "not_changed": "",
	}
	f.links(v, p.Code)
	dates(v, p)
	if f.Help != nil {
		v["emergency"], v["helplines"] = f.Help(p.Profile, lang)
	}
	var err error
	if v["pay"], err = f.pay(p.PayPence, lang); err != nil {
		return nil, err
	}
	for name, key := range gaps {
		if v[name] != "" {
			continue
		}
		if v[name], err = f.Word(lang, key, map[string]string{"question": p.Question}); err != nil {
			return nil, fmt.Errorf("what texts say for %s: %w", name, err)
		}
	}
	return v, nil
}

// links are addresses of ours without their scheme: phones make links of them
// and each letter is paid for.
func (f ProcessFacts) links(v map[string]string, code string) {
	for name, kind := range map[string]string{"link": "/p/", "draw_link": "/d/", "pack_link": "/e/", "report_link": "/r/"} {
		v[name] = f.Host + kind + code
		if code == "" { // of no process: the front page
			v[name] = f.Host
		}
	}
}

// keptMonths is for how long after the last day details are kept at the
// longest, by the retention schedule's usual periods.
const keptMonths = 6

func dates(v map[string]string, p domain.ProcessRef) {
	zone := p.Location()
	if !p.Starts.IsZero() {
		last := p.Ends
		if last.IsZero() {
			last = p.Starts
		}
		v["dates"], v["day_date"] = domain.SayDays(p.Starts, last, zone), domain.SayDay(p.Starts, zone)
		v["new_dates"], v["days"] = v["dates"], strconv.Itoa(daysBetween(p.Starts.In(zone), last.In(zone)))
		v["kept_until"] = domain.SayMonth(last.AddDate(0, keptMonths, 0), zone)
	}
	if !p.ResponseDue.IsZero() {
		v["response_due"] = domain.SayDay(p.ResponseDue, zone)
	}
}

func daysBetween(first, last time.Time) int {
	noon := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC) }
	return int(noon(last).Sub(noon(first)).Hours()/24) + 1
}

// pay is an amount in words that every phone's alphabet has.
func (f ProcessFacts) pay(pence int64, lang string) (string, error) {
	if pence == 0 {
		return f.Word(lang, "word.no_pay", nil)
	}
	amount := strconv.FormatInt(pence/100, 10)
	if pence%100 != 0 {
		amount += fmt.Sprintf(".%02d", pence%100)
	}
	return f.Word(lang, "word.pounds", map[string]string{"amount": amount})
}
