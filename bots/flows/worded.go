package flows

import (
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// calendar is how a language says times.
type calendar struct {
	months, days []string // days from Sunday
	to           string   // between two times
	noon         bool     // "6pm", not "18:00"
	zone         *time.Location
}

// calendarOf reads a language's calendar from its texts.
func (t *Texts) calendarOf(lang, zone string) calendar {
	say := func(key string) string {
		s, err := t.localizer(lang, key).Localize(&i18n.LocalizeConfig{MessageID: key})
		if err != nil {
			return ""
		}
		return s
	}
	c := calendar{months: strings.Fields(say("date.short")), days: strings.Fields(say("date.days")), to: " " + say("date.to") + " "}
	c.noon = say("date.clock") == "12"
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	c.zone = loc
	return c
}

// looksLikeTime tells values that may be times from all others, cheaply.
func looksLikeTime(v string) bool {
	return len(v) >= len("2006-01") && v[4] == '-' && v[0] >= '0' && v[0] <= '9' && v[len(v)-1] != ' '
}

// worded is the values with every time in the words of the language: see the
// forms in package domain. What is no such time stays as it is.
func (t *Texts) worded(lang string, values map[string]string) map[string]string {
	var out map[string]string
	var c calendar
	for k, v := range values {
		if !looksLikeTime(v) {
			continue
		}
		if out == nil {
			c, out = t.calendarOf(lang, values["zone"]), make(map[string]string, len(values))
			for k, v := range values {
				out[k] = v
			}
		}
		out[k] = c.say(v)
	}
	if out == nil {
		return values
	}
	return out
}

func (c calendar) say(v string) string {
	if len(c.months) != 12 || len(c.days) != 7 {
		return v
	}
	from, to, span := strings.Cut(v, "/")
	if !span {
		return c.one(v)
	}
	if a, err := time.Parse(time.RFC3339, from); err == nil {
		if b, err := time.Parse(time.RFC3339, to); err == nil {
			return c.clock(a.In(c.zone)) + c.to + c.clock(b.In(c.zone))
		}
	}
	a, err := time.Parse(time.DateOnly, from)
	b, err2 := time.Parse(time.DateOnly, to)
	if err != nil || err2 != nil {
		return v
	}
	return c.date(a) + c.to + c.date(b)
}

func (c calendar) one(v string) string {
	if at, err := time.Parse(time.RFC3339, v); err == nil {
		at = at.In(c.zone)
		return c.day(at) + ", " + c.clock(at)
	}
	if at, err := time.Parse(time.DateOnly, v); err == nil {
		return c.day(at)
	}
	if at, err := time.Parse("2006-01", v); err == nil {
		return c.months[at.Month()-1] + " " + strconv.Itoa(at.Year())
	}
	return v
}

// day is "Thu 12 July".
func (c calendar) day(t time.Time) string { return c.days[t.Weekday()] + " " + c.date(t) }

// date is "12 July".
func (c calendar) date(t time.Time) string {
	return strconv.Itoa(t.Day()) + " " + c.months[t.Month()-1]
}

// clock is "6pm" or "9.30am" where the day is told in two halves, and "18:00"
// elsewhere.
func (c calendar) clock(t time.Time) string {
	switch {
	case !c.noon:
		return t.Format("15:04")
	case t.Minute() == 0 && t.Hour() == 12:
		return "noon"
	case t.Minute() == 0:
		return t.Format("3pm")
	}
	return t.Format("3.04pm")
}
