package api

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// The inputs: process and thing from the path, the rest from the body.
type (
	proposeEvidenceIn struct {
		onProcess
		deliberation.EvidenceInput
	}
	receiveEvidenceIn struct {
		onItem
		deliberation.EvidenceInput
	}
	checkEvidenceIn struct {
		onItem
		deliberation.ChecksInput
	}
	correctEvidenceIn struct {
		onItem
		deliberation.CorrectionInput
	}
	withdrawEvidenceIn struct {
		onItem
		Reason string `json:"reason" required:"true" doc:"Why, in plain words."`
	}
	draftPackIn struct {
		onProcess
		deliberation.PackInput
	}
	changePackIn struct {
		onItem
		deliberation.PackInput
	}
	addStatementIn struct {
		onProcess
		deliberation.StatementInput
	}
	sortStatementIn struct {
		onItem
		deliberation.SortInput
	}
	draftRecommendationIn struct {
		onProcess
		deliberation.RecommendationInput
	}
	changeRecommendationIn struct {
		onItem
		deliberation.RecommendationInput
	}
	proposeAmendmentIn struct {
		onItem
		deliberation.AmendmentInput
	}
	decideAmendmentIn struct {
		onItem
		deliberation.DecideAmendmentInput
	}
	lockWordingIn struct {
		onItem
		deliberation.LockInput
	}
	unlockWordingIn struct {
		onItem
		Reason string `json:"reason" required:"true" doc:"Why, in plain words."`
	}
	correctRecommendationIn struct {
		onItem
		deliberation.CorrectionInput
	}
	supersedeIn struct {
		onItem
		deliberation.SupersedeInput
		Reason string `json:"reason" required:"true" doc:"Why, in plain words."`
	}
)

func evidenceRoutes(s *deliberation.Service) []Endpoint {
	return []Endpoint{
		Route[proposeEvidenceIn, deliberation.Evidence]{
			Method: "POST", Path: "/processes/{process}/evidence", Summary: "Propose an item of evidence", Needs: domain.RunSessions, Status: 201,
			Note: "Members and oversight may propose too.",
			Handle: func(ctx context.Context, cmd domain.Command, in proposeEvidenceIn) (deliberation.Evidence, error) {
				return s.ProposeEvidence(ctx, cmd, in.Process, in.EvidenceInput)
			},
		},
		Route[listIn, Page[deliberation.Evidence]]{
			Method: "GET", Path: "/processes/{process}/evidence", Summary: "List the evidence", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[deliberation.Evidence], error) {
				items, err := s.Evidence(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[onItem, deliberation.Evidence]{
			Method: "GET", Path: "/processes/{process}/evidence/{id}", Summary: "Read an item of evidence", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.Evidence, error) {
				return s.EvidenceItem(ctx, cmd.Actor, in.Process, in.ID)
			},
		},
		Route[onItem, deliberation.Evidence]{
			Method: "POST", Path: "/processes/{process}/evidence/{id}/request", Summary: "Say that somebody was asked for the item", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.Evidence, error) {
				return s.RequestEvidence(ctx, cmd, in.Process, in.ID)
			},
		},
		Route[receiveEvidenceIn, deliberation.Evidence]{
			Method: "POST", Path: "/processes/{process}/evidence/{id}/receipt", Summary: "Record the item as it came", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in receiveEvidenceIn) (deliberation.Evidence, error) {
				return s.ReceiveEvidence(ctx, cmd, in.Process, in.ID, in.EvidenceInput)
			},
		},
		Route[checkEvidenceIn, deliberation.Evidence]{
			Method: "POST", Path: "/processes/{process}/evidence/{id}/checks", Summary: "Record the checks of facts, plain language and position", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in checkEvidenceIn) (deliberation.Evidence, error) {
				return s.CheckEvidence(ctx, cmd, in.Process, in.ID, in.ChecksInput)
			},
		},
		Route[onItem, deliberation.Evidence]{
			Method: "POST", Path: "/processes/{process}/evidence/{id}/approval", Summary: "Approve an item, for oversight", Needs: domain.SignOff,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.Evidence, error) {
				return s.ApproveEvidence(ctx, cmd, in.Process, in.ID)
			},
		},
		Route[correctEvidenceIn, deliberation.Evidence]{
			Method: "POST", Path: "/processes/{process}/evidence/{id}/corrections", Summary: "Correct a published item by a numbered notice", Needs: domain.PublishEvidence,
			Handle: func(ctx context.Context, cmd domain.Command, in correctEvidenceIn) (deliberation.Evidence, error) {
				return s.CorrectEvidence(ctx, cmd, in.Process, in.ID, in.CorrectionInput)
			},
		},
		Route[withdrawEvidenceIn, deliberation.Evidence]{
			Method: "POST", Path: "/processes/{process}/evidence/{id}/withdrawal", Summary: "Withdraw an item", Needs: domain.PublishEvidence,
			Handle: func(ctx context.Context, cmd domain.Command, in withdrawEvidenceIn) (deliberation.Evidence, error) {
				return s.WithdrawEvidence(ctx, cmd.Because(in.Reason), in.Process, in.ID)
			},
		},
		Route[draftPackIn, deliberation.Pack]{
			Method: "POST", Path: "/processes/{process}/packs", Summary: "Draft an evidence pack", Needs: domain.PublishEvidence, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in draftPackIn) (deliberation.Pack, error) {
				return s.DraftPack(ctx, cmd, in.Process, in.PackInput)
			},
		},
		Route[listIn, Page[deliberation.Pack]]{
			Method: "GET", Path: "/processes/{process}/packs", Summary: "List the evidence packs", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[deliberation.Pack], error) {
				items, err := s.Packs(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[onItem, deliberation.Pack]{
			Method: "GET", Path: "/processes/{process}/packs/{id}", Summary: "Read an evidence pack", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.Pack, error) {
				return s.Pack(ctx, cmd.Actor, in.Process, in.ID)
			},
		},
		Route[changePackIn, deliberation.Pack]{
			Method: "POST", Path: "/processes/{process}/packs/{id}", Summary: "Change a draft pack", Needs: domain.PublishEvidence,
			Handle: func(ctx context.Context, cmd domain.Command, in changePackIn) (deliberation.Pack, error) {
				return s.ChangePack(ctx, cmd, in.Process, in.ID, in.PackInput)
			},
		},
		Route[onItem, deliberation.Pack]{
			Method: "POST", Path: "/processes/{process}/packs/{id}/publication", Summary: "Publish a pack and tell the members", Needs: domain.PublishEvidence,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.Pack, error) {
				return s.PublishPack(ctx, cmd, in.Process, in.ID)
			},
		},
	}
}

func recommendationRoutes(s *deliberation.Service) []Endpoint {
	return []Endpoint{
		Route[addStatementIn, deliberation.Statement]{
			Method: "POST", Path: "/processes/{process}/statements", Summary: "Add a statement", Needs: domain.Deliberate, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in addStatementIn) (deliberation.Statement, error) {
				return s.AddStatement(ctx, cmd, in.Process, in.StatementInput)
			},
		},
		Route[listIn, Page[deliberation.Statement]]{
			Method: "GET", Path: "/processes/{process}/statements", Summary: "List the statements", Needs: domain.ViewSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[deliberation.Statement], error) {
				items, err := s.Statements(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[sortStatementIn, deliberation.Statement]{
			Method: "POST", Path: "/processes/{process}/statements/{id}/sorting", Summary: "Keep, merge or leave a statement", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in sortStatementIn) (deliberation.Statement, error) {
				return s.SortStatement(ctx, cmd, in.Process, in.ID, in.SortInput)
			},
		},
		Route[draftRecommendationIn, deliberation.Recommendation]{
			Method: "POST", Path: "/processes/{process}/recommendations", Summary: "Draft a recommendation", Needs: domain.Deliberate, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in draftRecommendationIn) (deliberation.Recommendation, error) {
				return s.DraftRecommendation(ctx, cmd, in.Process, in.RecommendationInput)
			},
		},
		Route[listIn, Page[deliberation.Recommendation]]{
			Method: "GET", Path: "/processes/{process}/recommendations", Summary: "List the recommendations", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[deliberation.Recommendation], error) {
				items, err := s.Recommendations(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[onItem, deliberation.Recommendation]{
			Method: "GET", Path: "/processes/{process}/recommendations/{id}", Summary: "Read a recommendation", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.Recommendation, error) {
				return s.Recommendation(ctx, cmd.Actor, in.Process, in.ID)
			},
		},
		Route[changeRecommendationIn, deliberation.Recommendation]{
			Method: "POST", Path: "/processes/{process}/recommendations/{id}", Summary: "Change a draft", Needs: domain.Deliberate,
			Handle: func(ctx context.Context, cmd domain.Command, in changeRecommendationIn) (deliberation.Recommendation, error) {
				return s.ChangeRecommendation(ctx, cmd, in.Process, in.ID, in.RecommendationInput)
			},
		},
		Route[proposeAmendmentIn, deliberation.Recommendation]{
			Method: "POST", Path: "/processes/{process}/recommendations/{id}/amendments", Summary: "Propose an amendment", Needs: domain.Deliberate, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in proposeAmendmentIn) (deliberation.Recommendation, error) {
				return s.ProposeAmendment(ctx, cmd, in.Process, in.ID, in.AmendmentInput)
			},
		},
		Route[decideAmendmentIn, deliberation.Recommendation]{
			Method: "POST", Path: "/processes/{process}/recommendations/{id}/amendments/decision", Summary: "Take or leave an amendment by a show of hands", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in decideAmendmentIn) (deliberation.Recommendation, error) {
				return s.DecideAmendment(ctx, cmd, in.Process, in.ID, in.DecideAmendmentInput)
			},
		},
		Route[lockWordingIn, deliberation.Recommendation]{
			Method: "POST", Path: "/processes/{process}/recommendations/{id}/lock", Summary: "Make the wording final by a show of hands", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in lockWordingIn) (deliberation.Recommendation, error) {
				return s.LockWording(ctx, cmd, in.Process, in.ID, in.LockInput)
			},
		},
		Route[unlockWordingIn, deliberation.Recommendation]{
			Method: "POST", Path: "/processes/{process}/recommendations/{id}/unlock", Summary: "Open the wording again before a ballot", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in unlockWordingIn) (deliberation.Recommendation, error) {
				return s.UnlockWording(ctx, cmd.Because(in.Reason), in.Process, in.ID)
			},
		},
		Route[onItem, deliberation.Recommendation]{
			Method: "POST", Path: "/processes/{process}/recommendations/{id}/minority", Summary: "Carry what was not adopted as a minority view", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.Recommendation, error) {
				return s.CarryMinority(ctx, cmd, in.Process, in.ID)
			},
		},
		Route[correctRecommendationIn, deliberation.Recommendation]{
			Method: "POST", Path: "/processes/{process}/recommendations/{id}/corrections", Summary: "Correct a published recommendation by a numbered notice", Needs: domain.PublishEvidence,
			Handle: func(ctx context.Context, cmd domain.Command, in correctRecommendationIn) (deliberation.Recommendation, error) {
				return s.CorrectRecommendation(ctx, cmd, in.Process, in.ID, in.CorrectionInput)
			},
		},
		Route[supersedeIn, deliberation.Recommendation]{
			Method: "POST", Path: "/processes/{process}/recommendations/{id}/supersession", Summary: "Mark a published recommendation as overtaken", Needs: domain.PublishEvidence,
			Handle: func(ctx context.Context, cmd domain.Command, in supersedeIn) (deliberation.Recommendation, error) {
				return s.Supersede(ctx, cmd.Because(in.Reason), in.Process, in.ID, in.SupersedeInput)
			},
		},
	}
}
