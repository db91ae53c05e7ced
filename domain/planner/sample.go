package planner

import (
	"math"
	"math/rand/v2"
)

// chunk bounds one inversion of the binomial: (1-p)^chunk must not underflow.
const chunk = 500

// binomial is how many of n do something each does with probability p, by
// inversion.
func binomial(r *rand.Rand, n int, p float64) int {
	switch {
	case n <= 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	case p > 0.5:
		return n - binomial(r, n, 1-p)
	}
	got := 0
	for ; n > chunk; n -= chunk {
		got += invert(r, chunk, p)
	}
	return got + invert(r, n, p)
}

func invert(r *rand.Rand, n int, p float64) int {
	odds := p / (1 - p)
	mass := math.Exp(float64(n) * math.Log1p(-p))
	u := r.Float64()
	k := 0
	for ; u > mass && k < n; k++ {
		u -= mass
		mass *= odds * float64(n-k) / float64(k+1)
	}
	return k
}

// rate draws a rate.
func (x Rate) draw(r *rand.Rand) float64 {
	a, b := gamma(r, x.Mean*x.Weight), gamma(r, (1-x.Mean)*x.Weight)
	if a+b == 0 {
		return x.Mean
	}
	return a / (a + b)
}

// gamma draws from the gamma distribution of a shape and scale 1 (Marsaglia
// and Tsang 2000); a shape below 1 by the usual boost.
func gamma(r *rand.Rand, shape float64) float64 {
	if shape <= 0 {
		return 0
	}
	if shape < 1 {
		return gamma(r, shape+1) * math.Pow(1-r.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		z := r.NormFloat64()
		v := 1 + c*z
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-r.Float64()) < z*z/2+d*(1-v+math.Log(v)) {
			return d * v
		}
	}
}

// among spreads n people over values by their shares; what the shares leave
// open has no value that counts.
func among(r *rand.Rand, n int, shares []float64, add []int) {
	left := 1.0
	for i, s := range shares {
		if left <= 0 || n == 0 {
			return
		}
		got := binomial(r, n, min(1, s/left))
		add[i] += got
		n -= got
		left -= s
	}
}
