package planner

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Target is a value that some of the members share. Share is the part of
// those who register that is expected to have it.
type Target struct {
	Feature string  `json:"feature"`
	Value   string  `json:"value"`
	Min     int     `json:"min"`
	Max     int     `json:"max"`
	Share   float64 `json:"share"`
	Have    int     `json:"have"` // in the pool already
}

// Area is a part of the list that people are invited from.
type Area struct {
	Name string `json:"name"`
	Left int    `json:"left"` // on the list, not asked yet
	// Weight is how many are drawn from it compared with its size; 1 is its
	// share.
	Weight float64 `json:"weight"`
	// Reply is how ready people there are compared with everybody; 1 is alike.
	Reply   float64 `json:"reply"`
	Sent    []Sent  `json:"sent,omitempty"`
	Replied int     `json:"replied"` // registered, of those asked
}

// Sent is how many were asked how long ago.
type Sent struct {
	Count int     `json:"count"`
	Days  float64 `json:"days"`
}

// Input is what a plan is made from.
type Input struct {
	Seats      int
	Targets    []Target
	Areas      []Area
	Pool       int  // people in the pool already
	Reply      Rate // those who are asked and register
	Refusal    Rate // those who are drawn and do not confirm
	DropOut    Rate // those who confirm and do not come to the end
	Confidence float64
	PerSeat    float64 // least people in the pool for each seat
	Runs       int
	Seed       uint64
}

// Defaults of an input.
const (
	UsualConfidence = 0.95
	UsualPerSeat    = 3.0 // our own margin: combinations of targets must be possible too, and a lottery needs somebody not to pick
	UsualRuns       = 4000
	UsualSeed       = 1
)

// Chance is an estimated probability and half the width of its 95 % interval.
type Chance struct {
	Value  float64 `json:"value"`
	Margin float64 `json:"margin"`
}

func chanceOf(hits, runs int) Chance {
	p, n := float64(hits)/float64(runs), float64(runs)
	const z = 1.96
	return Chance{Value: p, Margin: z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))}
}

// TargetChance is the chance of one value by itself.
type TargetChance struct {
	Feature  string  `json:"feature"`
	Value    string  `json:"value"`
	Min      int     `json:"min"`
	Have     int     `json:"have"`
	Expected float64 `json:"expected"` // who would come if asked, on average
	Chance   float64 `json:"chance"`
}

// AreaPlan is how many to ask in one area.
type AreaPlan struct {
	Name     string  `json:"name"`
	Asked    int     `json:"asked"` // so far
	Replied  int     `json:"replied"`
	Expected float64 `json:"expected"` // more replies from those asked
	Invite   int     `json:"invite"`   // more
	Left     int     `json:"left"`
}

// Plan is the answer.
type Plan struct {
	// Now is the chance if nobody more is asked.
	Now Chance `json:"now"`
	// Invite is how many more to ask in all, and With the chance then. When
	// the whole list is not enough, Invite is all of it and Enough false.
	Invite int    `json:"invite"`
	With   Chance `json:"with"`
	Enough bool   `json:"enough"`
	// Waves splits Invite: the first by itself has an even chance to be
	// enough; what follows is asked only when the replies call for it.
	Waves    []int          `json:"waves"`
	Areas    []AreaPlan     `json:"areas"`
	Targets  []TargetChance `json:"targets"` // hardest first
	Reply    Rate           `json:"reply"`   // with what was seen so far
	Comes    float64        `json:"comes"`   // of those asked to serve, to the end
	Reserves int            `json:"reserves"`
	// ReserveChance is exact.
	ReserveChance float64 `json:"reserve_chance"`
	Method        string  `json:"method"`
}

// Make makes the plan. The input must have at least one seat; shares of a
// feature may not sum to more than 1.
func Make(in Input) Plan {
	in.defaults()
	in.Reply = in.seen()
	sim := newSimulation(in)
	all := sim.left()
	p := Plan{Reply: in.Reply, Comes: in.comes(), Method: in.method()}
	p.Now = sim.play(0).chance
	p.Invite, p.Enough = sim.least(in.Confidence, all)
	last := sim.play(p.Invite)
	for p.Enough && last.chance.Value < in.Confidence && p.Invite < all { // halving asked a quarter of the runs
		p.Invite = min(all, p.Invite+p.Invite/50+1)
		last = sim.play(p.Invite)
	}
	p.With, p.Targets = last.chance, last.targets
	p.Waves = sim.waves(p.Invite)
	p.Areas = sim.areas(p.Invite)
	p.Reserves, p.ReserveChance = Reserves(in.Seats, in.DropOut, in.comes(), in.Confidence)
	return p
}

func (in *Input) defaults() {
	if in.Confidence <= 0 || in.Confidence >= 1 {
		in.Confidence = UsualConfidence
	}
	if in.PerSeat <= 0 {
		in.PerSeat = UsualPerSeat
	}
	if in.Runs <= 0 {
		in.Runs = UsualRuns
	}
	if in.Seed == 0 {
		in.Seed = UsualSeed
	}
	in.Areas = slices.Clone(in.Areas)
	for i := range in.Areas {
		a := &in.Areas[i]
		if a.Weight <= 0 {
			a.Weight = 1
		}
		if a.Reply <= 0 {
			a.Reply = 1
		}
	}
}

// seen is the reply rate after what this process saw so far.
func (in Input) seen() Rate {
	asked, replied := 0.0, 0
	count := 0
	for _, a := range in.Areas {
		replied += a.Replied
		for _, s := range a.Sent {
			asked += float64(s.Count) * In(s.Days) * a.Reply
			count += s.Count
		}
	}
	if count == 0 {
		return in.Reply
	}
	r := in.Reply.after(asked, float64(replied))
	r.Seen = &Observed{Source: "this process so far", Of: count, Did: replied}
	return r
}

// comes is the chance that somebody who is asked to serve confirms and comes
// to the end.
func (in Input) comes() float64 { return (1 - in.Refusal.Mean) * (1 - in.DropOut.Mean) }

func (in Input) method() string {
	return fmt.Sprintf("%d played recruitments with seed %d; rates drawn from their own uncertainty; values independent between features; "+
		"each value reaches its minimum, each feature fills %d seats, and the pool has %g people a seat; reserves exact",
		in.Runs, in.Seed, in.Seats, in.PerSeat)
}

// hardest sorts targets by their chance.
func hardest(ts []TargetChance) {
	sort.SliceStable(ts, func(i, j int) bool { return ts[i].Chance < ts[j].Chance })
}
