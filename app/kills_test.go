package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/bots/sms/gateway"
	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/domain/audit"
	"folkmoot/domain/outreach"
)

// killTimes is how often the program is killed; 3 times where it is not set.
const killTimes = "FOLKMOOT_TEST_KILLS"

// The load of each life of the program.
const (
	textsPerLife  = 120
	bodiesPerLife = 30
)

// TestKilledAgainAndAgain is kill -9 of the served program while residents'
// texts and commands of the API come in and its jobs run, several times over.
// Whoever got no answer asks again in the same words, as providers do. In the
// end every text has its one answer, every command was carried out once, and
// each of them stands in the record once.
func TestKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	times := 3
	if n, err := strconv.Atoi(os.Getenv(killTimes)); err == nil {
		times = n
	}
	v := newVictim(t, 1)
	only := v.all[0]
	only.rise(t)
	loaded := v.load(t, int64(times)*textsPerLife, int64(times)*bodiesPerLife)
	for range times {
		<-v.due
		only.kill(t)
		only.rise(t)
	}
	loaded.Wait()
	only.kill(t)
	v.count(t, fmt.Sprintf("killed %d times", times))
}

// load lets six providers' clients bring texts and two clients of the API send
// commands until there are so many of each.
func (v *victim) load(t *testing.T, texts, bodies int64) *sync.WaitGroup {
	v.wantTexts, v.wantBodies = texts, bodies
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() { v.each(t, &v.texts, texts, v.text) })
	}
	for range 2 {
		wg.Go(func() { v.each(t, &v.bodies, bodies, v.body) })
	}
	return &wg
}

// victim is served programs on one store that come to harm, and whoever asks
// them for something.
type victim struct {
	all           []*served
	base, token   string
	texts, bodies atomic.Int64 // taken so far
	acked         atomic.Int64
	due           chan struct{} // it is time for the next harm
	again         atomic.Int64  // requests made again
	turn          atomic.Int64  // whose turn it is to be asked
	client        *http.Client

	wantTexts, wantBodies int64
}

// served is one program.
type served struct {
	environ []string
	address string
	client  *http.Client
	proc    *exec.Cmd
}

func newVictim(t *testing.T, programs int, settings ...string) *victim {
	t.Helper()
	return newVictimIn(t, t.TempDir(), programs, settings...)
}

func newVictimIn(t *testing.T, dir string, programs int, settings ...string) *victim {
	t.Helper()
	v := &victim{due: make(chan struct{}, 1000), client: &http.Client{Timeout: 20 * time.Second}}
	t.Cleanup(v.client.CloseIdleConnections)
	for range programs {
		address := must[string](t)(freeAddress())
		if v.base == "" {
			v.base = "http://" + address
		}
		v.all = append(v.all, &served{address: "http://" + address, client: v.client, environ: append([]string{
			"FOLKMOOT_LISTEN=" + address, "FOLKMOOT_BASE_URL=" + v.base, "FOLKMOOT_DATA_DIR=" + dir, "FOLKMOOT_LOG_LEVEL=error",
			"FOLKMOOT_SMS_SIMULATED_SECRET=" + walkToken, "FOLKMOOT_API_RATE=1000000", "FOLKMOOT_API_BURST=1000000",
		}, settings...)})
	}
	h := v.house(t, 0)
	ctx := t.Context()
	must[string](t)(h.access.FirstAdministrator(ctx))
	d := must[access.TokenView](t)(h.access.MakeToken(ctx, domain.Command{Actor: domain.SystemActor("admin"), Key: "kills"}, access.TokenInput{User: h.firstUser(ctx), Name: "kills"}))
	v.token = d.Token
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	return v
}

// house opens what the programs left, so much later.
func (v *victim) house(t *testing.T, later time.Duration) *house {
	t.Helper()
	return must[*house](t)(openHouseOn(t.Context(), v.config(t), slog.New(slog.DiscardHandler), parts{
		machine: func() time.Time { return time.Now().Add(later) },
	}))
}

func (v *victim) config(t *testing.T) config.Config {
	t.Helper()
	return must[config.Loaded](t)(config.Load(v.all[0].environ, os.DevNull)).Config
}

// rise starts the program and waits until it can work.
func (s *served) rise(t *testing.T) {
	t.Helper()
	s.proc = exec.CommandContext(t.Context(), "folkmoot", "serve")
	s.proc.Env = append(os.Environ(), s.environ...)
	var said bytes.Buffer
	s.proc.Stderr = &said
	t.Cleanup(func() { // after the program has ended
		if t.Failed() {
			t.Logf("%s said:\n%s", s.address, shortened(said.String(), 4000))
		}
	})
	if err := s.proc.Start(); err != nil {
		t.Fatal(err)
	}
	if !awaited(s) {
		t.Fatal("the program did not come up again")
	}
}

// kill is kill -9.
func (s *served) kill(t *testing.T) {
	t.Helper()
	if err := s.proc.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.proc.Wait() // killed
}

// ready is what the program says of itself; false when it does not answer.
func (s *served) ready() (status int, ok bool) {
	resp, err := s.client.Get(s.address + "/readyz")
	if err != nil {
		return 0, false
	}
	return resp.StatusCode, resp.Body.Close() == nil
}

// awaited is whether one of the programs can work within a minute.
func awaited(any ...*served) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 6000 {
		for _, s := range any {
			if status, _ := s.ready(); status == http.StatusOK {
				return true
			}
		}
		<-tick.C
	}
	return false
}

// each does one thing after the other until there are so many, each until it
// is acknowledged.
func (v *victim) each(t *testing.T, taken *atomic.Int64, most int64, do func(n int64) error) {
	for {
		n := taken.Add(1)
		if n > most {
			return
		}
		for err := do(n); err != nil; err = do(n) {
			v.again.Add(1)
			if errors.Is(err, errRefused) || !awaited(v.all...) {
				t.Errorf("number %d was never acknowledged: %v", n, err)
				v.due <- struct{}{} // do not wait for this one
				return
			}
		}
		if v.acked.Add(1)%(textsPerLife+bodiesPerLife) == (textsPerLife+bodiesPerLife)/2 {
			v.due <- struct{}{}
		}
	}
}

// text brings the n-th stranger's text as the provider does.
func (v *victim) text(n int64) error {
	const door = "/webhooks/sms/simulated"
	form := gateway.InboundForm(fmt.Sprintf("SM%032x", n), fmt.Sprintf("+999%09d", n), "+447700900001", "What is this about?")
	return v.post(door, "application/x-www-form-urlencoded", form.Encode(), map[string]string{
		"X-Twilio-Signature": gateway.TwilioSignature(walkToken, v.base+door, form),
	})
}

// body makes the n-th body over the API.
func (v *victim) body(n int64) error {
	content := fmt.Sprintf(`{"name": "Board %d", "kind": "integrated_care_board", "profile": "england_nhs", "phone": "01632 960123", "website": "https://health.example.org"}`, n)
	return v.post("/api/v1/bodies", "application/json", content, map[string]string{
		"Authorization": "Bearer " + v.token, "Idempotency-Key": fmt.Sprintf("kills-%06d", n),
	})
}

// errRefused is an answer that asking again does not change.
var errRefused = errors.New("refused")

func (v *victim) post(path, media, content string, header map[string]string) error {
	door := v.all[v.turn.Add(1)%int64(len(v.all))].address
	req, err := http.NewRequest(http.MethodPost, door+path, strings.NewReader(content))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", media)
	for k, x := range header {
		req.Header.Set(k, x)
	}
	resp, err := v.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 && resp.StatusCode != http.StatusServiceUnavailable {
		return fmt.Errorf("%w: %d %s", errRefused, resp.StatusCode, said)
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("answered %d: %s", resp.StatusCode, said)
	}
	return nil
}

// hours are when what is left is finished: no lease or claim of the dead holds
// any more, unknown messages were looked for twice, and whatever the time is
// now, no quiet hours are left to wait for.
var hours = []time.Duration{1, 2, 3, 4, 10, 16, 22, 28, 34, 40}

// count finishes what is due and compares the counts.
func (v *victim) count(t *testing.T, harm string) {
	t.Helper()
	for _, n := range hours {
		h := v.house(t, n*time.Hour)
		must[int](t)(h.settle(t.Context()))
		if err := h.close(); err != nil {
			t.Fatal(err)
		}
	}
	h := v.house(t, 41*time.Hour)
	defer h.close()
	ctx := t.Context()
	events, answers, most := 0, 0, map[string]int{}
	for e, err := range h.outreach.Events.Find(ctx, domain.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == outreach.KindText {
			events++
		}
	}
	for text, err := range h.outreach.Texts.Find(ctx, domain.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		answers++
		most[text.Number]++
	}
	bodies, recorded := v.record(t, h)
	texts, wanted := int(v.wantTexts), int(v.wantBodies)
	t.Logf("NOTE: %s: %d texts and %d commands acknowledged, %d asked again; %d events, %d answers, %d bodies, %d recorded",
		harm, texts, wanted, v.again.Load(), events, answers, bodies, recorded)
	maps.DeleteFunc(most, func(_ string, n int) bool { return n == 1 })
	if events != texts || answers != texts || len(most) > 0 || bodies != wanted || recorded != wanted {
		t.Errorf("%d texts and %d commands: %d texts kept, %d answers, %d numbers with another count than one, %d bodies, %d of them recorded", texts, wanted, events, answers, len(most), bodies, recorded)
	}
}

// record counts the bodies, and those in the audit log.
func (v *victim) record(t *testing.T, h *house) (bodies, recorded int) {
	t.Helper()
	names := map[string]bool{}
	for b, err := range h.process.Bodies.Find(t.Context(), domain.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if names[b.Name] {
			t.Errorf("%s was made twice", b.Name)
		}
		names[b.Name] = true
		recorded += int(must[audit.Head](t)(h.audit.Head(t.Context(), "body:"+b.ID)).Seq)
	}
	return len(names), recorded
}
