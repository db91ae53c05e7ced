package gateway_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/bots/sms/gateway"
	"folkmoot/bots/sms/gateway/gatewaytest"
)

// tokenRequest is a call of Notify's to us.
func tokenRequest(token string, object map[string]string) gateway.Request {
	body, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	h := http.Header{}
	h.Set("Authorization", "Bearer "+token)
	return gateway.Request{Method: http.MethodPost, Target: inPath, Header: h, Body: body, At: at()}
}

func TestNotifyConforms(t *testing.T) {
	t.Parallel()
	g := gateway.NewNotify(gateway.NotifyConfig{Tokens: []string{"token-number-one", "token-number-two", "", "short"}, Now: at})
	inbound := func(token, id, from, body string) gateway.Request {
		return tokenRequest(token, map[string]string{
			"id": id, "source_number": from, "destination_number": "447700900001", "message": body, "date_received": "2026-03-02T09:59:58.123456Z",
		})
	}
	gatewaytest.Run(t, gatewaytest.Subject{
		Gateway: g,
		Inbound: func(id, from, body string) gateway.Request { return inbound("token-number-one", id, from, body) },
		Status: func(id, outbox, state string) gateway.Request {
			return tokenRequest("token-number-one", map[string]string{"id": id, "reference": outbox, "status": state, "to": "447700900123"})
		},
		SignWith: func(secret string) gateway.Request { return inbound(secret, "id-1", "+447700900123", "1") },
		Second:   "token-number-two", Old: "token-number-three", SignatureHeader: "Authorization", TokenOnly: true, Failed: "permanent-failure",
	})
	if _, err := g.ParseInbound(inbound("short", "id-1", "+447700900123", "1")); gateway.HTTPStatus(err) != http.StatusForbidden {
		t.Errorf("a token shorter than Notify allows is taken: %v", err)
	}
}

func TestNotifyNumbersGetTheirSign(t *testing.T) {
	t.Parallel()
	g := gateway.NewNotify(gateway.NotifyConfig{Tokens: []string{"token-number-one"}, Now: at})
	for in, want := range map[string]string{"447700900855": "+447700900855", "+447700900855": "+447700900855", "07700900855": "07700900855", "60006": "60006", "NHS": "NHS"} {
		got, err := g.ParseInbound(tokenRequest("token-number-one", map[string]string{"id": "1", "source_number": in, "message": "1"}))
		if err != nil || got.From != want {
			t.Errorf("%s reads %q, %v; want %q", in, got.From, err, want)
		}
	}
}

func TestNotifyStatuses(t *testing.T) {
	t.Parallel()
	g := gateway.NewNotify(gateway.NotifyConfig{Tokens: []string{"token-number-one"}, Now: at})
	tests := []struct {
		word  string
		want  gateway.State
		retry bool
	}{
		{"delivered", gateway.StateDelivered, false}, {"permanent-failure", gateway.StateFailed, false},
		{"temporary-failure", gateway.StateUndelivered, true}, {"technical-failure", gateway.StateFailed, false}, {"pending", gateway.StateQueued, false},
	}
	for _, tt := range tests {
		got, err := g.ParseStatus(tokenRequest("token-number-one", map[string]string{"id": "1", "reference": "out:1", "status": tt.word}))
		if err != nil || got.State != tt.want || got.RetryLater != tt.retry {
			t.Errorf("%s: %+v, %v", tt.word, got, err)
		}
	}
}

func notify(t *testing.T) (*gatewaytest.NotifyProvider, *gateway.Notify) {
	t.Helper()
	p := gatewaytest.NewNotifyProvider(at())
	t.Cleanup(p.Close)
	return p, gateway.NewNotify(gateway.NotifyConfig{Key: p.Key, Template: p.Template, APIURL: p.URL + "/", Client: p.Client(), Now: at})
}

func TestNotifySends(t *testing.T) {
	t.Parallel()
	p, g := notify(t)
	for _, to := range []string{"+447700900000", "+447700900111", "+447700900222"} {
		if res := g.Send(context.Background(), message(to)); res.Class != gateway.Accepted || res.ProviderID == "" {
			t.Errorf("to %s: %+v", to, res)
		}
	}
	want := gatewaytest.NotifySent{ID: p.Sent()[0].ID, To: "+447700900000", Body: message("").Body, Reference: "out:1"}
	if diff := cmp.Diff(want, p.Sent()[0]); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if res := g.Send(context.Background(), message("+15005550006")); res.Class != gateway.Refused || res.Code != "ValidationError" {
		t.Errorf("abroad: %+v", res)
	}
}

func TestNotifyFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault    gatewaytest.Fault
		class    gateway.Class
		code     string
		accepted int
	}{
		{gatewaytest.TooMany, gateway.Retry, "RateLimitError", 0},
		{gatewaytest.ServerError, gateway.Unknown, "Exception", 0},
		{gatewaytest.AcceptThenCut, gateway.Unknown, "no_answer", 1},
		{gatewaytest.CutBefore, gateway.Unknown, "no_answer", 0},
	}
	for _, tt := range tests {
		p, g := notify(t)
		p.Next(tt.fault)
		m := message("+447700900123")
		res := g.Send(context.Background(), m)
		if res.Class != tt.class || res.Code != tt.code || len(p.Sent()) != tt.accepted {
			t.Errorf("%s: %+v with %d accepted", tt.fault, res, len(p.Sent()))
		}
		if _, found, err := g.Lookup(context.Background(), m, at()); err != nil || found != (tt.accepted == 1) {
			t.Errorf("%s: looked up %v, %v", tt.fault, found, err)
		}
	}
}

// TestNotifyKeyTrouble: a clock or a key that is off harms no message.
func TestNotifyKeyTrouble(t *testing.T) {
	t.Parallel()
	p, _ := notify(t)
	slow := gateway.NewNotify(gateway.NotifyConfig{Key: p.Key, Template: p.Template, APIURL: p.URL, Now: func() time.Time { return at().Add(-time.Minute) }})
	if res := slow.Send(context.Background(), message("+447700900123")); res.Class != gateway.Retry || res.Code != "AuthError" {
		t.Errorf("a clock a minute behind: %+v", res)
	}
	short := gateway.NewNotify(gateway.NotifyConfig{Key: "too-short", APIURL: p.URL, Now: at})
	if res := short.Send(context.Background(), message("+447700900123")); res.Class != gateway.Refused {
		t.Errorf("a key that cannot be one: %+v", res)
	}
}

func TestNotifyPolls(t *testing.T) {
	t.Parallel()
	p, g := notify(t)
	var want []string
	for _, body := range []string{"1", "yes", "STOP", "2", "hello"} {
		want = append(want, p.Receive("+447700900123", body))
	}
	in, err := g.Inbounds(context.Background(), at())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range in {
		got = append(got, m.ExternalID)
		if m.From != "+447700900123" || m.Body == "" {
			t.Errorf("received %+v", m)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ids, oldest first (-want +got):\n%s", diff)
	}
	late, err := g.Inbounds(context.Background(), in[3].ReceivedAt)
	if err != nil || len(late) != 2 {
		t.Errorf("since the fourth: %d, %v", len(late), err)
	}
}
