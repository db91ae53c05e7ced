package domain

import "time"

// Times in the variables of a message are written in these forms of ISO 8601,
// and put into the words of each reader's language where the message is: a
// date, a month, a moment, some hours of a day, some days.

// SayDay is a date: "2018-07-30".
func SayDay(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }

// SayMonth is a month: "2018-12".
func SayMonth(t time.Time, zone *time.Location) string { return t.In(zone).Format("2006-01") }

// SayMoment is a date and the time of day: "2018-07-09T13:00:00Z".
func SayMoment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// SayHours is from one time of a day to another.
func SayHours(from, to time.Time) string { return SayMoment(from) + "/" + SayMoment(to) }

// SayDays is from one date to another; one day is a date.
func SayDays(from, to time.Time, zone *time.Location) string {
	first := SayDay(from, zone)
	if to.IsZero() || SayDay(to, zone) == first {
		return first
	}
	return first + "/" + SayDay(to, zone)
}
