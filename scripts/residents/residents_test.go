package residents_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/scripts/residents"
)

func TestTheSameSeedInventsTheSamePeople(t *testing.T) {
	t.Parallel()
	opt := cmp.AllowUnexported(residents.Resident{})
	if d := cmp.Diff(residents.Generate(7, 200), residents.Generate(7, 200), opt); d != "" {
		t.Error(d)
	}
	if cmp.Equal(residents.Generate(7, 200), residents.Generate(8, 200), opt) {
		t.Error("two seeds invented the same people")
	}
}

func TestNobodyCanBeReached(t *testing.T) {
	t.Parallel()
	number := regexp.MustCompile(`^\+999\d{9}$`)
	seen := map[string]bool{}
	for _, p := range residents.Generate(1, 5000) {
		if !number.MatchString(p.Number) || seen[p.Number] {
			t.Fatalf("%s has the number %s: not +999 and nine digits, or somebody else's", p.Ref, p.Number)
		}
		seen[p.Number] = true
	}
}

func TestSharesComeOutAsAssumed(t *testing.T) {
	t.Parallel()
	const n = 20000
	people := residents.Generate(3, n)
	for _, f := range residents.Shares {
		sum := 0
		for _, s := range f.Shares {
			sum += s.Percent
			got := 0
			for _, p := range people {
				if p.Features[f.Name] == s.Value {
					got++
				}
			}
			if share := 100 * float64(got) / n; share < float64(s.Percent)-1.5 || share > float64(s.Percent)+1.5 {
				t.Errorf("%s %s: %.1f %%, want about %d", f.Name, s.Value, share, s.Percent)
			}
		}
		if sum != 100 {
			t.Errorf("the shares of %s add up to %d", f.Name, sum)
		}
	}
}

func TestAResidentFindsTheirLine(t *testing.T) {
	t.Parallel()
	p := residents.Resident{Features: map[string]string{"age": "45 to 64", "gender": "a man"}}
	q := "How old are you? Reply with a number.\n1: 18 to 29\n2: 30 to 44\n3: 45 to 64\n4: 65 or over\n0: rather not say"
	if got, ok := p.Choose(q); got != "3" || !ok {
		t.Errorf("got %q, %v, want 3", got, ok)
	}
	if got, ok := p.Choose("What is your postcode?"); ok {
		t.Errorf("a question without lines got %q", got)
	}
}
