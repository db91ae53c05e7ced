package main

import (
	"bytes"
	"strings"
	"testing"
)

func events(lines ...string) *strings.Reader {
	return strings.NewReader(strings.Join(lines, "\n") + "\n")
}

func TestReport(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		quiet  bool
		in     *strings.Reader
		failed bool
		shows  []string
		hides  []string
	}{
		{"pass", false, events(
			`{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: noise\n"}`,
			`{"Action":"output","Package":"p","Test":"TestA","Output":"--- PASS: TestA (0.00s)\n"}`,
			`{"Action":"pass","Package":"p","Test":"TestA"}`,
			`{"Action":"output","Package":"p","Output":"PASS\n"}`,
			`{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}`,
			`{"Action":"pass","Package":"p"}`,
		), false, []string{"--- PASS: TestA", "ok  \tp", "ok: 1 tests passed, 0 skipped"}, []string{"noise", "\nPASS\n"}},
		{"quiet pass", true, events(
			`{"Action":"output","Package":"p","Test":"TestA","Output":"--- PASS: TestA (0.00s)\n"}`,
			`{"Action":"pass","Package":"p","Test":"TestA"}`,
		), false, []string{"ok: 1 tests passed"}, []string{"--- PASS"}},
		{"what a passed test notes", true, events(
			`{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: NOTE: 3 of 7\n"}`,
			`{"Action":"pass","Package":"p","Test":"TestA"}`,
		), false, []string{"NOTE: 3 of 7\n"}, []string{"a_test.go"}},
		{"fail", true, events(
			`{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: got 1, want 2\n"}`,
			`{"Action":"output","Package":"p","Test":"TestA","Output":"--- FAIL: TestA (0.00s)\n"}`,
			`{"Action":"fail","Package":"p","Test":"TestA"}`,
		), true, []string{"got 1, want 2", "FAIL: 0 tests passed"}, nil},
		{"skip tells why", true, events(
			`{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}`,
			`{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: no data\n"}`,
			`{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}`,
			`{"Action":"skip","Package":"p","Test":"TestA"}`,
		), false, []string{"SKIPPED: p TestA: a_test.go:1: no data", "1 skipped"}, nil},
		{"does not build", true, events(
			`{"Action":"build-output","Output":"p/a.go:1:1: undefined: x\n"}`, `{"Action":"build-fail"}`,
		), true, []string{"undefined: x"}, nil},
		{"cut short", true, events(
			`{"Action":"output","Package":"p","Test":"TestA","Output":"panic: test timed out\n"}`,
		), true, []string{"did not finish: p TestA", "timed out"}, nil},
		{"what is no event passes through", true, events(`go: downloading x`), false, []string{"go: downloading x"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r := &report{out: &out, pending: map[string][]string{}, quiet: tt.quiet}
			if err := r.read(tt.in); err != nil {
				t.Fatal(err)
			}
			r.finish()
			if r.failed != tt.failed {
				t.Errorf("got failed %t, want %t", r.failed, tt.failed)
			}
			for _, s := range tt.shows {
				if !strings.Contains(out.String(), s) {
					t.Errorf("got %q, want %q in it", out.String(), s)
				}
			}
			for _, s := range tt.hides {
				if strings.Contains(out.String(), s) {
					t.Errorf("got %q, want no %q in it", out.String(), s)
				}
			}
		})
	}
}
