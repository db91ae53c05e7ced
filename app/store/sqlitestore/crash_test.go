package sqlitestore_test

import (
	"context"
	"path/filepath"
	"testing"

	"folkmoot/app/store"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/app/store/storetest"
)

func openEngine(ctx context.Context, place string) (store.Engine, error) {
	return sqlitestore.Open(ctx, place, sqlitestore.Options{})
}

func TestCrash(t *testing.T) {
	t.Parallel()
	storetest.Crash(t, filepath.Join(t.TempDir(), "store.db"), openEngine, 300)
}

func TestProcesses(t *testing.T) {
	t.Parallel()
	storetest.Processes(t, filepath.Join(t.TempDir(), "store.db"), openEngine, 150)
}
