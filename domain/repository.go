package domain

import (
	"context"
	"errors"
	"iter"
)

// ErrNoChange is returned by an update function that finds nothing to do: the
// repository then writes nothing and answers the document as it is.
var ErrNoChange = errors.New("no change")

// Query asks for the documents of one declared index, in its order: equality
// on the first fields, a half-open range on the next one. A query that no
// index serves cannot be asked.
type Query struct {
	Index   string // declared index; "" is the id
	Equal   []any  // string, int64, bool or time.Time, for the first fields
	From    any    // inclusive bound on the next field, nil for none
	To      any    // exclusive bound on the next field, nil for none
	Reverse bool
	Limit   int    // 0: all
	After   Cursor // of the last document of the page before
}

// Cursor marks a place in a query's order; it is opaque and safe in URLs.
type Cursor string

// Repository keeps aggregates of one kind. Errors: not_found, conflict (the
// id is taken), stale (after repeated losses of the race), unavailable.
type Repository[T any] interface {
	Get(ctx context.Context, id string) (T, error)
	// Insert stores a new document; conflict when the id is taken.
	Insert(ctx context.Context, doc *T) error
	// Update reads, changes and writes under compare-and-swap, again from the
	// start when somebody was faster. change may run several times.
	Update(ctx context.Context, id string, change func(*T) error) (T, error)
	// Upsert is Update on a document made by zero when absent.
	Upsert(ctx context.Context, id string, zero func() T, change func(*T) error) (T, error)
	Find(ctx context.Context, q Query) iter.Seq2[T, error]
	// Page is Find with a cursor for the next page, "" at the end.
	Page(ctx context.Context, q Query) ([]T, Cursor, error)
	Count(ctx context.Context, q Query) (int64, error)
	Delete(ctx context.Context, id string) error
}

// Files keeps content by its SHA-256, in chunks.
type Files interface {
	// Put stores the content and answers its hex SHA-256; twice is once.
	Put(ctx context.Context, mediaType string, content []byte) (hash string, err error)
	Get(ctx context.Context, hash string) (content []byte, mediaType string, err error)
}

// Sealed is content encrypted under one subject's key, in standard base 64.
// It redacts itself in logs.
type Sealed string

// Vault keeps personal data at rest. Subject names whose key is used: a
// person's id or a number's lookup hash. What is bound is authenticated with
// the content, so that a sealed value cannot be moved to another place.
type Vault interface {
	Seal(ctx context.Context, subject, bound string, plain []byte) (Sealed, error)
	// Open answers not_found once the subject's key was destroyed.
	Open(ctx context.Context, subject, bound string, sealed Sealed) ([]byte, error)
	// Lookup is a keyed hash: equal values of a kind give equal hashes, which
	// cannot be turned back without the key.
	Lookup(kind, value string) string
	// Destroy makes everything sealed for the subject unreadable for ever.
	Destroy(ctx context.Context, subject string) error
}

// Auditor appends an event to its chain now, before anything is shown; a look
// that cannot be recorded must not happen.
type Auditor interface {
	Append(ctx context.Context, ev Event) error
}
