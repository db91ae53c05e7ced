package mongostore_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

// runFerret starts FerretDB, which speaks MongoDB's wire protocol over SQLite,
// on a Unix socket. The driver knows a socket by its ending.
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

// shortDir is a folder with a path short enough for sockets.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "moot")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func freshName() string {
	return fmt.Sprintf("folkmoot_test_%d_%d", os.Getpid(), databases.Add(1))
}

// open makes an empty database on a server.
func open(t testing.TB, uri string) *mongostore.DB {
	t.Helper()
	// The stand-in is slow under the race detector.
	return openWith(t, uri, mongostore.Options{Timeout: 2 * time.Minute, Select: time.Minute})
}

func openWith(t testing.TB, uri string, opts mongostore.Options) *mongostore.DB {
	t.Helper()
	opts.Database = freshName()
	db, err := mongostore.Open(t.Context(), uri, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = mongostore.Drop(db) // the stand-in is thrown away in any case
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestConformanceOnStandIn asks everything of FerretDB behind the proxy, the
// races included: the proxy makes its writes atomic.
func TestConformanceOnStandIn(t *testing.T) {
	t.Parallel()
	p := newProxy(t, ferret(t))
	storetest.Run(t, storetest.Harness{
		Open:  func(t *testing.T) store.Engine { return open(t, p.uri) },
		Light: true,
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

// at opens the database that a place names, behind a server's URI.
func at(ctx context.Context, place string) (store.Engine, error) {
	uri, name, _ := strings.Cut(place, " ")
	return mongostore.Open(ctx, uri, mongostore.Options{Database: name, Timeout: 2 * time.Minute, Select: time.Minute})
}

// child reports whether this process plays a part for another one: the server
// is the parent's then.
func child() bool { return os.Getenv(storetest.ChildEnv) != "" }

func TestCrashOnStandIn(t *testing.T) {
	t.Parallel()
	place := ""
	if !child() {
		place = newProxy(t, ferret(t)).uri + " " + freshName()
	}
	storetest.Crash(t, place, at, 40)
}

func TestProcessesOnStandIn(t *testing.T) {
	t.Parallel()
	place := ""
	if !child() {
		place = newProxy(t, ferret(t)).uri + " " + freshName()
	}
	storetest.Processes(t, place, at, 25)
}

func TestCrashOnMongoDB(t *testing.T) {
	t.Parallel()
	storetest.Crash(t, realPlace(t), at, 300)
}

func TestProcessesOnMongoDB(t *testing.T) {
	t.Parallel()
	storetest.Processes(t, realPlace(t), at, 150)
}

// realPlace is a fresh database on the real server.
func realPlace(t *testing.T) string {
	t.Helper()
	uri := os.Getenv(realURI)
	if uri == "" {
		t.Skip("no real MongoDB: set " + realURI)
	}
	if child() {
		return ""
	}
	db := open(t, uri)
	return uri + " " + db.Name()
}
