package planner

import "math"

// Reserves answers how many reserves are enough, with the wished confidence,
// to fill every seat that falls empty, and the chance that they are. Each
// reserve who is called comes with the chance comes. It is exact; a
// confidence that not even two reserves a seat reach gives those.
func Reserves(seats int, dropOut Rate, comes, confidence float64) (n int, chance float64) {
	gone := betaBinomial(seats, dropOut)
	for n = 0; n <= 2*seats; n++ {
		if chance = enough(gone, n, comes); chance >= confidence {
			return n, chance
		}
	}
	return 2 * seats, chance
}

// ReserveChance is the chance that a given number of reserves is enough.
func ReserveChance(seats, reserves int, dropOut Rate, comes float64) float64 {
	return enough(betaBinomial(seats, dropOut), reserves, comes)
}

// enough is the chance that of m reserves at least as many come as seats
// fall empty.
func enough(gone []float64, m int, comes float64) float64 {
	come := binomialMass(m, comes)
	total, atLeast := 0.0, 1.0 // that at least d come
	for d, p := range gone {
		if d > m {
			break
		}
		total += p * atLeast
		atLeast -= come[d]
	}
	return min(total, 1)
}

func binomialMass(n int, p float64) []float64 {
	out := make([]float64, n+1)
	if p <= 0 || p >= 1 {
		out[int(p)*n] = 1
		return out
	}
	for k := range out {
		out[k] = math.Exp(choose(n, k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
	}
	return out
}

// betaBinomial is the distribution of how many of n do something whose rate
// is itself uncertain.
func betaBinomial(n int, r Rate) []float64 {
	a, b := r.Mean*r.Weight, (1-r.Mean)*r.Weight
	out := make([]float64, n+1)
	for k := range out {
		out[k] = math.Exp(choose(n, k) + rising(a, k) + rising(b, n-k) - rising(a+b, n))
	}
	return out
}

// rising is the logarithm of x(x+1)...(x+k-1), summed: differences of the
// gamma function lose too much for large x.
func rising(x float64, k int) float64 {
	sum := 0.0
	for i := range k {
		sum += math.Log(x + float64(i))
	}
	return sum
}

func choose(n, k int) float64 { return lgamma(n+1) - lgamma(k+1) - lgamma(n-k+1) }

func lgamma(n int) float64 { v, _ := math.Lgamma(float64(n)); return v }
