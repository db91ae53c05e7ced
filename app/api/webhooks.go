package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"folkmoot/app/httpx"
	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
)

// SMSDoor takes what the text message gateways send; bots/sms satisfies it.
type SMSDoor interface {
	Receive(ctx context.Context, gateway string, r gateway.Request) error
	Status(ctx context.Context, gateway string, r gateway.Request) error
}

// Paths of a gateway's webhooks: residents' texts, and reports about ours.
func SMSPath(gateway string) string       { return "/webhooks/sms/" + gateway }
func SMSStatusPath(gateway string) string { return SMSPath(gateway) + "/status" }

// SMSWebhooks lists the webhooks of the named gateways. They answer 403 to a
// wrong signature before anything is read, 413 to a body over 64 KB, 400 to a
// shape nobody agreed, 503 in any trouble of the store, so that the provider
// sends it again, and 200 when the event is durable.
func SMSWebhooks(door SMSDoor, clock domain.Clock, gateways ...string) []Webhook {
	var out []Webhook
	for _, name := range gateways {
		out = append(out,
			Webhook{Path: SMSPath(name), MaxBody: gateway.MaxBody, Handle: smsHandler(door.Receive, name, clock)},
			Webhook{Path: SMSStatusPath(name), MaxBody: gateway.MaxBody, Handle: smsHandler(door.Status, name, clock)},
		)
	}
	return out
}

// noReply tells Twilio and its like to answer the resident nothing: answers
// go out by our own outbox.
var noReply = Reply{ContentType: "text/xml", Body: []byte("<Response/>")}

func smsHandler(take func(context.Context, string, gateway.Request) error, name string, clock domain.Clock) func(context.Context, Call) (Reply, error) {
	return func(ctx context.Context, call Call) (Reply, error) {
		err := take(ctx, name, gateway.Request{
			Method: http.MethodPost, Target: target(call.URL), Header: call.Header, Body: call.Body, At: clock.Now(),
		})
		return noReply, webhookError(err)
	}
}

// target is path and query of the address as it was called.
func target(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return "/"
}

// webhookError keeps the gateway's own status. Whatever else went wrong is
// ours and may pass: the provider is asked to come again.
func webhookError(err error) error {
	var refused *gateway.Error
	var known *domain.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return refusal(refused)
	case errors.As(err, &known) && (known.Code == domain.Unavailable || known.Code == domain.NotFound):
		return err
	}
	return domain.E(domain.Unavailable, "this could not be kept just now; please send it again").Because(err)
}

func refusal(e *gateway.Error) error {
	switch e.HTTP {
	case http.StatusForbidden:
		return domain.E(domain.Forbidden, "%s", e.Msg)
	case http.StatusBadRequest:
		return domain.E(domain.Invalid, "%s", e.Msg)
	}
	return httpx.HTTPError(e.HTTP, "%s", e.Msg)
}
