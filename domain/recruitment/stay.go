package recruitment

import (
	"context"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/sortition"
)

// maxAlternates is how many reserves are chosen for what they are good for;
// any beyond them follow by lot.
const maxAlternates = 40

// Spared says what the reserves are good for: over sampled drop-outs, how much
// of the targets is missed on average, in shares of each target, when nobody
// steps in and when they do.
type Spared struct {
	Reserves int     `json:"reserves"`
	Samples  int     `json:"samples"`
	Without  float64 `json:"without"`
	With     float64 `json:"with"`
}

func spared(a *sortition.AlternatesRecord) *Spared {
	if a == nil {
		return nil
	}
	return &Spared{Reserves: len(a.IDs), Samples: a.Samples, Without: a.LossWithout, With: a.LossWith}
}

// checkStay sees that rates of staying are rates, of values that there are.
func checkStay(p domain.Problems, stay map[string]float64, ts []Target) {
	known := map[string]bool{"": true}
	for _, t := range ts {
		known[t.Feature+": "+t.Value] = true
	}
	for _, key := range sortedKeys(stay) {
		p.Need(known[key], "stay", "%q is none of the targets' values; write it as the targets do: feature: value", key)
		p.Need(stay[key] > 0 && stay[key] <= 2 && (key != "" || stay[key] <= 1), "stay",
			"everybody's rate lies above 0 and up to 1; what it is multiplied by for a value lies above 0 and up to 2")
	}
}

// Learned is how many of those drawn stayed, in the juries that a body held
// before.
type Learned struct {
	Draws int     `json:"draws"`
	Drawn int     `json:"drawn"`
	Left  int     `json:"left"`
	Rate  float64 `json:"rate"` // of staying; 0 when nothing is known
}

// LearnedStay answers how many of those drawn in the body's earlier processes
// gave up their seat. It opens nobody's answers.
func (s *Service) LearnedStay(ctx context.Context, a domain.Actor, processID string) (Learned, error) {
	ref, err := s.allow(ctx, a, processID, domain.Recruit)
	if err != nil {
		return Learned{}, err
	}
	var out Learned
	for _, st := range []PoolState{PoolDrawn, PoolEnded} {
		for r, err := range s.d.Recruitments.Find(ctx, domain.Query{Index: "state", Equal: []any{string(st)}, Limit: 200}) {
			if err != nil {
				return out, err
			}
			if r.Body != ref.Body || r.ID == ref.ID || r.Draw == "" {
				continue
			}
			if err := s.learn(ctx, r.Draw, &out); err != nil {
				return out, err
			}
		}
	}
	if out.Drawn > 0 {
		out.Rate = float64(out.Drawn-out.Left) / float64(out.Drawn)
	}
	return out, nil
}

func (s *Service) learn(ctx context.Context, draw string, out *Learned) error {
	d, err := s.d.Draws.Get(ctx, draw)
	if err != nil || d.State != DrawConcluded {
		return unlessGone(err)
	}
	out.Draws++
	out.Drawn += len(d.Selected)
	for _, id := range d.Selected {
		if d.swapped(id) {
			out.Left++
		}
	}
	return nil
}

func unlessGone(err error) error {
	if domain.Is(err, domain.NotFound) {
		return nil
	}
	return err
}

// ParseStay reads rates of staying as they are written down, one a line: a
// bare number for everybody, "feature: value = number" for some.
func ParseStay(text string) (map[string]float64, error) {
	out := map[string]float64{}
	p := domain.Problems{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		key, number := "", line
		if at := strings.LastIndex(line, "="); at >= 0 {
			key, number = strings.TrimSpace(line[:at]), strings.TrimSpace(line[at+1:])
		}
		rate, ok := rateOf(number)
		p.Need(ok, "stay", "%q is no rate; write 0.9 or 90%%, or: age: 18 to 44 = 0.8", number)
		out[key] = rate
	}
	if len(out) == 0 {
		return nil, p.Err()
	}
	return out, p.Err()
}
