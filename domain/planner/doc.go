// Package planner says how many people to invite, from where and in which
// waves, and how many reserves to draw, with the chance that every target can
// be met; and says it anew as replies come in.
//
// It is pure: numbers in, numbers out. The method, in order:
//
//   - A reply rate is a Beta distribution. Its mean is that of the processes
//     it was learnt from and its spread is the spread among them, so three
//     published rates between 1 and 6 in 100 leave much room and say so. What
//     is seen of this process (replies among those asked, counted only as far
//     as replies may be in by now) moves it.
//   - Whether the targets can be met is found by playing the recruitment
//     Runs times with a pinned seed: the rate is drawn, each area's replies are
//     binomial, each registrant's values follow the shares expected among those
//     who register, independently between features, and each of them comes
//     when asked with the staying rate. A run succeeds when every value has
//     its minimum, every feature can fill all seats without going over a
//     maximum, and the pool holds PerSeat people for each seat. The chance is
//     the share of runs that succeed; Margin is half the width of its 95 %
//     interval (Wilson), from the number of runs alone.
//   - Numbers to invite are found by halving, to within one in a hundred and on a
//     quarter of the runs; the chance that is stated has all of them. Each run begins on the same random numbers whatever the number is.
//   - Reserves are exact: the chance that enough of them say yes to replace
//     everybody who drops out, a sum over a beta-binomial and a binomial.
//
// What it does not know: whether all targets can be met by the same people at
// once (that is the draw's feasibility check, with real registrants), whether
// a reserve is like the person they replace, and anything the rates were not
// learnt from: published ones are of letters, and texts may do better or worse.
package planner
