package httpx_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"

	"folkmoot/app/httpx"
	"folkmoot/domain"
)

// Fiber's strings alias the buffer of the request: kept in a map they were
// rewritten by later requests on the same connection, so one resident's code
// became another's. Every reader of this package must give values that stay.
func TestKeptValuesStayWhatTheyWere(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	kept := map[string][]string{}
	keep := func(kind, v string) { kept[kind] = append(kept[kind], v) }
	base := serve(t, app(httpx.Options{}, func(a *fiber.App) {
		a.Post("/j/:code", func(c *fiber.Ctx) error {
			mu.Lock()
			defer mu.Unlock()
			code, err := httpx.Path(c, "code")
			if err != nil {
				return err
			}
			q, err := httpx.Query(c)
			if err != nil {
				return err
			}
			form, err := httpx.Form(c)
			if err != nil {
				return err
			}
			keep("path", code)
			keep("query", q.Get("q"))
			keep("header", httpx.Header(c, "X-Kept"))
			keep("headers", httpx.Headers(c).Get("X-Kept"))
			keep("cookie", httpx.Cookie(c, "kept"))
			keep("form", form.Get("f"))
			keep("body", string(httpx.RawBody(c)))
			keep("address", c.Path())
			return nil
		})
	}))
	want := map[string][]string{}
	for i := range 6 {
		v := fmt.Sprintf("value%d", i)
		req := request(t, "POST", base+"/j/"+v+"?q="+v, "f="+v,
			"Content-Type", "application/x-www-form-urlencoded", "X-Kept", v, "Cookie", "kept="+v)
		if resp, body := call(t, req); resp.StatusCode != 200 {
			t.Fatalf("got %d %s", resp.StatusCode, body)
		}
		for _, kind := range []string{"path", "query", "header", "headers", "cookie", "form"} {
			want[kind] = append(want[kind], v)
		}
		want["body"] = append(want["body"], "f="+v)
		want["address"] = append(want["address"], "/j/"+v)
	}
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("kept values (-want +got):\n%s", diff)
	}
}

// Fiber's default error handler sends err.Error() to the client, a panic's
// text and a connection string included.
func TestInnerTextStaysInside(t *testing.T) {
	t.Parallel()
	const secret = "mongodb://user:hunter2@db"
	var log bytes.Buffer
	base := serve(t, app(httpx.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, func(a *fiber.App) {
		a.Get("/error", func(*fiber.Ctx) error { return errors.New(secret) })
		a.Get("/wrapped", func(*fiber.Ctx) error {
			return domain.E(domain.Unavailable, "the store is away").Because(errors.New(secret))
		})
		a.Get("/internal", func(*fiber.Ctx) error { return domain.E(domain.Internal, secret) })
		a.Get("/panic", func(*fiber.Ctx) error { panic("07700 900123") })
		a.Get("/fiber", func(*fiber.Ctx) error { return fiber.NewError(418, secret) })
	}))
	for path, status := range map[string]int{"/error": 500, "/wrapped": 503, "/internal": 500, "/panic": 500, "/fiber": 500} {
		resp, body := call(t, request(t, "GET", base+path, ""))
		if resp.StatusCode != status || strings.Contains(body, "hunter2") || strings.Contains(body, "07700") {
			t.Errorf("%s: got %d %s, want %d without inner text", path, resp.StatusCode, body, status)
		}
		if got := resp.Header.Get("Content-Type"); got != httpx.ProblemType {
			t.Errorf("%s: got type %q", path, got)
		}
	}
	if strings.Contains(log.String(), "07700") {
		t.Error("the log holds the value of a panic, which may be personal data")
	}
	if !strings.Contains(log.String(), "panic with a string") {
		t.Error("the log does not mention the panic")
	}
}

// c.UserContext() is Background in Fiber and never ends.
func TestContextHasADeadlineAndWhoAsks(t *testing.T) {
	t.Parallel()
	base := serve(t, app(httpx.Options{Deadline: time.Minute, NewRequestID: func() string { return "request-7" }}, func(a *fiber.App) {
		a.Get("/", func(c *fiber.Ctx) error {
			ctx := c.UserContext()
			_, limited := ctx.Deadline()
			ctx = httpx.WithActor(ctx, domain.Actor{ID: "olive"})
			return c.SendString(fmt.Sprint(limited, " ", httpx.RequestID(ctx), " ", httpx.Actor(ctx).ID, " ", httpx.ClientIP(ctx)))
		})
		a.Get("/late", func(c *fiber.Ctx) error {
			ctx, cancel := context.WithCancel(c.UserContext())
			cancel()
			return fmt.Errorf("reading the store: %w", ctx.Err())
		})
	}))
	if _, body := call(t, request(t, "GET", base+"/", "")); body != "true request-7 olive 127.0.0.1" {
		t.Errorf("got %q", body)
	}
	resp, _ := call(t, request(t, "GET", base+"/late", ""))
	if resp.StatusCode != 503 || resp.Header.Get("Retry-After") != "5" {
		t.Errorf("got %d, Retry-After %q; want 503 and 5", resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	if got := httpx.Actor(context.Background()); !got.Holds(domain.Public, domain.Scope{}) {
		t.Errorf("got %v for nobody, want the public", got)
	}
}

// A body over the limit must be answered as a problem, on a socket too, and
// a route for uploads may take more without the others taking more.
func TestBodyLimits(t *testing.T) {
	t.Parallel()
	base := serve(t, app(httpx.Options{BodyLimit: 1000, LimitFor: func(path string) int {
		switch path {
		case "/upload":
			return 5000
		case "/webhook":
			return 10
		}
		return 0
	}}, func(a *fiber.App) {
		size := func(c *fiber.Ctx) error { return c.SendString(fmt.Sprint(len(httpx.RawBody(c)))) }
		a.Post("/plain", size)
		a.Post("/upload", size)
		a.Post("/webhook", size)
	}))
	tests := []struct {
		path         string
		size, status int
	}{
		{"/plain", 1000, 200}, {"/plain", 1001, 413},
		{"/upload", 5000, 200}, {"/upload?x=1", 5000, 200}, {"/upload", 5001, 413},
		{"/webhook", 10, 200}, {"/webhook", 11, 413},
	}
	for _, tt := range tests {
		resp, body := call(t, request(t, "POST", base+tt.path, strings.Repeat("x", tt.size)))
		if resp.StatusCode != tt.status {
			t.Errorf("%d bytes to %s: got %d, want %d", tt.size, tt.path, resp.StatusCode, tt.status)
		}
		if tt.status == 413 && (!strings.Contains(body, `"code":"too_large"`) || !strings.Contains(body, `"request_id":"`+resp.Header.Get("X-Request-ID"))) {
			t.Errorf("%s: got %s, want a problem with the id of the request", tt.path, body)
		}
		// curl asks before it sends a large body: the limits are the same.
		resp, _ = call(t, request(t, "POST", base+tt.path, strings.Repeat("x", tt.size), "Expect", "100-continue"))
		if resp.StatusCode != tt.status {
			t.Errorf("asked first, %d bytes to %s: got %d, want %d", tt.size, tt.path, resp.StatusCode, tt.status)
		}
	}
}

func TestHeadersTooLargeAnswerAProblem(t *testing.T) {
	t.Parallel()
	base := serve(t, app(httpx.Options{}, func(*fiber.App) {}))
	resp := raw(t, base, "GET / HTTP/1.1\r\nHost: x\r\nX-Big: "+strings.Repeat("y", 20<<10)+"\r\n\r\n")
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 431 || !strings.Contains(string(body), "too_large") {
		t.Errorf("got %d %s", resp.StatusCode, body)
	}
}

// Without timeouts one slow client holds a connection for ever.
func TestTimeoutsAreSet(t *testing.T) {
	t.Parallel()
	c := httpx.NewApp(httpx.Options{}).Config()
	if c.ReadTimeout == 0 || c.WriteTimeout == 0 || c.IdleTimeout == 0 {
		t.Errorf("got %v, %v, %v; want all set", c.ReadTimeout, c.WriteTimeout, c.IdleTimeout)
	}
	if !c.Immutable || !c.EnableTrustedProxyCheck || c.ProxyHeader != "" {
		t.Error("the app believes proxies or reuses strings")
	}
}

// Fiber takes the left-most forwarded address, which the client writes.
func TestClientIP(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}
	tests := []struct {
		name, forwarded, want string
		trusted               []netip.Prefix
	}{
		{"nobody is trusted", "203.0.113.9", "127.0.0.1", nil},
		{"no header", "", "127.0.0.1", proxies},
		{"one proxy", "203.0.113.9", "203.0.113.9", proxies},
		{"what the client wrote is passed over", "198.51.100.1, 203.0.113.9", "203.0.113.9", proxies},
		{"two proxies", "203.0.113.9, 10.1.2.3", "203.0.113.9", proxies},
		{"words instead of an address", "evil", "127.0.0.1", proxies},
		{"words before an address", "evil, 203.0.113.9", "203.0.113.9", proxies},
		{"IPv6", "2001:db8::1", "2001:db8::1", proxies},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			base := serve(t, app(httpx.Options{TrustedProxies: tt.trusted}, func(a *fiber.App) {
				a.Get("/", func(c *fiber.Ctx) error {
					return c.SendString(httpx.ClientIP(c.UserContext()) + " " + c.Hostname())
				})
			}))
			req := request(t, "GET", base+"/", "", "X-Forwarded-Host", "evil.example")
			if tt.forwarded != "" {
				req.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			_, body := call(t, req)
			ip, host, _ := strings.Cut(body, " ")
			if ip != tt.want || strings.Contains(host, "evil") {
				t.Errorf("got %q, want %s and our own host", body, tt.want)
			}
		})
	}
}

// Fiber leaves path parameters as they were sent.
func TestPathIsDecodedOnce(t *testing.T) {
	t.Parallel()
	base := serve(t, app(httpx.Options{}, func(a *fiber.App) {
		a.Get("/p/:id", func(c *fiber.Ctx) error {
			id, err := httpx.Path(c, "id")
			if err != nil {
				return err
			}
			return c.SendString(id)
		})
	}))
	for sent, want := range map[string]string{"a%2Fb%20c": "a/b c", "a%252Fb": "a%2Fb", "Caf%C3%A9": "Café"} {
		if _, body := call(t, request(t, "GET", base+"/p/"+sent, "")); body != want {
			t.Errorf("%s: got %q, want %q", sent, body, want)
		}
	}
	if resp := raw(t, base, "GET /p/%zz HTTP/1.1\r\nHost: x\r\n\r\n"); resp.StatusCode != 400 {
		t.Errorf("a broken escape: got %d, want 400", resp.StatusCode)
	}
}

// Fiber's Body() decompresses: a signature over what was sent would not fit,
// and a small body could become a large one.
func TestRawBodyIsWhatWasSent(t *testing.T) {
	t.Parallel()
	base := serve(t, app(httpx.Options{}, func(a *fiber.App) {
		a.Post("/", func(c *fiber.Ctx) error { return c.Send(httpx.RawBody(c)) })
		a.Post("/json", func(c *fiber.Ctx) error {
			_, err := httpx.Body(c, "application/json")
			return err
		})
	}))
	if _, body := call(t, request(t, "POST", base+"/", "\x1f\x8b not gzip", "Content-Encoding", "gzip")); body != "\x1f\x8b not gzip" {
		t.Errorf("got %q", body)
	}
	for _, headers := range [][]string{
		{"Content-Encoding", "gzip", "Content-Type", "application/json"},
		{"Content-Type", "text/plain"}, {},
	} {
		if resp, _ := call(t, request(t, "POST", base+"/json", "{}", headers...)); resp.StatusCode != 415 {
			t.Errorf("%v: got %d, want 415", headers, resp.StatusCode)
		}
	}
}

func TestErrorsAsPageOrProblem(t *testing.T) {
	t.Parallel()
	base := serve(t, app(httpx.Options{ErrorPage: func(c *fiber.Ctx, p httpx.Problem) error {
		c.Type("html")
		return c.SendString("<p>" + p.Detail)
	}}, func(a *fiber.App) {
		a.Get("/only", func(c *fiber.Ctx) error { return nil })
	}))
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	tests := []struct {
		method, path, accept string
		status               int
		page                 bool
	}{
		{"GET", "/nowhere", browser, 404, true},
		{"GET", "/nowhere", "*/*", 404, false},
		{"GET", "/nowhere", "application/json", 404, false},
		{"GET", "/api/v1/nowhere", browser, 404, false},
		{"POST", "/only", browser, 405, true},
	}
	for _, tt := range tests {
		resp, body := call(t, request(t, tt.method, base+tt.path, "", "Accept", tt.accept))
		if resp.StatusCode != tt.status || strings.HasPrefix(body, "<p>") != tt.page {
			t.Errorf("%+v: got %d %s", tt, resp.StatusCode, body)
		}
		if tt.status == 405 && !strings.Contains(resp.Header.Get("Allow"), "GET") {
			t.Errorf("405 with Allow %q", resp.Header.Get("Allow"))
		}
	}
}

func TestSafetyHeaders(t *testing.T) {
	t.Parallel()
	for _, https := range []bool{false, true} {
		base := serve(t, app(httpx.Options{HTTPS: https}, func(a *fiber.App) {
			a.Get("/", func(c *fiber.Ctx) error { return nil })
		}))
		for _, path := range []string{"/", "/nowhere"} {
			resp, _ := call(t, request(t, "GET", base+path, ""))
			policy := resp.Header.Get("Content-Security-Policy")
			if !strings.Contains(policy, "script-src 'self'") || strings.Contains(policy, "unsafe") {
				t.Errorf("%s: got policy %q", path, policy)
			}
			if got := resp.Header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s: got Cache-Control %q", path, got)
			}
			if got := resp.Header.Get("Strict-Transport-Security") != ""; got != https {
				t.Errorf("%s: got HSTS %t, want %t", path, got, https)
			}
		}
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	base := serve(t, app(httpx.Options{}, func(*fiber.App) {}))
	seen := map[string]bool{}
	for _, sent := range []string{"", "short", "with space and more", "<script>alert(1)</script>", strings.Repeat("a", 65)} {
		resp, body := call(t, request(t, "GET", base+"/", "", "X-Request-ID", sent))
		id := resp.Header.Get("X-Request-ID")
		if id == sent || seen[id] || len(id) != 16 || !strings.Contains(body, id) {
			t.Errorf("%q: got id %q in header, body %s", sent, id, body)
		}
		seen[id] = true
	}
	resp, _ := call(t, request(t, "GET", base+"/", "", "X-Request-ID", "proxy-1234"))
	if got := resp.Header.Get("X-Request-ID"); got != "proxy-1234" {
		t.Errorf("got %q, want the proxy's", got)
	}
}

// Paths hold codes and ids of people: logs and metrics get the pattern.
func TestServedNamesThePatternNotThePath(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []httpx.Served
	var log bytes.Buffer
	a := app(httpx.Options{
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Observe: func(s httpx.Served) {
			mu.Lock()
			defer mu.Unlock()
			s.Duration = 0
			seen = append(seen, s)
		},
	}, func(a *fiber.App) { a.Get("/j/:code", func(c *fiber.Ctx) error { return nil }) })
	for _, path := range []string{"/j/F7K2", "/x/F7K2"} {
		if _, err := a.Test(request(t, http.MethodGet, path, ""), -1); err != nil {
			t.Fatal(err)
		}
	}
	want := []httpx.Served{{Method: "GET", Route: "/j/:code", Status: 200}, {Method: "GET", Route: "(none)", Status: 404}}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if strings.Contains(log.String(), "F7K2") {
		t.Error("the log holds a path")
	}
}
