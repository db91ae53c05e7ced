package api

import (
	"context"
	"net/http"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/retention"
)

// Retention lists the calls about how long data is kept, legal holds and
// erasure.
func Retention(s *retention.Service) Area {
	routes := append(clockRoutes(s), holdRoutes(s)...)
	return Area{
		Name:   "retention",
		About:  "How long personal data is kept, what stops its erasure, and the proof that it went.",
		Routes: append(routes, erasureRoutes(s)...),
	}
}

type onErasure struct {
	Erasure string `path:"erasure"`
}

type (
	postponeIn struct {
		onProcess
		retention.PostponeInput
	}
	runNowIn struct {
		onProcess
		retention.RunNowInput
	}
	holdIn struct {
		onProcess
		retention.HoldInput
	}
	releaseHoldIn struct {
		onProcess
		retention.ReleaseInput
	}
	holdRows struct {
		Items []retention.Hold `json:"items"`
	}
	erasureListIn struct {
		onProcess
		State string `query:"state" doc:"requested, identity_checked, executed, confirmed or refused."`
		Paging
	}
	checkIdentityIn struct {
		onErasure
		retention.CheckInput
	}
	refuseErasureIn struct {
		onErasure
		retention.RefuseInput
	}
)

func clockRoutes(s *retention.Service) []Endpoint {
	// The plan is answered after each change, with the holds that lie on it.
	plan := func(ctx context.Context, cmd domain.Command, process string, err error) (retention.Plan, error) {
		if err != nil {
			return retention.Plan{}, err
		}
		return s.Plan(ctx, cmd.Actor, process)
	}
	return []Endpoint{
		Route[onProcess, retention.Plan]{
			Method: "GET", Path: "/processes/{process}/retention", Summary: "Read what is kept until when", Needs: domain.ViewProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (retention.Plan, error) {
				return s.Plan(ctx, cmd.Actor, in.Process)
			},
		},
		Route[onProcess, retention.Plan]{
			Method: "POST", Path: "/processes/{process}/retention/start", Summary: "Agree to the plan and start the clock", Needs: domain.Erase,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (retention.Plan, error) {
				_, err := s.Start(ctx, cmd, in.Process)
				return plan(ctx, cmd, in.Process, err)
			},
		},
		Route[postponeIn, retention.Plan]{
			Method: "POST", Path: "/processes/{process}/retention/postpone", Summary: "Put a listed purge off", Needs: domain.Erase,
			Handle: func(ctx context.Context, cmd domain.Command, in postponeIn) (retention.Plan, error) {
				_, err := s.Postpone(ctx, cmd, in.Process, in.PostponeInput)
				return plan(ctx, cmd, in.Process, err)
			},
		},
		Route[runNowIn, retention.Plan]{
			Method: "POST", Path: "/processes/{process}/retention/run", Summary: "Run a listed purge without waiting", Needs: domain.Erase,
			Handle: func(ctx context.Context, cmd domain.Command, in runNowIn) (retention.Plan, error) {
				_, err := s.RunNow(ctx, cmd, in.Process, in.RunNowInput)
				return plan(ctx, cmd, in.Process, err)
			},
		},
	}
}

func holdRoutes(s *retention.Service) []Endpoint {
	return []Endpoint{
		Route[holdIn, retention.Hold]{
			Method: "POST", Path: "/processes/{process}/holds", Summary: "Place a legal hold on a person or the process", Needs: domain.OverrideGuard,
			Status: http.StatusCreated,
			Handle: func(ctx context.Context, cmd domain.Command, in holdIn) (retention.Hold, error) {
				return s.PlaceHold(ctx, cmd, in.Process, in.HoldInput)
			},
		},
		Route[releaseHoldIn, retention.Hold]{
			Method: "POST", Path: "/processes/{process}/holds/release", Summary: "Release a legal hold", Needs: domain.OverrideGuard,
			Handle: func(ctx context.Context, cmd domain.Command, in releaseHoldIn) (retention.Hold, error) {
				return s.ReleaseHold(ctx, cmd, in.Process, in.ReleaseInput)
			},
		},
		Route[onProcess, holdRows]{
			Method: "GET", Path: "/processes/{process}/holds", Summary: "List legal holds, released ones too", Needs: domain.ViewAudit,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (holdRows, error) {
				rows, err := s.ListHolds(ctx, cmd.Actor, in.Process)
				return holdRows{rows}, err
			},
		},
	}
}

func erasureRoutes(s *retention.Service) []Endpoint {
	type E = retention.Erasure
	return []Endpoint{
		Route[onPerson, E]{
			Method: "POST", Path: "/people/{person}/erasure", Summary: "Ask for a person's data to be erased", Needs: domain.ServePeople, Status: http.StatusCreated,
			Handle: func(ctx context.Context, cmd domain.Command, in onPerson) (E, error) {
				return s.RequestErasure(ctx, cmd, in.Person)
			},
		},
		Route[erasureListIn, Page[E]]{
			Method: "GET", Path: "/processes/{process}/erasures", Summary: "List requests for erasure and the log of what was erased", Needs: domain.ViewAudit,
			Handle: func(ctx context.Context, cmd domain.Command, in erasureListIn) (Page[E], error) {
				p, err := s.ListErasures(ctx, cmd.Actor, in.Process, retention.ListInput{State: in.State, After: in.After, Limit: in.Limit})
				return Page[E](p), err
			},
		},
		Route[onErasure, E]{
			Method: "GET", Path: "/erasures/{erasure}", Summary: "Read the proof of an erasure", Needs: domain.ViewAudit,
			Handle: func(ctx context.Context, cmd domain.Command, in onErasure) (E, error) {
				return s.Erasure(ctx, cmd.Actor, in.Erasure)
			},
		},
		Route[checkIdentityIn, E]{
			Method: "POST", Path: "/erasures/{erasure}/identity", Summary: "Say how the identity was checked", Needs: domain.ServePeople,
			Handle: func(ctx context.Context, cmd domain.Command, in checkIdentityIn) (E, error) {
				return s.CheckIdentity(ctx, cmd, in.Erasure, in.CheckInput)
			},
		},
		Route[refuseErasureIn, E]{
			Method: "POST", Path: "/erasures/{erasure}/refuse", Summary: "Refuse a request, with the reason", Needs: domain.Erase,
			Handle: func(ctx context.Context, cmd domain.Command, in refuseErasureIn) (E, error) {
				return s.Refuse(ctx, cmd, in.Erasure, in.RefuseInput)
			},
		},
		Route[onErasure, E]{
			Method: "POST", Path: "/erasures/{erasure}/execute", Summary: "Erase the person", Needs: domain.Erase, Timeout: 30 * time.Second,
			Handle: func(ctx context.Context, cmd domain.Command, in onErasure) (E, error) {
				return s.Execute(ctx, cmd, in.Erasure)
			},
		},
		Route[onErasure, E]{
			Method: "POST", Path: "/erasures/{erasure}/confirm", Summary: "Confirm that nothing can be read any more", Needs: domain.Erase,
			Handle: func(ctx context.Context, cmd domain.Command, in onErasure) (E, error) {
				return s.Confirm(ctx, cmd, in.Erasure)
			},
		},
	}
}
