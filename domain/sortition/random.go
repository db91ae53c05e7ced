package sortition

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
)

// Random numbers steer the search for panels and the order of people who are
// alike. They come from a generator keyed by a text, never from the system, so
// that a run can be repeated. Float arithmetic in the search is written so
// that no compiler fuses it and no library function differs by machine.

// random is a keyed stream: counter-mode SHA-256 seeding ChaCha8.
type random struct{ src *rand.ChaCha8 }

func newRandom(key string) *random {
	return &random{rand.NewChaCha8(sha256.Sum256([]byte(key)))}
}

// intn is uniform in [0, n), by rejection.
func (r *random) intn(n int) int {
	if n <= 1 {
		return 0
	}
	limit := math.MaxUint64 - math.MaxUint64%uint64(n)
	for {
		if v := r.src.Uint64(); v < limit {
			return int(v % uint64(n))
		}
	}
}

// big is uniform in [0, n), by rejection.
func (r *random) big(n *big.Int) *big.Int {
	bytes := make([]byte, (n.BitLen()+7)/8)
	extra := uint(8*len(bytes) - n.BitLen())
	for {
		for i := range bytes {
			bytes[i] = byte(r.src.Uint64())
		}
		if v := new(big.Int).SetBytes(bytes); v.Rsh(v, extra).Cmp(n) < 0 {
			return v
		}
	}
}

// float is uniform in [0, 1).
func (r *random) float() float64 { return float64(r.src.Uint64()>>11) / (1 << 53) }

func (r *random) shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, r.intn(i+1))
	}
}

// exp is e to the x, the same on every machine, good to about 1e-7.
func exp(x float64) float64 {
	x = math.Max(-40, math.Min(40, x)) / 256
	y := 1 + float64(x*(1+float64(x*(0.5+float64(x/6)))))
	for range 8 {
		y = float64(y * y)
	}
	return y
}

// key64 is the first 64 bits of a hash, for orders that anyone can recompute.
func key64(text string) uint64 {
	h := sha256.Sum256([]byte(text))
	return binary.BigEndian.Uint64(h[:8])
}
