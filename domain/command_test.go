package domain_test

import (
	"testing"
	"time"

	"folkmoot/domain"
)

// A member's second text must not overtake what the first one asked for while
// that waits for a store to come back.
func TestAnEffectIsNotDueBeforeOneOfItsKindThatIsTriedAgainSoon(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		kind   string
		failed bool
		again  time.Duration
		want   time.Duration
	}{
		{"the first waits for a store", "command", true, 90 * time.Second, 90 * time.Second},
		{"the first is in trouble of its own and tried again in an hour", "command", true, time.Hour, 0},
		{"the first is a reminder of tomorrow", "command", false, 24 * time.Hour, 0},
		{"the first is of another kind", "notice", true, 90 * time.Second, 0},
	} {
		r := &domain.Root{ID: "d1"}
		r.Emit(domain.Command{Key: "first"}, c.kind, "a", now.Add(c.again), nil)
		if c.failed {
			r.Settle(nil, map[string]time.Time{r.Effects[0].ID: now.Add(c.again)})
		}
		r.Emit(domain.Command{Key: "second"}, "command", "b", now, nil)
		if got := r.Effects[1].Due.Sub(now); got != c.want {
			t.Errorf("%s: the second is due in %s, want %s", c.name, got, c.want)
		}
	}
}
