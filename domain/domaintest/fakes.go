package domaintest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"folkmoot/domain"
)

// Clock is a [domain.Clock] that moves only when told.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock stands at the time.
func NewClock(at time.Time) *Clock { return &Clock{now: domain.Milli(at)} }

// Now is the time it stands at.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to a time, which may be earlier.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = domain.Milli(at)
}

// Advance moves the clock on and answers the new time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = domain.Milli(c.now.Add(d))
	return c.now
}

// Vault is a [domain.Vault] that hides nothing: a sealed value is readable
// text in base 64. It keeps the real one's rules: content opens only under
// its subject and what it was bound to, and not once the key was destroyed;
// a destroyed key is made anew only for a subject that Lookup made (a number
// that is contacted again), and then opens nothing from before.
type Vault struct {
	mu   sync.Mutex
	gone map[string]int // subject -> keys destroyed
}

// NewVault makes an empty vault.
func NewVault() *Vault { return &Vault{gone: map[string]int{}} }

// Seal keeps the content under the subject's present key; conflict for an
// erased subject.
func (v *Vault) Seal(_ context.Context, subject, bound string, plain []byte) (domain.Sealed, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.gone[subject] > 0 && !strings.Contains(subject, "_") {
		return "", domain.E(domain.Conflict, "this person's data was erased; nothing more can be kept for them")
	}
	return domain.Sealed(base64.StdEncoding.EncodeToString(append(v.head(subject, bound), plain...))), nil
}

// Open answers the content; not_found once the subject's key was destroyed,
// internal when it was bound to something else.
func (v *Vault) Open(_ context.Context, subject, bound string, sealed domain.Sealed) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	head := v.head(subject, bound)
	if begins(sealed, head) && (v.gone[subject] == 0 || strings.Contains(subject, "_")) {
		raw, err := base64.StdEncoding.DecodeString(string(sealed))
		if err != nil {
			return nil, domain.E(domain.Internal, "this is not a sealed value").Because(err)
		}
		return raw[len(head):], nil
	}
	if v.gone[subject] > 0 {
		return nil, domain.E(domain.NotFound, "this was erased")
	}
	return nil, domain.E(domain.Internal, "this sealed value belongs to another place")
}

// begins says whether the value begins with the head, without reading it all:
// tests try every key on every list of thousands.
func begins(sealed domain.Sealed, head []byte) bool {
	n := min(len(sealed), (len(head)+2)/3*4)
	raw, err := base64.StdEncoding.DecodeString(string(sealed[:n]))
	return err == nil && bytes.HasPrefix(raw, head)
}

func (v *Vault) head(subject, bound string) []byte {
	return []byte("sealed\x00" + subject + "\x00" + bound + "\x00" + strconv.Itoa(v.gone[subject]) + "\x00")
}

// Lookup is the kind, an underscore and a hash, as the real vault's.
func (v *Vault) Lookup(kind, value string) string {
	return kind + "_" + domain.Derive("lookup", kind, value)
}

// Destroy makes what is sealed for the subject unreadable.
func (v *Vault) Destroy(_ context.Context, subject string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.gone[subject]++
	return nil
}

// Files is a [domain.Files] in memory.
type Files struct {
	mu    sync.Mutex
	files map[string]file
}

type file struct {
	mediaType string
	content   []byte
}

// NewFiles makes an empty set of files.
func NewFiles() *Files { return &Files{files: map[string]file{}} }

// Put keeps the content under its SHA-256; the first media type stays.
func (f *Files) Put(_ context.Context, mediaType string, content []byte) (string, error) {
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.files[hash]; !ok {
		f.files[hash] = file{mediaType, slices.Clone(content)}
	}
	return hash, nil
}

// Get answers a copy of the content; not_found.
func (f *Files) Get(_ context.Context, hash string) ([]byte, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	got, ok := f.files[hash]
	if !ok {
		return nil, "", domain.E(domain.NotFound, "there is no such file")
	}
	return slices.Clone(got.content), got.mediaType, nil
}

// Audit is a [domain.Auditor] that remembers. The zero value is ready.
type Audit struct {
	mu     sync.Mutex
	events []domain.Event
	fail   error
}

// Append remembers the event, once per id.
func (a *Audit) Append(_ context.Context, ev domain.Event) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fail != nil {
		return a.fail
	}
	if ev.ID != "" && slices.ContainsFunc(a.events, func(e domain.Event) bool { return e.ID == ev.ID }) {
		return nil
	}
	a.events = append(a.events, ev)
	return nil
}

// FailWith makes every later Append fail; nil lets them through again.
func (a *Audit) FailWith(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fail = err
}

// Events answers what was recorded, in order.
func (a *Audit) Events() []domain.Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.events)
}

// Actions answers the recorded actions, in order.
func (a *Audit) Actions() []string {
	var out []string
	for _, ev := range a.Events() {
		out = append(out, ev.Action)
	}
	return out
}
