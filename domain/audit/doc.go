// Package audit keeps the record of what was done: one hash chain per process
// (and one for each body and for the installation).
//
// What always holds:
//
//   - An entry's id is chain:sequence, so two writers can never both be the
//     next; its hash covers the entry before it, so nothing can be changed,
//     left out or put in between without every later hash changing.
//   - An event is in its chain once, however often its effect is executed:
//     the head is read first, then the event is looked for, then the entry is
//     inserted behind that head; whoever loses the race starts over.
//   - A look at identity data is appended before the data is shown. If it
//     cannot be appended, it is not shown.
//   - Entries hold ids, states and counts. They never hold a name, a number,
//     free text about a person, or what an erasure erased.
//
// The chain shows changes to those who kept an earlier head: whoever holds the
// whole store can write a new chain from the start. Publish the head hash (it
// is on the public page of the process) to make that visible too.
package audit
