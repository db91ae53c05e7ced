package mongostore_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/FerretDB/FerretDB/ferretdb"

	"folkmoot/app/store"
	"folkmoot/app/store/mongostore"
	"folkmoot/app/store/storetest"
)

// realURI names the real MongoDB that the tests ask beside the stand-in.
const realURI = "FOLKMOOT_TEST_MONGODB_URI"

var standIn struct {
	sync.Once
	uri string
	err error
}

var databases atomic.Int64

// TestMain keeps one stand-in server for all tests.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "moot")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	startStandIn = func() (string, error) { return runFerret(ctx, dir, stopped) }
	code := m.Run()
	cancel()
	if standIn.uri != "" {
		<-stopped
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

var startStandIn func() (string, error)

// The driver knows a socket by its ending.
//
// runFerret starts FerretDB, which speaks MongoDB's wire protocol over SQLite,
// on a Unix socket.
func runFerret(ctx context.Context, dir string, stopped chan<- struct{}) (string, error) {
	f, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{Unix: filepath.Join(dir, "f.sock")},
		Logger:    slog.New(slog.NewTextHandler(io.Discard, nil)),
		Handler:   "sqlite",
		SQLiteURL: "file:" + dir + "/",
	})
	if err != nil {
		return "", err
	}
	go func() {
		defer close(stopped)
		_ = f.Run(ctx)
	}()
	return f.MongoDBURI(), nil
}

func ferret(t testing.TB) string {
	t.Helper()
	standIn.Do(func() { standIn.uri, standIn.err = startStandIn() })
	if standIn.err != nil {
		t.Fatal(standIn.err)
	}
	return standIn.uri
}

// open makes an empty database on a server.
func open(t testing.TB, uri string) *mongostore.DB {
	t.Helper()
	name := fmt.Sprintf("folkmoot_test_%d_%d", os.Getpid(), databases.Add(1))
	db, err := mongostore.Open(t.Context(), uri, mongostore.Options{Database: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := mongostore.Drop(db); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestConformanceOnStandIn(t *testing.T) {
	t.Parallel()
	uri := ferret(t)
	storetest.Run(t, storetest.Harness{
		Open:    func(t *testing.T) store.Engine { return open(t, uri) },
		NoRaces: "FerretDB v1 reads, then writes without a lock: a race is MongoDB's to answer; set " + realURI,
		Light:   true,
	})
}

func TestConformanceOnMongoDB(t *testing.T) {
	t.Parallel()
	uri := os.Getenv(realURI)
	if uri == "" {
		t.Skip("no real MongoDB: set " + realURI)
	}
	storetest.Run(t, storetest.Harness{Open: func(t *testing.T) store.Engine { return open(t, uri) }})
}
