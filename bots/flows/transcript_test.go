package flows_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/flows"
)

var update = flag.Bool("update", false, "rewrite the golden transcripts")

var start = flows.SampleTime

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

func sample() map[string]string      { return flows.SampleVars().Values }
func questions() []dialogue.Question { return flows.SampleVars().Questions }
func player(t testing.TB) *flows.Player {
	t.Helper()
	return &flows.Player{Texts: texts(t), Vars: flows.SampleVars(), Langs: []string{"cy", "ga", "pl", "pt"}, Now: start}
}

// TestTranscripts replays every conversation in testdata and compares what
// comes of it, to the letter.
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

// knows gives a player a lookup: "lookup GL16 7QD age=65+" knows one postcode
// and answers one question from it. The postcode is then asked for first.
func knows(p *flows.Player, rest string) {
	cut := strings.LastIndex(rest, " ")
	key, value, _ := strings.Cut(rest[cut+1:], "=")
	p.Vars.Values["places"], p.Vars.Values["no_places"] = "1", ""
	p.Place = func(postcode string) map[string]string {
		if postcode == rest[:cut] {
			return map[string]string{key: value}
		}
		return map[string]string{key: ""}
	}
}

// replay plays the input lines of a transcript and writes it anew.
func replay(t *testing.T, script string) string {
	t.Helper()
	p := player(t)
	var out bytes.Buffer
	for lines := bufio.NewScanner(strings.NewReader(script)); lines.Scan(); {
		line := lines.Text()
		mark, rest, _ := strings.Cut(line, " ")
		if !strings.Contains("# flow lookup > ! ~", mark) || mark == "" {
			continue
		}
		if mark == "lookup" {
			fmt.Fprintln(&out, line)
			knows(p, rest)
			continue
		}
		if strings.Contains("> ! ~", mark) {
			fmt.Fprintln(&out)
		}
		fmt.Fprintln(&out, line)
		step, err := p.Do(line)
		if err != nil {
			t.Fatal(err)
		}
		if mark == "flow" {
			p.Now = start
		}
		if step != nil {
			out.WriteString(step.String())
		}
	}
	s := p.State()
	fmt.Fprintf(&out, "\n= %s %s %s\n", s.Status, s.Node, s.Outcome)
	return out.String()
}

func TestPlayerSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := player(t)
	in := strings.NewReader("> 1\nflow nothing.v9\nhello\nflow followup.v1\n! start\n~ soon\n~ 1h\n# a remark\n\n! response\n> 1\n")
	if err := p.Simulate(in, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"begin with a line such as", "there is no flow", "a line begins with", "as in 90m", "Did they answer you?", `value="yes"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the transcript lacks %q:\n%s", want, out.String())
		}
	}
	if p.Parts != 6 {
		t.Errorf("%d segments counted, want 6: three texts of ours of two, two and one, and one of theirs", p.Parts)
	}
}
