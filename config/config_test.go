package config_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/config"
)

var update = flag.Bool("update", false, "rewrite golden files")

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaultsServeOnABareMachine(t *testing.T) {
	t.Parallel()
	c, err := config.Load(nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8080" || c.BaseURL != "http://127.0.0.1:8080" || c.SMS.Gateway != "simulated" ||
		c.Zone().String() != "Europe/London" || c.ShutdownTimeout != 20*time.Second || c.Demo {
		t.Errorf("got %+v", c.Config)
	}
	for _, r := range []string{config.RoleWeb, config.RoleBots, config.RoleJobs} {
		if !c.Has(r) {
			t.Errorf("a machine has the role %s unless told otherwise", r)
		}
	}
}

func TestEnvironmentWinsOverFile(t *testing.T) {
	t.Parallel()
	file := write(t, "folkmoot.env", "# ours\n\nFOLKMOOT_LISTEN=127.0.0.1:1\nexport FOLKMOOT_TIME_ZONE=\"Europe/Dublin\"\nFOLKMOOT_ROLES='web'\n")
	secret := write(t, "token", "xoxb-1\n")
	c, err := config.Load([]string{"FOLKMOOT_LISTEN=127.0.0.1:2", "FOLKMOOT_SLACK_SIGNING_SECRET=s",
		"FOLKMOOT_SLACK_BOT_TOKEN_FILE=" + secret, "FOLKMOOT_TRUSTED_PROXIES=10.0.0.0/8, 192.0.2.1", "HOME=/x"}, file)
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:2" || c.TimeZone != "Europe/Dublin" || c.Has(config.RoleJobs) || c.Slack.BotToken.Reveal() != "xoxb-1" {
		t.Errorf("got %s, %s, %s, %s", c.Listen, c.TimeZone, c.Roles, c.Slack.BotToken.Reveal())
	}
	got, _ := c.Proxies()
	if fmt.Sprint(got) != "[10.0.0.0/8 192.0.2.1/32]" {
		t.Errorf("got proxies %v", got)
	}
	if c.Sources["LISTEN"] != "environment" || c.Sources["TIME_ZONE"] != "file" || c.Sources["STORE"] != "default" {
		t.Errorf("got sources %v", c.Sources)
	}
}

func TestEveryProblemIsSaidAtOnceWithItsFix(t *testing.T) {
	t.Parallel()
	file := write(t, "folkmoot.env", "FOLKMOOT_LISTN=x\nno equals sign\n")
	_, err := config.Load([]string{
		"FOLKMOOT_LISTEN=8080", "FOLKMOOT_BASE_URL=jury.example.org/path", "FOLKMOOT_ROLES=web,bot", "FOLKMOOT_STORE=postgres://x",
		"FOLKMOOT_KEYRING=mongodb://host", "FOLKMOOT_MASTER_KEY=hunter2", "FOLKMOOT_TIME_ZONE=London",
		"FOLKMOOT_SMS_GATEWAY=pigeon", "FOLKMOOT_SMS_SENDER=01632", "FOLKMOOT_SMS_RATE=fast", "FOLKMOOT_SLACK_BOT_TOKEN=xoxb-secret",
		"FOLKMOOT_LOG_FORMAT=xml", "FOLKMOOT_LOG_LEVEL=loud", "FOLKMOOT_OTLP_ENDPOINT=collector", "FOLKMOOT_METRICS_TOKEN=short",
		"FOLKMOOT_TRUSTED_PROXIES=everyone", "FOLKMOOT_SHUTDOWN_TIMEOUT=soon", "FOLKMOOT_DEMO=perhaps",
		"FOLKMOOT_API_BURST=0",
	}, file)
	golden(t, "problems.golden", fmt.Sprint(err)+"\n", file)
	if strings.Contains(fmt.Sprint(err), "xoxb-secret") || strings.Contains(fmt.Sprint(err), "hunter2") {
		t.Error("a problem shows a secret")
	}
}

func golden(t *testing.T, name, got, hide string) {
	t.Helper()
	got = strings.ReplaceAll(got, hide, "FILE")
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCombinations(t *testing.T) {
	t.Parallel()
	twilio := []string{"FOLKMOOT_SMS_GATEWAY=twilio", "FOLKMOOT_SMS_SENDER=+441632960123",
		"FOLKMOOT_TWILIO_ACCOUNT_SID=AC" + strings.Repeat("0", 32), "FOLKMOOT_TWILIO_AUTH_TOKEN=t"}
	generic := []string{"FOLKMOOT_SMS_GATEWAY=generic", "FOLKMOOT_SMS_SENDER=+441632960123",
		"FOLKMOOT_GENERIC_SEND_URL=https://gw.example/send", "FOLKMOOT_GENERIC_SECRET=" + strings.Repeat("s", 32)}
	notify := []string{"FOLKMOOT_SMS_GATEWAY=notify", "FOLKMOOT_NOTIFY_KEY=key-" + strings.Repeat("0", 36) + "-" + strings.Repeat("1", 36),
		"FOLKMOOT_NOTIFY_TOKEN=0123456789", "FOLKMOOT_NOTIFY_TEMPLATE=t"}
	slack := []string{"FOLKMOOT_SLACK_SIGNING_SECRET=s", "FOLKMOOT_SLACK_BOT_TOKEN=b"}
	https := "FOLKMOOT_BASE_URL=https://jury.example.org/"
	tests := []struct {
		name  string
		env   []string
		wrong []string // names of the settings with problems
	}{
		{"twilio", append([]string{https}, twilio...), nil},
		{"twilio over plain http", append([]string{"FOLKMOOT_BASE_URL=http://jury.example.org"}, twilio...), []string{"BASE_URL"}},
		{"twilio on loopback, for tests", twilio, nil},
		{"twilio without its account", []string{https, "FOLKMOOT_SMS_GATEWAY=twilio"}, []string{"SMS_SENDER", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"}},
		{"notify", append([]string{https}, notify...), nil},
		{"notify without its key", []string{https, "FOLKMOOT_SMS_GATEWAY=notify"}, []string{"NOTIFY_KEY", "NOTIFY_TEMPLATE", "NOTIFY_TOKEN"}},
		{"notify after twilio", append(append([]string{https, "FOLKMOOT_SMS_SECOND_GATEWAY=notify"}, notify[1:]...), twilio...), nil},
		{"a second gateway beside phones that are simulated", append([]string{"FOLKMOOT_SMS_SECOND_GATEWAY=notify"}, notify[1:]...), []string{"SMS_SECOND_GATEWAY"}},
		{"generic", append([]string{https}, generic...), nil},
		{"generic with short secrets", append([]string{https, "FOLKMOOT_GENERIC_SECRET_NEXT=x"}, generic[:3]...), []string{"GENERIC_SECRET", "GENERIC_SECRET_NEXT"}},
		{"slack", slack, nil},
		{"slack without its bot", slack[:1], []string{"SLACK_BOT_TOKEN"}},
		{"demo", []string{"FOLKMOOT_DEMO=true"}, nil},
		{"demo with real texts", append([]string{https, "FOLKMOOT_DEMO=true"}, twilio...), []string{"DEMO"}},
		{"demo with real Slack", append([]string{"FOLKMOOT_DEMO=true"}, slack...), []string{"DEMO"}},
		{"demo with Slack on this machine", append([]string{"FOLKMOOT_DEMO=true", "FOLKMOOT_SLACK_API_URL=http://127.0.0.1:9/api/"}, slack...), nil},
		{"mongodb", []string{"FOLKMOOT_STORE=mongodb://h/a", "FOLKMOOT_KEYRING=mongodb://h/b", "FOLKMOOT_MASTER_KEY=aws-kms://arn"}, nil},
		{"keys beside the data", []string{"FOLKMOOT_STORE=mongodb://h/a", "FOLKMOOT_KEYRING=mongodb://h/a"}, []string{"KEYRING"}},
		{"secret twice", []string{"FOLKMOOT_STORE=sqlite", "FOLKMOOT_STORE_FILE=/x"}, []string{"STORE"}},
		{"secret's file is away", []string{"FOLKMOOT_STORE_FILE=/no/such/file"}, []string{"STORE_FILE"}},
		{"file is away", nil, []string{"CONFIG"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := ""
			if tt.name == "file is away" {
				file = "/no/such/file"
			}
			_, err := config.Load(tt.env, file)
			var got []string
			if problems, ok := err.(config.Problems); ok {
				for _, p := range problems {
					got = append(got, strings.TrimPrefix(p.Name, config.Prefix))
					if p.Wrong == "" || p.Fix == "" {
						t.Errorf("%s without a fix", p.Name)
					}
				}
			}
			if diff := cmp.Diff(tt.wrong, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	c, err := config.Load([]string{"FOLKMOOT_LISTN=x", "FOLKMOOT_PORT=tcp://10.0.0.1:80", "FOLKMOOT_TEST_DATA=/x", "FOLKMOOT_STORE=mongodb://h/a"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 4 || !strings.Contains(c.Warnings[0], "did you mean FOLKMOOT_LISTEN?") {
		t.Errorf("got %q", c.Warnings)
	}
}

func TestSecretsPrintRedacted(t *testing.T) {
	t.Parallel()
	const hidden = "hunter2"
	c, err := config.Load([]string{"FOLKMOOT_STORE=mongodb://user:" + hidden + "@h/a", "FOLKMOOT_METRICS_TOKEN=" + hidden + "0123456789", "FOLKMOOT_KEYRING=mongodb://h/b"}, "")
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("settings", "config", c.Config, "token", c.Telemetry.MetricsToken)
	printed := []string{string(asJSON), log.String(), fmt.Sprint(c.Settings())}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		printed = append(printed, fmt.Sprintf(verb, c.Config), fmt.Sprintf(verb, c.Store), fmt.Sprintf(verb, &c.Store))
	}
	for _, p := range printed {
		if strings.Contains(p, hidden) || strings.Contains(p, fmt.Sprintf("%x", hidden)) {
			t.Errorf("a secret is shown: %s", p)
		}
	}
	if c.Telemetry.MetricsToken.Reveal() != hidden+"0123456789" {
		t.Error("the secret itself is lost")
	}
}

// example.env is what people copy: it must name every setting as it is.
func TestExampleIsWhatTheStructSays(t *testing.T) {
	t.Parallel()
	if *update {
		if err := os.WriteFile("example.env", []byte(config.Example()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("example.env")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), config.Example()); diff != "" {
		t.Errorf("run go test ./config -update (-file +struct):\n%s", diff)
	}
	var lines []string
	for _, l := range strings.Split(string(want), "\n") {
		if strings.HasPrefix(l, "#FOLKMOOT_") {
			l = l[1:]
		}
		lines = append(lines, l)
	}
	if _, err := config.Load(nil, write(t, "all.env", strings.Join(lines, "\n"))); err != nil {
		t.Errorf("the example, uncommented, does not load: %v", err)
	}
	for _, s := range config.Settings() {
		if s.Doc == "" || !strings.HasSuffix(s.Doc, ".") && !strings.HasSuffix(s.Doc, "...") {
			t.Errorf("%s has no sentence about it", s.Name)
		}
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	c, err := config.Load([]string{"FOLKMOOT_DATA_DIR=/d"}, "")
	if err != nil {
		t.Fatal(err)
	}
	store, here := c.StoreFile()
	keyring, too := c.KeyringFile()
	if store != "/d/folkmoot.db" || keyring != "/d/keyring.db" || c.MasterKeyPlace() != "/d/master.key" || !here || !too {
		t.Errorf("got %s, %s, %s", store, keyring, c.MasterKeyPlace())
	}
	c, err = config.Load([]string{"FOLKMOOT_STORE=mongodb://h/a", "FOLKMOOT_KEYRING=sqlite:/k/ring.db", "FOLKMOOT_MASTER_KEY=file:/k/key"}, "")
	if err != nil {
		t.Fatal(err)
	}
	_, here = c.StoreFile()
	keyring, _ = c.KeyringFile()
	if here || keyring != "/k/ring.db" || c.MasterKeyPlace() != "/k/key" {
		t.Errorf("got %t, %s, %s", here, keyring, c.MasterKeyPlace())
	}
	c.MasterKey = "aws-kms://arn"
	if c.MasterKeyPlace() != "aws-kms://arn" {
		t.Errorf("got %s", c.MasterKeyPlace())
	}
}

func TestMailSettings(t *testing.T) {
	t.Parallel()
	https := "FOLKMOOT_BASE_URL=https://jury.example.org"
	rows := []struct {
		name    string
		environ []string
		gateway string
		wrong   string // of the problem; empty: none
	}{
		{"nothing said", nil, "simulated", ""},
		{"real texts alone", []string{https, "FOLKMOOT_SMS_GATEWAY=generic", "FOLKMOOT_SMS_SENDER=+441632960123", "FOLKMOOT_GENERIC_SEND_URL=https://x.example",
			"FOLKMOOT_GENERIC_SECRET=" + strings.Repeat("s", 32)}, "none", ""},
		{"smtp", []string{https, "FOLKMOOT_MAIL_GATEWAY=smtp", "FOLKMOOT_MAIL_SERVER=mail.example.org:587", "FOLKMOOT_MAIL_FROM=The Jury <jury@example.org>"}, "smtp", ""},
		{"half of smtp", []string{https, "FOLKMOOT_MAIL_GATEWAY=smtp"}, "", "MAIL_SERVER"},
		{"a name without its password", []string{https, "FOLKMOOT_MAIL_GATEWAY=smtp", "FOLKMOOT_MAIL_SERVER=mail.example.org:587", "FOLKMOOT_MAIL_FROM=jury@example.org", "FOLKMOOT_MAIL_USER=u"}, "", "MAIL_PASSWORD"},
		{"in the clear", []string{https, "FOLKMOOT_MAIL_GATEWAY=smtp", "FOLKMOOT_MAIL_SERVER=mail.example.org:25", "FOLKMOOT_MAIL_FROM=jury@example.org", "FOLKMOOT_MAIL_TLS=none"}, "", "MAIL_TLS"},
		{"in the clear on this machine", []string{https, "FOLKMOOT_MAIL_GATEWAY=smtp", "FOLKMOOT_MAIL_SERVER=127.0.0.1:25", "FOLKMOOT_MAIL_FROM=jury@example.org", "FOLKMOOT_MAIL_TLS=none"}, "smtp", ""},
		{"notify without its template", []string{https, "FOLKMOOT_MAIL_GATEWAY=notify"}, "", "NOTIFY_MAIL_TEMPLATE"},
		{"unknown", []string{"FOLKMOOT_MAIL_GATEWAY=pigeon"}, "", "MAIL_GATEWAY"},
		{"real in a demonstration", []string{https, "FOLKMOOT_DEMO=true", "FOLKMOOT_MAIL_GATEWAY=smtp", "FOLKMOOT_MAIL_SERVER=mail.example.org:587", "FOLKMOOT_MAIL_FROM=jury@example.org"}, "", "DEMO"},
		{"real over http", []string{"FOLKMOOT_BASE_URL=http://jury.example.org", "FOLKMOOT_MAIL_GATEWAY=smtp", "FOLKMOOT_MAIL_SERVER=mail.example.org:587", "FOLKMOOT_MAIL_FROM=jury@example.org"}, "", "BASE_URL"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			c, err := config.Load(r.environ, "")
			if r.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), "FOLKMOOT_"+r.wrong+":") {
					t.Errorf("got %v, want a problem with %s", err, r.wrong)
				}
				return
			}
			if err != nil || c.MailGateway() != r.gateway {
				t.Errorf("got %s, %v; want %s", c.MailGateway(), err, r.gateway)
			}
		})
	}
}
