package planner_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"folkmoot/domain/planner"
)

// sure is a rate without uncertainty.
func sure(mean float64) planner.Rate { return planner.Rate{Mean: mean, Weight: 1e9} }

// town is a jury of 18 in three areas.
func town() planner.Input {
	return planner.Input{
		Seats: 18,
		Targets: []planner.Target{
			{Feature: "Area", Value: "North", Min: 5, Max: 7}, {Feature: "Area", Value: "South", Min: 5, Max: 7}, {Feature: "Area", Value: "West", Min: 5, Max: 7},
			{Feature: "Age", Value: "16-34", Min: 5, Max: 6, Share: 0.12}, {Feature: "Age", Value: "35-64", Min: 8, Max: 9, Share: 0.5},
			{Feature: "Age", Value: "65+", Min: 4, Max: 5, Share: 0.35},
		},
		Areas: []planner.Area{{Name: "North", Left: 9000}, {Name: "South", Left: 6000}, {Name: "West", Left: 5000}},
		Reply: planner.Learn(nil, planner.PublishedReplies), Refusal: planner.Learn(nil, planner.PublishedRefusals),
		DropOut: planner.Learn(nil, planner.PublishedDropOuts),
	}
}

// TestAgainstTheExactChance: with one target and certain rates the number who
// would come is binomial, and the chance is known.
func TestAgainstTheExactChance(t *testing.T) {
	t.Parallel()
	const n, reply, comes, least = 600, 0.04, 0.9, 18
	in := planner.Input{
		Seats: least, Targets: []planner.Target{{Feature: "all", Value: "all", Min: least, Max: least, Share: 1}},
		Areas: []planner.Area{{Name: "a", Sent: []planner.Sent{{Count: n, Days: 0}}}}, PerSeat: 0.01,
		Reply: sure(reply), Refusal: sure(1 - comes), DropOut: sure(0), Runs: 20000,
	}
	exact := 0.0
	for k := least; k <= n; k++ {
		exact += binomial(n, k, reply*comes)
	}
	got := planner.Make(in).Now
	if math.Abs(got.Value-exact) > 2*got.Margin {
		t.Errorf("played chance %.4f, exactly %.4f: further off than twice the margin of %.4f", got.Value, exact, got.Margin)
	}
	if got.Margin <= 0 || got.Margin > 0.01 {
		t.Errorf("20,000 runs have a margin of %.4f", got.Margin)
	}
}

func binomial(n, k int, p float64) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return math.Exp(a - b - c + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

func TestPlanReachesItsChance(t *testing.T) {
	t.Parallel()
	p := planner.Make(town())
	if !p.Enough || p.With.Value < 0.95 || p.Now.Value > 0 {
		t.Fatalf("plan %+v does not reach 95 in 100", p)
	}
	sum := 0
	for _, a := range p.Areas {
		sum += a.Invite
	}
	waves := 0
	for _, w := range p.Waves {
		waves += w
	}
	if sum != p.Invite || waves != p.Invite || len(p.Waves) != 2 || p.Waves[0] >= p.Waves[1] {
		t.Errorf("areas give %d and waves %v of %d; an even chance needs far fewer than 95 in 100 when rates are this uncertain", sum, p.Waves, p.Invite)
	}
	if p.Targets[0].Value != "16-34" {
		t.Errorf("the hardest target is %s, not the young", p.Targets[0].Value)
	}
	again := planner.Make(town())
	if d := cmp.Diff(p, again); d != "" {
		t.Errorf("the same input gives another plan: %s", d)
	}
}

// TestKnowingMoreAsksFewer: a rate known from many processes needs fewer
// invitations for the same chance than one with the published spread.
func TestKnowingMoreAsksFewer(t *testing.T) {
	t.Parallel()
	vague, known := town(), town()
	known.Reply.Weight = 400
	if v, k := planner.Make(vague).Invite, planner.Make(known).Invite; k >= v {
		t.Errorf("%d invitations with a known rate, %d with a vague one of the same mean", k, v)
	}
}

// TestRepliesMoveTheForecast: good replies make the rest unnecessary, bad ones
// call for more.
func TestRepliesMoveTheForecast(t *testing.T) {
	t.Parallel()
	replied := func(each int) planner.Plan {
		in := town()
		for i := range in.Areas {
			in.Areas[i].Left -= 1000
			in.Areas[i].Sent, in.Areas[i].Replied = []planner.Sent{{Count: 1000, Days: 10}}, each
		}
		in.Pool = 3 * each
		for i := range in.Targets {
			in.Targets[i].Have = int(float64(3*each) * in.Targets[i].Share)
			if in.Targets[i].Feature == "Area" {
				in.Targets[i].Have = each
			}
		}
		return planner.Make(in)
	}
	well, badly := replied(90), replied(8)
	if well.Invite != 0 || well.Now.Value < 0.95 {
		t.Errorf("with 270 replies: chance %.3f, invite %d more", well.Now.Value, well.Invite)
	}
	if badly.Now.Value > 0.05 || badly.Invite < 3000 {
		t.Errorf("with 24 replies: chance %.3f, invite %d more", badly.Now.Value, badly.Invite)
	}
	if badly.Reply.Mean >= well.Reply.Mean || well.Reply.Seen.Did != 270 {
		t.Errorf("rates %v and %v", badly.Reply, well.Reply)
	}
}

// TestWholeListIsNotEnough says so instead of promising.
func TestWholeListIsNotEnough(t *testing.T) {
	t.Parallel()
	in := town()
	for i := range in.Areas {
		in.Areas[i].Left = 40
	}
	p := planner.Make(in)
	if p.Enough || p.Invite != 120 || p.With.Value > 0.2 {
		t.Errorf("120 people on the list: %+v", p)
	}
}

func TestLearn(t *testing.T) {
	t.Parallel()
	published := planner.Learn(nil, planner.PublishedReplies)
	if published.Own || math.Abs(published.Mean-0.0367) > 0.001 || published.Weight < 30 || published.Weight > 80 {
		t.Errorf("published replies give %+v", published)
	}
	one := planner.Learn([]planner.Observed{{Source: "spring jury", Of: 4000, Did: 320}}, planner.PublishedReplies)
	if !one.Own || math.Abs(one.Mean-0.08) > 0.001 || one.Weight > 400 {
		t.Errorf("one own process gives %+v", one)
	}
	alike := planner.Learn([]planner.Observed{{Of: 4000, Did: 320}, {Of: 4000, Did: 318}}, planner.PublishedReplies)
	if alike.Weight <= one.Weight {
		t.Errorf("two alike weigh %.0f, one alone %.0f", alike.Weight, one.Weight)
	}
}

// TestReserves compares with a slow count over all outcomes.
func TestReserves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seats := rapid.IntRange(1, 30).Draw(rt, "seats")
		comes := rapid.Float64Range(0.05, 0.95).Draw(rt, "comes")
		drop := rapid.Float64Range(0.01, 0.5).Draw(rt, "drop")
		reserves := rapid.IntRange(0, 12).Draw(rt, "reserves")
		want := 0.0
		for gone := 0; gone <= seats; gone++ {
			for come := gone; come <= reserves; come++ {
				want += binomial(seats, gone, drop) * binomial(reserves, come, comes)
			}
		}
		got := planner.ReserveChance(seats, reserves, sure(drop), comes)
		if math.Abs(got-want) > 1e-3 {
			rt.Fatalf("%d seats, %d reserves: %.6f, counted %.6f", seats, reserves, got, want)
		}
		n, chance := planner.Reserves(seats, sure(drop), comes, 0.95)
		if chance >= 0.95 && n > 0 && planner.ReserveChance(seats, n-1, sure(drop), comes) >= 0.95 {
			rt.Fatalf("%d reserves are said to be needed, %d are enough", n, n-1)
		}
	})
}
