package sortition

import (
	"math"
	"math/big"
)

const (
	zeroDual       = 1e-11 // float duals below this propose zero
	fractionError  = 2e-15 // relative error at which a fraction is accepted
	maxDenominator = 1e8
)

// fraction proposes the simplest rational near x by continued fractions. It
// is only a proposal: callers check what they build from it exactly.
func fraction(x float64) *big.Rat {
	if math.Abs(x) < zeroDual || math.IsNaN(x) || math.IsInf(x, 0) {
		return new(big.Rat)
	}
	p0, q0, p1, q1 := 0.0, 1.0, 1.0, 0.0
	rest := math.Abs(x)
	for range 64 {
		whole := math.Floor(rest)
		p, q := whole*p1+p0, whole*q1+q0
		if q > maxDenominator || p > 1e15 {
			break
		}
		p0, q0, p1, q1 = p1, q1, p, q
		if math.Abs(p/q-math.Abs(x)) <= fractionError*math.Abs(x) {
			break
		}
		rest = 1 / (rest - whole)
	}
	if q1 == 0 {
		return new(big.Rat).SetFloat64(x)
	}
	num := int64(p1)
	if x < 0 {
		num = -num
	}
	return big.NewRat(num, int64(q1))
}

// integers scales rationals to whole numbers by the least common multiple of
// their denominators, which it returns.
func integers(values []*big.Rat) ([]*big.Int, *big.Int) {
	scale := big.NewInt(1)
	for _, v := range values {
		scale = lcm(scale, v.Denom())
	}
	out := make([]*big.Int, len(values))
	for i, v := range values {
		out[i] = new(big.Int).Mul(v.Num(), new(big.Int).Quo(scale, v.Denom()))
	}
	return out, scale
}

func lcm(a, b *big.Int) *big.Int {
	if b.IsInt64() && b.Int64() == 1 {
		return a
	}
	g := new(big.Int).GCD(nil, nil, a, b)
	return new(big.Int).Mul(a, g.Quo(b, g))
}

func rat(n int) *big.Rat { return new(big.Rat).SetInt64(int64(n)) }

// solveSquare solves a·x = b exactly by elimination and returns nil when a is
// singular. It overwrites its arguments.
func solveSquare(a [][]*big.Rat, b []*big.Rat) []*big.Rat {
	n := len(b)
	for c := range n {
		p := c
		for p < n && a[p][c].Sign() == 0 {
			p++
		}
		if p == n {
			return nil
		}
		a[c], a[p], b[c], b[p] = a[p], a[c], b[p], b[c]
		for r := range n {
			if r == c || a[r][c].Sign() == 0 {
				continue
			}
			eliminate(a[r], a[c], c, b[r], b[c])
		}
	}
	for c := range n {
		b[c].Quo(b[c], a[c][c])
	}
	return b
}

// eliminate subtracts the multiple of row p that clears entry c of row r.
func eliminate(r, p []*big.Rat, c int, br, bp *big.Rat) {
	f, t := new(big.Rat).Quo(r[c], p[c]), new(big.Rat)
	for j := c; j < len(r); j++ {
		if p[j].Sign() != 0 {
			r[j] = new(big.Rat).Sub(r[j], t.Mul(f, p[j]))
		}
	}
	br.Sub(br, t.Mul(f, bp))
}
