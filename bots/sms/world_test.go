package sms_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/flows"
	"folkmoot/bots/sms"
	"folkmoot/bots/sms/gateway"
	"folkmoot/bots/sms/gsm"
	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/outreach"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start is a Monday morning in British summer time.
var start = time.Date(2018, 6, 18, 9, 0, 0, 0, time.UTC)

const (
	publicURL = "https://folkmoot.example"
	inPath    = "/webhooks/sms/simulated"
	statusURL = publicURL + "/webhooks/sms/simulated/status"
)

// world is everything behind the door, with a phone network in front.
type world struct {
	t       testing.TB
	clock   *domaintest.Clock
	numbers *domaintest.Repo[outreach.Number]
	events  *domaintest.Repo[outreach.Received]
	texts   *domaintest.Repo[outreach.Text]
	letters *domaintest.Repo[outreach.Letter]
	waves   *domaintest.Repo[outreach.Wave]
	queue   *domaintest.Repo[outreach.Item]
	audit   *domaintest.Audit
	vault   *domaintest.Vault
	svc     *outreach.Service
	desk    *sms.Desk
	inbox   *sms.Inbox
	outbox  *sms.Outbox
	mailbox *sms.Outbox
	does    *sms.Dispatcher
	net     *gateway.Network
	town    *town
	counts  *counts
}

type counts struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counts) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[name]++
}

func (c *counts) of(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[name]
}

// town holds processes and people, and stands in for the other services.
type town struct {
	mu        sync.Mutex
	processes map[string]domain.ProcessRef
	people    map[string]outreach.Contact // by process/person
	postal    map[string]outreach.Postal
	status    map[string][]string // by process/status: ids in order
	done      []string            // commands carried out, in order
	seen      map[string]bool     // their keys
	refuse    map[string]error    // by command name
	letters   map[string]string   // people of p1 by the code of their letter
	contact   func(context.Context, domain.Effect) error
}

func newTown() *town {
	t := &town{
		processes: map[string]domain.ProcessRef{}, people: map[string]outreach.Contact{}, postal: map[string]outreach.Postal{},
		status: map[string][]string{}, seen: map[string]bool{}, refuse: map[string]error{},
		letters: map[string]string{"ANNS2345": "ann", "BOBS2345": "bob"},
	}
	t.processes["p1"] = jury("p1", "Forest Health Jury", "F7K2", "FOREST")
	t.processes["p2"] = jury("p2", "Town Trees Jury", "T3R5", "TREES")
	return t
}

func jury(id, name, code, word string) domain.ProcessRef {
	return domain.ProcessRef{
		ID: id, Body: "b1", BodyName: "the two NHS boards", Kind: "jury", Name: name, ShortName: name, Code: code, Keyword: word,
		Question: "where the new community hospital goes", Stage: domain.Recruiting, Zone: "Europe/London", Size: 18,
		PayPence: 47000, Place: "Coleford", Phone: "01632 960123",
		Starts: time.Date(2018, 7, 30, 12, 0, 0, 0, time.UTC), Ends: time.Date(2018, 8, 3, 16, 0, 0, 0, time.UTC),
	}
}

func (t *town) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if p, ok := t.processes[id]; ok {
		return p, nil
	}
	return domain.ProcessRef{}, domain.Hidden("process")
}

func (t *town) Contact(_ context.Context, process, person string) (outreach.Contact, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c, ok := t.people[process+"/"+person]; ok {
		return c, nil
	}
	return outreach.Contact{}, domain.Hidden("person")
}

func (t *town) Postal(_ context.Context, process, person string) (outreach.Postal, error) {
	if p, ok := t.postal[process+"/"+person]; ok {
		return p, nil
	}
	return outreach.Postal{}, domain.Hidden("address")
}

func (t *town) Audience(_ context.Context, process, status string, after domain.Cursor, limit int) ([]string, domain.Cursor, error) {
	var out []string
	for _, id := range t.status[process+"/"+status] {
		if id > string(after) {
			out = append(out, id)
		}
	}
	if len(out) > limit {
		return out[:limit], domain.Cursor(out[limit-1]), nil
	}
	return out, "", nil
}

// Find knows processes by their word and their code.
func (t *town) Find(_ context.Context, text string) (sms.Found, bool, error) {
	first, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if who, ok := t.letters[first]; ok {
		return sms.Found{Process: t.processes["p1"], Person: who, Rest: rest}, true, nil
	}
	for _, id := range []string{"p1", "p2"} {
		p := t.processes[id]
		if strings.EqualFold(first, p.Keyword) || strings.EqualFold(first, p.Code) {
			return sms.Found{Process: p, Rest: rest}, true, nil
		}
	}
	return sms.Found{}, false, nil
}

func (t *town) Default(context.Context, string) (domain.ProcessRef, bool, error) {
	return domain.ProcessRef{}, false, nil
}

// reach gives a person of p1 another number, as domain/people does: what
// follows is an effect of the same write.
func (t *town) reach(ctx context.Context, key, person, phone string, asked bool) error {
	t.mu.Lock()
	c := t.people["p1/"+person]
	had := c.Phone
	c.Phone = phone
	t.people["p1/"+person] = c
	t.mu.Unlock()
	if had == phone {
		return nil
	}
	return t.contact(ctx, contactEffect(key, domain.ContactData{Process: "p1", Person: person, Number: had, Asked: asked}))
}

func contactEffect(key string, d domain.ContactData) domain.Effect {
	var r domain.Root
	r.Emit(domain.Command{Key: key}, domain.EffectContact, "contact", start, d)
	return r.Effects[0]
}

// did notes a command once per key.
func (t *town) did(cmd domain.Command, name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	verb, _, _ := strings.Cut(name, " ")
	if err := t.refuse[verb]; err != nil {
		return err
	}
	if t.seen[cmd.Key] {
		return nil
	}
	t.seen[cmd.Key] = true
	t.done = append(t.done, name)
	return nil
}

func (w *world) said(number string) []string {
	var out []string
	for _, text := range w.net.Handset(number) {
		if !text.Sent {
			out = append(out, text.Body)
		}
	}
	return out
}

func newWorld(t testing.TB) *world {
	w := &world{
		t: t, clock: domaintest.NewClock(start), town: newTown(), vault: domaintest.NewVault(),
		numbers: domaintest.Memory(outreach.Numbers), events: domaintest.Memory(outreach.Events),
		texts: domaintest.Memory(outreach.Texts), letters: domaintest.Memory(outreach.Letters),
		waves: domaintest.Memory(outreach.Waves), queue: domaintest.Memory(outreach.Queue),
		audit: &domaintest.Audit{}, counts: &counts{n: map[string]int{}},
	}
	w.net = gateway.NewNetwork(gateway.NetworkConfig{
		Token: "12345", PublicURL: publicURL, InboundPath: inPath, Sender: "+447700900001", Now: w.clock.Now,
	})
	w.build()
	return w
}

// build makes the services anew over the same stores: a restart.
func (w *world) build() {
	texts, err := flows.LoadTexts(os.DirFS("../../config/locales"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.desk = sms.NewDesk(sms.DeskDeps{
		Processes: w.town, Directory: w.town, Texts: texts, Flows: flows.Get,
		Facts:  sms.ProcessFacts{Host: "folkmoot.example", Name: "Folkmoot", Phone: "01632 960000", Word: texts.Text, Questions: questions},
		Parts:  func(s string) int { return gsm.Count(s).Segments },
		Places: sms.Places(), Join: flows.Recruit, Other: flows.Followup, Rest: "following",
	})
	w.svc = outreach.New(outreach.Deps{
		Numbers: w.numbers, Events: w.events, Texts: w.texts, Letters: w.letters, Waves: w.waves, Queue: w.queue,
		Processes: w.town, Contacts: w.town, Voice: w.desk, Vault: w.vault, Audit: w.audit, Clock: w.clock,
		Templates: w.desk.Templates, Quiet: outreach.UsualQuiet, PartsPerSecond: 10, Prices: []outreach.Price{{Gateway: "simulated", PencePerPart: 4}}, PencePerLetter: 120,
	})
	w.desk.Serve(w.svc)
	w.town.contact = func(ctx context.Context, e domain.Effect) error { return w.follow(ctx, e) }
	simulated := gateway.NewSimulated(w.net)
	w.inbox = sms.NewInbox(sms.InboxDeps{
		Outreach: w.svc, Gateways: []gateway.Gateway{simulated}, Desk: w.desk, Clock: w.clock,
		Numbers: gateway.NumberRules{Region: "GB", Simulated: true}, Count: w.counts.add,
	})
	w.outbox = sms.NewOutbox(sms.OutboxDeps{
		Outreach: w.svc, Gateways: []gateway.Sender{simulated}, Clock: w.clock, Worker: "w1", Count: w.counts.add,
		Callback: func(string) string { return statusURL },
	})
	w.does = sms.NewDispatcher(sms.DispatcherDeps{
		Outreach: w.svc, Recruitment: residents{w.town}, People: residents{w.town}, Assembly: residents{w.town}, Erasures: residents{w.town},
		Processes: w.town, Vault: w.vault, Clock: w.clock,
	})
}

// follow carries out what follows from another number or from leaving. The
// number comes plain.
func (w *world) follow(ctx context.Context, e domain.Effect) error {
	var d domain.ContactData
	if err := e.Decode(&d); err != nil {
		return err
	}
	d.Number, d.At = w.svc.Hash(d.Number), w.clock.Now()
	return errors.Join(w.svc.Execute(ctx, contactEffect(e.ID, d)), w.svc.Execute(ctx, contactEffect(e.ID, d)))
}

func questions(_ context.Context, _ domain.ProcessRef, _ string) ([]dialogue.Question, error) {
	return []dialogue.Question{
		{Key: "age", Text: "How old are you?", Options: []dialogue.Choice{{Key: "18-44", Label: "18 to 44"}, {Key: "45+", Label: "45 or over"}}},
	}, nil
}

// post hands a webhook to the door, as app/api does.
func (w *world) post(h gateway.Webhook) error {
	r := gateway.Request{Method: "POST", Target: h.Target, Header: h.Header, Body: h.Body, At: w.clock.Now()}
	if strings.Contains(h.Target, "/status") {
		return w.inbox.Status(w.t.Context(), "simulated", r)
	}
	return w.inbox.Receive(w.t.Context(), "simulated", r)
}

// text is a resident's text through the signed door.
func (w *world) text(from, body string) {
	w.t.Helper()
	if err := w.post(w.net.Write(from, body)); err != nil {
		w.t.Fatalf("text %q: %v", body, err)
	}
}

// settle lets everything that is due happen, until nothing is left: events,
// effects, messages, delivery reports.
func (w *world) settle() {
	w.t.Helper()
	ctx := w.t.Context()
	for range 100 {
		n, err := w.inbox.Drain(ctx)
		if err != nil {
			w.t.Fatalf("drain: %v", err)
		}
		n += w.relay()
		sent, err := w.outbox.Tick(ctx)
		if err != nil {
			w.t.Fatalf("tick: %v", err)
		}
		n += sent
		for _, h := range w.net.Reports() {
			if err := w.post(h); err != nil {
				w.t.Fatalf("report: %v", err)
			}
			n++
		}
		if n == 0 {
			return
		}
	}
	w.t.Fatal("it does not come to rest")
}

// relay executes the pending effects of numbers and queue items.
func (w *world) relay() int {
	w.t.Helper()
	done := 0
	for _, n := range w.numbers.All() {
		done += relayOne(w, w.numbers, n.ID, n.Effects)
	}
	for _, i := range w.queue.All() {
		done += relayOne(w, w.queue, i.ID, i.Effects)
	}
	return done
}

func relayOne[T any](w *world, repo *domaintest.Repo[T], id string, effects []domain.Effect) int {
	var done []string
	for _, e := range effects {
		if err := w.execute(e); err != nil {
			w.t.Fatalf("effect %s: %v", e.Kind, err)
		}
		done = append(done, e.ID)
	}
	if len(done) == 0 {
		return 0
	}
	_, err := repo.Update(w.t.Context(), id, func(doc *T) error {
		any(doc).(domain.Aggregate).Base().Settle(done, nil)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return len(done)
}

// execute does an effect twice: the second time must change nothing.
func (w *world) execute(e domain.Effect) error {
	for range 2 {
		var err error
		switch e.Kind {
		case domain.EffectReply:
			err = w.does.Execute(w.t.Context(), e)
		case domain.EffectMessage, domain.EffectBroadcast, outreach.EffectQueue:
			err = w.svc.Execute(w.t.Context(), e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ask has the domain ask for a message to a person.
func (w *world) ask(d domain.MessageData) {
	w.t.Helper()
	e := effect(w.t, domain.EffectMessage, d.Person+"/"+d.Template+"/"+w.clock.Now().String(), d)
	if err := w.execute(e); err != nil {
		w.t.Fatal(err)
	}
}

func effect(t testing.TB, kind, id string, data any) domain.Effect {
	t.Helper()
	var r domain.Root
	r.Emit(domain.Command{Key: id}, kind, id, start, data)
	return r.Effects[0]
}

var errDown = domain.E(domain.Unavailable, "the store is away")

// check fails with the first error.
func check(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func number(i int) string { return fmt.Sprintf("+999%09d", i) }

func segments(text string) int { return gsm.Count(text).Segments }
