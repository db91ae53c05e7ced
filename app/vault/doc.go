// Package vault keeps personal data at rest: it seals content under a key of
// the subject it is about, finds numbers by a keyed hash, and erases by
// destroying the key.
//
// How keys lie:
//
//	master key (a file of mode 0600, or a key management service)
//	  seals the root keyset and the lookup key, one document of the keyring
//	    the root keyset seals each subject's key, one document each
//	      a subject's key seals the content, which lies in the main store
//
// The keyring is a store of its own (an SQLite file, or a MongoDB database)
// and is backed up apart from the main store, its backups kept for at most 30
// days. The master key is in no backup of either.
//
// What always holds here:
//
//   - Content opens only under its subject and what it was bound to.
//   - Destroy leaves a tombstone. A person's key is never made again: Seal
//     then answers conflict. A subject that Lookup made (a number, by its
//     hash) may be contacted again, which is a new beginning: Seal makes a key
//     of the next generation, under which nothing from before opens. That is
//     the only renewal, and the tombstone stays readable beside it.
//   - An erasure by another instance shows within [DefaultRecheck]: a key held
//     in memory is not used longer than that without asking the keyring, and
//     goes when others are opened. When the keyring cannot be asked, nothing is
//     opened.
//   - The first seal for a new subject costs one write of the keyring, which
//     is durable before any content is sealed with it.
//   - A missing master key file is never replaced while the keyring holds
//     keys that need it.
//
// The erasure log ([Vault.Erasures]) holds subjects' ids and times alone.
// Restoring an older keyring is followed by [Vault.Reapply] of the log kept
// since, before anything is served.
//
// The package does not decide who may see what, and records no looks: the
// people service does.
package vault
