// Package dialogue is the conversation engine: given a flow, the state of one
// conversation, one input and the time, it says what the state becomes, what
// to say, what to do, and why it read the input as it did.
//
// It is for fixed civic conversations held by text message: a resident asked
// to a jury, offered a seat, reminded, thanked and told what changed. A flow
// is data (see Flow), versioned by its ID; a conversation pins the version it
// began with, so a deployment in mid-conversation changes nothing for anyone.
//
// Invariants
//
//   - Step is pure: the same arguments give the same result. It reads no
//     clock, no generator and no map order, and keeps no memory of its own.
//   - Effect and message ids are made from the conversation and the input
//     that caused them, so running a step again after a crash repeats the same
//     ids and nothing happens twice.
//   - Precedence is fixed: a message that is only STOP or HELP; then words of
//     danger; then the answer to the open question; then global keywords;
//     then the catch-all, which asks again twice and then hands over to a
//     person. A keyword can therefore never steal an answer.
//   - Every text is answered by state, never with silence, except after STOP,
//     and except a repeat of the reply that has just been answered.
//   - A step says at most one message, made of parts, because two texts sent
//     together may arrive in either order.
//   - Nothing that only looks like a no, or only looks like STOP inside other
//     words, is taken for one: it is asked again.
//
// What it deliberately does not do: it knows no jury, no person and no store;
// it writes no sentence (Say names texts, package flows renders them); it
// sends nothing and executes nothing. Effects are named commands with string
// fields for the caller to carry out. Understanding is by lexicon and rule,
// without a language model, so that each reading can be explained to the
// person who wrote the words.
package dialogue
