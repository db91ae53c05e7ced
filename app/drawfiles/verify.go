package drawfiles

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"folkmoot/app/beacon"
	"folkmoot/domain/sortition"
	"folkmoot/domain/sortition/verify"
)

// IsDraw tells whether a folder holds the export of a draw.
func IsDraw(dir string) bool {
	var head struct {
		Format string `json:"format"`
	}
	return readJSON(filepath.Join(dir, CertificateFile), &head) == nil && head.Format == sortition.CertificateFormat
}

// Verify checks the export of a draw: the public certificate alone, or with
// the replay file where it is there. Files are read strictly: a field that is
// not known fails.
func Verify(dir string) (*verify.Report, error) {
	var cert sortition.Certificate
	if err := strict(filepath.Join(dir, CertificateFile), &cert); err != nil {
		return nil, err
	}
	var replay *sortition.Replay
	var read sortition.Replay
	err := strict(filepath.Join(dir, ReplayFile), &read)
	switch {
	case err == nil:
		replay = &read
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	report := verify.Draw(&cert, replay, beacon.Verify)
	panels, err := os.ReadFile(filepath.Join(dir, PanelsFile))
	if err == nil {
		same := bytes.Equal(panels, sortition.PanelsCSV(cert.Panels))
		check := verify.Check{Name: "panels.csv", OK: same, Text: "panels.csv is the list of panels of the certificate."}
		if !same {
			check.Text = "panels.csv is not the list of panels of the certificate"
			report.OK = false
		}
		report.Checks = append(report.Checks, check)
	}
	return report, nil
}

// InvitationFile is the record of who was asked, as the API answers it.
const InvitationFile = "invitation.json"

// invitation is the record, with the list that was drawn from when it is there.
type invitation struct {
	sortition.Invitation
	Frame []sortition.FrameEntry `json:"frame"`
}

// IsInvitation tells whether a folder holds the record of a draw of invitees.
func IsInvitation(dir string) bool {
	var head struct {
		Format string `json:"format"`
	}
	return readJSON(filepath.Join(dir, InvitationFile), &head) == nil && head.Format == sortition.InvitationFormat
}

// VerifyInvitation checks the record of a draw of invitees: the commitment and
// the shares, and, with the list, who was drawn.
func VerifyInvitation(dir string) (*verify.Report, error) {
	var in invitation
	if err := strict(filepath.Join(dir, InvitationFile), &in); err != nil {
		return nil, err
	}
	return verify.Invitation(&in.Invitation, in.Frame, beacon.Verify), nil
}

func strict(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}
