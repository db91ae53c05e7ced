package api

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// The inputs: process and thing from the path, the rest from the body.
type (
	draftBallotIn struct {
		onProcess
		deliberation.BallotInput
	}
	changeBallotIn struct {
		onItem
		deliberation.BallotInput
	}
	approveBallotIn struct {
		onItem
		deliberation.LockInput
	}
	voteIn struct {
		onItem
		deliberation.VoteInput
	}
	enterPapersIn struct {
		onItem
		deliberation.PaperInput
	}
	castingVoteIn struct {
		onItem
		deliberation.CastingInput
	}
	withdrawBallotIn struct {
		onItem
		Reason string `json:"reason" required:"true" doc:"Why, in plain words."`
	}
	inviteMinorityIn struct {
		onProcess
		deliberation.MinorityInput
	}
	submitMinorityIn struct {
		onProcess
		deliberation.MinorityViewInput
	}
	draftReportIn struct {
		onProcess
		deliberation.ReportInput
	}
	confirmReportIn struct {
		onProcess
		deliberation.ConfirmInput
	}
	addFormatsIn struct {
		onProcess
		deliberation.FormatsInput
	}
	correctReportIn struct {
		onProcess
		deliberation.CorrectionInput
	}
)

func ballotRoutes(s *deliberation.Service) []Endpoint {
	return []Endpoint{
		Route[draftBallotIn, deliberation.BallotView]{
			Method: "POST", Path: "/processes/{process}/ballots", Summary: "Draft a ballot", Needs: domain.RunSessions, Status: 201,
			Note: "Votes are secret unless open_votes is true. Questions are given the ids q1, q2 and so on.",
			Handle: func(ctx context.Context, cmd domain.Command, in draftBallotIn) (deliberation.BallotView, error) {
				return s.DraftBallot(ctx, cmd, in.Process, in.BallotInput)
			},
		},
		Route[listIn, Page[deliberation.BallotView]]{
			Method: "GET", Path: "/processes/{process}/ballots", Summary: "List the ballots", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[deliberation.BallotView], error) {
				items, err := s.Ballots(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[onItem, deliberation.BallotView]{
			Method: "GET", Path: "/processes/{process}/ballots/{id}", Summary: "Read a ballot", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.BallotView, error) {
				return s.Ballot(ctx, cmd.Actor, in.Process, in.ID)
			},
		},
		Route[changeBallotIn, deliberation.BallotView]{
			Method: "POST", Path: "/processes/{process}/ballots/{id}", Summary: "Change a draft ballot", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in changeBallotIn) (deliberation.BallotView, error) {
				return s.ChangeBallot(ctx, cmd, in.Process, in.ID, in.BallotInput)
			},
		},
		Route[approveBallotIn, deliberation.BallotView]{
			Method: "POST", Path: "/processes/{process}/ballots/{id}/approval", Summary: "Record that the members approve the ballot", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in approveBallotIn) (deliberation.BallotView, error) {
				return s.ApproveBallot(ctx, cmd, in.Process, in.ID, in.LockInput)
			},
		},
		Route[onItem, deliberation.BallotView]{
			Method: "POST", Path: "/processes/{process}/ballots/{id}/opening", Summary: "Take down who may vote and open the ballot", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.BallotView, error) {
				return s.OpenBallot(ctx, cmd, in.Process, in.ID)
			},
		},
		Route[voteIn, deliberation.Receipt]{
			Method: "POST", Path: "/processes/{process}/ballots/{id}/votes", Summary: "Vote, as a member", Needs: domain.Deliberate, Status: 201,
			Note: "The answer never repeats the vote. A secret vote cannot be changed; sent again it changes nothing, and earlier is true.",
			Handle: func(ctx context.Context, cmd domain.Command, in voteIn) (deliberation.Receipt, error) {
				return s.Vote(ctx, cmd, in.Process, in.ID, in.VoteInput)
			},
		},
		Route[enterPapersIn, deliberation.Receipt]{
			Method: "POST", Path: "/processes/{process}/ballots/{id}/papers", Summary: "Enter paper votes counted in the room", Needs: domain.RunSessions, Status: 201,
			Note: "At least three at a time, in any order, so that no single vote shows.",
			Handle: func(ctx context.Context, cmd domain.Command, in enterPapersIn) (deliberation.Receipt, error) {
				return s.EnterPapers(ctx, cmd, in.Process, in.ID, in.PaperInput)
			},
		},
		Route[onItem, deliberation.BallotView]{
			Method: "POST", Path: "/processes/{process}/ballots/{id}/closing", Summary: "Close a ballot", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.BallotView, error) {
				return s.CloseBallot(ctx, cmd, in.Process, in.ID)
			},
		},
		Route[onItem, deliberation.BallotView]{
			Method: "POST", Path: "/processes/{process}/ballots/{id}/count", Summary: "Count a ballot and destroy the key of its votes", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.BallotView, error) {
				return s.CountBallot(ctx, cmd, in.Process, in.ID)
			},
		},
		Route[castingVoteIn, deliberation.BallotView]{
			Method: "POST", Path: "/processes/{process}/ballots/{id}/casting-vote", Summary: "Record the chair's casting vote on a tie", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in castingVoteIn) (deliberation.BallotView, error) {
				return s.CastingVote(ctx, cmd, in.Process, in.ID, in.CastingInput)
			},
		},
		Route[onItem, deliberation.BallotView]{
			Method: "POST", Path: "/processes/{process}/ballots/{id}/certification", Summary: "Certify the result, as another person than who counted", Needs: domain.SignOff,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.BallotView, error) {
				return s.CertifyBallot(ctx, cmd, in.Process, in.ID)
			},
		},
		Route[withdrawBallotIn, deliberation.BallotView]{
			Method: "POST", Path: "/processes/{process}/ballots/{id}/withdrawal", Summary: "Withdraw a ballot that has not opened", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in withdrawBallotIn) (deliberation.BallotView, error) {
				return s.WithdrawBallot(ctx, cmd.Because(in.Reason), in.Process, in.ID)
			},
		},
		Route[inviteMinorityIn, deliberation.Terms]{
			Method: "POST", Path: "/processes/{process}/minority-views/invitation", Summary: "Invite minority views", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in inviteMinorityIn) (deliberation.Terms, error) {
				return s.InviteMinority(ctx, cmd, in.Process, in.MinorityInput)
			},
		},
		Route[submitMinorityIn, deliberation.MinorityView]{
			Method: "POST", Path: "/processes/{process}/minority-views", Summary: "Give a minority view", Needs: domain.Deliberate, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in submitMinorityIn) (deliberation.MinorityView, error) {
				return s.SubmitMinority(ctx, cmd, in.Process, in.MinorityViewInput)
			},
		},
		Route[listIn, Page[deliberation.MinorityView]]{
			Method: "GET", Path: "/processes/{process}/minority-views", Summary: "List the minority views", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[deliberation.MinorityView], error) {
				items, err := s.MinorityViews(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[draftReportIn, deliberation.Report]{
			Method: "POST", Path: "/processes/{process}/report", Summary: "Write the jury report", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in draftReportIn) (deliberation.Report, error) {
				return s.DraftReport(ctx, cmd, in.Process, in.ReportInput)
			},
		},
		Route[onProcess, deliberation.Report]{
			Method: "GET", Path: "/processes/{process}/report", Summary: "Read the jury report", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (deliberation.Report, error) {
				return s.Report(ctx, cmd.Actor, in.Process)
			},
		},
		Route[onProcess, deliberation.Report]{
			Method: "POST", Path: "/processes/{process}/report/review", Summary: "Put the wording before the members", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (deliberation.Report, error) {
				return s.ReviewReport(ctx, cmd, in.Process)
			},
		},
		Route[confirmReportIn, deliberation.Report]{
			Method: "POST", Path: "/processes/{process}/report/confirmations", Summary: "Confirm the final wording", Needs: domain.Deliberate,
			Handle: func(ctx context.Context, cmd domain.Command, in confirmReportIn) (deliberation.Report, error) {
				return s.ConfirmReport(ctx, cmd, in.Process, in.ConfirmInput)
			},
		},
		Route[addFormatsIn, deliberation.Report]{
			Method: "POST", Path: "/processes/{process}/report/formats", Summary: "Name accessible versions", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in addFormatsIn) (deliberation.Report, error) {
				return s.AddFormats(ctx, cmd, in.Process, in.FormatsInput)
			},
		},
		Route[onProcess, deliberation.Report]{
			Method: "POST", Path: "/processes/{process}/report/publication", Summary: "Publish the report and tell everyone", Needs: domain.PublishEvidence,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (deliberation.Report, error) {
				return s.PublishReport(ctx, cmd, in.Process)
			},
		},
		Route[correctReportIn, deliberation.Report]{
			Method: "POST", Path: "/processes/{process}/report/corrections", Summary: "Correct the report by a numbered notice", Needs: domain.PublishEvidence,
			Handle: func(ctx context.Context, cmd domain.Command, in correctReportIn) (deliberation.Report, error) {
				return s.CorrectReport(ctx, cmd, in.Process, in.CorrectionInput)
			},
		},
	}
}
