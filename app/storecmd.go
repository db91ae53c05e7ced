package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"folkmoot/app/store"
	"folkmoot/app/vault"
	"folkmoot/config"
	"folkmoot/domain"
)

// storeCmd is what an operator does with the store and the keyring as a
// whole. Backup, verify, erasures and rotate-keys work beside a running
// service; restore and copy want an empty place.
type storeCmd struct {
	Migrate    storeMigrate   `cmd:"" help:"Make indexes and bring every document up to this release; may be broken off and begun again."`
	Backup     storeBackup    `cmd:"" help:"Write a backup of the store and, apart, of the keyring, while the service runs."`
	Restore    storeRestore   `cmd:"" help:"Put a backup into an empty place and erase again whoever was erased since."`
	Copy       storeCopy      `cmd:"" help:"Copy store or keyring into another, of either kind, and compare the two."`
	Verify     storeVerify    `cmd:"" help:"Read and check everything: documents, indexes, files, records, keys; exit status 1 when something is wrong."`
	Erasures   storeErasures  `cmd:"" help:"Write the erasure log to a file, for a restore after the loss of store and keyring."`
	Expire     storeExpire    `cmd:"" help:"Delete keyring backups whose 30 days are over."`
	RotateKeys storeRotateKey `cmd:"" help:"Change the master key or the root key, while the service runs."`
}

// places are the store and the keyring of an installation, opened for work on
// them as a whole: nothing is wired, made or brought up to date.
type places struct {
	cfg       config.Config
	st        *streams
	main      store.Engine
	ring      store.Engine
	specs     []store.Spec // of the main store, in this release
	ringSpecs []store.Spec
}

// atPlaces does work on an installation's places and closes them.
func atPlaces(ctx context.Context, st *streams, work func(p *places) error) error {
	cfg, err := loadSettings(st)
	if err != nil {
		return err
	}
	p := &places{cfg: cfg, st: st, ringSpecs: vault.Specs()}
	if p.specs, err = specsOf(cfg); err != nil {
		return err
	}
	err = work(p)
	return errors.Join(explain(err), p.close())
}

// specsOf lists the collections of this release: what the services open when
// they are wired to no store at all.
func specsOf(cfg config.Config) ([]store.Spec, error) {
	h := emptyHouse(cfg, slog.New(slog.DiscardHandler), parts{})
	h.store = store.New(nil, store.Hooks{})
	err := h.wire()
	return h.store.Specs(), errors.Join(err, h.close())
}

func (p *places) close() error {
	var errs []error
	for _, e := range []store.Engine{p.ring, p.main} {
		if e != nil {
			errs = append(errs, e.Close())
		}
	}
	return errors.Join(errs...)
}

// findMain opens the store, which must be there, as it is.
func (p *places) findMain(ctx context.Context) (err error) {
	path, here := p.cfg.StoreFile()
	if err := mustBe("store", path, here); err != nil {
		return err
	}
	p.main, err = openStore(ctx, p.cfg)
	return err
}

// openMain opens the store, with tables for all collections of this release.
func (p *places) openMain(ctx context.Context) error {
	if err := p.findMain(ctx); err != nil {
		return err
	}
	return p.main.Ensure(ctx, p.specs...)
}

// openRing opens the keyring, which must be there.
func (p *places) openRing(ctx context.Context) (err error) {
	path, here := p.cfg.KeyringFile()
	if err := mustBe("keyring", path, here); err != nil {
		return err
	}
	if p.ring, err = openKeyring(ctx, p.cfg); err != nil {
		return err
	}
	return p.ring.Ensure(ctx, p.ringSpecs...)
}

func (p *places) openBoth(ctx context.Context) error {
	if err := p.openMain(ctx); err != nil {
		return err
	}
	return p.openRing(ctx)
}

// openVault opens the keyring's keys. It never makes any.
func (p *places) openVault(ctx context.Context) (*vault.Vault, error) {
	empty, err := store.Empty(ctx, p.ring, p.ringSpecs)
	if err != nil {
		return nil, err
	}
	if empty {
		return nil, domain.E(domain.NotFound, "there is no keyring at the place that FOLKMOOT_KEYRING names; restore it first")
	}
	return vault.Open(ctx, vault.Options{Engine: p.ring, MasterKey: p.cfg.MasterKeyPlace(), Clock: domain.ClockFunc(time.Now)})
}

func mustBe(what, path string, here bool) error {
	if !here {
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return domain.E(domain.NotFound, "there is no %s at %s", what, path)
	}
	return nil
}

// progress says on a line of its own, every few seconds, how far a long piece
// of work came.
func (p *places) progress(doing string) func(collection string, n int) {
	last := time.Now()
	return func(collection string, n int) {
		if now := time.Now(); now.Sub(last) >= 3*time.Second {
			last = now
			fmt.Fprintf(p.st.err, "%s: %s, %d documents so far\n", doing, collection, n)
		}
	}
}

// writeWhole writes a file that only its owner may read, under its name when
// it is whole and durable.
func writeWhole(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".part-*") // of mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = write(f)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes new names in a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
