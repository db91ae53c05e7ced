// Package flows holds the civic conversations as data, one file each, and
// renders what they say.
//
//   - recruit.v1: the invitation, a few questions, the place in the draw and
//     its result.
//   - confirm.v1: the offer of a seat, payment choice, benefits advice,
//     consent.
//   - serve.v1: practical details, reminders, cannot come and late, feedback
//     and the question about bias.
//   - followup.v1: the report, the response, progress, and what has not
//     changed.
//
// Invariants: a version that has met a resident is never edited; every text a
// flow can say exists in every language offered (the tests fail otherwise); no
// prompt invites a word that carriers act on.
//
// What it deliberately does not do: it knows no process and no person. What
// differs from one process to the next comes in as dialogue.Vars; what is to
// be done goes out as effects.
package flows
