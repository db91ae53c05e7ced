package sms

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"folkmoot/bots/dialogue"
	"folkmoot/domain"
)

// ProcessFacts gives what the texts say of a process: from its reference, in
// the language, with what the services know better over it. It satisfies
// [Facts].
type ProcessFacts struct {
	// Host is the public address without its scheme, as texts show it.
	Host string
	// Name and Phone speak for the installation where no process is known.
	Name, Phone string
	// Months names the months of a language, nil where it has none.
	Months func(lang string) []string
	// Own gives values that win over those of the reference, such as draw_at
	// and purpose; nil: none.
	Own func(ctx context.Context, p domain.ProcessRef, lang, person string) (map[string]string, error)
	// Questions and Answers are the process's own; nil: none.
	Questions func(ctx context.Context, p domain.ProcessRef, lang string) ([]dialogue.Question, error)
	Answers   func(ctx context.Context, p domain.ProcessRef, lang string) ([]dialogue.Approved, error)
	Langs     []string
}

// Vars gathers values, questions and approved answers.
func (f ProcessFacts) Vars(ctx context.Context, p domain.ProcessRef, lang, person string) (dialogue.Vars, []string, error) {
	v := dialogue.Vars{Values: f.values(p, lang)}
	if p.ID == "" {
		return v, f.Langs, nil
	}
	if f.Own != nil {
		own, err := f.Own(ctx, p, lang, person)
		if err != nil {
			return v, nil, err
		}
		maps.Copy(v.Values, own)
	}
	var err error
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

// values has something for every name that a text may use: nobody is sent a
// gap, and nobody waits for a text because a date is not fixed yet.
func (f ProcessFacts) values(p domain.ProcessRef, lang string) map[string]string {
	link := f.Host
	under := func(kind string) string { return f.Host + "/" + kind + "/" + p.Code }
	if p.Code != "" {
		link = f.Host + "/" + p.Code
	}
	v := map[string]string{
		"jury": orElse(p.ShortName, f.Name), "body": orElse(p.BodyName, f.Name), "code": orElse(p.Code, f.Name),
		"link": link, "phone": orElse(p.Phone, f.Phone), "zone": p.Zone,
		"purpose": "answer this: " + p.Question, "people": "local people",
		"pay": pounds(p.PayPence, lang), "place": orElse(p.Place, "a place near you"),
		"seats": strconv.Itoa(p.Size), "pool": "all the", "questions": "0", "eligibility": "",
		"draw_at": "a day we will text you", "draw_link": under("d"), "closes_text": "the closing date",
		"new_dates": "new dates", "reply_by_text": "the date we gave you", "kept_until": "the end of the work",
		"reserve_place": "", "day": "the next day", "travel": "", "arrive": "", "details": "", "change": "",
		"day_times": "times as before", "times": "in the daytime", "venue": orElse(p.Place, "the venue"),
		"pack_link": under("e"), "report_link": under("r"), "summary": "", "not_changed": "",
	}
	f.dates(v, p, lang)
	return v
}

func (f ProcessFacts) dates(v map[string]string, p domain.ProcessRef, lang string) {
	zone := p.Location()
	v["dates"], v["days"], v["day_date"] = "on days we will text you", "the", "a day we will text you"
	if !p.Starts.IsZero() {
		first, last := p.Starts.In(zone), p.Ends.In(zone)
		if p.Ends.IsZero() {
			last = first
		}
		v["dates"], v["day_date"] = f.span(first, last, lang), f.date(first, lang)
		v["days"] = strconv.Itoa(daysBetween(first, last))
	}
	v["response_due"] = "the date it promised"
	if !p.ResponseDue.IsZero() {
		v["response_due"] = f.date(p.ResponseDue.In(zone), lang)
	}
}

func daysBetween(first, last time.Time) int {
	noon := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC) }
	return int(noon(last).Sub(noon(first)).Hours()/24) + 1
}

// span writes "30 July to 3 August"; one day is one date.
func (f ProcessFacts) span(first, last time.Time, lang string) string {
	if daysBetween(first, last) <= 1 {
		return f.date(first, lang)
	}
	between := map[string]string{"cy": " - ", "ga": " - ", "pl": " - ", "pt": " - "}
	return f.date(first, lang) + orElse(between[lang], " to ") + f.date(last, lang)
}

func (f ProcessFacts) date(t time.Time, lang string) string {
	var months []string
	if f.Months != nil {
		months = f.Months(lang)
	}
	if len(months) != 12 {
		return t.Format("2 January")
	}
	return fmt.Sprintf("%d %s", t.Day(), months[t.Month()-1])
}

// pounds writes an amount in words in English, with the sign elsewhere; both
// are in the basic alphabet of text messages.
func pounds(pence int64, lang string) string {
	amount := strconv.FormatInt(pence/100, 10)
	if pence%100 != 0 {
		amount += fmt.Sprintf(".%02d", pence%100)
	}
	if lang == "en" || lang == "" {
		return amount + " pounds"
	}
	return "£" + amount
}

// MonthsOf reads the months' names out of the catalogue.
func MonthsOf(text func(lang, key string, values map[string]string) (string, error)) func(lang string) []string {
	return func(lang string) []string {
		names, err := text(lang, "date.months", nil)
		if err != nil {
			return nil
		}
		return strings.Fields(names)
	}
}
