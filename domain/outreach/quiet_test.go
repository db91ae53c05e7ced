package outreach_test

import (
	"testing"
	"time"

	"folkmoot/domain/outreach"
)

func TestQuietHoursKeepTheClockOfTheProcess(t *testing.T) {
	t.Parallel()
	london := zone(t, "Europe/London")
	rows := []struct {
		name, at, want string // London wall clock; want empty: open already
	}{
		{"a weekday noon", "2026-06-17 12:00", ""},
		{"a minute before opening", "2026-06-17 07:59", "2026-06-17 08:00"},
		{"opening", "2026-06-17 08:00", ""},
		{"a minute before closing", "2026-06-17 19:59", ""},
		{"closing", "2026-06-17 20:00", "2026-06-18 08:00"},
		{"Saturday night", "2026-06-20 23:00", "2026-06-21 12:00"},
		{"Sunday morning", "2026-06-21 09:00", "2026-06-21 12:00"},
		{"Sunday afternoon", "2026-06-21 15:00", ""},
		{"New Year's Eve", "2026-12-31 22:00", "2027-01-01 08:00"},
		{"the night clocks go forward, a Sunday of 23 hours", "2026-03-28 22:00", "2026-03-29 12:00"},
		{"the night clocks go back, a Sunday of 25 hours", "2026-10-24 22:00", "2026-10-25 12:00"},
		{"the Monday after", "2026-10-26 07:00", "2026-10-26 08:00"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			at := wall(t, r.at, london)
			got := outreach.UsualQuiet.Opening(at, london)
			want := at
			if r.want != "" {
				want = wall(t, r.want, london)
			}
			if !got.Equal(want) {
				t.Errorf("got %s, want %s", got.In(london), want)
			}
			if !outreach.UsualQuiet.Open(got, london) {
				t.Error("it is not open then")
			}
		})
	}
	if at := wall(t, "2026-06-21 03:00", london); !(outreach.Quiet{}).Open(at, london) {
		t.Error("no quiet hours means open")
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func wall(t *testing.T, at string, l *time.Location) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", at, l)
	if err != nil {
		t.Fatal(err)
	}
	return v.UTC()
}
