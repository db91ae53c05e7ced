package mongostore_test

import (
	"path/filepath"
	"testing"

	"folkmoot/app/store"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/app/store/storetest"
)

// TestCopies moves a store from the embedded engine to this one and back:
// how an installation outgrows its first machine.
func TestCopies(t *testing.T) {
	t.Parallel()
	uri := newProxy(t, ferret(t)).uri
	storetest.Copies(t, embedded(t), open(t, uri))
	storetest.Copies(t, open(t, uri), embedded(t))
}

func embedded(t *testing.T) store.Engine {
	t.Helper()
	db, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
