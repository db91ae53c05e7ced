// Package api is the JSON API, version 1, and the place where webhooks come
// in.
//
// Each area (process, recruitment, deliberation, ...) lists its routes in one
// file as a table of [Route]: method, path, what it does, which permission
// its service asks, and a handler over plain Go types. From the same table
// come the routes, the strict reading of input and the OpenAPI 3.1 document
// at /api/openapi.json, so the three cannot disagree; the tests check every
// answer against that document (package apitest).
//
// What always holds here:
//
//   - No rule lives here and no permission is decided here: a handler hands
//     actor and input to a domain service, which refuses.
//   - A route is closed unless it says Open: without a known token the answer
//     is 401.
//   - Every POST carries an Idempotency-Key. Key, actor and path together
//     become the key of the [domain.Command], so a call that is repeated
//     after a lost answer changes nothing. Other content under a key that
//     was carried out is refused by the process that remembers it.
//   - Lists come in pages with a cursor; nothing answers an unbounded list.
//   - Effects, command keys and sealed values never leave: the first two are
//     dropped from every answer, a type that holds the third is refused when
//     the program starts.
//   - A webhook is handed on with its body exactly as it was sent.
package api
