package store

import (
	"context"

	"folkmoot/domain"
)

// Document is the stored form of an aggregate. Body is its JSON; Keys are its
// indexed fields in normal form ([Normal]); both are the caller's own.
type Document struct {
	ID      string
	Version int64
	Schema  int
	Keys    map[string]any
	Body    []byte
}

// Spec is a collection as an engine sees it.
type Spec struct {
	Name    string
	Schema  int
	Indexes []domain.Index // the effects index included
	Shard   string         // field that a sharded cluster distributes by; "id" by default
}

// Fields lists every indexed field once, in declared order.
func (s Spec) Fields() []string {
	var out []string
	had := map[string]bool{}
	for _, ix := range s.Indexes {
		for _, f := range ix.Fields {
			if !had[f] {
				had[f] = true
				out = append(out, f)
			}
		}
	}
	return out
}

// Query is a [domain.Query] made ready for an engine: the index is known to
// exist, values are in normal form, the cursor is taken apart.
type Query struct {
	Index   string   // "" is the order of ids
	Fields  []string // of the index; none for ""
	Equal   []any
	From    any // inclusive, nil for none
	To      any // exclusive, nil for none
	Reverse bool
	Limit   int   // always set for Find, not looked at by Count
	After   []any // the place of the last document seen: its fields and id
}

// IDField is how queries and cursors call the id.
const IDField = "id"

// Next is the field that From and To bound, "" when there is none left. In
// the order of ids it is the id.
func (q Query) Next() string {
	fields := q.Fields
	if q.Index == "" {
		fields = []string{IDField}
	}
	if len(q.Equal) >= len(fields) {
		return ""
	}
	return fields[len(q.Equal)]
}

// Engine is a database. Two engines behave alike in everything the
// conformance suite (storetest) asks. All methods are safe for many
// goroutines, honour the context's end, and answer [ErrExists], [ErrStale] or
// [ErrAbsent] where they say so, a domain.Unavailable error when the database
// cannot be used now, and nothing else for what a caller can cause.
type Engine interface {
	// Ensure makes what the collections need: tables, fields and indexes.
	// It may be called again with more.
	Ensure(ctx context.Context, specs ...Spec) error
	// Check names, in plain words, what Ensure would have to make.
	Check(ctx context.Context, specs ...Spec) ([]string, error)
	// Insert stores a new document; ErrExists when the id is taken.
	Insert(ctx context.Context, collection string, doc Document) error
	// Get answers a document, its keys left out; ErrAbsent.
	Get(ctx context.Context, collection, id string) (Document, error)
	// Replace stores doc over the document of its id that has the version
	// was; ErrStale when there is none such, changed or absent.
	Replace(ctx context.Context, collection string, doc Document, was int64) error
	// Delete removes the document that has the version, or any version when
	// it is 0; ErrStale when another version is there, ErrAbsent when none is.
	Delete(ctx context.Context, collection, id string, version int64) error
	// Find answers at most Limit documents with their keys, in the index's
	// order.
	Find(ctx context.Context, collection string, q Query) ([]Document, error)
	// Count counts the documents of the query's range.
	Count(ctx context.Context, collection string, q Query) (int64, error)
	// Ping is nil when reads and writes can be expected to work.
	Ping(ctx context.Context) error
	Close() error
}

// What engines answer. They carry domain codes, so they may be handed on.
var (
	ErrExists = domain.E(domain.Conflict, "there is already something under this id")
	ErrStale  = domain.E(domain.Stale, "somebody changed this meanwhile; look again and repeat")
	ErrAbsent = domain.E(domain.NotFound, "there is no such thing here")
)
