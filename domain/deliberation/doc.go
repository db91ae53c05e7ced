// Package deliberation is the jury at work: its sessions with agenda and
// attendance, the witnesses and the evidence they bring, the questions
// members put, what they say, the recommendations they write, the ballots
// they vote in, their minority views and their own report.
//
// What always holds here:
//
//   - Published evidence, recommendations and reports are never edited. What
//     was wrong is said in a numbered notice beside them.
//   - Oversight approves evidence; whoever proposed it does not.
//   - A vote's rule, its count basis, its quorum and what happens on a tie
//     are fixed before the ballot opens. Who may vote is taken down at the
//     moment it opens, by the attendance rule. No tally exists, for anybody,
//     before the ballot is closed.
//   - A recommendation recommends. Nothing here decides.
//
// # The secret ballot
//
// The register (who has voted) lies in the ballot's document in the order
// of the members' ids, fixed at opening. The votes do not lie there one by
// one. They are added into counts per question and answer, the counts are
// written in one fixed order, padded to one fixed length that is worked out
// at opening, and sealed as a whole under a key of the ballot's own in the
// vault's keyring: the box. A vote is one write that ticks the register and
// replaces the box. So:
//
//   - The document holds no single vote, and its counts have no order.
//   - Two versions of the document, as a backup, a replication log or a
//     version history gives them, differ by one tick and by two boxes of
//     equal length that say nothing.
//   - Answers to different questions are added up apart, so nobody's answers
//     can be put together either.
//   - Voting records no audit entry, emits no effect, writes no command key
//     and answers no choice. The register remembers a hash of the command's
//     key, to know a repeat.
//   - The count opens the box once, after the ballot has closed, stores
//     the counts and destroys the ballot's key. From then on no box of any
//     earlier version can be opened, by anybody. A ballot is certified only
//     after that. A crash in between is caught up by [Service.Tick].
//   - A secret ballot that misses its quorum is never opened: its key is
//     destroyed with the votes unseen.
//   - Secret votes by text message are refused: the phone and the phone
//     company keep every text.
//
// Its limits, said plainly. While a ballot is open, whoever holds the keyring
// with its master key and two versions of the database between which exactly
// one member voted can tell that vote, and a running server that is itself
// tampered with sees each vote as it comes. The same holds after the count
// for a copy of the keyring that was made while the ballot was open, for as
// long as that copy is kept (30 days at most), so take none while one is
// open. A unanimous result tells everyone's vote; a quorum of at
// least three keeps the smallest counts from being made. A database put back
// from a copy that was made while a since counted ballot was open has lost
// that ballot's votes for good: the certified result is in the audit chain.
//
// What this package deliberately does not do: seat people at tables, pay
// them, know their names, or answer recommendations (see accountability).
package deliberation
