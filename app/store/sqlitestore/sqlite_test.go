package sqlitestore_test

import (
	"path/filepath"
	"testing"

	"folkmoot/app/store"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/app/store/storetest"
)

func open(t testing.TB) *sqlitestore.DB {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "store.db"), sqlitestore.Options{})
}

func openAt(t testing.TB, path string, opts sqlitestore.Options) *sqlitestore.DB {
	t.Helper()
	db, err := sqlitestore.Open(t.Context(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Harness{Open: func(t *testing.T) store.Engine { return open(t) }})
}

func TestCopies(t *testing.T) {
	t.Parallel()
	storetest.Copies(t, open(t), open(t))
}
