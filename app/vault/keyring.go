package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// rootID is the one document of the root collection.
const rootID = "root"

// rootDoc holds the root keyset, sealed by the master key, and the lookup
// key, sealed by the root keyset.
type rootDoc struct {
	domain.Root
	Keyset    []byte    `json:"keyset"`
	Lookup    []byte    `json:"lookup"`
	RotatedAt time.Time `json:"rotated_at,omitzero"` // when the root key was last changed
	MasterAt  time.Time `json:"master_at,omitzero"`  // when the master key was
}

// keyDoc is one subject's key and what remains of it once destroyed.
type keyDoc struct {
	domain.Root
	Generation    int       `json:"generation"`         // of the present or last key, from 1
	Key           []byte    `json:"key,omitempty"`      // sealed by the root keyset; empty once destroyed
	ErasedThrough int       `json:"erased_through"`     // keys up to this generation were destroyed
	ErasedAt      time.Time `json:"erased_at,omitzero"` // of the last erasure
}

var rootDocs = domain.Collection[rootDoc]{Name: "vault_root", Schema: 1, Shard: store.IDField}

var keyDocs = domain.Collection[keyDoc]{
	Name: "vault_keys", Schema: 1, Shard: store.IDField,
	Indexes: []domain.Index{{Name: "erased", Fields: []string{"erased_at"}}},
	Keys:    func(k *keyDoc) map[string]any { return map[string]any{"erased_at": k.ErasedAt} },
}

// roots is the opened root document.
type roots struct {
	version int64
	rotated time.Time // when the root key was made
	handle  *keyset.Handle
	aead    tink.AEAD
	lookup  []byte
}

var (
	rootBound   = []byte("folkmoot vault root")
	lookupBound = []byte("folkmoot vault lookup key")
)

// openRoots reads the root document, or makes it at the first start.
func (v *Vault) openRoots(ctx context.Context) (*roots, error) {
	doc, err := v.rootDocs.Get(ctx, rootID)
	if err == nil {
		return v.readRoots(doc)
	}
	if !domain.Is(err, domain.NotFound) {
		return nil, err
	}
	master, err := openMaster(*v.master.Load(), true)
	if err != nil {
		return nil, err
	}
	fresh, err := newRootDoc(master, v.opts.Clock.Now())
	if err != nil {
		return nil, err
	}
	if err := v.rootDocs.Insert(ctx, fresh); err != nil && !errors.Is(err, store.ErrExists) {
		return nil, err
	}
	if doc, err = v.rootDocs.Get(ctx, rootID); err != nil { // ours, or another instance's
		return nil, err
	}
	return v.readRoots(doc)
}

func newRootDoc(master tink.AEAD, now time.Time) (*rootDoc, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fault("no root key could be made", err)
	}
	lookup := make([]byte, 32)
	rand.Read(lookup)
	doc := &rootDoc{Root: domain.Root{ID: rootID, CreatedAt: now, UpdatedAt: now}}
	return doc, doc.fill(handle, lookup, master)
}

// fill seals the root keyset under the master key and the lookup key under
// the root keyset.
func (d *rootDoc) fill(handle *keyset.Handle, lookup []byte, master tink.AEAD) error {
	root, err := aead.New(handle)
	if err != nil {
		return fault("the root key cannot be used", err)
	}
	var buf bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&buf), master, rootBound); err != nil {
		return domain.E(domain.Unavailable, "the master key does not seal; check the key management service").Because(err)
	}
	d.Keyset = buf.Bytes()
	if d.Lookup, err = root.Encrypt(lookup, lookupBound); err != nil {
		return fault("the lookup key cannot be sealed", err)
	}
	return nil
}

func (v *Vault) readRoots(doc rootDoc) (*roots, error) {
	master, err := openMaster(*v.master.Load(), false)
	if err != nil {
		return nil, err
	}
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(doc.Keyset)), master, rootBound)
	if err != nil {
		return nil, domain.E(domain.Unavailable, "the master key does not open this keyring; give the one it was made or last rotated with").Because(err)
	}
	r := &roots{version: doc.Version, rotated: doc.RotatedAt, handle: handle}
	if r.aead, err = aead.New(handle); err != nil {
		return nil, fault("the root key cannot be used", err)
	}
	if r.lookup, err = r.aead.Decrypt(doc.Lookup, lookupBound); err != nil {
		return nil, fault("the lookup key cannot be opened", err)
	}
	return r, nil
}

func fault(msg string, err error) *domain.Error {
	return domain.E(domain.Internal, "%s", msg).Because(err)
}

// Specs lists what the keyring's store holds.
func Specs() []store.Spec {
	s := store.New(nil, store.Hooks{})
	store.Open(s, rootDocs)
	store.Open(s, keyDocs)
	store.Open(s, behindDocs)
	return s.Specs()
}
