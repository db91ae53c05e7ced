package web

import (
	"context"
	"net/url"
	"slices"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
)

// broadcastPages are what goes to many: what went, and an emergency in two
// steps.
func broadcastPages(s Services) []Page {
	base := "/staff/processes/:process/broadcasts"
	return []Page{
		get(base, s.broadcasts),
		post(base+"/emergency", s.emergency),
		post(base+"/:wave/state", s.steerBroadcast),
	}
}

type broadcastPage struct {
	desk
	Waves   []outreach.WaveView
	More    string
	Groups  []string // statuses people stand at and how many, in turn
	Preview *outreach.EmergencyPreview
	Said    outreach.EmergencyInput
}

// Steers are what can be done to one now.
func (p broadcastPage) Steers(w outreach.WaveView) []Choice { return steers(w.State) }

// hearers are the statuses of people who may have to hear of an emergency.
var hearers = []people.Status{people.Confirmed, people.Onboarded, people.Serving, people.Offered, people.Selected, people.Reserve, people.InPool}

func (s Services) broadcasts(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.broadcastPage(ctx, r)
	return Show("staff/broadcasts", "Messages to many: "+page.P.Name, page), err
}

func (s Services) broadcastPage(ctx context.Context, r *Request) (broadcastPage, error) {
	d, err := s.deskOf(ctx, r)
	page := broadcastPage{desk: d}
	if err != nil {
		return page, err
	}
	if err := domain.Authorize(r.Actor, domain.Broadcast, d.scope()); err != nil {
		return page, err
	}
	waves, next, err := s.Outreach.WaveList(ctx, r.Actor, d.P.ID, domain.Cursor(r.Query.Get("after")), 20)
	if err != nil {
		return page, err
	}
	page.Waves = waves
	if next != "" {
		page.More = d.URL("/broadcasts?after=" + url.QueryEscape(string(next)))
	}
	counts, err := s.People.Counts(ctx, d.P.ID)
	for _, st := range hearers {
		if n := counts[st]; n > 0 {
			page.Groups = append(page.Groups, string(st), first(words(st))+" ("+thousands(n)+")")
		}
	}
	return page, err
}

// emergency shows first what would go out, then sends exactly that once its
// code and the name of who answers for it are given.
func (s Services) emergency(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.broadcastPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	show := Show("staff/broadcasts", "Messages to many: "+page.P.Name, page)
	page.Said = outreach.EmergencyInput{
		Statuses: slices.DeleteFunc(slices.Clone(r.Form["statuses"]), func(s string) bool { return s == "" }),
		Template: "change", Vars: map[string]string{"change": r.Form.Get("change")},
		ConfirmedBy: r.Form.Get("confirmed_by"), Confirm: r.Form.Get("confirm"),
	}
	if page.Said.Confirm != "" && r.Form.Get("step") == "send" {
		_, err := s.Outreach.Emergency(ctx, r.Command(), page.P.ID, page.Said)
		if err == nil {
			return Go(page.URL("/broadcasts")), nil
		}
		return s.emergencyAgain(ctx, r, page, err)
	}
	seen, err := s.Outreach.PreviewEmergency(ctx, r.Actor, page.P.ID, page.Said)
	if err != nil {
		return r.Again(show, err)
	}
	page.Preview = &seen
	return Show("staff/broadcasts", "Look before it goes: "+page.P.Name, page), nil
}

// emergencyAgain shows the preview as it is now with what is wrong.
func (s Services) emergencyAgain(ctx context.Context, r *Request, page broadcastPage, err error) (Reply, error) {
	if seen, again := s.Outreach.PreviewEmergency(ctx, r.Actor, page.P.ID, page.Said); again == nil {
		page.Preview = &seen
	}
	return r.Again(Show("staff/broadcasts", "Messages to many: "+page.P.Name, page), err)
}

func (s Services) steerBroadcast(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Outreach.SteerWave(ctx, r.Command(), r.Param("process"), r.Param("wave"), outreach.WaveState{State: r.Form.Get("state")})
	if err == nil {
		return Go("/staff/processes/" + url.PathEscape(r.Param("process")) + "/broadcasts"), nil
	}
	page, again := s.broadcasts(ctx, r)
	if again != nil {
		return Reply{}, err
	}
	return r.Again(page, err)
}
