package api

import (
	"context"
	"net/http"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// Outreach lists the calls about texts, letters, waves and the queue of
// messages that need a person.
func Outreach(s *outreach.Service) Area {
	routes := append(queueRoutes(s), broadcastRoutes(s)...)
	return Area{
		Name:   "outreach",
		About:  "What goes to residents and comes from them: texts, letters, waves, and the messages that need a person.",
		Routes: append(routes, letterRoutes(s)...),
	}
}

type queueListIn struct {
	Process string `path:"process" doc:"A process, or none for texts that belong to no process."`
	State   string `query:"state" doc:"open (when empty), claimed, answered or closed."`
	Paging
}

type queueItemIn struct {
	Process string `path:"process"`
	Item    string `path:"item"`
}

type queueReplyIn struct {
	Process string `path:"process"`
	Item    string `path:"item"`
	outreach.ReplyInput
}

type queueCloseIn struct {
	Process string `path:"process"`
	Item    string `path:"item"`
	outreach.CloseInput
}

func queueRoutes(s *outreach.Service) []Endpoint {
	return []Endpoint{
		Route[queueListIn, Page[outreach.ItemView]]{
			Method: "GET", Path: "/processes/{process}/queue", Summary: "List the messages that need a person", Needs: domain.ReadQueue,
			Note: "The most urgent and the oldest first, without their words.",
			Handle: func(ctx context.Context, cmd domain.Command, in queueListIn) (Page[outreach.ItemView], error) {
				items, next, err := s.QueueList(ctx, cmd.Actor, in.Process, in.State, in.After, in.Limit)
				return Page[outreach.ItemView]{Items: items, Next: next}, err
			},
		},
		Route[onProcess, outreach.ServiceTimes]{
			Method: "GET", Path: "/processes/{process}/queue-times", Summary: "Tell how soon people's messages are seen to", Needs: domain.ReadQueue,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (outreach.ServiceTimes, error) {
				return s.QueueTimes(ctx, cmd.Actor, in.Process)
			},
		},
		Route[queueItemIn, outreach.ItemView]{
			Method: "POST", Path: "/processes/{process}/queue/{item}/claim", Summary: "Take a message and read it", Needs: domain.ReadQueue,
			Note: "The look is recorded before the words are shown.",
			Handle: func(ctx context.Context, cmd domain.Command, in queueItemIn) (outreach.ItemView, error) {
				return s.QueueClaim(ctx, cmd, in.Process, in.Item)
			},
		},
		Route[queueReplyIn, outreach.ItemView]{
			Method: "POST", Path: "/processes/{process}/queue/{item}/reply", Summary: "Answer a message by text", Needs: domain.ReadQueue,
			Handle: func(ctx context.Context, cmd domain.Command, in queueReplyIn) (outreach.ItemView, error) {
				return s.QueueReply(ctx, cmd, in.Process, in.Item, in.ReplyInput)
			},
		},
		Route[queueItemIn, outreach.ItemView]{
			Method: "POST", Path: "/processes/{process}/queue/{item}/hand-back", Summary: "Hand a message back to the others", Needs: domain.ReadQueue,
			Handle: func(ctx context.Context, cmd domain.Command, in queueItemIn) (outreach.ItemView, error) {
				return s.QueueHandBack(ctx, cmd, in.Process, in.Item)
			},
		},
		Route[queueCloseIn, outreach.ItemView]{
			Method: "POST", Path: "/processes/{process}/queue/{item}/close", Summary: "Close a message", Needs: domain.ReadQueue,
			Handle: func(ctx context.Context, cmd domain.Command, in queueCloseIn) (outreach.ItemView, error) {
				return s.QueueClose(ctx, cmd, in.Process, in.Item, in.CloseInput)
			},
		},
		Route[historyIn, history]{
			Method: "GET", Path: "/processes/{process}/people/{person}/history", Summary: "Read everything said with a person", Needs: domain.ViewIdentity,
			Note: "The look is recorded with its purpose before anything is shown. A member reads their own without one.",
			Handle: func(ctx context.Context, cmd domain.Command, in historyIn) (history, error) {
				lines, err := s.History(ctx, cmd.Actor, in.Process, in.Person, in.Purpose)
				return history{Lines: lines}, err
			},
		},
		Route[optOutIn, None]{
			Method: "POST", Path: "/processes/{process}/opt-outs", Summary: "Note that a person wants no texts", Needs: domain.ServePeople,
			Note: "Only the resident can take it back, by texting START. Opting out of texts is not leaving the jury.",
			Handle: func(ctx context.Context, cmd domain.Command, in optOutIn) (None, error) {
				return None{}, s.OptOut(ctx, cmd, in.Process, in.OptOutInput)
			},
		},
	}
}

type historyIn struct {
	Process string `path:"process"`
	Person  string `path:"person"`
	Purpose string `query:"purpose" doc:"What the history is read for; it is recorded."`
}

type history struct {
	Lines []outreach.Line `json:"lines"`
}

type optOutIn struct {
	Process string `path:"process"`
	outreach.OptOutInput
}

type outreachListIn struct {
	Process string `path:"process"`
	Paging
}

type steerIn struct {
	Process   string `path:"process"`
	Broadcast string `path:"broadcast"`
	outreach.WaveState
}

type emergencyIn struct {
	Process string `path:"process"`
	outreach.EmergencyInput
}

type forecastIn struct {
	Process  string `path:"process"`
	Template string `query:"template" required:"true"`
	Lang     string `query:"lang"`
	People   int    `query:"people" min:"1" max:"10000000" default:"1"`
	Letters  int    `query:"letters" min:"0" max:"10000000" default:"0" doc:"How many of them by letter."`
}

type countsIn struct {
	Process  string `path:"process"`
	Template string `query:"template" required:"true"`
}

type sendCounts struct {
	Template string `json:"template"`
	outreach.Tally
}

func broadcastRoutes(s *outreach.Service) []Endpoint {
	return []Endpoint{
		Route[outreachListIn, Page[outreach.WaveView]]{
			Method: "GET", Path: "/processes/{process}/broadcasts", Summary: "List the messages that went to many, newest first", Needs: domain.ViewProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in outreachListIn) (Page[outreach.WaveView], error) {
				items, next, err := s.WaveList(ctx, cmd.Actor, in.Process, in.After, in.Limit)
				return Page[outreach.WaveView]{Items: items, Next: next}, err
			},
		},
		Route[steerIn, outreach.WaveView]{
			Method: "POST", Path: "/processes/{process}/broadcasts/{broadcast}/state", Summary: "Pause, resume or cancel one", Needs: domain.Broadcast,
			Handle: func(ctx context.Context, cmd domain.Command, in steerIn) (outreach.WaveView, error) {
				return s.SteerWave(ctx, cmd, in.Process, in.Broadcast, in.WaveState)
			},
		},
		Route[emergencyIn, outreach.EmergencyPreview]{
			Method: "POST", Path: "/processes/{process}/broadcasts/emergency/preview", Summary: "Say what an emergency broadcast would say, to how many, at what cost", Needs: domain.Broadcast,
			Note: "Changes nothing. Its code is to be given back to send.",
			Handle: func(ctx context.Context, cmd domain.Command, in emergencyIn) (outreach.EmergencyPreview, error) {
				return s.PreviewEmergency(ctx, cmd.Actor, in.Process, in.EmergencyInput)
			},
		},
		Route[emergencyIn, outreach.WaveView]{
			Method: "POST", Path: "/processes/{process}/broadcasts/emergency", Summary: "Tell many people at once, in quiet hours too", Needs: domain.Broadcast, Status: http.StatusCreated,
			Handle: func(ctx context.Context, cmd domain.Command, in emergencyIn) (outreach.WaveView, error) {
				return s.Emergency(ctx, cmd, in.Process, in.EmergencyInput)
			},
		},
		Route[forecastIn, outreach.Forecast]{
			Method: "GET", Path: "/processes/{process}/broadcasts/forecast", Summary: "Tell what a message to many will cost and take", Needs: domain.ViewProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in forecastIn) (outreach.Forecast, error) {
				return s.Forecast(ctx, cmd.Actor, in.Process, outreach.ForecastInput{Template: in.Template, Lang: in.Lang, People: in.People, Letters: in.Letters})
			},
		},
		Route[countsIn, sendCounts]{
			Method: "GET", Path: "/processes/{process}/texts", Summary: "Count how far the texts of a template came", Needs: domain.ViewAggregates,
			Handle: func(ctx context.Context, cmd domain.Command, in countsIn) (sendCounts, error) {
				t, err := s.Counts(ctx, cmd.Actor, in.Process, in.Template)
				return sendCounts{Template: in.Template, Tally: t}, err
			},
		},
	}
}

type batchIn struct {
	Process string `path:"process"`
	Batch   string `path:"batch"`
	Purpose string `query:"purpose" required:"true" doc:"What the addresses are looked at for; it is recorded."`
}

func letterRoutes(s *outreach.Service) []Endpoint {
	return []Endpoint{
		Route[onProcess, outreach.Batch]{
			Method: "POST", Path: "/processes/{process}/letter-batches", Summary: "Put the waiting letters into a batch to print", Needs: domain.Recruit, Status: http.StatusCreated,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (outreach.Batch, error) {
				return s.Print(ctx, cmd, in.Process)
			},
		},
		Route[batchIn, File]{
			Method: "GET", Path: "/processes/{process}/letter-batches/{batch}", Summary: "Get a batch for a mail merge", Needs: domain.ViewIdentity,
			Note: "A ZIP of letters.csv and one QR image for each code.",
			Handle: func(ctx context.Context, cmd domain.Command, in batchIn) (File, error) {
				content, err := s.Export(ctx, cmd.Actor, in.Process, in.Batch, in.Purpose)
				return File{Name: "letters-" + in.Batch + ".zip", MediaType: "application/zip", Content: content}, err
			},
		},
	}
}
