package gatewaytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong with one request.
type Fault string

// The faults. AcceptThenCut takes the message and breaks the connection
// before the answer; CutBefore breaks it without taking the message; Half
// breaks off within the answer; Slow takes the message and answers after the
// provider's delay.
const (
	None          Fault = ""
	TooMany       Fault = "429"
	ServerError   Fault = "500"
	AcceptAnd500  Fault = "accept_500"
	AcceptThenCut Fault = "accept_then_cut"
	CutBefore     Fault = "cut_before"
	Half          Fault = "half"
	Slow          Fault = "slow"
	NotJSON       Fault = "not_json"
)

// Sent is a message the provider accepted.
type Sent struct {
	SID, To, From, Body, StatusCallback string
	Direction                           string
	At                                  time.Time
}

// Provider is a fake of Twilio's messaging API.
type Provider struct {
	*httptest.Server
	Account, Token string
	// Delay is how long a Slow answer waits at most; it ends early when the
	// provider closes.
	Delay time.Duration

	mu      sync.Mutex
	serial  int
	faults  []Fault
	sent    []Sent
	done    chan struct{}
	stopped map[string]bool
	now     time.Time
}

// NewProvider starts the fake on loopback; Close stops it.
func NewProvider(now time.Time) *Provider {
	p := &Provider{Account: "AC11111111111111111111111111111111", Token: "12345", Delay: time.Minute, done: make(chan struct{}), stopped: map[string]bool{}, now: now}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2010-04-01/Accounts/{account}/Messages.json", p.create)
	mux.HandleFunc("GET /2010-04-01/Accounts/{account}/Messages.json", p.list)
	p.Server = httptest.NewServer(mux)
	return p
}

// Stop ends all slow answers and the server.
func (p *Provider) Stop() {
	close(p.done)
	p.Server.CloseClientConnections()
	p.Server.Close()
}

// Set moves the provider's clock: what it accepts from now on bears that time.
func (p *Provider) Set(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = now
}

// Next queues faults for the requests to come, one each.
func (p *Provider) Next(faults ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, faults...)
}

// Sent lists what was accepted, oldest first.
func (p *Provider) Sent() []Sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

// Receive makes the provider hold a message from a resident, as its list
// shows it, and answers its SID.
func (p *Provider) Receive(from, to, body string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keep(Sent{From: from, To: to, Body: body, Direction: "inbound"}).SID
}

// OptOut makes the provider refuse a number as Twilio does after STOP.
func (p *Provider) OptOut(number string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped[number] = true
}

func (p *Provider) keep(s Sent) Sent {
	p.serial++
	s.SID = fmt.Sprintf("SM%032x", p.serial)
	s.At = p.now.Add(time.Duration(p.serial) * time.Second)
	p.sent = append(p.sent, s)
	return s
}

func (p *Provider) fault() Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.faults) == 0 {
		return None
	}
	f := p.faults[0]
	p.faults = p.faults[1:]
	return f
}

func (p *Provider) create(w http.ResponseWriter, r *http.Request) {
	fault := p.fault()
	switch fault {
	case CutBefore:
		cut(w)
		return
	case TooMany:
		w.Header().Set("Retry-After", "3")
		refuse(w, http.StatusTooManyRequests, 20429)
		return
	case ServerError:
		refuse(w, http.StatusInternalServerError, 20500)
		return
	}
	if !p.authorized(w, r) {
		return
	}
	form, code := p.accept(r)
	if code != 0 {
		refuse(w, http.StatusBadRequest, code)
		return
	}
	p.mu.Lock()
	sent := p.keep(form)
	p.mu.Unlock()
	p.answer(w, fault, sent)
}

func (p *Provider) authorized(w http.ResponseWriter, r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	if ok && user == p.Account && password == p.Token && r.PathValue("account") == p.Account {
		return true
	}
	refuse(w, http.StatusUnauthorized, 20003)
	return false
}

// magic numbers of Twilio's test credentials.
var (
	magicFrom = map[string]int{"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
	magicTo   = map[string]int{"+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408, "+15005550004": 21610, "+15005550009": 21614}
)

// accept checks a form as Twilio does and answers its error code.
func (p *Provider) accept(r *http.Request) (Sent, int) {
	if err := r.ParseForm(); err != nil {
		return Sent{}, 20001
	}
	s := Sent{To: r.PostForm.Get("To"), From: r.PostForm.Get("From"), Body: r.PostForm.Get("Body"), StatusCallback: r.PostForm.Get("StatusCallback"), Direction: "outbound-api"}
	service := r.PostForm.Get("MessagingServiceSid")
	p.mu.Lock()
	stopped := p.stopped[s.To]
	p.mu.Unlock()
	switch {
	case s.From == "" && service == "":
		return s, 21603
	case s.To == "":
		return s, 21604
	case s.Body == "":
		return s, 21602
	case len([]rune(s.Body)) > 1600:
		return s, 21617
	case stopped:
		return s, 21610
	case magicFrom[s.From] != 0:
		return s, magicFrom[s.From]
	}
	return s, magicTo[s.To]
}

func (p *Provider) answer(w http.ResponseWriter, fault Fault, s Sent) {
	body := fmt.Sprintf(`{"sid":%q,"status":"queued","num_segments":"1","error_code":null}`, s.SID)
	switch fault {
	case AcceptThenCut:
		cut(w)
		return
	case AcceptAnd500:
		refuse(w, http.StatusInternalServerError, 20500)
		return
	case NotJSON:
		body = "<html>busy</html>"
	case Half:
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		body = body[:len(body)/2]
	case Slow:
		select {
		case <-p.done:
		case <-time.After(p.Delay):
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write([]byte(body))
}

// cut breaks the connection without an answer.
func cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}

func refuse(w http.ResponseWriter, status, code int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"code":%d,"message":"refused","more_info":"https://www.twilio.com/docs/errors/%d","status":%d}`, code, code, status)
}

// list answers newest first, in pages, as Twilio does.
func (p *Provider) list(w http.ResponseWriter, r *http.Request) {
	if !p.authorized(w, r) {
		return
	}
	q := r.URL.Query()
	size, _ := strconv.Atoi(q.Get("PageSize"))
	size = min(max(size, 1), 3) // small pages, so that paging is met
	page, _ := strconv.Atoi(q.Get("Page"))
	found := p.match(q)
	from, to := min(page*size, len(found)), min((page+1)*size, len(found))
	next := ""
	if to < len(found) {
		q.Set("Page", strconv.Itoa(page+1))
		next = r.URL.Path + "?" + q.Encode()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"messages": found[from:to], "next_page_uri": orNull(next)})
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (p *Provider) match(q url.Values) []map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []map[string]string
	for _, s := range slices.Backward(p.sent) {
		if to := q.Get("To"); to != "" && s.To != to {
			continue
		}
		if since := q.Get("DateSent>"); since != "" && s.At.Format(time.DateOnly) < since {
			continue
		}
		out = append(out, map[string]string{
			"sid": s.SID, "to": s.To, "from": s.From, "body": s.Body, "direction": s.Direction, "num_media": "0",
			"date_created": s.At.UTC().Format(time.RFC1123Z), "date_sent": s.At.UTC().Format(time.RFC1123Z),
			"status": strings.TrimPrefix(s.Direction, "outbound-"),
		})
	}
	return out
}
