package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // the container has no zone files

	"github.com/alecthomas/kong"
)

// cli is the whole command line.
type cli struct {
	Config string `help:"Settings file in the form NAME=value, read before the environment." type:"path" env:"FOLKMOOT_CONFIG"`

	Serve    serveCmd    `cmd:"" help:"Run the service: pages, API, bots and jobs."`
	Doctor   doctorCmd   `cmd:"" help:"Check settings, stores, keys, gateways, clock and assets."`
	Healthz  healthzCmd  `cmd:"" help:"Ask the program on this machine whether it is alive."`
	Demo     demoCmd     `cmd:"" help:"Play a whole citizens' jury through the service's real doors."`
	Draw     drawCmd     `cmd:"" help:"Draw a panel by lot from files, with its proof."`
	Verify   verifyCmd   `cmd:"" help:"Check the export of a draw, a table plan or a record, offline."`
	Seat     seatCmd     `cmd:"" help:"Plan who sits at which table, round by round, from files."`
	Store    storeCmd    `cmd:"" help:"Back up, restore, copy, check and upgrade the store, and change its keys."`
	Admin    adminCmd    `cmd:"" help:"Users, roles, links, tokens, legal hold and disclosure."`
	Import   importCmd   `cmd:"" help:"Carry a CSV file into a running Folkmoot: respondents, an invitation list or targets."`
	Simulate simulateCmd `cmd:"" help:"Text with the conversations in the terminal."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// streams are where a command reads and writes, and its environment.
type streams struct {
	in       io.Reader
	out, err io.Writer
	environ  []string // NAME=value
	config   string   // path of the settings file, may be empty
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], &streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ()}))
}

// exitCode ends a command with a status of its own, after it has said why.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// run is the program without its process: arguments in, exit status out.
func run(ctx context.Context, args []string, st *streams) int {
	var c cli
	exited, status := false, 0
	parser, err := kong.New(&c,
		kong.Name("folkmoot"),
		kong.Description("Citizens' juries from invitation to verified change."),
		kong.UsageOnError(),
		kong.Writers(st.out, st.err),
		kong.Exit(func(code int) { exited, status = true, code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(st),
	)
	if err != nil {
		fmt.Fprintln(st.err, "folkmoot:", err)
		return 1
	}
	k, err := parser.Parse(args)
	if exited { // --help
		return status
	}
	if err != nil {
		fmt.Fprintf(st.err, "folkmoot: %v\nfolkmoot --help lists the commands\n", err)
		return 2
	}
	st.config = c.Config
	err = k.Run()
	var code exitCode
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(st.err, "folkmoot:", err)
	return 1
}
