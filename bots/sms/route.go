package sms

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/flows"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// find applies the rule of which conversation a text belongs to: the answer to
// our asking which; a word or code that names a process; else the live
// conversation that asked last; else the one that ended last; else whoever was
// last heard of at the number; else the one process of the number that was
// texted; else nobody's.
func (d *Desk) find(ctx context.Context, n *outreach.Number, t Taken) (scene, error) {
	sc := scene{text: t.In.Body, phone: t.Phone, event: t.Event, at: t.At, reply: true}
	kept := n.Which
	if c, text, ok := d.chosen(ctx, n, t); ok {
		sc.text = text
		return d.resume(ctx, n, sc, c)
	}
	if kept != nil && !kept.Again && t.At.Sub(kept.At) <= whichFor {
		sc.kept = kept
	}
	if again, ok, err := d.restarts(ctx, n, sc); ok || err != nil {
		return again, err
	}
	found, ok, err := d.Directory.Find(ctx, t.In.Body)
	if err != nil {
		return sc, err
	}
	if ok && !found.inPassing(sc.text, n) {
		return d.named(ctx, n, sc, found)
	}
	if c, clear, ok := n.Talk(""); ok {
		at, err := d.resume(ctx, n, sc.unless(clear, n.Live("")), c)
		if err != nil {
			return at, err
		}
		return d.onTheDay(ctx, n, sc, at)
	}
	if c, ok := n.Past(""); ok {
		return d.resume(ctx, n, sc, c)
	}
	if b, ok := n.Latest(); ok {
		return d.beside(ctx, n, sc, b)
	}
	ref, ok, err := d.Directory.Default(ctx, t.In.To)
	if err != nil {
		return sc, err
	}
	if ok {
		sc.ref = ref
	}
	return d.outside(n, sc), nil
}

// onTheDay is the conversation about the sessions, where a text says that its
// writer comes late or not at all, and another question of theirs, such as how
// to be paid, is open beside it: else the scene stays as it is.
func (d *Desk) onTheDay(ctx context.Context, n *outreach.Number, sc, at scene) (scene, error) {
	serving, ok := n.TalkOf(at.conv.Process, at.conv.Person, flows.Serve)
	if !ok || serving.ID == at.conv.ID || at.conv.Person == "" {
		return at, nil
	}
	env, err := d.env(ctx, at.ref, at.conv, at.talk, at.at)
	if err != nil {
		return at, err
	}
	_, out := dialogue.Step(env, at.talk.State, dialogue.Input{ID: at.event, Kind: dialogue.Text, Text: at.text, At: at.at})
	if out.Entry.Intent == dialogue.IsCantCome || out.Entry.Intent == dialogue.IsLate {
		return d.resume(ctx, n, sc, serving)
	}
	return at, nil
}

// startAlone leaves out the word or code of a process after a START.
func (d *Desk) startAlone(ctx context.Context, text string) (string, error) {
	first, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if !strings.EqualFold(first, "START") || rest == "" {
		return text, nil
	}
	f, ok, err := d.Directory.Find(ctx, rest)
	if ok && f.Rest == "" {
		return first, nil
	}
	return text, err
}

// inPassing reports whether the text only begins with a process's advertised
// word, while a question is open that the whole of it may answer: a keyword
// never steals an answer.
func (f Found) inPassing(text string, n *outreach.Number) bool {
	first, _, more := strings.Cut(strings.TrimSpace(text), " ")
	return more && strings.EqualFold(first, f.Process.Keyword) && len(n.Live("")) > 0
}

// restarts tells a START by what it would do in the conversation that was
// stopped last: others may be live beside it.
func (d *Desk) restarts(ctx context.Context, n *outreach.Number, sc scene) (_ scene, _ bool, err error) {
	c, ok := n.Stopped()
	if !ok {
		return sc, false, nil
	}
	if sc.text, err = d.startAlone(ctx, sc.text); err != nil {
		return sc, false, err
	}
	stopped, err := d.resume(ctx, n, sc, c)
	if err != nil {
		return sc, false, err
	}
	env, err := d.env(ctx, stopped.ref, stopped.conv, stopped.talk, sc.at)
	if err != nil {
		return sc, false, err
	}
	_, out := dialogue.Step(env, stopped.talk.State, dialogue.Input{ID: sc.event, Kind: dialogue.Text, Text: sc.text, At: sc.at})
	in := slices.ContainsFunc(out.Effects, func(e dialogue.Effect) bool { return e.Name == dialogue.DoOptIn })
	return stopped, in, nil
}

// unless notes the conversations that the text may be for.
func (sc scene) unless(clear bool, among []outreach.Conversation) scene {
	if !clear {
		sc.among = among
	}
	return sc
}

// named begins to join the process that the text names, or goes on in the
// conversation with it that there is.
func (d *Desk) named(ctx context.Context, n *outreach.Number, sc scene, f Found) (scene, error) {
	c, clear, ok := d.under(n, f)
	if ok {
		if f.Rest != "" {
			sc.text = f.Rest
		}
		sc, err := d.resume(ctx, n, sc.unless(clear, n.Live(f.Process.ID)), c)
		if err == nil && f.Rest == "" && sc.rejoins(d.Join) {
			sc.fresh, sc.conv.ID = true, domain.Derive("conversation", sc.event)
		}
		return sc, err
	}
	sc.ref = f.Process
	if f.Process.Stage != domain.Recruiting {
		return d.outside(n, sc), nil
	}
	sc.fresh = true
	sc.conv = outreach.Conversation{
		ID: domain.Derive("conversation", sc.event), Process: f.Process.ID, Person: f.Person,
		Flow: d.Join, Lang: d.language(ctx, f.Process.ID, f.Person), Opened: sc.at,
	}
	return sc, nil
}

// rejoins reports whether somebody who texts the word that begins to join had
// said no before, or let it lie: they are asked anew while people are taken.
func (sc *scene) rejoins(join string) bool {
	said := sc.talk.State.Outcome
	again := said == "declined" || said == "expired" || said == "unfinished"
	return again && sc.conv.Flow == join && sc.ref.Stage == domain.Recruiting && sc.talk.State.Status != dialogue.Stopped
}

// under is the conversation there is with whom the text names: the person of a
// letter code, also when they were nobody yet as it began; or the process.
func (d *Desk) under(n *outreach.Number, f Found) (c outreach.Conversation, clear, ok bool) {
	if f.Person == "" {
		if c, clear, ok = n.Talk(f.Process.ID); !ok {
			c, ok = n.Past(f.Process.ID)
		}
		return c, clear, ok
	}
	if c, ok = n.TalkWith(f.Process.ID, f.Person); !ok {
		c, ok = n.TalkWith(f.Process.ID, "")
	}
	return c, true, ok
}

// resume loads the conversation as it stands.
func (d *Desk) resume(ctx context.Context, n *outreach.Number, sc scene, c outreach.Conversation) (scene, error) {
	ref, err := d.Processes.Ref(ctx, c.Process)
	if err != nil && c.Process != "" {
		return sc, err
	}
	sc.ref, sc.conv = ref, c
	state, err := d.Outreach.Talked(ctx, n.ID, c)
	if err != nil {
		return sc, err
	}
	if err := json.Unmarshal(state, &sc.talk); err != nil {
		return sc, fmt.Errorf("reading a conversation: %w", err)
	}
	if ref.Stage == domain.Cancelled {
		sc.talk.State = d.calledOff(sc.talk.State, sc.at)
	}
	sc.talk.State.Status = statusOf(sc.talk.State, n.Refuses(c.Process, c.Person))
	return sc, nil
}

// statusOf is the status of a conversation by whether its person refuses texts
// now: another conversation, the network, or a member of staff may have
// learned that, or that it is taken back.
func statusOf(s dialogue.State, refused bool) dialogue.Status {
	switch {
	case refused:
		return dialogue.Stopped
	case s.Status != dialogue.Stopped:
		return s.Status
	case s.Outcome != "":
		return dialogue.Ended
	}
	return dialogue.Open
}

// calledOff is the conversation of a process that was cancelled: it asks
// nothing any more, waits for nothing and answers by that. Who had left by
// themselves before is answered by how they left.
func (d *Desk) calledOff(s dialogue.State, now time.Time) dialogue.State {
	flow, ok := d.Flows(s.Flow)
	if !ok || !flow.CanEnd(cancelled) || s.Outcome == cancelled {
		return s
	}
	env := dialogue.Env{Flow: flow, Now: now}
	s, _ = dialogue.Step(env, s, dialogue.Input{ID: "cancelled:" + s.ID, Kind: dialogue.Event, Text: dialogue.EventLeft + ":" + cancelled, At: now})
	return s
}

// cancelled is the outcome of a conversation whose process was.
const cancelled = "cancelled"

// beside answers somebody known who is in no conversation.
func (d *Desk) beside(ctx context.Context, n *outreach.Number, sc scene, b outreach.Binding) (scene, error) {
	ref, err := d.Processes.Ref(ctx, b.Process)
	if err != nil {
		return sc, err
	}
	sc.ref = ref
	sc = d.outside(n, sc)
	sc.conv.Person, sc.conv.Lang = b.Person, d.language(ctx, b.Process, b.Person)
	sc.talk.State.Lang = sc.conv.Lang
	if n.Refuses(b.Process, b.Person) { // told to staff, or brought along from another number
		sc.talk.State.Status = dialogue.Stopped
	}
	return sc, nil
}

// outside is a conversation at rest: STOP, HELP, questions and words of
// danger are understood, and a person reads the rest.
func (d *Desk) outside(n *outreach.Number, sc scene) scene {
	id := domain.Derive("conversation", n.ID, sc.ref.ID, d.Other)
	sc.conv = outreach.Conversation{ID: id, Process: sc.ref.ID, Flow: d.Other, Lang: d.Lang, Opened: sc.at}
	sc.talk.State = dialogue.State{
		ID: id, Flow: d.Other, Lang: d.Lang, Status: dialogue.Ended, Node: d.Rest, Outcome: d.Rest,
		Started: sc.at, Asked: sc.at, Ended: sc.at,
	}
	return sc
}
