// Package domain is the shared kernel: errors and their codes, actors, roles
// and the one permission table, commands, effects, the aggregate root, the
// repository shape and the clock. The rules themselves live in the packages
// below it.
//
// What always holds here:
//
//   - Every change is one compare-and-swap write of one aggregate. What must
//     follow from a change (an audit entry, a text message, a Slack notice)
//     is written inside the same document as an [Effect] and executed later,
//     as often as needed, until it is acknowledged.
//   - The id of an effect, and of anything a command creates, is derived from
//     the command's key ([Derive]), never from a counter, so doing a command
//     or an effect twice changes nothing.
//   - Time, ids and randomness come in from outside ([Clock]); times are UTC
//     and whole milliseconds.
//   - What an actor may not see reads as not found.
//
// The kernel imports the standard library alone. It holds no rule of any
// stage, no storage engine and no protocol.
package domain
