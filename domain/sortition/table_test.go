package sortition_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"folkmoot/domain/sortition"
)

func codes(found sortition.Findings) string {
	var out []string
	for _, f := range found {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s", f.Code, f.Cell)))
	}
	return strings.Join(out, ", ")
}

func TestReadTargets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, want string }{
		{"new heading", "feature,value,min,max\ng,f,1,2\n", ""},
		{"old heading", "category,name,min,max\ng,f,1,2\n", ""},
		{"research heading", "category,feature,min,max\ng,f,1,2\n", ""},
		{"quota heading", "FeatureName,ValueName,MinQuota,MaxQuota\ng,f,1,2\n", ""},
		{"byte order mark", "\xEF\xBB\xBFfeature,value,min,max\ng,f,1,2\n", ""},
		{"semicolons", "feature;value;min;max\ng;f;1;2\n", ""},
		{"extra column, blank row", "feature,value,min,max,Notes\n,,,,\ng,f,1,2,hello\n", ""},
		{"case and order of columns", "MAX, Min ,VALUE,Feature\n2,1,f,g\n", ""},
		{"no column", "feature,value,min\ng,f,1\n", "missing_required_column"},
		{"column twice", "feature,value,min,max,max\ng,f,1,2,3\n", "duplicate_required_column E1"},
		{"one flex", "feature,value,min,max,min_flex\ng,f,1,2,0\n", "missing_column"},
		{"all cells at once", "feature,value,min,max\ng,f,x,\ng,m,3,2\ng,,1,1\n",
			"not_a_number C2, no_value_set D2, empty_feature_value B4, min_greater_than_max C3"},
		{"negative", "feature,value,min,max\ng,f,-1,2\n", "negative_number C2"},
		{"fraction", "feature,value,min,max\ng,f,1.5,2\n", "not_a_number C2"},
		{"flex", "feature,value,min,max,min_flex,max_flex\ng,f,1,2,2,1\n", "min_flex_greater_than_min E2, max_flex_less_than_max F2"},
		{"twice", "feature,value,min,max\ng,f,1,2\nG, F ,1,2\n", "duplicate_target B3"},
		{"empty", "", "bad_csv"},
		{"only a heading", "feature,value,min,max\n", "no_targets"},
		{"quotation marks", "feature,value,min,max\n\"g,f,1,2\n", "bad_csv"},
		{"latin 1", "feature,value,min,max\ng,\xE9,1,2\ng,f,x,\xE9\n", "not_utf8 B2, not_utf8 D3, not_a_number C3"},
		{"windows 1252 heading", "feature,value,min,max,Gr\xF6\xDFe\ng,f,1,2,\n", "not_utf8 E1"},
		{"utf-16 without a mark", "f\x00e\x00a\x00", "not_utf8"},
		{"old macintosh", "feature,value,min,max\rg,f,1,2\r", ""},
		{"windows lines", "feature,value,min,max\r\ng,f,1,2\r\n", ""},
		{"tabs", "feature\tvalue\tmin\tmax\ng\tf\t1\t2\n", ""},
		{"category, value", "Category,Value,Min,Max\ng,f,1,2\n", ""},
		{"category value", "category,category value,min,max\ng,f,1,2\n", ""},
		{"category_value", "category,category_value,min,max\ng,f,1,2\n", ""},
		{"category-value", "category,category-value,min,max\ng,f,1,2\n", ""},
		{"empty lines count as rows", "feature,value,min,max\n\n\ng,f,x,2\n", "not_a_number C4"},
		{"lines within a cell do not", "feature,value,min,max,note\ng,m,1,2,\"a\nb\"\n\ng,f,x,2,\n", "not_a_number C4"},
		{"after a row that is not CSV", "feature,value,min,max\ng,a\"b,1,2\ng,f,x,2\n", "bad_csv, not_a_number C3"},
		{"a cell too many", "feature,value,min,max\ng,f,1,2,3\ng,m,x,1,,\n", "bad_csv E2, not_a_number C3"},
		{"a name that cannot be read", "feature,value,min,max\ng,\xE9,1,2\n\xE9,f,1,2\n", "not_utf8 B2, not_utf8 A3"},
		{"utf-16", "\xFF\xFEf\x00", "not_utf8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			targets, found := sortition.ReadTargets(strings.NewReader(c.file))
			if got := codes(found); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.want == "" && (len(targets) != 1 || targets[0].Feature != "g" || targets[0].Max != 2) {
				t.Errorf("read %+v", targets)
			}
		})
	}
}

func TestReadRespondents(t *testing.T) {
	t.Parallel()
	targets := []sortition.Target{target("gender", "f", 0, 1), target("gender", "m", 0, 1), target("age", "young", 0, 1)}
	columns := sortition.PoolColumns{ID: "id", Household: []string{"street", "zip"}}
	for _, c := range []struct {
		name, file, want string
		people           int
	}{
		{"plain", "id,gender,age,street,zip\na,F,young,1 High St,AB1\nb, m ,Young,,\n", "", 2},
		{"blank id", "id,gender,age,street,zip\n,f,young,,\nb,m,young,,\n", "blank_id A2", 1},
		{"same row twice", "id,gender,age,street,zip\na,f,young,,\na,f,young,,\n", "duplicate_row A3", 1},
		{"one id, two people", "id,gender,age,street,zip\na,f,young,,\na,m,young,,\n", "duplicate_id A3", 1},
		{"all cells at once", "id,gender,age,street,zip\na,x,,,\nb,f,old,,\n",
			"empty_value_in_feature C2, value_not_in_feature B2, value_not_in_feature C3", 2},
		{"missing columns", "id,age\na,young\n", "missing_column, missing_column, feature_column_not_found", 1},
		{"nobody", "id,gender,age,street,zip\n", "empty_pool", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			people, table, found := sortition.ReadRespondents(strings.NewReader(c.file), columns, targets)
			if got := sortedCodes(found); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if len(people) != c.people || len(table.Rows) != c.people {
				t.Errorf("%d people, %d rows, want %d", len(people), len(table.Rows), c.people)
			}
		})
	}
}

// sortedCodes lists codes with cells in the order of the text: features come
// in the order of the targets.
func sortedCodes(found sortition.Findings) string {
	parts := strings.Split(codes(found), ", ")
	for i := range parts {
		for j := i + 1; j < len(parts); j++ {
			if rowOf(parts[j]) < rowOf(parts[i]) || rowOf(parts[j]) == rowOf(parts[i]) && parts[j] < parts[i] && rowOf(parts[i]) != "" {
				parts[i], parts[j] = parts[j], parts[i]
			}
		}
	}
	return strings.Join(parts, ", ")
}

func rowOf(part string) string {
	if _, cell, ok := strings.Cut(part, " "); ok {
		return cell[1:]
	}
	return ""
}

func TestHugeCell(t *testing.T) {
	t.Parallel()
	file := "feature,value,min,max\ng," + strings.Repeat("x", 10<<20) + ",1,2\ng,f,1,2\n"
	_, found := sortition.ReadTargets(strings.NewReader(file))
	if !strings.HasPrefix(codes(found), "cell_too_long B2") {
		t.Errorf("got %s", codes(found))
	}
}

func TestHouseholdKey(t *testing.T) {
	t.Parallel()
	key := sortition.HouseholdKey
	for _, c := range []struct {
		a, b []string
		same bool
	}{
		{[]string{"12 High Street", "AB1 2CD"}, []string{" 12, HIGH  street.", "ab12cd"}, true},
		{[]string{"12 High Street", "AB1 2CD"}, []string{"12A High Street", "AB1 2CD"}, false},
		{[]string{"1", "2 Road"}, []string{"12", "Road"}, false},
		{[]string{"Straße 1"}, []string{"STRASSE 1"}, false},
	} {
		if got := key(c.a...) == key(c.b...); got != c.same {
			t.Errorf("%q and %q: same %v", c.a, c.b, got)
		}
	}
	for _, blank := range [][]string{{}, {"", ""}, {" ", "-"}, {"n/a"[:0]}} {
		if key(blank...) != "" {
			t.Errorf("%q has the key %q", blank, key(blank...))
		}
	}
}

func TestCheckProblem(t *testing.T) {
	t.Parallel()
	features := []string{"g", "a"}
	people := []sortition.Person{person("1", features, "f", "y"), person("2", features, "m", "y"), person("3", features, "m", "o")}
	base := []sortition.Target{target("g", "f", 0, 2), target("g", "m", 0, 2), target("a", "y", 0, 2), target("a", "o", 0, 2)}
	with := func(change func(*sortition.Problem)) *sortition.Problem {
		p := &sortition.Problem{Size: 2, Targets: append([]sortition.Target(nil), base...), People: append([]sortition.Person(nil), people...)}
		change(p)
		return p
	}
	for _, c := range []struct {
		name string
		p    *sortition.Problem
		want string
	}{
		{"well", with(func(*sortition.Problem) {}), ""},
		{"size 0", with(func(p *sortition.Problem) { p.Size = 0 }), "size_out_of_range"},
		{"size above pool", with(func(p *sortition.Problem) { p.Size = 4 }), "size_out_of_range"},
		{"nobody", with(func(p *sortition.Problem) { p.People = nil }), "empty_pool"},
		{"no targets", with(func(p *sortition.Problem) { p.Targets = nil }), "no_targets"},
		{"too many wanted", with(func(p *sortition.Problem) { p.Targets[0].Min = 2 }), "not_enough_people"},
		{"minimums above size", with(func(p *sortition.Problem) { p.Targets[0].Min, p.Targets[1].Min = 1, 2 }), "min_sum_above_size, desired_out_of_range"},
		{"maximums below size", with(func(p *sortition.Problem) { p.Targets[2].Max, p.Targets[3].Max = 1, 0 }), "max_sum_below_size, desired_out_of_range"},
		{"features clash", with(func(p *sortition.Problem) {
			p.Targets[0].Min, p.Targets[1].Min, p.Targets[2].Max, p.Targets[3].Max = 1, 2, 1, 1
		}), "min_sum_above_size, feature_sums_conflict"},
		{"repeated target", with(func(p *sortition.Problem) { p.Targets = append(p.Targets, target(" G", "F", 0, 1)) }), "duplicate_target"},
		{"repeated id", with(func(p *sortition.Problem) { p.People[1].ID = "1" }), "duplicate_id"},
		{"strange value", with(func(p *sortition.Problem) { p.People[0].Values = map[string]string{"g": "z", "a": "y"} }), "value_not_in_feature"},
		{"value nobody has", with(func(p *sortition.Problem) { p.Targets = append(p.Targets, target("g", "x", 0, 1)) }), "value_nobody_has"},
		{"barely met", with(func(p *sortition.Problem) { p.Targets[0].Min = 1 }), "target_barely_met"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := codes(c.p.Check())
			for _, code := range strings.Split(c.want, ", ") {
				if !strings.Contains(got, code) || c.want == "" && got != "" {
					t.Errorf("got %q, want %q", got, c.want)
				}
			}
		})
	}
}

func FuzzReadTargets(f *testing.F) {
	f.Add([]byte("feature,value,min,max\ng,f,1,2\n"))
	f.Add([]byte("category;name;min;max;min_flex;max_flex\ng;f;1;2;0;9\n"))
	f.Add([]byte("\xEF\xBB\xBFcategory,feature,min,max\n\"g\"\"\",f,1,\"2\n\""))
	f.Fuzz(func(t *testing.T, file []byte) {
		targets, found := sortition.ReadTargets(bytes.NewReader(file))
		if found.Err() != nil {
			return
		}
		if len(targets) == 0 {
			t.Error("no targets and no reason")
		}
		p := sortition.Problem{Size: 1, Targets: targets}
		for _, one := range p.Check() {
			switch one.Code {
			case sortition.CodeDuplicateTarget, sortition.CodeMinGreaterThanMax, sortition.CodeNegativeNumber, sortition.CodeEmptyFeatureValue:
				t.Errorf("the reader passed what the check refuses: %s", one)
			}
		}
	})
}

func FuzzReadRespondents(f *testing.F) {
	f.Add([]byte("id,g\na,f\nb,m\n"))
	f.Add([]byte("g\tid\nf\t\nm\t1\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		targets := []sortition.Target{target("g", "f", 0, 1), target("g", "m", 0, 1)}
		people, table, found := sortition.ReadRespondents(bytes.NewReader(file), sortition.PoolColumns{ID: "id"}, targets)
		if len(people) != len(table.Rows) && found.Err() == nil {
			t.Errorf("%d people, %d rows", len(people), len(table.Rows))
		}
		if found.Err() != nil {
			return
		}
		p := sortition.Problem{Size: 1, Targets: targets, People: people}
		for _, one := range p.Check() {
			if one.Code == sortition.CodeValueNotInFeature || one.Code == sortition.CodeDuplicateID {
				t.Errorf("the reader passed what the check refuses: %s", one)
			}
		}
	})
}
