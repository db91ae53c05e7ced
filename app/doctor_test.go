package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"folkmoot/bots/sms/gateway/gatewaytest"
	"folkmoot/config"
)

// ask runs a command of the program with nothing but these settings.
func ask(t *testing.T, environ []string, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(t.Context(), args, &streams{in: strings.NewReader(""), out: &o, err: &e, environ: environ})
	return status, o.String(), e.String()
}

func TestDoctorNamesEveryWrongSetting(t *testing.T) {
	t.Parallel()
	status, out, _ := ask(t, []string{"FOLKMOOT_LISTEN=8080", "FOLKMOOT_TIME_ZONE=London"}, "doctor", "--offline")
	if status != 1 || strings.Count(out, "WRONG") != 2 || !strings.Contains(out, "FOLKMOOT_TIME_ZONE") {
		t.Errorf("got %d:\n%s", status, out)
	}
}

func TestDoctorListsSettingsWithoutSecrets(t *testing.T) {
	t.Parallel()
	env := []string{"FOLKMOOT_DATA_DIR=" + t.TempDir(), "FOLKMOOT_METRICS_TOKEN=hunter2hunter2hunter2"}
	_, out, _ := ask(t, env, "doctor", "--offline", "--settings")
	if strings.Contains(out, "hunter2") || !strings.Contains(out, "[redacted]") || !strings.Contains(out, "FOLKMOOT_TRUSTED_PROXIES") {
		t.Errorf("got:\n%s", out)
	}
}

// It must be safe to ask the doctor before the first start and beside the
// running service: it makes nothing.
func TestDoctorChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := doctorFor(t, "FOLKMOOT_DATA_DIR="+dir)
	d.folder()
	d.store()
	d.keys()
	if d.wrong() {
		t.Errorf("got %v", d.findings)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) > 0 {
		t.Errorf("got files %v, %v; want none", files, err)
	}
}

func TestDoctorOfKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	put("keyring.db", 0o600)
	d := doctorFor(t, "FOLKMOOT_DATA_DIR="+dir)
	d.keys()
	if got := d.findings[0]; got.verdict != wrong || !strings.Contains(got.text, "restore it") {
		t.Errorf("a keyring without its key: got %v", got)
	}
	put("master.key", 0o644)
	d = doctorFor(t, "FOLKMOOT_DATA_DIR="+dir)
	d.keys()
	if got := d.findings[0]; got.verdict != wrong || !strings.Contains(got.text, "chmod 600") {
		t.Errorf("an open key: got %v", got)
	}
}

func doctorFor(t *testing.T, environ ...string) *doctor {
	t.Helper()
	l, err := config.Load(environ, "")
	if err != nil {
		t.Fatal(err)
	}
	return &doctor{ctx: t.Context(), cfg: l.Config, now: time.Now, client: http.DefaultClient}
}

func TestDoctorCallsTheGateways(t *testing.T) {
	t.Parallel()
	sid, base := "AC"+strings.Repeat("0", 32), "FOLKMOOT_BASE_URL=https://jury.example.org"
	tests := []struct {
		name        string
		status      int
		body        string
		skew        time.Duration
		text, clock string // part of the finding's text, verdict on the clock
	}{
		{"all well", 200, `{"status":"active","ok":true}`, 0, "active", fine},
		{"wrong token", 401, `{}`, 0, "does not take the auth token", fine},
		{"suspended", 200, `{"status":"suspended"}`, 0, "account is suspended", fine},
		{"clock is off", 200, `{"status":"active","ok":true}`, 3 * time.Minute, "active", wrong},
		{"a page instead", 200, `<html>`, 0, "something else than JSON", fine},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if u, p, _ := r.BasicAuth(); u != sid || p != "hunter2" {
					t.Errorf("got account %q", u)
				}
				w.Header().Set("Date", time.Now().Add(tt.skew).UTC().Format(http.TimeFormat))
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			}))
			defer srv.Close()
			d := doctorFor(t, base, "FOLKMOOT_SMS_GATEWAY=twilio", "FOLKMOOT_SMS_SENDER=+441632960123",
				"FOLKMOOT_TWILIO_ACCOUNT_SID="+sid, "FOLKMOOT_TWILIO_AUTH_TOKEN=hunter2", "FOLKMOOT_TWILIO_API_URL="+srv.URL)
			d.texts()
			if got := d.findings[0]; got.about != "clock" || got.verdict != tt.clock {
				t.Errorf("clock: got %v, want %s", got, tt.clock)
			}
			if got := d.findings[1].text; !strings.Contains(got, tt.text) || strings.Contains(got, "hunter2") {
				t.Errorf("got %q, want %q in it", got, tt.text)
			}
		})
	}
}

func TestDoctorCallsSlack(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"ok":false,"error":"token_revoked"}`))
	}))
	defer srv.Close()
	d := doctorFor(t, "FOLKMOOT_SLACK_SIGNING_SECRET=s", "FOLKMOOT_SLACK_BOT_TOKEN=xoxb-hunter2", "FOLKMOOT_SLACK_API_URL="+srv.URL+"/")
	d.slack()
	last := d.findings[len(d.findings)-1]
	if last.verdict != wrong || !strings.Contains(last.text, "token_revoked") || strings.Contains(last.text, "hunter2") {
		t.Errorf("got %v", last)
	}
}

func TestHealthz(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	}))
	defer srv.Close()
	env := []string{"FOLKMOOT_LISTEN=" + strings.TrimPrefix(srv.URL, "http://")}
	if status, out, _ := ask(t, env, "healthz"); status != 0 || out != "ok\n" {
		t.Errorf("got %d %q", status, out)
	}
	if status, _, errs := ask(t, env, "healthz", "--ready"); status != 1 || !strings.Contains(errs, "503") {
		t.Errorf("not ready: got %d %q", status, errs)
	}
	if status, _, _ := ask(t, []string{"FOLKMOOT_LISTEN=127.0.0.1:1"}, "healthz"); status != 1 {
		t.Errorf("nobody there: got %d", status)
	}
	if got := dialable("0.0.0.0:80") + dialable("[::]:80") + dialable("10.0.0.1:80"); got != "127.0.0.1:80127.0.0.1:8010.0.0.1:80" {
		t.Errorf("got %q", got)
	}
}

// A store that is away must end the start with words, not with a fault of
// the program, and what was opened before it is closed.
func TestStartWithoutItsStoreSaysSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "keyring.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	status, _, errs := ask(t, []string{"FOLKMOOT_DATA_DIR=" + dir, "FOLKMOOT_LISTEN=127.0.0.1:0"}, "serve")
	if status != 1 || !strings.Contains(errs, "opening the keyring") {
		t.Errorf("got %d %q", status, errs)
	}
}

func TestDoctorHidesThePasswordOfAStore(t *testing.T) {
	t.Parallel()
	d := doctorFor(t, "FOLKMOOT_STORE=mongodb://user:hunter2@db1.example:27017,db2.example:27017/folkmoot")
	if got, want := d.where("store"), "MongoDB at db1.example:27017,db2.example:27017"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDoctorSignsInToTheMailServer(t *testing.T) {
	t.Parallel()
	s, err := gatewaytest.NewMailServer(false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	d := doctorFor(t, "FOLKMOOT_MAIL_GATEWAY=smtp", "FOLKMOOT_MAIL_SERVER="+s.Address, "FOLKMOOT_MAIL_FROM=jury@moot.example",
		"FOLKMOOT_MAIL_USER=jury", "FOLKMOOT_MAIL_PASSWORD=hunter2")
	d.mail() // its certificate is nobody's whom we trust
	if got := d.findings[0]; got.verdict != wrong || !strings.Contains(got.text, "no TLS that we trust") || strings.Contains(got.text, "hunter2") {
		t.Errorf("got %v", got)
	}
	for _, tt := range []struct{ gateway, want string }{{"simulated", "nothing is sent"}, {"none", "gets letters"}} {
		d := doctorFor(t, "FOLKMOOT_MAIL_GATEWAY="+tt.gateway)
		d.mail()
		if got := d.findings[0]; got.verdict != note || !strings.Contains(got.text, tt.want) {
			t.Errorf("%s: got %v", tt.gateway, got)
		}
	}
}
