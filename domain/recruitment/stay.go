package recruitment

import (
	"context"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/planner"
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

// Learned is the rate of staying that the body's earlier processes teach:
// those drawn who said yes, times those who said yes and stayed to the end.
type Learned struct {
	Rate    float64      `json:"rate"`
	Refusal planner.Rate `json:"refusal"`
	DropOut planner.Rate `json:"drop_out"`
}

// LearnedStay answers how likely somebody drawn is to keep the seat, as the
// planner learned it of the body's earlier processes, or of published ones
// where it has none. It opens nobody's answers.
func (s *Service) LearnedStay(ctx context.Context, a domain.Actor, processID string) (Learned, error) {
	ref, err := s.allow(ctx, a, processID, domain.Recruit)
	if err != nil {
		return Learned{}, err
	}
	past, err := s.pastOf(ctx, ref)
	if err != nil {
		return Learned{}, err
	}
	return Learned{Rate: (1 - past.refusal.Mean) * (1 - past.dropOut.Mean), Refusal: past.refusal, DropOut: past.dropOut}, nil
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
