package seatfiles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"folkmoot/domain/seating"
	"folkmoot/domain/seating/verify"
)

// IsSeating tells whether a folder holds the export of a table plan.
func IsSeating(dir string) bool {
	var head struct {
		Format string `json:"format"`
	}
	data, err := os.ReadFile(filepath.Join(dir, SeatingFile))
	return err == nil && json.Unmarshal(data, &head) == nil && head.Format == seating.ExportFormat
}

// Verify checks the export of a plan. The file is read strictly: a field that
// is not known fails.
func Verify(dir string) (*verify.Report, error) {
	data, err := os.ReadFile(filepath.Join(dir, SeatingFile))
	if err != nil {
		return nil, err
	}
	var e seating.Export
	reader := json.NewDecoder(bytes.NewReader(data))
	reader.DisallowUnknownFields()
	if err := reader.Decode(&e); err != nil {
		return nil, fmt.Errorf("%s: %w", SeatingFile, err)
	}
	report := verify.Export(&e)
	want := map[string][]byte{SeatsFile: seatsCSV(&e)}
	for i, tables := range e.Rounds {
		want[roundFile(i+1)] = roundCSV(tables)
	}
	var bad []string
	for i := range len(e.Rounds) + 1 {
		name := SeatsFile
		if i > 0 {
			name = roundFile(i)
		}
		got, err := os.ReadFile(filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist): // whoever handed the folder on left it out
		case err != nil:
			return nil, err
		case !bytes.Equal(got, want[name]):
			bad = append(bad, name+" does not say the same as "+SeatingFile)
		}
	}
	report.Add("files", "the lists by person and by round say the same", bad)
	return report, nil
}
