package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"folkmoot/app/store"
	"folkmoot/app/store/mongostore"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/config"
	"folkmoot/domain"
)

// storeCopy moves an installation from one engine to the other.
type storeCopy struct {
	To        config.Secret `help:"Where the store is copied to: sqlite:PATH or mongodb://..., as FOLKMOOT_STORE would name it." env:"FOLKMOOT_COPY_TO" placeholder:"PLACE"`
	KeyringTo config.Secret `help:"Where the keyring is copied to; another database than the store's." env:"FOLKMOOT_COPY_KEYRING_TO" placeholder:"PLACE"`
}

// Run copies and compares. The service must be stopped; when it was not, the
// comparison says so. Broken off, it goes on where it stopped.
func (c *storeCopy) Run(ctx context.Context, st *streams) error {
	return atPlaces(ctx, st, func(p *places) error {
		pr := domain.Problems{}
		pr.Need(c.To+c.KeyringTo != "", "to", "say where to copy to: --to=PLACE, --keyring-to=PLACE or both")
		pr.Need(c.To == "" || c.To != c.KeyringTo, "keyring_to", "the keyring needs a database of its own")
		if err := pr.Err(); err != nil {
			return err
		}
		same := true
		if c.To != "" {
			if err := p.openMain(ctx); err != nil {
				return err
			}
			ok, err := p.copy(ctx, "store", p.main, c.To, p.specs)
			if err != nil {
				return err
			}
			same = ok
		}
		if c.KeyringTo != "" {
			if err := p.openRing(ctx); err != nil {
				return err
			}
			ok, err := p.copy(ctx, "keyring", p.ring, c.KeyringTo, p.ringSpecs)
			if err != nil {
				return err
			}
			same = same && ok
		}
		if !same {
			fmt.Fprintln(p.st.out, "Stop the service and run the same command again.")
			return exitCode(1)
		}
		fmt.Fprintln(p.st.out, "Set FOLKMOOT_STORE and FOLKMOOT_KEYRING to the new places and start the service; the master key stays where it is.")
		return nil
	})
}

// copy fills the target, which must be empty or half filled by this command,
// and reports whether it is the same as the source afterwards.
func (p *places) copy(ctx context.Context, what string, from store.Engine, place config.Secret, specs []store.Spec) (bool, error) {
	to, err := openPlace(ctx, place)
	if err != nil {
		return false, err
	}
	defer to.Close()
	work, err := beginCopy(ctx, to, what, specs)
	if err != nil {
		return false, err
	}
	began := time.Now()
	done, err := store.CopyWith(ctx, to, from, specs, store.CopyOptions{Mirror: true, Progress: p.progress("copying")})
	if err != nil {
		return false, err
	}
	fmt.Fprintf(p.st.out, "%s: %d documents, %d written, in %s\n", what, done.Documents, done.Written, time.Since(began).Round(100*time.Millisecond))
	faults := 0
	checked, err := store.Compare(ctx, from, to, specs, func(f store.Fault) {
		if faults++; faults <= 20 {
			fmt.Fprintf(p.st.out, "DIFFERS %s %s: %s\n", f.Collection, f.ID, f.Problem)
		}
	})
	if err != nil {
		return false, err
	}
	fmt.Fprintf(p.st.out, "%s: %d documents compared, %d differ\n", what, checked, faults)
	if faults > 0 {
		return false, nil
	}
	return true, work.Finish(ctx, to)
}

// openPlace opens a database by its name as settings write it.
func openPlace(ctx context.Context, place config.Secret) (store.Engine, error) {
	if path, here := (config.Config{Store: place}).StoreFile(); here {
		return openSQLite(ctx, "the target", path, sqlitestore.Options{})
	}
	db, err := mongostore.Open(ctx, place.Reveal(), mongostore.Options{})
	if err != nil {
		return nil, fmt.Errorf("opening the target: %w", err)
	}
	return db, nil
}

// beginCopy notes in the target that it is being filled.
func beginCopy(ctx context.Context, to store.Engine, what string, specs []store.Spec) (*store.Work, error) {
	work, err := store.Unfinished(ctx, to)
	if err != nil {
		return nil, err
	}
	if work != nil && work.What == "copy" && work.Of == what {
		return work, nil
	}
	empty, err := store.Empty(ctx, to, specs)
	if err != nil || !empty || work != nil {
		return nil, errors.Join(err, domain.E(domain.Conflict, "the target is not empty; copy the %s only into an empty place", what))
	}
	work = &store.Work{What: "copy", Of: what}
	return work, work.Note(ctx, to)
}
