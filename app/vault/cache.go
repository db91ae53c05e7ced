package vault

import (
	"container/list"
	"sync"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
)

// subjectKey is a subject's key as it was when last asked for. aead is nil
// once destroyed.
type subjectKey struct {
	generation    int
	erasedThrough int
	aead          tink.AEAD
}

// cache holds opened keys: at most size of them, the least used going first.
// None is given out that is older than the time allowed, and those go when
// others come.
type cache struct {
	size   int
	maxAge time.Duration
	now    func() time.Time

	mu    sync.Mutex
	byID  map[string]*list.Element
	order *list.List // most recently used first
}

type cached struct {
	subject string
	key     subjectKey
	read    time.Time
}

func newCache(size int, maxAge time.Duration, now func() time.Time) *cache {
	return &cache{size: size, maxAge: maxAge, now: now, byID: map[string]*list.Element{}, order: list.New()}
}

func (c *cache) get(subject string) (subjectKey, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.byID[subject]
	if !ok {
		return subjectKey{}, false
	}
	if c.stale(el, c.now()) {
		c.remove(el)
		return subjectKey{}, false
	}
	c.order.MoveToFront(el)
	return el.Value.(*cached).key, true
}

// put keeps a key that was read at a time: the time before the keyring was
// asked, so that the answer's way here counts.
func (c *cache) put(subject string, key subjectKey, read time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.byID[subject]; ok {
		c.remove(el)
	}
	c.byID[subject] = c.order.PushFront(&cached{subject, key, read})
	now := c.now()
	for last := c.order.Back(); last != nil && (c.order.Len() > c.size || c.stale(last, now)); last = c.order.Back() {
		c.remove(last)
	}
}

func (c *cache) stale(el *list.Element, now time.Time) bool {
	age := now.Sub(el.Value.(*cached).read)
	return age < 0 || age >= c.maxAge
}

func (c *cache) drop(subject string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.byID[subject]; ok {
		c.remove(el)
	}
}

func (c *cache) remove(el *list.Element) {
	delete(c.byID, el.Value.(*cached).subject)
	c.order.Remove(el)
}
