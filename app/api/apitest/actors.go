package apitest

import (
	"context"

	"folkmoot/domain"
)

func authenticate(actors []domain.Actor) func(context.Context, string) (domain.Actor, error) {
	return func(_ context.Context, token string) (domain.Actor, error) {
		for _, a := range actors {
			if a.ID == token {
				return a, nil
			}
		}
		return domain.Actor{}, domain.E(domain.Unauthenticated, "this token is not known")
	}
}

// Staff is an actor with one role over one process of one body; empty body
// and process reach everywhere.
func Staff(id string, role domain.Role, body, process string) domain.Actor {
	return domain.Actor{ID: id, Name: id, Grants: []domain.Grant{{Role: role, Body: body, Process: process}}}
}
