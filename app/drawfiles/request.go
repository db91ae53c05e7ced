package drawfiles

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"folkmoot/app/beacon"
	"folkmoot/app/highs"
	"folkmoot/domain/sortition"
)

// Names of the files of an export.
const (
	CertificateFile = "certificate.json"
	ReplayFile      = "replay.json"
	PanelsFile      = "panels.csv"
	ReportFile      = "report.html"
	selectedFile    = "selected.csv"
	reservesFile    = "reserves.csv"
	remainingFile   = "remaining.csv"
	poolFile        = "pool.csv"
)

// Request is one call of the draw command.
type Request struct {
	Targets, Respondents string // paths
	Size                 int
	IDColumn             string
	Household            []string
	Options              sortition.Options
	Seed                 string
	DrandRound           uint64 // of the seed
	BeaconFile           string
	CommitOnly           bool
	Out                  string
	Engine               *highs.Engine
	Progress             func(sortition.Progress) // may be nil
}

// Summary is what the command says in one JSON object.
type Summary struct {
	N              int      `json:"n"`
	Size           int      `json:"size"`
	Types          int      `json:"types"`
	Objective      string   `json:"objective"`
	Minimum        float64  `json:"min_probability"`
	MinimumExact   string   `json:"min_probability_exact"`
	Maximum        float64  `json:"max_probability"`
	MaximumExact   string   `json:"max_probability_exact"`
	Gap            float64  `json:"gap"`
	Proved         bool     `json:"proved"`
	Uncoverable    []string `json:"uncoverable"` // ids as in the file
	Panels         int      `json:"panels"`
	Support        int      `json:"support"`
	LargestChange  float64  `json:"largest_change"`
	Commitment     string   `json:"commitment"`
	Panel          int      `json:"panel,omitempty"` // the number drawn
	Selected       []string `json:"selected,omitempty"`
	Checkable      bool     `json:"publicly_checkable"`
	Seconds        float64  `json:"seconds"`         // finding and proving the fairest lottery
	LotterySeconds float64  `json:"lottery_seconds"` // numbering its panels
	CompileSeconds float64  `json:"compile_seconds"` // readying the solver
	Warnings       []string `json:"warnings"`
}

// ErrWaiting protects a commitment from being overwritten.
var ErrWaiting = errors.New("this folder holds a commitment that waits for its seed: conclude it (--conclude), or choose another folder")

// unusedSeed is said where a seed comes before its commitment.
const unusedSeed = "The seed was not used and is not kept: a commitment is worth something only while nobody knows the seed. Make another one after publishing, and give it with --conclude."

// FileFindings are the problems of one input file.
type FileFindings struct {
	File     string             `json:"file"`
	Findings sortition.Findings `json:"findings"`
}

// InputError is returned when input files cannot be used; it lists all that
// was found in all of them.
type InputError struct{ Files []FileFindings }

func (e *InputError) Error() string {
	text := ""
	for _, f := range e.Files {
		for _, one := range f.Findings {
			if one.Severity == sortition.SeverityError {
				text += fmt.Sprintf("%s: %s\n", f.File, one)
			}
		}
	}
	return text
}

// Draw prepares a draw from files and, unless it is to commit only, concludes
// it. It writes the export into Out.
func Draw(ctx context.Context, req Request) (*Summary, error) {
	if err := checkOut(req.Out); err != nil {
		return nil, err
	}
	seed, err := req.seed(req.CommitOnly)
	if err != nil {
		return nil, err
	}
	in, err := read(req)
	if err != nil {
		return nil, err
	}
	solver, err := req.Engine.Instance(ctx)
	if err != nil {
		return nil, err
	}
	defer solver.Close()
	clock := &stopwatch{started: time.Now()}
	lottery, err := sortition.Prepare(ctx, in.problem, in.options(req.Options), solver, clock.watch(req.Progress))
	if err != nil {
		var found sortition.Findings
		if errors.As(err, &found) {
			return nil, &InputError{[]FileFindings{{wholeDraw, in.nameFindings(found)}}}
		}
		return nil, err
	}
	clock.done = time.Now()
	if !req.CommitOnly {
		if _, err := sortition.Conclude(lottery, *seed); err != nil {
			return nil, err
		}
	}
	if err := in.write(req.Out, lottery); err != nil {
		return nil, err
	}
	s := in.summary(lottery)
	if req.CommitOnly && (req.Seed != "" || req.DrandRound != 0) {
		s.Warnings = append(s.Warnings, unusedSeed)
	}
	s.CompileSeconds = req.Engine.CompileTime().Seconds()
	s.Seconds, s.LotterySeconds = clock.split()
	return s, nil
}

// Conclude finishes a draw that was committed to.
func Conclude(req Request) (*Summary, error) {
	lottery, err := load(req.Out)
	if err != nil {
		return nil, err
	}
	seed, err := req.seed(false)
	if err != nil {
		return nil, err
	}
	in, err := readPool(req.Out)
	if err != nil {
		return nil, err
	}
	if _, err := sortition.Conclude(lottery, *seed); err != nil {
		return nil, err
	}
	if err := in.write(req.Out, lottery); err != nil {
		return nil, err
	}
	return in.summary(lottery), nil
}

// seed makes the seed asked for: given, from a beacon file, or the system's.
func (req Request) seed(none bool) (*sortition.Seed, error) {
	switch {
	case none:
		return nil, nil
	case req.Seed != "" && req.DrandRound != 0:
		return nil, errors.New("give --seed or --seed-drand, not both")
	case req.Seed != "":
		return &sortition.Seed{Value: req.Seed, Source: sortition.SeedWitnessed}, nil
	case req.DrandRound != 0:
		return req.beaconSeed()
	}
	var raw [32]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return nil, fmt.Errorf("reading the system's randomness: %w", err)
	}
	return &sortition.Seed{Value: hex.EncodeToString(raw[:]), Source: sortition.SeedSystem}, nil
}

func (req Request) beaconSeed() (*sortition.Seed, error) {
	if req.BeaconFile == "" {
		return nil, errors.New("--seed-drand needs --beacon FILE: the round as the network published it")
	}
	file, err := os.Open(req.BeaconFile)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	round, err := beacon.Read(file, req.DrandRound)
	if err != nil {
		return nil, err
	}
	return &sortition.Seed{Value: round.Randomness, Source: sortition.SeedDrand, Beacon: &round}, nil
}

// checkOut refuses a folder whose commitment waits for its seed.
func checkOut(dir string) error {
	lottery, err := load(dir)
	if err == nil && lottery.Certificate.Choice == nil {
		return fmt.Errorf("%s: %w", filepath.Base(dir), ErrWaiting)
	}
	return nil
}

// stopwatch times the two parts of Prepare from its progress reports.
type stopwatch struct{ started, found, done time.Time }

func (s *stopwatch) watch(next func(sortition.Progress)) func(sortition.Progress) {
	return func(p sortition.Progress) {
		if p.Phase == "rounding" && s.found.IsZero() {
			s.found = time.Now()
		}
		if next != nil {
			next(p)
		}
	}
}

func (s *stopwatch) split() (float64, float64) {
	return s.found.Sub(s.started).Seconds(), s.done.Sub(s.found).Seconds()
}
