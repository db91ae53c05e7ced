package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"folkmoot/app/drawfiles"
	"folkmoot/app/highs"
	"folkmoot/domain/sortition"
)

// drawCmd draws a panel by lot from files, or concludes a draw that was
// committed to.
type drawCmd struct {
	Targets     string        `help:"Targets as CSV: feature, value, min, max." type:"path"`
	Respondents string        `help:"The pool as CSV: one row per person, one column per feature." type:"path"`
	Size        *int          `help:"Number of seats."`
	IDColumn    string        `name:"id-column" help:"Column that identifies people. Without it they are numbered from 1."`
	Objective   string        `help:"leximin, maximin, nash, goldilocks, minimax; for comparison only: legacy, max-entropy." default:"leximin"`
	Household   []string      `help:"Address columns; nobody sits with someone of the same address."`
	Panels      int           `help:"Numbered panels of the public lottery." default:"1000"`
	Seed        string        `help:"The digits drawn before witnesses."`
	SeedDrand   uint64        `name:"seed-drand" help:"Use this round of drand quicknet as the seed; needs --beacon."`
	Beacon      string        `help:"File with the beacon round as the network published it." type:"path"`
	CommitOnly  bool          `name:"commit-only" help:"Stop after the commitment; publish it, then make the seed."`
	Conclude    string        `help:"Folder of a commitment to finish with --seed or --seed-drand." type:"path"`
	Out         string        `help:"Folder for the export." type:"path"`
	Label       string        `help:"What is drawn, in words; bound into the commitment."`
	SeedPlan    string        `name:"seed-plan" help:"How and when the seed will be made; published with the commitment."`
	NameRound   uint64        `name:"name-round" help:"Bind the commitment to this future round of drand quicknet."`
	Alternates  int           `help:"Alternates to choose before anyone drops out; 0 orders everyone by lot."`
	MaxWork     int           `name:"max-work" help:"End the search after this many steps of work and report the proved interval; 0 is 4 million."`
	SearchFor   time.Duration `name:"search-for" help:"End the search after this time, such as 60s, and report the proved interval; 0 is no limit of time."`
	JSON        bool          `name:"json" help:"End standard output with one line of JSON."`
	SolverCache string        `name:"solver-cache" help:"Folder for the compiled solver." type:"path" env:"FOLKMOOT_SOLVER_CACHE"`
}

// Run implements the command.
func (c *drawCmd) Run(ctx context.Context, st *streams) error {
	s, err := c.draw(ctx, st)
	var input *drawfiles.InputError
	if errors.As(err, &input) {
		return c.refuse(st, input)
	}
	if err != nil {
		return err
	}
	return c.say(st, s)
}

func (c *drawCmd) draw(ctx context.Context, st *streams) (*drawfiles.Summary, error) {
	req := drawfiles.Request{Targets: c.Targets, Respondents: c.Respondents, IDColumn: c.IDColumn,
		Household: c.Household, Seed: c.Seed, DrandRound: c.SeedDrand, BeaconFile: c.Beacon, CommitOnly: c.CommitOnly, Out: c.Out,
		Options: sortition.Options{Objective: sortition.Objective(c.Objective), Panels: c.Panels, Label: c.Label, Program: programName(),
			SeedPlan: c.SeedPlan, DrandRound: c.NameRound, Alternates: c.Alternates, MaxWork: c.MaxWork}}
	if c.Conclude != "" {
		if c.Seed == "" && c.SeedDrand == 0 {
			return nil, errors.New("to conclude, give --seed, or --seed-drand with --beacon")
		}
		req.Out = c.Conclude
		return drawfiles.Conclude(req)
	}
	var missing []string
	for name, empty := range map[string]bool{"--targets": c.Targets == "", "--respondents": c.Respondents == "", "--out": c.Out == ""} {
		if empty {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 || c.Size == nil {
		return nil, errors.New("a draw needs --targets, --respondents, --size and --out; or --conclude with a seed")
	}
	req.Size = *c.Size
	req.Engine = highs.New(c.cache())
	defer func() { _ = req.Engine.Close(context.WithoutCancel(ctx)) }()
	req.Progress = drawProgress(st.err)
	if c.SearchFor > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.SearchFor)
		defer cancel()
	}
	return drawfiles.Draw(ctx, req)
}

// cache is where compiled machine code is kept; a machine without a cache
// folder compiles each time.
func (c *drawCmd) cache() string {
	if c.SolverCache != "" {
		return c.SolverCache
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "folkmoot", "solver")
}

// programName is bound into the commitment.
func programName() string { return "folkmoot " + version }

// refuse lists every problem of the input files.
func (c *drawCmd) refuse(st *streams, input *drawfiles.InputError) error {
	for _, f := range input.Files {
		for _, one := range f.Findings {
			fmt.Fprintf(st.err, "%s: %s: %s\n", f.File, one.Severity, one)
		}
	}
	if c.JSON {
		if err := json.NewEncoder(st.out).Encode(map[string]any{"error": "input", "files": input.Files}); err != nil {
			return err
		}
	}
	return exitCode(1)
}

func (c *drawCmd) say(st *streams, s *drawfiles.Summary) error {
	for _, w := range s.Warnings {
		fmt.Fprintln(st.err, "note:", w)
	}
	proved := "proved"
	if !s.Proved {
		proved = "not proved"
	}
	fmt.Fprintf(st.out, "%d people, %d seats, %s: smallest chance %s (%s), %d people in no panel\n",
		s.N, s.Size, s.Objective, s.MinimumExact, proved, len(s.Uncoverable))
	if s.Gap > 0 && (s.Objective == string(sortition.Leximin) || s.Objective == string(sortition.Maximin)) {
		fmt.Fprintf(st.out, "The best possible smallest chance lies between %.6g and %.6g: a gap of %.2g.\n", s.Minimum, s.Minimum+s.Gap, s.Gap)
	}
	fmt.Fprintf(st.out, "commitment %s\n", s.Commitment)
	switch {
	case s.Panel == 0:
		fmt.Fprintln(st.out, "Publish the commitment, make the seed, then: folkmoot draw --conclude FOLDER --seed ...")
	case s.Checkable:
		fmt.Fprintf(st.out, "panel %d of %d: %s\n", s.Panel, s.Panels, strings.Join(s.Selected, " "))
	default:
		fmt.Fprintf(st.out, "panel %d of %d (not publicly checkable): %s\n", s.Panel, s.Panels, strings.Join(s.Selected, " "))
	}
	if c.JSON {
		return json.NewEncoder(st.out).Encode(s)
	}
	return nil
}

// drawProgress reports phases: one line that changes on a terminal, a plain
// line per phase elsewhere.
func drawProgress(w io.Writer) func(sortition.Progress) {
	words := map[string]string{"leximin": "raising the smallest chances", "panels": "finding panels", "coverage": "looking for panels for everyone",
		"pricing": "proving the optimum over whole panels", "rounding": "numbering the panels"}
	terminal := isTerminal(w)
	last := ""
	return func(p sortition.Progress) {
		text := words[p.Phase]
		if text == "" {
			text = p.Phase
		}
		switch {
		case terminal && p.Total > 0:
			fmt.Fprintf(w, "\r\033[K%s: %d of %d", text, p.Done, p.Total)
		case terminal && p.Done > 0:
			fmt.Fprintf(w, "\r\033[K%s: %d", text, p.Done)
		case terminal:
			fmt.Fprintf(w, "\r\033[K%s", text)
		case p.Phase != last:
			fmt.Fprintln(w, text)
		}
		if last = p.Phase; terminal && p.Phase == "rounding" {
			fmt.Fprint(w, "\r\033[K")
		}
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
