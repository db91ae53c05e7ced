package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadColumns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rows := []struct{ name, given, want, err string }{
		{"a list", "ref=id, name=First+Last,Gender,age=Age band", `{"answers":{"Gender":"Gender","age":"Age band"},"name":"First+Last","ref":"id"}`, ""},
		{"an answer named like a field", "answers.name=Nickname", `{"answers":{"name":"Nickname"}}`, ""},
		{"json", put("c.json", `{"ref":"id","answers":{"gender":"Gender"}}`), `{"answers":{"gender":"Gender"},"ref":"id"}`, ""},
		{"yaml", put("c.yaml", "area: Ward\ndeprivation: IMD\n"), `{"area":"Ward","deprivation":"IMD"}`, ""},
		{"an unknown field", put("d.yaml", "surname: Last\n"), "", "surname"},
		{"no file", filepath.Join(dir, "none.json"), "", "none.json"},
		{"an empty part", "ref=id,,name=x", "", "not of the form"},
		{"no column", "ref=", "", "not of the form"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := readColumns(row.given)
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) {
					t.Errorf("got %v, want an error with %q", err, row.err)
				}
				return
			}
			if d := cmp.Diff(tidyJSON(t, row.want), tidyJSON(t, got)); err != nil || d != "" {
				t.Errorf("%v\n%s", err, d)
			}
		})
	}
}

// tidyJSON compares JSON by content, without what is empty.
func tidyJSON(t *testing.T, s string) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := json.Unmarshal([]byte(s), &out); err != nil {
		t.Fatal(err)
	}
	if a, ok := out["answers"].(map[string]any); ok && len(a) == 0 {
		delete(out, "answers")
	}
	return out
}

// knock runs an import against a server that answers as told.
func knock(t *testing.T, file string, answers ...string) (status int, out, errs string, asked []*http.Request) {
	t.Helper()
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		asked = append(asked, r)
		a := answers[min(n, len(answers)-1)]
		n++
		code, body, _ := strings.Cut(a, " ")
		if code != "200" {
			w.WriteHeader(map[string]int{"400": 400, "401": 401, "500": 500}[code])
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	for range 2 { // a command that is given again
		o.Reset()
		e.Reset()
		status = run(context.Background(), []string{"import", "respondents", "--process", "p1", "--file", path, "--columns", "ref=id,Gender",
			"--server", s.URL, "--token", "secret"}, &streams{in: strings.NewReader(""), out: &o, err: &e})
	}
	return status, o.String(), e.String(), asked
}

func TestImportPrintsEveryProblemInOrder(t *testing.T) {
	t.Parallel()
	status, out, errs, _ := knock(t, "id,Gender\n", `400 {"detail":"nothing was imported","fields":{"row 10, column Gender (B10)":"ten","row 9, column id (A9)":"nine","row 9, column Gender (B9)":"nine too"}}`)
	want := "nothing was imported\n  row 9, column Gender (B9): nine too\n  row 9, column id (A9): nine\n  row 10, column Gender (B10): ten\n"
	if d := cmp.Diff(want, errs); d != "" || status != 1 || out != "" {
		t.Errorf("status %d, out %q\n%s", status, out, d)
	}
}

func TestImportSendsTheSameFileUnderTheSameKey(t *testing.T) {
	t.Parallel()
	file := "id,Gender\n1,Female\n"
	done := `200 {"id":"b1","rows":1,"done":true,"pool":1}`
	status, out, errs, asked := knock(t, file, done)
	if status != 0 || !strings.Contains(out, "1 rows: 1 in the pool") {
		t.Fatalf("status %d, %q, %q", status, out, errs)
	}
	r := asked[0]
	if r.Header.Get("Authorization") != "Bearer secret" || r.Header.Get("Content-Type") != "text/csv" || !strings.Contains(r.URL.RawQuery, "columns=") {
		t.Errorf("asked %s with %v", r.URL, r.Header)
	}
	if key := r.Header.Get("Idempotency-Key"); len(asked) != 2 || len(key) < 8 || asked[1].Header.Get("Idempotency-Key") != key {
		t.Errorf("%d calls, the first under %q", len(asked), key)
	}
}

func TestImportSaysWhatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	if status, _, errs, _ := knock(t, "id,Gender\n", "500 <html>"); status != 1 || !strings.Contains(errs, "is it a Folkmoot?") {
		t.Errorf("status %d, %q", status, errs)
	}
	if status, _, errs, _ := knock(t, "id,Gender\n", `401 {"detail":"sign in first"}`); status != 1 || !strings.Contains(errs, "sign in first") {
		t.Errorf("status %d, %q", status, errs)
	}
}
