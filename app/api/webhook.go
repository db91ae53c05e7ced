package api

import (
	"context"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"folkmoot/app/httpx"
)

// Webhook hands a provider's call to a bot untouched: the bot checks the
// signature over body, headers and URL before it reads anything.
type Webhook struct {
	Path    string // whole path, such as /webhooks/sms/twilio
	MaxBody int    // bytes; 64 KiB when 0
	Handle  func(ctx context.Context, call Call) (Reply, error)
}

// Call is a provider's request, copied.
type Call struct {
	URL    string // as the provider called it: the public base address, path and query
	Header http.Header
	Body   []byte
	IP     string
}

// Reply is what the provider is answered. Status 0 is 200.
type Reply struct {
	Status      int
	ContentType string
	Body        []byte
}

func (w Webhook) limit() int {
	if w.MaxBody == 0 {
		return 64 << 10
	}
	return w.MaxBody
}

func (a *API) webhook(w Webhook) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		reply, err := w.Handle(ctx, Call{
			URL:    a.BaseURL + string(c.Request().RequestURI()),
			Header: httpx.Headers(c),
			Body:   httpx.RawBody(c),
			IP:     httpx.ClientIP(ctx),
		})
		if err != nil {
			return err
		}
		if reply.Status != 0 {
			c.Status(reply.Status)
		}
		if reply.ContentType != "" {
			c.Set(fiber.HeaderContentType, reply.ContentType)
		}
		return c.Send(reply.Body)
	}
}
