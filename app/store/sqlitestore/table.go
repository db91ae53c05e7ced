package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// table is a collection in this file. It is replaced, not changed, when the
// collection gets more fields.
type table struct {
	name    string // quoted
	fields  []string
	indexes map[string]bool
	stmts   [3]*sql.Stmt // of the writer goroutine alone
}

func quote(name string) string { return `"` + name + `"` }

func column(field string) string { return quote("k_" + field) }

func indexName(collection, index string) string { return quote("i_" + collection + "_" + index) }

func newTable(spec store.Spec) *table {
	t := &table{name: quote("c_" + spec.Name), fields: spec.Fields(), indexes: map[string]bool{}}
	for _, ix := range spec.Indexes {
		t.indexes[ix.Name] = true
	}
	return t
}

func (d *DB) table(collection string) (*table, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return nil, errClosed
	}
	t, ok := d.tables[collection]
	if !ok {
		return nil, domain.E(domain.Internal, "the collection %s was not made; migrate the store first", collection)
	}
	return t, nil
}

// columns are the columns a write fills, in the order of values.
func (t *table) columns() []string {
	out := []string{"id", "version", "schema", "body"}
	for _, f := range t.fields {
		out = append(out, column(f))
	}
	return out
}

func (t *table) values(doc store.Document) []any {
	out := make([]any, 0, len(t.fields)+6)
	out = append(out, doc.ID, doc.Version, doc.Schema, string(doc.Body))
	for _, f := range t.fields {
		out = append(out, bind(doc.Keys[f]))
	}
	return out
}

// bind is a key as SQLite keeps it.
func bind(v any) any {
	switch x := v.(type) {
	case time.Time:
		return float64(x.UnixMilli())
	case bool:
		if x {
			return []byte{1}
		}
		return []byte{0}
	}
	return v
}

// unbind is bind's inverse.
func unbind(v any) any {
	switch x := v.(type) {
	case float64:
		return time.UnixMilli(int64(x)).UTC()
	case []byte:
		return len(x) == 1 && x[0] == 1
	}
	return v
}

func (t *table) writeStmt(ctx context.Context, conn *sql.Conn, kind opKind) (*sql.Stmt, error) {
	if t.stmts[kind] != nil {
		return t.stmts[kind], nil
	}
	cols := t.columns()
	var text string
	switch kind {
	case opInsert:
		marks := strings.TrimSuffix(strings.Repeat("?,", len(cols)), ",")
		text = "INSERT INTO " + t.name + "(" + strings.Join(cols, ",") + ") VALUES(" + marks + ") ON CONFLICT(id) DO NOTHING"
	case opReplace:
		text = "UPDATE " + t.name + " SET " + strings.Join(cols, "=?,") + "=? WHERE id=? AND version=?"
	default:
		text = "DELETE FROM " + t.name + " WHERE id=?1 AND (?2=0 OR version=?2)"
	}
	stmt, err := conn.PrepareContext(ctx, text)
	t.stmts[kind] = stmt
	return stmt, err
}

// shape is what Ensure finds and makes: a statement by the name of what it
// makes, in order.
type shape struct{ what, text string }

// Ensure makes tables, columns and indexes.
func (d *DB) Ensure(ctx context.Context, specs ...store.Spec) error {
	return d.alone(ctx, func(ctx context.Context, conn *sql.Conn) error {
		if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
			return err
		}
		err := ensure(ctx, conn, specs)
		if err == nil {
			_, err = conn.ExecContext(ctx, "COMMIT")
		}
		if err != nil {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			return err
		}
		d.adopt(specs)
		return nil
	})
}

func (d *DB) adopt(specs []store.Spec) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, spec := range specs {
		if had, ok := d.tables[spec.Name]; ok {
			had.close()
			d.retired = append(d.retired, had)
		}
		d.tables[spec.Name] = newTable(spec)
	}
}

func (t *table) close() {
	for i, stmt := range t.stmts {
		if stmt != nil {
			_ = stmt.Close()
			t.stmts[i] = nil
		}
	}
}

func ensure(ctx context.Context, conn *sql.Conn, specs []store.Spec) error {
	for _, spec := range specs {
		steps, err := missing(ctx, conn, spec)
		if err != nil {
			return err
		}
		for _, s := range steps {
			if _, err := conn.ExecContext(ctx, s.text); err != nil {
				return fmt.Errorf("making %s: %w", s.what, err)
			}
		}
	}
	return nil
}

// Check names what Ensure would make.
func (d *DB) Check(ctx context.Context, specs ...store.Spec) ([]string, error) {
	var out []string
	for _, spec := range specs {
		steps, err := missing(ctx, d.readers, spec)
		if err != nil {
			return nil, translate(err)
		}
		for _, s := range steps {
			out = append(out, s.what+" is missing")
		}
	}
	return out, nil
}

// querier is a connection or a pool of them.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// missing lists the steps to a collection's table as its spec wants it. An
// index of other fields under the same name is made anew; what the spec does
// not name is left alone, for the release before this one may need it.
func missing(ctx context.Context, q querier, spec store.Spec) ([]shape, error) {
	t := newTable(spec)
	var steps []shape
	cols, err := strings2(ctx, q, "SELECT name, '' FROM pragma_table_info(?)", "c_"+spec.Name)
	if err != nil {
		return nil, err
	}
	if len(cols) == 0 {
		steps = append(steps, shape{"the table of " + spec.Name,
			"CREATE TABLE " + t.name + "(id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, schema INTEGER NOT NULL, body TEXT NOT NULL)"})
	}
	for _, f := range t.fields {
		if _, ok := cols["k_"+f]; !ok {
			steps = append(steps, shape{"the field " + f + " of " + spec.Name, "ALTER TABLE " + t.name + " ADD COLUMN " + column(f)})
		}
	}
	had, err := strings2(ctx, q, "SELECT name, sql FROM sqlite_master WHERE type='index' AND sql IS NOT NULL AND tbl_name=?", "c_"+spec.Name)
	if err != nil {
		return nil, err
	}
	for _, ix := range spec.Indexes {
		steps = append(steps, missingIndex(spec.Name, ix, had)...)
	}
	return steps, nil
}

func missingIndex(collection string, ix domain.Index, had map[string]string) []shape {
	name := indexName(collection, ix.Name)
	cols := make([]string, len(ix.Fields))
	for i, f := range ix.Fields {
		cols[i] = column(f)
	}
	want := "CREATE INDEX " + name + " ON " + quote("c_"+collection) + "(" + strings.Join(slices.Concat(cols, []string{"id"}), ", ") +
		") WHERE " + strings.Join(cols, " IS NOT NULL AND ") + " IS NOT NULL"
	got, ok := had[strings.Trim(name, `"`)]
	what := "the index " + ix.Name + " of " + collection
	switch {
	case !ok:
		return []shape{{what, want}}
	case got != want:
		return []shape{{what, "DROP INDEX " + name + "; " + want}}
	}
	return nil
}

// strings2 reads a query of two text columns into a map.
func strings2(ctx context.Context, q querier, query string, args ...any) (map[string]string, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var k, v string
		if err := rows.Scan(&k, &v); err != nil {
			return nil, err
		}
		out[k] = v
	}
	return out, rows.Err()
}
