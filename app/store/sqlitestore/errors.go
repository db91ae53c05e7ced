package sqlitestore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io/fs"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"folkmoot/domain"
)

// code is the primary result code of an error of SQLite, 0 for another.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func isBusy(err error) bool {
	c := code(err)
	return c == lib.SQLITE_BUSY || c == lib.SQLITE_LOCKED
}

// away says what to do about the result codes that mean "not now".
var away = map[int]string{
	lib.SQLITE_BUSY:      "the store is busy with another program's work; try again",
	lib.SQLITE_LOCKED:    "the store is busy with another program's work; try again",
	lib.SQLITE_INTERRUPT: "the time for this ran out; try again",
	lib.SQLITE_FULL:      "the store's disk is full; nothing was changed; make room on it",
	lib.SQLITE_READONLY:  "the store's disk or file may not be written; nothing was changed; check its permissions",
	lib.SQLITE_IOERR:     "the store's disk failed; check it, then try again",
	lib.SQLITE_CANTOPEN:  "the store's file cannot be opened; check that its folder is there and yours",
	lib.SQLITE_PERM:      "the store's file may not be opened; check its permissions",
	lib.SQLITE_NOMEM:     "there is too little memory for the store; try again",
	lib.SQLITE_PROTOCOL:  "the store's file could not be locked; it must not lie on a network disk",
	lib.SQLITE_CORRUPT:   "the store's file is damaged; stop and restore it from a backup",
	lib.SQLITE_NOTADB:    "the store's file is not a store, or it is damaged; restore it from a backup",
}

// translate turns what SQLite and Go's database layer answer into the
// program's codes.
func translate(err error) error {
	var ours *domain.Error
	if err == nil || errors.As(err, &ours) {
		return err
	}
	if msg, ok := away[code(err)]; ok {
		return domain.E(domain.Unavailable, "%s", msg).Because(err)
	}
	var path *fs.PathError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return domain.E(domain.Unavailable, "the time for this ran out; try again").Because(err)
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrTxDone):
		return domain.E(domain.Unavailable, "the store was closed").Because(err)
	case errors.As(err, &path):
		return domain.E(domain.Unavailable, "a file of the store cannot be used; check that its folder is there and yours").Because(err)
	}
	return domain.E(domain.Internal, "the store did not understand a statement").Because(err)
}

var errClosed = domain.E(domain.Unavailable, "the store was closed")

// harmless reports whether an error spoils one statement and not the transaction
// around it.
func harmless(err error) bool {
	switch code(err) {
	case lib.SQLITE_CONSTRAINT, lib.SQLITE_MISMATCH, lib.SQLITE_TOOBIG, lib.SQLITE_RANGE:
		return true
	}
	return domain.CodeOf(err) != domain.Internal && err != nil
}
