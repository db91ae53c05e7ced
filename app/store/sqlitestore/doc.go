// Package sqlitestore is the embedded engine: one SQLite file, by a pure Go
// port, for one machine. It implements the store's engine contract.
//
// How it works:
//
//   - One table for each collection: id, version, schema, the body as JSON
//     text, and a column for each indexed field, so that the sqlite3 shell
//     shows everything. An index is partial: a document without some field of
//     it is not in it.
//   - One writer goroutine takes all writes that wait and commits them
//     together (write-ahead log, synchronous=FULL). A write is answered after
//     the commit it was in. One that loses its compare-and-swap fails alone.
//     When the disk fails, all writes of that commit are answered unavailable
//     and none of them is there.
//   - Readers run beside the writer, each query on a snapshot of its own.
//   - Two processes may use one file: SQLite's locks keep them apart, and one
//     that waits longer than the busy timeout answers unavailable.
//
// Columns tell their type by SQLite's storage class, because SQLite has fewer
// types than keys have: a string is TEXT, an int64 INTEGER, a time REAL (unix
// milliseconds, exact), a bool a BLOB of one byte 0 or 1.
//
// It does not work on network file systems (their locks lie), and it does not
// encrypt: see the vault for what must be.
package sqlitestore
