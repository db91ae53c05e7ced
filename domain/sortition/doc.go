// Package sortition draws panels of people by lot: within targets, as fairly
// as mathematics allows, with a proof that anyone can check.
//
// # What a citizen's advocate should know
//
// A pool of volunteers is never a mirror of the population, and a panel has
// to be. So a draw must prefer people whose kind is rare in the pool, and the
// question is how evenly it can still share out the seats. Here a draw is a
// lottery over whole panels, each of which meets every target; a person's
// chance is the sum of the probabilities of the panels they are on. Leximin,
// the default, makes the smallest chance as large as any lottery could, then
// the next smallest, and so on. "As large as any lottery could" is not a
// hope: it is proved, with exact fractions, and the proof is exported.
//
// The draw then happens in the open. A thousand numbered panels stand for the
// lottery; a commitment to them, to the pool and to the targets is published
// before the seed exists; the seed comes from dice or balls before witnesses,
// or from a public beacon's round named in advance; the seed picks one number
// by HMAC-SHA256, with no number likelier than another. Within a group of
// people who are alike in all targets the seats are dealt evenly.
//
// # How it works
//
// People alike form a type (values, and the make-up of their household where
// several of it are in the pool). A panel is a count per type; rows hold the
// targets, the size and one person per household.
//
//  1. Leximin over the linear relaxation, stage by stage. Each stage's dual
//     values are turned into exact fractions and checked; types with a
//     positive reduced cost are at the stage's level in every optimum, and
//     are fixed there. Where the fractions do not come out, they are solved
//     for exactly on the basis.
//  2. The relaxed optimum is peeled into whole panels in exact integers: draw
//     a panel next to the remaining point, give it the largest weight that
//     leaves the rest realisable, go on.
//  3. If the peel gets stuck, column generation finishes a small remainder,
//     its weights solved for exactly.
//  4. If whole panels cannot reach the relaxed optimum (it is no theorem that
//     they can), people in no panel are proved to be so, and inequalities
//     that all whole panels meet are added, each proved by branching with
//     rational prices at every leaf, until the optimum can be reached.
//
// Realising an upper bound proves it attained: that is the whole proof. The
// solver's floating-point answers are proposals only; what is exported is
// checked here in big integers and again, independently, by package verify.
//
// # Invariants
//
// The same problem, settings and seed give the same bytes, whatever the order
// of the input and whoever runs it. No wall clock, no system randomness and
// no map order enters; limits are counted in units of work. The certificate
// holds pseudonyms and no values of people. A concluded draw takes no second
// seed.
//
// # What it does not do
//
// It does not judge the pool or the targets, keeps no records and talks to no
// network. Objectives other than leximin and maximin are solved in floating
// point to a stated gap and carry no exact proof; on another processor
// architecture their last digits may differ.
//
// # Measured
//
// Medians of the benchmarks in this package on one core of a shared two-core
// Xeon, November 2026; the solver's start, 75 ms from its cache, is apart.
//
//	example_large_200 (2,000 people)     5 ms   1/10
//	scotland_150_22                     14 ms   1/11
//	many_uncoverable_100_20             80 ms   1/30, 29 people in no panel
//	resampled 300 to 3,000 people        3 to 27 ms, tight targets 19 to 57 ms
//	1,727/110, 1,000 types             0.5 s
//	321/30, every target exact          33 to 111 ms over ten pools
//	10,000/200, 4,600 types              4 s
//	100,000/500, 3,300 types           2.5 s
//
// Pools with a true gap between relaxation and whole panels (ten features,
// every target an exact number) can take minutes; then the lottery comes with
// an interval instead of a proof of optimality.
//
// # Sources
//
// Flanigan, Goelz, Gupta, Hennig, Procaccia, "Fair algorithms for selecting
// citizens' assemblies", Nature 596 (2021): leximin lotteries over panels.
// Flanigan, Kehne, Procaccia, "Fair sortition made transparent", NeurIPS
// 2021: uniform lotteries. Baharav, Flanigan, "Fair, manipulation-robust, and
// transparent sortition", EC 2024: goldilocks. Assos, Baharav, Flanigan,
// Procaccia, "Alternates, assemble!", EC 2025.
package sortition
