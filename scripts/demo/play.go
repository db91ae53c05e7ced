package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"folkmoot/scripts/residents"
)

// Options shape a run.
type Options struct {
	Doors
	Out  io.Writer
	Seed uint64 // of the people; 0 is the usual one
}

// Played is what a run leaves to look at.
type Played struct {
	Process string // id
	Staff   string // id of the organiser's user, whose pages show the most
	Code    string // printed in its texts
	Juror   string // number of a juror's simulated phone
	Took    time.Duration
}

// play is a run under way.
type play struct {
	Options
	ctx    context.Context
	c      *client
	cast   map[string]*client
	ids    map[string]string // user ids, by part
	names  map[string]string // of users, by part
	bodies map[string]string
	id     string // of the process
	code   string
	sender string
	people []residents.Resident
	phones map[string]residents.Resident // by number
	// answered is how many texts a phone had when its owner last looked at it.
	answered map[string]int
	show     *show
}

// stop carries an error out of the script: a play that fails ends where it
// stands. It never leaves this package.
type stop struct{ err error }

// Play runs the jury from the promise to the verified change.
func Play(ctx context.Context, o Options) (played Played, err error) {
	if o.Seed == 0 {
		o.Seed = 2018
	}
	p := &play{
		Options: o, ctx: ctx, c: newClient(o.Doors), cast: map[string]*client{}, ids: map[string]string{}, names: map[string]string{},
		bodies: map[string]string{}, phones: map[string]residents.Resident{}, answered: map[string]int{}, show: newShow(o.Out),
	}
	defer p.c.http.CloseIdleConnections()
	defer func() {
		if s, ok := recover().(stop); ok {
			err = s.err
		}
	}()
	began := time.Now()
	for _, scene := range []struct {
		title string
		play  func()
	}{
		{"The promise", p.promise},
		{"The design", p.design},
		{"The invitation", p.invite},
		{"The draw", p.draw},
		{"The jury convenes", p.convene},
		{"The sitting", p.sit},
		{"The report", p.report},
		{"The response", p.respond},
		{"What changed, and what did not", p.follow},
		{"The chain of one recommendation", p.chain},
	} {
		p.show.scene(scene.title)
		scene.play()
	}
	return Played{Process: p.id, Staff: p.ids["organiser"], Code: p.code, Juror: p.juror(), Took: time.Since(began)}, nil
}

func (p *play) check(err error) {
	if err != nil {
		panic(stop{err})
	}
}

// do sends a command as one of the cast.
func (p *play) do(who, path string, body any) object {
	out, err := p.as(who).post(p.ctx, path, body)
	p.check(err)
	return out
}

// ask reads as one of the cast.
func (p *play) ask(who, path string) object {
	out, err := p.as(who).get(p.ctx, path)
	p.check(err)
	return out
}

func (p *play) all(who, path string) []object {
	out, err := p.as(who).all(p.ctx, path)
	p.check(err)
	return out
}

func (p *play) as(who string) *client {
	c, ok := p.cast[who]
	if !ok {
		panic(stop{fmt.Errorf("nobody in the cast is called %s", who)})
	}
	return c
}

// here is a path below the process.
func (p *play) here(path string) string { return "/processes/" + p.id + path }

// clock moves the clock to a local time and does what is due on the way.
func (p *play) clock(at string) {
	london, err := time.LoadLocation("Europe/London")
	p.check(err)
	t, err := time.ParseInLocation("2006-01-02 15:04", at, london)
	p.check(err)
	out := p.do("administrator", "/simulator/clock", object{"to": t.UTC().Format(time.RFC3339)})
	p.show.date(t, int(out.num("done")))
}

// settle does what is due now.
func (p *play) settle() { p.do("administrator", "/simulator/clock", object{}) }

// pause lets the few minutes go by in which people read and think; an answer
// that comes faster than anyone can read is taken for the one before, sent
// twice by the network.
func (p *play) pause() {
	now, err := time.Parse(time.RFC3339, p.ask("administrator", "/simulator/clock").str("now"))
	p.check(err)
	p.do("administrator", "/simulator/clock", object{"to": now.Add(4 * time.Minute).Format(time.RFC3339)})
}

// stage enters the next stage and says so.
func (p *play) stage(to string) {
	out := p.do("organiser", p.here("/stage"), object{"to": to})
	p.show.say("stage %s, every guard met", out.str("stage"))
}

// refused expects the service to refuse, and answers what it said.
func (p *play) refused(who, path string, body any, status int) object {
	_, err := p.as(who).post(p.ctx, path, body)
	var r *refusal
	if !errors.As(err, &r) || r.status != status {
		panic(stop{fmt.Errorf("%s should have been refused with %d, and got %v", path, status, err)})
	}
	return decode(r.body)
}
