package sortition

import (
	"fmt"
	"math"
	"slices"
)

// Alternates are people named in advance for those who drop out. They are
// chosen, before anyone does, to keep the expected miss of targets small:
// drop-outs are sampled, in each sample the best fitting alternates step in,
// and people are added to the list one by one, each time the one that lowers
// the average loss most. Without better knowledge everyone is as likely to
// drop out, which is immune to wrong guesses about people.

const (
	alternateSamples = 300
	defaultStay      = 0.9
)

// AlternatesRecord says how the alternates were chosen and what they are good
// for: the average loss, in shares of targets missed, with and without them.
type AlternatesRecord struct {
	IDs         []string `json:"ids"`
	Samples     int      `json:"samples"`
	LossWithout float64  `json:"loss_without"`
	LossWith    float64  `json:"loss_with"`
}

// stay is a person's probability of staying: the base rate times the rates of
// their values, where rates are given.
func (o Options) stay(p Person) float64 {
	rate := defaultStay
	if base, ok := o.Stay[""]; ok {
		rate = base
	}
	for _, name := range sortedKeys(p.Values) {
		if r, ok := o.Stay[name+": "+p.Values[name]]; ok {
			rate = float64(rate * r)
		}
	}
	return math.Max(0, math.Min(1, rate))
}

func sortedKeys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// alternates holds the samples and, per person, the targets they count for.
type alternates struct {
	p       *Problem
	of      map[string][]int
	home    map[string]string
	samples []dropOut
}

// dropOut is one sample: how many leave, what is left per target.
type dropOut struct {
	gone int
	left []int
}

// chooseAlternates picks n of the candidates, which come in the order of
// their lots; among people alike the first by lot is taken.
func chooseAlternates(l *Lottery, selected, candidates []string, seed string) *AlternatesRecord {
	a := newAlternates(l, selected, seed)
	out := &AlternatesRecord{IDs: []string{}, Samples: len(a.samples), LossWithout: round6(a.loss(nil))}
	for len(out.IDs) < l.Replay.Options.Alternates {
		best, least := "", math.Inf(1)
		seen := map[string]bool{}
		for _, id := range candidates {
			alike := fmt.Sprint(a.of[id])
			if seen[alike] || slices.Contains(out.IDs, id) || a.shares(out.IDs, id) {
				continue
			}
			seen[alike] = true
			if loss := a.loss(append(slices.Clone(out.IDs), id)); loss < least-1e-12 {
				best, least = id, loss
			}
		}
		if best == "" {
			break
		}
		out.IDs = append(out.IDs, best)
	}
	out.LossWith = round6(a.loss(out.IDs))
	return out
}

func round6(x float64) float64 { return math.Round(x*1e6) / 1e6 }

func newAlternates(l *Lottery, selected []string, seed string) *alternates {
	a := &alternates{p: &l.Replay.Problem, of: map[string][]int{}, home: map[string]string{}}
	sits := set(selected)
	var panel []Person
	for _, person := range a.p.People {
		for t, target := range a.p.Targets {
			if person.Values[target.Feature] == target.Value {
				a.of[person.ID] = append(a.of[person.ID], t)
			}
		}
		a.home[person.ID] = person.Household
		if sits[person.ID] {
			panel = append(panel, person)
		}
	}
	rng := newRandom(fmt.Sprintf("alternates/%s/%s", l.Certificate.Commitment.Hash, seed))
	for range alternateSamples {
		d := dropOut{left: make([]int, len(a.p.Targets))}
		for _, person := range panel {
			if rng.float() >= l.Replay.Options.stay(person) {
				d.gone++
				continue
			}
			for _, t := range a.of[person.ID] {
				d.left[t]++
			}
		}
		a.samples = append(a.samples, d)
	}
	return a
}

// shares tells whether a candidate lives with one who is on the list.
func (a *alternates) shares(ids []string, id string) bool {
	if a.home[id] == "" {
		return false
	}
	for _, other := range ids {
		if a.home[other] == a.home[id] {
			return true
		}
	}
	return false
}

// loss is the average over the samples of what is missed once the alternates
// that fit best have stepped in.
func (a *alternates) loss(ids []string) float64 {
	sum := 0.0
	counts := make([]int, len(a.p.Targets))
	used := make([]bool, len(ids))
	for _, d := range a.samples {
		copy(counts, d.left)
		clear(used)
		for range min(d.gone, len(ids)) {
			best, gain := -1, 0.0
			for i, id := range ids {
				if used[i] {
					continue
				}
				if g := a.gain(counts, id); best < 0 || g > gain {
					best, gain = i, g
				}
			}
			used[best] = true
			for _, t := range a.of[ids[best]] {
				counts[t]++
			}
		}
		for t, c := range counts {
			sum += a.miss(t, c)
		}
	}
	return sum / float64(max(1, len(a.samples)))
}

// miss is a target's deviation as a share of its maximum.
func (a *alternates) miss(t, count int) float64 {
	target := a.p.Targets[t]
	off := max(0, target.Min-count) + max(0, count-target.Max)
	return float64(off) / float64(max(1, target.Max))
}

func (a *alternates) gain(counts []int, id string) float64 {
	g := 0.0
	for _, t := range a.of[id] {
		g += a.miss(t, counts[t]) - a.miss(t, counts[t]+1)
	}
	return g
}
