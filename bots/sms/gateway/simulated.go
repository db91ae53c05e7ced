package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Network is a phone network inside the process: handsets that keep what they
// get, and webhooks like Twilio's, signed, for what they send. Safe for
// concurrent use.
type Network struct {
	cfg      NetworkConfig
	mu       sync.Mutex
	serial   int
	handsets map[string][]Text
	order    []string // handsets by first use, oldest first
	reports  []Webhook
	faults   []Result
}

// NetworkConfig configures the network.
type NetworkConfig struct {
	// Token signs the webhooks.
	Token string
	// PublicURL is our base address as the webhooks name it.
	PublicURL string
	// InboundPath is where a handset's texts are posted.
	InboundPath string
	// Sender is our own number on this network.
	Sender string
	Now    func() time.Time
}

// Text is one message on a handset.
type Text struct {
	ID       string    `json:"id"`
	OutboxID string    `json:"outbox_id,omitempty"`
	From     string    `json:"from"`
	To       string    `json:"to"`
	Body     string    `json:"body"`
	At       time.Time `json:"at"`
	// Sent tells a text the handset sent from one it got.
	Sent bool `json:"sent"`
}

// Webhook is a signed request to post to ourselves.
type Webhook struct {
	URL    string
	Target string
	Header http.Header
	Body   []byte
}

// Bounds of what the network keeps.
const (
	textsKept    = 500
	handsetsKept = 20_000
	reportsKept  = 100_000
)

// NewNetwork makes a network.
func NewNetwork(cfg NetworkConfig) *Network {
	if cfg.Sender == "" {
		cfg.Sender = "+447700900001"
	}
	return &Network{cfg: cfg, handsets: map[string][]Text{}}
}

// Simulated is the gateway onto a Network. Its webhooks have Twilio's shape
// and signature, so everything behind it is what a real provider meets.
type Simulated struct {
	network *Network
	twilio  *Twilio
}

// NewSimulated makes the gateway.
func NewSimulated(n *Network) *Simulated {
	return &Simulated{n, NewTwilio(TwilioConfig{AccountSID: simulatedAccount, Tokens: []string{n.cfg.Token}, PublicURL: n.cfg.PublicURL})}
}

const simulatedAccount = "AC00000000000000000000000000000000"

// Name is "simulated".
func (g *Simulated) Name() string { return "simulated" }

// ParseInbound reads a handset's text.
func (g *Simulated) ParseInbound(r Request) (Inbound, error) { return g.twilio.ParseInbound(r) }

// ParseStatus reads a report.
func (g *Simulated) ParseStatus(r Request) (Status, error) { return g.twilio.ParseStatus(r) }

// Send puts the message on the handset. A queued fault comes first: a fault
// of class Unknown or Accepted delivers the message all the same.
func (g *Simulated) Send(_ context.Context, m Message) Result {
	n := g.network
	n.mu.Lock()
	defer n.mu.Unlock()
	fault, faulty := n.fault()
	if faulty && fault.Class != Unknown && fault.Class != Accepted {
		return fault
	}
	if m.From == "" {
		m.From = n.cfg.Sender
	}
	sid := n.sid(m.ID)
	n.keep(m.To, Text{ID: sid, OutboxID: m.ID, From: m.From, To: m.To, Body: m.Body, At: n.cfg.Now()})
	n.report(m, sid)
	if faulty {
		return fault
	}
	return Result{ProviderID: sid, Class: Accepted}
}

// Lookup finds a message by its outbox id.
func (g *Simulated) Lookup(_ context.Context, m Message, _ time.Time) (string, bool, error) {
	g.network.mu.Lock()
	defer g.network.mu.Unlock()
	for _, t := range g.network.handsets[m.To] {
		if t.OutboxID == m.ID && !t.Sent {
			return t.ID, true, nil
		}
	}
	return "", false, nil
}

func (n *Network) fault() (Result, bool) {
	if len(n.faults) == 0 {
		return Result{}, false
	}
	f := n.faults[0]
	n.faults = n.faults[1:]
	return f, true
}

// Fail makes the next sends come to these results.
func (n *Network) Fail(results ...Result) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = append(n.faults, results...)
}

// Faults says how many of the next sends will go wrong.
func (n *Network) Faults() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.faults)
}

// Heal lets every send succeed again.
func (n *Network) Heal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = nil
}

// sid makes a message id with Twilio's shape, unique on this network.
func (n *Network) sid(seed string) string {
	n.serial++
	sum := sha256.Sum256([]byte(seed + "/" + strconv.Itoa(n.serial) + "/" + strconv.FormatInt(n.cfg.Now().UnixNano(), 10)))
	return "SM" + hex.EncodeToString(sum[:16])
}

func (n *Network) keep(number string, t Text) {
	if _, known := n.handsets[number]; !known {
		n.order = append(n.order, number)
	}
	texts := append(n.handsets[number], t)
	n.handsets[number] = texts[max(0, len(texts)-textsKept):]
	if len(n.order) > handsetsKept {
		delete(n.handsets, n.order[0])
		n.order = n.order[1:]
	}
}

// report queues the "delivered" webhook of a message.
func (n *Network) report(m Message, sid string) {
	if m.StatusCallback == "" || len(n.reports) >= reportsKept {
		return
	}
	form := url.Values{
		"MessageSid": {sid}, "SmsSid": {sid}, "MessageStatus": {"delivered"}, "SmsStatus": {"delivered"},
		"To": {m.To}, "From": {m.From}, "AccountSid": {simulatedAccount}, "ApiVersion": {"2010-04-01"},
	}
	n.reports = append(n.reports, n.sign(targetOf(WithOutbox(m.StatusCallback, m.ID)), form))
}

// targetOf is path and query of an address.
func targetOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.RequestURI()
}

func (n *Network) sign(target string, form url.Values) Webhook {
	full := n.cfg.PublicURL + target
	h := http.Header{}
	h.Set("Content-Type", "application/x-www-form-urlencoded")
	h.Set("X-Twilio-Signature", TwilioSignature(n.cfg.Token, full, form))
	return Webhook{URL: full, Target: target, Header: h, Body: []byte(form.Encode())}
}

// Reports takes the delivery reports that wait to be posted.
func (n *Network) Reports() []Webhook {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := n.reports
	n.reports = nil
	return out
}

// Write puts a text on a handset as sent and answers the signed webhook that
// brings it to us. Post it once, twice or late, as the test wants.
func (n *Network) Write(from, body string) Webhook {
	n.mu.Lock()
	defer n.mu.Unlock()
	sid := n.sid(from)
	n.keep(from, Text{ID: sid, From: from, To: n.cfg.Sender, Body: body, At: n.cfg.Now(), Sent: true})
	return n.sign(n.cfg.InboundPath, InboundForm(sid, from, n.cfg.Sender, body))
}

// InboundForm is the form of a text as Twilio posts it.
func InboundForm(sid, from, to, body string) url.Values {
	return url.Values{
		"ToCountry": {"GB"}, "FromCountry": {"GB"}, "SmsMessageSid": {sid}, "SmsSid": {sid}, "MessageSid": {sid},
		"SmsStatus": {"received"}, "NumMedia": {"0"}, "NumSegments": {"1"}, "Body": {body}, "To": {to}, "From": {from},
		"AccountSid": {simulatedAccount}, "ApiVersion": {"2010-04-01"},
	}
}

// Handset lists the texts of a number, oldest first.
func (n *Network) Handset(number string) []Text {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.handsets[number])
}

// Numbers lists the newest handsets, newest first.
func (n *Network) Numbers(most int) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := slices.Clone(n.order[max(0, len(n.order)-most):])
	slices.Reverse(out)
	return out
}

// Sender is our own number on this network.
func (n *Network) Sender() string { return n.cfg.Sender }
