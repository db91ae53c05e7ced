package vault_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tink-crypto/tink-go/v2/core/registry"
	"github.com/tink-crypto/tink-go/v2/testing/fakekms"

	"folkmoot/app/store/sqlitestore"
	"folkmoot/app/vault"
	"folkmoot/domain"
	"folkmoot/domain/domaintest"
)

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// bundle is a keyring in a folder, which several vaults may open.
type bundle struct {
	dir   string
	clock *domaintest.Clock
	ticks *domaintest.Clock
	ring  *sqlitestore.DB
}

func setup(t testing.TB) *bundle {
	t.Helper()
	b := &bundle{dir: t.TempDir(), clock: domaintest.NewClock(start), ticks: domaintest.NewClock(start)}
	b.ring = b.openRing(t, "keyring.db")
	return b
}

func (b *bundle) openRing(t testing.TB, name string) *sqlitestore.DB {
	t.Helper()
	ring, err := sqlitestore.Open(t.Context(), filepath.Join(b.dir, name), sqlitestore.Options{Scrub: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ring.Close() })
	return ring
}

func (b *bundle) options() vault.Options {
	return vault.Options{Engine: b.ring, MasterKey: filepath.Join(b.dir, "keys", "master.key"), Clock: b.clock, Ticks: b.ticks.Now}
}

func (b *bundle) open(t testing.TB, change ...func(*vault.Options)) *vault.Vault {
	t.Helper()
	o := b.options()
	for _, c := range change {
		c(&o)
	}
	v, err := vault.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func seal(t testing.TB, v *vault.Vault, subject, bound, plain string) domain.Sealed {
	t.Helper()
	s, err := v.Seal(t.Context(), subject, bound, []byte(plain))
	if err != nil {
		t.Fatalf("seal for %s: %v", subject, err)
	}
	return s
}

func wantOpen(t testing.TB, v *vault.Vault, subject, bound string, s domain.Sealed, want string) {
	t.Helper()
	got, err := v.Open(t.Context(), subject, bound, s)
	if err != nil || string(got) != want {
		t.Errorf("open for %s: got %q, %v; want %q", subject, got, err, want)
	}
}

func wantCode(t testing.TB, what string, err error, want domain.Code) {
	t.Helper()
	if domain.CodeOf(err) != want {
		t.Errorf("%s: got %v, want %s", what, err, want)
	}
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.open(t)
	s := seal(t, v, "p1", "person.name", "Ada Bright")
	wantOpen(t, v, "p1", "person.name", s, "Ada Bright")
	if strings.Contains(string(s), "Ada") || s == seal(t, v, "p1", "person.name", "Ada Bright") {
		t.Error("a sealed value shows its content or is the same twice")
	}
	wantOpen(t, v, "p1", "empty", seal(t, v, "p1", "empty", ""), "")
	seal(t, v, "p2", "person.name", "Ben Cole")
	rows := []struct {
		name, subject, bound string
		sealed               domain.Sealed
		want                 domain.Code
	}{
		{"another place", "p1", "person.email", s, domain.Internal},
		{"another person", "p2", "person.name", s, domain.Internal},
		{"nobody", "p3", "person.name", s, domain.NotFound},
		{"split elsewhere", "p1p", "erson.name", s, domain.NotFound},
		{"no sealed value", "p1", "person.name", "%%", domain.Internal},
		{"too short", "p1", "person.name", "AQ==", domain.Internal},
		{"cut", "p1", "person.name", s[:24], domain.Internal},
		{"bent", "p1", "person.name", domain.Sealed(bend(string(s))), domain.Internal},
	}
	for _, row := range rows {
		_, err := v.Open(t.Context(), row.subject, row.bound, row.sealed)
		wantCode(t, row.name, err, row.want)
	}
	again := b.open(t)
	wantOpen(t, again, "p1", "person.name", s, "Ada Bright")
}

// bend changes one letter in the middle.
func bend(s string) string {
	i := len(s) / 2
	c := byte('A')
	if s[i] == c {
		c = 'B'
	}
	return s[:i] + string(c) + s[i+1:]
}

func TestLookup(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.open(t)
	n := v.Lookup("number", "+447700900001")
	if n != b.open(t).Lookup("number", "+447700900001") {
		t.Error("the hash of a number differs between instances")
	}
	if n == v.Lookup("number", "+447700900002") || n == v.Lookup("email", "+447700900001") || v.Lookup("a", "bc") == v.Lookup("ab", "c") {
		t.Error("different things have one hash")
	}
	if len(n) != len("number_")+32 || strings.ToLower(n) != n {
		t.Errorf("the form of a hash: %q", n)
	}
	other := setup(t).open(t)
	if n == other.Lookup("number", "+447700900001") {
		t.Error("two keyrings give one hash: it can be guessed from outside")
	}
}

func TestDestroyIsForGood(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, ctx := b.open(t), t.Context()
	s := seal(t, v, "p1", "person.name", "Ada")
	for range 2 {
		if err := v.Destroy(ctx, "p1"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := v.Open(ctx, "p1", "person.name", s)
	wantCode(t, "open", err, domain.NotFound)
	_, err = v.Seal(ctx, "p1", "person.name", []byte("Ada"))
	wantCode(t, "seal again", err, domain.Conflict)
	if err := v.Destroy(ctx, "never-seen"); err != nil {
		t.Fatal(err)
	}
	_, err = v.Seal(ctx, "never-seen", "x", nil)
	wantCode(t, "seal for one erased before the first contact", err, domain.Conflict)
	again := b.open(t)
	_, err = again.Open(ctx, "p1", "person.name", s)
	wantCode(t, "open after a restart", err, domain.NotFound)
}

func TestNumberMayBeContactedAgain(t *testing.T) {
	t.Parallel()
	v, ctx := setup(t).open(t), t.Context()
	n := v.Lookup("number", "+447700900001")
	before := seal(t, v, n, "text", "before")
	if err := v.Destroy(ctx, n); err != nil {
		t.Fatal(err)
	}
	after := seal(t, v, n, "text", "after")
	wantOpen(t, v, n, "text", after, "after")
	_, err := v.Open(ctx, n, "text", before)
	wantCode(t, "what was said before", err, domain.NotFound)
	if err := v.Destroy(ctx, n); err != nil {
		t.Fatal(err)
	}
	_, err = v.Open(ctx, n, "text", after)
	wantCode(t, "after the second erasure", err, domain.NotFound)
	for _, lookalike := range []string{"number_short", "x" + strings.Repeat("0", 32), "p_" + strings.Repeat("U", 32)} {
		if err := v.Destroy(ctx, lookalike); err != nil {
			t.Fatal(err)
		}
		_, err := v.Seal(ctx, lookalike, "x", nil)
		wantCode(t, lookalike, err, domain.Conflict)
	}
}

func TestErasureElsewhereShowsSoon(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, ctx := b.open(t), t.Context()
	s := seal(t, v, "p1", "person.name", "Ada")
	elsewhere := b.open(t)
	wantOpen(t, elsewhere, "p1", "person.name", s, "Ada")
	if err := v.Destroy(ctx, "p1"); err != nil {
		t.Fatal(err)
	}
	b.ticks.Advance(vault.DefaultRecheck)
	_, err := elsewhere.Open(ctx, "p1", "person.name", s)
	wantCode(t, "open at another instance", err, domain.NotFound)
	_, err = elsewhere.Seal(ctx, "p1", "person.name", nil)
	wantCode(t, "seal at another instance", err, domain.Conflict)
}

func TestKeyringAwayOpensNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, ctx := b.open(t), t.Context()
	s := seal(t, v, "p1", "person.name", "Ada")
	if err := b.ring.Close(); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, v, "p1", "person.name", s, "Ada") // within the recheck
	b.ticks.Advance(vault.DefaultRecheck)
	_, err := v.Open(ctx, "p1", "person.name", s)
	wantCode(t, "open", err, domain.Unavailable)
	_, err = v.Seal(ctx, "p2", "person.name", nil)
	wantCode(t, "first contact", err, domain.Unavailable)
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	v := setup(t).open(t, func(o *vault.Options) { o.Cache = 3 })
	var sealed []domain.Sealed
	for i := range 10 {
		sealed = append(sealed, seal(t, v, fmt.Sprint("p", i), "x", fmt.Sprint(i)))
	}
	for i, s := range sealed {
		wantOpen(t, v, fmt.Sprint("p", i), "x", s, fmt.Sprint(i))
	}
}

func TestFirstContactRace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	vs := []*vault.Vault{b.open(t), b.open(t)}
	var mu sync.Mutex
	var all []domain.Sealed
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			s, err := vs[i%2].Seal(t.Context(), "p1", "x", []byte("same"))
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			all = append(all, s)
			mu.Unlock()
		})
	}
	wg.Wait()
	fresh := b.open(t)
	for _, s := range all {
		wantOpen(t, fresh, "p1", "x", s, "same")
	}
}

func TestRestoreReappliesErasures(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, ctx := b.open(t), t.Context()
	n := v.Lookup("number", "+447700900001")
	ada, ben, said := seal(t, v, "ada", "x", "Ada"), seal(t, v, "ben", "x", "Ben"), seal(t, v, n, "x", "hello")
	if err := b.ring.Backup(ctx, filepath.Join(b.dir, "backup.db")); err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"ada", n, "later"} {
		b.clock.Advance(time.Hour)
		if err := v.Destroy(ctx, subject); err != nil {
			t.Fatal(err)
		}
	}
	again := seal(t, v, n, "x", "hello again")
	log := erasures(t, v, time.Time{})
	want := []vault.Erasure{{"ada", 1, start.Add(time.Hour)}, {n, 1, start.Add(2 * time.Hour)}, {"later", 0, start.Add(3 * time.Hour)}}
	if d := cmp.Diff(want, log); d != "" {
		t.Fatalf("erasure log: -want +got\n%s", d)
	}
	if got := erasures(t, v, start.Add(2*time.Hour)); len(got) != 2 {
		t.Errorf("since the second: got %v", got)
	}
	restored := b.open(t, func(o *vault.Options) { o.Engine = b.openRing(t, "backup.db") })
	wantOpen(t, restored, "ada", "x", ada, "Ada") // the danger that Reapply is for
	for range 2 {
		for _, e := range log {
			if err := restored.Reapply(ctx, e); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, err := restored.Open(ctx, "ada", "x", ada)
	wantCode(t, "erased before the restore", err, domain.NotFound)
	_, err = restored.Open(ctx, n, "x", said)
	wantCode(t, "a number's words before its erasure", err, domain.NotFound)
	_, err = restored.Seal(ctx, "later", "x", nil)
	wantCode(t, "one the backup never knew", err, domain.Conflict)
	wantOpen(t, restored, "ben", "x", ben, "Ben")
	for _, e := range log { // and where the number was contacted again
		if err := v.Reapply(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	wantOpen(t, v, n, "x", again, "hello again")
}

func erasures(t *testing.T, v *vault.Vault, since time.Time) []vault.Erasure {
	t.Helper()
	var out []vault.Erasure
	for e, err := range v.Erasures(t.Context(), since) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// TestDestroyedKeyIsNowhere looks for the destroyed key's sealed bytes in
// every file of the keyring.
func TestDestroyedKeyIsNowhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, ctx := b.open(t), t.Context()
	for i := range 50 {
		seal(t, v, fmt.Sprint("p", i), "x", "hello")
	}
	d, err := b.ring.Get(ctx, "vault_keys", "p25")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(d.Body, []byte(`"key":"`))
	key := rest[:40]
	if !onDisk(t, b.dir, key) {
		t.Fatal("the test looks in the wrong place: the key is not on disk before")
	}
	if err := v.Destroy(ctx, "p25"); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, b.dir, key) {
		t.Error("the destroyed key is still in the keyring's files")
	}
}

func onDisk(t *testing.T, dir string, what []byte) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "keyring.db*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if bytes.Contains(raw, what) {
			return true
		}
	}
	return false
}

func TestMasterKeyFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.open(t)
	s := seal(t, v, "p1", "x", "Ada")
	name := b.options().MasterKey
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key file: %v, %v", info.Mode(), err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	fail := func(what string) {
		t.Helper()
		_, err := vault.Open(t.Context(), b.options())
		wantCode(t, what, err, domain.Unavailable)
	}
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	fail("a key file that all can read")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	fail("no key file, but a keyring that needs it")
	if _, err := os.Stat(name); err == nil {
		t.Error("a lost key file was replaced by a new one")
	}
	if err := os.WriteFile(name, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	fail("a file that is no key")
	other := setup(t)
	other.open(t)
	foreign, _ := os.ReadFile(other.options().MasterKey)
	if err := os.WriteFile(name, foreign, 0o600); err != nil {
		t.Fatal(err)
	}
	fail("another installation's key")
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, b.open(t), "p1", "x", s, "Ada")
}

func TestKeyManagementService(t *testing.T) { // tink's registry is global: not parallel
	uri, err := fakekms.NewKeyURI()
	if err != nil {
		t.Fatal(err)
	}
	client, err := fakekms.NewClient(uri)
	if err != nil {
		t.Fatal(err)
	}
	registry.RegisterKMSClient(client)
	t.Cleanup(registry.ClearKMSClients)
	b := setup(t)
	kms := func(o *vault.Options) { o.MasterKey = uri }
	s := seal(t, b.open(t, kms), "p1", "x", "Ada")
	wantOpen(t, b.open(t, kms), "p1", "x", s, "Ada")
	o := b.options()
	o.MasterKey = "other-kms://key"
	_, err = vault.Open(t.Context(), o)
	wantCode(t, "a service nobody knows", err, domain.Unavailable)
}
