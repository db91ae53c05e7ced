package main

import (
	"strings"

	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
	"folkmoot/domain/process"
	"folkmoot/domain/retention"
)

// profilesOf hands the jurisdictions to the domain: what they ask of a
// process, and how long they keep what.
func profilesOf(all map[string]config.Profile) (map[string]process.Profile, map[string][]retention.Period) {
	out, kept := map[string]process.Profile{}, map[string][]retention.Period{}
	for _, p := range all {
		for _, r := range p.Retention {
			kept[p.ID] = append(kept[p.ID], retention.Period{Kind: r.Kind, After: domain.Stage(r.After), Days: r.Days, Why: r.Why})
		}
		q := process.Profile{ID: p.ID, Name: p.Name, Formats: p.Formats, Languages: p.Languages, ReviewMonths: p.Duty.ReviewMonths}
		for _, s := range p.Duty.Steps {
			q.Steps = append(q.Steps, process.Step{ID: s.ID, Question: s.Question, Help: s.Help, Source: s.Source})
		}
		for _, g := range p.Gunning.Principles {
			q.Gunning = append(q.Gunning, process.Principle{Number: g.Number, Text: g.Text, Evidence: g.Evidence})
		}
		out[p.ID] = q
	}
	return out, kept
}

// quietHours is when texts may go, by profile.
func quietHours(all map[string]config.Profile) func(profile string) (outreach.Quiet, bool) {
	hours := map[string]outreach.Quiet{}
	for _, p := range all {
		hours[p.ID] = outreach.Quiet{From: p.QuietHours.From, To: p.QuietHours.To, SundayFrom: p.QuietHours.SundayFrom}
	}
	return func(profile string) (outreach.Quiet, bool) {
		q, ok := hours[profile]
		return q, ok
	}
}

// helplines are whom to call in danger, by profile and language. Where no
// profile is known the catalogue's own are said.
func helplines(all map[string]config.Profile) func(profile, lang string) (emergency, lines string) {
	return func(profile, lang string) (string, string) {
		h := all[profile].Helplines
		lang, _, _ = strings.Cut(lang, "-")
		return h.Emergency, h.In(lang)
	}
}
