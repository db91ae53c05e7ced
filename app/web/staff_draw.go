package web

import (
	"context"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"folkmoot/app/beacon"
	"folkmoot/app/charts"
	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

// drawPages are the draw of the panel, step by step.
func drawPages(s Services) []Page {
	at := "/staff/processes/:process/draws/:draw/"
	return []Page{
		get("/staff/processes/:process/draws", s.draws),
		post("/staff/processes/:process/draws", s.prepareDraw),
		post(at+"commit", s.commitDraw),
		post(at+"seed", s.giveSeed),
		post(at+"confirm", s.confirmSeed),
		post(at+"conclude", s.concludeDraw),
		post(at+"abandon", s.abandonDraw),
		post(at+"replay", s.replayDraw),
	}
}

// drawStep is one step of the draw with where it stands.
type drawStep struct {
	Name  string
	State string // done, here, ahead
	At    time.Time
}

type drawsPage struct {
	recruitDesk
	Draw    *drawShown // the present one
	Past    []drawShown
	Steps   []drawStep
	Now     string // the step to take: open, close, prepare, commit, seed, confirm, conclude, told, done
	Chances template.HTML
	Compare template.HTML
	Learned recruitment.Learned
	Round   uint64 // that comes out when the lottery is planned
	DrawAt  string // as a form's field has it
	Watch   bool   // the reader may confirm the seed and replay
	Table   recruitment.Representation
	Saved   float64 // percent of the expected loss that the reserves spare
}

func (s Services) drawsPage(ctx context.Context, r *Request) (drawsPage, error) {
	d, err := s.recruitDesk(ctx, r, "draws")
	page := drawsPage{recruitDesk: d, Watch: d.May(domain.ObserveDraw)}
	if err != nil {
		return page, err
	}
	all, err := s.Recruitment.ListDraws(ctx, r.Actor, d.P.ID)
	if err != nil {
		return page, err
	}
	for _, v := range all {
		shown := shownDraw(v)
		if v.ID == d.R.Draw && v.State != recruitment.DrawAbandoned {
			page.Draw = &shown
		} else {
			page.Past = append(page.Past, shown)
		}
	}
	page.step()
	if !d.R.DrawAt.IsZero() {
		page.DrawAt = d.R.DrawAt.In(d.Zone()).Format("2006-01-02T15:04")
		page.Round = beacon.RoundAt(d.R.DrawAt)
	}
	if d.Can && page.Now == "prepare" {
		if page.Learned, err = s.Recruitment.LearnedStay(ctx, r.Actor, d.P.ID); err != nil {
			return page, err
		}
	}
	return page, s.drawPictures(ctx, r, &page)
}

// drawPictures adds the chances, and once it is drawn the panel beside its
// targets.
func (s Services) drawPictures(ctx context.Context, r *Request, page *drawsPage) error {
	if page.Draw == nil {
		return nil
	}
	var err error
	if page.Chances, err = s.chancesChart(ctx, r.Actor, page.P.ID, page.Draw.DrawView); err != nil {
		return err
	}
	if page.Draw.Spared != nil && page.Draw.Spared.Without > 0 {
		page.Saved = 100 * (1 - page.Draw.Spared.With/page.Draw.Spared.Without)
	}
	if page.Table, err = s.Recruitment.Represent(ctx, r.Actor, page.P.ID); err != nil {
		return err
	}
	page.Compare = comparison(page.Table.Table, page.Draw.Size).HTML()
	return nil
}

// mostLevels is how many different chances a page tells apart.
const mostLevels = 24

// chancesChart draws how the chances are spread. A draw's never change, and
// reading them takes a while: they are remembered. Before a draw is concluded
// they are for those who may watch it, which the caller has asked.
func (s Services) chancesChart(ctx context.Context, a domain.Actor, process string, d recruitment.DrawView) (template.HTML, error) {
	read := func() (template.HTML, error) {
		all, err := s.Recruitment.DrawChances(ctx, a, process, d.ID)
		if err != nil {
			return "", unless(err)
		}
		exact := make([]string, len(all))
		for i, c := range all {
			exact[i] = c.Exact
		}
		return charts.Chances(charts.Levels(exact, mostLevels), d.Size), nil
	}
	return remember(ctx, s, "chances "+d.ID, process, read)
}

// step finds out where the draw stands.
func (p *drawsPage) step() {
	d := recruitment.DrawView{}
	if p.Draw != nil {
		d = p.Draw.DrawView
	}
	p.Now = stepOf(p.R.State, d)
	names := []struct {
		step, name string
		at         time.Time
	}{
		{"close", "Registration is closed: the pool stands", p.R.ClosedAt}, {"prepare", "The lottery is worked out and proved", time.Time{}},
		{"commit", "The commitment is published, observers are named", d.CommittedAt}, {"seed", "A number is drawn in public", time.Time{}},
		{"confirm", "A second person confirms the number", d.SeededAt}, {"conclude", "The number chooses the group", d.ConcludedAt},
		{"told", "Everybody in the pool is told", time.Time{}},
	}
	here := slices.IndexFunc(names, func(n struct {
		step, name string
		at         time.Time
	}) bool {
		return n.step == p.Now || p.Now == "open" && n.step == "close"
	})
	for i, n := range names {
		st := drawStep{Name: n.name, State: "ahead", At: n.at}
		switch {
		case p.Now == "done" || i < here:
			st.State = "done"
		case i == here:
			st.State = "here"
		}
		p.Steps = append(p.Steps, st)
	}
}

// stepOf is the step to take next.
func stepOf(pool recruitment.PoolState, d recruitment.DrawView) string {
	switch d.State {
	case recruitment.DrawPrepared:
		return "commit"
	case recruitment.DrawCommitted:
		return "seed"
	case recruitment.DrawWitnessed:
		return "confirm"
	case recruitment.DrawSeeded:
		return "conclude"
	case recruitment.DrawConcluded:
		if d.Told < d.Pool {
			return "told"
		}
		return "done"
	}
	switch pool {
	case recruitment.PoolSetup:
		return "open"
	case recruitment.PoolOpen:
		return "close"
	}
	return "prepare"
}

func (s Services) draws(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.drawsPage(ctx, r)
	return Show("staff/draws", "Draw: "+page.P.Name, page), err
}

func (s Services) prepareDraw(ctx context.Context, r *Request) (Reply, error) {
	p := domain.Problems{}
	in := recruitment.PrepareInput{Objective: r.Form.Get("objective"), Panels: wholeNumber(p, r, "panels"),
		SeedPlan: strings.TrimSpace(r.Form.Get("seed_plan")), DrandRound: roundOf(p, r)}
	err := p.Err()
	if err == nil {
		in.Stay, err = recruitment.ParseStay(r.Form.Get("stay"))
	}
	if err == nil {
		_, err = s.Recruitment.PrepareDraw(ctx, r.Command(), r.Param("process"), in)
	}
	return s.back(ctx, r, "/draws", s.draws, err)
}

func (s Services) commitDraw(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	p := domain.Problems{}
	in := recruitment.CommitInput{DrawAt: moment(p, r, "draw_at", d.Zone())}
	for _, line := range lines(r.Form.Get("observers")) {
		name, role, _ := strings.Cut(line, ",")
		in.Observers = append(in.Observers, recruitment.Observer{Name: strings.TrimSpace(name), Role: strings.TrimSpace(role)})
	}
	if err = p.Err(); err == nil {
		_, err = s.Recruitment.CommitDraw(ctx, r.Command(), r.Param("process"), r.Param("draw"), in)
	}
	return s.back(ctx, r, "/draws", s.draws, err)
}

func (s Services) giveSeed(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Recruitment.GiveSeed(ctx, r.Command(), r.Param("process"), r.Param("draw"), seedInput(r))
	return s.back(ctx, r, "/draws", s.draws, err)
}

func (s Services) confirmSeed(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Recruitment.ConfirmSeed(ctx, r.Command(), r.Param("process"), r.Param("draw"), seedInput(r))
	return s.back(ctx, r, "/draws", s.draws, err)
}

func (s Services) concludeDraw(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Recruitment.ConcludeDraw(ctx, r.Command(), r.Param("process"), r.Param("draw"))
	return s.back(ctx, r, "/draws", s.draws, err)
}

func (s Services) abandonDraw(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Recruitment.AbandonDraw(ctx, r.Command(), r.Param("process"), r.Param("draw"))
	return s.back(ctx, r, "/draws", s.draws, err)
}

// replayDraw hands over the file that repeats the draw, people's values by
// pseudonym; the look is recorded first.
func (s Services) replayDraw(ctx context.Context, r *Request) (Reply, error) {
	raw, err := s.Recruitment.Replay(ctx, r.Command(), r.Param("process"), r.Param("draw"), r.Form.Get("purpose"))
	if err != nil {
		return s.back(ctx, r, "/draws", s.draws, err)
	}
	return Send("application/json", "replay.json", raw), nil
}

// DrawURL is an address below the present draw.
func (p drawsPage) DrawURL(rest string) string {
	return p.URL("/draws/" + url.PathEscape(p.Draw.ID) + rest)
}

// seatPages show who stepped in for whom, and what it did to the targets.
func seatPages(s Services) []Page {
	return []Page{
		get("/staff/processes/:process/seats", s.seatChanges),
		post("/staff/processes/:process/seats/fill", s.fillSeats),
	}
}

// swapShown is a replacement with what it did, in words.
type swapShown struct {
	recruitment.ReplacementView
	Moved  []effectShown // targets whose count changed
	Missed []effectShown // targets not met afterwards
	Met    int
	All    int
}

type effectShown struct {
	Feature, Value, Asked string
	Before, After         int
	Status                Status
}

type seatsPage struct {
	recruitDesk
	Swaps []swapShown
	Draw  *drawShown
	Saved float64
}

func (s Services) seatsPage(ctx context.Context, r *Request) (seatsPage, error) {
	d, err := s.recruitDesk(ctx, r, "seats")
	page := seatsPage{recruitDesk: d}
	if err != nil {
		return page, err
	}
	swaps, err := s.Recruitment.ListReplacements(ctx, r.Actor, d.P.ID)
	if err != nil {
		return page, err
	}
	for _, v := range swaps {
		page.Swaps = append(page.Swaps, shownSwap(v))
	}
	all, err := s.Recruitment.ListDraws(ctx, r.Actor, d.P.ID)
	for _, v := range all {
		if v.ID == d.R.Draw && v.State == recruitment.DrawConcluded {
			shown := shownDraw(v)
			page.Draw = &shown
		}
	}
	return page, err
}

func shownSwap(v recruitment.ReplacementView) swapShown {
	out := swapShown{ReplacementView: v, All: len(v.Effects)}
	for _, e := range v.Effects {
		was := e.Before >= e.Min && e.Before <= e.Max
		x := effectShown{Feature: e.Feature, Value: e.Value, Asked: rangeText(e.Min, e.Max), Before: e.Before, After: e.After}
		switch {
		case e.Met && was:
			x.Status = Status{"kept", "Met, as before"}
		case e.Met:
			x.Status = Status{"kept", "Met again"}
		case was:
			x.Status = Status{"late", "Met no longer"}
		default:
			x.Status = Status{"late", "Still missed"}
		}
		if e.Met {
			out.Met++
		} else {
			out.Missed = append(out.Missed, x)
		}
		if e.Before != e.After {
			out.Moved = append(out.Moved, x)
		}
	}
	return out
}

func (s Services) seatChanges(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.seatsPage(ctx, r)
	return Show("staff/seats", "Seats: "+page.P.Name, page), err
}

func (s Services) fillSeats(ctx context.Context, r *Request) (Reply, error) {
	n, err := s.Recruitment.FillSeats(ctx, r.Command(), r.Param("process"))
	return s.back(ctx, r, fmt.Sprintf("/seats?filled=%d", n), s.seatChanges, err)
}
