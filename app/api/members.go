package api

import (
	"context"

	"folkmoot/domain"
)

// MemberPages sends a member the link to their own page.
type MemberPages interface {
	SendPage(ctx context.Context, cmd domain.Command, person string) error
}

// Members lists the calls about members' own pages.
func Members(s MemberPages) Area {
	return Area{Name: "member pages", About: "A member's own page: bank details, needs, what comes next.", Routes: []Endpoint{
		Route[onPerson, None]{
			Method: "POST", Path: "/people/{person}/page-link", Summary: "Send a person the one-time link to their own page", Needs: domain.ServePeople,
			Note: "It goes to the person's own number; nobody else sees it.",
			Handle: func(ctx context.Context, cmd domain.Command, in onPerson) (None, error) {
				return None{}, s.SendPage(ctx, cmd, in.Person)
			},
		},
	}}
}
