// Package process keeps bodies and their processes: the promise, the design
// and the stages from proposed to closed, each with its guard.
//
// What always holds:
//
//   - A stage is entered only when its guard is met. The guard names what is
//     missing and who can supply it. An override needs a named person and a
//     reason, is kept on the process and shows to oversight.
//   - A sign-off of the oversight panel is for a text as it stood: it holds
//     the hash of what was signed, and does not hold after a change.
//   - A duty assessment is approved by somebody other than who made it, and
//     is opened again when the scope changes.
//   - Duty steps, formats and languages are data of a jurisdiction profile,
//     not code.
//
// Other services know parts of a guard (targets, confirmed people, evidence,
// responses, actions); they supply them as [domain.GuardSource]. This package
// imports none of them and sends nothing itself: it emits effects.
package process
