package recruitment_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

var placeColumns = recruitment.Columns{Postcode: "Postcode", Area: "Ward", Quintile: "Quintile"}

// placed is a world whose targets ask for area and deprivation, its pool open.
func placed(t *testing.T, file string, columns recruitment.Columns) *world {
	t.Helper()
	w := newWorld(t)
	_, err := w.s.SetTargets(t.Context(), w.by(olive), jury, recruitment.TargetsInput{Targets: []recruitment.Target{
		{Feature: "area", Value: "East", Max: 3}, {Feature: "area", Value: "West", Max: 3},
		{Feature: "Deprivation", Value: "Quintiles 1-2", Max: 3}, {Feature: "Deprivation", Value: "Quintiles 3-5", Max: 3},
	}})
	w.must(err)
	_, err = w.s.RecordOptOutTest(t.Context(), w.by(olive), jury)
	w.must(err)
	_, err = w.s.OpenPool(t.Context(), w.by(olive), jury)
	w.must(err)
	if file != "" {
		w.lookup(file, columns)
	}
	return w
}

func (w *world) lookup(file string, columns recruitment.Columns) recruitment.PostcodesView {
	w.t.Helper()
	v, err := w.s.ImportPostcodes(context.Background(), w.by(olive), jury, recruitment.PostcodesInput{Name: "SIMD", Source: "made up", Columns: columns}, strings.NewReader(file))
	w.must(err)
	return v
}

func TestAPostcodeSaysWhereSomebodyLives(t *testing.T) {
	t.Parallel()
	w := placed(t, "Postcode,Ward,Quintile\nGL16 7QD,East,2\ngl167qe,West,3\nGL16 7,West,5\nGL15,East,1\nEC1A 1BB,City,4\nD02 X285,West,1\n", placeColumns)
	says := func(area, quintiles string) map[string]string {
		return map[string]string{"area": area, "Deprivation": quintiles}
	}
	cases := []struct {
		postcode string
		want     map[string]string
		later    []string
	}{
		{"GL16 7QD", says("East", "Quintiles 1-2"), nil},
		{"gl16 7qe", says("West", "Quintiles 3-5"), nil},
		{"GL16 7ZZ", says("West", "Quintiles 3-5"), nil},                    // by its sector
		{"GL15 4SX", says("East", "Quintiles 1-2"), nil},                    // by its district
		{"GL16 8AA", map[string]string{}, []string{"Deprivation"}},          // another sector: not known
		{"EC1A1BB", map[string]string{"Deprivation": "Quintiles 3-5"}, nil}, // its area is none of the targets
		{"D02X285", says("West", "Quintiles 1-2"), nil},
		{"XX1 1XX", map[string]string{}, []string{"Deprivation"}},
		{"Coleford", map[string]string{}, []string{"Deprivation"}},
		{"", map[string]string{"Deprivation": recruitment.RatherNotSay}, nil},
	}
	for _, c := range cases {
		got, err := w.s.Place(t.Context(), jury, c.postcode)
		w.must(err)
		if d := cmp.Diff(recruitment.Placing{Answers: c.want, Later: c.later}, got); d != "" {
			t.Errorf("%q:\n%s", c.postcode, d)
		}
	}
	features, err := w.s.ByPostcode(t.Context(), jury)
	w.must(err)
	if d := cmp.Diff([]string{"area", "Deprivation"}, features); d != "" {
		t.Error(d)
	}
}

func TestDecilesAreHalved(t *testing.T) {
	t.Parallel()
	w := placed(t, "pcds;IMD Decile\nGL16 7QD;4\nGL16 7QE;5\n", recruitment.Columns{Postcode: "pcds", Quintile: "IMD Decile"})
	for postcode, want := range map[string]string{"GL16 7QD": "Quintiles 1-2", "GL16 7QE": "Quintiles 3-5"} {
		got, err := w.s.Place(t.Context(), jury, postcode)
		w.must(err)
		if got.Answers["Deprivation"] != want || got.Answers["area"] != "" {
			t.Errorf("%s: got %v, want %s", postcode, got.Answers, want)
		}
	}
}

// TestALookupOfManyRows: every row of a large file is found again, whatever
// the order of the rows; a row that comes twice counts as one place.
func TestALookupOfManyRows(t *testing.T) {
	t.Parallel()
	const letters = "ABDEFGHJLN"
	var file strings.Builder
	file.WriteString("Postcode,Ward,Quintile\n")
	rows := 0
	for _, first := range letters {
		for _, second := range letters {
			for sector := range 10 {
				for district := 9; district > 0; district-- { // interleaved
					ward := []string{"East", "West"}[(district+sector)%2]
					fmt.Fprintf(&file, "GL%d %d%c%c,%s,%d\n", district, sector, first, second, ward, (district+sector)%5+1)
					rows++
				}
			}
		}
	}
	file.WriteString("GL3 4AB,West,3\n") // again, the same
	w := placed(t, "", recruitment.Columns{})
	if v := w.lookup(file.String(), placeColumns); v.Rows != rows+1 || v.Areas != 2 {
		t.Errorf("%d rows in %d areas, want %d in 2", v.Rows, v.Areas, rows+1)
	}
	for district := 1; district < 10; district++ {
		for sector := range 10 {
			got, err := w.s.Place(t.Context(), jury, fmt.Sprintf("GL%d %dHB", district, sector))
			w.must(err)
			want := map[string]string{"area": []string{"East", "West"}[(district+sector)%2], "Deprivation": "Quintiles 3-5"}
			if (district+sector)%5 < 2 {
				want["Deprivation"] = "Quintiles 1-2"
			}
			if d := cmp.Diff(want, got.Answers); d != "" {
				t.Fatalf("GL%d %d: %s", district, sector, d)
			}
		}
	}
}

func TestALookupIsTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := placed(t, "Postcode,Ward,Quintile\nGL16 7QD,East,2\n", placeColumns)
	bad := "Postcode,Ward,Quintile\nGL16 7QD,West,2\n16 GL,East,1\nGL16 7QE,,6\nGL16 7QD,East,2\nGL16 7QF,East,most\n"
	_, err := w.s.ImportPostcodes(t.Context(), w.by(olive), jury, recruitment.PostcodesInput{Name: "SIMD", Source: "made up", Columns: placeColumns}, strings.NewReader(bad))
	e, _ := err.(*domain.Error)
	if e == nil {
		t.Fatalf("got %v, want problems", err)
	}
	places := []string{}
	for _, p := range []string{"row 3, column Postcode (A3)", "row 4, column Ward (B4)", "row 4, column Quintile (C4)", "row 5, column Postcode (A5)", "row 6, column Quintile (C6)"} {
		if e.Fields[p] != "" {
			places = append(places, p)
		}
	}
	if len(places) != 5 || len(e.Fields) != 5 {
		t.Errorf("got problems %v", e.Fields)
	}
	got, err := w.s.Place(t.Context(), jury, "GL16 7QD")
	w.must(err)
	if got.Answers["area"] != "East" {
		t.Errorf("a refused file changed the lookup: %v", got)
	}
	for who, want := range map[string]domain.Code{"carol": domain.Forbidden, "otto": domain.NotFound} {
		actor := map[string]domain.Actor{"carol": carol, "otto": otto}[who]
		_, err := w.s.ImportPostcodes(t.Context(), w.by(actor), jury, recruitment.PostcodesInput{Name: "x", Source: "y", Columns: placeColumns}, strings.NewReader(bad))
		if !domain.Is(err, want) {
			t.Errorf("%s imports: got %v, want %s", who, err, want)
		}
	}
}

func TestANewLookupTakesThePlaceOfTheOld(t *testing.T) {
	t.Parallel()
	w := placed(t, "Postcode,Ward,Quintile\nGL16 7QD,East,2\nGL15,East,1\n", placeColumns)
	w.lookup("Postcode,Ward,Quintile\nGL16 7QD,West,4\n", placeColumns)
	left := 0
	for _, err := range w.areas.Find(t.Context(), domain.Query{}) {
		w.must(err)
		left++
	}
	got, err := w.s.Place(t.Context(), jury, "GL15 4SX")
	w.must(err)
	if left != 1 || len(got.Answers) != 0 {
		t.Errorf("%d districts are left, want the new one; the old one still says %v", left, got.Answers)
	}
}

// TestARegistrationIsFilledByItsPostcode: what nobody was asked is there;
// where nobody knows the postcode they wait, and come in once a lookup does.
func TestARegistrationIsFilledByItsPostcode(t *testing.T) {
	t.Parallel()
	w := placed(t, "Postcode,Ward,Quintile\nGL16 7QD,East,2\n", placeColumns)
	register := func(number, postcode string, answers people.Answers) recruitment.Registered {
		got, err := w.s.Register(t.Context(), w.by(cal), jury, recruitment.RegisterInput{Source: people.FromStaff, Answers: answers,
			Identity: people.Identity{Name: "Robin", Number: people.Private(number), Postcode: people.Private(postcode)}})
		w.must(err)
		return got
	}
	if got := register("07700900001", "GL16 7QD", nil); got.Status != people.InPool {
		t.Errorf("with a known postcode: %+v", got)
	}
	waits := register("07700900002", "GL17 9ZZ", people.Answers{"area": "West"})
	if d := cmp.Diff([]string{"Deprivation"}, waits.Missing); d != "" {
		t.Errorf("with an unknown postcode: %s", d)
	}
	w.lookup("Postcode,Ward,Quintile\nGL17,East,5\n", placeColumns)
	p, err := w.rows.Get(t.Context(), waits.Person)
	w.must(err)
	answers, err := w.people.Answers(t.Context(), p)
	w.must(err)
	if p.Status != people.InPool || answers["area"] != "West" || answers["Deprivation"] != "Quintiles 3-5" {
		t.Errorf("%s as %q and %q, want their own area and the lookup's quintile", p.Status, answers["area"], answers["Deprivation"])
	}
}
