package httpx_test

import (
	"net"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"folkmoot/app/httpx"
)

// What this package costs for each request, over a socket, with the loader on
// the same machine.
func BenchmarkEdge(b *testing.B) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	app := httpx.NewApp(httpx.Options{})
	app.Post("/webhooks/:gateway", func(c *fiber.Ctx) error {
		if len(httpx.RawBody(c)) == 0 || len(httpx.Headers(c)) == 0 {
			b.Error("an empty request")
		}
		return nil
	})
	go func() { _ = app.Listener(ln) }() // ends with the benchmark
	b.Cleanup(func() { _ = app.Shutdown() })
	client := &fasthttp.HostClient{Addr: ln.Addr().String(), MaxConns: 64}
	body := []byte("Body=1&From=%2B447700900123&MessageSid=SM" + strings.Repeat("0", 32))
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		req.SetRequestURI("http://" + ln.Addr().String() + "/webhooks/twilio")
		req.Header.SetMethod("POST")
		req.SetBody(body)
		for pb.Next() {
			if err := client.Do(req, resp); err != nil || resp.StatusCode() != 200 {
				b.Errorf("got %d, %v", resp.StatusCode(), err)
				return
			}
		}
	})
}
