// Package highs runs the HiGHS solver for linear and integer programmes,
// compiled to WebAssembly, inside this process. It implements
// sortition.Solver.
//
// The module comes from the npm package "highs" (see scripts/assets); it is
// copied to wasm/ by the asset build together with the table of its names,
// which are minified per release. Nothing is compiled before the first solve,
// so a server that never draws pays nothing. A compile takes seconds, once;
// with a cache folder it takes less than a tenth of a second afterwards.
//
// Invariants: one Instance is used by one goroutine at a time; the module sees
// no files, no environment, no randomness and a clock that advances by a
// fixed step per look, so a solve does the same on every machine. A cancelled
// context ends a running solve at the module's next look at its clock, and the
// instance is then spent.
//
// The package deliberately knows nothing about panels or quotas.
package highs
