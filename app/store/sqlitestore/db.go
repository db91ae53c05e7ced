package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// applicationID marks a file as a Folkmoot store ("Fkmt").
const applicationID = 0x466b6d74

// layout is the number of the table layout; a file of a later one is refused.
const layout = 1

// Options tune a database; the zero value is right for most.
type Options struct {
	// Scrub overwrites deleted and replaced content in the file, so that
	// after a call of Scrub a destroyed key is nowhere to be found.
	Scrub bool
	// Busy is how long to wait for another process's lock; 5 s by default.
	Busy time.Duration
	// Readers is how many queries run at once; by default four, or twice the
	// number of processors when that is more.
	Readers int
	// Batch is how many waiting writes share a commit at most; 512 by
	// default.
	Batch int
}

func (o Options) filled() Options {
	if o.Busy <= 0 {
		o.Busy = 5 * time.Second
	}
	if o.Readers <= 0 {
		o.Readers = max(4, 2*runtime.GOMAXPROCS(0))
	}
	if o.Batch <= 0 {
		o.Batch = 512
	}
	return o
}

// DB is one open file; it implements [store.Engine].
type DB struct {
	path    string
	opts    Options
	readers *sql.DB
	writers *sql.DB // one connection: the writer's
	conn    *sql.Conn

	mu     sync.RWMutex // guards tables and closed
	tables map[string]*table
	closed bool

	retired []*table // replaced by Ensure; a write on its way may still use them

	stmts   sync.Map // query text -> *sql.Stmt of readers
	ops     chan *op
	stopped chan struct{}
}

var _ store.Engine = (*DB)(nil)

// Open opens the file, or makes it (mode 0600); its folder must exist. Errors
// are unavailable and say what to do.
func Open(ctx context.Context, path string, opts Options) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, domain.E(domain.Unavailable, "the path of the store cannot be read").Because(err)
	}
	// SQLite would make the file readable for everybody.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, domain.E(domain.Unavailable, "the store file %s cannot be opened for writing; check that the folder exists and is yours", path).Because(err)
	}
	if err := f.Close(); err != nil {
		return nil, translate(err)
	}
	d := &DB{path: path, opts: opts.filled(), tables: map[string]*table{}, stopped: make(chan struct{})}
	d.ops = make(chan *op, 2*d.opts.Batch)
	if err := d.connect(ctx); err != nil {
		d.disconnect()
		return nil, err
	}
	go d.write()
	return d, nil
}

func (d *DB) connect(ctx context.Context) error {
	var err error
	if d.writers, err = sql.Open("sqlite", d.dsn(d.writePragmas())); err != nil {
		return translate(err)
	}
	d.writers.SetMaxOpenConns(1)
	if d.conn, err = d.patient(ctx); err != nil {
		return err
	}
	if err := d.recognise(ctx); err != nil {
		return err
	}
	if d.readers, err = sql.Open("sqlite", d.dsn([]string{"query_only(1)", "cache_size(-8000)"})); err != nil {
		return translate(err)
	}
	d.readers.SetMaxOpenConns(d.opts.Readers)
	d.readers.SetMaxIdleConns(d.opts.Readers)
	return translate(d.readers.PingContext(ctx))
}

func (d *DB) writePragmas() []string {
	scrub := "secure_delete(0)"
	if d.opts.Scrub {
		scrub = "secure_delete(1)"
	}
	return []string{
		"journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(4000)",
		"journal_size_limit(67108864)", "cache_size(-32000)", scrub,
	}
}

// patient opens the writer's connection. Two processes that make one file at
// the same moment can find it locked in spite of the busy timeout, so it
// tries again until that is over.
func (d *DB) patient(ctx context.Context) (*sql.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.opts.Busy)
	defer cancel()
	for {
		conn, err := d.writers.Conn(ctx)
		if err == nil || !isBusy(err) {
			return conn, translate(err)
		}
		select {
		case <-ctx.Done():
			return nil, translate(err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (d *DB) dsn(pragmas []string) string {
	q := url.Values{}
	q.Set("_busy_timeout", fmt.Sprint(d.opts.Busy.Milliseconds()))
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: d.path, RawQuery: q.Encode()}
	return u.String()
}

// recognise marks a new file as ours and refuses one that is not.
func (d *DB) recognise(ctx context.Context) error {
	var id, version, tables int
	err := d.conn.QueryRowContext(ctx, `SELECT (SELECT * FROM pragma_application_id), (SELECT * FROM pragma_user_version), (SELECT count(*) FROM sqlite_master)`).Scan(&id, &version, &tables)
	if err != nil {
		return translate(err)
	}
	switch {
	case id == applicationID && version <= layout:
		return nil
	case id == applicationID:
		return domain.E(domain.Unavailable, "the store file %s was made by a newer release; use that one", d.path)
	case id != 0 || tables > 0:
		return domain.E(domain.Unavailable, "%s is a database of another program; name another file", d.path)
	}
	_, err = d.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id=%d; PRAGMA user_version=%d", applicationID, layout))
	return translate(err)
}

// Close waits for the writes under way, then closes the file. Later calls of
// any kind answer unavailable.
func (d *DB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	close(d.ops)
	d.mu.Unlock()
	<-d.stopped
	return d.disconnect()
}

func (d *DB) disconnect() error {
	var errs []error
	d.stmts.Range(func(_, stmt any) bool {
		errs = append(errs, stmt.(*sql.Stmt).Close())
		return true
	})
	if d.readers != nil {
		errs = append(errs, d.readers.Close())
	}
	// SQLite keeps a connection, and the log with it, until its last statement
	// is closed.
	for _, t := range slices.AppendSeq(d.retired, maps.Values(d.tables)) {
		t.close()
	}
	if d.conn != nil {
		errs = append(errs, d.conn.Close())
	}
	if d.writers != nil {
		errs = append(errs, d.writers.Close())
	}
	return errors.Join(errs...)
}

// Ping is nil when the file can be read and a write of it reaches the disk: it
// writes again what is there, so that a full or locked disk shows.
func (d *DB) Ping(ctx context.Context) error {
	return d.alone(ctx, func(ctx context.Context, conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version=%d", layout))
		return err
	})
}

// Backup writes a consistent copy to a new file while the store serves. The
// copy is durable and complete when it answers; a broken-off one leaves only
// a file that ends in ".part".
func (d *DB) Backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return domain.E(domain.Conflict, "there is already a file %s; name a new one", path)
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return translate(err)
	}
	from, err := sql.Open("sqlite", d.dsn(nil))
	if err != nil {
		return translate(err)
	}
	defer from.Close()
	if err := private(part); err != nil {
		return translate(err)
	}
	if _, err := from.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return translate(err)
	}
	return translate(publish(part, path))
}

// private makes an empty file that only its owner may read; SQLite fills it.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// publish makes a finished file durable under its name.
func publish(part, path string) error {
	for _, name := range []string{part, filepath.Dir(path)} {
		if name != part {
			if err := os.Rename(part, path); err != nil {
				return err
			}
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = f.Sync()
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Verify runs SQLite's own check of every page and index.
func (d *DB) Verify(ctx context.Context) ([]string, error) {
	rows, err := d.readers.QueryContext(ctx, "PRAGMA integrity_check(20)")
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return out, translate(err)
		}
		if !strings.EqualFold(line, "ok") {
			out = append(out, line)
		}
	}
	return out, translate(rows.Err())
}
