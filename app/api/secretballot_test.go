package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"folkmoot/app/store"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/app/vault"
	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/domaintest"
)

// A secret ballot held through the API on the real store and the real vault.
// Afterwards the attacker holds everything: the database's files, a backup of
// it from after every single vote, the keyring's files and the master key.
// They know from the registers of two backups who voted in between. They must
// not learn what.
func TestASecretBallotWithTheDatabaseAndEveryBackupInHand(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	db := must(sqlitestore.Open(ctx, filepath.Join(dir, "folkmoot.db"), sqlitestore.Options{}))(t)
	ring := must(sqlitestore.Open(ctx, filepath.Join(dir, "keyring.db"), sqlitestore.Options{Scrub: true}))(t)
	t.Cleanup(func() { db.Close(); ring.Close() })
	st := store.New(db, store.Hooks{})
	ballots := store.Open(st, deliberation.Ballots)
	if err := st.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	clock := domaintest.NewClock(time.Date(2018, 8, 3, 15, 0, 0, 0, time.UTC))
	open := func(e store.Engine) *vault.Vault {
		return must(vault.Open(ctx, vault.Options{Engine: e, MasterKey: filepath.Join(dir, "master.key"), Clock: clock}))(t)
	}
	v := open(ring)
	h := juryOver(t, ballots, v)
	var backups []string
	var ballotKey []byte
	h.voted = func() {
		name := filepath.Join(dir, fmt.Sprintf("backup%d.db", len(backups)))
		if err := db.Backup(ctx, name); err != nil {
			t.Fatal(err)
		}
		backups = append(backups, name)
		ballotKey = keyOfBallot(t, v)
		if !inFiles(t, dir, "keyring.db*", ballotKey) {
			t.Fatal("the keyring's files do not hold the key while the ballot is open: the test looks for the wrong thing")
		}
	}
	h.toReport()

	// The files that are left, byte for byte.
	for _, no := range []string{string(ballotKey), `"ranking"`, `"answers"`} {
		if inFiles(t, dir, "*.db*", []byte(no)) {
			t.Errorf("a file holds %s", no)
		}
	}
	// Each backup's box, with the keyring and the master key as they are now.
	fresh := open(ring)
	lengths := map[int]bool{}
	for i, name := range backups {
		b := ballotIn(ctx, t, name)
		if n := b.Voted(); n != i+1 {
			t.Fatalf("backup %d: %d on the register have voted", i, n)
		}
		if len(b.Box) == 0 {
			t.Fatalf("backup %d holds no box: the test has nothing to open", i)
		}
		lengths[len(b.Box)] = true
		for _, k := range []*vault.Vault{v, fresh} {
			if plain, err := k.Open(ctx, "ballot:"+b.ID, "ballot:"+b.ID, b.Box); !domain.Is(err, domain.NotFound) {
				t.Errorf("the box of backup %d opens: %s, %v", i, plain, err)
			}
		}
		b.Box = ""
		if raw := must(json.Marshal(b))(t); bytes.Contains(raw, []byte("\"counts\"")) || len(b.Applied) != 3 {
			t.Errorf("backup %d holds a tally, or command keys of votes: %s", i, raw)
		}
	}
	if len(lengths) != 1 || len(backups) != len(jurors) {
		t.Errorf("boxes of %d lengths in %d backups, want one length whatever is in it", len(lengths), len(backups))
	}
	// The result is there all the same, and only sums.
	for b, err := range ballots.Find(ctx, domain.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Result.Voted != 5 || b.Result.Outcomes[0].Winner != "cinderford" || b.Box != "" || b.Key != "destroyed" {
			t.Errorf("got %+v", b.Result)
		}
		if n := len(b.Applied); n != 7 { // drafted, approved, opened, closed, counted, key destroyed, certified
			t.Errorf("%d command keys on the ballot, want the 7 of its own steps", n)
		}
	}
}

// inFiles reports whether any file of the pattern holds the bytes.
func inFiles(t *testing.T, dir, pattern string, what []byte) bool {
	t.Helper()
	for _, name := range must(filepath.Glob(filepath.Join(dir, pattern)))(t) {
		if bytes.Contains(must(os.ReadFile(name))(t), what) {
			return true
		}
	}
	return false
}

// keyOfBallot is the ballot's key as it lies in the keyring, sealed.
func keyOfBallot(t *testing.T, v *vault.Vault) []byte {
	t.Helper()
	keys, ok := v.Store().Collection("vault_keys")
	if !ok {
		t.Fatal("the keyring has no keys")
	}
	for d, err := range keys.Documents(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		var k struct {
			Key string `json:"key"` // as written, in base 64
		}
		if err := json.Unmarshal(d.Body, &k); err == nil && k.Key != "" {
			return []byte(k.Key)
		}
	}
	t.Fatal("the ballot has no key")
	return nil
}

// ballotIn reads the ballot out of a backup.
func ballotIn(ctx context.Context, t *testing.T, name string) deliberation.Ballot {
	t.Helper()
	db := must(sqlitestore.Open(ctx, name, sqlitestore.Options{}))(t)
	defer db.Close()
	st := store.New(db, store.Hooks{})
	ballots := store.Open(st, deliberation.Ballots)
	if err := st.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	for b, err := range ballots.Find(ctx, domain.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	t.Fatalf("%s holds no ballot", name)
	return deliberation.Ballot{}
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
