package httpx

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"folkmoot/domain"
)

// Limiter holds a token bucket per key, an actor's id or an address, in this
// process. It is safe for concurrent use and remembers at most maxBuckets
// keys; over that the ones that are full again are forgotten, which changes
// nothing for them.
type Limiter struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

const maxBuckets = 50_000

// NewLimiter allows perSecond requests per key on average and burst at once.
// perSecond 0 allows everything.
func NewLimiter(perSecond float64, burst int, now func() time.Time) *Limiter {
	if now == nil {
		now = time.Now
	}
	return &Limiter{rate: rate.Limit(perSecond), burst: burst, now: now, buckets: map[string]*rate.Limiter{}}
}

// Allow is nil, or limited with the time to wait.
func (l *Limiter) Allow(key string) error {
	if l == nil || l.rate == 0 {
		return nil
	}
	now := l.now()
	r := l.bucket(key, now).ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	r.CancelAt(now)
	return limitedError{domain.E(domain.Limited, "too many requests from you at once; please wait a moment"), wait}
}

func (l *Limiter) bucket(key string, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets[key]
	if !ok {
		if len(l.buckets) >= maxBuckets {
			l.forget(now)
		}
		b = rate.NewLimiter(l.rate, l.burst)
		l.buckets[key] = b
	}
	return b
}

// forget drops the full buckets, or all when none is full: a flood of keys
// must not grow memory.
func (l *Limiter) forget(now time.Time) {
	for k, b := range l.buckets {
		if b.TokensAt(now) >= float64(l.burst) {
			delete(l.buckets, k)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}
