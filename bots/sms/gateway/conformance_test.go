package gateway_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"folkmoot/bots/sms/gateway"
	"folkmoot/bots/sms/gateway/gatewaytest"
)

const (
	public  = "https://folkmoot.example"
	inPath  = "/hooks/sms/inbound"
	outPath = "/hooks/sms/status"
)

func at() time.Time { return gatewaytest.At }

// formRequest signs a form as Twilio does.
func formRequest(token, target string, form url.Values) gateway.Request {
	h := http.Header{}
	h.Set("Content-Type", "application/x-www-form-urlencoded")
	h.Set("X-Twilio-Signature", gateway.TwilioSignature(token, public+target, form))
	return gateway.Request{Method: http.MethodPost, Target: target, Header: h, Body: []byte(form.Encode()), At: at()}
}

func twilioSubject(g gateway.Gateway, token string) gatewaytest.Subject {
	inbound := func(token string) func(id, from, body string) gateway.Request {
		return func(id, from, body string) gateway.Request {
			return formRequest(token, inPath, gateway.InboundForm(id, from, "+447700900001", body))
		}
	}
	return gatewaytest.Subject{
		Gateway: g,
		Inbound: inbound(token),
		Status: func(id, outbox, state string) gateway.Request {
			target := gateway.WithOutbox(outPath, outbox)
			return formRequest(token, target, url.Values{"MessageSid": {id}, "MessageStatus": {state}, "ErrorCode": {""}})
		},
		SignWith:        func(secret string) gateway.Request { return inbound(secret)("id-1", "+447700900123", "1") },
		SignatureHeader: "X-Twilio-Signature",
	}
}

func TestTwilioConforms(t *testing.T) {
	t.Parallel()
	g := gateway.NewTwilio(gateway.TwilioConfig{AccountSID: "AC1", Tokens: []string{"12345", "67890", ""}, PublicURL: public + "/"})
	s := twilioSubject(g, "12345")
	s.Second, s.Old = "67890", "00000"
	gatewaytest.Run(t, s)
}

func TestSimulatedConforms(t *testing.T) {
	t.Parallel()
	n := gateway.NewNetwork(gateway.NetworkConfig{Token: "12345", PublicURL: public, InboundPath: inPath, Now: at})
	s := twilioSubject(gateway.NewSimulated(n), "12345")
	s.Second, s.Old = "12345", "00000"
	gatewaytest.Run(t, s)
}

// jsonRequest signs an object as the generic gateway asks.
func jsonRequest(secret string, signedAt time.Time, object map[string]string) gateway.Request {
	body, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	h := http.Header{}
	h.Set(gateway.SignatureHeader, gateway.GenericSignature(secret, signedAt, body))
	return gateway.Request{Method: http.MethodPost, Target: inPath, Header: h, Body: body, At: at()}
}

func TestGenericConforms(t *testing.T) {
	t.Parallel()
	g := gateway.NewGeneric(gateway.GenericConfig{Secrets: []string{"one", "two", ""}, Now: at})
	inbound := func(secret, id, from, body string) gateway.Request {
		return jsonRequest(secret, at(), map[string]string{"id": id, "from": from, "to": "+447700900001", "text": body})
	}
	gatewaytest.Run(t, gatewaytest.Subject{
		Gateway: g,
		Inbound: func(id, from, body string) gateway.Request { return inbound("one", id, from, body) },
		Status: func(id, outbox, state string) gateway.Request {
			return jsonRequest("one", at(), map[string]string{"id": id, "reference": outbox, "status": state})
		},
		SignWith: func(secret string) gateway.Request { return inbound(secret, "id-1", "+447700900123", "1") },
		Second:   "two", Old: "three", SignatureHeader: gateway.SignatureHeader,
	})
}

func TestGenericWindow(t *testing.T) {
	t.Parallel()
	g := gateway.NewGeneric(gateway.GenericConfig{Secrets: []string{"one"}, Now: at})
	tests := []struct {
		off  time.Duration
		want int
	}{
		{0, 200}, {5 * time.Minute, 200}, {-5 * time.Minute, 200}, {6 * time.Minute, 403}, {-6 * time.Minute, 403},
	}
	for _, tt := range tests {
		r := jsonRequest("one", at().Add(tt.off), map[string]string{"id": "1", "from": "+447700900123", "text": "1"})
		got := http.StatusOK
		if _, err := g.ParseInbound(r); err != nil {
			got = gateway.HTTPStatus(err)
		}
		if got != tt.want {
			t.Errorf("signed %v off: %d, want %d", tt.off, got, tt.want)
		}
	}
}

// TestTwilioVectors are the signatures Twilio publishes.
func TestTwilioVectors(t *testing.T) {
	t.Parallel()
	form := url.Values{
		"Digits": {"1234"}, "CallSid": {"CA1234567890ABCDE"}, "To": {"+18005551212"}, "Caller": {"+14158675309"}, "From": {"+14158675309"},
		"ReasonConferenceEnded": {"test"}, "Reason": {"Participant"},
	}
	tests := []struct{ url, want string }{
		{"https://mycompany.com/myapp.php?foo=1&bar=2", "vOEb5UThFn24KEfnOFLQY2AE5FY="},
		{"http://mycompany.com/myapp.php?foo=1&bar=2", "n2xBNyzSW7rfYStDtOFiFMv7qNo="},
	}
	for _, tt := range tests {
		if got := gateway.TwilioSignature("12345", tt.url, form); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.url, got, tt.want)
		}
	}
}

// TestTwilioRefusesRepeatedFields: two values under one name have two
// readings, and a signature can cover only one.
func TestTwilioRefusesRepeatedFields(t *testing.T) {
	t.Parallel()
	g := gateway.NewTwilio(gateway.TwilioConfig{Tokens: []string{"12345"}, PublicURL: public})
	form := gateway.InboundForm("id-1", "+447700900123", "+447700900001", "1")
	r := formRequest("12345", inPath, form)
	r.Body = append(r.Body, []byte("&Body=2")...)
	if _, err := g.ParseInbound(r); gateway.HTTPStatus(err) != http.StatusBadRequest {
		t.Errorf("a repeated field: %v, want 400", err)
	}
	r.Header.Set("X-Twilio-Signature", "AAAA")
	if _, err := g.ParseInbound(r); gateway.HTTPStatus(err) != http.StatusForbidden {
		t.Errorf("a repeated field, not signed: %v, want 403", err)
	}
}

// TestTwilioIgnoresForwardedHeaders: the address a signature covers is never
// what a header claims.
func TestTwilioIgnoresForwardedHeaders(t *testing.T) {
	t.Parallel()
	g := gateway.NewTwilio(gateway.TwilioConfig{Tokens: []string{"12345"}, PublicURL: public})
	form := gateway.InboundForm("id-1", "+447700900123", "+447700900001", "1")
	r := formRequest("12345", inPath, form)
	r.Header.Set("X-Forwarded-Host", "evil.example")
	r.Header.Set("X-Forwarded-Path", "/elsewhere")
	r.Header.Set("Host", "evil.example")
	if _, err := g.ParseInbound(r); err != nil {
		t.Errorf("forwarded headers changed the reading: %v", err)
	}
	r.Header.Set("X-Twilio-Signature", gateway.TwilioSignature("12345", "https://evil.example"+inPath, form))
	if _, err := g.ParseInbound(r); gateway.HTTPStatus(err) != http.StatusForbidden {
		t.Errorf("a signature for another address: %v, want 403", err)
	}
}

// TestTwilioStatuses: every word of theirs, new ones included, and the codes
// that change what happens next.
func TestTwilioStatuses(t *testing.T) {
	t.Parallel()
	g := gateway.NewTwilio(gateway.TwilioConfig{Tokens: []string{"12345"}, PublicURL: public})
	tests := []struct {
		word, code string
		want       gateway.State
		out, retry bool
	}{
		{"accepted", "", gateway.StateQueued, false, false}, {"sending", "", gateway.StateQueued, false, false},
		{"sent", "", gateway.StateSent, false, false}, {"read", "", gateway.StateDelivered, false, false},
		{"undelivered", "30003", gateway.StateUndelivered, false, true}, {"failed", "63018", gateway.StateFailed, false, true},
		{"failed", "21610", gateway.StateFailed, true, false}, {"undelivered", "30007", gateway.StateUndelivered, false, false},
		{"partially_sunk", "", gateway.StateOther, false, false},
	}
	for _, tt := range tests {
		got, err := g.ParseStatus(formRequest("12345", outPath, url.Values{"MessageSid": {"SM1"}, "MessageStatus": {tt.word}, "ErrorCode": {tt.code}}))
		if err != nil || got.State != tt.want || got.OptedOut != tt.out || got.RetryLater != tt.retry {
			t.Errorf("%s %s: %+v, %v", tt.word, tt.code, got, err)
		}
	}
}

func TestStatesNeverMoveDown(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, to gateway.State
		want     bool
	}{
		{gateway.StateQueued, gateway.StateSent, true}, {gateway.StateSent, gateway.StateQueued, false},
		{gateway.StateQueued, gateway.StateDelivered, true}, {gateway.StateDelivered, gateway.StateSent, false},
		{gateway.StateDelivered, gateway.StateFailed, false}, {gateway.StateSent, gateway.StateUndelivered, true},
		{gateway.StateFailed, gateway.StateDelivered, false}, {gateway.StateSent, gateway.StateOther, false},
	}
	for _, tt := range tests {
		if got := tt.from.Later(tt.to); got != tt.want {
			t.Errorf("%s to %s: %v", tt.from, tt.to, got)
		}
	}
}
