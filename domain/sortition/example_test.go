package sortition_test

import (
	"fmt"
	"strings"

	"folkmoot/domain/sortition"
)

// Addresses are compared by their letters and digits; unknown addresses never
// match.
func ExampleHouseholdKey() {
	a := sortition.HouseholdKey("12, High Street", "AB1 2CD")
	b := sortition.HouseholdKey("12 HIGH STREET", "ab12cd")
	fmt.Println(a == b, sortition.HouseholdKey("", " - ") == "")
	// Output: true true
}

// Every problem of a file is reported at once, with its place.
func ExampleReadTargets() {
	_, found := sortition.ReadTargets(strings.NewReader("feature,value,min,max\nage,young,3,2\nage,old,x,9\n"))
	for _, f := range found {
		fmt.Println(f.Code, f)
	}
	// Output:
	// not_a_number row 3, column min (C3): "x" is not a whole number.
	// min_greater_than_max row 2, column min (C2): age: young: the minimum 3 is greater than the maximum 2.
}

// Who is invited: in proportion to each area, with one area asked twice as
// often because fewer answer there.
func ExampleDrawInvitees() {
	var frame []sortition.FrameEntry
	for i := range 300 {
		frame = append(frame, sortition.FrameEntry{ID: fmt.Sprintf("address %03d", i), Stratum: []string{"hill", "hill", "valley"}[i%3]})
	}
	inv, err := sortition.DrawInvitees(frame, sortition.InviteOptions{Count: 60, Weights: map[string]int{"valley": 200}},
		sortition.Seed{Value: "6 2 5 5 1", Source: sortition.SeedWitnessed})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range inv.Strata {
		fmt.Println(s.Name, s.Invite, "of", s.Size, "chance", s.Chance)
	}
	fmt.Println(len(inv.Invited), "invited")
	// Output:
	// hill 30 of 200 chance 3/20
	// valley 30 of 100 chance 3/10
	// 60 invited
}
