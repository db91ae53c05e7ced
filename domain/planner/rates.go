package planner

import "math"

// Observed is what one process saw: how many there were and how many of them
// did it. Source says where the figures are from, for people to check.
type Observed struct {
	Source string `json:"source"`
	Of     int    `json:"of"`
	Did    int    `json:"did"`
}

// Published are figures anybody can look up, used until a body has its own.
// Those of replies are of letters to addresses drawn at random.
var (
	PublishedReplies = []Observed{
		{"Herefordshire Citizens' Climate Assembly 2022: addresses asked, people signed up (Sortition Foundation, recruitment report)", 14400, 520},
		{"Cumbria Climate Assembly 2025: addresses asked, responses (Sortition Foundation, recruitment report)", 8000, 92},
		{"Kendal Climate Change Citizens' Jury 2020: households asked, people applied (kendalclimatejury.org)", 4000, 250},
	}
	PublishedRefusals = []Observed{
		{"Citizens' Jury on assisted dying, England 2024: drawn, did not commit (Nuffield Council on Bioethics)", 34, 4},
		{"OpenDLP's guide: about one in ten is lost at the confirmation calls", 100, 10},
	}
	PublishedDropOuts = []Observed{
		{"Citizens' Jury on assisted dying, England 2024: committed, not there for the last vote (Nuffield Council on Bioethics)", 30, 2},
		{"Forest of Dean Citizens' Jury, Gloucestershire 2021: seated, withdrew around the start", 18, 3},
		{"Citizens' Assembly for Northern Ireland 2018: confirmed, not there to the end (sources differ)", 80, 5},
	}
)

// Rate is a share of people who do something, with how sure we are: a Beta
// distribution of this mean that is as narrow as if it had been seen in Weight
// people.
type Rate struct {
	Mean   float64    `json:"mean"`
	Weight float64    `json:"weight"`
	From   []Observed `json:"from"`
	Own    bool       `json:"own"`            // of the body's own past, not published
	Seen   *Observed  `json:"seen,omitempty"` // of this process, taken into account
}

// Bounds of a rate's weight: below, a single odd process would decide; above,
// we would be surer than any two recruitments were alike.
const (
	leastWeight = 12
	mostWeight  = 400
)

// Learn makes a rate of what some processes saw: the mean of their rates and
// the spread among them. One process alone lends its mean; how far the next
// may lie from it is taken from the published ones.
func Learn(seen, published []Observed) Rate {
	own := len(seen) > 0
	if !own {
		seen = published
	}
	mean, variance := moments(seen)
	if len(seen) == 1 {
		m, v := moments(published)
		variance = v * mean / m
	}
	r := Rate{Mean: mean, From: seen, Own: own, Weight: mostWeight}
	if variance > 0 {
		r.Weight = min(max(mean*(1-mean)/variance-1, leastWeight), mostWeight)
	}
	return r
}

func moments(seen []Observed) (mean, variance float64) {
	for _, o := range seen {
		mean += share(o) / float64(len(seen))
	}
	if len(seen) < 2 {
		return mean, 0
	}
	for _, o := range seen {
		d := share(o) - mean
		variance += d * d / float64(len(seen)-1)
	}
	return mean, variance
}

// share of those who did, never quite none or all: nothing is certain because
// it happened once.
func share(o Observed) float64 { return (float64(o.Did) + 0.5) / (float64(o.Of) + 1) }

// after is the rate once did of a number of people did it. The number may be
// a part of a person: those who can have answered by now.
func (r Rate) after(of, did float64) Rate {
	w := r.Weight + max(of, did)
	r.Mean = (r.Mean*r.Weight + did) / w
	r.Weight = w
	return r
}

// halfIn is how long it takes until half of all replies are in. It is our own
// assumption, stated with the plan: nobody has published the curve for texts.
const halfIn = 3.0

// In is the share of all replies that have come some days after the
// invitation went out.
func In(days float64) float64 {
	if days <= 0 {
		return 0
	}
	return 1 - math.Exp2(-days/halfIn)
}
