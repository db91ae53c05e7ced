package api_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
)

// whole is the API with services that are never called.
func whole() *api.API {
	return api.New(api.Options{Version: "test", Areas: []api.Area{
		api.Process(&process.Service{}), api.Audit(&audit.Service{}), api.Access(&access.Service{}), api.Outreach(&outreach.Service{}),
		api.People(&people.Service{}), api.Recruitment(&recruitment.Service{}), api.Retention(&retention.Service{}),
		api.Deliberation(&deliberation.Service{}), api.Accountability(&accountability.Service{}),
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
// permission it asks, and what is open to anybody. A change of it is a change
// of a promise to clients. FOLKMOOT_TEST_UPDATE=1 rewrites it.
func TestSurface(t *testing.T) {
	t.Parallel()
	var lines []string
	for path, item := range wholeDocument(t).Paths {
		for method, op := range item {
			who := op.Permission
			if op.Security == nil {
				who = "(open) " + who
			}
			lines = append(lines, fmt.Sprintf("%-86s %-28s %s", path+" "+strings.ToUpper(method), who, op.Summary))
		}
	}
	sort.Strings(lines)
	got := strings.Join(lines, "\n") + "\n"
	file := filepath.Join("testdata", "surface.golden")
	if os.Getenv("FOLKMOOT_TEST_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the surface changed; if that is meant, run with FOLKMOOT_TEST_UPDATE=1 (-file +routes):\n%s", diff)
	}
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
