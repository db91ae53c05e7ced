package mongostore

import "context"

// Drop removes a test's database.
func Drop(d *DB) error { return translate(d.db.Drop(context.Background())) }
