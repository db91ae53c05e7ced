package seatfiles

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"folkmoot/domain/seating"
)

// write writes the export.
func (in *input) write(e *seating.Export) error {
	if err := os.MkdirAll(in.req.Out, 0o700); err != nil {
		return err
	}
	report, err := Report(e, ReportOptions{Title: in.req.Title, Names: in.names, Cards: in.req.Cards})
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		return err
	}
	files := map[string][]byte{SeatingFile: append(data, '\n'), SeatsFile: seatsCSV(e), ReportFile: report}
	for i, tables := range e.Rounds {
		files[roundFile(i+1)] = roundCSV(tables)
	}
	for name, content := range files {
		if err := writeFile(filepath.Join(in.req.Out, name), content); err != nil {
			return err
		}
	}
	return nil
}

// writeFile replaces a file at once, so that a crash leaves the old one.
func writeFile(path string, data []byte) error {
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// seatsCSV is one row per person with their table in each round.
func seatsCSV(e *seating.Export) []byte {
	header := []string{"id"}
	at := make([]map[string]string, len(e.Rounds))
	for i, tables := range e.Rounds {
		header = append(header, fmt.Sprintf("round_%d", i+1))
		at[i] = map[string]string{}
		for t, people := range tables {
			for _, id := range people {
				at[i][id] = strconv.Itoa(t + 1)
			}
		}
	}
	rows := [][]string{header}
	for _, p := range e.Request.People {
		row := []string{p.ID}
		for i := range e.Rounds {
			row = append(row, at[i][p.ID])
		}
		rows = append(rows, row)
	}
	return csvOf(rows)
}

// roundCSV is one round by table.
func roundCSV(tables seating.Tables) []byte {
	rows := [][]string{{"table", "id"}}
	for t, people := range tables {
		for _, id := range people {
			rows = append(rows, []string{strconv.Itoa(t + 1), id})
		}
	}
	return csvOf(rows)
}

func csvOf(rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.WriteAll(rows) // a buffer takes everything
	return b.Bytes()
}
