package demo

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Doors is what the demonstration is given: the address of a running service
// in demo mode, an administrator's token, and the secrets with which the
// simulated providers sign. It knows nothing else of the service.
type Doors struct {
	URL         string // without a slash at the end
	Token       string // of an administrator
	SMSSecret   string
	SlackSecret string
}

// client speaks to the service as one of its users.
type client struct {
	doors Doors
	http  *http.Client
	name  string
	token string
	keys  *atomic.Int64
}

func newClient(d Doors) *client {
	return &client{
		doors: d, name: "administrator", token: d.Token, keys: new(atomic.Int64),
		http: &http.Client{Timeout: 5 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
}

// as is the client of another user.
func (c *client) as(name, token string) *client {
	o := *c
	o.name, o.token = name, token
	return &o
}

// object is a JSON object that was answered.
type object map[string]any

func (o object) str(key string) string  { s, _ := o[key].(string); return s }
func (o object) num(key string) float64 { n, _ := o[key].(float64); return n }
func (o object) obj(key string) object  { m, _ := o[key].(map[string]any); return m }

func (o object) list(key string) []object {
	raw, _ := o[key].([]any)
	out := make([]object, 0, len(raw))
	for _, r := range raw {
		if m, ok := r.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func (o object) strs(key string) []string {
	raw, _ := o[key].([]any)
	out := make([]string, 0, len(raw))
	for _, r := range raw {
		if s, ok := r.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// refusal is an answer other than success.
type refusal struct {
	who, call string
	status    int
	body      string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: %s was answered %d: %s", r.who, r.call, r.status, r.body)
}

// post sends a command under a key of its own.
func (c *client) post(ctx context.Context, path string, body any) (object, error) {
	return c.call(ctx, http.MethodPost, path, body)
}

// get reads.
func (c *client) get(ctx context.Context, path string) (object, error) {
	return c.call(ctx, http.MethodGet, path, nil)
}

// all reads every page of a list.
func (c *client) all(ctx context.Context, path string) ([]object, error) {
	var out []object
	next := ""
	for {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		page, err := c.get(ctx, path+sep+"limit=200&after="+url.QueryEscape(next))
		if err != nil {
			return nil, err
		}
		out = append(out, page.list("items")...)
		if next = page.str("next"); next == "" {
			return out, nil
		}
	}
}

func (c *client) call(ctx context.Context, method, path string, body any) (object, error) {
	content, err := c.raw(ctx, method, path, body)
	if err != nil || len(content) == 0 {
		return object{}, err
	}
	out := object{}
	if err := json.Unmarshal(content, &out); err != nil {
		return nil, fmt.Errorf("%s %s: the answer is not an object: %w", method, path, err)
	}
	return out, nil
}

// raw sends body (JSON, or []byte as CSV) and answers the bytes that came.
func (c *client) raw(ctx context.Context, method, path string, body any) ([]byte, error) {
	var content []byte
	media := "application/json"
	switch b := body.(type) {
	case nil:
	case []byte:
		content, media = b, "text/csv"
	default:
		var err error
		if content, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.doors.URL+"/api/v1"+path, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", fmt.Sprintf("demonstration-%08d", c.keys.Add(1)))
	}
	if body != nil {
		req.Header.Set("Content-Type", media)
	}
	return c.send(req, method+" "+path)
}

func (c *client) send(req *http.Request, call string) ([]byte, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", call, err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", call, err)
	}
	if resp.StatusCode >= 300 {
		return nil, &refusal{c.name, call, resp.StatusCode, strings.TrimSpace(string(content))}
	}
	return content, nil
}

// text posts a resident's text as the provider would: a form, signed over the
// address and its sorted fields (Twilio, "Security: validating requests").
func (c *client) text(ctx context.Context, from, to, body string) error {
	sum := sha256.Sum256([]byte(from + "\x00" + body + "\x00" + strconv.FormatInt(c.keys.Add(1), 10)))
	sid := "SM" + hex.EncodeToString(sum[:16])
	form := url.Values{
		"MessageSid": {sid}, "SmsMessageSid": {sid}, "SmsSid": {sid}, "AccountSid": {"AC00000000000000000000000000000000"},
		"SmsStatus": {"received"}, "NumMedia": {"0"}, "NumSegments": {"1"}, "ApiVersion": {"2010-04-01"},
		"From": {from}, "To": {to}, "Body": {body},
	}
	address := c.doors.URL + "/webhooks/sms/simulated"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", signTwilio(c.doors.SMSSecret, address, form))
	_, err = c.send(req, "a resident's text")
	return err
}

func signTwilio(secret, address string, form url.Values) string {
	keys := make([]string, 0, len(form))
	for k := range form {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	mac := hmac.New(sha1.New, []byte(secret))
	io.WriteString(mac, address)
	for _, k := range keys {
		io.WriteString(mac, k+form.Get(k))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// slack posts a form as Slack would, signed over its raw body and the time,
// and answers what came back.
func (c *client) slack(ctx context.Context, door string, form url.Values) (object, error) {
	body := form.Encode()
	at := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(c.doors.SlackSecret))
	fmt.Fprintf(mac, "v0:%s:%s", at, body)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.doors.URL+"/webhooks/slack/"+door, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Slack-Request-Timestamp", at)
	req.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	content, err := c.send(req, "Slack "+door)
	if err != nil || len(content) == 0 {
		return object{}, err
	}
	out := object{}
	err = json.Unmarshal(content, &out)
	return out, err
}
