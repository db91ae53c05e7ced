package gateway_test

import (
	"crypto/tls"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/bots/sms/gateway"
	"folkmoot/bots/sms/gateway/gatewaytest"
)

var mailAt = time.Date(2026, 3, 5, 9, 30, 0, 0, time.UTC)

func mailServer(t *testing.T, implicit bool) *gatewaytest.MailServer {
	t.Helper()
	s, err := gatewaytest.NewMailServer(implicit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func smtpTo(t *testing.T, s *gatewaytest.MailServer, edit func(*gateway.SMTPConfig)) *gateway.SMTP {
	t.Helper()
	cfg := gateway.SMTPConfig{
		Address: s.Address, TLS: gateway.StartTLS, User: s.User, Password: s.Password, From: "The Jury <jury@moot.example>",
		ReplyTo: "help@moot.example", Trust: s.Trust, Now: func() time.Time { return mailAt }, Timeout: 5 * time.Second,
	}
	if edit != nil {
		edit(&cfg)
	}
	g, err := gateway.NewSMTP(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

var anEmail = gateway.Message{
	ID: "m1.n1", To: "ann@home.example", Subject: "Rheithgor Fforest y Ddêna: newyddion",
	Body: "Rydych yn y loteri.\n\n-- \nDim mwy: https://moot.example/leave/p1/n1", Leave: "https://moot.example/leave/p1/n1",
}

func TestAnEmailAsItArrives(t *testing.T) {
	t.Parallel()
	for _, implicit := range []bool{false, true} {
		s := mailServer(t, implicit)
		g := smtpTo(t, s, func(c *gateway.SMTPConfig) {
			if implicit {
				c.TLS = gateway.TLS
			}
		})
		if r := g.Send(t.Context(), anEmail); r.Class != gateway.Accepted {
			t.Fatalf("implicit TLS %v: %+v", implicit, r)
		}
		sent := s.Sent()
		if len(sent) != 1 || sent[0].From != "jury@moot.example" || sent[0].To != "ann@home.example" {
			t.Fatalf("got %+v", sent)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(sent[0].Body)))
		if err != nil || strings.TrimSpace(strings.ReplaceAll(string(body), "\r\n", "\n")) != anEmail.Body {
			t.Errorf("body %q, %v", body, err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(sent[0].Header.Get("Subject"))
		if err != nil || subject != anEmail.Subject {
			t.Errorf("subject %q, %v", subject, err)
		}
		want := map[string]string{
			"Message-Id": "<m1.n1@moot.example>", "Reply-To": "<help@moot.example>", "Auto-Submitted": "auto-generated",
			"List-Unsubscribe": "<https://moot.example/leave/p1/n1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
			"Date": "Thu, 05 Mar 2026 09:30:00 +0000", "From": `"The Jury" <jury@moot.example>`, "To": "<ann@home.example>", "User-Agent": "",
		}
		got := map[string]string{}
		for name := range want {
			got[name] = sent[0].Header.Get(name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("headers (-want +got)\n%s", diff)
		}
	}
}

func TestWhatAnEmailCameTo(t *testing.T) {
	t.Parallel()
	rows := []struct {
		fault gatewaytest.Fault
		class gateway.Class
		code  string
		taken int
	}{
		{gatewaytest.None, gateway.Accepted, "", 1},
		{gatewaytest.Greylisted, gateway.Retry, "4.7.1", 0},
		{gatewaytest.NoMailbox, gateway.Refused, "5.1.1", 0},
		{gatewaytest.MailFull, gateway.Retry, "4.2.2", 0},
		{gatewaytest.MailRefused, gateway.Refused, "5.7.1", 0},
		{gatewaytest.CutBefore, gateway.Retry, "broken_off", 0},
		{gatewaytest.AcceptThenCut, gateway.Unknown, "no_answer", 1},
		{gatewaytest.Slow, gateway.Unknown, "no_answer", 1},
	}
	for _, r := range rows {
		t.Run(string(r.fault), func(t *testing.T) {
			t.Parallel()
			s := mailServer(t, false)
			s.Next(r.fault)
			g := smtpTo(t, s, func(c *gateway.SMTPConfig) {
				if r.fault == gatewaytest.Slow {
					c.Timeout = 700 * time.Millisecond
				}
			})
			got := g.Send(t.Context(), anEmail)
			if got.Class != r.class || got.Code != r.code || len(s.Sent()) != r.taken {
				t.Errorf("%+v, %d taken; want %s %s, %d", got, len(s.Sent()), r.class, r.code, r.taken)
			}
			if strings.Contains(got.Detail, "ann@") {
				t.Errorf("the detail names the reader: %s", got.Detail)
			}
		})
	}
}

// TestAServerThatWillNotHaveUs: what is about us and not about the email waits
// until it is mended.
func TestAServerThatWillNotHaveUs(t *testing.T) {
	t.Parallel()
	s := mailServer(t, false)
	rows := []struct {
		name string
		edit func(*gateway.SMTPConfig)
		want gateway.Class
	}{
		{"wrong password", func(c *gateway.SMTPConfig) { c.Password = "another" }, gateway.Retry},
		{"no password", func(c *gateway.SMTPConfig) { c.User = "" }, gateway.Retry},
		{"nobody there", func(c *gateway.SMTPConfig) { c.Address = "127.0.0.1:1" }, gateway.Retry},
		{"a certificate of somebody else", func(c *gateway.SMTPConfig) { c.Trust = &tls.Config{ServerName: "example.com"} }, gateway.Retry},
		{"TLS where the server speaks first", func(c *gateway.SMTPConfig) { c.TLS = gateway.TLS }, gateway.Retry},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			g := smtpTo(t, s, r.edit)
			if got := g.Send(t.Context(), anEmail); got.Class != r.want {
				t.Errorf("%+v, want %s", got, r.want)
			}
			if r.name != "no password" && g.Check(t.Context()) == nil {
				t.Error("the check finds nothing wrong")
			}
		})
	}
	t.Cleanup(func() {
		if len(s.Sent()) != 0 {
			t.Error("something was sent")
		}
	})
	if err := smtpTo(t, s, nil).Check(t.Context()); err != nil {
		t.Errorf("good settings: %v", err)
	}
	bad := anEmail
	bad.To = "not an address"
	if got := smtpTo(t, s, nil).Send(t.Context(), bad); got.Class != gateway.Refused {
		t.Errorf("%+v, want refused", got)
	}
}

func TestEmailByNotify(t *testing.T) {
	t.Parallel()
	p := gatewaytest.NewNotifyProvider(mailAt)
	t.Cleanup(p.Close)
	g := gateway.NotifyMail{Notify: gateway.NewNotify(gateway.NotifyConfig{
		Key: p.Key, Tokens: []string{"0123456789"}, MailTemplate: p.MailTemplate, ReplyTo: "r1", APIURL: p.URL, Now: func() time.Time { return mailAt },
	})}
	p.Next(gatewaytest.TooMany, gatewaytest.AcceptThenCut)
	for _, want := range []gateway.Class{gateway.Retry, gateway.Unknown, gateway.Accepted} {
		if got := g.Send(t.Context(), anEmail); got.Class != want {
			t.Errorf("%+v, want %s", got, want)
		}
	}
	if id, found, err := g.Lookup(t.Context(), anEmail, mailAt); !found || id == "" || err != nil {
		t.Errorf("looked up: %q %v %v", id, found, err)
	}
	want := gatewaytest.NotifySent{ID: p.Sent()[0].ID, To: anEmail.To, Subject: anEmail.Subject, Body: anEmail.Body, Reference: anEmail.ID, Leave: anEmail.Leave, ReplyTo: "r1"}
	if diff := cmp.Diff(want, p.Sent()[0]); diff != "" {
		t.Error(diff)
	}
	bad := anEmail
	bad.To = "not an address"
	if got := g.Send(t.Context(), bad); got.Class != gateway.Refused {
		t.Errorf("%+v, want refused", got)
	}
}
