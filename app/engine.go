package main

import (
	"context"
	"fmt"

	"folkmoot/app/store"
	"folkmoot/app/store/mongostore"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/config"
)

// openStore opens the store that the settings name.
func openStore(ctx context.Context, c config.Config) (store.Engine, error) {
	path, here := c.StoreFile()
	if here {
		return openSQLite(ctx, "the store", path, sqlitestore.Options{})
	}
	return openMongo(ctx, "the store", c.Store)
}

// openKeyring opens the keyring: in a file, what is deleted is overwritten.
func openKeyring(ctx context.Context, c config.Config) (store.Engine, error) {
	path, here := c.KeyringFile()
	if here {
		return openSQLite(ctx, "the keyring", path, sqlitestore.Options{Scrub: true})
	}
	return openMongo(ctx, "the keyring", c.Keyring)
}

// The two answer a nil interface with an error, never a nil pointer in one.

func openSQLite(ctx context.Context, what, path string, o sqlitestore.Options) (store.Engine, error) {
	db, err := sqlitestore.Open(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", what, err)
	}
	return db, nil
}

func openMongo(ctx context.Context, what string, uri config.Secret) (store.Engine, error) {
	db, err := mongostore.Open(ctx, uri.Reveal(), mongostore.Options{})
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", what, err)
	}
	return db, nil
}
