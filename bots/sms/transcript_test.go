package sms_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

var update = flag.Bool("update", false, "rewrite the transcripts")

// A transcript is a play in plain text. Its input lines are
//
//	> 123: words          the resident at 07700 900123 texts
//	>> 123: words         the same webhook arrives three times
//	@ 26h                 time passes; reminders and time-outs come
//	! ann picked k=v ...  the domain has a message for a person
//	person ann p1 123     someone is reached at a number; a format and a
//	                      language may follow
//	moves ann 555         staff give somebody another number
//	left ann withdrawn    somebody leaves by another door
//	refuse register       the service refuses from now on
//	answers words         an organiser takes the oldest message and answers it
//	closes called         an organiser takes the oldest message and closes it
//
// and everything else is what came of them, written by -update:
//
//	< 123 [2]: words      a text on the handset, with its segments
//	* words               what a service was asked to do
//	? reason              what was put before a person
//
// All of it goes through the real signed webhooks.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/transcripts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			check(t, err)
			p := newPlay(t)
			for _, line := range strings.Split(strings.TrimRight(string(want), "\n"), "\n") {
				p.line(line)
			}
			if *update {
				check(t, os.WriteFile(file, p.out.Bytes(), 0o644))
				return
			}
			if diff := cmp.Diff(string(want), p.out.String()); diff != "" {
				t.Errorf("the play went otherwise (-want +got):\n%s", diff)
			}
		})
	}
}

type play struct {
	*world
	out   bytes.Buffer
	seen  map[string]int // texts of each handset printed so far
	done  int
	items map[string]bool

	serial int // of what organisers did
}

func newPlay(t *testing.T) *play {
	return &play{world: newWorld(t), seen: map[string]int{}, items: map[string]bool{}}
}

// line plays an input line; lines that a play writes are left out.
func (p *play) line(line string) {
	verb, rest, _ := strings.Cut(line, " ")
	if verb == "<" || verb == "*" || verb == "?" {
		return
	}
	fmt.Fprintln(&p.out, line)
	switch verb {
	case ">":
		p.says(rest, 1)
	case ">>":
		p.says(rest, 3)
	case "@":
		p.pass(rest)
	case "!":
		p.message(rest)
	case "person":
		f := append(strings.Fields(rest), "", "")
		p.town.people[f[1]+"/"+f[0]] = outreach.Contact{Phone: "+447700900" + f[2], Format: f[3], Lang: f[4]}
	case "moves":
		f := strings.Fields(rest)
		check(p.t, p.town.reach(p.t.Context(), rest+p.clock.Now().String(), f[0], "+447700900"+f[1], false))
	case "left":
		f := strings.Fields(rest)
		c := p.town.people["p1/"+f[0]]
		c.Left = true
		p.town.people["p1/"+f[0]] = c
		check(p.t, p.follow(p.t.Context(), contactEffect(rest+p.clock.Now().String(), domain.ContactData{
			Process: "p1", Person: f[0], Number: p.town.people["p1/"+f[0]].Phone, Left: f[1],
		})))
	case "refuse":
		p.town.refuse[rest] = domain.E(domain.Conflict, "registration has closed")
	case "answers", "closes":
		p.desk(verb, rest)
	default:
		return
	}
	p.settle()
	p.print()
}

// desk has an organiser see to the oldest message that waits.
func (p *play) desk(verb, words string) {
	p.serial++
	cmd := func(what string) domain.Command {
		return domain.Command{Actor: organiser, Key: fmt.Sprintf("%s %d", what, p.serial)}
	}
	items, _, err := p.svc.QueueList(p.t.Context(), organiser, "p1", outreach.ItemOpen, "", 50)
	check(p.t, err)
	if len(items) == 0 {
		p.t.Fatal("no message waits")
	}
	id := items[len(items)-1].ID
	_, err = p.svc.QueueClaim(p.t.Context(), cmd("claim"), "p1", id)
	check(p.t, err)
	if verb == "answers" {
		_, err = p.svc.QueueReply(p.t.Context(), cmd("reply"), "p1", id, outreach.ReplyInput{Text: words})
	} else {
		_, err = p.svc.QueueClose(p.t.Context(), cmd("close"), "p1", id, outreach.CloseInput{Outcome: words})
	}
	check(p.t, err)
}

var organiser = domain.Actor{ID: "olive", Grants: []domain.Grant{{Role: domain.Organiser, Body: "b1"}}}

func (p *play) says(rest string, copies int) {
	who, words, _ := strings.Cut(rest, ": ")
	h := p.net.Write("+447700900"+who, words)
	for range copies {
		check(p.t, p.post(h))
	}
	p.settle()
	p.print()
	p.clock.Advance(2 * time.Minute)
}

func (p *play) pass(rest string) {
	d, err := time.ParseDuration(rest)
	check(p.t, err)
	for end := p.clock.Now().Add(d); p.clock.Now().Before(end); {
		p.clock.Advance(min(time.Hour, end.Sub(p.clock.Now())))
		_, err := p.inbox.Wake(p.t.Context())
		check(p.t, err)
		p.settle()
	}
}

func (p *play) message(rest string) {
	f := strings.Fields(rest)
	vars := map[string]string{}
	for _, kv := range f[2:] {
		k, v, _ := strings.Cut(kv, "=")
		vars[k] = strings.NewReplacer("_", " ", "|", "\n").Replace(v)
	}
	process := "p1"
	for _, id := range []string{"p1", "p2"} {
		if _, ok := p.town.people[id+"/"+f[0]]; ok {
			process = id
		}
	}
	p.ask(domain.MessageData{Process: process, Person: f[0], Template: f[1], Vars: vars, Class: domain.ClassService})
}

// print writes what came since the last time.
func (p *play) print() {
	numbers := p.net.Numbers(100)
	slices.Sort(numbers)
	for _, n := range numbers {
		texts := p.net.Handset(n)
		for _, text := range texts[p.seen[n]:] {
			if !text.Sent {
				fmt.Fprintf(&p.out, "< %s [%d]: %s\n", n[len(n)-3:], segments(text.Body), strings.ReplaceAll(text.Body, "\n", " / "))
			}
		}
		p.seen[n] = len(texts)
	}
	for _, d := range p.town.done[p.done:] {
		fmt.Fprintln(&p.out, "*", d)
	}
	p.done = len(p.town.done)
	var fresh []string
	for _, i := range p.queue.All() {
		if !p.items[i.ID] {
			p.items[i.ID] = true
			fresh = append(fresh, i.Reason+" of "+i.Process)
		}
	}
	slices.Sort(fresh)
	for _, f := range fresh {
		fmt.Fprintln(&p.out, "?", f)
	}
}
