package sortition

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ReplaceRequest asks for people in place of those who leave a panel.
type ReplaceRequest struct {
	// Seed and Commitment are those of the draw; Number counts its
	// replacements from 1, so that each has lots of its own.
	Seed       string   `json:"seed"`
	Commitment string   `json:"commitment"`
	Number     int      `json:"number"`
	Panel      []string `json:"panel"`       // who sits now, leavers included
	Leaving    []string `json:"leaving"`     // of the panel
	Declined   []string `json:"unavailable"` // not to be asked (again)
	// Reserves, when given, are asked before anyone else where the targets
	// come out the same.
	Reserves []string `json:"reserves,omitempty"`
}

// Replacement is the record of one replacement.
type Replacement struct {
	Number   int      `json:"number"`
	Out      []string `json:"out"`
	In       []string `json:"in"`
	Panel    []string `json:"panel"` // who sits afterwards
	Unfilled int      `json:"unfilled"`
	Effects  []Effect `json:"effects"`
	Digest   string   `json:"digest"` // of the request and the result
}

// Effect says what a replacement did to one target.
type Effect struct {
	Feature string `json:"feature"`
	Value   string `json:"value"`
	Min     int    `json:"min"`
	Max     int    `json:"max"`
	Before  int    `json:"before"`
	After   int    `json:"after"`
	Met     bool   `json:"met"`
}

// ErrNotOnPanel is returned for a leaver who does not sit.
var ErrNotOnPanel = errors.New("someone who leaves is not on the panel")

// Replace chooses who comes in. The choice is the one that misses the targets
// least in total; among equals the one most like those who left; then those
// on the list of reserves; then by lot. The household rule holds. It needs no
// solver and gives the same answer for the same request.
func Replace(problem *Problem, req ReplaceRequest) (*Replacement, error) {
	r, err := newReplacer(problem.canonical(), req)
	if err != nil {
		return nil, err
	}
	in := r.best()
	out := &Replacement{Number: req.Number, Out: slices.Sorted(slices.Values(req.Leaving)), Unfilled: len(req.Leaving) - len(in)}
	for _, i := range in {
		out.In = append(out.In, r.p.People[i].ID)
	}
	out.Panel = append(slices.Clone(r.stay), out.In...)
	slices.Sort(out.Panel)
	out.Effects = r.effects(in)
	out.Digest = hashJSON([]any{req, out.In})
	return out, nil
}

// replacer holds the state of one replacement.
type replacer struct {
	p        *Problem
	req      ReplaceRequest
	stay     []string
	before   []int // per target, on the panel with leavers
	base     []int // per target, without them
	leavers  []int
	pool     []int   // candidates, one representative order
	of       [][]int // targets that each person counts for
	lots     map[int]string
	reserve  map[string]bool
	distance map[int]int
	taken    map[int]bool
}

func newReplacer(p *Problem, req ReplaceRequest) (*replacer, error) {
	r := &replacer{p: p, req: req, of: make([][]int, len(p.People)), before: make([]int, len(p.Targets)),
		base: make([]int, len(p.Targets)), lots: map[int]string{}, reserve: set(req.Reserves), distance: map[int]int{}, taken: map[int]bool{}}
	panel, leaving, no := set(req.Panel), set(req.Leaving), set(req.Declined)
	for id := range leaving {
		if !panel[id] {
			return nil, fmt.Errorf("%w: %s", ErrNotOnPanel, id)
		}
	}
	homes := map[string]bool{}
	for i, person := range p.People {
		for t, target := range p.Targets {
			if person.Values[target.Feature] == target.Value {
				r.of[i] = append(r.of[i], t)
			}
		}
		if panel[person.ID] {
			r.seat(i, leaving[person.ID], homes)
		}
	}
	for i, person := range p.People {
		if !panel[person.ID] && !no[person.ID] && (person.Household == "" || !homes[person.Household]) {
			r.pool = append(r.pool, i)
			r.lots[i] = string(draw(req.Seed, req.Commitment, fmt.Sprintf("replacement %d %s", req.Number, person.ID)))
			r.distance[i] = r.unlike(i)
		}
	}
	slices.SortFunc(r.pool, r.compare)
	return r, nil
}

func set(ids []string) map[string]bool {
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out
}

func (r *replacer) seat(i int, leaves bool, homes map[string]bool) {
	for _, t := range r.of[i] {
		r.before[t]++
		if !leaves {
			r.base[t]++
		}
	}
	if leaves {
		r.leavers = append(r.leavers, i)
		return
	}
	r.stay = append(r.stay, r.p.People[i].ID)
	if home := r.p.People[i].Household; home != "" {
		homes[home] = true
	}
}

// unlike is the number of features in which a candidate differs from the
// leaver most like them.
func (r *replacer) unlike(i int) int {
	best := -1
	for _, l := range r.leavers {
		d := 0
		for name, value := range r.p.People[l].Values {
			if r.p.People[i].Values[name] != value {
				d++
			}
		}
		if best < 0 || d < best {
			best = d
		}
	}
	return best
}

// compare orders candidates before targets are looked at.
func (r *replacer) compare(a, b int) int {
	if d := r.distance[a] - r.distance[b]; d != 0 {
		return d
	}
	ra, rb := r.reserve[r.p.People[a].ID], r.reserve[r.p.People[b].ID]
	if ra != rb {
		if ra {
			return -1
		}
		return 1
	}
	return strings.Compare(r.lots[a], r.lots[b])
}

// keepMet is how much a miss weighs for a target that was met before: a met
// target is given up only where nothing else is possible.
const keepMet = 1000

// miss is how far counts are outside the targets, in people.
func (r *replacer) miss(counts []int) int {
	sum := 0
	for t, target := range r.p.Targets {
		off := max(0, target.Min-counts[t]) + max(0, counts[t]-target.Max)
		if r.before[t] >= target.Min && r.before[t] <= target.Max {
			off *= keepMet
		}
		sum += off
	}
	return sum
}

// best fills the places: one by one the candidate that leaves the least
// missing, then exchanges while an exchange of one or two helps.
func (r *replacer) best() []int {
	counts := slices.Clone(r.base)
	var in []int
	homes := map[string]bool{}
	for range r.leavers {
		if i := r.next(counts, homes); i >= 0 {
			in = append(in, i)
			r.count(counts, i, 1)
			if h := r.p.People[i].Household; h != "" {
				homes[h] = true
			}
		}
	}
	for r.exchange(counts, in) || r.exchangeTwo(counts, in) {
	}
	slices.SortFunc(in, r.compare)
	return in
}

func (r *replacer) count(counts []int, i, by int) {
	for _, t := range r.of[i] {
		counts[t] += by
	}
}

func (r *replacer) next(counts []int, homes map[string]bool) int {
	best, least := -1, 0
	for _, i := range r.pool {
		if h := r.p.People[i].Household; h != "" && homes[h] || r.taken[i] {
			continue
		}
		r.count(counts, i, 1)
		m := r.miss(counts)
		r.count(counts, i, -1)
		if best < 0 || m < least {
			best, least = i, m
		}
	}
	if best >= 0 {
		r.taken[best] = true
	}
	return best
}

// free are candidates not in already, whose household is not either.
func (r *replacer) free(in []int, except ...int) []int {
	used, homes := map[int]bool{}, map[string]bool{}
	for _, i := range in {
		used[i] = true
		if h := r.p.People[i].Household; h != "" && !slices.Contains(except, i) {
			homes[h] = true
		}
	}
	var out []int
	seen := map[string]bool{} // one per type is enough: the best placed
	for _, i := range r.pool {
		h := r.p.People[i].Household
		key := fmt.Sprint(r.of[i], h)
		if !used[i] && (h == "" || !homes[h]) && !seen[key] {
			seen[key] = true
			out = append(out, i)
		}
	}
	return out
}

// exchange swaps one chosen candidate for a better one.
func (r *replacer) exchange(counts []int, in []int) bool {
	now := r.miss(counts)
	for k, i := range in {
		for _, j := range r.free(in, i) {
			r.count(counts, i, -1)
			r.count(counts, j, 1)
			if r.miss(counts) < now {
				in[k] = j
				return true
			}
			r.count(counts, j, -1)
			r.count(counts, i, 1)
		}
	}
	return false
}

// exchangeTwo swaps two chosen candidates at once, where no single swap helps.
func (r *replacer) exchangeTwo(counts []int, in []int) bool {
	now := r.miss(counts)
	if now == 0 || len(in) < 2 || len(in) > 12 {
		return false
	}
	for a := range in {
		for b := a + 1; b < len(in); b++ {
			if r.tryPair(counts, in, a, b, now) {
				return true
			}
		}
	}
	return false
}

func (r *replacer) tryPair(counts []int, in []int, a, b, now int) bool {
	r.count(counts, in[a], -1)
	r.count(counts, in[b], -1)
	free := r.free(in, in[a], in[b])
	free = free[:min(len(free), 300)]
	for x, i := range free {
		r.count(counts, i, 1)
		for _, j := range free[x+1:] {
			h := r.p.People[i].Household
			if h != "" && h == r.p.People[j].Household {
				continue
			}
			r.count(counts, j, 1)
			if r.miss(counts) < now {
				in[a], in[b] = i, j
				return true
			}
			r.count(counts, j, -1)
		}
		r.count(counts, i, -1)
	}
	r.count(counts, in[a], 1)
	r.count(counts, in[b], 1)
	return false
}

func (r *replacer) effects(in []int) []Effect {
	after := slices.Clone(r.base)
	for _, i := range in {
		r.count(after, i, 1)
	}
	out := make([]Effect, len(r.p.Targets))
	for t, target := range r.p.Targets {
		out[t] = Effect{target.Feature, target.Value, target.Min, target.Max, r.before[t], after[t],
			after[t] >= target.Min && after[t] <= target.Max}
	}
	return out
}
