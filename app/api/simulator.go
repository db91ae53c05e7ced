package api

import (
	"context"
	"encoding/json"
	"time"

	"folkmoot/domain"
)

// Handset is one simulated phone as the simulator shows it.
type Handset struct {
	Number string        `json:"number"`
	Texts  []HandsetText `json:"texts"`
}

// HandsetText is one text on a simulated phone.
type HandsetText struct {
	ID       string    `json:"id"`
	Body     string    `json:"body"`
	From     string    `json:"from"`
	At       time.Time `json:"at"`
	Ours     bool      `json:"ours" doc:"True for what Folkmoot sent."`
	Segments int       `json:"segments"`
}

// SlackSeen is what the simulated Slack was told.
type SlackSeen struct {
	Messages []json.RawMessage `json:"messages"`
	Views    []json.RawMessage `json:"views"`
}

// Simulated is what the simulator works with. Every verb asks the permission
// simulator.use.
type Simulated interface {
	Now(ctx context.Context, a domain.Actor) (time.Time, error)
	// MoveClock sets the clock, in demo mode, and does everything that is due
	// by then; it answers how many things were done.
	MoveClock(ctx context.Context, a domain.Actor, to time.Time) (int, error)
	Settle(ctx context.Context, a domain.Actor) (int, error)
	Handsets(ctx context.Context, a domain.Actor) ([]string, error)
	Handset(ctx context.Context, a domain.Actor, number string) (Handset, error)
	// Text sends a text from the handset through the signed webhook.
	Text(ctx context.Context, a domain.Actor, number, body string) error
	Slack(ctx context.Context, a domain.Actor) (SlackSeen, error)
	// Fault makes the next texts go wrong; Faults says what still will.
	Fault(ctx context.Context, a domain.Actor, in FaultInput) (FaultsView, error)
	Faults(ctx context.Context, a domain.Actor) (FaultsView, error)
	// Saved is a phone's conversation as a transcript for the tests.
	Saved(ctx context.Context, a domain.Actor, number string) (string, error)
}

// FaultInput is what is to go wrong.
type FaultInput struct {
	Kind  string `json:"kind" doc:"busy (the provider takes nothing), lost (sent, but its answer never comes), refused, twice (the next texts' webhooks arrive three times), none (all is well again)."`
	Times int    `json:"times,omitempty" doc:"How many of the next texts; 1 when left out."`
}

// FaultsView is what will still go wrong.
type FaultsView struct {
	Sends    int `json:"sends"`
	Webhooks int `json:"webhooks"`
}

type (
	clockView struct {
		Now  time.Time `json:"now"`
		Done int       `json:"done" doc:"How many things that were due were done."`
	}
	clockIn struct {
		To time.Time `json:"to,omitzero" doc:"Where to set the clock; left out, everything due now is done."`
	}
	onHandset struct {
		Number string `path:"number" doc:"With country code, such as +999000000001."`
	}
	handsetText struct {
		onHandset
		Body string `json:"body"`
	}
	handsetsView struct {
		Numbers []string `json:"numbers"`
	}
)

// Simulator lists the calls of the phone simulator. They exist only while
// every gateway is simulated.
func Simulator(s Simulated) Area {
	return Area{Name: "simulator", About: "Simulated phones, Slack and clock, where nothing real is connected.", Routes: []Endpoint{
		Route[None, clockView]{
			Method: "GET", Path: "/simulator/clock", Summary: "Read the clock", Needs: domain.UseSimulator,
			Handle: func(ctx context.Context, cmd domain.Command, _ None) (clockView, error) {
				now, err := s.Now(ctx, cmd.Actor)
				return clockView{Now: now}, err
			},
		},
		Route[clockIn, clockView]{
			Method: "POST", Path: "/simulator/clock", Summary: "Move the clock forward and do what is due", Needs: domain.UseSimulator, Timeout: 5 * time.Minute,
			Handle: func(ctx context.Context, cmd domain.Command, in clockIn) (clockView, error) {
				done, err := move(ctx, s, cmd.Actor, in.To)
				if err != nil {
					return clockView{}, err
				}
				now, err := s.Now(ctx, cmd.Actor)
				return clockView{Now: now, Done: done}, err
			},
		},
		Route[None, handsetsView]{
			Method: "GET", Path: "/simulator/handsets", Summary: "List the numbers that texts went to or came from, latest first", Needs: domain.UseSimulator,
			Handle: func(ctx context.Context, cmd domain.Command, _ None) (handsetsView, error) {
				n, err := s.Handsets(ctx, cmd.Actor)
				return handsetsView{n}, err
			},
		},
		Route[onHandset, Handset]{
			Method: "GET", Path: "/simulator/handsets/{number}", Summary: "Read a simulated phone", Needs: domain.UseSimulator,
			Handle: func(ctx context.Context, cmd domain.Command, in onHandset) (Handset, error) {
				return s.Handset(ctx, cmd.Actor, in.Number)
			},
		},
		Route[handsetText, None]{
			Method: "POST", Path: "/simulator/handsets/{number}/texts", Summary: "Text as a resident", Needs: domain.UseSimulator,
			Handle: func(ctx context.Context, cmd domain.Command, in handsetText) (None, error) {
				return None{}, s.Text(ctx, cmd.Actor, in.Number, in.Body)
			},
		},
		Route[onHandset, File]{
			Method: "GET", Path: "/simulator/handsets/{number}/transcript", Summary: "Save a phone's conversation as a test", Needs: domain.UseSimulator,
			Handle: func(ctx context.Context, cmd domain.Command, in onHandset) (File, error) {
				text, err := s.Saved(ctx, cmd.Actor, in.Number)
				return File{Name: "conversation.txt", MediaType: "text/plain; charset=utf-8", Content: []byte(text)}, err
			},
		},
		Route[FaultInput, FaultsView]{
			Method: "POST", Path: "/simulator/faults", Summary: "Make the next texts go wrong", Needs: domain.UseSimulator,
			Handle: func(ctx context.Context, cmd domain.Command, in FaultInput) (FaultsView, error) {
				return s.Fault(ctx, cmd.Actor, in)
			},
		},
		Route[None, SlackSeen]{
			Method: "GET", Path: "/simulator/slack", Summary: "Read what the simulated Slack was told", Needs: domain.UseSimulator,
			Handle: func(ctx context.Context, cmd domain.Command, _ None) (SlackSeen, error) {
				return s.Slack(ctx, cmd.Actor)
			},
		},
	}}
}

func move(ctx context.Context, s Simulated, a domain.Actor, to time.Time) (int, error) {
	if to.IsZero() {
		return s.Settle(ctx, a)
	}
	return s.MoveClock(ctx, a, to)
}
