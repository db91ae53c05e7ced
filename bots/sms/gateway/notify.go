package gateway

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NotifyConfig configures the GOV.UK Notify gateway.
type NotifyConfig struct {
	// Key is the API key: name, service id and secret, joined by hyphens.
	Key string
	// Tokens are the bearer tokens their calls to us carry; two during a
	// rotation. At least ten characters each.
	Tokens []string
	// Template is the id of a template whose only content is ((message)).
	Template string
	// Sender is the id of a text message sender of the service; empty for its
	// default.
	Sender string
	// MailTemplate is the id of an email template with the subject ((subject))
	// and the content ((message)); ReplyTo that of a reply-to address of the
	// service, empty for its default.
	MailTemplate, ReplyTo string
	// APIURL is Notify's base address; empty for the real one.
	APIURL string
	Client *http.Client
	// Now is the clock tokens are made with; theirs allows 30 seconds.
	Now func() time.Time
}

// Notify is the gateway to GOV.UK Notify. Its calls to us carry no signature
// and no time, so ids must be remembered for as long as data lives. Our
// outbox id is its reference, which makes every send reconcilable.
type Notify struct{ cfg NotifyConfig }

// NewNotify makes the gateway.
func NewNotify(cfg NotifyConfig) *Notify {
	if cfg.APIURL == "" {
		cfg.APIURL = "https://api.notifications.service.gov.uk"
	}
	cfg.APIURL = strings.TrimRight(cfg.APIURL, "/")
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: 20 * time.Second}
	}
	return &Notify{cfg}
}

// Name is "notify".
func (g *Notify) Name() string { return "notify" }

// check verifies size and token, in this order.
func (g *Notify) check(r Request) error {
	if err := checkSize(r); err != nil {
		return err
	}
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	good := 0
	for _, token := range g.cfg.Tokens {
		if len(token) >= minToken {
			good |= subtle.ConstantTimeCompare([]byte(given), []byte(token))
		}
	}
	if !ok || good != 1 {
		return forbidden("the request carries no bearer token of ours")
	}
	return nil
}

// minToken is the shortest token Notify allows.
const minToken = 10

type notifyInbound struct {
	ID          string    `json:"id"`
	Source      string    `json:"source_number"`
	SourceList  string    `json:"user_number"` // its name in the list
	Destination string    `json:"destination_number"`
	OurNumber   string    `json:"notify_number"`
	Message     *string   `json:"message"`
	Content     string    `json:"content"`
	Received    time.Time `json:"date_received"`
	Created     time.Time `json:"created_at"`
}

// ParseInbound checks and reads a received text.
func (g *Notify) ParseInbound(r Request) (Inbound, error) {
	if err := g.check(r); err != nil {
		return Inbound{}, err
	}
	var in notifyInbound
	if err := json.Unmarshal(r.Body, &in); err != nil {
		return Inbound{}, malformed("the body is not the JSON object that was agreed")
	}
	if in.ID == "" || in.Source == "" || in.Message == nil {
		return Inbound{}, malformed("a message needs id, source_number and message")
	}
	if in.Received.IsZero() {
		in.Received = r.At
	}
	return Inbound{ExternalID: in.ID, From: plus(in.Source), To: plus(in.Destination), Body: *in.Message, ReceivedAt: millis(in.Received)}, nil
}

// plus gives a number written with its country code and no sign its sign.
func plus(number string) string {
	if len(number) > 10 && number[0] != '0' && number[0] != '+' && strings.Trim(number, "0123456789") == "" {
		return "+" + number
	}
	return number
}

func millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

type notifyStatus struct {
	ID        string `json:"id"`
	Reference string `json:"reference"`
	Status    string `json:"status"`
}

var notifyStates = map[string]State{
	"created": StateQueued, "sending": StateQueued, "pending": StateQueued, "sent": StateSent, "delivered": StateDelivered,
	"temporary-failure": StateUndelivered, "permanent-failure": StateFailed, "technical-failure": StateFailed,
}

// ParseStatus checks and reads a delivery receipt.
func (g *Notify) ParseStatus(r Request) (Status, error) {
	if err := g.check(r); err != nil {
		return Status{}, err
	}
	var in notifyStatus
	if err := json.Unmarshal(r.Body, &in); err != nil {
		return Status{}, malformed("the body is not the JSON object that was agreed")
	}
	if in.ID == "" || in.Status == "" {
		return Status{}, malformed("a receipt needs id and status")
	}
	state, known := notifyStates[in.Status]
	if !known {
		state = StateOther
	}
	return Status{ExternalID: in.ID, OutboxID: in.Reference, State: state, Raw: in.Status, RetryLater: in.Status == "temporary-failure"}, nil
}

// Send posts one message with our outbox id as its reference.
func (g *Notify) Send(ctx context.Context, m Message) Result {
	request := map[string]any{
		"phone_number": m.To, "template_id": g.cfg.Template, "reference": m.ID,
		"personalisation": map[string]string{"message": m.Body},
	}
	if g.cfg.Sender != "" {
		request["sms_sender_id"] = g.cfg.Sender
	}
	return g.post(ctx, "/v2/notifications/sms", request)
}

func (g *Notify) post(ctx context.Context, path string, request map[string]any) Result {
	body, err := json.Marshal(request)
	if err != nil {
		return Result{Class: Refused, Code: "request", Detail: "the request could not be built"}
	}
	status, header, answer, res := exchange(ctx, g.cfg.Client, func(ctx context.Context) (*http.Request, error) {
		return g.request(ctx, http.MethodPost, path, body)
	})
	if res.Class != "" {
		return res
	}
	return notifyResult(status, header, answer)
}

func (g *Notify) request(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, g.cfg.APIURL+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("building the request: %w", err)
	}
	token, err := NotifyToken(g.cfg.Key, g.cfg.Now())
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// lengths of the two identifiers at the end of an API key, and of the hyphen
// between them.
const (
	uuidLength = 36
	keyLength  = 2*uuidLength + 1
)

// NotifyToken makes the bearer token of one request: a JSON Web Token, HS256,
// with the service as issuer and the time of issue.
func NotifyToken(key string, at time.Time) (string, error) {
	if len(key) < keyLength {
		return "", errors.New("the Notify API key is too short: it ends in a service id and a secret")
	}
	secret := key[len(key)-uuidLength:]
	service := key[len(key)-keyLength : len(key)-uuidLength-1]
	claims, err := json.Marshal(map[string]any{"iss": service, "iat": at.Unix()})
	if err != nil {
		return "", fmt.Errorf("making the token: %w", err)
	}
	signed := jwtPart([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + jwtPart(claims)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + jwtPart(mac.Sum(nil)), nil
}

func jwtPart(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// notifyResult classes an answer.
func notifyResult(status int, header http.Header, body []byte) Result {
	var answer struct {
		ID     string `json:"id"`
		Errors []struct {
			Error   string `json:"error"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	readable := json.Unmarshal(body, &answer) == nil
	code := "http_" + strconv.Itoa(status)
	if len(answer.Errors) > 0 {
		code = answer.Errors[0].Error
	}
	switch {
	case status/100 == 2 && readable && answer.ID != "":
		return Result{ProviderID: answer.ID, Class: Accepted}
	case status == http.StatusTooManyRequests:
		return Result{Class: Retry, Code: code, Detail: "over the service's limit", RetryAfter: retryAfter(header)}
	case keyTrouble(status):
		return keyRefused(code)
	case status/100 == 4:
		return Result{Class: Refused, Code: code, Detail: "the provider refused the message: check number and template"}
	}
	return Result{Class: Unknown, Code: code, Detail: "the provider's answer does not say whether the message was accepted"}
}

// NotifyMail sends emails through the same service; reports about them come
// by the service's one callback.
type NotifyMail struct{ *Notify }

// Send posts one email with our outbox id as its reference.
func (g NotifyMail) Send(ctx context.Context, m Message) Result {
	request := map[string]any{
		"email_address": m.To, "template_id": g.cfg.MailTemplate, "reference": m.ID,
		"personalisation": map[string]string{"subject": m.Subject, "message": m.Body},
	}
	if g.cfg.ReplyTo != "" {
		request["email_reply_to_id"] = g.cfg.ReplyTo
	}
	if strings.HasPrefix(m.Leave, "https://") { // Notify takes no other
		request["one_click_unsubscribe_url"] = m.Leave
	}
	return g.post(ctx, "/v2/notifications/email", request)
}

// Lookup finds a message by its reference.
func (g *Notify) Lookup(ctx context.Context, m Message, _ time.Time) (string, bool, error) {
	var page struct {
		Notifications []notifyStatus `json:"notifications"`
	}
	if err := g.get(ctx, "/v2/notifications?"+url.Values{"reference": {m.ID}}.Encode(), &page); err != nil {
		return "", false, fmt.Errorf("looking up a sent message: %w", err)
	}
	for _, n := range page.Notifications {
		if n.Reference == m.ID {
			return n.ID, true, nil
		}
	}
	return "", false, nil
}

// Inbounds lists what was received since a time, oldest first.
func (g *Notify) Inbounds(ctx context.Context, since time.Time) ([]Inbound, error) {
	var all []Inbound
	older := ""
	for range maxPages {
		page, err := g.received(ctx, older)
		if err != nil {
			return nil, fmt.Errorf("listing received messages: %w", err)
		}
		for _, m := range page {
			if m.ReceivedAt.Before(since) {
				slices.Reverse(all)
				return all, nil
			}
			all = append(all, m)
			older = m.ExternalID
		}
		if len(page) == 0 {
			slices.Reverse(all)
			return all, nil
		}
	}
	return nil, errors.New("the list is longer than we read at once: ask for a later start")
}

// received is one page, newest first.
func (g *Notify) received(ctx context.Context, older string) ([]Inbound, error) {
	path := "/v2/received-text-messages"
	if older != "" {
		path += "?" + url.Values{"older_than": {older}}.Encode()
	}
	var page struct {
		Messages []notifyInbound `json:"received_text_messages"`
	}
	if err := g.get(ctx, path, &page); err != nil {
		return nil, err
	}
	var out []Inbound
	for _, m := range page.Messages {
		out = append(out, Inbound{ExternalID: m.ID, From: plus(m.SourceList), To: plus(m.OurNumber), Body: m.Content, ReceivedAt: millis(m.Created)})
	}
	return out, nil
}

func (g *Notify) get(ctx context.Context, path string, into any) error {
	status, _, body, res := exchange(ctx, g.cfg.Client, func(ctx context.Context) (*http.Request, error) {
		return g.request(ctx, http.MethodGet, path, nil)
	})
	if res.Class != "" {
		return errors.New(res.Detail)
	}
	if status != http.StatusOK {
		return fmt.Errorf("the provider answered %d", status)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("reading the list: %w", err)
	}
	return nil
}
