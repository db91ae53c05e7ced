// Package webtest looks at pages in a real browser: WCAG 2.2 AA by axe, the
// content policy, sideways scrolling, size of targets and focus, on a phone
// and a desk, light and dark. It is for tests alone.
//
// It needs Node, Chromium and the packages of scripts/assets; where one is
// missing the test is skipped and says so, except under CI=true, where it
// fails.
package webtest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Page is an address to look at. Cookie is NAME=VALUE of a sign-in, or empty.
// Press names a button: what it leads to is looked at.
type Page struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	Cookie string `json:"cookie,omitempty"`
	Press  string `json:"press,omitempty"`
}

// Check fails the test for everything that is wrong with the pages. With
// FOLKMOOT_TEST_PICTURES naming a folder it leaves pictures there.
func Check(t *testing.T, pages ...Page) {
	t.Helper()
	chromium, folder := tools(t)
	job, err := json.Marshal(map[string]any{
		"chromium": chromium, "pictures": os.Getenv("FOLKMOOT_TEST_PICTURES"), "pages": pages,
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(folder, "browser.mjs"))
	cmd.Stdin = bytes.NewReader(job)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("the browser: %v\n%s", err, errs.String())
	}
	var faults []struct{ Page, How, Text string }
	if err := json.Unmarshal(out.Bytes(), &faults); err != nil {
		t.Fatalf("the browser's report: %v\n%s", err, out.String())
	}
	for _, f := range faults {
		t.Errorf("%s (%s): %s", f.Page, f.How, f.Text)
	}
}

// tools finds the browser and the folder of the script.
func tools(t *testing.T) (chromium, folder string) {
	t.Helper()
	names := []string{os.Getenv("FOLKMOOT_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"}
	for _, name := range names {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			chromium = path
			break
		}
	}
	if chromium == "" {
		missing(t, "no Chromium was found; set FOLKMOOT_CHROMIUM or install it")
	}
	if _, err := exec.LookPath("node"); err != nil {
		missing(t, "no Node was found")
	}
	folder = filepath.Join(root(t), "scripts", "assets")
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "playwright-core")); err != nil {
		missing(t, "the browser packages are not installed; run make assets")
	}
	return chromium, folder
}

func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// root is the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("there is no go.mod above the test")
		}
		dir = up
	}
}
