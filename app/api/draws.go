package api

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

type prepareDrawIn struct {
	Process string `path:"process"`
	recruitment.PrepareInput
}

type onDraw struct {
	Process string `path:"process"`
	Draw    string `path:"draw"`
}

type commitDrawIn struct {
	Process string `path:"process"`
	Draw    string `path:"draw"`
	recruitment.CommitInput
}

type abandonDrawIn struct {
	Process string `path:"process"`
	Draw    string `path:"draw"`
	Reason  string `json:"reason" required:"true" doc:"Published with the draw."`
}

type drawSeedIn struct {
	Process string `path:"process"`
	Draw    string `path:"draw"`
	recruitment.SeedInput
}

type draws struct {
	Draws []recruitment.DrawView `json:"draws"`
}

func drawRoutes(s *recruitment.Service) []Endpoint {
	return []Endpoint{
		Route[prepareDrawIn, recruitment.DrawView]{
			Method: "POST", Path: "/processes/{process}/draws", Summary: "Prepare a draw over the closed pool", Needs: domain.Recruit, Status: 201,
			Note:    "Everybody's chance is computed and proved. What makes a draw impossible is explained: which targets conflict, and the smallest relaxation.",
			Timeout: longCall,
			Handle: func(ctx context.Context, cmd domain.Command, in prepareDrawIn) (recruitment.DrawView, error) {
				return s.PrepareDraw(ctx, cmd, in.Process, in.PrepareInput)
			},
		},
		Route[onProcess, draws]{
			Method: "GET", Path: "/processes/{process}/draws", Summary: "List the draws, abandoned ones too", Needs: domain.ViewProcess,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (draws, error) {
				d, err := s.ListDraws(ctx, cmd.Actor, in.Process)
				return draws{Draws: d}, err
			},
		},
		Route[commitDrawIn, recruitment.DrawView]{
			Method: "POST", Path: "/processes/{process}/draws/{draw}/commit", Summary: "Publish the commitment and name the observers", Needs: domain.Recruit,
			Note: "Pool, targets and panels are fixed from here on, and everybody in the pool is told when the lottery is.",
			Handle: func(ctx context.Context, cmd domain.Command, in commitDrawIn) (recruitment.DrawView, error) {
				return s.CommitDraw(ctx, cmd, in.Process, in.Draw, in.CommitInput)
			},
		},
		Route[abandonDrawIn, recruitment.DrawView]{
			Method: "POST", Path: "/processes/{process}/draws/{draw}/abandon", Summary: "Give up a draw before its seed exists", Needs: domain.Recruit,
			Handle: func(ctx context.Context, cmd domain.Command, in abandonDrawIn) (recruitment.DrawView, error) {
				return s.AbandonDraw(ctx, cmd.Because(in.Reason), in.Process, in.Draw)
			},
		},
		Route[onDraw, recruitment.DrawView]{
			Method: "POST", Path: "/processes/{process}/draws/{draw}/conclude", Summary: "Let the seed choose, and tell everybody", Needs: domain.Recruit,
			Timeout: longCall,
			Handle: func(ctx context.Context, cmd domain.Command, in onDraw) (recruitment.DrawView, error) {
				return s.ConcludeDraw(ctx, cmd, in.Process, in.Draw)
			},
		},
		Route[replayIn, File]{
			Method: "POST", Path: "/processes/{process}/draws/{draw}/replay", Summary: "Take the file that repeats the draw", Needs: domain.ObserveDraw,
			Note: "For oversight and auditors: people's answers by pseudonym. The look is recorded first.",
			Handle: func(ctx context.Context, cmd domain.Command, in replayIn) (File, error) {
				raw, err := s.Replay(ctx, cmd, in.Process, in.Draw, in.Purpose)
				return File{Name: "replay.json", MediaType: "application/json", Content: raw}, err
			},
		},
		Route[onProcess, draws]{
			Method: "GET", Path: "/public/processes/{process}/draws", Summary: "List the draws from their commitment on", Open: true,
			Handle: func(ctx context.Context, _ domain.Command, in onProcess) (draws, error) {
				d, err := s.PublicDraws(ctx, in.Process)
				return draws{Draws: d}, err
			},
		},
		Route[onDraw, File]{
			Method: "GET", Path: "/public/processes/{process}/draws/{draw}/certificate", Summary: "Take the public certificate of a draw", Open: true,
			Note: "Pseudonyms only. Everybody in the pool can find their own.",
			Handle: func(ctx context.Context, _ domain.Command, in onDraw) (File, error) {
				raw, err := s.Certificate(ctx, in.Process, in.Draw)
				return File{Name: "certificate.json", MediaType: "application/json", Content: raw}, err
			},
		},
		Route[placeIn, recruitment.Place]{
			Method: "GET", Path: "/public/processes/{process}/draws/{draw}/places/{pseudonym}", Summary: "Find one made-up name in a concluded draw", Open: true,
			Handle: func(ctx context.Context, _ domain.Command, in placeIn) (recruitment.Place, error) {
				return s.FindPlace(ctx, in.Process, in.Draw, in.Pseudonym)
			},
		},
		Route[onProcess, publicReplacements]{
			Method: "GET", Path: "/public/processes/{process}/replacements", Summary: "List the seats that changed hands, by made-up name", Open: true,
			Handle: func(ctx context.Context, _ domain.Command, in onProcess) (publicReplacements, error) {
				r, err := s.PublicReplacements(ctx, in.Process)
				return publicReplacements{Replacements: r}, err
			},
		},
		Route[onProcess, inviteeDraws]{
			Method: "GET", Path: "/public/processes/{process}/invitee-draws", Summary: "List the draws of those who were asked", Open: true,
			Note: "How many of each area, what was committed to, and the seed.",
			Handle: func(ctx context.Context, _ domain.Command, in onProcess) (inviteeDraws, error) {
				d, err := s.PublicInvitees(ctx, in.Process)
				return inviteeDraws{Draws: d}, err
			},
		},
	}
}

type placeIn struct {
	Process   string `path:"process"`
	Draw      string `path:"draw"`
	Pseudonym string `path:"pseudonym"`
}

type publicReplacements struct {
	Replacements []recruitment.PublicReplacement `json:"replacements"`
}

func seedRoutes(s *recruitment.Service) []Endpoint {
	return []Endpoint{
		Route[drawSeedIn, recruitment.DrawView]{
			Method: "POST", Path: "/processes/{process}/draws/{draw}/seed", Summary: "Enter the digits drawn before witnesses, or the beacon's signature", Needs: domain.Recruit,
			Handle: func(ctx context.Context, cmd domain.Command, in drawSeedIn) (recruitment.DrawView, error) {
				return s.GiveSeed(ctx, cmd, in.Process, in.Draw, in.SeedInput)
			},
		},
		Route[drawSeedIn, recruitment.DrawView]{
			Method: "POST", Path: "/processes/{process}/draws/{draw}/seed/confirm", Summary: "Confirm the digits as a second person", Needs: domain.ObserveDraw,
			Note: "Enter what you saw. When the two differ neither stands.",
			Handle: func(ctx context.Context, cmd domain.Command, in drawSeedIn) (recruitment.DrawView, error) {
				return s.ConfirmSeed(ctx, cmd, in.Process, in.Draw, in.SeedInput)
			},
		},
	}
}

type ownDrawIn struct {
	Person string `path:"person"`
}

type seatsFilled struct {
	Filled int `json:"filled"`
}

type replacements struct {
	Replacements []recruitment.ReplacementView `json:"replacements"`
}

func seatRoutes(s *recruitment.Service) []Endpoint {
	return []Endpoint{
		Route[ownDrawIn, recruitment.Own]{
			Method: "GET", Path: "/people/{person}/draw", Summary: "Find a person's own place in the draw", Needs: domain.SelfServe,
			Note: "For the person, or staff for them on the phone.",
			Handle: func(ctx context.Context, cmd domain.Command, in ownDrawIn) (recruitment.Own, error) {
				return s.OwnDraw(ctx, cmd.Actor, in.Person)
			},
		},
		Route[onProcess, seatsFilled]{
			Method: "POST", Path: "/processes/{process}/seats/fill", Summary: "Give free seats to the next in line, now", Needs: domain.Recruit,
			Note: "Happens by itself every minute: a reserve, like for like, under a record of what it does to the targets.",
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (seatsFilled, error) {
				n, err := s.FillSeats(ctx, cmd, in.Process)
				return seatsFilled{Filled: n}, err
			},
		},
		Route[onProcess, replacements]{
			Method: "GET", Path: "/processes/{process}/replacements", Summary: "List the replacement records, by pseudonym", Needs: domain.ObserveDraw,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (replacements, error) {
				r, err := s.ListReplacements(ctx, cmd.Actor, in.Process)
				return replacements{Replacements: r}, err
			},
		},
	}
}
