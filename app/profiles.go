package main

import (
	"fmt"

	"folkmoot/config"
	"folkmoot/domain/process"
)

// profilesOf hands the jurisdictions of the settings to the domain.
func profilesOf(cfg config.Config) (map[string]process.Profile, error) {
	all, err := config.Profiles(cfg.ProfilesDir)
	if err != nil {
		return nil, fmt.Errorf("reading the jurisdiction profiles: %w", err)
	}
	out := map[string]process.Profile{}
	for _, p := range all {
		q := process.Profile{ID: p.ID, Name: p.Name, Formats: p.Formats, Languages: p.Languages, ReviewMonths: p.Duty.ReviewMonths}
		for _, s := range p.Duty.Steps {
			q.Steps = append(q.Steps, process.Step{ID: s.ID, Question: s.Question, Source: s.Source})
		}
		out[p.ID] = q
	}
	return out, nil
}
