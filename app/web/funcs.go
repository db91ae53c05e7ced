package web

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// funcs are the words that templates may use; times are told in the zone.
//
//	asset "folkmoot.css"          address of a built file
//	day .Due                      Thu 12 July; dayYear adds the year
//	clock .Due                    6pm, 6.30pm
//	moment .Due                   Thu 12 July, 6pm
//	when .At                      Thu 12 July 2018, 6pm
//	isoDay .Due                   2018-07-12, for date fields; isoClock 18:00
//	pounds 47000                  £470, £12.50
//	words "accept_in_part"        accept in part
//	plural 3 "seat" "seats"       3 seats
//	field $ "title" "Title" "Short and plain."
//	choices $ "outcome" "Outcome" "" (list "accept" "Accept" "reject" "Reject")
//	list "a" "b"                  a slice of texts
//	times 18                      1..18, for marks
//	status "late" "Late"          class and word, for the part "status"
func funcs(a Assets, zone *time.Location) template.FuncMap {
	return template.FuncMap{
		"asset":   a.URL,
		"day":     func(t time.Time) string { return local(t, zone, "Mon 2 January") },
		"dayYear": func(t time.Time) string { return local(t, zone, "Mon 2 January 2006") },
		"clock":   func(t time.Time) string { return clock(t.In(zone)) },
		"moment": func(t time.Time) string {
			if t.IsZero() {
				return ""
			}
			return local(t, zone, "Mon 2 January") + ", " + clock(t.In(zone))
		},
		"when": func(t time.Time) string {
			if t.IsZero() {
				return ""
			}
			return local(t, zone, "Mon 2 January 2006") + ", " + clock(t.In(zone))
		},
		"isoDay":   func(t time.Time) string { return local(t, zone, time.DateOnly) },
		"isoClock": func(t time.Time) string { return local(t, zone, "15:04") },
		"stamp":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"pounds":   pounds,
		"words":    words,
		"plural":   plural,
		"field":    newField,
		"choices":  newChoices,
		"sentence": sentence,
		"list":     func(s ...string) []string { return s },
		"times":    times,
		"status":   func(class, word string) Status { return Status{class, word} },
	}
}

// Status is a word with a shape: kept, done, due, waiting, late, dropped,
// refused, overridden or none.
type Status struct{ Class, Word string }

func local(t time.Time, zone *time.Location, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(layout)
}

// clock writes a time of day as people do: 6pm, 6.30pm, noon, midnight.
func clock(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.Hour() == 12 && t.Minute() == 0:
		return "noon"
	case t.Hour() == 0 && t.Minute() == 0:
		return "midnight"
	case t.Minute() == 0:
		return t.Format("3pm")
	}
	return t.Format("3.04pm")
}

// pounds writes pence as pounds, without pence where there are none.
func pounds(pence int64) string {
	sign := ""
	if pence < 0 {
		sign, pence = "-", -pence
	}
	s := sign + "£" + thousands(pence/100)
	if pence%100 != 0 {
		s += fmt.Sprintf(".%02d", pence%100)
	}
	return s
}

func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// words turns a name of the code into plain words.
func words(name any) string { return strings.ReplaceAll(fmt.Sprint(name), "_", " ") }

// sentence makes a sentence of an error's message, which starts small.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(r)) + s[n:]
	if !strings.ContainsAny(s[len(s)-1:], ".?!") {
		s += "."
	}
	return s
}

func plural(n any, one, many string) string {
	s := fmt.Sprint(n)
	if s == "1" {
		return s + " " + one
	}
	return s + " " + many
}

func times(n int) []int {
	out := make([]int, max(0, min(n, 1000)))
	for i := range out {
		out[i] = i + 1
	}
	return out
}
