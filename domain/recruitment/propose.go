package recruitment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"folkmoot/domain"
)

// Share is a value's share of the population.
type Share struct {
	Feature string `json:"feature"`
	Value   string `json:"value"`
	Share   int    `json:"share"` // hundredths of a percent
	Source  string `json:"source"`
}

// ProposalInput asks for targets made from shares of the population.
type ProposalInput struct {
	Size   int     `json:"size"`
	Slack  int     `json:"slack"`          // how far each target may be off its share, in people
	Flex   int     `json:"flex,omitempty"` // how much further it may be relaxed; 0 leaves that free
	Shares []Share `json:"shares"`
}

// ProposeTargets answers [Propose] for a process, of its size when none is
// given. Nothing is set.
func (s *Service) ProposeTargets(ctx context.Context, a domain.Actor, processID string, in ProposalInput) ([]Target, error) {
	ref, err := s.allow(ctx, a, processID, domain.DesignProcess)
	if err != nil {
		return nil, err
	}
	if in.Size == 0 {
		in.Size = ref.Size
	}
	return Propose(in)
}

// Propose makes targets of population shares: for each value the whole number
// of seats nearest its share, so that each feature fills the panel exactly,
// with the slack either way. A value that anybody has never gets a maximum of
// 0. Shares of a feature need not add up to 100 percent; they are taken in
// proportion.
func Propose(in ProposalInput) ([]Target, error) {
	p := domain.Problems{}
	p.Need(in.Size >= 1 && in.Size <= 5000, "size", "give the number of seats, 1 to 5000")
	p.Need(in.Slack >= 0 && in.Slack <= in.Size, "slack", "0 to the number of seats")
	p.Need(in.Flex >= 0 && in.Flex <= in.Size, "flex", "0 to the number of seats")
	p.Need(len(in.Shares) > 0 && len(in.Shares) <= maxTargets, "shares", "give 1 to %d shares", maxTargets)
	seen := map[string]bool{}
	for i, s := range in.Shares {
		field := fmt.Sprintf("shares[%d]", i)
		key := fold(s.Feature) + "\x00" + fold(s.Value)
		p.Need(fold(s.Feature) != "" && fold(s.Value) != "", field, "name the feature and the value")
		p.Need(!seen[key], field, "this value is given twice")
		p.Need(s.Share >= 0 && s.Share <= 10000, field+".share", "a share lies between 0 and 10000 hundredths of a percent")
		p.Need(s.Share == 0 || s.Source != "", field+".source", "say where the share comes from, with its year")
		seen[key] = true
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	var out []Target
	for _, group := range byFeature(in.Shares) {
		seats := apportion(group, in.Size)
		for i, s := range group {
			t := Target{Feature: s.Feature, Value: s.Value, Share: s.Share, Source: s.Source,
				Min: max(0, seats[i]-in.Slack), Max: min(in.Size, seats[i]+in.Slack)}
			if s.Share > 0 {
				t.Max = max(t.Max, 1)
			} else {
				t.Max = 0
			}
			if in.Flex > 0 {
				low, high := max(0, t.Min-in.Flex), min(in.Size, t.Max+in.Flex)
				t.FlexMin, t.FlexMax = &low, &high
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// rateOf reads "0.9", "90%" or "90 %".
func rateOf(s string) (float64, bool) {
	bare, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(bare), 64)
	if percent {
		v /= 100
	}
	return v, err == nil && v == v && v >= 0 && v <= 1e6
}

// byFeature groups shares, features and values in the order given.
func byFeature(shares []Share) [][]Share {
	var out [][]Share
	at := map[string]int{}
	for _, s := range shares {
		i, ok := at[fold(s.Feature)]
		if !ok {
			i = len(out)
			at[fold(s.Feature)] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], s)
	}
	return out
}

// apportion gives out seats by largest remainder: whole numbers in proportion
// that add up to size, unless every share is 0.
func apportion(group []Share, size int) []int {
	total := 0
	for _, s := range group {
		total += s.Share
	}
	seats, order := make([]int, len(group)), make([]int, len(group))
	if total == 0 {
		return seats
	}
	left := size
	for i, s := range group {
		seats[i] = s.Share * size / total
		left -= seats[i]
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(group[b].Share*size%total, group[a].Share*size%total)
	})
	for _, i := range order[:left] {
		seats[i]++
	}
	return seats
}
