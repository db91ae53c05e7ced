// Package domaintest is what tests of domain services stand on: repositories
// in memory that behave as the store does, a clock that moves only when told,
// a vault that seals readably, files and an audit recorder.
//
// What always holds here:
//
//   - Every document goes through JSON on its way in and out, and a write of
//     which the second encoding differs from the first fails, so a field that
//     does not survive storage shows in the unit test.
//   - Indexes, order, cursors, versions and error codes are those of the
//     store; the store's own conformance suite uses [Memory] as its model.
//   - Nothing here sleeps, reads the machine's clock or uses randomness.
//
// It keeps nothing, is not fast, and protects nothing: no program may use it.
package domaintest
