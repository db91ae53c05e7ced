// Package mongostore is the production engine: MongoDB as a standalone server,
// a replica set or a sharded cluster. It implements the store's engine
// contract and is chosen by configuration alone.
//
// How a document lies in its collection:
//
//	{
//	  _id:     "the id",
//	  version: NumberLong(3),
//	  schema:  NumberLong(1),
//	  keys:    { state: "open", due_at: ISODate("...") },  // indexed fields, typed
//	  body:    { ... }                                     // the JSON, natively
//	}
//
// The body is a native document, so that an operator can query it. Its times
// stay the RFC 3339 strings of the JSON: nothing guesses which string is a
// date, and what is read is what was written, byte for byte. Dates to search
// and sort by lie in keys. A field name that MongoDB cannot take (a dot, a
// leading dollar sign) is written with a percent escape.
//
// What always holds here:
//
//   - Writes are acknowledged by a majority, journaled; reads are of what a
//     majority has, from the primary. What was read or acknowledged cannot
//     be rolled back by a fail-over.
//   - Every write is one command on one document. Transactions are not used,
//     nor unique, partial, sparse or TTL indexes, nor collations.
//   - Every query names its index. An index is {keys.a, keys.b, _id}.
//   - On a replica set the driver repeats a write after a lost connection or a
//     change of primary, in a way that the server recognises, until its time
//     runs out; then the answer is unavailable, which for a write means "not
//     known".
//
// Shard keys, which [DB.Ensure] sets when it talks to a mongos: a collection
// with the shard "id" is distributed by {_id: "hashed"}; one that names a
// field by {keys.<field>: 1, _id: 1}. An id is unique in the whole cluster
// then because it determines the field: that is a rule for who names one.
//
// What is tested against what:
//
//	                                FerretDB v1.24.2     real MongoDB, when
//	                                in every test run    FOLKMOOT_TEST_MONGODB_URI is set
//	documents, queries, paging      yes                  yes
//	index and schema changes        yes                  yes
//	files, large documents          yes                  yes
//	races, killed child process     yes, writes one at   yes
//	                                a time (test proxy)
//	lost connections and answers    yes (test proxy)     no
//	errors of a changing primary    as replies made by   no
//	                                the test proxy
//	commands, word for word         golden files         no
//	shard keys                      golden files only    no
//	use of indexes                  no: it scans         hints make a wrong one fail
//
// Layouts, sizes, backups and playbooks for operators are served at
// /help/operator_store and /help/operator_alerts.
//
// FerretDB speaks the wire protocol over SQLite; it reads, then writes without
// a lock, which is why the proxy lets one write through at a time. Until the
// tests have run with FOLKMOOT_TEST_MONGODB_URI against a server, replica set
// and cluster of the version in use, what the last column says is a plan.
//
// The package does not manage users, TLS or backups of the cluster: they
// belong to the connection string and to the cluster's own tools.
package mongostore
