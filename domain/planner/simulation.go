package planner

import (
	"math"
	"math/rand/v2"
	"strings"
)

// simulation plays one input again and again.
type simulation struct {
	in       Input
	features []feature
}

// feature is the values of one feature; of an area feature, the area of each.
type feature struct {
	at     int // of its first value in in.Targets
	shares []float64
	areas  []int // index of the area each value is, for the feature of areas
}

func newSimulation(in Input) *simulation {
	s := &simulation{in: in}
	for i := 0; i < len(in.Targets); {
		f := feature{at: i}
		name := in.Targets[i].Feature
		for ; i < len(in.Targets) && in.Targets[i].Feature == name; i++ {
			f.shares = append(f.shares, in.Targets[i].Share)
		}
		f.areas = s.areasOf(f)
		s.features = append(s.features, f)
	}
	return s
}

// areasOf finds the areas that a feature's values are the names of, all of
// them or none: then its counts follow where people are asked.
func (s *simulation) areasOf(f feature) []int {
	var out []int
	for i := range f.shares {
		found := -1
		for j, a := range s.in.Areas {
			if strings.EqualFold(a.Name, s.in.Targets[f.at+i].Value) {
				found = j
			}
		}
		if found < 0 {
			return nil
		}
		out = append(out, found)
	}
	return out
}

func (s *simulation) left() int {
	n := 0
	for _, a := range s.in.Areas {
		n += a.Left
	}
	return n
}

// spread gives each area its part of n more invitations: by size and weight,
// never more than are left there.
func (s *simulation) spread(n int) []int {
	out := make([]int, len(s.in.Areas))
	for n > 0 {
		total := 0.0
		for i, a := range s.in.Areas {
			if out[i] < a.Left {
				total += s.pull(a)
			}
		}
		if total == 0 {
			return out
		}
		given := 0
		for i, a := range s.in.Areas {
			if out[i] < a.Left {
				part := min(int(math.Ceil(float64(n)*s.pull(a)/total)), a.Left-out[i], n-given)
				out[i] += part
				given += part
			}
		}
		n -= given
	}
	return out
}

func (s *simulation) pull(a Area) float64 {
	size := a.Left
	for _, x := range a.Sent {
		size += x.Count
	}
	return float64(size) * a.Weight
}

// result is what many runs came to.
type result struct {
	chance  Chance
	targets []TargetChance
}

// play plays the recruitment with n more invitations.
func (s *simulation) play(n int) result { return s.runs(n, s.in.Runs) }

// reaches reports whether n more invitations have a chance, by a quarter of
// the runs: halving asks often, and the chance that is stated is played in
// full.
func (s *simulation) reaches(n int, confidence float64) bool {
	return s.runs(n, (s.in.Runs+3)/4).chance.Value >= confidence
}

func (s *simulation) runs(n, runs int) result {
	more := s.spread(n)
	r := result{targets: make([]TargetChance, len(s.in.Targets))}
	met := make([]int, len(s.in.Targets))
	for i, t := range s.in.Targets {
		r.targets[i] = TargetChance{Feature: t.Feature, Value: t.Value, Min: t.Min, Have: t.Have}
	}
	hits := 0
	for run := range runs {
		// One stream a run: the same run sees the same luck whatever n is.
		rng := rand.New(rand.NewPCG(s.in.Seed, uint64(run)))
		usable, ok := s.once(rng, more)
		if ok {
			hits++
		}
		for i, u := range usable {
			r.targets[i].Expected += float64(u) / float64(runs)
			if u >= s.in.Targets[i].Min {
				met[i]++
			}
		}
	}
	for i := range met {
		r.targets[i].Chance = float64(met[i]) / float64(runs)
	}
	hardest(r.targets)
	r.chance = chanceOf(hits, runs)
	return r
}

// once plays one recruitment: who of each value would come, and whether the
// targets can be met.
func (s *simulation) once(rng *rand.Rand, more []int) (usable []int, ok bool) {
	rate := s.in.Reply.draw(rng) / s.in.Reply.Mean
	comes := (1 - s.in.Refusal.draw(rng)) * (1 - s.in.DropOut.draw(rng))
	byArea := make([]int, len(s.in.Areas))
	total := 0
	for i, a := range s.in.Areas {
		byArea[i] = s.replies(rng, a, rate, more[i])
		total += byArea[i]
	}
	pool := s.in.Pool + total
	ok = float64(pool) >= s.in.PerSeat*float64(s.in.Seats)
	usable = make([]int, len(s.in.Targets))
	for _, f := range s.features {
		s.values(rng, f, byArea, total, usable)
	}
	for i := range usable {
		usable[i] = binomial(rng, usable[i], comes)
	}
	return usable, ok && s.fits(usable)
}

// replies is how many more register from an area: late ones of those asked,
// and those of the new invitations.
func (s *simulation) replies(rng *rand.Rand, a Area, rate float64, more int) int {
	p := min(s.in.Reply.Mean*rate*a.Reply, 0.9)
	got, replied := 0, a.Replied
	for _, x := range a.Sent {
		in := In(x.Days)
		part := min(replied, x.Count)
		replied -= part
		got += binomial(rng, x.Count-part, p*(1-in)/(1-p*in))
	}
	return got + binomial(rng, more, p)
}

// values counts a feature's values among those who register and those in the
// pool.
func (s *simulation) values(rng *rand.Rand, f feature, byArea []int, total int, into []int) {
	part := into[f.at : f.at+len(f.shares)]
	for i := range part {
		part[i] = s.in.Targets[f.at+i].Have
	}
	if f.areas == nil {
		among(rng, total, f.shares, part)
		return
	}
	for i, a := range f.areas {
		part[i] += byArea[a]
	}
}

// fits reports whether those who would come meet every minimum and fill every
// seat within the maxima.
func (s *simulation) fits(usable []int) bool {
	for _, f := range s.features {
		seats := 0
		for i := range f.shares {
			t := s.in.Targets[f.at+i]
			if usable[f.at+i] < t.Min {
				return false
			}
			seats += min(usable[f.at+i], max(t.Max, t.Min))
		}
		if seats < s.in.Seats {
			return false
		}
	}
	return true
}

// least is the fewest more invitations that reach a chance, to within one in
// a hundred of them; all that are left, and false, when they do not.
func (s *simulation) least(confidence float64, all int) (int, bool) {
	if s.reaches(0, confidence) {
		return 0, true
	}
	// Grow to a number that is enough before halving: a short play is cheap.
	high := min(all, max(s.in.Seats, 50))
	for !s.reaches(high, confidence) {
		if high == all {
			return all, false
		}
		high = min(all, high*2)
	}
	low := high / 2
	for high-low > max(1, high/100) {
		mid := (low + high) / 2
		if s.reaches(mid, confidence) {
			high = mid
		} else {
			low = mid
		}
	}
	return high, true
}

// waves splits the invitations: first as many as have an even chance.
func (s *simulation) waves(n int) []int {
	if n == 0 {
		return []int{}
	}
	first, ok := s.least(0.5, n)
	if !ok || first == 0 || first >= n {
		return []int{n}
	}
	return []int{first, n - first}
}

func (s *simulation) areas(n int) []AreaPlan {
	more := s.spread(n)
	out := make([]AreaPlan, len(s.in.Areas))
	for i, a := range s.in.Areas {
		p := AreaPlan{Name: a.Name, Replied: a.Replied, Invite: more[i], Left: a.Left}
		rate := min(s.in.Reply.Mean*a.Reply, 0.9)
		for _, x := range a.Sent {
			p.Asked += x.Count
			p.Expected += float64(x.Count) * rate * (1 - In(x.Days))
		}
		out[i] = p
	}
	return out
}
