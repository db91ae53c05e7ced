package demo

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// Slack ids of the commissioner's account in the simulated workspace.
const (
	team    = "T0FOREST"
	account = "U0CARYS"
)

// respond is 30 August 2018: both boards meet in public and back the
// recommendation; each point is answered with a reason, in Slack.
func (p *play) respond() {
	code := p.do("administrator", "/users/"+p.ids["commissioner"]+"/slack-codes", object{}).str("secret")
	p.check(p.slash("bind " + code))
	p.clock("2018-08-30 19:00")
	recs := p.published()
	p.do("commissioner", p.here("/decisions"), object{
		"board": "Governing body and trust board, back to back", "met_at": utc("2018-08-30 14:00"), "in_public": true,
		"text":            "Both boards agree to one new community hospital in or near Cinderford.",
		"reasons":         "The jury's reasons, and the evidence on health need and travel it rests on.",
		"involvement":     "The jury's report was read out and discussed point by point before the vote.",
		"likely_effects":  object{"wellbeing": "Care closer to where health is poorest.", "quality": "A modern building.", "resources": "One site in place of two."},
		"recommendations": recs,
	})
	p.show.say("both boards meet in public and back the recommendation unanimously")
	for i, rec := range recs {
		p.answerInSlack(i, rec, answers[i])
	}
	p.stage("responded")
	p.do("organiser", p.here("/announcement"), object{"summary": "on 30 Aug both NHS boards agreed with you, and will build in Cinderford."})
	p.settle()
	juror := p.juror()
	p.show.text("every juror reads:", p.last(juror))
	phones := append(p.phonesOf("serving"), p.phonesOf("completed")...)
	p.pause()
	p.converse(phones)
	p.show.say("%s", said(p.ask("organiser", p.here("/account")).obj("members")))
}

// said is what the service shows of whether members were answered: counts that
// would show what few people think are left out, and it says so.
func said(v object) string {
	var shown []string
	for _, c := range []struct{ key, word string }{{"answered", "that it answers them"}, {"partly", "that it does in part"}, {"not", "that it does not"}} {
		if n, ok := v[c.key].(float64); ok {
			shown = append(shown, fmt.Sprintf("%.0f %s", n, c.word))
		}
	}
	hidden, _ := v["hidden"].(bool)
	switch {
	case hidden && len(shown) == 0:
		return fmt.Sprintf("%.0f jurors are counted as having said whether that answers them; what they said is too few of each to show", v.num("total"))
	case hidden:
		return fmt.Sprintf("%.0f jurors said whether that answers them: %s; the rest is too few to show", v.num("total"), strings.Join(shown, ", "))
	}
	return fmt.Sprintf("%.0f jurors said whether that answers them: %s", v.num("total"), strings.Join(shown, ", "))
}

// answers are the boards' responses, point by point. The place was agreed; on
// services no decision was taken yet, and further engagement was promised.
var answers = []map[string]string{
	{"outcome": "accept", "reason": "Both boards agree, for the reasons that the jury gives.", "owner": "Director of Estates", "due": "2022-12-31"},
	{"outcome": "accept_in_part", "reason": "We will work with the county on transport plans; bus services are not ours to run.", "owner": "Director of Commissioning", "due": "2022-12-31", "evidence": "A travel plan with the county council"},
	{"outcome": "consider_further", "reason": "What goes into the building is decided with its design.", "due": "2019-12-31"},
	{"outcome": "consider_further", "reason": "No decision on services or beds is taken yet; people will be asked again.", "due": "2019-12-31"},
	{"outcome": "accept", "reason": "The business case will plan for the whole Forest.", "owner": "Director of Strategy", "due": "2021-12-31"},
}

// published lists the ids of the published recommendations in their order.
func (p *play) published() []string {
	var out []string
	for _, r := range p.ask("commissioner", p.here("/responses")).list("items") {
		out = append(out, r.str("recommendation"))
	}
	return out
}

// slash sends a slash command as the commissioner's account.
func (p *play) slash(text string) error {
	out, err := p.c.slack(p.ctx, "commands", url.Values{"team_id": {team}, "user_id": {account}, "command": {"/folkmoot"}, "text": {text}})
	if err == nil && p.show != nil {
		p.show.say("Slack: /folkmoot %s  ->  %s", strings.Fields(text)[0], out.str("text"))
	}
	return err
}

// answerInSlack presses the button, finds the modal that the service opened,
// and sends it: the first one half filled at first, as people do.
func (p *play) answerInSlack(n int, rec string, a map[string]string) {
	trigger := fmt.Sprintf("trigger-%d", n)
	p.interact(object{
		"type": "block_actions", "trigger_id": trigger, "team": object{"id": team}, "user": object{"id": account},
		"actions": []object{{"type": "button", "action_id": "respond", "block_id": "b", "value": p.id + ":" + rec}},
	})
	view := p.modal(trigger)
	if n == 0 {
		out := p.submit(view, object{"outcome": "accept"}, "half")
		p.show.say("Slack: a half-filled form is told: %v", out.obj("errors")["owner"])
	}
	fields := object{}
	for k, v := range a {
		fields[k] = v
	}
	if out := p.submit(view, fields, "whole"); out.str("response_action") != "update" {
		panic(stop{fmt.Errorf("the response was not taken: %v", out)})
	}
	p.show.say("Slack: point %d answered: %s", n+1, a["outcome"])
}

// modal finds the view that was opened for the trigger.
func (p *play) modal(trigger string) object {
	seen, _ := p.ask("administrator", "/simulator/slack")["views"].([]any)
	for _, v := range seen {
		if m := object(v.(map[string]any)); m.str("trigger") == trigger {
			return m
		}
	}
	panic(stop{fmt.Errorf("no modal was opened for %s", trigger)})
}

func (p *play) submit(view object, fields object, hash string) object {
	values := object{}
	for k, v := range fields {
		switch k {
		case "outcome":
			values[k] = object{k: object{"type": "static_select", "selected_option": object{"value": v}}}
		case "due":
			values[k] = object{k: object{"type": "datepicker", "selected_date": v}}
		default:
			values[k] = object{k: object{"type": "plain_text_input", "value": v}}
		}
	}
	return p.interact(object{
		"type": "view_submission", "team": object{"id": team}, "user": object{"id": account},
		"view": object{
			"id": view.str("id"), "hash": view.str("hash") + hash, "callback_id": "response",
			"private_metadata": view.obj("view").str("private_metadata"), "state": object{"values": values},
		},
	})
}

func (p *play) interact(payload object) object {
	raw, err := json.Marshal(payload)
	p.check(err)
	out, err := p.c.slack(p.ctx, "interactions", url.Values{"payload": {string(raw)}})
	p.check(err)
	return out
}
