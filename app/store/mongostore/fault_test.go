package mongostore_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/app/store"
	"folkmoot/app/store/mongostore"
	"folkmoot/app/store/storetest"
	"folkmoot/domain"
)

// faulty is a store behind a proxy that can fail.
func faulty(t *testing.T) (*proxy, *mongostore.DB, *store.Collection[storetest.Doc]) {
	t.Helper()
	p := newProxy(t, ferret(t))
	db := openWith(t, p.uri, mongostore.Options{Select: 300 * time.Millisecond, Timeout: 15 * time.Second})
	s := store.New(db, store.Hooks{})
	c := store.Open(s, storetest.Docs("docs"))
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Insert(t.Context(), &storetest.Doc{Root: domain.Root{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	return p, db, c
}

func wantCode(t *testing.T, what string, err error, want domain.Code) {
	t.Helper()
	if domain.CodeOf(err) != want {
		t.Errorf("%s: got %v, want %s", what, err, want)
	}
}

// TestServerAway takes the server away and brings it back: the same client
// works again without anybody's help.
func TestServerAway(t *testing.T) {
	t.Parallel()
	p, db, c := faulty(t)
	p.obey(func(string) verdict { return verdict{cutBefore: true} })
	p.breakAll()
	_, err := c.Get(t.Context(), "a")
	wantCode(t, "a read", err, domain.Unavailable)
	wantCode(t, "a write", c.Insert(t.Context(), &storetest.Doc{Root: domain.Root{ID: "b"}}), domain.Unavailable)
	wantCode(t, "a ping", db.Ping(t.Context()), domain.Unavailable)
	p.obey(nil)
	var last error
	for range 50 { // the driver looks for the server every half second
		if last = c.Insert(t.Context(), &storetest.Doc{Root: domain.Root{ID: "b"}}); last == nil {
			break
		}
	}
	if last != nil {
		t.Errorf("after its return: %v", last)
	}
	if n, err := c.Count(t.Context(), domain.Query{}); err != nil || n != 2 {
		t.Errorf("%d documents, %v", n, err)
	}
}

// TestLostAnswer breaks the connection between a write and its answer: the
// caller is told that the outcome is not known, and asking again finds out.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	p, _, c := faulty(t)
	p.once("insert", verdict{cutAfter: true})
	b := &storetest.Doc{Root: domain.Root{ID: "b"}}
	wantCode(t, "an insert whose answer is lost", c.Insert(t.Context(), b), domain.Unavailable)
	if err := again(func() error { return c.Insert(t.Context(), b) }); !errors.Is(err, store.ErrExists) {
		t.Errorf("the same insert again: got %v", err)
	}
	cmd := domain.Command{Key: "k"}
	count := func(d *storetest.Doc) error {
		if d.Done(cmd) {
			return domain.ErrNoChange
		}
		d.Touch(cmd, time.UnixMilli(0))
		d.Rank++
		return nil
	}
	p.once("update", verdict{cutAfter: true})
	_, err := c.Update(t.Context(), "a", count)
	wantCode(t, "an update whose answer is lost", err, domain.Unavailable)
	var got storetest.Doc
	err = again(func() (err error) { got, err = c.Update(t.Context(), "a", count); return err })
	if err != nil || got.Rank != 1 {
		t.Errorf("the same command again: rank %d, %v", got.Rank, err)
	}
}

// again repeats what was unavailable until the driver has found the server.
func again(f func() error) error {
	var err error
	for range 50 {
		if err = f(); !domain.Is(err, domain.Unavailable) {
			return err
		}
	}
	return err
}

func serverError(code int, name string) bson.D {
	return bson.D{{Key: "ok", Value: 0.0}, {Key: "errmsg", Value: name}, {Key: "code", Value: int32(code)}, {Key: "codeName", Value: name}}
}

func writeError(code int, name string) bson.D {
	return bson.D{{Key: "ok", Value: 1.0}, {Key: "n", Value: int32(0)}, {Key: "writeErrors", Value: bson.A{
		bson.D{{Key: "index", Value: int32(0)}, {Key: "code", Value: int32(code)}, {Key: "errmsg", Value: name}},
	}}}
}

func TestServerErrors(t *testing.T) {
	t.Parallel()
	p, _, c := faulty(t)
	concern := bson.D{{Key: "ok", Value: 1.0}, {Key: "n", Value: int32(1)}, {Key: "writeConcernError", Value: bson.D{
		{Key: "code", Value: int32(64)}, {Key: "codeName", Value: "WriteConcernFailed"}, {Key: "errmsg", Value: "waiting for replication timed out"},
	}}}
	rows := []struct {
		name   string
		answer bson.D
		want   domain.Code
	}{
		{"the primary steps down", serverError(10107, "NotWritablePrimary"), domain.Unavailable},
		{"it was stepped down", serverError(189, "PrimarySteppedDown"), domain.Unavailable},
		{"it shuts down", serverError(91, "ShutdownInProgress"), domain.Unavailable},
		{"it was interrupted", serverError(11602, "InterruptedDueToReplStateChange"), domain.Unavailable},
		{"no majority in time", concern, domain.Unavailable},
		{"no rights", serverError(13, "Unauthorized"), domain.Unavailable},
		{"the disk is full", writeError(14031, "OutOfDiskSpace"), domain.Unavailable},
		{"too large", writeError(10334, "BSONObjectTooLarge"), domain.Conflict},
		{"the id is taken", writeError(11000, "DuplicateKey"), domain.Conflict},
		{"not a command", serverError(9, "FailedToParse"), domain.Internal},
	}
	for _, row := range rows {
		p.once("insert", verdict{answer: row.answer})
		err := c.Insert(t.Context(), &storetest.Doc{Root: domain.Root{ID: "x"}})
		wantCode(t, row.name, err, row.want)
		p.obey(nil)
		if err := again(func() error { _, err := c.Get(t.Context(), "a"); return err }); err != nil {
			t.Errorf("after %q: %v", row.name, err)
		}
	}
}

func TestBadConnectionStrings(t *testing.T) {
	t.Parallel()
	for _, uri := range []string{"", "postgres://db", "mongodb://", "mongodb://user:secret@[bad"} {
		_, err := mongostore.Open(t.Context(), uri, mongostore.Options{})
		wantCode(t, uri, err, domain.Unavailable)
		if err != nil && len(uri) > 20 && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	_, err := mongostore.Open(t.Context(), "mongodb://127.0.0.1:1/", mongostore.Options{Select: 50 * time.Millisecond, Timeout: 200 * time.Millisecond})
	wantCode(t, "nobody there", err, domain.Unavailable)
}
