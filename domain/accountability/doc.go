// Package accountability is what comes after a jury's report: the
// commissioner's response to each recommendation, the decision of the board,
// the actions that follow, who verified them, progress reports, and what is
// told to everyone, including what has not changed and why.
//
// What always holds here:
//
//   - Every published recommendation is owed one published response with a
//     reason, in one of six outcome classes. Accepting names an owner and a
//     date; "already doing" names evidence that is older than the report;
//     "consider further" names the date of the decision, and is overdue when
//     that has passed; "refer" names the body.
//   - A published response is never edited. A revision is a new version with
//     a numbered notice that says why; every version stays public.
//   - Lateness is worked out from dates and shows to the public by itself.
//     Nobody can switch it off.
//   - A board's decision is a record of its own, apart from the response: a
//     recommendation is not a decision, and an accepted one is not yet done.
//   - An action is done only with proof, and verified only by somebody who
//     neither owns it nor marked it done.
//   - What became of a recommendation ([Standing]) is worked out from its
//     response and actions on reading; it is never typed in.
//   - What single members think of an answer is kept to count it and shown to
//     nobody; small counts are suppressed.
//
// What this package deliberately does not do: change a recommendation, judge
// whether a response is good (members and readers do), or send texts (it
// emits effects).
package accountability
