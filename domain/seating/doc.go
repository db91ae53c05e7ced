// Package seating plans who sits at which table, round by round.
//
// A plan seats everyone who attends at exactly one table in each round. It
// keeps the rules: pins (a person at a given table), people who are always
// together (a member and their supporter), people who are never together, the
// sizes of tables, and who is away. Within the rules it looks, in this order
// of weight, for plans that
//
//  1. keep each value of a cluster field at as few tables as it needs (those
//     who share an interpreter); the most common value is free,
//  2. spread each value of a diversify field evenly over the tables,
//  3. let as many pairs of people as possible meet for the first time.
//
// [Make] first finds a seating that keeps every rule by exact search, or
// proves that there is none and names a smallest set of rules that conflict.
// Then it anneals: exchanges of people between two tables of a round, judged
// by their change alone, from several starts, the best of which is kept by
// cost and then by number. A plan is a function of the request and its seed:
// the search counts steps and no clock ends it, all its arithmetic is on
// integers, and neither the order of people nor that of rules matters.
//
// Rounds that were held are handed in as Past and stay as they were; the rest
// is planned anew around them, with whoever is there now.
//
// [Measure] says how good a plan is, apart from the search; the package
// verify checks an export again with code of its own.
//
// The package stands alone: standard library only.
package seating
