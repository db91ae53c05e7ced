package main

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/FerretDB/FerretDB/ferretdb"

	"folkmoot/domain/people"
)

// ferret starts FerretDB, which speaks MongoDB's wire protocol over SQLite,
// and answers its address up to the name of a database.
func ferret(t *testing.T) string {
	t.Helper()
	dir := fastFolder(t)
	f := must[*ferretdb.FerretDB](t)(ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{Unix: filepath.Join(dir, "f.sock")}, Handler: "sqlite", SQLiteURL: "file:" + dir + "/",
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}))
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = f.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-stopped
	})
	return f.MongoDBURI()
}

// onMongo are the settings of an installation on MongoDB.
func onMongo(t *testing.T, uri, name, master string) []string {
	dir := t.TempDir()
	copyOf(t, master, dir, "master.key")
	return append(at(dir), "FOLKMOOT_STORE="+uri+name, "FOLKMOOT_KEYRING="+uri+name+"_keys")
}

// onAnotherEngine moves the jury to MongoDB, backs it up there, erases
// somebody, and restores from either engine's backup into the other.
func (w *erasedWorld) onAnotherEngine(t *testing.T) {
	uri := ferret(t)
	moved := onMongo(t, uri, "moved", w.dir)
	out := mustCommand(t, at(w.dir), "store", "copy", "--to", uri+"moved", "--keyring-to", uri+"moved_keys")
	if strings.Count(out, " 0 differ") != 2 {
		t.Errorf("the copy: %s", out)
	}
	w.check(t, moved)
	if out, code := command(t, at(w.dir), "store", "copy", "--to", uri+"moved"); code != 1 || !strings.Contains(out, "not empty") {
		t.Errorf("copying again: exit %d\n%s", code, out)
	}

	tmp := t.TempDir()
	backup, ring, log := filepath.Join(tmp, "store"), filepath.Join(tmp, "ring"), filepath.Join(tmp, "log")
	out = mustCommand(t, moved, "store", "backup", "--store", backup, "--keyring", ring)
	if strings.Contains(out, "of one moment") {
		t.Errorf("nothing was written meanwhile, and the backup says so: %s", out)
	}
	h := openAt(t, moved)
	p := *w.played
	p.house, p.t = h, t
	later := *w
	later.played, later.gone, later.sealed = &p, nil, nil
	for person := range h.people.Of(t.Context(), w.id, people.NotSelected) {
		later.gone, later.sealed = append(later.gone, person.ID), append(later.sealed, sealedOf(t, h, person.ID))
		eraseFor(t, &p, person.ID)
		break
	}
	p.settled()
	mustCommand(t, moved, "store", "erasures", log)
	rotated := mustCommand(t, moved, "store", "rotate-keys", "--root")
	if !strings.Contains(rotated, "a new root key seals") {
		t.Errorf("got %s", rotated)
	}

	t.Run("from MongoDB to a file", func(t *testing.T) {
		dir := t.TempDir()
		copyOf(t, w.dir, dir, "master.key")
		mustCommand(t, at(dir), "store", "restore", "--store", backup, "--keyring", ring, "--erasures", log)
		later.check(t, at(dir))
	})
	t.Run("from a file to MongoDB", func(t *testing.T) {
		fresh := onMongo(t, uri, "restored", w.dir)
		mustCommand(t, fresh, "store", "restore", "--store", w.store, "--keyring", w.ring, "--erasures", w.log)
		w.check(t, fresh)
		if out, code := command(t, fresh, "store", "restore", "--store", w.store, "--keyring", w.ring, "--erasures", w.log); code != 1 || !strings.Contains(out, "only into an empty place") {
			t.Errorf("over what is there: exit %d\n%s", code, out)
		}
	})
}
