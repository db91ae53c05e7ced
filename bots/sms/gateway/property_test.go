package gateway_test

import (
	"net/http"
	"net/url"
	"testing"

	"pgregory.net/rapid"

	"folkmoot/bots/sms/gateway"
)

// TestNothingUnsignedGetsIn: whatever is posted, without our secret it is
// refused with 403 or 413, and nothing panics.
func TestNothingUnsignedGetsIn(t *testing.T) {
	t.Parallel()
	n := gateway.NewNetwork(gateway.NetworkConfig{Token: "12345", PublicURL: public, InboundPath: inPath, Now: at})
	gateways := []gateway.Gateway{
		gateway.NewTwilio(gateway.TwilioConfig{Tokens: []string{"12345", ""}, PublicURL: public}),
		gateway.NewGeneric(gateway.GenericConfig{Secrets: []string{"one", ""}, Now: at}),
		gateway.NewNotify(gateway.NotifyConfig{Tokens: []string{"token-number-one", ""}, Now: at}),
		gateway.NewSimulated(n),
	}
	rapid.Check(t, func(t *rapid.T) {
		h := http.Header{}
		for _, name := range []string{"X-Twilio-Signature", gateway.SignatureHeader, "Authorization", "Content-Type"} {
			h.Set(name, rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "Bearer ", "t=1,v1=", "t=,v1=aa", "application/json"})).Draw(t, name))
		}
		r := gateway.Request{
			Method: http.MethodPost, Target: rapid.String().Draw(t, "target"), Header: h, At: at(),
			Body: rapid.SliceOf(rapid.Byte()).Draw(t, "body"),
		}
		for _, g := range gateways {
			if _, err := g.ParseInbound(r); gateway.HTTPStatus(err) != http.StatusForbidden {
				t.Fatalf("%s took an unsigned text: %v", g.Name(), err)
			}
			if _, err := g.ParseStatus(r); gateway.HTTPStatus(err) != http.StatusForbidden {
				t.Fatalf("%s took an unsigned status: %v", g.Name(), err)
			}
		}
	})
}

// TestSignedFormsArrive: any text, signed, arrives byte for byte.
func TestSignedFormsArrive(t *testing.T) {
	t.Parallel()
	g := gateway.NewTwilio(gateway.TwilioConfig{Tokens: []string{"12345"}, PublicURL: public})
	rapid.Check(t, func(t *rapid.T) {
		body, more := rapid.String().Draw(t, "body"), rapid.String().Draw(t, "query")
		target := inPath + "?x=" + url.QueryEscape(more)
		in, err := g.ParseInbound(formRequest("12345", target, gateway.InboundForm("id-1", "+447700900123", "+447700900001", body)))
		if err != nil || in.Body != body {
			t.Fatalf("%q arrived as %q, %v", body, in.Body, err)
		}
	})
}

// BenchmarkTwilioInbound measures checking and reading one webhook.
func BenchmarkTwilioInbound(b *testing.B) {
	g := gateway.NewTwilio(gateway.TwilioConfig{Tokens: []string{"old", "12345"}, PublicURL: public})
	r := formRequest("12345", inPath, gateway.InboundForm("id-1", "+447700900123", "+447700900001", "Yes please"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := g.ParseInbound(r); err != nil {
			b.Fatal(err)
		}
	}
}
