package api_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"folkmoot/app/api"
	"folkmoot/domain/access"
	"folkmoot/domain/accountability"
	"folkmoot/domain/audit"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
	"folkmoot/domain/process"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/retention"
	"folkmoot/domain/tables"
)

// whole is the API with services that are never called.
func whole() *api.API {
	return api.New(api.Options{Version: "test", Areas: []api.Area{
		api.Process(&process.Service{}), api.Audit(&audit.Service{}), api.Access(&access.Service{}), api.Outreach(&outreach.Service{}),
		api.People(&people.Service{}), api.Recruitment(&recruitment.Service{}), api.Retention(&retention.Service{}),
		api.Deliberation(&deliberation.Service{}), api.Tables(&tables.Service{}), api.Accountability(&accountability.Service{}),
		api.Simulator(struct{ api.Simulated }{}), api.Profiles(map[string]jurisdiction{}),
	}})
}

type openAPI struct {
	Paths map[string]map[string]struct {
		Summary    string `json:"summary"`
		Permission string `json:"x-permission"`
		Security   []any  `json:"security"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"schemas"`
	} `json:"components"`
}

func wholeDocument(t *testing.T) openAPI {
	t.Helper()
	var doc openAPI
	if err := json.Unmarshal(whole().Document(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// The golden file is the whole surface on one page: what can be called, which
// permission it asks, and what is open to anybody. It is a promise to clients:
// a call that is gone or asks something else, and a call that was opened to
// everybody, must be meant. Closed calls may be added without a word; they
// enter the file with FOLKMOOT_TEST_UPDATE=1, which rewrites it.
func TestSurface(t *testing.T) {
	t.Parallel()
	got := surface(wholeDocument(t))
	file := filepath.Join("testdata", "surface.golden")
	if os.Getenv("FOLKMOOT_TEST_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("gone or changed: %s", line)
		}
	}
	for _, line := range got {
		if slices.Contains(want, line) {
			continue
		}
		t.Logf("new: %s", line)
		if strings.Contains(line, "(open)") {
			t.Errorf("opened to everybody: %s", line)
		}
	}
}

func surface(doc openAPI) []string {
	var lines []string
	for path, item := range doc.Paths {
		for method, op := range item {
			who := op.Permission
			if op.Security == nil {
				who = strings.TrimSpace("(open) " + who)
			}
			lines = append(lines, fmt.Sprintf("%-86s %-28s %s", path+" "+strings.ToUpper(method), who, op.Summary))
		}
	}
	sort.Strings(lines)
	return lines
}

// Whatever area adds it: no answer shows what a command left inside a
// document, and no call is closed without saying which permission it asks.
func TestSurfaceKeepsItsPromises(t *testing.T) {
	t.Parallel()
	doc := wholeDocument(t)
	for name, schema := range doc.Components.Schemas {
		_, applied := schema.Properties["applied"]
		_, attempts := schema.Properties["attempts"]
		if applied || strings.HasPrefix(name, "domain.Effect") || attempts && strings.HasPrefix(name, "domain.") {
			t.Errorf("%s shows what must stay inside", name)
		}
	}
	for path, item := range doc.Paths {
		for method, op := range item {
			if op.Security != nil && op.Permission == "" {
				t.Errorf("%s %s is closed and names no permission", method, path)
			}
		}
	}
}
