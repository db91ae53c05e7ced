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
//     and panels is published, then digits are drawn before witnesses and
//     entered by two people, each for themselves (or a drand round named in
//     advance comes out), then the panel follows from both. Once the seed is
//     known a draw can only be concluded. The certificate names pseudonyms
//     only, and everybody in the pool can find their own.
//   - Every person in the pool is told the outcome, by a cursor that a crash
//     cannot lose.
//   - What is known of a person lives in the person's own document (package
//     people). Lists are files, sealed where they hold more than ids: the
//     frame and those drawn from it under keys of which one is changed when a
//     person is forgotten, a draw's features under a key of its own.
//   - A file that is imported is taken whole or not at all, and all its
//     problems are named at once by row and column.
//   - Counts that leave the organisers' hands pass through [Suppress]. Once a
//     draw is concluded they are counted from its own record, so that erasing
//     a person later changes no published figure.
//
// Bounds, and what happens there: 400 targets and 30 rules (more are
// refused); a frame of 5,000,000 rows in 500 areas (refused whole); 200,000
// respondents in a file (refused whole); 500 problems of a file are named and
// the rest counted; a wave holds a cursor and at most 100 unsent reminders; a
// draw names those selected and in reserve, 100 warnings, and 2,000
// replacements, after which seats stay empty.
//
// How it is carried out: commands change one document; what takes long (a
// wave, an import, telling a pool) is a cursor that [Service.Tick] moves on,
// each step of it safe to repeat because people's ids come from the frame's
// rows and their steps carry keys made of the occasion.
//
// The package does not send anything (it asks for messages by effects; a text
// conversation reminds by itself, so that a wave's reminders go to those asked
// by letter or email), does not keep names or numbers outside people and the
// sealed lists, and does not decide how a panel is chosen: that is package
// sortition.
package recruitment
