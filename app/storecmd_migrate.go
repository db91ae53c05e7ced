package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// storeMigrate brings the store up to this release.
type storeMigrate struct {
	Check bool `help:"Only say what there is to do; exit status 1 when there is something."`
}

// Run makes indexes and upgrades documents in bulk. Other instances of this
// release may serve meanwhile; those of the release before must be stopped.
func (c *storeMigrate) Run(ctx context.Context, st *streams) error {
	return atPlaces(ctx, st, func(p *places) error {
		if err := p.findMain(ctx); err != nil {
			return err
		}
		if err := store.Refuse(ctx, p.main); err != nil {
			return err
		}
		h := emptyHouse(p.cfg, newLog(st.err, p.cfg.Telemetry), parts{})
		h.store = store.New(p.main, store.Hooks{})
		if err := h.wire(); err != nil {
			return err
		}
		defer h.close()
		todo, err := h.store.Check(ctx)
		if err != nil {
			return err
		}
		for _, what := range todo {
			fmt.Fprintln(st.out, what)
		}
		if c.Check {
			return c.checked(st, len(todo))
		}
		began, total := time.Now(), 0
		say := p.progress("upgrading")
		err = h.store.MigrateWith(ctx, func(collection string, n, changed int) {
			say(collection, n)
			total = changed
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(st.out, "up to date with release %s: %d documents written anew, in %s\n", version, total, time.Since(began).Round(100*time.Millisecond))
		return nil
	})
}

func (c *storeMigrate) checked(st *streams, todo int) error {
	if todo > 0 {
		fmt.Fprintln(st.out, "folkmoot store migrate does it")
		return exitCode(1)
	}
	fmt.Fprintln(st.out, "up to date with release "+version)
	return nil
}

// storeRotateKey changes the keys that seal all others.
type storeRotateKey struct {
	Master string `help:"New master key: a path, made when it is not there, or the URI of a key service." xor:"what" required:""`
	Root   bool   `help:"Make a new root key and seal every person's key under it." xor:"what" required:""`
}

// Run rotates while the service runs.
func (c *storeRotateKey) Run(ctx context.Context, st *streams) error {
	return atPlaces(ctx, st, func(p *places) error {
		if err := p.openRing(ctx); err != nil {
			return err
		}
		v, err := p.openVault(ctx)
		if err != nil {
			return err
		}
		if c.Root {
			n, err := v.RotateRoot(ctx)
			if err == nil {
				fmt.Fprintf(st.out, "a new root key seals %d keys; running services take it up by themselves\n", n)
			}
			return err
		}
		if !strings.Contains(c.Master, "://") {
			if c.Master, err = filepath.Abs(c.Master); err != nil {
				return err
			}
		}
		if c.Master == p.cfg.MasterKeyPlace() {
			return domain.E(domain.Conflict, "this is the master key in use; name a new one")
		}
		if err := v.RotateMaster(ctx, c.Master); err != nil {
			return err
		}
		fmt.Fprintf(st.out, "the new master key opens the keyring. Running services go on. Set FOLKMOOT_MASTER_KEY=%s for every machine before its next start, then restart them one by one.\n"+
			"Keep the old key for 30 days: the keyring's backups from before need it.\n", c.Master)
		return nil
	})
}
