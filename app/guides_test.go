package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"folkmoot/app/httpx"
)

var (
	quoted  = regexp.MustCompile("`(folkmoot [^`]+)`|(?m)^    (folkmoot .+)$")
	metric  = regexp.MustCompile(`(?:folkmoot|process)_[a-z_]+(?:_total|_seconds_count|_seconds|_bytes)\b`)
	kindOf  = regexp.MustCompile(`kind="([a-z_]+)"`)
	nothing = regexp.MustCompile(`'[^']*'`)
)

// TestGuidesSayWhatIs reads the operator's guides: every command in them is
// one that this program takes, and every figure they name to watch is one
// that it gives.
func TestGuidesSayWhatIs(t *testing.T) {
	t.Parallel()
	given := givenMetrics(t)
	commands, figures := 0, 0
	for _, name := range []string{"operator.md", "operator_store.md", "operator_alerts.md"} {
		text := string(must[[]byte](t)(os.ReadFile(filepath.Join("web", "help", name))))
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			commands++
			takes(t, name, m[1]+m[2])
		}
		for _, m := range metric.FindAllString(text, -1) {
			figures++
			if !given[strings.TrimSuffix(m, "_count")] {
				t.Errorf("%s names the figure %s, which /metrics does not give", name, m)
			}
		}
		for _, m := range kindOf.FindAllStringSubmatch(text, -1) {
			if !counted(t, m[1]) {
				t.Errorf("%s names the event %s, which nothing counts", name, m[1])
			}
		}
	}
	if commands < 25 || figures < 8 {
		t.Errorf("only %d commands and %d figures were found: the test reads past them", commands, figures)
	}
}

// takes tries a command of a guide on the command line, with folders and
// files that are there.
func takes(t *testing.T, guide, line string) {
	t.Helper()
	line = nothing.ReplaceAllString(line, "reason")
	if !strings.Contains(line, " ") || strings.HasSuffix(line, "rotate-keys") || line == "folkmoot admin" ||
		line == "folkmoot admin disclose" || line == "folkmoot admin hold" || line == "folkmoot store expire" {
		return // named without its arguments
	}
	dir := t.TempDir()
	args := strings.Fields(line)[1:]
	for i, a := range args {
		for _, flag := range []string{"--store=", "--keyring=", "--erasures="} {
			if rest, ok := strings.CutPrefix(a, flag); ok && args[1] == "restore" {
				path := filepath.Join(dir, strings.ReplaceAll(rest, "/", "_"))
				if flag == "--erasures=" {
					_ = os.WriteFile(path, nil, 0o600)
				} else {
					_ = os.MkdirAll(path, 0o700)
				}
				args[i] = flag + path
			}
		}
	}
	var c cli
	parser := must[*kong.Kong](t)(kong.New(&c, kong.BindTo(context.Background(), (*context.Context)(nil)), kong.Bind(&streams{})))
	if _, err := parser.Parse(args); err != nil {
		t.Errorf("%s has the command %q, which this program does not take: %v", guide, line, err)
	}
}

func givenMetrics(t *testing.T) map[string]bool {
	t.Helper()
	m := newMetrics()
	m.Served(httpx.Served{Method: "GET", Route: "/", Status: 200})
	m.JobRan("relay", "ok", 1, time.Second)
	m.Count("send_failed")
	out := map[string]bool{}
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		out[f.GetName()] = true
	}
	return out
}

// counted reports whether the bots count an event of the kind: by its name,
// or by one that ends in the outcome of sending.
func counted(t *testing.T, kind string) bool {
	t.Helper()
	for _, pattern := range []string{"*.go", "gateway/*.go"} {
		for _, path := range must[[]string](t)(filepath.Glob(filepath.Join("..", "bots", "sms", pattern))) {
			text := string(must[[]byte](t)(os.ReadFile(path)))
			class, sends := strings.CutPrefix(kind, "send_")
			if strings.Contains(text, `"`+kind+`"`) || sends && strings.Contains(path, "gateway") && strings.Contains(text, `= "`+class+`"`) {
				return true
			}
		}
	}
	return false
}
