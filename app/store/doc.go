// Package store keeps aggregates as documents. It turns a
// [domain.Collection], declared beside the aggregate, into a typed repository
// over an [Engine]: SQLite in one file by default, MongoDB in production.
//
// What always holds here:
//
//   - A change is one compare-and-swap write of one document. There is no
//     transaction over several, so what holds on one machine holds on a
//     sharded cluster. What must follow lies inside the document as effects,
//     which the store indexes by itself ([domain.EffectsIndex]).
//
//   - A write is answered only when it is durable. An answer of unavailable
//     to a write means "not known": the same command may be sent again,
//     because commands carry keys and ids are derived from them.
//
//   - An id is the only uniqueness. Indexes are declared, never unique, and
//     order by their fields and then by id, so a page mark stays good however
//     many documents are inserted before it.
//
//   - A document of an older schema is upgraded when read and written back in
//     the present one when next changed, or by [Store.Migrate].
//
//   - Keys are the string, int64, bool and time values a document is found
//     by. A field holds one type in all documents. Nil and the zero time are
//     no value, and a document without some field of an index is not in it.
//
//   - A store that a newer release migrated is refused, and so is one that a
//     restore or a copy is not finished with ([Refuse]).
//
// How an operator sizes, lays out, backs up, restores and moves a store, with
// measured figures and what was tested against what, is the guide served at
// /help/operator_store (app/web/help/operator_store.md).
//
// The package does not decide who may do what, does not encrypt (see the
// vault), and does not execute effects (see the relay); it tells the relay
// where they are.
package store
