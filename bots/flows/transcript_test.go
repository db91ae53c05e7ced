package flows_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/flows"
	"folkmoot/bots/sms/gsm"
)

var update = flag.Bool("update", false, "rewrite the golden transcripts")

// start is a Monday morning, so that dates in the samples make sense.
var start = time.Date(2018, 6, 18, 9, 0, 0, 0, time.UTC)

// load reads the texts once for all tests.
var load = sync.OnceValues(func() (*flows.Texts, error) { return flows.LoadTexts(os.DirFS("../../config/locales")) })

func texts(t testing.TB) *flows.Texts {
	t.Helper()
	loaded, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// sample holds a value for every variable any flow names.
func sample() map[string]string {
	return map[string]string{
		"jury": "Forest Health Jury", "body": "the two NHS boards", "link": "folkmoot.example/F7K2", "code": "F7K2", "phone": "01632 960123",
		"purpose": "choose where the new community hospital goes", "pay": "470 pounds", "dates": "30 July to 3 Aug", "times": "9.30am to 5pm", "place": "Coleford",
		"seats": "18", "people": "local people", "draw_at": "Mon 9 July at 2pm", "draw_link": "folkmoot.example/d/F7K2", "pool": "218",
		"closes": "2018-07-06T17:00:00Z", "closes_text": "6 July", "questions": "6", "new_dates": "30 July to 3 Aug",
		"eligibility": "Do you live in the Forest of Dean, and are you 18 or over?",
		"days":        "5", "reply_by": "2018-06-21T18:00:00Z", "reply_by_text": "Thu 21 June, 6pm", "kept_until": "Dec 2018",
		"day": "day 1", "day_date": "Mon 30 July", "day_times": "1pm to 5pm", "venue": "Forest Hills, Coleford GL16 7QD", "arrive": "Lunch from 12. Step-free.",
		"travel": "Your taxi is booked for 12.15.", "details": "", "pack_link": "folkmoot.example/e/F7K2", "change": "We meet in the library, next door.",
		"report_link": "folkmoot.example/r/F7K2", "response_due": "31 Aug", "reserve_place": "1",
		"summary":     "on 30 Aug both boards agreed, and will build in Cinderford.",
		"not_changed": "better buses from the west are not funded.",
	}
}

func questions() []dialogue.Question {
	return []dialogue.Question{
		{Key: "age", Text: "How old are you?", Options: []dialogue.Choice{{Key: "18-29", Label: "18 to 29"}, {Key: "30-44", Label: "30 to 44"}, {Key: "45-64", Label: "45 to 64"}, {Key: "65+", Label: "65 or over"}}},
		{Key: "gender", Text: "Are you...", Options: []dialogue.Choice{{Key: "female", Label: "a woman"}, {Key: "male", Label: "a man"}, {Key: "other", Label: "another way"}}},
	}
}

// player plays one conversation.
type player struct {
	t      testing.TB
	texts  *flows.Texts
	env    dialogue.Env
	state  dialogue.State
	serial int
	lang   string
	begun  bool
	out    bytes.Buffer
}

func newPlayer(t testing.TB, flow, lang string) *player {
	f, ok := flows.Get(flow)
	if !ok {
		t.Fatalf("no flow %q", flow)
	}
	return &player{t: t, texts: texts(t), lang: lang, env: dialogue.Env{
		Flow: f, Now: start, Langs: []string{"cy", "ga", "pl", "pt"},
		Vars: dialogue.Vars{Values: sample(), Questions: questions(), Answers: []dialogue.Approved{
			{ID: "parking", Words: []string{"parking", "where park"}, Answer: "There is free parking at the venue."},
		}},
	}}
}

func (p *player) input(kind dialogue.Kind, text string) dialogue.Out {
	p.serial++
	in := dialogue.Input{ID: fmt.Sprintf("m%d", p.serial), Kind: kind, Text: text, At: p.env.Now}
	var out dialogue.Out
	if !p.begun {
		p.begun = true
		p.state, out = dialogue.Begin(p.env, dialogue.Ref{ID: "c1", Lang: p.lang}, in)
	} else {
		p.state, out = dialogue.Step(p.env, p.state, in)
	}
	p.print(out)
	return out
}

func (p *player) print(out dialogue.Out) {
	e := out.Entry
	fmt.Fprintf(&p.out, "    %s at %s: %s\n", e.Result, orDash(e.Node), strings.TrimSpace(strings.Join([]string{string(e.Intent), e.Value, e.Rule, string(e.Class)}, " ")))
	for _, ef := range out.Effects {
		fmt.Fprintf(&p.out, "    * %s%s\n", ef.Name, fields(ef.Fields))
	}
	if out.Say != nil {
		text, err := p.texts.Render(*out.Say, p.env.Vars.Values)
		if err != nil {
			p.t.Error(err)
		}
		fmt.Fprintf(&p.out, "< %s [%d]\n", text, gsm.Count(text).Segments)
	}
}

func fields(m map[string]string) string {
	var keys []string
	for k := range m {
		if k != "input" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&b, " %s=%q", k, m[k])
	}
	return b.String()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// TestTranscripts replays every conversation in testdata. Lines: "> text"
// from the resident, "! event", "~ 3h" time passing and then a tick; the
// other lines are what came of it.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := replay(t, string(want))
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the transcript changed (-want +got), rerun with -update if that is right:\n%s", diff)
			}
		})
	}
}

func replay(t *testing.T, script string) string {
	t.Helper()
	var p *player
	lines := bufio.NewScanner(strings.NewReader(script))
	for lines.Scan() {
		line := lines.Text()
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case "#":
			fmt.Fprintln(out(&p), line)
		case "flow":
			name, lang, _ := strings.Cut(rest, " ")
			q := newPlayer(t, name, lang)
			if p != nil {
				q.out = p.out
			}
			p = q
			fmt.Fprintf(&p.out, "%s\n", line)
		case ">", "!", "~":
			fmt.Fprintf(&p.out, "\n%s\n", line)
			p.play(mark, rest)
		}
	}
	fmt.Fprintf(&p.out, "\n= %s %s %s\n", p.state.Status, p.state.Node, p.state.Outcome)
	return p.out.String()
}

// out is where comment lines before the first flow line go.
func out(p **player) *bytes.Buffer {
	if *p == nil {
		*p = &player{}
	}
	return &(*p).out
}

func (p *player) play(mark, rest string) {
	const reading = 30 * time.Second
	switch mark {
	case ">":
		p.env.Now = p.env.Now.Add(reading)
		p.input(dialogue.Text, rest)
	case "!":
		p.input(dialogue.Event, rest)
	case "~":
		d, err := time.ParseDuration(rest)
		if err != nil {
			p.t.Fatal(err)
		}
		p.env.Now = p.env.Now.Add(d)
		p.input(dialogue.Tick, "")
	}
}
