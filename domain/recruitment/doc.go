// Package recruitment finds the people of a process: whom to invite, who
// registered, who may take part, who is drawn, who comes, and who steps in.
//
// What always holds here:
//
//   - Nobody is hand-picked. Invitees are drawn from the frame with a seed
//     given after the frame was fixed; seats are reached by a draw or by a
//     replacement record only, and the people package asks [Records] before it
//     marks anybody.
//   - The draw is committed before its seed exists: the hash of pool, targets
//     and panels is published, then digits are drawn before two people (or a
//     drand round named in advance comes out), then the panel follows from
//     both. The certificate names pseudonyms only.
//   - Every person in the pool is told the outcome, by a cursor that a crash
//     cannot lose.
//   - No aggregate grows with the pool. What is known of a person lives in the
//     person's own document (package people); lists are files, sealed where
//     they hold more than ids.
//   - A file that is imported is taken whole or not at all, and all its
//     problems are named at once by row and column.
//   - Counts that leave the organisers' hands pass through [Suppress].
//
// The package does not send anything (it asks for messages by effects), does
// not keep names or numbers outside people and the sealed frame, and does not
// decide how a panel is chosen: that is package sortition.
package recruitment
