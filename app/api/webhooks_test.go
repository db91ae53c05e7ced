package api_test

import (
	"bytes"
	"net"
	"net/http"
	"testing"

	"github.com/gofiber/fiber/v2"

	"folkmoot/app/api"
)

// listen serves the app on loopback and answers its address.
func listen(tb testing.TB, app *fiber.App) string {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(ln) }()
	tb.Cleanup(func() {
		if err := app.Shutdown(); err != nil {
			tb.Error(err)
		}
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	return "http://" + ln.Addr().String()
}

func TestABodyThatIsTooLargeIsNotRead(t *testing.T) {
	t.Parallel()
	h := newOutreachHouse(t)
	base := listen(t, h.app)
	for _, r := range []struct{ size, want int }{{64 << 10, 403}, {64<<10 + 1, 413}} {
		resp, err := http.Post(base+api.SMSPath("simulated"), "application/x-www-form-urlencoded", bytes.NewReader(bytes.Repeat([]byte("a"), r.size)))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != r.want {
			t.Errorf("%d bytes: got %d, want %d", r.size, resp.StatusCode, r.want)
		}
	}
	if len(h.events.All()) != 0 {
		t.Error("something was kept")
	}
}
