package api

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/sortition"
)

// Sizes and times of imports: a city's list has a million rows of about a
// hundred bytes.
const (
	maxFrameFile      = 160 << 20
	maxRespondentFile = 48 << 20
	longCall          = 5 * time.Minute
)

// Recruitment lists the calls about who is asked, who registers, who is drawn
// and who steps in.
func Recruitment(s *recruitment.Service) Area {
	var routes []Endpoint
	for _, part := range []func(*recruitment.Service) []Endpoint{
		recruitmentSettings, frameRoutes, postcodeRoutes, inviteeRoutes, invitationWaveRoutes, registrationRoutes, poolRoutes, drawRoutes, seedRoutes, seatRoutes,
	} {
		routes = append(routes, part(s)...)
	}
	return Area{
		Name:   "recruitment",
		About:  "Who is asked, who registers, who is drawn, who comes, and who steps in.",
		Routes: routes,
	}
}

// columnsOf reads the map of columns that goes with a file.
func columnsOf(raw string) (recruitment.Columns, error) {
	var c recruitment.Columns
	d := json.NewDecoder(bytes.NewReader([]byte(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, domain.Problems{"columns": `send a JSON object such as {"name":"Full name","number":"Mobile","answers":{"gender":"Gender"}}; ` +
			"known are ref, name, number, email, address, postcode, area, deprivation, language, format and answers"}.Err()
	}
	return c, nil
}

type targetsIn struct {
	Process string `path:"process"`
	recruitment.TargetsInput
}

type proposalIn struct {
	Process string `path:"process"`
	recruitment.ProposalInput
}

type easeIn struct {
	Process string              `path:"process"`
	Changes []sortition.Relaxed `json:"changes" required:"true" doc:"Each with what stands now as from."`
	Reason  string              `json:"reason" required:"true" doc:"Why, in a sentence; published."`
}

type targetsOut struct {
	Targets []recruitment.Target `json:"targets"`
}

type recruitmentSetIn struct {
	Process string `path:"process"`
	recruitment.SettingsInput
}

type questions struct {
	Questions []recruitment.Question `json:"questions"`
}

func recruitmentSettings(s *recruitment.Service) []Endpoint {
	return []Endpoint{
		Route[onProcess, recruitment.View]{
			Method: "GET", Path: "/processes/{process}/recruitment", Summary: "Read how recruitment is set and where it stands", Needs: domain.ViewProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (recruitment.View, error) {
				return s.Get(ctx, cmd.Actor, in.Process)
			},
		},
		Route[recruitmentSetIn, recruitment.View]{
			Method: "POST", Path: "/processes/{process}/recruitment", Summary: "Set rules, questions, terms and dates", Needs: domain.DesignProcess,
			Note: "What is left out stays as it is. Rules and the household rule are fixed once a draw is committed.",
			Handle: func(ctx context.Context, cmd domain.Command, in recruitmentSetIn) (recruitment.View, error) {
				return s.Set(ctx, cmd, in.Process, in.SettingsInput)
			},
		},
		Route[targetsIn, recruitment.View]{
			Method: "POST", Path: "/processes/{process}/targets", Summary: "Set the targets, all at once", Needs: domain.DesignProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in targetsIn) (recruitment.View, error) {
				return s.SetTargets(ctx, cmd, in.Process, in.TargetsInput)
			},
		},
		Route[easeIn, recruitment.View]{
			Method: "POST", Path: "/processes/{process}/targets/relaxation", Summary: "Relax targets that the pool cannot meet", Needs: domain.DesignProcess,
			Note: "The changes as the feasibility check suggested them. The reason is kept and published.",
			Handle: func(ctx context.Context, cmd domain.Command, in easeIn) (recruitment.View, error) {
				return s.EaseTargets(ctx, cmd.Because(in.Reason), in.Process, recruitment.EaseInput{Changes: in.Changes})
			},
		},
		Route[proposalIn, targetsOut]{
			Method: "POST", Path: "/processes/{process}/targets/proposal", Summary: "Make targets of population shares", Needs: domain.DesignProcess,
			Note: "Whole seats by largest remainder, with a slack either way. Nothing is set.",
			Handle: func(ctx context.Context, cmd domain.Command, in proposalIn) (targetsOut, error) {
				t, err := s.ProposeTargets(ctx, cmd.Actor, in.Process, in.ProposalInput)
				return targetsOut{Targets: t}, err
			},
		},
		Route[onProcess, recruitment.View]{
			Method: "POST", Path: "/processes/{process}/opt-out-test", Summary: "Note that the opt-out line was tried and works", Needs: domain.Recruit,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (recruitment.View, error) {
				return s.RecordOptOutTest(ctx, cmd, in.Process)
			},
		},
		Route[onProcess, questions]{
			Method: "GET", Path: "/public/processes/{process}/questions", Summary: "Read what registrants are asked", Open: true,
			Handle: func(ctx context.Context, _ domain.Command, in onProcess) (questions, error) {
				q, err := s.Questions(ctx, in.Process)
				return questions{Questions: q}, err
			},
		},
	}
}

type frameIn struct {
	Process string `path:"process"`
	Name    string `query:"name" required:"true" doc:"What the list is and of when."`
	Source  string `query:"source" required:"true" doc:"Who gave it, under what agreement."`
	Region  string `query:"region" doc:"Of national phone numbers, ISO 3166; GB when empty."`
	Columns string `query:"columns" required:"true" doc:"Which column holds what, as a JSON object."`
	File    []byte `raw:"text/csv"`
}

type frameOneIn struct {
	Process string `path:"process"`
	Frame   string `path:"frame"`
}

type frames struct {
	Frames []recruitment.FrameView `json:"frames"`
}

func frameRoutes(s *recruitment.Service) []Endpoint {
	return []Endpoint{
		Route[frameIn, recruitment.FrameView]{
			Method: "POST", Path: "/processes/{process}/frames", Summary: "Import the list that invitees are drawn from", Needs: domain.Recruit, Status: 201,
			Note:    "Taken whole or not at all: every problem is named by row and column in one answer, and then nothing was imported.",
			MaxBody: maxFrameFile, Timeout: longCall,
			Handle: func(ctx context.Context, cmd domain.Command, in frameIn) (recruitment.FrameView, error) {
				columns, err := columnsOf(in.Columns)
				if err != nil {
					return recruitment.FrameView{}, err
				}
				return s.ImportFrame(ctx, cmd, in.Process, recruitment.FrameInput{
					Name: in.Name, Source: in.Source, Region: in.Region, Columns: columns,
				}, bytes.NewReader(in.File))
			},
		},
		Route[onProcess, frames]{
			Method: "GET", Path: "/processes/{process}/frames", Summary: "List the imported lists", Needs: domain.ObserveDraw,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (frames, error) {
				f, err := s.ListFrames(ctx, cmd.Actor, in.Process)
				return frames{Frames: f}, err
			},
		},
		Route[frameOneIn, recruitment.FrameView]{
			Method: "POST", Path: "/processes/{process}/frames/{frame}/destroy", Summary: "Make the rows of a list unreadable for ever", Needs: domain.Erase,
			Note: "People who were invited stay; counts and digest stay.",
			Handle: func(ctx context.Context, cmd domain.Command, in frameOneIn) (recruitment.FrameView, error) {
				return s.DestroyFrame(ctx, cmd, in.Process, in.Frame)
			},
		},
	}
}

type inviteesIn struct {
	Process string `path:"process"`
	recruitment.InviteesInput
}

type inviteeSeedIn struct {
	Process string `path:"process"`
	Draw    string `path:"draw"`
	recruitment.SeedInput
}

type replayIn struct {
	Process string `path:"process"`
	Draw    string `path:"draw"`
	Purpose string `json:"purpose" required:"true" doc:"What it is looked at for; recorded."`
}

type inviteeReplayIn struct {
	replayIn
	List bool `json:"list,omitempty" doc:"With everyone on the list, as keyed hashes: then the choice itself can be checked again."`
}

type inviteeDraws struct {
	Draws []recruitment.InviteeDrawView `json:"draws"`
}

func inviteeRoutes(s *recruitment.Service) []Endpoint {
	return []Endpoint{
		Route[inviteesIn, recruitment.InviteeDrawView]{
			Method: "POST", Path: "/processes/{process}/invitee-draws", Summary: "Commit to how many of each area are asked", Needs: domain.Recruit, Status: 201,
			Note: "The list and the shares are fixed and hashed before the seed exists.", Timeout: longCall,
			Handle: func(ctx context.Context, cmd domain.Command, in inviteesIn) (recruitment.InviteeDrawView, error) {
				return s.CommitInvitees(ctx, cmd, in.Process, in.InviteesInput)
			},
		},
		Route[onProcess, inviteeDraws]{
			Method: "GET", Path: "/processes/{process}/invitee-draws", Summary: "List the draws of invitees", Needs: domain.ViewProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (inviteeDraws, error) {
				d, err := s.InviteeDraws(ctx, cmd.Actor, in.Process)
				return inviteeDraws{Draws: d}, err
			},
		},
		Route[inviteeSeedIn, recruitment.InviteeDrawView]{
			Method: "POST", Path: "/processes/{process}/invitee-draws/{draw}/seed", Summary: "Draw the invitees with the witnessed digits", Needs: domain.Recruit,
			Timeout: longCall,
			Handle: func(ctx context.Context, cmd domain.Command, in inviteeSeedIn) (recruitment.InviteeDrawView, error) {
				return s.DrawInvitees(ctx, cmd, in.Process, in.Draw, in.SeedInput)
			},
		},
		Route[inviteeReplayIn, recruitment.InviteeRecord]{
			Method: "POST", Path: "/processes/{process}/invitee-draws/{draw}/replay", Summary: "Read the record that repeats a draw of invitees", Needs: domain.ObserveDraw,
			Note: "Keyed hashes, no names. The look is recorded first. Save it as invitation.json in a folder and run: folkmoot verify FOLDER.", Timeout: longCall,
			Handle: func(ctx context.Context, cmd domain.Command, in inviteeReplayIn) (recruitment.InviteeRecord, error) {
				return s.ReplayInvitees(ctx, cmd, recruitment.ReplayInput{Process: in.Process, Draw: in.Draw, Purpose: in.Purpose, List: in.List})
			},
		},
	}
}

type invitationWaveIn struct {
	Process string `path:"process"`
	recruitment.WaveInput
}

type invitationWaveOneIn struct {
	Process string `path:"process"`
	Wave    string `path:"wave"`
}

type invitationPlanIn struct {
	Process    string `path:"process"`
	Confidence int    `query:"confidence" min:"50" max:"99" default:"95" doc:"Wished chance, in a hundred, that every target can be met."`
	PerSeat    int    `query:"per_seat" min:"1" max:"100" default:"3" doc:"Least people in the pool for each seat."`
}

type invitationWaves struct {
	Waves []recruitment.WaveView `json:"waves"`
}

func invitationWaveRoutes(s *recruitment.Service) []Endpoint {
	steer := func(path, summary string, to recruitment.WaveState) Endpoint {
		return Route[invitationWaveOneIn, recruitment.WaveView]{
			Method: "POST", Path: "/processes/{process}/invitation-waves/{wave}/" + path, Summary: summary, Needs: domain.Recruit,
			Handle: func(ctx context.Context, cmd domain.Command, in invitationWaveOneIn) (recruitment.WaveView, error) {
				return s.SteerWave(ctx, cmd, in.Process, in.Wave, to)
			},
		}
	}
	return []Endpoint{
		Route[invitationPlanIn, recruitment.InvitationPlan]{
			Method: "GET", Path: "/processes/{process}/invitation-plan", Summary: "Plan how many to invite, by area and wave, and how many reserves", Needs: domain.Recruit,
			Note: "The chance that every target can be met, its margin and its method are part of the answer. Rates come from the body's own past processes, else from published figures with their sources, and move with the replies.",
			Handle: func(ctx context.Context, cmd domain.Command, in invitationPlanIn) (recruitment.InvitationPlan, error) {
				return s.PlanInvitations(ctx, cmd.Actor, in.Process, recruitment.PlanInput{Confidence: float64(in.Confidence) / 100, PerSeat: float64(in.PerSeat)})
			},
		},
		Route[invitationWaveIn, recruitment.WaveView]{
			Method: "POST", Path: "/processes/{process}/invitation-waves", Summary: "Invite the next people of the drawn list", Needs: domain.Recruit, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in invitationWaveIn) (recruitment.WaveView, error) {
				return s.PlanWave(ctx, cmd, in.Process, in.WaveInput)
			},
		},
		Route[onProcess, invitationWaves]{
			Method: "GET", Path: "/processes/{process}/invitation-waves", Summary: "List the waves of invitations", Needs: domain.ViewProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (invitationWaves, error) {
				w, err := s.ListWaves(ctx, cmd.Actor, in.Process)
				return invitationWaves{Waves: w}, err
			},
		},
		steer("pause", "Hold a wave of invitations", recruitment.WavePaused),
		steer("resume", "Go on with a wave of invitations", recruitment.WaveRunning),
		steer("cancel", "Stop a wave of invitations for good", recruitment.WaveCancelled),
		Route[invitationWaveOneIn, recruitment.WaveView]{
			Method: "POST", Path: "/processes/{process}/invitation-waves/{wave}/remind", Summary: "Remind those who have not answered", Needs: domain.Recruit,
			Note: "Twice at most, never after a no or an opt-out. Who was asked by text is reminded by the conversation itself.",
			Handle: func(ctx context.Context, cmd domain.Command, in invitationWaveOneIn) (recruitment.WaveView, error) {
				return s.Remind(ctx, cmd, in.Process, in.Wave)
			},
		},
	}
}

type registerIn struct {
	Process string `path:"process"`
	recruitment.RegisterInput
}

type registrantAnswersIn struct {
	Process string `path:"process"`
	Person  string `path:"person"`
	recruitment.AnswerInput
}

type respondentsIn struct {
	Process string `path:"process"`
	Source  string `query:"source" required:"true" doc:"Where the registrations come from."`
	Region  string `query:"region" doc:"Of national phone numbers, ISO 3166; GB when empty."`
	Columns string `query:"columns" required:"true" doc:"Which column holds what, as a JSON object."`
	File    []byte `raw:"text/csv"`
}

type respondentBatchIn struct {
	Process string `path:"process"`
	Batch   string `path:"batch"`
}

func registrationRoutes(s *recruitment.Service) []Endpoint {
	return []Endpoint{
		Route[registerIn, recruitment.Registered]{
			Method: "POST", Path: "/processes/{process}/registrations", Summary: "Register somebody who wants to take part", Open: true,
			Note: "Anybody for themselves with source page or code; staff for somebody on the phone. Judged at once: in the pool, not eligible with the reason, or which answers are missing.",
			Handle: func(ctx context.Context, cmd domain.Command, in registerIn) (recruitment.Registered, error) {
				return s.Register(ctx, cmd, in.Process, in.RegisterInput)
			},
		},
		Route[registrantAnswersIn, recruitment.Registered]{
			Method: "POST", Path: "/processes/{process}/registrations/{person}/answers", Summary: "Add a registrant's answers", Needs: domain.ServePeople,
			Handle: func(ctx context.Context, cmd domain.Command, in registrantAnswersIn) (recruitment.Registered, error) {
				return s.Answer(ctx, cmd, in.Process, in.Person, in.AnswerInput)
			},
		},
		Route[respondentsIn, recruitment.BatchView]{
			Method: "POST", Path: "/processes/{process}/respondents", Summary: "Import people who registered elsewhere", Needs: domain.Recruit, Status: 201,
			Note:    "Every problem is named by row and column in one answer, and then nobody was registered.",
			MaxBody: maxRespondentFile, Timeout: longCall,
			Handle: func(ctx context.Context, cmd domain.Command, in respondentsIn) (recruitment.BatchView, error) {
				columns, err := columnsOf(in.Columns)
				if err != nil {
					return recruitment.BatchView{}, err
				}
				return s.ImportRespondents(ctx, cmd, in.Process, recruitment.BatchInput{
					Source: in.Source, Region: in.Region, Columns: columns,
				}, bytes.NewReader(in.File))
			},
		},
		Route[respondentBatchIn, recruitment.BatchView]{
			Method: "GET", Path: "/processes/{process}/respondents/{batch}", Summary: "See how far an import is", Needs: domain.Recruit,
			Handle: func(ctx context.Context, cmd domain.Command, in respondentBatchIn) (recruitment.BatchView, error) {
				return s.Batch(ctx, cmd.Actor, in.Process, in.Batch)
			},
		},
	}
}

type reassessed struct {
	Moved int `json:"moved"`
}

func poolRoutes(s *recruitment.Service) []Endpoint {
	return []Endpoint{
		Route[onProcess, recruitment.View]{
			Method: "POST", Path: "/processes/{process}/pool/open", Summary: "Open registration", Needs: domain.Recruit,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (recruitment.View, error) {
				return s.OpenPool(ctx, cmd, in.Process)
			},
		},
		Route[onProcess, recruitment.View]{
			Method: "POST", Path: "/processes/{process}/pool/close", Summary: "Close registration", Needs: domain.Recruit,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (recruitment.View, error) {
				return s.ClosePool(ctx, cmd, in.Process)
			},
		},
		Route[onProcess, reassessed]{
			Method: "POST", Path: "/processes/{process}/pool/reassess", Summary: "Judge waiting registrants again", Needs: domain.Recruit, Timeout: longCall,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (reassessed, error) {
				n, err := s.Reassess(ctx, cmd, in.Process)
				return reassessed{Moved: n}, err
			},
		},
		Route[onProcess, *sortition.Feasibility]{
			Method: "POST", Path: "/processes/{process}/pool/feasibility", Summary: "Say whether the pool can meet the targets", Needs: domain.Recruit,
			Note: "Which targets conflict, the smallest relaxation, and who can be in no panel. The look at the pool's answers is recorded.", Timeout: longCall,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (*sortition.Feasibility, error) {
				return s.Feasible(ctx, cmd, in.Process)
			},
		},
		Route[onProcess, recruitment.Outlook]{
			Method: "POST", Path: "/processes/{process}/pool/outlook", Summary: "Say what a draw from the pool would meet, naming nobody", Needs: domain.Recruit,
			Note: "As the feasibility check, told by kinds of people. The look at the pool's answers is recorded.", Timeout: longCall,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (recruitment.Outlook, error) {
				return s.Outlook(ctx, cmd, in.Process)
			},
		},
		Route[onProcess, recruitment.Representation]{
			Method: "GET", Path: "/processes/{process}/representation", Summary: "Compare population, pool and panel", Needs: domain.ViewAggregates,
			Note: "Small numbers are hidden from everybody who does not run recruitment.",
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (recruitment.Representation, error) {
				return s.Represent(ctx, cmd.Actor, in.Process)
			},
		},
		Route[onProcess, recruitment.Representation]{
			Method: "GET", Path: "/public/processes/{process}/representation", Summary: "Compare population, pool and panel, as published", Open: true,
			Handle: func(ctx context.Context, _ domain.Command, in onProcess) (recruitment.Representation, error) {
				return s.PublicRepresentation(ctx, in.Process)
			},
		},
	}
}
