package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"folkmoot/app/store"
	"folkmoot/app/store/mongostore"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/domain"
)

// storeBackup writes backups while the service runs.
type storeBackup struct {
	Store   string `help:"Folder to make for the backup of the store." type:"path"`
	Keyring string `help:"Folder to make for the backup of the keyring. Keep it on another medium, for at most 30 days." type:"path"`
}

// Run backs up the store first and the keyring after it, so that the keyring
// has every key that the store's backup needs.
func (c *storeBackup) Run(ctx context.Context, st *streams) error {
	return atPlaces(ctx, st, func(p *places) error {
		if err := c.check(); err != nil {
			return err
		}
		if c.Store != "" {
			path, here := p.cfg.StoreFile()
			err := p.backup(ctx, backup{kind: backupStore, dir: c.Store, file: path, here: here, specs: p.specs, open: openStore})
			if err != nil {
				return err
			}
		}
		if c.Keyring == "" {
			return nil
		}
		path, here := p.cfg.KeyringFile()
		return p.backup(ctx, backup{kind: backupKeyring, dir: c.Keyring, file: path, here: here, specs: p.ringSpecs, open: openKeyring})
	})
}

func (c *storeBackup) check() error {
	pr := domain.Problems{}
	pr.Need(c.Store+c.Keyring != "", "store", "say what to back up: --store=FOLDER, --keyring=FOLDER or both")
	pr.Need(c.Store == "" || c.Keyring == "" || !within(c.Store, c.Keyring) && !within(c.Keyring, c.Store), "keyring",
		"the keyring's backup must not lie in the store's: whoever has both and the master key can read everything")
	for field, dir := range map[string]string{"store": c.Store, "keyring": c.Keyring} {
		if dir == "" {
			continue
		}
		left, err := os.ReadDir(dir)
		pr.Need(errors.Is(err, os.ErrNotExist) || err == nil && len(left) == 0, field, "%s is there already; name a new folder", dir)
	}
	return pr.Err()
}

// within reports whether a path is the folder or lies in it.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}

// backup is one database to back up.
type backup struct {
	kind, dir string
	file      string // of the embedded engine
	here      bool   // it is a file on this machine
	specs     []store.Spec
	open      opener
}

func (p *places) backup(ctx context.Context, b backup) error {
	if err := mustBe(b.kind, b.file, b.here); err != nil {
		return err
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	began := time.Now()
	m := manifest{
		Format: backupFormat, ID: rand.Text(), Kind: b.kind, TakenAt: domain.Milli(began), Release: version,
		Engine: "sqlite", Moment: oneMoment, File: b.kind + ".db",
	}
	if b.kind == backupKeyring {
		m.DeleteBy = m.TakenAt.Add(keyringLife)
	}
	to := filepath.Join(b.dir, m.File)
	var err error
	if b.here {
		err = p.backupFile(ctx, b, to)
	} else {
		m.Engine = "mongodb"
		m.Moment, err = p.backupServer(ctx, b, to)
	}
	if err != nil {
		return err
	}
	if err := m.count(ctx, to, b.specs); err != nil {
		return err
	}
	if err := m.write(b.dir); err != nil {
		return err
	}
	p.backedUp(m, b.dir, time.Since(began))
	return nil
}

func (p *places) backedUp(m manifest, dir string, took time.Duration) {
	fmt.Fprintf(p.st.out, "%s: %s backed up, %d documents, %.1f MB, in %s\n", dir, m.Kind, m.Documents, float64(m.Bytes)/1e6, took.Round(100*time.Millisecond))
	if m.Moment == spread {
		fmt.Fprintf(p.st.out, "note: this server cannot read all documents as of one moment, and they were written while they were read; each is whole. Stop the service and back up again for one moment.\n")
	}
	if !m.DeleteBy.IsZero() {
		fmt.Fprintf(p.st.out, "delete it by %s: folkmoot store expire does it\n", m.DeleteBy.Format(time.DateOnly))
	}
}

// backupFile copies the embedded store, as of one moment, by SQLite's own
// means.
func (p *places) backupFile(ctx context.Context, b backup, to string) error {
	e, err := b.open(ctx, p.cfg)
	if err != nil {
		return err
	}
	if err = store.Refuse(ctx, e); err == nil {
		err = store.New(e, store.Hooks{}).Backup(ctx, to)
	}
	return errors.Join(err, e.Close())
}

// passes is how often a server without snapshots is read again, in search of
// a moment in which nothing was written.
const passes = 5

// backupServer reads a MongoDB into a file of the embedded engine. Where the
// server can do it, all reads are as of one moment. Elsewhere it reads until a
// whole pass finds nothing changed, and says when there was no such pass.
func (p *places) backupServer(ctx context.Context, b backup, to string) (string, error) {
	from, err := b.open(ctx, p.cfg)
	if err != nil {
		return "", err
	}
	defer from.Close()
	if err := store.Refuse(ctx, from); err != nil {
		return "", err
	}
	if err := from.Ensure(ctx, b.specs...); err != nil {
		return "", err
	}
	part := to + ".part"
	target, err := sqlitestore.Open(ctx, part, sqlitestore.Options{Scrub: b.kind == backupKeyring})
	if err != nil {
		return "", err
	}
	moment, err := readAll(ctx, target, from, b.specs, p.progress("reading"))
	if err := errors.Join(err, target.Close()); err != nil {
		return "", err
	}
	return moment, os.Rename(part, to)
}

func readAll(ctx context.Context, to, from store.Engine, specs []store.Spec, progress func(string, int)) (string, error) {
	o := store.CopyOptions{Progress: progress}
	if db, ok := from.(*mongostore.DB); ok {
		at, end, ok, err := db.Moment(ctx)
		if err != nil {
			return "", err
		}
		defer end()
		if ok {
			_, err := store.CopyWith(at, to, stillSource{from}, specs, o)
			return oneMoment, err
		}
	}
	o.Mirror = true
	for range passes {
		done, err := store.CopyWith(ctx, to, from, specs, o)
		if err != nil {
			return "", err
		}
		if done.Written+done.Deleted == 0 {
			return oneMoment, nil
		}
	}
	return spread, nil
}

// stillSource is an engine whose collections were made before: commands that
// make them cannot run in a snapshot.
type stillSource struct{ store.Engine }

// Ensure does nothing.
func (stillSource) Ensure(context.Context, ...store.Spec) error { return nil }

// count reads the finished file back and fills in what it holds.
func (m *manifest) count(ctx context.Context, path string, specs []store.Spec) error {
	db, err := sqlitestore.Open(ctx, path, sqlitestore.Options{})
	if err != nil {
		return err
	}
	err = db.Ensure(ctx, specs...)
	if err == nil {
		m.Collections, err = store.Sums(ctx, db, specs)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	for _, s := range m.Collections {
		m.Documents += s.Documents
	}
	m.Bytes, m.SHA256, err = hashing(io.Discard, path)
	return err
}

// storeExpire deletes keyring backups that are too old.
type storeExpire struct {
	Folders []string `arg:"" help:"Folders to look in; each holds backups." type:"path"`
}

// Run looks at every manifest one folder deep.
func (c *storeExpire) Run(st *streams) error {
	now, left := time.Now(), 0
	for _, dir := range c.Folders {
		found, err := filepath.Glob(filepath.Join(dir, "*", manifestName))
		if err != nil {
			return err
		}
		for _, path := range found {
			folder := filepath.Dir(path)
			m, err := readManifest(folder, backupKeyring)
			if err != nil {
				continue // of a store, or of something else
			}
			if now.Before(m.DeleteBy) {
				left++
				continue
			}
			if err := errors.Join(os.Remove(filepath.Join(folder, m.File)), os.Remove(filepath.Join(folder, noteName)), os.Remove(path)); err != nil {
				return err
			}
			_ = os.Remove(folder) // stays when something else is in it
			fmt.Fprintf(st.out, "%s: deleted, its 30 days ended on %s\n", folder, m.DeleteBy.Format(time.DateOnly))
		}
	}
	fmt.Fprintf(st.out, "%d keyring backups are younger than 30 days\n", left)
	return nil
}
