package people_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/people"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// refs is one process of body b1, in the stage it is set to.
type refs struct{ ref domain.ProcessRef }

func (r *refs) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if id != r.ref.ID {
		return domain.ProcessRef{}, domain.Hidden("process")
	}
	return r.ref, nil
}

// records is what the draw records say, record|person -> outcome.
type records map[string]people.Status

func (r records) Outcome(_ context.Context, record, person string) (people.Status, error) {
	if st, ok := r[record+"|"+person]; ok {
		return st, nil
	}
	return "", domain.E(domain.NotFound, "no such record")
}

type holds map[string]bool

func (h holds) Held(_ context.Context, process, person string) (bool, error) {
	return h[process] || h[person], nil
}

// world is a service with everything it stands on.
type world struct {
	*people.Service
	clock    *domaintest.Clock
	people   *domaintest.Repo[people.Person]
	payments *domaintest.Repo[people.Payment]
	vault    *domaintest.Vault
	files    *domaintest.Files
	audit    *domaintest.Audit
	refs     *refs
	records  records
	holds    holds
}

func newWorld() *world {
	w := &world{
		clock: domaintest.NewClock(start), people: domaintest.Memory(people.People), payments: domaintest.Memory(people.Payments),
		vault: domaintest.NewVault(), files: domaintest.NewFiles(), audit: &domaintest.Audit{}, records: records{}, holds: holds{},
		refs: &refs{domain.ProcessRef{ID: "p1", Body: "b1", Stage: domain.Recruiting, Zone: "Europe/London", Phone: "01632 960123"}},
	}
	w.Service = people.New(people.Deps{
		People: w.people, Payments: w.payments, Processes: w.refs, Vault: w.vault, Files: w.files, Audit: w.audit,
		Clock: w.clock, Records: w.records, Holds: w.holds,
	})
	return w
}

func staff(id string, role domain.Role) domain.Actor {
	return domain.Actor{ID: id, Via: "api", Grants: []domain.Grant{{Role: role, Process: "p1"}}}
}

var (
	olu    = staff("olu", domain.Organiser)
	orla   = staff("orla", domain.Organiser)
	caller = staff("cal", domain.ConfirmationCaller)
	fay    = staff("fay", domain.Facilitator)
	comm   = staff("com", domain.Commissioner)
)

func by(a domain.Actor, key string) domain.Command { return domain.Command{Actor: a, Key: key} }

func member(id, via string) domain.Actor { return domain.MemberActor("p1", id, via) }

// mari is an invented person; every one of these words must stay sealed.
var mari = people.Identity{
	Name: "Marigold Quillfeather", Number: "+447700900123", Email: "marigold@example.org",
	Address: "12 Oak Lane, Coleford", Postcode: "GL16 8AA", Language: "cy", Format: "large_print",
}

var mariSays = people.Answers{"disability": "wheelchair-user", "age": "25-34"}

var secrets = []string{
	"Marigold", "Quillfeather", "7700900123", "marigold@", "Oak Lane", "GL16", "wheelchair", "large_print", "\"cy\"",
	"bsl_interpreter", "ramp at the door", "shouted at", "12345678", "102030", "bus to Coleford",
}

func (w *world) must(t *testing.T, p people.Person, err error) people.Person {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) register(t *testing.T, key string) people.Person {
	t.Helper()
	p, err := w.Register(t.Context(), by(caller, key), "p1", people.RegisterInput{Identity: mari, Answers: mariSays, Source: people.FromStaff})
	return w.must(t, p, err)
}

// upTo takes a new person along the usual way to a status.
func (w *world) upTo(t *testing.T, key string, want people.Status) people.Person {
	t.Helper()
	p, ctx := w.register(t, key), t.Context()
	way := []struct {
		to people.Status
		do func() (people.Person, error)
	}{
		{people.Eligible, func() (people.Person, error) {
			return w.Assess(ctx, by(olu, key+"a"), p.ID, people.AssessInput{Eligible: true})
		}},
		{people.InPool, func() (people.Person, error) { return w.Admit(ctx, by(olu, key+"b"), p.ID, people.AdmitInput{}) }},
		{people.Selected, func() (people.Person, error) {
			w.records["d1|"+p.ID] = people.Selected
			return w.MarkOutcome(ctx, by(olu, key+"c"), p.ID, people.OutcomeInput{Draw: "d1", Outcome: people.Selected})
		}},
		{people.Offered, func() (people.Person, error) {
			return w.MakeOffer(ctx, by(olu, key+"d"), p.ID, people.OfferInput{Due: w.clock.Now().Add(72 * time.Hour)})
		}},
		{people.Confirmed, func() (people.Person, error) {
			return w.Confirm(ctx, by(member(p.ID, "sms"), key+"e"), p.ID, people.ConfirmInput{Available: true})
		}},
		{people.Onboarded, func() (people.Person, error) {
			w.makeReady(t, key, p.ID)
			return w.Onboard(ctx, by(olu, key+"f"), p.ID, people.StepInput{})
		}},
		{people.Serving, func() (people.Person, error) { return w.Serve(ctx, by(fay, key+"g"), p.ID, people.StepInput{}) }},
		{people.Completed, func() (people.Person, error) {
			return w.Complete(ctx, by(fay, key+"h"), p.ID, people.StepInput{})
		}},
	}
	for _, step := range way {
		if p.Status == want {
			break
		}
		got, err := step.do()
		p = w.must(t, got, err)
		if p.Status != step.to {
			t.Fatalf("on the way to %s: got %s, want %s", want, p.Status, step.to)
		}
	}
	return p
}

func (w *world) makeReady(t *testing.T, key, id string) {
	t.Helper()
	ctx := t.Context()
	p, err := w.GiveConsent(ctx, by(member(id, "web"), key+"1"), id, people.ConsentInput{Version: "2026-1"})
	w.must(t, p, err)
	p, err = w.RecordInduction(ctx, by(fay, key+"2"), id, people.InductionInput{Kind: "meeting"})
	w.must(t, p, err)
	p, err = w.ChoosePayment(ctx, by(caller, key+"3"), id, people.PaymentChoiceInput{Choice: people.Pay})
	w.must(t, p, err)
	p, err = w.RecordAdvice(ctx, by(caller, key+"4"), id, people.AdviceInput{State: people.AdviceOffered})
	w.must(t, p, err)
}

// wantCode fails unless err has the code; "" wants no error.
func wantCode(t *testing.T, what string, err error, want domain.Code) {
	t.Helper()
	if got := domain.CodeOf(err); got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

// missingItems are the names of unmet guard items.
func missingItems(err error) string {
	var names []string
	if e, ok := err.(*domain.Error); ok {
		for _, m := range e.Missing {
			names = append(names, m.Item)
		}
	}
	return strings.Join(names, " ")
}

// stored is everything the repositories and the audit log hold, as JSON.
func (w *world) stored(t *testing.T) string {
	t.Helper()
	raw, err := json.Marshal([]any{w.people.All(), w.payments.All(), w.audit.Events()})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
