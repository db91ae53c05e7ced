package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"folkmoot/config"
	"folkmoot/domain/recruitment"
)

// BenchmarkStart starts the program, built as make builds it, and waits until
// it is healthy: one iteration is one start. first is with an empty data
// folder, later with what the first left. rss is what the process holds when
// it has been idle for two seconds.
func BenchmarkStart(b *testing.B) {
	program := filepath.Join(b.TempDir(), "folkmoot")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	b.Run("first", func(b *testing.B) {
		for range b.N {
			startOnce(b, program, b.TempDir(), 0)
		}
	})
	b.Run("later", func(b *testing.B) {
		dir := b.TempDir()
		startOnce(b, program, dir, 0)
		b.ResetTimer()
		for i := range b.N {
			idle := time.Duration(0)
			if i == b.N-1 {
				idle = 2 * time.Second
			}
			startOnce(b, program, dir, idle)
		}
	})
}

// startOnce starts the program, waits until it is healthy, and ends it with
// the timer stopped.
func startOnce(b *testing.B, program, dir string, idle time.Duration) {
	b.StopTimer()
	address, err := freeAddress()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), program, "serve")
	cmd.Env = []string{"FOLKMOOT_DATA_DIR=" + dir, "FOLKMOOT_LISTEN=" + address, "FOLKMOOT_LOG_LEVEL=error"}
	b.StartTimer()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err = askHere(b.Context(), address, "/readyz"); err == nil {
			break
		}
		if time.Now().After(until) {
			b.Fatalf("not healthy within 30 s: %v", err)
		}
	}
	b.StopTimer()
	if idle > 0 {
		time.Sleep(idle)
		b.ReportMetric(residentMiB(b, cmd.Process.Pid), "MiB-rss")
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		b.Fatal(err)
	}
	_ = cmd.Wait() // ended on our signal
	b.StartTimer()
}

// residentMiB is what a process holds in memory, where the system tells.
func residentMiB(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Logf("memory cannot be read here: %v", err)
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kb, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	n, err := strconv.ParseFloat(kb, 64)
	if err != nil {
		b.Fatal(err)
	}
	return n / 1024
}

func benchHouse(b *testing.B, settings ...string) *house {
	b.Helper()
	l, err := config.Load(append([]string{"FOLKMOOT_DATA_DIR=" + b.TempDir()}, settings...), os.DevNull)
	if err != nil {
		b.Fatal(err)
	}
	h, err := openHouse(b.Context(), l.Config, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = h.close() })
	return h
}

// BenchmarkImport imports lists to invite from, of 100,000 rows each, on the
// real store and keyring: one iteration is one list.
func BenchmarkImport(b *testing.B) {
	const rows = 100_000
	h := benchHouse(b)
	id, cmd := recruiting(b, h)
	var most uint64
	for n := range b.N {
		b.StopTimer()
		var file strings.Builder
		file.WriteString("id,name,mobile,address,ward\n")
		for i := range rows {
			fmt.Fprintf(&file, "u%d-%d,Robin Oak,+999%09d,%d Mill Lane,Ward %d\n", n, i, i, i, i%7)
		}
		b.StartTimer()
		_, err := h.recruitment.ImportFrame(b.Context(), cmd(fmt.Sprint("frame", n)), id, recruitment.FrameInput{
			Name: fmt.Sprint("list ", n), Source: "made up", Columns: recruitment.Columns{Ref: "id", Name: "name", Number: "mobile", Address: "address", Area: "ward"},
		}, strings.NewReader(file.String()))
		if err != nil {
			b.Fatal(err)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapInuse)
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(most)/(1<<20), "MiB-heap")
}
