package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"folkmoot/app/store"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/app/vault"
	"folkmoot/config"
	"folkmoot/domain"
)

// storeRestore puts backups back. Nothing can serve before it is finished.
type storeRestore struct {
	Store        string   `help:"Folder of the store's backup." type:"existingdir"`
	Keyring      string   `help:"Folder of the keyring's backup; leave it out when the keyring was not lost." type:"existingdir"`
	Erasures     []string `help:"Erasure log in a file, from folkmoot store erasures; needed when both are restored." type:"existingfile"`
	NoErasureLog string   `help:"Restore both without an erasure log: the reason. People who were erased since the backup become readable again; it is recorded."`
	OldKeyring   string   `help:"Restore a keyring older than 30 days: the reason; it is recorded."`
}

// Run restores, erases again, records it, and only then lets the store be
// served. Broken off, it goes on where it stopped.
func (c *storeRestore) Run(ctx context.Context, st *streams) error {
	return atPlaces(ctx, st, func(p *places) error {
		r := &restore{places: p, storeRestore: c}
		if err := r.look(); err != nil {
			return err
		}
		if err := r.place(ctx); err != nil {
			return err
		}
		return r.finish(ctx)
	})
}

// restore is one restore under way.
type restore struct {
	*places
	*storeRestore
	main, keys manifest
	work       *store.Work
	log        erasureLog
	sources    []string // of the erasure log, in words
}

// opener opens a database that the settings name.
type opener = func(context.Context, config.Config) (store.Engine, error)

// look reads the manifests and refuses what cannot or should not be done.
func (r *restore) look() (err error) {
	pr := domain.Problems{}
	pr.Need(r.Store+r.Keyring != "", "store", "say what to restore: --store=FOLDER, --keyring=FOLDER or both")
	if err := pr.Err(); err != nil {
		return err
	}
	if r.Store != "" {
		if r.main, err = readManifest(r.Store, backupStore); err != nil {
			return err
		}
		if err := r.main.fits(r.specs); err != nil {
			return err
		}
	}
	if r.Keyring != "" {
		if r.keys, err = readManifest(r.Keyring, backupKeyring); err != nil {
			return err
		}
		if err := r.keys.fits(r.ringSpecs); err != nil {
			return err
		}
	}
	return r.mayErase()
}

// mayErase refuses to bring keys back when nobody can tell whose were
// destroyed since.
func (r *restore) mayErase() error {
	both := r.Store != "" && r.Keyring != ""
	if both && len(r.Erasures) == 0 && r.NoErasureLog == "" {
		return domain.E(domain.Conflict, "there is no erasure log: with store and keyring both from a backup, nothing here says who was erased after %s.\n"+
			"Give the newest one with --erasures=FILE. If there is none, say why you go on with --no-erasure-log=REASON: it is recorded, and people erased since become readable again.", r.keys.TakenAt.Format(time.RFC3339))
	}
	if r.Keyring != "" && time.Now().After(r.keys.DeleteBy) && r.OldKeyring == "" {
		return domain.E(domain.Conflict, "this keyring backup should have been deleted by %s; to use it all the same, say why with --old-keyring=REASON: it is recorded", r.keys.DeleteBy.Format(time.DateOnly))
	}
	for _, path := range r.Erasures {
		if err := r.log.addFile(path); err != nil {
			return domain.E(domain.Invalid, "%v", err)
		}
		r.sources = append(r.sources, "the file "+filepath.Base(path))
	}
	return nil
}

// id names what is restored, to know a restore that was broken off.
func (r *restore) id() string { return strings.Trim(r.main.ID+"+"+r.keys.ID, "+") }

// copied is the step at which both databases hold what their manifests say.
const copied = "copied"

// place puts the databases where the settings want them.
func (r *restore) place(ctx context.Context) error {
	if err := r.placeMain(ctx); err != nil {
		return err
	}
	if err := r.placeRing(ctx); err != nil {
		return err
	}
	if r.work.Step == copied {
		return nil
	}
	r.work.Step = copied
	return r.work.Note(ctx, r.places.main)
}

// placeMain has the store open, with the note of this restore in it, whether
// it is restored or stays.
func (r *restore) placeMain(ctx context.Context) error {
	path, here := r.cfg.StoreFile()
	if r.Store != "" && here {
		if err := r.placeFile(ctx, path); err != nil {
			return err
		}
	}
	if err := r.openMain(ctx); err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil || r.Store == "" || r.work.Step == copied {
		return err
	}
	if !here {
		if err := r.fill(ctx, r.places.main, r.Store, r.main, r.specs); err != nil {
			return err
		}
	}
	return r.compare(ctx, r.places.main, r.main, r.specs)
}

// begin notes this restore in the store, or finds its note there.
func (r *restore) begin(ctx context.Context) (err error) {
	if r.work, err = store.Unfinished(ctx, r.places.main); err != nil {
		return err
	}
	if r.work != nil && r.work.Of == r.id() {
		fmt.Fprintln(r.st.out, "this restore was begun before and goes on")
		return nil
	}
	if r.work != nil {
		return domain.E(domain.Conflict, "another %s into this store was begun and not finished; repeat that one, or empty the store", r.work.What)
	}
	if r.Store != "" {
		if empty, err := store.Empty(ctx, r.places.main, r.specs); err != nil || !empty {
			return errors.Join(err, errOccupied("store", "the database that FOLKMOOT_STORE names"))
		}
	}
	r.work = &store.Work{What: "restore", Of: r.id()}
	return r.work.Note(ctx, r.places.main)
}

func errOccupied(what, place string) error {
	return domain.E(domain.Conflict, "%s already holds a %s; restore only into an empty place: move what is there away first", place, what)
}

// placeFile copies a backup of the embedded store under its name, with the
// note of this restore already in it.
func (r *restore) placeFile(ctx context.Context, path string) error {
	if there(path) {
		return r.resumes(ctx, path)
	}
	return r.copyFile(r.Store, r.main, path, func(part string) error {
		db, err := sqlitestore.Open(ctx, part, sqlitestore.Options{})
		if err != nil {
			return err
		}
		err = (&store.Work{What: "restore", Of: r.id()}).Note(ctx, db)
		return errors.Join(err, db.Close())
	})
}

// resumes is nil when the store file is there because of this very restore.
func (r *restore) resumes(ctx context.Context, path string) error {
	db, err := sqlitestore.Open(ctx, path, sqlitestore.Options{})
	if err != nil {
		return err
	}
	w, err := store.Unfinished(ctx, db)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if w == nil || w.Of != r.id() {
		return errOccupied("store", path)
	}
	return nil
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// copyFile copies the file of a backup, checks it against the manifest and
// publishes it under the name when prepare is done with it.
func (r *restore) copyFile(dir string, m manifest, path string, prepare func(part string) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	n, sum, err := hashing(f, filepath.Join(dir, m.File))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if n != m.Bytes || sum != m.SHA256 {
		return errors.Join(os.Remove(part), domain.E(domain.Conflict, "the backup in %s is damaged: %s is not what its manifest says; take another backup", dir, m.File))
	}
	if err := prepare(part); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// placeRing has the keyring open, restored or as it is.
func (r *restore) placeRing(ctx context.Context) error {
	path, here := r.cfg.KeyringFile()
	fresh := r.Keyring != "" && r.work.Step != copied
	if fresh && here {
		if err := r.placeRingFile(path); err != nil {
			return err
		}
	}
	if err := r.openRing(ctx); err != nil || !fresh {
		return err
	}
	if !here {
		if err := r.fillRing(ctx); err != nil {
			return err
		}
	}
	return r.compare(ctx, r.ring, r.keys, r.ringSpecs)
}

func (r *restore) placeRingFile(path string) error {
	if r.work.Step == "keyring" && there(path) { // broken off just after it was put there
		return nil
	}
	if there(path) {
		return errOccupied("keyring", path)
	}
	return r.copyFile(r.Keyring, r.keys, path, func(string) error {
		r.work.Step = "keyring"
		return r.work.Note(context.Background(), r.places.main)
	})
}

func (r *restore) fillRing(ctx context.Context) error {
	if r.work.Step != "keyring" {
		if empty, err := store.Empty(ctx, r.ring, r.ringSpecs); err != nil || !empty {
			return errors.Join(err, errOccupied("keyring", "the database that FOLKMOOT_KEYRING names"))
		}
		r.work.Step = "keyring"
		if err := r.work.Note(ctx, r.places.main); err != nil {
			return err
		}
	}
	return r.fill(ctx, r.ring, r.Keyring, r.keys, r.ringSpecs)
}

// fill copies a backup into a MongoDB.
func (r *restore) fill(ctx context.Context, to store.Engine, dir string, m manifest, specs []store.Spec) error {
	tmp, err := os.MkdirTemp(r.cfg.DataDir, "restore-")
	if errors.Is(err, fs.ErrNotExist) {
		tmp, err = os.MkdirTemp("", "restore-")
	}
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	path := filepath.Join(tmp, m.File)
	if err := r.copyFile(dir, m, path, func(string) error { return nil }); err != nil {
		return err
	}
	from, err := sqlitestore.Open(ctx, path, sqlitestore.Options{})
	if err != nil {
		return err
	}
	_, err = store.CopyWith(ctx, to, from, specs, store.CopyOptions{Progress: r.progress("restoring")})
	return errors.Join(err, from.Close())
}

// compare reads back what was restored.
func (r *restore) compare(ctx context.Context, e store.Engine, m manifest, specs []store.Spec) error {
	got, err := store.Sums(ctx, e, specs)
	if err != nil {
		return err
	}
	if problem := m.differs(got); problem != "" {
		return domain.E(domain.Conflict, "the %s was not restored whole: %s; empty it and restore again", m.Kind, problem)
	}
	fmt.Fprintf(r.st.out, "%s: %d documents, as its manifest says, of %s\n", m.Kind, m.Documents, m.TakenAt.Format(time.RFC3339))
	return nil
}

// finish erases again, records the restore and ends it.
func (r *restore) finish(ctx context.Context) error {
	v, err := r.openVault(ctx)
	if err != nil {
		return err
	}
	if err := r.gather(ctx, v); err != nil {
		return err
	}
	h, err := openWhole(ctx, r.cfg, newLog(r.st.err, r.cfg.Telemetry))
	if err != nil {
		return err
	}
	defer h.close()
	did, err := h.eraseAgain(ctx, r.log)
	if err != nil {
		return err
	}
	if err := r.record(ctx, h, did); err != nil {
		return err
	}
	if err := r.work.Finish(ctx, r.places.main); err != nil {
		return err
	}
	fmt.Fprintf(r.st.out, "erasures: %d in the log (from %s), %d keys destroyed again, %d people blanked again\n",
		len(r.log.entries), strings.Join(r.sources, ", "), did.keys, did.people)
	if did.held > 0 {
		fmt.Fprintf(r.st.out, "note: %d people can no longer be read, but their rows stay until the legal hold on them is lifted\n", did.held)
	}
	fmt.Fprintln(r.st.out, "The store may be served.")
	return nil
}

// gather collects the erasure log from every place that has one. A database
// that was not lost has it whole.
func (r *restore) gather(ctx context.Context, v *vault.Vault) error {
	if err := errors.Join(r.log.addKeyring(ctx, v), r.log.addStore(ctx, r.places.main)); err != nil {
		return err
	}
	switch {
	case r.Keyring == "":
		r.sources = append(r.sources, "the keyring, which was not lost")
		r.log.knownUntil(domain.Milli(time.Now()))
	case r.Store == "":
		r.sources = append(r.sources, "the store, which was not lost")
		r.log.knownUntil(domain.Milli(time.Now()))
	default:
		r.sources = append(r.sources, "the backups themselves")
	}
	return nil
}

// record puts the restore, and every choice that was made for it, into the
// installation's record.
func (r *restore) record(ctx context.Context, h *house, did erasedAgain) error {
	data := map[string]any{"erasures": len(r.log.entries), "keys": did.keys, "people": did.people, "held": did.held}
	if r.Store != "" {
		data["store"], data["store_taken_at"] = r.main.ID, r.main.TakenAt
	}
	if r.Keyring != "" {
		data["keyring"], data["keyring_taken_at"] = r.keys.ID, r.keys.TakenAt
	}
	if !r.log.until.IsZero() {
		data["erasures_until"] = r.log.until
	}
	if r.NoErasureLog != "" && len(r.Erasures) == 0 {
		data["without_erasure_log"] = true
	}
	op := operator()
	return h.audit.Append(ctx, domain.Event{
		ID: domain.Derive("restore", r.id(), r.work.Of), Chain: "installation", At: h.clock.Now(), Actor: op.Actor.ID, Via: op.Actor.Via,
		Roles: []domain.Role{domain.Administrator}, Action: "store.restored", Subject: "stores:" + r.id(),
		Reason: strings.TrimSpace(r.NoErasureLog + " " + r.OldKeyring), Data: data,
	})
}
