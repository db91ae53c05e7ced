package vault

import (
	"context"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// Counted is what a keyring holds.
type Counted struct {
	Keys   int `json:"keys"`   // of subjects, that open
	Erased int `json:"erased"` // tombstones without a key
}

// Verify opens every key and reports those that do not open or should not be
// there.
func (v *Vault) Verify(ctx context.Context, report func(store.Fault)) (Counted, error) {
	var n Counted
	if _, err := v.currentRoots(ctx, true); err != nil {
		return n, err
	}
	for k, err := range v.keyDocs.Find(ctx, domain.Query{}) {
		if err != nil {
			return n, err
		}
		bad := func(problem string) { report(store.Fault{Collection: keyDocs.Name, ID: k.ID, Problem: problem}) }
		switch {
		case len(k.Key) == 0 && k.ErasedAt.IsZero():
			bad("there is no key, and nothing says that it was erased")
			continue
		case len(k.Key) == 0:
			n.Erased++
			continue
		case k.Generation <= k.ErasedThrough:
			bad("the key is there although it was erased")
			continue
		}
		if _, err := v.decryptKey(ctx, k); err != nil {
			bad("the key does not open with this keyring's root key")
			continue
		}
		n.Keys++
	}
	return n, nil
}
