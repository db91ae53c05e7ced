package gateway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/bots/sms/gateway"
	"folkmoot/bots/sms/gateway/gatewaytest"
)

// against starts a fake provider and a gateway that sends to it.
func against(t *testing.T) (*gatewaytest.Provider, *gateway.Twilio) {
	t.Helper()
	p := gatewaytest.NewProvider(at())
	t.Cleanup(p.Stop)
	return p, gateway.NewTwilio(gateway.TwilioConfig{
		AccountSID: p.Account, Tokens: []string{p.Token}, PublicURL: public, APIURL: p.URL, From: "+15005550006", Client: p.Client(),
	})
}

func message(to string) gateway.Message {
	return gateway.Message{ID: "out:1", To: to, Body: "Forest Health Jury: hello & welcome, 1+1", StatusCallback: public + outPath}
}

func TestTwilioSends(t *testing.T) {
	t.Parallel()
	p, g := against(t)
	res := g.Send(context.Background(), message("+447700900123"))
	sent := p.Sent()
	if len(sent) != 1 {
		t.Fatalf("%d messages accepted", len(sent))
	}
	if diff := cmp.Diff(gateway.Result{ProviderID: sent[0].SID, Class: gateway.Accepted}, res); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	want := gatewaytest.Sent{
		SID: sent[0].SID, To: "+447700900123", From: "+15005550006", Body: "Forest Health Jury: hello & welcome, 1+1",
		StatusCallback: public + outPath + "?outbox=out%3A1", Direction: "outbound-api", At: sent[0].At,
	}
	if diff := cmp.Diff(want, sent[0]); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestTwilioMagicNumbers(t *testing.T) {
	t.Parallel()
	_, g := against(t)
	tests := []struct {
		to, from string
		code     string
		class    gateway.Class
		optedOut bool
	}{
		{"+15005550001", "", "21211", gateway.Refused, false},
		{"+15005550002", "", "21612", gateway.Refused, false},
		{"+15005550003", "", "21408", gateway.Refused, false},
		{"+15005550004", "", "21610", gateway.Refused, true},
		{"+15005550009", "", "21614", gateway.Refused, false},
		{"+447700900123", "+15005550001", "21212", gateway.Refused, false},
		{"+447700900123", "+15005550007", "21606", gateway.Refused, false},
		{"+447700900123", "+15005550008", "21611", gateway.Retry, false},
	}
	for _, tt := range tests {
		m := message(tt.to)
		m.From = tt.from
		res := g.Send(context.Background(), m)
		if res.Class != tt.class || res.Code != tt.code || res.OptedOut != tt.optedOut || res.Detail == "" {
			t.Errorf("to %s from %s: %+v", tt.to, tt.from, res)
		}
	}
}

// TestTwilioFaults: what may have been accepted is unknown, never retried
// blindly; what certainly was not is retried.
func TestTwilioFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault    gatewaytest.Fault
		class    gateway.Class
		accepted int
	}{
		{gatewaytest.TooMany, gateway.Retry, 0},
		{gatewaytest.ServerError, gateway.Unknown, 0},
		{gatewaytest.AcceptAnd500, gateway.Unknown, 1},
		{gatewaytest.AcceptThenCut, gateway.Unknown, 1},
		{gatewaytest.CutBefore, gateway.Unknown, 0},
		{gatewaytest.Half, gateway.Unknown, 1},
		{gatewaytest.NotJSON, gateway.Unknown, 1},
	}
	for _, tt := range tests {
		t.Run(string(tt.fault), func(t *testing.T) {
			t.Parallel()
			p, g := against(t)
			p.Next(tt.fault)
			res := g.Send(context.Background(), message("+447700900123"))
			if res.Class != tt.class || len(p.Sent()) != tt.accepted {
				t.Errorf("%+v with %d accepted, want %s with %d", res, len(p.Sent()), tt.class, tt.accepted)
			}
			if tt.fault == gatewaytest.TooMany && res.RetryAfter != 3*time.Second {
				t.Errorf("retry after %v, want what the provider asked", res.RetryAfter)
			}
		})
	}
}

// TestTwilioSlow: a deadline that passes while the provider works leaves the
// send unknown.
func TestTwilioSlow(t *testing.T) {
	t.Parallel()
	p, g := against(t)
	p.Next(gatewaytest.Slow)
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan gateway.Result, 1)
	go func() { result <- g.Send(ctx, message("+447700900123")) }()
	for len(p.Sent()) == 0 && ctx.Err() == nil {
		select {
		case res := <-result:
			t.Fatalf("an answer came: %+v", res)
		default:
		}
	}
	cancel()
	if res := <-result; res.Class != gateway.Unknown {
		t.Errorf("%+v, want unknown", res)
	}
}

// TestNotReached: nobody listens, no such host, a certificate of somebody
// else: nothing can have been accepted.
func TestNotReached(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	strange := httptest.NewTLSServer(http.NotFoundHandler())
	strange.Config.ErrorLog = nil
	t.Cleanup(strange.Close)
	for name, address := range map[string]string{"refused": closed.URL, "certificate": strange.URL} {
		g := gateway.NewTwilio(gateway.TwilioConfig{AccountSID: "AC1", Tokens: []string{"1"}, APIURL: address, From: "+15005550006"})
		if res := g.Send(context.Background(), message("+447700900123")); res.Class != gateway.Retry {
			t.Errorf("%s: %+v, want retry", name, res)
		}
	}
	dead := &http.Client{Transport: failing{}}
	g := gateway.NewTwilio(gateway.TwilioConfig{AccountSID: "AC1", Tokens: []string{"1"}, APIURL: "http://no.invalid", From: "+1", Client: dead})
	if res := g.Send(context.Background(), message("+447700900123")); res.Class != gateway.Retry {
		t.Errorf("before anything was written: %+v, want retry", res)
	}
}

// failing never gets as far as writing.
type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }

func TestTwilioLookup(t *testing.T) {
	t.Parallel()
	p, g := against(t)
	p.Next(gatewaytest.AcceptThenCut)
	m := message("+447700900123")
	if res := g.Send(context.Background(), m); res.Class != gateway.Unknown {
		t.Fatalf("%+v", res)
	}
	for range 5 { // later messages to the same person, over more than one page
		other := m
		other.Body = "another"
		g.Send(context.Background(), other)
	}
	id, found, err := g.Lookup(context.Background(), m, at())
	if err != nil || !found || id != p.Sent()[0].SID {
		t.Errorf("Lookup = %q, %v, %v", id, found, err)
	}
	m.Body = "never sent"
	if id, found, err := g.Lookup(context.Background(), m, at()); err != nil || found {
		t.Errorf("a message never sent: %q, %v, %v", id, found, err)
	}
	m.Body = "another"
	if _, found, _ := g.Lookup(context.Background(), m, at().Add(time.Hour)); found {
		t.Error("a message from before the attempt counts as it")
	}
}

func TestTwilioPolls(t *testing.T) {
	t.Parallel()
	p, g := against(t)
	var want []string
	for _, body := range []string{"1", "yes", "STOP", "2", "hello"} {
		want = append(want, p.Receive("+447700900123", "+15005550006", body))
	}
	g.Send(context.Background(), message("+447700900123"))
	in, err := g.Inbounds(context.Background(), at())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range in {
		got = append(got, m.ExternalID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("inbound ids, oldest first (-want +got):\n%s", diff)
	}
	bad := gateway.NewTwilio(gateway.TwilioConfig{AccountSID: p.Account, Tokens: []string{"wrong"}, APIURL: p.URL})
	if _, err := bad.Inbounds(context.Background(), at()); err == nil {
		t.Error("a refused list is no error")
	}
}

func TestGenericSends(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		answer string
		want   gateway.Result
	}{
		{"accepted", 201, `{"id":"x1"}`, gateway.Result{ProviderID: "x1", Class: gateway.Accepted}},
		{"has it already", 409, `{"id":"x1"}`, gateway.Result{ProviderID: "x1", Class: gateway.Accepted}},
		{"opted out", 400, `{"error_code":"opted_out"}`, gateway.Result{Class: gateway.Refused, Code: "opted_out", OptedOut: true}},
		{"bad request", 422, `nonsense`, gateway.Result{Class: gateway.Refused, Code: "http_422"}},
		{"too many", 429, ``, gateway.Result{Class: gateway.Retry, Code: "http_429"}},
		{"trouble", 503, ``, gateway.Result{Class: gateway.Unknown, Code: "http_503"}},
		{"accepted without an id", 200, `{}`, gateway.Result{Class: gateway.Unknown, Code: "http_200"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var body []byte
			var signature string
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ = io.ReadAll(r.Body)
				signature = r.Header.Get(gateway.SignatureHeader)
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.answer)
			}))
			t.Cleanup(srv.Close)
			g := gateway.NewGeneric(gateway.GenericConfig{Secrets: []string{"one"}, SendURL: srv.URL, From: "Folkmoot", Now: at})
			got := g.Send(context.Background(), message("+447700900123"))
			got.Detail = ""
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if signature != gateway.GenericSignature("one", at(), body) || !strings.Contains(string(body), `"reference":"out:1"`) {
				t.Errorf("sent %s signed %s", body, signature)
			}
		})
	}
}

// TestNetwork plays both ways over the simulated network.
func TestNetwork(t *testing.T) {
	t.Parallel()
	n := gateway.NewNetwork(gateway.NetworkConfig{Token: "12345", PublicURL: public, InboundPath: inPath, Now: at})
	g := gateway.NewSimulated(n)
	m := message("+999123456789")
	res := g.Send(context.Background(), m)
	n.Fail(gateway.Result{Class: gateway.Unknown, Code: "cut"}, gateway.Result{Class: gateway.Retry})
	m2 := m
	m2.ID = "out:2"
	cut, retry := g.Send(context.Background(), m2), g.Send(context.Background(), m)
	if res.Class != gateway.Accepted || cut.Class != gateway.Unknown || retry.Class != gateway.Retry {
		t.Errorf("results %v %v %v", res.Class, cut.Class, retry.Class)
	}
	hook := n.Write("+999123456789", "1")
	in, err := g.ParseInbound(gateway.Request{Method: http.MethodPost, Target: hook.Target, Header: hook.Header, Body: hook.Body, At: at()})
	if err != nil || in.Body != "1" || in.From != "+999123456789" || in.To != n.Sender() {
		t.Errorf("inbound %+v, %v", in, err)
	}
	texts := n.Handset("+999123456789")
	if len(texts) != 3 || texts[0].ID != res.ProviderID || texts[1].OutboxID != "out:2" || !texts[2].Sent {
		t.Errorf("handset %+v", texts)
	}
	if id, found, err := g.Lookup(context.Background(), m2, at()); !found || err != nil || id != texts[1].ID {
		t.Errorf("Lookup = %q, %v, %v", id, found, err)
	}
	reports := n.Reports()
	if len(reports) != 2 || len(n.Reports()) != 0 {
		t.Fatalf("%d reports", len(reports))
	}
	st, err := g.ParseStatus(gateway.Request{Method: http.MethodPost, Target: reports[1].Target, Header: reports[1].Header, Body: reports[1].Body, At: at()})
	if err != nil || st.OutboxID != "out:2" || st.State != gateway.StateDelivered || st.ExternalID != texts[1].ID {
		t.Errorf("report %+v, %v", st, err)
	}
	if diff := cmp.Diff([]string{"+999123456789"}, n.Numbers(10)); diff != "" {
		t.Error(diff)
	}
}
