// Package slack is the commissioners' and organisers' door in Slack: what is
// owed and by when, a modal in which a response is recorded, and nudges when
// one is due or overdue.
//
// What always holds:
//
//   - A request counts only with Slack's signature over its raw body, checked
//     before anything is parsed, and a timestamp at most five minutes off.
//   - A Slack account is nobody until an administrator's one-time code bound
//     it to a user. Names in payloads are never identity; the identity is
//     (team, user id). Whether the user may still do something is asked of the
//     service at every submission: what comes back from a modal is the
//     client's word.
//   - A modal is answered within Slack's three seconds, because what is wrong
//     with it can only be said then. A submission sent twice is recorded once:
//     its command key is the view's id and hash.
//   - A notice is written down before it is sent, and a post whose answer got
//     lost is looked for in the conversation before it is sent again.
//   - Nothing here names a resident.
//
// Slack's protocol: https://docs.slack.dev/authentication/verifying-requests-from-slack,
// https://docs.slack.dev/interactivity.
package slack
