package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"folkmoot/app/api"
	"folkmoot/app/web"
	"folkmoot/bots/dialogue"
	"folkmoot/bots/flows"
	"folkmoot/bots/sms"
	"folkmoot/domain"
)

// question words what a member is asked on their page, as the texts do.
func (h *house) question(lang, format, name string) (said, text string, answers []string, err error) {
	said = sms.Reading(lang, format)
	key, asks := flows.OnPage[name]
	if !asks {
		key = "page." + name
	}
	if text, err = h.texts.Text(said, key, nil); asks {
		text, answers = flows.Question(text)
	}
	said, _, _ = strings.Cut(said, "-x-")
	return said, text, answers, err
}

// services are what the pages work with.
func (h *house) services() web.Services {
	s := web.Services{
		Access: h.access, Process: h.process, Recruitment: h.recruitment, People: h.people, Deliberation: h.deliberation, Tables: h.tables,
		Accountability: h.accountability, Outreach: h.outreach, Audit: h.audit, Retention: h.retention, Files: h.store.Files(),
		Clock: h.clock, Demo: h.cfg.Demo, Emails: len(h.mailers) > 0, Question: h.question,
		Unreviewed: unreviewed(), Languages: spokenHere(h.languages),
	}
	if h.network != nil {
		s.Simulated = phones{simulator{h}}
	}
	return s
}

// phones is the simulator as the pages see it.
type phones struct{ simulator }

// Handset reads a phone.
func (p phones) Handset(ctx context.Context, a domain.Actor, number string) ([]web.PhoneText, error) {
	seen, err := p.simulator.Handset(ctx, a, number)
	out := make([]web.PhoneText, len(seen.Texts))
	for i, t := range seen.Texts {
		out[i] = web.PhoneText{Body: t.Body, At: t.At, Ours: t.Ours, Segments: t.Segments}
	}
	return out, err
}

// Emails lists what was emailed.
func (p phones) Emails(_ context.Context, a domain.Actor) ([]web.Email, error) {
	if err := p.allow(a); err != nil || p.h.post == nil {
		return nil, err
	}
	var out []web.Email
	for _, e := range p.h.post.Emails() {
		out = append(out, web.Email{To: e.To, Subject: e.Subject, Body: e.Body, Leave: e.Leave, At: e.At})
	}
	return out, nil
}

// Slack reads what the simulated Slack was told.
func (p phones) Slack(ctx context.Context, a domain.Actor) ([]web.SlackMessage, error) {
	seen, err := p.simulator.Slack(ctx, a)
	if err != nil {
		return nil, err
	}
	out := make([]web.SlackMessage, 0, len(seen.Messages))
	for _, raw := range seen.Messages {
		var m struct {
			To     string          `json:"to"`
			Text   string          `json:"text"`
			Blocks json.RawMessage `json:"blocks"`
		}
		if err := json.Unmarshal(raw, &m); err != nil {
			return nil, err
		}
		out = append(out, web.SlackMessage{To: m.To, Text: m.Text, Blocks: m.Blocks})
	}
	return out, nil
}

// Fault makes the next texts go wrong.
func (p phones) Fault(ctx context.Context, a domain.Actor, kind string, times int) error {
	_, err := p.simulator.Fault(ctx, a, api.FaultInput{Kind: kind, Times: times})
	return err
}

// Broken counts what will still go wrong.
func (p phones) Broken(ctx context.Context, a domain.Actor) (int, error) {
	v, err := p.Faults(ctx, a)
	return v.Sends + v.Webhooks, err
}

// spokenHere are the languages that we text in, English first: tag and name in
// turn. Easy English is English.
func spokenHere(others []string) []string {
	out := []string{"en", "English"}
	for _, tag := range others {
		if !strings.Contains(tag, "-x-") {
			out = append(out, tag, display.English.Languages().Name(language.Make(tag)))
		}
	}
	return out
}

// unreviewed names the languages that are understood and texted in, and that
// no native speaker has checked yet.
func unreviewed() []string {
	var out []string
	for lang, reviewed := range dialogue.Languages() {
		if !reviewed {
			out = append(out, display.English.Languages().Name(language.Make(lang)))
		}
	}
	slices.Sort(out)
	return out
}
