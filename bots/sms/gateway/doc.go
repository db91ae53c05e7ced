// Package gateway speaks to the companies that carry text messages: it turns
// their webhooks into Inbound and Status, and a Message into their request.
//
// Four gateways of texts: twilio, notify (GOV.UK Notify), generic (signed HTTP, for
// every other provider) and simulated (a phone network inside the process).
// All pass one conformance suite in gatewaytest. Emails leave by SMTP, Notify
// or the simulated Post, which only send.
//
// Invariants
//
//   - A signature is checked over the raw bytes before anything is parsed,
//     in constant time, against two active secrets (Notify signs nothing: its
//     bearer token takes the signature's place), so that a secret can be
//     rotated without losing a message.
//   - The address a signature covers is built from the configured public base
//     address, never from a Host or X-Forwarded header.
//   - Errors carry the HTTP status to answer: 403 for a signature, 400 for a
//     shape, 413 for a body too large.
//   - A send has one of four results and nothing is guessed: what may or may
//     not have been accepted is Unknown, never Retry.
//   - Our outbox id travels in the status callback address, so that a callback
//     settles a send whose answer was lost.
//
// What it deliberately does not do: keep anything (the inbox and the outbox
// do), retry, decide who may be texted, or guess at bodies that look encoded.
package gateway
