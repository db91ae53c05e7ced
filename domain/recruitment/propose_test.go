package recruitment_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/sortition"
)

func TestPropose(t *testing.T) {
	t.Parallel()
	got, err := recruitment.Propose(recruitment.ProposalInput{Size: 18, Slack: 1, Shares: []recruitment.Share{
		{Feature: "Sex", Value: "Female", Share: 5100, Source: "census 2021"},
		{Feature: "Sex", Value: "Male", Share: 4900, Source: "census 2021"},
		{Feature: "Age", Value: "16-29", Share: 1700, Source: "census 2021"},
		{Feature: "Age", Value: "30-64", Share: 5300, Source: "census 2021"},
		{Feature: "Age", Value: "65+", Share: 2990, Source: "census 2021"},
		{Feature: "Age", Value: "100+", Share: 10, Source: "census 2021"},
		{Feature: "Age", Value: "0-15", Share: 0},
	}})
	if err != nil {
		t.Fatal(err)
	}
	shown := []string{}
	for _, x := range got {
		shown = append(shown, fmt.Sprintf("%s %s %d-%d", x.Feature, x.Value, x.Min, x.Max))
	}
	want := []string{"Sex Female 8-10", "Sex Male 8-10", "Age 16-29 2-4", "Age 30-64 9-11", "Age 65+ 4-6", "Age 100+ 0-1", "Age 0-15 0-0"}
	if d := cmp.Diff(want, shown); d != "" {
		t.Error(d)
	}
	_, err = recruitment.Propose(recruitment.ProposalInput{Shares: []recruitment.Share{{Feature: "Sex", Share: 20000}, {Feature: "Sex"}}})
	e := asError(err)
	if e == nil || e.Code != domain.Invalid {
		t.Fatalf("got %v", err)
	}
	for _, f := range []string{"size", "shares[0]", "shares[0].share", "shares[0].source", "shares[1]"} {
		if e.Fields[f] == "" {
			t.Errorf("%s is not named in %v", f, e.Fields)
		}
	}
}

// TestProposedTargetsFillThePanel holds whatever the shares: the proposal can
// always be met in its sums.
func TestProposedTargetsFillThePanel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		in := recruitment.ProposalInput{Size: rapid.IntRange(1, 200).Draw(rt, "size")}
		in.Slack = rapid.IntRange(0, min(3, in.Size)).Draw(rt, "slack")
		for f := range rapid.IntRange(1, 3).Draw(rt, "features") {
			for v := range rapid.IntRange(1, 8).Draw(rt, "values") {
				in.Shares = append(in.Shares, recruitment.Share{Feature: fmt.Sprint(f), Value: fmt.Sprint(v), Source: "x",
					Share: rapid.IntRange(1, 10000).Draw(rt, "share")})
			}
		}
		got, err := recruitment.Propose(in)
		if err != nil {
			rt.Fatal(err)
		}
		p := sortition.Problem{Size: in.Size}
		for _, x := range got {
			p.Targets = append(p.Targets, sortition.Target{Feature: x.Feature, Value: x.Value, Min: x.Min, Max: x.Max})
		}
		for _, f := range p.Check() {
			if f.Severity == sortition.SeverityError && f.Code != sortition.CodeEmptyPool && f.Code != sortition.CodeNotEnoughPeople {
				rt.Fatalf("%s\n%+v", f, got)
			}
		}
	})
}
