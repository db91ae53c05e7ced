package main

import (
	"fmt"

	"folkmoot/app/drawfiles"
)

// verifyDraw checks the export of a draw and says in plain words what it
// checked. handled is false when the folder holds no draw.
func verifyDraw(dir string, st *streams) (handled bool, err error) {
	if !drawfiles.IsDraw(dir) {
		return false, nil
	}
	report, err := drawfiles.Verify(dir)
	if err != nil {
		return true, err
	}
	for _, c := range report.Checks {
		mark := "ok     "
		switch {
		case !c.OK:
			mark = "FAILED "
		case c.Skipped:
			mark = "-      "
		}
		fmt.Fprintln(st.out, mark, c.Text)
	}
	if !report.OK {
		fmt.Fprintln(st.out, "This draw does not check out.")
		return true, exitCode(1)
	}
	fmt.Fprintln(st.out, "This draw checks out.")
	return true, nil
}
