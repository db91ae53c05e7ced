package api

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

type onProcess struct {
	Process string `path:"process"`
}

// Process lists the calls about bodies and processes.
func Process(s *process.Service) Area {
	routes := []Endpoint{
		Route[process.BodyInput, process.BodyView]{
			Method: "POST", Path: "/bodies", Summary: "Add a body", Needs: domain.ManageBody, Status: 201,
			Handle: s.CreateBody,
		},
		Route[Paging, Page[process.BodyView]]{
			Method: "GET", Path: "/bodies", Summary: "List bodies by name", Open: true,
			Handle: func(ctx context.Context, _ domain.Command, in Paging) (Page[process.BodyView], error) {
				items, next, err := s.ListBodies(ctx, in.Limit, in.After)
				return Page[process.BodyView]{Items: items, Next: next}, err
			},
		},
		Route[struct {
			Body string `path:"body"`
		}, process.BodyView]{
			Method: "GET", Path: "/bodies/{body}", Summary: "Read a body", Open: true,
			Handle: func(ctx context.Context, _ domain.Command, in struct {
				Body string `path:"body"`
			}) (process.BodyView, error) {
				return s.Body(ctx, in.Body)
			},
		},
		Route[process.ProposeInput, process.View]{
			Method: "POST", Path: "/processes", Summary: "Propose a process", Needs: domain.PromiseProcess, Status: 201,
			Handle: s.Propose,
		},
		Route[processListIn, Page[process.View]]{
			Method: "GET", Path: "/processes", Summary: "List the processes you may see", Needs: domain.ViewProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in processListIn) (Page[process.View], error) {
				items, next, err := s.List(ctx, cmd.Actor, in.Body, in.Limit, in.After)
				return Page[process.View]{Items: items, Next: next}, err
			},
		},
		Route[onProcess, process.View]{
			Method: "GET", Path: "/processes/{process}", Summary: "Read a process", Needs: domain.ViewProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (process.View, error) {
				return s.Get(ctx, cmd.Actor, in.Process)
			},
		},
		Route[onProcess, process.Next]{
			Method: "GET", Path: "/processes/{process}/next", Summary: "Say what the next stage still needs, and of whom", Needs: domain.ViewProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (process.Next, error) {
				return s.Next(ctx, cmd.Actor, in.Process)
			},
		},
		Route[onProcess, process.PublicView]{
			Method: "GET", Path: "/public/processes/{process}", Summary: "Read the public page of a process, by id or code", Open: true,
			Handle: func(ctx context.Context, _ domain.Command, in onProcess) (process.PublicView, error) {
				return s.Public(ctx, in.Process)
			},
		},
		Route[Paging, Page[process.PublicView]]{
			Method: "GET", Path: "/public/processes", Summary: "List the public processes", Open: true,
			Handle: func(ctx context.Context, _ domain.Command, in Paging) (Page[process.PublicView], error) {
				items, next, err := s.ListPublic(ctx, in.Limit, in.After)
				return Page[process.PublicView]{Items: items, Next: next}, err
			},
		},
	}
	return Area{Name: "processes", About: "From a promise to a closed process, stage by stage.", Routes: append(routes, processSteps(s)...)}
}

type processListIn struct {
	Body string `query:"body" doc:"Only of this body."`
	Paging
}

// The inputs of the steps: the process from the path, the rest from the body.
type (
	remitIn struct {
		onProcess
		process.RemitInput
	}
	commitmentIn struct {
		onProcess
		process.CommitmentInput
	}
	dutyIn struct {
		onProcess
		process.DutyInput
	}
	approveIn struct {
		onProcess
		process.ApproveDutyInput
	}
	gunningIn struct {
		onProcess
		process.GunningInput
	}
	specIn struct {
		onProcess
		process.SpecificationInput
	}
	answersIn struct {
		onProcess
		process.AnswersInput
	}
	materialIn struct {
		onProcess
		process.MaterialInput
	}
	oversightIn struct {
		onProcess
		process.OversightInput
	}
	signOffIn struct {
		onProcess
		process.SignOffInput
	}
	evaluationIn struct {
		onProcess
		process.EvaluationInput
	}
	advanceIn struct {
		onProcess
		process.AdvanceInput
	}
	reasonIn struct {
		onProcess
		process.ReasonInput
	}
)

// processSteps are the calls that change a process. A client that sends
// If-Match with the version it saw is told when somebody was faster.
func processSteps(s *process.Service) []Endpoint {
	type view = process.View
	return []Endpoint{
		Route[remitIn, view]{
			Method: "POST", Path: "/processes/{process}/remit", Summary: "State the remit", Needs: domain.PromiseProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in remitIn) (view, error) {
				return s.SetRemit(ctx, cmd, in.Process, in.RemitInput)
			},
		},
		Route[commitmentIn, view]{
			Method: "POST", Path: "/processes/{process}/commitment", Summary: "Promise to respond, by a date", Needs: domain.PromiseProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in commitmentIn) (view, error) {
				return s.Commit(ctx, cmd, in.Process, in.CommitmentInput)
			},
		},
		Route[dutyIn, view]{
			Method: "POST", Path: "/processes/{process}/duty", Summary: "Assess the legal duty to involve", Needs: domain.PromiseProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in dutyIn) (view, error) {
				return s.AssessDuty(ctx, cmd, in.Process, in.DutyInput)
			},
		},
		Route[approveIn, view]{
			Method: "POST", Path: "/processes/{process}/duty/approval", Summary: "Approve a duty assessment that somebody else made", Needs: domain.ApproveDuty,
			Handle: func(ctx context.Context, cmd domain.Command, in approveIn) (view, error) {
				return s.ApproveDuty(ctx, cmd, in.Process, in.ApproveDutyInput)
			},
		},
		Route[gunningIn, view]{
			Method: "POST", Path: "/processes/{process}/gunning", Summary: "Record evidence for a Gunning principle", Needs: domain.PromiseProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in gunningIn) (view, error) {
				return s.RecordGunning(ctx, cmd, in.Process, in.GunningInput)
			},
		},
		Route[specIn, view]{
			Method: "POST", Path: "/processes/{process}/specification", Summary: "Set the specification", Needs: domain.DesignProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in specIn) (view, error) {
				return s.Specify(ctx, cmd, in.Process, in.SpecificationInput)
			},
		},
		Route[materialIn, view]{
			Method: "POST", Path: "/processes/{process}/materials", Summary: "Say that a material is ready in a format and language", Needs: domain.DesignProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in materialIn) (view, error) {
				return s.MaterialReady(ctx, cmd, in.Process, in.MaterialInput)
			},
		},
		Route[answersIn, view]{
			Method: "PUT", Path: "/processes/{process}/answers", Summary: "Approve answers that texts give by themselves", Needs: domain.DesignProcess,
			Note: "The whole list, in each language. A question that is clearly one of these is answered at once; a person answers the others.",
			Handle: func(ctx context.Context, cmd domain.Command, in answersIn) (view, error) {
				return s.ApproveAnswers(ctx, cmd, in.Process, in.AnswersInput)
			},
		},
		Route[oversightIn, view]{
			Method: "POST", Path: "/processes/{process}/oversight", Summary: "Appoint a member of the oversight panel", Needs: domain.DesignProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in oversightIn) (view, error) {
				return s.AppointOversight(ctx, cmd, in.Process, in.OversightInput)
			},
		},
		Route[signOffIn, view]{
			Method: "POST", Path: "/processes/{process}/sign-offs", Summary: "Sign off a text as it stands", Needs: domain.SignOff,
			Handle: func(ctx context.Context, cmd domain.Command, in signOffIn) (view, error) {
				return s.SignOff(ctx, cmd, in.Process, in.SignOffInput)
			},
		},
		Route[evaluationIn, view]{
			Method: "POST", Path: "/processes/{process}/evaluation", Summary: "Publish the evaluation", Needs: domain.Evaluate,
			Handle: func(ctx context.Context, cmd domain.Command, in evaluationIn) (view, error) {
				return s.PublishEvaluation(ctx, cmd, in.Process, in.EvaluationInput)
			},
		},
		Route[advanceIn, view]{
			Method: "POST", Path: "/processes/{process}/stage", Summary: "Enter the next stage, when its guard is met", Needs: domain.MoveStage,
			Handle: func(ctx context.Context, cmd domain.Command, in advanceIn) (view, error) {
				return s.Advance(ctx, cmd, in.Process, in.AdvanceInput)
			},
		},
		Route[reasonIn, view]{
			Method: "POST", Path: "/processes/{process}/pause", Summary: "Pause a process", Needs: domain.MoveStage,
			Handle: func(ctx context.Context, cmd domain.Command, in reasonIn) (view, error) {
				return s.Pause(ctx, cmd, in.Process, in.ReasonInput)
			},
		},
		Route[onProcess, view]{
			Method: "POST", Path: "/processes/{process}/resumption", Summary: "Go on after a pause", Needs: domain.MoveStage,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (view, error) {
				return s.Resume(ctx, cmd, in.Process)
			},
		},
		Route[reasonIn, view]{
			Method: "POST", Path: "/processes/{process}/cancellation", Summary: "Cancel a process: everyone in it is told why", Needs: domain.MoveStage,
			Handle: func(ctx context.Context, cmd domain.Command, in reasonIn) (view, error) {
				return s.Cancel(ctx, cmd, in.Process, in.ReasonInput)
			},
		},
	}
}
