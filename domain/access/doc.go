// Package access keeps who may come in: users and their grants, one-time
// sign-in links, sign-ins, API tokens and Slack bindings.
//
// What always holds:
//
//   - Nothing is open: whoever is not signed in is the public.
//   - Links, sign-ins and tokens are 32 random bytes, shown once; only their
//     SHA-256 is stored, as the document's id.
//   - A link works once and for a short time, and only by a POST: the preview
//     that a mail or chat program fetches does not use it up.
//   - Grants are read anew for every request, so a revoked grant ends at once.
//   - A user holds staff facts only (a name for the record). Residents are
//     kept elsewhere; a member signs in by a link to their own page alone.
package access
