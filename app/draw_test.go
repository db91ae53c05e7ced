package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"folkmoot/app/highs"
)

// drawLine runs "draw ARGS" as the command line would.
func drawLine(t *testing.T, args ...string) (string, string, error) {
	t.Helper()
	if _, err := highs.New("").Version(); errors.Is(err, highs.ErrAssets) {
		t.Skip(err)
	}
	var out, problems bytes.Buffer
	var line struct {
		Draw drawCmd `cmd:""`
	}
	parser, err := kong.New(&line, kong.BindTo(context.Background(), (*context.Context)(nil)),
		kong.Bind(&streams{out: &out, err: &problems}))
	if err != nil {
		t.Fatal(err)
	}
	k, err := parser.Parse(append([]string{"draw"}, args...))
	if err == nil {
		err = k.Run()
	}
	return out.String(), problems.String(), err
}

func drawFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"t.csv": "category,name,min,max\ngender,f,1,2\ngender,m,1,2\n",
		"r.csv": "gender,note\nf,a\nm,b\nf,c\nm,d\nM,e\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDrawCommand(t *testing.T) {
	t.Parallel()
	dir := drawFolder(t)
	files := []string{"--targets", filepath.Join(dir, "t.csv"), "--respondents", filepath.Join(dir, "r.csv")}
	out, problems, err := drawLine(t, append(files, "--size", "3", "--seed", "12", "--json", "--out", filepath.Join(dir, "o"))...)
	if err != nil {
		t.Fatalf("%v\n%s", err, problems)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var last map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatalf("the last line is not JSON: %v\n%s", err, out)
	}
	for _, name := range strings.Fields("n size types objective min_probability min_probability_exact max_probability gap uncoverable panels seconds compile_seconds") {
		if _, ok := last[name]; !ok {
			t.Errorf("the JSON has no %s", name)
		}
	}
	if last["min_probability_exact"] != "3/5" {
		t.Errorf("smallest chance %v", last["min_probability_exact"])
	}
	var said bytes.Buffer
	if handled, err := verifyDraw(filepath.Join(dir, "o"), &streams{out: &said}); !handled || err != nil {
		t.Errorf("verify: %v %v\n%s", handled, err, said.String())
	}
	if handled, _ := verifyDraw(dir, &streams{out: &said}); handled {
		t.Error("a folder without a draw was taken for one")
	}
}

func TestDrawCommandInTwoSteps(t *testing.T) {
	t.Parallel()
	dir := drawFolder(t)
	files := []string{"--targets", filepath.Join(dir, "t.csv"), "--respondents", filepath.Join(dir, "r.csv")}
	out, _, err := drawLine(t, append(files, "--size", "3", "--commit-only", "--out", filepath.Join(dir, "o"))...)
	if err != nil || !strings.Contains(out, "--conclude") {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, _, err := drawLine(t, "--conclude", filepath.Join(dir, "o")); err == nil {
		t.Error("concluded without a seed")
	}
	out, _, err = drawLine(t, "--conclude", filepath.Join(dir, "o"), "--seed", "4 5 6")
	if err != nil || !strings.Contains(out, "of 1000: ") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestDrawCommandRefuses(t *testing.T) {
	t.Parallel()
	dir := drawFolder(t)
	if _, _, err := drawLine(t, "--size", "3"); err == nil || !strings.Contains(err.Error(), "--targets") {
		t.Errorf("without files: %v", err)
	}
	files := []string{"--targets", filepath.Join(dir, "t.csv"), "--respondents", filepath.Join(dir, "r.csv"), "--out", filepath.Join(dir, "o")}
	var code exitCode
	pool := "gender,note\nf,a\nm," + strings.Repeat("x", 10<<20) + "\n" + strings.Repeat("m", 10<<20) + ",c\n"
	if err := os.WriteFile(filepath.Join(dir, "r.csv"), []byte(pool), 0o600); err != nil {
		t.Fatal(err)
	}
	_, problems, err := drawLine(t, append(files, "--size", "5")...)
	for _, want := range []string{"row 3, column note (B3): This cell holds 10485760 bytes", "row 4, column gender (A4): This cell holds"} {
		if !errors.As(err, &code) || !strings.Contains(problems, want) || len(problems) > 1000 {
			t.Errorf("%q is missing: %v\n%.1000s", want, err, problems)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "r.csv"), []byte("gender\nf\nm\nf\nm\nm\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, problems, err = drawLine(t, append(files, "--size", "5")...)
	if !errors.As(err, &code) || !strings.Contains(problems, "The maximums of gender add up to 4") {
		t.Errorf("%v\n%s", err, problems)
	}
}
