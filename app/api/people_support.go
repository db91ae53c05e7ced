package api

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

type (
	needIn struct {
		onPerson
		people.SupportInput
	}
	settleIn struct {
		onPerson
		Need   string `path:"need"`
		State  string `json:"state" required:"true" doc:"arranged, declined, met or unmet."`
		Reason string `json:"reason,omitempty" doc:"A short code, when declined or unmet."`
	}
	needMetIn struct {
		onPerson
		Need string `path:"need"`
		Met  bool   `json:"met" doc:"The person's own word."`
	}
	supportListIn struct {
		onProcess
		Session string `query:"session" doc:"Only for this session, with what is for all of them."`
		State   string `query:"state" doc:"asked, arranged, declined, met or unmet."`
	}
	supportRows struct {
		Items []people.SupportRow `json:"items"`
	}
)

func supportRoutes(s *people.Service) []Endpoint {
	type P = people.Person
	return []Endpoint{
		personStep("/needs", "Ask for support", domain.ServePeople, func(ctx context.Context, cmd domain.Command, in needIn) (P, error) {
			return s.AskSupport(ctx, cmd, in.Person, in.SupportInput)
		}),
		personStep("/needs/{need}/settle", "Say what became of a need", domain.ServePeople, func(ctx context.Context, cmd domain.Command, in settleIn) (P, error) {
			return s.SettleSupport(ctx, cmd, in.Person, people.SettleInput{Need: in.Need, State: in.State, Reason: in.Reason})
		}),
		personStep("/needs/{need}/word", "Say in person whether a need was met", domain.ServePeople, func(ctx context.Context, cmd domain.Command, in needMetIn) (P, error) {
			return s.ConfirmSupport(ctx, cmd, in.Person, people.ConfirmSupportInput{Need: in.Need, Met: in.Met})
		}),
		Route[supportListIn, supportRows]{
			Method: "GET", Path: "/processes/{process}/support", Summary: "List what those with a seat need", Needs: domain.ViewIdentity,
			Note: "Recorded as a look before it is opened.",
			Handle: func(ctx context.Context, cmd domain.Command, in supportListIn) (supportRows, error) {
				rows, err := s.SupportNeeds(ctx, cmd, in.Process, people.SupportQuery{Session: in.Session, State: in.State})
				return supportRows{rows}, err
			},
		},
		Route[onPerson, supportRows]{
			Method: "GET", Path: "/people/{person}/needs", Summary: "List what one person needs", Needs: domain.ViewIdentity,
			Note: "Recorded as a look before it is opened, unless it is the person.",
			Handle: func(ctx context.Context, cmd domain.Command, in onPerson) (supportRows, error) {
				p, err := s.Get(ctx, cmd.Actor, in.Person)
				if err != nil {
					return supportRows{}, err
				}
				rows, err := s.SupportNeeds(ctx, cmd, p.Process, people.SupportQuery{Person: in.Person})
				return supportRows{rows}, err
			},
		},
	}
}
