package recruitment

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/planner"
)

// pastRates is what a body's earlier processes teach, or what is published.
type pastRates struct {
	reply, refusal, dropOut planner.Rate
	values, areas           ratios
}

// ratios say how much readier a group answers than its size would say, 1 for
// alike, by name.
type ratios map[string]reach

// reach is how many were there and how many would have been by their share.
type reach struct{ seen, due float64 }

// pull draws a ratio of few people towards 1.
const pull = 10

func (r ratios) ratio(name string) float64 {
	t := r[name]
	return (t.seen + pull) / (t.due + pull)
}

func (r ratios) add(name string, seen, due float64) {
	t := r[name]
	r[name] = reach{t.seen + seen, t.due + due}
}

// Bounds of what counts as a past process: smaller ones say little.
const (
	leastAsked = 200
	leastSeats = 10
	mostPast   = 100
)

// pastOf reads what the body's processes whose lottery is over saw.
func (s *Service) pastOf(ctx context.Context, ref domain.ProcessRef) (pastRates, error) {
	out := pastRates{values: ratios{}, areas: ratios{}}
	var reply, refusal, dropOut []planner.Observed
	for _, state := range []PoolState{PoolDrawn, PoolEnded} {
		for r, err := range s.d.Recruitments.Find(ctx, domain.Query{Index: "state", Equal: []any{string(state)}, Limit: mostPast}) {
			if err != nil {
				return out, err
			}
			if r.Body != ref.Body || r.Process == ref.ID {
				continue
			}
			if err := s.learn(ctx, r, &out, &reply, &refusal, &dropOut); err != nil {
				return out, err
			}
		}
	}
	out.reply = planner.Learn(reply, planner.PublishedReplies)
	out.refusal = planner.Learn(refusal, planner.PublishedRefusals)
	out.dropOut = planner.Learn(dropOut, planner.PublishedDropOuts)
	return out, nil
}

// learn adds one earlier process.
func (s *Service) learn(ctx context.Context, r Recruitment, out *pastRates, reply, refusal, dropOut *[]planner.Observed) error {
	t, err := s.d.Tallies.Get(ctx, r.Process)
	if domain.Is(err, domain.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	past, err := s.d.Processes.Ref(ctx, r.Process)
	if err != nil {
		return err
	}
	n := func(i int) int { return t.Table.Totals[i].Count }
	registered, pool, selected, confirmed, completed := n(0), n(1), n(2), n(3), n(4)
	if r.Invited >= leastAsked {
		*reply = append(*reply, planner.Observed{Source: past.Name, Of: r.Invited, Did: min(registered, r.Invited)})
	}
	if selected >= leastSeats && confirmed > 0 {
		*refusal = append(*refusal, planner.Observed{Source: past.Name, Of: selected, Did: max(0, selected-confirmed)})
	}
	if confirmed >= leastSeats && completed > 0 {
		*dropOut = append(*dropOut, planner.Observed{Source: past.Name, Of: confirmed, Did: max(0, confirmed-completed)})
	}
	for _, row := range t.Table.Rows {
		if row.Share > 0 && pool > 0 {
			out.values.add(fold(row.Feature)+"\x00"+fold(row.Value), float64(row.Cells[1].Count), float64(pool)*float64(row.Share)/10000)
		}
	}
	return s.learnAreas(ctx, r, t, out)
}

// learnAreas adds how an earlier process's areas answered, where its targets
// count a feature whose values are the areas' names.
func (s *Service) learnAreas(ctx context.Context, r Recruitment, t Tally, out *pastRates) error {
	if r.InviteeDraw == "" {
		return nil
	}
	d, err := s.d.InviteeDraws.Get(ctx, r.InviteeDraw)
	if domain.Is(err, domain.NotFound) {
		return nil
	}
	if err != nil || d.Count == 0 {
		return err
	}
	for _, st := range d.Strata {
		for _, row := range t.Table.Rows {
			if fold(row.Value) == fold(st.Name) {
				out.areas.add(st.Name, float64(row.Cells[0].Count), float64(t.Table.Totals[0].Count)*float64(st.Invite)/float64(d.Count))
			}
		}
	}
	return nil
}
