package gatewaytest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"net/mail"
	"slices"
	"sync"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Faults that only a mail server has.
const (
	Greylisted  Fault = "451"         // come again later
	NoMailbox   Fault = "550"         // nobody reads this address
	MailFull    Fault = "452_at_data" // taken at RCPT, refused after the text
	MailRefused Fault = "554_at_data"
)

// MailServer is a fake mail server on loopback that asks for STARTTLS and a
// password and then does what is asked of it.
type MailServer struct {
	Address, User, Password string
	// Trust is what a client must trust to talk to it.
	Trust *tls.Config

	server *smtp.Server
	cert   *httptest.Server
	done   chan struct{}
	mu     sync.Mutex
	faults []Fault
	sent   []Letter
}

// Letter is an email the server took charge of.
type Letter struct {
	From, To string
	Header   mail.Header
	Body     string // as it was sent, still encoded
}

// NewMailServer starts the fake. implicit says that TLS begins with the first
// byte.
func NewMailServer(implicit bool) (*MailServer, error) {
	s := &MailServer{User: "jury", Password: "a password of ours", done: make(chan struct{})}
	s.cert = httptest.NewTLSServer(nil)
	ours := s.cert.TLS.Clone()
	ours.NextProtos = nil
	roots := x509.NewCertPool()
	roots.AddCert(s.cert.Certificate())
	s.Trust = &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.Address = ln.Addr().String()
	s.server = smtp.NewServer(s)
	s.server.Domain = "mail.example"
	s.server.TLSConfig = ours
	if implicit {
		ln = tls.NewListener(ln, ours)
	}
	go func() { _ = s.server.Serve(ln) }()
	return s, nil
}

// Stop ends the server and whatever waits in it.
func (s *MailServer) Stop() {
	close(s.done)
	_ = s.server.Close()
	s.cert.Close()
}

// Next queues faults for the emails to come, one each.
func (s *MailServer) Next(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Sent lists what the server took charge of, oldest first.
func (s *MailServer) Sent() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

func (s *MailServer) fault() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) == 0 {
		return None
	}
	f := s.faults[0]
	s.faults = s.faults[1:]
	return f
}

// NewSession implements smtp.Backend.
func (s *MailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &mailSession{server: s, conn: c}, nil
}

type mailSession struct {
	server   *MailServer
	conn     *smtp.Conn
	fault    Fault
	signedIn bool
	from, to string
}

// AuthMechanisms offers PLAIN, once the connection is private.
func (m *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth takes the one name and password there are.
func (m *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != m.server.User || password != m.server.Password {
			return smtp.ErrAuthFailed
		}
		m.signedIn = true
		return nil
	}), nil
}

// Mail begins an email.
func (m *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	if !m.signedIn {
		return smtp.ErrAuthRequired
	}
	m.from, m.fault = from, m.server.fault()
	if m.fault == CutBefore {
		return m.cut()
	}
	return nil
}

// Rcpt takes the reader's address.
func (m *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	m.to = to
	switch m.fault {
	case Greylisted:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
	case NoMailbox:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	return nil
}

// Data takes the email itself.
func (m *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	switch m.fault {
	case MailFull:
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "mailbox full"}
	case MailRefused:
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "refused"}
	}
	if err := m.server.take(m, raw); err != nil {
		return err
	}
	switch m.fault {
	case AcceptThenCut:
		return m.cut()
	case Slow:
		<-m.server.done
		return m.cut()
	}
	return nil
}

func (s *MailServer) take(m *mailSession, raw []byte) error {
	read, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(read.Body)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, Letter{From: m.from, To: m.to, Header: read.Header, Body: string(body)})
	return nil
}

var errCut = errors.New("the line is cut")

func (m *mailSession) cut() error {
	_ = m.conn.Conn().Close()
	return errCut
}

// Reset implements smtp.Session.
func (m *mailSession) Reset() {}

// Logout implements smtp.Session.
func (m *mailSession) Logout() error { return nil }
