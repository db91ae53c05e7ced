// Package tables plans who sits at which table in a session of the jury, and
// seats the rest anew when people are missing on the day.
//
// A plan is made from what members said of themselves when they registered
// (the fields that a facilitator chooses to spread), from who is expected, and
// from rules: who always sits together (a member and their supporter), who
// never does, who needs a certain table. The answers are read to make the plan
// and are not kept in it; who makes it does not see them. The search is
// domain/seating's.
//
// Rules about two people say something about both. Organisers alone make and
// read them; facilitators get plans that keep them, and where rules conflict
// are told to ask an organiser. Nothing of a rule stands in a plan, in the
// audit log beyond how many there are, in an error or on a page of others.
//
// Rounds that were held stay as they were. Members learn their own tables.
// The public sees how many sat at each table and how many pairs met, and
// nothing where a count is small.
//
// A plan is one document under its session's id; rules are one document under
// their process's. Bounds: 500 members, 12 rounds, 200 rules.
package tables
