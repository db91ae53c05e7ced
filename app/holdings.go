package main

import (
	"context"

	"folkmoot/domain"
)

// holdings is outreach and recruitment as the keeper of persons sees them:
// what else is held on somebody, and what must go with them.
type holdings struct{ h *house }

// Forget blanks a person's row in the lists that invitees were drawn from,
// and has outreach forget them under a number they had.
func (k holdings) Forget(ctx context.Context, cmd domain.Command, process, person, number string) error {
	if err := k.h.recruitment.Forget(ctx, cmd, process, person); err != nil || number == "" {
		return err
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

// juryHoldings is the deliberation as the keeper of persons sees it. The
// service is made after the keeper, so it is asked for late.
type juryHoldings struct{ h *house }

// Forget takes a person off what they asked and said.
func (k juryHoldings) Forget(ctx context.Context, cmd domain.Command, process, person, number string) error {
	return k.h.deliberation.Forget(ctx, cmd, process, person, number)
}

// HoldsOn answers what a member attended, asked, said and put their name to.
func (k juryHoldings) HoldsOn(ctx context.Context, process, person, number string) (string, any, error) {
	return k.h.deliberation.HoldsOn(ctx, process, person, number)
}

// tableHoldings is the planning of tables as the keeper of persons sees it.
type tableHoldings struct{ h *house }

// Forget takes away the rules that name a person.
func (k tableHoldings) Forget(ctx context.Context, cmd domain.Command, process, person, number string) error {
	return k.h.tables.Forget(ctx, cmd, process, person, number)
}

// HoldsOn answers a member's own tables, and what rules ask of them.
func (k tableHoldings) HoldsOn(ctx context.Context, process, person, number string) (string, any, error) {
	return k.h.tables.HoldsOn(ctx, process, person, number)
}

// attendance is what pay is earned by.
func (h *house) attendance(ctx context.Context, process string) (map[string][]string, error) {
	return h.deliberation.Attendance(ctx, process)
}
