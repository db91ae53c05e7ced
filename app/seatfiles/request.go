package seatfiles

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"folkmoot/domain/seating"
)

// Names of the files of an export.
const (
	SeatingFile = "seating.json"
	SeatsFile   = "seats.csv"
	ReportFile  = "report.html"
)

// roundFile is the file of a round, counted from 1.
func roundFile(n int) string { return fmt.Sprintf("round-%d.csv", n) }

// Request is one call of the seat command. Files are paths, "" for none.
type Request struct {
	People   string
	IDColumn string
	Name     string // column whose text stands on lists and cards; the id without one
	Cards    bool   // name cards by table in the report

	Rounds    int
	Size      []int // one for all rounds, or one each
	Tables    []int // seats of each table instead of a size
	Diversify []string
	Cluster   []string
	Pins      string
	Together  string
	Apart     string
	Absent    string

	Continue string // folder of an earlier plan
	Held     int    // rounds of it that were held and stay

	Seed    string
	Starts  int // independent searches; 0: by the size of the problem
	Out     string
	Title   string
	Program string
	Watch   func(done, of int) // may be nil
}

// Summary is what the command says in one JSON object.
type Summary struct {
	People int `json:"people"`
	Rounds int `json:"rounds"`
	seating.Measures
	Seconds float64 `json:"seconds"` // of finding the plan
	Seed    string  `json:"seed"`
}

// FileProblems are the problems of one input file.
type FileProblems struct {
	File     string           `json:"file"`
	Problems seating.Problems `json:"problems"`
}

// InputError is returned when a plan cannot be made of the input; it lists
// all that was found in all files.
type InputError struct{ Files []FileProblems }

func (e *InputError) Error() string {
	var lines []string
	for _, f := range e.Files {
		for _, one := range f.Problems {
			lines = append(lines, f.File+": "+one.String())
		}
	}
	return strings.Join(lines, "\n")
}

// Seat plans from files and writes the export into Out.
func Seat(ctx context.Context, req Request) (*Summary, error) {
	in := &input{req: req, hashes: map[string]string{}}
	if err := in.read(); err != nil {
		return nil, err
	}
	started := time.Now()
	plan, err := seating.Make(ctx, in.asked, req.Watch)
	var found seating.Problems
	if errors.As(err, &found) {
		return nil, &InputError{in.byFile(found)}
	}
	if err != nil {
		return nil, err
	}
	seconds := time.Since(started).Seconds()
	export, err := seating.NewExport(in.asked, plan, req.Program, in.hashes)
	if err != nil {
		return nil, err
	}
	if err := in.write(export); err != nil {
		return nil, err
	}
	return &Summary{People: len(in.asked.People), Rounds: len(plan.Rounds), Measures: plan.Measures, Seconds: seconds, Seed: req.Seed}, nil
}

// open reads a whole input file and notes its hash.
func (in *input) open(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	in.hashes[filepath.Base(path)] = hex.EncodeToString(sum[:])
	return data, nil
}

// ParseSizes reads "8" or "8,6,8".
func ParseSizes(text string) ([]int, error) {
	var out []int
	for _, part := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 2 {
			return nil, fmt.Errorf("%q is not a number of seats; give whole numbers from 2 up, such as 8 or 8,6,8", strings.TrimSpace(part))
		}
		out = append(out, n)
	}
	return out, nil
}
