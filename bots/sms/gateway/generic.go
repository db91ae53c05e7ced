package gateway

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// GenericConfig configures the signed-HTTP gateway.
type GenericConfig struct {
	// Secrets are the active secrets, the first used to sign what we send.
	Secrets []string
	// SendURL takes our messages.
	SendURL string
	From    string
	Client  *http.Client
	// Now is the clock signatures are made with when sending.
	Now func() time.Time
}

// Generic is for providers without an adapter of their own: JSON over HTTP,
// both ways signed with X-Signature: t=<unix>,v1=<hex HMAC-SHA256(secret,
// "t.body")> and taken within five minutes.
//
//	in:     {"id","from","to","text","received_at"}
//	status: {"id","reference","status","error_code"}
//	out:    {"reference","to","from","text","status_url"} -> 2xx {"id"}
type Generic struct{ cfg GenericConfig }

// SignatureHeader carries the generic gateway's signature.
const SignatureHeader = "X-Signature"

// window is how far a signed time may be from now.
const window = 5 * time.Minute

// NewGeneric makes the gateway.
func NewGeneric(cfg GenericConfig) *Generic {
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: 20 * time.Second}
	}
	return &Generic{cfg}
}

// Name is "generic".
func (g *Generic) Name() string { return "generic" }

// GenericSignature signs a body at a time, for the header.
func GenericSignature(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	return "t=" + t + ",v1=" + genericMAC(secret, t, body)
}

func genericMAC(secret, t string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// check verifies size, signature and time, in this order.
func (g *Generic) check(r Request) error {
	if err := checkSize(r); err != nil {
		return err
	}
	t, given := signatureParts(r.Header.Get(SignatureHeader))
	if t == "" || len(given) == 0 {
		return forbidden("the request carries no X-Signature with t and v1")
	}
	if !g.signed(t, given, r.Body) {
		return forbidden("the signature does not fit the request")
	}
	unix, err := strconv.ParseInt(t, 10, 64)
	if err != nil {
		return forbidden("the signature's time cannot be read")
	}
	if off := r.At.Sub(time.Unix(unix, 0)); off > window || off < -window {
		return forbidden("the signature's time is more than five minutes from ours: check both clocks")
	}
	return nil
}

func signatureParts(header string) (t string, v1 []string) {
	for _, part := range strings.Split(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			t = value
		case "v1":
			v1 = append(v1, value)
		}
	}
	return t, v1
}

func (g *Generic) signed(t string, given []string, body []byte) bool {
	ok := false
	for _, secret := range g.cfg.Secrets {
		want := []byte(genericMAC(secret, t, body))
		for _, have := range given {
			if secret != "" && hmac.Equal(want, []byte(have)) {
				ok = true
			}
		}
	}
	return ok
}

type genericInbound struct {
	ID         string    `json:"id"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	Text       *string   `json:"text"`
	ReceivedAt time.Time `json:"received_at"`
}

// ParseInbound checks and reads a message.
func (g *Generic) ParseInbound(r Request) (Inbound, error) {
	if err := g.check(r); err != nil {
		return Inbound{}, err
	}
	var in genericInbound
	if err := json.Unmarshal(r.Body, &in); err != nil {
		return Inbound{}, malformed("the body is not the JSON object that was agreed")
	}
	if in.ID == "" || in.From == "" || in.Text == nil {
		return Inbound{}, malformed("a message needs id, from and text")
	}
	if in.ReceivedAt.IsZero() {
		in.ReceivedAt = r.At
	}
	return Inbound{ExternalID: in.ID, From: in.From, To: in.To, Body: *in.Text, ReceivedAt: in.ReceivedAt.UTC().Truncate(time.Millisecond)}, nil
}

type genericStatus struct {
	ID        string `json:"id"`
	Reference string `json:"reference"`
	Status    string `json:"status"`
	ErrorCode string `json:"error_code"`
}

var genericStates = map[string]State{
	"queued": StateQueued, "sent": StateSent, "delivered": StateDelivered, "undelivered": StateUndelivered, "failed": StateFailed, "opted_out": StateFailed,
}

// ParseStatus checks and reads a report.
func (g *Generic) ParseStatus(r Request) (Status, error) {
	if err := g.check(r); err != nil {
		return Status{}, err
	}
	var in genericStatus
	if err := json.Unmarshal(r.Body, &in); err != nil {
		return Status{}, malformed("the body is not the JSON object that was agreed")
	}
	if in.ID == "" || in.Status == "" {
		return Status{}, malformed("a status needs id and status")
	}
	state, known := genericStates[in.Status]
	if !known {
		state = StateOther
	}
	return Status{ExternalID: in.ID, OutboxID: in.Reference, State: state, Raw: in.Status, ErrorCode: in.ErrorCode, OptedOut: in.Status == "opted_out"}, nil
}

// Send posts one message. The provider is asked to take a reference once: a
// 409 says that it already has it.
func (g *Generic) Send(ctx context.Context, m Message) Result {
	from := m.From
	if from == "" {
		from = g.cfg.From
	}
	body, err := json.Marshal(map[string]string{"reference": m.ID, "to": m.To, "from": from, "text": m.Body, "status_url": m.StatusCallback})
	if err != nil {
		return Result{Class: Refused, Code: "request", Detail: "the request could not be built"}
	}
	status, header, answer, res := exchange(ctx, g.cfg.Client, func(ctx context.Context) (*http.Request, error) {
		return g.request(ctx, body)
	})
	if res.Class != "" {
		return res
	}
	return genericResult(status, header, answer)
}

func (g *Generic) request(ctx context.Context, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.cfg.SendURL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("building the request: %w", err)
	}
	secret := ""
	if len(g.cfg.Secrets) > 0 {
		secret = g.cfg.Secrets[0]
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(SignatureHeader, GenericSignature(secret, g.cfg.Now(), body))
	return req, nil
}

func genericResult(status int, header http.Header, body []byte) Result {
	var answer struct {
		ID    string `json:"id"`
		Error string `json:"error_code"`
	}
	readable := json.Unmarshal(body, &answer) == nil
	switch {
	case (status/100 == 2 || status == http.StatusConflict) && readable && answer.ID != "":
		return Result{ProviderID: answer.ID, Class: Accepted}
	case status == http.StatusTooManyRequests:
		return Result{Class: Retry, Code: "http_429", Detail: "too many requests", RetryAfter: retryAfter(header)}
	case keyTrouble(status):
		return keyRefused("http_" + strconv.Itoa(status))
	case status/100 == 4:
		code := answer.Error
		if code == "" {
			code = "http_" + strconv.Itoa(status)
		}
		return Result{Class: Refused, Code: code, Detail: "the provider refused the message", OptedOut: code == "opted_out"}
	}
	return Result{Class: Unknown, Code: "http_" + strconv.Itoa(status), Detail: "the provider's answer does not say whether the message was accepted"}
}
