package api

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/access"
)

type (
	onUser struct {
		User string `path:"user"`
	}
	grantsIn struct {
		onUser
		access.GrantsInput
	}
	onToken struct {
		Token string `path:"token"`
	}
	// madeSecret shows a secret, once.
	madeSecret struct {
		Secret string `json:"secret" doc:"Shown now and never again."`
	}
)

// Access lists the calls about users, links and tokens.
func Access(s *access.Service) Area {
	return Area{Name: "access", About: "Who may come in.", Routes: []Endpoint{
		Route[access.UserInput, access.UserView]{
			Method: "POST", Path: "/users", Summary: "Add a user", Needs: domain.ManageInstallation, Status: 201, Handle: s.CreateUser,
		},
		Route[Paging, Page[access.UserView]]{
			Method: "GET", Path: "/users", Summary: "List users by name", Needs: domain.ManageInstallation,
			Handle: func(ctx context.Context, cmd domain.Command, in Paging) (Page[access.UserView], error) {
				items, next, err := s.ListUsers(ctx, cmd.Actor, in.Limit, in.After)
				return Page[access.UserView]{Items: items, Next: next}, err
			},
		},
		Route[grantsIn, access.UserView]{
			Method: "POST", Path: "/users/{user}/grants", Summary: "Replace what a user may do", Needs: domain.ManageInstallation,
			Handle: func(ctx context.Context, cmd domain.Command, in grantsIn) (access.UserView, error) {
				return s.SetGrants(ctx, cmd, in.User, in.GrantsInput)
			},
		},
		Route[onUser, madeSecret]{
			Method: "POST", Path: "/users/{user}/links", Summary: "Make a one-time sign-in link's secret", Needs: domain.ManageInstallation, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in onUser) (madeSecret, error) {
				secret, err := s.MakeLink(ctx, cmd, in.User)
				return madeSecret{secret}, err
			},
		},
		Route[onUser, madeSecret]{
			Method: "POST", Path: "/users/{user}/slack-codes", Summary: "Make a one-time code that binds a Slack account", Needs: domain.ManageInstallation, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in onUser) (madeSecret, error) {
				secret, err := s.MakeSlackCode(ctx, cmd, in.User)
				return madeSecret{secret}, err
			},
		},
		Route[access.TokenInput, access.TokenView]{
			Method: "POST", Path: "/tokens", Summary: "Make an API token of a user", Needs: domain.ManageInstallation, Status: 201, Handle: s.MakeToken,
			Note: "The token is shown once. Sent again under the same key, the call makes another token: secrets are not kept to be shown twice.",
		},
		Route[onToken, None]{
			Method: "DELETE", Path: "/tokens/{token}", Summary: "Revoke a token", Needs: domain.ManageInstallation,
			Handle: func(ctx context.Context, cmd domain.Command, in onToken) (None, error) {
				return None{}, s.RevokeToken(ctx, cmd, in.Token)
			},
		},
	}}
}
