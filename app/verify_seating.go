package main

import (
	"fmt"

	"folkmoot/app/seatfiles"
)

// verifySeating checks the export of a table plan and says in plain words
// what it checked. handled is false when the folder holds none.
func verifySeating(dir string, st *streams) (handled bool, err error) {
	if !seatfiles.IsSeating(dir) {
		return false, nil
	}
	report, err := seatfiles.Verify(dir)
	if err != nil {
		return true, err
	}
	for _, c := range report.Checks {
		mark := "ok     "
		if !c.OK {
			mark = "FAILED "
		}
		fmt.Fprintln(st.out, mark, c.Text)
	}
	if !report.OK {
		fmt.Fprintln(st.out, "This table plan does not check out.")
		return true, exitCode(1)
	}
	fmt.Fprintln(st.out, "This table plan checks out.")
	return true, nil
}
