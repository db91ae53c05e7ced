package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"folkmoot/app/store"
)

// What the tests reach into.
var (
	ToNative = toNative
	ToJSON   = toJSON
)

// Drop removes a test's database.
func Drop(d *DB) error { return translate(d.db.Drop(context.Background())) }

// Shard sends what a mongos would be sent.
func Shard(ctx context.Context, d *DB, spec store.Spec) error { return translate(d.shard(ctx, spec)) }

// WithClient changes the driver's options.
func WithClient(o Options, change func(*options.ClientOptions)) Options {
	o.configure = change
	return o
}
