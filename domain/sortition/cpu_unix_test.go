//go:build unix

package sortition_test

import (
	"syscall"
	"time"
)

// processor is the time that this process has spent computing: on a busy
// machine it says more than the clock does.
func processor() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
