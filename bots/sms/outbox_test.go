package sms_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/bots/sms"
	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// told asks for n messages of a class, each to another resident.
func (w *world) told(n int, class, template string) {
	w.t.Helper()
	for i := range n {
		who := fmt.Sprintf("%s%03d", class, i)
		w.town.people["p1/"+who] = outreach.Contact{Phone: number(len(w.town.people))}
		w.ask(domain.MessageData{Process: "p1", Person: who, Template: template, Class: class})
	}
}

// states counts what became of the messages that left the outboxes.
func (w *world) states() map[outreach.State]int {
	out := map[outreach.State]int{}
	for _, t := range w.texts.All() {
		out[t.State]++
	}
	return out
}

// handsets counts the texts on all handsets by number of copies.
func (w *world) handsets() map[int]int {
	out := map[int]int{}
	for _, n := range w.net.Numbers(10000) {
		out[len(w.said(n))]++
	}
	return out
}

// later lets time pass in steps that leases and looks notice.
func (w *world) later(steps int, d time.Duration) {
	w.t.Helper()
	for range steps {
		w.clock.Advance(d)
		w.settle()
	}
}

func unknown() gateway.Result { return gateway.Result{Class: gateway.Unknown, Code: "cut"} }

func TestWhatASendCameTo(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name   string
		faults []gateway.Result
		class  string
		mute   bool // no delivery reports come
		want   outreach.State
		copies int
		again  int // counted as sent again
	}{
		{"accepted", nil, domain.ClassService, false, outreach.Delivered, 1, 0},
		{"refused for good", []gateway.Result{{Class: gateway.Refused, Code: "21614"}}, domain.ClassService, false, outreach.Failed, 0, 0},
		{"too many requests, then accepted", []gateway.Result{{Class: gateway.Retry, Code: "20429"}}, domain.ClassService, false, outreach.Delivered, 1, 0},
		{"cut after accept, a report comes", []gateway.Result{unknown()}, domain.ClassService, false, outreach.Delivered, 1, 0},
		{"cut after accept, found by looking", []gateway.Result{unknown()}, domain.ClassService, true, outreach.Sent, 1, 0},
		{"a decision cut after accept is found", []gateway.Result{unknown()}, domain.ClassDecision, true, outreach.Sent, 1, 0},
		{"refused because opted out there", []gateway.Result{{Class: gateway.Refused, Code: "21610", OptedOut: true}}, domain.ClassService, false, outreach.Failed, 0, 0},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.net.Fail(r.faults...)
			w.told(1, r.class, "picked")
			if r.mute {
				_, err := w.outbox.Tick(t.Context())
				check(t, err)
				w.net.Reports()
				w.clock.Advance(2 * time.Minute)
				_, err = w.outbox.Tick(t.Context())
				check(t, err)
			} else {
				w.settle()
				w.later(4, 3*time.Minute)
			}
			if diff := cmp.Diff(map[outreach.State]int{r.want: 1}, w.states()); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			if got := len(w.said(number(0))); got != r.copies {
				t.Errorf("%d copies on the handset, want %d", got, r.copies)
			}
			if got := w.counts.of("send_again"); got != r.again {
				t.Errorf("sent again %d times, want %d", got, r.again)
			}
		})
	}
}

// amnesia is a gateway that takes messages, cuts the line, and cannot tell
// afterwards what it took: the worst there is.
type amnesia struct {
	gateway.Gateway
	cut   int
	calls int
	got   []string
}

func (a *amnesia) Send(_ context.Context, m gateway.Message) gateway.Result {
	a.calls++
	a.got = append(a.got, m.To)
	if a.calls <= a.cut {
		return unknown()
	}
	return gateway.Result{Class: gateway.Accepted, ProviderID: fmt.Sprint("SM", a.calls)}
}

// parting is told to stop while it sends.
type parting struct {
	gateway.Gateway
	stop func()
}

func (p parting) Send(ctx context.Context, m gateway.Message) gateway.Result {
	p.stop()
	return p.Gateway.Send(ctx, m)
}

// TestAProgramThatIsToldToStopFinishesWhatItSends: otherwise every restart
// would leave claims behind of which nobody knows what became of them.
func TestAProgramThatIsToldToStopFinishesWhatItSends(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	w.through(parting{gateway.NewSimulated(w.net), stop})
	w.told(3, domain.ClassDecision, "picked")
	w.outbox.Concurrent = 1
	if _, err := w.outbox.Tick(ctx); err == nil {
		t.Error("it went on after it was told to stop")
	}
	states := w.states()
	for _, n := range w.numbers.All() {
		for _, m := range n.Outbox {
			states[m.State]++
		}
	}
	if d := cmp.Diff(map[outreach.State]int{outreach.Sent: 1, outreach.Pending: 2}, states); d != "" {
		t.Errorf("what became of three messages (-want +got):\n%s", d)
	}
}

func (w *world) through(gs ...gateway.Gateway) {
	w.outbox = sms.NewOutbox(sms.OutboxDeps{Outreach: w.svc, Gateways: gateway.Senders(gs), Clock: w.clock, Worker: "w1", Count: w.counts.add})
}

func TestAnUnknownMessageIsSentAgainOnlyAfterTwoLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := &amnesia{Gateway: gateway.NewSimulated(w.net), cut: 1}
	w.through(g)
	w.told(1, domain.ClassService, "picked")
	w.settle()
	for _, r := range []struct {
		after time.Duration
		calls int
	}{{30 * time.Second, 1}, {40 * time.Second, 1}, {4 * time.Minute, 1}, {2 * time.Minute, 2}} {
		w.later(1, r.after)
		if g.calls != r.calls {
			t.Fatalf("%d calls %s later, want %d", g.calls, r.after, r.calls)
		}
	}
	if w.counts.of("send_again") != 1 || w.states()[outreach.Sent] != 1 || !w.texts.All()[0].Resent {
		t.Errorf("sent again %d, states %v", w.counts.of("send_again"), w.states())
	}
}

func TestADecisionIsNotSentAgainWithoutAPerson(t *testing.T) {
	t.Parallel()
	for _, outcome := range []string{outreach.SendAgain, outreach.DoNotSend} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			g := &amnesia{Gateway: gateway.NewSimulated(w.net), cut: 1}
			w.through(g)
			w.told(1, domain.ClassDecision, "picked")
			w.settle()
			w.later(10, 10*time.Minute)
			items := w.queue.All()
			if g.calls != 1 || len(items) != 1 || items[0].Reason != outreach.ReasonUnclear {
				t.Fatalf("%d calls, queue %+v; want one call and one person asked", g.calls, items)
			}
			olive := domain.Command{Actor: domain.Actor{ID: "olive", Grants: []domain.Grant{{Role: domain.Organiser, Body: "b1"}}}, Key: "k1"}
			if _, err := w.svc.QueueClose(t.Context(), olive, "p1", items[0].ID, outreach.CloseInput{Outcome: "answered"}); !domain.Is(err, domain.Invalid) {
				t.Errorf("got %v, want to be asked whether it is sent again", err)
			}
			_, err := w.svc.QueueClose(t.Context(), olive, "p1", items[0].ID, outreach.CloseInput{Outcome: outcome})
			check(t, err)
			w.settle()
			want := map[string]int{outreach.SendAgain: 2, outreach.DoNotSend: 1}[outcome]
			if g.calls != want {
				t.Errorf("%d calls, want %d", g.calls, want)
			}
		})
	}
}

func TestACrashBetweenClaimAndAnswerIsUnknownNotPending(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.told(1, domain.ClassService, "picked")
	id := w.svc.Hash(number(0))
	c, ok, err := w.svc.Claim(t.Context(), id, outreach.LaneService, "dead")
	check(t, err)
	if !ok || c.Message.Attempts != 1 {
		t.Fatalf("claimed %v %+v", ok, c.Message)
	}
	w.settle() // another worker, at once: the lease still runs
	n, err := w.svc.Number(t.Context(), id)
	check(t, err)
	if n.Outbox[0].State != outreach.Claimed {
		t.Errorf("it is %s while its lease runs", n.Outbox[0].State)
	}
	w.later(1, outreach.Lease)
	if n, err = w.svc.Number(t.Context(), id); err != nil || n.Outbox[0].State != outreach.Unknown {
		t.Errorf("it is %s after the crash, want unknown (%v)", n.Outbox[0].State, err)
	}
	w.later(4, 6*time.Minute)
	if got := len(w.said(number(0))); got != 1 {
		t.Errorf("%d texts, want 1", got)
	}
	check(t, w.svc.Settle(t.Context(), c, outreach.Outcome{Class: outreach.Refused})) // the dead one answers late
	if w.states()[outreach.Failed] != 0 {
		t.Error("a late answer changed what was settled")
	}
}

func TestRepliesGoBeforeBulkAndTheRateHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.told(30, domain.ClassBulk, "reminder")
	w.told(5, domain.ClassService, "picked")
	w.outbox = sms.NewOutbox(sms.OutboxDeps{
		Outreach: w.svc, Gateways: []gateway.Sender{gateway.NewSimulated(w.net)}, Clock: w.clock, Worker: "w1",
		PartsPerSecond: 4, Concurrent: 1,
	})
	w.text("+447700900999", "FOREST")
	_, err := w.inbox.Drain(t.Context())
	check(t, err)
	var perSecond []int
	before := 0
	for range 40 {
		_, err := w.outbox.Tick(t.Context())
		check(t, err)
		parts := 0
		for _, n := range w.net.Numbers(1000) {
			for _, s := range w.said(n) {
				parts += segments(s)
			}
		}
		perSecond = append(perSecond, parts-before)
		before = parts
		if len(perSecond) == 1 && len(w.said("+447700900999")) != 1 {
			t.Error("the reply did not go first")
		}
		w.clock.Advance(time.Second)
	}
	total := 0
	for i, n := range perSecond {
		total += n
		if most := 4*(i+1) + 4 + 2; total > most { // the rate, one burst, the last message whole
			t.Fatalf("%d parts after %d seconds, want at most %d: %v", total, i+1, most, perSecond)
		}
	}
	if before < 60 || w.handsets()[1] != 36 {
		t.Errorf("%d parts, handsets %v; want all 36 sent", before, w.handsets())
	}
}

// flaky fails with a result until it is told to work.
type flaky struct {
	gateway.Gateway
	name  string
	fail  gateway.Class
	calls int
}

func (f *flaky) Name() string { return f.name }

func (f *flaky) Send(ctx context.Context, m gateway.Message) gateway.Result {
	f.calls++
	if f.fail != "" {
		return gateway.Result{Class: f.fail, Code: "down"}
	}
	return f.Gateway.Send(ctx, m)
}

func TestASecondProviderOnlyForWhatTheFirstHasNotTaken(t *testing.T) {
	t.Parallel()
	for _, r := range []struct {
		fail   gateway.Class
		second int
	}{{gateway.Retry, 1}, {gateway.Unknown, 0}, {gateway.Refused, 0}} {
		t.Run(string(r.fail), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			first := &flaky{Gateway: gateway.NewSimulated(w.net), name: "first", fail: r.fail}
			second := &flaky{Gateway: gateway.NewSimulated(w.net), name: "second"}
			w.through(first, second)
			w.told(1, domain.ClassService, "picked")
			w.settle()
			if first.calls != 1 || second.calls != r.second {
				t.Errorf("%d and %d calls, want 1 and %d", first.calls, second.calls, r.second)
			}
		})
	}
}

func TestAGatewayThatIsDownIsLeftAloneForAWhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := &flaky{Gateway: gateway.NewSimulated(w.net), name: "simulated", fail: gateway.Retry}
	w.outbox = sms.NewOutbox(sms.OutboxDeps{Outreach: w.svc, Gateways: []gateway.Sender{g}, Clock: w.clock, Worker: "w1", Concurrent: 1})
	w.told(100, domain.ClassService, "picked")
	w.settle()
	if g.calls > 6 {
		t.Errorf("%d calls to a gateway that is down, want about 5", g.calls)
	}
	w.clock.Advance(10 * time.Second)
	w.settle()
	if g.calls > 6 {
		t.Errorf("%d calls within its rest", g.calls)
	}
	g.fail = ""
	w.later(12, 30*time.Second)
	if diff := cmp.Diff(map[int]int{1: 100}, w.handsets()); diff != "" {
		t.Errorf("texts per handset (-want +got):\n%s", diff)
	}
}

func TestWhatIsTooLateIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clock.Set(time.Date(2018, 6, 18, 20, 30, 0, 0, time.UTC)) // 21.30 in London
	w.town.people["p1/ann"] = outreach.Contact{Phone: ann}
	w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: "morning", Class: domain.ClassService, Expires: w.clock.Now().Add(2 * time.Hour)})
	w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: "picked", Class: domain.ClassService})
	w.settle()
	if len(w.said(ann)) != 0 {
		t.Errorf("texted at night: %q", w.said(ann))
	}
	w.later(12, time.Hour)
	if got := w.said(ann); len(got) != 1 || !strings.Contains(got[0], "picked") {
		t.Errorf("got %q, want the offer alone", got)
	}
	if w.states()[outreach.Expired] != 1 {
		t.Errorf("states %v", w.states())
	}
}

func TestReportsComeInAnyOrderAndMoreThanOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.told(1, domain.ClassService, "picked")
	_, err := w.outbox.Tick(t.Context())
	check(t, err)
	hooks := w.net.Reports()
	check(t, w.post(hooks[0]), w.post(hooks[0]))
	w.settle()
	id := w.texts.All()[0].ID
	for _, s := range []outreach.State{outreach.Sent, outreach.Undelivered, outreach.Delivered, outreach.Failed} {
		_, err := w.svc.Reported(t.Context(), w.svc.Hash(number(0)), id, outreach.Report{State: s})
		check(t, err)
	}
	if diff := cmp.Diff(map[outreach.State]int{outreach.Delivered: 1}, w.states()); diff != "" {
		t.Errorf("a report moved a delivered text (-want +got):\n%s", diff)
	}
	if w.counts.of("status_repeated") != 1 {
		t.Errorf("%d repeats counted", w.counts.of("status_repeated"))
	}
}

// TestDoubleSends compares with a sender that tries again on any time-out, as
// the leading ones do, over a gateway that cuts one call in five after taking
// the message.
func TestDoubleSends(t *testing.T) {
	t.Parallel()
	baseline, ours := doubles(t, 500)
	t.Logf("500 people, one call in five cut: retry on time-out doubles %d, ours %d", baseline, ours)
	if ours != 0 || baseline == 0 {
		t.Errorf("%d doubled, want none; the baseline doubled %d", ours, baseline)
	}
}

// BenchmarkDoubleSends prints both rates for 2,000 people.
func BenchmarkDoubleSends(b *testing.B) {
	for b.Loop() {
		baseline, ours := doubles(b, 2000)
		b.ReportMetric(float64(baseline)/2000, "doubled-by-retry/send")
		b.ReportMetric(float64(ours)/2000, "doubled/send")
	}
}

// doubles sends to so many people and counts who got the text twice: what
// trying again would have done, and what we did.
func doubles(t testing.TB, people int) (baseline, ours int) {
	w := newWorld(t)
	for i := range people {
		if i%5 == 0 {
			w.net.Fail(unknown())
			baseline++
		} else {
			w.net.Fail(gateway.Result{Class: gateway.Accepted})
		}
	}
	w.told(people, domain.ClassService, "picked")
	w.settle()
	w.later(4, 6*time.Minute)
	for copies, n := range w.handsets() {
		switch {
		case copies > 1:
			ours += n
		case copies < 1:
			t.Errorf("%d people got nothing", n)
		}
	}
	return baseline, ours
}

func TestWhoCannotBeTextedIsWrittenToOrCalled(t *testing.T) {
	t.Parallel()
	refused := gateway.Result{Class: gateway.Refused, Code: "21614"}
	rows := []struct {
		name    string
		class   string
		address bool
		letters int
		queue   int
	}{
		{"a decision, an address is known", domain.ClassDecision, true, 1, 0},
		{"a decision, no address", domain.ClassDecision, false, 0, 1},
		{"an invitation, an address is known", domain.ClassBulk, true, 0, 0},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if r.address {
				w.town.postal["p1/"+r.class+"000"] = outreach.Postal{Name: "Ann", Address: []string{"1 High Street"}}
			}
			w.net.Fail(refused)
			w.told(1, r.class, "picked")
			w.settle()
			w.later(2, time.Hour)
			if len(w.letters.All()) != r.letters || len(w.queue.All()) != r.queue {
				t.Errorf("%d letters, %d before a person; want %d and %d", len(w.letters.All()), len(w.queue.All()), r.letters, r.queue)
			}
		})
	}
}

// What a paused process has waiting, however much, keeps nobody else's texts
// from going in the same tick; it goes when the pause ends.
func TestWhatIsHeldUpKeepsNothingElseWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.told(200, domain.ClassService, "picked")
	ref := w.town.processes["p1"]
	was := ref.Stage
	ref.Stage = domain.Paused
	w.town.processes["p1"] = ref
	w.clock.Advance(time.Minute)
	w.town.people["p2/bob"] = outreach.Contact{Phone: ann}
	w.ask(domain.MessageData{Process: "p2", Person: "bob", Template: "picked", Class: domain.ClassService})
	_, err := w.outbox.Tick(t.Context())
	check(t, err)
	if len(w.said(ann)) != 1 || len(w.net.Numbers(1000)) != 1 {
		t.Errorf("one tick texted %d phones; want the one of the other process", len(w.net.Numbers(1000)))
	}
	ref.Stage = was
	w.town.processes["p1"] = ref
	w.later(2, 5*time.Minute)
	if diff := cmp.Diff(map[int]int{1: 201}, w.handsets()); diff != "" {
		t.Errorf("texts per handset after the pause (-want +got):\n%s", diff)
	}
}
