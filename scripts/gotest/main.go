// Command gotest reads `go test -json` from standard input and prints what
// go test prints: every test's result line, the output of failed tests, a
// line per package, and what a passed test logged after "NOTE: ". At the end it lists each skipped test with its reason, so
// that nothing is left out silently, and fails when anything failed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is one line of test2json.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// report follows a run.
type report struct {
	out     io.Writer
	pending map[string][]string // test -> its output so far
	skipped []string
	passed  int
	failed  bool
	quiet   bool // packages and failures alone
}

func main() {
	r := &report{
		out: os.Stdout, pending: map[string][]string{},
		quiet: os.Getenv("CI") != "true",
	}
	if err := r.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(2)
	}
	r.finish()
	if r.failed {
		os.Exit(1)
	}
}

func (r *report) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			r.line(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) line(line []byte) {
	var e event
	if json.Unmarshal(line, &e) != nil { // not an event: pass it on
		fmt.Fprint(r.out, string(line))
		return
	}
	r.take(e)
}

func (r *report) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "build-fail":
		r.failed = true
	case "output":
		r.output(e, key)
	case "pass", "skip", "fail":
		r.result(e, key)
	}
}

func (r *report) output(e event, key string) {
	if e.Test != "" {
		r.pending[key] = append(r.pending[key], e.Output)
		return
	}
	if e.Output != "PASS\n" && e.Output != "FAIL\n" && !strings.HasPrefix(e.Output, "-test.shuffle") {
		fmt.Fprint(r.out, e.Output)
	}
}

func (r *report) result(e event, key string) {
	lines := r.pending[key]
	delete(r.pending, key)
	if e.Action == "fail" {
		r.failed = true
		fmt.Fprint(r.out, strings.Join(lines, ""))
	}
	if e.Test == "" {
		return
	}
	switch {
	case e.Action == "pass":
		r.passed++
		r.notes(lines)
		r.verdict(lines)
	case e.Action == "skip":
		r.skipped = append(r.skipped, fmt.Sprintf("%s %s: %s", e.Package, e.Test, reason(lines)))
		r.verdict(lines)
	}
}

// notes prints what a passed test wants to be read.
func (r *report) notes(lines []string) {
	for _, l := range lines {
		if _, note, ok := strings.Cut(l, ": NOTE: "); ok {
			fmt.Fprint(r.out, "NOTE: ", note)
		}
	}
}

// verdict prints the result line of a test that did not fail.
func (r *report) verdict(lines []string) {
	if r.quiet {
		return
	}
	for _, l := range lines {
		if strings.HasPrefix(strings.TrimSpace(l), "--- ") {
			fmt.Fprint(r.out, l)
		}
	}
}

// reason is what a skipped test said.
func reason(lines []string) string {
	var said []string
	for _, l := range lines {
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "=== ") || strings.HasPrefix(l, "--- ") {
			continue
		}
		said = append(said, l)
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}

func (r *report) finish() {
	for key, lines := range r.pending { // tests cut short by a panic or the time limit
		r.failed = true
		fmt.Fprintf(r.out, "did not finish: %s\n%s", key, strings.Join(lines, ""))
	}
	for _, s := range r.skipped {
		fmt.Fprintln(r.out, "SKIPPED:", s)
	}
	word := "ok"
	if r.failed {
		word = "FAIL"
	}
	fmt.Fprintf(r.out, "%s: %d tests passed, %d skipped\n", word, r.passed, len(r.skipped))
}
