package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"folkmoot/app/drawfiles"
	"folkmoot/app/seatfiles"
	"folkmoot/domain"
	"folkmoot/domain/audit"
)

// verifyCmd checks an export offline: of a draw, of who was asked, of a table
// plan, or of a process's record. It finds out which.
type verifyCmd struct {
	Dir string `arg:"" help:"Folder of the export." type:"path"`
}

// Run says in plain words what was checked; exit status 1 when it does not
// hold.
func (c *verifyCmd) Run(st *streams) error {
	if handled, err := verifyDraw(c.Dir, st); handled {
		return err
	}
	if handled, err := verifyInvitation(c.Dir, st); handled {
		return err
	}
	if handled, err := verifySeating(c.Dir, st); handled {
		return err
	}
	if handled, err := verifyAudit(c.Dir, st); handled {
		return err
	}
	return fmt.Errorf("%s holds neither a draw's certificate.json nor an %s nor a table plan's %s nor a record's %s", c.Dir, drawfiles.InvitationFile, seatfiles.SeatingFile, audit.ExportName)
}

func verifyAudit(dir string, st *streams) (handled bool, err error) {
	f, err := os.Open(filepath.Join(dir, audit.ExportName))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	defer f.Close()
	got, err := audit.Check(f)
	var e *domain.Error
	if errors.As(err, &e) {
		fmt.Fprintln(st.out, "FAILED ", e.Msg)
		fmt.Fprintln(st.out, "This record does not check out.")
		return true, exitCode(1)
	}
	if err != nil {
		return true, err
	}
	fmt.Fprintf(st.out, "ok      %d entries of %s, numbered without a gap, each holding the hash of the one before\n", got.Entries, got.Chain)
	fmt.Fprintf(st.out, "ok      the hash of the last entry is %s; compare it with the one on the public page\n", got.Head)
	fmt.Fprintln(st.out, "This record checks out.")
	return true, nil
}
