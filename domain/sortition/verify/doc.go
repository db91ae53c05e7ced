// Package verify checks the published record of a draw. It shares no code
// with the package that computes draws, only the types of the files: all it
// needs is exact fractions, SHA-256 and HMAC, so that it can be read in one
// sitting and rewritten by anyone who would rather trust their own.
//
// From the certificate alone it checks that the commitment matches what is
// published, that the panels give everyone the chances stated, and that the
// seed leads to the panel chosen. With the replay file it also checks every
// panel against the targets and the household rule, and the proof that no
// lottery is fairer.
//
// How the proof works. Take the first stage. It gives each row of the problem
// (a target, the panel size, a household rule) a price. Sum the rows at their
// prices: because every panel meets every row, the sum bounds what any
// lottery can give. The prices are such that the sum is an average of the
// chances of the people in the stage's "fixed" list and others, so nobody can
// lift the smallest chance above the stage's level, and in a lottery that
// reaches the level the people in the list get exactly it. The next stage
// does the same with those people's chances settled. When all people are
// settled, no lottery is better in the leximin order.
//
// The package does not look for errors in the pool itself: whether the people
// were eligible, and were all entered, is for the organiser's records to show.
package verify
