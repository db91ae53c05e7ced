package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// show is the view of the play's progress: scenes, dates and what happened.
type show struct {
	out   io.Writer
	began time.Time
	n     int
	mu    sync.Mutex
}

func newShow(out io.Writer) *show { return &show{out: out, began: time.Now()} }

func (s *show) scene(title string) {
	s.n++
	fmt.Fprintf(s.out, "\n%2d  %s  %s\n", s.n, strings.ToUpper(title), strings.Repeat("·", max(3, 58-len(title))))
}

func (s *show) date(t time.Time, done int) {
	fmt.Fprintf(s.out, "    %s", t.Format("Mon 2 Jan 2006, 15:04"))
	if done > 0 {
		fmt.Fprintf(s.out, "  (%d things fell due)", done)
	}
	fmt.Fprintln(s.out)
}

func (s *show) say(format string, args ...any) {
	fmt.Fprintf(s.out, "      "+format+"\n", args...)
}

// text shows a text message as it lies on a phone.
func (s *show) text(label, body string) {
	s.say("%s", label)
	for _, line := range wrap(body, 66) {
		s.say("  | %s", line)
	}
}

func wrap(text string, width int) []string {
	var out []string
	for _, par := range strings.Split(text, "\n") {
		line := ""
		for _, w := range strings.Fields(par) {
			if line != "" && len(line)+1+len(w) > width {
				out = append(out, line)
				line = ""
			}
			if line != "" {
				line += " "
			}
			line += w
		}
		out = append(out, line)
	}
	return out
}

func decode(body string) object {
	o := object{}
	_ = json.Unmarshal([]byte(body), &o) // a refusal that is no JSON has no fields
	return o
}
