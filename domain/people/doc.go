// Package people is the one home of personal data: the person in a process,
// from the invitation to the end of their service, what they need to take
// part, what they are paid, and how they leave.
//
// What always holds here:
//
//   - Names, numbers, addresses, answers, support needs, the benefits flag and
//     bank details are sealed under the person's own key. A stored document
//     shows ids, states, times and keyed hashes, nothing else.
//   - A seat is reached by a draw or a replacement record that names the
//     person ([Records]), never by hand.
//   - Every status follows [CanMove]; confirmed needs availability; serving
//     needs consent, induction, a payment choice and benefits advice offered;
//     removal for conduct takes two people.
//   - A change of number or mailbox, and leaving, carry an effect in the same
//     write, by which outreach follows. A number that changed hands belongs to
//     nobody here any more.
//   - A look at identity is recorded, with its purpose, before anything is
//     opened. When it cannot be recorded nothing is shown.
//   - Bank details come only from the person's own page and leave only in the
//     finance export. Payments need two different approvers.
//   - Erasure destroys the person's key and blanks the row. The id and the
//     counted status stay, so certified counts do not change. A legal hold
//     stops it.
//   - [Private] values and everything that holds them redact themselves in
//     fmt and slog.
//
// It sends nothing (a [Tell] becomes a message effect), draws nobody, keeps no
// transcript, and decides no deadline of retention.
package people
