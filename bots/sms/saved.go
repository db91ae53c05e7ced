package sms

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"folkmoot/bots/flows"
)

// Played is one text of a conversation that is saved as a test.
type Played struct {
	At    time.Time
	Ours  bool
	Body  string
	Parts int
}

// Example names what the tests' own jury is called, so that a conversation
// saved from another one can be played there: its short name, code, keyword,
// public phone line and address.
type Example struct{ Name, Code, Keyword, Phone, Host string }

// TestJury is the jury that saved conversations are played with.
var TestJury = Example{Name: "Forest Health Jury", Code: "F7K2", Keyword: "FOREST", Phone: "01632 960123", Host: "folkmoot.example"}

// swap replaces one jury's names by another's.
func (from Example) swap(to Example) *strings.Replacer {
	var pairs []string
	for _, p := range [][2]string{{from.Host, to.Host}, {from.Name, to.Name}, {from.Phone, to.Phone}, {from.Keyword, to.Keyword}, {from.Code, to.Code}} {
		if p[0] != "" {
			pairs = append(pairs, p[0], p[1])
		}
	}
	return strings.NewReplacer(pairs...)
}

// pauseShown is the least time between texts that a saved conversation keeps:
// reminders and night hang on hours, not on minutes.
const pauseShown = time.Hour

// SavePhone writes a phone's conversation as a transcript for
// testdata/transcripts, where the tests play it through the signed webhooks.
// What came out of this program stands there as it was seen; the test's own
// jury may differ in the rest, so it is first played with -update and read.
func SavePhone(number string, from Example, texts []Played) string {
	who, swap := lastDigits(number), from.swap(TestJury)
	var b strings.Builder
	b.WriteString("# Saved from the phone simulator.\n")
	fmt.Fprintf(&b, "person ann p1 %s\n", who)
	var last time.Time
	for i, t := range texts {
		if gap := t.At.Sub(last); i > 0 && gap >= pauseShown {
			fmt.Fprintf(&b, "@ %dh\n", int(math.Round(gap.Hours())))
		}
		if i == 0 && t.Ours {
			b.WriteString("! ann invitation\n")
		}
		last = t.At
		b.WriteString(line(who, t.Ours, t.Parts, swap.Replace(t.Body)))
	}
	return b.String()
}

func line(who string, ours bool, parts int, body string) string {
	if ours {
		return fmt.Sprintf("< %s [%d]: %s\n", who, parts, strings.ReplaceAll(body, "\n", " / "))
	}
	return fmt.Sprintf("> %s: %s\n", who, strings.Join(strings.Fields(body), " "))
}

func lastDigits(number string) string {
	if len(number) < 3 {
		return "123"
	}
	return number[len(number)-3:]
}

// Saver writes a conversation played in the terminal as such a transcript,
// line by line.
type Saver struct {
	To  io.Writer
	who string
	fl  string // the flow
	err error
}

// NewSaver begins a transcript.
func NewSaver(to io.Writer) *Saver {
	s := &Saver{To: to, who: "123"}
	s.write("# Saved from the simulator in the terminal.\n")
	return s
}

// Line takes a line as it was typed and what came of it.
func (s *Saver) Line(typed string, step *flows.Step) error {
	mark, rest, _ := strings.Cut(strings.TrimSpace(typed), " ")
	switch mark {
	case "flow":
		s.begin(rest)
	case ">":
		s.write(line(s.who, false, 0, rest))
	case "~":
		s.write("@ " + rest + "\n")
	case "!":
		s.write("! ann " + templateOf(s.fl, rest) + "\n")
	}
	if step != nil && step.Text != "" {
		s.write(line(s.who, true, step.Cost.Segments, step.Text))
	}
	return s.err
}

// begin takes "recruit.v1 cy": easy read is a format, not a language.
func (s *Saver) begin(rest string) {
	name, lang, _ := strings.Cut(rest, " ")
	s.fl = name
	format := "standard"
	if base, easy := strings.CutSuffix(lang, "-x-easy"); easy {
		lang, format = base, "easy_read"
	}
	s.write(strings.TrimRight(fmt.Sprintf("person ann p1 %s %s %s", s.who, format, lang), " ") + "\n")
}

func (s *Saver) write(text string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.To, text)
	}
}

// templateOf is the message that a flow's event is asked for by.
func templateOf(flow, event string) string {
	best := event
	for name, p := range Places() {
		if p.Flow != flow {
			continue
		}
		if p.Event == event || p.Event == "" && event == "start" {
			if best == event || name < best {
				best = name
			}
		}
	}
	return best
}
