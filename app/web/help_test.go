package web_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`href="(/[^"]*)"`)

// Every guide can be read by anybody, and no link in it leads nowhere.
func TestGuides(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	files, err := os.ReadDir("help")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 8 {
		t.Fatalf("got %d guides", len(files))
	}
	for _, f := range files {
		path := "/help/" + strings.TrimSuffix(f.Name(), ".md")
		a := w.do(t, "GET", path, nil)
		if a.StatusCode != 200 || !strings.Contains(a.body, "<h1>") || strings.Contains(a.body, "raw HTML omitted") {
			t.Errorf("%s: got %d", path, a.StatusCode)
		}
		for _, m := range link.FindAllStringSubmatch(a.body, -1) {
			if to := m[1]; strings.HasPrefix(to, "/help") {
				if a := w.do(t, "GET", to, nil); a.StatusCode != 200 {
					t.Errorf("%s links to %s, which answers %d", path, to, a.StatusCode)
				}
			}
		}
		if strings.Contains(a.body, "invalid") {
			t.Errorf("%s says invalid to a person", path)
		}
	}
	for _, no := range []string{"/help/none", "/help/..%2Fsite", "/help/Index"} {
		if a := w.do(t, "GET", no, nil); a.StatusCode != 404 {
			t.Errorf("%s: got %d, want 404", no, a.StatusCode)
		}
	}
}
