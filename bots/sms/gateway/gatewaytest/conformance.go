package gatewaytest

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"folkmoot/bots/sms/gateway"
)

// Subject is a gateway under the suite, with what makes its webhooks.
type Subject struct {
	Gateway gateway.Gateway
	// Inbound makes the signed webhook of a text with an id, Status that of a
	// report ("delivered" or "failed") about an outbox id.
	Inbound func(id, from, body string) gateway.Request
	Status  func(id, outbox, state string) gateway.Request
	// SignWith makes an inbound webhook signed with another secret.
	SignWith func(secret string) gateway.Request
	// Second is the other active secret, Old one that is no longer active.
	Second, Old string
	// SignatureHeader carries the signature.
	SignatureHeader string
	// TokenOnly is set where a token stands in for a signature, so that a
	// changed body cannot be told.
	TokenOnly bool
	// Failed is the provider's word for a failure; empty for "failed".
	Failed string
}

// Run holds a gateway against the suite.
func Run(t *testing.T, s Subject) {
	t.Helper()
	t.Run("a text arrives as it was written", s.arrives)
	t.Run("a report settles its message", s.reports)
	t.Run("signatures come first", s.signatures)
	t.Run("both active secrets are good", s.rotation)
	t.Run("too large is refused", s.tooLarge)
	t.Run("shape", s.shape)
}

func (s Subject) arrives(t *testing.T) {
	for _, body := range []string{
		"1", "  two spaces  ", "a+b&c=d%20?", "Łódź, dŵr, 你好, 👍🏽", "line one\nline two", "", "SGVsbG8gd29ybGQ=", strings.Repeat("long ", 2000), "\u202eright to left\u202c مرحبا",
	} {
		in, err := s.Gateway.ParseInbound(s.Inbound("id-1", "+447700900123", body))
		if err != nil {
			t.Errorf("%.20q: %v", body, err)
			continue
		}
		if in.Body != body || in.ExternalID != "id-1" || in.From != "+447700900123" || in.ReceivedAt.IsZero() {
			t.Errorf("%.20q arrived as %+v", body, in)
		}
	}
}

func (s Subject) reports(t *testing.T) {
	failed := s.Failed
	if failed == "" {
		failed = "failed"
	}
	for word, want := range map[string]gateway.State{"delivered": gateway.StateDelivered, failed: gateway.StateFailed, "sent": gateway.StateSent, "huh": gateway.StateOther} {
		got, err := s.Gateway.ParseStatus(s.Status("id-1", "out:1/é", word))
		if err != nil {
			t.Errorf("%s: %v", word, err)
			continue
		}
		if got.State != want || got.ExternalID != "id-1" || got.OutboxID != "out:1/é" || got.Raw != word {
			t.Errorf("%s reported as %+v", word, got)
		}
	}
	sent, _ := s.Gateway.ParseStatus(s.Status("id-1", "o", "sent"))
	delivered, _ := s.Gateway.ParseStatus(s.Status("id-1", "o", "delivered"))
	if sent.Key() == delivered.Key() {
		t.Error("two reports of one message share a key")
	}
}

func (s Subject) signatures(t *testing.T) {
	tests := map[string]func(*gateway.Request){
		"missing": func(r *gateway.Request) { r.Header.Del(s.SignatureHeader) },
		"empty":   func(r *gateway.Request) { r.Header.Set(s.SignatureHeader, "") },
		"garbage": func(r *gateway.Request) { r.Header.Set(s.SignatureHeader, "garbage") },
		"cut": func(r *gateway.Request) {
			r.Header.Set(s.SignatureHeader, r.Header.Get(s.SignatureHeader)[:10])
		},
		"another body":    func(r *gateway.Request) { r.Body = append(r.Body, ' ') },
		"unreadable body": func(r *gateway.Request) { r.Body = []byte("%zz{\x00") },
		"no body":         func(r *gateway.Request) { r.Body = nil },
	}
	if s.TokenOnly {
		maps.DeleteFunc(tests, func(name string, _ func(*gateway.Request)) bool { return strings.Contains(name, "body") })
	}
	for name, spoil := range tests {
		r := s.Inbound("id-1", "+447700900123", "1")
		r.Header = r.Header.Clone()
		spoil(&r)
		if _, err := s.Gateway.ParseInbound(r); gateway.HTTPStatus(err) != http.StatusForbidden {
			t.Errorf("%s: answered %d (%v), want 403", name, gateway.HTTPStatus(err), err)
		}
		if _, err := s.Gateway.ParseStatus(r); gateway.HTTPStatus(err) != http.StatusForbidden {
			t.Errorf("%s: a status answered %d (%v), want 403", name, gateway.HTTPStatus(err), err)
		}
	}
}

func (s Subject) rotation(t *testing.T) {
	if _, err := s.Gateway.ParseInbound(s.SignWith(s.Second)); err != nil {
		t.Errorf("the second secret is refused: %v", err)
	}
	for name, secret := range map[string]string{"an old secret": s.Old, "no secret": ""} {
		if _, err := s.Gateway.ParseInbound(s.SignWith(secret)); gateway.HTTPStatus(err) != http.StatusForbidden {
			t.Errorf("%s is taken: %v", name, err)
		}
	}
}

func (s Subject) tooLarge(t *testing.T) {
	r := s.Inbound("id-1", "+447700900123", strings.Repeat("x", gateway.MaxBody+1))
	if _, err := s.Gateway.ParseInbound(r); gateway.HTTPStatus(err) != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d (%v), want 413", gateway.HTTPStatus(err), err)
	}
}

func (s Subject) shape(t *testing.T) {
	if _, err := s.Gateway.ParseInbound(s.Inbound("", "+447700900123", "1")); gateway.HTTPStatus(err) != http.StatusBadRequest {
		t.Errorf("a text without an id: %v, want 400", err)
	}
	if _, err := s.Gateway.ParseInbound(s.Inbound("id-1", "", "1")); gateway.HTTPStatus(err) != http.StatusBadRequest {
		t.Errorf("a text without a sender: %v, want 400", err)
	}
	if _, err := s.Gateway.ParseStatus(s.Status("id-1", "o", "")); gateway.HTTPStatus(err) != http.StatusBadRequest {
		t.Errorf("a report without a state: %v, want 400", err)
	}
}

// At is the time the suite's webhooks arrive at.
var At = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
