package sortition_test

import (
	"math/big"
	"testing"

	"folkmoot/domain/sortition"
)

// Rounding to 1,000 panels may move a chance by less than one panel.
func TestRoundingMovesChancesLittle(t *testing.T) {
	t.Parallel()
	for _, in := range []instance{small200, large2000, scotland, uncovering} {
		t.Run(in.folder, func(t *testing.T) {
			t.Parallel()
			l := prepare(t, in.problem(t), sortition.Options{})
			change, _ := new(big.Rat).SetString(l.Certificate.Summary.LargestChange)
			if change.Cmp(big.NewRat(1, 1000)) >= 0 {
				t.Errorf("someone's chance moved by %s", change.RatString())
			}
		})
	}
}
