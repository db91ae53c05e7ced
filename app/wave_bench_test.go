package main

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/domain/process"
	"folkmoot/domain/recruitment"
)

// BenchmarkWave plans waves of invitations on the real store and keyring:
// one iteration is one person invited, with their letter code, sealed
// identity and pending message.
func BenchmarkWave(b *testing.B) {
	l, err := config.Load([]string{"FOLKMOOT_DATA_DIR=" + b.TempDir()}, os.DevNull)
	if err != nil {
		b.Fatal(err)
	}
	h, err := openHouse(b.Context(), l.Config, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = h.close() })
	process, cmd := recruiting(b, h)
	var file strings.Builder
	file.WriteString("id,name,mobile,address,ward\n")
	for i := range b.N {
		fmt.Fprintf(&file, "u%d,Robin Oak,+999%09d,%d Mill Lane,Ward %d\n", i, i, i, i%7)
	}
	ctx, s := b.Context(), h.recruitment
	check := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	_, err = s.ImportFrame(ctx, cmd("frame"), process, recruitment.FrameInput{Name: "list", Source: "made up", Columns: recruitment.Columns{
		Ref: "id", Name: "name", Number: "mobile", Address: "address", Area: "ward"}}, strings.NewReader(file.String()))
	check(err)
	d, err := s.CommitInvitees(ctx, cmd("commit"), process, recruitment.InviteesInput{Count: b.N, SeedPlan: "dice"})
	check(err)
	_, err = s.DrawInvitees(ctx, cmd("draw"), process, d.ID, recruitment.SeedInput{Digits: "409177235508", Witnesses: []string{"A", "B"}})
	check(err)
	_, err = s.PlanWave(ctx, cmd("wave"), process, recruitment.WaveInput{Count: b.N})
	check(err)
	b.ResetTimer()
	_, err = s.Tick(ctx, time.Now())
	check(err)
	b.StopTimer()
	waves, err := s.ListWaves(ctx, operator().Actor, process)
	check(err)
	if waves[0].Invited != b.N {
		b.Fatalf("invited %d of %d", waves[0].Invited, b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "invited/s")
}

// recruiting is a process that recruits, stored as it is, past its guards.
func recruiting(b testing.TB, h *house) (string, func(string) domain.Command) {
	p := &process.Process{Root: domain.Root{ID: "jury"}, Body: "board", Stage: domain.Recruiting, Zone: "Europe/London", Name: "Jury"}
	if err := h.process.Processes.Insert(b.Context(), p); err != nil {
		b.Fatal(err)
	}
	return p.ID, func(key string) domain.Command { return domain.Command{Actor: operator().Actor, Key: key} }
}
