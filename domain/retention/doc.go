// Package retention says how long personal data is kept and proves that it
// went: a clock per process with a period for each kind of data, a purge list
// that is shown before it runs, legal holds, requests for erasure, and the
// log of what was erased.
//
// What always holds here:
//
//   - A period runs from a stage that the process reached. A cancelled process
//     counts as having reached them all at that moment.
//   - The clock starts by itself with the first stage that a period runs from,
//     at the latest when the process ends; the organisers are told.
//   - Nothing is purged unseen: what is due is first listed, the organisers
//     are told, and it runs after the days of grace.
//   - A legal hold, on a person or a whole process, stops purges and
//     erasures, carries its reason, and shows in the plan.
//   - An erasure goes requested, identity_checked, executed, confirmed. It is
//     confirmed only when nothing can be read any more. A run that broke off
//     is finished by Tick.
//   - The log of erasures holds a person's id, the times and how the identity
//     was checked. It is what a restored backup is brought up to date with.
//
// The periods of [Default] are assumptions to be agreed with a body's own
// data protection officer; a profile may replace them. The package holds no
// personal data, erases nothing itself (an [Eraser] and [Purger] do) and does
// not keep the payment ledger or the audit log in time: they hold no names.
package retention
