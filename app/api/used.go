package api

import (
	"crypto/sha256"
	"maps"
	"slices"
	"sync"

	"folkmoot/domain"
)

// usedKeysMax bounds how many keys are remembered; then the older half goes.
const usedKeysMax = 20_000

// usedKeys remembers which content each Idempotency-Key came with, in this
// process and for its last [usedKeysMax] commands. The domain takes a second
// command with one key for the first again; that is right for a repeat and
// would lose what a client sends by mistake under an old key. The draft of the
// HTTP working group asks for an error there
// (draft-ietf-httpapi-idempotency-key-header, section 2.7).
type usedKeys struct {
	mu         sync.Mutex
	now, older map[string][32]byte
}

// check is invalid when the key was used for other content.
func (u *usedKeys) check(key string, print [32]byte) error {
	if key == "" {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	was, ok := u.now[key]
	if !ok {
		was, ok = u.older[key]
	}
	if !ok || was == print {
		return nil
	}
	return &domain.Error{
		Code: domain.Invalid, Msg: "this Idempotency-Key was used for a request with other content, and that one was carried out; nothing was done now",
		Fields: map[string]string{keyHeader: "send a new key for a new command"},
	}
}

// remember keeps what a command that was carried out came with. One that was
// refused may be mended and sent again under its key.
func (u *usedKeys) remember(key string, print [32]byte) {
	if key == "" {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.now == nil || len(u.now) >= usedKeysMax/2 {
		u.older, u.now = u.now, map[string][32]byte{}
	}
	u.now[key] = print
}

// fingerprint is a hash of a request's content: its query and its body.
func fingerprint(r *request) (sum [32]byte) {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(r.query)) {
		for _, v := range r.query[name] {
			h.Write([]byte(name + "\x00" + v + "\x00"))
		}
	}
	h.Write([]byte{0})
	h.Write(r.body)
	h.Sum(sum[:0])
	return sum
}
