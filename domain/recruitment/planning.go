package recruitment

import (
	"context"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/planner"
)

// PlanInput is what an organiser may wish of a plan; zero is the usual.
type PlanInput struct {
	Confidence float64 `json:"confidence,omitempty"` // wished chance that every target can be met
	PerSeat    float64 `json:"per_seat,omitempty"`   // least people in the pool for each seat
}

// InvitationPlan says how many to invite, and how sure that is.
type InvitationPlan struct {
	planner.Plan
	Process    string       `json:"process"`
	At         time.Time    `json:"at"`
	Seats      int          `json:"seats"`
	Pool       int          `json:"pool"`
	Confidence float64      `json:"confidence"`
	Refusal    planner.Rate `json:"refusal"`
	DropOut    planner.Rate `json:"drop_out"`
	// Next is how many the next wave should ask: the first of Waves, as far as
	// people were drawn for it. 0: nobody more is needed, or nobody is drawn.
	Next int `json:"next"`
	// Drawn are the people drawn who are in no wave yet; Draw is how many more
	// must be drawn from the list.
	Drawn int `json:"drawn"`
	Draw  int `json:"draw"`
	// Weights even out areas that answer less: 100 is an area's share.
	Weights map[string]int `json:"weights"`
}

// PlanInvitations plans the invitations of a process from the body's own past
// processes where it has any, else from published figures, and from the
// replies so far.
func (s *Service) PlanInvitations(ctx context.Context, a domain.Actor, processID string, in PlanInput) (InvitationPlan, error) {
	ref, err := s.allow(ctx, a, processID, domain.Recruit)
	if err != nil {
		return InvitationPlan{}, err
	}
	p := domain.Problems{}
	p.Need(in.Confidence >= 0 && in.Confidence <= 0.99, "confidence", "a chance from 0.5 to 0.99, such as 0.95")
	p.Need(in.PerSeat >= 0 && in.PerSeat <= 100, "per_seat", "how many people for each seat, at most 100")
	p.Need(ref.Size > 0, "size", "say in the specification how many seats there are")
	if err := p.Err(); err != nil {
		return InvitationPlan{}, err
	}
	return s.planFor(ctx, ref, in)
}

func (s *Service) planFor(ctx context.Context, ref domain.ProcessRef, in PlanInput) (InvitationPlan, error) {
	r, err := s.of(ctx, ref)
	if err != nil {
		return InvitationPlan{}, err
	}
	past, err := s.pastOf(ctx, ref)
	if err != nil {
		return InvitationPlan{}, err
	}
	input, drawn, err := s.planInput(ctx, ref, r, past)
	if err != nil {
		return InvitationPlan{}, err
	}
	input.Confidence, input.PerSeat = in.Confidence, in.PerSeat
	out := InvitationPlan{
		Plan: planner.Make(input), Process: ref.ID, At: s.d.Clock.Now(), Seats: ref.Size, Pool: input.Pool,
		Confidence: in.Confidence, Refusal: input.Refusal, DropOut: input.DropOut, Drawn: drawn, Weights: weights(input.Areas),
	}
	if out.Confidence == 0 {
		out.Confidence = planner.UsualConfidence
	}
	if len(out.Waves) > 0 {
		out.Next = min(out.Waves[0], drawn)
	}
	out.Draw = max(0, out.Invite-drawn)
	return out, nil
}

// weights of the draw of invitees that make up for areas that answer less:
// between half and three times an area's share.
func weights(areas []planner.Area) map[string]int {
	out := map[string]int{}
	for _, a := range areas {
		w := 100
		if a.Reply > 0 {
			w = int(100/a.Reply + 0.5)
		}
		out[a.Name] = min(max(w, 50), 300)
	}
	return out
}

// planInput gathers what the plan is made from, and how many drawn people are
// in no wave yet.
func (s *Service) planInput(ctx context.Context, ref domain.ProcessRef, r Recruitment, past pastRates) (planner.Input, int, error) {
	in := planner.Input{Seats: ref.Size, Reply: past.reply, Refusal: past.refusal, DropOut: past.dropOut}
	rep, err := s.represent(ctx, ref, false)
	if err != nil {
		return in, 0, err
	}
	in.Pool = rep.Table.Totals[1].Count
	in.Targets = expected(r.Targets, rep.Table, past, ref.Size)
	areas, drawn, err := s.planAreas(ctx, r)
	if err != nil {
		return in, 0, err
	}
	for i := range areas {
		areas[i].Reply = past.areas.ratio(areas[i].Name)
	}
	in.Areas = areas
	return in, drawn, nil
}

// expected is the targets with the share of each among those who register: the
// population's, or the middle of the target where that is not given, bent by
// who registered for the body's earlier processes.
func expected(ts []Target, t Table, past pastRates, seats int) []planner.Target {
	have := map[string]int{}
	for _, row := range t.Rows {
		have[fold(row.Feature)+"\x00"+fold(row.Value)] = row.Cells[1].Count
	}
	out := make([]planner.Target, 0, len(ts))
	for _, f := range features(ts) {
		from, total := len(out), 0.0
		for _, x := range ts {
			if fold(x.Feature) != fold(f) {
				continue
			}
			key := fold(f) + "\x00" + fold(x.Value)
			share := float64(x.Share) / 10000
			if x.Share == 0 {
				share = float64(x.Min+x.Max) / 2 / float64(seats)
			}
			share *= past.values.ratio(key)
			total += share
			out = append(out, planner.Target{Feature: f, Value: x.Value, Min: x.Min, Max: x.Max, Share: share, Have: have[key]})
		}
		for i := from; i < len(out) && total > 1; i++ {
			out[i].Share /= total
		}
	}
	return out
}

// planAreas is the list by area: who is left, who was asked when, who
// answered.
func (s *Service) planAreas(ctx context.Context, r Recruitment) ([]planner.Area, int, error) {
	if r.Frame == "" {
		return nil, 0, nil
	}
	f, err := s.d.Frames.Get(ctx, r.Frame)
	if err != nil {
		return nil, 0, err
	}
	areas := make([]planner.Area, len(f.Strata))
	at := map[string]int{}
	for i, st := range f.Strata {
		areas[i] = planner.Area{Name: st.Name, Left: st.Rows}
		at[st.Name] = i
	}
	drawn, err := s.asked(ctx, r, areas, at)
	if err != nil {
		return nil, 0, err
	}
	return areas, drawn, s.answered(ctx, r.Process, areas, at)
}

// asked lays the waves over the areas: the drawn list takes the areas in turn,
// so each wave has about the draw's own share of each.
func (s *Service) asked(ctx context.Context, r Recruitment, areas []planner.Area, at map[string]int) (drawn int, err error) {
	if r.InviteeDraw == "" {
		return 0, nil
	}
	d, err := s.d.InviteeDraws.Get(ctx, r.InviteeDraw)
	if err != nil {
		return 0, err
	}
	now := s.d.Clock.Now()
	for w, err := range s.d.Waves.Find(ctx, domain.Query{Index: "process", Equal: []any{r.Process}, Limit: 500}) {
		if err != nil {
			return 0, err
		}
		share, given := 0, 0 // of the draw and of the wave, in the areas so far
		for _, st := range d.Strata {
			i, ok := at[st.Name]
			if !ok || d.Count == 0 || w.Next == w.From {
				continue
			}
			share += st.Invite
			n := (w.Next-w.From)*share/d.Count - given
			given += n
			areas[i].Sent = append(areas[i].Sent, planner.Sent{Count: n, Days: now.Sub(w.CreatedAt).Hours() / 24})
			areas[i].Left = max(0, areas[i].Left-n)
		}
	}
	for _, st := range d.Strata {
		if i, ok := at[st.Name]; ok && st.Weight > 0 {
			areas[i].Weight = float64(st.Weight) / 100
		}
	}
	return d.Count - r.Invited, nil
}

// answerStatuses are those that somebody who was asked has after registering,
// until the lottery.
var answerStatuses = []people.Status{people.Registered, people.Eligible, people.InPool}

func (s *Service) answered(ctx context.Context, process string, areas []planner.Area, at map[string]int) error {
	for p, err := range s.d.People.Of(ctx, process, answerStatuses...) {
		if err != nil {
			return err
		}
		if i, ok := at[p.Area]; ok && p.Wave != "" {
			areas[i].Replied++
		}
	}
	return nil
}
