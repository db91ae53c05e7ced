package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"folkmoot/app/httpx"
	"folkmoot/bots/slack"
	"folkmoot/bots/sms/gateway"
)

// door is the program's HTTP surface.
func (p *program) door(ctx context.Context, pages bool) *fiber.App {
	if p.doors[pages] == nil {
		if pages {
			p.doors[pages] = p.app(ctx)
		} else {
			a := p.api()
			p.doors[pages] = httpx.NewApp(httpx.Options{Base: ctx, LimitFor: a.BodyLimit})
			a.Mount(p.doors[pages])
		}
	}
	return p.doors[pages]
}

// errNoAnswer is what a caller meets who got none, or one that says to come
// again.
var errNoAnswer = errors.New("no answer")

// knock sends a request to one of the programs.
func (w *world) knock(p *program, req *http.Request) (int, []byte, http.Header, error) {
	pages := !strings.HasPrefix(req.URL.Path, "/api/") && !strings.HasPrefix(req.URL.Path, "/webhooks/")
	resp, err := p.door(w.ctx, pages).Test(req, -1)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, nil, err
	}
	if p.fate.isDead() || resp.StatusCode == http.StatusServiceUnavailable || bytes.Contains(content, []byte("cannot reach its store")) {
		return resp.StatusCode, content, nil, errNoAnswer
	}
	return resp.StatusCode, content, resp.Header, nil
}

// answered is a JSON object that a caller was answered.
type answered map[string]any

func (a answered) str(key string) string { s, _ := a[key].(string); return s }

func (a answered) list(key string) []answered {
	raw, _ := a[key].([]any)
	var out []answered
	for _, r := range raw {
		if m, ok := r.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// call sends a command or a question to the API as one of the cast. Its key
// is the same each time the step is tried. $name in path and body stands for
// what was noted under the name.
func (w *world) call(p *program, who, method, path, body string) (answered, error) {
	w.calls++
	content, media := w.filled(body), "application/json"
	if body != "" && !strings.HasPrefix(body, "{") {
		media = "text/csv"
	}
	req, err := http.NewRequest(method, walkURL+"/api/v1"+w.filled(path), strings.NewReader(content))
	if err != nil {
		return nil, err
	}
	if who != "" {
		req.Header.Set("Authorization", "Bearer "+w.notes["token "+who])
	}
	req.Header.Set("Content-Type", media)
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", fmt.Sprintf("walk-%04d-%02d", w.index, w.calls))
	}
	status, raw, _, err := w.knock(p, req)
	if err != nil {
		return nil, err
	}
	if status >= 300 {
		return nil, fmt.Errorf("%s: %s %s was answered %d: %s", who, method, w.filled(path), status, raw)
	}
	out := answered{}
	if len(bytes.TrimSpace(raw)) == 0 || raw[0] != '{' {
		return out, nil
	}
	return out, json.Unmarshal(raw, &out)
}

func (w *world) filled(text string) string {
	names := slices.SortedFunc(maps.Keys(w.notes), func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string
	for _, k := range names { // the longest first: "$user board" is not "$user"
		pairs = append(pairs, "$"+k, w.notes[k])
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// text posts a resident's text as the provider does, again under the same id
// each time the step is tried.
func (w *world) text(p *program, from, body string) error {
	w.calls++
	sid := fmt.Sprintf("SM%030d%02d", w.index, w.calls)
	form := gateway.InboundForm(sid, from, w.network.Sender(), body)
	return w.post(p, "/webhooks/sms/simulated", form, map[string]string{
		"X-Twilio-Signature": gateway.TwilioSignature(walkToken, walkURL+"/webhooks/sms/simulated", form),
	})
}

func (w *world) post(p *program, path string, form url.Values, header map[string]string) error {
	req, err := http.NewRequest(http.MethodPost, walkURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	status, raw, _, err := w.knock(p, req)
	if err == nil && (status >= 400 || bytes.Contains(raw, []byte(`"response_action":"errors"`))) {
		err = fmt.Errorf("POST %s was answered %d: %s", path, status, raw)
	}
	return err
}

// deliver posts the delivery reports of the phones, each until it is taken.
func (w *world) deliver(p *program) (int, error) {
	w.reports = append(w.reports, w.network.Reports()...)
	n := 0
	for len(w.reports) > 0 {
		r := w.reports[0]
		req, err := http.NewRequest(http.MethodPost, walkURL+r.Target, bytes.NewReader(r.Body))
		if err != nil {
			return n, err
		}
		req.Header = r.Header.Clone()
		status, raw, _, err := w.knock(p, req)
		if err != nil {
			return n, err
		}
		if status >= 300 {
			return n, fmt.Errorf("a delivery report was answered %d: %s", status, raw)
		}
		w.reports = w.reports[1:]
		n++
	}
	return n, nil
}

// slackPost posts a form as Slack does, signed over its raw body and the
// time.
func (w *world) slackPost(p *program, door string, form url.Values) error {
	at := fmt.Sprint(w.clock().Unix())
	return w.post(p, "/webhooks/slack/"+door, form, map[string]string{
		"X-Slack-Request-Timestamp": at, "X-Slack-Signature": slack.Sign(walkSlack, at, []byte(form.Encode())),
	})
}

// slash sends a slash command from the commissioner's Slack account.
func (w *world) slash(p *program, words string) error {
	return w.slackPost(p, "commands", url.Values{"team_id": {"T0WALK"}, "user_id": {"U0CAROL"}, "command": {"/folkmoot"}, "text": {words}})
}
