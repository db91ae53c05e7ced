package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

// invitedPages draw who is asked.
func invitedPages(s Services) []Page {
	return []Page{
		get("/staff/processes/:process/invited", s.invited),
		post("/staff/processes/:process/invited", s.commitInvitees),
		post("/staff/processes/:process/invited/:draw/seed", s.drawInvitees),
		post("/staff/processes/:process/invited/:draw/record", s.inviteeRecord),
		get("/staff/processes/:process/invited/:draw/certificate", s.inviteeCertificate),
	}
}

// stratumAsked is an area of the list: its rows, and how many more than its
// share are asked.
type stratumAsked struct {
	Name, Field string
	Rows        int
	Weight      int // suggested, in hundredths of its share
}

type invitedPage struct {
	recruitDesk
	List    *recruitment.FrameView
	Strata  []stratumAsked
	Draws   []recruitment.InviteeDrawView
	Waiting *recruitment.InviteeDrawView // committed, its seed to come
	Drawn   *recruitment.InviteeDrawView // the waves take from it
	Left    int                          // of those drawn, not in a wave yet
	// Suggested is how many more the planner would draw; 0 when it says nothing.
	Suggested int
}

func (s Services) invitedPage(ctx context.Context, r *Request) (invitedPage, error) {
	d, err := s.recruitDesk(ctx, r, "invited")
	page := invitedPage{recruitDesk: d}
	if err != nil {
		return page, err
	}
	if page.Draws, err = s.Recruitment.InviteeDraws(ctx, r.Actor, d.P.ID); err != nil {
		return page, err
	}
	for i, v := range page.Draws {
		if v.ID == d.R.InviteeDraw {
			page.Drawn, page.Left = &page.Draws[i], v.Count-d.R.Invited
		}
		if i == 0 && v.State == recruitment.InviteesCommitted {
			page.Waiting = &page.Draws[i]
		}
	}
	return page, s.stratify(ctx, r, &page)
}

// stratify lists the areas of the list that the next draw would be from.
func (s Services) stratify(ctx context.Context, r *Request, page *invitedPage) error {
	lists, err := s.Recruitment.ListFrames(ctx, r.Actor, page.P.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(lists, func(f recruitment.FrameView) bool { return f.ID == page.R.Frame && f.Gone.IsZero() })
	if at < 0 {
		return nil
	}
	page.List = &lists[at]
	weights := map[string]int{}
	if page.Can {
		plan, err := s.Recruitment.PlanInvitations(ctx, r.Actor, page.P.ID, recruitment.PlanInput{})
		if err != nil && !domain.Is(err, domain.Invalid) {
			return err
		}
		weights, page.Suggested = plan.Weights, plan.Draw
	}
	for i, st := range page.List.Strata {
		asked := stratumAsked{Name: st.Name, Field: fmt.Sprintf("weight.%d", i), Rows: st.Rows, Weight: 100}
		if w := weights[st.Name]; w > 0 {
			asked.Weight = w
		}
		page.Strata = append(page.Strata, asked)
	}
	return nil
}

func (s Services) invited(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.invitedPage(ctx, r)
	return Show("staff/invited", "Who is asked: "+page.P.Name, page), err
}

// commitInvitees fixes the list and each area's share before any seed.
func (s Services) commitInvitees(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.invitedPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	p := domain.Problems{}
	in := recruitment.InviteesInput{Count: wholeNumber(p, r, "count"), People: r.Form.Get("by") == "people",
		SeedPlan: strings.TrimSpace(r.Form.Get("seed_plan")), DrandRound: roundOf(p, r), Weights: map[string]int{}}
	for _, st := range page.Strata {
		text := strings.TrimSpace(strings.TrimSuffix(r.Form.Get(st.Field), "%"))
		if text == "" || text == "100" {
			continue
		}
		w, err := strconv.Atoi(text)
		p.Need(err == nil && w >= 0 && w <= 10000, st.Field, "give a percentage of the area's share: 100 is its share, 150 half as much again")
		in.Weights[st.Name] = w
	}
	if err = p.Err(); err == nil {
		_, err = s.Recruitment.CommitInvitees(ctx, r.Command(), page.P.ID, in)
	}
	return s.back(ctx, r, "/invited", s.invited, err)
}

// wholeNumber reads a number of people; empty is 0, which the service names.
func wholeNumber(p domain.Problems, r *Request, field string) int {
	text := strings.ReplaceAll(strings.TrimSpace(r.Form.Get(field)), ",", "")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	p.Need(err == nil, field, "give a whole number")
	return n
}

// roundOf reads the round of the beacon that a form names.
func roundOf(p domain.Problems, r *Request) uint64 {
	text := strings.TrimSpace(r.Form.Get("drand_round"))
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 64)
	p.Need(err == nil && n > 0, "drand_round", "give the number of the round, or leave it empty")
	return n
}

func seedInput(r *Request) recruitment.SeedInput {
	return recruitment.SeedInput{Digits: strings.TrimSpace(r.Form.Get("digits")), Witnesses: lines(r.Form.Get("witnesses")),
		Signature: strings.TrimSpace(r.Form.Get("signature"))}
}

func (s Services) drawInvitees(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Recruitment.DrawInvitees(ctx, r.Command(), r.Param("process"), r.Param("draw"), seedInput(r))
	return s.back(ctx, r, "/invited", s.invited, err)
}

// inviteeRecord is the engine's record, for oversight and auditors; the look
// is recorded first.
func (s Services) inviteeRecord(ctx context.Context, r *Request) (Reply, error) {
	inv, err := s.Recruitment.ReplayInvitees(ctx, r.Command(), recruitment.ReplayInput{
		Process: r.Param("process"), Draw: r.Param("draw"), Purpose: r.Form.Get("purpose"), List: true})
	if err != nil {
		return s.back(ctx, r, "/invited", s.invited, err)
	}
	return sendJSON("invitation.json", inv)
}

// inviteeCertificate is what is public of the draw, as a file to keep.
func (s Services) inviteeCertificate(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.invitedPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	return inviteeFile(page.Draws, r.Param("draw"))
}

func inviteeFile(draws []recruitment.InviteeDrawView, id string) (Reply, error) {
	at := slices.IndexFunc(draws, func(d recruitment.InviteeDrawView) bool { return d.ID == id })
	if at < 0 {
		return Reply{}, domain.Hidden("draw")
	}
	return sendJSON("asked-certificate.json", draws[at])
}

func sendJSON(name string, v any) (Reply, error) {
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return Reply{}, err
	}
	return Send("application/json", name, append(raw, '\n')), nil
}
