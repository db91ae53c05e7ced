package people

import (
	"context"
	"sync"
	"time"

	"folkmoot/domain"
)

// Counting reads every entry of an index, so a count that has grown large is
// remembered for a moment: for each manyPeople of it a second, at most
// oldestCount. Counts that decide something (who has confirmed, who is in a
// pool) are small and always fresh.
const (
	manyPeople  = 5000
	oldestCount = time.Minute
	mostCounts  = 10_000
)

// counted remembers large counts. The zero value is ready.
type counted struct {
	mu   sync.Mutex
	kept map[string]countAt
}

type countAt struct {
	n  int64
	at time.Time
}

func (c countAt) freshAt(now time.Time) bool {
	life := min(time.Duration(c.n/manyPeople)*time.Second, oldestCount)
	age := now.Sub(c.at)
	return age >= 0 && age < life
}

// of answers a count that is remembered, or counts anew.
func (c *counted) of(key string, now time.Time, count func() (int64, error)) (int64, error) {
	c.mu.Lock()
	had, ok := c.kept[key]
	c.mu.Unlock()
	if ok && had.freshAt(now) {
		return had.n, nil
	}
	n, err := count()
	if err != nil || n < manyPeople {
		return n, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= mostCounts {
		c.kept = map[string]countAt{}
	}
	c.kept[key] = countAt{n, now}
	return n, nil
}

// Counts answers how many persons were last counted under each status. An
// erased person stays counted where they were. It asks no permission: whoever
// shows the counts suppresses small ones. A count above 5,000 may be a second
// old for each 5,000, at most a minute.
func (s *Service) Counts(ctx context.Context, process string) (map[Status]int64, error) {
	out, now := map[Status]int64{}, s.d.Clock.Now()
	for _, st := range Statuses {
		n, err := s.counted.of(process+" "+string(st), now, func() (int64, error) {
			return s.d.People.Count(ctx, domain.Query{Index: "counted", Equal: []any{process, string(st)}})
		})
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out[st] = n
		}
	}
	return out, nil
}
