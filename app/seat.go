package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"folkmoot/app/seatfiles"
)

// seatCmd plans tables from files: rounds in which people meet new people at
// mixed tables.
type seatCmd struct {
	People    string   `help:"People as CSV, one row each." type:"path" required:""`
	IDColumn  string   `name:"id-column" help:"Column that identifies people." required:""`
	Rounds    int      `help:"Number of rounds." default:"1"`
	Size      string   `help:"People at a table, at most: one number, or one for each round as in 8,6,8."`
	Tables    []int    `help:"Instead of --size: the seats of each table, as in 10,10,6."`
	Diversify []string `help:"Columns whose values are spread evenly over the tables."`
	Cluster   []string `help:"Columns whose values are kept at as few tables as possible."`
	Pins      string   `help:"CSV id, round, table: who sits where. An empty round is every round." type:"path"`
	Together  string   `help:"CSV id, with: who always sits together." type:"path"`
	Apart     string   `help:"CSV id, with: who never sits together." type:"path"`
	Absent    string   `help:"CSV id, round: who is away. An empty round is every round still to come." type:"path"`
	Continue  string   `help:"Folder of an earlier plan, to seat its later rounds anew." type:"path"`
	Held      int      `help:"With --continue: how many of its rounds were held and stay as they are."`
	Name      string   `name:"name-column" help:"Column whose text stands on lists and cards instead of the id."`
	Cards     bool     `help:"Add name cards to the report."`
	Seed      string   `help:"Any text. The same files and seed give the same plan." default:"1"`
	Starts    int      `help:"Independent searches to take the best of; 0 goes by the number of people."`
	Title     string   `help:"Heading of the report."`
	Out       string   `help:"Folder for the plan." type:"path" required:""`
	JSON      bool     `name:"json" help:"End standard output with one line of JSON."`
}

// Run implements the command.
func (c *seatCmd) Run(ctx context.Context, st *streams) error {
	req := seatfiles.Request{People: c.People, IDColumn: c.IDColumn, Name: c.Name, Cards: c.Cards, Rounds: c.Rounds, Tables: c.Tables,
		Diversify: c.Diversify, Cluster: c.Cluster, Pins: c.Pins, Together: c.Together, Apart: c.Apart, Absent: c.Absent,
		Continue: c.Continue, Held: c.Held, Seed: c.Seed, Starts: c.Starts, Out: c.Out, Title: c.Title, Program: programName(), Watch: seatProgress(st.err)}
	if (c.Size == "") == (len(c.Tables) == 0) {
		return errors.New("say how large tables are: --size for tables of one size, or --tables for the seats of each")
	}
	if c.Size != "" {
		var err error
		if req.Size, err = seatfiles.ParseSizes(c.Size); err != nil {
			return fmt.Errorf("--size: %w", err)
		}
	}
	s, err := seatfiles.Seat(ctx, req)
	var input *seatfiles.InputError
	if errors.As(err, &input) {
		return c.refuse(st, input)
	}
	if err != nil {
		return err
	}
	return c.say(st, s)
}

// refuse lists every problem of the input files.
func (c *seatCmd) refuse(st *streams, input *seatfiles.InputError) error {
	for _, f := range input.Files {
		for _, one := range f.Problems {
			fmt.Fprintf(st.err, "%s: %s\n", f.File, one)
		}
	}
	if c.JSON {
		if err := json.NewEncoder(st.out).Encode(map[string]any{"error": "input", "files": input.Files}); err != nil {
			return err
		}
	}
	return exitCode(1)
}

func (c *seatCmd) say(st *streams, s *seatfiles.Summary) error {
	fmt.Fprintf(st.out, "%d people in %d rounds: %d of %d meetings are new (%d at most), deviation %.1f a round (%s is the least possible)\n",
		s.People, s.Rounds, s.Pairs, s.Slots, s.PairsMost, s.Deviation, s.DeviationLeast)
	fmt.Fprintf(st.out, "written to %s\n", c.Out)
	if c.JSON {
		return json.NewEncoder(st.out).Encode(s)
	}
	return nil
}

// seatProgress reports the searches that are done: one line that changes on a
// terminal, one plain line elsewhere.
func seatProgress(w io.Writer) func(done, of int) {
	terminal := isTerminal(w)
	said := false
	return func(done, of int) {
		switch {
		case terminal && done < of:
			fmt.Fprintf(w, "\r\033[Klooking for a better plan: %d of %d", done, of)
		case terminal:
			fmt.Fprint(w, "\r\033[K")
		case !said:
			fmt.Fprintln(w, "looking for a better plan")
		}
		said = true
	}
}
