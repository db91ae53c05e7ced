package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"time"

	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/scripts/demo"
)

// demoCmd plays a whole citizens' jury through the doors of a server of its
// own.
type demoCmd struct {
	Exit   bool   `help:"Stop after the play instead of staying up to look round."`
	Listen string `help:"Address and port to serve on." default:"127.0.0.1:0"`
	Seed   uint64 `help:"Seed of the invented people." default:"2018"`
}

// Run serves from an empty folder, plays, and stays until it is told to stop.
func (c *demoCmd) Run(ctx context.Context, st *streams) (err error) {
	dir, err := os.MkdirTemp("", "folkmoot-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cfg, err := c.settings(st, dir)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var played error
	err = serve(ctx, cfg, quiet(st), func(h *house) {
		go func() {
			played = c.play(ctx, h, st)
			if c.Exit || played != nil {
				stop()
			}
		}()
	})
	return errors.Join(played, err)
}

// settings are a demonstration's: everything simulated, in a folder that goes
// with it.
func (c *demoCmd) settings(st *streams, dir string) (config.Config, error) {
	ln, err := net.Listen("tcp", c.Listen) // to know the port before it is signed over
	if err != nil {
		return config.Config{}, fmt.Errorf("--listen: %w", err)
	}
	address := ln.Addr().String()
	if err := ln.Close(); err != nil {
		return config.Config{}, err
	}
	l, err := config.Load([]string{
		"FOLKMOOT_DATA_DIR=" + dir, "FOLKMOOT_LISTEN=" + address, "FOLKMOOT_DEMO=true", "FOLKMOOT_LOG_LEVEL=warn", "FOLKMOOT_SHUTDOWN_DELAY=0s",
		"FOLKMOOT_SMS_SIMULATED_SECRET=" + rand.Text(), "FOLKMOOT_API_RATE=100000", "FOLKMOOT_API_BURST=100000",
	}, os.DevNull)
	if err != nil {
		fmt.Fprintln(st.err, err)
		return l.Config, exitCode(2)
	}
	return l.Config, nil
}

// quiet keeps the server's own welcome out of the play.
func quiet(st *streams) *streams {
	q := *st
	q.out = io.Discard
	return &q
}

func (c *demoCmd) play(ctx context.Context, h *house, st *streams) error {
	doors, err := h.doors(ctx)
	if err != nil {
		return err
	}
	played, err := demo.Play(ctx, demo.Options{Doors: doors, Out: st.out, Seed: c.Seed})
	if err != nil {
		return fmt.Errorf("the play stopped: %w", err)
	}
	fmt.Fprintf(st.out, "\nPlayed in %s.\n", played.Took.Round(100*time.Millisecond))
	if c.Exit {
		return nil
	}
	link, err := h.access.MakeLink(ctx, domain.Command{Actor: domain.SystemActor("demo"), Key: "look-round"}, played.Staff)
	if err != nil {
		return err
	}
	fmt.Fprintf(st.out, `Look round, until you press Ctrl-C:
  the public page        %[1]s/p/%[2]s
  the organiser's pages  %[1]s/in/%[3]s (works once)
  a juror's phone        %[1]s/simulator?number=%[4]s
  the API                %[1]s/api/openapi.json
`, h.cfg.BaseURL, played.Code, link, played.Juror)
	return nil
}

// doors are what the play needs to knock: an administrator's token, as
// folkmoot admin makes it, and the secrets of the simulated providers.
func (h *house) doors(ctx context.Context) (demo.Doors, error) {
	t, err := h.access.MakeToken(ctx, domain.Command{Actor: domain.SystemActor("demo"), Key: "demonstration"}, access.TokenInput{
		User: h.firstUser(ctx), Name: "demonstration",
	})
	return demo.Doors{
		URL: h.cfg.BaseURL, Token: t.Token, SMSSecret: h.cfg.SMS.SimulatedSecret.Reveal(), SlackSecret: h.slack.Secrets[0],
	}, err
}

// firstUser is an administrator; there is the one that the first start makes.
func (h *house) firstUser(ctx context.Context) string {
	for u, err := range h.users.Find(ctx, domain.Query{Index: "name"}) {
		if err == nil && slices.ContainsFunc(u.Grants, func(g domain.Grant) bool { return g.Role == domain.Administrator }) {
			return u.ID
		}
	}
	return ""
}
