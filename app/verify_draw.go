package main

import (
	"fmt"

	"folkmoot/app/drawfiles"
	"folkmoot/domain/sortition/verify"
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
	return true, sayReport(st, report, "This draw")
}

// verifyInvitation checks the record of who was asked. handled is false when
// the folder holds none.
func verifyInvitation(dir string, st *streams) (handled bool, err error) {
	if !drawfiles.IsInvitation(dir) {
		return false, nil
	}
	report, err := drawfiles.VerifyInvitation(dir)
	if err != nil {
		return true, err
	}
	return true, sayReport(st, report, "This draw of invitees")
}

func sayReport(st *streams, report *verify.Report, what string) error {
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
		fmt.Fprintln(st.out, what+" does not check out.")
		return exitCode(1)
	}
	fmt.Fprintln(st.out, what+" checks out.")
	return nil
}
