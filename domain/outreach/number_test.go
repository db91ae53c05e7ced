package outreach_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

func TestMain(m *testing.M) {
	// Longer plays than usual: a STOP matters between a claim and its answer.
	if err := errors.Join(flag.Set("rapid.steps", "60"), flag.Set("rapid.nofailfile", "true")); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

var noon = time.Date(2026, 6, 17, 11, 0, 0, 0, time.UTC)

func sender() outreach.Sender {
	return outreach.Sender{Worker: "w", Quiet: outreach.UsualQuiet, Jitter: func(time.Duration) time.Duration { return 0 }}
}

func message(id, class string) outreach.Message {
	return outreach.Message{ID: id, Process: "p1", Class: class, Zone: "Europe/London", Created: noon, NotBefore: noon}
}

func TestEveryBoundOfANumberHolds(t *testing.T) {
	t.Parallel()
	var n outreach.Number
	for i := range outreach.MaxOutbox {
		if fresh, err := n.Enqueue(message(fmt.Sprint("b", i), domain.ClassBulk)); !fresh || err != nil {
			t.Fatalf("message %d: %v %v", i, fresh, err)
		}
	}
	if _, err := n.Enqueue(message("b-more", domain.ClassBulk)); !domain.Is(err, domain.Limited) {
		t.Errorf("one more bulk message: %v, want limited", err)
	}
	if _, err := n.Enqueue(message("r1", domain.ClassReply)); !domain.Is(err, domain.Limited) {
		t.Errorf("no waiting reply to replace: %v, want limited", err)
	}
	n.Outbox[0].Class = domain.ClassReply
	if fresh, err := n.Enqueue(message("r2", domain.ClassReply)); !fresh || err != nil || len(n.Outbox) != outreach.MaxOutbox {
		t.Errorf("a reply takes the oldest reply's place: %v %v, %d kept", fresh, err, len(n.Outbox))
	}
	if fresh, _ := n.Enqueue(message("b0", domain.ClassBulk)); fresh {
		t.Error("the one that was dropped came back under its id")
	}
	for i := range outreach.MaxConversations + 3 {
		n.Converse(outreach.Conversation{ID: fmt.Sprint(i), Process: "p1", Person: fmt.Sprint(i), Flow: "recruit.v1", Asked: noon.Add(time.Duration(i) * time.Minute)})
	}
	if c, _, ok := n.Talk(""); len(n.Conversations) != outreach.MaxConversations || !ok || c.ID != fmt.Sprint(outreach.MaxConversations+2) {
		t.Errorf("%d conversations, last %+v", len(n.Conversations), c)
	}
	if _, ok := n.ConversationBy("0"); ok {
		t.Error("the one longest untouched was kept")
	}
	for i := range outreach.MaxPeople + 3 {
		n.Bind("p1", fmt.Sprint(i), noon)
	}
	if n.PersonIn("p1") != fmt.Sprint(outreach.MaxPeople+2) || len(n.People) != outreach.MaxPeople {
		t.Errorf("%d people, last %s", len(n.People), n.PersonIn("p1"))
	}
	var o outreach.Number
	for i := range outreach.MaxOptOuts + 1 {
		o.Stop(outreach.OptOut{Scope: fmt.Sprint("p", i), At: noon})
	}
	if !o.OptedOut("never heard of") || len(o.OptOuts) != 1 {
		t.Errorf("%d opt-outs; too many mean all", len(o.OptOuts))
	}
}

func TestBackoffGrowsAndEnds(t *testing.T) {
	t.Parallel()
	var n outreach.Number
	n.Enqueue(message("m", domain.ClassService))
	now := noon
	var waits []time.Duration
	for range outreach.MaxAttempts {
		m, _ := n.Claim(now, outreach.LaneService, outreach.Sender{Jitter: sender().Jitter})
		if m == nil {
			t.Fatal("nothing to claim")
		}
		n.Settle("m", m.Attempts, outreach.Outcome{Class: outreach.Retryable}, now, sender())
		waits = append(waits, n.Outbox[0].NotBefore.Sub(now))
		now = n.Outbox[0].NotBefore
	}
	if n.Outbox[0].State != outreach.Failed {
		t.Errorf("it is %s after %d attempts", n.Outbox[0].State, outreach.MaxAttempts)
	}
	for i := 1; i < len(waits)-1; i++ {
		if waits[i] <= waits[i-1] {
			t.Errorf("waits do not grow: %v", waits)
		}
	}
}

// model is what a number must agree with, in few lines.
type model struct {
	stopped  bool
	enqueued map[string]bool
	calls    map[string]int // to the gateway
	accepted map[string]bool
}

// TestNoOrderOfThingsBreaksTheOutbox plays random orders of asking, claiming,
// answers, crashes, reports, looks and STOP against a small model.
func TestNoOrderOfThingsBreaksTheOutbox(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var n outreach.Number
		now := noon
		m := model{enqueued: map[string]bool{}, calls: map[string]int{}, accepted: map[string]bool{}}
		var flying *outreach.Message
		t.Repeat(map[string]func(*rapid.T){
			"ask": func(t *rapid.T) {
				id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id")
				msg := message(id, rapid.SampledFrom([]string{domain.ClassReply, domain.ClassService, domain.ClassDecision}).Draw(t, "class"))
				fresh, err := n.Enqueue(msg)
				if err != nil || fresh == (m.enqueued[id] || m.stopped) {
					t.Fatalf("enqueue %s: %v %v, known %v, stopped %v", id, fresh, err, m.enqueued[id], m.stopped)
				}
				m.enqueued[id] = m.enqueued[id] || fresh
			},
			"claim": func(t *rapid.T) {
				lane := rapid.SampledFrom(outreach.Lanes).Draw(t, "lane")
				c, _ := n.Claim(now, lane, outreach.Sender{Worker: "w", Jitter: sender().Jitter})
				if c == nil {
					return
				}
				if m.stopped {
					t.Fatal("claimed after STOP")
				}
				if m.accepted[c.ID] && !c.Resent {
					t.Fatalf("%s claimed again after it was accepted", c.ID)
				}
				copied := *c
				flying = &copied
				m.calls[c.ID]++
			},
			"answer": func(t *rapid.T) {
				if flying == nil {
					return
				}
				class := rapid.SampledFrom([]outreach.Class{outreach.Accepted, outreach.Refused, outreach.Retryable, outreach.Ambiguous}).Draw(t, "class")
				n.Settle(flying.ID, flying.Attempts, outreach.Outcome{Class: class}, now, sender())
				m.accepted[flying.ID] = m.accepted[flying.ID] || class == outreach.Accepted
				flying = nil
			},
			"crash": func(*rapid.T) { flying = nil },
			"report": func(t *rapid.T) {
				n.Report(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id"), outreach.Report{State: outreach.Delivered}, now)
			},
			"look": func(*rapid.T) {
				for _, d := range n.Doubtful(now) {
					n.Look(d.ID, outreach.Outcome{}, now)
				}
			},
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "seconds")) * time.Second)
			},
			"stop": func(*rapid.T) {
				n.Stop(outreach.OptOut{Scope: "p1", Source: outreach.FromText, At: now})
				m.stopped = true
			},
			"": func(t *rapid.T) {
				claimed := 0
				for _, o := range n.Outbox {
					if o.State == outreach.Claimed {
						claimed++
					}
					if m.stopped && o.State == outreach.Pending {
						t.Fatalf("%s still waits to be sent after STOP", o.ID)
					}
				}
				if claimed > 1 {
					t.Fatal("two messages in flight to one number")
				}
			},
		})
	})
}

func TestWhichConversationATextBelongsTo(t *testing.T) {
	t.Parallel()
	ann := outreach.Conversation{ID: "ann", Process: "p1", Person: "ann", Flow: "confirm.v1", Asked: noon}
	bob := outreach.Conversation{ID: "bob", Process: "p1", Person: "bob", Flow: "confirm.v1", Asked: noon.Add(time.Hour)}
	other := outreach.Conversation{ID: "other", Process: "p2", Person: "ann", Flow: "recruit.v1", Asked: noon.Add(2 * time.Hour)}
	direct, ended, late := bob, bob, bob
	direct.Direct = true
	ended.Ended = noon.Add(2 * time.Hour)
	late.Asked = noon.Add(25 * time.Hour)
	rows := []struct {
		name    string
		talks   []outreach.Conversation
		process string
		want    string
		clear   bool
	}{
		{"one", []outreach.Conversation{ann}, "", "ann", true},
		{"two within a day", []outreach.Conversation{ann, bob}, "", "bob", false},
		{"the later a day after", []outreach.Conversation{ann, late}, "", "bob", true},
		{"the later answered the resident", []outreach.Conversation{direct, ann}, "", "bob", true},
		{"the later has ended", []outreach.Conversation{ann, ended}, "", "ann", true},
		{"two processes", []outreach.Conversation{ann, other}, "", "other", false},
		{"two processes, one is named", []outreach.Conversation{ann, other}, "p1", "ann", true},
		{"none waits", []outreach.Conversation{ended}, "", "", true},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			n := outreach.Number{Conversations: r.talks}
			c, clear, _ := n.Talk(r.process)
			if c.ID != r.want || clear != r.clear {
				t.Errorf("got %q, clear %v; want %q, %v", c.ID, clear, r.want, r.clear)
			}
		})
	}
}
