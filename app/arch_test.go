package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "folkmoot/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string]pkg{}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p
	}
}

func under(path string, roots ...string) bool {
	for _, r := range roots {
		if path == "folkmoot/"+r || strings.HasPrefix(path, "folkmoot/"+r+"/") {
			return true
		}
	}
	return false
}

// rules say which packages may not depend on which, and why. Test code is not
// looked at.
var rules = []struct {
	name   string
	why    string
	of     func(string) bool
	banned func(string) bool
}{
	{
		"sortition and seating stand alone", "a citizen's advocate reads and runs them without the rest",
		func(p string) bool { return under(p, "domain/sortition", "domain/seating") },
		func(d string) bool {
			return strings.Contains(strings.SplitN(d, "/", 2)[0], ".") || strings.HasPrefix(d, "folkmoot/") && !under(d, "domain/sortition", "domain/seating")
		},
	},
	{
		"domain imports nothing of ours outside domain", "rules must not know doors, stores or jobs",
		func(p string) bool { return under(p, "domain") },
		func(d string) bool { return strings.HasPrefix(d, "folkmoot/") && !under(d, "domain") },
	},
	{
		"domain knows no database, web server, SMS or Slack library", "engines and doors are exchangeable",
		func(p string) bool { return under(p, "domain") },
		func(d string) bool {
			return hasAny(d, "github.com/gofiber/", "go.mongodb.org/", "modernc.org/sqlite", "github.com/slack-go/", "database/sql")
		},
	},
	{
		"the dialogue engine is pure", "a conversation is replayed from its transcript",
		func(p string) bool { return under(p, "bots/dialogue") },
		func(d string) bool {
			return under(d, "app", "jobs", "config", "bots/sms", "bots/slack") || hasAny(d, "net/http", "database/sql")
		},
	},
	{
		"bots import neither Fiber nor app", "the API mounts the webhooks and hands raw bodies on",
		func(p string) bool { return under(p, "bots") },
		func(d string) bool { return under(d, "app") || hasAny(d, "github.com/gofiber/") },
	},
	{
		"jobs import neither Fiber nor app nor bots", "a job ticks what main hands it",
		func(p string) bool { return under(p, "jobs") },
		func(d string) bool { return under(d, "app", "bots") || hasAny(d, "github.com/gofiber/") },
	},
	{
		"no store engine is named outside app", "an engine is chosen in one place",
		func(p string) bool { return !under(p, "app") },
		func(d string) bool { return under(d, "app/store/sqlitestore", "app/store/mongostore") },
	},
	{
		"the demonstration knows neither domain nor store", "it must go through the public doors",
		func(p string) bool { return under(p, "scripts") },
		func(d string) bool { return under(d, "domain", "app", "bots", "jobs", "config") },
	},
	{
		"FerretDB is a test's dependency only", "it is never linked into the program",
		func(p string) bool { return strings.HasPrefix(p, "folkmoot/") },
		func(d string) bool { return hasAny(d, "github.com/FerretDB/") },
	},
}

func hasAny(d string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(d, p) {
			return true
		}
	}
	return false
}

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	all := packages(t)
	for _, r := range rules {
		for path, p := range all {
			if !r.of(path) {
				continue
			}
			for _, d := range p.Deps {
				if r.banned(d) {
					t.Errorf("%s depends on %s: %s, because %s", path, d, r.name, r.why)
				}
			}
		}
	}
}

// configOnly lists who may import config: main, which hands values on.
func TestConfigIsImportedByMainAlone(t *testing.T) {
	t.Parallel()
	for path, p := range packages(t) {
		for _, d := range p.Imports {
			if d == "folkmoot/config" && path != "folkmoot/app" {
				t.Errorf("%s imports config; hand it the values it needs", path)
			}
		}
	}
}

// TestTheLongestChain keeps the house flat: a reader gets from the program to
// any rule in five steps.
func TestTheLongestChain(t *testing.T) {
	t.Parallel()
	all := packages(t)
	var longest func(path string) []string
	memo := map[string][]string{}
	longest = func(path string) []string {
		if c, ok := memo[path]; ok {
			return c
		}
		var best []string
		for _, d := range all[path].Imports {
			if _, ours := all[d]; ours {
				if c := longest(d); len(c) > len(best) {
					best = c
				}
			}
		}
		memo[path] = append([]string{path}, best...)
		return memo[path]
	}
	for path := range all {
		if c := longest(path); len(c) > 5 {
			t.Errorf("a chain of %d packages: %s", len(c), strings.Join(c, " -> "))
		}
	}
}
