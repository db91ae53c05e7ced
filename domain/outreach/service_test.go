package outreach_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/outreach"
)

// house is the service over stores in memory.
type house struct {
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
	folk    *folk
	svc     *outreach.Service
}

func newHouse(t testing.TB) *house {
	h := &house{
		t: t, clock: domaintest.NewClock(noon), numbers: domaintest.Memory(outreach.Numbers), events: domaintest.Memory(outreach.Events),
		texts: domaintest.Memory(outreach.Texts), letters: domaintest.Memory(outreach.Letters), waves: domaintest.Memory(outreach.Waves),
		queue: domaintest.Memory(outreach.Queue), audit: &domaintest.Audit{}, vault: domaintest.NewVault(), folk: &folk{phones: map[string]string{}},
	}
	h.svc = outreach.New(outreach.Deps{
		Numbers: h.numbers, Events: h.events, Texts: h.texts, Letters: h.letters, Waves: h.waves, Queue: h.queue,
		Processes: h.folk, Contacts: h.folk, Voice: plainVoice{}, Vault: h.vault, Audit: h.audit, Clock: h.clock,
		Quiet: outreach.UsualQuiet, PartsPerSecond: 1, Prices: []outreach.Price{{Gateway: "first", PencePerPart: 4}, {Gateway: "second", PencePerPart: 5.5}}, PencePerLetter: 120,
	})
	return h
}

// folk is one process and its people.
type folk struct {
	mu     sync.Mutex
	order  []string
	phones map[string]string // by person; "" gets letters
	stage  domain.Stage
}

func (f *folk) add(n int) {
	for i := range n {
		id := fmt.Sprintf("person%06d", i)
		f.order = append(f.order, id)
		f.phones[id] = fmt.Sprintf("+999%09d", i)
	}
}

func (f *folk) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if id != "p1" {
		return domain.ProcessRef{}, domain.Hidden("process")
	}
	return domain.ProcessRef{ID: "p1", Body: "b1", ShortName: "Oak Jury", Zone: "Europe/London", Stage: f.stage}, nil
}

func (f *folk) Contact(_ context.Context, _, person string) (outreach.Contact, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	phone, ok := f.phones[person]
	if !ok {
		return outreach.Contact{}, domain.Hidden("person")
	}
	return outreach.Contact{Phone: phone, Code: "K7QX2M9P"}, nil
}

func (f *folk) Postal(_ context.Context, _, person string) (outreach.Postal, error) {
	return outreach.Postal{Name: "=Resident " + person, Address: []string{"1 High Street"}}, nil
}

func (f *folk) Audience(_ context.Context, _, status string, after domain.Cursor, limit int) ([]string, domain.Cursor, error) {
	if status != "invited" {
		return nil, "", nil
	}
	var out []string
	for _, id := range f.order {
		if id > string(after) && len(out) < limit {
			out = append(out, id)
		}
	}
	if len(out) < limit {
		return out, "", nil
	}
	return out, domain.Cursor(out[limit-1]), nil
}

// plainVoice says the template's name.
type plainVoice struct{}

func (plainVoice) Compose(_ context.Context, n outreach.Note) (outreach.Words, error) {
	if n.Template == "unknown" {
		return outreach.Words{}, domain.E(domain.Internal, "there is no such text")
	}
	return outreach.Words{Text: n.Process.ShortName + ": " + n.Template + n.Vars["text"], Lang: "en", Parts: 2}, nil
}
func (plainVoice) Flow(string) string { return "" }
func (plainVoice) Speak(context.Context, outreach.Note, outreach.Turn) (outreach.Spoken, error) {
	return outreach.Spoken{}, nil
}

func (h *house) broadcast(template string) domain.Effect {
	var r domain.Root
	r.Emit(domain.Command{Key: "launch"}, domain.EffectBroadcast, template, noon, domain.BroadcastData{
		Process: "p1", Statuses: []string{"invited", "eligible"}, Template: template, Class: domain.ClassBulk,
	})
	return r.Effects[0]
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAWaveReachesEachPersonOnceHoweverOftenItIsKilled(t *testing.T) {
	t.Parallel()
	const people = 1700
	h := newHouse(t)
	h.folk.add(people)
	check(t, h.svc.Execute(t.Context(), h.broadcast("invitation")))
	check(t, h.svc.Execute(t.Context(), h.broadcast("invitation")))
	kills := 0
	var mu sync.Mutex
	ops := 0
	h.numbers.Before = func(string, string) error {
		mu.Lock()
		defer mu.Unlock()
		ops++
		if ops%701 == 0 {
			kills++
			return domain.E(domain.Unavailable, "killed")
		}
		return nil
	}
	for range 40 {
		if n, err := h.svc.Tick(t.Context()); err == nil && n == 0 {
			break
		}
	}
	h.numbers.Before = nil
	if kills < 3 {
		t.Fatalf("killed %d times, want at least 3", kills)
	}
	w := h.waves.All()
	if len(w) != 1 || w[0].State != outreach.WaveDone || w[0].Told != people {
		t.Errorf("got %d waves, %+v", len(w), w[0].View())
	}
	got := map[int]int{}
	for _, n := range h.numbers.All() {
		got[len(n.Outbox)]++
	}
	if diff := cmp.Diff(map[int]int{1: people}, got); diff != "" {
		t.Errorf("messages per number (-want +got):\n%s", diff)
	}
}

func TestAWaveCanBePausedAndCancelledWhileItsMessagesWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.add(3)
	check(t, h.svc.Execute(t.Context(), h.broadcast("invitation")))
	if _, err := h.svc.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	wave := h.waves.All()[0].ID
	claim := func() bool {
		_, ok, err := h.svc.Claim(t.Context(), h.svc.Hash("+999000000000"), outreach.LaneBulk, "w")
		check(t, err)
		return ok
	}
	steer := func(key, state string) error {
		_, err := h.svc.SteerWave(t.Context(), olive(key), "p1", wave, outreach.WaveState{State: state})
		return err
	}
	check(t, steer("1", outreach.WavePaused))
	if claim() {
		t.Error("a paused wave's message was claimed")
	}
	check(t, steer("2", outreach.WaveRunning))
	h.clock.Advance(6 * time.Minute)
	if !claim() {
		t.Error("a resumed wave's message was not claimed")
	}
	check(t, steer("3", outreach.WaveCancelled))
	if _, ok, err := h.svc.Claim(t.Context(), h.svc.Hash("+999000000001"), outreach.LaneBulk, "w"); ok || err != nil {
		t.Errorf("a cancelled wave's message: %v %v", ok, err)
	}
	if got := h.texts.All(); len(got) != 1 || got[0].State != outreach.Dropped {
		t.Errorf("got %+v, want one dropped", got)
	}
	if err := steer("4", outreach.WaveRunning); !domain.Is(err, domain.Conflict) {
		t.Errorf("got %v, want conflict", err)
	}
}

func olive(key string) domain.Command {
	return domain.Command{Key: key, Actor: domain.Actor{ID: "olive", Grants: []domain.Grant{{Role: domain.Organiser, Body: "b1"}}}}
}

// TestWhoMayDoWhat asks every verb as every role; the answer is the code.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.add(1)
	ctx := t.Context()
	verbs := map[string]func(domain.Command) error{
		"queue.list":  func(c domain.Command) error { _, _, err := h.svc.QueueList(ctx, c.Actor, "p1", "", "", 10); return err },
		"queue.claim": func(c domain.Command) error { _, err := h.svc.QueueClaim(ctx, c, "p1", "none"); return err },
		"history": func(c domain.Command) error {
			_, err := h.svc.History(ctx, c.Actor, "p1", "person000000", "a call")
			return err
		},
		"waves": func(c domain.Command) error { _, _, err := h.svc.WaveList(ctx, c.Actor, "p1", "", 10); return err },
		"emergency": func(c domain.Command) error {
			_, err := h.svc.Emergency(ctx, c, "p1", outreach.EmergencyInput{})
			return err
		},
		"print":  func(c domain.Command) error { _, err := h.svc.Print(ctx, c, "p1"); return err },
		"export": func(c domain.Command) error { _, err := h.svc.Export(ctx, c.Actor, "p1", "b", "printing"); return err },
		"counts": func(c domain.Command) error { _, err := h.svc.Counts(ctx, c.Actor, "p1", "invitation"); return err },
		"opt-out": func(c domain.Command) error {
			return h.svc.OptOut(ctx, c, "p1", outreach.OptOutInput{Person: "person000000", Source: outreach.FromStaff})
		},
	}
	ok, no, hidden := domain.Code(""), domain.Forbidden, domain.NotFound
	want := map[string]map[domain.Role]domain.Code{
		"queue.list":  {domain.Organiser: ok, domain.ConfirmationCaller: ok, domain.Commissioner: no, domain.Oversight: no, domain.Member: no, domain.Public: hidden},
		"queue.claim": {domain.Organiser: hidden, domain.ConfirmationCaller: hidden, domain.Commissioner: no, domain.Member: no, domain.Public: hidden},
		"history":     {domain.Organiser: ok, domain.ConfirmationCaller: ok, domain.Commissioner: no, domain.Oversight: no, domain.Member: no, domain.Public: hidden},
		"waves":       {domain.Organiser: ok, domain.Commissioner: ok, domain.Evaluator: ok, domain.Member: no, domain.Public: hidden},
		"emergency":   {domain.Organiser: domain.Invalid, domain.ConfirmationCaller: no, domain.Commissioner: no, domain.Public: hidden},
		"print":       {domain.Organiser: ok, domain.ConfirmationCaller: no, domain.Commissioner: no, domain.Public: hidden},
		"export":      {domain.Organiser: hidden, domain.Commissioner: no, domain.Administrator: no, domain.Public: hidden},
		"counts":      {domain.Organiser: ok, domain.Commissioner: ok, domain.Member: no, domain.Public: hidden},
		"opt-out":     {domain.Organiser: ok, domain.ConfirmationCaller: ok, domain.Commissioner: no, domain.Member: no, domain.Public: hidden},
	}
	for verb, do := range verbs {
		for role, code := range want[verb] {
			c := domain.Command{Key: verb + string(role), Actor: domain.Actor{ID: "someone", Grants: []domain.Grant{{Role: role, Body: "b1"}}}}
			if got := domain.CodeOf(do(c)); got != code {
				t.Errorf("%s as %s: %q, want %q", verb, role, got, code)
			}
			c.Actor.Grants[0].Body = "b2"
			if got := domain.CodeOf(do(c)); got != hidden {
				t.Errorf("%s as %s of another body: %q, want %q", verb, role, got, hidden)
			}
		}
	}
}

func TestAMemberReadsTheirOwnHistoryAndStopsTheirOwnTexts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.add(2)
	me := domain.MemberActor("p1", "person000000", "web")
	if _, err := h.svc.History(t.Context(), me, "p1", "person000000", ""); err != nil {
		t.Error(err)
	}
	if _, err := h.svc.History(t.Context(), me, "p1", "person000001", "x"); !domain.Is(err, domain.Forbidden) {
		t.Errorf("another's history: %v", err)
	}
	cmd := domain.Command{Actor: me, Key: "k"}
	check(t, h.svc.OptOut(t.Context(), cmd, "p1", outreach.OptOutInput{Person: "person000000", Source: outreach.FromPage}))
	if err := h.svc.OptOut(t.Context(), cmd, "p1", outreach.OptOutInput{Person: "person000001", Source: outreach.FromPage}); !domain.Is(err, domain.Forbidden) {
		t.Errorf("another's texts: %v", err)
	}
	if n := len(h.audit.Events()); n != 0 {
		t.Errorf("%d looks recorded for one's own data", n)
	}
}

func TestWhoOptedOutIsOwedALetterButNoAdvertising(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.add(1)
	check(t, h.svc.OptOut(t.Context(), olive("1"), "p1", outreach.OptOutInput{Person: "person000000", Source: outreach.FromStaff}))
	for _, r := range []struct {
		class string
		want  outreach.Way
	}{{domain.ClassBulk, outreach.ByNone}, {domain.ClassService, outreach.ByLetter}, {domain.ClassDecision, outreach.ByLetter}} {
		way, err := h.svc.Send(t.Context(), olive(r.class), domain.MessageData{Process: "p1", Person: "person000000", Template: "picked", Class: r.class})
		check(t, err)
		if way != r.want {
			t.Errorf("%s: by %s, want %s", r.class, way, r.want)
		}
	}
	b, err := h.svc.Print(t.Context(), olive("print"), "p1")
	check(t, err)
	if b.Letters != 2 {
		t.Errorf("%d letters in the batch, want 2", b.Letters)
	}
	if _, err := h.svc.Export(t.Context(), olive("").Actor, "p1", b.ID, " "); !domain.Is(err, domain.Invalid) {
		t.Errorf("no purpose: %v", err)
	}
	h.audit.FailWith(domain.E(domain.Unavailable, "the record is away"))
	if _, err := h.svc.Export(t.Context(), olive("").Actor, "p1", b.ID, "printing"); !domain.Is(err, domain.Unavailable) {
		t.Errorf("a look that cannot be recorded happened: %v", err)
	}
}

func TestForgettingTakesTheNumbersKeyWithItsLastPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.phones = map[string]string{"ann": "+447700900123", "bob": "+447700900123"}
	for _, who := range []string{"ann", "bob"} {
		_, err := h.svc.Send(t.Context(), olive(who), domain.MessageData{Process: "p1", Person: who, Template: "picked", Class: domain.ClassService})
		check(t, err)
	}
	a, err := h.svc.Receive(t.Context(), outreach.Raw{Provider: "simulated", Kind: outreach.KindText, External: "SM1", Phone: "+447700900123", Content: []byte("my name is Ann")})
	check(t, err)
	check(t, h.svc.Processed(t.Context(), a.ID, outreach.Understood{Process: "p1", Person: "ann", Text: "my name is Ann"}))
	check(t, h.svc.OptOut(t.Context(), olive("o"), "p1", outreach.OptOutInput{Person: "ann", Source: outreach.FromStaff}))
	check(t, h.svc.Forget(t.Context(), olive("1"), "p1", "ann", "+447700900123"))
	if lines, err := h.svc.Lines(t.Context(), "p1", "bob"); err != nil || len(lines) == 0 || lines[0].Text == "" {
		t.Errorf("bob's history went with ann: %v %v", lines, err)
	}
	check(t, h.svc.Forget(t.Context(), olive("2"), "p1", "bob", "+447700900123"))
	lines, err := h.svc.Lines(t.Context(), "p1", "ann")
	check(t, err)
	for _, l := range lines {
		if strings.Contains(l.Text, "Ann") {
			t.Errorf("still readable: %q", l.Text)
		}
	}
	n := h.numbers.All()[0]
	if n.Phone != "" || len(n.People) != 0 || !n.OptedOut("p1") {
		t.Errorf("kept %+v; only the hash and the opt-out stay", n)
	}
}

func TestAForecastKnowsTheNight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f, err := h.svc.Forecast(t.Context(), olive("").Actor, "p1", outreach.ForecastInput{Template: "invitation", People: 20100, Letters: 100})
	check(t, err)
	// 40 000 parts at one a second are 11 h 6 m 40 s; noon to 20.00 takes eight.
	want := outreach.Forecast{
		Text: "Oak Jury: invitation", Parts: 2, People: 20100, Letters: 100, Total: 40000, Pence: 172000, LetterPence: 12000, Rate: 1, Seconds: 40000, Starts: noon,
		Costs: []outreach.Cost{
			{Price: outreach.Price{Gateway: "first", PencePerPart: 4}, Pence: 160000}, {Price: outreach.Price{Gateway: "second", PencePerPart: 5.5}, Pence: 220000},
		},
		Ends: time.Date(2026, 6, 18, 10, 6, 40, 0, time.UTC),
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNothingInTheStoreNamesTheNumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.phones = map[string]string{"ann": "+447700900123"}
	_, err := h.svc.Send(t.Context(), olive("1"), domain.MessageData{Process: "p1", Person: "ann", Template: "picked"})
	check(t, err)
	for _, n := range h.numbers.All() {
		if s := fmt.Sprintf("%+v", n); strings.Contains(s, "7700900123") {
			t.Errorf("plain in the document: %s", s)
		}
	}
}

func TestAProfilesOwnQuietHoursHold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.folk.phones = map[string]string{"ann": "+447700900123"}
	h.svc.QuietOf = func(profile string) (outreach.Quiet, bool) {
		return outreach.Quiet{From: 14, To: 18, SundayFrom: 14}, profile == ""
	}
	_, err := h.svc.Send(t.Context(), olive("1"), domain.MessageData{Process: "p1", Person: "ann", Template: "picked", Class: domain.ClassService})
	check(t, err)
	id := h.svc.Hash("+447700900123")
	for _, r := range []struct {
		after time.Duration
		want  bool
	}{{0, false}, {time.Hour, false}, {time.Hour, true}} { // noon, one, two in London
		h.clock.Advance(r.after)
		if _, ok, err := h.svc.Claim(t.Context(), id, outreach.LaneService, "w"); err != nil || ok != r.want {
			t.Errorf("at %s: claimed %v, %v", h.clock.Now(), ok, err)
		}
	}
}
