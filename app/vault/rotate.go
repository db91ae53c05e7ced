package vault

import (
	"context"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"folkmoot/domain"
)

// take reads a changed root document. When the master key does not open it any
// more (it was replaced, and this program has not been restarted with the new
// one), the roots at hand go on serving, for changing the master key does not
// change them. The caller holds mu.
func (v *Vault) take(doc rootDoc) error {
	got, err := v.readRoots(doc)
	if v.behind = domain.Is(err, domain.Unavailable); v.behind && doc.RotatedAt.Equal(v.roots.rotated) {
		return nil
	}
	if err == nil {
		v.roots = got
	}
	return err
}

// RotateMaster seals the root keys under another master key, which is made
// when it is the path of a file that is not there. Running instances go on;
// they must be given the new key at their next start. The old key opens
// nothing afterwards but backups made before. Soon after a change of the root
// key it waits, until running instances have seen that one.
func (v *Vault) RotateMaster(ctx context.Context, masterKey string) error {
	root, err := v.rootDocs.Get(ctx, rootID)
	if err != nil {
		return err
	}
	if err := v.settle(ctx, root.RotatedAt); err != nil {
		return err
	}
	master, err := openMaster(masterKey, true)
	if err != nil {
		return err
	}
	_, err = v.rootDocs.Update(ctx, rootID, func(d *rootDoc) error {
		r, err := v.readRoots(*d)
		if err != nil {
			return err
		}
		d.MasterAt = v.opts.Clock.Now()
		d.UpdatedAt = d.MasterAt
		return d.fill(r.handle, r.lookup, master)
	})
	if err != nil {
		return err
	}
	v.master.Store(&masterKey)
	_, err = v.currentRoots(ctx, true)
	return err
}

// rotateApart is the least time between two changes of the root key: far more
// than the recheck, so that no instance still seals keys with a root key that
// the second change drops.
const rotateApart = time.Minute

// RotateRoot makes a new root key and seals every subject's key under it,
// while everything serves. It answers how many keys it sealed anew. When it
// is broken off it may be called again: within a minute that finishes the
// rotation instead of beginning another. Root keys older than the one in use
// before are dropped: every subject's key has left them by then. It is conflict
// while an instance runs that was not restarted after a change of the master
// key.
func (v *Vault) RotateRoot(ctx context.Context) (int, error) {
	root, err := v.rootDocs.Get(ctx, rootID)
	if err != nil {
		return 0, err
	}
	if v.opts.Clock.Now().Sub(root.RotatedAt) < rotateApart {
		return v.rewrapAll(ctx)
	}
	if err := v.settle(ctx, root.MasterAt); err != nil {
		return 0, err
	}
	if err := v.nobodyBehind(ctx); err != nil {
		return 0, err
	}
	// Once this is done no key needs a root key older than the present one.
	// Keys sealed with an older one were all written before it began.
	if n, err := v.rewrapAll(ctx); err != nil {
		return n, err
	}
	_, err = v.rootDocs.Update(ctx, rootID, func(d *rootDoc) error {
		if !d.RotatedAt.Equal(root.RotatedAt) {
			return domain.ErrNoChange // another instance rotates
		}
		d.RotatedAt = v.opts.Clock.Now()
		d.UpdatedAt = d.RotatedAt
		return v.replaceRoot(d)
	})
	if err != nil {
		return 0, err
	}
	return v.rewrapAll(ctx)
}

// rewrapAll is rewrap with the present root key. It looks a second time at
// keys that did not open: one may just have been on its way.
func (v *Vault) rewrapAll(ctx context.Context) (int, error) {
	if _, err := v.currentRoots(ctx, true); err != nil {
		return 0, err
	}
	n, shut, err := v.rewrap(ctx)
	for _, subject := range shut {
		if err := v.rewrapOne(ctx, subject); err != nil {
			return n, err
		}
		n++
	}
	return n, err
}

func (v *Vault) replaceRoot(d *rootDoc) error {
	r, err := v.readRoots(*d)
	if err != nil {
		return err
	}
	next, err := nextKeyset(r.handle)
	if err != nil {
		return fault("a new root key could not be made", err)
	}
	master, err := openMaster(*v.master.Load(), false)
	if err != nil {
		return err
	}
	return d.fill(next, r.lookup, master)
}

// nextKeyset adds a primary key and keeps only the last primary beside it.
func nextKeyset(handle *keyset.Handle) (*keyset.Handle, error) {
	old, err := handle.Primary()
	if err != nil {
		return nil, err
	}
	m := keyset.NewManagerFromHandle(handle)
	for i := range handle.Len() {
		e, err := handle.Entry(i)
		if err != nil {
			return nil, err
		}
		if e.KeyID() != old.KeyID() {
			if err := m.Delete(e.KeyID()); err != nil {
				return nil, err
			}
		}
	}
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, err
	}
	return m.Handle()
}

// rewrap seals every subject's key under the present root key. It goes on
// past keys that do not open and answers whose they are.
func (v *Vault) rewrap(ctx context.Context) (n int, shut []string, err error) {
	for k, err := range v.keyDocs.Find(ctx, domain.Query{}) {
		if err != nil {
			return n, shut, err
		}
		if len(k.Key) == 0 {
			continue
		}
		switch err := v.rewrapOne(ctx, k.ID); domain.CodeOf(err) {
		case "":
			n++
		case domain.NotFound:
		case domain.Internal:
			shut = append(shut, k.ID)
		default:
			return n, shut, err
		}
	}
	return n, shut, nil
}

func (v *Vault) rewrapOne(ctx context.Context, subject string) error {
	var w wrapped
	doc, err := v.keyDocs.Update(ctx, subject, func(k *keyDoc) error {
		at := v.opts.Ticks()
		w = wrapped{}
		if len(k.Key) == 0 {
			return domain.ErrNoChange
		}
		raw, err := v.decryptKey(ctx, *k)
		if err != nil {
			return err
		}
		r, err := v.currentRoots(ctx, false)
		if err != nil {
			return err
		}
		if w, err = r.wrap(raw, k.ID, k.Generation, at); err != nil {
			return err
		}
		k.Key = w.sealed
		return nil
	})
	if err != nil || w.raw == nil {
		return err
	}
	_, err = v.confirm(ctx, doc, w)
	return err
}
