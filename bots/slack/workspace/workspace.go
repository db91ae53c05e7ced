// Package workspace is a simulated Slack workspace: the part of Slack's Web
// API that Folkmoot calls, spoken over HTTP, with what was posted and opened
// kept to be looked at, and Slack's faults to be switched on. `folkmoot serve`
// runs it where no real Slack is configured, the tests drive the real client
// against it. It keeps nothing on disk and does not claim to be Slack.
package workspace

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Message is a post in somebody's direct messages.
type Message struct {
	To       string          `json:"to"`
	TS       string          `json:"ts"`
	Text     string          `json:"text"`
	Blocks   json.RawMessage `json:"blocks,omitempty"`
	Metadata json.RawMessage `json:"metadata,omitempty"`
}

// View is a modal that was opened for a trigger.
type View struct {
	ID      string          `json:"id"`
	Hash    string          `json:"hash"`
	Trigger string          `json:"trigger"`
	View    json.RawMessage `json:"view"`
}

// Fault is what the next call meets.
type Fault int

// The faults.
const (
	None    Fault = iota
	Limited       // 429 with Retry-After
	Broken        // 500
	Cut           // accepted, but the answer is lost
)

// Workspace is a http.Handler for the path prefix of Slack's API.
type Workspace struct {
	token string
	now   func() time.Time

	mu       sync.Mutex
	seq      int
	messages []Message
	views    []View
	faults   []Fault
}

// New makes a workspace that accepts the bot token.
func New(token string, now func() time.Time) *Workspace {
	return &Workspace{token: token, now: now}
}

// FailNext makes the next calls meet these faults, one each.
func (w *Workspace) FailNext(f ...Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, f...)
}

// Messages lists what was posted, oldest first.
func (w *Workspace) Messages() []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Message{}, w.messages...)
}

// Views lists the modals that were opened, oldest first.
func (w *Workspace) Views() []View {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]View{}, w.views...)
}

// keep is how many messages and views are remembered.
const keep = 1000

// ServeHTTP speaks the Web API.
func (w *Workspace) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	if !w.authorized(r) {
		answer(rw, map[string]any{"ok": false, "error": "invalid_auth"})
		return
	}
	w.mu.Lock()
	fault := None
	if len(w.faults) > 0 {
		fault, w.faults = w.faults[0], w.faults[1:]
	}
	w.mu.Unlock()
	switch fault {
	case Limited:
		rw.Header().Set("Retry-After", "1")
		rw.WriteHeader(http.StatusTooManyRequests)
		return
	case Broken:
		rw.WriteHeader(http.StatusInternalServerError)
		return
	}
	out := w.call(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], r)
	if fault == Cut {
		panic(http.ErrAbortHandler)
	}
	answer(rw, out)
}

func (w *Workspace) authorized(r *http.Request) bool {
	got := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if got == "" {
		got = r.Form.Get("token")
	}
	return subtle.ConstantTimeCompare([]byte(got), []byte(w.token)) == 1
}

func answer(rw http.ResponseWriter, v any) {
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(v)
}

func (w *Workspace) call(method string, r *http.Request) map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch method {
	case "auth.test":
		return map[string]any{"ok": true, "team_id": "T0SIM", "user_id": "U0BOT", "bot_id": "B0BOT", "url": "https://simulated.example/"}
	case "chat.postMessage":
		return w.post(r)
	case "views.open":
		return w.open(r)
	case "conversations.open":
		return map[string]any{"ok": true, "channel": map[string]any{"id": "D" + r.Form.Get("users")}}
	case "conversations.history":
		return w.history(r)
	}
	return map[string]any{"ok": false, "error": "unknown_method"}
}

func (w *Workspace) post(r *http.Request) map[string]any {
	to := r.Form.Get("channel")
	if to == "" {
		return map[string]any{"ok": false, "error": "channel_not_found"}
	}
	w.seq++
	m := Message{To: to, TS: fmt.Sprintf("%d.%06d", w.now().Unix(), w.seq), Text: r.Form.Get("text"),
		Blocks: raw(r.Form.Get("blocks")), Metadata: raw(r.Form.Get("metadata"))}
	w.messages = append(w.messages, m)
	if over := len(w.messages) - keep; over > 0 {
		w.messages = w.messages[over:]
	}
	return map[string]any{"ok": true, "channel": "D" + to, "ts": m.TS}
}

func raw(s string) json.RawMessage {
	if s == "" || !json.Valid([]byte(s)) {
		return nil
	}
	return json.RawMessage(s)
}

func (w *Workspace) open(r *http.Request) map[string]any {
	var body struct {
		Trigger string          `json:"trigger_id"`
		View    json.RawMessage `json:"view"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Trigger == "" {
		return map[string]any{"ok": false, "error": "invalid_arguments"}
	}
	for _, v := range w.views {
		if v.Trigger == body.Trigger { // a trigger opens one view
			return map[string]any{"ok": false, "error": "exchanged_trigger_id"}
		}
	}
	w.seq++
	v := View{ID: fmt.Sprintf("V%06d", w.seq), Hash: fmt.Sprintf("%d.%06d", w.now().Unix(), w.seq), Trigger: body.Trigger, View: body.View}
	w.views = append(w.views, v)
	if over := len(w.views) - keep; over > 0 {
		w.views = w.views[over:]
	}
	return map[string]any{"ok": true, "view": map[string]any{"id": v.ID, "hash": v.Hash, "type": "modal"}}
}

func (w *Workspace) history(r *http.Request) map[string]any {
	list := []map[string]any{}
	for i := len(w.messages) - 1; i >= 0; i-- {
		m := w.messages[i]
		if "D"+m.To != r.Form.Get("channel") {
			continue
		}
		entry := map[string]any{"type": "message", "text": m.Text, "ts": m.TS}
		if m.Metadata != nil {
			entry["metadata"] = m.Metadata
		}
		list = append(list, entry)
	}
	return map[string]any{"ok": true, "messages": list}
}
