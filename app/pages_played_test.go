package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"testing"
	"time"

	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/domain/people"
	"folkmoot/domain/process"
	"folkmoot/domain/recruitment"
)

// played is a house in which one jury went all the way and another has just
// been proposed by another body.
type played struct {
	*house
	t       testing.TB
	ctx     context.Context
	actors  map[string]domain.Actor
	links   map[string]string
	id      string // of the jury
	code    string
	other   string // id of the other body's process
	member  string // id of a member
	letter  string // code of an invitee of a third jury, which still recruits
	young   string // id of that third jury
	number  string // of somebody's phone
	zone    string // of the bodies, "" for the usual one
	sitting string // id of the session that was held
	recs    []string
	rec     string // the one of them without an answer
	left    string // page by which a mailbox leaves
	n       int
}

func (p *played) do(who string) domain.Command {
	p.n++
	a, ok := p.actors[who]
	if !ok {
		a = domain.SystemActor("test")
	}
	return domain.Command{Actor: a, Key: fmt.Sprintf("play-%04d", p.n)}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("got %v, want no error", err)
		}
		return v
	}
}

// playHouse opens a house and plays in it.
func playHouse(t testing.TB) (*played, net.Listener) {
	t.Helper()
	p, ln := quietHouse(t)
	p.play()
	return p, ln
}

// play plays one jury from end to end, and the beginning of two more.
func (p *played) play() {
	p.t.Helper()
	p.at("2026-01-15 10:00")
	p.promise()
	p.recruit()
	p.sit()
	p.report()
	p.after()
	p.recruiting()
	p.settled()
	p.link()
}

// quietHouse opens a house in a folder of its own on a port of this machine,
// with further settings.
func quietHouse(t testing.TB, settings ...string) (*played, net.Listener) {
	t.Helper()
	ln := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	l := must[config.Loaded](t)(config.Load(append([]string{
		"FOLKMOOT_DATA_DIR=" + t.TempDir(), "FOLKMOOT_LISTEN=" + ln.Addr().String(), "FOLKMOOT_DEMO=true", "FOLKMOOT_LOG_LEVEL=error",
		"FOLKMOOT_API_RATE=100000", "FOLKMOOT_API_BURST=100000",
	}, settings...), os.DevNull))
	h := must[*house](t)(openHouse(t.Context(), l.Config, slog.New(slog.NewTextHandler(io.Discard, nil))))
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Errorf("closing the house: %v", err)
		}
	})
	p := &played{house: h, t: t, ctx: t.Context(), actors: map[string]domain.Actor{}, links: map[string]string{}}
	return p, ln
}

// link makes everybody a link to sign in with.
func (p *played) link() {
	p.t.Helper()
	t := p.t
	for who, a := range p.actors {
		if who == "member" {
			p.links[who] = must[string](t)(p.access.MakeMemberLink(p.ctx, p.do(""), p.id, p.member))
			continue
		}
		p.links[who] = must[string](t)(p.access.MakeLink(p.ctx, p.do(""), a.ID))
	}
}

func (p *played) at(local string) {
	p.t.Helper()
	zone := must[*time.Location](p.t)(time.LoadLocation(cmp.Or(p.zone, "Europe/London")))
	to := must[time.Time](p.t)(time.ParseInLocation("2006-01-02 15:04", local, zone))
	if err := p.setClock(p.ctx, to); err != nil {
		p.t.Fatal(err)
	}
}

func (p *played) settled() {
	p.t.Helper()
	must[int](p.t)(p.settle(p.ctx))
}

func (p *played) user(key, name string, grants ...domain.Grant) {
	p.t.Helper()
	u := must[access.UserView](p.t)(p.access.CreateUser(p.ctx, p.do(""), access.UserInput{Name: name, Grants: grants}))
	p.actors[key] = must[domain.Actor](p.t)(p.access.Actor(p.ctx, u.ID, "web"))
}

// enter moves the process on; past what this play leaves out, with a reason.
func (p *played) enter(id string, to domain.Stage) {
	p.t.Helper()
	must[process.View](p.t)(p.process.Advance(p.ctx, p.do("organiser"), id, process.AdvanceInput{To: to, OverrideReason: "The play leaves some of it out."}))
	p.settled()
}

func (p *played) body(name string) string {
	p.t.Helper()
	return must[process.BodyView](p.t)(p.process.CreateBody(p.ctx, p.do(""), process.BodyInput{
		Name: name, Kind: "integrated_care_board", Profile: "england_nhs", Zone: p.zone, Phone: "01632 960123", Website: "https://health.example.org",
	})).ID
}

func (p *played) promise() {
	ours, theirs := p.body("Forest Health Board"), p.body("Valley Trust")
	for key, role := range map[string]domain.Role{
		"organiser": domain.Organiser, "organiser two": domain.Organiser, "commissioner": domain.Commissioner, "facilitator": domain.Facilitator,
		"oversight": domain.Oversight, "evaluator": domain.Evaluator, "caller": domain.ConfirmationCaller,
	} {
		p.user(key, "Staff "+key, domain.Grant{Role: role, Body: ours})
	}
	p.user("administrator", "Ada Min", domain.Grant{Role: domain.Administrator})
	p.user("elsewhere", "Otto Else", domain.Grant{Role: domain.Organiser, Body: theirs}, domain.Grant{Role: domain.Commissioner, Body: theirs})
	p.id, p.code = p.propose("organiser", "commissioner", ours, "Forest hospital jury", "Forest Jury", "Where should the new hospital be: Coleford or Lydney?")
	p.other, _ = p.propose("elsewhere", "elsewhere", theirs, "Valley secret plan", "Valley Jury", "Which ward should close first?")
	for i, stand := range []string{"patients", "local government", "clinicians"} {
		must[process.View](p.t)(p.process.AppointOversight(p.ctx, p.do("organiser"), p.id, process.OversightInput{
			User: p.actors["oversight"].ID + fmt.Sprint(i), Name: fmt.Sprintf("Watcher %d", i+1), Standpoint: stand,
		}))
	}
	p.enter(p.id, domain.RemitAgreed)
	must[process.View](p.t)(p.process.Specify(p.ctx, p.do("organiser"), p.id, specification(12, "2026-03-02", "2026-03-04")))
	p.enter(p.id, domain.Designed)
}

func specification(size int, starts, ends string) process.SpecificationInput {
	from, _ := time.Parse(time.DateOnly, starts)
	to, _ := time.Parse(time.DateOnly, ends)
	return process.SpecificationInput{
		Size: size, MinSeated: size - 1, Reserves: 1, Hours: 16, Starts: from.Add(9 * time.Hour), Ends: to.Add(16 * time.Hour), Place: "Coleford", Times: "9.30am to 4pm",
		Purpose: "help choose where the new hospital goes", Method: "A jury gives a contested choice the time it needs.", PayPence: 32000,
		PaymentPolicy: "P1", PrivacyNotice: "N1", DPIA: "D1", Formats: []string{"text"}, Languages: []string{"en"}, MinAge: 18, Area: "Forest of Dean",
	}
}

func (p *played) propose(organiser, commissioner, body, name, short, question string) (id, code string) {
	p.t.Helper()
	v := must[process.View](p.t)(p.process.Propose(p.ctx, p.do(commissioner), process.ProposeInput{Body: body, Kind: "jury", Name: name, ShortName: short}))
	must[process.View](p.t)(p.process.SetRemit(p.ctx, p.do(commissioner), v.ID, process.RemitInput{
		Question: question, InScope: []string{"The place"}, OutOfScope: []string{"Whether to build at all"},
		Influence: "The jury recommends. The board decides, in public, and says why.", Criteria: []string{"Travel", "Cost"}, Preference: "none",
	}))
	must[process.View](p.t)(p.process.Commit(p.ctx, p.do(commissioner), v.ID, process.CommitmentInput{
		Promise: "We will answer every recommendation, with a reason.", DecidedBy: "The board, in public",
		ResponseDue: p.clock.Now().AddDate(0, 3, 0),
	}))
	return v.ID, v.Code
}

// targets ask for as many women as men, and for some of each age.
func (p *played) open(id string) {
	p.t.Helper()
	size := 12
	must[recruitment.View](p.t)(p.recruitment.SetTargets(p.ctx, p.do("organiser"), id, recruitment.TargetsInput{Targets: []recruitment.Target{
		{Feature: "gender", Value: "woman", Min: size / 2, Max: size / 2, Share: 5100, Source: "Census 2021"}, {Feature: "gender", Value: "man", Min: size / 2, Max: size / 2, Share: 4900, Source: "Census 2021"},
		{Feature: "age", Value: "18 to 44", Min: 4, Max: 8, Share: 4000, Source: "Census 2021"}, {Feature: "age", Value: "45 and over", Min: 4, Max: 8, Share: 6000, Source: "Census 2021"},
	}}))
	eligibility := "Do you live in the Forest of Dean?"
	must[recruitment.View](p.t)(p.recruitment.Set(p.ctx, p.do("organiser"), id, recruitment.SettingsInput{
		Asking:      &[]recruitment.Asking{{Feature: "gender", Text: "How do you describe yourself?"}, {Feature: "age", Text: "How old are you?"}},
		Eligibility: &eligibility,
	}))
	must[recruitment.View](p.t)(p.recruitment.RecordOptOutTest(p.ctx, p.do("organiser"), id))
	p.enter(id, domain.Recruiting)
	must[recruitment.View](p.t)(p.recruitment.OpenPool(p.ctx, p.do("organiser"), id))
}

func (p *played) recruit() {
	p.offers()
	for person, err := range p.people.Of(p.ctx, p.id, people.Offered) {
		if err != nil {
			p.t.Fatal(err)
		}
		must[people.Person](p.t)(p.people.Confirm(p.ctx, p.do("caller"), person.ID, people.ConfirmInput{Available: true}))
		p.member = person.ID
	}
	must[people.Person](p.t)(p.people.AskSupport(p.ctx, p.do("caller"), p.member, people.SupportInput{Kind: "travel", Detail: "A taxi from Whimberry Cottage"}))
	p.enter(p.id, domain.Convened)
	p.enter(p.id, domain.Deliberating)
	a := domain.MemberActor(p.id, p.member, "web")
	p.actors["member"] = a
}

// offers takes the jury to where the seats are offered.
func (p *played) offers() {
	p.applies()
	p.draws()
}

// applies has forty residents register.
func (p *played) applies() {
	p.at("2026-02-02 10:00")
	p.open(p.id)
	for i := range 40 {
		number := fmt.Sprintf("+999000000%03d", i)
		must[recruitment.Registered](p.t)(p.recruitment.Register(p.ctx, p.do("organiser"), p.id, recruitment.RegisterInput{
			Identity: people.Identity{Name: people.Private(fmt.Sprintf("Resident Quill%02d", i)), Number: people.Private(number), Address: people.Private(fmt.Sprintf("%d Hidden Lane", i)), Postcode: "GL16 7QD"},
			Answers:  people.Answers{"gender": []string{"woman", "man"}[i%2], "age": []string{"18 to 44", "45 and over"}[i/2%2]}, Source: people.FromStaff, Channel: people.ChannelText,
		}))
	}
	p.number = "+999000000007"
}

// draws closes the pool, draws, and offers the seats.
func (p *played) draws() {
	must[recruitment.View](p.t)(p.recruitment.ClosePool(p.ctx, p.do("organiser"), p.id))
	p.settled()
	d := must[recruitment.DrawView](p.t)(p.recruitment.PrepareDraw(p.ctx, p.do("organiser"), p.id, recruitment.PrepareInput{SeedPlan: "Twelve digits, drawn from a bag of balls in the village hall.", Panels: 100}))
	must[recruitment.DrawView](p.t)(p.recruitment.CommitDraw(p.ctx, p.do("organiser"), p.id, d.ID, recruitment.CommitInput{
		Observers: []recruitment.Observer{{Name: "Wyn Essex", Role: "for the applicants"}}, DrawAt: p.clock.Now().Add(24 * time.Hour),
	}))
	p.at("2026-02-03 14:00")
	seed := recruitment.SeedInput{Digits: "314159265358", Witnesses: []string{"Wyn Essex, observer", "Pat Ash, librarian"}}
	must[recruitment.DrawView](p.t)(p.recruitment.GiveSeed(p.ctx, p.do("organiser"), p.id, d.ID, seed))
	must[recruitment.DrawView](p.t)(p.recruitment.ConfirmSeed(p.ctx, p.do("oversight"), p.id, d.ID, recruitment.SeedInput{Digits: seed.Digits}))
	must[recruitment.DrawView](p.t)(p.recruitment.ConcludeDraw(p.ctx, p.do("organiser"), p.id, d.ID))
	p.settled()
	p.enter(p.id, domain.Selected)
}
