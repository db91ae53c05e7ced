package api

import (
	"context"
	"slices"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

type onItem struct {
	Process string `path:"process"`
	ID      string `path:"id"`
}

// Deliberation lists the calls about the jury at work.
func Deliberation(s *deliberation.Service) Area {
	return Area{
		Name: "deliberation", About: "The jury at work: sessions, evidence, recommendations, ballots and its report.",
		Routes: slices.Concat(sittingRoutes(s), evidenceRoutes(s), recommendationRoutes(s), ballotRoutes(s)),
	}
}

// The inputs: process and thing from the path, the rest from the body.
type (
	fixRulesIn struct {
		onProcess
		deliberation.TermsInput
	}
	signBalanceIn struct {
		onProcess
		deliberation.BalanceInput
	}
	planSessionIn struct {
		onProcess
		deliberation.SessionInput
	}
	changeSessionIn struct {
		onItem
		deliberation.SessionInput
	}
	markAttendanceIn struct {
		onItem
		deliberation.AttendanceInput
		Reason string `json:"reason,omitempty" doc:"Needed once the session is closed."`
	}
	cancelSessionIn struct {
		onItem
		Reason string `json:"reason" required:"true" doc:"Why, in plain words."`
		deliberation.CancelInput
	}
	recordFairnessIn struct {
		onItem
		deliberation.FairnessInput
	}
	openPollIn struct {
		onProcess
		deliberation.PollInput
	}
	answerPollIn struct {
		onItem
		Choice int `json:"choice" required:"true" doc:"The number of the answer, from 1."`
	}
	closePollIn struct {
		onItem
		deliberation.ClosePollInput
	}
	addWitnessIn struct {
		onProcess
		deliberation.WitnessInput
	}
	changeWitnessIn struct {
		onItem
		deliberation.WitnessInput
	}
	askQuestionIn struct {
		onProcess
		deliberation.QuestionInput
	}
	mergeQuestionIn struct {
		onItem
		deliberation.MergeInput
	}
	putQuestionIn struct {
		onItem
		deliberation.PutInput
	}
	promiseAnswerIn struct {
		onItem
		deliberation.PromiseInput
	}
	answerQuestionIn struct {
		onItem
		deliberation.AnswerInput
	}
	refuseQuestionIn struct {
		onItem
		Reason string `json:"reason" required:"true" doc:"Why, in plain words."`
	}
)

func sittingRoutes(s *deliberation.Service) []Endpoint {
	return []Endpoint{
		Route[fixRulesIn, deliberation.Terms]{
			Method: "POST", Path: "/processes/{process}/rules", Summary: "Fix the rules of voting, before the first ballot", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in fixRulesIn) (deliberation.Terms, error) {
				return s.FixRules(ctx, cmd, in.Process, in.TermsInput)
			},
		},
		Route[onProcess, deliberation.Terms]{
			Method: "GET", Path: "/processes/{process}/rules", Summary: "Read the rules of voting", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (deliberation.Terms, error) {
				return s.Terms(ctx, cmd.Actor, in.Process)
			},
		},
		Route[signBalanceIn, deliberation.Terms]{
			Method: "POST", Path: "/processes/{process}/balance", Summary: "Sign the check of balance", Needs: domain.SignOff,
			Handle: func(ctx context.Context, cmd domain.Command, in signBalanceIn) (deliberation.Terms, error) {
				return s.SignBalance(ctx, cmd, in.Process, in.BalanceInput)
			},
		},
		Route[onProcess, deliberation.Balance]{
			Method: "GET", Path: "/processes/{process}/balance", Summary: "Read the spread of evidence by stance", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (deliberation.Balance, error) {
				return s.Balance(ctx, cmd.Actor, in.Process)
			},
		},
		Route[planSessionIn, deliberation.Session]{
			Method: "POST", Path: "/processes/{process}/sessions", Summary: "Plan a session", Needs: domain.RunSessions, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in planSessionIn) (deliberation.Session, error) {
				return s.PlanSession(ctx, cmd, in.Process, in.SessionInput)
			},
		},
		Route[listIn, Page[deliberation.Session]]{
			Method: "GET", Path: "/processes/{process}/sessions", Summary: "List the sessions by time", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[deliberation.Session], error) {
				items, err := s.Sessions(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[onItem, deliberation.Session]{
			Method: "GET", Path: "/processes/{process}/sessions/{id}", Summary: "Read a session", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.Session, error) {
				return s.Session(ctx, cmd.Actor, in.Process, in.ID)
			},
		},
		Route[changeSessionIn, deliberation.Session]{
			Method: "POST", Path: "/processes/{process}/sessions/{id}", Summary: "Change a session that has not begun", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in changeSessionIn) (deliberation.Session, error) {
				return s.ChangeSession(ctx, cmd, in.Process, in.ID, in.SessionInput)
			},
		},
		Route[onItem, deliberation.Session]{
			Method: "POST", Path: "/processes/{process}/sessions/{id}/opening", Summary: "Open a session", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.Session, error) {
				return s.OpenSession(ctx, cmd, in.Process, in.ID)
			},
		},
		Route[markAttendanceIn, deliberation.Session]{
			Method: "POST", Path: "/processes/{process}/sessions/{id}/attendance", Summary: "Mark who is there", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in markAttendanceIn) (deliberation.Session, error) {
				return s.MarkAttendance(ctx, cmd.Because(in.Reason), in.Process, in.ID, in.AttendanceInput)
			},
		},
		Route[onItem, deliberation.Session]{
			Method: "POST", Path: "/processes/{process}/sessions/{id}/closing", Summary: "Close a session: it was held", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (deliberation.Session, error) {
				return s.CloseSession(ctx, cmd, in.Process, in.ID)
			},
		},
		Route[cancelSessionIn, deliberation.Session]{
			Method: "POST", Path: "/processes/{process}/sessions/{id}/cancellation", Summary: "Cancel a planned session", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in cancelSessionIn) (deliberation.Session, error) {
				return s.CancelSession(ctx, cmd.Because(in.Reason), in.Process, in.ID, in.CancelInput)
			},
		},
		Route[recordFairnessIn, None]{
			Method: "POST", Path: "/processes/{process}/sessions/{id}/fairness", Summary: "Answer a question about the day", Needs: domain.Deliberate,
			Note: "The session may be latest: the last that was held.",
			Handle: func(ctx context.Context, cmd domain.Command, in recordFairnessIn) (None, error) {
				return None{}, s.RecordFairness(ctx, cmd, in.Process, in.ID, in.FairnessInput)
			},
		},
		Route[openPollIn, deliberation.Poll]{
			Method: "POST", Path: "/processes/{process}/polls", Summary: "Ask the room a question by text", Needs: domain.RunSessions, Status: 201,
			Note: "Everybody marked as there gets it as a text and answers with a digit. Only totals are kept. It decides nothing: a ballot does.",
			Handle: func(ctx context.Context, cmd domain.Command, in openPollIn) (deliberation.Poll, error) {
				return s.OpenPoll(ctx, cmd, in.Process, in.PollInput)
			},
		},
		Route[answerPollIn, None]{
			Method: "POST", Path: "/processes/{process}/polls/{id}/answers", Summary: "Answer the room's question", Needs: domain.Deliberate,
			Handle: func(ctx context.Context, cmd domain.Command, in answerPollIn) (None, error) {
				return None{}, s.AnswerPoll(ctx, cmd, in.Process, in.ID, in.Choice)
			},
		},
		Route[closePollIn, deliberation.Poll]{
			Method: "POST", Path: "/processes/{process}/polls/{id}/closing", Summary: "Close the room's question and text the result", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in closePollIn) (deliberation.Poll, error) {
				return s.ClosePoll(ctx, cmd, in.Process, in.ID, in.ClosePollInput)
			},
		},
		Route[listIn, Page[deliberation.Poll]]{
			Method: "GET", Path: "/processes/{process}/polls", Summary: "List the room's questions and the evaluation's", Needs: domain.ViewProcess,
			Note: "Counts are shown once a question is closed and enough have answered.",
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[deliberation.Poll], error) {
				xs, err := s.ListPolls(ctx, cmd.Actor, in.Process)
				return paged(xs, in.listPaging, err)
			},
		},
		Route[addWitnessIn, deliberation.Witness]{
			Method: "POST", Path: "/processes/{process}/witnesses", Summary: "Add a witness", Needs: domain.RunSessions, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in addWitnessIn) (deliberation.Witness, error) {
				return s.AddWitness(ctx, cmd, in.Process, in.WitnessInput)
			},
		},
		Route[listIn, Page[deliberation.Witness]]{
			Method: "GET", Path: "/processes/{process}/witnesses", Summary: "List the witnesses", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[deliberation.Witness], error) {
				items, err := s.Witnesses(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[changeWitnessIn, deliberation.Witness]{
			Method: "POST", Path: "/processes/{process}/witnesses/{id}", Summary: "Change a witness", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in changeWitnessIn) (deliberation.Witness, error) {
				return s.ChangeWitness(ctx, cmd, in.Process, in.ID, in.WitnessInput)
			},
		},
		Route[askQuestionIn, deliberation.MemberQuestion]{
			Method: "POST", Path: "/processes/{process}/questions", Summary: "Put a member question on the list", Needs: domain.Deliberate, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in askQuestionIn) (deliberation.MemberQuestion, error) {
				return s.AskQuestion(ctx, cmd, in.Process, in.QuestionInput)
			},
		},
		Route[listIn, Page[deliberation.MemberQuestion]]{
			Method: "GET", Path: "/processes/{process}/questions", Summary: "List the member questions", Open: true,
			Handle: func(ctx context.Context, cmd domain.Command, in listIn) (Page[deliberation.MemberQuestion], error) {
				items, err := s.Questions(ctx, cmd.Actor, in.Process)
				return paged(items, in.listPaging, err)
			},
		},
		Route[mergeQuestionIn, deliberation.MemberQuestion]{
			Method: "POST", Path: "/processes/{process}/questions/{id}/merging", Summary: "Merge a question into another", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in mergeQuestionIn) (deliberation.MemberQuestion, error) {
				return s.MergeQuestion(ctx, cmd, in.Process, in.ID, in.MergeInput)
			},
		},
		Route[putQuestionIn, deliberation.MemberQuestion]{
			Method: "POST", Path: "/processes/{process}/questions/{id}/putting", Summary: "Put a question to a witness", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in putQuestionIn) (deliberation.MemberQuestion, error) {
				return s.PutQuestion(ctx, cmd, in.Process, in.ID, in.PutInput)
			},
		},
		Route[promiseAnswerIn, deliberation.MemberQuestion]{
			Method: "POST", Path: "/processes/{process}/questions/{id}/promise", Summary: "Promise an answer by a date", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in promiseAnswerIn) (deliberation.MemberQuestion, error) {
				return s.PromiseAnswer(ctx, cmd, in.Process, in.ID, in.PromiseInput)
			},
		},
		Route[answerQuestionIn, deliberation.MemberQuestion]{
			Method: "POST", Path: "/processes/{process}/questions/{id}/answer", Summary: "Answer a question", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in answerQuestionIn) (deliberation.MemberQuestion, error) {
				return s.AnswerQuestion(ctx, cmd, in.Process, in.ID, in.AnswerInput)
			},
		},
		Route[refuseQuestionIn, deliberation.MemberQuestion]{
			Method: "POST", Path: "/processes/{process}/questions/{id}/refusal", Summary: "Say why a question cannot be answered", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in refuseQuestionIn) (deliberation.MemberQuestion, error) {
				return s.RefuseQuestion(ctx, cmd.Because(in.Reason), in.Process, in.ID)
			},
		},
	}
}
