// Package demo plays a whole citizens' jury against a running service, through
// its public doors alone: residents' texts as signed webhooks, organisers and
// commissioners through the API, commissioners' responses as signed Slack
// payloads, the clock moved by the simulator's call.
//
// The case is the Forest of Dean jury of 2018, the one the NHS guidance takes
// as its example: 218 people applied, 18 were seated; three places and no
// preferred option; a recommendation that both boards accepted on 30 August
// 2018 and a hospital that opened in 2024 with things that did not change. The
// process, the dates, the vote's question and the outcome are the published
// ones (citizensjuries.org, fodhealth.nhs.uk, ghc.nhs.uk). The three reserves
// who are all called are those of the county's jury of 2021. The people are
// invented (package residents); wording of texts that is not published is
// ours. Tallies were not published, so the ones here are invented too.
//
// Two promises about this package: it imports nothing of the service, and
// every figure it prints was read back through the API. No guard is
// overridden.
package demo
