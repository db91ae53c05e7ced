package api

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
)

// Accountability lists the calls about what comes after the report.
func Accountability(s *accountability.Service) Area {
	return Area{
		Name: "accountability", About: "What comes after the report: responses, decisions, actions, progress and feedback.",
		Routes: append(responseRoutes(s), actionRoutes(s)...),
	}
}

// The inputs: process and thing from the path, the rest from the body.
type (
	draftResponseIn struct {
		onItem
		accountability.Answer
	}
	sendToReviewIn struct {
		onItem
		accountability.ReviewInput
	}
	reviewedIn struct {
		onItem
		accountability.ReviewedInput
	}
	publishResponseIn struct {
		onItem
		Answer *accountability.Answer `json:"answer,omitempty" doc:"Left out: the draft."`
	}
	reviseResponseIn struct {
		onItem
		accountability.Answer
		Reason string `json:"notice" required:"true" doc:"Why it is revised; published with the new version."`
	}
	recordReplyIn struct {
		onItem
		accountability.ReplyInput
	}
	recordViewIn struct {
		onItem
		accountability.ViewInput
	}
	recordViewsIn struct {
		onProcess
		accountability.ViewInput
	}
	recordDecisionIn struct {
		onProcess
		accountability.DecisionInput
	}
	correctDecisionIn struct {
		onItem
		accountability.CorrectionInput
	}
	planActionIn struct {
		onProcess
		accountability.ActionInput
	}
	updateActionIn struct {
		onItem
		accountability.UpdateInput
	}
	verifyActionIn struct {
		onItem
		accountability.VerifyInput
	}
	endActionIn struct {
		onItem
		accountability.EndInput
		Reason string `json:"reason" required:"true" doc:"Why, in plain words."`
	}
	announceIn struct {
		onProcess
		accountability.AnnounceInput
	}
	reportProgressIn struct {
		onProcess
		accountability.ProgressInput
	}
	sendFeedbackIn struct {
		onProcess
		accountability.FeedbackInput
	}
)

func responseRoutes(s *accountability.Service) []Endpoint {
	return []Endpoint{
		Route[listIn, Page[accountability.ResponseView]]{
			Method: "GET", Path: "/processes/{process}/responses", Summary: "List the responses, those that are due among them", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[accountability.ResponseView], error) {
				items, err := s.Responses(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[onItem, accountability.ResponseView]{
			Method: "GET", Path: "/processes/{process}/responses/{id}", Summary: "Read the response to a recommendation", Open: true,
			Note: "The id is that of the recommendation.",
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (accountability.ResponseView, error) {
				return s.Response(ctx, cmd.Actor, in.Process, in.ID)
			},
		},
		Route[draftResponseIn, accountability.ResponseView]{
			Method: "POST", Path: "/processes/{process}/responses/{id}/draft", Summary: "Draft a response", Needs: domain.Respond,
			Handle: func(ctx context.Context, cmd domain.Command, in draftResponseIn) (accountability.ResponseView, error) {
				return s.DraftResponse(ctx, cmd, in.Process, in.ID, in.Answer)
			},
		},
		Route[sendToReviewIn, accountability.ResponseView]{
			Method: "POST", Path: "/processes/{process}/responses/{id}/review", Summary: "Send a draft to legal or board review", Needs: domain.Respond,
			Handle: func(ctx context.Context, cmd domain.Command, in sendToReviewIn) (accountability.ResponseView, error) {
				return s.SendToReview(ctx, cmd, in.Process, in.ID, in.ReviewInput)
			},
		},
		Route[reviewedIn, accountability.ResponseView]{
			Method: "POST", Path: "/processes/{process}/responses/{id}/reviewed", Summary: "Record what the review found", Needs: domain.Respond,
			Handle: func(ctx context.Context, cmd domain.Command, in reviewedIn) (accountability.ResponseView, error) {
				return s.Reviewed(ctx, cmd, in.Process, in.ID, in.ReviewedInput)
			},
		},
		Route[publishResponseIn, accountability.ResponseView]{
			Method: "POST", Path: "/processes/{process}/responses/{id}/publication", Summary: "Publish a response: the answer sent, or the draft", Needs: domain.Respond,
			Handle: func(ctx context.Context, cmd domain.Command, in publishResponseIn) (accountability.ResponseView, error) {
				return s.PublishResponse(ctx, cmd, in.Process, in.ID, in.Answer)
			},
		},
		Route[reviseResponseIn, accountability.ResponseView]{
			Method: "POST", Path: "/processes/{process}/responses/{id}/revisions", Summary: "Revise a published response, with a notice of why", Needs: domain.Respond,
			Handle: func(ctx context.Context, cmd domain.Command, in reviseResponseIn) (accountability.ResponseView, error) {
				return s.ReviseResponse(ctx, cmd.Because(in.Reason), in.Process, in.ID, in.Answer)
			},
		},
		Route[recordReplyIn, accountability.ResponseView]{
			Method: "POST", Path: "/processes/{process}/responses/{id}/reply", Summary: "Record what the other body replied", Needs: domain.Respond,
			Handle: func(ctx context.Context, cmd domain.Command, in recordReplyIn) (accountability.ResponseView, error) {
				return s.RecordReply(ctx, cmd, in.Process, in.ID, in.ReplyInput)
			},
		},
		Route[recordViewIn, None]{
			Method: "POST", Path: "/processes/{process}/responses/{id}/views", Summary: "Say whether an answer answers the recommendation, as a member", Needs: domain.SelfServe,
			Handle: func(ctx context.Context, cmd domain.Command, in recordViewIn) (None, error) {
				return None{}, s.RecordView(ctx, cmd, in.Process, in.ID, in.ViewInput)
			},
		},
		Route[recordViewsIn, None]{
			Method: "POST", Path: "/processes/{process}/views", Summary: "Say whether the answers as a whole answer the jury, as a member", Needs: domain.SelfServe,
			Handle: func(ctx context.Context, cmd domain.Command, in recordViewsIn) (None, error) {
				return None{}, s.RecordView(ctx, cmd, in.Process, "", in.ViewInput)
			},
		},
		Route[recordDecisionIn, accountability.Decision]{
			Method: "POST", Path: "/processes/{process}/decisions", Summary: "Record a board's decision", Needs: domain.Respond, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in recordDecisionIn) (accountability.Decision, error) {
				return s.RecordDecision(ctx, cmd, in.Process, in.DecisionInput)
			},
		},
		Route[listIn, Page[accountability.Decision]]{
			Method: "GET", Path: "/processes/{process}/decisions", Summary: "List the decisions", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[accountability.Decision], error) {
				items, err := s.Decisions(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[correctDecisionIn, accountability.Decision]{
			Method: "POST", Path: "/processes/{process}/decisions/{id}/corrections", Summary: "Correct the record of a decision by a numbered notice", Needs: domain.Respond,
			Handle: func(ctx context.Context, cmd domain.Command, in correctDecisionIn) (accountability.Decision, error) {
				return s.CorrectDecision(ctx, cmd, in.Process, in.ID, in.CorrectionInput)
			},
		},
	}
}

func actionRoutes(s *accountability.Service) []Endpoint {
	return []Endpoint{
		Route[planActionIn, accountability.Action]{
			Method: "POST", Path: "/processes/{process}/actions", Summary: "Plan an action that carries out an answer", Needs: domain.OwnAction, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in planActionIn) (accountability.Action, error) {
				return s.PlanAction(ctx, cmd, in.Process, in.ActionInput)
			},
		},
		Route[listIn, Page[accountability.Action]]{
			Method: "GET", Path: "/processes/{process}/actions", Summary: "List the actions", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[accountability.Action], error) {
				items, err := s.Actions(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[onItem, accountability.Action]{
			Method: "GET", Path: "/processes/{process}/actions/{id}", Summary: "Read an action", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (accountability.Action, error) {
				return s.Action(ctx, cmd.Actor, in.Process, in.ID)
			},
		},
		Route[updateActionIn, accountability.Action]{
			Method: "POST", Path: "/processes/{process}/actions/{id}/updates", Summary: "Say how an action goes", Needs: domain.OwnAction,
			Note: "Done needs proof.",
			Handle: func(ctx context.Context, cmd domain.Command, in updateActionIn) (accountability.Action, error) {
				return s.UpdateAction(ctx, cmd, in.Process, in.ID, in.UpdateInput)
			},
		},
		Route[verifyActionIn, accountability.Action]{
			Method: "POST", Path: "/processes/{process}/actions/{id}/verification", Summary: "Verify a done action, as somebody who neither owns it nor marked it done", Needs: domain.VerifyAction,
			Handle: func(ctx context.Context, cmd domain.Command, in verifyActionIn) (accountability.Action, error) {
				return s.VerifyAction(ctx, cmd, in.Process, in.ID, in.VerifyInput)
			},
		},
		Route[endActionIn, accountability.Action]{
			Method: "POST", Path: "/processes/{process}/actions/{id}/end", Summary: "Stop an action, replace it or pass it on", Needs: domain.OwnAction,
			Handle: func(ctx context.Context, cmd domain.Command, in endActionIn) (accountability.Action, error) {
				return s.EndAction(ctx, cmd.Because(in.Reason), in.Process, in.ID, in.EndInput)
			},
		},
		Route[announceIn, accountability.AccountView]{
			Method: "POST", Path: "/processes/{process}/announcement", Summary: "Tell everyone that the commissioner has answered", Needs: domain.Broadcast,
			Handle: func(ctx context.Context, cmd domain.Command, in announceIn) (accountability.AccountView, error) {
				return s.Announce(ctx, cmd, in.Process, in.AnnounceInput)
			},
		},
		Route[onProcess, accountability.AccountView]{
			Method: "GET", Path: "/processes/{process}/account", Summary: "Read where the promises stand", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (accountability.AccountView, error) {
				return s.Account(ctx, cmd.Actor, in.Process)
			},
		},
		Route[reportProgressIn, accountability.ProgressReport]{
			Method: "POST", Path: "/processes/{process}/progress-reports", Summary: "Publish a progress report and tell everyone", Needs: domain.Respond, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in reportProgressIn) (accountability.ProgressReport, error) {
				return s.ReportProgress(ctx, cmd, in.Process, in.ProgressInput)
			},
		},
		Route[listIn, Page[accountability.ProgressReport]]{
			Method: "GET", Path: "/processes/{process}/progress-reports", Summary: "List the progress reports", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[accountability.ProgressReport], error) {
				items, err := s.ProgressReports(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[sendFeedbackIn, accountability.Feedback]{
			Method: "POST", Path: "/processes/{process}/feedback", Summary: "Tell everyone what has changed and what has not", Needs: domain.Broadcast, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in sendFeedbackIn) (accountability.Feedback, error) {
				return s.SendFeedback(ctx, cmd, in.Process, in.FeedbackInput)
			},
		},
		Route[listIn, Page[accountability.Feedback]]{
			Method: "GET", Path: "/processes/{process}/feedback", Summary: "List what everyone was told", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[accountability.Feedback], error) {
				items, err := s.Feedback(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[onProcess, accountability.SaidAndDid]{
			Method: "GET", Path: "/processes/{process}/said-and-did", Summary: "Read what members said, what was done, and what was not", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (accountability.SaidAndDid, error) {
				return s.SaidAndDid(ctx, cmd.Actor, in.Process)
			},
		},
		Route[onItem, accountability.Chain]{
			Method: "GET", Path: "/processes/{process}/recommendations/{id}/chain", Summary: "Read the whole story of a recommendation, from its evidence to the verified change", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (accountability.Chain, error) {
				return s.Chain(ctx, cmd.Actor, in.Process, in.ID)
			},
		},
	}
}
