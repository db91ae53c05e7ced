// Package jobs does what is due: it runs the relay of effects and the clocks
// of the services, alone or beside other instances of the program.
//
// What always holds:
//
//   - A job is no alarm. Each tick asks the store what is due now, so a tick
//     that was missed, doubled or came late through a clock change does no
//     harm, and what fell due while the program was down is done after it is
//     back.
//   - A job runs on one instance at a time, by a lease in the store. A lease is
//     a help, not a lock: an instance that was stopped and wakes up late finds
//     its term ended ([Lease] and [Fence]) and stops; what it did before does
//     no harm, because every change is a compare-and-swap with a derived id.
//   - A panic in a job is logged and counted; the next tick runs again. (In
//     robfig/cron v3 the order matters: with Recover outside
//     SkipIfStillRunning a panic would keep the job's token for ever.)
//   - Jobs get a context that ends at shutdown; Stop waits for them.
//
// It knows neither the services nor the store: main hands them in.
package jobs
