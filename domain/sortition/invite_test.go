package sortition_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"folkmoot/domain/sortition"
	"folkmoot/domain/sortition/verify"
)

var dice = sortition.Seed{Value: "4 6 1 1 3 5 2 2", Source: sortition.SeedWitnessed}

func frameOf(sizes ...int) []sortition.FrameEntry {
	var out []sortition.FrameEntry
	for s, n := range sizes {
		for i := range n {
			out = append(out, sortition.FrameEntry{ID: fmt.Sprintf("a%d-%04d", s, i), Stratum: fmt.Sprintf("area %d", s)})
		}
	}
	return out
}

func invited(inv *sortition.Invitation) []int {
	out := make([]int, len(inv.Strata))
	for i, s := range inv.Strata {
		out[i] = s.Invite
	}
	return out
}

func TestInvitationShares(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		sizes   []int
		count   int
		weights map[string]int
		want    []int
	}{
		{"proportional", []int{100, 300, 600}, 100, nil, []int{10, 30, 60}},
		{"largest remainder", []int{1, 1, 1}, 2, nil, []int{1, 1, 0}},
		{"weighted", []int{100, 100}, 90, map[string]int{"area 1": 200}, []int{30, 60}},
		{"weight zero", []int{100, 100}, 50, map[string]int{"area 0": 0}, []int{0, 50}},
		{"full stratum", []int{10, 100}, 60, map[string]int{"area 0": 1000}, []int{10, 50}},
		{"everyone", []int{10, 20}, 99, nil, []int{10, 20}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			frame := frameOf(c.sizes...)
			inv, err := sortition.DrawInvitees(frame, sortition.InviteOptions{Count: c.count, Weights: c.weights}, dice)
			if err != nil {
				t.Fatal(err)
			}
			if got := invited(inv); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if r := verify.Invitation(inv, frame, nil); !r.OK {
				t.Errorf("verify: %+v", r.Checks)
			}
		})
	}
}

func TestInvitationProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		frame := frameOf(rapid.SliceOfN(rapid.IntRange(1, 40), 1, 5).Draw(rt, "sizes")...)
		for i := range frame {
			if rapid.Bool().Draw(rt, "home") {
				frame[i].Household = fmt.Sprint("h", rapid.IntRange(0, 9).Draw(rt, "which"))
			}
		}
		o := sortition.InviteOptions{Count: rapid.IntRange(1, 60).Draw(rt, "count"), OnePerHousehold: rapid.Bool().Draw(rt, "one")}
		inv, err := sortition.DrawInvitees(frame, o, dice)
		if err != nil {
			rt.Fatal(err)
		}
		if r := verify.Invitation(inv, frame, nil); !r.OK {
			rt.Errorf("verify: %+v", r.Checks)
		}
		turned := slices.Clone(frame)
		slices.Reverse(turned)
		again, err := sortition.DrawInvitees(turned, o, dice)
		if err != nil || asJSON(t, again) != asJSON(t, inv) {
			rt.Error("the order of the frame changed the result")
		}
		homes := map[string]bool{}
		byID := map[string]sortition.FrameEntry{}
		for _, e := range frame {
			byID[e.ID] = e
		}
		for _, id := range inv.Invited {
			h := byID[id].Household
			if o.OnePerHousehold && h != "" && homes[h] {
				rt.Errorf("two letters to %s", h)
			}
			homes[h] = true
		}
	})
}

func TestInvitationRefuses(t *testing.T) {
	t.Parallel()
	frame := frameOf(5)
	o := sortition.InviteOptions{Count: 2}
	inv, err := sortition.CommitInvitees(frame, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := inv.Draw(frame[1:], dice); !errors.Is(err, sortition.ErrOtherFrame) {
		t.Errorf("another frame: %v", err)
	}
	if err := inv.Draw(frame, sortition.Seed{Value: "  "}); !errors.Is(err, sortition.ErrNoSeed) {
		t.Errorf("no seed: %v", err)
	}
	if err := inv.Draw(frame, dice); err != nil {
		t.Error(err)
	}
	if err := inv.Draw(frame, dice); !errors.Is(err, sortition.ErrConcluded) {
		t.Errorf("a second seed: %v", err)
	}
	frame[1].ID = frame[0].ID
	if _, err := sortition.CommitInvitees(frame, sortition.InviteOptions{}); err == nil {
		t.Error("a repeated id and no count were accepted")
	}
}

// Over many seeds every entry of a stratum is invited about equally often.
func TestInvitationIsEven(t *testing.T) {
	t.Parallel()
	frame := frameOf(10)
	uses := map[string]int{}
	const draws, count = 4000, 3
	for i := range draws {
		inv, err := sortition.DrawInvitees(frame, sortition.InviteOptions{Count: count}, sortition.Seed{Value: fmt.Sprint("seed ", i)})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range inv.Invited {
			uses[id]++
		}
	}
	want := float64(draws*count) / 10
	chi := 0.0
	for _, e := range frame {
		d := float64(uses[e.ID]) - want
		chi += d * d / (want * (1 - 0.3))
	}
	// 9 degrees of freedom: 27.9 is passed once in a thousand fixed seeds.
	if chi > 27.9 || math.IsNaN(chi) {
		t.Errorf("chi-square %.1f", chi)
	}
}

func TestInvitationTampering(t *testing.T) {
	t.Parallel()
	frame := frameOf(20, 30)
	for name, change := range map[string]func(*sortition.Invitation){
		"label":     func(i *sortition.Invitation) { i.Options.Label = "other" },
		"count":     func(i *sortition.Invitation) { i.Options.Count++ },
		"weights":   func(i *sortition.Invitation) { i.Options.Weights = map[string]int{"area 0": 101} },
		"share":     func(i *sortition.Invitation) { i.Strata[0].Invite++ },
		"statement": func(i *sortition.Invitation) { i.Commitment.Statement += "x" },
		"hash":      func(i *sortition.Invitation) { i.Commitment.Hash = i.Commitment.Hash[1:] + "0" },
		"seed":      func(i *sortition.Invitation) { i.Seed.Value += "1" },
		"invited":   func(i *sortition.Invitation) { i.Invited[0] = "a0-0019x" },
		"left out":  func(i *sortition.Invitation) { i.Invited = i.Invited[1:] },
		"format":    func(i *sortition.Invitation) { i.Format = "" },
	} {
		inv, err := sortition.DrawInvitees(frame, sortition.InviteOptions{Count: 10}, dice)
		if err != nil {
			t.Fatal(err)
		}
		change(inv)
		if verify.Invitation(inv, frame, nil).OK {
			t.Errorf("%s: the change was not noticed", name)
		}
	}
}
