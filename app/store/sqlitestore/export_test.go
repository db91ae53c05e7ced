package sqlitestore

import (
	"context"
	"database/sql"
)

// Exec runs a statement on the writer's connection, so that tests can make
// the disk look full or read-only.
func (d *DB) Exec(ctx context.Context, text string) error {
	return d.alone(ctx, func(ctx context.Context, conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, text)
		return err
	})
}
