package sms

import (
	"context"
	"encoding/json"

	"folkmoot/bots/dialogue"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// effects does what belongs to the number itself, and leaves the rest as
// pending effects in its document.
func (d *Desk) effects(ctx context.Context, n *outreach.Number, sc *scene, out dialogue.Out) error {
	for _, e := range out.Effects {
		switch e.Name {
		case dialogue.DoOptOut:
			n.Stop(outreach.OptOut{Scope: sc.stopScope(), Source: outreach.FromText, At: sc.at, Evidence: sc.event})
		case dialogue.DoOptIn:
			n.Restart(orElse(sc.ref.ID, outreach.All))
		case dialogue.DoHandOver:
			d.queue(n, sc, reasonOf(e.Fields["reason"]))
		default:
			if err := d.ask(ctx, n, sc, e); err != nil {
				return err
			}
		}
	}
	return nil
}

var reasons = map[string]string{
	"danger": outreach.ReasonDanger, "help": outreach.ReasonHelp, "question": outreach.ReasonQuestion,
	"aside": outreach.ReasonQuestion,
}

func reasonOf(said string) string {
	if r, ok := reasons[said]; ok {
		return r
	}
	if said == "" {
		return outreach.ReasonNotUnderstood
	}
	return said
}

// queue puts the text before a person. Of a number that texts without end a
// person sees one item for each window, except for words of danger.
func (d *Desk) queue(n *outreach.Number, sc *scene, reason string) {
	key := sc.event
	switch {
	case reason == outreach.ReasonDanger:
	case !n.Pass(sc.at):
		reason, key = outreach.ReasonTooMany, domain.Derive(n.ID, sc.at.Truncate(outreach.AnswersWindow).String())
	case sc.ref.ID == "":
		reason = outreach.ReasonNoProcess
	}
	n.Emit(domain.Command{Key: key}, outreach.EffectQueue, "queue", sc.at, outreach.QueueData{
		Process: sc.ref.ID, Person: sc.conv.Person, Number: n.ID, Event: sc.event, Reason: reason, At: sc.at,
	})
}

// ask leaves a command for the dispatcher. Its fields are sealed under the
// number and bound to the effect's id.
func (d *Desk) ask(ctx context.Context, n *outreach.Number, sc *scene, e dialogue.Effect) error {
	fields, err := json.Marshal(e.Fields)
	if err != nil {
		return err
	}
	id := domain.Derive("effect", sc.event, n.ID, domain.EffectReply, e.ID)
	sealed, err := d.Outreach.Vault.Seal(ctx, n.ID, id, fields)
	if err != nil {
		return err
	}
	n.Emit(domain.Command{Key: sc.event}, domain.EffectReply, e.ID, sc.at, domain.ReplyData{
		Process: sc.ref.ID, Person: sc.conv.Person, Number: n.ID, Name: e.Name, Subject: n.ID,
		Event: e.ID, Fields: sealed, At: sc.at,
	})
	return nil
}
