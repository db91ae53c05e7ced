package httpx

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// Defaults of [Options].
const (
	DefaultBodyLimit = 1 << 20
	DefaultDeadline  = 10 * time.Second
	headerLimit      = 16 << 10
)

// Options shape the app. The zero value serves with the defaults.
type Options struct {
	Log  *slog.Logger     // nil discards
	Now  func() time.Time // for durations and limits, not for the domain; nil is the machine's clock
	Base context.Context  // parent of every request's context; ends at shutdown

	Deadline     time.Duration // of a request's context
	ReadTimeout  time.Duration
	WriteTimeout time.Duration
	IdleTimeout  time.Duration
	BodyLimit    int                   // bytes
	LimitFor     func(path string) int // another limit for a path, 0 for the default

	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	HTTPS          bool           // the public address is https: browsers are told to keep to it

	NewRequestID func() string
	ErrorPage    func(c *fiber.Ctx, p Problem) error // nil: always problem+json
	Observe      func(Served)                        // one call per request, for metrics
}

// Served describes an answered request. Route is the pattern, never the path:
// paths hold codes and ids.
type Served struct {
	Method, Route string
	Status        int
	Duration      time.Duration
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Base == nil {
		o.Base = context.Background()
	}
	if o.NewRequestID == nil {
		o.NewRequestID = newRequestID
	}
	o.Deadline = orDuration(o.Deadline, DefaultDeadline)
	o.ReadTimeout = orDuration(o.ReadTimeout, 30*time.Second)
	o.WriteTimeout = orDuration(o.WriteTimeout, 60*time.Second)
	o.IdleTimeout = orDuration(o.IdleTimeout, 90*time.Second)
	if o.BodyLimit == 0 {
		o.BodyLimit = DefaultBodyLimit
	}
	return o
}

func orDuration(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// NewApp makes the Fiber app with everything of this package switched on.
func NewApp(o Options) *fiber.App {
	o = o.withDefaults()
	e := &edge{Options: o}
	app := fiber.New(fiber.Config{
		AppName:               "Folkmoot",
		DisableStartupMessage: true,
		Immutable:             true, // without it strings of a request change under later requests
		CaseSensitive:         true,
		BodyLimit:             o.BodyLimit,
		ReadTimeout:           o.ReadTimeout,
		WriteTimeout:          o.WriteTimeout,
		IdleTimeout:           o.IdleTimeout,
		ReadBufferSize:        headerLimit,
		ErrorHandler:          e.answer,
		// With the check on and nobody trusted, Fiber believes no forwarded
		// header; [ClientIP] is found here instead.
		EnableTrustedProxyCheck: true,
		JSONEncoder:             json.Marshal,
		JSONDecoder:             DecodeJSON,
	})
	if o.LimitFor != nil {
		app.Server().HeaderReceived = e.bodyLimit
	}
	app.Use(e.begin)
	return app
}

// edge is what the middleware works with.
type edge struct{ Options }

// bodyLimit is asked when the headers are in and the body is not.
func (e *edge) bodyLimit(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path, _, _ := strings.Cut(string(h.RequestURI()), "?")
	limit := e.LimitFor(path)
	if limit == 0 {
		limit = e.BodyLimit
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: limit}
}

// begin wraps every request: id, context, headers, recovery, answer, log.
func (e *edge) begin(c *fiber.Ctx) error {
	start := e.Now()
	id := e.requestID(c)
	ctx, cancel := context.WithTimeout(e.Base, e.Deadline)
	defer cancel()
	ctx = context.WithValue(ctx, requestIDKey, id)
	ctx = context.WithValue(ctx, clientIPKey, e.clientIP(c))
	c.SetUserContext(ctx)
	c.Set(fiber.HeaderXRequestID, id)
	e.secure(c)

	if err := e.protect(c); err != nil {
		if err = e.answer(c, err); err != nil {
			return err
		}
	}
	e.served(c, e.Now().Sub(start))
	return nil
}

func (e *edge) served(c *fiber.Ctx, d time.Duration) {
	s := Served{Method: c.Method(), Route: c.Route().Path, Status: c.Response().StatusCode(), Duration: d}
	if s.Route == "/" && c.Path() != "/" {
		s.Route = "(none)" // nothing fitted: this middleware's own pattern is left
	}
	if e.Observe != nil {
		e.Observe(s)
	}
	ctx := c.UserContext()
	level := slog.LevelDebug // the metrics count what went well
	if s.Status >= 400 {
		level = slog.LevelInfo
	}
	e.Log.LogAttrs(ctx, level, "request",
		slog.String("method", s.Method), slog.String("route", s.Route),
		slog.Int("status", s.Status), slog.Int64("duration_ms", d.Milliseconds()),
		slog.String("request_id", RequestID(ctx)), slog.String("actor_id", Actor(ctx).ID))
}

var requestIDShape = regexp.MustCompile(`^[A-Za-z0-9_.-]{8,64}$`)

// requestID keeps a sound id that a proxy gave, so that both logs agree.
func (e *edge) requestID(c *fiber.Ctx) string {
	if id := Header(c, fiber.HeaderXRequestID); requestIDShape.MatchString(id) {
		return id
	}
	return e.NewRequestID()
}

func newRequestID() string {
	var b [10]byte
	rand.Read(b[:])
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// contentPolicy allows our own files and nothing else: no inline script, no
// inline style, no frames.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; " +
	"img-src 'self' data:; connect-src 'self'; form-action 'self'; manifest-src 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

func (e *edge) secure(c *fiber.Ctx) {
	c.Set("Content-Security-Policy", contentPolicy)
	c.Set("X-Content-Type-Options", "nosniff")
	// same-origin rather than no-referrer: under no-referrer browsers send
	// "Origin: null" with forms, which app/web would have to refuse.
	c.Set("Referrer-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, "no-store") // pages that may be kept say so themselves
	if e.HTTPS {
		c.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// clientIP walks the forwarded addresses from the right, where our own
// proxies write, to the first that is not a trusted proxy. What a client puts
// on the left is never looked at.
func (e *edge) clientIP(c *fiber.Ctx) string {
	ip, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return ""
	}
	ip = ip.Unmap()
	hops := strings.Split(Header(c, fiber.HeaderXForwardedFor), ",")
	for i := len(hops) - 1; i >= 0 && e.trusts(ip); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		ip = next.Unmap()
	}
	return ip.String()
}

func (e *edge) trusts(ip netip.Addr) bool {
	for _, p := range e.TrustedProxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}
