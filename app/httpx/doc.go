// Package httpx is the one place that knows Fiber's traps; app/api and
// app/web reach the request through it alone.
//
// What it makes hold:
//
//   - No value taken from a request aliases the request's buffer: the app is
//     immutable and everything is copied at this edge.
//   - Every request has an id, a deadline on its context and an actor under
//     typed keys ([Actor], [RequestID], [ClientIP]); no handler keeps the
//     Fiber context after it has returned.
//   - No error text of ours reaches a client, except the message of a
//     [domain.Error], which is written for people. A panic becomes a plain
//     500 and one log line without the panic's value, which may hold data.
//   - JSON is read strictly: unknown fields and wrong types are named, all of
//     them, with their path ([DecodeJSON]).
//   - The client's address comes from a proxy's header only when the peer is
//     a proxy we were told to trust, and then from the right-hand side.
//
// Decisions. One Fiber app, no mounted apps, no prefork, no group guards: a
// group matches prefixes of segments, so access is asked by each route.
// Errors answer as RFC 9457 problem documents, or as a page where the client
// prefers HTML. Rate limits are kept in this process: two machines allow
// twice the rate, which is what they can carry.
//
// It does not know tokens, sign-ins or permissions.
package httpx
