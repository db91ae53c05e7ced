package seatfiles_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/app/seatfiles"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// files writes a hall of 18 invented people with rules.
func files(t *testing.T) seatfiles.Request {
	t.Helper()
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("\ufeffid,name,gender,area,language\n")
	for i := range 18 {
		fmt.Fprintf(&b, "m%02d,Person %d,%s,%s,%s\n", i, i, []string{"Woman", "man ", "woman"}[i%3], []string{"north", "south"}[i/2%2], []string{"English", "English", "Polish"}[i/6])
	}
	req := seatfiles.Request{IDColumn: "id", Name: "name", Cards: true, Rounds: 3, Size: []int{6}, Diversify: []string{"gender", "area"},
		Cluster: []string{"language"}, Seed: "3 1 4", Starts: 1, Out: filepath.Join(dir, "out"), Title: "Forest Jury", Program: "test"}
	req.People = put(t, dir, "people.csv", b.String())
	req.Pins = put(t, dir, "pins.csv", "id,round,table\nm00,,1\nm01,2,3\n")
	req.Together = put(t, dir, "together.csv", "id;with\nm02;m03\n")
	req.Apart = put(t, dir, "apart.csv", "id,with\nm04,m05\n")
	req.Absent = put(t, dir, "absent.csv", "id,round\nm06,1\n")
	return req
}

func put(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func seat(t *testing.T, req seatfiles.Request) *seatfiles.Summary {
	t.Helper()
	s, err := seatfiles.Seat(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAPlanIsWrittenAndChecksOut(t *testing.T) {
	t.Parallel()
	req := files(t)
	s := seat(t, req)
	if s.People != 18 || s.Rounds != 3 || s.Slots != 40+45+45 {
		t.Errorf("%+v", s)
	}
	r, err := seatfiles.Verify(req.Out)
	if err != nil || !r.OK {
		t.Errorf("%v %+v", err, r)
	}
	seats := read(t, req.Out, "seats.csv")
	for _, want := range []string{"id,round_1,round_2,round_3\n", "m00,1,1,1\n", "m06,,"} {
		if !strings.Contains(seats, want) {
			t.Errorf("seats.csv lacks %q:\n%s", want, seats)
		}
	}
	golden(t, "report.golden.html", read(t, req.Out, "report.html"))
	golden(t, "seating.golden.json", read(t, req.Out, "seating.json"))
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		put(t, "testdata", name, got)
	}
	if diff := cmp.Diff(read(t, "testdata", name), got); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

func TestTheOrderOfRowsDoesNotMatter(t *testing.T) {
	t.Parallel()
	a, b := files(t), files(t)
	rows := strings.Split(strings.TrimSpace(read(t, b.People)), "\n")
	slices.Reverse(rows[1:])
	put(t, filepath.Dir(b.People), "people.csv", strings.Join(rows, "\n"))
	seat(t, a)
	seat(t, b)
	for _, name := range []string{"seats.csv", "round-2.csv", "report.html"} {
		if read(t, a.Out, name) != read(t, b.Out, name) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestALaterRoundIsSeatedAnew(t *testing.T) {
	t.Parallel()
	req := files(t)
	seat(t, req)
	first := read(t, req.Out, "round-1.csv")
	req.Continue, req.Held, req.Out = req.Out, 1, filepath.Join(t.TempDir(), "again")
	req.Absent = put(t, t.TempDir(), "absent.csv", "id,round\nm07,\n")
	seat(t, req)
	if first != read(t, req.Out, "round-1.csv") {
		t.Error("the round that was held changed")
	}
	if strings.Contains(read(t, req.Out, "round-2.csv"), "m07") || !strings.Contains(read(t, req.Out, "round-2.csv"), "m06") {
		t.Error("who left has a seat, or who came late has none")
	}
	if r, err := seatfiles.Verify(req.Out); err != nil || !r.OK {
		t.Errorf("%v %+v", err, r)
	}
	req.Held = 9
	if _, err := seatfiles.Seat(t.Context(), req); err == nil || !strings.Contains(err.Error(), "--held") {
		t.Errorf("got %v", err)
	}
	req.Continue = t.TempDir()
	if _, err := seatfiles.Seat(t.Context(), req); !errors.Is(err, seatfiles.ErrNoPlan) {
		t.Errorf("got %v", err)
	}
}

func TestEveryProblemOfEveryFileAtOnce(t *testing.T) {
	t.Parallel()
	req := files(t)
	dir := filepath.Dir(req.People)
	put(t, dir, "people.csv", "id,name,gender,area,language\na,A,w,n,en\n,B,w,n,en\na,C,m,s,en\nb,D,m,s,en\nc,E,m,s,en\n")
	put(t, dir, "pins.csv", "id,round,table\nx,,1\na,one,0\n")
	put(t, dir, "together.csv", "id,mit\na,b\n")
	put(t, dir, "apart.csv", "id,with\na,zz\n")
	put(t, dir, "absent.csv", "id,round\nb,7\n")
	_, err := seatfiles.Seat(t.Context(), req)
	var input *seatfiles.InputError
	if !errors.As(err, &input) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"people.csv: row 3, column id (A3): This row has no id", "people.csv: row 4, column id (A4): a is in row 2 already",
		`pins.csv: row 2, column id (A2): "x" is not among`, `pins.csv: row 3, column round (B3): "one" is not a number`,
		`pins.csv: row 3, column table (C3): "0" is not a number`, "together.csv: row 1: There is no column called with",
		`apart.csv: row 2, column with (B2): "zz" is not among`, "absent.csv: row 2, column round (B2): There is no round 7",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in\n%v", want, err)
		}
	}
}

func TestTamperedFilesFail(t *testing.T) {
	t.Parallel()
	req := files(t)
	seat(t, req)
	seats := read(t, req.Out, "seats.csv")
	put(t, req.Out, "seats.csv", strings.Replace(seats, "m00,1", "m00,2", 1))
	if r, err := seatfiles.Verify(req.Out); err != nil || r.OK {
		t.Errorf("a changed list passed: %v", err)
	}
	put(t, req.Out, "seats.csv", seats)
	var e map[string]any
	if err := json.Unmarshal([]byte(read(t, req.Out, "seating.json")), &e); err != nil {
		t.Fatal(err)
	}
	e["more"] = 1
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	put(t, req.Out, "seating.json", string(data))
	if _, err := seatfiles.Verify(req.Out); err == nil {
		t.Error("an unknown field passed")
	}
}

// FuzzSeat reads any people and rules: it plans, and the plan checks out, or
// it says what is wrong.
func FuzzSeat(f *testing.F) {
	f.Add("id,x\na,1\nb,2\nc,1\nd,2\n", "id,round,table\na,,1\n", "id,with\na,b\n")
	f.Add("\ufeffid;x\na;1\nb;2\n", "id,round,table\n", "id,with\nb,a\n")
	f.Add("id,x\n\"a\nb\",1\n,\na,\xff\n", "id", "")
	f.Add("id,x\na,1\na,1\n"+strings.Repeat("y", 20_000)+",2\n", "id,round,table\na,99999999999999999999,-1\n", "id,with\na,a\n")
	f.Fuzz(func(t *testing.T, people, pins, pairs string) {
		if len(people)+len(pins)+len(pairs) > 60_000 {
			t.Skip("long files take long")
		}
		dir := t.TempDir()
		req := seatfiles.Request{IDColumn: "id", Rounds: 2, Starts: 1, Size: []int{3}, Diversify: []string{"x"}, Out: filepath.Join(dir, "out"),
			People: put(t, dir, "people.csv", people), Pins: put(t, dir, "pins.csv", pins), Together: put(t, dir, "together.csv", pairs)}
		_, err := seatfiles.Seat(context.Background(), req)
		var input *seatfiles.InputError
		if errors.As(err, &input) {
			if len(input.Files) == 0 || len(input.Files[0].Problems) == 0 || input.Files[0].Problems[0].Msg == "" {
				t.Errorf("refused without a word: %+v", input)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if r, err := seatfiles.Verify(req.Out); err != nil || !r.OK {
			t.Errorf("%v %+v", err, r)
		}
	})
}

func TestSizes(t *testing.T) {
	t.Parallel()
	if got, err := seatfiles.ParseSizes("8, 6,8"); err != nil || !slices.Equal(got, []int{8, 6, 8}) {
		t.Errorf("%v %v", got, err)
	}
	for _, bad := range []string{"", "8,", "x", "1", "-3"} {
		if _, err := seatfiles.ParseSizes(bad); err == nil {
			t.Errorf("%q passed", bad)
		}
	}
	req := files(t)
	req.Size = []int{6, 5}
	if _, err := seatfiles.Seat(t.Context(), req); err == nil {
		t.Error("two sizes for three rounds passed")
	}
	req.Size, req.Tables, req.Absent = nil, []int{4, 4, 12}, ""
	seat(t, req)
	if n := strings.Count(read(t, req.Out, "round-1.csv"), "\n3,"); n < 10 || n > 12 {
		t.Errorf("%d at the long table", n)
	}
}
