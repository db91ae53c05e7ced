// Package config reads how this installation is set up: one struct, filled
// from the environment and an optional file, and the jurisdictions as data
// (profiles/).
//
// What always holds here:
//
//   - Every setting has a name, a default where one makes sense, and a
//     sentence about it, in the struct's tags; example.env is made from them
//     and a test keeps the two equal.
//   - All problems are found and said at once, each with what to do ([Problems]).
//   - A secret prints as [redacted] whatever it is printed with; only
//     [Secret.Reveal] gives it. It may come from a file: NAME_FILE instead of
//     NAME.
//   - Demo mode, with its movable clock, is refused while any gateway could
//     reach a real person.
//
// The environment wins over the file. An unknown name in the file is a
// problem, since it is a slip of somebody's pen; an unknown FOLKMOOT_ name in
// the environment is a warning, since some platforms put names there
// themselves.
//
// Only package main imports this package: every other part is handed what it
// needs.
package config
