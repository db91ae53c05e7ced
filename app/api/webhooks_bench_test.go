package api_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"folkmoot/app/api"
	"folkmoot/app/httpx"
	"folkmoot/app/store"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/app/vault"
	"folkmoot/bots/flows"
	"folkmoot/bots/sms"
	"folkmoot/bots/sms/gateway"
	"folkmoot/bots/sms/gsm"
	"folkmoot/config/locales"
	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/outreach"
)

// front is the real thing from the socket to the disk: Fiber, signature
// check, sealing by the vault, durable writes to SQLite.
type front struct {
	app     *fiber.App
	inbox   *sms.Inbox
	svc     *outreach.Service
	events  domain.Repository[outreach.Received]
	numbers domain.Repository[outreach.Number]
	done    atomic.Int64 // events taken in by the workers
}

func newFront(tb testing.TB) *front { return newFrontIn(tb, tb.TempDir(), oneProcess{}) }

// newFrontIn opens the databases of a folder, which may be there already.
func newFrontIn(tb testing.TB, dir string, people outreach.Contacts) *front {
	tb.Helper()
	clock := domain.ClockFunc(time.Now)
	engine := openDB(tb, filepath.Join(dir, "folkmoot.db"), sqlitestore.Options{})
	ring := openDB(tb, filepath.Join(dir, "keyring.db"), sqlitestore.Options{Scrub: true})
	v, err := vault.Open(tb.Context(), vault.Options{Engine: ring, MasterKey: filepath.Join(dir, "master.key"), Clock: clock})
	if err != nil {
		tb.Fatal(err)
	}
	st := store.New(engine, store.Hooks{})
	f := &front{events: store.Open(st, outreach.Events), numbers: store.Open(st, outreach.Numbers)}
	texts, err := flows.LoadTexts(locales.FS)
	if err != nil {
		tb.Fatal(err)
	}
	desk := sms.NewDesk(sms.DeskDeps{
		Processes: oneProcess{}, Directory: oneProcess{}, Texts: texts, Flows: flows.Get, Places: sms.Places(),
		Facts: sms.ProcessFacts{Host: "folkmoot.example", Name: "Folkmoot", Phone: "01632 960000", Word: texts.Text},
		Parts: func(s string) int { return gsm.Count(s).Segments }, Join: flows.Recruit, Other: flows.Followup, Rest: "following",
	})
	f.svc = outreach.New(outreach.Deps{
		Numbers: f.numbers, Events: f.events, Texts: store.Open(st, outreach.Texts), Letters: store.Open(st, outreach.Letters),
		Waves: store.Open(st, outreach.Waves), Queue: store.Open(st, outreach.Queue), Processes: oneProcess{}, Contacts: people,
		Voice: desk, Vault: v, Audit: &domaintest.Audit{}, Clock: clock, Quiet: outreach.UsualQuiet,
	})
	if err := st.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	desk.Serve(f.svc)
	net := gateway.NewNetwork(gateway.NetworkConfig{Token: "12345", PublicURL: moot, InboundPath: api.SMSPath("simulated"), Now: time.Now})
	f.inbox = sms.NewInbox(sms.InboxDeps{
		Outreach: f.svc, Gateways: []gateway.Gateway{gateway.NewSimulated(net)}, Desk: desk, Clock: clock,
		Numbers: gateway.NumberRules{Region: "GB", Simulated: true},
		Count: func(name string) {
			if name == "text_processed" {
				f.done.Add(1)
			}
		},
	})
	a := api.New(api.Options{BaseURL: moot, Webhooks: api.SMSWebhooks(f.inbox, clock, "simulated")})
	f.app = httpx.NewApp(httpx.Options{LimitFor: a.BodyLimit})
	a.Mount(f.app)
	return f
}

func openDB(tb testing.TB, path string, o sqlitestore.Options) *sqlitestore.DB {
	tb.Helper()
	db, err := sqlitestore.Open(tb.Context(), path, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// work lets the workers take events in until the benchmark ends.
func (f *front) work(tb testing.TB) {
	ctx, cancel := context.WithCancel(tb.Context())
	var wg sync.WaitGroup
	wg.Go(func() { f.inbox.Run(ctx) })
	tb.Cleanup(func() { cancel(); wg.Wait() })
}

// webhook is the n-th unique, signed webhook, from one of so many senders.
func webhook(n, senders int) []byte {
	form := gateway.InboundForm(fmt.Sprintf("SM%032x", n), fmt.Sprintf("+999%09d", n%senders), "+447700900001", "1")
	target := api.SMSPath("simulated")
	return request(target, form)
}

func request(target string, form url.Values) []byte {
	body := form.Encode()
	var b strings.Builder
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: %s\r\nContent-Length: %d\r\n\r\n%s",
		target, gateway.TwilioSignature("12345", moot+target, form), len(body), body)
	return []byte(b.String())
}

// knownSenders is how many numbers the texts of a load come from, as in the
// measurements of the leading gateway.
const knownSenders = 1000

// warm makes first contact with the senders, so that their keys exist.
func (f *front) warm(tb testing.TB) {
	for i := range knownSenders {
		form := gateway.InboundForm(fmt.Sprintf("SMwarm%d", i), fmt.Sprintf("+999%09d", i), "+447700900001", "hello")
		if err := f.direct(tb.Context(), form); err != nil {
			tb.Fatal(err)
		}
	}
}

func (f *front) direct(ctx context.Context, form url.Values) error {
	target := api.SMSPath("simulated")
	h := http.Header{}
	h.Set("X-Twilio-Signature", gateway.TwilioSignature("12345", moot+target, form))
	return f.inbox.Receive(ctx, "simulated", gateway.Request{Target: target, Header: h, Body: []byte(form.Encode()), At: time.Now()})
}

// BenchmarkInbound is the door without the socket: signature, sealing, one
// durable write; 32 callers.
func BenchmarkInbound(b *testing.B) {
	f := newFront(b)
	f.warm(b)
	var n atomic.Int64
	n.Store(1)
	b.SetParallelism(32 / runtime.GOMAXPROCS(0))
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := int(n.Add(1))
			form := gateway.InboundForm(fmt.Sprintf("SM%032x", i), fmt.Sprintf("+999%09d", i%knownSenders), "+447700900001", "1")
			if err := f.direct(b.Context(), form); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "webhooks/s")
}

// BenchmarkInboundHTTP is the whole path over loopback, the loader in the
// same process: signed, unique webhooks on keep-alive connections, each
// answered after it is durable. The workers are off in "door", on in
// "conversation"; "strangers" send from a new number each time.
func BenchmarkInboundHTTP(b *testing.B) {
	for _, conns := range []int{1, 8, 32, 128} {
		b.Run(fmt.Sprintf("door/conns=%d", conns), func(b *testing.B) { load(b, conns, knownSenders, false) })
	}
	b.Run("conversation/conns=32", func(b *testing.B) { load(b, 32, knownSenders, true) })
	b.Run("strangers/conns=32", func(b *testing.B) { load(b, 32, 1_000_000_000, false) })
}

func load(b *testing.B, conns, senders int, work bool) {
	f := newFront(b)
	if senders == knownSenders {
		f.warm(b)
	}
	if work {
		f.work(b)
	}
	base := listen(b, f.app)
	addr := strings.TrimPrefix(base, "http://")
	var next atomic.Int64
	took := make([][]time.Duration, conns)
	b.ResetTimer()
	used := cpu(b)
	var wg sync.WaitGroup
	for c := range conns {
		wg.Go(func() { took[c] = caller(b, addr, &next, int64(b.N), senders) })
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(len(all))/b.Elapsed().Seconds(), "webhooks/s")
	for _, p := range []int{50, 95, 99} {
		b.ReportMetric(float64(all[(len(all)-1)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
	b.ReportMetric(rss(b), "rss-MB")
	b.ReportMetric(float64((cpu(b)-used).Microseconds())/float64(b.N), "cpu-us/webhook")
	if work {
		b.ReportMetric(float64(f.done.Load())/b.Elapsed().Seconds(), "steps/s")
	}
}

// cpu is the processor time that the process has used: with it a figure
// stands that was measured on a busy machine.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rss is how much memory the process holds, loader included; 0 where the
// system does not tell.
func rss(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, err := strconv.Atoi(fields[0])
	if err != nil {
		b.Logf("memory: %v", err)
	}
	return float64(kb) / 1024
}

// caller is one keep-alive connection; it answers how long each call took.
func caller(b *testing.B, addr string, next *atomic.Int64, until int64, senders int) []time.Duration {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Error(err)
		return nil
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	var resp fasthttp.Response
	var took []time.Duration
	for {
		n := next.Add(1)
		if n > until {
			return took
		}
		hook := webhook(int(n), senders)
		start := time.Now()
		if _, err := conn.Write(hook); err != nil {
			b.Error(err)
			return took
		}
		if err := resp.Read(r); err != nil || resp.StatusCode() != 200 {
			b.Errorf("answered %d, %v", resp.StatusCode(), err)
			return took
		}
		took = append(took, time.Since(start))
	}
}

// BenchmarkConversation is a text from the store to the reply queued: the
// workers' part alone, with as many as in service.
func BenchmarkConversation(b *testing.B) {
	f := newFront(b)
	f.warm(b)
	for i := range b.N {
		form := gateway.InboundForm(fmt.Sprintf("SM%032x", i), fmt.Sprintf("+999%09d", i%knownSenders), "+447700900001", "OAK")
		if err := f.direct(b.Context(), form); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	used := cpu(b)
	n, err := f.inbox.Drain(b.Context())
	b.StopTimer()
	b.ReportMetric(float64((cpu(b)-used).Microseconds())/float64(n), "cpu-us/step")
	if err != nil || n < b.N {
		b.Fatalf("%d of %d taken in: %v", n, b.N, err)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "steps/s")
}
