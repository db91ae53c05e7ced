package config_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/config"
)

func profiles(t *testing.T) map[string]config.Profile {
	t.Helper()
	all, err := config.Profiles("")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBuiltInProfiles(t *testing.T) {
	t.Parallel()
	all := profiles(t)
	want := []string{"council", "england_nhs", "northern_ireland_hsc", "scotland", "wales"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(all))); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	for id, p := range all {
		if len(p.Duty.Steps) != 3 {
			t.Errorf("%s: got %d steps of the duty, want 3", id, len(p.Duty.Steps))
		}
		if !slices.ContainsFunc(p.Retention, func(r config.Retention) bool { return r.Kind == "members" && r.After == "closed" && r.Days >= 365 }) {
			t.Errorf("%s forgets members before they can be told what changed", id)
		}
		if !slices.Contains(p.Formats, "easy_read") {
			t.Errorf("%s does not ask for easy read", id)
		}
	}
}

// One equality list for all is a trap: Section 75 has other categories than
// the Equality Act.
func TestEqualityListsDiffer(t *testing.T) {
	t.Parallel()
	all := profiles(t)
	ids := func(p config.Profile) []string {
		var out []string
		for _, c := range p.Equality {
			out = append(out, c.ID)
		}
		return out
	}
	ni := ids(all["northern_ireland_hsc"])
	if diff := cmp.Diff([]string{"religious_belief", "political_opinion", "racial_group", "age", "marital_status",
		"sexual_orientation", "sex", "disability", "dependants"}, ni); diff != "" {
		t.Errorf("Section 75 (-want +got):\n%s", diff)
	}
	if got := ids(all["england_nhs"]); len(got) != 9 || slices.Contains(got, "political_opinion") || !slices.Contains(got, "gender_reassignment") {
		t.Errorf("England: got %v", got)
	}
	if got := all["wales"].Languages; !slices.Equal(got, []string{"cy", "en"}) {
		t.Errorf("Wales: got languages %v", got)
	}
}

func TestSeasonsCoverTheTurnOfTheYear(t *testing.T) {
	t.Parallel()
	s := config.Season{From: "12-18", To: "01-05"}
	for day, want := range map[string]bool{"2026-12-17": false, "2026-12-18": true, "2027-01-01": true, "2027-01-05": true, "2027-01-06": false, "2026-07-01": false} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Covers(at); got != want {
			t.Errorf("%s: got %t, want %t", day, got, want)
		}
	}
	may := config.Season{From: "03-20", To: "05-08"}
	if !may.Covers(time.Date(2026, 5, 7, 0, 0, 0, 0, time.UTC)) || may.Covers(time.Date(2026, 5, 9, 0, 0, 0, 0, time.UTC)) {
		t.Error("a season within one year is off by a day")
	}
}

func TestProfilesOfAFolder(t *testing.T) {
	t.Parallel()
	original, err := os.ReadFile("profiles/council.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(original)
	tests := []struct {
		name, file, content string
		want                string // part of the error
	}{
		{"a further one", "ireland.yaml", strings.NewReplacer("id: council", "id: ireland", "Europe/London", "Europe/Dublin").Replace(text), ""},
		{"in place of a built-in one", "council.yaml", text, ""},
		{"unknown field", "council.yaml", text + "\nsurprise: 1\n", "field surprise not found"},
		{"id that is not the file's", "shire.yaml", text, "name the file council.yaml"},
		{"personal data for ever", "council.yaml", strings.Replace(text, "after: reported, days: 180", "after: reported, days: 0", 1), "retention.bank: personal data is kept for"},
		{"a kind without a time", "council.yaml", strings.Replace(text, "kind: bank,", "kind: pool,", 1), "retention: nothing about bank"},
		{"no question", "council.yaml", strings.Replace(text, "Does any Act or regulation ask for consultation on this matter?", "Statute", 1), "duty.statute: ask a question"},
		{"unknown format", "council.yaml", strings.Replace(text, "easy_read", "fax", 1), `"fax" is not one of`},
		{"unknown zone", "council.yaml", strings.Replace(text, "Europe/London", "London", 1), "time_zone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			all, err := config.Profiles(dir)
			if tt.want == "" {
				if err != nil || all[strings.TrimSuffix(tt.file, ".yaml")].Name == "" {
					t.Errorf("got %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
		})
	}
	if _, err := config.Profiles("/no/such/folder"); err == nil {
		t.Error("a folder that is not there passes unseen")
	}
}
