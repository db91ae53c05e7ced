package drawfiles_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/app/drawfiles"
	"folkmoot/app/highs"
	"folkmoot/domain/sortition"
)

var engine = highs.New(cacheDir())

func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "folkmoot", "solver")
}

const targets = "feature,value,min,max\ngender,woman,2,3\ngender,man,2,3\nage,young,1,3\nage,old,2,4\n"

// files writes a pool of n invented people.
func files(t *testing.T, n int) drawfiles.Request {
	t.Helper()
	if _, err := engine.Version(); errors.Is(err, highs.ErrAssets) {
		t.Skip(err)
	}
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("\ufeffid,name,gender,age,street\n")
	for i := range n {
		fmt.Fprintf(&b, "x%02d,Person %d,%s,%s,%d High Street\n", i, i, []string{"Woman", "man"}[i%2], []string{"young", "OLD "}[i/2%2], i/3)
	}
	write(t, filepath.Join(dir, "t.csv"), targets)
	write(t, filepath.Join(dir, "r.csv"), b.String())
	return drawfiles.Request{Targets: filepath.Join(dir, "t.csv"), Respondents: filepath.Join(dir, "r.csv"), Size: 5,
		IDColumn: "id", Household: []string{"street"}, Engine: engine, Out: filepath.Join(dir, "out"),
		Options: sortition.Options{Panels: 50, Label: "Forest Jury"}, Seed: "3 1 4 1 5"}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestDrawWritesAnExportThatVerifies(t *testing.T) {
	t.Parallel()
	req := files(t, 24)
	s, err := drawfiles.Draw(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if s.N != 24 || s.Size != 5 || len(s.Selected) != 5 || s.MinimumExact == "" || s.Seconds <= 0 || !s.Checkable {
		t.Errorf("summary %+v", s)
	}
	if !drawfiles.IsDraw(req.Out) {
		t.Error("the folder is not recognised as a draw")
	}
	report, err := drawfiles.Verify(req.Out)
	if err != nil || !report.OK {
		t.Errorf("verify: %v %+v", err, report)
	}
	for name, want := range map[string]int{"selected.csv": 6, "panels.csv": 51} {
		if got := strings.Count(read(t, req.Out, name), "\n"); got != want {
			t.Errorf("%s has %d lines, want %d", name, got, want)
		}
	}
	for _, name := range []string{"certificate.json", "panels.csv", "report.html", "replay.json"} {
		if text := read(t, req.Out, name); strings.Contains(text, "Person 1") || strings.Contains(text, "High Street") {
			t.Errorf("%s holds personal data", name)
		}
	}
	if text := read(t, req.Out, "certificate.json"); strings.Contains(text, `"x01"`) {
		t.Error("the certificate names people by their ids")
	}
}

func TestSameInputsSameBytes(t *testing.T) {
	t.Parallel()
	a, b := files(t, 24), files(t, 24)
	lines := strings.Split(strings.TrimSpace(read(t, b.Respondents)), "\n")
	for i, j := 1, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	write(t, b.Respondents, strings.Join(lines, "\n"))
	for _, req := range []drawfiles.Request{a, b} {
		if _, err := drawfiles.Draw(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"certificate.json", "replay.json", "panels.csv", "report.html", "reserves.csv"} {
		if read(t, a.Out, name) != read(t, b.Out, name) {
			t.Errorf("%s differs between two runs, rows in another order", name)
		}
	}
}

func TestCommitThenConclude(t *testing.T) {
	t.Parallel()
	req := files(t, 24)
	req.CommitOnly = true
	committed, err := drawfiles.Draw(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if committed.Panel != 0 || strings.Contains(read(t, req.Out, "certificate.json"), `"choice"`) {
		t.Error("a commitment chose a panel")
	}
	if !strings.Contains(strings.Join(committed.Warnings, " "), "The seed was not used") {
		t.Errorf("a seed before the commitment goes unremarked: %q", committed.Warnings)
	}
	if _, err := drawfiles.Draw(t.Context(), req); !errors.Is(err, drawfiles.ErrWaiting) {
		t.Errorf("a waiting commitment could be overwritten: %v", err)
	}
	s, err := drawfiles.Conclude(drawfiles.Request{Out: req.Out, Seed: "3 1 4 1 5"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Commitment != committed.Commitment {
		t.Error("the commitment changed")
	}
	direct := files(t, 24)
	d, err := drawfiles.Draw(t.Context(), direct)
	if err != nil || fmt.Sprint(d.Selected) != fmt.Sprint(s.Selected) {
		t.Errorf("in two steps %v, in one %v (%v)", s.Selected, d.Selected, err)
	}
	if _, err := drawfiles.Conclude(drawfiles.Request{Out: req.Out, Seed: "2"}); err == nil {
		t.Error("a second seed was accepted")
	}
}

func TestBeaconSeed(t *testing.T) {
	t.Parallel()
	req := files(t, 24)
	req.Seed, req.DrandRound, req.Options.DrandRound = "", 1000, 1000
	req.BeaconFile = filepath.Join(t.TempDir(), "beacon.json")
	write(t, req.BeaconFile, `{"round":1000,"randomness":"fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd","signature":"b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"}`)
	if _, err := drawfiles.Draw(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	report, err := drawfiles.Verify(req.Out)
	if err != nil || !report.OK {
		t.Fatalf("%v %+v", err, report)
	}
	for _, c := range report.Checks {
		if c.Skipped {
			t.Errorf("skipped %s: %s", c.Name, c.Text)
		}
	}
}

func TestSystemSeedIsMarked(t *testing.T) {
	t.Parallel()
	req := files(t, 24)
	req.Seed = ""
	s, err := drawfiles.Draw(t.Context(), req)
	if err != nil || s.Checkable {
		t.Errorf("%v, checkable %v", err, s.Checkable)
	}
	if !strings.Contains(read(t, req.Out, "report.html"), "Not publicly checkable") {
		t.Error("the report does not say so")
	}
}

func TestEveryProblemOfBothFilesAtOnce(t *testing.T) {
	t.Parallel()
	req := files(t, 24)
	write(t, req.Targets, "feature,value,min,max\ngender,woman,x,3\ngender,man,2,1\n")
	write(t, req.Respondents, "id,gender,street\na,woman,1\n,man,2\nb,robot,3\n")
	_, err := drawfiles.Draw(context.Background(), req)
	var input *drawfiles.InputError
	if !errors.As(err, &input) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"t.csv: row 2, column min (C2)", "row 3, column min (C3)", "r.csv: row 4, column gender (B4)"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in\n%v", want, err)
		}
	}
}

func TestTamperedFilesFail(t *testing.T) {
	t.Parallel()
	req := files(t, 24)
	if _, err := drawfiles.Draw(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	panels := read(t, req.Out, "panels.csv")
	write(t, filepath.Join(req.Out, "panels.csv"), panels+"51,someone\n")
	if r, err := drawfiles.Verify(req.Out); err != nil || r.OK {
		t.Errorf("a changed panels.csv passed: %v", err)
	}
	write(t, filepath.Join(req.Out, "panels.csv"), panels)
	var cert map[string]any
	if err := json.Unmarshal([]byte(read(t, req.Out, "certificate.json")), &cert); err != nil {
		t.Fatal(err)
	}
	cert["unknown"] = 1
	data, err := json.Marshal(cert)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(req.Out, "certificate.json"), string(data))
	if r, err := drawfiles.Verify(req.Out); err == nil && r.OK {
		t.Error("an unknown field passed")
	}
}

var update = flag.Bool("update", false, "rewrite golden files")

// The report of one draw, word for word: the same files and seed give the
// same bytes on any machine.
func TestReportGolden(t *testing.T) {
	t.Parallel()
	req := files(t, 24)
	if _, err := drawfiles.Draw(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	got := read(t, req.Out, drawfiles.ReportFile)
	for _, no := range []string{"Person ", "High Street", "x01"} {
		if strings.Contains(got, no) {
			t.Errorf("the report names %q", no)
		}
	}
	file := filepath.Join("testdata", "report.golden.html")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, file, got)
	}
	if diff := cmp.Diff(read(t, file), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// The record of who was asked is recognised and drawn again; a changed one
// fails.
func TestInvitationVerifies(t *testing.T) {
	t.Parallel()
	var frame []sortition.FrameEntry
	for i := range 40 {
		frame = append(frame, sortition.FrameEntry{ID: fmt.Sprintf("e%02d", i), Stratum: []string{"East", "West"}[i%2], Household: fmt.Sprint("h", i/2)})
	}
	inv, err := sortition.DrawInvitees(frame, sortition.InviteOptions{Count: 8, Weights: map[string]int{"East": 150}, OnePerHousehold: true, Label: "Forest Jury"},
		sortition.Seed{Value: "409177235508", Source: sortition.SeedWitnessed})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		frame   []sortition.FrameEntry
		change  func(string) string
		ok      bool
		skipped bool
	}{
		"with the list":    {frame, nil, true, false},
		"without the list": {nil, nil, true, true},
		"other seed":       {frame, func(s string) string { return strings.Replace(s, "409177235508", "409177235509", 1) }, false, false},
		"other entry":      {frame, func(s string) string { return strings.Replace(s, `"id":"e39"`, `"id":"e40"`, 1) }, false, false},
	} {
		dir := t.TempDir()
		data, err := json.Marshal(struct {
			sortition.Invitation
			Frame []sortition.FrameEntry `json:"frame,omitempty"`
		}{*inv, c.frame})
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if c.change != nil {
			text = c.change(text)
		}
		write(t, filepath.Join(dir, drawfiles.InvitationFile), text)
		if !drawfiles.IsInvitation(dir) || drawfiles.IsDraw(dir) {
			t.Errorf("%s: not recognised", name)
		}
		r, err := drawfiles.VerifyInvitation(dir)
		if err != nil || r.OK != c.ok {
			t.Errorf("%s: ok %v, %v", name, r != nil && r.OK, err)
			continue
		}
		skipped := false
		for _, check := range r.Checks {
			skipped = skipped || check.Skipped && check.Name == "choice"
		}
		if skipped != c.skipped {
			t.Errorf("%s: the choice was skipped %v", name, skipped)
		}
	}
}
