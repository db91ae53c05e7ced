package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"

	"folkmoot/app/store"
	"folkmoot/domain"
)

type opKind int

const (
	opInsert opKind = iota
	opReplace
	opDelete
	opAlone // runs by itself, outside a shared commit
)

// op is a write on its way through the writer goroutine.
type op struct {
	kind  opKind
	table *table
	doc   store.Document
	was   int64
	run   func(context.Context, *sql.Conn) error // opAlone
	ctx   context.Context

	taken atomic.Bool // by the writer, or by a caller who gives up: who sets it first
	done  chan error
	err   error
}

// Insert stores a new document.
func (d *DB) Insert(ctx context.Context, collection string, doc store.Document) error {
	return d.submit(ctx, collection, &op{kind: opInsert, doc: doc})
}

// Replace stores doc over the version was.
func (d *DB) Replace(ctx context.Context, collection string, doc store.Document, was int64) error {
	return d.submit(ctx, collection, &op{kind: opReplace, doc: doc, was: was})
}

// Delete removes a document.
func (d *DB) Delete(ctx context.Context, collection, id string, version int64) error {
	return d.submit(ctx, collection, &op{kind: opDelete, doc: store.Document{ID: id}, was: version})
}

// Scrub moves the log into the file and cuts it. With [Options.Scrub] what
// was deleted or replaced before is then nowhere in either.
func (d *DB) Scrub(ctx context.Context) error {
	return d.alone(ctx, func(ctx context.Context, conn *sql.Conn) error {
		var busy, frames, moved int
		err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved)
		if err == nil && busy != 0 {
			return domain.E(domain.Unavailable, "the store is busy; the deleted content is not overwritten yet; try again")
		}
		return err
	})
}

// alone runs f on the writer's connection between two commits.
func (d *DB) alone(ctx context.Context, f func(context.Context, *sql.Conn) error) error {
	return d.send(ctx, &op{kind: opAlone, run: f})
}

func (d *DB) submit(ctx context.Context, collection string, o *op) error {
	t, err := d.table(collection)
	if err != nil {
		return err
	}
	o.table = t
	return d.send(ctx, o)
}

// send hands the op to the writer and waits for its answer. A caller whose
// time runs out before the writer took the op knows that nothing was written;
// afterwards the commit is so near that it waits for the truth.
func (d *DB) send(ctx context.Context, o *op) error {
	o.ctx, o.done = ctx, make(chan error, 1)
	if err := ctx.Err(); err != nil {
		return translate(err)
	}
	if err := d.enqueue(ctx, o); err != nil {
		return err
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		if o.taken.CompareAndSwap(false, true) {
			return domain.E(domain.Unavailable, "the time for this ran out; nothing was changed").Because(ctx.Err())
		}
		return <-o.done
	}
}

func (d *DB) enqueue(ctx context.Context, o *op) error {
	d.mu.RLock() // held while sending: Close waits for it
	defer d.mu.RUnlock()
	if d.closed {
		return errClosed
	}
	select {
	case d.ops <- o:
		return nil
	case <-ctx.Done():
		return translate(ctx.Err())
	}
}

// write is the writer goroutine.
func (d *DB) write() {
	defer close(d.stopped)
	batch := make([]*op, 0, d.opts.Batch)
	for o := range d.ops {
		if o.kind == opAlone {
			d.runAlone(o)
			continue
		}
		batch = append(batch[:0], o)
		next := d.collect(&batch)
		d.commit(batch)
		if next != nil {
			d.runAlone(next)
		}
	}
}

// collect takes the writes that wait already. An op that must run alone ends
// the batch and is answered.
func (d *DB) collect(batch *[]*op) (next *op) {
	for len(*batch) < d.opts.Batch {
		select {
		case o, open := <-d.ops:
			if !open {
				return nil
			}
			if o.kind == opAlone {
				return o
			}
			*batch = append(*batch, o)
		default:
			return nil
		}
	}
	return nil
}

func (d *DB) runAlone(o *op) {
	if o.taken.CompareAndSwap(false, true) {
		o.done <- translate(o.run(o.ctx, d.conn))
	}
}

// commit writes a batch in one transaction and answers every op in it.
func (d *DB) commit(batch []*op) {
	ctx := context.Background() // a caller's end must not spoil the others' writes
	err := d.apply(ctx, batch)
	if err == nil {
		_, err = d.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		// Without a transaction left to roll back this fails, which is fine.
		_, _ = d.conn.ExecContext(ctx, "ROLLBACK")
		err = translate(err)
	}
	for _, o := range batch {
		if err != nil {
			o.err = err
		}
		o.done <- o.err
	}
}

// apply begins the transaction and runs every op; its error is one that
// spoils the whole batch. Ops whose callers gave up are left out.
func (d *DB) apply(ctx context.Context, batch []*op) error {
	began := false
	for _, o := range batch {
		if !o.taken.CompareAndSwap(false, true) {
			continue
		}
		if !began {
			if _, err := d.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
				takeAll(batch)
				return err
			}
			began = true
		}
		if o.err = d.one(ctx, o); o.err != nil && !harmless(o.err) {
			takeAll(batch)
			return o.err
		}
		o.err = translate(o.err)
	}
	if !began {
		return errNothing
	}
	return nil
}

// errNothing ends a batch in which every caller gave up.
var errNothing = errors.New("nothing to write")

// takeAll makes sure that an op of a failed batch is answered to its caller
// exactly once: those not yet taken are taken now.
func takeAll(batch []*op) {
	for _, o := range batch {
		o.taken.Store(true)
	}
}

func (d *DB) one(ctx context.Context, o *op) error {
	stmt, err := o.table.writeStmt(ctx, d.conn, o.kind)
	if err != nil {
		return err
	}
	var res sql.Result
	switch o.kind {
	case opInsert:
		res, err = stmt.ExecContext(ctx, o.table.values(o.doc)...)
	case opReplace:
		res, err = stmt.ExecContext(ctx, append(o.table.values(o.doc), o.doc.ID, o.was)...)
	default:
		res, err = stmt.ExecContext(ctx, o.doc.ID, o.was)
	}
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 1 {
		return err
	}
	return d.refusal(ctx, o)
}

// refusal says why a write touched no row.
func (d *DB) refusal(ctx context.Context, o *op) error {
	switch o.kind {
	case opInsert:
		return store.ErrExists
	case opReplace:
		return store.ErrStale
	}
	var one int
	err := d.conn.QueryRowContext(ctx, "SELECT 1 FROM "+o.table.name+" WHERE id=?", o.doc.ID).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrAbsent
	}
	if err == nil {
		return store.ErrStale
	}
	return err
}
