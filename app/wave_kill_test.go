package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/bots/sms/gateway/gatewaytest"
	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

// What the process that is killed is told: its folder, its gateway, and how
// long after the beginning it is.
const (
	waveDir  = "FOLKMOOT_TEST_WAVE_DIR"
	waveAPI  = "FOLKMOOT_TEST_WAVE_API"
	waveLate = "FOLKMOOT_TEST_WAVE_LATE"
	// waveSize is how many are invited; 2,000 where it is not set.
	waveSize = "FOLKMOOT_TEST_WAVE_SIZE"
)

// waveBegins is on a weekday, outside quiet hours.
var waveBegins = time.Date(2026, 6, 16, 10, 0, 0, 0, time.UTC)

// waveHouse is a house whose texts go to a provider on loopback, at a time.
func waveHouse(ctx context.Context, dir, gateway string, late time.Duration) (*house, error) {
	l, err := config.Load([]string{
		"FOLKMOOT_DATA_DIR=" + dir, "FOLKMOOT_SMS_GATEWAY=twilio", "FOLKMOOT_SMS_SENDER=+441632960123", "FOLKMOOT_SMS_RATE=1000000",
		"FOLKMOOT_TWILIO_ACCOUNT_SID=AC11111111111111111111111111111111", "FOLKMOOT_TWILIO_AUTH_TOKEN=12345", "FOLKMOOT_TWILIO_API_URL=" + gateway,
	}, os.DevNull)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	return openHouseOn(ctx, l.Config, slog.New(slog.DiscardHandler), parts{
		machine: func() time.Time { return waveBegins.Add(late + time.Since(begun)) },
	})
}

// TestWaveKilled invites people over a provider's own protocol while the
// program is killed (kill -9) three times in the middle of a send that the
// provider has taken: everybody is invited and has the text once.
func TestWaveKilled(t *testing.T) {
	if dir := os.Getenv(waveDir); dir != "" {
		sendUntilKilled(t, dir)
		return
	}
	t.Parallel()
	size := 2000
	if n, err := strconv.Atoi(os.Getenv(waveSize)); err == nil {
		size = n
	}
	dir := t.TempDir()
	provider := gatewaytest.NewProvider(waveBegins)
	defer provider.Stop()
	door := &deadlyDoor{behind: provider.Config.Handler}
	front := httptest.NewServer(door)
	defer front.Close()
	planWave(t, dir, front.URL, size)
	for i, at := range []int{10, size / 3, 2 * size / 3} {
		late := time.Duration(i+1) * 10 * time.Minute
		provider.Set(waveBegins.Add(late))
		killAt(t, door, int64(at), dir, front.URL, late)
	}
	killed := len(provider.Sent())
	provider.Set(waveBegins.Add(2 * time.Hour))
	finishWave(t, dir, front.URL)
	got := map[string]int{}
	for _, s := range provider.Sent() {
		got[s.To]++
	}
	twice := 0
	for _, n := range got {
		if n > 1 {
			twice++
		}
	}
	t.Logf("%d people: %d sent when killed the third time, %d in the end, %d of them twice", size, killed, len(got), twice)
	if len(got) != size || twice != 0 || killed >= size {
		t.Errorf("%d of %d people have the text, %d of them more than once; %d had it at the third kill", len(got), size, twice, killed)
	}
}

// deadlyDoor stands before the provider and kills the sender once it has taken
// so many messages, before it answers.
type deadlyDoor struct {
	behind http.Handler
	taken  atomic.Int64
	mu     sync.Mutex
	at     int64
	kill   func()
}

func (d *deadlyDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	d.behind.ServeHTTP(answer, r)
	if r.Method == http.MethodPost {
		n := d.taken.Add(1)
		d.mu.Lock()
		if d.kill != nil && n >= d.at {
			d.kill()
			d.kill = nil
		}
		d.mu.Unlock()
	}
	for k, v := range answer.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // nobody may be left to read it
}

// planWave imports a list, draws everybody on it and plans one wave.
func planWave(t *testing.T, dir, gateway string, size int) {
	t.Helper()
	h := must[*house](t)(waveHouse(t.Context(), dir, gateway, 0))
	defer func() { _ = h.close() }()
	id, cmd := recruiting(t, h)
	var file strings.Builder
	file.WriteString("id,name,mobile,ward\n")
	for i := range size {
		fmt.Fprintf(&file, "u%d,Robin Oak,+999%09d,Ward %d\n", i, i, i%7)
	}
	ctx, s := t.Context(), h.recruitment
	must[recruitment.FrameView](t)(s.ImportFrame(ctx, cmd("frame"), id, recruitment.FrameInput{Name: "list", Source: "made up", Columns: recruitment.Columns{
		Ref: "id", Name: "name", Number: "mobile", Area: "ward"}}, strings.NewReader(file.String())))
	d := must[recruitment.InviteeDrawView](t)(s.CommitInvitees(ctx, cmd("commit"), id, recruitment.InviteesInput{Count: size, SeedPlan: "dice", People: true}))
	must[recruitment.InviteeDrawView](t)(s.DrawInvitees(ctx, cmd("draw"), id, d.ID, recruitment.SeedInput{Digits: "409177235508", Witnesses: []string{"A", "B"}}))
	must[recruitment.WaveView](t)(s.PlanWave(ctx, cmd("wave"), id, recruitment.WaveInput{Count: size}))
}

// killAt runs a sender until the door kills it.
func killAt(t *testing.T, door *deadlyDoor, at int64, dir, gateway string, late time.Duration) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWaveKilled$")
	child.Env = append(os.Environ(), waveDir+"="+dir, waveAPI+"="+gateway, waveLate+"="+late.String())
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	door.mu.Lock()
	door.at, door.kill = at, func() { _ = child.Process.Kill() }
	door.mu.Unlock()
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the sender ended by itself: %v", err)
	}
}

// sendUntilKilled plans and sends, in the process that is killed.
func sendUntilKilled(t *testing.T, dir string) {
	late, err := time.ParseDuration(os.Getenv(waveLate))
	if err != nil {
		t.Fatal(err)
	}
	h := must[*house](t)(waveHouse(t.Context(), dir, os.Getenv(waveAPI), late))
	ctx := t.Context()
	go h.relay.Run(ctx)
	go h.outbox.Run(ctx)
	go func() {
		for range time.Tick(10 * time.Millisecond) {
			_, _ = h.relay.Drain(ctx, h.clock.Now())
			h.outbox.Kick()
		}
	}()
	if _, err := h.recruitment.Tick(ctx, h.clock.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "planning:", err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent goes
}

// finishWave does what is left: two hours on, so that claims have run out and
// what is unknown is looked for.
func finishWave(t *testing.T, dir, gateway string) {
	t.Helper()
	for i := range 5 {
		h := must[*house](t)(waveHouse(t.Context(), dir, gateway, 2*time.Hour+time.Duration(i)*7*time.Minute))
		ctx := t.Context()
		for {
			planned := must[int](t)(h.recruitment.Tick(ctx, h.clock.Now()))
			relayed := must[int](t)(h.relay.Drain(ctx, h.clock.Now()))
			sent := must[int](t)(h.outbox.Tick(ctx))
			if planned+relayed+sent == 0 {
				break
			}
		}
		if i == 4 {
			counts := must[map[people.Status]int64](t)(h.people.Counts(ctx, "jury"))
			t.Logf("people by status: %v", counts)
			for n, err := range h.outreach.Numbers.Find(ctx, domain.Query{Limit: 1 << 20}) {
				if err != nil {
					t.Fatal(err)
				}
				if len(n.Outbox) != 0 {
					t.Errorf("a message is left in an outbox: %s", n.Outbox[0].State)
				}
			}
		}
		if err := h.close(); err != nil {
			t.Fatal(err)
		}
	}
}
