package mongostore_test

import (
	"path/filepath"
	"testing"
	"time"

	"folkmoot/app/vault"
	"folkmoot/domain"
	"folkmoot/domain/domaintest"
)

// TestKeyring keeps the vault's keyring in this engine.
func TestKeyring(t *testing.T) {
	t.Parallel()
	ctx, ring, dir := t.Context(), open(t, newProxy(t, ferret(t)).uri), t.TempDir()
	clock := domaintest.NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	again := func() *vault.Vault {
		t.Helper()
		v, err := vault.Open(ctx, vault.Options{Engine: ring, MasterKey: filepath.Join(dir, "master.key"), Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v := again()
	number := v.Lookup("number", "+447700900001")
	sealed := map[string]domain.Sealed{}
	for _, subject := range []string{"ada", "ben", number} {
		var err error
		if sealed[subject], err = v.Seal(ctx, subject, "text", []byte(subject)); err != nil {
			t.Fatal(err)
		}
	}
	clock.Advance(time.Hour)
	if n, err := v.RotateRoot(ctx); err != nil || n != 3 {
		t.Errorf("rotation: %d keys, %v", n, err)
	}
	if err := v.Destroy(ctx, "ben"); err != nil {
		t.Fatal(err)
	}
	fresh := again()
	for _, subject := range []string{"ada", number} {
		if got, err := fresh.Open(ctx, subject, "text", sealed[subject]); err != nil || string(got) != subject {
			t.Errorf("%s: %q, %v", subject, got, err)
		}
	}
	_, err := fresh.Open(ctx, "ben", "text", sealed["ben"])
	wantCode(t, "after the erasure", err, domain.NotFound)
	if fresh.Lookup("number", "+447700900001") != number {
		t.Error("the hash of a number changed")
	}
	for e, err := range fresh.Erasures(ctx, time.Time{}) {
		if err != nil || e.Subject != "ben" || !e.At.Equal(clock.Now()) {
			t.Errorf("erasure log: %+v, %v", e, err)
		}
	}
}
