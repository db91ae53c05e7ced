package people

import (
	"testing"
	"time"
)

// A large count is remembered for a while that grows with it; a small one is
// always counted.
func TestLargeCountsAreRemembered(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		n     int64
		later time.Duration
		anew  bool
	}{
		{0, 0, true}, {manyPeople - 1, 0, true},
		{manyPeople, 999 * time.Millisecond, false}, {manyPeople, time.Second, true},
		{100_000, 19 * time.Second, false}, {100_000, 20 * time.Second, true},
		{10_000_000, 59 * time.Second, false}, {10_000_000, time.Minute, true},
		{100_000, -time.Second, true}, // a clock that went back
	} {
		var c counted
		calls := 0
		count := func() (int64, error) { calls++; return row.n, nil }
		for _, at := range []time.Time{start, start.Add(row.later)} {
			if n, err := c.of("k", at, count); n != row.n || err != nil {
				t.Errorf("%d: got %d, %v", row.n, n, err)
			}
		}
		if anew := calls == 2; anew != row.anew {
			t.Errorf("a count of %d, %s later: counted anew %v", row.n, row.later, anew)
		}
	}
}
