package slack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"folkmoot/bots/slack"
	"folkmoot/bots/slack/workspace"
	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/domain/domaintest"
)

// The vector of Slack's documentation.
const (
	docsSecret = "8f742231b10e8888abcd99yyyzzz85a5"
	docsTime   = 1531420618
	docsBody   = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	docsSig    = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
)

func TestSignatures(t *testing.T) {
	t.Parallel()
	at := time.Unix(docsTime, 0)
	ts := strconv.Itoa(docsTime)
	rows := []struct {
		name    string
		secrets []string
		ts, sig string
		body    string
		now     time.Time
		ok      bool
	}{
		{"the published vector", []string{docsSecret}, ts, docsSig, docsBody, at, true},
		{"the second secret during rotation", []string{"new", docsSecret}, ts, docsSig, docsBody, at, true},
		{"four minutes late", []string{docsSecret}, ts, docsSig, docsBody, at.Add(4 * time.Minute), true},
		{"six minutes late", []string{docsSecret}, ts, docsSig, docsBody, at.Add(6 * time.Minute), false},
		{"six minutes early", []string{docsSecret}, ts, docsSig, docsBody, at.Add(-6 * time.Minute), false},
		{"another body", []string{docsSecret}, ts, docsSig, docsBody + "x", at, false},
		{"no signature", []string{docsSecret}, ts, "", docsBody, at, false},
		{"no timestamp", []string{docsSecret}, "", docsSig, docsBody, at, false},
		{"an empty secret signs nothing", []string{""}, ts, slack.Sign("", ts, []byte(docsBody)), docsBody, at, false},
		{"no secret", nil, ts, docsSig, docsBody, at, false},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			err := slack.Verify(r.secrets, r.ts, r.sig, []byte(r.body), r.now)
			if (err == nil) != r.ok {
				t.Errorf("got %v, want ok %v", err, r.ok)
			}
			if err != nil && !domain.Is(err, domain.Forbidden) {
				t.Errorf("got %v, want forbidden", err)
			}
		})
	}
}

// responses is a service that keeps what it is told.
type responses struct {
	mu   sync.Mutex
	keys map[string]slack.Answer
	deny bool
	away bool // the store does not answer
	cut  bool // it keeps the answer and then does not say so
}

var due = time.Date(2018, 9, 1, 0, 0, 0, 0, time.UTC)

func (r *responses) owed() slack.Owed {
	return slack.Owed{Recommendation: "rec1", Process: "p1", ProcessName: "Oakshire Jury", Number: "1", Text: "Build in <Oakbridge> & run buses.", Due: due, Zone: time.UTC, Overdue: true}
}

func (r *responses) Owed(context.Context, domain.Actor) ([]slack.Owed, error) {
	return []slack.Owed{r.owed()}, nil
}

func (r *responses) Get(_ context.Context, _ domain.Actor, id string) (slack.Owed, error) {
	if id != "rec1" {
		return slack.Owed{}, domain.Hidden("recommendation")
	}
	return r.owed(), nil
}

func (r *responses) Respond(_ context.Context, cmd domain.Command, _ string, in slack.Answer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return domain.E(domain.Unavailable, "the store does not answer; try again in a moment")
	}
	if r.deny {
		return domain.E(domain.Forbidden, "this needs the role commissioner")
	}
	p := domain.Problems{}
	p.Need(in.Reason != "", "reason", "say why")
	p.Need(in.Outcome != "accept" || in.Owner != "", "owner", "who owns it")
	if err := p.Err(); err != nil {
		return err
	}
	r.keys[cmd.Key] = in
	if r.cut {
		return domain.E(domain.Unavailable, "the store does not answer; try again in a moment")
	}
	return nil
}

type house struct {
	bot   *slack.Bot
	ws    *workspace.Workspace
	resp  *responses
	acc   *access.Service
	user  string
	clock *domaintest.Clock
	t     *testing.T
}

// zeros is a source of secrets for tests: each one differs from the last.
type counter struct{ n byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		c.n++
		p[i] = c.n
	}
	return len(p), nil
}

func setup(t *testing.T) *house {
	t.Helper()
	clock := domaintest.NewClock(time.Date(2018, 9, 3, 9, 0, 0, 0, time.UTC))
	ws := workspace.New("xoxb-test", clock.Now)
	srv := httptest.NewServer(ws)
	t.Cleanup(srv.Close)
	acc := access.New(access.Deps{Users: domaintest.Memory(access.Users), Secrets: domaintest.Memory(access.Secrets), Clock: clock, Random: &counter{}})
	u, err := acc.CreateUser(t.Context(), domain.Command{Actor: domain.SystemActor("test"), Key: "u"}, access.UserInput{
		Name: "Carys Vaughan", Grants: []domain.Grant{{Role: domain.Commissioner, Body: "b1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	resp := &responses{keys: map[string]slack.Answer{}}
	bot := slack.New(slack.Deps{
		Secrets: []string{"shh"}, Client: slackgo.New("xoxb-test", slackgo.OptionAPIURL(srv.URL+"/api/")),
		Access: acc, Responses: resp, Notices: domaintest.Memory(slack.Notices), Clock: clock, Machine: clock, BaseURL: "http://folkmoot.example",
	})
	return &house{bot: bot, ws: ws, resp: resp, acc: acc, user: u.ID, clock: clock, t: t}
}

func (h *house) request(form url.Values) slack.Request {
	body := []byte(form.Encode())
	ts := strconv.FormatInt(h.clock.Now().Unix(), 10)
	return slack.Request{Timestamp: ts, Signature: slack.Sign("shh", ts, body), Body: body}
}

func (h *house) command(user, text string) string {
	h.t.Helper()
	out, err := h.bot.Command(h.t.Context(), h.request(url.Values{"team_id": {"T1"}, "user_id": {user}, "text": {text}}))
	if err != nil {
		h.t.Fatal(err)
	}
	raw, _ := json.Marshal(out)
	return string(raw)
}

func (h *house) interact(payload map[string]any) string {
	h.t.Helper()
	p, _ := json.Marshal(payload)
	out, err := h.bot.Interaction(h.t.Context(), h.request(url.Values{"payload": {string(p)}}))
	if err != nil {
		h.t.Fatal(err)
	}
	raw, _ := json.Marshal(out)
	return string(raw)
}

func (h *house) bind() {
	h.t.Helper()
	code, err := h.acc.MakeSlackCode(h.t.Context(), domain.Command{Actor: domain.SystemActor("test"), Key: "code"}, h.user)
	if err != nil {
		h.t.Fatal(err)
	}
	if got := h.command("U1", "bind "+code); !strings.Contains(got, "Carys Vaughan") {
		h.t.Fatalf("binding answered %s", got)
	}
}

func press(trigger, rec string) map[string]any {
	return map[string]any{
		"type": "block_actions", "trigger_id": trigger, "team": map[string]any{"id": "T1"}, "user": map[string]any{"id": "U1"},
		"actions": []any{map[string]any{"type": "button", "action_id": "respond", "block_id": "b", "value": rec}},
	}
}

func submit(view, hash string, fields map[string]string) map[string]any {
	values := map[string]any{}
	for k, v := range fields {
		switch k {
		case "outcome":
			values[k] = map[string]any{k: map[string]any{"type": "static_select", "selected_option": map[string]any{"value": v}}}
		case "due":
			values[k] = map[string]any{k: map[string]any{"type": "datepicker", "selected_date": v}}
		default:
			values[k] = map[string]any{k: map[string]any{"type": "plain_text_input", "value": v}}
		}
	}
	return map[string]any{
		"type": "view_submission", "team": map[string]any{"id": "T1"}, "user": map[string]any{"id": "U1"},
		"view": map[string]any{"id": view, "hash": hash, "callback_id": "response", "private_metadata": "rec1", "state": map[string]any{"values": values}},
	}
}

func TestAResponseFromCodeToRecord(t *testing.T) {
	t.Parallel()
	h := setup(t)
	if got := h.command("U1", "owed"); !strings.Contains(got, "not bound yet") {
		t.Errorf("an unbound account got %s", got)
	}
	h.bind()
	if got := h.command("U1", "owed"); !strings.Contains(got, "Overdue") || !strings.Contains(got, `\u0026lt;Oakbridge\u0026gt;`) {
		t.Errorf("owed answered %s, want the overdue one with its text escaped", got)
	}
	h.interact(press("trig-1", "rec1"))
	views := h.ws.Views()
	if len(views) != 1 || !strings.Contains(string(views[0].View), `"callback_id":"response"`) {
		t.Fatalf("got views %+v, want the response modal", views)
	}
	if got := h.interact(submit("V1", "h1", map[string]string{"outcome": "accept"})); !strings.Contains(got, `"response_action":"errors"`) || !strings.Contains(got, `"owner":"who owns it"`) || !strings.Contains(got, `"reason":"say why"`) {
		t.Errorf("a half-filled modal answered %s, want both fields named", got)
	}
	full := map[string]string{"outcome": "accept", "reason": "The board agrees.", "owner": "Director of Estates", "due": "2019-01-31"}
	for range 2 { // a double click
		if got := h.interact(submit("V1", "h2", full)); !strings.Contains(got, "Recorded") {
			t.Errorf("got %s", got)
		}
	}
	want := slack.Answer{Outcome: "accept", Reason: "The board agrees.", Owner: "Director of Estates", Due: "2019-01-31"}
	if len(h.resp.keys) != 1 {
		t.Errorf("a double click recorded %d responses, want 1", len(h.resp.keys))
	}
	for _, got := range h.resp.keys {
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestRightsAreAskedAgainAtSubmission(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.bind()
	h.resp.deny = true
	got := h.interact(submit("V1", "h1", map[string]string{"outcome": "reject", "reason": "no"}))
	if !strings.Contains(got, "commissioner") || len(h.resp.keys) != 0 {
		t.Errorf("got %s and %d records", got, len(h.resp.keys))
	}
	if _, err := h.acc.SetGrants(t.Context(), domain.Command{Actor: domain.SystemActor("test"), Key: "off"}, h.user, access.GrantsInput{Disabled: true}); err != nil {
		t.Fatal(err)
	}
	if got := h.interact(submit("V2", "h1", map[string]string{"outcome": "reject", "reason": "no"})); !strings.Contains(got, "may no longer sign in") {
		t.Errorf("a disabled user got %s", got)
	}
}

func TestACodeWorksOnceAndNotForLong(t *testing.T) {
	t.Parallel()
	h := setup(t)
	cmd := domain.Command{Actor: domain.SystemActor("test"), Key: "c"}
	code, _ := h.acc.MakeSlackCode(t.Context(), cmd, h.user)
	h.clock.Advance(access.CodeLife)
	if got := h.command("U1", "bind "+code); !strings.Contains(got, "too old") {
		t.Errorf("an old code got %s", got)
	}
	code, _ = h.acc.MakeSlackCode(t.Context(), domain.Command{Actor: cmd.Actor, Key: "d"}, h.user)
	h.command("U1", "bind "+code)
	if got := h.command("U2", "bind "+code); !strings.Contains(got, "used") {
		t.Errorf("a used code got %s", got)
	}
}

func TestANoticeIsPostedOnceWhateverSlackDoes(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name   string
		faults []workspace.Fault
	}{
		{"all well", nil},
		{"limited, then well", []workspace.Fault{workspace.Limited}},
		{"broken, then well", []workspace.Fault{workspace.Broken}},
		{"accepted, the answer lost", []workspace.Fault{workspace.Cut}},
		{"lost, then the look-up broken too", []workspace.Fault{workspace.Cut, workspace.Broken, workspace.None, workspace.Broken}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			h := setup(t)
			h.bind()
			h.ws.FailNext(r.faults...)
			var root domain.Root
			root.Emit(domain.Command{Key: "k"}, domain.EffectNotice, "due", h.clock.Now(), domain.NoticeData{
				Process: "p1", Body: "b1", Role: domain.Commissioner, Kind: "response_due",
				Vars: map[string]string{"process": "Oakshire Jury", "number": "1", "due": "1 September", "recommendation": "rec1"},
			})
			var err error
			for range 6 { // as the relay repeats it
				if err = h.bot.Execute(t.Context(), root.Effects[0]); err == nil {
					break
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := h.bot.Execute(t.Context(), root.Effects[0]); err != nil { // and once too often
				t.Fatal(err)
			}
			if got := h.ws.Messages(); len(got) != 1 || got[0].To != "U1" {
				t.Errorf("got %d messages %v, want one to U1", len(got), got)
			}
		})
	}
}

func TestForgedAndMalformedRequests(t *testing.T) {
	t.Parallel()
	h := setup(t)
	good := h.request(url.Values{"payload": {"{"}})
	if _, err := h.bot.Interaction(t.Context(), good); !domain.Is(err, domain.Invalid) {
		t.Errorf("a broken payload: got %v, want invalid", err)
	}
	for i, call := range []func(slack.Request) error{
		func(r slack.Request) error { _, err := h.bot.Command(t.Context(), r); return err },
		func(r slack.Request) error { _, err := h.bot.Interaction(t.Context(), r); return err },
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			forged := h.request(url.Values{"team_id": {"T1"}, "user_id": {"U1"}})
			forged.Body = append(forged.Body, "&text=bind+x"...)
			if err := call(forged); !domain.Is(err, domain.Forbidden) {
				t.Errorf("got %v, want forbidden", err)
			}
		})
	}
}
