package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// The ways to keep a connection to a mail server private.
const (
	StartTLS = "starttls" // asked for before anything is said; refused without it
	TLS      = "tls"      // from the first byte
	PlainTCP = "none"     // for a server on this machine
)

// SMTPConfig configures a mail server.
type SMTPConfig struct {
	Address  string // host and port
	TLS      string // StartTLS, TLS or PlainTCP
	User     string // empty: no sign-in
	Password string
	From     string // address, or Name <address>
	ReplyTo  string // empty: From
	Timeout  time.Duration
	// Trust overrides how the server's certificate is checked, for tests.
	Trust *tls.Config
	Now   func() time.Time
}

// SMTP hands emails to a mail server. It cannot look for what it sent: when an
// answer is lost, the copy that may be sent later carries the same Message-ID,
// by which mail systems know it for the same email.
type SMTP struct {
	cfg    SMTPConfig
	client *mail.Client
}

// NewSMTP makes the gateway.
func NewSMTP(cfg SMTPConfig) (*SMTP, error) {
	host, port, err := net.SplitHostPort(cfg.Address)
	if err != nil {
		return nil, errors.New("the mail server is written as host:port")
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, errors.New("the mail server's port is a number")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = smtpTimeout
	}
	client, err := mail.NewClient(host, append(cfg.options(host), mail.WithPort(number))...)
	if err != nil {
		return nil, fmt.Errorf("setting up the mail server: %w", err)
	}
	return &SMTP{cfg, client}, nil
}

// smtpTimeout is for signing in, and again for handing over: together shorter
// than the outbox lets a call take.
const smtpTimeout = 14 * time.Second

func (cfg SMTPConfig) options(host string) []mail.Option {
	opts := []mail.Option{mail.WithTimeout(cfg.Timeout), mail.WithHELO(domainOf(cfg.From)), mail.WithoutNoop(), mail.WithoutRset()}
	trust := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if cfg.Trust != nil {
		trust = cfg.Trust
	}
	opts = append(opts, mail.WithTLSConfig(trust))
	switch cfg.TLS {
	case TLS:
		opts = append(opts, mail.WithSSL())
	case PlainTCP:
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	default:
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if cfg.User == "" {
		return opts
	}
	kind := mail.SMTPAuthPlain
	if cfg.TLS == PlainTCP {
		kind = mail.SMTPAuthPlainNoEnc
	}
	return append(opts, mail.WithSMTPAuth(kind), mail.WithUsername(cfg.User), mail.WithPassword(cfg.Password))
}

// domainOf is what stands behind the @ of an address.
func domainOf(address string) string {
	_, domain, _ := strings.Cut(strings.TrimRight(strings.TrimSpace(address), ">"), "@")
	return domain
}

// Name is "smtp".
func (g *SMTP) Name() string { return "smtp" }

// Check signs in to the server and hangs up, for whoever sets it up.
func (g *SMTP) Check(ctx context.Context) error {
	c, err := g.client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	return g.client.CloseWithSMTPClient(c)
}

// Send hands one email to the server.
func (g *SMTP) Send(ctx context.Context, m Message) Result {
	msg, err := g.message(m)
	if err != nil {
		return Result{Class: Refused, Code: "address", Detail: "this is not an address that can be written to"}
	}
	c, err := g.client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return Result{Class: Retry, Code: "not_reached", Detail: "the mail server cannot be reached, or does not take our name and password"}
	}
	sent := g.client.SendWithSMTPClient(c, msg)
	_ = g.client.CloseWithSMTPClient(c) // the answer to the message is known
	return smtpResult(msg, sent)
}

func (g *SMTP) message(m Message) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := errors.Join(msg.From(g.cfg.From), msg.To(m.To)); err != nil {
		return nil, err
	}
	if g.cfg.ReplyTo != "" {
		if err := msg.ReplyTo(g.cfg.ReplyTo); err != nil {
			return nil, err
		}
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.ID + "@" + domainOf(g.cfg.From))
	msg.SetDateWithValue(g.cfg.Now())
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // no out-of-office notes (RFC 3834)
	if m.Leave != "" {                                   // one click, no page (RFC 8058)
		msg.SetGenHeaderPreformatted(mail.HeaderListUnsubscribe, "<"+m.Leave+">")
		msg.SetGenHeader(mail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	msg.SetBodyString(mail.TypeTextPlain, m.Body)
	return msg, nil
}

// mailboxGone are the enhanced codes of an address that nobody reads
// (RFC 3463).
const mailboxGone = "5.1."

// smtpResult classes how a message was taken. Only an answer that never came
// after the last dot leaves doubt; before it the server has not taken charge
// (RFC 5321, 4.2.5 and 6.1).
func smtpResult(msg *mail.Msg, err error) Result {
	var e *mail.SendError
	switch {
	case err == nil, msg.IsDelivered():
		return Result{ProviderID: msg.GetMessageID(), Class: Accepted}
	case !errors.As(err, &e):
		return Result{Class: Unknown, Code: "no_answer", Detail: "the mail server's answer was not understood"}
	}
	code := strconv.Itoa(e.ErrorCode())
	if s := e.EnhancedStatusCode(); s != "" {
		code = s
	}
	switch {
	case e.ErrorCode()/100 == 4:
		return Result{Class: Retry, Code: code, Detail: "the mail server asks to come again later"}
	case e.ErrorCode()/100 == 5 && e.Reason == mail.ErrSMTPMailFrom: // about us, not about the message
		return keyRefused(code)
	case e.ErrorCode()/100 == 5 && strings.HasPrefix(code, mailboxGone):
		return Result{Class: Refused, Code: code, Detail: "there is no such mailbox"}
	case e.ErrorCode()/100 == 5:
		return Result{Class: Refused, Code: code, Detail: "the mail server refuses the message"}
	case e.Reason == mail.ErrSMTPDataClose || e.Reason == mail.ErrAmbiguous:
		return Result{Class: Unknown, Code: "no_answer", Detail: "the message went out and no answer came"}
	}
	return Result{Class: Retry, Code: "broken_off", Detail: "the connection broke before the message was handed over"}
}
