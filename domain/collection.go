package domain

// Collection declares how aggregates of one kind are kept. It stands beside
// the aggregate's type; the store turns it into a [Repository]. Every
// collection also has the index [EffectsIndex], which the store fills itself.
type Collection[T any] struct {
	Name    string // lower case, plural: "processes"
	Schema  int    // number of the present shape, from 1
	Indexes []Index
	// Keys gives the indexed fields of a document: string, int64, bool or
	// time.Time. A document without some field of an index is not in that
	// index.
	Keys func(*T) map[string]any
	// Upgrade lists how to turn a body of schema n (at position n-1) into one
	// of schema n+1.
	Upgrade []func(body map[string]any) error
	// Shard names the field that a sharded cluster distributes by: "id" or an
	// indexed field that is set on every document.
	Shard string
}

// Index is a declared order over a collection: equality on leading fields,
// a range on the next, ties by id. No index is unique: uniqueness is the id's.
type Index struct {
	Name   string
	Fields []string
}

// EffectsIndex holds the documents with pending effects, by the time of the
// earliest; its one field is the due time.
const EffectsIndex = "effects"
