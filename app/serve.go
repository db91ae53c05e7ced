package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"folkmoot/app/api"
	"folkmoot/app/httpx"
	"folkmoot/app/web"
	"folkmoot/config"
	"folkmoot/domain"
)

// serveCmd runs the service.
type serveCmd struct {
	Roles string `help:"What this machine does, instead of the setting: web, bots, jobs, with commas between."`
}

// Run serves until ctx ends.
func (c *serveCmd) Run(ctx context.Context, st *streams) error {
	cfg, err := loadSettings(st)
	if err != nil {
		return err
	}
	if c.Roles != "" {
		cfg.Roles = c.Roles
	}
	return serve(ctx, cfg, st, nil)
}

// loadSettings reads the settings; what is wrong with them is said in full.
func loadSettings(st *streams) (config.Config, error) {
	l, err := config.Load(st.environ, st.config)
	if err != nil {
		fmt.Fprintln(st.err, err)
		return l.Config, exitCode(2)
	}
	for _, w := range l.Warnings {
		fmt.Fprintln(st.err, "note:", w)
	}
	return l.Config, nil
}

// serve runs the service until ctx ends. ready, if not nil, is called once it
// answers.
func serve(ctx context.Context, cfg config.Config, st *streams, ready func(*house)) (err error) {
	log := newLog(st.err, cfg.Telemetry)
	stopTraces, err := startTraces(ctx, cfg.Telemetry.OTLPEndpoint, version)
	if err != nil {
		return err
	}
	h, err := openHouse(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = errors.Join(err, h.close(), stopTraces(late))
	}()
	link, err := h.access.FirstAdministrator(ctx)
	if err != nil {
		return fmt.Errorf("making the first administrator: %w", err)
	}
	ln, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("FOLKMOOT_LISTEN: %w; choose another port or end the program that has this one", err)
	}
	h.welcome(st, link)
	return h.run(ctx, ln, ready)
}

// welcome says where to look.
func (h *house) welcome(st *streams, link string) {
	fmt.Fprintf(st.out, "Folkmoot %s serves %s\n", version, h.cfg.BaseURL)
	if link != "" {
		fmt.Fprintf(st.out, "  First administrator, sign in once within a day: %s%s\n", h.cfg.BaseURL, web.SignInPath(link))
	}
	if h.network != nil {
		fmt.Fprintf(st.out, "  Phone simulator: %s/simulator (nothing is really sent)\n", h.cfg.BaseURL)
	}
	fmt.Fprintf(st.out, "  API: %s/api/openapi.json\n", h.cfg.BaseURL)
}

// run serves on the listener and works in the background until ctx ends, then
// lets what is under way finish.
func (h *house) run(ctx context.Context, ln net.Listener, ready func(*house)) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	app := h.app(work)
	var wg sync.WaitGroup
	wg.Go(func() { h.vault.Follow(work, h.log) })
	if h.cfg.Has(config.RoleBots) {
		wg.Go(func() { h.inbox.Run(work) })
		wg.Go(func() { h.outbox.Run(work) })
	}
	if h.cfg.Has(config.RoleJobs) {
		wg.Go(func() { h.relay.Run(work) })
		if err := h.runner.Start(work); err != nil {
			return err
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(ln) }()
	if ready != nil {
		ready(h)
	}
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		err = h.leave(app, ended)
	}
	late, cancel := context.WithTimeout(work, h.cfg.ShutdownTimeout)
	defer cancel()
	h.runner.Stop(late)
	stop()
	wg.Wait()
	return err
}

// leave lets the doors close: first /readyz says no while everything is still
// answered, so that whoever sends work here turns elsewhere; then nobody new
// is let in and what is under way may finish.
func (h *house) leave(app *fiber.App, ended <-chan error) error {
	h.ending.Store(true)
	h.log.Info("stopping; what is under way may finish", "after", h.cfg.ShutdownDelay, "within", h.cfg.ShutdownTimeout)
	select {
	case err := <-ended:
		return err
	case <-time.After(h.cfg.ShutdownDelay):
	}
	if err := app.ShutdownWithTimeout(h.cfg.ShutdownTimeout); err != nil {
		h.log.Warn("some connections were still open and were cut", "err", err)
	}
	return nil
}

// app is the whole HTTP surface of this machine.
func (h *house) app(base context.Context) *fiber.App {
	a := h.api()
	site := h.site()
	proxies, _ := h.cfg.Proxies() // checked when they were read
	app := httpx.NewApp(httpx.Options{
		Log: h.log, Base: base, LimitFor: func(path string) int { return max(a.BodyLimit(path), site.BodyLimit(path)) }, TrustedProxies: proxies, HTTPS: h.cfg.HTTPS(),
		ErrorPage: site.ErrorPage, Observe: h.metrics.Served,
	})
	h.mountHealth(app)
	a.Mount(app)
	if h.cfg.Has(config.RoleWeb) {
		site.Mount(app)
		site.MountLeaving(app, h.outreach)
	}
	return app
}

// api is the JSON API with the providers' doors.
func (h *house) api() *api.API {
	return api.New(api.Options{
		Authenticate: h.access.Authenticate, Areas: h.areas(), Webhooks: h.webhooks(), BaseURL: h.cfg.BaseURL, Version: version,
		Limiter: httpx.NewLimiter(h.cfg.API.Rate, h.cfg.API.Burst, time.Now), Refusals: httpx.NewLimiter(1, 20, time.Now),
	})
}

func (h *house) areas() []api.Area {
	areas := []api.Area{
		api.Process(h.process), api.Audit(h.audit), api.Access(h.access), api.Outreach(h.outreach),
		api.People(h.people), api.Members(memberPages{h}), api.Recruitment(h.recruitment), api.Retention(h.retention),
		api.Deliberation(h.deliberation), api.Tables(h.tables), api.Accountability(h.accountability), api.Profiles(h.profiles),
	}
	if h.network != nil {
		areas = append(areas, api.Simulator(simulator{h}))
	}
	return areas
}

// webhooks are the doors of the providers.
func (h *house) webhooks() []api.Webhook {
	if !h.cfg.Has(config.RoleBots) {
		return nil
	}
	receivers := h.receivers()
	names := make([]string, len(receivers))
	for i, g := range receivers {
		names[i] = g.Name()
	}
	hooks := api.SMSWebhooks(h.inbox, h.clock, names...)
	return append(hooks, api.SlackWebhooks(h.slack)...)
}

// mountHealth adds what operators ask: is it alive, can it work, how is it.
func (h *house) mountHealth(app *fiber.App) {
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", func(c *fiber.Ctx) error {
		if h.ending.Load() { // no fault, so none to be logged
			return c.Status(fiber.StatusServiceUnavailable).SendString("this program was told to stop; ask another machine, or come again\n")
		}
		if err := h.ready(c.UserContext()); err != nil {
			return err
		}
		return c.SendString("ready\n")
	})
	metrics := adaptor.HTTPHandler(promhttp.HandlerFor(h.metrics.registry, promhttp.HandlerOpts{}))
	app.Get("/metrics", func(c *fiber.Ctx) error {
		if !h.mayMeasure(c) {
			return domain.Hidden("page")
		}
		return metrics(c)
	})
}

// ready is nil when the stores answer and the keys open.
func (h *house) ready(ctx context.Context) error {
	if err := h.store.Ping(ctx); err != nil {
		return silence("the store", err)
	}
	if err := h.ring.Ping(ctx); err != nil {
		return silence("the keyring", err)
	}
	_, err := h.vault.Look(ctx)
	return err
}

// silence says that a database does not answer, and why, where that is said in
// our own words.
func silence(what string, err error) error {
	var e *domain.Error
	if errors.As(err, &e) {
		return domain.E(domain.Unavailable, "%s does not answer: %s", what, e.Msg).Because(err)
	}
	return domain.E(domain.Unavailable, "%s does not answer", what).Because(err)
}

// mayMeasure lets in whoever has the metrics' token, or this machine where no
// token is set.
func (h *house) mayMeasure(c *fiber.Ctx) bool {
	token := h.cfg.Telemetry.MetricsToken.Reveal()
	if token == "" {
		ip := net.ParseIP(httpx.ClientIP(c.UserContext()))
		return ip != nil && ip.IsLoopback()
	}
	return sameSecret(httpx.Header(c, fiber.HeaderAuthorization), "Bearer "+token)
}
