package people

import "slices"

// Status is where a person stands in a process.
type Status string

// The statuses, from the invitation on.
const (
	Invited     Status = "invited"
	Registered  Status = "registered"
	Eligible    Status = "eligible"
	Ineligible  Status = "ineligible"
	InPool      Status = "in_pool"
	Selected    Status = "selected"
	Reserve     Status = "reserve"
	NotSelected Status = "not_selected"
	Offered     Status = "offered"
	Confirmed   Status = "confirmed"
	Declined    Status = "declined"
	NoAnswer    Status = "no_answer"
	Onboarded   Status = "onboarded"
	Serving     Status = "serving"
	Completed   Status = "completed"
	Withdrawn   Status = "withdrawn"
	Removed     Status = "removed"
	Deceased    Status = "deceased"
	Erased      Status = "erased"
)

// Statuses lists every status in the order of a person's way.
var Statuses = []Status{
	Invited, Registered, Eligible, Ineligible, InPool, Selected, Reserve,
	NotSelected, Offered, Confirmed, Declined, NoAnswer, Onboarded, Serving,
	Completed, Withdrawn, Removed, Deceased, Erased,
}

// Spoken are the ways in which staff may have spoken with somebody for whom
// they act. A command with one as its reason has it on the record, with the
// person's agreement; other reasons of staff could name somebody and stay off
// it.
var Spoken = []string{"they_called", "we_called", "in_person", "relay"}

// Seated are the statuses of those who hold a seat.
var Seated = []Status{Confirmed, Onboarded, Serving}

// moves is the whole life of a person in a process. Deceased and erased are
// reached from everywhere and are not repeated here.
var moves = map[Status][]Status{
	"":          {Invited, Registered},
	Invited:     {Registered, Declined, NoAnswer, Withdrawn},
	Registered:  {Eligible, Ineligible, Withdrawn},
	Eligible:    {InPool, Ineligible, Withdrawn},
	Ineligible:  {Registered, Withdrawn},
	InPool:      {Selected, Reserve, NotSelected, Withdrawn},
	Selected:    {Offered, Withdrawn},
	Reserve:     {Selected, Withdrawn},
	NotSelected: {Selected, Withdrawn},
	Offered:     {Confirmed, Declined, NoAnswer, Withdrawn},
	Confirmed:   {Onboarded, Withdrawn, Removed},
	Declined:    {Registered},
	NoAnswer:    {Registered, Withdrawn},
	Onboarded:   {Serving, Withdrawn, Removed},
	Serving:     {Completed, Withdrawn, Removed},
	Withdrawn:   {Registered},
}

// CanMove reports whether a person may go from one status to another, guards
// aside. Coming back to registered is further limited to the time before the
// draw.
func CanMove(from, to Status) bool {
	switch {
	case from == Erased:
		return false
	case to == Erased:
		return from != ""
	case to == Deceased:
		return from != "" && from != Deceased
	}
	return slices.Contains(moves[from], to)
}

// Known reports whether s is a status.
func (s Status) Known() bool { return slices.Contains(Statuses, s) }
