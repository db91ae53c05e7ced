package sms

import (
	"context"
	"encoding/json"
	"fmt"

	"folkmoot/bots/dialogue"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// find applies the rule of which conversation a text belongs to: a word or
// code that names a process; else the live conversation that asked last; else
// the one that ended last; else whoever was last heard of at the number; else
// the one process of the number that was texted; else nobody's.
func (d *Desk) find(ctx context.Context, n *outreach.Number, t Taken) (scene, error) {
	sc := scene{text: t.In.Body, phone: t.Phone, event: t.Event, at: t.At, reply: true}
	found, ok, err := d.Directory.Find(ctx, t.In.Body)
	if err != nil {
		return sc, err
	}
	if ok {
		return d.named(ctx, n, sc, found)
	}
	c, ok := n.Talk()
	if !ok {
		c, ok = n.Past("")
	}
	if ok {
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

// named begins to join the process that the text names, or goes on in the
// conversation with it that there is.
func (d *Desk) named(ctx context.Context, n *outreach.Number, sc scene, f Found) (scene, error) {
	c, ok := n.TalkIn(f.Process.ID)
	if !ok {
		c, ok = n.Past(f.Process.ID)
	}
	if ok && (f.Person == "" || f.Person == c.Person || c.Person == "") {
		if f.Rest != "" {
			sc.text = f.Rest
		}
		return d.resume(ctx, n, sc, c)
	}
	sc.ref = f.Process
	if f.Process.Stage != domain.Recruiting {
		return d.outside(n, sc), nil
	}
	sc.fresh = true
	sc.conv = outreach.Conversation{
		ID: domain.Derive("conversation", sc.event), Process: f.Process.ID, Person: f.Person,
		Flow: d.Join, Lang: d.Lang, Opened: sc.at,
	}
	return sc, nil
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
	if n.OptedOut(c.Process) { // by another conversation, the network, or a member of staff
		sc.talk.State.Status = dialogue.Stopped
	}
	return sc, nil
}

// beside answers somebody known who is in no conversation.
func (d *Desk) beside(ctx context.Context, n *outreach.Number, sc scene, b outreach.Binding) (scene, error) {
	ref, err := d.Processes.Ref(ctx, b.Process)
	if err != nil {
		return sc, err
	}
	sc.ref = ref
	sc = d.outside(n, sc)
	sc.conv.Person = b.Person
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
