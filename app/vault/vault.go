package vault

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// DefaultRecheck is how long an opened key is used before the keyring is
// asked again whether it was destroyed.
const DefaultRecheck = 2 * time.Second

// DefaultCache is how many opened keys are held in memory.
const DefaultCache = 50_000

// Options say where keys lie.
type Options struct {
	Engine    store.Engine // the keyring's own database; the caller closes it
	MasterKey string       // path of a key file, or URI of a key management service
	Clock     domain.Clock // of the erasure log
	Cache     int          // opened keys held in memory; DefaultCache when 0
	Recheck   time.Duration
	// Ticks tells how much time passes, for Recheck alone: in a demo the
	// Clock may stand still. By default it is the machine's clock.
	Ticks func() time.Time
	// Pause waits between two rotations; on the machine's clock by default.
	Pause func(context.Context, time.Duration) error
}

// Vault implements [domain.Vault]. It is safe for many goroutines.
type Vault struct {
	opts       Options
	store      *store.Store
	rootDocs   *store.Collection[rootDoc]
	keyDocs    *store.Collection[keyDoc]
	behindDocs *store.Collection[behindDoc]
	cache      *cache
	master     atomic.Pointer[string] // the master key's name; rotation changes it

	mu      sync.Mutex // guards what follows
	roots   *roots
	checked time.Time
	behind  bool // the root document needs a master key that is not ours
}

var _ domain.Vault = (*Vault)(nil)

// Open opens the keyring, or makes it, with the master key file when there is
// none yet. Errors are unavailable and say what to do.
func Open(ctx context.Context, opts Options) (*Vault, error) {
	if opts.Cache <= 0 {
		opts.Cache = DefaultCache
	}
	if opts.Recheck <= 0 {
		opts.Recheck = DefaultRecheck
	}
	if opts.Ticks == nil {
		opts.Ticks = time.Now
	}
	if opts.Pause == nil {
		opts.Pause = pause
	}
	s := store.New(opts.Engine, store.Hooks{})
	v := &Vault{
		opts: opts, store: s,
		rootDocs: store.Open(s, rootDocs), keyDocs: store.Open(s, keyDocs), behindDocs: store.Open(s, behindDocs),
		cache: newCache(opts.Cache, opts.Recheck, opts.Ticks),
	}
	v.master.Store(&opts.MasterKey)
	if err := s.Migrate(ctx); err != nil {
		return nil, err
	}
	var err error
	v.checked = opts.Ticks()
	if v.roots, err = v.openRoots(ctx); err != nil {
		return nil, err
	}
	return v, nil
}

// Store is the keyring's store, for backup and verification.
func (v *Vault) Store() *store.Store { return v.store }

// currentRoots are the root keys, looked at again when they are older than
// the recheck, or at once when fresh is set.
func (v *Vault) currentRoots(ctx context.Context, fresh bool) (*roots, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.opts.Ticks()
	if age := now.Sub(v.checked); !fresh && age >= 0 && age < v.opts.Recheck {
		return v.roots, nil
	}
	doc, err := v.rootDocs.Get(ctx, rootID)
	if err != nil {
		return nil, err
	}
	if doc.Version != v.roots.version {
		if err := v.take(doc); err != nil {
			return nil, err
		}
	}
	v.checked = now
	return v.roots, nil
}

// Seal encrypts content under the subject's key, which it makes at the first
// contact; conflict for a person who was erased.
func (v *Vault) Seal(ctx context.Context, subject, bound string, plain []byte) (domain.Sealed, error) {
	key, err := v.key(ctx, subject, true)
	if err != nil {
		return "", err
	}
	sealed, err := key.aead.Encrypt(plain, contentBound(subject, bound))
	if err != nil {
		return "", fault("the content cannot be sealed", err)
	}
	out := binary.AppendUvarint([]byte{format}, uint64(key.generation))
	return domain.Sealed(base64.StdEncoding.EncodeToString(append(out, sealed...))), nil
}

// format is the first byte of every sealed value: which form it has.
const format = 1

// Open decrypts content; not_found once the subject's key was destroyed,
// internal when it is damaged or was bound to something else.
func (v *Vault) Open(ctx context.Context, subject, bound string, sealed domain.Sealed) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(string(sealed))
	if err != nil || len(raw) < 2 || raw[0] != format {
		return nil, fault("this is not a sealed value", err)
	}
	generation, n := binary.Uvarint(raw[1:])
	if n <= 0 {
		return nil, fault("this is not a sealed value", nil)
	}
	key, err := v.key(ctx, subject, false)
	if err != nil {
		return nil, err
	}
	if generation <= uint64(key.erasedThrough) || key.aead == nil {
		return nil, errErased
	}
	if generation != uint64(key.generation) {
		return nil, fault("this was sealed with a key that is not in the keyring", nil)
	}
	plain, err := key.aead.Decrypt(raw[1+n:], contentBound(subject, bound))
	if err != nil {
		return nil, fault("a sealed value is damaged or belongs to another place", err)
	}
	return plain, nil
}

var (
	errErased  = domain.E(domain.NotFound, "this was erased")
	errForGood = domain.E(domain.Conflict, "this person's data was erased; nothing more can be kept for them")
)

// contentBound is what is authenticated with content. The subject's length
// comes first, so that no two pairs read alike.
func contentBound(subject, bound string) []byte {
	out := make([]byte, 0, len(subject)+len(bound)+24)
	out = append(out, "folkmoot sealed\x00"...)
	out = binary.AppendUvarint(out, uint64(len(subject)))
	out = append(out, subject...)
	return append(out, bound...)
}

// key answers the subject's opened key. With create it is there afterwards,
// or the answer is an error; without, its aead is nil once destroyed, and a
// subject without any key is not_found.
func (v *Vault) key(ctx context.Context, subject string, create bool) (subjectKey, error) {
	if key, ok := v.cache.get(subject); ok && (key.aead != nil || !create) {
		return key, nil
	}
	read := v.opts.Ticks()
	doc, err := v.keyDocs.Get(ctx, subject)
	switch {
	case domain.Is(err, domain.NotFound) && !create:
		return subjectKey{}, errErased
	case domain.Is(err, domain.NotFound):
		doc, err = v.begin(ctx, subject)
	case err == nil && create && len(doc.Key) == 0:
		doc, err = v.renew(ctx, subject)
	}
	if err != nil {
		return subjectKey{}, err
	}
	key, err := v.unwrap(ctx, doc)
	if err == nil {
		v.cache.put(subject, key, read)
	}
	if err == nil && create && key.aead == nil { // destroyed at this very moment
		return key, errForGood
	}
	return key, err
}

// begin makes a subject's first key, or takes what another made meanwhile.
func (v *Vault) begin(ctx context.Context, subject string) (keyDoc, error) {
	w, err := v.newKey(ctx, subject, 1)
	if err != nil {
		return keyDoc{}, err
	}
	now := v.opts.Clock.Now()
	doc := keyDoc{Root: domain.Root{ID: subject, CreatedAt: now, UpdatedAt: now}, Generation: 1, Key: w.sealed}
	err = v.keyDocs.Insert(ctx, &doc)
	if err == nil {
		return v.confirm(ctx, doc, w)
	}
	if !errors.Is(err, store.ErrExists) {
		return doc, err
	}
	if doc, err = v.keyDocs.Get(ctx, subject); err == nil && len(doc.Key) == 0 {
		return v.renew(ctx, subject)
	}
	return doc, err
}

// renew makes the next generation's key for a number that is contacted again
// after its erasure. Nobody else gets a new key.
func (v *Vault) renew(ctx context.Context, subject string) (keyDoc, error) {
	if !isLookup(subject) {
		return keyDoc{}, errForGood
	}
	var w wrapped
	doc, err := v.keyDocs.Update(ctx, subject, func(k *keyDoc) (err error) {
		if len(k.Key) > 0 {
			w = wrapped{} // another instance was faster
			return domain.ErrNoChange
		}
		if w, err = v.newKey(ctx, subject, k.Generation+1); err != nil {
			return err
		}
		k.Generation++
		k.Key, k.UpdatedAt = w.sealed, v.opts.Clock.Now()
		return nil
	})
	if err != nil || w.raw == nil {
		return doc, err
	}
	return v.confirm(ctx, doc, w)
}

// wrapped is a subject's key in the clear, sealed, the version of the root
// document that it was sealed with, and when.
type wrapped struct {
	raw, sealed []byte
	roots       int64
	at          time.Time
}

func (v *Vault) newKey(ctx context.Context, subject string, generation int) (wrapped, error) {
	at := v.opts.Ticks()
	r, err := v.currentRoots(ctx, false)
	if err != nil {
		return wrapped{}, err
	}
	raw := make([]byte, 32)
	rand.Read(raw)
	return r.wrap(raw, subject, generation, at)
}

func (r *roots) wrap(raw []byte, subject string, generation int, at time.Time) (wrapped, error) {
	sealed, err := r.aead.Encrypt(raw, keyBound(subject, generation))
	if err != nil {
		return wrapped{}, fault("a key cannot be sealed", err)
	}
	return wrapped{raw, sealed, r.version, at}, nil
}

// confirm makes sure that a key just written is sealed with root keys that
// are still in use. A process that stood still between sealing and writing
// could otherwise leave a key that a rotation has never seen and nothing
// opens. Nothing is sealed under the key before this. A key written at once
// needs no look: root keys are dropped [rotateApart] after they were replaced,
// and every key that is there by then is sealed anew.
func (v *Vault) confirm(ctx context.Context, doc keyDoc, w wrapped) (keyDoc, error) {
	for {
		now := v.opts.Ticks()
		if age := now.Sub(w.at); age >= 0 && age < rotateApart/2 {
			return doc, nil
		}
		root, err := v.rootDocs.Get(ctx, rootID)
		if err != nil || root.Version == w.roots {
			return doc, err
		}
		r, err := v.currentRoots(ctx, true)
		if err != nil {
			return doc, err
		}
		if r.version == w.roots { // rotated to a master key we do not have: the root keys are the same
			return doc, nil
		}
		if w, err = r.wrap(w.raw, doc.ID, doc.Generation, now); err != nil {
			return doc, err
		}
		generation := doc.Generation
		doc, err = v.keyDocs.Update(ctx, doc.ID, func(k *keyDoc) error {
			if len(k.Key) == 0 || k.Generation != generation {
				return domain.ErrNoChange // destroyed meanwhile
			}
			k.Key = w.sealed
			return nil
		})
		if err != nil || len(doc.Key) == 0 || doc.Generation != generation {
			return doc, err
		}
	}
}

func keyBound(subject string, generation int) []byte {
	return append(binary.AppendUvarint([]byte("folkmoot key\x00"), uint64(generation)), subject...)
}

func (v *Vault) unwrap(ctx context.Context, doc keyDoc) (subjectKey, error) {
	key := subjectKey{generation: doc.Generation, erasedThrough: doc.ErasedThrough}
	if len(doc.Key) == 0 {
		return key, nil
	}
	raw, err := v.decryptKey(ctx, doc)
	if err != nil {
		return key, err
	}
	a, err := subtle.NewAESGCM(raw)
	if err != nil {
		return key, fault("a subject's key has the wrong form", err)
	}
	key.aead = a
	return key, nil
}

// decryptKey opens a subject's key. When the root keys at hand do not, they
// may have been rotated by another instance: it looks once more.
func (v *Vault) decryptKey(ctx context.Context, doc keyDoc) ([]byte, error) {
	bound := keyBound(doc.ID, doc.Generation)
	for _, fresh := range []bool{false, true} {
		r, err := v.currentRoots(ctx, fresh)
		if err != nil {
			return nil, err
		}
		if raw, err := r.aead.Decrypt(doc.Key, bound); err == nil {
			return raw, nil
		}
	}
	return nil, fault("a subject's key does not open with this keyring's root key; the keyring is damaged", nil)
}

var lookupEncoding = base32.NewEncoding(lookupLetters).WithPadding(base32.NoPadding)

const (
	lookupLetters = "0123456789abcdefghjkmnpqrstvwxyz"
	lookupLength  = 32 // letters: 160 bits
)

// Lookup is the kind, an underscore and 160 bits of HMAC-SHA256 in Crockford's
// base 32. It stays the same for the life of the keyring, through every
// rotation.
func (v *Vault) Lookup(kind, value string) string {
	v.mu.Lock()
	key := v.roots.lookup
	v.mu.Unlock()
	mac := hmac.New(sha256.New, key)
	mac.Write(binary.AppendUvarint(nil, uint64(len(kind))))
	mac.Write([]byte(kind))
	mac.Write([]byte(value))
	return kind + "_" + lookupEncoding.EncodeToString(mac.Sum(nil)[:20])
}

// isLookup reports whether a subject has the form that Lookup gives.
func isLookup(subject string) bool {
	_, hash, ok := strings.Cut(subject, "_")
	return ok && len(hash) == lookupLength && strings.Trim(hash, lookupLetters) == ""
}
