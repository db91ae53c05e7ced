// Package drawfiles runs a draw from files and writes its export: the work
// behind "folkmoot draw" and, for draws, "folkmoot verify".
//
// An export is a folder. Public: certificate.json, panels.csv, report.html.
// For the organiser: selected.csv, reserves.csv and remaining.csv with the
// rows as they were read. For oversight and auditors: replay.json, which
// holds people's values. pool.csv keeps the rows between commitment and
// conclusion.
//
// People appear in public files under pseudonyms, keyed by a hash of the
// whole respondents file: whoever does not have the file cannot guess them,
// and the same file gives the same ones.
//
// The package writes no personal data anywhere but in the folder it is given,
// and computes nothing itself: that is domain/sortition's.
package drawfiles
