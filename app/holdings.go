package main

import (
	"context"

	"folkmoot/domain"
)

// holdings is outreach as the keeper of persons sees it: what else is held on
// somebody, and what must go with them.
type holdings struct{ h *house }

// Forget has outreach forget a person under a number they had.
func (k holdings) Forget(ctx context.Context, cmd domain.Command, process, person, number string) error {
	if number == "" {
		return nil
	}
	return k.h.outreach.Forget(ctx, cmd, process, person, number)
}

// HoldsOn answers the texts and letters to and from a person.
func (k holdings) HoldsOn(ctx context.Context, process, person, _ string) (string, any, error) {
	lines, err := k.h.outreach.Lines(ctx, process, person)
	if err != nil || len(lines) == 0 {
		return "texts", nil, err
	}
	return "texts", lines, nil
}

// attendance is what pay is earned by.
func (h *house) attendance(ctx context.Context, process string) (map[string][]string, error) {
	return h.deliberation.Attendance(ctx, process)
}
