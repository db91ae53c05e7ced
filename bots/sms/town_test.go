package sms_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// way is how a resident behaves: what they text, in turn, and what must come
// of it.
type way struct {
	name  string
	texts []string
	twice bool // each webhook comes twice
	pair  bool // two people share the phone; the second is asked too
	want  map[string]int
}

var ways = []way{
	{name: "keen", texts: []string{"1", "1", "GL16 7QD", "0", "1", "1"}, want: map[string]int{"register": 1, "complete": 1}},
	{name: "chatty", texts: []string{"yes pls", "2", "gl16 7qd", "a lift would be grand", "2", "yes"}, want: map[string]int{"register": 1, "complete": 1}},
	{name: "doubled", texts: []string{"1", "2", "0", "0", "1", "3"}, twice: true, want: map[string]int{"register": 1, "complete": 1}},
	{name: "no thanks", texts: []string{"2"}, want: map[string]int{"decline": 1}},
	{name: "muddled", texts: []string{"potatoes", "more potatoes", "so many potatoes"}, want: map[string]int{"queue": 1, "lapse": 1}},
	{name: "stops", texts: []string{"STOP"}, want: map[string]int{"stopped": 1}},
	{name: "stops half way", texts: []string{"1", "1", "STOP"}, want: map[string]int{"register": 1, "stopped": 1}},
	{name: "silent", want: map[string]int{"lapse": 1}},
	{name: "leaves off", texts: []string{"1", "2"}, want: map[string]int{"register": 1}},
	{name: "two on a phone", texts: []string{"1", "1", "1", "GL16 7QD", "0", "1", "1", "2"}, pair: true, want: map[string]int{"register": 1, "complete": 1, "decline": 1}},
}

// TestATownIsRecruited plays the recruitment of residents of every kind
// through the signed webhooks, in random order each round, and has the counts
// add up. The benchmark does so with 2,000.
func TestATownIsRecruited(t *testing.T) {
	t.Parallel()
	recruit(t, 300)
}

// BenchmarkTown is the recruitment of 2,000 residents, every text through the
// door and every answer onto a handset.
func BenchmarkTown(b *testing.B) {
	for b.Loop() {
		w := recruit(b, 2000)
		b.ReportMetric(float64(len(w.textEvents())), "texts-in")
		b.ReportMetric(float64(len(w.texts.All())), "texts-out")
	}
}

func recruit(t testing.TB, residents int) *world {
	w := newWorld(t)
	r := rand.New(rand.NewPCG(1, 2))
	want := map[string]int{}
	for i := range residents {
		way := ways[i%len(ways)]
		for k, n := range way.want {
			want[k] += n
		}
		w.move(i, way.pair)
	}
	launch := effect(t, domain.EffectBroadcast, "launch", domain.BroadcastData{
		Process: "p1", Statuses: []string{"invited"}, Template: "invitation", Class: domain.ClassBulk,
		Vars: map[string]string{"closes": w.clock.Now().Add(10 * 24 * time.Hour).Format(time.RFC3339), "closes_text": "28 June"},
	})
	check(t, w.execute(launch))
	for {
		n, err := w.svc.Tick(t.Context())
		check(t, err)
		if n == 0 {
			break
		}
	}
	w.settle()
	for round := range 8 {
		for _, i := range r.Perm(residents) {
			w.turn(i, round)
		}
		w.settle()
		w.clock.Advance(time.Hour)
	}
	for range 24 { // twelve days, by day and by night
		w.clock.Advance(12*time.Hour + 30*time.Minute)
		for {
			n, err := w.inbox.Wake(t.Context())
			check(t, err)
			if n == 0 {
				break
			}
		}
		w.settle()
	}
	if diff := cmp.Diff(want, w.tally()); diff != "" {
		t.Errorf("what came of %d residents (-want +got):\n%s", residents, diff)
	}
	w.noEchoes()
	return w
}

// move has the i-th resident, or two, live at the i-th number.
func (w *world) move(i int, pair bool) {
	who := []string{fmt.Sprintf("r%05d", i)}
	if pair {
		who = append(who, fmt.Sprintf("r%05db", i))
	}
	for _, id := range who {
		w.town.people["p1/"+id] = outreach.Contact{Phone: number(i)}
		w.town.status["p1/invited"] = append(w.town.status["p1/invited"], id)
	}
}

// turn is the i-th resident's text of the round.
func (w *world) turn(i, round int) {
	way := ways[i%len(ways)]
	if round >= len(way.texts) {
		return
	}
	h := w.net.Write(number(i), way.texts[round])
	check(w.t, w.post(h))
	if way.twice {
		check(w.t, w.post(h))
	}
}

// tally counts what was done, by kind.
func (w *world) tally() map[string]int {
	out := map[string]int{}
	for _, d := range w.town.done {
		switch {
		case d == "answer p1": // the answers are complete
			out["complete"]++
		case strings.HasPrefix(d, "register"), d == "decline", d == "lapse":
			verb, _, _ := strings.Cut(d, " ")
			out[verb]++
		}
	}
	for _, n := range w.numbers.All() {
		if n.OptedOut("p1") {
			out["stopped"]++
		}
		if left := len(n.Outbox); left > 0 {
			out["left in an outbox"] += left
		}
	}
	for _, item := range w.queue.All() {
		if item.Reason == outreach.ReasonNotUnderstood {
			out["queue"]++
		} else {
			out["queue "+item.Reason]++
		}
	}
	return out
}

// noEchoes fails when a handset got one text twice running.
func (w *world) noEchoes() {
	w.t.Helper()
	for _, n := range w.net.Numbers(100000) {
		said := w.said(n)
		for i := 1; i < len(said); i++ {
			if said[i] == said[i-1] && !again(said[i]) {
				w.t.Errorf("%s got twice running: %q", n[len(n)-4:], said[i])
				return
			}
		}
	}
}

// again tells what may come twice: two people on a phone are both invited,
// and a question may be reminded of twice.
func again(text string) bool {
	return strings.Contains(text, "asking 18") || strings.Contains(text, "a reminder") || strings.Contains(text, "nearly in the draw")
}
