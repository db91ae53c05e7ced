package web

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
	"folkmoot/domain/recruitment"
)

// invitePages are how many to invite, what that costs and takes, and the waves.
func invitePages(s Services) []Page {
	base := "/staff/processes/:process/invitations"
	return []Page{
		get(base, s.invitations),
		post(base, s.invite),
		post(base+"/:wave/state", s.steerInvitations),
	}
}

type invitePage struct {
	desk
	Plan     recruitment.InvitationPlan
	Forecast outreach.Forecast // of the next wave; of nothing when there is none
	Count    int               // the forecast's
	Waves    []recruitment.WaveView
	Chance   []string // choices of the wished chance
	Wished   string
}

// Steers are what can be done to a wave now.
func (p invitePage) Steers(w recruitment.WaveView) []Choice { return steers(string(w.State)) }

// Percent writes a share in a hundred.
func (p invitePage) Percent(share float64) string {
	switch v := share * 100; {
	case v > 0 && v < 1:
		return "under 1%"
	case v > 99 && v < 100:
		return "over 99%"
	default:
		return strconv.Itoa(int(v+0.5)) + "%"
	}
}

// OneIn writes a small rate with a decimal.
func (p invitePage) OneIn(share float64) string {
	return strconv.FormatFloat(share*100, 'f', 1, 64) + " in 100"
}

// Round writes an expected number of people.
func (p invitePage) Round(n float64) string { return strconv.Itoa(int(n + 0.5)) }

// duration says about how long something takes.
func duration(seconds int64) string {
	d := time.Duration(seconds) * time.Second
	switch {
	case d < time.Minute:
		return "under a minute"
	case d < 2*time.Hour:
		return plural(int((d+time.Minute/2)/time.Minute), "minute", "minutes")
	}
	if d < 48*time.Hour {
		return plural(int((d+time.Hour/2)/time.Hour), "hour", "hours")
	}
	return plural(int((d+12*time.Hour)/(24*time.Hour)), "day", "days")
}

// steers are the steps open to a wave in a state.
func steers(state string) []Choice {
	cancel := Choice{Value: "cancelled", Label: "Cancel"}
	switch state {
	case "running":
		return []Choice{{Value: "paused", Label: "Pause"}, cancel}
	case "paused":
		return []Choice{{Value: "running", Label: "Go on"}, cancel}
	}
	return nil
}

func (s Services) invitations(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.invitePage(ctx, r)
	return Show("staff/invitations", "Invitations: "+page.P.Name, page), err
}

func (s Services) invitePage(ctx context.Context, r *Request) (invitePage, error) {
	d, err := s.deskOf(ctx, r)
	page := invitePage{desk: d, Chance: []string{"80", "80 in 100", "90", "90 in 100", "95", "95 in 100", "99", "99 in 100"}, Wished: "95"}
	if err != nil {
		return page, err
	}
	wished, err := strconv.Atoi(r.Query.Get("chance"))
	if err == nil && wished >= 50 && wished <= 99 {
		page.Wished = strconv.Itoa(wished)
	} else {
		wished = 95
	}
	if page.Plan, err = s.Recruitment.PlanInvitations(ctx, r.Actor, d.P.ID, recruitment.PlanInput{Confidence: float64(wished) / 100}); err != nil {
		return page, err
	}
	if page.Waves, err = s.Recruitment.ListWaves(ctx, r.Actor, d.P.ID); err != nil {
		return page, err
	}
	page.Count = page.Plan.Next
	if n, err := strconv.Atoi(strings.TrimSpace(r.Query.Get("count"))); err == nil && n > 0 && n <= 1_000_000 {
		page.Count = n
	}
	if page.Count == 0 {
		return page, nil
	}
	letters, err := s.lettersOf(ctx, r.Actor, d.P.ID, page.Count)
	if err != nil {
		return page, err
	}
	page.Forecast, err = s.Outreach.Forecast(ctx, r.Actor, d.P.ID, outreach.ForecastInput{Template: "invitation", People: page.Count, Letters: letters})
	return page, err
}

// lettersOf is about how many of a wave have no number on the list.
func (s Services) lettersOf(ctx context.Context, a domain.Actor, process string, count int) (int, error) {
	frames, err := s.Recruitment.ListFrames(ctx, a, process)
	if err != nil || len(frames) == 0 {
		return 0, err
	}
	f := frames[len(frames)-1]
	if f.Rows == 0 {
		return 0, nil
	}
	return count * (f.Rows - f.Numbers) / f.Rows, nil
}

// invite sends a wave of as many as was said.
func (s Services) invite(ctx context.Context, r *Request) (Reply, error) {
	n, err := strconv.Atoi(strings.TrimSpace(r.Form.Get("count")))
	if err != nil {
		n = 0
	}
	_, err = s.Recruitment.PlanWave(ctx, r.Command(), r.Param("process"), recruitment.WaveInput{Count: n})
	return s.invitedAgain(ctx, r, err)
}

func (s Services) steerInvitations(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Recruitment.SteerWave(ctx, r.Command(), r.Param("process"), r.Param("wave"), recruitment.WaveState(r.Form.Get("state")))
	return s.invitedAgain(ctx, r, err)
}

func (s Services) invitedAgain(ctx context.Context, r *Request, err error) (Reply, error) {
	if err == nil {
		return Go("/staff/processes/" + url.PathEscape(r.Param("process")) + "/invitations"), nil
	}
	page, again := s.invitations(ctx, r)
	if again != nil {
		return Reply{}, err
	}
	return r.Again(page, err)
}
