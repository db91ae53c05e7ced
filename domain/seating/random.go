package seating

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"strconv"
)

// random is the generator splitmix64, the same on every machine.
type random uint64

func newRandom(seed string, start int) *random {
	h := sha256.Sum256([]byte("folkmoot seating 1\n" + strconv.Itoa(start) + "\n" + seed))
	r := random(binary.BigEndian.Uint64(h[:8]))
	return &r
}

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// intn is a number below n by multiplication; its bias, under n in 2^64, does
// not matter to a search.
func (r *random) intn(n int) int {
	hi, _ := bits.Mul64(r.next(), uint64(n))
	return int(hi)
}

// chill holds -ln((i+1/2)/1024) in units of 1/1024. Annealing takes a change
// for the worse when it is at most the temperature times one of these, drawn
// evenly: the usual rule exp(-change/temperature), in whole numbers.
var chill = chillTable()

func chillTable() (out [1024]int64) {
	const ln2 = 45426 // ln 2 in units of 1/65536
	for i := range out {
		out[i] = (negLog2(uint64(2*i+1), 2048) * ln2 >> 32) * 1024 >> 16
	}
	return out
}

// negLog2 is -log2(a/b) in units of 2^-32, for a <= b: by squaring, a bit at a
// time.
func negLog2(a, b uint64) int64 {
	whole := int64(0)
	for a < b { // a/b into [1, 2)
		a *= 2
		whole++
	}
	x := a << 31 / b // 31 bits after the point
	var part int64
	for bit := int64(1) << 31; bit > 0; bit >>= 1 {
		if x = x * x >> 31; x >= 1<<32 {
			x >>= 1
			part |= bit
		}
	}
	return whole<<32 - part
}
