package web

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"folkmoot/domain"
)

// typed reads what was typed into a form and collects what could not be read,
// by field. Days and times of day are those of the process.
type typed struct {
	f   url.Values
	p   domain.Problems
	loc *time.Location
}

// typedIn reads the form of a request where the process is.
func (d desk) typedIn(r *Request) typed {
	return typed{f: r.Form, p: domain.Problems{}, loc: d.Zone()}
}

func (t typed) text(name string) string { return strings.TrimSpace(t.f.Get(name)) }

// ticked reports whether a single box was ticked.
func (t typed) ticked(name string) bool { return t.f.Get(name) == "yes" }

// whole is a whole number, nought when nothing was typed.
func (t typed) whole(name string) int {
	text := t.text(name)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	t.p.Need(err == nil, name, "give a whole number, such as 12")
	return n
}

// hours is a number of hours, nought when nothing was typed.
func (t typed) hours(name string) float64 {
	text := strings.Replace(t.text(name), ",", ".", 1)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	ok := err == nil && n >= 0 && n <= 10000
	t.p.Need(ok, name, "give a number of hours, such as 16 or 12.5")
	if !ok {
		return 0
	}
	return n
}

// pence reads pounds as people write them: 12, 12.50, £1,200.
func (t typed) pence(name string) int64 {
	text := strings.NewReplacer("£", "", ",", "", " ", "").Replace(t.text(name))
	pounds, pennies, dotted := strings.Cut(text, ".")
	if !dotted {
		pennies = "00"
	}
	n, err := strconv.ParseInt(pounds+pennies, 10, 64)
	ok := err == nil && len(pennies) == 2 && n >= 0 && n < 1_000_000_00 && !strings.HasPrefix(text, "+")
	t.p.Need(ok, name, "give a sum in pounds, such as 94 or 94.50")
	if !ok {
		return 0
	}
	return n
}

var dayShapes = []string{time.DateOnly, "2/1/2006", "2 January 2006", "2 Jan 2006"}

// day is the beginning of a day, zero when nothing was typed.
func (t typed) day(name string) time.Time {
	text := t.text(name)
	if text == "" {
		return time.Time{}
	}
	for _, shape := range dayShapes {
		if d, err := time.ParseInLocation(shape, text, t.loc); err == nil {
			return d
		}
	}
	t.p.Need(false, name, "give a day, such as 2027-03-31 or 31/3/2027")
	return time.Time{}
}

var clockShapes = []string{"15:04", "15:04:05", "3pm", "3.04pm", "3:04pm", "15.04"}

// moment is a time of a day, zero when no day was typed.
func (t typed) moment(day, clock string) time.Time {
	d, text := t.day(day), strings.ToLower(strings.ReplaceAll(t.text(clock), " ", ""))
	if d.IsZero() {
		return d
	}
	for _, shape := range clockShapes {
		if c, err := time.Parse(shape, text); err == nil {
			return time.Date(d.Year(), d.Month(), d.Day(), c.Hour(), c.Minute(), 0, 0, t.loc)
		}
	}
	t.p.Need(false, clock, "give a time of day, such as 18:00 or 6pm")
	return time.Time{}
}

// lines are the lines of a text that hold something.
func (t typed) lines(name string) []string {
	var out []string
	for _, l := range strings.Split(t.f.Get(name), "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// formats are the addresses of accessible versions, by format.
func (t typed) formats(prefix string) map[string]string {
	out := map[string]string{}
	for name := range t.f {
		if f, ok := strings.CutPrefix(name, prefix); ok && t.text(name) != "" {
			out[f] = t.text(name)
		}
	}
	return out
}

// hands is a show of hands, from the fields NAME.for, NAME.against and
// NAME.present, as [deliberation.Hands] names them.
func (t typed) hands(name string) (forIt, against, present int) {
	return t.whole(name + "_for"), t.whole(name + "_against"), t.whole(name + "_present")
}

// done goes on to another page when a form was taken; else it shows the
// form's page again with what was typed and what is wrong.
func done(r *Request, err error, to string, page func() (Reply, error)) (Reply, error) {
	if err == nil {
		return Go(to), nil
	}
	shown, again := page()
	if again != nil {
		return Reply{}, err
	}
	return r.Again(shown, err)
}

// renamed names a problem's fields as the form does.
func renamed(err error, name func(string) string) error {
	var e *domain.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	c := *e
	c.Fields = map[string]string{}
	for field, text := range e.Fields {
		c.Fields[name(field)] = text
	}
	return &c
}

// reworded says what is wrong with a field in the words of its form, where the
// service names what a caller of the API would send.
func reworded(err error, words map[string]string) error {
	var e *domain.Error
	if !errors.As(err, &e) {
		return err
	}
	c := *e
	c.Fields = map[string]string{}
	for field, text := range e.Fields {
		if said, ok := words[field]; ok {
			text = said
		}
		c.Fields[field] = text
	}
	return &c
}
