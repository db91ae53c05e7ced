package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"folkmoot/domain"
)

// TestImportPostcodes gives the command line a lookup in the shape of a
// published one, and one that is wrong in two places.
func TestImportPostcodes(t *testing.T) {
	t.Parallel()
	d := newDoor(t, 12)
	give := func(r domain.Role, file string) (int, string, string) {
		path := filepath.Join(t.TempDir(), "lookup.csv")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		return d.command(r, "import", "postcodes", "--file", path, "--columns", "postcode=Postcode,area=Ward,deprivation=SIMD2020v2_Decile",
			"--name", "SIMD 2020 by postcode", "--source", "the government")
	}
	head := "Postcode,DZ,Ward,SIMD2020v2_Rank,SIMD2020v2_Decile\n"
	status, out, errs := give(domain.Organiser, head+"AB1 0AA,S01,North,4691,7\nAB1 0AB,S01,North,4691,7\nAB10 1,S02,South,12,1\n")
	if status != 0 || out != "3 rows in 2 areas\n" {
		t.Errorf("%d %q %q", status, out, errs)
	}
	status, out, errs = give(domain.Organiser, head+"nowhere at all,S01,North,1,7\nAB1 0AB,S01,North,1,12\n")
	for _, want := range []string{"row 2, column Postcode (A2)", "row 3, column SIMD2020v2_Decile (E3)"} {
		if status != 1 || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%d %q %q lacks %q", status, out, errs, want)
		}
	}
	if status, _, errs := give(domain.Commissioner, head+"AB1 0AA,S01,North,1,7\n"); status != 1 || !strings.Contains(errs, "organiser") {
		t.Errorf("a commissioner: %d %q", status, errs)
	}
}
