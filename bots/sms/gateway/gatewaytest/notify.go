package gatewaytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// NotifyProvider is a fake of GOV.UK Notify's API.
type NotifyProvider struct {
	*httptest.Server
	Key, Template string
	MailTemplate  string

	mu       sync.Mutex
	now      time.Time
	serial   int
	faults   []Fault
	sent     []NotifySent
	received []map[string]string
}

// NotifySent is a message Notify accepted.
type NotifySent struct{ ID, To, Subject, Body, Reference, Leave, ReplyTo string }

// Parts of the fake's key.
const (
	notifyService = "11111111-2222-3333-4444-555555555555"
	notifySecret  = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
)

// NewNotifyProvider starts the fake on loopback; Close stops it.
func NewNotifyProvider(now time.Time) *NotifyProvider {
	p := &NotifyProvider{Key: "our_key-" + notifyService + "-" + notifySecret, Template: "99999999-0000-0000-0000-000000000000", MailTemplate: "99999999-0000-0000-0000-000000000001", now: now}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/notifications/sms", p.create)
	mux.HandleFunc("POST /v2/notifications/email", p.create)
	mux.HandleFunc("GET /v2/notifications", p.find)
	mux.HandleFunc("GET /v2/received-text-messages", p.list)
	p.Server = httptest.NewServer(mux)
	return p
}

// Next queues faults for the messages to come, one each.
func (p *NotifyProvider) Next(faults ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, faults...)
}

// Sent lists what was accepted, oldest first.
func (p *NotifyProvider) Sent() []NotifySent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

// Receive makes Notify hold a message from a resident and answers its id.
func (p *NotifyProvider) Receive(from, body string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := p.id()
	p.received = append(p.received, map[string]string{
		"id": id, "user_number": strings.TrimPrefix(from, "+"), "notify_number": "447700900001", "content": body,
		"created_at": p.now.Add(time.Duration(p.serial) * time.Second).UTC().Format("2006-01-02T15:04:05.000000Z"),
	})
	return id
}

func (p *NotifyProvider) id() string {
	p.serial++
	return fmt.Sprintf("00000000-0000-0000-0000-%012d", p.serial)
}

// authorized checks the token as Notify does: signature, issuer, and an age
// of at most 30 seconds.
func (p *NotifyProvider) authorized(w http.ResponseWriter, r *http.Request) bool {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	head, signature, _ := cutLast(token, ".")
	mac := hmac.New(sha256.New, []byte(notifySecret))
	mac.Write([]byte(head))
	want := base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	var claims struct {
		Iss string `json:"iss"`
		Iat int64  `json:"iat"`
	}
	_, payload, _ := cutLast(head, ".")
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	if err == nil {
		err = json.Unmarshal(raw, &claims)
	}
	age := p.now.Sub(time.Unix(claims.Iat, 0)).Abs()
	if err != nil || signature != want || claims.Iss != notifyService || age > 30*time.Second {
		notifyError(w, http.StatusForbidden, "AuthError", "Invalid token: make sure your API token matches the key")
		return false
	}
	return true
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (p *NotifyProvider) create(w http.ResponseWriter, r *http.Request) {
	fault := p.fault()
	switch fault {
	case CutBefore:
		cut(w)
		return
	case TooMany:
		notifyError(w, http.StatusTooManyRequests, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds")
		return
	case ServerError:
		notifyError(w, http.StatusInternalServerError, "Exception", "Internal server error")
		return
	}
	if !p.authorized(w, r) {
		return
	}
	sent, problem := p.accept(r)
	if problem != "" {
		notifyError(w, http.StatusBadRequest, "ValidationError", problem)
		return
	}
	if fault == AcceptThenCut {
		cut(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]any{"id": sent.ID, "reference": sent.Reference, "content": map[string]string{"body": sent.Body}})
}

func (p *NotifyProvider) fault() Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.faults) == 0 {
		return None
	}
	f := p.faults[0]
	p.faults = p.faults[1:]
	return f
}

func (p *NotifyProvider) accept(r *http.Request) (NotifySent, string) {
	var in struct {
		Phone     string            `json:"phone_number"`
		Email     string            `json:"email_address"`
		Leave     string            `json:"one_click_unsubscribe_url"`
		ReplyTo   string            `json:"email_reply_to_id"`
		Template  string            `json:"template_id"`
		Reference string            `json:"reference"`
		Values    map[string]string `json:"personalisation"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return NotifySent{}, "Invalid JSON supplied in POST data"
	}
	emails := strings.HasSuffix(r.URL.Path, "/email")
	template := map[bool]string{false: p.Template, true: p.MailTemplate}[emails]
	switch {
	case in.Template != template:
		return NotifySent{}, "Template not found"
	case in.Values["message"] == "":
		return NotifySent{}, "Missing personalisation: message"
	case emails && in.Values["subject"] == "":
		return NotifySent{}, "Missing personalisation: subject"
	case emails && !strings.Contains(in.Email, "@"):
		return NotifySent{}, "email_address Not a valid email address"
	case emails:
	case len([]rune(in.Values["message"])) > 918:
		return NotifySent{}, "Text messages cannot be longer than 918 characters"
	case !strings.HasPrefix(in.Phone, "+44"):
		return NotifySent{}, "phone_number Not a UK mobile number"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s := NotifySent{
		ID: p.id(), To: in.Phone + in.Email, Subject: in.Values["subject"], Body: in.Values["message"], Reference: in.Reference,
		Leave: in.Leave, ReplyTo: in.ReplyTo,
	}
	p.sent = append(p.sent, s)
	return s, ""
}

func notifyError(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status_code": status, "errors": []map[string]string{{"error": kind, "message": message}}})
}

func (p *NotifyProvider) find(w http.ResponseWriter, r *http.Request) {
	if !p.authorized(w, r) {
		return
	}
	found := []map[string]string{}
	for _, s := range p.Sent() {
		if s.Reference == r.URL.Query().Get("reference") {
			found = append(found, map[string]string{"id": s.ID, "reference": s.Reference, "status": "sending"})
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"notifications": found})
}

// list answers newest first, in small pages so that paging is met.
func (p *NotifyProvider) list(w http.ResponseWriter, r *http.Request) {
	if !p.authorized(w, r) {
		return
	}
	const pageSize = 2
	p.mu.Lock()
	all := slices.Clone(p.received)
	p.mu.Unlock()
	slices.Reverse(all)
	if older := r.URL.Query().Get("older_than"); older != "" {
		i := slices.IndexFunc(all, func(m map[string]string) bool { return m["id"] == older })
		all = all[i+1:]
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"received_text_messages": all[:min(pageSize, len(all))]})
}
