package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/app/highs"
	"folkmoot/app/store"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/bots/slack/workspace"
	"folkmoot/bots/sms/gateway"
	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/domain/access"
)

const (
	walkURL   = "https://folkmoot.example"
	walkToken = "the-provider-signs-with-this"
	walkSlack = "slack-signs-with-this"
)

// world is what programs run in: databases, phones, Slack, the time, and what
// the people in the play have noted down. Programs come and go in it.
type world struct {
	t      testing.TB
	ctx    context.Context
	cfg    config.Config
	ground *ground
	solver *highs.Engine
	spoken *spoken
	slack  *httptest.Server // the simulated workspace's address

	mu        sync.Mutex
	now       time.Time
	network   *gateway.Network
	workspace *workspace.Workspace

	notes   map[string]string // ids and tokens that callers were answered
	index   int               // of the step, for keys
	calls   int               // in the step so far
	tried   int               // how often the step's thing was tried
	reports []gateway.Webhook // delivery reports that were not taken yet

	alive   []*program
	started int
	died    int // programs that died in this step
}

// program is one running instance.
type program struct {
	*house
	name  string
	fate  *fate
	doors map[bool]*fiber.App // with pages, without
}

// makeDatabase makes an empty database of a name.
type makeDatabase func(t testing.TB, dir, name string) store.Engine

// embedded makes databases of the embedded kind.
func embedded(t testing.TB, dir, name string) store.Engine {
	db := must[*sqlitestore.DB](t)(sqlitestore.Open(context.Background(), dir+"/"+name, sqlitestore.Options{}))
	t.Cleanup(func() { db.Close() })
	return db
}

// newWorld makes an empty world.
func newWorld(t testing.TB, open makeDatabase, solver *highs.Engine, heard *spoken, key string) *world {
	t.Helper()
	dir := fastFolder(t)
	l := must[config.Loaded](t)(config.Load([]string{
		"FOLKMOOT_DATA_DIR=" + dir, "FOLKMOOT_MASTER_KEY=file:" + key, "FOLKMOOT_BASE_URL=" + walkURL, "FOLKMOOT_LISTEN=127.0.0.1:0",
		"FOLKMOOT_SMS_SIMULATED_SECRET=" + walkToken,
		"FOLKMOOT_API_RATE=1000000", "FOLKMOOT_API_BURST=1000000",
	}, os.DevNull))
	l.Config.Slack.SigningSecret = walkSlack // of the simulated workspace
	w := &world{t: t, ctx: context.Background(), cfg: l.Config, solver: solver, spoken: heard, notes: map[string]string{}}
	w.ground = newGround(open(t, dir, "walk"), open(t, dir, "ring"))
	w.slack = httptest.NewServer(http.HandlerFunc(w.serveSlack))
	t.Cleanup(w.slack.Close)
	w.quietNow()
	return w
}

// fastFolder is a folder in memory where there is one: what is walked is the
// program's order of writes, not the disk's. Its path is short enough for a
// socket.
func fastFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "folkmoot-walk-")
	if err != nil {
		dir = must[string](t)(os.MkdirTemp("", "moot"))
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// quietNow gives the world phones and a Slack on which nothing was said yet.
func (w *world) quietNow() {
	w.network = gateway.NewNetwork(gateway.NetworkConfig{Token: walkToken, PublicURL: walkURL, InboundPath: "/webhooks/sms/simulated", Now: w.clock})
	w.mu.Lock()
	w.workspace = workspace.New(workspaceToken, w.clock)
	w.mu.Unlock()
	w.reports = nil
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) set(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = at
}

// line is the way to the phones, which a dead program no longer has.
type line struct {
	*gateway.Simulated
	w    *world
	fate *fate
}

func (l line) Send(ctx context.Context, m gateway.Message) gateway.Result {
	if !l.fate.reach() {
		return gateway.Result{Class: gateway.Unknown}
	}
	return gateway.NewSimulated(l.w.network).Send(ctx, m)
}

func (l line) Lookup(ctx context.Context, m gateway.Message, since time.Time) (string, bool, error) {
	if !l.fate.reach() {
		return "", false, errAway
	}
	return gateway.NewSimulated(l.w.network).Lookup(ctx, m, since)
}

// serveSlack is the simulated Slack; a program's calls carry which one it is.
func (w *world) serveSlack(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	ws := w.workspace
	var from *fate
	for _, p := range w.alive {
		if strings.HasPrefix(r.URL.Path, "/"+p.name+"/") {
			from = p.fate
		}
	}
	w.mu.Unlock()
	if from == nil || !from.reach() {
		rw.WriteHeader(http.StatusBadGateway)
		return
	}
	ws.ServeHTTP(rw, r)
}

// start opens a program on the databases. Its operations count from begin on.
func (w *world) start(f *fate) (*program, error) {
	w.started++
	name := fmt.Sprintf("program-%d", w.started)
	p := &program{name: name, fate: f, doors: map[bool]*fiber.App{}}
	h, err := openHouseOn(w.ctx, w.cfg, slog.New(slog.DiscardHandler), parts{
		engine: mortal{w.ground, false, f}, ring: mortal{w.ground, true, f}, solver: w.solver,
		network: gateway.NewNetwork(gateway.NetworkConfig{Token: walkToken, Now: w.clock}), gateways: []gateway.Gateway{line{gateway.NewSimulated(w.network), w, f}},
		workspace: w.workspace, workspaceURL: w.slack.URL + "/" + name + "/api/",
		machine: w.clock, seals: w.spoken.hear, jitter: func(time.Duration) time.Duration { return 0 },
	})
	if err != nil {
		return nil, err
	}
	h.relay.Workers, h.outbox.Concurrent = 1, 1 // one thing after the other, in the same order every time
	p.house = h
	w.mu.Lock()
	w.alive = append(w.alive, p)
	w.mu.Unlock()
	return p, nil
}

// end lets every program end.
func (w *world) end() {
	w.mu.Lock()
	alive := w.alive
	w.alive = nil
	w.mu.Unlock()
	for _, p := range alive {
		if err := p.close(); err != nil {
			w.t.Error(err)
		}
	}
}

// bury removes a dead program.
func (w *world) bury(p *program) {
	w.mu.Lock()
	for i, q := range w.alive {
		if p == q {
			w.alive = append(w.alive[:i:i], w.alive[i+1:]...)
			break
		}
	}
	w.mu.Unlock()
	w.died++
	if err := p.close(); err != nil {
		w.t.Error(err)
	}
}

// found makes the first administrator and a token, as folkmoot admin does.
func (w *world) found() {
	w.t.Helper()
	p := must[*program](w.t)(w.start(&fate{}))
	must[string](w.t)(p.access.FirstAdministrator(w.ctx))
	d := must[access.TokenView](w.t)(p.access.MakeToken(w.ctx, domain.Command{Actor: domain.SystemActor("admin"), Key: "walk"}, access.TokenInput{User: p.firstUser(w.ctx), Name: "walk"}))
	w.notes["token administrator"] = d.Token
	must[int](w.t)(p.settle(w.ctx))
	w.end()
}

// settle does what is due at the present time and what follows from it.
func (w *world) settle(p *program) error {
	for range 50 {
		n, err := p.settle(w.ctx)
		if err != nil {
			return err
		}
		m, err := w.deliver(p)
		if err != nil {
			return err
		}
		if n+m == 0 {
			return nil
		}
	}
	return errors.New("it does not come to rest")
}
