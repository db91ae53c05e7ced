package gateway

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio's signature is HMAC-SHA1 by definition.
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TwilioConfig configures the Twilio gateway.
type TwilioConfig struct {
	AccountSID string
	// Tokens are the active auth tokens, the first used to send. Two during a
	// rotation.
	Tokens []string
	// PublicURL is our own base address as Twilio calls it, scheme and host.
	PublicURL string
	// APIURL is Twilio's base address; empty for the real one.
	APIURL string
	// From is the sender number, or Service a messaging service's SID.
	From    string
	Service string
	Client  *http.Client
}

// Twilio is the gateway to Twilio's messaging API of 2010-04-01.
type Twilio struct{ cfg TwilioConfig }

// OutboxParam is the query parameter of a status callback address that
// carries our outbox id.
const OutboxParam = "outbox"

// NewTwilio makes the gateway.
func NewTwilio(cfg TwilioConfig) *Twilio {
	if cfg.APIURL == "" {
		cfg.APIURL = "https://api.twilio.com"
	}
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: 20 * time.Second}
	}
	cfg.PublicURL = strings.TrimRight(cfg.PublicURL, "/")
	cfg.APIURL = strings.TrimRight(cfg.APIURL, "/")
	return &Twilio{cfg}
}

// Name is "twilio".
func (g *Twilio) Name() string { return "twilio" }

// ParseInbound checks the signature, then reads the form.
func (g *Twilio) ParseInbound(r Request) (Inbound, error) {
	form, err := g.form(r)
	if err != nil {
		return Inbound{}, err
	}
	in := Inbound{
		ExternalID: first(form, "MessageSid", "SmsMessageSid", "SmsSid"),
		From:       form.Get("From"), To: form.Get("To"), Body: form.Get("Body"),
		ReceivedAt: r.At, OptOut: form.Get("OptOutType"),
		Media: atoi(form.Get("NumMedia")), Segments: atoi(form.Get("NumSegments")),
	}
	if in.ExternalID == "" || in.From == "" {
		return Inbound{}, malformed("a message needs MessageSid and From")
	}
	return in, nil
}

// ParseStatus checks the signature, then reads the report. A status we do not
// know is StateOther, not an error: a new word of theirs must not become a
// retry storm.
func (g *Twilio) ParseStatus(r Request) (Status, error) {
	form, err := g.form(r)
	if err != nil {
		return Status{}, err
	}
	raw := first(form, "MessageStatus", "SmsStatus")
	s := Status{ExternalID: first(form, "MessageSid", "SmsSid"), State: twilioState(raw), Raw: raw, ErrorCode: form.Get("ErrorCode")}
	s.OptedOut = s.ErrorCode == codeOptedOut
	s.RetryLater = slices.Contains(retryLaterCodes, s.ErrorCode)
	if u, err := url.Parse(r.Target); err == nil {
		s.OutboxID = u.Query().Get(OutboxParam)
	}
	if s.ExternalID == "" || raw == "" {
		return Status{}, malformed("a status needs MessageSid and MessageStatus")
	}
	return s, nil
}

// codes of Twilio's error list that change what happens next.
const codeOptedOut = "21610"

var retryLaterCodes = []string{"30003", "30008", "63018"}

var twilioStates = map[string]State{
	"accepted": StateQueued, "scheduled": StateQueued, "queued": StateQueued, "sending": StateQueued,
	"sent": StateSent, "delivered": StateDelivered, "read": StateDelivered,
	"undelivered": StateUndelivered, "failed": StateFailed, "canceled": StateFailed,
}

func twilioState(raw string) State {
	if s, ok := twilioStates[raw]; ok {
		return s
	}
	return StateOther
}

// form checks size, signature and shape, in this order.
func (g *Twilio) form(r Request) (url.Values, error) {
	if err := checkSize(r); err != nil {
		return nil, err
	}
	given := r.Header.Get("X-Twilio-Signature")
	if given == "" {
		return nil, forbidden("the request carries no X-Twilio-Signature")
	}
	if isJSON(r) {
		return g.jsonForm(r, given)
	}
	form, shape := url.ParseQuery(string(r.Body))
	if shape != nil || repeated(form) {
		// Without one meaning there is nothing a signature could cover.
		return nil, g.refuse(r, given, form)
	}
	if !g.signed(g.cfg.PublicURL+r.Target, form, given) {
		return nil, forbidden("the signature does not fit the request")
	}
	return form, nil
}

// refuse answers a body that is not a clean form: 403 unless its signature
// fits under the readings Twilio's own libraries use, in which case the shape
// is at fault.
func (g *Twilio) refuse(r Request, given string, form url.Values) error {
	if g.signed(g.cfg.PublicURL+r.Target, form, given) {
		return malformed("the form repeats a field")
	}
	return forbidden("the signature does not fit the request")
}

func repeated(form url.Values) bool {
	for _, v := range form {
		if len(v) > 1 {
			return true
		}
	}
	return false
}

func isJSON(r Request) bool {
	return strings.HasPrefix(strings.ToLower(r.Header.Get("Content-Type")), "application/json")
}

// jsonForm checks a JSON request: the address is signed and carries the
// body's SHA-256. Nothing of ours asks for JSON, so its shape is refused.
func (g *Twilio) jsonForm(r Request, given string) (url.Values, error) {
	u, err := url.Parse(r.Target)
	if err != nil {
		return nil, forbidden("the signature does not fit the request")
	}
	sum := sha256.Sum256(r.Body)
	claimed := strings.ToLower(u.Query().Get("bodySHA256"))
	if !g.signed(g.cfg.PublicURL+r.Target, nil, given) || !hmac.Equal([]byte(claimed), []byte(hex.EncodeToString(sum[:]))) {
		return nil, forbidden("the signature does not fit the request")
	}
	return nil, malformed("messages are expected as a form, not as JSON")
}

func (g *Twilio) signed(full string, form url.Values, given string) bool {
	ok := false
	for _, token := range g.cfg.Tokens {
		if token != "" && hmac.Equal([]byte(given), []byte(TwilioSignature(token, full, form))) {
			ok = true
		}
	}
	return ok
}

// TwilioSignature signs a request as Twilio does: HMAC-SHA1 over the full
// address and, in byte order of their names, each field's name and value.
func TwilioSignature(token, fullURL string, form url.Values) string {
	keys := make([]string, 0, len(form))
	for k := range form {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(fullURL))
	for _, k := range keys {
		mac.Write([]byte(k + form.Get(k)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func first(form url.Values, names ...string) string {
	for _, n := range names {
		if v := form.Get(n); v != "" {
			return v
		}
	}
	return ""
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Send posts one message.
func (g *Twilio) Send(ctx context.Context, m Message) Result {
	return g.post(ctx, g.sendForm(m))
}

func (g *Twilio) sendForm(m Message) url.Values {
	form := url.Values{"To": {m.To}, "Body": {m.Body}}
	switch {
	case m.From != "":
		form.Set("From", m.From)
	case g.cfg.Service != "":
		form.Set("MessagingServiceSid", g.cfg.Service)
	default:
		form.Set("From", g.cfg.From)
	}
	if m.StatusCallback != "" {
		form.Set("StatusCallback", WithOutbox(m.StatusCallback, m.ID))
	}
	return form
}

// WithOutbox adds our outbox id to a status callback address.
func WithOutbox(callback, id string) string {
	join := "?"
	if strings.Contains(callback, "?") {
		join = "&"
	}
	return callback + join + OutboxParam + "=" + url.QueryEscape(id)
}
