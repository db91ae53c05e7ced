package sqlitestore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/app/store"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/app/store/storetest"
	"folkmoot/domain"
)

func wantAway(t *testing.T, what string, err error, words string) {
	t.Helper()
	var e *domain.Error
	if !errors.As(err, &e) || e.Code != domain.Unavailable || !strings.Contains(e.Msg, words) {
		t.Errorf("%s: got %v, want unavailable and %q", what, err, words)
	}
}

// filled is a store with documents in it.
func filled(t *testing.T, db *sqlitestore.DB, n int) *store.Collection[storetest.Doc] {
	t.Helper()
	s := store.New(db, store.Hooks{})
	c := store.Open(s, storetest.Docs("docs"))
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		add(t, c, fmt.Sprintf("d%04d", i))
	}
	return c
}

func document(id string) *storetest.Doc {
	return &storetest.Doc{Root: domain.Root{ID: id}, State: "open", Note: strings.Repeat(id, 500)}
}

func add(t *testing.T, c *store.Collection[storetest.Doc], id string) {
	t.Helper()
	if err := c.Insert(t.Context(), document(id)); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, c *store.Collection[storetest.Doc]) int {
	t.Helper()
	n, err := c.Count(t.Context(), domain.Query{Index: "state"})
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// TestDiskFull lets the disk run full under many writers: what was answered
// is there, what was not is not, and with room again all goes on.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	db := open(t)
	c := filled(t, db, 10)
	if err := db.Exec(t.Context(), "PRAGMA max_page_count=60"); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	acked, failed := 10, 0
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			err := c.Insert(t.Context(), document(fmt.Sprintf("full%d", i)))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				acked++
				return
			}
			failed++
			wantAway(t, "a write to a full disk", err, "disk is full")
		})
	}
	wg.Wait()
	if failed == 0 {
		t.Error("the disk never was full: the test asks nothing")
	}
	if got := count(t, c); got != acked {
		t.Errorf("%d documents were acknowledged, %d are there", acked, got)
	}
	if err := db.Exec(t.Context(), "PRAGMA max_page_count=1000000"); err != nil {
		t.Fatal(err)
	}
	add(t, c, "after")
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	db := open(t)
	c := filled(t, db, 1)
	if err := db.Exec(t.Context(), "PRAGMA query_only=1"); err != nil {
		t.Fatal(err)
	}
	wantAway(t, "a write", c.Insert(t.Context(), document("a")), "may not be written")
	wantAway(t, "a ping", db.Ping(t.Context()), "may not be written")
	if got := count(t, c); got != 1 {
		t.Errorf("reading meanwhile: %d documents", got)
	}
	if err := db.Exec(t.Context(), "PRAGMA query_only=0"); err != nil {
		t.Fatal(err)
	}
	add(t, c, "a")
}

// holdLock takes the file's write lock as another program would.
func holdLock(t *testing.T, path string) (release func()) {
	t.Helper()
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		_ = conn.Close()
		_ = other.Close()
	}
}

func TestLocked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	db := openAt(t, path, sqlitestore.Options{Busy: 30 * time.Millisecond})
	c := filled(t, db, 1)
	release := holdLock(t, path)
	wantAway(t, "a write", c.Insert(t.Context(), document("a")), "busy")
	wantAway(t, "a ping", db.Ping(t.Context()), "busy")
	if got := count(t, c); got != 1 {
		t.Errorf("reading meanwhile: %d documents", got)
	}
	release()
	add(t, c, "a")
}

// TestAPingWrites: whoever only reads finds a full disk healthy.
func TestAPingWrites(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	db := openAt(t, path, sqlitestore.Options{})
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var versions [2]int
	for i := range versions {
		if err := conn.QueryRowContext(t.Context(), "PRAGMA data_version").Scan(&versions[i]); err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if versions[0] == versions[1] {
		t.Error("a ping wrote nothing")
	}
}

// TestSharedCommit queues writes of every kind behind a lock, so that they
// are committed together, and gives some of the callers up meanwhile.
func TestSharedCommit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	db := openAt(t, path, sqlitestore.Options{Busy: time.Minute})
	c := filled(t, db, 20)
	release := holdLock(t, path)
	given, cancel := context.WithCancel(t.Context())
	body := []byte(`{"id":"x","state":"shut"}`)
	var wg sync.WaitGroup
	ask := func(what string, want error, do func() error) {
		wg.Go(func() {
			if err := do(); !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", what, err, want)
			}
		})
	}
	for i := range 10 {
		had, fresh := fmt.Sprintf("d%04d", i), fmt.Sprintf("n%d", i)
		shut := store.Document{ID: had, Version: 2, Schema: 1, Body: body, Keys: map[string]any{"state": "shut", "rank": int64(0)}}
		ask("insert", nil, func() error { return c.Insert(t.Context(), document(fresh)) })
		ask("insert of a taken id", store.ErrExists, func() error { return c.Insert(t.Context(), document(had)) })
		ask("replace over another version", store.ErrStale, func() error { return db.Replace(t.Context(), "docs", shut, 7) })
		ask("replace", nil, func() error { return db.Replace(t.Context(), "docs", shut, 1) })
		ask("delete of nothing", store.ErrAbsent, func() error { return db.Delete(t.Context(), "docs", "none", 0) })
		wg.Go(func() {
			err := c.Insert(given, document("given"+fresh))
			_, had := c.Get(t.Context(), "given"+fresh)
			if (err == nil) != (had == nil) {
				t.Errorf("a caller who gave up was told %v, and reading says %v", err, had)
			}
		})
	}
	cancel()
	release()
	wg.Wait()
	n, err := c.Count(t.Context(), domain.Query{Index: "state", Equal: []any{"shut"}})
	if err != nil || n != 10 {
		t.Errorf("%d of 10 replaced documents, %v", n, err)
	}
}

func TestBackupWhileServing(t *testing.T) {
	t.Parallel()
	db := open(t)
	c := filled(t, db, 100)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				_ = c.Insert(ctx, document(fmt.Sprintf("w%d-%d", w, i)))
			}
		})
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	err := db.Backup(t.Context(), path)
	cancel()
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v", info.Mode(), err)
	}
	if err := db.Backup(t.Context(), path); !domain.Is(err, domain.Conflict) {
		t.Errorf("a second backup to one file: got %v, want conflict", err)
	}
	copied := openAt(t, path, sqlitestore.Options{})
	cc := filled(t, copied, 0)
	if got := count(t, cc); got < 100 {
		t.Errorf("the copy has %d documents", got)
	}
	if _, err := cc.Verify(t.Context(), func(f store.Fault) { t.Errorf("%s: %s", f.ID, f.Problem) }); err != nil {
		t.Error(err)
	}
	if faults, err := copied.Verify(t.Context()); err != nil || len(faults) > 0 {
		t.Errorf("the copy's pages: %v, %v", faults, err)
	}
}

func TestCloseUnderLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	db := openAt(t, path, sqlitestore.Options{})
	c := filled(t, db, 0)
	var mu sync.Mutex
	var acked []string
	var wg sync.WaitGroup
	begun := make(chan struct{})
	for w := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("w%d-%d", w, i)
				if err := c.Insert(context.Background(), document(id)); err != nil {
					wantAway(t, "a write after the close", err, "closed")
					return
				}
				mu.Lock()
				if acked = append(acked, id); len(acked) == 50 {
					close(begun)
				}
				mu.Unlock()
			}
		})
	}
	<-begun
	if err := errors.Join(db.Close(), db.Close()); err != nil {
		t.Error(err)
	}
	wg.Wait()
	_, err := c.Get(t.Context(), "w0-0")
	wantAway(t, "a read after the close", err, "closed")
	wantAway(t, "a ping after the close", db.Ping(t.Context()), "closed")
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("a closed store leaves its log behind")
	}
	again := filled(t, openAt(t, path, sqlitestore.Options{}), 0)
	if got := count(t, again); got != len(acked) {
		t.Errorf("%d documents were acknowledged, %d are there", len(acked), got)
	}
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("text"), []byte(strings.Repeat("not a database\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, in("other"), "CREATE TABLE theirs(x)")
	openAt(t, in("newer"), sqlitestore.Options{})
	run(t, in("newer"), "PRAGMA user_version=2")
	rows := []struct{ name, path, words string }{
		{"no folder", in("none/store.db"), "folder"},
		{"a folder", dir, "folder"},
		{"text", in("text"), "not a store"},
		{"another program's", in("other"), "another program"},
		{"a newer release's", in("newer"), "newer release"},
	}
	for _, row := range rows {
		_, err := sqlitestore.Open(t.Context(), row.path, sqlitestore.Options{})
		wantAway(t, row.name, err, row.words)
	}
}

func run(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedPage overwrites pages in the middle of the file.
func TestDamagedPage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	db := openAt(t, path, sqlitestore.Options{})
	filled(t, db, 300)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(raw) / 3; i < len(raw)*2/3; i++ {
		raw[i] = 0xA5
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	db = openAt(t, path, sqlitestore.Options{})
	if faults, err := db.Verify(t.Context()); err == nil && len(faults) == 0 {
		t.Error("verify finds nothing wrong with a damaged file")
	}
	c := store.Open(store.New(db, store.Hooks{}), storetest.Docs("docs"))
	if err := db.Ensure(t.Context(), c.Spec()); err != nil {
		wantAway(t, "making the tables", err, "damaged")
		return
	}
	var bad error
	for _, err := range c.Find(t.Context(), domain.Query{}) {
		bad = err
	}
	wantAway(t, "reading damaged pages", bad, "damaged")
}

// TestIndexesServeQueries makes sure that a page late in a long list reads
// only what it shows: SQLite must search the index, and sort nothing.
func TestIndexesServeQueries(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	filled(t, openAt(t, path, sqlitestore.Options{}), 5)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `EXPLAIN QUERY PLAN SELECT id, body FROM "c_docs" INDEXED BY "i_docs_state"
		WHERE "k_state" IS NOT NULL AND "k_rank" IS NOT NULL AND "k_state"=? AND ("k_rank",id)>(?,?) ORDER BY "k_state","k_rank",id LIMIT 5`, "open", 1, "d")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var a, b, c int
		var plan string
		if err := rows.Scan(&a, &b, &c, &plan); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, "SEARCH") || !strings.Contains(plan, "(k_rank,id)>") {
			t.Errorf("the plan: %s", plan)
		}
	}
}
