package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// Get answers a document without its keys.
func (d *DB) Get(ctx context.Context, collection, id string) (store.Document, error) {
	doc := store.Document{ID: id}
	t, err := d.table(collection)
	if err != nil {
		return doc, err
	}
	stmt, err := d.prepare(ctx, "SELECT version, schema, body FROM "+t.name+" WHERE id=?")
	if err != nil {
		return doc, translate(err)
	}
	err = stmt.QueryRowContext(ctx, id).Scan(&doc.Version, &doc.Schema, &doc.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return doc, store.ErrAbsent
	}
	return doc, translate(err)
}

// prepare keeps one prepared statement for each text. There are few: one for
// each form of query that the program asks.
func (d *DB) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, ok := d.stmts.Load(text); ok {
		return stmt.(*sql.Stmt), nil
	}
	stmt, err := d.readers.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if first, had := d.stmts.LoadOrStore(text, stmt); had {
		return first.(*sql.Stmt), stmt.Close()
	}
	return stmt, nil
}

// Find answers at most q.Limit documents in the index's order.
func (d *DB) Find(ctx context.Context, collection string, q store.Query) ([]store.Document, error) {
	t, err := d.table(collection)
	if err != nil {
		return nil, err
	}
	where, args, err := t.where(collection, q)
	if err != nil {
		return nil, err
	}
	text := "SELECT " + strings.Join(t.columns(), ",") + where + t.order(q) + " LIMIT ?"
	stmt, err := d.prepare(ctx, text)
	if err != nil {
		return nil, translate(err)
	}
	rows, err := stmt.QueryContext(ctx, append(args, q.Limit)...)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	out := make([]store.Document, 0, min(q.Limit, 128))
	for rows.Next() {
		doc, err := t.scan(rows)
		if err != nil {
			return nil, translate(err)
		}
		out = append(out, doc)
	}
	return out, translate(rows.Err())
}

// Count counts the documents of the query's range.
func (d *DB) Count(ctx context.Context, collection string, q store.Query) (int64, error) {
	t, err := d.table(collection)
	if err != nil {
		return 0, err
	}
	q.After = nil
	where, args, err := t.where(collection, q)
	if err != nil {
		return 0, err
	}
	stmt, err := d.prepare(ctx, "SELECT count(*)"+where)
	if err != nil {
		return 0, translate(err)
	}
	var n int64
	err = stmt.QueryRowContext(ctx, args...).Scan(&n)
	return n, translate(err)
}

// where is everything from FROM to the end of the conditions. The index is
// named, so that a query it cannot serve fails in the first test instead of
// reading the whole table for years.
func (t *table) where(collection string, q store.Query) (string, []any, error) {
	if q.Index != "" && !t.indexes[q.Index] {
		return "", nil, domain.E(domain.Internal, "the index %s of %s was not made; migrate the store first", q.Index, collection)
	}
	from := " FROM " + t.name
	var conds []string
	var args []any
	add := func(cond string, vs ...any) {
		conds = append(conds, cond)
		for _, v := range vs {
			args = append(args, bind(v))
		}
	}
	if q.Index != "" {
		from += " INDEXED BY " + indexName(collection, q.Index)
	}
	for _, f := range q.Fields {
		add(column(f) + " IS NOT NULL")
	}
	cols := t.orderColumns(q)
	for i, v := range q.Equal {
		add(cols[i]+"=?", v)
	}
	if q.From != nil {
		add(cols[len(q.Equal)]+">=?", q.From)
	}
	if q.To != nil {
		add(cols[len(q.Equal)]+"<?", q.To)
	}
	if q.After != nil {
		add(after(q, cols))
		for _, v := range q.After[min(len(q.Equal), len(q.After)-1):] {
			args = append(args, bind(v))
		}
	}
	if len(conds) == 0 {
		return from, args, nil
	}
	return from + " WHERE " + strings.Join(conds, " AND "), args, nil
}

// after compares the fields behind the equal ones, and the id, with a place.
func after(q store.Query, cols []string) string {
	rest := cols[min(len(q.Equal), len(cols)-1):]
	sign := ">"
	if q.Reverse {
		sign = "<"
	}
	return "(" + strings.Join(rest, ",") + ")" + sign + "(" + strings.TrimSuffix(strings.Repeat("?,", len(rest)), ",") + ")"
}

// orderColumns are the columns of the query's order, the id last.
func (t *table) orderColumns(q store.Query) []string {
	out := make([]string, 0, len(q.Fields)+1)
	for _, f := range q.Fields {
		out = append(out, column(f))
	}
	return append(out, "id")
}

func (t *table) order(q store.Query) string {
	cols := t.orderColumns(q)
	if q.Reverse {
		return " ORDER BY " + strings.Join(cols, " DESC,") + " DESC"
	}
	return " ORDER BY " + strings.Join(cols, ",")
}

func (t *table) scan(rows *sql.Rows) (store.Document, error) {
	var doc store.Document
	raw := make([]any, len(t.fields))
	into := make([]any, 0, len(t.fields)+4)
	into = append(into, &doc.ID, &doc.Version, &doc.Schema, &doc.Body)
	for i := range raw {
		into = append(into, &raw[i])
	}
	if err := rows.Scan(into...); err != nil {
		return doc, err
	}
	doc.Keys = make(map[string]any, len(t.fields))
	for i, f := range t.fields {
		if raw[i] != nil {
			doc.Keys[f] = unbind(raw[i])
		}
	}
	return doc, nil
}
