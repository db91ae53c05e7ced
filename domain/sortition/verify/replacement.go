package verify

import (
	"errors"
	"fmt"
	"slices"

	"folkmoot/domain/sortition"
)

// Replacement checks the record of a replacement against the pool and the
// request: who came in was free to, the household rule holds, the effects are
// counted right, and no other single person in place of one who came in would
// have missed the targets less. Targets that were met before weigh most.
func Replacement(p *sortition.Problem, req sortition.ReplaceRequest, rec *sortition.Replacement) *Report {
	r := &Report{OK: true}
	s := newSeating(p, req, rec)
	r.note("request", "The record is that of this request.", s.checkRequest())
	r.note("eligible", "Those who came in were in the pool, free and willing, and live with nobody who sits.", s.checkEligible())
	r.note("effects", "What the replacement did to each target is counted right.", s.checkEffects())
	r.note("choice", "Nobody else in place of one who came in would have missed the targets less.", s.checkChoice())
	return r
}

// seating is a replacement with the pool at hand.
type seating struct {
	p    *sortition.Problem
	req  sortition.ReplaceRequest
	rec  *sortition.Replacement
	who  map[string]sortition.Person
	stay []string
}

func newSeating(p *sortition.Problem, req sortition.ReplaceRequest, rec *sortition.Replacement) *seating {
	s := &seating{p: p, req: req, rec: rec, who: map[string]sortition.Person{}}
	for _, person := range p.People {
		s.who[person.ID] = person
	}
	for _, id := range req.Panel {
		if !slices.Contains(req.Leaving, id) {
			s.stay = append(s.stay, id)
		}
	}
	return s
}

func (s *seating) checkRequest() error {
	seated := append(slices.Clone(s.stay), s.rec.In...)
	slices.Sort(seated)
	switch {
	case s.rec.Number != s.req.Number || digest([]any{s.req, s.rec.In}) != s.rec.Digest:
		return errors.New("the record's digest is not that of the request and its result")
	case !slices.Equal(slices.Sorted(slices.Values(s.req.Leaving)), s.rec.Out):
		return errors.New("those who left are not those of the request")
	case !slices.Equal(seated, s.rec.Panel):
		return errors.New("those who sit afterwards are not those who stayed and came in")
	case s.rec.Unfilled != len(s.req.Leaving)-len(s.rec.In):
		return errors.New("the number of empty seats is wrong")
	}
	return nil
}

// barred says why somebody cannot come in beside the given panel, "" if they
// can.
func (s *seating) barred(id string, panel []string) string {
	person, known := s.who[id]
	switch {
	case !known:
		return "not in the pool"
	case slices.Contains(s.req.Panel, id):
		return "on the panel already"
	case slices.Contains(s.req.Declined, id):
		return "not available"
	}
	for _, other := range panel {
		if other != id && person.Household != "" && s.who[other].Household == person.Household {
			return "of the household of " + other
		}
	}
	return ""
}

func (s *seating) checkEligible() error {
	seen := map[string]bool{}
	for _, id := range s.rec.In {
		if why := s.barred(id, s.rec.Panel); why != "" || seen[id] {
			return fmt.Errorf("%s came in and should not have: %s", id, why)
		}
		seen[id] = true
	}
	return nil
}

// counts counts a panel per target.
func (s *seating) counts(panel []string) []int {
	out := make([]int, len(s.p.Targets))
	for _, id := range panel {
		for t, target := range s.p.Targets {
			if s.who[id].Values[target.Feature] == target.Value {
				out[t]++
			}
		}
	}
	return out
}

func (s *seating) checkEffects() error {
	before, after := s.counts(s.req.Panel), s.counts(s.rec.Panel)
	said := map[[2]string]sortition.Effect{}
	for _, e := range s.rec.Effects {
		said[[2]string{e.Feature, e.Value}] = e
	}
	if len(said) != len(s.p.Targets) {
		return errors.New("the effects do not list every target once")
	}
	for t, target := range s.p.Targets {
		want := sortition.Effect{Feature: target.Feature, Value: target.Value, Min: target.Min, Max: target.Max,
			Before: before[t], After: after[t], Met: after[t] >= target.Min && after[t] <= target.Max}
		if said[[2]string{target.Feature, target.Value}] != want {
			return fmt.Errorf("the effect on %s: %s is not what was counted", target.Feature, target.Value)
		}
	}
	return nil
}

// miss is how many people the targets are missed by; a target that was met
// before counts a thousandfold.
func (s *seating) miss(before, after []int) int {
	sum := 0
	for t, target := range s.p.Targets {
		off := max(0, target.Min-after[t], after[t]-target.Max)
		if before[t] >= target.Min && before[t] <= target.Max {
			off *= 1000
		}
		sum += off
	}
	return sum
}

func (s *seating) checkChoice() error {
	before := s.counts(s.req.Panel)
	now := s.miss(before, s.counts(s.rec.Panel))
	for i, in := range s.rec.In {
		rest := slices.DeleteFunc(slices.Clone(s.rec.Panel), func(id string) bool { return id == in })
		for _, person := range s.p.People {
			id := person.ID
			if slices.Contains(rest, id) || s.barred(id, rest) != "" {
				continue
			}
			if m := s.miss(before, s.counts(append(slices.Clone(rest), id))); m < now {
				return fmt.Errorf("%s in place of %s (number %d) would have missed the targets less", id, in, i+1)
			}
		}
	}
	return nil
}
