package sms

import (
	"sync"
	"time"

	"folkmoot/bots/sms/gateway"
)

// After breakAfter failures in a row a gateway is left alone for restFor;
// then one call tries it.
const (
	breakAfter = 5
	restFor    = 30 * time.Second
)

// breaker keeps calls from a gateway that is down. Its zero value lets calls
// through.
type breaker struct {
	mu     sync.Mutex
	failed int
	until  time.Time // rests until then
}

// allows reports whether a call may be made now.
func (b *breaker) allows(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed < breakAfter {
		return true
	}
	if now.Before(b.until) {
		return false
	}
	// A try that never reports back must not close the gateway for ever.
	b.until = now.Add(restFor)
	return true
}

// took notes what a call came to: what the gateway refuses for good it has
// understood, so only retry and unknown count against it.
func (b *breaker) took(c gateway.Class, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c != gateway.Retry && c != gateway.Unknown {
		b.failed = 0
		return
	}
	b.failed++
	if b.failed >= breakAfter {
		b.until = now.Add(restFor)
	}
}
