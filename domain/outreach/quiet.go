package outreach

import (
	"sync"
	"time"
)

// ReplyGrace is how long after a resident's own text an answer may go out in
// quiet hours: they are awake.
const ReplyGrace = 10 * time.Minute

// Quiet is when texts may go, in the process's own zone: from From to To
// o'clock, on Sundays from SundayFrom. There is no law on service texts in
// the United Kingdom; 8 to 20, Sundays from noon, is the convention kept.
// The zero value knows no quiet hours.
type Quiet struct {
	From       int `json:"from"`
	To         int `json:"to"`
	SundayFrom int `json:"sunday_from"`
}

// UsualQuiet is the convention.
var UsualQuiet = Quiet{From: 8, To: 20, SundayFrom: 12}

// spread is over how long messages that waited for the opening are spread.
const spread = 10 * time.Minute

// Open reports whether texts may go at the time, in the zone.
func (q Quiet) Open(at time.Time, zone *time.Location) bool {
	if q == (Quiet{}) {
		return true
	}
	local := at.In(zone)
	return local.Hour() >= q.opens(local) && local.Hour() < q.To
}

func (q Quiet) opens(day time.Time) int {
	if day.Weekday() == time.Sunday {
		return max(q.From, q.SundayFrom)
	}
	return q.From
}

// Opening is the next moment at or after at when texts may go. It works on
// calendar days of the zone, so that a day of 23 or 25 hours opens at the
// same o'clock as any other.
func (q Quiet) Opening(at time.Time, zone *time.Location) time.Time {
	if q.Open(at, zone) {
		return at
	}
	day := at.In(zone)
	for range 8 {
		open := time.Date(day.Year(), day.Month(), day.Day(), q.opens(day), 0, 0, 0, zone)
		if !open.Before(at) {
			return open.UTC()
		}
		day = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, zone)
	}
	return at
}

// next is when the message may go: now, or with some spread after the next
// opening.
func (q Quiet) next(m Message, now time.Time, jitter func(time.Duration) time.Duration) time.Time {
	if m.Urgent || !m.ReplyTo.IsZero() && now.Sub(m.ReplyTo) <= ReplyGrace {
		return m.NotBefore
	}
	if m.Quiet != nil {
		q = *m.Quiet
	}
	open := q.Opening(now, zoneOf(m.Zone))
	if !open.After(now) {
		return m.NotBefore
	}
	return open.Add(jitter(spread)).Truncate(time.Millisecond)
}

// zones remembers loaded zones: loading one reads the zone database.
var zones sync.Map

func zoneOf(name string) *time.Location {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location)
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	zones.Store(name, l)
	return l
}
