package flows

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/sms/gsm"
)

// Player plays conversations in memory with a clock of its own, for the
// simulator and for transcripts kept as tests. It speaks lines:
//
//	flow recruit.v1 en   a new conversation in a language
//	> 1                  a text from the resident, half a minute later
//	! in_draw            something that happens outside
//	~ 24h                time passing, and then what is due
//	# words              a remark
//
// Nothing is sent and nothing is stored.
type Player struct {
	Texts *Texts
	Vars  dialogue.Vars
	Langs []string // the process's languages besides English
	Now   time.Time
	// Place answers from a postcode what a lookup knows; nil: no lookup.
	Place func(postcode string) map[string]string
	// Parts counts the segments of all messages so far, theirs and ours; Ours
	// those of our own, which are paid for.
	Parts int
	Ours  int
	// Each is told every line that was played and what came of it; nil: nobody.
	Each func(line string, step *Step) error

	flow   *dialogue.Flow
	lang   string
	state  dialogue.State
	begun  bool
	serial int
}

// Step is what came of one line.
type Step struct {
	Out  dialogue.Out
	Text string // what is said; empty for nothing
	Cost gsm.Cost
}

// reading is how long a resident takes to read and answer.
const reading = 30 * time.Second

// State is the conversation as it stands.
func (p *Player) State() dialogue.State { return p.state }

// Do plays one line. Remarks and empty lines answer nil.
func (p *Player) Do(line string) (*Step, error) {
	mark, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch mark {
	case "", "#":
		return nil, nil
	case "flow":
		return nil, p.start(rest)
	case ">":
		p.Now = p.Now.Add(reading)
		return p.input(dialogue.Text, rest)
	case "!":
		return p.input(dialogue.Event, rest)
	case "~":
		passed, err := time.ParseDuration(rest)
		if err != nil {
			return nil, fmt.Errorf("write the time that passes as in 90m or 24h: %w", err)
		}
		p.Now = p.Now.Add(passed)
		return p.input(dialogue.Tick, "")
	}
	return nil, fmt.Errorf("a line begins with >, !, ~, # or flow, not with %q", mark)
}

func (p *Player) start(rest string) error {
	name, lang, _ := strings.Cut(rest, " ")
	flow, ok := Get(name)
	if !ok {
		return fmt.Errorf("there is no flow %q: choose one of %s", name, strings.Join(IDs(), ", "))
	}
	if lang == "" {
		lang = "en"
	}
	p.flow, p.lang, p.begun, p.state = flow, lang, false, dialogue.State{}
	return nil
}

// IDs lists the flows' ids.
func IDs() []string {
	var ids []string
	for _, f := range all {
		ids = append(ids, f.ID)
	}
	return ids
}

func (p *Player) input(kind dialogue.Kind, text string) (*Step, error) {
	if p.flow == nil {
		return nil, errors.New("begin with a line such as: flow recruit.v1 en")
	}
	p.serial++
	in := dialogue.Input{ID: "m" + strconv.Itoa(p.serial), Kind: kind, Text: text, At: p.Now}
	env := dialogue.Env{Flow: p.flow, Vars: p.Vars, Now: p.Now, Langs: p.Langs, Place: p.Place}
	var out dialogue.Out
	if p.begun {
		p.state, out = dialogue.Step(env, p.state, in)
	} else {
		p.begun = true
		p.state, out = dialogue.Begin(env, dialogue.Ref{ID: "c1", Lang: p.lang}, in)
	}
	return p.said(out)
}

func (p *Player) said(out dialogue.Out) (*Step, error) {
	s := &Step{Out: out}
	if out.Entry.Kind == dialogue.Text {
		p.Parts++
	}
	if out.Say == nil {
		return s, nil
	}
	text, err := p.Texts.Render(*out.Say, p.Vars.Values)
	if err != nil {
		return nil, err
	}
	s.Text, s.Cost = text, gsm.Count(text)
	p.Parts += s.Cost.Segments
	p.Ours += s.Cost.Segments
	return s, nil
}

// String shows a step as transcripts do: why, what is to be done, what is
// said and its segments.
func (s *Step) String() string {
	var b strings.Builder
	e := s.Out.Entry
	at := e.Node
	if at == "" {
		at = "-"
	}
	why := strings.TrimSpace(strings.Join([]string{string(e.Intent), e.Value, e.Rule, string(e.Class)}, " "))
	fmt.Fprintf(&b, "    %s at %s: %s\n", e.Result, at, why)
	for _, effect := range s.Out.Effects {
		fmt.Fprintf(&b, "    * %s%s\n", effect.Name, fieldsOf(effect.Fields))
	}
	if s.Text != "" {
		fmt.Fprintf(&b, "< %s [%d]\n", s.Text, s.Cost.Segments)
	}
	return b.String()
}

func fieldsOf(fields map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		if k != "input" {
			fmt.Fprintf(&b, " %s=%q", k, fields[k])
		}
	}
	return b.String()
}

// Simulate plays lines from in until its end and writes the transcript to
// out: a text simulator, and with a file for in, a test. A line that cannot
// be played is answered and the rest goes on.
func (p *Player) Simulate(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		step, err := p.Do(lines.Text())
		switch {
		case err != nil:
			_, err = fmt.Fprintf(out, "    ? %v\n", err)
		case step != nil:
			_, err = io.WriteString(out, step.String())
			fallthrough
		default:
			if p.Each != nil {
				err = errors.Join(err, p.Each(lines.Text(), step))
			}
		}
		if err != nil {
			return fmt.Errorf("writing the transcript: %w", err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading the lines: %w", err)
	}
	return nil
}
